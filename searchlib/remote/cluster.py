"""How is a cluster asked?

A Cluster sends requests over the connections of opensearch-py, which is imported when the first is made. What may be sent twice
without harm is sent again when a connection is lost or the cluster is too busy, to another node where there are several.
"""

from __future__ import annotations

import base64
import logging
import os
import ssl
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from searchlib.errors import RemoteError
from searchlib.remote.address import CA, Address
from searchlib.remote.failures import failure_of_answer, failure_of_request, is_unsent
from searchlib.remote.retrying import Backoff

if TYPE_CHECKING:
    from opensearchpy import Transport

__all__ = ["Cluster"]

_CONNECTED_WITHIN: Final = 5.0  # seconds for a connection; another node is tried after that
_DEAD: Final = 5.0  # seconds for which a node that failed is not asked, where there are others
_BUSY: Final = frozenset({429})  # refused before anything was done
_AWAY: Final = frozenset({502, 503, 504})
_REPEATABLE: Final = frozenset(
    {
        "_analyze",
        "_bulk",
        "_count",
        "_flush",
        "_forcemerge",
        "_mget",
        "_msearch",
        "_mtermvectors",
        "_refresh",
        "_search",
        "_termvectors",
    }
)  # what may be POSTed twice without harm


class Cluster:
    """A cluster, and the index of it that the address names. Nothing is sent before the first request.

    timeout: seconds to wait for an answer; retries: how often a request is sent again that may be; connections: how many are
    kept open to each node. Threads may share it; after a fork each process makes its own connections.
    """

    def __init__(
        self, address: Address, *, timeout: float = 30.0, retries: int = 3, connections: int = 8
    ) -> None:
        if timeout <= 0:
            raise ValueError(f"timeout is more than 0 seconds, not {timeout}")
        if retries < 0:
            raise ValueError(f"retries is at least 0, not {retries}")
        if connections < 1:
            raise ValueError(f"connections is at least 1, not {connections}")
        self.address = address
        self.timeout = timeout
        self._retries = retries
        self._connections = connections
        self._guard = Lock()
        self._transport: Transport | None = None
        self._process = 0

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        ignore: Collection[int] = (),
        repeatable: bool | None = None,
    ) -> Any:
        """The answer to a request: what its JSON says, or for HEAD whether the thing exists.

        path: without a slash before it, percent-encoded; body: bytes are sent as they are, a string too, anything else as JSON;
        timeout: seconds, the cluster's if None; ignore: HTTP statuses that are answers as good as any; repeatable: it may be
        sent twice without harm (default: GET, HEAD, and the POSTs that only ask).

        Raises RemoteError; IndexNotFoundError when there is no such index; IndexExistsError when it is to be made and is there.
        """
        if repeatable is None:
            repeatable = method in ("GET", "HEAD") or (
                method == "POST" and path.rpartition("/")[2] in _REPEATABLE
            )
        if not (body is None or isinstance(body, (bytes, str))):
            body = msgspec.json.encode(body)

        def once() -> Any:
            return self._once(method, path, body, params, timeout, ignore)

        return self._trying(once, repeatable, self.timeout if timeout is None else timeout)

    def index_request(
        self,
        method: str,
        path: str = "",
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        ignore: Collection[int] = (),
        repeatable: bool | None = None,
    ) -> Any:
        """The same of a path below the index: "_search", "_doc/42", or "" for the index itself."""
        index = quote(self.address.index, safe="")
        whole = f"{index}/{path}" if path else index
        return self.request(
            method, whole, body, params, timeout=timeout, ignore=ignore, repeatable=repeatable
        )

    def search(self, body: Mapping[str, Any], *, timeout: float | None = None) -> dict[str, Any]:
        """The answer to a search of the index, of all its shards: what only some of them answer is an error."""
        answer: dict[str, Any] = self.index_request(
            "POST", "_search", body, {"allow_partial_search_results": "false"}, timeout=timeout
        )
        return answer

    def msearch(
        self, bodies: Sequence[Mapping[str, Any]], *, timeout: float | None = None
    ) -> list[dict[str, Any]]:
        """The answers to several searches of the index at once, in their order, each of all shards.

        One that the cluster is too busy for, or whose shard moved meanwhile, is asked again alone. Raises RemoteError for the first that fails otherwise.
        """
        head = b'{"allow_partial_search_results":false}'
        lines = [b"%b\n%b\n" % (head, msgspec.json.encode(body)) for body in bodies]
        answers: list[dict[str, Any]] = [{}] * len(lines)
        open_ = list(range(len(lines)))
        attempt = 0
        backoff = Backoff(float("inf"))
        while open_:
            payload = b"".join(lines[number] for number in open_)
            got = self.index_request("POST", "_msearch", payload, timeout=timeout)["responses"]
            again = []
            for number, answer in zip(open_, got, strict=True):
                answers[number] = answer
                if "error" in answer:
                    status = answer.get("status", 500)
                    failure = failure_of_answer(self.address, status, answer["error"])
                    moved = status == 404 and isinstance(failure, RemoteError) and failure.passing
                    if attempt == self._retries or not (moved or status in _BUSY | _AWAY):
                        raise failure
                    again.append(number)
            open_ = again
            attempt += 1
            if open_:
                time.sleep(backoff.wait() or 0.0)
        return answers

    def documents(self, ids: Sequence[str], params: Mapping[str, Any]) -> list[dict[str, Any] | None]:
        """What is under each of some ids, searches see it or not; None where nothing is. params: which parts. Raises RemoteError."""
        found = self.index_request("POST", "_mget", {"ids": ids}, params)["docs"]
        for one in found:
            if "error" in one:
                raise failure_of_answer(self.address, 503, one["error"])
        return [one if one["found"] else None for one in found]

    def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The answer to operations on documents of the index, as lines of JSON. Sent once only: remote/bulk.py repeats what is
        to be repeated."""
        index = quote(self.address.index, safe="")
        try:
            answer: dict[str, Any] = self._once(
                "POST", f"{index}/_bulk", payload, params, None, (), "application/x-ndjson"
            )
            return answer
        except self._failures() as error:
            raise self._told(error, self.timeout) from error

    def close(self) -> None:
        """Closes the connections. May be called again; a request after that opens them anew."""
        with self._guard:
            transport, self._transport = self._transport, None
            if transport is not None and self._process == os.getpid():
                transport.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _once(
        self,
        method: str,
        path: str,
        body: bytes | str | None,
        params: Mapping[str, Any] | None,
        timeout: float | None,
        ignore: Collection[int],
        mimetype: str | None = None,
    ) -> Any:
        from urllib3 import Timeout

        seconds = self.timeout if timeout is None else timeout
        return self._connected().perform_request(
            method,
            "/" + path,
            params=dict(params) if params else None,
            body=body,
            timeout=Timeout(connect=min(seconds, _CONNECTED_WITHIN), read=seconds),  # type: ignore[arg-type]
            ignore=ignore,
            headers=None if mimetype is None else {"content-type": mimetype},
        )

    def _trying(self, once: Callable[[], Any], repeatable: bool, seconds: float) -> Any:
        """once(), until it succeeds, or fails in a way or as often as it may not."""
        failures = self._failures()  # which says so when opensearch-py is missing
        from opensearchpy.exceptions import ConnectionError as Lost
        from opensearchpy.exceptions import ConnectionTimeout, SSLError

        backoff = Backoff(float("inf"))
        others = len(self.address.hosts) - 1  # which need not be waited for
        left = self._retries
        while True:
            try:
                return once()
            except failures as error:
                status = getattr(error, "status_code", None)
                lost = isinstance(error, Lost) and not isinstance(error, (ConnectionTimeout, SSLError))
                if isinstance(error, Lost) and lost:
                    again = repeatable or is_unsent(error)
                else:
                    again = status in _BUSY or (repeatable and status in _AWAY)
                if again and lost and others > 0:
                    others -= 1
                elif again and left > 0:
                    left -= 1
                    time.sleep(backoff.wait() or 0.0)
                else:
                    raise self._told(error, seconds) from error

    def _failures(self) -> tuple[type[Exception], ...]:
        """What _once() may raise but for RemoteError."""
        self._connected()
        from opensearchpy.exceptions import SerializationError, TransportError

        return TransportError, SerializationError

    def _told(self, error: Any, seconds: float) -> Exception:
        from opensearchpy.exceptions import SerializationError

        if isinstance(error, SerializationError):
            return RemoteError(
                str(self.address),
                "something answers there, but not as OpenSearch does",
                hint="see whether the address is that of a proxy or another server",
            )
        return failure_of_request(self.address, error, seconds)

    def _connected(self) -> Transport:
        with self._guard:
            if self._transport is None or self._process != os.getpid():
                self._transport = self._connect()
                self._process = os.getpid()
            return self._transport

    def _connect(self) -> Transport:
        try:
            from opensearchpy import JSONSerializer, SerializationError, Transport
        except ImportError:
            raise RemoteError(
                str(self.address),
                "opensearch-py is not installed",
                hint="install searchlib with it: pip install 'searchlib[opensearch]'",
            ) from None

        class Json(JSONSerializer):
            def loads(self, s: str) -> Any:
                try:
                    return msgspec.json.decode(s)
                except msgspec.DecodeError as error:
                    raise SerializationError(s, error) from error

        # a request that fails is told by what is raised: nothing is to be written on the terminal besides
        log = logging.getLogger("opensearch")
        if not log.handlers:
            log.addHandler(logging.NullHandler())
        address = self.address
        secured: dict[str, Any] = {"use_ssl": True, "ssl_context": self._context()} if address.tls else {}
        return Transport(
            [{"host": host, "port": port, "url_prefix": address.prefix} for host, port in address.hosts],
            serializer=Json(),
            max_retries=0,  # which would wait for nothing and repeat whatever it is
            retry_on_timeout=True,  # but so that a node that does not answer is not asked for a while
            pool_maxsize=self._connections,
            dead_timeout=_DEAD,
            timeout=self.timeout,
            headers=self._headers(),
            **secured,
        )

    def _headers(self) -> dict[str, str]:
        address = self.address
        if address.api_key is not None:
            return {"authorization": f"ApiKey {address.api_key}"}
        if address.user is None:
            return {}
        both = f"{address.user}:{address.password}".encode("utf-8", "surrogatepass")
        return {"authorization": "Basic " + base64.b64encode(both).decode("ascii")}

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.address.ca)
        except (OSError, ssl.SSLError) as error:
            what = error.strerror or str(error)
            raise RemoteError(
                str(self.address),
                f"{self.address.ca}: the file of certificates cannot be used: {what}",
                hint=f"{CA} names a file in PEM",
            ) from error

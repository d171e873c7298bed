"""What stands between a client and OpenSearch in production, and what goes wrong there, on loopback.

A server of HTTPS that asks for a password or an API key and hands each request on to a node, as OpenSearch's own security
plugin does (secured.py). Told to, it fails the next requests in a given way.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.client
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "authorization"}
Answer = tuple[int, list[tuple[str, str]], bytes]


def certificate(folder: Path, *names: str) -> Path:
    """A new certificate that vouches for itself and is good for a day, and its key, in one file."""
    folder.mkdir(parents=True, exist_ok=True)
    key, made, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-days", "1", "-subj", "/CN=searchlib tests", "-addext", f"subjectAltName={','.join(names)}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


def why_not() -> str | None:
    return None if shutil.which("openssl") else "no certificate for HTTPS: no openssl on the PATH"


@dataclass
class Fault:
    """What is to happen to the next `times` requests whose path has `path` in it."""

    act: Callable[[Handler, Callable[[], Answer]], None]
    times: int
    path: str


class Front:
    """HTTPS at `url`, or HTTP without tls, before the node at the address `node`; safe for several threads.

    A client trusts it with `authority`, a file in the PEM format. With neither user nor api_key it asks for nothing.
    names are what the certificate is for, as openssl writes them; others than the default make one that is wrong.
    """

    def __init__(
        self,
        node: str,
        *,
        user: tuple[str, str] | None = None,
        api_key: str | None = None,
        tls: bool = True,
        names: tuple[str, ...] = ("DNS:localhost", "IP:127.0.0.1"),
    ) -> None:
        self.node = node
        self.allowed = set[str]()  # values of the header Authorization
        if user:
            self.allowed.add("Basic " + base64.b64encode(":".join(user).encode()).decode())
        if api_key:
            self.allowed.add("ApiKey " + api_key)
        self.requests: list[tuple[str, str]] = []  # method and path of all that came, failed or not
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.front = self
        self.url = f"http{'s' if tls else ''}://localhost:{self._server.server_port}"
        self._folder = tempfile.TemporaryDirectory(prefix="searchlib-front-")
        self.authority = Path(self._folder.name) / "certificate.pem"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate(Path(self._folder.name), *names))
            # The handshake is left to the connection's own thread: one slow client does not keep the others out.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._closing = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def refuse(self, status: int, *, times: int = 1, path: str = "", retry_after: int | None = None) -> None:
        """Answers 429, 503, ... by itself; the node does not hear of the request."""
        body = json.dumps(
            {"error": {"type": "refused", "reason": "told to refuse"}, "status": status}
        ).encode()
        headers = [("Content-Type", "application/json")]
        headers += [("Retry-After", str(retry_after))] if retry_after is not None else []
        self._add(lambda handler, ask: handler.answer(status, headers, body), times, path)

    def hang(self, seconds: float, *, times: int = 1, path: str = "") -> None:
        """The node does what it is asked, but its answer is kept for so long, or until the end of the server."""

        def act(handler: Handler, ask: Callable[[], Answer]) -> None:
            answer = ask()
            self._closing.wait(seconds)
            handler.answer(*answer)

        self._add(act, times, path)

    def cut(self, *, times: int = 1, path: str = "") -> None:
        """The node does what it is asked, but the connection ends in the middle of its answer."""

        def act(handler: Handler, ask: Callable[[], Answer]) -> None:
            status, headers, body = ask()
            handler.answer(status, headers, body, part=len(body) // 2)

        self._add(act, times, path)

    def hang_up(self, *, times: int = 1, path: str = "") -> None:
        """The connection ends without any answer, and the node does not hear of the request."""
        self._add(lambda handler, ask: handler.hang_up(), times, path)

    def spoil(self, *, times: int = 1, path: str = "") -> None:
        """The node does what it is asked, but the answer is a page of HTML with status 200, as of a wrong proxy."""

        def act(handler: Handler, ask: Callable[[], Answer]) -> None:
            ask()
            handler.answer(200, [("Content-Type", "text/html")], b"<html><body>Welcome!</body></html>")

        self._add(act, times, path)

    def heal(self) -> None:
        """Forgets the faults that have not happened yet."""
        with self._lock:
            self._faults.clear()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, act: Callable[[Handler, Callable[[], Answer]], None], times: int, path: str) -> None:
        with self._lock:
            self._faults.append(Fault(act, times, path))

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            self.requests.append((method, path))
            for fault in self._faults:
                if fault.path in path:
                    fault.times -= 1
                    if not fault.times:
                        self._faults.remove(fault)
                    return fault
        return None


class Handler(BaseHTTPRequestHandler):
    """One connection, with one request after another."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the client went, or does not trust the certificate
            super().handle()

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        front = self.server.front
        fault = front.take(self.command, self.path)
        given = self.headers.get("Authorization", "")
        if front.allowed and not any(
            hmac.compare_digest(given.encode(), one.encode()) for one in front.allowed
        ):
            self.answer(401, [("WWW-Authenticate", 'Basic realm="searchlib tests"')], b"Unauthorized")
        elif fault:
            fault.act(self, lambda: self.ask(body))
        else:
            self.answer(*self.ask(body))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve  # noqa: N815 - names that the server looks for

    def ask(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.server.front.node).netloc, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOPS]
            return answer.status, kept, answer.read()
        except OSError as error:
            return 502, [("Content-Type", "text/plain")], str(error).encode()
        finally:
            connection.close()

    def answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, part: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:part])
        if part is not None:
            self.hang_up()

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: pytest's output is for failures."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection for ever
    front: Front

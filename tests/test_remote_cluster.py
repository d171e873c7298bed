"""Is a cluster asked as it should be, asked again only when that does no harm, and is what goes wrong told in plain words?"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from opensearch import front as fronts
from opensearch.front import Front

from searchlib import IndexExistsError, IndexNotFoundError, RemoteError
from searchlib.remote import retrying
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster

Reply = Callable[[str, str, bytes], tuple[int, Any]]


class Node:
    """A server on loopback, without TLS, that answers with what `reply` says: status and JSON."""

    def __init__(self) -> None:
        self.reply: Reply = lambda method, path, body: (200, {"you": unquote(path)})
        self.requests: list[tuple[str, str, bytes, dict[str, str]]] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                node.requests.append((self.command, self.path, body, headers))
                status, answer = node.reply(self.command, self.path, body)
                data = json.dumps(answer).encode()
                self.send_response_only(status)
                self.send_header("Content-Type", "application/json; charset=UTF-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve  # noqa: N815 - names that the server looks for

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False  # a client may keep its connection
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST", 0.001)


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    yield made
    made.close()


@pytest.fixture
def front(node: Node) -> Iterator[Front]:
    with Front(f"http://127.0.0.1:{node.port}", tls=False) as made:
        yield made


@pytest.fixture
def secured(node: Node) -> Iterator[Front]:
    if reason := fronts.why_not():
        pytest.skip(reason)
    with Front(f"http://127.0.0.1:{node.port}", user=("анна", "п@роль"), api_key="a2V5") as made:
        yield made


def at(
    url: str,
    environ: dict[str, str] | None = None,
    *,
    index: str = "news",
    timeout: float = 30.0,
    retries: int = 3,
) -> Cluster:
    names = {f"SEARCHLIB_OPENSEARCH_{name}": value for name, value in (environ or {}).items()}
    return Cluster(Address.parse(f"{url}/{index}", names), timeout=timeout, retries=retries)


def plain(port: int) -> Cluster:
    return at(f"opensearch://127.0.0.1:{port}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_what_is_sent(node: Node) -> None:
    with at(f"opensearch://127.0.0.1:{node.port}", index="новости") as cluster:
        assert cluster.request("GET", "_cluster/health") == {"you": "/_cluster/health"}
        assert cluster.index_request("GET", "_doc/a%2Fb", params={"_source": "false"}) == {
            "you": "/новости/_doc/a%2Fb?_source=false".replace("%2F", "/")
        }
        cluster.index_request("PUT", body={"привет": [1, None]})
        cluster.bulk(b'{"delete":{"_id":"a"}}\n', {"timeout": "9s"})
    (_, _, _, first), _, (method, path, body, _), (_, bulk, lines, headers) = node.requests
    assert "authorization" not in first
    assert (method, unquote(path), json.loads(body)) == ("PUT", "/новости", {"привет": [1, None]})
    assert unquote(bulk) == "/новости/_bulk?timeout=9s"
    assert (lines, headers["content-type"]) == (b'{"delete":{"_id":"a"}}\n', "application/x-ndjson")


def test_head_says_whether_it_is_there(node: Node) -> None:
    node.reply = lambda method, path, body: (200 if path == "/news" else 404, None)
    with plain(node.port) as cluster:
        assert cluster.index_request("HEAD") is True
        assert cluster.request("HEAD", "other") is False


def test_a_status_that_is_an_answer_too(node: Node) -> None:
    node.reply = lambda method, path, body: (404, {"found": False})
    with plain(node.port) as cluster:
        assert cluster.index_request("GET", "_doc/a", ignore=(404,)) == {"found": False}
        with pytest.raises(RemoteError) as caught:
            cluster.index_request("GET", "_doc/a")
        assert caught.value.status == 404


def test_a_search_is_of_all_shards(node: Node) -> None:
    node.reply = lambda method, path, body: (200, {"responses": [{"status": 200}] * (body.count(b"\n") // 2)})
    with plain(node.port) as cluster:
        cluster.search({"size": 1})
        cluster.msearch([{"size": 1}, {"size": 2}])
        assert cluster.msearch([]) == []
    search, several = node.requests
    assert parse_qs(urlsplit(search[1]).query) == {"allow_partial_search_results": ["false"]}
    lines = [json.loads(line) for line in several[2].splitlines()]
    assert lines == [
        {"allow_partial_search_results": False},
        {"size": 1},
        {"allow_partial_search_results": False},
        {"size": 2},
    ]


def test_of_several_searches_only_those_are_asked_again_that_the_cluster_was_too_busy_for(node: Node) -> None:
    busy = {"error": {"type": "rejected", "reason": "queue is full"}, "status": 429}
    asked: list[list[int]] = []

    def reply(method: str, path: str, body: bytes) -> tuple[int, Any]:
        sizes = [json.loads(line)["size"] for line in body.splitlines()[1::2]]
        asked.append(sizes)
        return 200, {
            "responses": [
                busy if size % 2 and len(asked) < 3 else {"took": size, "status": 200} for size in sizes
            ]
        }

    node.reply = reply
    with plain(node.port) as cluster:
        assert [answer["took"] for answer in cluster.msearch([{"size": size} for size in range(5)])] == [
            0,
            1,
            2,
            3,
            4,
        ]
        assert asked == [[0, 1, 2, 3, 4], [1, 3], [1, 3]]
        node.reply = lambda method, path, body: (200, {"responses": [busy] * (body.count(b"\n") // 2)})
        with pytest.raises(RemoteError, match="too busy: queue is full; try again later") as caught:
            cluster.msearch([{"size": 1}])
        assert (caught.value.status, caught.value.passing) == (429, True)


def test_a_search_whose_shard_moved_meanwhile_is_asked_again(node: Node) -> None:
    gone = {"type": "search_context_missing_exception", "reason": "No search context found for id [7]"}
    moved = {
        "error": {"type": "search_phase_execution_exception", "reason": "all failed", "root_cause": [gone]},
        "status": 404,
    }
    times: list[int] = []

    def reply(method: str, path: str, body: bytes) -> tuple[int, Any]:
        times.append(1)
        return 200, {"responses": [moved if len(times) < 3 else {"took": 1, "status": 200}]}

    node.reply = reply
    with plain(node.port) as cluster:
        assert cluster.msearch([{}])[0]["took"] == 1
    assert len(times) == 3


def test_one_search_of_several_that_is_wrong(node: Node) -> None:
    wrong = {
        "error": {"root_cause": [], "type": "parsing_exception", "reason": "unknown query [x]"},
        "status": 400,
    }
    node.reply = lambda method, path, body: (200, {"responses": [{"status": 200}, wrong]})
    with plain(node.port) as cluster, pytest.raises(RemoteError, match=r"400: unknown query \[x\]"):
        cluster.msearch([{}, {}])


@pytest.mark.parametrize(
    ("status", "kind", "what"),
    [
        (404, "index_not_found_exception", IndexNotFoundError),
        (400, "resource_already_exists_exception", IndexExistsError),
        (403, "security_exception", RemoteError),
    ],
)
def test_errors_of_the_index(node: Node, status: int, kind: str, what: type[Exception]) -> None:
    node.reply = lambda method, path, body: (
        status,
        {"error": {"type": kind, "reason": "no such thing"}, "status": status},
    )
    with plain(node.port) as cluster, pytest.raises(what, match=f"opensearch://127.0.0.1:{node.port}/news"):
        cluster.index_request("PUT")


def test_the_reason_is_that_of_the_shard(node: Node) -> None:
    reason = {"type": "query_shard_exception", "reason": "no field [x]"}
    error = {
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
        "root_cause": [reason],
    }
    node.reply = lambda method, path, body: (400, {"error": error, "status": 400})
    with (
        plain(node.port) as cluster,
        pytest.raises(RemoteError, match=r"the cluster answers 400: no field \[x\]"),
    ):
        cluster.search({})


@pytest.mark.parametrize(
    ("method", "path", "status", "times"),
    [
        ("POST", "_search", 503, 4),
        ("POST", "_search", 429, 4),
        ("GET", "_settings", 502, 4),
        ("GET", "_settings", 500, 1),
        ("PUT", "", 503, 1),
        ("PUT", "", 429, 4),
        ("POST", "_delete_by_query", 504, 1),
    ],
)
def test_what_is_asked_again(
    node: Node, front: Front, method: str, path: str, status: int, times: int
) -> None:
    front.refuse(status, times=100)
    with at(front.url) as cluster, pytest.raises(RemoteError) as caught:
        cluster.index_request(method, path, {})
    assert caught.value.status == status
    assert len(front.requests) == times
    assert node.requests == []


def test_it_succeeds_when_the_trouble_passes(front: Front) -> None:
    front.refuse(503, times=2)
    front.hang_up(times=1)
    with at(front.url) as cluster:
        assert "you" in cluster.search({})
    assert len(front.requests) == 4


@pytest.mark.parametrize("fault", ["cut", "hang_up"])
def test_a_lost_connection(node: Node, front: Front, fault: str) -> None:
    with at(front.url) as cluster:
        getattr(front, fault)(times=3)
        assert "you" in cluster.search({})
        front.requests.clear()
        getattr(front, fault)(times=1)
        with pytest.raises(
            RemoteError, match=r"the connection was lost: .*; the node may have stopped"
        ) as caught:
            cluster.index_request(
                "PUT", body={}
            )  # which may have been done: asked again, it would be there already
        assert (caught.value.status, caught.value.passing) == (None, True)
        assert len(front.requests) == 1


def test_a_time_out(front: Front) -> None:
    front.hang(60, times=100)
    with at(front.url, timeout=0.2) as cluster:
        with pytest.raises(
            RemoteError, match=r"there was no answer within 0\.2 s; the cluster is busy"
        ) as caught:
            cluster.search({})
        assert (caught.value.status, caught.value.passing) == (None, True)
        with pytest.raises(RemoteError, match=r"within 0\.1 s"):
            cluster.search({}, timeout=0.1)
        assert len(front.requests) == 2  # whoever waits is not kept waiting for several times as long
        front.heal()
        assert "you" in cluster.search({}, timeout=30)


def test_the_connection_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    with plain(port) as cluster, pytest.raises(RemoteError) as caught:
        cluster.index_request("PUT")
    assert str(caught.value) == (
        f"opensearch://127.0.0.1:{port}/news: the connection is refused; is it running, and is this its address?"
    )
    assert capfd.readouterr() == ("", "")  # nor does opensearch-py say anything besides


def test_there_is_no_such_host() -> None:
    with (
        at("opensearch://no-such-host.invalid") as cluster,
        pytest.raises(RemoteError, match="no host of this name is known"),
    ):
        cluster.search({})


def test_another_node_answers_for_one_that_is_gone(node: Node) -> None:
    with at(
        f"opensearch://127.0.0.1:{free_port()},127.0.0.1:{node.port},127.0.0.1:{free_port()}", retries=0
    ) as cluster:
        for _ in range(20):
            assert "you" in cluster.search({})
            cluster.index_request("PUT", body={})  # never got there: nothing is done twice
    assert len(node.requests) == 40


def test_something_else_answers(front: Front) -> None:
    front.spoil()
    with at(front.url) as cluster, pytest.raises(RemoteError, match="not as OpenSearch does; see whether"):
        cluster.search({})


def test_who_asks(secured: Front) -> None:
    ca = str(secured.authority)
    secret = "%D0%BF%40%D1%80%D0%BE%D0%BB%D1%8C"
    with at(secured.url.replace("//", f"//%D0%B0%D0%BD%D0%BD%D0%B0:{secret}@"), {"CA": ca}) as cluster:
        assert "you" in cluster.search({})
    with at(secured.url, {"USER": "анна", "PASSWORD": "п@роль", "CA": ca}) as cluster:
        assert "you" in cluster.search({})
    with at(secured.url, {"API_KEY": "a2V5", "CA": ca}) as cluster:
        assert "you" in cluster.search({})


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        (
            {"USER": "анна", "PASSWORD": "geheim"},
            "does not accept the user 'анна' with this password; see SEARCHLIB_OPENSEARCH_PASSWORD",
        ),
        ({"API_KEY": "Z2VoZWlt"}, "does not accept the API key; see SEARCHLIB_OPENSEARCH_API_KEY"),
        ({}, "wants to know who asks; set SEARCHLIB_OPENSEARCH_USER"),
    ],
    ids=["password", "key", "nobody"],
)
def test_a_wrong_password(secured: Front, environ: dict[str, str], what: str) -> None:
    with (
        at(secured.url, {"CA": str(secured.authority)} | environ) as cluster,
        pytest.raises(RemoteError, match=what) as caught,
    ):
        cluster.search({})
    assert (caught.value.status, caught.value.passing) == (401, False)
    assert "geheim" not in str(caught.value) and "Z2V" not in str(caught.value)
    assert len(secured.requests) == 1


def test_a_certificate_that_nobody_vouches_for(node: Node, secured: Front) -> None:
    with at(secured.url, {"API_KEY": "a2V5"}) as cluster:
        with pytest.raises(
            RemoteError, match=r"cannot be trusted by the system's certificates: .*SEARCHLIB_OPENSEARCH_CA"
        ):
            cluster.search({})
        with pytest.raises(RemoteError) as caught:
            cluster.bulk(b"\n")
        assert (caught.value.status, caught.value.passing) == (None, False)
    assert node.requests == []


def test_a_certificate_of_another_name(node: Node) -> None:
    if reason := fronts.why_not():
        pytest.skip(reason)
    with (
        Front(f"http://127.0.0.1:{node.port}", names=("DNS:example.org",)) as wrong,
        at(wrong.url, {"CA": str(wrong.authority)}) as cluster,
        pytest.raises(RemoteError, match="is for another name"),
    ):
        cluster.search({})


def test_tls_where_there_is_none_and_none_where_there_is(node: Node, secured: Front) -> None:
    with (
        at(f"https://127.0.0.1:{node.port}") as cluster,
        pytest.raises(RemoteError, match="does not speak TLS"),
    ):
        cluster.search({})
    with (
        at(secured.url.replace("https", "http")) as cluster,
        pytest.raises(RemoteError, match="say tls=true or https"),
    ):
        cluster.search({})


def test_a_file_of_certificates_that_is_none(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (empty, tmp_path / "absent.pem"):
        with (
            at("https://localhost", {"CA": str(path)}) as cluster,
            pytest.raises(RemoteError, match=f"{path.name}: the file of certificates cannot be used"),
        ):
            cluster.search({})


def test_threads_share_it(node: Node) -> None:
    with plain(node.port) as cluster, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: cluster.request("GET", f"n{n}"), range(200)))
    assert [answer["you"] for answer in answers] == [f"/n{n}" for n in range(200)]


def test_a_fork_makes_its_own_connections(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with plain(node.port) as cluster:
        cluster.search({})
        before = cluster._transport
        monkeypatch.setattr(os, "getpid", lambda: -1)
        cluster.search({})
        assert cluster._transport is not before


def test_without_opensearch_py(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    with (
        plain(1) as cluster,
        pytest.raises(RemoteError, match=r"not installed; .*pip install 'searchlib\[opensearch\]'"),
    ):
        cluster.search({})


def test_it_is_not_imported_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, searchlib, searchlib.remote.cluster; sys.exit('opensearchpy' in sys.modules or 'urllib3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("options", [{"timeout": 0.0}, {"retries": -1}, {"connections": 0}])
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Cluster(Address.parse("opensearch://host/news", {}), **options)

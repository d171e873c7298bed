"""Is nothing lost and nothing doubled when a real cluster fails, and is it said clearly?"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from searchlib import DocumentError, IndexNotFoundError, RemoteError
from searchlib.definitions import NEWS
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster
from searchlib.remote.index import RemoteIndex
from searchlib.remote.layout import body_of
from searchlib.remote.wordlist import make_list, words_of

from . import front as fronts
from . import server
from .articles import article, once, present, wait_for_green
from .front import Front
from .twins import remove


@pytest.fixture
def name() -> str:
    return f"faults-{uuid.uuid4().hex}"


@pytest.fixture
def index(cluster: server.Cluster, name: str) -> Iterator[RemoteIndex]:
    with RemoteIndex.create(f"{cluster.urls[0]}/{name}", replicas=0) as made:
        yield made
    remove(f"{cluster.urls[0]}/{name}")


@pytest.fixture
def front(cluster: server.Cluster) -> Iterator[Front]:
    with Front(cluster.urls[0], tls=False) as made:
        yield made


@pytest.fixture(scope="module")
def narrow() -> Iterator[server.Cluster]:
    """A node that does one thing at a time, lets one more wait, and reads no request larger than a megabyte."""
    if reason := server.why_not_started():
        pytest.skip(reason)
    settings: dict[str, str | int] = {
        "thread_pool.write.size": 1,
        "thread_pool.write.queue_size": 1,
        "thread_pool.search.size": 1,
        "thread_pool.search.queue_size": 1,
        "http.max_content_length": "1mb",
    }
    with server.Cluster(settings=settings) as started:
        yield started


def test_a_node_is_stopped_in_the_middle_of_a_load(three_nodes: server.Cluster, name: str) -> None:
    hosts = ",".join(url.removeprefix("http://") for url in three_nodes.urls)
    with RemoteIndex.create(f"opensearch://{hosts}/{name}", shards=3, replicas=1) as index:
        wait_for_green(index)
        stopped = threading.Event()

        def stop() -> None:
            three_nodes.stop(1)
            stopped.set()

        stopper = threading.Thread(target=stop)
        count = 0
        with index.writer(workers=3, batch_mb=0.02) as writer:
            while count < 4000 or not stopped.is_set():
                writer.add(article(count))
                count += 1
                if count == 500:
                    stopper.start()
            writer.add(article(7) | {"title": "Новость 7, исправлено"})
        stopper.join()
        try:
            assert present(index) == once(count)
            assert index.search("исправлено").total == 1
        finally:
            three_nodes.start(1)
        wait_for_green(index)
        assert present(index) == once(count)


def test_a_node_is_stopped_in_the_middle_of_searches(three_nodes: server.Cluster, name: str) -> None:
    hosts = ",".join(url.removeprefix("http://") for url in three_nodes.urls)
    with RemoteIndex.create(f"opensearch://{hosts}/{name}", shards=3, replicas=1) as index:
        with index.writer() as writer:
            for number in range(300):
                writer.add(article(number))
        wait_for_green(index)
        expected = [(hit.id, hit.score) for hit in index.search("саммит OR нефть", limit=20)]
        assert len(expected) == 20
        over = threading.Event()
        failures: list[RemoteError] = []
        answers = 0

        def search() -> int:
            asked = 0
            while not over.is_set():
                try:
                    assert [
                        (hit.id, hit.score) for hit in index.search("саммит OR нефть", limit=20)
                    ] == expected
                    asked += 1
                except RemoteError as error:
                    failures.append(error)
            return asked

        with ThreadPoolExecutor(3) as threads:
            searches = [threads.submit(search) for _ in range(3)]
            time.sleep(0.5)
            try:
                three_nodes.stop(2)
                time.sleep(1)
            finally:
                over.set()
            answers = sum(one.result() for one in searches)
        three_nodes.start(2)
        assert answers > 10
        assert all(error.passing for error in failures), failures
        assert [(hit.id, hit.score) for hit in index.search("саммит OR нефть", limit=20)] == expected


def test_what_only_some_shards_answer_is_no_answer(three_nodes: server.Cluster, name: str) -> None:
    hosts = ",".join(url.removeprefix("http://") for url in three_nodes.urls)
    with RemoteIndex.create(f"opensearch://{hosts}/{name}", shards=3, replicas=0) as index:
        with index.writer() as writer:
            for number in range(60):
                writer.add(article(number))
        assert index.search("*").total == 60
        three_nodes.stop(2)
        try:
            with pytest.raises(RemoteError) as caught:
                index.search("*")
            assert caught.value.passing
        finally:
            three_nodes.start(2)
        wait_for_green(index)
        assert index.search("*").total == 60
        assert present(index) == once(60)


def test_the_pool_of_threads_that_write_is_full(narrow: server.Cluster, name: str) -> None:
    with RemoteIndex.create(f"{narrow.urls[0]}/{name}", replicas=0) as index:
        with index.writer(workers=8, batch_mb=0.01) as writer:
            for number in range(2000):
                writer.add(article(number))
        assert present(index) == once(2000)
        (node,) = index._cluster.request("GET", "_nodes/stats/thread_pool")["nodes"].values()
        assert node["thread_pool"]["write"]["rejected"] > 0, "it was never full: the test shows nothing"


def test_the_pool_of_threads_that_search_is_full(narrow: server.Cluster, name: str) -> None:
    with RemoteIndex.create(f"{narrow.urls[0]}/{name}", replicas=0) as index:
        with index.writer() as writer:
            for number in range(200):
                writer.add(article(number))
        expected = [hit.id for hit in index.search("саммит", limit=20)]

        def search(_: int) -> str | None:
            try:
                assert [hit.id for hit in index.search("саммит", limit=20)] == expected
            except RemoteError as error:
                assert error.passing and error.status in (429, 503)
                return str(error)
            return None

        with ThreadPoolExecutor(16) as threads:
            refused = [one for one in threads.map(search, range(200)) if one]
        assert len(refused) < 200
        (node,) = index._cluster.request("GET", "_nodes/stats/thread_pool")["nodes"].values()
        assert node["thread_pool"]["search"]["rejected"] > 0, "it was never full: the test shows nothing"


def test_a_batch_is_larger_than_the_cluster_reads(narrow: server.Cluster, name: str) -> None:
    with RemoteIndex.create(f"{narrow.urls[0]}/{name}", replicas=0) as index:
        told: list[DocumentError] = []
        writer = index.writer(patience=20.0)
        with writer:
            for number in range(30):
                writer.add(article(number, words=200_000 if number == 7 else 3_000))
            with pytest.raises(DocumentError, match=r"'id-7': it is too large: [\d,]+ bytes") as caught:
                writer.commit()
            told.append(caught.value)
        assert present(index) == once(30) - Counter(["id-7"])


def test_a_mapping_conflict_takes_no_other_document_with_it(
    cluster: server.Cluster, name: str, tmp_path: Path
) -> None:
    url = f"{cluster.urls[0]}/{name}"
    body = body_of(NEWS, shards=1, replicas=0)
    body["mappings"]["properties"]["values"]["properties"]["tags"] = {"type": "long"}
    with Cluster(Address.parse(url, {})) as connection:
        connection.index_request("PUT", body=body)
        make_list(words_of(connection), replicas=0)
    records = [article(number) | {"tags": ["нефть" if number % 10 == 3 else number]} for number in range(40)]
    file = tmp_path / "news.jsonl"
    file.write_text("".join(f"{msgspec_line(record)}\n" for record in records), "utf-8")
    with RemoteIndex.open(url) as index:
        told: list[DocumentError] = []
        with index.writer() as writer:
            assert writer.add_from([file], on_error=told.append) == 36
        assert sorted(str(error).split("'")[3] for error in told) == ["id-13", "id-23", "id-3", "id-33"]
        assert {error.field for error in told} == {"values.tags"}
        assert "failed to parse field [values.tags]" in str(told[0])
        good = once(40) - Counter(f"id-{number}" for number in (3, 13, 23, 33))
        assert present(index) == good

        with index.writer() as writer:
            writer.add(article(50))
            writer.add(records[3])
            writer.add(article(51))
            with pytest.raises(DocumentError, match="'id-3'"):
                writer.commit()
            assert present(index) == good + Counter(["id-50", "id-51"])
        with pytest.raises(DocumentError, match="'id-3'"), index.writer() as writer:
            writer.add_from([file], strict=True)
        remove(url)


def msgspec_line(record: dict[str, Any]) -> str:
    import json

    return json.dumps(record, ensure_ascii=False)


@pytest.mark.parametrize("fault", ["hang", "cut", "hang_up", "spoil", "refuse"])
def test_requests_and_answers_are_lost_on_the_way(
    index: RemoteIndex, front: Front, name: str, fault: str
) -> None:
    with RemoteIndex.open(f"{front.url}/{name}", timeout=1.0) as through:
        writer = through.writer(batch_mb=0.01, workers=2)
        for number in range(600):
            writer.add(article(number % 500))
            if number % 150 == 40:
                if fault == "hang":
                    front.hang(2.0, path="_bulk")
                elif fault == "refuse":
                    front.refuse(429, times=3, path="_bulk")
                elif fault != "spoil":
                    getattr(front, fault)(path="_bulk")
        if fault == "spoil":
            front.spoil(path="_bulk")
            writer.add(article(1))
            with pytest.raises(RemoteError, match="not as OpenSearch does"):
                writer.commit()
        writer.commit()  # once more, and nothing is lost
        writer.close()
    assert present(index) == once(500)


def test_a_time_out_that_does_not_end(index: RemoteIndex, front: Front, name: str) -> None:
    with RemoteIndex.open(f"{front.url}/{name}", timeout=0.3) as through:
        writer = through.writer(patience=0.5)
        writer.add(article(0))
        writer.commit()
        front.hang(5, times=100, path="_bulk")
        writer.add(article(1))
        with pytest.raises(RemoteError, match=r"there was no answer within 0\.3 s") as caught:
            writer.commit()
        assert caught.value.passing
        front.heal()
        writer.commit()
        writer.close()
        front.hang(5, times=100, path="search")
        with pytest.raises(RemoteError, match=r"there was no answer within 0\.3 s"):
            through.search("саммит")
    assert present(index) == once(2)


def test_a_wrong_password(
    index: RemoteIndex, cluster: server.Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := fronts.why_not():
        pytest.skip(reason)
    with Front(cluster.urls[0], user=("анна", "секрет"), api_key="a2V5") as front:
        monkeypatch.setenv("SEARCHLIB_OPENSEARCH_CA", str(front.authority))
        monkeypatch.setenv("SEARCHLIB_OPENSEARCH_USER", "анна")
        monkeypatch.setenv("SEARCHLIB_OPENSEARCH_PASSWORD", "секрет")
        with RemoteIndex.open(f"{front.url}/{name}") as through:
            writer = through.writer()
            writer.add(article(0))
            writer.commit()
            front.allowed.clear()
            front.allowed.add("Basic changed")  # while it is written to
            writer.add(article(1))
            with pytest.raises(
                RemoteError, match="does not accept the user 'анна' with this password"
            ) as caught:
                writer.commit()
            assert caught.value.status == 401
            assert "секрет" not in str(caught.value)
            writer.close()
            with pytest.raises(RemoteError, match="does not accept the user"):
                through.search("саммит")
        with pytest.raises(RemoteError, match="does not accept the user"):
            RemoteIndex.open(f"{front.url}/{name}")
    assert present(index) == once(1)


def test_a_wrong_certificate(
    index: RemoteIndex, cluster: server.Cluster, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := fronts.why_not():
        pytest.skip(reason)
    with Front(cluster.urls[0]) as front:
        with pytest.raises(RemoteError, match="cannot be trusted by the system's certificates"):
            RemoteIndex.open(f"{front.url}/{name}")
        other = fronts.certificate(tmp_path / "other", "DNS:localhost")
        monkeypatch.setenv("SEARCHLIB_OPENSEARCH_CA", str(other))
        with pytest.raises(RemoteError, match=r"cannot be trusted by the certificates of .*both\.pem"):
            RemoteIndex.open(f"{front.url}/{name}")
        assert front.requests == []
        monkeypatch.setenv("SEARCHLIB_OPENSEARCH_CA", str(front.authority))
        with RemoteIndex.open(f"{front.url}/{name}") as through, through.writer() as writer:
            writer.add(article(0))
    assert present(index) == once(1)


def test_the_connection_is_refused(index: RemoteIndex, cluster: server.Cluster, name: str) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with pytest.raises(
        RemoteError, match=f"127.0.0.1:{port}/{name}: the connection is refused; is it running"
    ):
        RemoteIndex.open(f"opensearch://127.0.0.1:{port}/{name}")
    front = Front(cluster.urls[0], tls=False)
    with RemoteIndex.open(f"{front.url}/{name}") as through:
        writer = through.writer(patience=0.5)
        writer.add(article(0))
        front.close()
        through._cluster.close()  # else it goes on over a connection that is open still
        with pytest.raises(RemoteError, match="the connection is refused"):
            writer.commit()
        writer.close()
    assert present(index) == once(0)


def test_the_index_is_removed_while_it_is_written_to(index: RemoteIndex) -> None:
    writer = index.writer()
    writer.add(article(0))
    writer.commit()
    index._cluster.index_request("DELETE")
    writer.add(article(1))
    with pytest.raises(RemoteError, match="somebody removed the index while this was written to it"):
        writer.commit()
    writer.close()


def test_there_is_no_index(cluster: server.Cluster, name: str) -> None:
    with pytest.raises(IndexNotFoundError, match=name):
        RemoteIndex.open(f"{cluster.urls[0]}/{name}")

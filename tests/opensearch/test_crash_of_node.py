"""Is nothing lost, doubled or wrong when a node crashes (SIGKILL), whatever it was to the cluster?"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from searchlib import RemoteError
from searchlib.remote.index import RemoteIndex

from . import server
from .articles import article, once, present, wait_for_green


@pytest.fixture
def apart() -> Iterator[server.Cluster]:
    """Three nodes, each of which may be killed."""
    if reason := server.why_not_started():
        pytest.skip(reason)
    with server.Cluster(3, apart=True) as started:
        yield started


@pytest.fixture
def name() -> str:
    return f"crash-{uuid.uuid4().hex}"


def url_of(cluster: server.Cluster, name: str) -> str:
    return f"opensearch://{','.join(url.removeprefix('http://') for url in cluster.urls)}/{name}"


def elected(index: RemoteIndex) -> int:
    """The node that is cluster manager."""
    (found,) = index._cluster.request("GET", "_cat/master", params={"format": "json"})
    return int(found["node"].removeprefix("node-"))


def answer(index: RemoteIndex) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in index.search("саммит OR нефть", limit=20)]


class Asking:
    """The same question again and again, by threads, until it is over."""

    def __init__(self, index: RemoteIndex, expected: list[tuple[str, float]]) -> None:
        self.index = index
        self.expected = expected
        self.over = Event()
        self.right = 0
        self.failures: list[RemoteError] = []

    def go_on(self) -> None:
        while not self.over.is_set():
            try:
                assert answer(self.index) == self.expected
                self.right += 1
            except RemoteError as error:
                self.failures.append(error)
            time.sleep(0.1)


def primaries(index: RemoteIndex) -> set[int]:
    """The nodes that hold primaries of the index."""
    path = f"_cat/shards/{index._cluster.address.index}"
    shards = index._cluster.request("GET", path, params={"format": "json"})
    return {int(one["node"].removeprefix("node-")) for one in shards if one["prirep"] == "p"}


@pytest.mark.slow
def test_the_cluster_manager_and_primaries_with_it_crash_in_the_middle_of_a_load_and_of_searches(
    apart: server.Cluster, name: str
) -> None:
    with (
        RemoteIndex.create(url_of(apart, name), shards=3, replicas=1) as loaded,
        RemoteIndex.create(url_of(apart, f"{name}-asked"), shards=3, replicas=1) as asked,
    ):
        with asked.writer() as writer:
            for number in range(300):
                writer.add(article(number))
        wait_for_green(asked)
        wait_for_green(loaded)
        expected = answer(asked)
        assert len(expected) == 20
        node = elected(loaded)
        assert node in primaries(loaded) & primaries(asked)
        asking = Asking(asked, expected)

        def crash() -> None:
            apart.kill(node)
            for _ in range(3):  # each asks all nodes in turn, the dead one too
                with RemoteIndex.open(url_of(apart, f"{name}-asked")) as another:
                    assert answer(another) == expected
            assert elected(loaded) != node
            apart.start(node)
            wait_for_green(loaded)

        count = 0
        with ThreadPoolExecutor(3) as threads, loaded.writer(workers=3, batch_mb=0.02) as writer:
            searches = [threads.submit(asking.go_on) for _ in range(2)]
            crashed: Future[None] | None = None
            try:
                while crashed is None or not crashed.done() or count % 400:
                    writer.add(article(count))
                    writer.add(article(count // 2) | {"title": f"Новость {count // 2}, исправлено"})
                    count += 1
                    if count == 500:
                        crashed = threads.submit(crash)
                    if count % 400 == 0:
                        writer.commit()
                        assert present(loaded) == once(count)
                    if count > 2000:
                        time.sleep(0.02)  # the node that starts needs the machine, too
            finally:
                asking.over.set()
            crashed.result()
            for one in searches:
                one.result()
        assert present(loaded) == once(count)
        assert loaded.search("исправлено", limit=0).total == (count + 1) // 2
        assert answer(asked) == expected
        assert asking.right > 20
        assert all(error.passing for error in asking.failures), asking.failures
        assert len(asking.failures) <= asking.right / 10, asking.failures


@pytest.mark.slow
def test_what_was_committed_is_there_when_the_only_node_crashes(name: str) -> None:
    if reason := server.why_not_started():
        pytest.skip(reason)
    with (
        server.Cluster(apart=True) as alone,
        RemoteIndex.create(url_of(alone, name), replicas=0) as index,
        index.writer() as writer,
    ):
        for number in range(500):
            writer.add(article(number))
        writer.commit()
        assert writer.delete("id-7")
        writer.add(article(11) | {"title": "Новость 11, исправлено"})
        writer.commit()
        alone.kill(0)
        alone.start(0)
        wait_for_green(index)
        assert present(index) == once(500) - once(8) + once(7)
        assert index.search("исправлено").ids == ["id-11"]

"""Does an archive on a cluster keep up with files that arrive, when the cluster is away for a while, too?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_archive import search

from searchlib import DocumentError, RemoteError, SearchError, connect
from searchlib.remote import index as remote_index
from searchlib.remote.index import RemoteIndex
from searchlib.remote.layout import Layout
from searchlib.watching import Batch, Watcher

from . import server
from .front import Front
from .twins import remove


@pytest.fixture
def url(cluster: server.Cluster) -> Iterator[str]:
    one = f"{cluster.urls[0].replace('http', 'opensearch')}/watch-{uuid.uuid4().hex}"
    yield one
    remove(one)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "входящие"
    made.mkdir()
    return made


def line(id: str, text: str = "Саммит в Астане") -> str:
    return json.dumps({"id": id, "title": text}, ensure_ascii=False) + "\n"


def twice(watcher: Watcher) -> Batch | None:
    """A file is read when two looks have found it alike."""
    return watcher.look() or watcher.look()


def present(index: RemoteIndex) -> list[str]:
    return sorted(index.search("*", limit=100).ids)


def test_what_arrives_is_found(url: str, folder: Path) -> None:
    with RemoteIndex.create(url, replicas=0) as index:
        log = folder.parent / "лента.log"
        log.write_text(line("first"), "utf-8")
        watcher = Watcher(index, [folder], [log], commit_every=0)
        batch = watcher.look()
        assert batch is not None and (batch.documents, batch.skipped) == (1, 0)
        (folder / "новости.jsonl").write_text(line("a") + "{oops\n" + line("b"), "utf-8")
        with pytest.raises(DocumentError, match=r"новости\.jsonl:2"):
            twice(watcher)
        assert present(index) == ["first"]
        told: list[SearchError] = []
        batches: list[Batch] = []
        looks = iter((False,) * 12)
        added = index.watch(
            [folder],
            [log],
            every=0.01,
            commit_every=0,
            on_error=told.append,
            on_commit=batches.append,
            should_stop=lambda: next(looks, True),
        )
        assert (added, len(told)) == (3, 1)
        assert sum(batch.skipped for batch in batches) == 1
        assert present(index) == ["a", "b", "first"]


def test_what_could_not_be_committed_is_tried_again(
    url: str, folder: Path, cluster: server.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_index, "_TURN_PATIENCE", 0.0)
    RemoteIndex.create(url, replicas=0).close()
    with (
        Front(cluster.urls[0], tls=False) as front,
        RemoteIndex.open(f"{front.url}/{url.rpartition('/')[2]}") as index,
    ):
        told: list[SearchError] = []
        watcher = Watcher(index, [folder], commit_every=0, on_error=told.append)
        (folder / "a.jsonl").write_text(line("a"), "utf-8")
        for path in "_bulk", "_refresh", "_settings":
            front.refuse(503, times=1000, path=path)
            assert twice(watcher) is None
            front.heal()
        assert len(told) >= 3
        assert all(isinstance(error, RemoteError) for error in told)
        batch = twice(watcher)
        assert batch is not None and batch.documents == 1
        assert present(index) == ["a"]


def test_what_the_cluster_refuses_is_told_and_not_read_again(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_of = Layout.source_of

    def spoilt(self: Layout, document: Any, order: int) -> dict[str, Any]:
        source = source_of(self, document, order)
        return source | {"date": "no number"} if document.id == "b" else source

    monkeypatch.setattr(Layout, "source_of", spoilt)
    (folder / "a.jsonl").write_text(line("a") + line("b") + line("c"), "utf-8")
    with RemoteIndex.create(url, replicas=0) as index:
        told: list[SearchError] = []
        watcher = Watcher(index, [folder], commit_every=0, on_error=told.append)
        batch = twice(watcher)
        assert batch is not None and (batch.documents, batch.skipped) == (2, 1)
        assert [error.id for error in told if isinstance(error, DocumentError)] == ["b"]
        assert twice(watcher) is None
        assert present(index) == ["a", "c"]


def test_the_command_makes_the_index(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.jsonl").write_text(line("a"), "utf-8")
    watch = RemoteIndex.watch

    def short(self: RemoteIndex, *args: Any, **options: Any) -> int:
        looks = iter((False,) * 6)
        return watch(self, *args, **{**options, "should_stop": lambda: next(looks, True)})

    monkeypatch.setattr(RemoteIndex, "watch", short)
    told = search("watch", str(folder), "--index", url, "--every", "0.01", "--commit-every", "0")
    assert told.exit_code == 0, told.output
    assert "1 document added, 0 skipped" in told.stdout
    with connect(url) as index:
        assert present(index) == ["a"]

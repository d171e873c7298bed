"""Do searches and writers go on while large segments are merged beside them, and is nothing lost by it?"""

from __future__ import annotations

import logging
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from small_archive import articles, build

import searchlib
from searchlib.storage import merger, merging
from searchlib.storage.manifest import Manifest


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of eight documents are merged beside, single documents at the commit."""
    monkeypatch.setattr(merging, "_SMALL", 8)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Merges of more than 8 documents wait for it."""
    opened = threading.Event()
    merge = merger.merge

    def held(*args: Any, **named: Any) -> Any:
        segments = args[3]
        if sum(segment.file.documents for segment in segments) > 8:
            stop = named.get("should_stop")
            while not opened.wait(0.01):
                if stop is not None and stop():
                    return None
        return merge(*args, **named)

    monkeypatch.setattr(merging, "merge", held)
    return opened


def ids(index: searchlib.Index) -> list[str]:
    return index.search("common", limit=10_000, sort="relevance").ids


def feed(writer: Any, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        writer.add(row)
        writer.commit()


def names(index: searchlib.Index) -> set[str]:
    return {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"}


def test_commits_go_on_while_segments_are_merged(tmp_path: Path, gate: threading.Event) -> None:
    rows = articles(80)
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        feed(writer, rows[:64])
        assert writer._merging.running
        before = index.stats().segments
        feed(writer, rows[64:])  # the thread is held, and these are commits all the same
        assert len(index) == 80
        assert index.stats().segments >= before
        gate.set()
    assert not any(thread.name.startswith("searchlib merge") for thread in threading.enumerate())
    whole = build(tmp_path / "whole", rows)
    one, other = (each.search("summit договор", limit=100) for each in (index, whole))
    assert one.ids == other.ids
    assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], rel=1e-12)
    assert index.stats().segments < 16
    assert names(index) == Manifest.read(index.path).files()


def test_what_is_deleted_or_replaced_during_a_merge_is_gone_after_it(
    tmp_path: Path, gate: threading.Event
) -> None:
    rows = articles(64)
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        feed(writer, rows)
        assert writer._merging.running
        writer.delete("id-3")
        writer.add(rows[5] | {"text": "common zebra"})
        writer.commit()
        writer.delete("id-7")  # not committed when the merge ends
        writer.add(rows[9] | {"text": "common zebra"})
        gate.set()
        while not writer._merging.finished:
            gate.wait(0.01)
        writer.commit()
        assert writer._merging.running or index.stats().segments <= 4
    expected = {f"id-{number}" for number in range(64)} - {"id-3", "id-7"}
    for one in (index, searchlib.Index.open(index.path)):
        assert set(ids(one)) == expected
        assert len(one) == 62
        assert sorted(one.search("zebra").ids) == ["id-5", "id-9"]
    assert names(index) == Manifest.read(index.path).files()


def test_a_rollback_leaves_the_merge_of_what_was_committed(tmp_path: Path, gate: threading.Event) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
        writer.add({"id": "lost", "text": "common"})
        writer.delete("id-1")
        writer.rollback()
        gate.set()
    assert len(index) == 64
    assert index.stats().segments == 1  # closing waited for it and committed it
    assert "lost" not in index
    assert "id-1" in index


def test_clear_and_optimize_give_the_merge_up(tmp_path: Path, gate: threading.Event) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
        writer.clear()
        assert not writer._merging.running
        writer.add({"id": "only", "text": "common"})
    assert index.search("common").ids == ["only"]
    with index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
        gate.set()
        writer.optimize()
        assert index.stats().segments == 1
    assert len(index) == 65
    assert names(index) == Manifest.read(index.path).files()


def test_an_exception_gives_the_merge_up(tmp_path: Path, gate: threading.Event) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with pytest.raises(RuntimeError, match="enough"), index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
        raise RuntimeError("enough")
    assert not gate.is_set()
    assert len(index) == 64
    assert names(index) == Manifest.read(index.path).files()
    index.writer(lock_timeout=0).close()


def test_when_all_inputs_of_a_merge_die_meanwhile_it_is_not_needed(
    tmp_path: Path, gate: threading.Event
) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
        assert writer.delete_where("common") == 64
        writer.add({"id": "only", "text": "common"})
        writer.commit()
        gate.set()
    assert ids(index) == ["only"]
    assert names(index) == Manifest.read(index.path).files()


@pytest.mark.parametrize("small", [8, 4096])
def test_a_damaged_segment_does_not_keep_others_from_being_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, small: int
) -> None:
    """Whether it would be merged at a commit or beside."""
    monkeypatch.setattr(merging, "_SMALL", small)
    chance = random.Random(1)
    index = build(tmp_path / "news", [row | {"noise": chance.randbytes(3000).hex()} for row in articles(40)])
    [damaged] = index.path.glob("*.segment")
    content = bytearray(damaged.read_bytes())
    content[100] ^= 0xFF  # a page of stored fields
    damaged.write_bytes(content)
    index = searchlib.Index.open(index.path)
    with caplog.at_level(logging.WARNING, "searchlib"), index.writer() as writer:
        for number in range(20):
            writer.delete(f"id-{number}")  # a third is dead: it is to be rewritten
        for number in range(40):
            writer.add({"id": f"new-{number}", "text": "zebra"})
            writer.commit()
    assert index.search("zebra").total == 40
    assert damaged.exists()
    assert [record for record in caplog.records if str(damaged) in record.getMessage()]
    assert len(caplog.records) == 1  # it is not tried at every commit
    with pytest.raises(searchlib.CorruptIndexError), index.writer() as writer:
        writer.optimize()
    assert index.search("zebra").total == 40


def test_a_disk_that_refuses_a_merge_does_not_refuse_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(folder: Path, file: str, *_: object, **__: object) -> None:
        raise searchlib.StorageError(folder / file, "cannot be written: No space left on device")

    index = searchlib.Index.create(tmp_path / "news")
    with monkeypatch.context() as patch:
        patch.setattr(merging, "merge", refused)
        with caplog.at_level(logging.WARNING, "searchlib"), index.writer() as writer:
            feed(writer, articles(40))
    assert index.stats().segments == len(index) == 40
    assert "No space left" in caplog.text
    with index.writer() as writer:
        writer.add({"id": "new", "text": "common"})
    assert index.stats().segments < 10
    assert len(index) == 41


def test_ctrl_c_while_a_merge_is_waited_for(
    tmp_path: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(beside: object) -> None:
        raise KeyboardInterrupt

    index = searchlib.Index.create(tmp_path / "news")
    monkeypatch.setattr(merging._Beside, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), index.writer() as writer:
        feed(writer, articles(64))
        assert writer._merging.running
    assert not any(thread.name.startswith("searchlib merge") for thread in threading.enumerate())
    assert not gate.is_set()
    assert len(index) == 64
    index.writer(lock_timeout=0).close()
    assert names(index) == Manifest.read(index.path).files()

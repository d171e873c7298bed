"""What is left when an exception ends a writer, and what does the next one do with what a killed one left behind?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_archive import answers, articles, build

import searchlib
from searchlib.storage.manifest import Manifest


def test_files_that_no_commit_names_are_removed_by_the_next_writer(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    expected = answers(index)
    strays = ["00000002.segment", "00000001.2.deletions", "manifest.new"]
    for name in strays:
        (index.path / name).write_bytes(b"half a file")
    (index.path / "notes.txt").write_text("not ours", encoding="utf-8")
    (index.path / "99999999.segment").mkdir()  # nobody's of ours either, and no reason to fail
    assert answers(searchlib.Index.open(index.path)) == expected
    with index.writer():
        assert not any((index.path / name).exists() for name in strays)
    assert (index.path / "notes.txt").exists()
    assert answers(index) == expected
    with index.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
    assert len(index.search("zebra")) == 1


def test_a_commit_removes_what_it_replaced_while_the_writer_goes_on(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    [first] = index.path.glob("*.segment")
    with index.writer() as writer:
        for row in articles(10, seed=2):
            writer.add(row)
        assert first.exists()
        writer.commit()
        assert not first.exists()


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_in_the_with_block_rolls_back(tmp_path: Path, kind: type[BaseException]) -> None:
    index = build(tmp_path / "news", articles(10))
    expected = answers(index)
    filler = " ".join(f"filler{number}" for number in range(3000))
    with pytest.raises(kind, match="enough"), index.writer(memory_mb=1) as writer:
        for number in range(20):
            writer.add({"id": f"id-{number}", "text": f"lost {filler}"})
        raise kind("enough")
    assert answers(index) == expected
    assert answers(searchlib.Index.open(index.path)) == expected
    assert {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"} == Manifest.read(
        index.path
    ).files()
    index.writer(lock_timeout=0).close()


def test_a_bad_record_does_not_end_the_batch(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        writer.add({"id": "1", "text": "word"})
        for bad in ({"id": "2"}, {"id": "2", "text": "word", "date": "soon"}, {"id": ["x"], "text": "word"}):
            with pytest.raises(searchlib.DocumentError):
                writer.add(bad)
        writer.add({"id": "3", "text": "word"})
    assert sorted(hit.id for hit in index.search("word")) == ["1", "3"]


def test_a_writer_that_is_forgotten_lets_go(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(3))
    writer = index.writer()
    writer.add({"id": "lost", "text": "lost"})
    del writer
    with index.writer(lock_timeout=1) as writer:
        writer.add({"id": "kept", "text": "kept"})
    assert index.search("kept lost").total == 1

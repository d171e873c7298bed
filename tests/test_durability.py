"""What does a commit that need not be durable promise, and what does a loss of power leave of it?"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_archive import answers, articles, build

import searchlib
from searchlib.storage.manifest import MANIFEST, RECENT, Manifest


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"lock", "lock.holder"}


def undurable(folder: Path) -> searchlib.Index:
    """Twenty documents for good, and then three changes that are not; as a writer that was killed leaves them."""
    program = """
import os, sys
sys.path.insert(0, sys.argv[2])
from small_archive import articles
import searchlib
writer = searchlib.Index.open(sys.argv[1]).writer()
for row in articles(23)[20:]:
    writer.add(row)
    writer.commit(durable=False)
writer.delete("id-2")
writer.commit(durable=False)
os._exit(1)
"""
    index = build(folder, articles(20))
    subprocess.run([sys.executable, "-c", program, str(folder), str(Path(__file__).parent)], check=False)
    assert (folder / RECENT).exists()
    return index


def test_it_is_visible_to_everyone_and_outlives_its_process(tmp_path: Path) -> None:
    index = undurable(tmp_path / "news")
    assert len(index) == 20
    assert index.refresh()
    expected = {f"id-{number}" for number in range(23)} - {"id-2"}
    for one in (index, searchlib.Index.open(index.path)):
        assert set(one.search("common", limit=100).ids) == expected
        assert not one.refresh()
    with index.writer() as writer:  # goes on from there
        writer.add({"id": "next", "text": "common"})
    assert len(index) == 23
    assert not (index.path / RECENT).exists()
    assert names(index.path) == Manifest.read(index.path).files()


def test_without_it_the_last_durable_commit_stands(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Every file that was not synced may be lost, cut short or full of zeros."""
    index = undurable(tmp_path / "news")
    index.refresh()
    kept = Manifest.read(index.path).files()
    lost = sorted(names(index.path) - kept)
    assert lost[-1] == RECENT
    assert len(lost) > 2
    before = answers(build(tmp_path / "before", articles(20)))
    for number, name in enumerate(lost):
        for way in ("gone", "empty", "cut", "zeros", "hole"):
            folder = tmp_path / f"{number}{way}"
            shutil.copytree(index.path, folder)
            content = (folder / name).read_bytes()
            middle = len(content) // 2
            if way == "gone":
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(
                    {
                        "empty": b"",
                        "cut": content[:middle],
                        "zeros": bytes(len(content)),
                        "hole": content[: middle - 1] + b"\0\0" + content[middle + 1 :],
                    }[way]
                )
            after = searchlib.Index.open(folder)
            assert answers(after) == before
            assert not after.refresh()
            with caplog.at_level(logging.WARNING, "searchlib"), after.writer() as writer:
                writer.add({"id": "next", "text": "zebra"})
            if name != RECENT:  # else nothing is left that could tell
                assert "commits 2 to 5 were not durable and are lost" in caplog.text
            caplog.clear()
            assert len(after) == 21
            assert answers(searchlib.Index.open(folder))[0] == before[0]
            assert names(folder) == Manifest.read(folder).files()


def test_a_durable_commit_after_it_makes_it_durable(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20))
    synced: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("the name of an open file is read from /proc")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", watched)
        with index.writer() as writer:
            for row in articles(23)[20:]:
                writer.add(row)
                writer.commit(durable=False)
            writer.delete("id-2")
            writer.commit(durable=False)
            assert synced == []
            assert (index.path / RECENT).exists()
            writer.commit()  # nothing new but that
            assert not (index.path / RECENT).exists()
            count = len(synced)
            writer.commit()
            assert len(synced) == count
    manifest = Manifest.read(index.path)
    assert manifest.files() - {MANIFEST, manifest.segments[0].file} <= set(synced)
    assert len(index) == 22
    assert names(index.path) == manifest.files()


def test_what_the_durable_commit_names_stays_until_the_next(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20))
    kept = Manifest.read(index.path).files()
    with index.writer() as writer:
        for number in range(20):
            writer.add({"id": f"id-{number}", "text": "zebra"})
            writer.commit(durable=False)
        assert index.search("zebra").total == len(index) == 20
        assert kept <= names(index.path)
        assert Manifest.read(index.path).files() == kept
    assert not kept & names(index.path) - {MANIFEST}


def test_a_reader_never_goes_back(tmp_path: Path) -> None:
    """Whatever of the two files of commits is written or removed while it reads them."""
    index = build(tmp_path / "news", articles(5))
    reader = searchlib.Index.open(index.path)
    seen = 0
    with index.writer() as writer:
        for number in range(60):
            writer.add({"id": f"new-{number}", "text": "zebra"})
            writer.commit(durable=number % 3 == 0)
            reader.refresh()
            found = reader.search("zebra").total
            assert found == number + 1 > seen
            seen = found


def test_a_commit_that_was_lost_does_not_come_back_with_the_files_of_another(tmp_path: Path) -> None:
    """The file of a commit that was lost may be on the disk again after the next loss; those it names may be others by then."""
    index = build(tmp_path / "news", articles(20))
    kept = names(index.path)
    with index.writer() as writer:
        writer.add({"id": "new", "text": "lion"})
        writer.delete("id-1")
        writer.commit(durable=False)
        recent = (index.path / RECENT).read_bytes()
        lost = {name: (index.path / name).read_bytes() for name in names(index.path) - kept - {RECENT}}
        assert len(lost) == 2
        for new, deleted, name in (
            ("bear", "id-1", "00000002.segment"),
            ("lion", "id-2", "00000001.2.deletions"),
        ):
            other = build(tmp_path / name, articles(20))
            with other.writer() as writer_of_other:
                writer_of_other.add({"id": "new", "text": new})
                writer_of_other.delete(deleted)
                writer_of_other.commit(durable=False)
                assert (other.path / name).read_bytes() != lost[name]
                (other.path / RECENT).write_bytes(recent)
                assert len(searchlib.Index.open(other.path)) == 20
                assert "id-1" in searchlib.Index.open(other.path)

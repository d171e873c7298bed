"""When the disk is full at any moment of a commit: does the last commit stand, and can the writer go on afterwards?"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from small_archive import answers, articles, build

import searchlib
from searchlib.storage.manifest import Manifest


class FullDisk:
    """Lets `allowed` steps of writing pass (open, write, sync, rename) and refuses the next and all after it."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.refused = 0

    def step(self) -> None:
        if self.allowed <= 0:
            self.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        self.allowed -= 1

    @contextmanager
    def mounted(self) -> Iterator[None]:
        disk, opened, replaced, synced = self, Path.open, Path.replace, os.fsync

        class File:
            def __init__(self, file: Any) -> None:
                self.file = file

            def write(self, data: Any) -> int:
                try:
                    disk.step()
                except OSError:
                    self.file.write(bytes(data)[: len(data) // 2])  # a full disk takes what fits
                    raise
                return int(self.file.write(data))

            def __enter__(self) -> File:
                return self

            def __exit__(self, *_: object) -> None:
                self.file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.file, name)

        def open_(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if "w" not in mode or path.name == "lock.holder":
                return opened(path, mode, *rest, **named)
            disk.step()
            return File(opened(path, mode, *rest, **named))

        def replace(path: Path, target: Any) -> Path:
            disk.step()
            return replaced(path, target)

        def fsync(descriptor: int) -> None:
            disk.step()
            synced(descriptor)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "open", open_)
            patch.setattr(Path, "replace", replace)
            patch.setattr(os, "fsync", fsync)
            yield


def write_rows(writer: Any, rows: list[dict[str, Any]]) -> None:
    filler = " ".join(f"filler{number}" for number in range(6000))
    for row in rows:
        writer.add(row | {"text": f"zebra {filler}"})
    writer.commit()


@pytest.mark.parametrize("allowed", range(60))
def test_a_disk_that_is_full_at_any_step(tmp_path: Path, allowed: int) -> None:
    index = build(tmp_path / "news", articles(20))
    expected = answers(index)
    disk = FullDisk(allowed)
    writer = index.writer(memory_mb=1)
    rows = articles(26)[14:]  # some replace, some are new
    failure: BaseException | None = None
    with disk.mounted():
        try:
            write_rows(writer, rows)
        except searchlib.StorageError as error:
            failure = error
            assert "No space left on device" in str(error)
            assert str(index.path) in str(error)
            with pytest.raises(searchlib.StorageError, match="roll it back"):
                writer.add({"text": "more"})
            with pytest.raises(searchlib.StorageError, match="roll it back"):
                writer.commit()
            writer.rollback()  # which takes no room
    reader = searchlib.Index.open(index.path)
    committed = Manifest.read(index.path).generation == 2
    if failure is None:
        assert disk.refused == 0
        assert committed
    else:
        # only the very last step, making the rename durable, can fail when the commit is already to be seen
        assert disk.refused > 0
        if not committed:
            assert answers(reader) == expected
        write_rows(writer, rows)  # there is room again
    reader.close()  # else its files stay
    writer.close()
    index.refresh()
    assert index.search("zebra").total == 12
    assert index.search("common").total == 14
    assert len(index) == 26
    left = {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"}
    assert left == Manifest.read(index.path).files()


def test_the_steps_of_a_commit_are_fewer_than_were_tried(tmp_path: Path) -> None:
    """Else the test above would not reach the last of them."""
    index = build(tmp_path / "news", articles(20))
    disk = FullDisk(60)
    with disk.mounted(), index.writer(memory_mb=1) as writer:
        write_rows(writer, articles(26)[14:])
    assert disk.refused == 0
    assert disk.allowed < 60
    written = max(int(path.stem) for path in index.path.glob("*.segment"))
    assert written > 3  # the budget was exceeded twice and more on the way


def test_a_full_disk_in_a_with_block_leaves_the_last_commit(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20))
    expected = answers(index)
    disk = FullDisk(3)
    with (
        disk.mounted(),
        pytest.raises(searchlib.StorageError, match="No space left"),
        index.writer(memory_mb=1) as writer,
    ):
        write_rows(writer, articles(60))
    assert answers(index) == answers(searchlib.Index.open(index.path)) == expected
    assert len(list(index.path.glob("*.segment"))) == 1
    index.writer(lock_timeout=0).close()


LIMITED = """
import resource, sys, searchlib
index = searchlib.Index.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with index.writer() as writer:
        for number in range(2000):
            writer.add({"id": str(number), "text": f"zebra {number}", "noise": f"{number * 0x9E3779B97F4A7C15:x}" * 3})
except searchlib.StorageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a matter of Unix")
@pytest.mark.parametrize("limit", [100, 5_000, 70_000])
def test_a_limit_that_the_system_sets(tmp_path: Path, limit: int) -> None:
    index = build(tmp_path / "news", articles(20))
    expected = answers(index)
    process = subprocess.run(
        [sys.executable, "-c", LIMITED, str(index.path), str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "File too large" in process.stdout
    assert process.stderr == ""
    assert answers(searchlib.Index.open(index.path)) == expected
    with index.writer(lock_timeout=1) as writer:
        writer.add({"id": "new", "text": "zebra"})
    assert index.search("zebra").ids == ["new"]

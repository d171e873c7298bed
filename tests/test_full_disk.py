"""When the disk is full or fails at any step: does the last commit stand, and can one go on afterwards?

Each thing that a writer does is tried again and again; the first step on the disk is refused the first time, the second the second
time and so on, until all steps are through. In a normal run only some of the steps.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from random_history import DEFINITION, NEW, Held, check, files_left, whole
from small_archive import answers, articles, build
from watched_disk import Step, WatchedDisk, no_syncs

import searchlib
from searchlib.storage import merging


class FailingDisk(WatchedDisk):
    """Lets `allowed` steps pass and refuses the next one, and all after it unless it fails only once."""

    def __init__(self, folder: Path, allowed: int, error: int, *, once: bool) -> None:
        super().__init__(folder)
        self.refused: list[Step] = []
        self._allowed = allowed
        self._error = error
        self._once = once

    def take(self, step: Step, action: Callable[[], Any]) -> Any:
        self._allowed -= 1
        full = self._error == errno.ENOSPC
        if self._allowed >= 0 or (self._once and self.refused) or (full and step.what == "remove"):
            return None if step.what in ("sync", "sync folder") else action()
        self.refused.append(step)
        if step.what == "write":
            os.write(step.file, step.data[: len(step.data) // 2])  # a full disk takes what fits
        raise OSError(self._error, os.strerror(self._error))


DISKS = {
    "full": (errno.ENOSPC, False),
    "full for a moment": (errno.ENOSPC, True),
    "broken": (errno.EIO, False),
    "broken for a moment": (errno.EIO, True),
}
FILLER = " ".join(f"filler{number}" for number in range(400))


def record(number: int, version: int, text: str = "") -> dict[str, Any]:
    return {
        "id": f"id-{number}",
        "title": "summit" if number % 2 else "договор",
        "text": f"version{version}x{number} common river {text}",
        "date": f"2024-{1 + number % 12:02}-{1 + version:02}",
        "tags": ["north", "south"][: number % 3],
        "lang": "en",
    }


def add(writer: Any) -> None:
    """Some replace others, some are new; they are more than fit into memory."""
    for number in range(16, 24):
        writer.add(record(number, 1, FILLER))
    writer.commit()


def delete(writer: Any) -> None:
    writer.add(record(30, 1))
    for number in (0, 3, 19, 25):
        writer.delete(f"id-{number}")
    writer.delete_where("tags:south")
    writer.commit()


def add_one(writer: Any) -> None:
    """Which makes eight small segments, to be merged into one."""
    writer.add(record(31, 1))
    writer.commit()


def delete_most(writer: Any) -> None:
    """So that segments are merged away or rewritten."""
    for number in range(1, 20):
        writer.delete(f"id-{number}")
    writer.commit()


def commit_in_haste(writer: Any) -> None:
    writer.add(record(32, 1))
    writer.delete("id-1")
    writer.commit(durable=False)


def commit(writer: Any) -> None:
    """What was committed in haste is made durable."""
    writer.commit()


def optimize(writer: Any) -> None:
    writer.add(record(33, 1))
    writer.optimize()


ACTS: dict[str, list[Callable[[Any], None]]] = {
    "adding": [add],
    "deleting": [delete],
    "merging": [add_one, delete_most],
    "not durable": [commit_in_haste, commit],
    "optimizing": [optimize],
    "one after the other": [add_one, commit_in_haste, delete, optimize],
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of an index of 8 segments, one of them with deletions."""
    index = searchlib.Index.create(tmp_path_factory.mktemp("archive") / "index", DEFINITION)
    with index.writer() as writer:
        for number in range(20):
            writer.add(record(number, 0))
        writer.commit()
        for number in range(19, 26):
            writer.add(record(number, 1))
            writer.commit()
    assert index.stats().segments == 8
    assert len(list(index.path.glob("*.deletions"))) == 1
    return {path.name: path.read_bytes() for path in index.path.iterdir() if "lock" not in path.name}


@contextmanager
def writing(folder: Path, files: dict[str, bytes], small: int) -> Iterator[Any]:
    """A writer on a copy of the index, with little memory. small: documents that are merged at once and not in a thread."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_SMALL", small)
        index = searchlib.Index.open(folder)
        writer = index.writer()
        writer._intake.budget = 60_000
        yield writer
        writer.close()
        index.close()


def found(folder: Path) -> Held:
    with searchlib.Index.open(folder) as index:
        return whole(index)


@pytest.fixture
def quick_collection() -> Iterator[None]:
    """The garbage collector looks at what the test made, and not at all that was there before."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("small", [4096, 6], ids=["at once", "beside"])
@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("acts", ACTS)
@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "each"])
@pytest.mark.usefixtures("quick_collection")
def test_any_step_may_be_refused(
    archive: dict[str, bytes],
    tmp_path: Path,
    every: int,
    acts: str,
    disk: str,
    small: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    with no_syncs(), writing(tmp_path / "index", archive, small) as writer:
        states = [found(tmp_path / "index")]
        for act in ACTS[acts]:
            act(writer)
            states.append(found(tmp_path / "index"))
    for rolled_back in (True, False):
        allowed = random.Random(f"{acts} {disk} {small} {rolled_back}").randrange(every)
        while refuse(tmp_path / "index", archive, ACTS[acts], states, disk, allowed, small, rolled_back):
            allowed += every
        assert allowed > 6


def refuse(
    folder: Path,
    archive: dict[str, bytes],
    acts: list[Callable[[Any], None]],
    states: list[Held],
    kind: str,
    allowed: int,
    small: int,
    rolled_back: bool,
) -> bool:
    """Refuses a step. False when there are not so many."""
    error, once = DISKS[kind]
    disk = FailingDisk(folder, allowed, error, once=once)
    failed = False
    with no_syncs(), writing(folder, archive, small) as writer:
        done = 0
        with disk.mounted():
            try:
                for act in acts:
                    act(writer)
                    done += 1
            except searchlib.StorageError as caught:
                failed = True
                assert os.strerror(error) in str(caught)
                assert str(folder) in str(caught)
            if failed:
                with pytest.raises(searchlib.StorageError, match="roll it back"):
                    writer.add(record(1, 9))
                with pytest.raises(searchlib.StorageError, match="roll it back"):
                    writer.commit()
                assert found(folder) in states[done : done + 2]
            if failed and rolled_back:
                writer.rollback()  # which takes no room
            else:
                with suppress(searchlib.StorageError):  # what was merged beside could not be committed
                    writer.close()
        now = found(folder)
        if not failed:
            assert now == states[-1]
        elif now == states[done + 1] != states[done]:
            # when only the very last step, making the rename durable, failed, the new commit is already to be seen
            assert any(step.what in ("sync folder", "remove") for step in disk.refused)
        else:
            assert now == states[done]
        if failed and rolled_back:
            acts[done](writer)  # there is room again
            assert found(folder) == states[done + 1]
    now = found(folder)
    del writer
    if disk.refused:
        gc.collect()  # a failure knows of segments, and a file in use is not removed
    with no_syncs(), searchlib.Index.open(folder).writer(lock_timeout=0) as writer:
        writer.add(NEW["new"])
    with searchlib.Index.open(folder) as index:
        check(index, now | NEW)
    assert files_left(folder) == set()
    return bool(disk.refused)


def test_a_full_disk_in_a_with_block_leaves_the_last_commit(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20))
    expected = answers(index)
    disk = FailingDisk(index.path, 3, errno.ENOSPC, once=False)
    with (
        disk.mounted(),
        pytest.raises(searchlib.StorageError, match="No space left"),
        index.writer() as writer,
    ):
        for row in articles(60):
            writer.add(row)
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

"""While one writes, what do many readers see? One commit each time, whole, and nothing that is lost or left behind in the process."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import generations
import pytest
from random_history import files_left

import searchlib
from searchlib.storage import merging

PROC = Path("/proc/self")
MEASURED = pytest.mark.skipif(not (PROC / "maps").exists(), reason="there is no /proc to measure by")


def descriptors() -> int:
    return len(list((PROC / "fd").iterdir()))


def mapped(folder: Path) -> int:
    """How many files of a folder are mapped, removed ones included."""
    return sum(str(folder) in line for line in (PROC / "maps").read_text().splitlines())


def memory() -> int:
    """Bytes of memory that the process has, in the end."""
    gc.collect()
    [line] = [line for line in (PROC / "status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) << 10


def live_together(folder: Path, seconds: float, g: int) -> int:
    """A writer, 8 threads and 2 processes that read, for some seconds. From generation g on; gives the last one."""
    end = time.monotonic() + seconds
    children = [
        subprocess.Popen(
            [sys.executable, generations.__file__, str(folder), str(seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def going_on() -> bool:
        return time.monotonic() < end

    written = searchlib.Index.open(folder)
    shared = searchlib.Index.open(folder, auto_refresh=0)
    own = [searchlib.Index.open(folder) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool, written.writer() as writer:
        reading: list[Future[int]] = [
            *(pool.submit(generations.read, shared, going_on, refresh=False) for _ in range(2)),
            *(pool.submit(generations.read, written, going_on, refresh=False) for _ in range(2)),
            *(pool.submit(generations.read, one, going_on, refresh=True) for one in own),
            *(pool.submit(generations.turn_pages, folder, going_on) for _ in range(2)),
        ]
        while going_on():
            g += 1
            generations.write(writer, g)
        seen = [one.result() for one in reading]
    for child in children:
        said, complaint = child.communicate(timeout=60)
        assert (child.returncode, complaint) == (0, "")
        seen += map(int, said.split()[1:])
    assert min(seen) > 0
    assert generations.generation_of(written.search(generations.EVERYTHING, limit=100)) == g
    for index in (written, shared, *own):
        index.close()
    return g


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index whose larger merges run beside the writer."""
    monkeypatch.setattr(merging, "_SMALL", 40)
    with searchlib.Index.create(tmp_path / "index", generations.DEFINITION).writer() as writer:
        generations.write(writer, 1)
    return tmp_path / "index"


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_each_result_is_of_one_commit_and_nothing_is_left_behind(folder: Path, seconds: float) -> None:
    g = live_together(folder, 1.5, 1)  # so that all is imported and every pool of memory is filled
    if PROC.exists():
        before = memory(), descriptors()  # what earlier tests left is collected first
    last = live_together(folder, seconds, g)
    assert last > g + 10
    assert (
        generations.generation_of(searchlib.Index.open(folder).search(generations.EVERYTHING, limit=100))
        == last
    )
    if PROC.exists():
        grown = memory() - before[0]
        assert descriptors() <= before[1]
        assert mapped(folder) == 0
        assert grown < 32 << 20
    with searchlib.Index.open(folder).writer() as writer:
        generations.write(writer, last + 1)
    assert files_left(folder) == set()


@MEASURED
@pytest.mark.parametrize(
    "again", ["open", "refresh", "search", "write"], ids=lambda what: f"{what} again and again"
)
def test_what_is_done_again_and_again_keeps_nothing(folder: Path, again: str) -> None:
    """Without the help of the collector of garbage: a file in use cannot be removed everywhere."""
    index = searchlib.Index.open(folder)
    writer = index.writer()
    g = 1

    def once() -> None:
        nonlocal g
        if again == "open":
            with searchlib.Index.open(folder) as other:
                other.search(generations.EVERYTHING, limit=100)
        elif again == "search":
            generations.generation_of(index.search(generations.EVERYTHING, limit=100))
        else:
            g += 1
            generations.write(writer, g)
            if again == "refresh":
                reader.refresh()
                reader.search(generations.EVERYTHING)

    reader = searchlib.Index.open(folder)
    once()
    gc.collect()
    gc.disable()
    try:
        before = descriptors() - mapped(folder)  # a mapping has a descriptor of its own
        for _ in range(100):
            once()
            assert mapped(folder) <= 40
            assert descriptors() - mapped(folder) <= before + 2  # those of a merge that is under way
    finally:
        gc.enable()
    reader.close()
    index.close()
    writer.close()
    assert mapped(folder) == 0
    assert files_left(folder) == set()

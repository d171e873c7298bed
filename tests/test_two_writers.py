"""Can two writers ever work on one index, and does the one that waits learn what it waits for?"""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_archive import answers, articles, build

import searchlib

HOLDER = """
import sys, searchlib
writer = searchlib.Index.open(sys.argv[1]).writer()
writer.add({"id": "held", "text": "uncommitted zebra"})
print("holding", flush=True)
sys.stdin.readline()
writer.commit()
writer.close()
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def index(tmp_path: Path) -> searchlib.Index:
    return build(tmp_path / "news", articles(20))


@pytest.fixture
def holder(index: searchlib.Index) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the index until it is given a line."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(index.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "holding\n"
    yield child
    child.kill()
    child.communicate()


def tell(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def test_a_second_writer_in_the_same_process(index: searchlib.Index) -> None:
    with index.writer() as first:
        began = time.monotonic()
        with pytest.raises(searchlib.IndexLockedError) as caught:
            searchlib.Index.open(index.path).writer(lock_timeout=0.3)
        assert 0.25 < time.monotonic() - began < 3
        assert caught.value.holder == f"pid {os.getpid()} on {socket.gethostname()}"
        assert 0.25 < caught.value.waited < 3
        assert caught.value.holder in str(caught.value)
        assert "waited 0.3 s" in str(caught.value)
        assert caught.value.path == str(index.path)
        first.add({"id": "new", "text": "zebra"})  # the first is none the worse
    assert len(index.search("zebra")) == 1


def test_a_second_writer_in_another_process(index: searchlib.Index, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(searchlib.IndexLockedError) as caught:
        index.writer(lock_timeout=0.2)
    assert caught.value.holder == f"pid {holder.pid} on {socket.gethostname()}"
    assert caught.value.waited >= 0.2
    with pytest.raises(searchlib.IndexLockedError) as caught:
        index.writer(lock_timeout=0)
    assert caught.value.waited < 0.2


def test_the_lock_is_free_when_its_holder_is_killed(
    index: searchlib.Index, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    with index.writer(lock_timeout=2) as writer:
        writer.add({"id": "new", "text": "zebra"})
    assert [hit.id for hit in index.search("zebra")] == ["new"]


def test_who_waits_gets_its_turn_and_sees_what_the_other_did(
    index: searchlib.Index, holder: subprocess.Popen[str]
) -> None:
    timer = threading.Timer(0.2, tell, [holder])
    timer.start()
    with index.writer(lock_timeout=20) as writer:
        writer.add({"id": "mine", "text": "zebra"})
    timer.join()
    assert sorted(hit.id for hit in index.search("zebra")) == ["held", "mine"]
    assert len(index) == 22


def test_readers_go_on_while_another_process_writes(
    index: searchlib.Index, holder: subprocess.Popen[str]
) -> None:
    before = answers(index)
    assert answers(searchlib.Index.open(index.path)) == before
    assert not index.refresh()
    tell(holder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "done\n"
    assert answers(index) == before
    assert index.refresh()
    assert [hit.id for hit in index.search("zebra")] == ["held"]


def test_two_writers_in_turn_lose_nothing(index: searchlib.Index) -> None:
    wrong: list[BaseException] = []

    def write(name: str) -> None:
        mine = searchlib.Index.open(index.path)
        try:
            for number in range(8):
                with mine.writer(lock_timeout=30) as writer:
                    writer.add({"id": f"{name}{number}", "text": "zebra"})
                    writer.add({"id": "shared", "text": f"zebra {name} {number}"})
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    index.refresh()
    assert sorted(hit.id for hit in index.search("zebra", limit=100)) == sorted(
        ["shared", *(f"{name}{number}" for name in "ab" for number in range(8))]
    )


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_writer_that_finds_the_index_damaged_lets_go(index: searchlib.Index) -> None:
    manifest = index.path / "manifest"
    content = manifest.read_bytes()
    manifest.write_bytes(content[:-2])
    with pytest.raises(searchlib.CorruptIndexError):
        index.writer()
    gc.collect()  # what is left of the writer has nothing to complain about
    manifest.write_bytes(content)
    index.writer(lock_timeout=0).close()

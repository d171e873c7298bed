"""What can a forked process do with the writer and the index that it inherits?"""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from small_archive import answers, articles, build

import searchlib

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def forked(child: Callable[[], None]) -> int:
    """Runs it in a fork. Gives its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pytest may have threads
        pid = os.fork()
    if pid:
        return pid
    try:
        child()
        os._exit(0)
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)


def ended_well(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_fork_cannot_use_its_copy_of_a_writer_and_does_not_harm_it(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    writer = index.writer()
    writer.add({"id": "mine", "text": "zebra"})

    def child() -> None:
        for use in (
            lambda: writer.add({"id": "its", "text": "zebra"}),
            lambda: writer.delete("id-1"),
            lambda: writer.delete_where("common"),
            writer.clear,
            writer.commit,
            writer.optimize,
            writer.rollback,
        ):
            with pytest.raises(searchlib.SearchError, match=f"belongs to process {os.getppid()}"):
                use()
        writer.close()
        writer.close()
        with pytest.raises(searchlib.IndexLockedError):
            searchlib.Index.open(index.path).writer(lock_timeout=0)

    assert ended_well(forked(child))
    with pytest.raises(searchlib.IndexLockedError):
        searchlib.Index.open(index.path).writer(lock_timeout=0)
    writer.add({"id": "more", "text": "zebra"})
    writer.commit()
    writer.close()
    assert sorted(index.search("zebra").ids) == ["mine", "more"]
    assert len(index) == 12


def test_the_lock_dies_with_its_process_though_a_fork_lives(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    read, write = os.pipe()

    def holder() -> None:
        writer = searchlib.Index.open(index.path).writer()
        writer.add({"id": "lost", "text": "zebra"})
        grandchild = forked(lambda: time.sleep(600))
        os.write(write, b"%d\n" % grandchild)
        time.sleep(600)

    pid = forked(holder)
    with os.fdopen(read) as told:
        grandchild = int(told.readline())
    try:
        with pytest.raises(searchlib.IndexLockedError) as caught:
            index.writer(lock_timeout=0)
        assert caught.value.holder.startswith(f"pid {pid} on ")
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.kill(grandchild, 0)  # it is there
        with index.writer(lock_timeout=5) as writer:
            writer.add({"id": "next", "text": "zebra"})
    finally:
        os.kill(grandchild, signal.SIGKILL)
        os.close(write)
    assert index.search("zebra").ids == ["next"]


def test_a_fork_reads_and_writes_an_index_of_its_own_making(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    expected = answers(index)

    def child() -> None:
        assert answers(index) == expected
        with index.writer() as writer:
            writer.add({"id": "new", "text": "zebra"})
        assert index.search("zebra").ids == ["new"]

    assert ended_well(forked(child))
    assert answers(index) == expected
    assert index.refresh()
    assert index.search("zebra").ids == ["new"]


def test_a_fork_that_forgets_a_writer_leaves_its_files(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    writer = index.writer()
    writer.add({"id": "mine", "text": "zebra"})
    held = [writer]

    def child() -> None:
        nonlocal writer
        held.clear()
        del writer

    before = sorted(index.path.iterdir())
    assert ended_well(forked(child))
    assert sorted(index.path.iterdir()) == before
    writer.commit()
    writer.close()
    assert index.search("zebra").ids == ["mine"]

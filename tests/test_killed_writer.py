"""When a process that writes is killed at any moment: is all that it acknowledged there, and nothing half done?"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from random_history import DEFINITION, NEW, Held, History, check, files_left, whole

import searchlib

LIVING = """
import sys, searchlib
from random_history import History, live, whole
index = searchlib.Index.open(sys.argv[1])
told = lambda what, number, durable: print(what, number, flush=True)
print("ready", flush=True)
live(index, History(int(sys.argv[2]), whole(index), relaxed=True), 100_000, told, small=int(sys.argv[3]))
"""


def killed(folder: Path, seed: int, small: int, commits: int, delay: float) -> tuple[int, int]:
    """Kills a process that lives a history, `delay` seconds after so many commits. small: as live() has it.

    Gives the commit that it acknowledged last and the one that it began last.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", LIVING, str(folder), str(seed), str(small)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    assert child.stdout.readline() == "ready\n", child.stderr.read()
    lines: list[str] = []
    while lines.count(f"done {commits}\n") < min(commits, 1):
        lines.append(child.stdout.readline())
        assert lines[-1], child.stderr.read()
    time.sleep(delay)
    child.kill()
    lines += [line for line in child.stdout if line.endswith("\n")]
    assert child.stderr.read() == ""
    child.communicate()
    numbers = {"done": 0, "begun": 0}
    for line in lines:
        what, number = line.split()
        numbers[what] = int(number)
    return numbers["done"], numbers["begun"]


def kill_again_and_again(folder: Path, seed: int, times: int) -> None:
    """Each process goes on from what the one before it left."""
    chance = random.Random(seed)
    searchlib.Index.create(folder, DEFINITION)
    held: Held = {}
    for number in range(times):
        life = 1000 * seed + number
        done, begun = killed(
            folder, life, (4096, 5)[number % 2], chance.randrange(25), chance.random() * 0.03
        )
        assert begun in (done, done + 1)
        history = History(life, held, relaxed=True)
        for _ in history.steps(begun):
            pass
        index = searchlib.Index.open(folder)
        held = whole(index)
        assert held in history.held[done : begun + 1]
        check(index, held)
        with index.writer(lock_timeout=5) as writer:  # the lock died with its holder
            writer.add(NEW["new"])
        check(index, held | NEW)
        assert files_left(folder) == set()
        with index.writer(lock_timeout=0) as writer:
            assert writer.delete("new")
        check(index, held)


@pytest.mark.parametrize("seed", range(2))
def test_a_writer_is_killed(tmp_path: Path, seed: int) -> None:
    kill_again_and_again(tmp_path / "index", seed, 6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_writer_is_killed_many_more_times(tmp_path: Path, seed: int) -> None:
    kill_again_and_again(tmp_path / "index", seed, 25)

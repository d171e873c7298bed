"""When power is lost at any moment: is the last commit that was acknowledged there, whole, and can one go on from it?"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from power_loss import Event, Recorder, after_power_loss
from random_history import DEFINITION, NEW, Held, History, check, files_left, live, whole
from watched_disk import no_syncs

import searchlib

COMMITS = 30


def record(folder: Path, history: History, commits: int, small: int = 4096) -> Recorder:
    """Lives a history in a folder that holds an index or nothing, and gives the log of it. small: as live() has it."""
    recorder = Recorder(folder)
    with recorder.mounted():
        index = (
            searchlib.Index.open(folder)
            if searchlib.Index.exists(folder)
            else searchlib.Index.create(folder, DEFINITION)
        )
        with index.writer():
            pass  # what it begins with is durable, whatever an earlier life left
        recorder.note(("done", 0, True))
        live(index, history, commits, lambda *what: recorder.note(what), small=small)
        index.close()
    return recorder


def may_be_left(events: Sequence[Event], held: Sequence[Held]) -> list[Held]:
    """What an index may hold after these events: the last durable commit that was acknowledged, or one begun since."""
    first = last = 0
    for what, number, durable in (event.note for event in events if event.what == "note"):
        if what == "begun":
            last = number
        elif durable:
            first = number
    return list(held[first : last + 1])


def lose_power(recorder: Recorder, history: History, folder: Path, chance: random.Random) -> Held:
    """Makes of a folder what a power loss leaves at a random moment, and gives what the index in it holds."""
    created = next(i for i, event in enumerate(recorder.events) if event.what == "note")
    moments = range(created + 1, len(recorder.events) + 1)
    renamed = [at for at in moments if recorder.events[at - 1].what in ("rename", "remove")]
    moment = chance.choice(chance.choice((moments, renamed)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in after_power_loss(recorder.first, recorder.events[:moment], chance).items():
        (folder / name).write_bytes(content)
    allowed = may_be_left(recorder.events[:moment], history.held)
    index = searchlib.Index.open(folder)
    found = whole(index)
    assert found in allowed
    check(index, found)
    return found


def go_on(folder: Path, held: Held) -> None:
    """A new writer adds and commits."""
    index = searchlib.Index.open(folder)
    with index.writer(lock_timeout=0) as writer:
        writer.add(NEW["new"])
    check(index, held | NEW)
    check(searchlib.Index.open(folder), held | NEW)
    assert files_left(folder) == set()


def lose_power_often(folder: Path, seed: int, moments: int, small: int, *, relaxed: bool) -> None:
    """A history, so many moments at which power is lost in it, and two more that begin with what one of those left."""
    folder.mkdir()
    chance = random.Random(seed)
    held: Held | None = None
    for generation in range(3):
        history = History(10 * seed + generation, held, relaxed=relaxed)
        recorder = record(folder, history, COMMITS, small)
        with no_syncs():
            for _ in range(moments // 3):
                held = lose_power(recorder, history, folder, chance)
                go_on(folder, held)
            held = lose_power(recorder, history, folder, chance)


@pytest.mark.parametrize("small", [4096, 5])
@pytest.mark.parametrize("relaxed", [False, True])
def test_power_is_lost_at_any_moment(tmp_path: Path, relaxed: bool, small: int) -> None:
    lose_power_often(tmp_path / "index", 1, 75, small, relaxed=relaxed)


@pytest.mark.slow
@pytest.mark.parametrize("small", [4096, 5])
@pytest.mark.parametrize("relaxed", [False, True])
@pytest.mark.parametrize("seed", range(100, 120))
def test_power_is_lost_at_many_more_moments(tmp_path: Path, seed: int, relaxed: bool, small: int) -> None:
    lose_power_often(tmp_path / "index", seed, 99, small, relaxed=relaxed)


def test_power_is_lost_while_an_index_is_made(tmp_path: Path) -> None:
    """There is an index, and it is empty, or there is none and it can be made."""
    recorder = record(tmp_path, History(0), 0)
    chance = random.Random(0)
    seen = set()
    for number in range(200):
        events = recorder.events[: chance.randrange(len(recorder.events))]
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in after_power_loss(recorder.first, events, chance).items():
            (folder / name).write_bytes(content)
        seen.add(searchlib.Index.exists(folder))
        if searchlib.Index.exists(folder):
            assert whole(searchlib.Index.open(folder)) == {}
        else:
            assert whole(searchlib.Index.create(folder, DEFINITION)) == {}
    assert seen == {True, False}


def test_the_recorder_sees_everything(tmp_path: Path) -> None:
    """What the log leads to is what is there; else the tests above would prove nothing."""
    history = History(3)
    recorder = record(tmp_path, history, COMMITS)
    there = {path.name: path.read_bytes() for path in tmp_path.iterdir() if "lock" not in path.name}
    assert after_power_loss(recorder.first, recorder.events, None) == there
    assert {event.what for event in recorder.events} >= {"create", "write", "sync", "rename", "remove"}
    check(searchlib.Index.open(tmp_path), history.held[-1])


def test_a_disk_may_keep_or_lose_what_was_not_synced() -> None:
    """The model itself: it can lose, tear and empty what was not synced, and never what was."""
    page = b"x" * 4096
    events = [
        Event("create", 1, "a"),
        Event("write", 1, at=0, data=page),
        Event("sync", 1),
        Event("sync folder"),
        Event("create", 2, "a.new"),
        Event("write", 2, at=0, data=page[:2048]),
        Event("write", 2, at=2048, data=page[2048:]),
        Event("rename", 2, "a.new", "a"),
        Event("create", 3, "b"),
        Event("sync", 3),
    ]
    chance = random.Random(1)
    left = [after_power_loss({}, events, chance) for _ in range(3000)]
    assert all(one["a"] == page or "b" in one or "a.new" in one or len(one) == 1 for one in left)
    kinds = {(one["a"] == page, one["a"] == b"", b"\0" in one["a"], len(one["a"]) < 4096) for one in left}
    assert {(True, False, False, False), (False, True, False, True)} <= kinds
    assert (False, False, True, False) in kinds
    assert (False, False, False, True) in kinds
    assert {frozenset(one) for one in left} >= {frozenset("a"), frozenset("ab"), frozenset(("a", "a.new"))}
    events.append(Event("sync", 2))
    events.append(Event("sync folder"))
    assert all(after_power_loss({}, events, chance) == {"a": page, "b": b""} for _ in range(100))


def test_a_commit_that_was_lost_does_not_come_back_with_the_deletions_of_another(tmp_path: Path) -> None:
    """Power is lost twice: of a commit that was not durable its list of deletions is lost, and a later writer makes one of that name."""
    folder = tmp_path / "index"
    index = searchlib.Index.create(folder, DEFINITION)
    with index.writer() as writer:
        for id in "abcd":
            writer.add(NEW["new"] | {"id": id})
    writer = index.writer()
    writer.add(NEW["new"] | {"id": "e"})
    writer.delete("a")
    writer.commit(durable=False)
    left = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".deletions"}
    writer.close()
    index.close()
    for path in folder.iterdir():
        path.unlink()
    for name, content in left.items():
        (folder / name).write_bytes(content)
    assert sorted(whole(searchlib.Index.open(folder))) == [*"abcd"]

    recorder = Recorder(folder)
    with recorder.mounted(), searchlib.Index.open(folder).writer() as writer:
        writer.delete("b")
    before = next(at for at, event in enumerate(recorder.events) if event.what == "sync folder")
    for seed in range(200):
        lost = after_power_loss(recorder.first, recorder.events[:before], random.Random(seed))
        shutil.rmtree(folder)
        folder.mkdir()
        for name, content in lost.items():
            (folder / name).write_bytes(content)
        assert sorted(whole(searchlib.Index.open(folder))) in ([*"abcd"], [*"acd"])

"""What may a disk hold after a loss of power? A log of all that was done to a folder, and the folders that could be left of it.

Only two things are certain. A file that was synced has the bytes and the size it had then; a folder that was synced has the names
it had then. Of all that came later, each part may have reached the disk or not, in any combination:

- a write, in pieces of 512 or 4096 bytes: each is there, or what was there before, or zeros where nothing was;
- the size of a file: any from what was synced to what was written, so that it is cut short, empty or filled up with zeros;
- a new name, a rename, a removal: each for itself, whether or not the data of the file is there.

What the journals of file systems promise beyond that (an order among renames, say) is not counted on.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watched_disk import Step, WatchedDisk

__all__ = ["Recorder", "after_power_loss"]


@dataclass(frozen=True, slots=True)
class Event:
    """A step on the disk. file: the number of the file, which keeps it through renames; a file removed and made again has another.

    what "note": something that the test wants to know the time of, in `note`.
    """

    what: str
    file: int = -1
    name: str = ""
    target: str = ""
    at: int = 0
    data: bytes = b""
    note: Any = None


class Recorder(WatchedDisk):
    """Logs what happens in a folder while it is mounted. What is there at the beginning counts as synced."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.events: list[Event] = []
        self.first: dict[str, tuple[int, bytes]] = {}
        """name -> (file, content) at the beginning"""
        self._numbers: dict[int, int] = {}  # by inode, of files that are there now
        self._names: dict[str, int] = {}
        self._count = 0
        for path in sorted(folder.iterdir()):
            if self._name(path) is not None:
                self._meet(path.name, path.stat().st_ino)
                self.first[path.name] = self._names[path.name], path.read_bytes()

    def note(self, what: object) -> None:
        """Puts a mark of the test's own into the log."""
        with self._guard:
            self.events.append(Event("note", note=what))

    def take(self, step: Step, action: Callable[[], Any]) -> Any:
        waits = step.what in ("sync", "sync folder")  # of these it is only the order that counts
        result: Any = None if waits else action()
        file = -1
        if step.what == "create":
            inode = os.fstat(result.fileno()).st_ino
            if self._numbers.get(inode) != self._names.get(step.name, -1):
                self._meet(step.name, inode)
            file = self._names[step.name]
        elif step.what in ("write", "sync"):
            file = self._numbers[os.fstat(step.file).st_ino]
        elif step.what == "rename":
            file = self._names[step.target] = self._names.pop(step.name)
        elif step.what == "remove":
            file = self._names.pop(step.name)
        data = step.data[:result] if step.what == "write" else b""
        self.events.append(Event(step.what, file, step.name, step.target, step.at, data))
        return result

    def _meet(self, name: str, inode: int) -> None:
        """A file that was not there before; its inode may be that of one that is gone."""
        self._numbers[inode] = self._names[name] = self._count
        self._count += 1


@dataclass(slots=True)
class _File:
    """A file: its synced content, and what was done to it since."""

    synced: bytes = b""
    later: list[Event] = field(default_factory=list)

    def now(self) -> bytes:
        """As the running system shows it."""
        content = bytearray(self.synced)
        for event in self.later:
            _apply(content, event)
        return bytes(content)

    def left(self, chance: random.Random) -> bytes:
        """As the disk may have it after a loss of power."""
        fate = chance.random()
        if not self.later or fate < 0.1:
            return self.synced
        if fate < 0.25:
            return self.now()
        content = bytearray(self.synced)
        largest = len(self.synced)
        share = chance.choice((0.1, 0.5, 0.9, 0.97))
        for event in self.later:
            piece = chance.choice((512, 4096))
            end = event.at + len(event.data)
            largest = max(largest, end)
            if event.what == "create" and chance.random() < share:
                content.clear()
            for start in range(event.at - event.at % piece, end, piece):
                low, high = max(start, event.at), min(start + piece, end)
                if chance.random() < share:
                    _apply(content, Event("write", at=low, data=event.data[low - event.at : high - event.at]))
        size = chance.choice((len(content), len(self.now()), largest, chance.randint(0, largest)))
        if not any(event.what == "create" for event in self.later):
            size = max(size, len(self.synced))
        return bytes(content[:size].ljust(size, b"\0"))


def _apply(content: bytearray, event: Event) -> None:
    if event.what == "create":
        content.clear()
    elif event.what == "write":
        content.extend(bytes(max(0, event.at - len(content))))
        content[event.at : event.at + len(event.data)] = event.data


def after_power_loss(
    first: dict[str, tuple[int, bytes]], events: Sequence[Event], chance: random.Random | None
) -> dict[str, bytes]:
    """The files, by name, that may be left when power is lost after `events`; chance None: those that the system shows."""
    files = {number: _File(content) for number, content in first.values()}
    synced = {name: number for name, (number, _) in first.items()}
    later: list[Event] = []
    for event in events:
        if event.what in ("create", "write"):
            files.setdefault(event.file, _File()).later.append(event)
        if event.what == "sync":
            files[event.file] = _File(files[event.file].now())
        elif event.what in ("create", "rename", "remove"):
            later.append(event)
        elif event.what == "sync folder":
            for one in later:
                _name(synced, one)
            later.clear()
    share = 1.0 if chance is None else chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    for event in later:
        if chance is None or chance.random() < share:
            _name(synced, event)
    return {
        name: files[number].now() if chance is None else files[number].left(chance)
        for name, number in synced.items()
    }


def _name(names: dict[str, int], event: Event) -> None:
    """Does to the names of a folder what an event did, as far as the names are those it met."""
    if event.what == "create":
        names[event.name] = event.file
    elif names.get(event.name) == event.file:
        del names[event.name]
    if event.what == "rename":
        names[event.target] = event.file

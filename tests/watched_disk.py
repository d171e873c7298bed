"""Which steps does storage take on the disk? Each is told to a WatchedDisk, which may note it, refuse it or change it.

While a disk is mounted, every opening for writing, write to a file, sync, rename and removal inside one folder goes through
WatchedDisk.take. Writes are those that reach the system: what waits in a buffer of Python's is not written yet. The files of the
lock are left alone. Nothing else of the process is touched.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the disk.

    what: "create" (an empty file, whatever was there), "open" (a file as it is), "write", "sync", "rename", "remove",
    "sync folder". name: of the file in the folder; target: its new name; file: its descriptor, where there is one; at, data:
    what is written and where.
    """

    what: str
    name: str = ""
    target: str = ""
    file: int = -1
    at: int = 0
    data: bytes = b""


class WatchedDisk:
    """The disk as it is; subclasses override take(). Threads may write to it; their steps come one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = RLock()

    def take(self, step: Step, action: Callable[[], Any]) -> Any:
        """Called for each step; `action` does it. An OSError is what the system would raise."""
        return action()

    def _take(self, step: Step, action: Callable[[], Any]) -> Any:
        with self._guard:
            return self.take(step, action)

    def _name(self, path: Any) -> str | None:
        """The name of a file of the folder; None: the path is none of ours."""
        if not isinstance(path, str | os.PathLike):
            return None
        folder, name = os.path.split(os.fspath(path))
        mine = folder == str(self.folder) and not str(name).startswith("lock")
        return str(name) if mine else None

    @contextmanager
    def mounted(self) -> Iterator[None]:
        disk = self
        opened, renamed, replaced, removed, synced = io.open, os.rename, os.replace, os.unlink, os.fsync

        class File(io.FileIO):
            def write(self, data: Any) -> int:
                content = bytes(data)
                step = Step("write", Path(str(self.name)).name, "", self.fileno(), self.tell(), content)
                done: int = disk._take(step, lambda: super(File, self).write(content))
                return done

        def open_(path: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
            name = disk._name(path)
            if name is None or not set(mode) & set("wax+"):
                return opened(path, mode, buffering, *rest, **named)
            assert "b" in mode, "an index has binary files only"
            what = "open" if "r" in mode else "create"
            file = disk._take(Step(what, name), lambda: File(path, mode.replace("b", "")))
            if buffering == 0:
                return file
            return io.BufferedRandom(file) if "+" in mode else io.BufferedWriter(file)

        def rename(path: Any, target: Any, **named: Any) -> None:
            name, new = disk._name(path), disk._name(target)
            if name is None or new is None:
                return renamed(path, target, **named)
            disk._take(Step("rename", name, new), lambda: replaced(path, target, **named))
            return None

        def remove(path: Any, **named: Any) -> None:
            name = disk._name(path)
            if name is None or not os.path.lexists(path):
                return removed(path, **named)
            disk._take(Step("remove", name), lambda: removed(path, **named))
            return None

        def fsync(file: Any) -> None:
            descriptor = file if isinstance(file, int) else file.fileno()
            status = os.fstat(descriptor)
            if not stat.S_ISDIR(status.st_mode):
                disk._take(Step("sync", file=descriptor), lambda: synced(descriptor))
            elif os.path.samestat(status, disk.folder.stat()):
                disk._take(Step("sync folder", file=descriptor), lambda: synced(descriptor))
            else:
                synced(descriptor)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(io, "open", open_)
            patch.setattr(os, "rename", rename)
            patch.setattr(os, "replace", rename)
            patch.setattr(os, "unlink", remove)
            patch.setattr(os, "remove", remove)
            patch.setattr(os, "fsync", fsync)
            if hasattr(os, "fdatasync"):
                patch.setattr(os, "fdatasync", fsync)
            yield


@contextmanager
def no_syncs() -> Iterator[None]:
    """For the time being nothing waits for the disk: what a test looks at is in the system's memory anyway."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield

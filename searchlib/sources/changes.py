"""Which files are new or changed since the last look?

FolderWatch looks by listing folders and asking for each file's time, size and inode, which works on every system
and on network drives. A file is given when two looks in a row found it alike, so that one which is still being
written waits; it is given again at each look until the caller says that it was taken. What changes neither time nor
size is not seen. Which files count, and how folders below are entered, is as everywhere in sources.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from searchlib.errors import DocumentError, StorageError
from searchlib.sources.folders import STANDARD_INPUT, existing_paths, files_of

__all__ = ["FolderWatch", "FoundFile"]

Report = Callable[[DocumentError], None]


class State(NamedTuple):
    """What tells one version of a file from another."""

    modified: int  # nanoseconds
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that is new or changed, and the version of it that was seen."""

    path: str
    state: State


class FolderWatch:
    """Watches folders and whole files. For one thread."""

    def __init__(self, paths: Iterable[str | PathLike[str]], *, new_only: bool = False) -> None:
        """new_only: take what is there now for known. Raises StorageError for a path that is not there, or is neither
        a folder nor a file."""
        self._paths = existing_paths(paths)
        self._folders = {path for path in self._paths if Path(path).is_dir()}
        for path in self._paths:
            if path == STANDARD_INPUT or not (path in self._folders or Path(path).is_file()):
                raise StorageError(path, "neither a folder nor a file, so it cannot be watched")
        self._before: dict[str, State] = {}
        self._taken: dict[str, State] = {}
        self._refused: set[str] = set()  # what was reported, and is not again while it lasts
        if new_only:
            self._before = self._find(lambda _: None)
            self._taken = dict(self._before)

    def look(self, report: Report) -> list[FoundFile]:
        """The files, in the order of their names, that are not taken and were the same at the look before.

        report is told once of a folder or a file that cannot be read, until it can be again. A file that is gone is no
        error.
        """
        refused: set[str] = set()

        def refuse(error: DocumentError) -> None:
            key = str(error.source)
            if key not in refused and key not in self._refused:
                report(error)
            refused.add(key)

        found = self._find(refuse)
        still = [
            FoundFile(path, state)
            for path, state in found.items()
            if self._before.get(path) == state and self._taken.get(path) != state
        ]
        if not refused:  # else they may be out of sight only, and are not to be read anew when they are back
            self._taken = {path: state for path, state in self._taken.items() if path in found}
        self._before = found
        self._refused = refused
        return still

    def take(self, file: FoundFile) -> None:
        """This version of the file is done with."""
        self._taken[file.path] = file.state

    def _find(self, refuse: Report) -> dict[str, State]:
        found: dict[str, State] = {}
        for root in self._paths:
            try:
                for path in files_of([root], refuse):
                    self._note(path, found, refuse)
            except OSError as error:  # a network drive that does not answer
                refuse(DocumentError(f"cannot be read: {error.strerror or error}", source=root))
        return found

    def _note(self, path: str, found: dict[str, State], refuse: Report) -> None:
        try:
            status = os.stat(path)  # noqa: PTH116  a hot path; scandir's own knows no inode and old sizes on Windows
        except (FileNotFoundError, NotADirectoryError):
            if path in self._folders:
                refuse(DocumentError("this folder is gone; it is waited for", source=path))
        except OSError as error:
            refuse(DocumentError(f"cannot be read: {error.strerror or error}", source=path))
        else:
            if stat.S_ISREG(status.st_mode):
                found[path] = State(status.st_mtime_ns, status.st_size, status.st_ino)

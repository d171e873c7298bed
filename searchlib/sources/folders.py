"""Which files does a path stand for?

A file stands for itself; a folder for every file in it and below whose name has a known ending, sorted by
name. Hidden files and folders are passed over, and a folder that is reached twice by symbolic links is read
once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Final

from searchlib.errors import DocumentError, StorageError

__all__ = ["ENDINGS", "STANDARD_INPUT", "ending", "existing_paths", "files_of", "total_bytes"]

STANDARD_INPUT: Final = "-"
ENDINGS: Final = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt", ".html", ".htm")


def ending(name: str) -> str:
    """The ending that tells what kind of file this is, in lower case and without .gz; "" when it is none of
    ENDINGS."""
    suffix = os.path.splitext(name.lower().removesuffix(".gz"))[1]  # noqa: PTH122  a hot path when walking folders
    return suffix if suffix in ENDINGS else ""


def existing_paths(paths: Iterable[str | PathLike[str]]) -> list[str]:
    """The paths as strings. Raises StorageError when one of them does not exist."""
    if isinstance(paths, (str, PathLike)):
        paths = [paths]
    given = [os.fspath(path) for path in paths]
    for path in given:
        if path != STANDARD_INPUT:
            try:
                Path(path).stat()
            except (FileNotFoundError, NotADirectoryError) as error:
                raise StorageError(path, "there is no such file or folder") from error
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else error
                raise StorageError(path, f"cannot be read: {reason}") from error
    return given


def files_of(paths: Iterable[str], report: Callable[[DocumentError], None]) -> Iterator[str]:
    """The files that the paths stand for, in order, found while they are read. An unreadable folder is
    reported."""
    for path in paths:
        if path != STANDARD_INPUT and Path(path).is_dir():
            yield from _files_below(path, report, set())
        else:
            yield path


def total_bytes(paths: Iterable[str | PathLike[str]]) -> int | None:
    """How many bytes read() would take from disk, for showing progress; None when a stream is among the
    paths.

    Raises StorageError when a path does not exist.
    """
    total = 0
    for name in files_of(existing_paths(paths), lambda _: None):
        if name == STANDARD_INPUT:
            return None
        file = Path(name)
        try:
            if not file.is_file():
                return None
            total += file.stat().st_size
        except OSError:
            continue  # read() reports it
    return total


def _files_below(
    folder: str, report: Callable[[DocumentError], None], seen: set[tuple[int, int]]
) -> Iterator[str]:
    try:
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as found:
            entries = sorted(
                (entry for entry in found if not entry.name.startswith(".")), key=lambda one: one.name
            )
    except OSError as error:
        report(DocumentError(f"this folder cannot be read: {error.strerror or error}", source=folder))
        return
    for entry in entries:
        if _is_folder(entry):
            yield from _files_below(entry.path, report, seen)
        elif ending(entry.name) and (entry.is_symlink() or entry.is_file()):
            yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle
        return False

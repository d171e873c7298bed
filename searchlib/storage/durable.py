"""How do bytes come to stay on the disk? Written files, renames and folders, as far as the system can be asked for it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from searchlib.errors import StorageError

__all__ = ["make_folder", "replace_file", "sync_file", "sync_folder", "write_file"]


def make_folder(folder: Path) -> list[Path]:
    """Makes a folder where there is none, and those around it, durably. Gives those that were made, the innermost first.

    Raises StorageError, and leaves none behind then.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(folder, f"cannot be made: {error.strerror or error}") from error
    try:
        for one in made:
            sync_folder(one.parent)
    except BaseException:
        with suppress(OSError):
            for one in made:
                one.rmdir()
        raise
    return made


def write_file(path: Path, data: bytes) -> None:
    """Writes a file; sync_file makes it durable. Raises StorageError."""
    try:
        with path.open("wb") as file:
            file.write(data)
    except OSError as error:
        raise _refused(path, error) from error


def sync_file(path: Path) -> None:
    """Waits until what was written to a file, by whomever, is on the disk. Raises StorageError."""
    try:
        with path.open("r+b") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise _refused(path, error) from error


def replace_file(path: Path, final: Path) -> None:
    """Renames a file, in place of another one. Raises StorageError."""
    try:
        path.replace(final)
    except OSError as error:
        raise _refused(path, error) from error


def sync_folder(folder: Path) -> None:
    """Makes new files, renames and removals in a folder durable, where the system has a way to ask for it.

    Raises StorageError.
    """
    if os.name == "nt":
        return  # NTFS journals its directories; they cannot be opened for fsync
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(path, f"cannot be written: {error.strerror or error}")

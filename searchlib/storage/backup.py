"""How is a consistent copy of a live index made? By linking the files of its newest commit into another folder.

Files of a commit never change, so that a link is as good as a copy, and costs nothing. Where the file system has no links, or not
to there, the bytes are copied. The manifest comes last: before it is there, the folder is no index.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from searchlib.errors import CorruptIndexError, IndexExistsError, StorageError
from searchlib.storage.durable import make_folder
from searchlib.storage.manifest import MANIFEST
from searchlib.storage.snapshot import Snapshot

__all__ = ["copy_commit"]

_TRIES: Final = 20


def copy_commit(folder: Path, target: Path) -> int:
    """Makes `target` an index like the newest commit of the one in `folder`, and gives the number of its documents.

    A writer may go on meanwhile. Raises IndexExistsError when the target holds anything, StorageError when the disk refuses, and
    CorruptIndexError when a file of the commit is missing; then the target is left as it was.
    """
    made = _prepare(target)
    try:
        previous = None
        for _ in range(_TRIES):
            manifest = replace(Snapshot.open(folder).manifest, durable=True)  # all that it links is synced
            try:
                for name in sorted(manifest.files() - {MANIFEST}):
                    _link(folder / name, target / name)
            except FileNotFoundError as error:
                _empty(target)
                if manifest == previous:  # no newer commit has replaced it
                    raise CorruptIndexError(str(error.filename), "the file is missing") from error
                previous = manifest
                continue
            manifest.commit(target)
            return sum(entry.documents - entry.deleted for entry in manifest.segments)
        raise StorageError(folder, "cannot be copied: commits follow each other too quickly")
    except BaseException:
        with suppress(OSError):
            _empty(target)
            for parent in made:
                parent.rmdir()
        raise


def _prepare(target: Path) -> list[Path]:
    """Makes the folder when it is absent. Gives the folders that were made, the innermost first."""
    try:
        if target.exists() and not target.is_dir():
            raise IndexExistsError(target, f"{target}: this is a file; a copy needs a folder of its own")
        if target.is_dir() and any(target.iterdir()):
            raise IndexExistsError(target, f"{target}: this folder is not empty; a copy needs one of its own")
    except OSError as error:
        raise StorageError(target, f"cannot be read: {error.strerror or error}") from error
    return make_folder(target)


def _link(source: Path, target: Path) -> None:
    """The same file in another folder, on the disk when this returns. FileNotFoundError passes through."""
    try:
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(source, target)
        with target.open("r+b" if os.name == "nt" else "rb") as file:
            os.fsync(file.fileno())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(target, f"cannot be written: {error.strerror or error}") from error


def _empty(folder: Path) -> None:
    """Removes what was put there, the manifest first."""
    (folder / MANIFEST).unlink(missing_ok=True)
    for path in folder.iterdir():
        path.unlink()

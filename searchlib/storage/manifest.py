"""Which segments make up the index now? A commit is the atomic replacement of one small file.

    manifest = JSON object, newline, XXH64 of the object as 16 hexadecimal digits, newline

    {"format": 3, "generation": commits so far, "analysis": version of the word analysis, "next": number of the next file,
     "definition": {...}, "segments": [{"file", "documents", "checksum", "deletions", "deleted", "deletions_checksum"}],
     "boilerplate": [[source, documents, [[line, documents that have it]]]]}  # absent when nothing is known (boilerplate.py)

`deletions` names the file that says which documents live (deletions.py), or is null when all do. The checksums are those at the
end of both files: a commit means just these, not others of the same name.

The file `manifest` is the last durable commit: it and all that it names were written through to the disk. A later commit that is
not durable is in `manifest.recent`, of the same form, until a durable one follows. After a loss of power it may be torn, or name
files that are; then the durable commit is the newest. So nothing that the durable commit names is removed before the next.

Readers open a manifest and then the files it names. A file that vanished in between belonged to an older commit: the manifest is
read again. Files that no manifest names are removed by the next writer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from searchlib.definitions import Definition
from searchlib.errors import (
    CorruptIndexError,
    DefinitionError,
    IncompatibleIndexError,
    IndexNotFoundError,
    StorageError,
)
from searchlib.storage._segment import hash64
from searchlib.storage.boilerplate import Known, checked
from searchlib.storage.durable import replace_file, sync_file, sync_folder, write_file
from searchlib.storage.format import VERSION

__all__ = ["MANIFEST", "RECENT", "Manifest", "SegmentEntry", "SegmentNames", "remove_strays", "strays"]

MANIFEST: Final = "manifest"
RECENT: Final = "manifest.recent"
_SEGMENT_NAME: Final = re.compile(r"[0-9]{8,20}\.segment")
_DELETIONS_NAME: Final = re.compile(r"[0-9]{8,20}\.[0-9]{1,20}\.deletions")


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of a commit."""

    file: str
    documents: int
    checksum: int
    deletions: str | None = None
    deleted: int = 0
    deletions_checksum: int = 0

    def to_dict(self) -> dict[str, str | int | None]:
        return {
            "file": self.file,
            "documents": self.documents,
            "checksum": self.checksum,
            "deletions": self.deletions,
            "deleted": self.deleted,
            "deletions_checksum": self.deletions_checksum,
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit of an index. Immutable. durable: it outlives a loss of power; said by the file that it stands in."""

    definition: Definition
    analysis: int
    generation: int = 0
    next: int = 1
    segments: tuple[SegmentEntry, ...] = field(default=())
    durable: bool = True
    boilerplate: Known = ()

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The last durable commit.

        Raises IndexNotFoundError, IncompatibleIndexError, CorruptIndexError or StorageError.
        """
        path = folder / MANIFEST
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            if folder.exists() and not folder.is_dir():
                raise IndexNotFoundError(
                    folder, f"{folder}: this is a file, and an index is a folder"
                ) from error
            raise IndexNotFoundError(folder) from error
        except OSError as error:
            raise StorageError(path, f"cannot be read: {error.strerror or error}") from error
        return _manifest(path, content, True)

    @classmethod
    def newest(cls, folder: Path) -> tuple[Manifest, Manifest | None]:
        """The last durable commit, and the last of all when that is another. Raises what read() raises."""
        path = folder / RECENT
        try:  # first: it goes only when a durable commit after it is there
            content: bytes | None = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            content = None
        except OSError as error:
            raise StorageError(path, f"cannot be read: {error.strerror or error}") from error
        durable = cls.read(folder)
        if content is None:
            return durable, None
        try:
            recent = _manifest(path, content, False)
        except CorruptIndexError:
            return durable, None  # torn when power was lost
        return durable, recent if recent.generation > durable.generation else None

    def commit(self, folder: Path) -> None:
        """Makes this the newest commit; when it is durable, once it has returned even after a loss of power.

        The files it names must be written, and synced for a durable one. Raises StorageError.
        """
        values: dict[str, Any] = {
            "format": VERSION,
            "generation": self.generation,
            "analysis": self.analysis,
            "next": self.next,
            "definition": self.definition.to_dict(),
            "segments": [entry.to_dict() for entry in self.segments],
        }
        if self.boilerplate:
            values["boilerplate"] = self.boilerplate
        body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        final = folder / (MANIFEST if self.durable else RECENT)
        path = final.with_name(final.name + ".new")
        write_file(path, body + b"\n%016x\n" % hash64(body))
        if not self.durable:
            replace_file(path, final)
            return
        sync_file(path)
        if self.segments:
            sync_folder(folder)  # a disk may keep the rename and not yet the names of new files
        replace_file(path, final)
        try:
            (folder / RECENT).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(folder / RECENT, f"cannot be removed: {error.strerror or error}") from error
        sync_folder(folder)

    def files(self) -> set[str]:
        """Names of all files that belong to this commit."""
        names = {MANIFEST if self.durable else RECENT}
        for entry in self.segments:
            names.add(entry.file)
            if entry.deletions:
                names.add(entry.deletions)
        return names


class SegmentNames:
    """Gives every new segment of a writer a name that no file has, one of a lost commit neither: readers may have it mapped.

    next: the number in the name that comes next.
    """

    def __init__(self, folder: Path) -> None:
        there = [
            path.stem for path in folder.iterdir() if _SEGMENT_NAME.fullmatch(path.name) and path.is_file()
        ]
        self.next = max(map(int, there), default=0) + 1
        self.next = max(self.next, *(one.next for one in Manifest.newest(folder) if one is not None))

    def new(self) -> str:
        self.next += 1
        return f"{self.next - 1:08d}.segment"


@lru_cache(maxsize=8)  # readers and the writer of a process look at the same ones
def _manifest(path: Path, content: bytes, durable: bool) -> Manifest:
    body, _, rest = content.partition(b"\n")
    try:
        values: dict[str, Any] = json.loads(body)
        found = values["format"]
        if type(found) is int and found != VERSION:
            raise IncompatibleIndexError(path, found, VERSION)
        if type(found) is not int:
            raise ValueError("the format is not a number")
        if rest != b"%016x\n" % hash64(body):
            raise CorruptIndexError(path, "the manifest is not what was written (checksum)")
        segments = tuple(_checked(SegmentEntry(**entry)) for entry in values["segments"])
        if len({entry.file for entry in segments}) < len(segments):
            raise ValueError("a segment is named twice")
        following = _whole(values["next"], "next")
        if any(int(entry.file.partition(".")[0]) >= following for entry in segments):
            raise ValueError("a new segment would be written over one that is there")
        return Manifest(
            definition=Definition.from_dict(values["definition"]),
            analysis=_whole(values["analysis"], "analysis"),
            generation=_whole(values["generation"], "generation"),
            next=following,
            segments=segments,
            durable=durable,
            boilerplate=checked(values.get("boilerplate", [])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DefinitionError) as error:
        raise CorruptIndexError(path, f"the manifest makes no sense ({error})") from error


def _whole(value: object, name: str, largest: int = (1 << 63) - 1) -> int:
    if type(value) is not int or not 0 <= value <= largest:
        raise ValueError(f"'{name}' is not a number from 0 to {largest}")
    return value


def _checked(entry: SegmentEntry) -> SegmentEntry:
    """The entry, when its numbers can be true and its files can only be files of this folder."""
    _whole(entry.documents, "documents", (1 << 31) - 1)
    _whole(entry.checksum, "checksum", (1 << 64) - 1)
    _whole(entry.deleted, "deleted", entry.documents)
    _whole(entry.deletions_checksum, "deletions_checksum", (1 << 64) - 1)
    if not _SEGMENT_NAME.fullmatch(entry.file):
        raise ValueError(f"{entry.file!r} is not the name of a segment")
    if entry.deletions is not None and not _DELETIONS_NAME.fullmatch(entry.deletions):
        raise ValueError(f"{entry.deletions!r} is not the name of a list of deletions")
    if entry.deletions is None and entry.deleted:
        raise ValueError("documents are deleted, and no file says which")
    return entry


def strays(folder: Path, keep: Iterable[str]) -> list[Path]:
    """Files of an index that are not to be kept."""
    kept = {MANIFEST, *keep}
    return [
        path
        for path in folder.iterdir()
        if (path.suffix in (".segment", ".deletions", ".new") or path.name == RECENT)
        and path.name not in kept
    ]


def remove_strays(folder: Path, keep: Iterable[str]) -> None:
    """Removes files of an index that are not to be kept. What another process has in use is left for next time."""
    for path in strays(folder, keep):
        with suppress(OSError):  # Windows: a reader has it mapped; or it is a folder, and nobody's of ours
            path.unlink(missing_ok=True)

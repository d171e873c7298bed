"""Which segments make up the index now? A commit is the atomic replacement of one small file.

    manifest = JSON object, newline, XXH64 of the object as 16 hexadecimal digits, newline

    {"format": 1, "generation": commits so far, "analysis": version of the word analysis, "next": number of the next file,
     "definition": {...}, "segments": [{"file", "documents", "checksum", "deletions", "deleted"}]}

`deletions` names the file that says which documents live, or is null when all do:

    deletions = "SEARCHLD" u32 format, u32 documents, a bit a document (set: it lives), u64 XXH64 of all before

Readers open the manifest and then the files it names. A file that vanished in between belonged to an older commit: the
manifest is read again. Files that no manifest names are removed by the next writer.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
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
from searchlib.storage.format import VERSION

__all__ = [
    "MANIFEST",
    "Manifest",
    "SegmentEntry",
    "read_deletions",
    "remove_strays",
    "sync_folder",
    "write_deletions",
]

MANIFEST: Final = "manifest"
_DELETIONS: Final = struct.Struct("<8sII")
_DELETIONS_MAGIC: Final = b"SEARCHLD"
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


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit of an index. Immutable."""

    definition: Definition
    analysis: int
    generation: int = 0
    next: int = 1
    segments: tuple[SegmentEntry, ...] = field(default=())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The newest commit. Raises IndexNotFoundError, IncompatibleIndexError, CorruptIndexError or StorageError."""
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
            return cls(
                definition=Definition.from_dict(values["definition"]),
                analysis=_whole(values["analysis"], "analysis"),
                generation=_whole(values["generation"], "generation"),
                next=_whole(values["next"], "next"),
                segments=segments,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DefinitionError) as error:
            raise CorruptIndexError(path, f"the manifest makes no sense ({error})") from error

    def commit(self, folder: Path) -> None:
        """Makes this the newest commit, once it has returned even after a loss of power. Raises StorageError."""
        values = {
            "format": VERSION,
            "generation": self.generation,
            "analysis": self.analysis,
            "next": self.next,
            "definition": self.definition.to_dict(),
            "segments": [asdict(entry) for entry in self.segments],
        }
        body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        write_durably(folder / f"{MANIFEST}.new", body + b"\n%016x\n" % hash64(body), folder / MANIFEST)
        sync_folder(folder)

    def files(self) -> set[str]:
        """Names of all files that belong to this commit."""
        names = {MANIFEST}
        for entry in self.segments:
            names.add(entry.file)
            if entry.deletions:
                names.add(entry.deletions)
        return names


def _whole(value: object, name: str, largest: int = (1 << 63) - 1) -> int:
    if type(value) is not int or not 0 <= value <= largest:
        raise ValueError(f"'{name}' is not a number from 0 to {largest}")
    return value


def _checked(entry: SegmentEntry) -> SegmentEntry:
    """The entry, when its numbers can be true and its files can only be files of this folder."""
    _whole(entry.documents, "documents", (1 << 31) - 1)
    _whole(entry.checksum, "checksum", (1 << 64) - 1)
    _whole(entry.deleted, "deleted", entry.documents)
    if not _SEGMENT_NAME.fullmatch(entry.file):
        raise ValueError(f"{entry.file!r} is not the name of a segment")
    if entry.deletions is not None and not _DELETIONS_NAME.fullmatch(entry.deletions):
        raise ValueError(f"{entry.deletions!r} is not the name of a list of deletions")
    if entry.deletions is None and entry.deleted:
        raise ValueError("documents are deleted, and no file says which")
    return entry


def write_durably(path: Path, data: bytes, final: Path | None = None) -> None:
    """Writes a file through to the disk and, when `final` is given, moves it there."""
    try:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if final is not None:
            path.replace(final)
    except OSError as error:
        raise StorageError(path, f"cannot be written: {error.strerror or error}") from error


def sync_folder(folder: Path) -> None:
    """Makes renames and new files in a folder durable, where the system has a way to ask for it."""
    if os.name == "nt":
        return  # NTFS journals its directories; they cannot be opened for fsync
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageError(folder, f"cannot be written: {error.strerror or error}") from error


def write_deletions(folder: Path, name: str, entry: SegmentEntry, live: bytes) -> SegmentEntry:
    """Writes which documents of a segment live. Gives its entry with that file."""
    body = _DELETIONS.pack(_DELETIONS_MAGIC, VERSION, entry.documents) + live
    write_durably(folder / name, body + hash64(body).to_bytes(8, "little"))
    alive = int.from_bytes(live, "little").bit_count()
    return replace(entry, deletions=name, deleted=entry.documents - alive)


def read_deletions(folder: Path, entry: SegmentEntry) -> bytes | None:
    """A bit for each document of a segment, set when it lives; None when all do. FileNotFoundError passes through."""
    if entry.deletions is None:
        return None
    path = folder / entry.deletions
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(path, f"cannot be read: {error.strerror or error}") from error
    size = (entry.documents + 7) // 8
    if len(content) != _DELETIONS.size + size + 8:
        raise CorruptIndexError(path, "the file has the wrong size")
    magic, version, documents = _DELETIONS.unpack_from(content)
    if magic == _DELETIONS_MAGIC and version != VERSION:
        raise IncompatibleIndexError(path, version, VERSION)
    checksum = int.from_bytes(content[-8:], "little")
    if magic != _DELETIONS_MAGIC or documents != entry.documents or hash64(content[:-8]) != checksum:
        raise CorruptIndexError(path, "the bytes are not what was written (checksum)")
    live = content[_DELETIONS.size : -8]
    if int.from_bytes(live, "little").bit_count() != entry.documents - entry.deleted:
        raise CorruptIndexError(path, "it lists other documents than were committed")
    return live


def remove_strays(folder: Path, keep: Iterable[str]) -> None:
    """Removes files of segments and deletions that no commit names. What is in use elsewhere is left for next time."""
    kept = set(keep)
    for path in folder.iterdir():
        if path.suffix in (".segment", ".deletions", ".new") and path.name not in kept:
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # Windows: a reader has it mapped; or it is a folder, and nobody's of ours

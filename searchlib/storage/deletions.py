"""Which documents of a segment live? A bit for each, in a file beside it that a later commit replaces by another.

deletions = "SEARCHLD" u32 format, u32 documents, a bit a document (set: it lives), u64 XXH64 of all before
"""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Final

from searchlib.errors import CorruptIndexError, IncompatibleIndexError, StorageError
from searchlib.storage._segment import hash64
from searchlib.storage.durable import write_file
from searchlib.storage.format import VERSION
from searchlib.storage.manifest import SegmentEntry

__all__ = ["lives", "read_deletions", "write_deletions"]

_HEADER: Final = struct.Struct("<8sII")
_MAGIC: Final = b"SEARCHLD"


def lives(live: bytes | bytearray | None, doc: int) -> bool:
    """Does a document live? live: a bit for each, None when all do."""
    return live is None or bool(live[doc >> 3] >> (doc & 7) & 1)


def write_deletions(folder: Path, name: str, entry: SegmentEntry, live: bytes) -> SegmentEntry:
    """Writes which documents of a segment live. Gives its entry with that file."""
    body = _HEADER.pack(_MAGIC, VERSION, entry.documents) + live
    checksum = hash64(body)
    write_file(folder / name, body + checksum.to_bytes(8, "little"))
    alive = int.from_bytes(live, "little").bit_count()
    return replace(entry, deletions=name, deleted=entry.documents - alive, deletions_checksum=checksum)


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
    if len(content) != _HEADER.size + size + 8:
        raise CorruptIndexError(path, "the file has the wrong size")
    magic, version, documents = _HEADER.unpack_from(content)
    if magic == _MAGIC and version != VERSION:
        raise IncompatibleIndexError(path, version, VERSION)
    checksum = int.from_bytes(content[-8:], "little")
    if magic != _MAGIC or documents != entry.documents or hash64(content[:-8]) != checksum:
        raise CorruptIndexError(path, "the bytes are not what was written (checksum)")
    if checksum != entry.deletions_checksum:
        raise CorruptIndexError(path, "it is not the one that was committed")
    live = content[_HEADER.size : -8]
    bits = int.from_bytes(live, "little")
    if bits >> entry.documents or bits.bit_count() != entry.documents - entry.deleted:
        raise CorruptIndexError(path, "it lists other documents than were committed")
    return live

"""How is a segment's file laid out? The container around the sections; format version 3.

    file     = magic version section* padding hashes contents trailer
    magic    = "SEARCHL1"
    version  = u32, then u32 0
    section  = any bytes; which sections there are, and where, is said by the contents
    hashes   = u64 for each page of 64 KiB of what comes before them: XXH64 (see bytes.h)
    contents = JSON object, UTF-8, below
    trailer  = u64 offset of contents, u64 their length, u64 XXH64 of contents, magic

Contents: {"documents": N, "terms": count, "forms": count, "total_length": sum of weighted lengths,
"covered": bytes that the hashes cover, "hashes": their offset, "hashes_checksum": XXH64 of them, "text_fields": [names],
"date": null or {"base", "width"}, "keywords": [{"name", "values", "width", "many"}], "stored_blocks": B, "sections": {name: [offset, length]}}.

Sections of a segment of N documents and F text fields:

    stored, stored_index             what hits give back (stored.py)
    ids, id_ends, id_order           ids one after another; u32 * N where each ends; u32 * N documents sorted by id
    length.f, tokens.f               per document: tokens of field f without stop words; with them (not for the last field)
    signatures                       what is told near-duplicates by (signature.h)
    terms                            what is indexed (dictionary.h)
    names.latin, names.cyrillic      the terms that may be names, by how they sound (name_order.h)
    forms, endings                   words as they were written (forms.h)
    peaks                            how frequent the forms of a block are, at most (peaks.h)
    postings, positions              posting lists and their positions (postings.h)
    date, keyword.i, keyword.i.*     columns (columns.py)

The checksum of the contents, which a commit names, so stands for all bytes of the file. All numbers are little-endian. A segment never changes once it is written; deletions are kept beside it (manifest.py).
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from searchlib.errors import CorruptIndexError, IncompatibleIndexError, StorageError
from searchlib.storage._segment import PAGE, SegmentFile, hash64

__all__ = [
    "START",
    "VERSION",
    "SectionWriter",
    "open_segment",
    "places_of",
    "read_contents",
    "segment_file",
]

MAGIC: Final = b"SEARCHL1"
VERSION: Final = 3
_HEADER: Final = struct.Struct("<8sII")
_TRAILER: Final = struct.Struct("<QQQ8s")
_LARGEST_CONTENTS: Final = 1 << 24
START: Final = _HEADER.size  # of the first section


class SectionWriter:
    """Writes a segment's file section by section, hashing pages on the way. One thread; finish() or discard() ends it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sections: dict[str, tuple[int, int]] = {}
        self._hashes: list[int] = []
        self._page = bytearray()
        self._length = 0
        try:
            self._file: BinaryIO = path.open("wb", buffering=0)
        except OSError as error:
            raise StorageError(path, f"cannot be written: {error.strerror or error}") from error
        self.write(_HEADER.pack(MAGIC, VERSION, 0))

    @property
    def length(self) -> int:
        """Bytes written so far."""
        return self._length

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends bytes to the file. Raises StorageError when the disk is full or fails."""
        view = memoryview(data)
        self._length += len(view)
        at = 0
        if self._page:
            at = min(PAGE - len(self._page), len(view))
            self._page += view[:at]
            if len(self._page) == PAGE:
                self._put(self._page)
                self._page = bytearray()
        while len(view) - at >= PAGE:
            self._put(view[at : at + PAGE])
            at += PAGE
        if at < len(view):
            self._page += view[at:]

    def section(self, name: str, data: bytes) -> None:
        """Appends a whole section."""
        start = self._length
        self.write(data)
        self.sections[name] = (start, len(data))

    def extend(self, name: str, piece: memoryview) -> None:
        """Appends to the last section when it has this name, else begins it."""
        start, _ = self.sections.setdefault(name, (self._length, 0))
        self.write(piece)
        self.mark(name, start)

    def mark(self, name: str, start: int) -> None:
        """Names everything written since `start` a section."""
        self.sections[name] = (start, self._length - start)

    def finish(self, contents: dict[str, Any], *, durable: bool) -> int:
        """Writes hashes, contents and trailer, and closes the file. Gives the checksum of the contents."""
        if self._length % PAGE:
            self._put(self._page)
        covered = self._length
        hashes = struct.pack(f"<{len(self._hashes)}Q", *self._hashes)
        body = json.dumps(
            contents
            | {
                "covered": covered,
                "hashes": covered,
                "hashes_checksum": hash64(hashes),
                "sections": self.sections,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        checksum = hash64(body)
        try:
            _write_all(
                self._file, hashes + body + _TRAILER.pack(covered + len(hashes), len(body), checksum, MAGIC)
            )
            if durable:
                os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            self.discard()
            raise StorageError(self.path, f"cannot be written: {error.strerror or error}") from error
        return checksum

    def discard(self) -> None:
        """Closes and removes the unfinished file. When the disk refuses that, the next writer will do it."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _put(self, page: bytes | bytearray | memoryview) -> None:
        self._hashes.append(hash64(page))
        try:
            _write_all(self._file, page)
        except OSError as error:
            raise StorageError(self.path, f"cannot be written: {error.strerror or error}") from error


def _write_all(file: BinaryIO, data: bytes | bytearray | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def open_segment(path: Path, expected: int) -> tuple[SegmentFile, dict[str, Any]]:
    """Maps a segment's file and reads its contents, whose checksum must be the one that the manifest gives.

    Raises CorruptIndexError, IncompatibleIndexError, or FileNotFoundError when the file is gone.
    """
    try:
        with path.open("rb") as file:
            contents, _ = read_contents(path, file, expected)
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(path, f"cannot be read: {error.strerror or error}") from error
    return segment_file(path, data, contents), contents


def read_contents(path: Path, file: BinaryIO, expected: int | None = None) -> tuple[dict[str, Any], int]:
    """The contents of a segment, and their checksum, which must be the expected one; None: any that fits them.

    They are read, not mapped: a failing disk is an OSError then. Raises CorruptIndexError, IncompatibleIndexError.
    """
    size = file.seek(0, os.SEEK_END)
    if size < _HEADER.size + _TRAILER.size:
        raise CorruptIndexError(path, "the file is cut short", size)
    file.seek(0)
    magic, version, _ = _HEADER.unpack(file.read(_HEADER.size))
    if magic != MAGIC:
        raise CorruptIndexError(path, "this is not a segment", 0)
    if version != VERSION:
        raise IncompatibleIndexError(path, version, VERSION)
    file.seek(size - _TRAILER.size)
    offset, length, checksum, end_magic = _TRAILER.unpack(file.read(_TRAILER.size))
    if end_magic != MAGIC or length > _LARGEST_CONTENTS or offset + length != size - _TRAILER.size:
        raise CorruptIndexError(path, "the file is cut short or its end is damaged", size - _TRAILER.size)
    file.seek(offset)
    body = file.read(length)
    if hash64(body) != checksum or expected not in (checksum, None):
        raise CorruptIndexError(path, "the table of contents is not the one that was committed", offset)
    try:
        contents = json.loads(body)
        places_of(contents, size)
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError) as error:
        raise _nonsense(path, error, offset) from error
    return contents, checksum


def places_of(contents: dict[str, Any], size: int) -> dict[str, tuple[int, int]]:
    """(offset, length) of each section, which lie inside a file of this size, else ValueError or its like is raised."""
    sections = {name: (int(at), int(n)) for name, (at, n) in contents["sections"].items()}
    if any(at < 0 or n < 0 or at + n > size for at, n in sections.values()):
        raise ValueError("a section lies outside the file")
    return sections


def segment_file(path: Path, data: mmap.mmap, contents: dict[str, Any]) -> SegmentFile:
    """Checked access to a segment's bytes. Raises CorruptIndexError when its contents make no sense."""
    try:
        return SegmentFile(
            data,
            str(path),
            contents["covered"],
            contents["hashes"],
            places_of(contents, len(data)),
            contents["documents"],
            len(contents["text_fields"]),
            contents["terms"],
            contents["forms"],
        )
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError) as error:
        raise _nonsense(path, error, None) from error


def _nonsense(path: Path, error: Exception, offset: int | None) -> CorruptIndexError:
    return CorruptIndexError(path, f"the table of contents makes no sense ({error})", offset)

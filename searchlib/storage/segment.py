"""What is in one segment? Its file opened, with its columns and documents; builder.py writes one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final
from weakref import ReferenceType, ref

from searchlib.errors import CorruptIndexError
from searchlib.storage.columns import DateColumn, KeywordColumn
from searchlib.storage.format import open_segment
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.stored import StoredReader

__all__ = ["PARTS", "Segment", "find_id", "open_files"]

PARTS: Final = {
    "stored": "documents",
    "stored_index": "documents",
    "ids": "ids",
    "id_ends": "ids",
    "id_order": "ids",
    "terms": "terms",
    "names.latin": "terms",
    "names.cyrillic": "terms",
    "forms": "forms",
    "endings": "forms",
    "peaks": "forms",
    "postings": "postings",
    "positions": "positions",
    "signatures": "signatures",
}
"""What a section is part of, for statistics; the others are columns."""

_OPEN: Final[set[ReferenceType[Segment]]] = set()
"""The segments that readers of this process may have open: a file is not to be removed under them, which not every system
allows."""


class Segment:
    """An open segment of a snapshot. Immutable; threads may share it. Its file stays mapped while it is in use."""

    def __init__(self, folder: Path, entry: SegmentEntry) -> None:
        self.entry = entry
        self.file, self._contents = open_segment(folder / entry.file, entry.checksum)
        if self.file.documents != entry.documents:
            raise CorruptIndexError(
                self.file.path, "the number of documents is not the one that was committed"
            )
        self._keywords: dict[str, KeywordColumn] = {}
        with self._sensible():
            self.total_length = float(self._contents["total_length"])
        self._folder = folder

    def verify(self) -> None:
        """Reads every byte; CorruptIndexError when one is not what was written."""
        with self._sensible():
            self.file.verify(int(self._contents["hashes_checksum"]))

    def serve(self) -> None:
        """Readers may see it from now on."""
        _OPEN.add(ref(self, _OPEN.discard))

    @cached_property
    def stored(self) -> StoredReader:
        with self._sensible():
            return StoredReader(self.file, int(self._contents["stored_blocks"]))

    @cached_property
    def dates(self) -> DateColumn:
        with self._sensible():
            return DateColumn(self.file, self._contents["date"])

    @cached_property
    def keyword_names(self) -> tuple[str, ...]:
        """The keyword fields that have a column."""
        with self._sensible():
            return tuple(one["name"] for one in self._contents["keywords"])

    def keyword(self, name: str) -> KeywordColumn:
        """The column of a keyword field, unpacked when it is first asked for."""
        column = self._keywords.get(name)
        if column is None:
            with self._sensible():
                i = self.keyword_names.index(name)
                column = KeywordColumn(self.file, i, self._contents["keywords"][i])
            self._keywords[name] = column
        return column

    def parts(self) -> dict[str, int]:
        """Bytes on disk of each part of the segment."""
        sizes: dict[str, int] = {}
        for name in self.file.section_names:
            part = PARTS.get(name, "columns")
            sizes[part] = sizes.get(part, 0) + self.file.section_size(name)
        return sizes

    @contextmanager
    def _sensible(self) -> Iterator[None]:
        try:
            yield
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise CorruptIndexError(
                self.file.path, f"the table of contents makes no sense ({error!r})"
            ) from error


def find_id(segments: Sequence[Segment], id: str) -> tuple[int, int] | None:
    """(segment, document) of the last document that was given this id, deleted or not; None when there is none."""
    for number in reversed(range(len(segments))):
        doc = segments[number].file.find_id(id)
        if doc >= 0:
            return number, doc
    return None


def open_files(folder: Path) -> set[str]:
    """Names of the segments in a folder that readers of this process may have open, in whatever snapshot."""
    opened = [one() for one in _OPEN.copy()]
    here = {one._folder: _same(one._folder, folder) for one in opened if one is not None}
    return {one.entry.file for one in opened if one is not None and here[one._folder]}


def _same(one: Path, other: Path) -> bool:
    return one == other or os.path.realpath(one) == os.path.realpath(other)

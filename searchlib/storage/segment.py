"""What is in one segment? Its file opened, with its columns and documents; and how a new one is written."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from searchlib.definitions import Definition
from searchlib.documents import Document
from searchlib.errors import CorruptIndexError
from searchlib.language import Analyzer
from searchlib.storage._inversion import Inversion
from searchlib.storage.columns import DateColumn, KeywordColumn, KeywordWriter, encode_dates, narrow
from searchlib.storage.format import SectionWriter, open_segment
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.stored import StoredReader, StoredWriter

__all__ = ["PARTS", "Segment", "SegmentBuilder"]

PARTS: Final = {
    "stored": "documents",
    "stored_index": "documents",
    "ids": "ids",
    "id_ends": "ids",
    "id_order": "ids",
    "terms": "terms",
    "forms": "forms",
    "endings": "forms",
    "postings": "postings",
    "positions": "positions",
}
"""What a section is part of, for statistics; the others are columns."""

_PER_DOCUMENT: Final = 200  # bytes that the id and the date of a document take while it is in memory


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


class SegmentBuilder:
    """Collects documents in memory and writes them as one segment. Belongs to one writer; not thread-safe."""

    def __init__(self, folder: Path, file: str, definition: Definition, analyzer: Analyzer) -> None:
        self.file = file
        self._definition = definition
        self._out = SectionWriter(folder / file)
        try:
            self._stored = StoredWriter(self._out)
            self._inversion = Inversion(analyzer.analyze, len(definition.text_fields))
        except BaseException:
            self._out.discard()
            raise
        self._ids: list[str] = []
        self._dates: list[int | None] = []
        self._keywords = [KeywordWriter(field.name) for field in definition.keyword_fields]
        self._newest: dict[str, int] = {}
        self._replaced: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def memory(self) -> int:
        """Bytes that the documents take in memory, about."""
        columns = sum(column.memory for column in self._keywords)
        return self._inversion.memory + columns + _PER_DOCUMENT * len(self._ids)

    def add(self, document: Document) -> None:
        """Adds a document; an earlier one with the same id in this segment is replaced. All or nothing."""
        doc = self._inversion.add(document.texts)
        earlier = self._newest.get(document.id)
        if earlier is not None:
            self._replaced.add(earlier)
        self._newest[document.id] = doc
        self._ids.append(document.id)
        self._dates.append(document.date)
        for column, values in zip(self._keywords, document.keywords, strict=True):
            column.add(values)
        self._stored.add(document.stored)

    def discard(self) -> None:
        """Gives everything up and removes the file."""
        self._out.discard()

    def finish(self, *, durable: bool) -> tuple[SegmentEntry, set[int]]:
        """Writes the segment. Gives its entry for the manifest, and the documents that later ones replaced."""
        definition, out, inversion = self._definition, self._out, self._inversion
        n = len(self._ids)
        self._stored.finish()
        encoded = [text.encode() for text in self._ids]
        ends = array("I")
        total = 0
        for text in encoded:
            total += len(text)
            ends.append(total)
        out.section("ids", b"".join(encoded))
        out.section("id_ends", ends.tobytes())
        out.section("id_order", array("I", sorted(range(n), key=encoded.__getitem__)).tobytes())
        del encoded
        for f in range(len(definition.text_fields)):
            out.section(f"length.{f}", narrow(array("I", inversion.lengths(f)))[1])
            if f + 1 < len(definition.text_fields):
                out.section(f"tokens.{f}", narrow(array("I", inversion.tokens(f)))[1])
        date, data = encode_dates(self._dates)
        if date is not None:
            out.section("date", data)
        keywords = []
        for i, column in enumerate(self._keywords):
            description, columns = column.encode()
            keywords.append(description)
            for suffix, data in columns.items():
                out.section(f"keyword.{i}{suffix}", data)
        weights = [field.weight for field in definition.text_fields]
        total_length = inversion.encode(weights, definition.k1, definition.b, out.extend)
        checksum = out.finish(
            {
                "documents": n,
                "terms": inversion.terms,
                "forms": inversion.forms,
                "total_length": total_length,
                "text_fields": [field.name for field in definition.text_fields],
                "date": date,
                "keywords": keywords,
                "stored_blocks": self._stored.blocks,
            },
            durable=durable,
        )
        return SegmentEntry(file=self.file, documents=n, checksum=checksum), self._replaced

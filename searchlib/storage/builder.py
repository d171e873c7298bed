"""How does a new segment come about? Documents gathered in memory, then its file, section by section."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Final

from searchlib.definitions import Definition
from searchlib.documents import Document
from searchlib.language import Analyzer
from searchlib.storage._inversion import Inversion
from searchlib.storage.columns import KeywordWriter, encode_dates, narrow
from searchlib.storage.format import SectionWriter
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.stored import StoredWriter

__all__ = ["SegmentBuilder"]

_PER_DOCUMENT: Final = 200  # bytes that the id and the date of a document take while it is in memory


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
        self._column_memory = 0
        self._newest: dict[str, int] = {}
        self._replaced: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def memory(self) -> int:
        """Bytes that the documents take in memory, about."""
        return self._inversion.memory + self._column_memory + _PER_DOCUMENT * len(self._ids)

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
            self._column_memory += column.add(values)
        self._stored.add(document.stored)

    def delete(self, id: str) -> bool:
        """Takes a document out again; False when there is none with this id."""
        doc = self._newest.pop(id, None)
        if doc is None:
            return False
        self._replaced.add(doc)
        return True

    def discard(self) -> None:
        """Gives everything up and removes the file."""
        self._out.discard()

    def finish(self) -> tuple[SegmentEntry, set[int]]:
        """Writes the segment, which the commit that names it syncs.

        Gives its entry for the manifest, and the documents that later ones replaced or that were deleted.
        """
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
        out.section("signatures", inversion.signatures())
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
            durable=False,
        )
        return SegmentEntry(file=self.file, documents=n, checksum=checksum), self._replaced

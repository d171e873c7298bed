"""Is one segment's file all that it should be? Its container, its pages, and what its sections say of each other.

A page that is not as it was written is one fault; what lies on it is not looked at any further. The lists of terms are written again to be
compared (rewriting.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

from searchlib.definitions import Definition
from searchlib.documents import MAX_ID
from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import PAGE, hash64
from searchlib.storage.faults import Fault, fault_in, first_of
from searchlib.storage.format import START, places_of
from searchlib.storage.pages import bad_pages, layout, touched
from searchlib.storage.rewriting import LISTS, list_faults
from searchlib.storage.segment import Segment
from searchlib.storage.signatures import SIGNATURES, read_signatures
from searchlib.storage.stored import DAMAGE, ENTRY

__all__ = ["Ids", "Inspection"]

_IDS: Final = ("ids", "id_ends", "id_order")


class Ids:
    """The ids of a segment's documents, as bytes. offset: of their section in the file."""

    def __init__(self, segment: Segment, offset: int) -> None:
        self._offset = offset
        self._bytes = segment.file.section("ids")
        self.ends = array("I", segment.file.section("id_ends"))
        self.order = array("I", segment.file.section("id_order"))

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, doc: int) -> bytes:
        return self._bytes[self.ends[doc - 1] if doc else 0 : self.ends[doc]]

    def offset(self, doc: int) -> int:
        """Where a document's id is in the file."""
        return self._offset + (self.ends[doc - 1] if doc else 0)


class Inspection:
    """Looks through one segment of a commit. For one thread.

    file: the segment's file, open; contents: its table of contents; segment: the same opened, None when that failed;
    definition: of the index, None when it is not known. ids: those of the documents, once they were found sound.
    """

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        contents: dict[str, Any],
        segment: Segment | None,
        definition: Definition | None,
        on_read: Callable[[int], None],
    ) -> None:
        self.path = path
        self.ids: Ids | None = None
        self._file = file
        self._contents = contents
        self._segment = segment
        self._definition = definition
        self._on_read = on_read
        self._size = file.seek(0, 2)
        self._places = places_of(contents, self._size)
        self._bad: set[int] = set()
        self._missing: set[str] = set()

    def faults(self) -> Iterator[Fault]:
        """All that is wrong, part by part."""
        try:
            covered, hashes = layout(self.path, self._contents, self._size)
        except CorruptIndexError as error:
            yield Fault.of(error)
            return
        yield from self._pages(covered, hashes)
        yield from self._layout(covered)
        segment = self._segment
        if segment is None:
            return
        yield from self._part(self._ids, segment, _IDS)
        yield from self._part(self._stored, segment, ("stored_index",))
        yield from self._part(self._signatures, segment, (SIGNATURES,))
        yield from self._part(self._dates, segment, ("date",))
        yield from self._part(self._keywords, segment, ())
        yield from self._part(self._lists, segment, (*self._lengths(), *LISTS))

    def _part(
        self, look: Callable[[Segment], Iterator[Fault]], segment: Segment, sections: tuple[str, ...]
    ) -> Iterator[Fault]:
        """The faults of sections that belong together, when they are there and their pages are good."""
        if self._missing.intersection(sections) or any(
            self._is_bad(*self._places[name]) for name in sections if name in self._places
        ):
            return
        first = next((self._places[name][0] for name in sections if name in self._places), None)
        try:
            yield from first_of(look(segment))
        except CorruptIndexError as error:
            yield Fault.of(error, first)
        for name in sections:
            self._on_read(self._places[name][1] if name in self._places else 0)

    def _is_bad(self, start: int, length: int) -> bool:
        return bool(self._bad) and any(page in self._bad for page in touched(start, length))

    def _fault(self, section: str, at: int, message: str) -> Fault:
        return fault_in(str(self.path), self._places, section, at, message)

    def _pages(self, covered: int, hashes: int) -> Iterator[Fault]:
        """A fault for each page that is not as it was written, neighbours together."""
        first = last = -1
        why = ""
        for page, what in bad_pages(self._file, covered, hashes, touched(0, covered), self._on_read):
            self._bad.add(page)
            if page != last + 1 or what != why or last < 0:
                if last >= 0:
                    yield self._page_fault(first, last, covered, why)
                first, why = page, what
            last = page
        if last >= 0:
            yield self._page_fault(first, last, covered, why)
            return
        self._file.seek(hashes)
        if hash64(self._file.read(8 * len(touched(0, covered)))) != self._contents.get("hashes_checksum"):
            yield Fault(
                str(self.path), hashes, "the table of contents means other hashes of pages than these"
            )

    def _page_fault(self, first: int, last: int, covered: int, why: str) -> Fault:
        start, end = first * PAGE, min((last + 1) * PAGE, covered)
        names = [name for name, (at, n) in self._places.items() if n and at < end and at + n > start]
        what = f"the page to byte {end}" if first == last else f"{last - first + 1} pages to byte {end}"
        return Fault(str(self.path), start, f"{what}, of {', '.join(names) or 'no section'}: {why}")

    def _lengths(self) -> Iterator[str]:
        fields = self._contents.get("text_fields")
        fields = fields if isinstance(fields, list) else []
        for f in range(len(fields)):
            yield f"length.{f}"
            if f + 1 < len(fields):
                yield f"tokens.{f}"

    def _layout(self, covered: int) -> Iterator[Fault]:
        """Do sections lie one after the other, and are they those that there should be?"""
        end = START
        for name, (at, length) in sorted(self._places.items(), key=lambda item: item[1]):
            if at != end:
                yield self._fault(name, 0, f"section '{name}' does not begin where the one before it ends")
            end = at + length
        if not 0 <= covered - end < PAGE:
            yield Fault(str(self.path), end, "the sections do not end where the hashes begin")
        contents = self._contents
        expected = {"stored", "stored_index", *_IDS, *self._lengths(), SIGNATURES, *LISTS}
        if contents.get("date") is not None:
            expected.add("date")
        keywords = contents.get("keywords")
        names = []
        for i, one in enumerate(keywords if isinstance(keywords, list) else ()):
            expected |= {f"keyword.{i}", f"keyword.{i}.values"}
            if isinstance(one, dict):
                names.append(one.get("name"))
                expected |= {f"keyword.{i}.ends"} if one.get("many") else set()
        self._missing = expected - self._places.keys()
        for name in sorted(expected ^ self._places.keys()):
            what = "is missing" if name in expected else "should not be there"
            yield self._fault(name, 0, f"section '{name}' {what}")
        if self._definition is not None:
            definition = self._definition
            for given, fields in (
                (contents.get("text_fields"), definition.text_fields),
                (names, definition.keyword_fields),
            ):
                if given != [field.name for field in fields]:
                    yield Fault(str(self.path), None, "its fields are not those of the index")

    def _ids(self, segment: Segment) -> Iterator[Fault]:
        """Ids lie one after the other, and their order is one of all documents."""
        n = segment.file.documents
        if any(segment.file.section_size(name) != 4 * n for name in ("id_ends", "id_order")):
            yield self._fault("id_ends", 0, "the ids are not as many as the documents")
            return
        ids = Ids(segment, self._places["ids"][0])
        before = 0
        for doc, end in enumerate(ids.ends):
            if not before < end <= min(len(ids), before + MAX_ID):
                yield self._fault("id_ends", 4 * doc, f"the id of document {doc} cannot end there")
                return
            before = end
        if before != len(ids):
            yield self._fault("ids", before, "there is more than the ids")
        earlier = (b"", -1)
        for place, doc in enumerate(ids.order):
            if doc >= n or (ids[doc], doc) <= earlier:
                yield self._fault("id_order", 4 * place, "the ids are not in order")
                return
            earlier = ids[doc], doc
        self.ids = ids

    def _stored(self, segment: Segment) -> Iterator[Fault]:
        """All blocks unpack, lie one after the other, and each document is stored with its id."""
        reader = segment.stored
        end_of_all = segment.file.section_size("stored")
        entries = [
            *ENTRY.iter_unpack(segment.file.section("stored_index")),
            (end_of_all, segment.file.documents, 0),
        ]
        if entries[0][:2] != (0, 0):
            yield self._fault("stored_index", 0, "the first block of stored fields is not the first")
            return
        for block, ((start, first, _), (end, following, _)) in enumerate(pairwise(entries)):
            if not (start < end <= end_of_all and first < following <= segment.file.documents):
                yield self._fault(
                    "stored_index", ENTRY.size * block, "the stored fields do not lie one after the other"
                )
                return
        for block, ((start, first, _), (end, _, _)) in enumerate(pairwise(entries)):
            if not self._is_bad(self._places["stored"][0] + start, end - start):
                yield from self._documents(reader.unpack, block, start, first)
            self._on_read(end - start)

    def _documents(
        self, unpack: Callable[[int], list[bytes]], block: int, start: int, first: int
    ) -> Iterator[Fault]:
        """The faults of one block of stored fields."""
        import msgspec

        try:
            documents = unpack(block)
        except CorruptIndexError as error:
            yield self._fault("stored", start, error.message)
            return
        for doc, data in enumerate(documents, first):
            try:
                values = msgspec.msgpack.decode(data)
            except DAMAGE:
                values = None
            if not isinstance(values, dict):
                yield self._fault("stored", start, f"the stored fields of document {doc} are damaged")
            elif self.ids is not None and str(values.get("id")).encode() != self.ids[doc]:
                yield self._fault("stored", start, f"document {doc} is stored with another id than it has")

    def _signatures(self, segment: Segment) -> Iterator[Fault]:
        read_signatures(segment.file)
        return iter(())

    def _dates(self, segment: Segment) -> Iterator[Fault]:
        numbers = segment.dates.rows()
        if segment.dates.numbers is not None and 1 not in numbers:
            yield self._fault("date", 0, "no document has the earliest date")

    def _keywords(self, segment: Segment) -> Iterator[Fault]:
        for i, name in enumerate(segment.keyword_names):
            section = f"keyword.{i}"
            if not isinstance(name, str):
                yield self._fault(section, 0, "a keyword field has no name")
                continue
            look = partial(self._keyword, i=i, name=name)
            yield from self._part(look, segment, (section, f"{section}.values", f"{section}.ends"))

    def _keyword(self, segment: Segment, i: int, name: str) -> Iterator[Fault]:
        """The values are in order, and documents have each of them and no others."""
        column = segment.keyword(name)
        try:
            values = column.values
        except CorruptIndexError as error:
            yield self._fault(f"keyword.{i}.values", 0, error.message)
            return
        if any(one >= other for one, other in pairwise(values)):
            yield self._fault(f"keyword.{i}.values", 0, f"the values of '{name}' are not in order")
        numbers, _ = column.rows()
        unused = len(values) - len(set(numbers))
        if unused:
            yield self._fault(
                f"keyword.{i}.values", 0, f"no document has some of the values of '{name}' ({unused})"
            )

    def _lists(self, segment: Segment) -> Iterator[Fault]:
        """Written again, the lists are what lies on disk."""
        definition = self._definition
        if definition is None or len(definition.text_fields) != segment.file.fields:
            return iter(())  # what is in the lists depends on the weights of fields
        return list_faults(segment, definition, self._fault)

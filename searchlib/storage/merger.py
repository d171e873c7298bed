"""How do several segments become one? Their living documents, in order, as if one segment had been built from them.

Section by section the new segment is what builder.py would have written, byte for byte, but for two things. Stored fields are
copied in the blocks that they lie in, where all documents of one live. And of a form that has lost all its positions to
another one (postings.h) it is not known in which documents it stood, so it may stay without them.

What a merge needs of memory is some bytes for each document, term and form, and the lists of one term. Postings wait in a
temporary file while positions are written.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import accumulate, compress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from searchlib.definitions import Definition
from searchlib.errors import CorruptIndexError, StorageError
from searchlib.storage._merge import Merge, merge_ids
from searchlib.storage.columns import KeywordWriter, merge_dates, narrow, read_numbers
from searchlib.storage.format import SectionWriter
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.segment import Segment
from searchlib.storage.signatures import merge_signatures
from searchlib.storage.stored import StoredWriter

__all__ = ["merge"]

_IN_MEMORY: Final = 8 << 20  # bytes of postings that wait in memory
_PIECE: Final = 1 << 20


def merge(
    folder: Path,
    file: str,
    definition: Definition,
    segments: Sequence[Segment],
    live: Sequence[bytes | None],
    *,
    durable: bool,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[SegmentEntry, list[array[int]]] | None:
    """Writes a segment of all documents of `segments` that live; a bit a document says which, or None that all do.

    Gives its entry for the manifest and, for each segment, the number that each of its documents has now, -1: it is dead.
    should_stop is asked some hundred times a second; when it says yes, the merge is given up and None returned.

    Raises CorruptIndexError for a segment that is damaged, StorageError when the disk refuses, and ValueError when no
    document lives. Whenever nothing is returned, no file is left behind.
    """
    for segment in segments:  # a number of documents is believed when there is as much to say about each
        if segment.file.section_size("id_ends") != 4 * segment.file.documents:
            raise CorruptIndexError(segment.file.path, "the ids are damaged")
    if sum(segment.file.documents for segment in segments) >= 1 << 31:
        raise StorageError(folder / file, "cannot be written: a segment cannot hold so many documents")
    numbers = _new_numbers(segments, live)
    documents = sum(sum(number >= 0 for number in one) for one in numbers)
    if not documents:
        raise ValueError("no document lives, so there is nothing to merge")
    merging = _Merging(folder / file, definition, list(segments), numbers, documents)
    try:
        with closing(merging.steps()) as steps:
            for _ in steps:
                if should_stop is not None and should_stop():
                    merging.out.discard()
                    return None
        checksum = merging.out.finish(merging.contents, durable=durable)
    except BaseException as error:
        merging.out.discard()
        if isinstance(error, OverflowError):
            raise StorageError(folder / file, f"cannot be written: {error}") from error
        raise
    return SegmentEntry(file=file, documents=documents, checksum=checksum), numbers


def _new_numbers(segments: Sequence[Segment], live: Sequence[bytes | None]) -> list[array[int]]:
    """The number of each document of each segment among those that live, -1: it is dead."""
    numbers: list[array[int]] = []
    first = 0
    for segment, bits in zip(segments, live, strict=True):
        n = segment.file.documents
        if bits is None:
            numbers.append(array("i", range(first, first + n)))
            first += n
            continue
        if len(bits) != (n + 7) // 8:
            raise ValueError("which documents live is said by a bit for each")
        lives = [digit == "1" for digit in f"{int.from_bytes(bits, 'little'):0{n}b}"[: -n - 1 : -1]]
        places = accumulate(lives, initial=first)
        numbers.append(
            array("i", (place if alive else -1 for alive, place in zip(lives, places, strict=False)))
        )
        first += sum(lives)
    return numbers


def _living(values: array[int], numbers: array[int]) -> array[int]:
    """The values of the documents that live."""
    if min(numbers) >= 0:
        return values
    return array(values.typecode, compress(values, map((-1).__lt__, numbers)))


def _living_rows(values: array[int], ends: array[int], numbers: array[int]) -> tuple[array[int], array[int]]:
    """The values of the documents that live, one after the other, and where each document's end."""
    kept, kept_ends = array(values.typecode), array("I")
    start = 0
    for end, number in zip(ends, numbers, strict=True):
        if number >= 0:
            kept += values[start:end]
            kept_ends.append(len(kept))
        start = end
    return kept, kept_ends


class _Merging:
    """A merge under way: its sections are written in steps, and then `contents` describes them."""

    def __init__(
        self,
        path: Path,
        definition: Definition,
        segments: list[Segment],
        numbers: list[array[int]],
        documents: int,
    ) -> None:
        self._definition = definition
        self._segments = segments
        self._files = [segment.file for segment in segments]
        self._numbers = numbers
        self._documents = documents
        self.contents: dict[str, Any] = {
            "documents": documents,
            "terms": 0,
            "forms": 0,
            "total_length": 0.0,
            "text_fields": [field.name for field in definition.text_fields],
            "date": None,
            "keywords": [],
            "stored_blocks": 0,
        }
        self.out = SectionWriter(path)

    def steps(self) -> Generator[None]:
        yield from self._stored()
        merge_ids(self._files, self._numbers, self._documents, self.out.extend)
        yield
        lengths = []
        for f in range(len(self._definition.text_fields)):
            lengths.append(self._column(f"length.{f}"))
            yield
            if f + 1 < len(self._definition.text_fields):
                self._column(f"tokens.{f}")
                yield
        self.out.section("signatures", merge_signatures(self._files, self._numbers))
        yield
        self._dates()
        yield
        for i, field in enumerate(self._definition.keyword_fields):
            yield from self._keyword(i, field.name)
        yield from self._lists(lengths)

    def _stored(self) -> Iterator[None]:
        writer = StoredWriter(self.out)
        for segment, numbers in zip(self._segments, self._numbers, strict=True):
            yield from writer.extend(segment.stored, numbers)
        writer.finish()
        self.contents["stored_blocks"] = writer.blocks

    def _column(self, name: str) -> array[int]:
        """Writes a number of each document, and gives them."""
        merged = array("I")
        for file, numbers in zip(self._files, self._numbers, strict=True):
            values = read_numbers(file, name)
            if values.itemsize > merged.itemsize:
                raise CorruptIndexError(file.path, f"section '{name}' has the wrong size")
            merged.extend(iter(_living(values, numbers)))
        self.out.section(name, narrow(merged)[1])
        return merged

    def _dates(self) -> None:
        columns = [
            (segment.dates.base, _living(segment.dates.rows(), numbers))
            for segment, numbers in zip(self._segments, self._numbers, strict=True)
        ]
        self.contents["date"], data = merge_dates(columns)
        if self.contents["date"] is not None:
            self.out.section("date", data)

    def _keyword(self, i: int, name: str) -> Iterator[None]:
        writer = KeywordWriter(name)
        for segment, numbers in zip(self._segments, self._numbers, strict=True):
            column = segment.keyword(name)
            values, ends = column.rows()
            if min(numbers) < 0:
                values, ends = _living_rows(values, ends, numbers)
            writer.extend(column.values, values, ends)
            yield
        description, sections = writer.encode()
        self.contents["keywords"].append(description)
        for suffix, data in sections.items():
            self.out.section(f"keyword.{i}{suffix}", data)
        yield

    def _lists(self, lengths: list[array[int]]) -> Iterator[None]:
        definition = self._definition
        weights = [field.weight for field in definition.text_fields]
        merge = Merge(self._files, self._numbers, lengths, weights, definition.k1, definition.b)
        try:
            with SpooledTemporaryFile(
                max_size=_IN_MEMORY, mode="w+b", dir=str(self.out.path.parent)
            ) as postings:

                def put(name: str, piece: memoryview) -> None:
                    if name == "postings":
                        postings.write(piece)
                        return
                    if name == "terms":
                        postings.seek(0)
                        self.out.section("postings", postings.read(_PIECE))
                        while more := postings.read(_PIECE):
                            self.out.extend("postings", memoryview(more))
                    self.out.extend(name, piece)

                while merge.step(put):
                    yield
        except OSError as error:  # closing the file writes, too, what it still holds
            raise StorageError(self.out.path, f"cannot be written: {error.strerror or error}") from error
        self.contents |= {"terms": merge.terms, "forms": merge.forms, "total_length": merge.total_length}

"""How are one value per document kept: dates, keywords, lengths?

A column of numbers takes 1, 2, 4 or 8 bytes a document, whichever the largest needs. A date is kept as seconds since the
segment's earliest, plus 1; 0 says that there is none. A keyword column numbers its distinct values in sorted order from 1;
0 says that there is none:

    keyword.i.values    zstd frame of the values, each ended by a NUL
    keyword.i           the numbers, `width` bytes each: one a document, or with "many" all values of all documents
    keyword.i.ends      with "many": u32 * N, where each document's numbers end
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any, Final

from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import SegmentFile

__all__ = ["DateColumn", "KeywordColumn", "KeywordWriter", "encode_dates", "narrow"]

_CODES: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
_PER_VALUE: Final = (
    160  # bytes that a distinct value of a column takes while it is collected: a short text, a key
)
_LARGEST_VALUES: Final = 1 << 31  # bytes of the distinct values of one column


def narrow(values: Sequence[int]) -> tuple[int, bytes]:
    """(width, bytes) of non-negative numbers in the fewest bytes that hold them all."""
    largest = max(values, default=0)
    width = next(width for width in _CODES if largest < 1 << 8 * width)
    return width, array(_CODES[width], values).tobytes()


def _widen(data: bytes, width: int) -> Sequence[int]:
    numbers: array[int] = array(_CODES[width])
    numbers.frombytes(data)
    return numbers


def encode_dates(dates: Sequence[int | None]) -> tuple[dict[str, int] | None, bytes]:
    """(description, bytes) of a date column, or (None, b"") when no document has a date."""
    present = [date for date in dates if date is not None]
    if not present:
        return None, b""
    base = min(present)
    width, data = narrow([0 if date is None else date - base + 1 for date in dates])
    return {"base": base, "width": width}, data


class KeywordWriter:
    """Collects the values of one keyword field, document by document, each distinct value once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._arrival: dict[str, int] = {}
        self._numbers = array("I")  # by arrival, of all documents
        self._ends = array("I")

    @property
    def memory(self) -> int:
        """Bytes that it takes, about."""
        return 4 * (len(self._numbers) + len(self._ends)) + _PER_VALUE * len(self._arrival)

    def add(self, values: tuple[str, ...]) -> None:
        """Appends the next document."""
        arrival = self._arrival
        for value in values:
            self._numbers.append(arrival.setdefault(value, len(arrival)))
        self._ends.append(len(self._numbers))

    def encode(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """(description, suffix -> bytes) of the column."""
        import zstandard

        values = sorted(self._arrival)
        sorted_number = array("I", bytes(4 * len(values)))
        for number, value in enumerate(values, 1):
            sorted_number[self._arrival[value]] = number
        numbers = [sorted_number[arrived] for arrived in self._numbers]
        many = any(end - start > 1 for start, end in pairwise(chain((0,), self._ends)))
        parts: dict[str, bytes] = {}
        if many:
            parts[".ends"] = self._ends.tobytes()
        else:
            numbers = [
                numbers[start] if end > start else 0 for start, end in pairwise(chain((0,), self._ends))
            ]
        width, parts[""] = narrow(numbers)
        text = "".join(f"{value}\0" for value in values).encode()
        parts[".values"] = zstandard.ZstdCompressor(level=3, write_content_size=True).compress(text)
        return {"name": self._name, "values": len(values), "width": width, "many": many}, parts


class DateColumn:
    """Seconds since 1970 for each document, or None. Immutable."""

    def __init__(self, file: SegmentFile, description: dict[str, int] | None) -> None:
        self._base = int(description["base"]) if description else 0
        self._values = _column(file, "date", description["width"], file.documents) if description else None

    def __getitem__(self, doc: int) -> int | None:
        value = self._values[doc] if self._values is not None else 0
        return self._base + value - 1 if value else None


class KeywordColumn:
    """The values of one keyword field for each document. Immutable."""

    def __init__(self, file: SegmentFile, i: int, description: dict[str, Any]) -> None:
        import zstandard

        name = f"keyword.{i}"
        packed = file.section(f"{name}.values")
        try:
            size = zstandard.frame_content_size(packed)
            if not 0 <= size <= _LARGEST_VALUES:
                raise CorruptIndexError(file.path, f"the values of '{description['name']}' are damaged")
            text = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size).decode()
        except (zstandard.ZstdError, UnicodeDecodeError) as error:
            raise CorruptIndexError(
                file.path, f"the values of '{description['name']}' are damaged"
            ) from error
        self.values: list[str] = text.split("\0")[:-1]
        self._ends: Sequence[int] | None = None
        count = file.documents
        if description["many"]:
            self._ends = _column(file, f"{name}.ends", 4, file.documents)
            count = file.section_size(name) // description["width"]
        self._numbers = _column(file, name, description["width"], count)
        if max(self._numbers, default=0) > len(self.values):
            raise CorruptIndexError(file.path, f"the column '{description['name']}' is damaged")

    def __getitem__(self, doc: int) -> tuple[str, ...]:
        if self._ends is None:
            number = self._numbers[doc]
            return (self.values[number - 1],) if number else ()
        start = self._ends[doc - 1] if doc else 0
        return tuple(self.values[number - 1] for number in self._numbers[start : self._ends[doc]] if number)

    def counts(self, docs: Iterable[int] | None) -> dict[str, int]:
        """How many of the documents (of all when None) have each value; values that none has are left out."""
        counted = [0] * (len(self.values) + 1)
        if docs is None:
            for number in self._numbers:
                counted[number] += 1
        elif self._ends is None:
            for doc in docs:
                counted[self._numbers[doc]] += 1
        else:
            for doc in docs:
                for number in self._numbers[self._ends[doc - 1] if doc else 0 : self._ends[doc]]:
                    counted[number] += 1
        return {value: n for value, n in zip(self.values, counted[1:], strict=True) if n}


def _column(file: SegmentFile, name: str, width: int, count: int) -> Sequence[int]:
    if width not in _CODES:
        raise CorruptIndexError(file.path, f"column '{name}' has a width of {width} bytes")
    return _widen(file.read(name, 0, width * count), width)

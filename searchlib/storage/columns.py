"""How are values kept by document: dates, keywords, lengths?

A column of numbers takes 1, 2, 4 or 8 bytes a document, whichever the largest needs. A date is kept as seconds since the
segment's earliest, plus 1; 0 says that there is none. A keyword column numbers its distinct values in sorted order from 1;
0 says that there is none:

    keyword.i.values    zstd frame of the values, each ended by a NUL
    keyword.i           the numbers, `width` bytes each: one a document, or with "many" all values of all documents
    keyword.i.ends      with "many": u32 * N, where each document's numbers end
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Any, Final

from searchlib.dates import FIRST, LAST
from searchlib.errors import CorruptIndexError
from searchlib.storage._columns import Column
from searchlib.storage._segment import SegmentFile

__all__ = [
    "DateColumn",
    "KeywordColumn",
    "KeywordWriter",
    "encode_dates",
    "merge_dates",
    "narrow",
    "read_numbers",
]

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


def read_numbers(file: SegmentFile, name: str) -> array[int]:
    """The numbers of a section that has one for each document."""
    width, rest = divmod(file.section_size(name), file.documents)
    if rest or width not in _CODES:
        raise CorruptIndexError(file.path, f"section '{name}' has the wrong size")
    return array(_CODES[width], file.section(name))


def encode_dates(dates: Sequence[int | None]) -> tuple[dict[str, int] | None, bytes]:
    """(description, bytes) of a date column, or (None, b"") when no document has a date."""
    present = [date for date in dates if date is not None]
    if not present:
        return None, b""
    base = min(present)
    width, data = narrow([0 if date is None else date - base + 1 for date in dates])
    return {"base": base, "width": width}, data


def merge_dates(columns: Sequence[tuple[int, Sequence[int]]]) -> tuple[dict[str, int] | None, bytes]:
    """The same from other columns: for each the date of number 1, and the numbers of documents in it."""
    firsts = [base + min(filter(None, numbers), default=0) - 1 for base, numbers in columns if any(numbers)]
    if not firsts:
        return None, b""
    first = min(firsts)
    latest = max(base + max(numbers, default=0) - first for base, numbers in columns if any(numbers))
    width = next(width for width in _CODES if latest < 1 << 8 * width)
    merged = array(_CODES[width])
    for base, numbers in columns:
        later = base - first
        merged.extend(number + later if number else 0 for number in numbers)
    return {"base": first, "width": width}, merged.tobytes()


class KeywordWriter:
    """Collects the values of one keyword field, document by document, each distinct value once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._arrival: dict[str, int] = {}
        self._numbers = array("I")  # by arrival, of all documents
        self._ends = array("I")

    def add(self, values: tuple[str, ...]) -> int:
        """Appends the next document. Gives the bytes of memory that this took, about."""
        arrival = self._arrival
        before = len(arrival)
        for value in values:
            self._numbers.append(arrival.setdefault(value, len(arrival)))
        self._ends.append(len(self._numbers))
        return 4 * (len(values) + 1) + _PER_VALUE * (len(arrival) - before)

    def extend(self, values: Sequence[str], numbers: Sequence[int], ends: Iterable[int]) -> None:
        """Appends documents of another column, as KeywordColumn.rows gives them; number i stands for values[i - 1]."""
        arrival = self._arrival
        arrived = {
            number: arrival.setdefault(values[number - 1], len(arrival)) for number in sorted(set(numbers))
        }
        before = len(self._numbers)
        self._numbers.extend(map(arrived.__getitem__, numbers))
        self._ends.extend(before + end for end in ends)

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
    """Seconds since 1970 for each document, or None. Immutable; threads may share it.

    numbers: the column, or None when no document of the segment has a date; base: the earliest date, number 1.
    """

    def __init__(self, file: SegmentFile, description: dict[str, int] | None) -> None:
        self.base = 0
        self.numbers: Column | None = None
        self._file = file
        if description is not None:
            self.base = int(description["base"])
            if not FIRST <= self.base <= LAST:
                raise CorruptIndexError(file.path, "the dates are outside the years 1 to 9999")
            self.numbers = Column(file, "date", description["width"], LAST - self.base + 1)

    def rows(self) -> array[int]:
        """The number of each document; 0: it has no date."""
        if self.numbers is None:
            return array("B", bytes(self._file.documents))
        return read_numbers(self._file, "date")

    def __getitem__(self, doc: int) -> int | None:
        numbers = () if self.numbers is None else self.numbers[doc]
        return self.base + numbers[0] - 1 if numbers else None

    def between(self, start: int | None, end: int | None) -> tuple[int, int]:
        """The numbers of the dates from `start` to before `end`, as a half-open range; None: no limit on that side."""
        latest = 1 if self.numbers is None else self.numbers.largest + 1
        low = 1 if start is None else min(max(start - self.base + 1, 1), latest)
        high = latest if end is None else min(max(end - self.base + 1, low), latest)
        return low, high


class KeywordColumn:
    """The values of one keyword field for each document. Immutable; threads may share it.

    numbers: the column; number i stands for values[i - 1].
    """

    def __init__(self, file: SegmentFile, i: int, description: dict[str, Any]) -> None:
        name, count = f"keyword.{i}", description["values"]
        self._file = file
        self._section = name
        self._width = int(description["width"])
        self._many = bool(description["many"])
        self._name = str(description["name"])
        self._count = count
        if not 0 <= count < 1 << 31:
            raise CorruptIndexError(file.path, f"'{self._name}' cannot have {count} values")
        self.numbers = Column(file, name, description["width"], count, self._many)

    @cached_property
    def values(self) -> list[str]:
        """The distinct values in sorted order, unpacked when they are first asked for."""
        import zstandard

        packed = self._file.section(f"{self._section}.values")
        try:
            size = zstandard.frame_content_size(packed)
            if not 0 <= size <= _LARGEST_VALUES:
                raise CorruptIndexError(self._file.path, f"the values of '{self._name}' are damaged")
            text = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size).decode()
        except (zstandard.ZstdError, UnicodeDecodeError) as error:
            raise CorruptIndexError(self._file.path, f"the values of '{self._name}' are damaged") from error
        values = text.split("\0")[:-1]
        if len(values) != self._count:
            raise CorruptIndexError(
                self._file.path, f"'{self._name}' has {len(values)} values in place of {self._count}"
            )
        return values

    def __getitem__(self, doc: int) -> tuple[str, ...]:
        values = self.values
        return tuple(values[number - 1] for number in self.numbers[doc])

    def rows(self) -> tuple[array[int], array[int]]:
        """The numbers of all documents, one after the other, and where each document's numbers end."""
        numbers = array(_CODES[self._width], self._file.section(self._section))
        if not self._many:
            return array("I", filter(None, numbers)), array("I", accumulate(map(bool, numbers)))
        ends = array("I", self._file.section(f"{self._section}.ends"))
        del numbers[ends[-1] :]
        if 0 in numbers:
            raise CorruptIndexError(self._file.path, f"a document's value of '{self._name}' is none")
        return numbers, ends

    def between(
        self, low: str | None, high: str | None, *, low_in: bool = True, high_in: bool = True
    ) -> tuple[int, int]:
        """The numbers of the values from `low` to `high`, as a half-open range; None: no limit on that side."""
        values = self.values
        first = 0 if low is None else (bisect_left if low_in else bisect_right)(values, low)
        end = len(values) if high is None else (bisect_right if high_in else bisect_left)(values, high)
        return first + 1, max(first, end) + 1

    def counts(self, docs: Iterable[int] | None) -> dict[str, int]:
        """How many of the documents (of all when None) have each value; values that none has are left out."""
        values = self.values
        return {values[number - 1]: n for number, n in enumerate(self.numbers.counts(docs)) if n and number}

"""Which documents have a value or a date, which of them come first, and how many have each?

What a query asks of keyword fields, of the date and of `id` is answered here as sets of documents; so are the orders and
the counts that a search may want of the documents it found.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from searchlib.dates import DAY, EPOCH_DAY, FIRST
from searchlib.errors import QueryError
from searchlib.query.tree import DateRange, Everything, Keyword, KeywordRange, Nothing, Pattern
from searchlib.ranking._bits import Bits
from searchlib.ranking._matches import count_numbers, count_units, document_bits, first_by, number_bits

if TYPE_CHECKING:
    from searchlib.storage.segment import Segment
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Columns", "Filter", "Place", "by_period", "check_period", "field_of_order", "unknown_field"]

Filter: TypeAlias = Keyword | KeywordRange | DateRange | Pattern | Everything | Nothing
Place: TypeAlias = tuple[int | str | None, int, int]
"""A document in an order: its date or value, its segment, its number there."""

_MEMO_SETS: Final = 64
_MEMO_BYTES: Final = 32 << 20  # of sets kept at hand: a document is a bit
_FARTHEST: Final = 1 << 61  # beyond any date, so that a key from elsewhere is compared and not refused
_LAST_PLACE: Final = ((1 << 32) - 1, (1 << 32) - 1)
_PERIODS: Final = ("day", "week", "month", "year")


class Columns:
    """The columns of one snapshot. Immutable but for caches; threads may share it.

    living: the documents that are not deleted. Every set that is given is a part of it. Anything may raise
    CorruptIndexError.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        definition = snapshot.manifest.definition
        self._segments = snapshot.segments
        self._date = None if definition.date_field is None else definition.date_field.name
        self._keywords = tuple(field.name for field in definition.keyword_fields)
        documents = tuple(segment.file.documents for segment in snapshot.segments)
        self.living = Bits.of_living(documents, snapshot.live)
        self._none = Bits(documents)
        self._memo: OrderedDict[Filter, Bits] = OrderedDict()
        self._guard = Lock()
        self._most = max(4, min(_MEMO_SETS, _MEMO_BYTES * 8 // (sum(documents) + 1)))
        self._merged: dict[str, tuple[list[str], list[int | memoryview]]] = {}

    def bits_of(self, node: Filter) -> Bits:
        """The living documents that a node matches. A Pattern is one on a keyword field or `id`."""
        if isinstance(node, Everything):
            return self.living
        if isinstance(node, Nothing):
            return self._none
        key = replace(node, boost=1.0, span=(0, 0))
        with self._guard:
            known = self._memo.get(key)
            if known is not None:
                self._memo.move_to_end(key)
                return known
        found = self._find(node)
        with self._guard:
            self._memo[key] = found
            if len(self._memo) > self._most:
                self._memo.popitem(last=False)
        return found

    def all_but(self, place: tuple[int, int]) -> Bits:
        """The living documents without one."""
        return self.living - document_bits(self.living, [place])

    def sorted(self, bits: Bits, by: str, k: int, after: Place | None = None) -> list[Place]:
        """The first k documents of a set by a date or keyword field; descending when "-" stands before its name.

        Keywords go by a document's first value, in the order of their text. Documents without a date or a value come last in
        either direction, equal ones in document order. after: one of these places; only what comes after it.
        Raises QueryError when there is no such field.
        """
        descending = by.startswith("-")
        name = by.removeprefix("-")
        if name == self._date:
            return self._by_date(bits, descending, k, after)
        if name not in self._keywords:
            raise unknown_field(name, "sorted by", self._names())
        values, keys = self._ranks(name)
        limit: tuple[int | None, int, int] | None = None
        if after is not None and after[0] is None:
            limit = (None, after[1], after[2])
        elif after is not None:
            key = str(after[0])
            rank = bisect_left(values, key)
            limit = (rank, after[1], after[2])
            if rank == len(values) or values[rank] != key:  # its value is gone: all up to there is behind us
                limit = (rank if descending else rank - 1, *_LAST_PLACE)
        columns = [segment.keyword(name).numbers for segment in self._segments]
        return [
            (None if rank is None else values[rank], segment, doc)
            for rank, segment, doc in first_by(bits, columns, keys, descending, k, limit)
        ]

    def _by_date(self, bits: Bits, descending: bool, k: int, after: Place | None) -> list[Place]:
        limit: tuple[int | None, int, int] | None = None
        if after is not None:
            moment = None if after[0] is None else min(max(int(after[0]), -_FARTHEST), _FARTHEST)
            limit = (moment, after[1], after[2])
        columns = [segment.dates for segment in self._segments]
        keys = [column.base - 1 for column in columns]
        return [*first_by(bits, [column.numbers for column in columns], keys, descending, k, limit)]

    def facet(self, bits: Bits, field: str, by: str | None = None) -> list[tuple[str, int]]:
        """How many documents of a set have each value of a field; values that none has are left out.

        A keyword field: the most frequent value first, equal counts by value; a document counts for each of its values. The
        date: by "day" (None: the same), "week", "month" or "year" in UTC, as "2024-06-06", "2024-W23", "2024-06", "2024", the
        earliest first. Raises QueryError when there is no such field or period.
        """
        if field == self._date:
            return self._periods(bits, "day" if by is None else by)
        if field not in self._keywords:
            raise unknown_field(field, "counted by", self._names())
        if by is not None:
            raise QueryError(f"'{field}' is no date: its values are counted, not by {by}")
        counts: dict[str, int] = {}
        for number, segment in enumerate(self._segments):
            column = segment.keyword(field)
            values = column.values
            for value, count in count_numbers(bits, number, column.numbers):
                text = values[value - 1]
                counts[text] = counts.get(text, 0) + count
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def _periods(self, bits: Bits, by: str) -> list[tuple[str, int]]:
        check_period(by)
        days: dict[int, int] = {}
        for number, segment in enumerate(self._segments):
            dates = segment.dates
            if dates.numbers is not None:
                for day, count in count_units(bits, number, dates.numbers, dates.base, DAY):
                    days[day] = days.get(day, 0) + count
        return by_period(days, by)

    def _find(self, node: Keyword | KeywordRange | DateRange | Pattern) -> Bits:
        if isinstance(node, DateRange):
            if node.field != self._date:
                raise unknown_field(node.field, "asked for a date", (self._date,) if self._date else ())
            dates = [segment.dates for segment in self._segments]
            ranges = [[column.between(node.start, node.end)] for column in dates]
            return number_bits(self.living, [column.numbers for column in dates], ranges)
        if node.field == "id":
            return document_bits(self.living, self._with_id(node))
        if node.field is None or node.field not in self._keywords:
            raise unknown_field(str(node.field), "asked for a value", ("id", *self._keywords))
        chosen = []
        columns = [segment.keyword(node.field) for segment in self._segments]
        for column in columns:
            if isinstance(node, Pattern):
                chosen.append(_fitting(column.values, node.text))
            elif isinstance(node, Keyword):
                chosen.append([column.between(node.value, node.value)])
            else:
                low_in, high_in = node.low_included, node.high_included
                chosen.append([column.between(node.low, node.high, low_in=low_in, high_in=high_in)])
        return number_bits(self.living, [column.numbers for column in columns], chosen)

    def _with_id(self, node: Keyword | KeywordRange | Pattern) -> list[tuple[int, int]]:
        """The documents whose ids fit, deleted ones among them."""
        if isinstance(node, Keyword):
            found = [segment.file.find_id(node.value) for segment in self._segments]
            return [(number, doc) for number, doc in enumerate(found) if doc >= 0]
        fits = _test_of(node)
        return [
            (number, doc)
            for number, segment in enumerate(self._segments)
            for doc in range(segment.file.documents)
            if fits(segment.file.id(doc))
        ]

    def _ranks(self, name: str) -> tuple[list[str], list[int | memoryview]]:
        """The values of all segments in order, and for each segment what makes their numbers places in it."""
        known = self._merged.get(name)
        if known is None:
            known = self._merged[name] = _merge(self._segments, name)
        return known

    def _names(self) -> tuple[str, ...]:
        return self._keywords if self._date is None else (self._date, *self._keywords)


def unknown_field(name: str, what: str, fields: Sequence[str]) -> QueryError:
    """The error about a field that is not there or not of that kind. what: was to be done with it; fields: those it can be done with."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), fields, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    has = f"fields that can be: {_listed(fields)}" if fields else "the index has no field that can be"
    return QueryError(f"'{name}' cannot be {what}", hint=f"{hint}{has}")


def field_of_order(order: str, date: str | None) -> str:
    """The field that an order goes by, "-" before it when it descends. date: the date field, None when there is none. Raises QueryError."""
    if order not in ("newest", "oldest"):
        return order
    if date is None:
        raise QueryError(f"sort='{order}' needs a date field, and this index has none")
    return f"-{date}" if order == "newest" else date


def check_period(by: str) -> None:
    """Raises QueryError unless dates are counted by that."""
    if by not in _PERIODS:
        raise QueryError(f"dates are counted by {_listed(_PERIODS)}, not by '{by}'")


def by_period(days: Mapping[int, int], by: str) -> list[tuple[str, int]]:
    """Counts by day, counted from 1970, as counts by a period, the earliest first."""
    counts: list[tuple[str, int]] = []
    label, end, count = "", FIRST // DAY, 0
    for day in sorted(days):
        if day >= end:
            if count:
                counts.append((label, count))
            label, end = _period(day, by)
            count = 0
        count += days[day]
    return [*counts, (label, count)] if count else counts


def _period(day: int, by: str) -> tuple[str, int]:
    """What the period that a day lies in is called, and the first day after it. Days count from 1970."""
    from calendar import monthrange

    moment = date.fromordinal(day + EPOCH_DAY)
    label = moment.isoformat()
    if by == "week":
        year, week, weekday = moment.isocalendar()
        return f"{year:04}-W{week:02}", day + 8 - weekday
    if by == "month":
        return label[:7], day + monthrange(moment.year, moment.month)[1] - moment.day + 1
    if by == "year":
        return label[:4], date(moment.year, 12, 31).toordinal() + 1 - EPOCH_DAY
    return label, day + 1


def _merge(segments: Sequence[Segment], name: str) -> tuple[list[str], list[int | memoryview]]:
    each = [segment.keyword(name).values for segment in segments]
    if len(each) == 1:
        return each[0], [-1]
    values = sorted(set().union(*each))
    place = {value: number for number, value in enumerate(values)}
    return values, [memoryview(array("I", map(place.__getitem__, some))) for some in each]


def _test_of(node: KeywordRange | Pattern) -> Callable[[str], bool]:
    """Does a value fit?"""
    if isinstance(node, Pattern):
        matches = _expression(node.text).match
        return lambda value: matches(value) is not None
    low, high, low_in, high_in = node.low, node.high, node.low_included, node.high_included
    return lambda value: (
        (low is None or low < value or (low_in and low == value))
        and (high is None or value < high or (high_in and high == value))
    )


def _fitting(values: Sequence[str], pattern: str) -> list[tuple[int, int]]:
    """The numbers, from 1, of the values that a pattern fits, as half-open ranges in order."""
    start = min(at for at, sign in enumerate(f"{pattern}*") if sign in "*?")
    prefix = pattern[:start]
    low = bisect_left(values, prefix)
    high = bisect_right(values, prefix, lo=low, key=lambda value: value[:start])
    if pattern[start:] == "*":
        return [(low + 1, high + 1)]
    matches = _expression(pattern).match
    piece = max(re.split(r"[*?]+", pattern[start:]), key=len)  # looked for first, as that is quicker
    ranges: list[tuple[int, int]] = []
    for at in range(low, high):
        if piece in values[at] and matches(values[at]):
            if ranges and ranges[-1][1] == at + 1:
                ranges[-1] = (ranges[-1][0], at + 2)
            else:
                ranges.append((at + 1, at + 2))
    return ranges


def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression. Where a piece fits first is as good as anywhere, so it never backtracks."""
    first, *pieces = (
        "".join("." if letter == "?" else re.escape(letter) for letter in piece)
        for piece in pattern.split("*")
    )
    if not pieces:
        return re.compile(rf"{first}\Z", re.DOTALL)
    *middle, last = pieces
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + rf".*{last}\Z", re.DOTALL)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)

"""What do filters, orders and facets mean? Plain Python over rows: the oracle of searchlib.ranking.columns.

An Archive is the rows, spread over segments, some deleted, and the Columns that are asked about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from pathlib import Path
from typing import Any

from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language import VERSION
from searchlib.language.analyzer import Analysis
from searchlib.query.tree import DateRange, Everything, Keyword, KeywordRange, Nothing, Pattern
from searchlib.ranking._bits import Bits
from searchlib.ranking.columns import Columns, Filter, Place
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.manifest import Manifest
from searchlib.storage.segment import Segment
from searchlib.storage.snapshot import Snapshot

DEFINITION = Definition(
    fields=(
        Field("text", "text"),
        Field("date", "date"),
        Field("tags", "keyword"),
        Field("lang", "keyword"),
    )
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A document. lang has one value at most, so that its column is one number a document."""

    date: int | None = None
    tags: tuple[str, ...] = ()
    lang: str | None = None
    alive: bool = True
    id: str = ""

    def values(self, field: str) -> tuple[str, ...]:
        if field == "id":
            return (self.id,)
        if field == "lang":
            return () if self.lang is None else (self.lang,)
        return self.tags


class AsItIs:
    """Every form is its own term."""

    def analyze(self, form: str) -> Analysis:
        return Analysis((form,), False)


class Archive:
    """Rows by segment, written to a folder and opened."""

    def __init__(self, folder: Path, parts: Sequence[Sequence[Row]]) -> None:
        analyzer: Any = AsItIs()
        self.rows: dict[tuple[int, int], Row] = {}
        segments: list[Segment] = []
        live: list[bytes | None] = []
        for number, part in enumerate(parts):
            builder = SegmentBuilder(folder, f"{number + 1:08}.segment", DEFINITION, analyzer)
            bits = bytearray((len(part) + 7) // 8)
            for doc, row in enumerate(part):
                lang = () if row.lang is None else (row.lang,)
                id = row.id or f"id-{number}-{doc}"
                builder.add(Document(id, ("word",), row.date, (row.tags, lang), {"id": id}))
                bits[doc >> 3] |= row.alive << (doc & 7)
                if row.alive:
                    self.rows[number, doc] = Row(row.date, row.tags, row.lang, True, id)
            entry, _ = builder.finish()
            segments.append(Segment(folder, entry))
            live.append(None if all(row.alive for row in part) else bytes(bits))
        manifest = Manifest(
            definition=DEFINITION, analysis=VERSION, segments=tuple(segment.entry for segment in segments)
        )
        self.columns = Columns(Snapshot(manifest, segments, live))

    def places(self, node: Filter) -> set[tuple[int, int]]:
        """The documents that a node matches."""
        return {place for place, row in self.rows.items() if fits(node, row)}


def members(bits: Bits) -> list[tuple[int, int]]:
    """All documents of a set, in order."""
    return bits.first(len(bits) + 1)


def fits(node: Filter, row: Row) -> bool:
    """Does a node match a document?"""
    match node:
        case Everything():
            return True
        case Nothing():
            return False
        case Keyword(field, value):
            return value in row.values(field)
        case KeywordRange(field, low, high, low_in, high_in):
            return any(
                (low is None or low < value or (low_in and low == value))
                and (high is None or value < high or (high_in and value == high))
                for value in row.values(field)
            )
        case DateRange(_, start, end):
            moment = row.date
            return moment is not None and (start is None or start <= moment) and (end is None or moment < end)
        case Pattern(text, field):
            return any(fits_pattern(text, value) for value in row.values(field or ""))


def fits_pattern(pattern: str, value: str) -> bool:
    """`*`: any characters or none; `?`: one; by dynamic programming over the value."""
    reached = {0}
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached), len(value) + 1)) if reached else set()
        else:
            reached = {at + 1 for at in reached if at < len(value) and sign in ("?", value[at])}
    return len(value) in reached


def ordered(rows: dict[tuple[int, int], Row], by: str) -> list[Place]:
    """All rows in an order."""
    field, descending = by.removeprefix("-"), by.startswith("-")

    def key(row: Row) -> int | str | None:
        return row.date if field == "date" else next(iter(row.values(field)), None)

    def compare(a: Place, b: Place) -> int:
        if a[0] != b[0]:
            if a[0] is None or b[0] is None:
                return 1 if a[0] is None else -1
            return 1 if (a[0] > b[0]) != descending else -1  # type: ignore[operator]
        return -1 if a[1:] < b[1:] else 1

    return sorted(((key(row), *place) for place, row in rows.items()), key=cmp_to_key(compare))


def counted(rows: Sequence[Row], field: str, by: str | None = None) -> list[tuple[str, int]]:
    """How many rows have each value or lie in each period."""
    if field != "date":
        counts = Counter(value for row in rows for value in row.values(field))
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    formats = {None: "%Y-%m-%d", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
    moments = [EPOCH + timedelta(seconds=row.date) for row in rows if row.date is not None]
    # strftime does not fill up years below 1000 everywhere
    labels = [
        "-".join([part.zfill(4) if at == 0 else part for at, part in enumerate(label.split("-"))])
        for label in (moment.strftime(formats[by]) for moment in moments)
    ]
    return sorted(Counter(labels).items())

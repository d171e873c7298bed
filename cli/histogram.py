"""How do counts look in a terminal? A bar for each, or all of them in one line; with ASCII where the encoding has no blocks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

_LONGEST = 24  # columns of a bar
_RISING = "▁▂▃▄▅▆▇█"
_RISING_ASCII = ".:-=+*#@"
_ENDS = "▏▎▍▌▋▊▉"  # of a bar, in eighths of a column

PERIODS = ("day", "week", "month", "year")


def bars(counts: Sequence[int], room: int) -> list[str]:
    """A bar for each count, that of the largest as long as there is room for; a count above 0 shows."""
    longest = max(1, min(_LONGEST, room))
    most = max(counts, default=0)
    drawn: list[str] = []
    for count in counts:
        if not has_blocks():
            drawn.append("#" * (-(-count * longest // most) if count else 0))
            continue
        eighths = max(1, count * longest * 8 // most) if count else 0
        drawn.append("█" * (eighths // 8) + (_ENDS[eighths % 8 - 1] if eighths % 8 else ""))
    return drawn


def line(counts: Sequence[int]) -> str:
    """The counts one after the other, a column each, by their share of the largest; a blank where there is none."""
    steps = _RISING if has_blocks() else _RISING_ASCII
    most = max(counts, default=0)
    return "".join(steps[-(-count * len(steps) // most) - 1] if count else " " for count in counts)


def period_for(first: date, last: date, room: int) -> str:
    """The shortest of the periods of which there are at most `room` from one day to the other; a year when there is none."""
    for period in PERIODS[:-1]:
        if _number(last, period) - _number(first, period) < room:
            return period
    return PERIODS[-1]


def by_period(counts: Iterable[tuple[str, int]], first: date, last: date, period: str) -> list[int]:
    """Counts by day of ISO 8601 as those of each period from one day to another, days outside left out."""
    start = _number(first, period)
    summed = [0] * (_number(last, period) - start + 1)
    for day, count in counts:
        at = _number(date.fromisoformat(day), period) - start
        if 0 <= at < len(summed):
            summed[at] += count
    return summed


def has_blocks() -> bool:
    """Can stdout's encoding write blocks?"""
    try:
        (_RISING + _ENDS).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _number(day: date, period: str) -> int:
    """Of the period that a day is in, counted from some beginning."""
    if period == "day":
        return day.toordinal()
    if period == "week":
        return (day - timedelta(days=day.weekday())).toordinal() // 7 if day.toordinal() > 7 else 0
    return day.year * 12 + day.month if period == "month" else day.year

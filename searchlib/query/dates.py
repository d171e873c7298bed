"""Which span of time does a date in a query mean?

A date means all the time that it leaves open: 2024-06 is the month, 2024-06-06 the day, 2024-06-06T10 the hour. ISO
dates are read as in documents; for everything else there are a few periods by name, in English and Russian, and
Whoosh's parser of English dates ("last monday", "5 may 2024", "-2 weeks").
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from searchlib.dates import DAY, parse_date

if TYPE_CHECKING:
    from whoosh.qparser.dateparse import English

__all__ = ["date_span", "iso_span"]

LONGEST: Final = 60  # code points: no date is longer, and Whoosh's grammar of dates is not quick

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?\Z", re.ASCII)
_TIME = re.compile(r"[T ]([0-9]{2}):?([0-9]{2})?:?([0-9]{2})?", re.ASCII)
_BACK: Final = re.compile(r"([0-9]{1,4})([dwmyднмг])\Z")
_UNITS: Final = {"d": "d", "w": "w", "m": "m", "y": "y", "д": "d", "н": "w", "м": "m", "г": "y"}
_DAYS_BACK: Final = {
    **{"yesterday": 1, "today": 0, "tomorrow": -1},
    **{"позавчера": 2, "вчера": 1, "сегодня": 0, "завтра": -1},
}
_PERIODS: Final = {
    "this week": ("week", 0),
    "last week": ("week", 1),
    "last month": ("month", 1),
    "last year": ("year", 1),
    "эта неделя": ("week", 0),
    "прошлая неделя": ("week", 1),
    "этот месяц": ("month", 0),
    "прошлый месяц": ("month", 1),
    "этот год": ("year", 0),
    "прошлый год": ("year", 1),
}


def date_span(text: str, now: datetime) -> tuple[int, int]:
    """The first second of the span, and the first after it.

    now: what relative dates are counted from, in UTC. Raises ValueError for what is no date; the
    message is for the user.
    """
    words = " ".join(text.lower().split())
    span = _named(words, now.date()) or iso_span(text.strip()) or _english(words, now)
    if span is None:
        shown = repr(text if len(text) <= 40 else text[:40] + "…")
        raise ValueError(f"{shown} is no date that searchlib knows")
    return span


def _named(words: str, today: date) -> tuple[int, int] | None:
    back = _BACK.match(words)
    if back is not None:
        return _day_before(int(back[1]), _UNITS[back[2]], today)
    if words in _DAYS_BACK:
        return _day(today.toordinal() - _DAYS_BACK[words])
    if words not in _PERIODS:
        return None
    unit, ago = _PERIODS[words]
    if unit == "week":
        monday = today.toordinal() - today.weekday() - 7 * ago
        return _seconds(monday), _seconds(monday + 7)
    if unit == "year":
        return _month_span(today.year - ago, None)
    months = today.year * 12 + today.month - 1 - ago
    return _month_span(months // 12, months % 12 + 1)


def _day_before(count: int, unit: str, today: date) -> tuple[int, int] | None:
    """The day so many days, weeks, months or years before today, in a shorter month the last one; None before the year 1."""
    if unit in "dw":
        ordinal = today.toordinal() - count * (7 if unit == "w" else 1)
        return _day(ordinal) if ordinal > 0 else None
    year, month = divmod(today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1), 12)
    if year < 1:
        return None
    return _day(date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])).toordinal())


def iso_span(text: str) -> tuple[int, int] | None:
    """The span of an ISO date, which depends on no other; None for what is none."""
    partial = _PARTIAL.match(text)
    try:
        if partial is not None:
            return _month_span(int(partial[1]), int(partial[2]) if partial[2] else None)
        start, shown = parse_date(text)
    except ValueError:
        return None
    if "T" not in shown:
        return _day(date.fromisoformat(shown).toordinal())
    time = _TIME.search(text.upper())
    if time is None:
        raise AssertionError(f"a date-time without a time: {text!r}")
    return start, start + (1 if time[3] else 60 if time[2] else 3600)


def _month_span(year: int, month: int | None) -> tuple[int, int]:
    """A month, or without one the year. Raises ValueError outside the calendar."""
    first = date(year, month or 1, 1)
    last = date(year, month or 12, monthrange(year, month or 12)[1])
    return _seconds(first.toordinal()), _seconds(last.toordinal() + 1)


def _day(ordinal: int) -> tuple[int, int]:
    return _seconds(ordinal), _seconds(ordinal + 1)


def _seconds(ordinal: int) -> int:
    return (ordinal - date(1970, 1, 1).toordinal()) * DAY


@cache
def _english_dates() -> English:
    from whoosh.qparser.dateparse import English

    return English()


def _english(words: str, now: datetime) -> tuple[int, int] | None:
    if len(words) > LONGEST:
        return None
    from whoosh.qparser.dateparse import DateParseError
    from whoosh.util.times import TimeError, timespan

    try:
        found = _english_dates().date_from(words, now)
    except (DateParseError, TimeError, ValueError, OverflowError):
        return None
    first, last = (found.start, found.end) if isinstance(found, timespan) else (found, found)
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    return _moment(first), _moment(last) + 1


def _moment(found: datetime) -> int:
    """Whoosh 2.7.4 leaves out the time zone: it is that of `now`, UTC."""
    aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)

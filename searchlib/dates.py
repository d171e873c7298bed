"""Which moment does a date mean?

ISO 8601 as news archives write it, in UTC unless it says otherwise. One way in, for documents and for queries
alike.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

__all__ = ["LARGEST_EPOCH", "SMALLEST_EPOCH", "iso_text", "parse_date"]

DAY: Final = 86400
EPOCH_DAY: Final = 719163  # date(1970, 1, 1).toordinal()
FIRST: Final = (1 - EPOCH_DAY) * DAY  # 0001-01-01T00:00:00Z
LAST: Final = (date.max.toordinal() + 1 - EPOCH_DAY) * DAY - 1  # 9999-12-31T23:59:59Z

# A number is taken for seconds since 1970 only where it can hardly be anything else: below are years (2024)
# and compact dates (20240606), above are milliseconds. Between them lie the years 1973 to 5138.
SMALLEST_EPOCH: Final = 10**8
LARGEST_EPOCH: Final = 10**11

ISO = re.compile(
    r"""([0-9]{4}) (?: - ([0-9]{2}) )? \Z            # a year, a month: their first day is meant
    |   [0-9]{4} (?: -[0-9]{2}-[0-9]{2} | [0-9]{4} )    # a day, then perhaps a time and an offset from UTC
        (?P<time> [T ] (?:[01][0-9]|2[0-3]) (?: :[0-9]{2} (?: :[0-9]{2} (?:[.,][0-9]+)? )?
                                              | [0-9]{2} (?: [0-9]{2} (?:[.,][0-9]+)? )? )?
                  (?P<offset> [ ]? (?: Z | [+-][0-9]{2} (?: :?[0-9]{2} )? ) )? )? \Z""",
    re.VERBOSE | re.ASCII,
)


def parse_date(value: object) -> tuple[int, str]:
    """Seconds since 1970 in UTC, and the same as ISO text: a day as it was given, a date-time in UTC with
    'Z'.

    Takes 'YYYY-MM-DD' and 'YYYYMMDD', alone or with a time and an offset ('2024-06-06T10:00:00+03:00',
    '2024-06-06 10:00Z'; none means UTC); 'YYYY-MM' and 'YYYY' (their first day); date and datetime objects;
    and numbers of seconds since 1970 from SMALLEST_EPOCH to LARGEST_EPOCH. Fractions of a second are dropped.
    Raises ValueError, with a message fit for the user, for anything else.
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, datetime):
        seconds = _seconds(value)
        return seconds, iso_text(seconds)
    if isinstance(value, date):
        return (value.toordinal() - EPOCH_DAY) * DAY, f"{value.year:04}-{value.month:02}-{value.day:02}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _parse_number(value)
    raise ValueError(f"a date is ISO 8601 text such as 2024-06-06, not {type(value).__name__}")


def iso_text(seconds: int) -> str:
    """A moment in seconds since 1970 as ISO 8601 in UTC: 2024-06-06T10:00:00Z."""
    day, second = divmod(seconds, DAY)
    moment = date.fromordinal(day + EPOCH_DAY)
    hour, minute = second // 3600, second // 60 % 60
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}T{hour:02}:{minute:02}:{second % 60:02}Z"


def _parse_text(value: str) -> tuple[int, str]:
    try:
        if len(value) == 10 and value[4] == value[7] == "-":  # by far the most common
            return (date.fromisoformat(value).toordinal() - EPOCH_DAY) * DAY, value
        text = value.strip().upper()
        match = ISO.match(text)
        if match is None:
            raise ValueError
        if match[1]:
            day = date(int(match[1]), int(match[2] or 1), 1)
        elif not match["time"]:
            day = date.fromisoformat(text)
        else:
            seconds = _seconds(datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "")))
            return seconds, iso_text(seconds)
    except ValueError as error:
        reason = f": {error}" if str(error) and "isoformat" not in str(error) else ""
        shown = repr(value if len(value) <= 40 else value[:40] + "…")
        raise ValueError(
            f"{shown} is not an ISO 8601 date such as 2024-06-06 or 2024-06-06T10:00:00Z{reason}"
        ) from None
    return (day.toordinal() - EPOCH_DAY) * DAY, day.isoformat()


def _parse_number(value: float) -> tuple[int, str]:
    if not SMALLEST_EPOCH <= value <= LARGEST_EPOCH:  # not-a-number fails this as well
        hint = "; milliseconds are not taken" if value > LARGEST_EPOCH else ""
        shown = f"the number {value}" if abs(value) < 1e18 else "this number"
        raise ValueError(f"{shown} is not a time in seconds since 1970{hint}; write the date as 2024-06-06")
    seconds = int(value)
    return seconds, iso_text(seconds)


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    seconds = (moment.toordinal() - EPOCH_DAY) * DAY + moment.hour * 3600 + moment.minute * 60 + moment.second
    if offset is not None:
        seconds -= offset.days * DAY + offset.seconds
    if not FIRST <= seconds <= LAST:
        raise ValueError("outside the years 1 to 9999 in UTC")
    return seconds

"""Which queries does a file hold?

JSON lines, objects with "query" or "text" and perhaps an "id"; or plain text, one query a line. The first line that is
not blank decides: JSON when it begins with "{". A query without an id has the number of its line, from 1, for one. Blank
lines are passed over. The bytes come in as those of documents do: gzipped or not, in UTF-8, UTF-16 or windows-1251.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from searchlib.sources.streams import MAX_BYTES, Input, InputError, Progress

__all__ = ["Query", "read_queries"]


@dataclass(frozen=True, slots=True)
class Query:
    """One query. refused: why it cannot be asked, None when it can."""

    line: int
    id: str
    text: str
    refused: str | None = None


def read_queries(stream: BinaryIO, name: str) -> Iterator[Query]:
    """The queries of a file in order; what is none, or cannot be read any further, as one that is refused."""
    file = Input(name, stream, Progress(), lambda error: None)
    try:
        yield from _read(file)
    except InputError as error:
        line = error.line or 1
        yield Query(line, str(line), "", error.message)


def _read(file: Input) -> Iterator[Query]:
    as_json: bool | None = None
    for number, raw in file.lines():
        try:
            if raw is None:
                raise ValueError(f"the line is longer than {MAX_BYTES >> 20} MB")
            line = file.decode(raw).strip()
            if not line:
                continue
            if as_json is None:
                as_json = line.startswith("{")
            yield _from_json(line, number) if as_json else Query(number, str(number), line)
        except ValueError as error:
            yield Query(number, str(number), "", str(error))


def _from_json(line: str, number: int) -> Query:
    """Raises ValueError, with a message for the user."""
    import json

    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("not a JSON object") from None
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    id = record.get("id", number)
    if not isinstance(id, (str, int)) or isinstance(id, bool):
        raise ValueError("its id is neither text nor a number")
    for key in ("query", "text"):
        text = record.get(key)
        if isinstance(text, str):
            return Query(number, str(id), text)
    raise ValueError('it has no text under "query" or "text"')

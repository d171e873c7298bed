"""What do the arguments of a search that filter and weigh mean, in the terms of the query tree and of an index?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, overload

from searchlib.dates import DAY, parse_date
from searchlib.definitions import LARGEST, SMALLEST, Definition
from searchlib.errors import QueryError
from searchlib.query.tree import DateRange, Keyword, Node, all_of, any_of
from searchlib.ranking.question import Question, is_number

__all__ = ["Moment", "Values", "period_of", "question_of"]

Moment: TypeAlias = str | date | datetime | int | float
Values: TypeAlias = str | Iterable[str]


def question_of(
    definition: Definition,
    query: str,
    like: tuple[int, int] | None,
    *,
    since: Moment | None = None,
    until: Moment | None = None,
    lang: Values | None = None,
    source: Values | None = None,
    tags: Values | None = None,
    fields: Sequence[str] | Mapping[str, float] | None = None,
    **others: Any,
) -> Question:
    """What Index.search is asked with these arguments; like and the others: as in a Question. Raises QueryError, ValueError."""
    only = None
    if not (since is until is lang is source is tags is None):
        values = {"lang": lang, "source": source, "tags": tags}
        only = _filters(definition, since=since, until=until, values=values)
    return Question(query, only=only, weights=_weights_of(definition, fields), like=like, **others)


def _filters(
    definition: Definition,
    *,
    since: Moment | None,
    until: Moment | None,
    values: Mapping[str, Values | None],
) -> Node | None:
    """The arguments that filter as one node, None when there are none.

    since, until: the first and the last moment; a day, month or year means all of it. values: by keyword field, any of
    which will do. Raises QueryError for a field that the index does not have and for what is no date.
    """
    parts: list[Node] = []
    if since is not None or until is not None:
        field = definition.date_field
        if field is None:
            raise QueryError("since and until need a date field, and this index has none")
        start, end = period_of(since, until)
        parts.append(DateRange(field.name, start, end))
    known = {field.name for field in definition.keyword_fields}
    for name, wanted in values.items():
        if wanted is None:
            continue
        if name not in known:
            raise QueryError(f"'{name}' cannot be filtered by: this index has no such keyword field")
        chosen = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, Iterable) else []
        if not chosen or not all(isinstance(value, str) for value in chosen):
            raise QueryError(f"{name} is filtered by a value or several, each a str, not by {wanted!r}")
        parts.append(any_of([Keyword(name, value) for value in chosen]))
    return all_of(parts) if parts else None


@overload
def period_of(since: Moment, until: Moment | None) -> tuple[int, int | None]: ...
@overload
def period_of(since: Moment | None, until: Moment | None) -> tuple[int | None, int | None]: ...
def period_of(since: Moment | None, until: Moment | None) -> tuple[int | None, int | None]:
    """The first second of a period, and the first after it; None where it is open. Raises QueryError."""
    start = None if since is None else _span("since", since)[0]
    end = None if until is None else _span("until", until)[1]
    if start is not None and end is not None and start >= end:
        raise QueryError(f"since ({since}) lies behind until ({until})", hint="nothing can be between them")
    return start, end


def _span(name: str, moment: Moment) -> tuple[int, int]:
    """The first second of a moment, and the first after it."""
    try:
        if isinstance(moment, str):
            from searchlib.query.dates import date_span

            return date_span(moment, datetime.now(UTC))
        start, _ = parse_date(moment)
        whole_day = isinstance(moment, date) and not isinstance(moment, datetime)
        return start, start + (DAY if whole_day else 1)
    except ValueError as error:
        raise QueryError(
            f"{name}: {error}", hint="write 2024, 2024-06, 2024-06-06, 2024-06-06T10:30 or 30d"
        ) from None


def _weights_of(
    definition: Definition, fields: Sequence[str] | Mapping[str, float] | None
) -> tuple[float, ...] | None:
    """The weights of the text fields to search in, None for those of the definition. Raises QueryError."""
    if fields is None:
        return None
    known = {field.name: field.weight for field in definition.text_fields}
    if isinstance(fields, str) or not fields:
        raise QueryError(f"fields are names of text fields in a list, or weights by name, not {fields!r}")
    chosen = dict(fields) if isinstance(fields, Mapping) else {name: known.get(name, 0.0) for name in fields}
    for name, weight in chosen.items():
        if name not in known:
            raise QueryError(f"'{name}' is no text field of this index", hint=f"it has {', '.join(known)}")
        if not (is_number(weight) and (weight == 0 or SMALLEST <= weight <= LARGEST)):
            raise QueryError(
                f"the weight of a field is 0 or from {SMALLEST:g} to {LARGEST:g}, not {weight!r}"
            )
    weights = tuple(float(chosen.get(name, 0.0)) for name in known)
    if not any(weights):
        raise QueryError("no field is left to search in: every weight is 0")
    return None if weights == tuple(known.values()) else weights

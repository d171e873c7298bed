"""Which queries of the cluster do values, dates and orders make?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from searchlib.query.tree import DateRange, Everything, Keyword, KeywordRange, Pattern
from searchlib.ranking.columns import Filter, unknown_field

if TYPE_CHECKING:
    from searchlib.definitions import Definition

__all__ = ["RemoteColumns"]

Query = dict[str, Any]


class RemoteColumns:
    """The fields of values and dates of an index. Immutable."""

    def __init__(self, definition: Definition) -> None:
        self.date = None if definition.date_field is None else definition.date_field.name
        self.keywords = tuple(field.name for field in definition.keyword_fields)

    def query_of(self, node: Filter) -> Query:
        """The documents that a node matches, without a score. Raises QueryError when there is no such field."""
        match node:
            case DateRange():
                if node.field != self.date:
                    raise unknown_field(node.field, "asked for a date", (self.date,) if self.date else ())
                return _between("date", gte=node.start, lt=node.end)
            case KeywordRange():
                low = "gte" if node.low_included else "gt"
                high = "lte" if node.high_included else "lt"
                return _between(self._path(node.field), **{low: node.low, high: node.high})
            case Keyword():
                return {"term": {self._path(node.field): node.value}}
            case Pattern():
                text = node.text.replace("\\", "\\\\")
                return {"wildcard": {self._path(str(node.field)): {"value": text}}}
        return {"match_all": {}} if isinstance(node, Everything) else {"match_none": {}}

    def order_of(self, by: str) -> list[Query]:
        """The order by a field, descending when "-" stands before its name; documents without it last, equal ones as they were added."""
        descending = by.startswith("-")
        name = by.removeprefix("-")
        if name == self.date:
            path = "date"
        elif name in self.keywords:
            path = f"first.{name}"
        else:
            raise unknown_field(name, "sorted by", self.names())
        direction = "desc" if descending else "asc"
        return [{path: {"order": direction, "missing": "_last"}}, {"order": "asc"}]

    def names(self) -> tuple[str, ...]:
        """The fields that documents are sorted and counted by."""
        return self.keywords if self.date is None else (self.date, *self.keywords)

    def _path(self, name: str) -> str:
        if name == "id":
            return "id"
        if name not in self.keywords:
            raise unknown_field(name, "asked for a value", ("id", *self.keywords))
        return f"values.{name}"


def _between(path: str, **limits: str | int | None) -> Query:
    given = {name: value for name, value in limits.items() if value is not None}
    return {"range": {path: given}} if given else {"exists": {"field": path}}

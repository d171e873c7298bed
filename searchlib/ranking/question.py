"""What may be asked beside the words: filters, an order, ages, pages?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Final

from searchlib.errors import QueryError

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.query.tree import Node

__all__ = ["QUALITIES", "Question", "is_number"]

QUALITIES: Final = ("fast", "best")


@dataclass(slots=True)  # frozen, it would take longer to make than to plan
class Question:
    """A search as Index.search describes it, its arguments checked. weights: of the text fields, None for the index's own. like: a document's
    segment and number; what is like it is asked for, and the query says nothing.
    names, synonyms, cross_language: None as the definition says."""

    query: str
    limit: int = 10
    offset: int = 0
    after: str | None = None
    match: str | int | None = None
    lenient: bool = False
    where: str | None = None
    only: Node | None = None
    sort: str | None = None
    recency: float | None = None
    weights: tuple[float, ...] | None = None
    timeout_ms: float | None = None
    quality: str = "fast"
    like: tuple[int, int] | None = None
    names: bool | None = None
    synonyms: bool | None = None
    cross_language: bool | None = None
    collapse: str | None = None

    def __post_init__(self) -> None:
        if self.collapse not in (None, "duplicates"):
            raise ValueError(f"collapse is None or 'duplicates', not {self.collapse!r}")
        if self.collapse is not None and self.after is not None:
            raise QueryError(
                "duplicates are left out on pages by `offset`, not by `after`",
                hint="what an earlier page has shown is known only from its start",
            )
        for name, value in (("limit", self.limit), ("offset", self.offset)):
            if type(value) is not int or value < 0:
                raise ValueError(f"{name} is a number from 0, not {value!r}")
        if self.after is not None and self.offset:
            raise ValueError("a page is found by `after` or by `offset`, not by both")
        if self.recency is not None:
            if not (is_number(self.recency) and 0 < self.recency < math.inf):
                raise ValueError(f"recency is a half-life in days above 0, not {self.recency!r}")
            if self.sort not in (None, "relevance"):
                raise ValueError(f"recency goes with sort='relevance', not with '{self.sort}'")
        if self.quality not in QUALITIES:
            raise ValueError(f"quality is {' or '.join(map(repr, QUALITIES))}, not {self.quality!r}")
        for name in ("names", "synonyms", "cross_language"):
            if not isinstance(getattr(self, name), (bool, NoneType)):
                raise ValueError(f"{name} is True or False, not {getattr(self, name)!r}")
        if self.timeout_ms is not None and not (is_number(self.timeout_ms) and self.timeout_ms > 0):
            raise ValueError(f"timeout_ms is a number above 0, not {self.timeout_ms!r}")

    @property
    def by_relevance(self) -> bool:
        return self.sort in (None, "relevance")

    @property
    def words_needed(self) -> str | int:
        """How many of the words side by side a document needs, also where nobody said: as `match` of Index.search."""
        if self.match is not None:
            return self.match
        return "any" if self.by_relevance else "all"

    def limits(self, definition: Definition) -> Node | None:
        """What documents must match beside the query: filters, and another query; None for nothing. Raises QueryError."""
        if self.where is None:
            return self.only
        from searchlib.query.reading import tree_of
        from searchlib.query.tree import all_of

        where = tree_of(self.where, definition, "all", lenient=self.lenient)
        return where if self.only is None else all_of([self.only, where])


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

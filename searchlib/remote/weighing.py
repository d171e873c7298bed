"""What does a word score in a document of a cluster? BM25 as on disk, exactly.

A field scores there how often a word occurs in it, times a boost; so the fields of a word, each boosted by its weight, add up to its tf. A
script around them makes of that, of the document's length and of what the word weighs its score, without the one byte
that Lucene keeps of a length.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.remote.figures import Counting

__all__ = ["NOTHING", "Query", "RemoteGroup", "Weighing", "some", "times"]

Query = dict[str, Any]
NOTHING: Final[Query] = {"match_none": {}}
_TIMES: Final = "params.weight * _score"


class Weighing:
    """What a search weighs by: the text fields, the lengths and the counts. For one question.

    weights: of the text fields; documents, field_weights, group: as of a Searcher, whose place it takes.
    """

    def __init__(self, definition: Definition, weights: Sequence[float], counting: Counting) -> None:
        figures = counting.figures
        self.counting = counting
        self.names = [field.name for field in definition.text_fields]
        self.field_weights = tuple(weights)
        self.documents = (figures.documents,)
        self.average = figures.average(weights)
        self._base = definition.k1 * (1 - definition.b)
        self._slope = definition.k1 * definition.b / self.average
        counted = [
            (name, weight) for name, weight in zip(self.names, weights, strict=True) if weight
        ]  # a document has every length
        lengths = " + ".join(
            f"params.w{number} * doc['lengths.{name}'].value" for number, (name, _) in enumerate(counted)
        )
        self._script = f"params.weight * _score / (_score + params.base + params.slope * ({lengths}))"
        self._weights = {f"w{number}": weight for number, (_, weight) in enumerate(counted)}
        self._fields: dict[tuple[int, str], list[tuple[str, float]]] = {}

    def norm(self, lengths: Sequence[float]) -> tuple[float, float, float]:
        """(weighted length of a document with these, average of all, norm)."""
        length = sum(weight * own for weight, own in zip(self.field_weights, lengths, strict=True))
        return length, self.average, self._base + self._slope * length

    def group(self, terms: tuple[str, ...], shares: tuple[float, ...] | None = None) -> RemoteGroup:
        """As of a Searcher."""
        return RemoteGroup(self, terms, shares or (1.0,) * len(terms))

    def fields(self, mask: int, suffix: str = "") -> list[tuple[str, float]]:
        """(path, weight) of the text fields of a mask, 0 for all of them."""
        found = self._fields.get((mask, suffix))
        if found is None:
            found = self._fields[mask, suffix] = [
                (f"texts.{name}{suffix}", weight)
                for number, (name, weight) in enumerate(zip(self.names, self.field_weights, strict=True))
                if weight and (not mask or mask >> number & 1)
            ]
        return found

    def scored(self, occurrences: Query | None, weight: float) -> Query:
        """What a query scores whose score is a tf. weight: idf, boosted."""
        if occurrences is None or not weight > 0:
            return NOTHING
        params = {"weight": weight, "base": self._base, "slope": self._slope} | self._weights
        return {"script_score": {"query": occurrences, "script": {"source": self._script, "params": params}}}


class RemoteGroup:
    """Terms that count as one, as a Group does, by the counts that were known when they were first asked for."""

    def __init__(self, weighing: Weighing, terms: tuple[str, ...], shares: tuple[float, ...]) -> None:
        self.weighing = weighing
        self.terms = terms
        self.shares = shares

    @cached_property
    def dfs(self) -> tuple[int, ...]:
        counting = self.weighing.counting
        return tuple(counting.with_term(term) for term in self.terms)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """As of Searcher.group."""
        figures = self.weighing.counting.figures
        idfs = [figures.idf(df) for df in self.dfs]
        most = max((idf for idf, share in zip(idfs, self.shares, strict=True) if share == 1), default=0.0)
        return tuple(
            idf if share == 1 else share * (min(most, idf) if most > 0 else idf)
            for idf, share in zip(idfs, self.shares, strict=True)
        )

    def rarest(self) -> float:
        """The largest weight of its terms."""
        return max(self.weights, default=0.0)

    def scored(self, boost: float, mask: int) -> Query:
        """The best of its terms."""
        weighing = self.weighing
        parts = [
            weighing.scored(self._occurrences(term, mask), boost * weight)
            for term, weight in zip(self.terms, self.weights, strict=True)
            if weight > 0
        ]
        if not parts:
            return NOTHING
        return parts[0] if len(parts) == 1 else {"dis_max": {"queries": parts}}

    def matched(self, mask: int) -> Query:
        """Without a score."""
        paths = [path for path, _ in self.weighing.fields(mask)]
        if not mask and len(paths) == len(self.weighing.names):
            return {"terms": {"terms": list(self.terms)}}
        return some([{"terms": {path: list(self.terms)}} for path in paths]) or NOTHING

    def _occurrences(self, term: str, mask: int) -> Query | None:
        return some(
            [
                {"term": {path: {"value": term, "boost": weight}}}
                for path, weight in self.weighing.fields(mask)
            ]
        )


def some(queries: Sequence[Query]) -> Query | None:
    """Those that match score together; None when there are none."""
    if len(queries) < 2:
        return queries[0] if queries else None
    return {"bool": {"should": list(queries)}}


def times(query: Query, weight: float) -> Query:
    """The same with that many times its score."""
    if weight == 1:
        return query
    return {"script_score": {"query": query, "script": {"source": _TIMES, "params": {"weight": weight}}}}

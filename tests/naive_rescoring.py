"""The oracle of quality="best": the ranking of naive_query.py, its first documents rescored by a plain reading of their texts.

It goes through the tree as it was asked. Words that stand directly side by side in one group are a run; two neighbours of a
run, stop words left out, are a pair. What a group gives, it gives where the group matches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any as Anything
from typing import NamedTuple

from naive_query import NaiveArchive, Place

from searchlib.language._tokens import script
from searchlib.query.parser import parse
from searchlib.query.tree import All, Any, Except, Maybe, Node, Require, Word

CYRILLIC = 2
Hits = list[tuple[str, float]]


class Asked(NamedTuple):
    """A word of a run."""

    place: Place
    field: str | None
    boost: float


class NaiveRescoring:
    """Rescores the first `depth` answers of an archive."""

    def __init__(self, archive: NaiveArchive, depth: int) -> None:
        self.archive = archive
        self.depth = depth

    def search(self, query: str, *, match: str | int | None = None, **options: Anything) -> tuple[Hits, Hits]:
        """The plain ranking, and the same rescored."""
        archive = self.archive
        plain = archive.search(query, match=match, limit=len(archive.documents), **options).hits
        tree = parse(query, archive.definition, match=match or "any")
        self._stop_words = archive._without_stop_words(tree) is None
        numbers = {document.id: number for number, document in enumerate(archive.documents)}
        chosen = {numbers[id] for id, score in plain[: self.depth] if score > 0}
        lifts = dict.fromkeys(chosen, 0.0)
        for run, docs in self._runs(tree, chosen, loose=match in (None, "any")):
            for doc in docs:
                lifts[doc] += self._lift(run, doc)
        scores = {number: score + lifts.get(number, 0.0) for id, score in plain for number in [numbers[id]]}
        order = sorted(scores, key=lambda number: (-scores[number], number))
        return plain, [(archive.documents[number].id, scores[number]) for number in order]

    def _runs(
        self, node: Node, docs: set[int], *, loose: bool = False
    ) -> Iterator[tuple[list[Asked], set[int]]]:
        match node:
            case Word(exact=False):
                yield self._words(node, loose), docs
            case All(parts) | Any(parts):
                loose = isinstance(node, Any) and node.least == 1
                run: list[Asked] = []
                for part in parts:
                    if isinstance(part, Word) and not part.exact:
                        run += self._words(part, loose)
                        continue
                    yield run, docs
                    run = []
                    if isinstance(part, (All, Any, Except, Maybe, Require)):
                        yield from self._runs(part, self._matching(part, docs))
                yield run, docs
            case Except(wanted) | Require(wanted):
                yield from self._runs(wanted, docs)
            case Maybe(wanted, better):
                yield from self._runs(wanted, docs)
                yield from self._runs(better, self._matching(better, docs))

    def _matching(self, node: Node, docs: set[int]) -> set[int]:
        left = node if self._stop_words else self.archive._without_stop_words(node)
        return set() if left is None else docs & set(self.archive._scores(left))

    def _words(self, node: Word, loose: bool) -> list[Asked]:
        found = self.archive._places(node.text)
        chosen = [place for place in found if (loose or not place.whole) and not place.stop]
        chosen = chosen or [place for place in found if place.whole and not place.stop]
        if not chosen and self._stop_words:
            chosen = [place for place in found if loose or not place.whole]
        return [Asked(place, node.field, node.boost) for place in chosen]

    def _lift(self, run: Sequence[Asked], doc: int) -> float:
        lift = 0.0
        for one in run:
            if script(one.place.form) != CYRILLIC:
                tf = sum(
                    weight * sum(place.form == one.place.form for place in places)
                    for weight, places in self._fields(doc, one.field)
                )
                lift += 0.1 * one.boost * self._score(doc, self._idf(one), tf)
        for one, other in pairwise([one for one in run if not one.place.whole]):
            if one.field == other.field:
                boost = min(one.boost, other.boost)
                idf = max(self._idf(one), self._idf(other))
                for share, count in ((0.1, side_by_side), (0.05, near)):
                    tf = sum(
                        weight * count(_standing(places, one), _standing(places, other))
                        for weight, places in self._fields(doc, one.field)
                    )
                    lift += share * boost * self._score(doc, idf, tf)
        return lift

    def _fields(self, doc: int, field: str | None) -> list[tuple[float, list[Place]]]:
        texts = self.archive.texts[doc]
        return [(self.archive.weights[name], texts[name]) for name in texts if field in (None, name)]

    def _idf(self, one: Asked) -> float:
        """Of the rarest reading that occurs at all."""
        dfs = [len(self.archive._frequency(term, self.archive.weights)) for term in one.place.terms]
        size = len(self.archive.documents)
        return max(math.log(1 + (size - df + 0.5) / (df + 0.5)) if df else 0.0 for df in dfs)

    def _score(self, doc: int, idf: float, tf: float) -> float:
        return idf * tf / (tf + self.archive.norms[doc])


def _standing(places: Sequence[Place], one: Asked) -> set[int]:
    return {place.position for place in places if not set(place.terms).isdisjoint(one.place.terms)}


def side_by_side(first: set[int], second: set[int]) -> int:
    """How many positions of `second` come directly after one of `first`?"""
    return sum(place - 1 in first for place in second)


def near(first: set[int], second: set[int]) -> int:
    """How many pairs can be made from left to right of a position of each, less than 8 apart? A position is in one at most."""
    pairs = 0
    left: int | None = None  # the last position, when it is in no pair
    for place in sorted(first | second):
        fits = left is not None and place - left < 8
        if fits and ((left in first and place in second) or (left in second and place in first)):
            pairs += 1
            left = None
        else:
            left = place
    return pairs

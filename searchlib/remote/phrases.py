"""Which query of the cluster is a phrase, and how often does it occur in a document?

As on disk (searchlib/ranking/phrase.h) an occurrence is a chain of places, one for each word, each at most `slop` behind the one before;
counted are the places that the last word has in such chains. A cluster counts chains: those of each shape, that is with the same gaps
between the words, in an intervals query of its own. So that a place counts once, a chain of a shape counts only where no chain of an
earlier shape ends: shapes are in the order of their last gap, then of the one before it, and so on.

That takes too many words for long phrases with wide gaps: there every chain counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final

from searchlib.errors import QueryError
from searchlib.remote.layout import HOLE
from searchlib.remote.weighing import NOTHING, Query, RemoteGroup, Weighing, some

__all__ = ["RemotePhrase"]

_MOST_SHAPES: Final = 64
_MOST_COMPARED: Final = 250  # words in all that tell shapes apart: a cluster takes 1,024 of them in a query
_TIMES: Final = "params.weight * Math.rint(_score / (1.0 - _score))"

Gaps = tuple[int, ...]
Chain = Mapping[int, Sequence[str]]


class RemotePhrase:
    """Words side by side, as a Phrase is. slots: for each word the terms or the form that stand there.

    An intervals query scores n / (n + 1) for n intervals, whatever terms are in them. Raises QueryError when there are too many shapes.
    """

    def __init__(
        self,
        weighing: Weighing,
        groups: Sequence[RemoteGroup],
        slots: Sequence[Sequence[str]],
        *,
        exact: bool,
        slop: int,
        mask: int,
    ) -> None:
        if slop ** (len(slots) - 1) > _MOST_SHAPES:
            raise QueryError(
                f"a phrase of {len(slots)} words with ~{slop} is too much for a cluster",
                hint="write fewer words or a smaller number behind ~",
            )
        self.weighing = weighing
        self._groups = groups
        self.slots = slots
        self.exact = exact
        self.slop = slop
        self.mask = mask
        self._suffix = ".forms" if exact else ""
        self._sign = "=" if exact else "|"
        self.weight = sum(group.rarest() for group in groups)

    @property
    def occurrences(self) -> RemotePhrase:
        """Itself, which tells its df."""
        return self

    @property
    def df(self) -> int:
        """In how many documents it is."""
        return self.weighing.counting.matching(self.matched(0))

    def terms(self) -> list[str]:
        return [term for group in self._groups for term in group.terms]

    def scored(self, boost: float, mask: int) -> Query:
        parts: list[Query] = [
            {
                "script_score": {
                    "query": {"intervals": {path: shape}},
                    "script": {"source": _TIMES, "params": {"weight": weight}},
                }
            }
            for path, weight in self.weighing.fields(self.mask, self._suffix)
            for shape in self._counted
        ]
        return self.weighing.scored(some(parts), boost * self.weight)

    def matched(self, mask: int) -> Query:
        """Without a score."""
        shapes = [self._places(self._chain(gaps)) for gaps in self._shapes]
        any_shape = shapes[0] if len(shapes) == 1 else {"any_of": {"intervals": shapes}}
        paths = self.weighing.fields(self.mask, self._suffix)
        return some([{"intervals": {path: any_shape}} for path, _ in paths]) or NOTHING

    @cached_property
    def _shapes(self) -> list[Gaps]:
        found = product(range(1, self.slop + 1), repeat=len(self.slots) - 1)
        return sorted(found, key=lambda gaps: gaps[::-1])

    @cached_property
    def _counted(self) -> list[Query]:
        """The intervals that count, for each shape."""
        if len(self.slots) == 2 and set(self.slots[0]).isdisjoint(self.slots[1]):
            return [self._nearest(gaps) for gaps in self._shapes]
        left = _MOST_COMPARED
        found: list[Query] = []
        for number, gaps in enumerate(self._shapes):
            others = [
                both
                for other in self._shapes[:number]
                if (both := _both(self._chain(gaps), self._chain(other))) is not None
            ]
            left -= sum(len(words) for both in others for words in both.values())
            if left < 0:
                return [self._places(self._chain(one)) for one in self._shapes]
            found.append(self._first_to_end(gaps, others))
        return found

    def _nearest(self, gaps: Gaps) -> Query:
        """Two words with a gap, between which the first does not stand again: so it would be nearer."""
        found = self._places(self._chain(gaps))
        if gaps[0] > 1:
            first = [self._places({0: self.slots[0]})] * 2
            again = {"intervals": first, "ordered": True, "max_gaps": gaps[0] - 2}
            found["match"]["filter"] = {"not_containing": {"all_of": again}}
        return found

    def _first_to_end(self, gaps: Gaps, others: Sequence[Chain]) -> Query:
        """Chains of a shape that end where none of an earlier one does.

        others: what the places of both together are, a chain at least as long. A filter for each: of several intervals
        one of which is in the other a cluster knows the shorter alone.
        """
        found = self._places(self._chain(gaps))
        for both in others:
            beyond = {"not_contained_by": self._places(both)}
            found = {"all_of": {"intervals": [found], "filter": beyond}}
        return found

    def _chain(self, gaps: Gaps) -> Chain:
        """The words of a shape, by how far they stand before the last."""
        return {sum(gaps[at:]): slot for at, slot in enumerate(self.slots)}

    def _places(self, chain: Chain) -> Query:
        """Intervals that are a chain, which goes as a text that a cluster cuts up."""
        places = [
            "".join(f"{self._sign}{word}" for word in chain[back]) if back in chain else HOLE
            for back in range(max(chain), -1, -1)
        ]
        return {"match": {"query": " ".join(places), "max_gaps": 0, "ordered": True}}


def _both(one: Chain, other: Chain) -> Chain | None:
    """Two chains that end at one place as one chain; None when no word can stand where both want one."""
    found = dict(one)
    for back, words in other.items():
        found[back] = [word for word in words if word in one[back]] if back in one else words
    return found if all(found.values()) else None

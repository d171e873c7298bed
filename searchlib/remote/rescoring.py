"""Which of the best documents of a cluster have the query's words near each other, and in the form they were asked in? quality="best".

What is added to a score, searchlib/ranking/rescoring.py says. Here it is counted in the stored texts of the first documents of the plain ranking,
which are asked for as they are needed: until none of the others can come before the last of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from searchlib.ranking.execution import Lookup
from searchlib.ranking.features import chosen
from searchlib.ranking.rescoring import DEPTH
from searchlib.ranking.rescoring import Part as Lift
from searchlib.remote.plans import conditioned
from searchlib.remote.reading import Reading, chosen_in, having

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchlib.ranking._proximity import Kind
    from searchlib.ranking.execution import Part
    from searchlib.remote.plans import Chosen, RemotePlan
    from searchlib.remote.ranker import RemoteRanker
    from searchlib.remote.weighing import RemoteGroup, Weighing

__all__ = ["Rescoring"]

Hit = dict[str, Any]

_REACH: Final = 8  # words apart, less than that, are near
_SOME: Final = 40  # documents that are asked for in one go, at least


@dataclass(frozen=True, slots=True)
class _Feature:
    """Two words, or one in the form it was asked in, and what the feature is worth."""

    kind: Kind
    label: str
    boost: float
    idf: float
    first: RemoteGroup
    second: RemoteGroup
    form: str
    mask: int
    condition: Part | None


class Rescoring:
    """The ranking of one plan under quality="best". Made for a search; what it has found it keeps.

    ask: gives hits of the plain ranking, so many behind the last of those it is given. factor: what its age leaves of the score of a hit.
    """

    def __init__(
        self,
        ranker: RemoteRanker,
        plan: RemotePlan,
        ask: Callable[[int, Hit | None], list[Hit]],
        factor: Callable[[Hit], float],
    ) -> None:
        self._ranker = ranker
        self._ask = ask
        self._factor = factor
        self._features = _features(plan)
        self._conditions = [one.condition for one in self._features if one.condition is not None]
        words = next(one for one in plan.sources if isinstance(one, Lookup))
        self._weighing: Weighing = cast("RemoteGroup", words.subject).weighing
        self._plain: list[Hit] = []
        self._lifted: dict[str, float] = {}  # by id, the scores
        self._whole = False  # all of the first DEPTH are there

    def page(self, k: int, after: tuple[float, int] | None) -> list[Hit]:
        """The best k documents behind (score, order): those that are rescored, then the others as they were ranked. Raises RemoteError."""
        most = sum(one.boost * one.idf for one in self._features) * 1.000001  # beyond any rounding
        while True:
            found = sorted((self._hit(hit) for hit in self._plain), key=_order)
            if after is not None:
                found = [hit for hit in found if _order(hit) > (-after[0], after[1])]
            if self._whole or (len(found) >= k and found[k - 1]["_score"] > self._plain[-1]["_score"] + most):
                break
            self._more(max(len(self._plain), k + _SOME))
        if len(found) < k and len(self._plain) == DEPTH:
            last = self._plain[-1]
            behind = last if after is None or (-after[0], after[1]) < _order(last) else {"sort": list(after)}
            found += self._ask(k - len(found), behind)
        return found[:k]

    def parts(self, id: str, read: Reading) -> list[Lift] | None:
        """What each feature gives a document; None for one that is not rescored."""
        while not self._whole:
            self._more(DEPTH)
        if not any(hit["_id"] == id for hit in self._plain):
            return None
        found = [(one, self._tf(one, read)) for one in self._features if _counts(one, read)]
        return [Lift(one.label, one.boost, one.idf, tf) for one, tf in found if tf > 0]

    def measures(self, read: Reading) -> tuple[float, float, float]:
        """(weighted length of a document, average of all, norm)."""
        return self._weighing.norm(read.lengths)

    def _more(self, count: int) -> None:
        """Asks for so many further documents of the first, and reads them."""
        left = min(count, DEPTH - len(self._plain))
        hits = self._ask(left, self._plain[-1] if self._plain else None)
        self._plain += hits
        self._whole = len(hits) < left or len(self._plain) == DEPTH
        chosen = [one for condition in self._conditions for one in chosen_in(condition)]
        has = having(self._ranker.cluster, chosen, [hit["_id"] for hit in hits])
        for hit in hits:

            def own(one: Chosen, hit: Hit = hit) -> bool:
                return hit["_id"] in has[one]

            read = Reading(self._ranker.definition, self._ranker.analyze, hit["_source"], own)
            norm = self.measures(read)[2]
            gain = 0.0
            for one in self._features:
                if _counts(one, read) and (tf := self._tf(one, read)) > 0:
                    gain += one.boost * one.idf * tf / (tf + norm)
            self._lifted[hit["_id"]] = hit["_score"] + gain * self._factor(hit)

    def _hit(self, hit: Hit) -> Hit:
        score = self._lifted[hit["_id"]]
        return hit | {"_score": score, "sort": [score, hit["sort"][1]]}

    def _tf(self, one: _Feature, read: Reading) -> float:
        tf = 0.0
        for at, weight in enumerate(self._weighing.field_weights):
            if not weight or (one.mask and not one.mask >> at & 1):
                continue
            if one.kind == "form":
                tf += weight * read.times(at, one.form)
                continue
            first, second = read.places(at, one.first.terms), read.places(at, one.second.terms)
            if one.kind == "ordered":
                tf += weight * sum(place - 1 in first for place in second)
            else:
                tf += weight * _pairs(first, second)
        return tf


def _features(plan: RemotePlan) -> list[_Feature]:
    """The features of the plan's words."""
    words = list(conditioned(plan.root))
    found: list[_Feature] = []
    for kind, label, boost, first, second in chosen(words):
        one, condition = words[first]
        assert isinstance(one, Lookup) and one.form is not None
        own, next_own = (cast("RemoteGroup", cast("Lookup", words[at][0]).subject) for at in (first, second))
        idf = max(own.rarest(), next_own.rarest())
        found.append(_Feature(kind, label, boost, idf, own, next_own, one.form, one.fields, condition))
    return found


def _counts(one: _Feature, read: Reading) -> bool:
    return one.condition is None or read.matches(one.condition)


def _order(hit: Hit) -> tuple[float, int]:
    return -hit["_score"], hit["sort"][1]


def _pairs(first: set[int], second: set[int]) -> int:
    """Pairs of a place of each, less than _REACH apart, from left to right, each place in one at most."""
    pairs = 0
    left: int | None = None  # the last place, when it is in no pair
    for place in sorted(first | second):
        fits = left is not None and place - left < _REACH
        if fits and ((left in first and place in second) or (left in second and place in first)):
            pairs += 1
            left = None
        else:
            left = place
    return pairs

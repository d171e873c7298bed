"""Which of the best documents have the query's words near each other, and in the form they were asked in? quality="best".

The first DEPTH documents of the plain ranking get, beside their BM25 score, for each of these features

    weight * idf * tf / (tf + norm)        with the norm of BM25, and tf weighted by field

- the form: how often a word occurs in the very form it was asked in; weight 0.1, idf that of the word. Not for Cyrillic letters:
  the case of a Russian word says what it does in its sentence, not what the text is about.
- the ordered pair: how often two neighbours of the query stand side by side in this order; weight 0.1, idf that of the rarer.
- the unordered pair: how often both stand within eight words, each occurrence in one pair at most; weight 0.05, idf the same.

The pairs are those of the sequential dependence model: D. Metzler and W. B. Croft, "A Markov random field model for term
dependencies", SIGIR 2005, with BM25 in place of its language model. A word that counts twice (`^2`) has features that do, a pair
counts as the lesser of its two. The idf of a word with several readings is that of the rarest. What is rarer still, the form or the
pair itself, is not counted through the index: so a score depends on nothing but the document and the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from searchlib.ranking._proximity import Feature, frequencies, gains
from searchlib.ranking._searcher import Group
from searchlib.ranking.execution import Lookup
from searchlib.ranking.features import chosen

if TYPE_CHECKING:
    from searchlib.ranking._ages import Decay
    from searchlib.ranking._occurrences import Slot
    from searchlib.ranking._topk import Kernel
    from searchlib.ranking.execution import Plan
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.storage._deadline import Deadline

__all__ = ["DEPTH", "Part", "Rescoring"]

DEPTH: Final = 300

Place = tuple[float, int, int]

_SOME: Final = 40  # documents that are looked at in one go, at least


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature gives a document: boost * idf * tf / (tf + norm). label: for people."""

    label: str
    boost: float
    idf: float
    tf: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A feature and what it is made of."""

    feature: Feature
    label: str
    boost: float
    idf: float


class Rescoring:
    """The ranking of one plan under quality="best". Made for a search; what it has found it keeps."""

    def __init__(self, plan: Plan, lexicon: Lexicon, kernel: Kernel, decay: Decay | None) -> None:
        self._plan = plan
        self._lexicon = lexicon
        self._kernel = kernel
        self._decay = decay
        self._slots: list[Slot] = []
        self._numbers: dict[object, int] = {}  # of slots, by what they are
        self._plain: list[Place] | None = None  # the first of the plain ranking
        self._lifts = True  # False: the time was over before all that were looked at had their score
        # Of these what is rescored so far, in order; with negative scores, which sort quickly.
        self._best: list[Place] = []

    def page(self, k: int, after: Place | None, deadline: Deadline | None) -> list[Place]:
        """The best k documents behind `after`: those that are rescored, then the others as they were ranked."""
        plain = self._first(deadline)
        found = self._rescored(plain, k, after, deadline)
        if not self._lifts:
            found = plain if after is None else [place for place in plain if _order(place) > _order(after)]
        if len(found) < k and len(plain) == DEPTH:
            start = plain[-1] if after is None else max(plain[-1], after, key=_order)
            found = found + self._kernel.top(
                self._plan.clauses,
                k - len(found),
                mask=self._plan.mask,
                decay=self._decay,
                after=start,
                deadline=deadline,
            )
        return found[:k]

    def parts(self, segment: int, doc: int) -> list[Part] | None:
        """What each feature gives a document, those that give something; None for one that is not rescored."""
        if not any(place[1:] == (segment, doc) for place in self._first(None)) or not self._lifts:
            return None
        found = []
        features = [one.feature for one in self._asked]
        tfs = frequencies(self._kernel.searcher, self._slots, features, segment, [doc])[0]
        for one, tf in zip(self._asked, tfs, strict=True):
            condition = one.feature.condition
            if tf > 0 and (condition is None or (segment, doc) in condition):
                found.append(Part(one.label, one.boost, one.idf, tf))
        return found

    def _first(self, deadline: Deadline | None) -> list[Place]:
        """The first DEPTH documents of the plain ranking."""
        if self._plain is None:
            plan = self._plan
            self._plain = self._kernel.top(
                plan.clauses, DEPTH, mask=plan.mask, decay=self._decay, deadline=deadline
            )
        return self._plain

    def _rescored(
        self, plain: list[Place], k: int, after: Place | None, deadline: Deadline | None
    ) -> list[Place]:
        """The first k documents of those that are rescored behind `after`; fewer when there are no more, or when the time is over.

        They are looked at in the order of the plain ranking, until none of the others can come before the k-th: none gets as
        much as all features together give at most.
        """
        features = [one.feature for one in self._asked]
        most = sum(feature.weight for feature in features) * 1.000001  # beyond any rounding
        start = None if after is None else _order(after)
        found: list[Place] = []
        while True:
            done = len(self._best)
            found = self._best if start is None else [place for place in self._best if place > start]
            if done == len(plain) or (len(found) >= k and -found[k - 1][0] > plain[done][0] + most):
                break
            some = plain[done : max(2 * done, k + _SOME)]
            more = None
            if deadline is None or not deadline.check():
                more = gains(self._kernel.searcher, self._slots, features, some, deadline)
            if more is None:
                self._lifts = False
                break
            if self._decay is not None:
                more = [
                    gain * self._decay.factor(segment, doc)
                    for gain, (_, segment, doc) in zip(more, some, strict=True)
                ]
            self._best += [
                (-(score + gain), segment, doc)
                for gain, (score, segment, doc) in zip(more, some, strict=True)
            ]
            self._best.sort()
        return [(-negative, segment, doc) for negative, segment, doc in found[:k]]

    @cached_property
    def _asked(self) -> list[_Asked]:
        """The features of the plan's words."""
        clauses = self._plan.clauses
        words = [
            (None if clause.group is None else source, clause.condition)
            for clause, source in zip(clauses, self._plan.sources, strict=True)
        ]
        found: list[_Asked] = []
        for kind, label, boost, first, second in chosen(words):
            groups = clauses[first].group, clauses[second].group
            idf = max((idf for group in groups if group for idf in group.weights), default=0.0)
            slot = self._form_slot if kind == "form" else self._group_slot
            clause = clauses[first]
            feature = Feature(kind, slot(first), slot(second), boost * idf, clause.fields, clause.condition)
            found.append(_Asked(feature, label, boost, idf))
        return found

    def _form_slot(self, number: int) -> int:
        source = self._plan.sources[number]
        assert isinstance(source, Lookup) and source.form is not None
        return self._slot(source.form, self._lexicon.exactly(source.form))

    def _group_slot(self, number: int) -> int:
        group = self._plan.clauses[number].group
        assert group is not None
        return self._slot(group, group.terms)

    def _slot(self, key: str | Group, slot: Slot) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._slots)
            self._slots.append(slot)
        return number


def _order(place: Place) -> tuple[float, int, int]:
    score, segment, doc = place
    return -score, segment, doc

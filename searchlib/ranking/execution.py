"""Which documents match a query, and which clauses score them?

A query in its executable form is a tree of these nodes, made by planner.py. Each node can give the set of the living documents
that it matches, and can tell a Plan what it scores. A node belongs to one search.

What a part scores, it scores only where it matches: a part inside an Either that is a tree of its own counts under the
condition that the whole part matches. What all matches of a query have in common, a value or a date, adds nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Sequence
from functools import cached_property
from typing import TypeAlias

from searchlib.ranking._bits import Bits
from searchlib.ranking._matches import group_bits, occurrence_bits
from searchlib.ranking._searcher import Group, Occurrences, Searcher
from searchlib.ranking._tally import Tally
from searchlib.ranking._topk import Clause
from searchlib.ranking.lexicon import Phrase
from searchlib.storage._deadline import Deadline

__all__ = [
    "Both",
    "Complement",
    "Either",
    "Limited",
    "Lookup",
    "Part",
    "Perhaps",
    "Plan",
    "Values",
    "Without",
]


class Part(ABC):
    """A node. scores: whether every document that it matches gets a score above 0 from it."""

    scores = False

    @cached_property
    def bits(self) -> Bits:
        """The living documents that it matches."""
        return self._find()

    @abstractmethod
    def _find(self) -> Bits: ...

    @abstractmethod
    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        """Adds the clauses that score; condition: where they count; adds: a value or a date counts here, too."""

    def demand(self, plan: Plan) -> None:
        """Makes it a condition of every match, and adds what it scores."""
        plan.limit(self.bits)
        self.collect(plan, None)


class Lookup(Part):
    """A word or what counts as one: a synonym group, a phrase, the forms that fit a pattern.

    label: as it was asked; terms, forms: what is to be marked in texts; terms may be given by a call, when they are asked for.
    form: of a word in any of its forms the one it was asked in, None for anything else. place: its number among the words of the
    query; the next word beside it, whatever stop words are between, has the next number. None: it stands beside none.
    """

    scores = True

    def __init__(
        self,
        what: Group | Tally | Phrase,
        label: str,
        *,
        boost: float = 1.0,
        fields: int = 0,
        terms: Sequence[str] | Callable[[], Sequence[str]] = (),
        forms: Container[str] = (),
        form: str | None = None,
        place: int | None = None,
    ) -> None:
        self.form = form
        self.place = place
        self._what = what
        self.label = label
        self.boost = boost
        self.fields = fields
        self._terms = terms
        self.forms = forms

    @property
    def subject(self) -> Group | Tally | Phrase:
        """What is looked up, its documents perhaps not looked for yet."""
        return self._what

    @property
    def what(self) -> Group | Occurrences:
        return self._what if isinstance(self._what, Group) else self._what.occurrences

    @property
    def phrase(self) -> Phrase | None:
        return self._what if isinstance(self._what, Phrase) else None

    @property
    def knows_best(self) -> bool:
        """Can it find its best documents, when nothing else is asked for, without the list of all?"""
        return not isinstance(self._what, Group)

    def best(self, k: int, deadline: Deadline | None = None) -> list[tuple[float, int, int]]:
        """(score, segment, document) of the best k. For what knows them."""
        assert not isinstance(self._what, Group)
        if isinstance(self._what, Phrase):
            return self._what.best(k, self.boost, deadline)
        return self._what.best(k, self.boost)

    @property
    def terms(self) -> Sequence[str]:
        return self._terms() if callable(self._terms) else self._terms

    def _find(self) -> Bits:
        if isinstance(self._what, Group):
            return group_bits(self._what, self.fields)
        return self._what.bits if isinstance(self._what, Tally) else occurrence_bits(self._what.occurrences)

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        plan.add(Clause(self.what, self.boost, self.fields, False, condition), self)

    def demand(self, plan: Plan) -> None:
        plan.add(Clause(self.what, self.boost, self.fields, True), self)


class Values(Part):
    """Documents by their columns. In an Either they score a constant, their boost; nothing is to be marked."""

    terms: Sequence[str] = ()
    forms: Container[str] = ()

    def __init__(self, searcher: Searcher, find: Callable[[], Bits], label: str, boost: float = 1.0) -> None:
        self._searcher = searcher
        self._look = find
        self.label = label
        self.boost = boost

    def _find(self) -> Bits:
        return self._look()

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        if adds:
            plan.add(
                Clause(Occurrences.of_bits(self._searcher, self.bits), self.boost, 0, False, condition), self
            )


class Both(Part):
    """All of two parts or more."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.scores = any(part.scores for part in parts)

    def _find(self) -> Bits:
        first, *others = self.parts
        bits = first.bits
        for part in others:
            bits = bits & part.bits
        return bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        for part in self.parts:
            part.collect(plan, condition)

    def demand(self, plan: Plan) -> None:
        for part in self.parts:
            part.demand(plan)


class Either(Part):
    """At least `least` of two parts or more; those that match score."""

    def __init__(self, parts: Sequence[Part], least: int = 1) -> None:
        self.parts = parts
        self.least = least
        self.scores = all(part.scores or isinstance(part, Values) for part in parts)

    def _find(self) -> Bits:
        sets = [part.bits for part in self.parts]
        if self.least > 1:
            return Bits.at_least(sets, self.least)
        bits = sets[0]
        for other in sets[1:]:
            bits = bits | other
        return bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        for part in self.parts:
            _collect_alone(part, plan, condition)

    def demand(self, plan: Plan) -> None:
        before = len(plan.clauses)
        self.collect(plan, None)
        if self.least == 1 and self.scores:
            plan.choices.append(self)
            plan.chosen += len(plan.clauses) - before
        else:
            plan.limit(self.bits)


class Perhaps(Part):
    """What `wanted` matches; `better` adds its score where it matches too."""

    def __init__(self, wanted: Part, better: Part) -> None:
        self.wanted = wanted
        self.better = better
        self.scores = wanted.scores

    def _find(self) -> Bits:
        return self.wanted.bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        self.wanted.collect(plan, condition)
        _collect_alone(self.better, plan, condition)

    def demand(self, plan: Plan) -> None:
        self.wanted.demand(plan)
        _collect_alone(self.better, plan, None)


class Limited(Part):
    """What both match; only `scored` scores."""

    def __init__(self, scored: Part, required: Part) -> None:
        self.scored = scored
        self.required = required
        self.scores = scored.scores

    def _find(self) -> Bits:
        return self.scored.bits & self.required.bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        self.scored.collect(plan, condition)

    def demand(self, plan: Plan) -> None:
        self.scored.demand(plan)
        plan.limit(self.required.bits)


class Without(Part):
    """What `wanted` matches and `unwanted` does not."""

    def __init__(self, living: Bits, wanted: Part, unwanted: Part) -> None:
        self._living = living
        self.wanted = wanted
        self.unwanted = unwanted
        self.scores = wanted.scores

    def _find(self) -> Bits:
        return self.wanted.bits - self.unwanted.bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        self.wanted.collect(plan, condition)

    def demand(self, plan: Plan) -> None:
        self.wanted.demand(plan)
        plan.limit(self._living - self.unwanted.bits)


class Complement(Part):
    """Every living document that `part` does not match."""

    def __init__(self, living: Bits, part: Part) -> None:
        self._living = living
        self.part = part

    def _find(self) -> Bits:
        return self._living - self.part.bits

    def collect(self, plan: Plan, condition: Bits | None, *, adds: bool = False) -> None:
        """It scores nothing."""


Scored: TypeAlias = Lookup | Values


class Plan:
    """What a search asks of the kernel.

    clauses: what scores; mask: the documents that may be found, None for all. A match of the query has a score above 0 unless
    `scores` is False: then there may be others, which are in root.bits. choices: alternatives one of which every match has.
    stop_words: the query has no other words. alone: what the query is when it is a phrase or a pattern and nothing else; then there
    are no clauses before somebody asks for them, since its best documents are found without a list of all.
    """

    def __init__(self, root: Part | None, *, stop_words: bool = False) -> None:
        self.stop_words = stop_words
        self.alone: Lookup | None = None
        self._clauses: list[Clause] = []
        self.mask: Bits | None = None
        self.choices: list[Either] = []
        self.chosen = 0  # clauses of the choices
        self.scores = True
        self._root = root
        self._sources: list[Scored] = []
        self._beside: Sequence[Lookup] = ()
        if isinstance(root, Lookup) and root.knows_best:
            self.alone = root
            if root.phrase is not None:
                root.phrase.deadline = None  # as of everything that is counted later
        elif root is not None:
            self._demand(root)

    @classmethod
    def of_words(cls, clauses: list[Clause], stop_words: bool, beside: Sequence[Lookup] = ()) -> Plan:
        """Of a query for any or all of some words: by far the most frequent one, which needs no tree. beside: what the last clauses are of
        that are not of words."""
        plan = cls(None, stop_words=stop_words)
        plan._beside = beside
        plan._clauses = clauses
        return plan

    def _demand(self, root: Part) -> None:
        self.scores = root.scores
        root.demand(self)
        if len(self.choices) > 1 or self.chosen < len(self.clauses):
            for choice in self.choices:  # a score does not tell that it came from there
                self.limit(choice.bits)
        if len(self.clauses) == 1 and self.clauses[0].required:
            only = self.clauses[0]
            what = only.group if only.group is not None else only.occurrences
            assert what is not None
            self._clauses = [Clause(what, only.boost, only.fields)]

    @property
    def ranks(self) -> bool:
        """Is there anything to rank by?"""
        return self.alone is not None or bool(self._clauses)

    @property
    def clauses(self) -> list[Clause]:
        if self.alone is not None and not self._clauses:
            self._clauses = [Clause(self.alone.what, self.alone.boost)]
        return self._clauses

    @property
    def root(self) -> Part:
        """The query."""
        if self._root is None:
            together = Both if self.clauses[0].required else Either
            self._root = self.sources[0] if len(self.sources) == 1 else together(self.sources)
        return self._root

    @property
    def sources(self) -> list[Scored]:
        """For each clause, where it comes from."""
        if self.alone is not None:
            return [self.alone]
        if len(self._sources) < len(self.clauses):
            groups = [(clause.group, clause.boost) for clause in self.clauses if clause.group is not None]
            self._sources = [
                Lookup(group, next(iter(group.terms), ""), boost=boost, terms=group.terms)
                for group, boost in groups
            ]
            self._sources += self._beside
        return self._sources

    def add(self, clause: Clause, source: Scored) -> None:
        self._clauses.append(clause)
        self._sources.append(source)

    def limit(self, bits: Bits) -> None:
        self.mask = bits if self.mask is None else self.mask & bits

    def terms(self) -> dict[str, int]:
        """Every term that is asked for, with a number of the word that it stands for."""
        return {term: number for number, source in enumerate(self.sources) for term in source.terms}

    def forms(self) -> list[tuple[Container[str], int]]:
        """The forms that are asked for as such, each set of them with a number of the word that it stands for."""
        return [(source.forms, number) for number, source in enumerate(self.sources) if source.forms != ()]


def _collect_alone(part: Part, plan: Plan, condition: Bits | None) -> None:
    """Adds what a part scores that need not match where its parent does."""
    if isinstance(part, (Lookup, Values)):
        part.collect(plan, condition, adds=True)
    elif isinstance(part, Either) and part.least == 1:
        part.collect(plan, condition)
    else:
        part.collect(plan, part.bits if condition is None else part.bits & condition)

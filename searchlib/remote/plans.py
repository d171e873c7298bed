"""What is the plan of a question as a query of the cluster? Node by node: which documents match, and what each part scores where it does.

The nodes are those that a search on disk carries out (searchlib/ranking/execution.py). A bool query of the cluster scores what matches of it, and
nothing of a part that does not match as a whole: so the conditions under which a clause counts come by themselves.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from searchlib.ranking.execution import (
    Both,
    Complement,
    Either,
    Limited,
    Lookup,
    Part,
    Perhaps,
    Values,
    Without,
)
from searchlib.ranking.planner import Planner

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from searchlib.ranking.columns import Filter
    from searchlib.ranking.naming import Naming
    from searchlib.remote.columns import RemoteColumns
    from searchlib.remote.weighing import RemoteGroup
    from searchlib.remote.words import RemoteLexicon

__all__ = ["Chosen", "RemotePlan", "RemotePlanner", "conditioned", "matched", "scored"]

Query = dict[str, Any]


class Chosen(Values):
    """Documents by their values. query: of the cluster, without a score."""

    def __init__(self, query: Query, label: str, boost: float = 1.0) -> None:
        super().__init__(cast("Any", None), _nowhere, label, boost)
        self.query = query


class RemotePlanner(Planner):
    """Plans one question for a cluster."""

    def __init__(
        self,
        lexicon: RemoteLexicon,
        columns: RemoteColumns,
        fields: Sequence[str],
        naming: Naming | None,
        capitals: bool,
    ) -> None:
        super().__init__(lexicon, cast("Any", _Columns), fields, None, naming, capitals)
        self._remote = columns

    def _values(self, node: Filter) -> Part:
        field = getattr(node, "field", None)
        label = "every document" if field is None else f"a value of '{field}'"
        return Chosen(self._remote.query_of(node), label, getattr(node, "boost", 1.0))


class _Columns:
    """What a plan asks of the columns beside filters."""

    living = None


class RemotePlan:
    """A question for a cluster, and what is to be marked in texts.

    query: what scores. ranks: is there anything to rank by? has_words: are there words to rank by? stop_words: there are no other words.
    """

    def __init__(self, root: Part, *, stop_words: bool) -> None:
        self.root = root
        self.stop_words = stop_words
        self.sources = [one for one, _ in conditioned(root)]
        self.ranks = bool(self.sources)
        self.has_words = any(isinstance(one, Lookup) for one in self.sources)
        self.query = scored(root)

    @cached_property
    def matching(self) -> Query:
        """The documents that match, without scores."""
        return matched(self.root)

    def terms(self) -> dict[str, int]:
        """As of a Plan."""
        return {term: number for number, one in enumerate(self.sources) for term in one.terms}

    def forms(self) -> list[tuple[Container[str], int]]:
        """As of a Plan."""
        return [(one.forms, number) for number, one in enumerate(self.sources) if one.forms != ()]


def scored(part: Part) -> Query:
    """The documents that a part matches, with what it scores there; a value scores nothing."""
    match part:
        case Lookup():
            query = _subject(part).scored(part.boost, part.fields)
        case Both():
            query = _bool(must=part.parts)
        case Either():
            query = _some([_alone(one) for one in part.parts], part.least)
        case Perhaps():
            query = {"bool": {"must": [scored(part.wanted)], "should": [_alone(part.better)]}}
        case Limited():
            query = _bool(must=[part.scored], only=[part.required])
        case Without():
            query = _bool(must=[part.wanted], never=[part.unwanted])
        case _:
            query = {"bool": {"filter": [matched(part)]}}
    return query


def matched(part: Part) -> Query:
    """The same documents without scores."""
    match part:
        case Lookup():
            query = _subject(part).matched(part.fields)
        case Chosen():
            query = part.query
        case Both():
            query = {"bool": {"filter": [matched(one) for one in part.parts]}}
        case Either():
            query = _some([matched(one) for one in part.parts], part.least)
        case Perhaps():
            query = matched(part.wanted)
        case Limited():
            query = {"bool": {"filter": [matched(part.scored), matched(part.required)]}}
        case Without():
            query = {"bool": {"filter": [matched(part.wanted)], "must_not": [matched(part.unwanted)]}}
        case Complement():
            query = {"bool": {"filter": [{"match_all": {}}], "must_not": [matched(part.part)]}}
        case _:
            raise AssertionError(f"no plan has {part!r}")
    return query


def _alone(part: Part) -> Query:
    """What a part scores that need not match where its parent does: there a value counts, too."""
    if isinstance(part, Chosen):
        return {"constant_score": {"filter": part.query, "boost": part.boost}}
    return scored(part)


def _some(parts: list[Query], least: int) -> Query:
    return {"bool": {"should": parts, "minimum_should_match": least}}


def _bool(*, must: Sequence[Part], only: Sequence[Part] = (), never: Sequence[Part] = ()) -> Query:
    scoring = [scored(one) for one in must if not isinstance(one, (Values, Complement))]
    limits = [matched(one) for one in must if isinstance(one, (Values, Complement))]
    found: Query = {
        "must": scoring,
        "filter": limits + [matched(one) for one in only],
        "must_not": [matched(one) for one in never],
    }
    return {"bool": {name: queries for name, queries in found.items() if queries}}


def conditioned(
    part: Part, condition: Part | None = None, *, adds: bool = False
) -> Iterator[tuple[Lookup | Chosen, Part | None]]:
    """What may score, in the order in which a plan on disk has it, each with the part that must match for it to count: None for the
    whole. adds: a value counts here, too."""
    match part:
        case Lookup():
            yield part, condition
        case Chosen():
            if adds:
                yield part, condition
        case Both():
            for one in part.parts:
                yield from conditioned(one, condition)
        case Either():
            for one in part.parts:
                yield from _alone_conditioned(one, condition)
        case Perhaps():
            yield from conditioned(part.wanted, condition)
            yield from _alone_conditioned(part.better, condition)
        case Limited():
            yield from conditioned(part.scored, condition)
        case Without():
            yield from conditioned(part.wanted, condition)


def _alone_conditioned(part: Part, condition: Part | None) -> Iterator[tuple[Lookup | Chosen, Part | None]]:
    """As of a part that need not match where its parent does."""
    if isinstance(part, (Lookup, Chosen)):
        yield from conditioned(part, condition, adds=True)
    elif isinstance(part, Either) and part.least == 1:
        yield from conditioned(part, condition)
    else:
        yield from conditioned(part, part if condition is None else Both([condition, part]))


def _subject(part: Lookup) -> RemoteGroup:
    """What is looked up, as something that makes queries."""
    return cast("RemoteGroup", part.subject)


def _nowhere() -> Any:
    raise AssertionError("a cluster gives no sets of documents")

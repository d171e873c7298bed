"""How does the score of a document of a cluster come about? Its parts, computed here from the stored text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from searchlib.dates import DAY
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.ranking.execution import (
    Both,
    Complement,
    Either,
    Limited,
    Lookup,
    Part,
    Perhaps,
    Without,
)
from searchlib.ranking.explaining import score_of
from searchlib.remote.layout import MOST_TERMS
from searchlib.remote.plans import Chosen
from searchlib.remote.words import Forms, RemoteGroup, RemotePhrase, chains_of
from searchlib.results.explain import Explanation

if TYPE_CHECKING:
    from searchlib.definitions import Field
    from searchlib.ranking.question import Question
    from searchlib.remote.plans import RemotePlan
    from searchlib.remote.ranker import RemoteRanker

__all__ = ["explain"]


def explain(ranker: RemoteRanker, question: Question, plan: RemotePlan, id: str) -> Explanation | None:
    """The score of a document, 0 when it does not match; None when there is none with the id.

    Raises QueryError when one of the text fields is not stored, RemoteError.
    """
    fields = ranker.definition.text_fields
    unstored = [field.name for field in fields if not field.stored]
    if unstored:
        raise QueryError(f"a score is explained from stored texts, and '{unstored[0]}' is not stored")
    source = ranker.source_of(id, ["stored", "lengths", "date"])
    if source is None:
        return None
    read = _Read(ranker, fields, source, list(_chosen(plan.root)))
    if not read.matches(plan.root):
        return Explanation(0.0, "the document does not match")
    parts = [part for part in map(read.explained, read.counted(plan.root)) if part.value > 0]
    if not parts:
        return Explanation(0.0, "the document matches; nothing in the query gives a score")
    total = Explanation(sum(part.value for part in parts), "the words", "sum", tuple(parts))
    figures = ranker.figures()
    if question.recency is None or figures.newest is None or figures.oldest is None:
        return total
    age = figures.newest - source.get("date", figures.oldest)
    factor = Explanation(max(1e-20, 2.0 ** (-age / (question.recency * DAY))), "what its age leaves")
    return Explanation(total.value * factor.value, "score", "product", (total, factor))


class _Read:
    """A document whose words stand by field: where each of its terms and of its forms is. chosen: the values that a plan asks for."""

    def __init__(
        self, ranker: RemoteRanker, fields: Sequence[Field], source: dict[str, Any], chosen: list[Chosen]
    ) -> None:
        stored = source["stored"]
        self._fields = [field.name for field in fields]
        self._lengths = [float(source["lengths"][name]) for name in self._fields]
        self._terms: list[dict[str, set[int]]] = []
        self._forms: list[dict[str, list[int]]] = []
        for name in self._fields:
            terms: dict[str, set[int]] = {}
            forms: dict[str, list[int]] = {}
            for form, _, _, position, _, _ in tokenize(str(stored.get(name) or "")):
                forms.setdefault(form, []).append(position)
                for term in ranker.analyze(form).terms[:MOST_TERMS]:
                    terms.setdefault(term, set()).add(position)
            self._terms.append(terms)
            self._forms.append(forms)
        own = {"ids": {"values": [stored["id"]]}}
        bodies = [{"size": 0, "query": {"bool": {"filter": [own, one.query]}}} for one in chosen]
        answers = ranker.cluster.msearch(bodies) if bodies else []
        self._has = {
            id(one): answer["hits"]["total"]["value"] > 0 for one, answer in zip(chosen, answers, strict=True)
        }

    def matches(self, part: Part) -> bool:
        """Does the document match a part?"""
        match part:
            case Lookup():
                found = any(sum(counts) > 0 for _, _, _, counts in self._occurrences(part))
            case Chosen():
                found = self._has[id(part)]
            case Both():
                found = all(map(self.matches, part.parts))
            case Either():
                found = sum(map(self.matches, part.parts)) >= part.least
            case Perhaps():
                found = self.matches(part.wanted)
            case Limited():
                found = self.matches(part.scored) and self.matches(part.required)
            case Without():
                found = self.matches(part.wanted) and not self.matches(part.unwanted)
            case Complement():
                found = not self.matches(part.part)
            case _:
                raise AssertionError(f"no plan has {part!r}")
        return found

    def counted(self, part: Part, *, alone: bool = False) -> Iterator[Lookup | Chosen]:
        """What counts in the document. alone: only if the part matches; then a value counts, too."""
        if alone and not self.matches(part):
            return
        match part:
            case Lookup():
                yield part
            case Chosen():
                if alone:
                    yield part
            case Both():
                for one in part.parts:
                    yield from self.counted(one)
            case Either():
                for one in part.parts:
                    yield from self.counted(one, alone=True)
            case Perhaps():
                yield from self.counted(part.wanted)
                yield from self.counted(part.better, alone=True)
            case Limited():
                yield from self.counted(part.scored)
            case Without():
                yield from self.counted(part.wanted)

    def explained(self, part: Lookup | Chosen) -> Explanation:
        """What a part scores."""
        if isinstance(part, Chosen):
            return Explanation(part.boost, part.label)
        subject = cast("RemoteGroup | RemotePhrase | Forms", part.subject)
        weighing = subject.weighing
        measures = weighing.norm(self._lengths)
        found = []
        for what, weight, spread, counts in self._occurrences(part):
            counted = [
                one for one in zip(self._fields, weighing.field_weights, counts, strict=True) if one[2]
            ]
            tf = sum(own * count for _, own, count in counted)
            where = ": " + ", ".join(f"{name} {count} × {own:g}" for name, own, count in counted)
            found.append(score_of(what, part.boost, weight, spread, tf, where, *measures))
        found = [one for one in found if one.value > 0]
        if len(found) == 1:
            return found[0]
        best = max((one.value for one in found), default=0.0)
        return Explanation(best, f"the word '{part.label}', its readings", "largest", tuple(found))

    def _occurrences(self, part: Lookup) -> Iterator[tuple[str, float, str, list[int]]]:
        """(what, its weight, of what that is, how often it is in each text field) of what counts as the word of a part."""
        subject = cast("RemoteGroup | RemotePhrase | Forms", part.subject)
        weighing = subject.weighing
        if isinstance(subject, RemoteGroup):
            for term, share, weight, df in zip(
                subject.terms, subject.shares, subject.weights, subject.dfs, strict=True
            ):
                spread = f"in {df:,} documents" + (
                    "" if share == 1 else f"; {share:g} of it, for it stands in"
                )
                yield (
                    f"the term '{term}'",
                    weight,
                    spread,
                    self._by_field(
                        weighing.field_weights, part.fields, [len(own.get(term, ())) for own in self._terms]
                    ),
                )
        elif isinstance(subject, RemotePhrase):
            counts = [
                sum(self._chained(at, subject, gaps) for gaps in chains_of(len(subject.slots), subject.slop))
                for at in range(len(self._fields))
            ]
            own = self._by_field(weighing.field_weights, subject.mask, counts)
            yield part.label, subject.weight, "the sum of its words'", own
        else:
            counts = [
                sum(len(places) for form, places in own.items() if form in part.forms) for own in self._forms
            ]
            spread = f"in {subject.df:,} documents"
            yield (
                part.label,
                subject.weight,
                spread,
                self._by_field(weighing.field_weights, subject.mask, counts),
            )

    def _by_field(self, weights: Sequence[float], mask: int, counts: Sequence[int]) -> list[int]:
        """Without the fields that do not count."""
        return [
            count if weight and (not mask or mask >> at & 1) else 0
            for at, (weight, count) in enumerate(zip(weights, counts, strict=True))
        ]

    def _chained(self, at: int, phrase: RemotePhrase, gaps: Iterable[int]) -> int:
        """How often the words of a phrase stand in a field so far from each other."""
        places = [self._places(at, slot, phrase.exact) for slot in phrase.slots]
        reached = places[0]
        for gap, here in zip(gaps, places[1:], strict=True):
            reached = {place + gap for place in reached} & here
        return len(reached)

    def _places(self, at: int, words: Collection[str], exact: bool) -> set[int]:
        found: set[int] = set()
        for word in words:
            found.update((self._forms if exact else self._terms)[at].get(word, ()))
        return found


def _chosen(part: Part) -> Iterator[Chosen]:
    """All values that a plan asks for."""
    if isinstance(part, Chosen):
        yield part
        return
    for name in ("parts", "wanted", "better", "unwanted", "scored", "required", "part"):
        found = getattr(part, name, ())
        for one in (found,) if isinstance(found, Part) else found:
            yield from _chosen(one)

"""How do the words of a question stand in a stored document? Found in its text, here, for explanations and for quality="best"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

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
from searchlib.remote.layout import MOST_TERMS, indexed_text
from searchlib.remote.phrases import RemotePhrase
from searchlib.remote.plans import Chosen
from searchlib.remote.weighing import RemoteGroup
from searchlib.remote.words import Forms

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.language.analyzer import Analysis
    from searchlib.remote.cluster import Cluster

__all__ = ["Reading", "chosen_in", "having"]


def having(cluster: Cluster, chosen: Sequence[Chosen], ids: Sequence[str]) -> dict[Chosen, set[str]]:
    """Which of some documents have the values that a plan asks for. Raises RemoteError."""
    if not chosen or not ids:
        return {one: set() for one in chosen}
    own = {"ids": {"values": list(ids)}}
    bodies = [
        {"size": len(ids), "_source": False, "query": {"bool": {"filter": [own, one.query]}}}
        for one in chosen
    ]
    return {
        one: {hit["_id"] for hit in answer["hits"]["hits"]}
        for one, answer in zip(chosen, cluster.msearch(bodies), strict=True)
    }


class Reading:
    """A document whose words stand by field: where each of its terms and of its forms is.

    source: its id, stored fields, lengths and the lines left out; has: whether it has values that a plan asks for.
    Raises QueryError when one of the text fields is not stored.
    """

    def __init__(
        self,
        definition: Definition,
        analyze: Callable[[str], Analysis],
        source: Mapping[str, Any],
        has: Callable[[Chosen], bool],
    ) -> None:
        self._has = has
        self.fields = [field.name for field in definition.text_fields]
        for field in definition.text_fields:
            if not field.stored:
                raise QueryError(f"words are read from stored texts, and '{field.name}' is not stored")
        self.lengths = [float(source["lengths"][name]) for name in self.fields]
        self._terms: list[dict[str, set[int]]] = []
        self._forms: list[dict[str, list[int]]] = []
        for name in self.fields:
            terms: dict[str, set[int]] = {}
            forms: dict[str, list[int]] = {}
            for form, _, _, position, _, _ in tokenize(indexed_text(source, name)):
                forms.setdefault(form, []).append(position)
                for term in analyze(form).terms[:MOST_TERMS]:
                    terms.setdefault(term, set()).add(position)
            self._terms.append(terms)
            self._forms.append(forms)

    def matches(self, part: Part) -> bool:
        """Does the document match a part of a plan?"""
        match part:
            case Lookup():
                found = any(sum(counts) > 0 for _, _, _, counts in self.occurrences(part))
            case Chosen():
                found = self._has(part)
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

    def occurrences(self, part: Lookup) -> Iterator[tuple[str, float, str, list[int]]]:
        """(what, its weight, of what that is, how often it is in each text field) of what counts as the word of a part."""
        subject = cast("RemoteGroup | RemotePhrase | Forms", part.subject)
        if isinstance(subject, RemoteGroup):
            weighed = zip(subject.terms, subject.shares, subject.weights, subject.dfs, strict=True)
            for term, share, weight, df in weighed:
                spread = f"in {df:,} documents" + (
                    "" if share == 1 else f"; {share:g} of it, for it stands in"
                )
                counts = [len(own.get(term, ())) for own in self._terms]
                yield f"the term '{term}'", weight, spread, self._counting(subject, part.fields, counts)
        elif isinstance(subject, RemotePhrase):
            counts = [self._chained(at, subject) for at in range(len(self.fields))]
            own = self._counting(subject, subject.mask, counts)
            yield part.label, subject.weight, "the sum of its words'", own
        else:
            counts = [
                sum(len(places) for form, places in own.items() if form in part.forms) for own in self._forms
            ]
            spread = f"in {subject.df:,} documents"
            yield part.label, subject.weight, spread, self._counting(subject, subject.mask, counts)

    def places(self, at: int, words: Collection[str], *, exact: bool = False) -> set[int]:
        """Where one of some terms, or of forms when exact, stands in a field, by its number."""
        found: set[int] = set()
        for word in words:
            found.update((self._forms if exact else self._terms)[at].get(word, ()))
        return found

    def times(self, at: int, form: str) -> int:
        """How often a form stands in a field."""
        return len(self._forms[at].get(form, ()))

    def _counting(
        self, subject: RemoteGroup | RemotePhrase | Forms, mask: int, counts: Sequence[int]
    ) -> list[int]:
        """Without the fields that do not count."""
        weights = subject.weighing.field_weights
        return [
            count if weight and (not mask or mask >> at & 1) else 0
            for at, (weight, count) in enumerate(zip(weights, counts, strict=True))
        ]

    def _chained(self, at: int, phrase: RemotePhrase) -> int:
        """At how many places of a field a phrase ends."""
        places = [self.places(at, slot, exact=phrase.exact) for slot in phrase.slots]
        reached = places[0]
        for here in places[1:]:
            reached = {place + gap for place in reached for gap in range(1, phrase.slop + 1)} & here
        return len(reached)


def chosen_in(part: Part) -> Iterator[Chosen]:
    """All values that a part of a plan asks for."""
    if isinstance(part, Chosen):
        yield part
        return
    for name in ("parts", "wanted", "better", "unwanted", "scored", "required", "part"):
        found = getattr(part, name, ())
        for one in (found,) if isinstance(found, Part) else found:
            yield from chosen_in(one)

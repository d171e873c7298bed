"""What is written about more than before? Terms and names that rise against their background.

Of every term the documents of a period are counted that have it, and those before the period: trends.h, which says how surely a term
rises. The first of them are looked up in documents of the period that have them, where it is seen how they are written and which stand
side by side, all with capitals or none; what is a name by that is verified by the count of the documents that have it as a phrase.

With a query both sets are what it finds: what is new in its subject, and not what its subject is. The documents are those of an index on disk
(periods.py) or of a cluster (searchlib/remote/trends.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from searchlib.dates import iso_text
from searchlib.language._tokens import tokenize
from searchlib.ranking._trends import likelihood
from searchlib.results.trends import Trend, Trends

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis

__all__ = ["LEAST", "SURELY", "Counts", "Period", "Place", "Rise", "is_word", "trends_of"]

LEAST: Final = 3
"""Documents of the period that have it: fewer tell nothing."""

SURELY: Final = 6.63
"""G2 that it is to have; p < 0.01."""

_DEPTH: Final = 3  # times as many terms are looked up as are wanted, since several may be one name
_LOOKS: Final = 6  # documents in which a term is looked up
_SPREAD: Final = 60  # of the first so many they are taken, evenly
_MOST_WORDS: Final = 3  # of a name
_SHARE: Final = 0.5  # of a word's documents that must have the name, for the word to be a part of it

Place = tuple[int, int]
"""Of a document: places are in the order in which documents were added."""

Rise = tuple[float, str, int, int]
"""G2, term, documents of the period and those before it that have it."""


class Counts(NamedTuple):
    """documents: of the period that have something; background: of those before it; where: the former, for by_day()."""

    documents: int
    background: int
    where: Any


class Period(Protocol):
    """The documents of a period and those before it.

    since: its first second; until: the first behind it, None when it has no end; newest: the date of the newest document that was asked for,
    whenever; None: none has a date. first, second: documents of the period, and before it; whole: the former, for by_day(). fields: the text
    fields that are stored.
    """

    since: int
    until: int | None
    newest: int | None
    first: int
    second: int
    whole: Any
    fields: Sequence[str]

    def analyze(self, form: str) -> Analysis:
        """The terms of a form, as documents have them."""

    def rising(self, wanted: int) -> Iterable[Rise]:
        """The terms that are words and rise, LEAST and SURELY: at least the surest so many, of equal ones the first by their letters; in any order."""

    def having(self, terms: Collection[str], most: int) -> Mapping[str, Sequence[Place]]:
        """The first documents of the period that have each term, up to so many. terms: that rise."""

    def stored(self, places: Sequence[Place]) -> Iterable[Mapping[str, Any]]:
        """What is stored of documents."""

    def usual_forms(self, terms: Collection[str]) -> Mapping[str, str]:
        """A frequent form of each term, as far as it is known without texts."""

    def with_term(self, term: str) -> Any:
        """The documents of the period that have a term, for by_day()."""

    def side_by_side(self, names: Sequence[Sequence[str]]) -> Sequence[Counts]:
        """The documents that have the words of each name side by side. names: of forms."""

    def by_day(self, wheres: Sequence[Any]) -> Sequence[Sequence[tuple[str, int]]]:
        """How many documents of each there are on each day."""


@dataclass(slots=True, eq=False)
class _Rising:
    """A term that rises, and how the documents that were looked at write it: so many of them have it."""

    score: float
    term: str
    documents: int
    background: int
    looks: int = 0
    written: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)

    @property
    def form(self) -> str:
        return self.forms.most_common(1)[0][0] if self.forms else self.term


@dataclass(slots=True, eq=False)
class _Name:
    """Words that stand side by side, in so many of the documents that were looked at."""

    words: tuple[_Rising, ...]
    looks: int = 0
    written: Counter[str] = field(default_factory=Counter)
    score: float = 0.0
    counts: Counts | None = None  # once they are known


class _Found(NamedTuple):
    """What will be a trend."""

    text: str
    terms: tuple[str, ...]
    score: float
    counts: Counts


def trends_of(period: Period, limit: int) -> Trends:
    """The surest that rise in a period. Raises what its documents raise."""
    found = _Search(period).found(limit) if period.first and period.second else []
    since, until, newest = period.since, period.until, period.newest
    counts, *days = period.by_day([period.whole, *(one.counts.where for one in found)])
    return Trends(
        tuple(
            Trend(one.text, one.terms, one.counts.documents, one.counts.background, one.score, tuple(by_day))
            for one, by_day in zip(found, days, strict=True)
        ),
        iso_text(since)[:10],
        iso_text(until - 1)[:10] if until is not None else iso_text(max(newest or since, since))[:10],
        period.first,
        period.second,
        tuple(counts),
        None if newest is None else iso_text(newest)[:10],
    )


class _Search:
    """Finds what rises in one set of documents against another."""

    def __init__(self, period: Period) -> None:
        self._period = period

    def found(self, limit: int) -> list[_Found]:
        period, wanted = self._period, limit * _DEPTH
        terms = sorted(period.rising(wanted), key=lambda one: (-one[0], one[1]))
        chosen = [_Rising(*one) for one in terms[:wanted]]
        names, inside = self._look(chosen)
        unseen = {one.term: one for one in chosen if not one.forms}
        for term, form in period.usual_forms(unseen).items():
            unseen[term].forms[form] += 1
        chosen = [one for one in chosen if not period.analyze(one.form)[1]]
        chosen = [one for one in chosen if 2 * inside[one.term] <= one.written.total()]
        kept = self._named(chosen, names)
        kept.sort(key=lambda one: (-one.score, one.terms))
        return kept[:limit]

    def _look(self, chosen: Sequence[_Rising]) -> tuple[dict[tuple[str, ...], _Name], Counter[str]]:
        """Looks the terms up in documents of the period.

        Returns what stands side by side, and of each term how many of its words are those of another as well: as another
        reading, or as a part of a word with a hyphen.
        """
        names: dict[tuple[str, ...], _Name] = {}
        inside: Counter[str] = Counter()
        by_term = {one.term: one for one in chosen}
        having = self._period.having(by_term, _SPREAD)
        places = {place for found in having.values() for place in _some(found)}
        for stored in self._period.stored(sorted(places)):
            seen: set[str] = set()
            beside: set[tuple[str, ...]] = set()
            for name in self._period.fields:
                text = str(stored.get(name) or "")
                line: list[tuple[_Rising, int]] = []  # words side by side, and where they begin
                last, end_of_whole = -1, 0
                for form, start, end, position, _, whole in tokenize(text):
                    here = [by_term[term] for term in self._period.analyze(form).terms if term in by_term]
                    here.sort(key=lambda one: (-one.score, one.term))
                    for one in here:
                        one.written[text[start:end]] += 1
                        one.forms[form] += 1
                        inside[one.term] += one is not here[0] or (not whole and end <= end_of_whole)
                    seen.update(one.term for one in here)
                    if whole:
                        end_of_whole = end if here else end_of_whole
                        continue
                    if position != last + 1 or not here:
                        line = []
                    last = position
                    if not here:
                        continue
                    line = [*line, (here[0], start)][-_MOST_WORDS:]
                    for words in (line[at:] for at in range(len(line) - 1)):
                        key = tuple(one.term for one, _ in words)
                        if len(set(key)) == len(key):
                            side_by_side = names.setdefault(key, _Name(tuple(one for one, _ in words)))
                            side_by_side.written[" ".join(text[words[0][1] : end].split())] += 1
                            beside.add(key)
            for term in seen:
                by_term[term].looks += 1
            for key in beside:
                names[key].looks += 1
        return names, inside

    def _named(self, chosen: Sequence[_Rising], names: dict[tuple[str, ...], _Name]) -> list[_Found]:
        """The terms as trends, those of them that are parts of one name as that name."""
        there = set(map(id, chosen))
        parts: set[str] = set()
        found: list[_Found] = []
        for name in self._verified([one for one in names.values() if all(id(w) in there for w in one.words)]):
            terms = tuple(word.term for word in name.words)
            if parts.intersection(terms):
                continue  # of a longer name, or a more frequent one
            parts.update(terms)
            assert name.counts is not None
            found.append(_Found(_most(name.written), terms, name.score, name.counts))
        for one in chosen:
            if one.term not in parts:
                text = _most(one.written) if one.written else one.form
                counts = Counts(one.documents, one.background, self._period.with_term(one.term))
                found.append(_Found(text, (one.term,), one.score, counts))
        return found

    def _verified(self, names: Sequence[_Name]) -> Iterator[_Name]:
        """Those that most of the documents have that have any of their words; long ones first, then those that rise most."""
        period = self._period
        worth = [
            name
            for name in names
            if all(name.looks >= _SHARE * word.looks / 2 for word in name.words)
            and not _is_mixed(_most(name.written))
        ]
        counted = period.side_by_side([[word.form for word in name.words] for name in worth])
        sure: list[_Name] = []
        for name, counts in zip(worth, counted, strict=True):
            documents, background, _ = counts
            if documents < LEAST or any(documents < _SHARE * word.documents for word in name.words):
                continue
            name.counts = counts
            name.score = likelihood(documents, period.first, background, period.second)
            if name.score > SURELY:
                sure.append(name)
        yield from sorted(sure, key=lambda one: (-len(one.words), -one.score, _most(one.written)))


def _some(places: Sequence[Place]) -> Sequence[Place]:
    return places[:: max(1, len(places) // _LOOKS)][:_LOOKS]


def is_word(term: str) -> bool:
    """Neither a number nor a letter."""
    return len(term) > 1 and any(letter.isalpha() for letter in term)


def _is_mixed(written: str) -> bool:
    """Do some of its words begin with a capital and others with a small letter? It is more than a name, or less."""
    firsts = [word.lstrip("«“\"'(")[:1] for word in written.split()]
    return any(map(str.isupper, firsts)) and any(map(str.islower, firsts))


def _most(written: Counter[str]) -> str:
    """The most frequent, of several the first by their letters."""
    return min(written, key=lambda text: (-written[text], text))

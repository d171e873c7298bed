"""What is written about more than before? Terms and names that rise against their background.

Of every term the documents of a period are counted that have it, and those before the period: trends.h, which says how surely a term
rises. The first of them are looked up in documents of the period that have them, where it is seen how they are written and which stand
side by side, all with capitals or none; what is a name by that is verified by the count of the documents that have it as a phrase.

With a query both sets are what it finds: what is new in its subject, and not what its subject is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from searchlib.dates import iso_text
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.tree import DateRange
from searchlib.ranking._matches import group_bits, occurrence_bits
from searchlib.ranking._trends import likelihood, rising, usual_forms
from searchlib.results.trends import Trend, Trends

if TYPE_CHECKING:
    from searchlib.ranking._bits import Bits
    from searchlib.ranking.question import Question
    from searchlib.ranking.ranker import Ranker

__all__ = ["trends_of"]

_LEAST: Final = 3  # documents of the period that have it: fewer tell nothing
_SURELY: Final = 6.63  # G2; p < 0.01
_DEPTH: Final = 3  # times as many terms are looked up as are wanted, since several may be one name
_LOOKS: Final = 6  # documents in which a term is looked up
_SPREAD: Final = 60  # of the first so many they are taken, evenly
_MOST_WORDS: Final = 3  # of a name
_SHARE: Final = 0.5  # of a word's documents that must have the name, for the word to be a part of it


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
    bits: Bits | None = None  # of the documents of the period, once they are counted
    score: float = 0.0
    background: int = 0


def trends_of(ranker: Ranker, question: Question, since: int, until: int | None, limit: int) -> Trends:
    """What rises from the second `since` on to `until`, which is the first behind the period, in the documents that a question finds.

    Raises QueryError for an index without dates, CorruptIndexError.
    """
    date = ranker.snapshot.manifest.definition.date_field
    if date is None:
        raise QueryError("trends need a date field, and this index has none")
    columns = ranker.columns
    plan = ranker.plan(question, ranker.usual)
    assert plan is not None  # there is no deadline
    asked = plan.root.bits
    period = asked & columns.bits_of(DateRange(date.name, since, until))
    before = asked & columns.bits_of(DateRange(date.name, None, since))
    newest = next(
        (place[0] for place in columns.sorted(asked, f"-{date.name}", 1) if isinstance(place[0], int)), None
    )
    found = _Search(ranker, period, before).found(limit)
    return Trends(
        tuple(found),
        iso_text(since)[:10],
        iso_text(until - 1)[:10] if until is not None else iso_text(max(newest or since, since))[:10],
        len(period),
        len(before),
        tuple(columns.facet(period, date.name)),
        None if newest is None else iso_text(newest)[:10],
    )


class _Search:
    """Finds what rises in one set of documents against another."""

    def __init__(self, ranker: Ranker, period: Bits, before: Bits) -> None:
        self._ranker = ranker
        self._lexicon = ranker.usual.lexicon
        self._period = period
        self._before = before
        self._first, self._second = len(period), len(before)
        self._texts: dict[tuple[int, int], list[str]] = {}
        definition = ranker.snapshot.manifest.definition
        self._fields = [one.name for one in definition.text_fields if one.stored]
        assert definition.date_field is not None
        self._date = definition.date_field.name

    def found(self, limit: int) -> list[Trend]:
        if not self._first or not self._second or not limit:
            return []
        terms = rising(self._lexicon.searcher, self._period, self._before, _LEAST, _SURELY)
        terms.sort(key=lambda one: (-one[0], one[1]))
        chosen = [_Rising(*one) for one in terms if _is_word(one[1])][: limit * _DEPTH]
        names, inside = self._look(chosen)
        self._recall([one for one in chosen if not one.forms])
        chosen = [one for one in chosen if not self._lexicon.meaning(one.form)[1]]
        chosen = [one for one in chosen if 2 * inside[one.term] <= one.written.total()]
        kept = self._named(chosen, names)
        kept.sort(key=lambda one: (-one.score, one.terms))
        return kept[:limit]

    def _bits(self, term: str) -> Bits:
        return group_bits(self._lexicon.searcher.group((term,)))

    def _recall(self, chosen: Sequence[_Rising]) -> None:
        """Where no text is stored: the most frequent form, from the segment with the most documents that has it."""
        left = {one.term: one for one in chosen}
        for segment in sorted(self._ranker.snapshot.segments, key=lambda one: -one.file.documents):
            if not left:
                break
            for term, form in usual_forms(segment.file, left).items():
                left.pop(term).forms[form] += 1

    def _look(self, chosen: Sequence[_Rising]) -> tuple[dict[tuple[str, ...], _Name], Counter[str]]:
        """Looks the terms up in documents of the period.

        Returns what stands side by side, and of each term how many of its words are those of another as well: as another
        reading, or as a part of a word with a hyphen.
        """
        names: dict[tuple[str, ...], _Name] = {}
        inside: Counter[str] = Counter()
        by_term = {one.term: one for one in chosen}
        places = {place for one in chosen for place in self._some(self._bits(one.term) & self._period)}
        for segment, doc in sorted(places):
            stored = self._ranker.snapshot.segments[segment].stored[doc]
            seen: set[str] = set()
            beside: set[tuple[str, ...]] = set()
            for name in self._fields:
                text = str(stored.get(name) or "")
                line: list[tuple[_Rising, int]] = []  # words side by side, and where they begin
                last, end_of_whole = -1, 0
                for form, start, end, position, _, whole in tokenize(text):
                    here = [by_term[term] for term in self._ranker.analyze(form).terms if term in by_term]
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

    def _some(self, bits: Bits) -> list[tuple[int, int]]:
        places = bits.first(_SPREAD)
        return places[:: max(1, len(places) // _LOOKS)][:_LOOKS]

    def _named(self, chosen: Sequence[_Rising], names: dict[tuple[str, ...], _Name]) -> list[Trend]:
        """The terms as trends, those of them that are parts of one name as that name."""
        there = set(map(id, chosen))
        parts: set[str] = set()
        found: list[Trend] = []
        for name in self._verified([one for one in names.values() if all(id(w) in there for w in one.words)]):
            terms = tuple(word.term for word in name.words)
            if parts.intersection(terms):
                continue  # of a longer name, or a more frequent one
            parts.update(terms)
            assert name.bits is not None
            found.append(self._trend(_most(name.written), terms, name.bits, name.background, name.score))
        for one in chosen:
            if one.term not in parts:
                text = _most(one.written) if one.written else one.form
                bits = self._bits(one.term) & self._period
                found.append(self._trend(text, (one.term,), bits, one.background, one.score))
        return found

    def _trend(self, text: str, terms: tuple[str, ...], bits: Bits, background: int, score: float) -> Trend:
        counts = tuple(self._ranker.columns.facet(bits, self._date))
        return Trend(text, terms, len(bits), background, score, counts)

    def _verified(self, names: Sequence[_Name]) -> Iterator[_Name]:
        """Those that most of the documents have that have any of their words; long ones first, then those that rise most."""
        sure: list[_Name] = []
        for name in names:
            if any(name.looks < _SHARE * word.looks / 2 for word in name.words) or _is_mixed(
                _most(name.written)
            ):
                continue  # not worth a count
            phrase = self._lexicon.phrase([word.form for word in name.words]).occurrences
            bits = occurrence_bits(phrase)
            name.bits = bits & self._period
            documents = len(name.bits)
            if documents < _LEAST or any(documents < _SHARE * word.documents for word in name.words):
                continue
            name.background = len(bits & self._before)
            name.score = likelihood(documents, self._first, name.background, self._second)
            if name.score > _SURELY:
                sure.append(name)
        yield from sorted(sure, key=lambda one: (-len(one.words), -one.score, _most(one.written)))


def _is_word(term: str) -> bool:
    return len(term) > 1 and any(letter.isalpha() for letter in term)


def _is_mixed(written: str) -> bool:
    """Do some of its words begin with a capital and others with a small letter? It is more than a name, or less."""
    firsts = [word.lstrip("«“\"'(")[:1] for word in written.split()]
    return any(map(str.isupper, firsts)) and any(map(str.islower, firsts))


def _most(written: Counter[str]) -> str:
    """The most frequent, of several the first by their letters."""
    return min(written, key=lambda text: (-written[text], text))

"""The oracle of queries: what a tree matches and how it scores, over plain Python lists. Slow and meant to be read.

Every text is cut into words once; every node of searchlib.query.tree is then asked of every document. A result is a
mapping from the numbers of the documents that match to their scores. What is left open elsewhere is decided here:

  - Leaving out stop words means: as if they had not been written. A group of which one part is left is that part.
  - Loose is the word that is the whole query, when any word will do, or a direct part of any Any without a count, but not
    in an exclusion. Behind any other node a word is strict.
  - Of a word of several tokens the stop words are left out in an exclusion too.
  - Exact words are never left out, stop words or not, nor phrases, be they of one word.
  - Occurrences of a pattern or a fuzzy word are words: one that fits a hyphenated word and its first part has two
    occurrences there, but one when they have a term in common. Those of a phrase are positions.
  - Fuzzy: a swap is of letters that are neighbours in both words (optimal string alignment).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any as Anything

from searchlib.dates import iso_text
from searchlib.definitions import NEWS, Definition
from searchlib.documents import prepare
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize
from searchlib.query.dates import date_span
from searchlib.query.parser import parse
from searchlib.query.tree import (
    All,
    Any,
    DateRange,
    Everything,
    Except,
    Fuzzy,
    Keyword,
    KeywordRange,
    Maybe,
    Node,
    Not,
    Nothing,
    Pattern,
    Phrase,
    Require,
    Word,
)

Scores = dict[int, float]  # document -> score of those that match
LENGTHS = {"year": 4, "month": 7, "day": 10}  # of an ISO date


@dataclass(frozen=True, slots=True)
class Place:
    """A word of a text, or of a query."""

    form: str
    position: int
    whole: bool
    terms: tuple[str, ...]
    stop: bool


Slot = Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gives; `hits` are (id, score)."""

    hits: list[tuple[str, float]]
    total: int
    facets: Callable[[str, str | None], dict[str, int]]


class NaiveArchive:
    """Documents, and every answer about them."""

    def __init__(self, records: Iterable[Mapping[str, Anything]], definition: Definition = NEWS) -> None:
        self.definition = definition
        self.documents = [prepare(record, definition) for record in records]
        self._analyzer = Analyzer(definition.languages)
        self.weights = {field.name: field.weight for field in definition.text_fields}
        self.texts = [  # document -> field -> places
            {name: self._places(text) for name, text in zip(self.weights, document.texts, strict=True)}
            for document in self.documents
        ]
        self._frequencies: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._counted: dict[Node, Scores] = {}  # what was asked before: it is the same again
        lengths = []
        for number, fields in enumerate(self.texts):
            length = 0.0
            for name, places in fields.items():
                length += self.weights[name] * sum(not place.whole and not place.stop for place in places)
                for place in places:
                    for term in set(place.terms):
                        self._frequencies[name, term][number] += 1
            lengths.append(length)
        average = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
        k1, b = definition.k1, definition.b
        self.norms = [k1 * (1 - b + b * length / average) for length in lengths]

    # What a person asks

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        match: str | int | None = None,
        lenient: bool = False,
        since: str | None = None,
        until: str | None = None,
        lang: str | Sequence[str] | None = None,
        source: str | Sequence[str] | None = None,
        tags: str | Sequence[str] | None = None,
        sort: str | None = None,
        now: datetime | None = None,
    ) -> Answer:
        moment = now or datetime.now(UTC)
        by_date = sort in ("newest", "oldest")
        match = match or ("all" if by_date else "any")
        tree = parse(query, self.definition, match=match, lenient=lenient, now=moment)
        scores = self.scores(tree, loose=match == "any")
        if since is not None or until is not None:
            start = None if since is None else date_span(since, moment)[0]
            end = None if until is None else date_span(until, moment)[1]
            scores = {doc: score for doc, score in scores.items() if self._dated(doc, start, end)}
        for name, given in (("lang", lang), ("source", source), ("tags", tags)):
            if given is not None:
                wanted = {given} if isinstance(given, str) else set(given)
                scores = {
                    doc: score for doc, score in scores.items() if wanted & set(self._values(doc, name))
                }
        order = sorted(scores, key=lambda doc: (-scores[doc], doc))
        if by_date:
            order = sorted(scores, key=lambda doc: self._age(doc, newest=sort == "newest"))
        shown = order[offset : offset + limit]
        return Answer(
            [(self.documents[doc].id, scores[doc]) for doc in shown],
            len(scores),
            lambda field, by: self._facet(scores, field, by),
        )

    def _age(self, doc: int, *, newest: bool) -> tuple[bool, int, int]:
        date = self.documents[doc].date
        return date is None, 0 if date is None else -date if newest else date, doc

    def _facet(self, found: Iterable[int], field: str, by: str | None) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for doc in found:
            if by is None:
                counts.update(self._values(doc, field))
            elif (date := self.documents[doc].date) is not None:
                counts[iso_text(date)[: LENGTHS[by]]] += 1
        return dict(counts)

    # What a tree matches

    def scores(self, tree: Node, *, loose: bool = True) -> Scores:
        return self._scores(self._without_stop_words(tree) or tree, loose=loose)

    def _without_stop_words(self, node: Node) -> Node | None:  # noqa: PLR0911  one for each kind of node
        """The tree as if its words that are stop words alone had not been written; None: there were no others."""
        match node:
            case Word(exact=False):
                return None if all(place.stop for place in self._places(node.text)) else node
            case All(parts):
                left = [part for part in map(self._without_stop_words, parts) if part is not None]
                return All(tuple(left)) if len(left) > 1 else left[0] if left else None
            case Any(parts, least):
                left = [part for part in map(self._without_stop_words, parts) if part is not None]
                least = max(1, least - (len(parts) - len(left)))
                return Any(tuple(left), least) if len(left) > 1 else left[0] if left else None
            case Maybe(one, other) | Require(one, other):
                first, second = self._without_stop_words(one), self._without_stop_words(other)
                if first is None or second is None:
                    return first or second
                return type(node)(first, second)
            case Except(wanted, unwanted):
                first = self._without_stop_words(wanted)
                return None if first is None else Except(first, unwanted)
        return node

    def _scores(  # noqa: PLR0911  one for each kind of node
        self, node: Node, *, loose: bool = False, adds: bool = False, excluded: bool = False
    ) -> Scores:
        """loose: any token of a word will do; adds: a value or a date adds its boost; excluded: it is in an exclusion."""
        match node:
            case All(parts):
                found = [self._scores(part, excluded=excluded) for part in parts]
                return _summed(found, len(found))
            case Any(parts, least):
                loose = least == 1 and not excluded
                found = [self._scores(part, loose=loose, adds=True, excluded=excluded) for part in parts]
                return _summed(found, least)
            case Not(part):
                inside = self._scores(part, excluded=True)
                return {doc: 0.0 for doc in self._all() if doc not in inside}
            case Except(wanted, unwanted):
                outside = self._scores(unwanted, excluded=True)
                kept = self._scores(wanted, excluded=excluded)
                return {doc: score for doc, score in kept.items() if doc not in outside}
            case Maybe(wanted, better):
                lift = self._scores(better, adds=True, excluded=excluded)
                base = self._scores(wanted, excluded=excluded)
                return {doc: score + lift.get(doc, 0.0) for doc, score in base.items()}
            case Require(scored, required):
                needed = self._scores(required, excluded=excluded)
                kept = self._scores(scored, excluded=excluded)
                return {doc: score for doc, score in kept.items() if doc in needed}
            case Word(exact=False):
                return self._word(node, loose=loose)
            case Word() | Phrase() | Fuzzy():
                return self._occurring(node)
            case Pattern() if node.field is None or node.field in self.weights:
                return self._occurring(node)
            case Nothing():
                return {}
        return {doc: node.boost if adds else 0.0 for doc in self._all() if self._has(doc, node)}

    def _word(self, node: Word, *, loose: bool) -> Scores:
        wholes = [place for place in self._places(node.text) if place.whole and not place.stop]
        places = [place for place in self._places(node.text) if loose or not place.whole]
        places = [place for place in places if not place.stop] or wholes or places  # "из-за" is no stop word
        groups = [self._group(place.terms, node.field, node.boost) for place in places]
        return _summed(groups, 1 if loose else len(groups))

    def _group(self, terms: Sequence[str], field: str | None, boost: float) -> Scores:
        best: Scores = {}
        for term in terms:
            df = len(self._frequency(term, self.weights))
            for doc, tf in self._frequency(term, [field] if field else self.weights).items():
                best[doc] = max(best.get(doc, 0.0), boost * self._bm25(doc, tf, df))
        return best

    def _frequency(self, term: str, fields: Iterable[str]) -> Scores:
        """Document -> weighted tf."""
        found: Scores = {}
        for field in fields:
            for doc, count in self._frequencies.get((field, term), {}).items():
                found[doc] = found.get(doc, 0.0) + self.weights[field] * count
        return found

    def _occurring(self, node: Word | Phrase | Pattern | Fuzzy) -> Scores:
        """What counts as one pseudo term: its occurrences are counted as if it were a word. A phrase has the idfs of its words."""
        places = [place for place in self._places(node.text) if not place.whole]
        if isinstance(node, Phrase) and not node.exact and len(places) == 1:
            return self._group(places[0].terms, node.field, node.boost)
        bare = replace(node, boost=1.0, span=(0, 0))
        if bare not in self._counted:
            self._counted[bare] = self._count(bare)
        frequency = self._counted[bare]
        if isinstance(node, (Word, Phrase)) and len(places) > 1:
            idf = sum(max(self._idf_of(term) for term in place.terms) for place in places)
        else:
            idf = self._idf(len(frequency))
        return {doc: node.boost * idf * tf / (tf + self.norms[doc]) for doc, tf in frequency.items()}

    def _idf_of(self, term: str) -> float:
        """0 when nobody wrote it."""
        df = len(self._frequency(term, self.weights))
        return self._idf(df) if df else 0.0

    def _count(self, node: Word | Phrase | Pattern | Fuzzy) -> Scores:
        """Document -> weighted number of occurrences."""
        slots, slop = self._slots(node)
        frequency: Scores = {}
        for doc, texts in enumerate(self.texts):
            for field in [node.field] if node.field else self.weights:
                if isinstance(node, (Pattern, Fuzzy)):
                    count = _standing(texts[field], slots[0])
                else:
                    count = _occurrences(texts[field], slots, slop)
                if count:
                    frequency[doc] = frequency.get(doc, 0.0) + self.weights[field] * count
        return frequency

    def _slots(self, node: Word | Phrase | Pattern | Fuzzy) -> tuple[list[Slot], int]:
        match node:
            case Pattern():
                fits = _pattern(_folded(node.text))
                return [lambda place: fits(place.form)], 1
            case Fuzzy(text, _, distance, prefix):
                word = tokenize(text)[0][0]  # the whole when it is a hyphenated word
                return [
                    lambda place: (
                        place.form[:prefix] == word[:prefix] and _distance(place.form, word) <= distance
                    )
                ], 1
        places = [place for place in self._places(node.text) if not place.whole]
        return [_slot(place, node.exact) for place in places], node.slop if isinstance(node, Phrase) else 1

    def _bm25(self, doc: int, tf: float, df: int) -> float:
        return self._idf(df) * tf / (tf + self.norms[doc])

    def _idf(self, df: int) -> float:
        return math.log(1 + (len(self.documents) - df + 0.5) / (df + 0.5))

    def _has(self, doc: int, node: Node) -> bool:
        """What matches without counting."""
        match node:
            case Everything():
                return True
            case Keyword(field, value):
                return value in self._values(doc, field)
            case Pattern(text, str(field)):
                return any(map(_pattern(text), self._values(doc, field)))
            case KeywordRange():
                return any(_inside(value, node) for value in self._values(doc, node.field))
            case DateRange(_, start, end):
                return self._dated(doc, start, end)
        raise AssertionError(f"no such node: {node}")

    def _dated(self, doc: int, start: int | None, end: int | None) -> bool:
        date = self.documents[doc].date
        return date is not None and (start is None or start <= date) and (end is None or date < end)

    def _values(self, doc: int, field: str) -> Sequence[str]:
        document = self.documents[doc]
        if field == "id":
            return (document.id,)
        names = [one.name for one in self.definition.keyword_fields]
        return document.keywords[names.index(field)]

    def _all(self) -> range:
        return range(len(self.documents))

    def _places(self, text: str) -> list[Place]:
        return [
            Place(form, position, whole, *self._analyzer.analyze(form))
            for form, _, _, position, _, whole in tokenize(text)
        ]


def _summed(found: Sequence[Scores], least: int) -> Scores:
    """The documents in at least `least` of the results, with the sum of their scores."""
    sums: Scores = {}
    counts: Counter[int] = Counter()
    for scores in found:
        for doc, score in scores.items():
            sums[doc] = sums.get(doc, 0.0) + score
            counts[doc] += 1
    return {doc: score for doc, score in sums.items() if counts[doc] >= least}


def _slot(wanted: Place, exact: bool) -> Slot:
    if exact:
        return lambda place: place.form == wanted.form
    return lambda place: not set(place.terms).isdisjoint(wanted.terms)


def _standing(places: Sequence[Place], slot: Slot) -> int:
    """How many words stand there? A hyphenated one and its first part are two, unless they have a term in common."""
    found = [place for place in places if slot(place)]
    parts = {(place.position, term) for place in found if not place.whole for term in place.terms}
    return sum(not place.whole or (place.position, place.terms[0]) not in parts for place in found)


def _occurrences(places: Sequence[Place], slots: Sequence[Slot], slop: int) -> int:
    """At how many positions does a chain through the slots end?"""
    ends: set[int] | None = None
    for slot in slots:
        here = {place.position for place in places if slot(place)}
        if ends is not None:
            here = {at for at in here if any(0 < at - end <= slop for end in ends)}
        ends = here
    return len(ends or ())


def _pattern(text: str) -> Callable[[str], bool]:
    signs = {"*": ".*", "?": "."}
    expression = re.compile("".join(signs.get(sign) or re.escape(sign) for sign in text), re.DOTALL)
    return lambda value: expression.fullmatch(value) is not None


def _folded(pattern: str) -> str:
    """Letter by letter as the tokeniser folds a word; hyphens and apostrophes stay."""
    letters = []
    for sign in unicodedata.normalize("NFC", pattern):
        tokens = tokenize(sign)
        if tokens:
            letters.append(tokens[0][0])
        elif sign in "*?-'":
            letters.append(sign)
        elif sign == "’":
            letters.append("'")
    return "".join(letters)


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace, or swap with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _inside(value: str, node: KeywordRange) -> bool:
    above = node.low is None or value > node.low or (value == node.low and node.low_included)
    below = node.high is None or value < node.high or (value == node.high and node.high_included)
    return above and below

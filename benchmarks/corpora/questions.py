"""What is asked in each class of question? Questions about an archive, made from its seed, and what people have asked elsewhere.

A question is a pure function of (seed, number of documents, class, number), so that every run asks the same. Words
are written in small letters and without ё, so that no word is an operator and no engine is asked what only
searchlib's analysis would find. Phrases are real sequences of a document's text, of neighbours with nothing but a blank
between them and not all function words: half from anywhere, mostly there once, half of the commonest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Literal, Protocol

from benchmarks.corpora.archive import Article, Language, Query

_REMEMBERED = 2000  # documents
_LONG = range(8, 15)  # words of a long question
BAG = "bag of 2 to 6 words"  # the class that everything is measured with
_COUNTED, _COMMON = 1000, 200  # documents in which sequences are counted, and those taken for common
_ALPHABETS: dict[Language, str] = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
}

_WORD = re.compile(r"[^\W_]+")

How = Literal["any", "all", "phrase", "prefix", "fuzzy"]
Wanted = Literal["best", "newest", "facets", "total"]


@dataclass(frozen=True, slots=True)
class Question:
    """Words, how they are to match, what may match, and what is wanted.

    best and newest: ids of the first ``top``. facets: matches by source and their total. total: the number of matches.
    since and until are ISO days, both included.
    """

    language: Language
    words: tuple[str, ...]
    how: How = "any"
    wanted: Wanted = "best"
    top: int = 10
    since: str | None = None
    until: str | None = None
    lang: Language | None = None
    source: str | None = None
    tag: str | None = None


class About(Protocol):
    """What questions are made from: documents, numbered from 0, and what is known of them all. sources: by language."""

    seed: int
    first_day: date
    days: int

    @property
    def sources(self) -> Mapping[Language, Sequence[str]]: ...

    @property
    def tags(self) -> Sequence[str]: ...

    def language(self, number_: int, /) -> Language: ...

    def article(self, number_: int, /) -> Article: ...

    def queries(self, count: int, documents: int) -> Iterator[Query]:
        """Queries of 1 to 6 words about the first documents, by turns in both languages."""
        ...

    def function_words(self, language: Language) -> frozenset[str]: ...


def folded(text: str) -> str:
    """Small letters, and е for ё as most newspapers print it."""
    return text.lower().replace("ё", "е")


class Classes:
    """The classes of questions about the first ``documents`` documents of an archive."""

    def __init__(self, archive: About, documents: int) -> None:
        self._archive = archive
        self._documents = documents
        self._article = lru_cache(_REMEMBERED)(archive.article)
        self._asked: list[Query] = []  # the first queries of the archive, which several classes are made of
        self._function = {
            language: frozenset(map(folded, self._archive.function_words(language)))
            for language in _ALPHABETS
        }

    def questions(self, count: int) -> dict[str, list[Question]]:
        """``count`` questions of each class, by the name of the class."""
        bags = [self._bag(query) for query in self._queries(count, range(2, 7))]
        draws: dict[str, Iterator[Question]] = {
            "one word": (self._bag(query) for query in self._queries(count, range(1, 2))),
            BAG: iter(bags),
            "bag, top 100": (replace(bag, top=100) for bag in bags),
            "bag, top 1,000": (replace(bag, top=1000) for bag in bags),
            "long natural question": self._long(count),
            "AND of 2": self._all(count, 2),
            "AND of 3": self._all(count, 3),
            "phrase of 2": self._phrases(2),
            "phrase of 3": self._phrases(3),
            "prefix of 3 to 6 letters": self._prefixes(count),
            "fuzzy, one letter": self._misspelt(count),
            "bag, a year": self._limited(bags, self._year),
            "bag, one language": (replace(bag, lang=bag.language) for bag in bags),
            "bag, one source": self._limited(bags, self._source),
            "bag, one tag": self._limited(bags, self._tag),
            "bag, newest first": (replace(bag, wanted="newest") for bag in bags),
            "bag, facets and total": (replace(bag, wanted="facets") for bag in bags),
            "bag, total": (replace(bag, wanted="total") for bag in bags),
        }
        return {name: list(islice(drawn, count)) for name, drawn in draws.items()}

    def _random(self, stream: int) -> Random:
        return Random((self._archive.seed << 8) | stream)

    def _queries(self, count: int, lengths: range) -> Iterator[Query]:
        """Queries of the archive with so many words; a sixth of all has 1, a sixth 2 and so on up to 6."""
        asked = self._first_queries(6 * (count + 2))
        return islice((query for query in asked if len(query["text"].split()) in lengths), count)

    def _first_queries(self, count: int) -> list[Query]:
        if len(self._asked) < count:
            self._asked = list(self._archive.queries(count, self._documents))
        return self._asked[:count]

    def _bag(self, query: Query) -> Question:
        return Question(query["lang"], tuple(folded(query["text"]).split()))

    def _all(self, count: int, words: int) -> Iterator[Question]:
        for query in self._queries(count, range(words, words + 1)):
            yield replace(self._bag(query), how="all")

    def _phrases(self, words: int) -> Iterator[Question]:
        """By turns a sequence of some document and one of those that are commonest in the first documents."""
        random = self._random(words)
        first = range(min(self._documents, _COUNTED))
        counts = Counter(phrase for number in first for phrase in self._sequences(number, words))
        common = sorted(counts, key=lambda phrase: (-counts[phrase], phrase))[:_COMMON]
        while common:
            if there := self._sequences(random.randrange(self._documents), words):
                yield Question(*random.choice(there), "phrase")
            yield Question(*random.choice(common), "phrase")

    def _sequences(self, number: int, words: int) -> list[tuple[Language, tuple[str, ...]]]:
        """Every sequence of so many words in a document that can be asked as a phrase."""
        language = self._archive.language(number)
        tokens = folded(self._article(number)["text"]).split()
        starts = range(len(tokens) - words + 1)
        found = [(*tokens[i : i + words - 1], tokens[i + words - 1].rstrip(".,")) for i in starts]
        return [(language, phrase) for phrase in found if self._plain(phrase, language)]

    def _plain(self, phrase: tuple[str, ...], language: Language) -> bool:
        """Whether these are words of the language, written with letters alone, and not all function words."""
        letters = set(_ALPHABETS[language])
        return all(set(word) <= letters and word for word in phrase) and not self._function[
            language
        ].issuperset(phrase)

    def _long(self, count: int) -> Iterator[Question]:
        """Words of a document's text in their order, function words among them, as people put whole questions."""
        random = self._random(18)
        for _ in range(10 * count):
            number = random.randrange(self._documents)
            language = self._archive.language(number)
            letters = set(_ALPHABETS[language])
            tokens = folded(self._article(number)["text"]).split()
            words = [word for token in tokens if (word := token.strip(".,«»“”—")) and set(word) <= letters]
            wanted = random.choice(_LONG)
            start = random.randrange(max(len(words) - wanted, 0) + 1)
            if len(words) >= wanted:
                yield Question(language, tuple(words[start : start + wanted]))

    def _words(self, count: int, longer_than: int) -> Iterator[tuple[Language, str]]:
        """One word of each query that has a long enough one of plain letters."""
        for query in self._first_queries(3 * (count + 10)):
            for word in folded(query["text"]).split():
                if len(word) > longer_than and self._plain((word,), query["lang"]):
                    yield query["lang"], word
                    break

    def _prefixes(self, count: int) -> Iterator[Question]:
        for asked, (language, word) in enumerate(self._words(count, 6)):
            yield Question(language, (word[: 3 + asked // 2 % 4],), "prefix")

    def _misspelt(self, count: int) -> Iterator[Question]:
        """A word as it is, or with one letter replaced by another."""
        random = self._random(16)
        for language, word in self._words(count, 4):
            if random.random() < 0.5:
                place = random.randrange(len(word))
                other = random.choice(_ALPHABETS[language])
                yield Question(language, (word[:place] + other + word[place + 1 :],), "fuzzy")
            else:
                yield Question(language, (word,), "fuzzy")

    def _limited(
        self, bags: list[Question], limit: Callable[[Question, Random], Question]
    ) -> Iterator[Question]:
        random = self._random(17)
        return (limit(bag, random) for bag in bags)

    def _year(self, bag: Question, random: Random) -> Question:
        days = max(self._archive.days // 10, 1)
        since = self._archive.first_day + timedelta(days=random.randrange(max(self._archive.days - days, 1)))
        until = since + timedelta(days=days - 1)
        return replace(bag, since=since.isoformat(), until=until.isoformat())

    def _source(self, bag: Question, random: Random) -> Question:
        return replace(bag, source=random.choice(self._archive.sources[bag.language]))

    def _tag(self, bag: Question, random: Random) -> Question:
        return replace(bag, tag=random.choice(self._archive.tags))


def as_bag(text: str) -> Question | None:
    """What somebody has typed, as a question for any of its words; None when it has none."""
    words = tuple(_WORD.findall(folded(text)))
    if not words:
        return None
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    return Question("ru" if 2 * cyrillic > sum(map(len, words)) else "en", words)

"""What is searched in a benchmark? An English and Russian news archive and queries for it, made from a seed.

A document is a pure function of (seed, number): any of them can be made alone, in any order, on any machine.
Words follow Zipf's law and are really inflected, lengths are log-normal, a document takes a sixth of its words
from one of some hundred topics, so that words of one query meet in documents, and says again what it has said.
Half of the documents are English (even numbers), half Russian; a few change language midway. How like real
news the result is, `python -m benchmarks likeness` shows.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any, Literal, TypedDict

import click

from benchmarks.corpora.english_words import english
from benchmarks.corpora.russian_words import russian
from benchmarks.corpora.vocabulary import Lexicon, Octaves, Weighted, Zipf, name_stem, number

VERSION = 2  # of the text: raised whenever the same arguments would give other bytes
_FUNCTION, _TOPIC, _ANY, _NAME, _NUMBER, _ACRONYM, _COMPOUND, _AGAIN = range(8)


def _kinds(*shares: int) -> bytes:
    """A table of 256 kinds of word, by their order above, from their shares of 256."""
    return bytes(kind for kind, share in enumerate(shares) for _ in range(share))


# Fitted to `python -m benchmarks likeness`.
_BODY = {"en": _kinds(109, 36, 58, 10, 8, 4, 2, 29), "ru": _kinds(70, 42, 73, 4, 11, 3, 2, 51)}
_TITLE = {"en": _kinds(56, 102, 62, 20, 6, 7, 3, 0), "ru": _kinds(40, 112, 81, 8, 8, 4, 3, 0)}
_MIXED = {"en": 2, "ru": 9}  # documents of 256 that change language midway
_TOPICS = 400
_TOPIC_WORDS = 200
_NAMES_PER_TOPIC = 24
_SIGMA, _MEAN = 0.7, 200
_SHORTEST, _LONGEST = 20, 3000
SOURCES: dict[Language, list[str]] = {
    "en": [
        "Northern Courier",
        "The Harbour Post",
        "City Ledger",
        "Meridian Wire",
        "Daily Compass",
        "Lakeside Herald",
        "Open Tribune",
    ],
    "ru": [
        "Невский курьер",
        "Городская хроника",
        "Волжская правда",
        "Меридиан",
        "Утренний листок",
        "Обозреватель",
        "Маяк",
    ],
}
SECTIONS = (
    "politics",
    "economy",
    "world",
    "society",
    "science",
    "sport",
    "culture",
    "incidents",
    "transport",
)
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_DAYS = 10 * 365
_MINUTES = _DAYS * 24 * 60

Language = Literal["en", "ru"]


class Article(TypedDict):
    """One line of the archive."""

    id: str
    title: str
    text: str
    date: str
    url: str
    source: str
    tags: list[str]


class Query(TypedDict):
    """One query: plain words of one document, any of which may match."""

    id: str
    lang: Language
    text: str


@dataclass(frozen=True, slots=True)
class _Story:
    """What a document is about, and the numbers it is drawn with."""

    random: Random
    language: Language
    topic: int
    names: list[int]
    said: list[Weighted]  # words of the document so far, each in all its forms: what was said is said again


class Archive:
    """A generated archive. Not for use by several threads at once (it caches word forms)."""

    first_day, days = _FIRST_DAY.date(), _DAYS
    sources: Mapping[Language, Sequence[str]] = SOURCES
    tags: Sequence[str] = SECTIONS

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._lexicons: dict[Language, Lexicon] = {"en": english(), "ru": russian()}
        self._ranks = {
            language: Zipf(lexicon.count, 24, 8000) for language, lexicon in self._lexicons.items()
        }
        self._topic_ranks = Zipf(_TOPIC_WORDS, 6, 1 << 16)
        self._topic_choice = Octaves(5, 13, 256)
        self._compound_ranks: dict[Language, Octaves] = {  # Russian ones have more forms each
            "en": Octaves(5, 20, 224),
            "ru": Octaves(5, 20, 204),
        }
        self._name_ranks = Octaves(4, 20, 235)
        self._topic_words: dict[tuple[Language, int], list[int]] = {}
        normal = NormalDist(0.0, _SIGMA)
        median = _MEAN * 2.718281828459045 ** (-_SIGMA * _SIGMA / 2)
        quantiles = (normal.inv_cdf((step + 0.5) / 4096) for step in range(4096))
        self._lengths = [
            min(max(round(median * 2.718281828459045**quantile), _SHORTEST), _LONGEST)
            for quantile in quantiles
        ]

    def language(self, number_: int) -> Language:
        """The language of a document, most of it for a mixed one."""
        return "ru" if number_ % 2 else "en"

    def article(self, number_: int) -> Article:
        """The document of that number."""
        random = self._random(0, number_)
        language = self.language(number_)
        topic = self._topic(random)
        story = _Story(random, language, topic, self._names(random, topic), [])
        title = self._words(story, 5 + random.getrandbits(16) % 8, _TITLE[language])
        title = title.replace(".\n", " ").replace(". ", " ").removesuffix(".")
        length = self._lengths[random.getrandbits(12)]
        mixed = length * 2 // 5 if random.getrandbits(8) < _MIXED[language] else 0  # in the other language
        text = self._words(story, length - mixed, _BODY[language])
        if mixed:
            other: Language = "en" if language == "ru" else "ru"
            text += "\n" + self._words(replace(story, language=other, said=[]), mixed, _BODY[other])
        if random.getrandbits(8) >= 40:  # most newspapers print ё as е
            title, text = (part.replace("ё", "е").replace("Ё", "Е") for part in (title, text))
        date = _FIRST_DAY + timedelta(minutes=random.getrandbits(32) % _MINUTES)
        sources = SOURCES[language]
        source = random.getrandbits(16) % len(sources)
        return {
            "id": f"{language}-{number_}",
            "title": title,
            "text": text,
            "date": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "url": f"https://{language}{source}.example/{date:%Y/%m/%d}/{number_}",
            "source": sources[source],
            "tags": [SECTIONS[topic % len(SECTIONS)], f"topic-{topic}"],
        }

    def articles(self, documents: int) -> Iterator[Article]:
        """Documents 0 to ``documents`` - 1."""
        return map(self.article, range(documents))

    def queries(self, count: int, documents: int) -> Iterator[Query]:
        """``count`` queries of 1 to 6 words about the first ``documents`` documents, by turns in both languages.

        Words are distinct words of one document as it writes them, function words and numbers left out, the
        likelier the oftener the document has them: some frequent everywhere, some of its topic, some rare.
        """
        for asked in range(count):
            random = self._random(1, asked)
            chosen = random.getrandbits(32) % max(documents // 2, 1) * 2 + asked % 2
            language = self.language(chosen)
            words = content_words(self.article(chosen)["text"], language, self.function_words(language))
            yield asked_query(random, asked, language, words)

    def function_words(self, language: Language) -> frozenset[str]:
        """The words of a language that queries of plain words leave out: articles, prepositions, pronouns."""
        return frozenset(self._lexicons[language].function.words)

    def _random(self, stream: int, index: int) -> Random:
        return Random((self.seed << 64) | (stream << 48) | index)

    def _topic(self, random: Random) -> int:
        """Some topics are in the news more than others."""
        first, second = (random.getrandbits(32) % _TOPICS for _ in range(2))
        return min(first, second)

    def _names(self, random: Random, topic: int) -> list[int]:
        """The ranks of two to five people and places: half of them those whom the topic is about."""
        names = [topic * _NAMES_PER_TOPIC + random.getrandbits(16) % _NAMES_PER_TOPIC for _ in range(2)]
        return names + [self._name_ranks.pick(random.getrandbits(32)) for _ in range(random.getrandbits(2))]

    def _ranks_of(self, language: Language, topic: int) -> list[int]:
        """The ranks of a topic's words: some of the news in general, most of them seldom met elsewhere."""
        known = self._topic_words.get((language, topic))
        if known is None:
            random = Random((topic << 8) | (language == "ru"))
            known = [self._topic_choice.pick(random.getrandbits(32)) for _ in range(_TOPIC_WORDS)]
            self._topic_words[language, topic] = known
        return known

    def _words(self, story: _Story, count: int, kinds: bytes) -> str:
        """``count`` words as sentences with capitals, commas, quotation marks and dashes."""
        opening, closing = self._lexicons[story.language].quotes
        drawn = struct.unpack(f"<{2 * count}I", story.random.randbytes(8 * count))
        pieces: list[str] = []
        left = 0  # words until the sentence ends
        for bits, more, word in zip(drawn[::2], drawn[1::2], self._choose(story, drawn, kinds), strict=True):
            mark = bits >> 8 & 0xFF
            piece = word
            if left == 0:
                left = 6 + (more >> 7) % 20
                piece = word[0].upper() + word[1:]
            left -= 1
            if left == 0:
                piece += ".\n" if mark < 50 else "."
            elif mark < 20:
                piece += ","
            elif mark < 23:
                piece += " —"
            elif mark < 25:
                piece = opening + piece + closing
            pieces.append(piece)
        return " ".join(pieces).replace("\n ", "\n").rstrip(".,— \n") + "."

    def _choose(self, story: _Story, drawn: tuple[int, ...], kinds: bytes) -> Iterator[str]:
        """One word for every two of the drawn 32-bit numbers."""
        lexicon = self._lexicons[story.language]
        function, forms, ranks = lexicon.function.pick, lexicon.forms, self._ranks[story.language].pick
        topic_words, topic_ranks = self._ranks_of(story.language, story.topic), self._topic_ranks.pick
        compound_ranks, said = self._compound_ranks[story.language].pick, story.said
        for a, b in zip(drawn[::2], drawn[1::2], strict=True):
            kind = kinds[a & 0xFF]
            if kind == _FUNCTION:
                yield function(b)
            elif kind == _NAME:
                yield self._name(story, a, b)
            elif kind == _NUMBER:
                yield number(b, lexicon)
            elif kind == _ACRONYM:
                yield lexicon.acronyms.pick(b)
            else:
                if kind == _AGAIN and said:
                    word = said[b % len(said)]
                elif kind == _COMPOUND:
                    word = lexicon.compounds(compound_ranks(b))
                elif kind == _ANY:
                    word = forms(ranks(b))
                else:
                    word = forms(topic_words[topic_ranks(b)])
                said.append(word)
                yield word.pick(a >> 16)

    def _name(self, story: _Story, a: int, b: int) -> str:
        """A name, mostly one of the story's, with or without a first name."""
        lexicon = self._lexicons[story.language]
        rank = story.names[b % len(story.names)] if b >> 28 else self._name_ranks.pick(b)
        stem = name_stem(rank, 1 if story.language == "ru" else 0)
        name = lexicon.name_forms(stem, rank).pick(a >> 16)
        return name if b >> 24 & 3 else f"{lexicon.firsts[rank % len(lexicon.firsts)]} {name}"


def content_words(text: str, language: Language, function: frozenset[str]) -> list[str]:
    """The words of a text that queries are made of: three letters or more of the language's script, and no function words."""
    found: list[str] = []
    for token in text.split():
        word = token.strip(".,«»“”—").removesuffix("'s")
        low = word.lower()
        right_script = low.isascii() == (language == "en")
        if len(word) >= 3 and word.isalpha() and right_script and low not in function:
            found.append(word)
    return found


def asked_query(random: Random, asked: int, language: Language, words: list[str]) -> Query:
    """The query of a number: 1 to 6 of a document's words, each once."""
    wanted = 1 + asked // 2 % 6
    picked: list[str] = []
    while words and len(picked) < wanted:
        picked.append(words[random.getrandbits(32) % len(words)])
        words = [word for word in words if word.lower() != picked[-1].lower()]
    return {"id": f"q{asked}", "lang": language, "text": " ".join(picked)}


def language_of(article: Article) -> Language:
    """The language of an article, which engines are told: generated ones say it in their id."""
    start = article["id"][:3]
    if start in ("ru-", "en-"):
        return "ru" if start == "ru-" else "en"
    text = article["text"] or article["title"]
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    return "ru" if 2 * cyrillic > sum(letter.isalpha() for letter in text) else "en"


def cache_folder() -> Path:
    """Where generated archives are kept: the user's cache folder, never the repository."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "searchlib-benchmarks"


def default_path(documents: int, seed: int) -> Path:
    """The file of an archive in the cache; its name says everything its bytes depend on."""
    return cache_folder() / f"news-v{VERSION}-seed{seed}-{documents}.jsonl"


def write(lines: Iterator[Any], path: Path) -> Path:
    """Writes JSON lines aside, then renames, so that an interrupted run leaves no half archive behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return partial.replace(path)


def prepared(documents: int, seed: int = 1) -> Path:
    """The archive in the cache, generated when it is not there yet."""
    path = default_path(documents, seed)
    return path if path.exists() else write(iter(Archive(seed).articles(documents)), path)


@click.command("corpus")
@click.option("--documents", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: the user's cache folder."
)
@click.option(
    "--queries", type=click.Path(dir_okay=False, path_type=Path), help="Write 1,000 queries here as well."
)
def command(documents: int, seed: int, out: Path | None, queries: Path | None) -> None:
    """Generate a news archive as JSON lines."""
    archive = Archive(seed)
    path = write(archive.articles(documents), out or default_path(documents, seed))
    click.echo(f"{path}: {documents:,} documents, {path.stat().st_size / 1e6:,.1f} MB")
    if queries:
        write(archive.queries(1000, documents), queries)
        click.echo(f"{queries}: 1,000 queries")

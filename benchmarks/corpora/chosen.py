"""What is the suite measured on? A generated archive with real news beside it, or a file of one's own, as articles.

Whatever has a document for each line of JSON becomes a file of articles in the cache, whose name says everything that its bytes depend on.
What a document lacks is made up: a fixed day, and its collection as source and tag.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.corpora import real
from benchmarks.corpora.archive import (
    Archive,
    Article,
    Language,
    Query,
    asked_query,
    cache_folder,
    content_words,
    default_path,
    language_of,
    prepared,
    write,
)
from benchmarks.corpora.questions import About, Question, as_bag

_LAYOUT = 1  # of the articles made here; raised when the same documents would give other bytes
_NO_DAY = datetime(2020, 1, 1, tzinfo=UTC)
_WHOLE_QUESTIONS = ("xquad_en", "xquad_ru")  # asked by turns
_ATTEMPTS = 50  # documents in which words for a query are looked for
COLLECTIONS = (
    "cranfield",
    "en_reuters21578",
    "ru_business_ksilisk",
    "ru_factrueval",
    "ru_nerel_news",
    "tg_same_event",
    "time",
    "wmt_en_ru_docs",
    "xquad_en",
    "xquad_ru",
)


class BadCorpusError(Exception):
    """A file that cannot be measured on, for people."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A file of articles, of which the first ``documents`` are indexed.

    name: short; meaning: what it is, in words. about: what questions are made from, the first ``asked`` documents of it.
    """

    name: str
    meaning: str
    archive: Path
    documents: int
    about: About
    asked: int

    def first(self, documents: int) -> Corpus:
        """The same when only the first documents are indexed, or itself when there are no more."""
        if documents >= self.documents:
            return self
        generated = isinstance(self.about, Archive)
        if generated and documents <= self.asked:
            name = f"{documents:,} generated"
        else:
            name = f"first {documents:,} of {self.name}"
        meaning = f"the first {documents:,} documents of {self.name}"
        return replace(
            self, name=name, meaning=meaning, documents=documents, asked=min(documents, self.asked)
        )


def generated(documents: int, seed: int, data: Path | None) -> Corpus:
    """A generated archive; with the collections that are in the folder ``data`` behind it, unless that is None."""
    about = Archive(seed)
    made = f"generated from seed {seed}, English and Russian"
    there = [] if data is None else [name for name in COLLECTIONS if not real.missing(name, data)]
    if data is None or not there:
        name = f"{documents:,} generated"
        return Corpus(name, made, prepared(documents, seed), documents, about, documents)
    digest = _digest(data / name / "docs.jsonl.gz" for name in there)
    path = cache_folder() / f"{default_path(documents, seed).stem}-real{_LAYOUT}-{digest}.jsonl"
    if not path.exists():
        write(chain(_lines(prepared(documents, seed)), _collected(there, data)), path)
    more = _count(path) - documents
    return Corpus(
        f"{documents:,} generated + {more:,} real",
        f"{made}; and {', '.join(there)}",
        path,
        documents + more,
        about,
        documents,
    )


def of_file(file: Path, seed: int) -> Corpus:
    """Any JSON lines with id, title and text, and where there are date, source and tags. Raises BadCorpusError."""
    try:
        path = cache_folder() / f"file{_LAYOUT}-{_digest([file])}.jsonl"
        if not path.exists():
            write(_checked(file), path)
    except OSError as error:
        raise BadCorpusError(f"{file} cannot be read: {error.strerror}") from None
    about = Lines(path, seed)
    if not about.documents:
        raise BadCorpusError(f"{file} holds no documents")
    if not any(query["text"] for query in about.queries(2, about.documents)):
        raise BadCorpusError(f"{file} has no words to ask for, neither in English nor in Russian")
    meaning = f"{file.name}, {about.documents:,} documents"
    return Corpus(file.stem, meaning, path, about.documents, about, about.documents)


def asked(queries: Path | None, data: Path | None, count: int) -> dict[str, list[Question]]:
    """Questions that people have asked, by class: of a file of queries, and of the collections unless that is None. Raises BadCorpusError."""
    found: dict[str, list[Question]] = {}
    if data is not None:
        there = [name for name in _WHOLE_QUESTIONS if not real.missing(name, data)]
        turns = zip_longest(*(real.queries(name, data) for name in there))
        texts = [one["text"] for turn in turns for one in turn if one is not None]
        found["long real question"] = _bags(texts, count)
        if queries is None and (data / "queries.jsonl").is_file():
            queries = data / "queries.jsonl"
    if queries is not None:
        try:
            found["real queries"] = _bags([line["text"] for line in _lines(queries)], count)
        except OSError as error:
            raise BadCorpusError(f"{queries} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise BadCorpusError(f"{queries}: not JSON lines with text ({error!r})") from None
    return found


def _bags(texts: Iterable[str], count: int) -> list[Question]:
    """The first texts that have words, each once."""
    bags = (bag for text in dict.fromkeys(texts) if (bag := as_bag(text)) is not None)
    return list(islice(bags, count))


class Lines:
    """A file of articles as something to ask about. Raises BadCorpusError. Not for several threads at once."""

    def __init__(self, path: Path, seed: int) -> None:
        self.seed = seed
        self._path = path
        self._starts = array("Q")
        self._numbers: dict[Language, list[int]] = {"en": [], "ru": []}
        self.sources: dict[Language, list[str]] = {"en": [], "ru": []}
        self._generator = Archive(seed)
        seen: dict[Language, set[str]] = {"en": set(), "ru": set()}
        tags: set[str] = set()
        days = [_NO_DAY.date()]
        start = 0
        with path.open("rb") as lines:
            for number, line in enumerate(lines):
                article: Article = json.loads(line)
                language = language_of(article)
                self._starts.append(start)
                self._numbers[language].append(number)
                seen[language].add(article["source"])
                tags.update(article["tags"])
                day = _day(article)
                days = [min(days[0], day), max(days[-1], day)] if number else [day]
                start += len(line)
        for language, found in seen.items():
            self.sources[language] = sorted(found)
        self.tags = sorted(tags)
        self.first_day, self.days = days[0], (days[-1] - days[0]).days + 1
        self._languages = bytearray(len(self._starts))
        for number in self._numbers["ru"]:
            self._languages[number] = 1

    @property
    def documents(self) -> int:
        return len(self._starts)

    def language(self, number_: int) -> Language:
        return "ru" if self._languages[number_] else "en"

    def article(self, number_: int) -> Article:
        with self._path.open("rb") as lines:
            lines.seek(self._starts[number_])
            article: Article = json.loads(lines.readline())
        return article

    def function_words(self, language: Language) -> frozenset[str]:
        return self._generator.function_words(language)

    def queries(self, count: int, documents: int) -> Iterator[Query]:
        """By turns in both languages as far as there are documents in them; without words where chance finds none."""
        for asked in range(count):
            random = Random(f"{self.seed} {asked}")
            numbers = self._numbers["ru" if asked % 2 else "en"] or range(self.documents)
            words: list[str] = []
            for _ in range(_ATTEMPTS):
                chosen = numbers[random.randrange(len(numbers))]
                if chosen < documents:
                    language = self.language(chosen)
                    function = self.function_words(language)
                    words = content_words(self.article(chosen)["text"], language, function)
                if words:
                    break
            yield asked_query(random, asked, language if words else "en", words)


def _day(article: Article) -> date:
    return datetime.fromisoformat(article["date"]).date()


def _count(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _digest(files: Iterable[Path]) -> str:
    """What stands for the bytes of files."""
    digest = sha256()
    for file in files:
        digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _collected(names: Iterable[str], data: Path) -> Iterator[Article]:
    for name in names:
        for document in real.documents(name, data):
            if not document["text"].strip():  # there is one
                continue
            yield article(document, name, f"{name}/{document['id']}")


def _checked(file: Path) -> Iterator[Article]:
    """The documents of somebody's file that have a text. Raises BadCorpusError with the line of the first that is none."""
    seen: set[str] = set()
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                document = json.loads(line)
                made = article(document, file.stem, str(document["id"]))
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
                raise BadCorpusError(
                    f"{file}, line {number}: no document with id and text ({error!r})"
                ) from None
            if made["id"] in seen:
                raise BadCorpusError(f"{file}, line {number}: the id {made['id']!r} was there before")
            seen.add(made["id"])
            if made["title"] or made["text"]:
                yield made


def article(document: dict[str, Any], collection: str, id: str) -> Article:
    """A document of others as an article. Raises ValueError, KeyError, TypeError, AttributeError, OverflowError."""
    given = document.get("date")
    moment = datetime.fromisoformat(given) if given else _NO_DAY
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    tags = document.get("tags") or [collection]
    return {
        "id": id,
        "title": (document.get("title") or "").strip(),
        "text": document["text"].strip(),
        "date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "url": document.get("url") or "",
        "source": document.get("source") or collection,
        "tags": [tags] if isinstance(tags, str) else tags,
    }

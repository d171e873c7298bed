"""How often is a misspelt query put right, how often is a right one spoilt, and how long does that take? ``python -m benchmarks suggestions``

Queries are 1 to 4 words of one document, as it writes them: words of four letters or more in one script, so that a word is drawn as often
as documents have it. Some are left as they are, the others get one error in one of their words, at a place drawn evenly:

- a letter is put in, left out, replaced, or swapped with its neighbour, each a quarter of the errors;
- what is put in or replaces is, half the time, a letter whose key is beside that of a letter there, else any letter of the alphabet;
- an error that changes nothing is drawn again.

An error may make another word that the index has; nobody can know that it is one, so these are told apart and not counted. Put right
means that the suggestion is the query before the error, whatever its capitals. Right queries come from documents that the index has not
(in a generated archive those behind its end, of real collections every tenth), so that some have words that it has not, either: their
share is told. Times are of Results.suggestion alone, the search not counted; and of Index.complete for the first letters
of the same words, of a first pass and of a second one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

import click

from benchmarks.corpora import real
from benchmarks.corpora.archive import Archive, prepared
from benchmarks.measures.building import articles
from benchmarks.measures.figures import percentile
from benchmarks.measures.tables import aligned

if TYPE_CHECKING:
    from searchlib import Index

Language = Literal["en", "ru"]
_ALPHABETS: dict[Language, str] = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
}
_SHORTEST = 4
_MOST_WORDS = 4
_COMPLETED = 400  # words of each language
_COLLECTIONS = (
    "wmt_en_ru_docs",
    "ru_nerel_news",
    "ru_factrueval",
    "ru_business_ksilisk",
    "en_reuters21578",
    "time",
    "tg_same_event",
)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A query with one error, and the same without."""

    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one language. repaired, spoilt: shares; real_words: of the errors that made other words; unknown: share of right queries with
    a word that the index has not."""

    language: Language
    repaired: float
    misspelt: int
    real_words: float
    spoilt: float
    right: int
    unknown: float
    times: list[float]


def with_error(word: str, language: Language, chance: random.Random) -> str:
    """A word in small letters with one error."""
    while True:
        wrong = _once(word, _ALPHABETS[language], chance)
        if wrong != word:
            return wrong


def _once(word: str, alphabet: str, chance: random.Random) -> str:
    kind = chance.choice(("insert", "delete", "replace", "swap"))
    at = chance.randrange(len(word))
    if kind == "delete":
        return word[:at] + word[at + 1 :]
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    from searchlib.vocabulary.keyboards import NEIGHBOURS

    letters = NEIGHBOURS.get(word[at]) if chance.random() < 0.5 else alphabet
    letter = chance.choice(letters or alphabet)
    if kind == "replace":
        return word[:at] + letter + word[at + 1 :]
    at += chance.randrange(2)
    return word[:at] + letter + word[at:]


def queries(documents: Iterable[dict[str, Any]], language: Language, chance: random.Random) -> Iterator[str]:
    """A query of each document that is long enough, in small letters."""
    for document in documents:
        words = [word for token in document["text"].split() if (word := _word(token, language))]
        count = 1 + chance.randrange(_MOST_WORDS)
        if len(words) >= 8 * count:
            picked = list(dict.fromkeys(chance.choice(words) for _ in range(count)))
            yield " ".join(picked)


def _word(token: str, language: Language) -> str | None:
    word = token.strip(".,;:!?()«»“”\"'—").removesuffix("'s").lower().replace("ё", "е")
    return word if len(word) >= _SHORTEST and all(one in _ALPHABETS[language] for one in word) else None


def misspelt(rights: Iterable[str], language: Language, chance: random.Random) -> Iterator[Misspelt]:
    """The queries with one error each."""
    for meant in rights:
        words = meant.split()
        at = chance.randrange(len(words))
        words[at] = with_error(words[at], language, chance)
        yield Misspelt(" ".join(words), meant)


def outcome(
    index: Index, language: Language, wrong: Iterable[Misspelt], right: Iterable[str], count: int
) -> Outcome:
    """What becomes of `count` queries of each kind."""
    times: list[float] = []

    def suggested(query: str) -> str | None:
        results = index.search(query, limit=1, repair=False)
        began = perf_counter()
        found = results.suggestion
        times.append((perf_counter() - began) * 1000)
        return None if found is None else found.lower().replace("ё", "е")

    repaired = looked = others = 0
    for one in wrong:
        if _has_all(index, one.typed):
            others += 1
            continue
        looked += 1
        repaired += suggested(one.typed) == one.meant
        if looked == count:
            break
    spoilt = known = rights = 0
    for query in islice(right, count):
        rights += 1
        known += _has_all(index, query)
        spoilt += suggested(query) is not None
    return Outcome(
        language,
        repaired / max(1, looked),
        looked,
        others / max(1, others + looked),
        spoilt / max(1, rights),
        rights,
        1 - known / max(1, rights),
        times,
    )


def _has_all(index: Index, query: str) -> bool:
    """Does the index have each word of a query, in some inflection?"""
    return all(index.search(word, limit=1, repair=False).ids for word in query.split())


def completed(index: Index, words: Iterable[str]) -> list[tuple[str, list[float]]]:
    """Milliseconds that completing the first one to five letters takes, in two passes over the words."""
    passes = []
    known = list(words)
    for name in ("complete, first", "complete, again"):
        times = []
        for word in known:
            for letters in range(1, 6):
                began = perf_counter()
                index.complete(word[:letters])
                times.append((perf_counter() - began) * 1000)
        passes.append((name, times))
    return passes


def _generated(documents: int, seed: int) -> Callable[[Language, bool], Iterator[dict[str, Any]]]:
    """Documents in a language, of the index or behind its end."""
    archive = Archive(seed)

    def drawn(language: Language, inside: bool) -> Iterator[dict[str, Any]]:
        chance = random.Random(11 if inside else 12)
        while True:
            number = chance.randrange(documents) + (0 if inside else documents)
            if archive.language(number) == language:
                yield dict(archive.article(number))

    return drawn


def _collected() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The documents of the real collections that are here: those to index and those to leave out."""
    found = [one for name in _COLLECTIONS if real.missing(name) is None for one in real.documents(name)]
    kept = [dict(one, id=str(number)) for number, one in enumerate(found)]
    return [one for n, one in enumerate(kept) if n % 10], kept[::10]


def _real(
    documents: list[dict[str, Any]], others: list[dict[str, Any]]
) -> Callable[[Language, bool], Iterator[dict[str, Any]]]:
    def drawn(language: Language, inside: bool) -> Iterator[dict[str, Any]]:
        chance = random.Random(11 if inside else 12)
        choice = documents if inside else others
        while True:
            yield chance.choice(choice)

    return drawn


def _built(folder: Path, documents: Iterable[Any]) -> Index:
    from searchlib import Index

    index = Index.create(folder)
    with index.writer(memory_mb=1024) as writer:
        for document in documents:
            writer.add(
                {name: document[name] for name in ("id", "title", "text", "date") if document.get(name)}
            )
        writer.commit()
        writer.optimize()
    return index


@click.command("suggestions")
@click.option("--documents", type=click.IntRange(1), default=300_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--queries", "count", type=click.IntRange(1), default=2000, show_default=True, help="Of each kind."
)
@click.option(
    "--index",
    "given",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="One of these documents, built before.",
)
@click.option("--real", "is_real", is_flag=True, help="The real collections, where they are here.")
def command(documents: int, seed: int, count: int, given: Path | None, is_real: bool) -> None:
    """Misspell queries and see what is suggested for them, and for right ones."""
    from searchlib import Index

    with ExitStack() as stack:
        folder = given or Path(stack.enter_context(TemporaryDirectory())) / "index"
        if is_real:
            inside, outside = _collected()
            if not inside:
                raise click.ClickException(f"there are no collections under {real.DATA}")
            drawn = _real(inside, outside)
        else:
            inside, drawn = [], _generated(documents, seed)
        if given is None:
            click.echo("building")
        index = Index.open(folder) if given else _built(folder, inside or articles(prepared(documents, seed)))
        segments = index._open_ranker().snapshot.segments
        terms, forms = sum(s.file.term_count for s in segments), sum(s.file.form_count for s in segments)
        click.echo(f"{len(index):,} documents, {terms:,} terms, {forms:,} forms")
        began = perf_counter()
        click.echo(
            f"first: {index.search('qwertish', repair=False).suggestion!r}, {(perf_counter() - began) * 1000:.0f} ms"
        )
        found = []
        for language in _ALPHABETS:
            chance = random.Random(seed)
            wrong = misspelt(queries(drawn(language, True), language, chance), language, chance)
            right = queries(drawn(language, False), language, random.Random(seed + 1))
            found.append(outcome(index, language, wrong, right, count))
        _show(found)
        words = []
        for language in _ALPHABETS:
            asked = queries(drawn(language, True), language, random.Random(5))
            words += [query.split()[0] for query in islice(asked, min(count, _COMPLETED))]
        random.Random(6).shuffle(words)
        rows = [["", "p50, ms", "p99, ms"]]
        for name, times in completed(index, words):
            rows.append([name, f"{percentile(times, 50):.2f}", f"{percentile(times, 99):.2f}"])
        click.echo("\n" + aligned(rows, {1, 2}))


def _show(found: list[Outcome]) -> None:
    rows = [["", "put right", "of", "other words", "spoilt", "of", "unknown", "p50, ms", "p99, ms"]]
    for one in found:
        rows.append(
            [
                one.language,
                f"{one.repaired:.1%}",
                f"{one.misspelt:,}",
                f"{one.real_words:.1%}",
                f"{one.spoilt:.2%}",
                f"{one.right:,}",
                f"{one.unknown:.1%}",
                f"{percentile(one.times, 50):.2f}",
                f"{percentile(one.times, 99):.2f}",
            ]
        )
    click.echo(aligned(rows, set(range(1, len(rows[0])))))

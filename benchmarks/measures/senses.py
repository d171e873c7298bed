"""What do names and acronyms cost a plain question, and how long do questions about the whole archive take? ``python -m benchmarks senses``

The same generated articles in two indexes, one of which looks for names in the other script and for other names of what is named. Questions
are words of articles, in small letters; each is asked by turns of the two, and of its times the best counts. The first time that a word
is asked, what it may stand for is looked up: that is told by itself. Trends and near-duplicates are then asked of the whole archive.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import click

from benchmarks.corpora.archive import Archive, prepared
from benchmarks.measures.building import articles
from benchmarks.measures.suggestions import queries
from benchmarks.measures.tables import aligned

if TYPE_CHECKING:
    from searchlib import Index

_CLASSES: Final[tuple[tuple[str, int, dict[str, Any]], ...]] = (
    ("one word", 1, {}),
    ("bag of 3", 3, {}),
    ("AND of 2", 2, {"match": "all"}),
    ("AND of 3", 3, {"match": "all"}),
    ("phrase of 2", 2, {}),
)


def asked(chance: random.Random, documents: int, seed: int, words: int) -> Iterator[str]:
    """So many words of one article each, in both languages by turns."""
    archive = Archive(seed)

    def drawn() -> Iterator[dict[str, Any]]:
        while True:
            yield dict(archive.article(chance.randrange(documents)))

    both = [queries(drawn(), "en", chance), queries(drawn(), "ru", chance)]
    while True:
        for one in both:
            found = next(one).split()
            while len(found) < words:
                found += next(one).split()
            yield " ".join(found[:words])


def compared(
    indexes: tuple[Index, Index], questions: list[str], options: dict[str, Any], repeats: int
) -> tuple[list[float], list[float], float, float]:
    """(times with, times without, first time with, first time without) of questions in microseconds; the first ones are means."""
    best: list[list[float]] = [[], []]
    first = [0.0, 0.0]
    for question in questions:
        times: list[list[float]] = [[], []]
        for _ in range(repeats):
            for own, index in zip(times, indexes, strict=True):
                own.append(_timed(partial(index.search, question, **options)))
        for number, own in enumerate(times):
            first[number] += own[0] / len(questions)
            best[number].append(min(own[1:]))
    return best[0], best[1], first[0], first[1]


def _timed(do: Callable[[], object]) -> float:
    began = perf_counter()
    do()
    return (perf_counter() - began) * 1e6


def _built(folder: Path, found: Path, **changes: Any) -> Index:
    from searchlib import NEWS, Index

    index = Index.create(folder, replace(NEWS, **changes))
    with index.writer(memory_mb=512, workers=2) as writer:
        for one in articles(found):
            writer.add({name: value for name, value in one.items() if value is not None})
    return index


@click.command("senses")
@click.option("--documents", type=click.IntRange(100), default=20_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--questions", type=click.IntRange(1), default=200, show_default=True, help="Of each class.")
@click.option("--repeats", type=click.IntRange(2), default=7, show_default=True)
def command(documents: int, seed: int, questions: int, repeats: int) -> None:
    """Ask plain questions with names and acronyms looked for and without, and the whole archive for trends and reprints."""
    with TemporaryDirectory() as folder:
        click.echo(f"two indexes of {documents:,} articles")
        found = prepared(documents, seed)
        indexes = (
            _built(Path(folder, "with"), found),
            _built(Path(folder, "without"), found, names=False, acronyms=False),
        )
        rows = [["", "with, us", "without, us", "means", "medians", "first, with", "first, without"]]
        for name, words, options in _CLASSES:
            chosen = list(islice(asked(random.Random(seed), documents, seed, words), questions))
            if name.startswith("phrase"):
                chosen = [f'"{one}"' for one in chosen]
            own, plain, first, first_plain = compared(indexes, chosen, dict(options), repeats)
            ratios = median(a / b for a, b in zip(own, plain, strict=True))
            figures = (f"{mean(own):.1f}", f"{mean(plain):.1f}", f"{mean(own) / mean(plain):.3f}")
            rows.append([name, *figures, f"{ratios:.3f}", f"{first:.0f}", f"{first_plain:.0f}"])
        click.echo(aligned(rows, {1, 2, 3, 4, 5, 6}))
        index = indexes[0]
        newest = index.search("*", sort="newest", limit=1)[0].date
        assert newest is not None
        for what, do in (
            ("20 trends of the last year", lambda: index.trends(str(int(newest[:4])))),
            ("all groups of near-duplicates", index.duplicates),
        ):
            times = [_timed(do) / 1000 for _ in range(2)]
            click.echo(f"{what}: {times[0]:.0f} ms the first time, {times[1]:.0f} ms again")

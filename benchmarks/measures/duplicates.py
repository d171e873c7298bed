"""Are near-duplicates found, and nothing else? Articles of the generated archive with a tenth of their words changed, among all others.

``python -m benchmarks duplicates`` takes copies of some articles, changes words of title and text (each that is chosen becomes another
word of the archive, is left out, or changes places with the next one), and asks the index for all its duplicates. Recall is the share
of copies that stand in one group with their article; precision the share of pairs in groups that are such a copy and its article.
It also says what it took, beside building the index.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from benchmarks.corpora.archive import Article, prepared
from benchmarks.measures.building import articles

_POOL = 500  # articles that words are taken from


def changed(text: str, share: float, words: list[str], chance: random.Random) -> str:
    """The text with a share of its words replaced, left out or exchanged with the next, one word at least."""
    found: list[str] = text.split()
    count = min(len(found), max(1, round(share * len(found))))
    for at in chance.sample(range(len(found)), count):
        what = chance.randrange(3)
        if what == 0 or (what == 2 and at + 1 == len(found)):
            found[at] = chance.choice(words)
        elif what == 1:
            found[at] = ""
        else:
            found[at], found[at + 1] = found[at + 1], found[at]
    return " ".join(filter(None, found))


def copies(found: list[Article], count: int, share: float, seed: int) -> Iterator[Article]:
    """Near-duplicates of some articles, each with the id of its own and "-copy"."""
    chance = random.Random(seed)
    words = [word for article in found[:_POOL] for word in article["text"].split()]
    for article in chance.sample(found, count):
        copy = article.copy()
        copy["id"] = f"{article['id']}-copy"
        copy["title"] = changed(article["title"], share, words, chance)
        copy["text"] = changed(article["text"], share, words, chance)
        yield copy


@click.command("duplicates")
@click.option("--documents", type=click.IntRange(10), default=20_000, show_default=True)
@click.option("--copies", "count", type=click.IntRange(1), default=2_000, show_default=True)
@click.option("--share", type=click.FloatRange(0, 1), multiple=True, default=(0.05, 0.1, 0.15, 0.2))
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
def command(documents: int, count: int, share: tuple[float, ...], seed: int) -> None:
    """Recall and precision of near-duplicates, by the share of words that were changed."""
    archive = prepared(documents, seed)
    found = list(articles(archive))
    for one in share:
        click.echo(json.dumps(measure(found, min(count, documents), one, seed)))


def measure(found: list[Article], count: int, share: float, seed: int) -> dict[str, float]:
    """The figures for one share of changed words."""
    from searchlib import Index

    with TemporaryDirectory() as name:
        index = Index.create(Path(name) / "index")
        began = perf_counter()
        with index.writer() as writer:
            for article in found:
                writer.add(article)
            for article in copies(found, count, share, seed):
                writer.add(article)
        built = perf_counter() - began
        began = perf_counter()
        groups = index.duplicates()
        seconds = perf_counter() - began
        pairs = [
            (one, other)
            for group in groups
            for one, other in combinations(sorted(hit.id for hit in group), 2)
        ]
        index.close()
    right = sum(other == f"{one}-copy" for one, other in pairs)
    return {
        "changed": share,
        "copies": count,
        "recall": round(right / count, 4),
        "precision": round(right / len(pairs), 4) if pairs else 1.0,
        "build_seconds": round(built, 2),
        "search_seconds": round(seconds, 3),
    }

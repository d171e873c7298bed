"""Does a question in one language find the documents in the other? Headlines and questions, with dictionaries and without.

wmt_en_ru_docs: a headline of one language is asked of the documents in the other only, of which one is its translation. xquad: the
questions of one language of the paragraphs in the other. Goals are of English asked of Russian; the other direction is stated.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from benchmarks.corpora import real
from searchlib import Definition, Field, Index, QueryError

MEASURES = ("R@1", "R@10", "nDCG@10")
_DEPTH = 10
Goal = tuple[float | None, float | None]  # R@1 and R@10


@dataclass(frozen=True, slots=True)
class Crossing:
    """Questions of one language and documents of another; collection: of each. goals: with Mueller's dictionary, and with none."""

    questions: str
    documents: str
    language: str
    goals: tuple[Goal, Goal]

    @property
    def title(self) -> str:
        return f"{self.questions.partition('_')[0]} {self.language}"


_STATED: Goal = (None, None)
CROSSINGS = (
    Crossing("wmt_en_ru_docs", "wmt_en_ru_docs", "en", ((0.79, 0.93), (None, 0.66))),
    Crossing("xquad_en", "xquad_ru", "en", ((0.71, 0.91), (None, 0.61))),
    Crossing("wmt_en_ru_docs", "wmt_en_ru_docs", "ru", (_STATED, _STATED)),
    Crossing("xquad_ru", "xquad_en", "ru", (_STATED, _STATED)),
)


def measured(crossing: Crossing, index: Index, data: Path) -> list[dict[str, float]]:
    """Each of MEASURES, for each question that has a relevant document in the index."""
    qrels = real.judgements(crossing.documents, data)
    other = {"en": "ru", "ru": "en"}[crossing.language]
    found = []
    for query in real.queries(crossing.questions, data):
        relevant = {id for id, grade in qrels.get(query["id"], {}).items() if grade > 0}
        if query["lang"] == crossing.language and relevant:
            found.append(_figures(_answer(index, query["text"], other), relevant))
    return found


def _answer(index: Index, text: str, language: str) -> list[str]:
    try:
        return index.search(text, limit=_DEPTH, lenient=True, cross_language=True, lang=language).ids
    except QueryError:  # not a word in it
        return []


def _figures(ids: list[str], relevant: set[str]) -> dict[str, float]:
    from math import log2

    gains = [1 / log2(place + 2) for place, id in enumerate(ids) if id in relevant]
    best = sum(1 / log2(place + 2) for place in range(min(len(relevant), _DEPTH)))
    return {
        "R@1": len(relevant.intersection(ids[:1])) / len(relevant),
        "R@10": len(relevant.intersection(ids)) / len(relevant),
        "nDCG@10": sum(gains) / best,
    }


def definition_of(dictionaries: tuple[str, ...] | None) -> Definition:
    fields = (
        Field("title", "text", 2.0, stored=False),
        Field("text", "text", stored=False),
        Field("lang", "keyword"),
    )
    return replace(Definition(fields), dictionaries=dictionaries)


def build(collection: str, definition: Definition, data: Path, folder: Path) -> Index:
    """An index of a collection, each document with its language."""
    index = Index.create(folder, definition)
    with index.writer() as writer:
        for document in real.documents(collection, data):
            language = document.get("lang") or collection.rpartition("_")[2]
            writer.add({"lang": language, **{key: document[key] for key in ("id", "title", "text")}})
    return index


def line(title: str, means: dict[str, float], count: int, goal: Goal) -> str:
    """One row of the table. A goal is reached to the two digits that it has, or more."""
    wanted = [(name, bound) for name, bound in zip(MEASURES, goal, strict=False) if bound is not None]
    said = ", ".join(f"{name} {bound:.2f}" for name, bound in wanted)
    reached = all(means[name] >= bound for name, bound in wanted)
    figures = "".join(f"{means[name]:>9.3f}" for name in MEASURES)
    verdict = f"  {said} {'reached' if reached else 'NOT reached'}" if said else ""
    return f"{title:<24}{count:>7,}{figures}{verdict}"


@click.command("across")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=real.DATA, help="The collections."
)
@click.option(
    "--dictionary",
    "named",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Of two languages; by default those that are installed. May be repeated.",
)
def command(data: Path, named: tuple[str, ...]) -> None:
    """Questions of one language asked of documents in the other, with dictionaries and with none.

    The goals are for Mueller's dictionary alone: --dictionary /usr/share/dictd/mueller7.index.
    """
    from searchlib.bilingual.translations import installed

    dictionaries = named or tuple(map(str, installed()))
    click.echo(f"dictionaries: {', '.join(dictionaries) or 'none'}")
    click.echo(f"{'':<24}{'queries':>7}" + "".join(f"{name:>9}" for name in MEASURES) + "  goal")
    for number, chosen in enumerate((dictionaries, ())):
        if number == 0 and not dictionaries:
            continue
        for crossing in CROSSINGS:
            absent = real.missing(crossing.documents, data)
            if absent:
                click.echo(absent, err=True)
                continue
            with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
                index = build(crossing.documents, definition_of(chosen), data, Path(folder) / "index")
                rows = measured(crossing, index, data)
                index.close()
            means: dict[str, Any] = {name: fmean(row[name] for row in rows) for name in MEASURES}
            title = f"{crossing.title}, {'none' if number else 'dictionary'}"
            click.echo(line(title, means, len(rows), crossing.goals[number]))

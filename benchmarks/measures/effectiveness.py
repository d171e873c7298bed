"""Does the library find what people judged to be relevant? Every judged collection in both qualities, beside their goals.

The goal of quality="fast" is what Lucene reaches with its own English and Russian analyzers on the same documents, queries and
judgements. A question is asked as `search run` asks it, with what is no valid query taken for words. A collection that is missing is
skipped; wmt_en_ru_docs is left out, for its queries and judgements go from one language to the other. Nothing here is for tuning: it
says where we stand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from benchmarks.corpora import real
from searchlib import Definition, Field, Index, QueryError

_DEPTH = 1000  # documents asked of a query, for average precision
QUALITIES = ("fast", "best")
MEASURES = ("nDCG@10", "AP", "R@100", "RR@10")
Goal = tuple[float, float]  # nDCG@10 and AP
Run = dict[str, dict[str, float]]  # query -> document -> score


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, or its part in one language; goals: by quality, of those that have one."""

    name: str
    language: str | None
    goals: dict[str, Goal]

    @property
    def title(self) -> str:
        return f"{self.name} {self.language}" if self.language else self.name


COLLECTIONS = (
    Collection("time", None, {"fast": (0.756, 0.697), "best": (0.759, 0.701)}),
    Collection("cranfield", None, {"fast": (0.517, 0.411), "best": (0.532, 0.427)}),
    Collection("xquad_en", None, {"fast": (0.965, 0.956), "best": (0.972, 0.965)}),
    Collection("xquad_ru", None, {"fast": (0.956, 0.945), "best": (0.963, 0.954)}),
    Collection("tg_same_event", "en", {}),
    Collection("tg_same_event", "ru", {"fast": (0.940, 0.925)}),
    Collection("en_reuters21578", None, {}),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one collection was answered. values: by quality and measure, one for each judged query, in the same order."""

    collection: Collection
    documents: int
    queries: int
    values: dict[str, dict[str, list[float]]]

    def mean(self, quality: str, measure: str) -> float:
        return fmean(self.values[quality][measure])

    def reached(self, quality: str) -> bool | None:
        """Are both goals met, to the three digits that they have? None when there are none."""
        goal = self.collection.goals.get(quality)
        if goal is None:
            return None
        found = (self.mean(quality, measure) for measure in ("nDCG@10", "AP"))
        return all(round(one, 3) >= wanted for one, wanted in zip(found, goal, strict=True))

    def p(self, measure: str) -> float:
        """How likely chance alone makes such a difference between the qualities, either way."""
        fast, best = (self.values[quality][measure] for quality in QUALITIES)
        return chance(best, fast)


def chance(ours: list[float], theirs: list[float]) -> float:
    """How likely chance alone makes such a difference, either way: by Student's paired t-test over the queries."""
    from scipy.stats import ttest_rel

    return 1.0 if ours == theirs else float(ttest_rel(ours, theirs).pvalue)


def ranked(search: Callable[[str, int], list[str]], queries: list[dict[str, Any]]) -> Run:
    """The answers, with scores that keep their order whatever ties an evaluator would break; own_doc is dropped."""
    run: Run = {}
    for query in queries:
        found = [doc for doc in search(query["text"], _DEPTH + 1) if doc != query.get("own_doc")][:_DEPTH]
        run[query["id"]] = {doc: float(_DEPTH - place) for place, doc in enumerate(found)}
    return run


def evaluated(qrels: dict[str, dict[str, int]], run: Run) -> dict[str, list[float]]:
    """Each of MEASURES by query, of the queries that have a relevant document, in order; 0 for what found nothing."""
    import ir_measures

    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found = {
        (str(one.measure), one.query_id): one.value for one in ir_measures.iter_calc(measures, judged, run)
    }
    return {
        name: [float(found.get((str(measure), query), 0.0)) for query in sorted(judged)]
        for name, measure in zip(MEASURES, measures, strict=True)
    }


def judged_documents(collection: Collection, data: Path) -> Iterator[dict[str, Any]]:
    """The documents of a collection that have a word."""
    for document in real.documents(collection.name, data):
        worded = any(document[field].strip() for field in ("title", "text"))
        if worded and collection.language in (None, document.get("lang")):
            yield document


def judged_queries(
    collection: Collection, data: Path
) -> tuple[list[dict[str, Any]], dict[str, dict[str, int]]]:
    """The queries of a collection, and the judgements of those that have any."""
    queries = [
        query for query in real.queries(collection.name, data) if collection.language in (None, query["lang"])
    ]
    qrels = real.judgements(collection.name, data)
    return queries, {query["id"]: qrels[query["id"]] for query in queries if query["id"] in qrels}


def outcome(collection: Collection, data: Path, folder: Path) -> Outcome:
    """Indexes a collection and asks all its queries in both qualities."""
    fields = (Field("title", "text", 2.0, stored=False), Field("text", "text", stored=False))
    queries, asked = judged_queries(collection, data)
    with Index.create(folder, Definition(fields)) as index:
        with index.writer() as writer:
            for document in judged_documents(collection, data):
                writer.add({key: document[key] for key in ("id", "title", "text")})

        def search(quality: str) -> Callable[[str, int], list[str]]:
            def ask(text: str, limit: int) -> list[str]:
                try:
                    return index.search(text, limit=limit, lenient=True, quality=quality).ids
                except QueryError:  # not a word in it
                    return []

            return ask

        values = {quality: evaluated(asked, ranked(search(quality), queries)) for quality in QUALITIES}
        return Outcome(collection, len(index), len(values["fast"]["AP"]), values)


def table(outcomes: list[Outcome]) -> str:
    """The outcomes as aligned text: a line for each quality, and of the second how likely chance makes the difference."""
    head = f"{'collection':<18}{'documents':>10}{'queries':>9}  {'quality':<8}"
    head += "".join(f"{name:>9}" for name in MEASURES)
    lines = [f"{head}  {'goal':<23}{'p nDCG@10':>10}{'p AP':>8}"]
    for it in outcomes:
        lines += [line.rstrip() for line in _lines(it)]
    return "\n".join(lines)


def _lines(it: Outcome) -> Iterator[str]:
    for quality in QUALITIES:
        first = quality == QUALITIES[0]
        what = f"{it.collection.title:<18}{it.documents:>10,}{it.queries:>9,}" if first else " " * 37
        figures = "".join(f"{it.mean(quality, name):>9.3f}" for name in MEASURES)
        goal = ""
        if (wanted := it.collection.goals.get(quality)) is not None:
            goal = f"{wanted[0]:.3f} {wanted[1]:.3f} {'reached' if it.reached(quality) else 'NOT reached'}"
        chances = "" if first else f"{it.p('nDCG@10'):>10.3f}{it.p('AP'):>8.3f}"
        yield f"{what}  {quality:<8}{figures}  {goal:<23}{chances}"


@click.command("effectiveness")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=real.DATA, help="The collections."
)
def command(data: Path) -> None:
    """Answers in both qualities against judgements, beside their goals.

    p is the chance that best and fast would differ so if neither were better: paired t-test over the queries.
    """
    outcomes = []
    for collection in COLLECTIONS:
        absent = real.missing(collection.name, data)
        if absent:
            click.echo(absent, err=True)
            continue
        with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
            outcomes.append(outcome(collection, data, Path(folder) / "index"))
    if outcomes:
        click.echo(table(outcomes))
        click.echo("goal: nDCG@10 and AP, of fast those of Lucene; p: of best against fast, paired t-test")
        click.echo("en_reuters21578: topic labels as queries, weak judgements")

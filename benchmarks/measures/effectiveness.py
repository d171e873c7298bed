"""Does the library find what people judged to be relevant? Every judged collection with the defaults, beside Lucene.

The figures of Lucene are those of its own English and Russian analyzers on the same documents, queries and
judgements. A collection that is missing is skipped. Nothing here is for tuning: it says where we stand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.corpora import real
from searchlib import Definition, Field, Index, QueryError

_DEPTH = 1000  # documents asked of a query, for average precision
# Collection, language or None for all, and nDCG@10 and AP of Lucene where they are known.
_COLLECTIONS: tuple[tuple[str, str | None, tuple[float, float] | None], ...] = (
    ("time", None, (0.756, 0.697)),
    ("cranfield", None, (0.517, 0.411)),
    ("xquad_en", None, (0.965, 0.956)),
    ("xquad_ru", None, (0.956, 0.945)),
    ("tg_same_event", "en", None),
    ("tg_same_event", "ru", (0.940, 0.925)),
    ("en_reuters21578", None, None),
)
MEASURES = ("nDCG@10", "AP", "R@100", "RR@10")
Run = dict[str, dict[str, float]]  # query -> document -> score


@dataclass(frozen=True, slots=True)
class Outcome:
    """One collection: how many documents and judged queries, and each of MEASURES."""

    name: str
    documents: int
    queries: int
    measures: dict[str, float]
    lucene: tuple[float, float] | None


def ranked(search: Callable[[str, int], list[str]], queries: list[dict[str, Any]]) -> Run:
    """The answers, with scores that keep their order whatever ties an evaluator would break; own_doc is dropped."""
    run: Run = {}
    for query in queries:
        found = [doc for doc in search(query["text"], _DEPTH + 1) if doc != query.get("own_doc")][:_DEPTH]
        run[query["id"]] = {doc: float(_DEPTH - place) for place, doc in enumerate(found)}
    return run


def evaluated(qrels: dict[str, dict[str, int]], run: Run) -> dict[str, float]:
    """The mean of each of MEASURES over the queries that have a relevant document."""
    import ir_measures

    judged = {query: grades for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found = ir_measures.calc_aggregate(measures, judged, run)
    return {name: float(found[measure]) for name, measure in zip(MEASURES, measures, strict=True)}


def outcome(
    name: str, language: str | None, lucene: tuple[float, float] | None, data: Path, folder: Path
) -> Outcome:
    """Indexes a collection, or its part in one language, and asks all its queries."""
    fields = (Field("title", "text", 2.0, stored=False), Field("text", "text", stored=False))
    queries = [query for query in real.queries(name, data) if language in (None, query["lang"])]
    qrels = real.judgements(name, data)
    with Index.create(folder, Definition(fields)) as index:
        with index.writer() as writer:
            for document in real.documents(name, data):
                worded = any(document[field].strip() for field in ("title", "text"))
                if worded and language in (None, document.get("lang")):
                    writer.add({key: document[key] for key in ("id", "title", "text")})

        def search(text: str, limit: int) -> list[str]:
            try:
                return index.search(text, limit=limit).ids
            except QueryError:  # not a word in it
                return []

        run = ranked(search, queries)
        asked = {query["id"]: qrels[query["id"]] for query in queries if query["id"] in qrels}
        judged = sum(any(grade > 0 for grade in grades.values()) for grades in asked.values())
        title = f"{name} {language}" if language else name
        return Outcome(title, len(index), judged, evaluated(asked, run), lucene)


def table(outcomes: list[Outcome]) -> str:
    """The outcomes as aligned text."""
    lines = [
        f"{'collection':<18}{'documents':>10}{'queries':>9}" + "".join(f"{name:>10}" for name in MEASURES)
    ]
    lines[0] += f"{'Lucene nDCG@10':>17}{'Lucene AP':>12}"
    for it in outcomes:
        line = f"{it.name:<18}{it.documents:>10,}{it.queries:>9,}"
        line += "".join(f"{it.measures[name]:>10.3f}" for name in MEASURES)
        ndcg, precision = (f"{figure:.3f}" for figure in it.lucene) if it.lucene else ("", "")
        lines.append(f"{line}{ndcg:>17}{precision:>12}".rstrip())
    return "\n".join(lines)


@click.command("effectiveness")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=real.DATA, help="The collections."
)
def command(data: Path) -> None:
    """Answers of the library's defaults against judgements, beside Lucene."""
    outcomes = []
    for name, language, lucene in _COLLECTIONS:
        absent = real.missing(name, data)
        if absent:
            click.echo(absent, err=True)
            continue
        with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
            outcomes.append(outcome(name, language, lucene, data, Path(folder) / "index"))
    if outcomes:
        click.echo(table(outcomes))
        click.echo("en_reuters21578: topic labels as queries, weak judgements")

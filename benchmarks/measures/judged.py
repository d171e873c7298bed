"""What of the effectiveness stands in a result? Every judged collection in both qualities, and Lucene on the same questions.

Lucene is measured as in the rest of the suite: its own stemmers on title, twice as weighty, and text, stop words kept, told in which
language a question is. The goals are not taken from that but from its EnglishAnalyzer and RussianAnalyzer (effectiveness.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpora import chosen, real
from benchmarks.corpora.questions import as_bag
from benchmarks.engines import OURS
from benchmarks.engines.engine import Ask, Engine
from benchmarks.measures.bench import Bench
from benchmarks.measures.effectiveness import (
    COLLECTIONS,
    MEASURES,
    Collection,
    Outcome,
    chance,
    evaluated,
    judged_documents,
    judged_queries,
    outcome,
    ranked,
)
from benchmarks.measures.figures import Figure
from benchmarks.measures.latency import EngineError
from benchmarks.measures.result import Goal

BEST = f"{OURS}, best"
_VARIANTS = {"fast": OURS, "best": BEST}
_TESTED = ("nDCG@10", "AP")
_PEER = "Lucene"


def effectiveness(bench: Bench) -> None:
    """The collections that are there."""
    from benchmarks.engines.lucene import Lucene

    lucene = Lucene(warm_up=0)  # nothing is timed
    for collection in COLLECTIONS:
        if bench.data is None:
            bench.say("effectiveness is not measured without the real collections")
            return
        reason = real.missing(collection.name, bench.data)
        if reason:
            bench.say(reason)
            continue
        bench.say(f"answers to {collection.title} against judgements")
        with TemporaryDirectory(prefix="judged-", dir=bench.work) as name:
            found = outcome(collection, bench.data, Path(name) / "index")
            bench.result.figures.extend(figures(found))
            if _PEER in bench.engines:
                with bench.spared():
                    theirs = _answered(lucene, collection, bench.data, Path(name) / _PEER)
                    bench.result.figures.extend(_beside(found, theirs))


def figures(found: Outcome) -> list[Figure]:
    """The means of a collection in both qualities, and how likely chance makes the difference."""
    title = found.collection.title
    shown = [
        Figure("effectiveness", title, "", engine, measure, "", (found.mean(quality, measure),), rising=True)
        for quality, engine in _VARIANTS.items()
        for measure in MEASURES
    ]
    return shown + [
        Figure("effectiveness", title, "", BEST, f"p of {measure} to {OURS}", "", (found.p(measure),))
        for measure in _TESTED
    ]


def goals(collections: Iterable[Collection], found: Iterable[Figure]) -> list[Goal]:
    """What each collection was promised, to the three digits that a promise has."""
    by_key = {figure.key: figure for figure in found}
    promised = []
    for collection in collections:
        for quality, bounds in collection.goals.items():
            for measure, bound in zip(_TESTED, bounds, strict=True):
                key = ("effectiveness", collection.title, "", _VARIANTS[quality], measure)
                value = round(by_key[key].value, 3) if key in by_key else None
                promise = f'{measure} of {collection.title}, quality="{quality}"'
                promised.append(Goal(promise, key, at_least=bound, found=value))
    return promised


def _beside(found: Outcome, theirs: dict[str, list[float]]) -> list[Figure]:
    title = found.collection.title
    shown = [
        Figure("effectiveness", title, "", _PEER, measure, "", (sum(values) / len(values),), rising=True)
        for measure, values in theirs.items()
    ]
    for quality, engine in _VARIANTS.items():
        for measure in _TESTED:
            p = chance(found.values[quality][measure], theirs[measure])
            shown.append(Figure("effectiveness", title, "", engine, f"p of {measure} to {_PEER}", "", (p,)))
    return shown


def _answered(engine: Engine, collection: Collection, data: Path, folder: Path) -> dict[str, list[float]]:
    """Each measure by query, of an engine with its own analysis. Raises EngineError."""
    queries, asked = judged_queries(collection, data)
    try:
        documents = judged_documents(collection, data)
        articles = (chosen.article(document, collection.name, document["id"]) for document in documents)
        engine.ready(articles, "own")(folder)
        return evaluated(asked, ranked(_search(engine.open(folder, "own")), queries))
    except Exception as error:  # of whatever class an engine has for it
        raise EngineError(engine.name, error) from error


def _search(ask: Ask) -> Callable[[str, int], list[str]]:
    def search(text: str, limit: int) -> list[str]:
        question = as_bag(text)
        return [] if question is None else ask(replace(question, top=limit)).ids

    return search

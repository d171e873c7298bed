"""How does the time of a question grow with the archive? searchlib and tantivy on the first documents, more and more of them.

The exponent e of time = documents^e is fitted by least squares on the logarithms, once for each repetition.
"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import linear_regression

from benchmarks.corpora.archive import Archive
from benchmarks.corpora.chosen import Corpus, generated
from benchmarks.corpora.questions import BAG
from benchmarks.engines import OURS
from benchmarks.measures.bench import Bench, Ground
from benchmarks.measures.figures import Figure
from benchmarks.measures.latency import asked, figures

CLASSES = (BAG, "AND of 2", "phrase of 2")
_ENGINES = (OURS, "tantivy")
_STEPS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
_SMALL = (100, 300, 1_000, 3_000)  # only where there are not three of the others


def sizes(largest: int) -> list[int]:
    """Numbers of documents up to the largest; a few small ones where there are not three large ones."""
    found = [step for step in _STEPS if step <= largest]
    if len(found) < 3:
        found = [step for step in (*_SMALL, *_STEPS) if step <= largest]
        found = (found if found and found[-1] * 2 > largest else [*found, largest])[-3:]
    return found


def growth(bench: Bench) -> None:
    """Mean and p99 by size, and the exponents of both."""
    whole = _whole(bench)
    found: list[Figure] = []
    for documents in sizes(whole.asked):
        corpus = whole.first(documents)
        ground = Ground(corpus, "own", tuple(name for name in _ENGINES if name in bench.engines))
        for subject in CLASSES:
            asks = bench.asks(ground)
            questions = bench.questions(ground).get(subject)
            if not questions:
                continue
            bench.say(f"{subject} on {documents:,} documents")
            with bench.spared():
                runs = asked(asks, questions, bench.extent.repeats, bench.extent.budget)
                found += [
                    replace(figure, section="growth", corpus=f"{documents:,}")
                    for figure in figures("", subject, runs)
                    if figure.quantity in ("mean", "p99") and figure.subject == subject
                ]
        bench.close()
    bench.result.figures.extend(found)
    bench.result.figures.extend(exponents(found))


def _whole(bench: Bench) -> Corpus:
    """What the first documents are taken from: more is generated where more are asked for."""
    corpus, wanted = bench.corpus, bench.extent.growth_to
    if isinstance(corpus.about, Archive) and wanted > corpus.asked:
        return generated(wanted, corpus.about.seed, None)
    return corpus.first(min(wanted, corpus.asked))


def exponents(found: list[Figure]) -> list[Figure]:
    """Of each class and engine with two sizes or more, of the mean; a value for each repetition."""
    lines: dict[tuple[str, str], list[Figure]] = {}
    for figure in found:
        if figure.quantity == "mean":
            lines.setdefault((figure.subject, figure.engine), []).append(figure)
    return [
        Figure("growth", "", subject, engine, "exponent", "", tuple(map(_slope, _turns(line))))
        for (subject, engine), line in lines.items()
        if len(line) > 1
    ]


def _turns(line: list[Figure]) -> list[list[tuple[float, float]]]:
    """The logarithms of documents and time in each repetition."""
    logs = [math.log(int(figure.corpus.replace(",", ""))) for figure in line]
    turns = zip(*(figure.values for figure in line), strict=True)
    return [[(x, math.log(value)) for x, value in zip(logs, values, strict=True)] for values in turns]


def _slope(points: list[tuple[float, float]]) -> float:
    return linear_regression(*zip(*points, strict=True)).slope

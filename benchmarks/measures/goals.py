"""Which promises does a run keep? Every one about what it has measured, as Goals.

A latency is compared with another engine's on its own analysis and on terms, as far as the other is measured in both. Where an
engine was too slow for all questions, both are compared on those that it answered; where it was measured on less than the corpus,
there. What was promised beside an engine that is absent is not measured, so not reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from benchmarks.corpora.questions import BAG
from benchmarks.engines import OURS
from benchmarks.measures import judged
from benchmarks.measures.building import NEWS, TWO
from benchmarks.measures.effectiveness import COLLECTIONS
from benchmarks.measures.figures import Figure, paired
from benchmarks.measures.growth import CLASSES
from benchmarks.measures.kernels import OVERHEAD
from benchmarks.measures.result import Goal

# Class of questions, engine, analysis, and the most that searchlib's mean time may be of the engine's.
_LATENCY = (
    (BAG, "PISA", "terms", 0.5),
    (BAG, "Lucene", "terms", 0.35),
    (BAG, "Lucene", "own", 0.35),
    (BAG, "tantivy", "terms", 0.1),
    (BAG, "tantivy", "own", 0.1),
    (BAG, "bm25s", "terms", 0.3),
    (BAG, "Whoosh", "own", 1 / 200),
    *(
        (subject, engine, analysis, 0.6)
        for subject in ("AND of 2", "AND of 3")
        for engine in ("tantivy", "Lucene")
        for analysis in ("terms", "own")
    ),
    *(
        (subject, engine, analysis, bound)
        for subject in ("phrase of 2", "phrase of 3")
        for engine, bound in (("tantivy", 0.5), ("Lucene", 0.7))
        for analysis in ("terms", "own")
    ),
)
_MOST = "bag, top 1,000"
_BEST_PEER = "the best other engine"
_STARTS = (("start", "cold search", 120.0), ("start", "open", 5.0), ("memory", "idle", 30.0))
_SMALLER = ("tantivy", "Lucene")
_SPEED = "MB/s of text"


def goals(figures: Sequence[Figure], corpus: str, sections: Iterable[str]) -> list[Goal]:
    """corpus: the name of the whole one; sections: those that were asked for, and nothing else is promised of."""
    of = Figures(figures, corpus)
    promises = {
        "latency": _latency,
        "growth": _growth,
        "build": _build,
        "size": _size,
        "start": _start,
        "memory": _start,
        "kernels": _kernels,
        "effectiveness": _effectiveness,
    }
    return [goal for section in sections if section in promises for goal in promises[section](of, section)]


class Figures:
    """The figures of a run by what they are of."""

    def __init__(self, figures: Sequence[Figure], corpus: str) -> None:
        self.all = figures
        self.corpus = corpus
        self._by_key = {figure.key: figure for figure in figures}

    def find(self, section: str, corpus: str, subject: str, engine: str, quantity: str) -> Figure | None:
        return self._by_key.get((section, corpus, subject, engine, quantity))

    def pair(
        self, section: str, analysis: str, subject: str, engine: str, quantity: str
    ) -> tuple[Figure, Figure] | None:
        """Searchlib's figure and another engine's, where both are of the same: on the whole corpus if there, else on less of it."""
        for theirs in self.all:
            if (theirs.section, theirs.engine, theirs.quantity) != (section, engine, quantity):
                continue
            if not theirs.corpus.endswith(f", {analysis}") or theirs.subject != subject:
                continue
            return self._same(theirs)
        return None

    def _same(self, theirs: Figure) -> tuple[Figure, Figure] | None:
        """With searchlib's: on the first questions alone where the other has answered no more."""
        parts = (one for one in self.all if one.subject.startswith(f"{theirs.subject}, the first "))
        for part in parts:
            same = (part.section, part.corpus, part.engine, part.quantity)
            if same == (theirs.section, theirs.corpus, theirs.engine, theirs.quantity):
                theirs = part
        ours = self.find(theirs.section, theirs.corpus, theirs.subject, OURS, theirs.quantity)
        return None if ours is None else (ours, theirs)

    def best_peer(self, analysis: str, subject: str, quantity: str) -> tuple[Figure, Figure] | None:
        """Searchlib beside the engine on the whole corpus that comes nearest to it, on the questions that it answered."""
        corpus = f"{self.corpus}, {analysis}"
        pairs = [
            pair
            for figure in self.all
            if figure.section == "latency" and figure.engine != OURS
            if (figure.corpus, figure.subject, figure.quantity) == (corpus, subject, quantity)
            if (pair := self._same(figure)) is not None
        ]
        return max(pairs, key=lambda pair: paired(*pair).value, default=None)


def beside(promise: Goal, pair: tuple[Figure, Figure] | None) -> Goal:
    """The goal with the ratio that was found."""
    if pair is None:
        return promise
    ours, theirs = pair
    ratio = paired(ours, theirs)
    return replace(
        promise, ours=ours.key, to=theirs.engine, found=ratio.value, low=ratio.low, high=ratio.high
    )


def _latency(of: Figures, section: str) -> Iterator[Goal]:
    for subject, engine, analysis, bound in _LATENCY:
        key = (section, f"{of.corpus}, {analysis}", subject, OURS, "mean")
        promise = Goal(f"{subject}, {_words(analysis)}, beside {engine}", key, engine, at_most=bound)
        yield beside(promise, of.pair(section, analysis, subject, engine, "mean"))
    for analysis in ("terms", "own"):
        key = (section, f"{of.corpus}, {analysis}", _MOST, OURS, "mean")
        promise = Goal(f"{_MOST}, {_words(analysis)}, beside {_BEST_PEER}", key, _BEST_PEER, at_most=0.5)
        yield beside(promise, of.best_peer(analysis, _MOST, "mean"))
    for analysis in ("terms", "own"):
        corpus = f"{of.corpus}, {analysis}"
        for figure in of.all:
            key = (section, corpus, figure.subject, OURS, "p99")
            if figure.key == key and ", the first " not in figure.subject:
                words = f"p99 of {figure.subject}, {_words(analysis)}, beside {_BEST_PEER}"
                promise = Goal(words, key, _BEST_PEER, at_most=0.5)
                yield beside(promise, of.best_peer(analysis, figure.subject, "p99"))


def _words(analysis: str) -> str:
    return "same terms" if analysis == "terms" else "own analysis"


def _growth(of: Figures, section: str) -> Iterator[Goal]:
    sizes = [int(f.corpus.replace(",", "")) for f in of.all if f.section == section and f.corpus]
    extent = f"from {min(sizes):,} to {max(sizes):,} documents" if sizes else "as the archive grows"
    for subject in CLASSES:
        figure = of.find(section, "", subject, OURS, "exponent")
        key = (section, "", subject, OURS, "exponent")
        value = figure.value if figure else None
        yield Goal(f"growth of {subject}, {extent}: slower than documents^0.6", key, at_most=0.6, found=value)


def _build(of: Figures, section: str) -> Iterator[Goal]:
    corpus = f"{of.corpus}, own"
    two = f"{OURS}{TWO}"

    def promise(words: str, engine: str, to: str, bound: float) -> Goal:
        goal = Goal(words, (section, corpus, "", engine, _SPEED), to, at_least=bound)
        ours, theirs = (of.find(section, corpus, "", name, _SPEED) for name in (engine, to))
        return goal if ours is None or theirs is None else beside(goal, (ours, theirs))

    yield promise("build by one process, beside tantivy", OURS, "tantivy", 1.5)
    yield promise("build by two processes, beside one", two, OURS, 1.8)
    yield promise("build by two processes, beside tantivy", two, "tantivy", 1.5 * 1.8)
    yield promise(
        "build by two processes, news with everything stored, beside one", f"{NEWS}{TWO}", NEWS, 1.8
    )


def _size(of: Figures, section: str) -> Iterator[Goal]:
    for analysis in ("own", "terms"):
        corpus = f"{of.corpus}, {analysis}"
        key = (section, corpus, "all", OURS, "bytes/document")
        ours = of.find(*key)
        others = [of.find(section, corpus, "all", name, key[-1]) for name in _SMALLER]
        there = [other for other in others if other is not None]
        promise = Goal(
            f"size without stored text, {_words(analysis)}, beside the smaller of {' and '.join(_SMALLER)}",
            key,
            " and ".join(_SMALLER),
            at_most=1.0,
        )
        smallest = min(there, key=lambda figure: figure.value, default=None)
        yield promise if ours is None or smallest is None else beside(promise, (ours, smallest))


def _start(of: Figures, section: str) -> Iterator[Goal]:
    for part, quantity, bound in _STARTS:
        if part == section:
            key = (section, f"{of.corpus}, own", "", OURS, quantity)
            figure = of.find(*key)
            words = "cold `search WORDS`" if quantity == "cold search" else f"{quantity} index"
            yield Goal(
                f"{words}, {of.corpus} documents", key, at_most=bound, found=figure.value if figure else None
            )


def _kernels(of: Figures, section: str) -> Iterator[Goal]:
    key = (section, f"{of.corpus}, own", "plain query", OURS, OVERHEAD)
    figure = of.find(*key)
    yield Goal("Python's share of a plain query", key, at_most=15, found=figure.value if figure else None)


def _effectiveness(of: Figures, section: str) -> Iterator[Goal]:
    yield from judged.goals(COLLECTIONS, of.all)

"""What do the sections of a run share? The corpora, the engines that are still measured, their indexes, questions, and the result."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.corpora.chosen import Corpus
from benchmarks.corpora.questions import Classes, Question
from benchmarks.engines import OURS
from benchmarks.engines.engine import Analysis, Ask, Engine, limited
from benchmarks.engines.terms import Terms, prepared_terms
from benchmarks.measures.building import NEWS, TWO, Build, BuildError, measured
from benchmarks.measures.latency import EngineError, opened_by
from benchmarks.measures.result import Result

ANALYSES: tuple[Analysis, ...] = ("own", "terms")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured.

    questions: of each class; repeats: of latency and kernels; builds: of each engine; starts: processes; budget: seconds that an engine has for
    a class; growth_to: documents; memory: questions asked of an index whose memory is measured; texts: of documents that are
    tokenised; merged: documents.
    """

    questions: int
    repeats: int
    builds: int
    starts: int
    budget: float
    growth_to: int
    memory: int
    texts: int
    merged: int


@dataclass(frozen=True, slots=True)
class Ground:
    """A corpus in one analysis, and the engines that are measured there beside each other."""

    corpus: Corpus
    analysis: Analysis
    engines: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.corpus.name}, {self.analysis}"


@dataclass
class Bench:
    """A run in the making. work: an empty folder; data: the collections, None when none are wanted; asked: real questions by class;
    say: tells what is being done. Not for several threads at once.
    """

    result: Result
    engines: dict[str, Engine]
    corpus: Corpus
    extent: Extent
    work: Path
    data: Path | None
    asked: dict[str, list[Question]]
    say: Callable[[str], None]
    _indexes: dict[tuple[str, str], Path] = field(default_factory=dict)
    _asks: dict[tuple[str, str], Ask] = field(default_factory=dict)
    _questions: dict[str, dict[str, list[Question]]] = field(default_factory=dict)
    _terms: Terms = field(default_factory=Terms)

    def grounds(self) -> list[Ground]:
        """Where engines are measured: on all of the corpus, and those that would take too long on less of it."""
        found = []
        sizes = {self._documents(engine) for engine in self.engines.values()} | {self.corpus.documents}
        for documents in sorted(sizes, reverse=True):
            corpus = self.corpus.first(documents)
            for analysis in ANALYSES:
                there = tuple(
                    name
                    for name, engine in self.engines.items()
                    if analysis in engine.analyses and (self._documents(engine) == documents or name == OURS)
                )
                if there != (OURS,) or documents == self.corpus.documents:
                    found.append(Ground(corpus, analysis, there))
        for ground in found:
            words = "with its own analysis" if ground.analysis == "own" else "as terms analysed by searchlib"
            self.result.corpora[ground.name] = f"{ground.corpus.meaning}; each engine {words}"
        return found

    def _documents(self, engine: Engine) -> int:
        return min(engine.most_documents or self.corpus.documents, self.corpus.documents)

    def archive(self, corpus: Corpus, analysis: Analysis) -> Path:
        """The file that is indexed."""
        return corpus.archive if analysis == "own" else prepared_terms(corpus.archive)

    def build(self, engine: str, ground: Ground) -> Build:
        """Builds an index, which replaces the one that was there. Raises EngineError."""
        folder = self.work / f"{engine}-{ground.name}".replace("/", "_")
        shutil.rmtree(folder, ignore_errors=True)
        archive = self.archive(ground.corpus, ground.analysis)
        try:
            built = measured(engine, ground.analysis, archive, folder, ground.corpus.documents)
        except BuildError as error:
            raise EngineError(engine, error) from error
        self._indexes[engine, ground.name] = folder
        return built

    def index(self, engine: str, ground: Ground) -> Path:
        """The index that was built last, or one that is built now. Raises EngineError."""
        if (engine, ground.name) not in self._indexes:
            self.say(f"building {engine} on {ground.name}")
            self.build(engine, ground)
        return self._indexes[engine, ground.name]

    def opener(self, engine: str, ground: Ground) -> Callable[[], Ask]:
        """What opens an engine's index on a ground, for the thread that calls it. Raises EngineError."""
        return partial(self.engines[engine].open, self.index(engine, ground), ground.analysis)

    def asks(self, ground: Ground) -> dict[str, Ask]:
        """What the engines of a ground are asked by, opened once; those that fail are left out of the run."""
        for name in ground.engines:
            if name in self.engines and (name, ground.name) not in self._asks:
                with self.spared():
                    ask = opened_by(name, self.opener(name, ground))
                    self._asks[name, ground.name] = ask
        return {
            name: self._asks[name, ground.name]
            for name in ground.engines
            if name in self.engines and (name, ground.name) in self._asks
        }

    def close(self) -> None:
        """Forgets what is open, so that no other process is there while builds and kernels are measured."""
        self._asks.clear()

    def questions(self, ground: Ground) -> dict[str, list[Question]]:
        """All classes that are asked on a ground."""
        if ground.corpus.name not in self._questions:
            self.say(f"questions about {ground.corpus.name}")
            classes = Classes(ground.corpus.about, ground.corpus.asked).questions(self.extent.questions)
            self._questions[ground.corpus.name] = {
                name: asked for name, asked in (classes | self.asked).items() if asked
            }
        own = self._questions[ground.corpus.name]
        return own if ground.analysis == "own" else self._in_terms(own)

    def _in_terms(self, classes: dict[str, list[Question]]) -> dict[str, list[Question]]:
        """The classes that are about terms alone."""
        found = {}
        for name, questions in classes.items():
            if all(question.wanted == "best" and not limited(question) for question in questions):
                terms = [term for one in questions if (term := self._terms.question(one)) is not None]
                if terms:
                    found[name] = terms
        return found

    def spared(self) -> Spared:
        """The run outlives it when an engine fails within; searchlib's own failures end it."""
        return Spared(self)


class Spared:
    """A context in which the failure of an engine costs the run that engine alone. lost: whether one has failed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.lost = False

    def __enter__(self) -> Spared:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, EngineError) or error.name.startswith(OURS):
            return False
        self.lost = True
        reason = str(error)
        self._bench.engines.pop(error.name, None)
        self._bench.result.absent[error.name] = reason
        self._bench.say(f"{reason}\n(the run goes on without {error.name})")
        return True


def variants(ground: Ground) -> list[str]:
    """Other ways to build with searchlib that are measured there."""
    if ground.analysis == "terms":
        return []
    return [f"{OURS}{TWO}", NEWS, f"{NEWS}{TWO}"]

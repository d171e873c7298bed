"""How fast is each class of question, and do all engines answer alike?

Every question is asked of each engine in turn, their order turned round from one to the next, so that what else the
machine does falls on all alike. A repetition asks everything ``ROUNDS`` times; a question's time is the best of them after a
warm-up, so that p99 tells of slow questions and not of a busy machine. The garbage collector is on, as users have it,
but what the benchmark and the opened indexes hold is frozen, so that a collection walks only what questions leave behind. None is
forced between calls: it would cool the processor's caches, which counts where a call takes microseconds.

An engine that is too slow for that answers only the first questions of a class, as many as a budget of time allows, and is compared on those.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import fmean, median
from threading import Barrier
from time import perf_counter

from benchmarks.corpora.questions import Question
from benchmarks.engines import OURS
from benchmarks.engines.engine import Answer, Ask
from benchmarks.measures.figures import Figure, percentile

ROUNDS = 3
FEWEST = 10  # questions that even the slowest engine answers
_TURN = 0.25  # seconds
_WARM_UP = 2  # times, since engines with a compiler of their own need some


class EngineError(Exception):
    """An engine has failed, in whatever way it has; the cause tells how."""

    def __init__(self, name: str, cause: BaseException) -> None:
        super().__init__(f"{name} has failed: {type(cause).__name__}: {cause}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine did with the first questions of a class: its answers, and of each repetition a time in ms per question."""

    answers: list[Answer]
    times: list[list[float]]


def asked(asks: dict[str, Ask], questions: list[Question], repeats: int, budget: float) -> dict[str, Run]:
    """Asks every engine every question, or as many as it answers within ``budget`` seconds a class. Raises EngineError."""
    runs: dict[str, Run] = {}
    for name, ask in asks.items():
        answers = answered(name, ask, questions, budget / (repeats * ROUNDS + _WARM_UP))
        for _ in range(_WARM_UP - 1):
            for question in questions[: len(answers)]:
                _timed(name, ask, question)
        runs[name] = Run(answers, [])
    gc.collect()
    gc.freeze()
    for _ in range(repeats):
        for name, times in _repetition(
            asks, questions, {name: len(runs[name].answers) for name in asks}
        ).items():
            runs[name].times.append(times)
    gc.unfreeze()
    return runs


def answered(name: str, ask: Ask, questions: list[Question], budget: float) -> list[Answer]:
    """The answers to all questions, or to as many of the first as take ``budget`` seconds. Raises EngineError."""
    few = questions[:FEWEST]
    began = perf_counter()
    try:
        answers = [ask(question) for question in few]
        each = (perf_counter() - began) / max(len(few), 1)
        affordable = max(FEWEST, int(min(budget / each, len(questions)))) if few else 0
        return answers + [ask(question) for question in questions[FEWEST:affordable]]
    except Exception as error:  # of whatever class an engine has for it
        raise EngineError(name, error) from error


def _repetition(
    asks: dict[str, Ask], questions: list[Question], counts: dict[str, int]
) -> dict[str, list[float]]:
    times: dict[str, list[list[float]]] = {name: [[] for _ in range(counts[name])] for name in asks}
    turns = list(asks.items())
    for round_ in range(ROUNDS):
        for number, question in enumerate(questions):
            for name, ask in turns if (number + round_) % 2 else turns[::-1]:
                if number < counts[name]:
                    times[name][number].append(_timed(name, ask, question))
    return {name: [min(each) * 1e3 for each in of] for name, of in times.items()}


def _timed(name: str, ask: Ask, question: Question) -> float:
    try:
        began = perf_counter()
        answer = ask(question)
        seconds = perf_counter() - began
    except Exception as error:
        raise EngineError(name, error) from error
    return seconds if answer.seconds is None else answer.seconds


def figures(corpus: str, subject: str, runs: dict[str, Run]) -> Iterator[Figure]:
    """What the runs of a class say of each engine, and of ours and an engine that answered fewer on the same questions."""
    for engine, run in runs.items():
        yield from _times(corpus, subject, engine, run.times)
        fewer = len(run.answers)
        if OURS in runs and fewer < len(runs[OURS].answers):
            part = f"{subject}, the first {fewer}"
            yield from _times(corpus, part, OURS, [times[:fewer] for times in runs[OURS].times])
            yield from _times(corpus, part, engine, run.times)


_QUANTITIES: tuple[tuple[str, Callable[[list[float]], float]], ...] = (
    ("mean", fmean),
    ("p50", median),
    ("p95", lambda times: percentile(times, 95)),
    ("p99", lambda times: percentile(times, 99)),
    ("p99.9", lambda times: percentile(times, 99.9)),
)


def _times(corpus: str, subject: str, engine: str, times: list[list[float]]) -> Iterator[Figure]:
    for quantity, of in _QUANTITIES:
        values = tuple(of(repetition) for repetition in times)
        yield Figure("latency", corpus, subject, engine, quantity, "ms", values)


def throughput(
    corpus: str,
    subject: str,
    opened: Callable[[], Ask],
    engine: str,
    questions: list[Question],
    threads: tuple[int, ...],
    repeats: int,
) -> list[Figure]:
    """Questions a second when so many threads ask at once, each with what it opened itself. Raises EngineError.

    Each thread's rate is what it answered by the time that its engine was busy with it. The numbers of threads take turns; a turn goes
    through all questions as often as fills a quarter of a second.
    """
    most = max(threads)
    start = Barrier(most)

    def work(number: int) -> list[list[float]]:
        try:
            ask = opened_by(engine, opened)
            once = sum(_timed(engine, ask, question) for question in questions)
            rounds = math.ceil(_TURN / once)
            rates = []
            for _ in range(repeats):
                for at_once in threads:
                    start.wait()
                    mine = questions[number::at_once] if number < at_once else []
                    seconds = sum(_timed(engine, ask, one) for _ in range(rounds) for one in mine)
                    rates.append(len(mine) * rounds / seconds if mine else 0.0)
            return [rates[place :: len(threads)] for place in range(len(threads))]
        except EngineError:
            start.abort()  # nobody waits for this thread
            raise

    with ThreadPoolExecutor(most) as pool:
        works = [pool.submit(work, number) for number in range(most)]
    for error in (one.exception() for one in works):
        if isinstance(error, EngineError):
            raise error
    rates = [one.result() for one in works]
    return [
        Figure(
            "latency",
            corpus,
            subject,
            engine,
            f"{at_once} thread{'s' * (at_once > 1)}",
            "questions/s",
            tuple(map(sum, zip(*(rate[place] for rate in rates), strict=True))),
            rising=True,
        )
        for place, at_once in enumerate(threads)
    ]


def opened_by(name: str, opened: Callable[[], Ask]) -> Ask:
    """What an engine opens. Raises EngineError."""
    try:
        return opened()
    except Exception as error:
        raise EngineError(name, error) from error


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far an engine answers like searchlib, to the questions that both answered.

    same_total: the share of questions with as many matches; matches: all of searchlib's to all of the other's, None where the other found
    nothing; same_top: ids (or counts, of facets) that both give, None where neither gives any. Where matches is far from 1 the work
    differs, and a ratio of times says little.
    """

    corpus: str
    subject: str
    engine: str
    same_total: float | None
    matches: float | None
    same_top: float | None


def agreement(
    corpus: str,
    subject: str,
    engine: str,
    asks: dict[str, Ask],
    questions: list[Question],
    runs: dict[str, Run],
    *,
    counts: bool,
) -> Agreement:
    """Compares an engine's answers with searchlib's; counts: whether it is to tell totals too, which takes a while."""
    shared = questions[: len(runs[engine].answers)]
    ours, theirs = ([], [])
    if counts:
        counting = [replace(question, wanted="total") for question in shared]
        ours, theirs = (
            [answer.total or 0 for answer in answered(name, asks[name], counting, math.inf)]
            for name in (OURS, engine)
        )
    shares = [
        share
        for a, b in zip(runs[OURS].answers, runs[engine].answers, strict=False)
        if (share := _shared(a, b)) is not None
    ]
    return Agreement(
        corpus,
        subject,
        engine,
        fmean(a == b for a, b in zip(ours, theirs, strict=True)) if ours else None,
        sum(ours) / sum(theirs) if sum(theirs) else None,
        fmean(shares) if shares else None,
    )


def _shared(a: Answer, b: Answer) -> float | None:
    """The share of ids, or of counts by source, that two answers have in common; None: both hold none."""
    if a.counts or b.counts:
        sources = a.counts.keys() | b.counts.keys()
        pairs = [(a.counts.get(source, 0), b.counts.get(source, 0)) for source in sources]
        return sum(map(min, pairs)) / sum(map(max, pairs))
    longer = max(len(a.ids), len(b.ids))
    return len(set(a.ids) & set(b.ids)) / longer if longer else None

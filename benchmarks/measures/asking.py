"""How fast do all engines answer all classes of questions, alone and two at a time, and do they answer alike? On every ground."""

from __future__ import annotations

import os
from dataclasses import replace

from benchmarks.corpora.questions import BAG, Question
from benchmarks.engines import OURS
from benchmarks.engines.engine import Ask
from benchmarks.measures.bench import Bench, Ground
from benchmarks.measures.latency import Run, agreement, answered, asked, figures, throughput

_THREADS = (1, 2)
_COMPARED = 100  # questions of a class whose answers are compared


def latency(bench: Bench) -> None:
    """Times of every class, by every engine that can answer it."""
    for ground in bench.grounds():
        asks = bench.asks(ground)
        for subject, questions in bench.questions(ground).items():
            done = False
            while not done:
                able = _able(bench, asks, questions)
                if able.keys() == {OURS} and len(ground.engines) > 1 and ground.corpus is not bench.corpus:
                    break  # on less than the corpus only others are of interest
                bench.say(f"{subject}: {len(questions)} questions, {', '.join(able)}")
                with bench.spared() as spared:
                    runs = asked(able, questions, bench.extent.repeats, bench.extent.budget)
                    bench.result.figures.extend(figures(ground.name, subject, runs))
                done = not spared.lost


def agreements(bench: Bench) -> None:
    """How far the first answers of each class are searchlib's."""
    for ground in bench.grounds():
        asks = bench.asks(ground)
        for subject, questions in bench.questions(ground).items():
            able = _able(bench, asks, questions[:_COMPARED])
            bench.say(f"{subject}: answers of {', '.join(able)}")
            mine = answered(OURS, able[OURS], questions[:_COMPARED], bench.extent.budget)
            for name in [name for name in able if name != OURS]:
                with bench.spared():
                    _compare(bench, ground, subject, name, able, questions[: len(mine)], Run(mine, []))


def _compare(
    bench: Bench,
    ground: Ground,
    subject: str,
    name: str,
    asks: dict[str, Ask],
    questions: list[Question],
    ours: Run,
) -> None:
    theirs = Run(answered(name, asks[name], questions, bench.extent.budget), [])
    counts = ground.analysis == "own" and bench.engines[name].answers(replace(questions[0], wanted="total"))
    runs = {OURS: ours, name: theirs}
    bench.result.agreements.append(
        agreement(ground.name, subject, name, asks, questions, runs, counts=counts)
    )


def throughputs(bench: Bench) -> None:
    """Questions a second by as many threads as there are processors for."""
    threads = _THREADS[: os.cpu_count()]
    for ground in bench.grounds():
        questions = bench.questions(ground).get(BAG, [])
        if ground.corpus is not bench.corpus or not questions:
            continue
        for name, ask in _able(bench, bench.asks(ground), questions).items():
            with bench.spared():
                if len(answered(name, ask, questions, bench.extent.budget)) < len(questions):
                    bench.say(f"{name} is too slow for {len(questions)} questions at a time on {ground.name}")
                    continue
                bench.say(f"{name} on {ground.name}, {' and '.join(map(str, threads))} at a time")
                opener = bench.opener(name, ground)
                found = throughput(ground.name, BAG, opener, name, questions, threads, bench.extent.repeats)
                bench.result.figures.extend(found)


def _able(bench: Bench, asks: dict[str, Ask], questions: list[Question]) -> dict[str, Ask]:
    """Who is still measured and can answer all of these."""
    return {
        name: ask
        for name, ask in asks.items()
        if name in bench.engines and all(bench.engines[name].answers(question) for question in questions)
    }

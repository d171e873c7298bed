"""How fast is each class of question? searchlib beside tantivy and Whoosh, in one run on one generated archive.

Every question is asked of each engine in turn, their order turned round from one to the next, so that what else the
machine does falls on all alike. Its time is the best of the repetitions after a warm-up, so that p99 tells of slow
questions and not of a busy machine. The garbage collector is on, as users have it, but what the benchmark and
the opened indexes hold is frozen, so that a collection walks only what questions leave behind. None is forced
between calls: it would cool the processor's caches, which counts where a call takes microseconds.

Whoosh needs milliseconds to index a document and tens of them for a query, so it is measured on a smaller archive,
the first documents of the large one, beside searchlib on that same archive.

Analysis differs, so the engines do not find quite the same documents. Beside every ratio stands how far they do:
where `matches` is far from 1, the work differs and the ratio says little.
"""

from __future__ import annotations

import gc
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

import click

from benchmarks.answering import Answer, Answering, Ask, SearchlibAnswering, TantivyAnswering
from benchmarks.answering_whoosh import WhooshAnswering
from benchmarks.building import QUESTIONS, measured
from benchmarks.classes import Classes, Question
from benchmarks.corpus import cache_folder, prepared
from benchmarks.foundation import ONE_FIELD, OURS, THEIRS, aligned, p99, shown
from benchmarks.machine import description

WHOOSH = "Whoosh"
ANSWERING: dict[str, Answering] = {
    engine.name: engine
    for engine in (
        SearchlibAnswering(),
        TantivyAnswering(),
        TantivyAnswering(one_field=True),
        WhooshAnswering(),
    )
}
GOALS = {THEIRS: 1.0, WHOOSH: 0.05}  # the largest ratio to this engine, for mean and p99
_ALIKE = 0.8, 1.25  # matches within these are taken for the same work
LEGEND = """\
Milliseconds per question; ratio: searchlib's to the other's. found: the share of questions with any match in the other engine;
each: its matches per question. same total: the share of questions with as many matches in both. matches: all of
searchlib's to all of the other's. same ten: ids (or counts, of facets) that both give; it says nothing of
prefixes and fuzzy words, to whose every match tantivy and Whoosh give one score. Whoosh is measured on an archive of its own, a
smaller one, and searchlib beside it there."""


@dataclass(frozen=True, slots=True)
class Times:
    """What the questions of a class took, in milliseconds."""

    mean: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two engines answered alike; every figure is explained in LEGEND. None: nothing to compare."""

    same_total: float
    matches: float | None
    same_ten: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One class of question asked of one engine, and of searchlib beside it when that takes part."""

    documents: int
    question: str
    engine: str
    questions: int
    found: float
    each: float
    theirs: Times
    ours: Times | None = None
    agreement: Agreement | None = None
    goal: float | None = None
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one engine did with the questions of a class."""

    times: Times
    answers: list[Answer]
    totals: list[int]


def asked(asks: dict[str, Ask], questions: list[Question], rounds: int) -> dict[str, Run]:
    """Asks every engine every question: once to warm up and to hold the answers, once for the number of matches
    (untimed), and ``rounds`` times for the time."""
    answers = {name: [ask(question) for question in questions] for name, ask in asks.items()}
    counting = [replace(question, wanted="total") for question in questions]
    totals = {name: [ask(question).total or 0 for question in counting] for name, ask in asks.items()}
    times: dict[str, list[list[float]]] = {name: [[] for _ in questions] for name in asks}
    gc.collect()
    gc.freeze()
    turns = list(asks.items())
    for round_ in range(rounds):
        for number, question in enumerate(questions):
            for name, ask in turns if (number + round_) % 2 else turns[::-1]:
                began = perf_counter()
                ask(question)
                times[name][number].append(perf_counter() - began)
    gc.unfreeze()
    runs = {}
    for name in asks:
        best = [min(each) * 1e3 for each in times[name]]
        runs[name] = Run(Times(fmean(best), median(best), p99(best)), answers[name], totals[name])
    return runs


def agreement(ours: Run, theirs: Run) -> Agreement:
    """How far two engines gave the same answers to the same questions."""
    same = fmean(a == b for a, b in zip(ours.totals, theirs.totals, strict=True))
    found = sum(theirs.totals)
    shares = [
        share
        for a, b in zip(ours.answers, theirs.answers, strict=True)
        if (share := _shared(a, b)) is not None
    ]
    return Agreement(same, sum(ours.totals) / found if found else None, fmean(shares) if shares else None)


def _shared(a: Answer, b: Answer) -> float | None:
    """The share of ids, or of counts by source, that two answers have in common; None: both hold none."""
    if a.counts or b.counts:
        sources = a.counts.keys() | b.counts.keys()
        pairs = [(a.counts.get(source, 0), b.counts.get(source, 0)) for source in sources]
        return sum(map(min, pairs)) / sum(map(max, pairs))
    longer = max(len(a.ids), len(b.ids))
    return len(set(a.ids) & set(b.ids)) / longer if longer else None


def lines(name: str, runs: dict[str, Run], documents: int) -> list[Line]:
    """The runs of one class, each beside searchlib's."""
    ours = runs.get(OURS)
    made = []
    for engine, run in runs.items():
        found, each = fmean(total > 0 for total in run.totals), fmean(run.totals)
        line = Line(documents, name, engine, len(run.totals), found, each, run.times)
        if engine != OURS and ours:
            goal = GOALS.get(engine)
            ratios = ours.times.mean / run.times.mean, ours.times.p99 / run.times.p99
            line = replace(
                line,
                ours=ours.times,
                agreement=agreement(ours, run),
                goal=goal,
                reached=None if goal is None else max(ratios) <= goal,
            )
        if engine != OURS or len(runs) == 1:
            made.append(line)
    return made


def table(of: list[Line]) -> str:
    """The lines of one engine as aligned text, times first, then how far the answers agree."""
    times = ("mean", "p50", "p99")
    head = [
        "question",
        "ours: mean",
        "p50",
        "p99",
        "theirs: mean",
        "p50",
        "p99",
        "ratio: mean",
        "p99",
        "goal",
        "",
    ]
    cells = [[*head, "found", "each", "same total", "matches", "same ten", ""]]
    for line in of:
        ours, theirs, agreed = line.ours, line.theirs, line.agreement
        row = [line.question]
        row += [shown(getattr(ours, time)) if ours else "" for time in times]
        row += [shown(getattr(theirs, time)) for time in times]
        row += [f"{ours.mean / theirs.mean:.2f}", f"{ours.p99 / theirs.p99:.2f}"] if ours else ["", ""]
        row += ["" if line.goal is None else f"<= {line.goal:g}x"]
        row += [
            {None: "", True: "reached", False: "NOT reached"}[line.reached],
            f"{line.found:.2f}",
            shown(line.each),
        ]
        if agreed:
            row += [f"{agreed.same_total:.2f}", shown(agreed.matches), shown(agreed.same_ten)]
            alike = agreed.matches is None or _ALIKE[0] <= agreed.matches <= _ALIKE[1]
            row += ["" if alike else "OTHER WORK"]
        else:
            row += [""] * 4
        cells.append(row)
    return aligned(cells, figures=set(range(1, 9)) | set(range(11, 16)))


def index_of(engine: str, archive: Path, work: Path) -> Path:
    """The folder of the engine's index: searchlib's is built now, others are kept in the cache between runs."""
    answering = ANSWERING[engine]
    label = f"index-{engine.replace(', ', '-').replace(' ', '-')}-{answering.version()}-{answering.layout}-{archive.stem}"
    kept = (work if engine == OURS else cache_folder()) / label
    if not kept.exists():
        partial = kept.with_name(f"{label}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        build = measured(QUESTIONS + engine, archive, partial)
        partial.replace(kept)
        click.echo(f"{engine}: {build['documents']:,} documents indexed in {build['seconds']:,.1f} s")
    return kept


@click.command("questions")
@click.option("--documents", type=click.IntRange(100), default=100_000, show_default=True)
@click.option(
    "--whoosh-documents",
    type=click.IntRange(100),
    default=10_000,
    show_default=True,
    help="The archive for Whoosh.",
)
@click.option(
    "--queries",
    "count",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Of each class.",
)
@click.option(
    "--whoosh-queries",
    "whoosh_count",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Of each class.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--rounds", type=click.IntRange(1), default=3, show_default=True, help="Of each question, per engine."
)
@click.option(
    "--engine",
    "chosen",
    type=click.Choice(list(ANSWERING)),
    multiple=True,
    default=list(ANSWERING),
    help="Only this; may be repeated.",
)
@click.option(
    "--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too."
)
def command(
    *,
    documents: int,
    whoosh_documents: int,
    count: int,
    whoosh_count: int,
    seed: int,
    rounds: int,
    chosen: tuple[str, ...],
    out: Path | None,
) -> None:
    """Measure classes of questions beside tantivy, and beside Whoosh on a smaller archive."""
    machine = description()
    versions = {name: ANSWERING[name].version() for name in chosen}
    click.echo(
        f"{machine['processor']}, {machine['cores']} cores; Python {machine['python']}; {versions}; {machine['commit']}"
    )
    plans = [
        (documents, count, [name for name in (OURS, THEIRS, ONE_FIELD) if name in chosen]),
        (whoosh_documents, whoosh_count, [name for name in (OURS, WHOOSH) if name in chosen]),
    ]
    measured_lines: list[Line] = []
    for size, questions, engines in plans:
        if set(engines) - {OURS} or engines == list(chosen):
            measured_lines += _compared(size, questions, engines, seed, rounds)
    click.echo(LEGEND)
    if out:
        result = {
            "machine": machine,
            "engines": versions,
            "seed": seed,
            "rounds": rounds,
            "lines": [asdict(line) for line in measured_lines],
        }
        out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _compared(documents: int, count: int, engines: list[str], seed: int, rounds: int) -> list[Line]:
    """Measures these engines on one archive and prints a table for each."""
    archive = prepared(documents, seed)
    questions = Classes(seed, documents).questions(count)
    made: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
        asks = {name: ANSWERING[name].open(index_of(name, archive, Path(folder))) for name in engines}
        for name, of in questions.items():
            made += lines(name, asked(asks, of, rounds), documents)
    for engine in dict.fromkeys(line.engine for line in made):
        click.echo(
            f"\n{OURS} (ours) and {engine} (theirs): {documents:,} documents, {count:,} questions of each class\n"
        )
        click.echo(table([line for line in made if line.engine == engine]) + "\n")
    return made

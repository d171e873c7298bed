"""``python -m benchmarks run``: in which order is everything measured, and where does it go? Into one file, written after every section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click

from benchmarks.corpora import chosen, real
from benchmarks.corpora.archive import cache_folder
from benchmarks.engines import ENGINES, OURS
from benchmarks.engines.engine import Engine
from benchmarks.engines.lucene import Lucene
from benchmarks.measures.asking import agreements, latency, throughputs
from benchmarks.measures.bench import Bench, Extent
from benchmarks.measures.goals import goals
from benchmarks.measures.growth import growth
from benchmarks.measures.indexing import build, size
from benchmarks.measures.judged import effectiveness
from benchmarks.measures.kernels import kernels
from benchmarks.measures.machine import description
from benchmarks.measures.result import Result
from benchmarks.measures.starting import memory, start
from benchmarks.measures.tables import aligned
from benchmarks.report.goals import judged

FULL = Extent(
    questions=1000,
    repeats=5,
    builds=3,
    starts=15,
    budget=30.0,
    growth_to=0,
    memory=1000,
    texts=1000,
    merged=100_000,
)
QUICK = Extent(
    questions=40,
    repeats=3,
    builds=1,
    starts=5,
    budget=0.4,
    growth_to=0,
    memory=1000,
    texts=100,
    merged=2000,
)
_DOCUMENTS, _FEW = 300_000, 2000
_QUICK_WARM_UP = 500
# In this order: what is built first is asked later; whatever opens an index closes it before the next builds or counts.
SECTIONS: dict[str, Callable[[Bench], None]] = {
    "build": build,
    "size": size,
    "latency": latency,
    "agreement": agreements,
    "throughput": throughputs,
    "start": start,
    "memory": memory,
    "growth": growth,
    "effectiveness": effectiveness,
    "kernels": kernels,
}
_REAL = ("effectiveness",)  # of real collections and nothing else
_ASKING = ("latency", "agreement", "throughput")  # which share what is open

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("run")
@click.option("--documents", type=click.IntRange(1), help=f"Generated ones. [default: {_DOCUMENTS:,}]")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--real/--no-real",
    "with_real",
    default=None,
    help="With the real collections behind them, their questions and judgements, where they are there. [default: real unless --quick]",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=real.DATA,
    help="The collections.",
)
@click.option(
    "--corpus", type=_FILE, help="JSON lines with id, title and text, in place of all these documents."
)
@click.option("--queries", type=_FILE, help="JSON lines with text: a class of questions of its own.")
@click.option(
    "--engine", "wanted", multiple=True, type=click.Choice(list(ENGINES)), help="Only these beside searchlib."
)
@click.option("--only", multiple=True, type=click.Choice(list(SECTIONS)), help="Only these sections.")
@click.option("--questions", type=click.IntRange(1), help="Of each class.")
@click.option("--repeats", type=click.IntRange(1), help="Of all questions, and of kernels.")
@click.option("--builds", type=click.IntRange(1), help="Of each engine.")
@click.option(
    "--budget",
    type=click.FloatRange(0),
    help="Seconds that an engine has for a class; slow ones answer fewer.",
)
@click.option("--growth-to", type=click.IntRange(1), help="Documents. [default: as many as there are]")
@click.option("--quick", is_flag=True, help="Less of everything: under three minutes.")
@click.option(
    "--out",
    type=_FILE,
    help="The result. [default: a file named after date and commit in the user's cache folder]",
)
@click.option("--html", type=_FILE, help="Writes the report as a page, too.")
def command(
    *,
    documents: int | None,
    seed: int,
    with_real: bool | None,
    data: Path,
    corpus: Path | None,
    queries: Path | None,
    wanted: tuple[str, ...],
    only: tuple[str, ...],
    questions: int | None,
    repeats: int | None,
    builds: int | None,
    budget: float | None,
    growth_to: int | None,
    quick: bool,
    out: Path | None,
    html: Path | None,
) -> None:
    """Measure searchlib beside other engines and write everything into one file.

    Engines that are not installed are skipped, with the reason; one that fails is left out from there on.
    """
    if corpus is not None and (documents is not None or with_real):
        raise click.UsageError("--corpus stands in place of --documents and --real")
    if with_real is None:
        with_real = not quick
    say = _progress()
    given = {"questions": questions, "repeats": repeats, "builds": builds, "growth_to": growth_to}
    extent = replace(QUICK if quick else FULL, **{name: value for name, value in given.items() if value})
    if budget is not None:
        extent = replace(extent, budget=budget)
    collections = data if with_real else None
    try:
        say("the corpus")
        found = (
            chosen.of_file(corpus, seed)
            if corpus is not None
            else chosen.generated(documents or (_FEW if quick else _DOCUMENTS), seed, collections)
        )
        asked = chosen.asked(queries, data if with_real else None, extent.questions)
    except chosen.BadCorpusError as error:
        raise click.UsageError(str(error)) from None
    extent = replace(extent, growth_to=extent.growth_to or found.asked)
    engines, absent = _engines(wanted, quick=quick)
    machine = description()
    path = out or cache_folder() / "results" / f"{machine['date'][:10]}-{machine['commit'] or 'unknown'}.json"
    there = [name for name in SECTIONS if collections is not None or name not in _REAL]
    sections = [name for name in SECTIONS if name in (only or there)]
    options = {
        "seed": seed,
        "quick": quick,
        "sections": sections,
        **{name: getattr(extent, name) for name in extent.__slots__},
    }
    result = Result(
        machine, options, {name: engine.version() for name, engine in engines.items()}, absent, {}
    )
    for name, reason in absent.items():
        say(f"{name} is absent: {reason}")
    home = cache_folder()
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="run-", dir=home) as work:
        bench = Bench(result, engines, found, extent, Path(work), collections, asked, say)
        try:
            _measure(bench, sections, path)
        finally:
            bench.close()
    if html is not None:
        from benchmarks.report.page import page

        html.write_text(page(result), encoding="utf-8")
    click.echo("\n" + _table(result))
    click.echo(f"{path}")


def _measure(bench: Bench, sections: Sequence[str], path: Path) -> None:
    """All sections, saved one by one, so that what an interrupted run has measured is kept."""
    result = bench.result
    for done, name in enumerate(sections, 1):
        if name not in _ASKING:
            bench.close()
        bench.say(f"== {name} ({done} of {len(sections)})")
        SECTIONS[name](bench)
        result.goals[:] = goals(result.figures, bench.corpus.name, sections[:done])
        result.save(path)


def _engines(wanted: Sequence[str], *, quick: bool) -> tuple[dict[str, Engine], dict[str, str]]:
    """The engines that are measured, searchlib among them, and why the others are not."""
    engines: dict[str, Engine] = {}
    absent: dict[str, str] = {}
    for name, known in ENGINES.items():
        if wanted and name not in wanted and name != OURS:
            absent[name] = "it was not asked for"
            continue
        engine: Engine = Lucene(_QUICK_WARM_UP) if quick and name == Lucene.name else known
        reason = engine.missing()
        if reason is None and quick and not engine.quick and name not in wanted:
            reason = "it takes too long for --quick"
        if reason is None:
            engines[name] = engine
        else:
            absent[name] = reason
    return engines, absent


def _progress() -> Callable[[str], None]:
    """Tells lines with the time since the start."""
    began = perf_counter()

    def say(text: str) -> None:
        minutes, seconds = divmod(int(perf_counter() - began), 60)
        click.echo(f"{minutes:3}:{seconds:02} {text}", err=True)

    return say


def _table(result: Result) -> str:
    """The goals, those not reached first."""
    cells = [["reached", "promise", "found", "promised"]]
    cells += [[goal.verdict, goal.promise, goal.found, goal.bound] for goal in judged(result)]
    reached = sum(goal.reached for goal in result.goals)
    return f"{aligned(cells, ())}\n{reached} of {len(result.goals)} goals reached"

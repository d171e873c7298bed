"""Does the foundation keep its promises? searchlib beside tantivy: search, build, size, start and memory.

One thread each and one run for both: repetitions alternate (A B A B), so that what else the machine does
falls on both alike, and medians are compared. Every figure is printed beside its goal, reached or NOT
reached.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

import click

from benchmarks.building import NEWS, Build, measured
from benchmarks.corpus import Archive, Query, prepared
from benchmarks.engines import ENGINES, Search
from benchmarks.machine import description

OURS, THEIRS, ONE_FIELD = "searchlib", "tantivy", "tantivy, one field"
SHARED = """\
The answers differ mostly because tantivy scores title and text apart, each with its own document frequencies and
lengths, where searchlib weighs both inside one BM25: on one field tantivy shares more answers, as the table shows.
The rest is analysis (lemmas for stems, stop words out of lengths), b, and tantivy's lengths of one byte."""
_STARTS = 9  # fresh processes per figure
_TOP = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ratio is ours to theirs; reached is None where there is no goal."""

    measure: str
    unit: str
    ours: float | None
    theirs: float | None = None
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None


def compared(
    measure: str, unit: str, ours: float, theirs: float, *, at_most: float = 0, at_least: float = 0
) -> Row:
    """A row whose goal, if any, is about the ratio of ours to theirs."""
    ratio = ours / theirs
    if at_most:
        return Row(measure, unit, ours, theirs, ratio, f"<= {at_most:g}x", ratio <= at_most)
    if at_least:
        return Row(measure, unit, ours, theirs, ratio, f">= {at_least:g}x", ratio >= at_least)
    return Row(measure, unit, ours, theirs, ratio)


def bounded(measure: str, unit: str, ours: float | None, at_most: float) -> Row:
    """A row whose goal is about ours alone; what could not be measured is not reached."""
    return Row(
        measure, unit, ours, goal=f"<= {at_most:g} {unit}", reached=ours is not None and ours <= at_most
    )


def build_rows(archive: Path, work: Path, repeats: int) -> list[Row]:
    """Builds both engines' indexes by turns; the last of each stays in work/NAME."""
    runs: dict[str, list[Build]] = {OURS: [], THEIRS: []}
    for _ in range(repeats):
        for name, done in runs.items():
            shutil.rmtree(work / name, ignore_errors=True)
            done.append(measured(name, archive, work / name))
    ours, theirs = runs[OURS], runs[THEIRS]

    def middle(builds: list[Build], amount: str, per: str) -> float:
        return median(float(build[amount] / build[per]) for build in builds)  # type: ignore[literal-required]

    sizes = [builds[-1]["index_bytes"] / builds[-1]["documents"] for builds in (ours, theirs)]
    return [
        compared(
            "build", "documents/s", *(middle(b, "documents", "seconds") for b in (ours, theirs)), at_least=1.0
        ),
        compared("build", "MB/s of text", *(middle(b, "raw_bytes", "seconds") / 1e6 for b in (ours, theirs))),
        compared(
            "build, all threads",
            "documents/CPU s",
            *(middle(b, "documents", "cpu_seconds") for b in (ours, theirs)),
        ),
        compared("size, no stored text", "bytes/document", *sizes, at_most=1.1),
    ]


def search_rows(queries: list[Query], work: Path, repeats: int) -> list[Row]:
    """All queries by each engine by turns, in this process; the whole call from query text to ids."""
    searches = {name: ENGINES[name].open(work / name) for name in (OURS, THEIRS, ONE_FIELD)}
    answers = {
        name: [set(search(query, _TOP)) for query in queries] for name, search in searches.items()
    }  # warm-up
    times: dict[str, list[list[float]]] = {name: [] for name in searches}
    for _ in range(repeats):
        for name, search in searches.items():
            times[name].append(_times(search, queries))
    rows = []
    for label, figure, goal in (("mean", fmean, 0.5), ("p50", median, 0), ("p99", p99, 0.5)):
        ours, theirs = (median(figure(run) for run in times[name]) * 1e3 for name in (OURS, THEIRS))
        rows.append(compared(f"top {_TOP} search, {label}", "ms", ours, theirs, at_most=goal))
    ours, theirs = (median(fmean(run) for run in times[name]) * 1e3 for name in (OURS, ONE_FIELD))
    rows.append(compared(f"top {_TOP} search, mean; {ONE_FIELD}", "ms", ours, theirs))
    for name in (THEIRS, ONE_FIELD):
        pairs = [(a, b) for a, b in zip(answers[OURS], answers[name], strict=True) if a or b]
        shared = fmean(len(a & b) / max(len(a), len(b)) for a, b in pairs)
        rows.append(Row(f"answers shared with {name}, top {_TOP}", "share", shared))
    return rows


def _times(search: Search, queries: list[Query]) -> list[float]:
    times = []
    for query in queries:
        began = perf_counter()
        search(query, _TOP)
        times.append(perf_counter() - began)
    return times


def p99(times: list[float]) -> float:
    """The time that one of a hundred takes longer than."""
    return sorted(times)[len(times) * 99 // 100]


def start_rows(queries: list[Query], news: Path) -> list[Row]:
    """Fresh processes with the files in the page cache: the import alone, and the whole command."""
    code = "import time; t = time.perf_counter(); import searchlib; print(time.perf_counter() - t)"
    imports = [float(_output([sys.executable, "-c", code])) * 1e3 for _ in range(_STARTS)]
    scripts = sysconfig.get_path("scripts")
    command = shutil.which("search", path=scripts)
    cold: float | None = None
    if command is None:
        click.echo(
            f"the cold search is not measured: no `search` command in {scripts}; install the project",
            err=True,
        )
    else:
        times = []
        for query in [query["text"] for query in queries if len(query["text"].split()) == 3][:_STARTS]:
            began = perf_counter()
            _output([command, "--index", str(news), *query.split()])
            times.append((perf_counter() - began) * 1e3)
        cold = median(times)
    return [
        bounded("import searchlib", "ms", median(imports), 40),
        bounded("cold `search WORDS`", "ms", cold, 150),
    ]


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def memory_rows(archive: Path, news: Path) -> list[Row]:
    """A build as a user has it: the news definition, everything stored, the default budget. Leaves it in news."""
    build = measured(NEWS, archive, news)
    return [
        bounded("peak memory of a news build", "MB", build["peak_mb"], 600),
        Row("news build, everything stored", "documents/s", build["documents"] / build["seconds"]),
        Row("news index, everything stored", "bytes/document", build["index_bytes"] / build["documents"]),
    ]


def table(rows: list[Row]) -> str:
    """The rows as aligned text."""
    verdict = {None: "", True: "reached", False: "NOT reached"}
    cells = [("measure", "unit", OURS, THEIRS, "ratio", "goal", "")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        ours = "not measured" if row.ours is None else shown(row.ours)
        cells.append((row.measure, row.unit, ours, shown(row.theirs), ratio, row.goal, verdict[row.reached]))
    return aligned(cells, figures=range(2, 5))


def shown(value: float | None) -> str:
    """A figure with three digits, or more where it is large."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"


def aligned(cells: Sequence[Sequence[str]], figures: Container[int]) -> str:
    """Lines of cells as columns; those numbered in figures stand to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        placed = [
            cell.rjust(width) if column in figures else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(placed).rstrip())
    return "\n".join(lines)


@click.command("foundation")
@click.option("--documents", type=click.IntRange(2), default=100_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--queries", "count", type=click.IntRange(18), default=1000, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True, help="Of each build.")
@click.option(
    "--rounds", type=click.IntRange(1), default=7, show_default=True, help="Of all queries, per engine."
)
@click.option(
    "--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too."
)
def command(*, documents: int, seed: int, count: int, repeats: int, rounds: int, out: Path | None) -> None:
    """Measure searchlib beside tantivy on a generated archive."""
    machine = description()
    archive = prepared(documents, seed)
    queries = list(Archive(seed).queries(count, documents))
    versions = {name: engine.version() for name, engine in ENGINES.items()}
    click.echo(
        f"{documents:,} documents, {archive.stat().st_size / 1e6:,.0f} MB as JSON; {count:,} queries; one thread each"
    )
    click.echo(
        f"{machine['processor']}, {machine['cores']} cores; Python {machine['python']}; {versions}; {machine['commit']}"
    )
    with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
        work = Path(folder)
        rows = build_rows(archive, work, repeats)
        measured(ONE_FIELD, archive, work / ONE_FIELD)
        memory = memory_rows(archive, work / NEWS)
        rows = search_rows(queries, work, rounds) + rows + start_rows(queries, work / NEWS) + memory
    click.echo("\n" + table(rows) + "\n\n" + SHARED)
    if out:
        result = {
            "machine": machine,
            "engines": versions,
            "documents": documents,
            "seed": seed,
            "queries": count,
            "rows": [asdict(row) for row in rows],
        }
        out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

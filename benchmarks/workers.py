"""What do several processes gain in building an index?

``python -m benchmarks workers`` builds the news index of a generated archive, everything stored, with each number of workers by turns,
so that what else the machine does falls on all alike. Reading JSON is part of it, as it is for a user. The CPU
seconds say how the work is divided, and what would be left of the time if every process had a core for itself.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from benchmarks.building import NEWS, Build, measured
from benchmarks.corpus import prepared
from benchmarks.foundation import aligned, shown


@click.command("workers")
@click.option("--documents", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--workers", "most", type=click.IntRange(2), default=2, show_default=True)
@click.option("--repeats", type=click.IntRange(1), default=3, show_default=True)
def command(documents: int, most: int, repeats: int) -> None:
    """Build with one process and with several."""
    archive = prepared(documents)
    runs: dict[int, list[Build]] = {workers: [] for workers in range(1, most + 1)}
    with TemporaryDirectory(prefix="searchlib-benchmark-") as name:
        for number in range(repeats):
            for workers, done in runs.items():
                done.append(measured(f"{NEWS}:{workers}", archive, Path(name) / f"{workers}-{number}"))
    cells = [
        ("workers", "documents/s", "to one", "CPU s here", "CPU s in others", "peak MB here", "MB on disk")
    ]
    for workers, builds in runs.items():
        ratios = [one["seconds"] / several["seconds"] for one, several in zip(runs[1], builds, strict=True)]
        cells.append(
            (
                str(workers),
                shown(documents / median(build["seconds"] for build in builds)),
                f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
                shown(median(build["cpu_seconds"] for build in builds)),
                shown(median(build["others_cpu_seconds"] for build in builds)),
                shown(max(build["peak_mb"] or 0 for build in builds)),
                shown(builds[-1]["index_bytes"] / 1e6),
            )
        )
    click.echo(aligned(cells, figures=range(7)))

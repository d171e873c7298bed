"""How fast are searches while documents are replaced all the time? ``python -m benchmarks upserts``

An index of a generated archive is searched by this process, some hundred queries a second, each time on the newest commit; first
while nothing happens, then while another process (``python -m benchmarks.measures.upserts FOLDER ARCHIVE RATE SECONDS``) replaces documents
at a steady rate and commits every second. The time of a query is that of the whole call, moving to a new commit included. Both
phases are told in turns of the same length, twice each, idle first.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING, TypedDict

import click

from benchmarks.corpora.archive import Archive, prepared
from benchmarks.measures.building import articles, size_on_disk
from benchmarks.measures.figures import percentile
from benchmarks.measures.tables import aligned

if TYPE_CHECKING:
    from searchlib import Index

_TOP = 10
_COMMIT_EVERY = 1.0
_SHORT = 400  # characters of a text: a teaser


class Written(TypedDict):
    """What the writing process did. behind: seconds that it was late at worst."""

    documents: int
    seconds: float
    commits: list[float]
    behind: float
    close: float


def written(folder: Path, archive: Path, rate: int, seconds: float) -> Written:
    """Replaces documents of the archive at random, `rate` a second."""
    from searchlib import Index

    chance = random.Random(7)
    known = [article | {"text": article["text"][:_SHORT]} for article in islice(articles(archive), 20_000)]
    commits: list[float] = []
    behind = 0.0
    done = 0
    with Index.open(folder) as index, index.writer() as writer:
        print("ready", flush=True)
        sys.stdin.readline()
        began = perf_counter()
        committed = began
        while (now := perf_counter() - began) < seconds:
            due = int(now * rate)
            if done >= due:
                sleep(0.001)
                continue
            behind = max(behind, now - done / rate)
            for _ in range(min(due - done, 100)):
                writer.add(chance.choice(known))
                done += 1
            if perf_counter() - committed >= _COMMIT_EVERY:
                before = perf_counter()
                writer.commit()
                committed = perf_counter()
                commits.append(committed - before)
        took = perf_counter() - began
        writer.commit()
        before = perf_counter()
        writer.close()
        close = perf_counter() - before
    return {"documents": done, "seconds": took, "commits": commits, "behind": behind, "close": close}


def _asked(index: Index, queries: list[str], seconds: float, per_second: int) -> list[float]:
    """Times of queries asked at a steady rate."""
    times: list[float] = []
    began = perf_counter()
    while (at := perf_counter()) - began < seconds:
        due = began + len(times) / per_second
        if at < due:
            sleep(due - at)
        before = perf_counter()
        _ = index.search(queries[len(times) % len(queries)], limit=_TOP).ids
        times.append(perf_counter() - before)
    return times


@click.command("upserts")
@click.option("--documents", type=click.IntRange(1000), default=100_000, show_default=True)
@click.option("--rate", type=click.IntRange(1), default=2000, show_default=True, help="Documents a second.")
@click.option("--seconds", type=click.FloatRange(1), default=20, show_default=True, help="Of each phase.")
@click.option(
    "--asked", "per_second", type=click.IntRange(1), default=500, show_default=True, help="Queries a second."
)
def command(*, documents: int, rate: int, seconds: float, per_second: int) -> None:
    """Search while documents are replaced all the time."""
    from searchlib import Index

    archive = prepared(documents)
    queries = [query["text"] for query in Archive(1).queries(1000, documents)]
    with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as name:
        folder = Path(name) / "news"
        with Index.create(folder) as index, index.writer() as writer:
            for article in articles(archive):
                writer.add(article)
        idle: list[float] = []
        busy: list[float] = []
        runs: list[Written] = []
        with Index.open(folder, auto_refresh=0) as index:
            for query in queries:
                _ = index.search(query, limit=_TOP).ids
            for _ in range(2):
                idle += _asked(index, queries, seconds, per_second)
                command = [sys.executable, "-m", "benchmarks.measures.upserts", str(folder), str(archive)]
                child = subprocess.Popen(
                    [*command, str(rate), str(seconds)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                assert child.stdin is not None
                assert child.stdout is not None
                if child.stdout.readline() != "ready\n":
                    raise RuntimeError("the writing process failed")
                child.stdin.write("\n")
                child.stdin.flush()
                busy += _asked(index, queries, seconds, per_second)
                out, _ = child.communicate()
                runs.append(json.loads(out))
            segments = index.stats().segments
        rows = [["", "queries", "p50 ms", "p99 ms", "longest ms"]]
        for label, times in (("idle", idle), ("while documents are replaced", busy)):
            figures = (median(times), percentile(times, 99), max(times))
            rows.append([label, f"{len(times):,}", *(f"{figure * 1e3:.3f}" for figure in figures)])
        click.echo(aligned(rows, range(1, 5)))
        click.echo(f"p99 {percentile(busy, 99) / percentile(idle, 99):.2f}x of idle")
        commits = [one for run in runs for one in run["commits"]]
        rates = " and ".join(f"{run['documents'] / run['seconds']:,.0f}" for run in runs)
        click.echo(
            f"{rates} documents/s replaced, at most {max(run['behind'] for run in runs):.2f} s late; {len(commits)} commits: "
            f"median {median(commits) * 1e3:.0f} ms, longest {max(commits) * 1e3:.0f} ms; close {runs[-1]['close']:.2f} s; "
            f"{segments} segments, {size_on_disk(folder):,} bytes"
        )


if __name__ == "__main__":
    print(json.dumps(written(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))))

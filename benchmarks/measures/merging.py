"""What does it cost to merge segments, beside building one of the same documents?

``python -m benchmarks merging`` builds segments of a generated archive with the news definition, and merges them in a process of
its own (``python -m benchmarks.measures.merging FOLDER SHARE``), once with all documents and once with a share of them deleted. Its memory is
what it has for itself, without the pages of the segments' files, which the system can drop.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypedDict

import click

from benchmarks.corpora.archive import Article, prepared
from benchmarks.measures.building import articles


class Merged(TypedDict):
    """What one merge took. own_mb is None where the system does not tell."""

    documents: int
    read_bytes: int
    written_bytes: int
    seconds: float
    longest_step: float
    own_mb: float | None


def _own_mb() -> float | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024 / 1e6


def merged(folder: Path, dead: float) -> Merged:
    """Merges all segments of an index here and now, without changing the index."""
    from searchlib.storage.manifest import Manifest
    from searchlib.storage.merger import merge
    from searchlib.storage.segment import Segment

    manifest = Manifest.read(folder)
    segments = [Segment(folder, entry) for entry in manifest.segments]
    chance = random.Random(1)
    live: list[bytes | None] = [None] * len(segments)
    if dead:
        for i, segment in enumerate(segments):
            bits = sum(1 << doc for doc in range(segment.file.documents) if chance.random() >= dead)
            live[i] = bits.to_bytes((segment.file.documents + 7) // 8, "little")
    memory = [_own_mb() or 0.0]
    began = before = perf_counter()
    longest = 0.0
    steps = 0

    def watch() -> bool:
        nonlocal before, longest, steps
        longest = max(longest, perf_counter() - before)
        steps += 1
        if steps % 50 == 0:
            memory.append(_own_mb() or 0.0)
        before = perf_counter()
        return False

    with TemporaryDirectory(dir=folder) as name:
        result = merge(
            Path(name), "merged.segment", manifest.definition, segments, live, durable=True, should_stop=watch
        )
        seconds = perf_counter() - began
        assert result is not None
        return {
            "documents": result[0].documents,
            "read_bytes": sum((folder / entry.file).stat().st_size for entry in manifest.segments),
            "written_bytes": (Path(name) / "merged.segment").stat().st_size,
            "seconds": seconds,
            "longest_step": longest,
            "own_mb": max(memory) or None,
        }


def built(folder: Path, found: Iterator[Article], documents: int, segments: int) -> float:
    """Seconds that it takes to build an index with one commit for each segment; reading the archive is not counted."""
    from searchlib import Index

    seconds = 0.0
    with Index.create(folder) as index:
        for _ in range(segments):
            batch = list(islice(found, documents // segments))
            began = perf_counter()
            with index.writer(memory_mb=4096) as writer:
                for article in batch:
                    writer.add(article)
            seconds += perf_counter() - began
    return seconds


@click.command("merging")
@click.option("--documents", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--segments", type=click.IntRange(1), default=10, show_default=True)
@click.option("--dead", type=click.FloatRange(0, 0.99), default=0.1, show_default=True)
def command(documents: int, segments: int, dead: float) -> None:
    """Merge segments into one, with all documents and with a share of them deleted."""
    archive = prepared(documents)
    with TemporaryDirectory() as name:
        seconds = built(Path(name) / "one", articles(archive), documents, 1)
        click.echo(f"built at once: {seconds:.2f} s, {documents / seconds:,.0f} documents/s")
        folder = Path(name) / "several"
        seconds = built(folder, articles(archive), documents, segments)
        click.echo(f"built in {segments} segments: {seconds:.2f} s, {documents / seconds:,.0f} documents/s")
        for share in (0.0, dead):
            run = subprocess.run(
                [sys.executable, "-m", "benchmarks.measures.merging", str(folder), str(share)],
                capture_output=True,
                text=True,
                check=True,
            )
            row: Merged = json.loads(run.stdout)
            took = row["seconds"]
            click.echo(
                f"merged, {share:.0%} dead: {took:.2f} s, {row['documents'] / took:,.0f} documents/s, "
                f"{row['written_bytes'] / took / 1e6:.0f} MB/s written, longest step {row['longest_step'] * 1e3:.0f} ms, "
                f"memory {row['own_mb'] or 0:.0f} MB"
            )


if __name__ == "__main__":
    print(json.dumps(merged(Path(sys.argv[1]), float(sys.argv[2]))))

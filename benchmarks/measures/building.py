"""What does it cost to build an index? One build, in a process of its own: its memory and threads alone.

``python -m benchmarks.measures.building ENGINE ANALYSIS ARCHIVE FOLDER`` prints one JSON object; ``measured`` runs that. ENGINE
is a name of engines.ENGINES; articles are loaded before the clock starts, so that reading JSON is nobody's
cost. Or it is ``news``: searchlib as a user has it, with the news definition, everything stored and the
archive streamed from the file, for the peak of memory; ``news:2`` is the same with two workers.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import TypedDict

from benchmarks.corpora.archive import Article
from benchmarks.engines import ENGINES
from benchmarks.engines.engine import Analysis

NEWS = "news"


class Build(TypedDict):
    """What one build took. cpu_seconds, peak_mb: of this process, peak_mb None where the system does not tell; others_cpu_seconds:
    of those that it started, together.
    """

    documents: int
    raw_bytes: int
    seconds: float
    cpu_seconds: float
    others_cpu_seconds: float
    peak_mb: float | None
    index_bytes: int


def measured(engine: str, analysis: Analysis, archive: Path, folder: Path) -> Build:
    """Builds in a new process; the folder must not exist."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.measures.building",
        engine,
        analysis,
        str(archive),
        str(folder),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"the build with {engine} failed:\n{run.stderr}")
    result: Build = json.loads(run.stdout)
    return result


def size_on_disk(folder: Path) -> int:
    """Bytes of all files of an index."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def articles(archive: Path) -> Iterator[Article]:
    """The lines of an archive."""
    with archive.open(encoding="utf-8") as lines:
        for line in lines:
            article: Article = json.loads(line)
            yield article


def _news(archive: Path, workers: int) -> Callable[[Path], None]:
    from searchlib import Index

    def build(folder: Path) -> None:
        with Index.create(folder) as index, index.writer(workers=workers) as writer:
            for article in articles(archive):
                writer.add(article)

    return build


def _ready(engine: str, analysis: Analysis, archive: Path) -> Callable[[Path], None]:
    name, _, workers = engine.partition(":")
    if name == NEWS:
        return _news(archive, int(workers or 1))
    return ENGINES[engine].ready(articles(archive), analysis)


def _peak_mb() -> float | None:
    """The largest resident size of this process so far, in millions of bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike ru_maxrss it does not remember the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(engine: str, analysis: Analysis, archive: Path, folder: Path) -> Build:
    """Builds here and now."""
    raw = [0, 0]
    for article in articles(archive):
        raw[0] += 1
        raw[1] += len(article["title"].encode()) + len(article["text"].encode())
    build = _ready(engine, analysis, archive)
    gc.collect()
    gc.freeze()  # the loaded articles are the benchmark's: collections during the build need not walk them
    wall, cpu = perf_counter(), process_time()
    build(folder)
    seconds, cpu_seconds = perf_counter() - wall, process_time() - cpu
    return {
        "documents": raw[0],
        "raw_bytes": raw[1],
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "others_cpu_seconds": sum(os.times()[2:4]),
        "peak_mb": _peak_mb(),
        "index_bytes": size_on_disk(folder),
    }


if __name__ == "__main__":
    print(
        json.dumps(main(sys.argv[1], "terms" if sys.argv[2] == "terms" else "own", *map(Path, sys.argv[3:])))
    )

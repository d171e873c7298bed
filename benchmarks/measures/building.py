"""What does it cost to build an index? One build, in a process of its own: its memory and threads alone.

``python -m benchmarks.measures.building ENGINE ANALYSIS ARCHIVE FOLDER [DOCUMENTS]`` prints one JSON object; ``measured`` runs that.
ENGINE is a name of engines.ENGINES; articles are loaded before the clock starts, so that reading JSON is nobody's
cost. Or it is ``searchlib, news``: as a user has it, with the news definition, everything stored and the
archive streamed from the file, for the peak of memory. ``, 2 workers`` behind a name of searchlib builds with two processes.
Only the first DOCUMENTS are indexed, or all.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import TypedDict

from benchmarks.corpora.archive import Article
from benchmarks.engines import ENGINES, OURS
from benchmarks.engines.engine import Analysis
from benchmarks.engines.searchlib import Searchlib

NEWS = f"{OURS}, news"
TWO = ", 2 workers"


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


class BuildError(Exception):
    """A build that failed, with what the process said."""


def measured(
    engine: str, analysis: Analysis, archive: Path, folder: Path, documents: int | None = None
) -> Build:
    """Builds in a new process; the folder must not exist. documents: of the archive, None for all. Raises BuildError."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.measures.building",
        engine,
        analysis,
        str(archive),
        str(folder),
        *([] if documents is None else [str(documents)]),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BuildError(f"the build with {engine} failed:\n{run.stderr}")
    result: Build = json.loads(run.stdout)
    return result


def size_on_disk(folder: Path) -> int:
    """Bytes of all files of an index."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def articles(archive: Path, documents: int | None = None) -> Iterator[Article]:
    """The lines of an archive, or the first of them."""
    with archive.open(encoding="utf-8") as lines:
        for line in islice(lines, documents):
            article: Article = json.loads(line)
            yield article


def _news(found: Iterator[Article], workers: int) -> Callable[[Path], None]:
    from searchlib import Index

    def build(folder: Path) -> None:
        with Index.create(folder) as index, index.writer(workers=workers) as writer:
            for article in found:
                writer.add(article)

    return build


def _ready(engine: str, analysis: Analysis, found: Iterator[Article]) -> Callable[[Path], None]:
    workers = 2 if engine.endswith(TWO) else 1
    name = engine.removesuffix(TWO)
    if name == NEWS:
        return _news(found, workers)
    return (Searchlib(workers) if name == OURS else ENGINES[name]).ready(found, analysis)


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


def main(engine: str, analysis: Analysis, archive: Path, folder: Path, documents: int | None = None) -> Build:
    """Builds here and now."""
    raw = [0, 0]
    for article in articles(archive, documents):
        raw[0] += 1
        raw[1] += len(article["title"].encode()) + len(article["text"].encode())
    build = _ready(engine, analysis, articles(archive, documents))
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
    _engine, _analysis, _archive, _folder, *_documents = sys.argv[1:]
    _built = main(
        _engine,
        "terms" if _analysis == "terms" else "own",
        Path(_archive),
        Path(_folder),
        int(_documents[0]) if _documents else None,
    )
    print(json.dumps(_built))

"""What does it cost to commit documents one at a time, durably? searchlib beside tantivy, as a feed of news would do it.

``python -m benchmarks commits`` writes the same generated articles into both, each replacing what has its id (there is none),
by turns of 250 commits, so that what else the machine does falls on both alike. Both keep what their fields need and no more;
both sync every commit to the disk. Then the bytes and segments are those of the index as the feed left it, merges done.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

import click

from benchmarks.corpora.archive import Article, prepared
from benchmarks.engines import searchlib, tantivy
from benchmarks.measures.building import articles, size_on_disk
from benchmarks.measures.figures import percentile
from benchmarks.measures.tables import aligned

_TURN = 250
Commit = Callable[[Article], None]


def _ours(folder: Path) -> tuple[Commit, Callable[[], int]]:
    """A function that commits one article, and one that closes and says how many segments there are."""
    from searchlib import Index

    index = Index.create(folder, searchlib.defined("own"))
    writer = index.writer()

    def commit(article: Article) -> None:
        writer.add(searchlib.record(article, "own"))
        writer.commit()

    def close() -> int:
        writer.close()
        return index.stats().segments

    return commit, close


def _theirs(folder: Path) -> tuple[Commit, Callable[[], int]]:
    from tantivy import Document, Index

    folder.mkdir()
    index = Index(tantivy.schema_of("own"), path=str(folder))
    tantivy.register_analyzers(index)
    writer = index.writer(heap_size=100_000_000, num_threads=1)

    def commit(article: Article) -> None:
        writer.delete_documents_by_term("id", article["id"])
        writer.add_document(Document(**tantivy.record(article, "own")))
        writer.commit()

    def close() -> int:
        writer.wait_merging_threads()
        segments: int = Index.open(str(folder)).searcher().num_segments
        return segments

    return commit, close


def _turns(found: Iterator[Article], count: int) -> Iterator[list[Article]]:
    while count > 0:
        yield list(islice(found, min(_TURN, count)))
        count -= _TURN


def _row(name: str, times: Sequence[float], close: float, segments: int, size: int) -> list[str]:
    figures = (fmean(times), median(times), percentile(times, 99), max(times))
    return [name, *(f"{figure * 1e3:.2f}" for figure in figures), f"{close:.2f}", str(segments), f"{size:,}"]


@click.command("commits")
@click.option("--commits", "count", type=click.IntRange(1), default=10_000, show_default=True)
def command(count: int) -> None:
    """Commit documents one at a time, durably, beside tantivy."""
    archive = prepared(count)
    with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as name:
        work = Path(name)
        feeds = {"searchlib": _ours(work / "searchlib"), "tantivy": _theirs(work / "tantivy")}
        times: dict[str, list[float]] = {engine: [] for engine in feeds}
        for turn in _turns(articles(archive), count):
            for engine, (commit, _) in feeds.items():
                for article in turn:
                    began = perf_counter()
                    commit(article)
                    times[engine].append(perf_counter() - began)
        rows = [["", "mean ms", "p50", "p99", "longest", "close s", "segments", "bytes"]]
        sizes = {}
        for engine, (_, close) in feeds.items():
            began = perf_counter()
            segments = close()
            took = perf_counter() - began
            sizes[engine] = size_on_disk(work / engine)
            rows.append(_row(engine, times[engine], took, segments, sizes[engine]))
        click.echo(f"{count:,} commits of one document each\n" + aligned(rows, range(1, 8)))
        ours, theirs = (fmean(times[engine]) for engine in feeds)
        searchlib.Searchlib().ready(islice(articles(archive), count), "own")(work / "once")
        once = size_on_disk(work / "once")
        click.echo(
            f"time {ours / theirs:.2f}x tantivy's, bytes {sizes['searchlib'] / sizes['tantivy']:.2f}x; "
            f"{sizes['searchlib'] / once:.2f}x the bytes of searchlib built at once ({once:,})"
        )

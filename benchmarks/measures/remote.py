"""What does an archive on a cluster cost, beside asking OpenSearch directly, and does it answer as the one on disk?

``python -m benchmarks remote --url http://HOST:PORT`` loads a generated archive into a cluster and onto disk, and prints

- documents a second through a RemoteWriter, which analyses them, and through the helpers of opensearch-py, which get what it would send
  (its sources, made before the clock starts) in batches of as many bytes from as many threads;
- the latency of RemoteIndex.search by class of question: when it was asked before (again); when in how many documents its words are is to be asked for
  first (first); and what the body of its search takes when it is sent by opensearch-py (direct), as a dict, its answer read as a dict;
- how far the answers on disk and on the cluster are apart, with one shard and with three;
- what a cluster's own BM25, which keeps a length in one byte, answers otherwise, and what it takes (plain_bm25.py).

A question's time is the best of ROUNDS, the ways to ask taking turns. Nothing of other programs is touched: the indexes have names of their own, and go at the end.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from benchmarks.corpora.archive import Archive, Article, prepared
from benchmarks.corpora.questions import Classes, Question
from benchmarks.engines.searchlib import record, written
from benchmarks.measures.building import articles
from benchmarks.measures.figures import percentile
from benchmarks.measures.plain_bm25 import PlainBM25
from benchmarks.measures.rankings import Parity, compared
from benchmarks.measures.tables import aligned, shown

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

    from searchlib import Index
    from searchlib.remote.index import RemoteIndex

ROUNDS = 3
WORKERS, BATCH_MB = 2, 5.0  # of both ways to load
MORE_SHARDS = 3
OPTIONS: dict[str, Any] = {"repair": False}  # on disk as well

Asking = dict[str, list[Question]]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a question, by way to ask."""

    again: list[float]
    first: list[float]
    direct: list[float]


def arguments(question: Question) -> dict[str, Any]:
    """What search() is given besides the query."""
    return {
        "limit": question.top,
        "match": "all" if question.how == "all" else "any",
        "since": question.since,
        "until": question.until,
        "lang": question.lang,
        "source": question.source,
        "tags": question.tag,
        "sort": "newest" if question.wanted == "newest" else None,
        **OPTIONS,
    }


def ranked(classes: Asking) -> Asking:
    """Those that ask for documents."""
    return {
        name: questions
        for name, questions in classes.items()
        if all(question.wanted in ("best", "newest") for question in questions)
    }


def load(index: RemoteIndex, records: Sequence[dict[str, Any]]) -> float:
    """Seconds until all are searchable, through a RemoteWriter."""
    began = perf_counter()
    with index.writer(workers=WORKERS, batch_mb=BATCH_MB) as writer:
        for one in records:
            writer.add(one)
    return perf_counter() - began


def load_by_helpers(
    client: OpenSearch, index: RemoteIndex, name: str, records: Sequence[dict[str, Any]]
) -> tuple[float, float]:
    """Seconds to make the sources, and to load them when they are ready, through opensearch-py alone."""
    from opensearchpy import helpers

    from searchlib.documents import Preparer
    from searchlib.language import Analyzer
    from searchlib.remote.layout import Layout

    prepare, layout = (
        Preparer(index.definition),
        Layout(index.definition, Analyzer(index.definition.languages)),
    )
    began = perf_counter()
    ready = [
        {"_index": name, "_id": one["id"], "_source": layout.source_of(prepare(one), order)}
        for order, one in enumerate(records)
    ]
    made = perf_counter() - began
    began = perf_counter()
    sent = helpers.parallel_bulk(
        client,
        ready,
        thread_count=WORKERS,
        chunk_size=1_000,
        max_chunk_bytes=int(BATCH_MB * 1e6),
        queue_size=WORKERS,
    )
    assert sum(done for done, _ in sent) == len(ready)
    client.indices.refresh(index=name)
    return made, perf_counter() - began


def body_of(index: RemoteIndex, query: str, options: dict[str, Any]) -> dict[str, Any]:
    """The body of the search that a question becomes, when all that it counts is known."""
    cluster = index._cluster
    sent: list[dict[str, Any]] = []
    msearch = cluster.msearch

    def noting(bodies: Sequence[dict[str, Any]], **others: Any) -> list[dict[str, Any]]:
        sent.extend(bodies)
        return msearch(bodies, **others)

    cluster.msearch = noting  # type: ignore[assignment, method-assign]
    try:
        index.search(query, **options)
        sent.clear()
        index.search(query, **options)
    finally:
        cluster.msearch = msearch  # type: ignore[method-assign]
    assert len(sent) == 1, "a question that was asked before is one request"
    return dict(sent[0])


def latency(index: RemoteIndex, client: OpenSearch, name: str, questions: Sequence[Question]) -> Latency:
    """Asks each question in all three ways."""
    times: list[dict[str, list[float]]] = []
    for number, question in enumerate(questions):
        query, options = written(question), arguments(question)
        body = body_of(index, query, options)
        asking = partial(_ask, index, query, options)
        sending = partial(_direct, client, name, body)
        ways: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
            ("again", asking, asking),
            ("first", index._remote.figures().counts.clear, asking),
            ("direct", sending, sending),
        ]
        found: dict[str, list[float]] = {way: [] for way, _, _ in ways}
        for round_ in range(ROUNDS):
            for way, before, ask in ways if (number + round_) % 2 else ways[::-1]:
                before()
                began = perf_counter()
                ask()
                found[way].append((perf_counter() - began) * 1e3)
        times.append(found)
    return Latency(*([min(one[way]) for one in times] for way in ("again", "first", "direct")))


def _ask(index: RemoteIndex, query: str, options: dict[str, Any]) -> list[str]:
    return index.search(query, **options).ids


def _direct(client: OpenSearch, name: str, body: dict[str, Any]) -> list[str]:
    return [hit["_id"] for hit in client.search(index=name, body=body)["hits"]["hits"]]


def parity(disk: Index, index: RemoteIndex, questions: Sequence[Question]) -> Parity:
    """How far the answers of a cluster are from those on disk."""
    answers = []
    for question in questions:
        query, options = written(question), arguments(question)
        ours, theirs = disk.search(query, **options), index.search(query, **options)
        answers.append(([(hit.id, hit.score) for hit in ours], [(hit.id, hit.score) for hit in theirs]))
    return compared(answers)


@contextmanager
def indexes(url: str, definition: Any) -> Iterator[Callable[[int], tuple[RemoteIndex, str]]]:
    """Makes indexes of so many shards, which go at the end."""
    from searchlib.remote.index import RemoteIndex

    made: list[RemoteIndex] = []

    def make(shards: int) -> tuple[RemoteIndex, str]:
        name = f"searchlib-benchmark-{uuid.uuid4().hex}"
        made.append(
            RemoteIndex.create(f"{url}/{name}", definition, shards=shards, replicas=0, fresh=86_400.0)
        )
        return made[-1], name

    try:
        yield make
    finally:
        for index in made:
            index._words.index_request("DELETE")
            index._cluster.index_request("DELETE")
            index.close()


def measure(url: str, found: list[Article], classes: Asking, shards: int, say: Callable[[str], None]) -> None:
    """Measures all of it, and says what it finds as it finds it."""
    from opensearchpy import OpenSearch

    from searchlib import Index
    from searchlib.definitions import NEWS

    records = [record(article, "own") for article in found]
    asking = ranked(classes)
    with (
        TemporaryDirectory() as folder,
        Index.create(Path(folder) / "index", NEWS) as disk,
        indexes(url, NEWS) as make,
    ):
        with disk.writer() as writer:
            for one in records:
                writer.add(one)
        client = OpenSearch(url, timeout=120)
        index, name = make(shards)
        own = load(index, records)
        made, theirs = load_by_helpers(client, *make(shards), records)
        say(f"loading {len(records):,} documents into {shards} shard(s), documents/s:")
        say(f"  RemoteWriter, analysis included {len(records) / own:,.0f}")
        say(f"  helpers of opensearch-py, sources that are ready {len(records) / theirs:,.0f}")
        say(f"  making the sources alone, in one thread {len(records) / made:,.0f}")
        asking = _answered(say, index, asking)
        gc.collect()
        gc.freeze()  # what the benchmark holds: collections between questions need not walk it
        _say_latency(say, index, client, name, asking)
        gc.unfreeze()
        more, _ = make(MORE_SHARDS)
        load(more, records)
        _say_parity(say, disk, {shards: index, MORE_SHARDS: more}, asking)
        with PlainBM25(client, index.definition, records) as plain:
            _say_plain(say, disk, index, client, name, plain, asking)
        client.close()


def _answered(say: Callable[[str], None], index: RemoteIndex, asking: Asking) -> Asking:
    """Those that a cluster can answer: of a pattern with too many words it says that it cannot."""
    from searchlib import QueryError

    found: Asking = {}
    for subject, questions in asking.items():
        found[subject] = []
        for question in questions:
            try:
                index.search(written(question), **arguments(question))
            except QueryError as error:
                say(f"{subject}: {written(question)}: {error}")
                continue
            found[subject].append(question)
    return {subject: questions for subject, questions in found.items() if questions}


def _say_latency(
    say: Callable[[str], None], index: RemoteIndex, client: OpenSearch, name: str, asking: Asking
) -> None:
    lines = [["latency, ms", "again mean", "p99", "first mean", "p99", "direct mean", "p99", "again/direct"]]
    all_: list[Latency] = []
    for subject, questions in asking.items():
        one = latency(index, client, name, questions)
        all_.append(one)
        lines.append(_line(subject, one))
    whole = Latency(
        *([time for one in all_ for time in getattr(one, way)] for way in ("again", "first", "direct"))
    )
    lines.append(_line("all", whole))
    say(aligned(lines, range(1, 8)))


def _line(subject: str, one: Latency) -> list[str]:
    cells = [subject]
    for times in (one.again, one.first, one.direct):
        cells += [shown(fmean(times)), shown(percentile(times, 99))]
    return [*cells, f"{fmean(one.again) / fmean(one.direct):.2f}"]


def _say_parity(
    say: Callable[[str], None], disk: Index, remotes: dict[int, RemoteIndex], asking: Asking
) -> None:
    lines = [
        [
            "beside the index on disk",
            "questions",
            "same order",
            "largest score difference",
            "overlap@10",
            "tau",
        ]
    ]
    for shards, index in remotes.items():
        one = parity(disk, index, [question for questions in asking.values() for question in questions])
        lines.append(_of(f"{shards} shard(s)", one))
    say(aligned(lines, range(1, 6)))


def _of(what: str, one: Parity) -> list[str]:
    return [
        what,
        f"{one.questions:,}",
        f"{one.same:.4f}",
        f"{one.difference:.1e}",
        f"{one.overlap:.4f}",
        f"{one.tau:.4f}",
    ]


def _say_plain(
    say: Callable[[str], None],
    disk: Index,
    index: RemoteIndex,
    client: OpenSearch,
    name: str,
    plain: PlainBM25,
    asking: Asking,
) -> None:
    lines = [
        [
            "BM25 of the cluster",
            "questions",
            "same order",
            "largest score difference",
            "overlap@10",
            "tau",
            "ms",
            "exact, ms",
        ]
    ]
    factor = index.definition.k1 + 1  # by which a cluster multiplies all its scores
    for subject, questions in asking.items():
        if not all(PlainBM25.answers(question) for question in questions):
            continue
        answers, times, own = [], [], []
        for question in questions:
            options = {**arguments(question), "names": False, "synonyms": False}
            ours = disk.search(written(question), **options)
            exact, body = (
                body_of(index, written(question), options),
                plain.body_of(question, index.definition),
            )
            exact["_source"] = False  # the other one stores nothing
            best = [1e9, 1e9]
            for _ in range(ROUNDS):
                for at, (where, asked) in enumerate(((plain.name, body), (name, exact))):
                    began = perf_counter()
                    hits = client.search(index=where, body=asked)["hits"]["hits"]
                    best[at] = min(best[at], (perf_counter() - began) * 1e3)
                    if at == 0:
                        theirs = [(hit["_id"], hit["_score"] / factor) for hit in hits]
            answers.append(([(hit.id, hit.score) for hit in ours], theirs))
            times.append(best[0])
            own.append(best[1])
        lines.append([*_of(subject, compared(answers)), shown(fmean(times)), shown(fmean(own))])
    say(aligned(lines, range(1, 8)))


@click.command("remote")
@click.option("--documents", type=click.IntRange(100), default=20_000, show_default=True)
@click.option("--shards", type=click.IntRange(1), default=1, show_default=True)
@click.option("--questions", type=click.IntRange(1), default=50, show_default=True, help="Of each class.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--url", envvar="SEARCHLIB_OPENSEARCH_URL", required=True, help="Of a node, as http://127.0.0.1:9200."
)
def command(documents: int, shards: int, questions: int, seed: int, url: str) -> None:
    """An archive on an OpenSearch cluster beside OpenSearch itself and the archive on disk."""
    found = list(articles(prepared(documents, seed)))
    classes = Classes(Archive(seed), documents).questions(questions)
    measure(url.rstrip("/"), found, classes, shards, click.echo)

"""What does each native kernel cost by itself? Nanoseconds for each of what it works on, and what it counted meanwhile.

All are called as the library calls them, from Python, so that the way into native code and back is part of the figure; where it is
said, what they did is counted in a run of its own. ``decode docs`` unpacks the documents of lists and sets their bits, ``decode tfs``
frequencies in a field as well; lists that lie as bitmaps are left out. ``postings`` are those of all lists of a question, touched
or not: what a search costs for each of them falls as more are passed over. ``plain query`` is what is left of Index.search(...).ids
when the search itself is taken away: reading, planning, and making the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter_ns
from typing import Any

from benchmarks.corpora.questions import BAG, Question
from benchmarks.engines import OURS
from benchmarks.measures.bench import Bench, Ground
from benchmarks.measures.building import articles
from benchmarks.measures.figures import Figure
from benchmarks.measures.merging import built, merged

OVERHEAD = "Python overhead"
_COUNTED = ("postings", "windows", "visited", "blocks", "added", "ranges", "candidates", "probes")
_LONG, _DENSE = (
    1000,
    8,
)  # postings of a list that is decoded, and the share of documents (1 of 8) from which it is a bitmap
_SEGMENTS = 4  # that are merged
_SMALL = 1000  # documents of the index on which a plain query is measured
_ROUNDS = 5  # of which the best counts


@dataclass(frozen=True, slots=True)
class Kernel:
    """What is called again and again. amount: of units in one call; counters: what all of them did in one call."""

    name: str
    unit: str
    amount: float
    call: Callable[[], object]
    counters: dict[str, float]


def kernels(bench: Bench) -> None:
    """All of them, on the index of the corpus with searchlib's own analysis."""
    ground = bench.grounds()[0]
    for kernel in _all(bench, ground):
        bench.say(f"{kernel.name}")
        kernel.call()
        values = []
        for _ in range(bench.extent.repeats):
            values.append(min(_nanoseconds(kernel.call) for _ in range(_ROUNDS)) / kernel.amount)
        bench.result.figures.append(_figure(ground, kernel.name, f"ns/{kernel.unit}", "ns", values))
        bench.result.figures.extend(
            [_figure(ground, kernel.name, name, "", [value]) for name, value in kernel.counters.items()]
        )
    bench.say("merge")
    bench.result.figures.extend(_merge(bench, ground))
    bench.say("plain query")
    bench.result.figures.append(_overhead(bench, ground))


def _figure(ground: Ground, subject: str, quantity: str, unit: str, values: Sequence[float]) -> Figure:
    return Figure("kernels", ground.name, subject, OURS, quantity, unit, tuple(values))


def _nanoseconds(call: Callable[[], object]) -> int:
    began = perf_counter_ns()
    call()
    return perf_counter_ns() - began


def _all(bench: Bench, ground: Ground) -> Iterator[Kernel]:
    from searchlib.language import Analyzer
    from searchlib.language._tokens import tokenize

    texts = [article["text"] for article in articles(ground.corpus.archive, bench.extent.texts)]
    forms = [token[0] for text in texts for token in tokenize(text)]
    distinct = list(dict.fromkeys(forms))
    size = sum(len(text.encode()) for text in texts)
    yield Kernel(
        "tokenise",
        "token",
        len(forms),
        lambda: [tokenize(text) for text in texts],
        {"bytes/token": size / len(forms)},
    )
    analyze = Analyzer().analyze
    terms = sum(len(analyze(form).terms) for form in distinct)
    yield Kernel(
        "analyse",
        "form",
        len(distinct),
        lambda: [analyze(form) for form in distinct],
        {"terms/form": terms / len(distinct)},
    )
    yield from _of_index(bench, ground)


def _of_index(bench: Bench, ground: Ground) -> Iterator[Kernel]:
    from searchlib.language import Analyzer
    from searchlib.ranking._matches import group_bits
    from searchlib.ranking._occurrences import find
    from searchlib.ranking.ranker import Ranker
    from searchlib.storage.snapshot import Snapshot

    ranker = Ranker(Snapshot.open(bench.index(OURS, ground), None), Analyzer())
    questions = bench.questions(ground)
    bags = questions[BAG]
    most = ranker.snapshot.documents // _DENSE
    words = dict.fromkeys(word for bag in bags for word in bag.words)
    found = {(group := ranker.usual.lexicon.meaning(word)[0]).terms: group for word in words}
    groups = [one for one in found.values() if max(one.dfs) < most]
    groups = [one for one in groups if max(one.dfs) >= _LONG] or groups
    postings = sum(sum(group.dfs) for group in groups)
    if postings:
        for name, fields in (("decode docs", 0), ("decode tfs", 1)):
            yield Kernel(
                name,
                "posting",
                postings,
                lambda fields=fields: [group_bits(group, fields) for group in groups],  # type: ignore[misc]
                {"lists": len(groups), "postings": postings},
            )
    yield from _searches(ranker, "intersect", questions["AND of 2"], "all", 10)
    yield from _searches(ranker, "accumulate and top 10", bags, "any", 10)
    yield from _searches(ranker, "accumulate and top 1,000", bags, "any", 1000)
    slots = [
        [ranker.analyze(word).terms for word in question.words]
        for question in questions.get("phrase of 2", [])
    ]
    if slots:
        searcher = ranker.usual.lexicon.searcher
        lists = [group for one in slots for group in map(searcher.group, one)]
        yield Kernel(
            "phrase",
            "posting",
            max(sum(sum(group.dfs) for group in lists), 1),
            lambda: [find(searcher, list(one)) for one in slots],
            {
                "postings/question": fmean(sum(group.dfs) for group in lists) * 2,
                "found/question": fmean(find(searcher, list(one)).df for one in slots),
            },
        )


def _searches(ranker: Any, name: str, questions: list[Question], match: str, k: int) -> Iterator[Kernel]:
    """The kernel of top k alone, on questions as they were planned before."""
    from searchlib.ranking import question as asked
    from searchlib.ranking._topk import Counts

    plans = [ranker.plan(asked.Question(" ".join(one.words), match=match), ranker.usual) for one in questions]
    if not plans:
        return
    top, counts = ranker.usual.kernel.top, Counts()
    for plan in plans:
        top(plan.clauses, k, mask=plan.mask, counts=counts)
    counted = {f"{what}/question": getattr(counts, what) / len(plans) for what in _COUNTED}
    yield Kernel(
        name,
        "posting",
        max(counts.postings, 1),
        lambda: [top(plan.clauses, k, mask=plan.mask) for plan in plans],
        counted,
    )


def _merge(bench: Bench, ground: Ground) -> list[Figure]:
    """Segments into one, written through to the disk."""
    documents = min(bench.extent.merged, ground.corpus.documents) // _SEGMENTS * _SEGMENTS
    if not documents:
        return []
    with TemporaryDirectory(prefix="merge-", dir=bench.work) as name:
        folder = Path(name) / "news"
        built(folder, articles(ground.corpus.archive, documents), documents, _SEGMENTS)
        runs = [merged(folder, 0.0) for _ in range(bench.extent.repeats)]
    each = [run["seconds"] * 1e9 / run["documents"] for run in runs]
    written = runs[0]["written_bytes"] / documents
    return [
        _figure(ground, "merge", "ns/document", "ns", each),
        _figure(ground, "merge", "bytes/document", "", [written]),
    ]


def _overhead(bench: Bench, ground: Ground) -> Figure:
    """Microseconds of a plain query that are not the kernel's; of each question the best of some rounds."""
    from searchlib import Index
    from searchlib.language import Analyzer
    from searchlib.ranking import question as asked
    from searchlib.ranking.ranker import Ranker
    from searchlib.storage.snapshot import Snapshot

    corpus = ground.corpus.first(_SMALL)
    folder = bench.index(OURS, Ground(corpus, "own", (OURS,)))
    ranker = Ranker(Snapshot.open(folder, None), Analyzer())
    search, top = Index.open(folder).search, ranker.usual.kernel.top
    pairs: list[tuple[Callable[[], object], Callable[[], object]]] = []
    for question in bench.questions(ground)[BAG]:
        text = " ".join(question.words)
        plan = ranker.plan(asked.Question(text), ranker.usual)
        assert plan is not None
        pairs.append((partial(_ids, search, text), partial(top, plan.clauses, 10)))
    values = []
    for _ in range(bench.extent.repeats):
        times = [tuple(min(_nanoseconds(call) for _ in range(_ROUNDS)) for call in pair) for pair in pairs]
        values.append(fmean(whole - kernel for whole, kernel in times) / 1e3)
    return _figure(ground, "plain query", OVERHEAD, "µs", values)


def _ids(search: Callable[[str], Any], text: str) -> list[str]:
    ids: list[str] = search(text).ids
    return ids

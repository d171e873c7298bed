"""Is the top k what an exhaustive BM25 gives, for any corpus, query and k?"""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy_archive import ToyArchive, zipf_text

from searchlib.ranking._matches import group_bits
from searchlib.ranking._searcher import Searcher
from searchlib.ranking._topk import BUILDS, Clause, Counts, Kernel
from searchlib.storage._segment import SegmentFile


class Archive(ToyArchive):
    """An archive whose answers are held to the oracle."""

    def check(self, query: list[tuple[tuple[str, ...], float]], k: int) -> None:
        expected = self.oracle.rank(query, self.dead)
        for build, tabled in itertools.product(BUILDS, [False, True]):
            self.check_build(build, tabled, query, k, expected)

    def check_build(
        self,
        build: str,
        tabled: bool,
        query: list[tuple[tuple[str, ...], float]],
        k: int,
        expected: list[tuple[float, int]],
    ) -> None:
        searcher = self.searcher(tabled=tabled)
        kernel = Kernel(searcher, build)
        groups = [searcher.group(terms) for terms, _ in query]
        plan = [Clause(group, boost) for group, (_, boost) in zip(groups, query, strict=True)]
        by_document = {number: score for score, number in expected}
        first = kernel.top(plan, k)
        assert kernel.top(plan, k) == first  # by ranges, when there are tables
        got = [(score, self.starts[part] + doc) for score, part, doc in first]
        assert len(reduce(or_, map(group_bits, groups))) == len(expected)
        assert len(got) == min(k, len(expected))
        for (score, doc), (wanted, wanted_doc) in zip(got, expected, strict=False):
            assert score == pytest.approx(by_document[doc], rel=1e-9)
            assert score == pytest.approx(wanted, rel=1e-9)
            # sums in another order may differ in the last bit: only then may neighbours change places
            assert doc == wanted_doc or by_document[doc] == pytest.approx(wanted, rel=1e-12)
        scores = [score for score, _ in got]
        assert scores == sorted(scores, reverse=True)
        for (score, doc), (following, next_doc) in itertools.pairwise(got):
            assert score != following or doc < next_doc


WORDS = st.one_of(
    st.integers(0, 30).map(lambda i: f"a{i}"),
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: f"b{pair[0]}x{pair[1]}"),
    st.integers(0, 3).map(lambda i: f"s{i}"),
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
GROUPS = st.lists(st.integers(0, 34).map(lambda i: f"t{i}"), min_size=1, max_size=3, unique=True).map(tuple)
QUERIES = st.lists(st.tuples(GROUPS, st.sampled_from([1.0, 2.0, 0.5])), min_size=1, max_size=20)


@settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 3).flatmap(
        lambda fields: st.lists(
            st.lists(st.tuples(*[TEXTS] * fields), min_size=1, max_size=25), min_size=1, max_size=3
        )
    ),
    QUERIES,
    st.integers(1, 1000),
    st.sampled_from([(1.2, 0.55), (0.0, 0.5), (2.0, 1.0), (0.9, 0.0)]),
    st.data(),
)
def test_small_corpora(
    parts: list[list[tuple[str, ...]]],
    query: list[tuple[tuple[str, ...], float]],
    k: int,
    settings: tuple[float, float],
    data: st.DataObject,
) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), parts, *settings)
        archive.dead = data.draw(st.frozensets(st.integers(0, len(archive.corpus) - 1)))
        archive.check(query, k)


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Lists of every kind: few, short, decoded at once, packed, bitmaps; several windows; very different lengths."""
    chance = random.Random(request.param)
    total = 14_000 if request.param == 1 else 9_000
    texts = [
        (
            zipf_text(chance, chance.randrange(4), 0.05),
            zipf_text(chance, int(chance.lognormvariate(2.6, 0.9)), 0.1),
        )
        for _ in range(total)
    ]
    cut = [0, total] if request.param == 1 else [0, 300, 6000, total]
    parts = [texts[a:b] for a, b in itertools.pairwise(cut)]
    return Archive(tmp_path_factory.mktemp("large"), parts, 1.2, 0.55)


@pytest.mark.parametrize("seed", range(dose(12)))
def test_large_corpora(large: Archive, seed: int) -> None:
    chance = random.Random(seed)
    large.dead = frozenset(chance.sample(range(len(large.corpus)), 700)) if seed % 3 == 0 else frozenset()
    query = []
    for _ in range(chance.choice([1, 1, 2, 2, 3, 4, 6, 20])):
        size = chance.choice([1, 1, 1, 2, 3])
        terms = tuple(f"t{int(2000 ** chance.random()) - 1 or 1}" for _ in range(size))
        query.append((tuple(dict.fromkeys(terms)), chance.choice([1.0, 1.0, 2.0])))
    for k in (1, 10, 137, 1000):
        large.check(query, k)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Many windows, and lists of many blocks in each that are too sparse for a bitmap."""
    chance = random.Random(5)
    texts = []
    for _ in range(75_000):
        frequent = " ".join(
            f"a{i} " * chance.choice([1, 1, 1, 2, 5]) for i in range(1, 11) if chance.random() < 0.12
        )
        rare = " ".join(f"a{chance.randrange(20, 5000)}" for _ in range(chance.choice([0, 1, 2, 8])))
        texts.append((f"{frequent} {rare}",))
    return Archive(tmp_path_factory.mktemp("wide"), [texts], 1.2, 0.55)


@pytest.mark.parametrize("seed", range(dose(8)))
def test_long_sparse_lists(wide: Archive, seed: int) -> None:
    chance = random.Random(seed)
    wide.dead = frozenset(chance.sample(range(len(wide.corpus)), 9000)) if seed % 2 else frozenset()
    frequencies = [wide.segments[0].file.document_frequency(f"t{i}") for i in range(1, 11)]
    assert all(8192 < df <= 75_000 // 8 for df in frequencies)
    query = []
    for _ in range(chance.choice([1, 2, 3, 5])):
        terms = [f"t{chance.randrange(1, 11)}" for _ in range(chance.choice([1, 1, 2]))]
        terms += [f"t{chance.randrange(20, 5000)}"] * chance.randrange(2)
        query.append((tuple(dict.fromkeys(terms)), chance.choice([1.0, 2.0])))
    for k in (1, 10, 300):
        wide.check(query, k)


def test_equal_documents_stand_in_order(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[("a1 a2",)] * 300, [("a1 a2",)] * 9000], 1.2, 0.55)
    searcher = archive.searcher()
    found = Kernel(searcher).top([Clause(searcher.group((term,))) for term in ("t1", "t2")], 500)
    assert [(part, doc) for _, part, doc in found] == [(0, doc) for doc in range(300)] + [
        (1, doc) for doc in range(200)
    ]


def test_tables_keep_to_their_memory(large: Archive) -> None:
    large.dead = frozenset()
    groups = [(f"t{number}",) for number in range(1, 120)]
    plain = large.searcher()
    expected = [
        Kernel(plain).top([Clause(plain.group(one)), Clause(plain.group(("t1",)))], 10) for one in groups
    ]
    rows: list[tuple[SegmentFile, bytes | None, float]] = [
        (segment.file, None, segment.total_length) for segment in large.segments
    ]
    searcher = Searcher(rows, large.weights, 1.2, 0.55, table_bytes=40_000, tabled_from=0)
    kernel = Kernel(searcher)
    plans = [[Clause(searcher.group(one)), Clause(searcher.group(("t1",)))] for one in groups]
    most = 0
    for _ in range(8):
        assert [kernel.top(plan, 10) for plan in plans] == expected
        assert searcher.table_bytes <= 40_000
        most = max(most, searcher.table_bytes)
    assert most > 10_000
    counts = Counts()
    for _ in range(8):  # what is asked for now takes the place of what was
        kernel.top(plans[-1], 10, counts=counts)
    before = counts.ranges
    kernel.top(plans[-1], 10, counts=counts)
    assert counts.ranges > before


def test_a_table_is_made_when_it_is_wanted_again(large: Archive) -> None:
    searcher = large.searcher(tabled=True)
    plan = [Clause(searcher.group((term,))) for term in ("t1", "t2", "t3")]
    kernel = Kernel(searcher)
    sizes = []
    for _ in range(3):
        kernel.top(plan, 10)
        sizes.append(searcher.table_bytes)
    assert sizes[0] == 0 < sizes[1] == sizes[2]
    assert large.searcher().table_bytes == 0


def test_threads_share_tables(large: Archive) -> None:
    large.dead = frozenset()
    plain = large.searcher()
    rows: list[tuple[SegmentFile, bytes | None, float]] = [
        (segment.file, None, segment.total_length) for segment in large.segments
    ]
    searcher = Searcher(rows, large.weights, 1.2, 0.55, table_bytes=40_000, tabled_from=0)
    kernel = Kernel(searcher)
    queries = [("t1", f"t{number}") for number in range(2, 60)] * 20
    random.Random(1).shuffle(queries)
    groups = {term: searcher.group((term,)) for query in queries for term in query}
    expected = {
        query: Kernel(plain).top([Clause(plain.group((term,))) for term in query], 10)
        for query in set(queries)
    }
    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda query: kernel.top([Clause(groups[term]) for term in query], 10), queries)
        )
    assert found == [expected[query] for query in queries]

"""Is the top k exact also for conjunctions, masks, conditions, other weights, given postings, ages and later pages?"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy_archive import ToyArchive

from searchlib.ranking._ages import Decay
from searchlib.ranking._bits import Bits
from searchlib.ranking._searcher import Occurrences, Searcher
from searchlib.ranking._topk import BUILDS, Clause, Kernel
from searchlib.storage._deadline import Deadline

Docs = frozenset[int]


@dataclass(frozen=True)
class Asked:
    """A clause in the oracle's terms: `given` are counts by document instead of terms."""

    terms: tuple[str, ...]
    given: tuple[tuple[int, float], ...] | None = None
    boost: float = 1.0
    fields: int = 0
    required: bool = False
    condition: Docs | None = None


class Oracle:
    """Scores every document for every clause, from the corpus, under any weights."""

    def __init__(self, archive: ToyArchive, weights: Sequence[float]) -> None:
        self.archive, self.weights = archive, weights
        self.size = len(archive.corpus)
        lengths = [
            sum(
                weight * sum(words[0][0] != "s" for words in field)
                for weight, field in zip(weights, document, strict=True)
            )
            for document in archive.corpus
        ]
        average = sum(lengths) / self.size or 1.0
        self.norms = [archive.k1 * (1 - archive.b + archive.b * length / average) for length in lengths]

    def _idf(self, df: int) -> float:
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def scores(self, clause: Asked) -> dict[int, float]:
        best: dict[int, float] = {}
        lists: list[tuple[int, dict[int, float]]] = []
        if clause.given is not None:
            lists.append((len(clause.given), dict(clause.given)))
        for term in clause.terms:
            counts: dict[int, float] = {}
            df = 0
            for number, document in enumerate(self.archive.corpus):
                tfs = [sum(term in words for words in field) for field in document]
                df += any(tfs)
                counts[number] = sum(
                    self.weights[f] * tf
                    for f, tf in enumerate(tfs)
                    if not clause.fields or clause.fields >> f & 1
                )
            lists.append((df, counts))
        for df, counts in lists:
            for number, tf in counts.items():
                if tf > 0 and (clause.condition is None or number in clause.condition):
                    score = clause.boost * self._idf(df) * tf / (tf + self.norms[number])
                    best[number] = max(best.get(number, 0.0), score)
        return best

    def rank(
        self, clauses: Sequence[Asked], mask: Docs | None, factors: Sequence[float] | None
    ) -> list[tuple[float, int]]:
        sums: dict[int, float] = {}
        found = set(range(self.size)) - self.archive.dead
        for clause in clauses:
            scores = self.scores(clause)
            for number, score in scores.items():
                sums[number] = sums.get(number, 0.0) + score
            if clause.required:
                found &= scores.keys()
        if mask is not None:
            found &= mask
        ranked = [
            (sums[number] * (factors[number] if factors else 1.0), number)
            for number in found
            if number in sums
        ]
        return sorted(ranked, key=lambda one: (-one[0], one[1]))


def bits(archive: ToyArchive, searcher: Searcher, docs: Docs) -> Bits:
    rows: list[bytes | None] = []
    for start, documents in zip(archive.starts, searcher.documents, strict=True):
        row = bytearray((documents + 7) // 8)
        for doc in range(documents):
            if start + doc in docs:
                row[doc >> 3] |= 1 << (doc & 7)
        rows.append(bytes(row))
    return Bits.of_living(searcher.documents, rows)


def by_segment(
    archive: ToyArchive, searcher: Searcher, values: dict[int, float]
) -> list[list[tuple[int, float]]]:
    return [
        [(doc, values[start + doc]) for doc in range(documents) if start + doc in values]
        for start, documents in zip(archive.starts, searcher.documents, strict=True)
    ]


def check(
    archive: ToyArchive,
    clauses: Sequence[Asked],
    k: int,
    *,
    weights: list[float] | None = None,
    mask: Docs | None = None,
    factors: Sequence[float] | None = None,
) -> None:
    """Asks page after page, k documents each, and compares them with the oracle's: by blocks, and with tables."""
    for tabled in (False, True):
        check_pages(archive, clauses, k, tabled=tabled, weights=weights, mask=mask, factors=factors)


def check_pages(
    archive: ToyArchive,
    clauses: Sequence[Asked],
    k: int,
    *,
    tabled: bool,
    weights: list[float] | None,
    mask: Docs | None,
    factors: Sequence[float] | None,
) -> None:
    expected = Oracle(archive, weights or archive.weights).rank(clauses, mask, factors)
    by_document = {number: score for score, number in expected}
    searcher = archive.searcher(weights, tabled=tabled)
    plan = []
    for one in clauses:
        what = (
            searcher.group(one.terms)
            if one.given is None
            else Occurrences.of(searcher, by_segment(archive, searcher, dict(one.given)))
        )
        condition = None if one.condition is None else bits(archive, searcher, one.condition)
        plan.append(Clause(what, one.boost, one.fields, one.required, condition))
    decay = None
    if factors is not None:
        everything = dict(enumerate(factors))
        decay = Decay.of(
            [[factor for _, factor in rows] for rows in by_segment(archive, searcher, everything)]
        )
    limit = None if mask is None else bits(archive, searcher, mask)
    for build in BUILDS:
        kernel = Kernel(searcher, build)
        if tabled:
            kernel.top(plan, k, mask=limit, decay=decay)  # what is wanted again gets its table
        at, after = 0, None
        while True:
            page = kernel.top(plan, k, mask=limit, decay=decay, after=after)
            wanted = expected[at : at + k]
            assert len(page) == len(wanted)
            for (score, part, local), (wanted_score, wanted_doc) in zip(page, wanted, strict=True):
                doc = archive.starts[part] + local
                assert score == pytest.approx(wanted_score, rel=1e-9)
                assert doc == wanted_doc or by_document[doc] == pytest.approx(wanted_score, rel=1e-12)
            at += k
            if at > 4 * k or not page:
                break
            after = page[-1]


WORDS = st.one_of(
    st.integers(0, 12).map(lambda i: f"a{i}"),
    st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: f"b{pair[0]}x{pair[1]}"),
    st.just("s1"),
)
TEXTS = st.lists(WORDS, max_size=8).map(" ".join)


@st.composite
def questions(draw: st.DrawFn, size: int, fields: int) -> list[Asked]:
    docs = st.frozensets(st.integers(0, size - 1))
    clauses = []
    for _ in range(draw(st.integers(1, 5))):
        kept = None
        terms = draw(
            st.lists(st.integers(0, 14).map(lambda i: f"t{i}"), min_size=1, max_size=3, unique=True).map(
                tuple
            )
        )
        if draw(st.booleans()) and draw(st.booleans()):
            terms, kept = (
                (),
                tuple(
                    sorted(
                        draw(
                            st.dictionaries(st.integers(0, size - 1), st.sampled_from([0.5, 1.0, 4.0]))
                        ).items()
                    )
                ),
            )
        clauses.append(
            Asked(
                terms,
                kept,
                draw(st.sampled_from([1.0, 3.0, 0.5])),
                draw(st.integers(0, 2**fields - 1)) if kept is None else 0,
                draw(st.booleans()),
                draw(st.none() | docs),
            )
        )
    return clauses


@settings(max_examples=dose(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.data(), st.integers(1, 3), st.sampled_from([(1.2, 0.55), (0.0, 0.5), (2.0, 1.0)]), st.integers(1, 9)
)
def test_small_corpora(data: st.DataObject, fields: int, settings: tuple[float, float], k: int) -> None:
    parts = data.draw(
        st.lists(st.lists(st.tuples(*[TEXTS] * fields), min_size=1, max_size=15), min_size=1, max_size=3)
    )
    with TemporaryDirectory() as folder:
        archive = ToyArchive(Path(folder), parts, *settings)
        size = len(archive.corpus)
        docs = st.frozensets(st.integers(0, size - 1))
        archive.dead = data.draw(docs)
        weights = data.draw(
            st.none()
            | st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=fields, max_size=fields).filter(any)
        )
        factors = data.draw(
            st.none() | st.lists(st.sampled_from([1.0, 0.5, 0.01, 1e-12]), min_size=size, max_size=size)
        )
        check(
            archive,
            data.draw(questions(size, fields)),
            k,
            weights=weights,
            mask=data.draw(st.none() | docs),
            factors=factors,
        )


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ToyArchive:
    """Lists of every kind over several windows."""
    chance = random.Random(request.param)

    def text(length: int) -> str:
        return " ".join(f"a{int(1500 ** chance.random()) - 1}" for _ in range(length))

    texts = [(text(chance.randrange(4)), text(chance.randrange(1, 30))) for _ in range(12_000)]
    cut = [0, 12_000] if request.param == 1 else [0, 500, 7000, 12_000]
    parts = [texts[a:b] for a, b in itertools.pairwise(cut)]
    return ToyArchive(tmp_path_factory.mktemp("large"), parts, 1.2, 0.55)


@pytest.mark.parametrize("seed", range(dose(16)))
def test_large_corpora(large: ToyArchive, seed: int) -> None:
    chance = random.Random(seed)
    size = len(large.corpus)

    def some(share: float) -> Docs:
        return frozenset(number for number in range(size) if chance.random() < share)

    large.dead = some(0.05) if seed % 4 == 0 else frozenset()
    clauses = []
    for _ in range(chance.choice([1, 2, 2, 3, 4])):
        terms = tuple({f"t{int(1500 ** chance.random()) - 1}" for _ in range(chance.choice([1, 1, 2]))})
        kept = None
        if chance.random() < 0.2:
            terms = ()
            kept = tuple(
                (number, float(chance.randrange(1, 9))) for number in sorted(some(chance.choice([0.01, 0.4])))
            )
        clauses.append(
            Asked(
                terms,
                kept,
                chance.choice([1.0, 2.0]),
                chance.choice([0, 0, 1, 2]) if kept is None else 0,
                chance.random() < 0.6,
                some(0.5) if chance.random() < 0.2 else None,
            )
        )
    check(
        large,
        clauses,
        chance.choice([1, 10, 300]),
        weights=[1.0, 4.0] if seed % 5 == 1 else None,
        mask=some(chance.choice([0.001, 0.1, 0.9])) if seed % 2 else None,
        factors=[0.5 ** (number / 3000) for number in range(size)] if seed % 3 == 1 else None,
    )


def test_a_passed_deadline_stops_the_search(large: ToyArchive) -> None:
    large.dead = frozenset()
    searcher = large.searcher()
    clauses = [Clause(searcher.group((f"t{i}",))) for i in range(40)]
    kernel = Kernel(searcher)
    late, early = Deadline(0.0), Deadline(1e9)
    assert kernel.top(clauses, 10, deadline=late) == []
    assert late.passed
    assert kernel.top(clauses, 10, deadline=early) == kernel.top(clauses, 10)
    assert not early.passed


def test_what_belongs_to_another_snapshot_is_refused(tmp_path: Path) -> None:
    one = ToyArchive(tmp_path, [[("a1 a2",)] * 3], 1.2, 0.55).searcher()
    (tmp_path / "other").mkdir()
    other = ToyArchive(tmp_path / "other", [[("a1 a2",)] * 4], 1.2, 0.55).searcher()
    clause = Clause(one.group(("t1",)))
    with pytest.raises(ValueError, match="another searcher"):
        Kernel(other).top([clause], 1)
    with pytest.raises(ValueError, match="another snapshot"):
        Kernel(one).top([clause], 1, mask=Bits(other.documents))
    with pytest.raises(ValueError, match="another snapshot"):
        Kernel(one).top([clause], 1, decay=Decay.of([[1.0] * 4]))

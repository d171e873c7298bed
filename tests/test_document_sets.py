"""Do sets of documents behave as Python's sets do, and does the set of a word hold the documents that have it?"""

from __future__ import annotations

import gc
import itertools
import random
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_columns import members
from toy_archive import ToyArchive as Archive
from toy_archive import zipf_text

from searchlib.ranking._ages import Decay
from searchlib.ranking._bits import Bits
from searchlib.ranking._matches import document_bits, group_bits, occurrence_bits
from searchlib.ranking._searcher import Occurrences, Searcher

Place = tuple[int, int]

# ---- sets ----

DOCUMENTS = st.lists(st.sampled_from([1, 2, 63, 64, 65, 127, 128, 200]), max_size=3).map(tuple)


@st.composite
def sets(draw: st.DrawFn, count: int) -> tuple[tuple[int, ...], list[set[Place]]]:
    """Some sets of documents of the same snapshot, of every density."""
    documents = draw(DOCUMENTS)
    places = [(segment, doc) for segment, n in enumerate(documents) for doc in range(n)]
    chance = draw(st.randoms(use_true_random=False))
    shares = draw(st.lists(st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0]), min_size=count, max_size=count))
    return documents, [{place for place in places if chance.random() < share} for share in shares]


def bits(documents: tuple[int, ...], places: set[Place]) -> Bits:
    """A set made as that of living documents is."""
    live: list[bytes | None] = []
    for segment, n in enumerate(documents):
        data = bytearray((n + 7) // 8)
        for doc in range(n):
            data[doc >> 3] |= ((segment, doc) in places) << (doc & 7)
        live.append(bytes(data))
    return Bits.of_living(documents, live)


@given(sets(2))
def test_and_or_minus(given: tuple[tuple[int, ...], list[set[Place]]]) -> None:
    documents, [one, other] = given
    a, b = bits(documents, one), bits(documents, other)
    assert members(a & b) == sorted(one & other)
    assert members(a | b) == sorted(one | other)
    assert members(a - b) == sorted(one - other)
    assert members(a) == sorted(one)  # as it was
    assert len(a) == len(one)
    assert len(a | b) == len(one | other)


@given(st.integers(1, 40).flatmap(lambda count: st.tuples(sets(count), st.integers(1, count))))
def test_at_least_so_many(given: tuple[tuple[tuple[int, ...], list[set[Place]]], int]) -> None:
    (documents, chosen), least = given
    counts = Counter(itertools.chain.from_iterable(chosen))
    found = Bits.at_least([bits(documents, places) for places in chosen], least)
    assert members(found) == sorted(place for place, count in counts.items() if count >= least)


def test_at_least_of_very_many() -> None:
    everything = Bits.of_living((70,), [None])
    some = bits((70,), {(0, 3), (0, 69)})
    for least, expected in ((1, 70), (512, 70), (513, 2), (1024, 2)):
        assert len(Bits.at_least([everything, some] * 512, least)) == expected
    for least in (0, 3, -1):
        with pytest.raises(ValueError, match="at least 1"):
            Bits.at_least([everything, some], least)
    with pytest.raises(ValueError, match="1,024"):
        Bits.at_least([everything] * 1025, 1)


@given(sets(2), st.integers(0, 250))
def test_the_first_ones(given: tuple[tuple[int, ...], list[set[Place]]], n: int) -> None:
    documents, [places, skipped] = given
    found = bits(documents, places)
    assert found.first(n) == sorted(places)[:n]
    assert found.first(n, skipped) == sorted(places - skipped)[:n]


@given(sets(1))
def test_who_is_in_a_set(given: tuple[tuple[int, ...], list[set[Place]]]) -> None:
    documents, [places] = given
    found = bits(documents, places)
    for segment in range(len(documents) + 1):
        for doc in range(260):
            assert ((segment, doc) in found) == ((segment, doc) in places)
    around = [*places, (0, 1000), (9, 0)]
    assert members(document_bits(found, around)) == sorted(places)
    assert members(document_bits(Bits(documents), around)) == []


@given(DOCUMENTS)
def test_all_living(documents: tuple[int, ...]) -> None:
    everything = [(segment, doc) for segment, n in enumerate(documents) for doc in range(n)]
    assert members(Bits.of_living(documents, [None] * len(documents))) == everything
    # bits behind the last document stand for none
    full: list[bytes | None] = [b"\xff" * ((n + 7) // 8) for n in documents]
    assert members(Bits.of_living(documents, full)) == everything


def test_sets_of_other_snapshots_do_not_mix() -> None:
    for other in (Bits((3, 5)), Bits((4,)), Bits(())):
        with pytest.raises(ValueError, match="different snapshots"):
            Bits((3,)) & other
        with pytest.raises(ValueError, match="different snapshots"):
            Bits.at_least([Bits((3,)), other], 1)
    with pytest.raises(ValueError, match="too few"):
        Bits.of_living((9,), [b"\0"])


# ---- words ----


def naive(archive: Archive, terms: tuple[str, ...], fields: int, weights: list[float]) -> list[Place]:
    """The living documents with any of the terms in any of the fields whose weight is not 0."""
    found = []
    for number, document in enumerate(archive.corpus):
        if number in archive.dead:
            continue
        wanted = [f for f in range(len(weights)) if weights[f] > 0 and (not fields or fields >> f & 1)]
        if any(set(terms) & set(readings) for f in wanted for readings in document[f]):
            segment = max(i for i, start in enumerate(archive.starts) if start <= number)
            found.append((segment, number - archive.starts[segment]))
    return found


WORDS = st.integers(0, 9).map(lambda number: f"a{number}") | st.sampled_from(["b1x2", "s1"])
TEXTS = st.lists(WORDS, max_size=5).map(" ".join)


@settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 3).flatmap(
        lambda fields: st.lists(
            st.lists(st.tuples(*[TEXTS] * fields), min_size=1, max_size=20), min_size=1, max_size=3
        )
    ),
    st.lists(st.sampled_from([*(f"t{number}" for number in range(11)), "s1"]), max_size=3, unique=True).map(
        tuple
    ),
    st.integers(0, 7),
    st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=3, max_size=3),
    st.data(),
)
def test_the_documents_of_a_word(
    parts: list[list[tuple[str, ...]]],
    terms: tuple[str, ...],
    fields: int,
    weights: list[float],
    data: st.DataObject,
) -> None:
    count = len(parts[0][0])
    weights = weights[:count]
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), parts, 1.2, 0.55)
        archive.dead = data.draw(st.frozensets(st.integers(0, len(archive.corpus) - 1)))
        for given in (archive.weights, weights):
            group = archive.searcher(given).group(terms)
            assert members(group_bits(group, fields)) == naive(archive, terms, fields, given)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Lists of every kind: bitmaps, packed blocks, short and few ones."""
    chance = random.Random(7)
    texts = [
        (
            zipf_text(chance, chance.randrange(4), 0.05),
            zipf_text(chance, int(chance.lognormvariate(2.6, 0.9)), 0.1),
        )
        for _ in range(5_000)
    ]
    texts += [("a5", "a5 a5") for _ in range(500)]  # blocks in which every posting is in the title
    parts = [texts[:300], texts[300:]]
    return Archive(tmp_path_factory.mktemp("large"), parts, 1.2, 0.55)


@pytest.mark.parametrize("weights", [[2.0, 1.0], [0.0, 1.0], [2.0, 0.0], [0.0, 0.0]])
@pytest.mark.parametrize("dead", [False, True])
def test_the_documents_of_words_in_long_lists(large: Archive, weights: list[float], dead: bool) -> None:
    chance = random.Random(3)
    large.dead = frozenset(chance.sample(range(len(large.corpus)), 700)) if dead else frozenset()
    searcher = large.searcher(weights)
    groups = [("t1",), ("t2", "t3"), ("s0",), ("t5",), ("t40", "t700"), ("t1999",), ("nowhere",), ()]
    groups += [tuple(f"t{int(2000 ** chance.random()) - 1}" for _ in range(3)) for _ in range(8)]
    for terms in groups:
        group = searcher.group(terms)
        for fields in range(4):
            assert members(group_bits(group, fields)) == naive(large, terms, fields, weights), (terms, fields)


def test_the_documents_with_occurrences(large: Archive) -> None:
    chance = random.Random(4)
    large.dead = frozenset(chance.sample(range(len(large.corpus)), 700))
    searcher: Searcher = large.searcher()
    found = [sorted(chance.sample(range(n), n // 5)) for n in searcher.documents]
    occurrences = Occurrences.of(searcher, [[(doc, 1.0) for doc in docs] for docs in found])
    expected = [
        (segment, doc)
        for segment, docs in enumerate(found)
        for doc in docs
        if large.starts[segment] + doc not in large.dead
    ]
    assert members(occurrence_bits(occurrences)) == expected


def test_sets_in_a_cycle_are_freed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector of garbage clears the parts of a cycle first: what a set needs to free its memory must outlive that."""
    failed: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", failed.append)
    gc.collect()
    held: list[object] = [Bits((64, 1)), Decay.of_dates((64,), [None], [0], 1.0)]
    held.append(held)
    del held
    gc.collect()
    assert failed == []

"""Do segments stay few, in order and without many dead documents, however documents come in?"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_archive import articles, build

import searchlib
from searchlib.storage.tiers import FACTOR, LEAST_DEAD, tier, to_merge


def settled(segments: list[tuple[int, int]], most: int) -> tuple[list[tuple[int, int]], int]:
    """The segments after all merges, and how many documents were written by them."""
    written = 0
    while chosen := to_merge(segments, most):
        living = sum(segments[i][1] for i in chosen)
        assert living <= most
        assert len(chosen) >= FACTOR or len(chosen) == 1
        segments = [*segments[: chosen.start], (living, living), *segments[chosen.stop :]]
        written += living
    return segments, written


ARCHIVES = st.lists(
    st.integers(0, 4)
    .flatmap(lambda tier: st.integers(1, FACTOR ** (tier + 1) - 1))
    .flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    max_size=200,
)


@given(ARCHIVES)
def test_merging_ends_with_few_segments(segments: list[tuple[int, int]]) -> None:
    """Whatever sizes follow on each other."""
    left, _ = settled([one for one in segments if one[1]], 10**9)
    assert sum(living for _, living in left) == sum(living for _, living in segments)
    assert len(left) <= FACTOR * (1 + max((tier(living) for _, living in left), default=0))
    assert all(documents - living < documents * LEAST_DEAD for documents, living in left)


@given(ARCHIVES, st.integers(1, 5000), st.data())
def test_segments_that_must_stay_are_left_alone(
    segments: list[tuple[int, int]], most: int, data: st.DataObject
) -> None:
    stay = data.draw(st.sets(st.integers(0, max(0, len(segments) - 1))))
    shown = [None if i in stay else one for i, one in enumerate(segments)]
    chosen = to_merge(shown, most)
    if chosen is not None:
        assert not stay & set(chosen)
        assert sum(segments[i][1] for i in chosen) <= most


def test_one_document_at_a_time() -> None:
    segments: list[tuple[int, int]] = []
    most = written = 0
    for _ in range(5000):
        segments, more = settled([*segments, (1, 1)], 10**9)
        written += more
        most = max(most, len(segments))
    assert most <= 30
    assert written <= 5 * 5000  # once a tier
    segments = []
    for _ in range(5000):
        segments, _ = settled([*segments, (1, 1)], 1000)
    assert max(living for _, living in segments) <= 1000


def test_an_index_fed_one_document_at_a_time(tmp_path: Path) -> None:
    records = articles(120)
    index = searchlib.Index.create(tmp_path / "fed")
    with index.writer() as writer:
        for record in records:
            writer.add(record)
            writer.commit()
    whole = build(tmp_path / "whole", records)
    assert index.stats().segments <= 2 * (FACTOR - 1)
    assert len(list(index.path.glob("*.segment"))) == index.stats().segments
    for query in ("common", "summit договор", "common -lang:ru", '"common 7"', "tag*"):
        one, other = (each.search(query, limit=1000) for each in (index, whole))
        assert one.ids == other.ids
        assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], rel=1e-12)
    with index.writer() as writer:
        writer.optimize()
    assert index.stats().segments == 1
    assert index.stats().bytes <= 1.01 * whole.stats().bytes + 200
    assert (
        index.search("common", limit=1000).ids == [one["id"] for one in records]
        or index.search("common").total == 120
    )


def test_dead_documents_do_not_stay(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(200))
    chance = random.Random(3)
    with index.writer() as writer:
        for round in range(30):
            for number in chance.sample(range(200), 40):
                writer.add({"id": f"id-{number}", "text": f"common again round{round}"})
            writer.commit()
    stored = sum(segment.entry.documents for segment in index._open_ranker().snapshot.segments)
    assert len(index) == 200
    assert stored < 1.6 * 200
    assert index.search("common", limit=1000).total == 200


def test_an_optimized_index_is_left_alone(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20))
    files = sorted(path.name for path in index.path.iterdir())
    with index.writer() as writer:
        writer.optimize()
    assert sorted(path.name for path in index.path.iterdir()) == files
    with index.writer() as writer:
        writer.delete("id-3")
        writer.optimize()
    assert (index.stats().segments, len(index)) == (1, 19)
    assert list(index.path.glob("*.deletions")) == []
    with index.writer() as writer:
        writer.clear()
        writer.optimize()
    assert (index.stats().segments, len(index)) == (0, 0)

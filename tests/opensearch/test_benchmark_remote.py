"""Does the benchmark of archives on a cluster ask alike what it compares, and leave nothing there?"""

from __future__ import annotations

import pytest
from opensearchpy import OpenSearch

from benchmarks.corpora.archive import Archive
from benchmarks.corpora.questions import BAG, Classes
from benchmarks.measures.rankings import compared, overlap, same, tau
from benchmarks.measures.remote import measure

from .server import Cluster

pytestmark = pytest.mark.slow


def test_everything_is_measured_and_the_cluster_left_as_it_was(cluster: Cluster) -> None:
    archive = Archive(3)
    questions = Classes(archive, 60).questions(2)
    said: list[str] = []
    with OpenSearch(cluster.urls[0]) as client:
        asking = {name: questions[name] for name in (BAG, "phrase of 2", "bag, newest first", "bag, total")}
        measure(cluster.urls[0], [*archive.articles(60)], asking, 1, said.append)
        assert not client.indices.get(index="searchlib-benchmark-*")
    text = "\n".join(said)
    for what in ("RemoteWriter", "helpers of opensearch-py", BAG, "phrase of 2", "bag, newest first"):
        assert what in text
    assert "bag, total" not in text  # which asks for no documents
    for shards in ("1 shard(s)", "3 shard(s)"):
        line = next(line for line in text.splitlines() if line.startswith(shards))
        _, _, asked, alike, difference, *others = line.split()
        assert (asked, alike, others) == ("6", "1.0000", ["1.0000", "1.0000"])
        assert float(difference) < 1e-5


RIGHT = [("a", 4.0), ("b", 2.0), ("c", 1.0)]


def test_the_same_order_is_told_from_another() -> None:
    assert same(RIGHT, [("a", 4.0), ("b", 2.0), ("c", 1.0)])
    assert not same(RIGHT, [("b", 4.0), ("a", 2.0), ("c", 1.0)])
    assert not same(RIGHT, RIGHT[:2])
    assert same([("a", 2.0), ("b", 2.0)], [("b", 2.0), ("a", 2.0)])
    assert same([("a", 2.0), ("b", 1.0)], [("a", 2.0), ("x", 1.0)])  # as good as the last
    assert not same([("a", 2.0), ("b", 1.0)], [("x", 2.0), ("b", 1.0)])


def test_overlap_and_tau_by_hand() -> None:
    assert overlap(RIGHT, [("c", 1.0), ("x", 1.0), ("a", 1.0)]) == pytest.approx(2 / 3)
    assert overlap([], []) is None
    assert tau(RIGHT, [("c", 3.0), ("b", 2.0), ("a", 1.0)]) == -1
    assert tau(RIGHT, [("a", 3.0), ("c", 2.0), ("x", 2.0), ("b", 1.0)]) == pytest.approx(1 / 3)
    assert tau(RIGHT, [("a", 1.0)]) is None


def test_rankings_are_compared_question_by_question() -> None:
    found = compared([(RIGHT, RIGHT), (RIGHT, [("b", 4.0), ("a", 4.0), ("c", 1.0)]), ([], [])])
    assert found.questions == 3
    assert found.same == pytest.approx(2 / 3)
    assert found.difference == pytest.approx(0.5)
    assert found.overlap == 1.0
    assert found.tau == pytest.approx((1 + 1 / 3) / 2)

"""Are occurrences of forms counted, and the best documents found, however often they occur and whatever fields weigh?"""

from __future__ import annotations

import gc
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phrase_archive import Archive, archive_of, exact

from searchlib.ranking._tally import Tally
from searchlib.storage._forms import FormSet

WEIGHTS = [[1.0, 1.0], [2.0, 1.0], [1.0, 2.0], [2.5, 1.0], [0.0, 1.0], [3.0, 0.0], [64.0, 1.0], [65.0, 1.0]]
MANY_TIMES = [1, 2, 254, 255, 256, 257, 509, 510, 511, 765, 1020, 70_000]


def text_with(times: int, *words: str) -> str:
    return " ".join([*words, *["c"] * 3]) + " a" * times


@pytest.mark.parametrize("weights", WEIGHTS)
def test_counts_beyond_a_byte(tmp_path: Path, weights: list[float]) -> None:
    """Of one list at once, of many that add up, in one field or in two."""
    documents = [
        *((text_with(3), text_with(times)) for times in MANY_TIMES),
        *((text_with(times), "c") for times in MANY_TIMES[:9]),
        *((text_with(200, *["ab", "b"] * 30), text_with(100, *["ab", "abd", "b"] * 60)) for _ in range(3)),
        *(("", f"a {number}") for number in range(200)),
        *((f"b {number}", "d") for number in range(30)),
    ]
    archive = Archive(tmp_path, [documents, documents[::-1]], weights)
    for forms in (
        exact("a"),
        exact("a", "b"),
        exact("a", "ab"),
        exact("ab", "abd", "b"),
        exact("c", "a", "d"),
    ):
        for fields in (0, 1, 2):
            archive.check_forms(forms, fields)


def test_weights_that_are_no_multiples_count_as_exactly(tmp_path: Path) -> None:
    documents = [("a " * (number % 4), "a b " * (number % 7) + "c") for number in range(300)]
    archive = Archive(tmp_path, [documents], [0.3, 0.7])
    expected = archive.oracle.find([exact("a", "b")], archive.weights)
    found = archive.numbered(archive.tally(exact("a", "b")).occurrences)
    assert found == pytest.approx(expected, rel=1e-15)
    assert archive.numbered(archive.tally(exact("c")).occurrences) == dict.fromkeys(range(300), 0.7)


@pytest.mark.parametrize(("k1", "b"), [(0.0, 0.5), (1.2, 1.0), (1.2, 0.0), (1e-9, 0.7), (100.0, 0.9)])
def test_the_best_whatever_lengths_mean(tmp_path: Path, k1: float, b: float) -> None:
    chance = random.Random(7)
    documents = [
        (
            "a" if chance.random() < 0.1 else "",
            "a b " * int(chance.expovariate(0.4)) + "c " * chance.randrange(60),
        )
        for _ in range(5000)
    ]
    documents[17] = documents[4100] = ("", "a")
    documents[4500] = ("", "z")  # of no length at all
    archive = Archive(tmp_path, [documents[:4300], documents[4300:]], [2.0, 1.0])
    archive.k1, archive.b = k1, b
    for forms in (exact("a"), exact("a", "b", "c"), exact("z")):
        archive.check_forms(forms)


def test_many_equal_scores_come_in_the_order_of_documents(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, *[("", "a b c d")] * 9000, ("", "a a"))
    best = archive.tally(exact("a", "q")).best(300)
    assert [doc for _, _, doc in best] == [9000, *range(299)]
    assert len({score for score, _, _ in best[1:]}) == 1


@pytest.mark.parametrize("weights", [[2.0, 1.0], [2.5, 1.0]])
def test_what_one_tally_leaves_the_next_does_not_see(tmp_path: Path, weights: list[float]) -> None:
    """One searcher's tallies, of few documents and of many, some of which are kept; their memory goes from one to the other."""
    chance = random.Random(3)
    documents = [
        (
            f"{chance.randrange(400)}",
            " ".join(chance.choice("abcdef") * chance.randrange(1, 3) for _ in range(9)),
        )
        for _ in range(9000)
    ]
    archive = Archive(tmp_path, [documents[:8500], documents[8500:]], weights)
    forms = [*"abcdef", *(2 * letter for letter in "abcdef"), *map(str, range(0, 400, 7))]
    searcher = archive.searcher()
    kept = []
    for _ in range(60):
        asked = exact(*chance.sample(forms, chance.choice([1, 1, 2, 5, 30])))
        fields = chance.choice([0, 0, 1, 2])
        tally = archive.tally(asked, searcher, fields=fields)
        expected = archive.oracle.find([asked], archive.weights, 1, fields)
        assert archive.numbered(tally.occurrences) == expected
        if chance.random() < 0.3:
            kept.append((tally, expected))
        if chance.random() < 0.2:
            kept = kept[1:]
        for other, known in kept:
            best = [(score, archive.starts[part] + doc) for score, part, doc in other.best(20)]
            assert best == archive.ranked(known, other.weight)[:20]


def test_a_tally_outlives_what_it_was_made_of(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("a", "a b a"), ("", "b"))

    def tally() -> Tally:
        searcher = archive.searcher()
        return Tally(searcher, [FormSet.of(archive.segments[0].file, "a")])

    made = tally()
    gc.collect()
    assert made.occurrences.items() == [[(0, 4.0)]]


FORMS = st.sampled_from(["a", "b", "ab", "ba", "abc", "z", "a-b", "7"])
RUNS = st.tuples(FORMS, st.sampled_from([1, 1, 2, 5, 130, 300])).map(lambda run: " ".join([run[0]] * run[1]))
TEXTS = st.lists(RUNS, max_size=6).map(" ".join)


@settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 3).flatmap(
        lambda fields: st.tuples(
            st.lists(st.lists(st.tuples(*[TEXTS] * fields), min_size=1, max_size=9), min_size=1, max_size=3),
            st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5]), min_size=fields, max_size=fields),
        )
    ),
    st.lists(st.tuples(st.lists(FORMS, min_size=1, max_size=6), st.integers(0, 7)), min_size=1, max_size=6),
)
def test_any_corpus(
    parts: tuple[list[list[tuple[str, ...]]], list[float]], asked: list[tuple[list[str], int]]
) -> None:
    documents, weights = parts
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), documents, weights)
        for forms, fields in asked:
            archive.check_forms(exact(*forms), fields & ((1 << len(weights)) - 1))

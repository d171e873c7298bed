"""Are documents in the order of their dates and values, whatever the segments, and can one page through them?"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_columns import Archive, Row, members, ordered
from test_filters import PARTS, large_rows

from searchlib import QueryError
from searchlib.query.tree import Keyword, KeywordRange
from searchlib.ranking.columns import Place

THOROUGH = settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
ORDERS = ["date", "-date", "tags", "-tags", "lang", "-lang"]


@THOROUGH
@given(PARTS, st.integers(0, 100))
def test_the_first_documents_by_any_order(parts: list[list[Row]], k: int) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), parts)
        for by in ORDERS:
            expected = ordered(archive.rows, by)
            assert archive.columns.sorted(archive.columns.living, by, k) == expected[:k], by


@THOROUGH
@given(PARTS, st.integers(1, 7))
def test_page_after_page_gives_every_document_once(parts: list[list[Row]], k: int) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), parts)
        for by in ORDERS:
            seen: list[Place] = []
            while page := archive.columns.sorted(archive.columns.living, by, k, seen[-1] if seen else None):
                assert len(page) <= k
                seen += page
            assert seen == ordered(archive.rows, by), by


@pytest.mark.parametrize(("values", "span"), [(5, 100), (300, 30_000), (9, 1 << 35)])
@pytest.mark.parametrize("by", ORDERS)
def test_large_archives(tmp_path: Path, values: int, span: int, by: str) -> None:
    """More documents than the buffer of candidates holds, in dense sets and in sparse ones."""
    archive = Archive(tmp_path, [large_rows(seed, 4_000, values, span) for seed in range(2)])
    columns = archive.columns
    everything = ordered(archive.rows, by)
    for k in (1, 10, 1000, 3000, 10_000):
        assert columns.sorted(columns.living, by, k) == everything[:k]
    for at in (0, 1, 2500, len(everything) - 2, len(everything) - 1):
        assert columns.sorted(columns.living, by, 20, everything[at]) == everything[at + 1 : at + 21]
    for node in (Keyword("tags", "тема 3"), KeywordRange("lang", "тема 1", "тема 3")):
        bits = columns.bits_of(node)
        chosen = set(members(bits))
        expected = [place for place in everything if place[1:] in chosen]
        assert columns.sorted(bits, by, 25) == expected[:25]
        assert columns.sorted(bits, by, 10_000) == expected


@pytest.mark.parametrize("shape", ["ascending", "descending", "equal", "few", "zigzag"])
@pytest.mark.parametrize("by", ["date", "-date"])
def test_archives_in_an_order_of_their_own(tmp_path: Path, shape: str, by: str) -> None:
    dates: dict[str, Callable[[int], int]] = {
        "ascending": lambda number: number,
        "descending": lambda number: -number,
        "equal": lambda number: 7,
        "few": lambda number: number * 3 // 5_000,
        "zigzag": lambda number: number if number % 2 else -number,
    }
    rows = [Row(date=dates[shape](number)) for number in range(5_000)]
    archive = Archive(tmp_path, [rows[:3_000], rows[3_000:]])
    expected = ordered(archive.rows, by)
    for k in (1, 100, 2_000):
        assert archive.columns.sorted(archive.columns.living, by, k) == expected[:k]
    assert archive.columns.sorted(archive.columns.living, by, 50, expected[4_000]) == expected[4_001:4_051]


def test_values_are_compared_as_text_across_segments(tmp_path: Path) -> None:
    """Their numbers differ: each segment counts its own values."""
    parts = [[Row(lang="яблоко"), Row(lang="б")], [Row(lang="а"), Row(lang="я"), Row()], [Row(lang="ё")]]
    archive = Archive(tmp_path, parts)
    columns = archive.columns
    found = [key for key, _, _ in columns.sorted(columns.living, "lang", 10)]
    assert found == ["а", "б", "я", "яблоко", "ё", None]  # by code point, where ё comes after я
    found = [key for key, _, _ in columns.sorted(columns.living, "-lang", 10)]
    assert found == ["ё", "яблоко", "я", "б", "а", None]


@pytest.mark.parametrize("by", ["lang", "-lang"])
def test_a_page_goes_on_after_a_value_that_is_no_longer_there(tmp_path: Path, by: str) -> None:
    archive = Archive(tmp_path, [[Row(lang="b"), Row(lang="d")], [Row(lang="f"), Row(lang="b")]])
    expected = ordered(archive.rows, by)
    for gone in ("a", "c", "e", "g"):
        rest = [place for place in expected if (str(place[0]) > gone) != by.startswith("-")]
        assert archive.columns.sorted(archive.columns.living, by, 10, (gone, 0, 0)) == rest


def test_a_page_goes_on_after_a_date_that_is_no_longer_there(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[Row(date=10), Row(date=-20), Row()]])
    columns = archive.columns
    assert columns.sorted(columns.living, "-date", 9, (10**30, 0, 0))[0] == (10, 0, 0)
    assert columns.sorted(columns.living, "-date", 9, (-(10**30), 0, 0)) == [(None, 0, 2)]
    assert columns.sorted(columns.living, "date", 9, (0, 7, 7)) == [(10, 0, 0), (None, 0, 2)]
    assert columns.sorted(columns.living, "date", 9, (None, 0, 1 << 40)) == []
    assert columns.sorted(columns.living, "date", 9, (None, 5, 0)) == []


def test_a_segment_without_any_date_comes_last(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[Row(), Row()], [Row(date=-5), Row(), Row(date=5)]])
    for by in ("date", "-date"):
        assert archive.columns.sorted(archive.columns.living, by, 5) == ordered(archive.rows, by)


def test_sparse_sets(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [
        Row(date=chance.randrange(10**6), lang="x" if chance.random() < 0.03 else None) for _ in range(9_000)
    ]
    archive = Archive(tmp_path, [rows])
    bits = archive.columns.bits_of(Keyword("lang", "x"))
    chosen = set(members(bits))
    expected = [place for place in ordered(archive.rows, "-date") if place[1:] in chosen]
    for k in (10, 200, 9_000):
        assert archive.columns.sorted(bits, "-date", k) == expected[:k]


@pytest.mark.parametrize("by", ["text", "id", "score", "dat", "", "-", "--date"])
def test_a_field_that_has_no_order_is_refused(tmp_path: Path, by: str) -> None:
    columns = Archive(tmp_path, [[Row()]]).columns
    with pytest.raises(QueryError, match="'date', 'tags', 'lang'"):
        columns.sorted(columns.living, by, 10)

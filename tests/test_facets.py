"""Do facets count every document that was found, by value and by period?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from naive_columns import Archive, Row, counted
from test_filters import NODES, PARTS, large_rows

from searchlib import QueryError
from searchlib.dates import FIRST, LAST, parse_date
from searchlib.query.tree import Keyword, KeywordRange
from searchlib.ranking.columns import Filter

THOROUGH = settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS: list[tuple[str, str | None]] = [("tags", None), ("lang", None), ("date", None)]
KINDS += [("date", "day"), ("date", "week"), ("date", "month"), ("date", "year")]


def check(archive: Archive, node: Filter) -> None:
    bits = archive.columns.bits_of(node)
    rows = [archive.rows[place] for place in archive.places(node)]
    for field, by in KINDS:
        assert archive.columns.facet(bits, field, by) == counted(rows, field, by), (field, by)


@THOROUGH
@given(PARTS, NODES)
def test_counts_are_those_of_a_look_at_each_document(parts: list[list[Row]], node: Filter) -> None:
    with TemporaryDirectory() as folder:
        check(Archive(Path(folder), parts), node)


@pytest.mark.parametrize(("values", "span"), [(5, 100), (300, 30_000_000), (3_000, 1 << 35)])
def test_large_archives(tmp_path: Path, values: int, span: int) -> None:
    archive = Archive(tmp_path, [large_rows(seed, 4_000, values, span) for seed in range(2)])
    check(archive, KeywordRange("lang", None, None))
    check(archive, Keyword("tags", "тема 2"))


def dated(*moments: str) -> list[Row]:
    return [Row(date=parse_date(moment)[0]) for moment in moments]


def test_weeks_are_those_of_iso_and_begin_on_monday(tmp_path: Path) -> None:
    rows = dated("2024-06-02", "2024-06-03", "2024-06-09T23:59:59Z", "2024-06-10", "2024-12-30", "2025-01-05")
    rows += dated("2021-01-03", "2020-12-28", "1969-12-29", "1970-01-01")
    columns = Archive(tmp_path, [rows]).columns
    assert columns.facet(columns.living, "date", "week") == [
        ("1970-W01", 2),
        ("2020-W53", 2),
        ("2024-W22", 1),
        ("2024-W23", 2),
        ("2024-W24", 1),
        ("2025-W01", 2),
    ]


def test_days_are_those_of_utc_before_1970_as_well(tmp_path: Path) -> None:
    rows = dated("1969-12-31T23:59:59Z", "1970-01-01", "1969-12-31", "1969-12-30T23:59:59Z")
    rows += dated("2024-06-06T01:00:00+03:00")
    columns = Archive(tmp_path, [rows[:2], rows[2:]]).columns
    assert columns.facet(columns.living, "date", "day") == [
        ("1969-12-30", 1),
        ("1969-12-31", 2),
        ("1970-01-01", 1),
        ("2024-06-05", 1),
    ]
    assert columns.facet(columns.living, "date", "year") == [("1969", 3), ("1970", 1), ("2024", 1)]


def test_the_first_and_the_last_day_there_are(tmp_path: Path) -> None:
    columns = Archive(tmp_path, [[Row(date=FIRST), Row(date=LAST)]]).columns
    assert columns.facet(columns.living, "date") == [("0001-01-01", 1), ("9999-12-31", 1)]
    assert columns.facet(columns.living, "date", "week") == [("0001-W01", 1), ("9999-W52", 1)]
    assert columns.facet(columns.living, "date", "month") == [("0001-01", 1), ("9999-12", 1)]


def test_a_document_counts_for_each_of_its_values(tmp_path: Path) -> None:
    rows = [Row(tags=("спорт", "хоккей")), Row(tags=("спорт",)), Row(), Row(tags=("спорт",), alive=False)]
    columns = Archive(tmp_path, [rows, [Row(tags=("арена", "хоккей"))]]).columns
    assert columns.facet(columns.living, "tags") == [("спорт", 2), ("хоккей", 2), ("арена", 1)]


@pytest.mark.parametrize("field", ["text", "id", "tag", "", "-date"])
def test_a_field_that_has_no_values_is_refused(tmp_path: Path, field: str) -> None:
    columns = Archive(tmp_path, [[Row()]]).columns
    with pytest.raises(QueryError, match="'date', 'tags', 'lang'"):
        columns.facet(columns.living, field)


def test_a_period_that_there_is_not_is_refused(tmp_path: Path) -> None:
    columns = Archive(tmp_path, [[Row()]]).columns
    with pytest.raises(QueryError, match="'day', 'week', 'month', 'year'"):
        columns.facet(columns.living, "date", "hour")
    with pytest.raises(QueryError, match="no date"):
        columns.facet(columns.living, "lang", "week")

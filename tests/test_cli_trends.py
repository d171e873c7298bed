"""Does `search trends` show what rises, and are counts by date drawn?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shell_archive import answer, make_index, search

from searchlib import Index
from searchlib_cli import histogram
from searchlib_cli.histogram import bars, by_period, line, period_for


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents: list[dict[str, Any]] = []
    for month in range(1, 6):
        documents += [
            {"id": f"{month}-{n}", "title": "Дождь", "text": "Дождь над рекой", "date": f"2024-{month:02}-11"}
            for n in range(8)
        ]
    documents += [
        {"id": f"6-{n}", "title": "Саммит", "text": f"Саммит открыт {n}", "date": f"2024-06-{day:02}"}
        for n, day in enumerate([3, 3, 3, 3, 4, 6, 6])
    ]
    return make_index(tmp_path_factory.mktemp("trends"), documents)


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))


def test_json_is_what_the_library_finds(index: Path) -> None:
    found = answer("trends", "--since", "2024-06", "--until", "2024-06")
    wanted = Index.open(index).trends("2024-06", until="2024-06")
    assert found == {"query": None, **wanted.as_dict()}
    assert found["trends"][0]["counts"] == {"2024-06-03": 4, "2024-06-04": 1, "2024-06-06": 2}
    assert (found["documents"], found["background"]) == (7, 40)


def test_a_person_sees_a_line_of_days() -> None:
    result = search("trends", "--since", "2024-06", "--limit", "1")
    assert result.exit_code == 0
    head, columns, row = result.stdout.splitlines()
    assert head == "2024-06-01 to 2024-06-06: 7 documents, 40 before"
    assert columns.split() == ["documents", "before", "score", "by", "day"]
    assert row.endswith("    █▂ ▄")
    assert row.split()[:3] in (["Саммит", "7", "0"], ["открыт", "7", "0"])


def test_the_period_is_empty_or_the_first() -> None:
    result = search("trends")
    assert result.exit_code == 0
    assert "the newest is of 2024-06-06: try --since 2024-05-07" in result.stdout
    assert "Nothing to compare with" in search("trends", "--since", "2024").stdout
    assert "No document that was asked for" in search("trends", "--query", "ртуть").stdout
    assert "nothing rises" in search("trends", "--since", "2024-05", "--until", "2024-05").stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--since", "июнь"), "since: 'июнь' is no date"),
        (("--limit", "0"), "Invalid value for '--limit'"),
        (("--query", "(саммит"), "this parenthesis is never closed"),
        (("--since", "2024-06", "--until", "2024-05"), "lies behind until"),
        (("слово",), "unexpected extra argument"),
    ],
)
def test_bad_requests(args: tuple[str, ...], message: str) -> None:
    result = search("trends", *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_dates_have_bars_beside_their_counts() -> None:
    shown = search("--facet", "date:month", "--facet", "lang", "дождь", "саммит").stdout
    assert "  2024-05  8  ████" in shown
    assert "  ru  47\n" in shown
    assert answer("--facet", "date:month", "саммит")["facets"] == {"date:month": {"2024-06": 7}}


def test_bars_and_lines_keep_to_their_shares() -> None:
    assert bars([0, 1, 500, 1000], 10) == ["", "▏", "█████", "██████████"]
    assert bars([], 10) == []
    assert [len(bar) for bar in bars([3, 6], 100)] == [12, 24]
    assert line([0, 1, 4, 8, 1000, 0]) == " ▁▁▁█ "
    assert line([8, 7, 4, 1]) == "█▇▄▁"


def test_ascii_where_the_encoding_has_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        encoding = "cp1251"

    monkeypatch.setattr(histogram.sys, "stdout", Old())
    assert bars([0, 1, 500, 1000], 10) == ["", "#", "#####", "##########"]
    assert line([0, 1, 4, 8]) == " .=@"


@pytest.mark.parametrize(
    ("last", "period", "counts"),
    [
        ("2024-01-31", "day", [0, 1, *[0] * 28, 4]),
        ("2024-02-05", "week", [1, 0, 0, 0, 4, 0]),
        ("2025-01-31", "month", [5, 2, *[0] * 11]),
        ("2030-01-01", "year", [7, *[0] * 6]),
    ],
)
def test_periods_are_the_shortest_that_fit(last: str, period: str, counts: list[int]) -> None:
    first, end = date(2024, 1, 1), date.fromisoformat(last)
    assert period_for(first, end, 31) == period
    by_day = [("2023-12-31", 9), ("2024-01-02", 1), ("2024-01-31", 4), ("2024-02-12", 2), ("2031-01-01", 9)]
    assert by_period(by_day, first, end, period) == counts


def test_the_first_day_there_is() -> None:
    assert by_period([("0001-01-07", 1), ("0001-01-08", 2)], date.min, date(1, 1, 14), "week") == [1, 2]

"""Do filters on dates, keywords and ids find the documents that a look at each of them finds?"""

from __future__ import annotations

import random
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_columns import Archive, Row, fits_pattern, members

from searchlib import QueryError
from searchlib.dates import FIRST, LAST
from searchlib.query.tree import (
    DateRange,
    Everything,
    Keyword,
    KeywordRange,
    Not,
    Nothing,
    Pattern,
)
from searchlib.ranking.columns import Filter

THOROUGH = settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALUES = ["a", "ab", "abc", "b", "A", "a.c", "a+c", "[a]", "a b", "", "спорт", "Спорт", "спорт и наука"]
VALUES += ["ёж", "еж", "a\nb", "\U0010ffff", "a\U0010ffff", "é", "2024"]
NAMES = st.sampled_from(VALUES)
DATES = st.sampled_from([0, -1, 1, -86_400, 1_700_000_000, FIRST, LAST]) | st.integers(-400_000, 400_000)
ROWS = st.builds(
    Row,
    date=st.none() | DATES,
    tags=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    lang=st.none() | NAMES,
    alive=st.booleans() | st.just(True),
)
PARTS = st.lists(st.lists(ROWS, min_size=1, max_size=30), min_size=1, max_size=3)
LIMITS = st.none() | NAMES
MOMENTS = st.none() | DATES | st.sampled_from([-(1 << 70), 1 << 70])
FIELDS = st.sampled_from(["tags", "lang", "id"])
PATTERNS = st.text("ab?*сп. \n\U0010ffff", min_size=1, max_size=6) | NAMES.map(lambda value: f"*{value}*")
NODES: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Keyword, FIELDS, NAMES | st.sampled_from(["id-0-0", "id-1-3", "id-9-9"])),
    st.builds(KeywordRange, FIELDS, LIMITS, LIMITS, st.booleans(), st.booleans()),
    st.builds(DateRange, st.just("date"), MOMENTS, MOMENTS),
    st.builds(Pattern, PATTERNS | st.sampled_from(["id-*", "*-1?", "id-?-1*"]), FIELDS),
    st.just(Everything()),
    st.just(Nothing()),
)


@THOROUGH
@given(PARTS, st.lists(NODES, min_size=1, max_size=12))
def test_a_filter_finds_what_a_look_at_each_document_finds(
    parts: list[list[Row]], nodes: list[Filter]
) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), parts)
        for node in nodes * 2:  # the second time from memory
            assert members(archive.columns.bits_of(node)) == sorted(archive.places(node)), node


def large_rows(seed: int, count: int, values: int, span: int) -> list[Row]:
    chance = random.Random(seed)
    names = [f"тема {number}" for number in range(values)]
    return [
        Row(
            date=chance.randrange(-span, span) if chance.random() < 0.9 else None,
            tags=tuple(chance.sample(names, chance.choice([0, 1, 1, 2, 5]))),
            lang=chance.choice(names) if chance.random() < 0.9 else None,
            alive=chance.random() < 0.95,
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize(("values", "span"), [(5, 100), (300, 30_000), (70_000, 1 << 31), (9, 1 << 35)])
def test_filters_on_numbers_of_every_width(tmp_path: Path, values: int, span: int) -> None:
    count = 80_000 if values == 70_000 else 3_000
    archive = Archive(tmp_path, [large_rows(1, count, values, span), large_rows(2, 777, values, span)])
    nodes: list[Filter] = [
        DateRange("date", None, None),
        DateRange("date", -span // 2, span // 3),
        DateRange("date", span // 2, None),
        DateRange("date", None, 0),
        DateRange("date", 5, 5),
    ]
    for field in ("tags", "lang"):
        nodes += [
            Keyword(field, "тема 3"),
            Keyword(field, "тема"),
            KeywordRange(field, "тема 2", "тема 4"),
            KeywordRange(field, "тема 2", "тема 4", False, False),
            KeywordRange(field, None, None),
            Pattern("тема *2", field),
            Pattern("т*а ?", field),
        ]
    for node in nodes:
        assert members(archive.columns.bits_of(node)) == sorted(archive.places(node)), node


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_the_oracle_of_patterns_is_that_of_the_shell(pattern: str, value: str) -> None:
    from fnmatch import fnmatchcase

    assert fits_pattern(pattern, value) == fnmatchcase(value, pattern)


def test_a_pattern_of_many_stars_ends_soon(tmp_path: Path) -> None:
    """Tried every way, it would not end: a long value, and stars with the letters that it is made of."""
    archive = Archive(tmp_path, [[Row(lang="a" * 30_000), Row(lang="a" * 100 + "b")]])
    node = Pattern("*a" * 30 + "*b", "lang")
    assert members(archive.columns.bits_of(node)) == [(0, 1)]


def test_boosts_and_places_in_the_query_do_not_matter(tmp_path: Path) -> None:
    columns = Archive(tmp_path, [[Row(lang="ru"), Row(lang="en")]]).columns
    first = columns.bits_of(Keyword("lang", "ru", boost=2.0, span=(3, 9)))
    assert columns.bits_of(Keyword("lang", "ru")) is first
    assert columns.bits_of(Keyword("lang", "en")) is not first


def test_many_filters_are_not_all_kept(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[Row(date=number) for number in range(300)]])
    first = archive.columns.bits_of(DateRange("date", 0, 1))
    for number in range(300):
        assert members(archive.columns.bits_of(DateRange("date", number, number + 1))) == [(0, number)]
    assert archive.columns.bits_of(DateRange("date", 0, 1)) is not first


def test_threads_may_share_filters(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[Row(date=number, lang=f"v{number % 50}") for number in range(500)]])
    wrong: list[object] = []

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(300):
            number = chance.randrange(100)
            nodes: list[Filter] = [Keyword("lang", f"v{number}"), DateRange("date", number, 2 * number)]
            node = chance.choice(nodes)
            if set(members(archive.columns.bits_of(node))) != archive.places(node):
                wrong.append(node)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_replaced_document_is_not_found_by_its_id(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[Row(id="x", alive=False), Row(id="y")], [Row(id="x")]])
    assert members(archive.columns.bits_of(Keyword("id", "x"))) == [(1, 0)]
    assert members(archive.columns.bits_of(Pattern("?", "id"))) == [(0, 1), (1, 0)]


@pytest.mark.parametrize(
    "node",
    [
        Keyword("tag", "a"),
        KeywordRange("text", None, None),
        DateRange("lang", None, None),
        Pattern("a*", "text"),
        Pattern("a*"),
    ],
)
def test_a_field_that_cannot_be_asked_so_is_refused(tmp_path: Path, node: Filter) -> None:
    columns = Archive(tmp_path, [[Row(lang="ru")]]).columns
    with pytest.raises(QueryError, match="date" if isinstance(node, DateRange) else "'id', 'tags', 'lang'"):
        columns.bits_of(node)


def test_only_leaves_are_filters(tmp_path: Path) -> None:
    columns = Archive(tmp_path, [[Row(lang="ru")]]).columns
    with pytest.raises(TypeError):
        columns.bits_of(Not(Keyword("lang", "ru")))  # type: ignore[arg-type]


def test_an_index_without_documents_has_no_matches(tmp_path: Path) -> None:
    columns = Archive(tmp_path, []).columns
    for node in (Everything(), Keyword("lang", "ru"), Keyword("id", "x"), DateRange("date", None, None)):
        assert members(columns.bits_of(node)) == []
    assert columns.sorted(columns.living, "date", 10) == []
    assert columns.sorted(columns.living, "lang", 10) == []
    assert columns.facet(columns.living, "date") == columns.facet(columns.living, "lang") == []

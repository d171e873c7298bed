"""Are pages, totals, facets, snippets and explanations of an archive on a cluster those of the one on disk?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from searchlib import Results
from searchlib.definitions import NEWS
from searchlib.results.explain import Explanation
from searchlib.searching import Searching

from .server import Cluster
from .twins import Twins, near, twins

NOUNS = [
    "саммит",
    "договор",
    "граница",
    "вода",
    "school",
    "treaty",
    "river",
    "сталь",
    "Санкт-Петербург",
    "СССР",
]
VALUES: list[Any] = [
    "b",
    "a*",
    "back\\slash",
    "a?b",
    "ы",
    "",
    ["б", "a"],
    ["zz", "b", "a*"],
    None,
    "B",
    "a b",
    "'",
]
SORTS = ["relevance", "newest", "oldest", "date", "-date", "source", "-source", "tags", "-tags", "-lang"]
WHEN = [
    "2024-05-31T23:59:59Z",
    "2024-06-01",
    "1969-12-31T23:59:59Z",
    "1901-02-03",
    "2024-12-30",
    "2023-01-01",
    None,
]


@pytest.fixture(scope="module")
def shelf(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """240 short documents with odd values and dates or none, many of the same wording; some are replaced."""
    chance = random.Random(11)
    records: list[dict[str, Any]] = []
    for number in range(240):
        given = {"source": chance.choice(VALUES), "tags": chance.choice(VALUES), "date": chance.choice(WHEN)}
        words = chance.choices(NOUNS, k=chance.randint(1, 9))
        title = chance.choice(["", "саммит", "river treaty"])
        text = " ".join(words)
        records.append(
            {"id": f"n{number:03}", "title": title, "text": text, "lang": f"l{number % 3}", **given}
        )
    again = [{**records[number], "text": "саммит у границы"} for number in range(0, 240, 30)]
    with twins(cluster.urls[0], tmp_path_factory.mktemp("shelf") / "index", NEWS, [records, again]) as made:
        yield made


@pytest.mark.parametrize("sort", SORTS)
def test_pages_one_after_the_other_are_all_hits_in_order(shelf: Twins, sort: str) -> None:
    def pages(index: Searching) -> list[list[str]]:
        found: list[list[str]] = []
        after = None
        while True:
            page = index.search("саммит OR вода OR lang:l1", sort=sort, limit=17, after=after)
            if not page.ids:
                return found
            found.append(page.ids)
            after = page.cursor

    shelf.same(pages)
    everything = shelf.disk.search("саммит OR вода OR lang:l1", sort=sort, limit=500).ids
    for remote in shelf.remotes.values():
        assert [id for page in pages(remote) for id in page] == everything


@pytest.mark.parametrize("sort", [None, "-date", "tags"])
def test_pages_by_offset(shelf: Twins, sort: str | None) -> None:
    for offset in (0, 1, 10, 100, 239, 240, 5000):
        for limit in (0, 1, 25):
            assert not shelf.differences("саммит вода lang:l1", sort=sort, limit=limit, offset=offset)


def test_a_cursor_goes_on_when_its_document_is_gone(cluster: Cluster, tmp_path: Path) -> None:
    records = [{"id": f"{number}", "text": "саммит"} for number in range(9)]
    with twins(cluster.urls[0], tmp_path / "index", NEWS, [records]) as made:
        for index in (made.disk, *made.remotes.values()):
            cursor = index.search("саммит", limit=3, sort="-date").cursor
            with index.writer() as writer:  # type: ignore[attr-defined]
                assert writer.delete("7")
            index.refresh()
            assert index.search("саммит", limit=3, after=cursor, sort="-date").ids == ["3", "4", "5"]


def test_equal_documents_stand_as_they_were_added(shelf: Twins) -> None:
    for query in ("сталь", "lang:l1", "саммит OR lang:l2", "title:river"):
        assert not shelf.differences(query, limit=500)


@pytest.mark.parametrize(
    "query", ["саммит", "*", "lang:l1 OR вода", "nowhere", '"river treaty"', "-source:*"]
)
def test_totals_and_facets(shelf: Twins, query: str) -> None:
    for field, by in [
        *((name, None) for name in ("source", "tags", "lang", "url", "date")),
        *(("date", period) for period in ("day", "week", "month", "year")),
    ]:
        shelf.same(partial(_counts, query, field, by))
    shelf.same(lambda index: index.search(query, limit=0).total)


def _counts(query: str, field: str, by: str | None, index: Searching) -> list[tuple[str, int]]:
    return list(index.search(query).facet(field, by=by).items())


@pytest.mark.parametrize(
    ("field", "by"), [("text", None), ("nothing", None), ("source", "day"), ("date", "hour")]
)
def test_facets_of_other_fields_are_refused_alike(shelf: Twins, field: str, by: str | None) -> None:
    shelf.same(lambda index: index.search("саммит").facet(field, by=by))


ODD = [
    "source:a*",
    "source:'a*'",
    "source:'a?b'",
    "source:a?b",
    "source:b*",
    "source:back*",
    r"source:back\*",
    r"source:*\slash",
]
ODDER = [
    r"source:'back\slash'",
    "source:*",
    "-source:*",
    "source:[a TO b]",
    "source:{a TO b}",
    "source:>=ы",
    "source:''",
    "source:?",
]


@pytest.mark.parametrize(
    "query",
    [*ODD, *ODDER, "source:*b*", "source:б", 'source:"a b"', "source:B", "tags:*\\*", "id:n0?3", "id:*"],
)
def test_values_and_patterns_of_odd_signs(shelf: Twins, query: str) -> None:
    assert not shelf.differences(query, limit=500)


@pytest.mark.parametrize(
    "query",
    [
        "date:*",
        "-date:*",
        "date:1969",
        "date:<1970",
        "date:2024-06-01",
        "date:[2023 TO 2024-05]",
        "date:1901-02-03",
    ],
)
def test_dates_before_1970_and_none(shelf: Twins, query: str) -> None:
    assert not shelf.differences(query, limit=500)
    assert not shelf.differences(f"саммит {query}", limit=500, recency=300)


def test_hits_say_the_same(shelf: Twins) -> None:
    for query in (
        "саммит",
        '"саммит вода"',
        "=сталь",
        "стал*",
        "границц~",
        "СССР",
        "и саммиты",
        "Санкт-Петербург",
    ):
        shelf.same(partial(_said, query))


def _said(query: str, index: Searching) -> list[Any]:
    return [
        (hit.fields, hit.date, hit.title, hit.lang, hit.source, str(hit.snippet), hit.marked("title"))
        for hit in index.search(query, limit=10)
    ]


def test_documents_by_id(shelf: Twins) -> None:
    for id in ("n000", "n030", "n239", "n240", "", "N000", "n0*"):
        shelf.same(partial(_there, id))
    shelf.same(len)
    shelf.same(lambda index: 7 in index)


def _there(id: str, index: Searching) -> tuple[dict[str, Any] | None, bool]:
    return index.get(id), id in index


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"limit": 3, "offset": 2},
        {"lang": "l1"},
        {"sort": "-date"},
        {"recency": 50},
        {"fields": ["title"]},
    ],
)
def test_documents_like_one(shelf: Twins, options: dict[str, Any]) -> None:
    for id in ("n000", "n017", "n100", "n239"):
        assert not shelf.unlike(partial(_like, id, options))
    shelf.same(lambda index: index.similar("nowhere"))


def _like(id: str, options: dict[str, Any], index: Searching) -> Results:
    return index.similar(id, **options)


def leaves(one: Explanation) -> Iterator[tuple[float, str]]:
    """All numbers of an explanation, with what they are. Of phrases and patterns an index on disk does not say what each field has."""
    yield one.value, re.sub(r"tf ([\d.]+): [^;]+;", r"tf \1;", one.what)
    for part in one.parts:
        yield from leaves(part)


EXPLAINED = [
    "саммит вода",
    "саммит AND (вода OR сталь^2)",
    '"саммит вода"',
    '"саммит вода"~3',
    "стал*",
    "=сталь",
    "водва~",
]


@pytest.mark.parametrize(
    "query",
    [
        *EXPLAINED,
        "саммит OR lang:l1^3",
        "СССР",
        "саммит ANDMAYBE lang:l1",
        "title:саммит",
        "вода -сталь",
        "lang:l1",
    ],
)
@pytest.mark.parametrize("options", [{}, {"recency": 40}, {"fields": {"title": 3, "text": 0.5}}])
def test_explanations(shelf: Twins, query: str, options: dict[str, Any]) -> None:
    wanted = shelf.disk.search(query, limit=5, explain=True, **options)
    for remote in shelf.remotes.values():
        found = remote.search(query, limit=5, explain=True, **options)
        assert found.ids == wanted.ids
        for one, other in zip(found, wanted, strict=True):
            assert one.explanation is not None
            assert other.explanation is not None
            assert near(one.explanation.value, one.score) or wanted[0].score == 0
            parts = list(leaves(one.explanation)), list(leaves(other.explanation))
            assert [what for _, what in parts[0]] == [what for _, what in parts[1]]
            assert all(near(a, b) for (a, _), (b, _) in zip(*parts, strict=True))
        assert near(
            remote.explain("n001", query, **options).value,
            shelf.disk.explain("n001", query, **options).value,
        )
    shelf.same(lambda index: index.explain("nowhere", query).value)

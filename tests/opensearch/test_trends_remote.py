"""Does on a cluster rise what rises on disk?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_archive import search

from benchmarks.corpora.archive import Archive
from searchlib import Definition, Field, QueryError
from searchlib.definitions import NEWS
from searchlib.remote import trends
from searchlib.remote.index import RemoteIndex
from searchlib.searching import Searching

from .server import Cluster
from .twins import Twins, remove, twins

GENERATED = 1_500  # documents

SAMPLE: list[tuple[str, dict[str, Any]]] = [
    ("2024-05", {}),
    ("2024-09", {"limit": 100}),
    ("2024-03", {"until": "2024-06", "limit": 3}),
    ("2024-07", {"lang": "ru"}),
    ("2024-06", {"query": "саммит OR summit"}),
    ("2024-06", {"query": "(саммит"}),
    ("2024-06", {"query": "ничегоподобного"}),
    ("2300", {}),
    ("1900", {}),
]
DRAWN: list[tuple[str, dict[str, Any]]] = [
    ("2024", {}),
    ("2024-06", {"limit": 60}),
    ("2019", {"until": "2019", "limit": 40}),
    ("2020-03", {"until": "2020-05"}),
    ("2016", {"limit": 5}),
    ("2022", {"lang": "en"}),
    ("2022", {"lang": ["ru", "en"], "limit": 50}),
    ("2021", {"until": "2023", "query": "правительство"}),
    ("2018", {"query": "Россия OR Russia", "limit": 30}),
]


@pytest.fixture(scope="module")
def generated(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Documents without dates among others, and some that were replaced."""
    archive = Archive(7)
    records = [dict(archive.article(number)) for number in range(GENERATED)]
    again = [{**records[number], "text": records[number + 1]["text"]} for number in range(0, GENERATED, 40)]
    for record in records[::11]:
        del record["date"]
    folder = tmp_path_factory.mktemp("generated") / "index"
    with twins(cluster.urls[0], folder, NEWS, [records[:700], records[700:], again]) as made:
        yield made


def risen(since: str, options: dict[str, Any]) -> Callable[[Searching], dict[str, Any]]:
    return lambda index: index.trends(since, **options).as_dict()


@pytest.mark.parametrize(("since", "options"), SAMPLE)
def test_sample_archive_has_the_same_trends(sample_twins: Twins, since: str, options: dict[str, Any]) -> None:
    sample_twins.same(risen(since, options))


@pytest.mark.slow
@pytest.mark.parametrize(("since", "options"), DRAWN)
def test_generated_archive_has_the_same_trends(generated: Twins, since: str, options: dict[str, Any]) -> None:
    assert generated.disk.trends(since, **options).trends
    generated.same(risen(since, options))


def test_a_name_is_one_entry(cluster: Cluster, tmp_path: Path) -> None:
    """In several cases, with a hyphen, and beside words that do not rise."""
    weather = "Погода и урожай: дождь над рекой, the weather of 1999"
    texts = {"2024-05-10": [weather] * 60, "2024-06-06": [weather] * 6}
    texts["2024-06-03"] = ["Указом назначен Имангали Тасмагамбетов. Тасмагамбетов поблагодарил коллег"] * 4
    texts["2024-06-04"] = ["Имангали Тасмагамбетова поздравили. The Санкт-Петербург forum opened"] * 3
    texts["2024-06-05"] = ["О назначении Имангали Тасмагамбетова пишет Steppe News из Санкт-Петербурга"] * 5
    records = [
        {"id": f"{day}/{number}", "title": "", "text": text, "date": day}
        for day, of_day in texts.items()
        for number, text in enumerate(of_day)
    ]
    with twins(cluster.urls[0], tmp_path / "index", NEWS, [records]) as made:
        for options in ({}, {"until": "2024-06-05"}, {"query": "Имангали OR погода"}, {"limit": 2}):
            made.same(risen("2024-06", options))
        first = made.remotes[3].trends("2024-06")[0]
        assert (first.text, first.documents, first.background) == ("Имангали Тасмагамбетова", 12, 0)
        assert first.counts == (("2024-06-03", 4), ("2024-06-04", 3), ("2024-06-05", 5))


@pytest.mark.slow
def test_pages_and_batches_leave_nothing_out(generated: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "_PAGE", 37)
    monkeypatch.setattr(trends, "_BATCH", 11)
    generated.same(risen("2022", {"limit": 30}))


@pytest.mark.slow
def test_counts_are_exact_where_a_share_is_read(generated: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {trend.terms: trend for trend in generated.disk.trends("2018", limit=1000)}
    monkeypatch.setattr(trends, "MOST_READ", 150)
    for remote in generated.remotes.values():
        found = remote.trends("2018", limit=20)
        # which documents are read depends on the clock by which they were numbered
        same = [(one, whole[one.terms]) for one in found if one.terms in whole]
        assert len(same) >= 10
        for one, other in same:
            assert (one.documents, one.background, one.score) == (
                other.documents,
                other.background,
                other.score,
            )
            assert one.counts == other.counts


def test_where_texts_are_not_stored(cluster: Cluster) -> None:
    definition = Definition(name="bare", fields=(Field("text", "text", stored=False), Field("date", "date")))
    undated = Definition(name="undated", fields=(Field("text", "text"),))
    url = f"{cluster.urls[0]}/trends-bare"
    try:
        with (
            RemoteIndex.create(url, definition, replicas=0) as index,
            pytest.raises(QueryError, match="'text' is not stored"),
        ):
            index.trends("2024")
        remove(url)
        with RemoteIndex.create(url, undated, replicas=0) as index:
            with pytest.raises(QueryError, match="trends need a date field"):
                index.trends("2024")
            with pytest.raises(ValueError, match="limit is a number from 1"):
                index.trends("2024", limit=0)
    finally:
        remove(url)


def test_the_command_shows_them(sample_twins: Twins) -> None:
    address = str(sample_twins.remotes[3].path).replace("http://", "opensearch://")
    asked = ("trends", "--since", "2024-09", "--limit", "5")
    there = search(*asked, "--index", address)
    here = search(*asked, "--index", str(sample_twins.disk.path))
    assert there.exit_code == 0, there.output
    assert there.stdout == here.stdout
    assert len(there.stdout.splitlines()) > 2
    assert json.loads(search(*asked, "--json", "--index", address).stdout)["trends"]
    wrong = search("trends", "--query", "(саммит", "--index", address)
    assert wrong.exit_code == 2
    assert "this parenthesis is never closed" in wrong.stderr

"""Does an archive of any definition answer on a cluster as on disk, and are the limits of a cluster told in words?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from searchlib import Definition, Field, QueryError
from searchlib.bilingual.translations import installed
from searchlib.definitions import NEWS
from searchlib.errors import RemoteError
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster as Connection

from .server import Cluster
from .twins import twins

WORDS = [
    "саммит",
    "договор",
    "вода",
    "сталь",
    "школа",
    "река",
    "summit",
    "treaty",
    "water",
    "school",
    "river",
    "the",
    "of",
    "и",
    "в",
    "Санкт-Петербург",
]
TEXTS = Field("head", "text", 1.5), Field("body", "text", 0.3), Field("tail", "text")
DEFINITIONS = {
    "k1 is 0": Definition(TEXTS, k1=0.0),
    "b is 0": Definition(TEXTS, b=0.0),
    "b is 1": Definition(TEXTS, k1=2.7, b=1.0),
    "not stored": Definition((*(Field(one.name, "text", one.weight, stored=False) for one in TEXTS), Field("when", "date", stored=False))),
    "English": Definition(TEXTS, languages=("en",)),
    "Russian": Definition((Field("body", "text"), Field("lang", "keyword")), languages=("ru",)),
    "own synonyms": Definition(TEXTS, synonyms=("саммит, встреча в верхах", "school, школа")),
    "no other names": Definition(TEXTS, acronyms=False),
}  # fmt: skip
QUERIES = [
    "саммит",
    "вода река summit",
    "the и",
    "саммит AND договор",
    '"вода сталь"',
    '"вода сталь"~3',
    "=стали",
    "ста*",
    "watr~",
]
MORE = [
    "саммит -вода",
    "Санкт-Петербург",
    "body:вода",
    "саммит^1.5 (вода OR school^0.3)",
    "встреча в верхах",
    "schools",
    "head:summit",
]


def records(count: int) -> list[dict[str, Any]]:
    """Short texts, of some fields none."""
    chance = random.Random(4)

    def text() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(0, 12)))

    return [
        {"id": f"{number}", "head": text() or None, "body": text() or "the", "tail": text() or "", "when": f"2024-{1 + number % 12:02}-07"}
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definitions(cluster: Cluster, tmp_path: Path, name: str) -> None:
    definition = DEFINITIONS[name]
    weights: list[dict[str, Any]] = [{}, {"fields": {definition.text_fields[0].name: 1.5}}]
    with twins(cluster.urls[0], tmp_path / "index", definition, [records(150)], [2]) as made:
        wrong = [
            f"{query} {options}: {what}"
            for query in [*QUERIES, *MORE]
            for options in weights
            for what in made.differences(query, limit=200, **options)
        ]
        assert not wrong, "\n".join(wrong)
        made.same(lambda index: index.get("7"))
        if name == "not stored":
            for ask in ("similar", "explain"):
                arguments = ("7",) if ask == "similar" else ("7", "саммит")
                with pytest.raises(QueryError, match="stored text"):
                    getattr(made.remotes[2], ask)(*arguments)


def test_nothing_was_added(cluster: Cluster, tmp_path: Path) -> None:
    with twins(cluster.urls[0], tmp_path / "index", NEWS, []) as made:
        for query in ("саммит", "*", '"a b"', "сам*", "lang:ru", "date:2024", "саммит OR вода"):
            for options in ({}, {"sort": "newest"}, {"recency": 3}):
                assert not made.differences(query, **options)
        made.same(len)


def test_other_languages(cluster: Cluster, tmp_path: Path) -> None:
    found = installed()
    if not found:
        pytest.skip("no dictionary of two languages is installed")
    with twins(cluster.urls[0], tmp_path / "index", Definition(TEXTS), [records(150)], [1]) as made:
        for query in (
            "вода",
            "water school",
            '"water river"',
            "договор AND school",
            "treaty -вода",
            "rivers",
        ):
            wanted = made.disk.search(query, cross_language=True, limit=200)
            answer = made.remotes[1].search(query, cross_language=True, limit=200)
            assert set(answer.ids) == set(wanted.ids), query
            assert not made.differences(query, cross_language=True, limit=200), query


def elastic(cluster: Cluster) -> bool:
    """Is it a server of Elasticsearch that was given?"""
    with Connection(Address.parse(f"{cluster.urls[0]}/any", {})) as connection:
        return "distribution" not in connection.request("GET", "")["version"]


def test_patterns_that_fit_too_much_are_refused_in_words(cluster: Cluster, tmp_path: Path) -> None:
    letters = "абвгдежзик"
    text = [" ".join(f"слово{a}{b}{c}" for c in letters) for a in letters for b in letters]
    many = [
        {"id": f"{number}", "text": one} for number, one in enumerate([*text, *(f"{one}х" for one in text)])
    ]
    words = [
        {"id": f"w{number}", "text": f"{chr(1072 + number // 30)}{chr(1072 + number % 30)}щъ"}
        for number in range(100)
    ]
    with twins(
        cluster.urls[0], tmp_path / "index", Definition((Field("text", "text"),)), [many, words], [1]
    ) as made:
        remote = made.remotes[1]
        assert not made.differences(
            "слово*", sort="oldest" if made.disk.definition.date_field else None, limit=0
        )
        if elastic(cluster):  # which takes as many as its heap allows
            assert not made.differences("*о* OR ?*щъ")
        else:
            with pytest.raises(QueryError, match=r"more than 1,024 words.*more of its letters"):
                remote.search("*о* OR ?*щъ")
        with pytest.raises(QueryError, match="too"):
            remote.search("*а??????????????????????")


def test_a_search_stops_with_what_it_has(cluster: Cluster, tmp_path: Path) -> None:
    many = [
        {"id": f"{number}", "text": " ".join(f"слово{number % 97}{one}" for one in range(50))}
        for number in range(2000)
    ]
    with twins(
        cluster.urls[0], tmp_path / "index", Definition((Field("text", "text"),)), [many], [1]
    ) as made:
        remote = made.remotes[1]
        whole = remote.search("слово1*", limit=2000, timeout_ms=60_000)
        assert not whole.timed_out
        assert not made.differences("слово1*", limit=2000, timeout_ms=60_000)
        for _ in range(30):  # it is the cluster's to say whether the time was over
            found = remote.search("слово1*", limit=2000, timeout_ms=0.01)
            assert found.ids == whole.ids or (found.timed_out and set(found.ids) <= set(whole.ids))


@pytest.mark.parametrize("kind", ["time_exceeded_exception", "illegal_state_exception"])
def test_only_time_that_is_over_makes_some_shards_enough(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    failed = {"shard": 1, "status": 500, "reason": {"type": kind, "reason": "so it goes"}}
    with twins(cluster.urls[0], tmp_path / "index", Definition(TEXTS), [records(20)], [1]) as made:
        remote = made.remotes[1]
        whole = remote.search("саммит")
        request = remote._cluster.index_request

        def some_shards(method: str, path: str = "", *others: Any, **more: Any) -> Any:
            answer = request(method, path, *others, **more)
            if path == "_search":
                answer["_shards"] |= {"failed": 1, "failures": [failed]}
            return answer

        monkeypatch.setattr(remote._cluster, "index_request", some_shards)
        if kind == "time_exceeded_exception":
            found = remote.search("саммит", timeout_ms=60_000)
            assert found.timed_out
            assert found.ids == whole.ids
        else:
            with pytest.raises(RemoteError, match="so it goes"):
                remote.search("саммит", timeout_ms=60_000)


def test_a_cluster_that_found_nothing_in_time(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with twins(cluster.urls[0], tmp_path / "index", Definition(TEXTS), [records(20)], [1]) as made:
        remote = made.remotes[1]
        assert remote.search("саммит", timeout_ms=60_000).ids
        request = remote._cluster.index_request

        def late(method: str, path: str = "", *others: Any, **more: Any) -> Any:
            if path == "_search":
                raise RemoteError("http://nowhere/news", "the cluster answers 500: Time exceeded", status=500)
            return request(method, path, *others, **more)

        monkeypatch.setattr(remote._cluster, "index_request", late)
        found = remote.search("саммит", timeout_ms=60_000)
        assert found.timed_out
        assert found.ids == []

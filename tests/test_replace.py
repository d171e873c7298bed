"""Is there ever more than one document with an id, or fewer than were added?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from small_archive import answers, articles, build

import searchlib


def ids(index: searchlib.Index, query: str) -> list[str]:
    return sorted(hit.id for hit in index.search(query, limit=10_000))


def test_the_last_of_one_batch_wins(tmp_path: Path) -> None:
    index = build(
        tmp_path / "news",
        [{"id": "a", "text": f"word version{number}"} for number in range(3)] + [{"id": "b", "text": "word"}],
    )
    assert ids(index, "word") == ["a", "b"]
    assert index.search("word").total == len(index) == index.stats().documents == 2
    assert ids(index, "version0 version1") == []
    assert ids(index, "version2") == ["a"]


def test_a_later_commit_wins(tmp_path: Path) -> None:
    index = build(
        tmp_path / "news",
        [{"id": "a", "text": "word first"}, {"id": "b", "text": "word"}],
        [{"id": "a", "text": "word second"}],
        [{"id": "a", "text": "word third"}],
    )
    assert ids(index, "word") == ["a", "b"]
    assert ids(index, "first second") == []
    assert [hit.fields["text"] for hit in index.search("third")] == ["word third"]
    assert len(index) == 2


def test_a_segment_with_nothing_alive_is_dropped(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10), articles(10, seed=2))
    assert index.stats().segments == 1
    assert len(list(index.path.glob("*.segment"))) == 1
    assert list(index.path.glob("*.deletions")) == []
    assert index.search("common").total == 10


def test_replacing_in_segments_that_were_flushed_but_not_committed(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    filler = " ".join(f"filler{number}" for number in range(9000))
    with index.writer(memory_mb=1) as writer:
        for version in range(4):
            for number in range(5):
                writer.add({"id": str(number), "text": f"word version{version} {filler}"})
        assert len(list(index.path.glob("*.segment"))) > 2  # it did flush
        assert len(index) == 0
    assert ids(index, "word") == ["0", "1", "2", "3", "4"]
    assert ids(index, "version3") == ["0", "1", "2", "3", "4"]
    assert ids(index, "version0 version1 version2") == []
    assert index.search("filler77").total == len(index) == 5


def test_a_small_budget_holds_many_short_documents(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(300), memory_mb=1)
    assert len(list(index.path.glob("*.segment"))) == 1
    assert index.search("common").total == 300


def test_rolling_back_restores_what_was_replaced(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(40))
    before = answers(index)
    writer = index.writer(memory_mb=1)
    for number in range(40):
        writer.add({"id": f"id-{number}", "text": f"other {number}"})
    writer.rollback()
    assert writer.documents == 0
    writer.commit()
    writer.close()
    assert answers(index) == before
    assert answers(searchlib.Index.open(index.path)) == before
    assert len(list(index.path.glob("*.segment"))) == 1


def test_a_writer_goes_on_after_rolling_back(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(4))
    with index.writer() as writer:
        writer.add({"id": "id-0", "text": "lost"})
        writer.rollback()
        writer.add({"id": "id-1", "text": "kept"})
    assert ids(index, "lost") == []
    assert ids(index, "kept") == ["id-1"]
    assert ids(index, "common") == ["id-0", "id-2", "id-3"]


@pytest.mark.parametrize(
    "record",
    [
        {"title": "Summit", "text": "Leaders met", "url": "https://example.org/a"},
        {"title": "Summit", "text": "Leaders met", "date": "2024-01-01"},
        {"text": "Лидеры встретились"},
    ],
    ids=["by url", "by content and date", "by content"],
)
def test_adding_the_same_article_again_makes_no_second_one(tmp_path: Path, record: dict[str, Any]) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    given = []
    for _ in range(2):
        with index.writer() as writer:
            given += [writer.add(record), writer.add(dict(record))]
    assert len(set(given)) == 1
    assert len(index) == 1
    [hit] = index.search(record["text"])
    assert hit.id == given[0]
    with index.writer() as writer:
        writer.add({"text": record["text"] + " again"})
    assert len(index) == 2


def test_ids_that_are_prefixes_of_others_are_others(tmp_path: Path) -> None:
    names = ["a", "aa", "aaa", "b", "я", "яя", "a\x01", " a", "A"]
    index = build(
        tmp_path / "news",
        [{"id": name, "text": "word"} for name in names],
        [{"id": "aa", "text": "word new"}, {"id": "я", "text": "word new"}],
    )
    assert ids(index, "word") == sorted(names)
    assert ids(index, "new") == ["aa", "я"]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_adding_replacing_and_rolling_back(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    index = searchlib.Index.create(tmp_path / "news")
    model: dict[str, int] = {}
    version = 0
    filler = " ".join(f"filler{number}" for number in range(9000))
    for _ in range(8):
        pending = dict(model)
        with index.writer(memory_mb=chance.choice([1, 64])) as writer:
            for _ in range(chance.randrange(1, 25)):
                version += 1
                id = str(chance.randrange(30))
                writer.add({"id": id, "text": f"word v{version}" + (filler if chance.random() < 0.2 else "")})
                pending[id] = version
            if chance.random() < 0.3:
                writer.rollback()
                pending = model
        model = dict(pending)
        index = searchlib.Index.open(index.path) if chance.random() < 0.5 else index
        results = index.search("word", limit=100)
        assert results.total == len(index) == len(model)
        found = {hit.id: hit.fields["text"].split()[1].removesuffix("filler0") for hit in results}
        assert len(results) == len(found)
        assert found == {id: f"v{number}" for id, number in model.items()}

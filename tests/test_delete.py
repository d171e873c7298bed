"""Is what was deleted gone, at once and for good, and nothing else?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from small_archive import articles, build

import searchlib
from searchlib import QueryError


def ids(index: searchlib.Index, query: str = "*") -> list[str]:
    return sorted(index.search(query, limit=10_000).ids)


def test_a_document_is_deleted_when_that_is_committed(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(5))
    with index.writer() as writer:
        assert writer.delete("id-3")
        assert not writer.delete("id-3")
        assert not writer.delete("nobody")
        assert "id-3" in index
    assert ids(index) == ["id-0", "id-1", "id-2", "id-4"]
    assert len(index) == index.search("common").total == 4
    assert "id-3" not in index
    assert index.get("id-3") is None
    kept = index.get("id-4")
    assert kept is not None
    assert (kept["id"], kept["pages"]) == ("id-4", 4)
    assert 4 not in index
    assert ids(searchlib.Index.open(index.path)) == ids(index)


def test_the_last_word_on_an_id_counts(tmp_path: Path) -> None:
    index = build(tmp_path / "news", [{"id": "a", "text": "first"}, {"id": "b", "text": "first"}])
    with index.writer() as writer:
        writer.add({"id": "a", "text": "second"})
        assert writer.delete("a")
        writer.delete("b")
        writer.add({"id": "b", "text": "third"})
        writer.add({"id": "c", "text": "fourth"})
        writer.delete("c")
    assert ids(index) == ["b"]
    assert ids(index, "third") == ["b"]
    with index.writer() as writer:
        writer.delete("b")
    assert ids(index) == []
    assert index.stats().segments == 0
    assert list(index.path.glob("*.segment")) == []


def test_what_a_query_finds_is_deleted(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(60), articles(30, seed=2))
    english, everything = ids(index, "lang:en"), ids(index)
    with index.writer() as writer:
        writer.add({"id": "new", "text": "fresh", "lang": "en"})
        assert writer.delete_where("lang:en") == len(english) + 1
        assert writer.delete_where("lang:en") == 0
        writer.add({"id": "newer", "text": "fresh", "lang": "en"})
    assert ids(index) == sorted({*everything, "newer"} - {*english})
    with index.writer() as writer:
        assert writer.delete_where("саммит договор") == index.search("саммит договор", match="all").total
        with pytest.raises(QueryError, match="never closed"):
            writer.delete_where('"саммит')
    assert ids(index, "саммит AND договор") == []


def test_everything_is_deleted(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(20), articles(20, seed=2))
    with index.writer() as writer:
        writer.add({"id": "lost", "text": "word"})
        writer.clear()
        writer.add({"id": "kept", "text": "word"})
    assert ids(index) == ["kept"]
    with index.writer() as writer:
        writer.clear()
    assert (ids(index), len(index)) == ([], 0)


def test_a_rollback_brings_back_what_was_deleted(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(8))
    before = ids(index)
    with pytest.raises(RuntimeError), index.writer() as writer:
        writer.delete("id-1")
        writer.delete_where("common")
        raise RuntimeError
    assert ids(index) == before
    with index.writer() as writer:
        writer.clear()
        writer.rollback()
    assert ids(index) == before


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_adding_and_deleting(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    index = searchlib.Index.create(tmp_path / "news")
    held: dict[str, int] = {}
    version = 0
    for _ in range(8):
        now: dict[str, int] = dict(held)
        writer = index.writer(memory_mb=1)
        for _ in range(chance.randrange(1, 30)):
            id = f"id-{chance.randrange(12)}"
            what = chance.random()
            if what < 0.6:
                version += 1
                record: dict[str, Any] = {
                    "id": id,
                    "text": f"word version{version} kind{chance.randrange(3)}",
                }
                writer.add(record)
                now[id] = version
            elif what < 0.9:
                assert writer.delete(id) == (id in now)
                now.pop(id, None)
            elif what < 0.97:
                assert writer.delete_where(f"version{version}") == len(
                    [n for n in now.values() if n == version]
                )
                now = {one: number for one, number in now.items() if number != version}
            else:
                writer.clear()
                now.clear()
        if chance.random() < 0.8:
            writer.commit()
            held = now
        writer.close()
        assert ids(index) == sorted(held)
        for id, number in held.items():
            assert ids(index, f"version{number}") == [id]

"""May threads share a writer, whatever they do with it at the same time?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from small_archive import articles, build

import searchlib
from searchlib.storage import merging
from searchlib.storage.manifest import Manifest


def together(*works: Callable[[], None]) -> None:
    """Runs each in a thread of its own; raises what one of them raised."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_documents_of_eight_threads(tmp_path: Path) -> None:
    rows = articles(400)
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer(memory_mb=1) as writer:

        def add(first: int) -> Callable[[], None]:
            def work() -> None:
                for row in rows[first::8]:
                    assert writer.add(row) == row["id"]

            return work

        together(*map(add, range(8)))
        assert writer.documents == 400
    whole = build(tmp_path / "whole", rows)
    for query in ("summit договор", "common -lang:ru", '"common 7"'):
        one, other = (each.search(query, limit=1000) for each in (index, whole))
        assert {hit.id: hit.score for hit in one} == pytest.approx({hit.id: hit.score for hit in other})


def test_threads_that_add_delete_commit_and_roll_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a thread has for itself comes out right, whatever the others commit or merge; nobody rolls back but at the end."""
    monkeypatch.setattr(merging, "_SMALL", 8)
    index = build(tmp_path / "news", articles(40))
    rounds = 60
    with index.writer() as writer:

        def add(name: str) -> Callable[[], None]:
            def work() -> None:
                for number in range(rounds):
                    writer.add({"id": f"{name}{number}", "text": "common zebra"})
                    writer.add({"id": name, "text": f"common counter{number}"})

            return work

        def delete() -> None:
            for number in range(rounds):
                writer.add({"id": "short-lived", "text": "common mayfly"})
                assert writer.delete("short-lived")
                if number % 4 == 0 and number < 40:
                    assert writer.delete_where(f"id:id-{number}") == 1

        def commit() -> None:
            for number in range(rounds):
                writer.commit(durable=number % 3 == 0)
                if number % 20 == 19:
                    writer.optimize()

        together(add("a"), add("b"), delete, commit)
        writer.commit()
        writer.add({"id": "lost", "text": "common"})
        writer.rollback()
    assert index.search("zebra").total == 2 * rounds
    assert index.search("mayfly").total == 0
    assert sorted(index.search(f"counter{rounds - 1}").ids) == ["a", "b"]
    assert len(index) == 40 - 10 + 2 * rounds + 2
    left = {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"}
    assert left == Manifest.read(index.path).files()

"""What happens to an index in its life, at random, and what must it hold after each commit?

A History is the same for the same seed, so that one process can live it and another one know what should be there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import searchlib
from searchlib.storage import merging
from searchlib.storage.manifest import Manifest

__all__ = ["DEFINITION", "NEW", "Held", "History", "Step", "check", "files_left", "live", "whole"]

Held = dict[str, dict[str, Any]]
"""What an index holds: the documents by id, as they were given."""

WORDS = ("summit", "treaty", "border", "harvest", "river", "bridge", "engine", "саммит", "договор", "урожай")
TAGS = ("north", "south", "west")
DEFINITION = searchlib.Definition(
    fields=(
        searchlib.Field("title", "text", weight=2.0),
        searchlib.Field("text", "text"),
        searchlib.Field("date", "date"),
        searchlib.Field("tags", "keyword"),
        searchlib.Field("lang", "keyword"),
    )
)
_IDS = 40
NEW: Held = {
    "new": {
        "id": "new",
        "title": "afterwards",
        "text": "version0 common summit",
        "date": "2024-01-01",
        "tags": [],
        "lang": "en",
    }
}
"""A document that no history makes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a writer. what: "add", "delete", "delete where", "clear", "commit", "optimize", "rollback", "close"."""

    what: str
    value: Any = None
    durable: bool = True


class History:
    """A random life. held[k]: the documents after k commits; `durable` of them: which outlive a loss of power.

    most: how many documents a transaction adds at most; 1 makes many small commits, which are merged. relaxed: commits that
    are not durable are among the others.
    """

    def __init__(self, seed: int, held: Held | None = None, *, relaxed: bool = False) -> None:
        self._chance = random.Random(seed)
        self._relaxed = relaxed
        self._version = seed * 1_000_000
        self.held: list[Held] = [dict(held or {})]
        self._now: Held = dict(self.held[0])

    def steps(self, commits: int) -> Iterator[Step]:
        """So many commits and what leads to them. What a commit must hold is in `held` before the step is given."""
        chance = self._chance
        while len(self.held) <= commits:
            for _ in range(chance.choice((1, 1, 1, 2, 3, 12))):
                yield from self._change()
            end = chance.random()
            if end < 0.08:
                self._now = dict(self.held[-1])
                yield Step(*chance.choice((("rollback",), ("close",))))
                continue
            self.held.append(dict(self._now))
            durable = not self._relaxed or chance.random() < 0.4
            yield Step("optimize") if end < 0.14 else Step("commit", durable=durable)
            if chance.random() < 0.15:
                yield Step("close")

    def _change(self) -> Iterator[Step]:
        chance, now = self._chance, self._now
        what = chance.random()
        if what < 0.72 or not now:
            record = self._record(f"id-{chance.randrange(_IDS)}")
            now.pop(record["id"], None)
            now[record["id"]] = record
            yield Step("add", record)
        elif what < 0.88:
            id = f"id-{chance.randrange(_IDS)}"
            now.pop(id, None)
            yield Step("delete", id)
        elif what < 0.99:
            version = str(now[chance.choice(sorted(now))]["text"].split()[0])
            for id in [id for id, record in now.items() if version in record["text"].split()]:
                del now[id]
            yield Step("delete where", version)
        else:
            now.clear()
            yield Step("clear")

    def _record(self, id: str) -> dict[str, Any]:
        chance = self._chance
        self._version += 1
        number = self._version
        return {
            "id": id,
            "title": " ".join(chance.choices(WORDS, k=2)),
            "text": f"version{number} common " + " ".join(chance.choices(WORDS, k=chance.randrange(1, 30))),
            "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
            "tags": [*TAGS[: number % 4]],
            "lang": "en",
        }


def live(
    index: searchlib.Index,
    history: History,
    commits: int,
    told: Callable[[str, int, bool], None],
    *,
    budget: int = 150_000,
    small: int = 4096,
) -> None:
    """Does to an index what a history says. told("begun" or "done", number, durable) is called around each commit.

    budget: bytes that documents may take in memory before they are written as a segment; small: documents that are merged while a
    commit waits, and not beside the writer. Both may be less than a user could have.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "_SMALL", small)
        _live(index, history, commits, told, budget)


def _live(
    index: searchlib.Index,
    history: History,
    commits: int,
    told: Callable[[str, int, bool], None],
    budget: int,
) -> None:
    writer = None
    for step in history.steps(commits):
        if writer is None:
            writer = index.writer()
            writer._intake.budget = budget
        number = len(history.held) - 1
        if step.what == "add":
            writer.add(step.value)
        elif step.what == "delete":
            writer.delete(step.value)
        elif step.what == "delete where":
            writer.delete_where(step.value)
        elif step.what == "clear":
            writer.clear()
        elif step.what == "rollback":
            writer.rollback()
        elif step.what == "close":
            writer.close()
            writer = None
        else:
            told("begun", number, step.durable)
            writer.optimize() if step.what == "optimize" else writer.commit(durable=step.durable)
            told("done", number, step.durable)
    if writer is not None:
        writer.close()


def whole(index: searchlib.Index) -> Held:
    """All documents of an index, as a search for everything gives them."""
    return {hit.id: hit.fields for hit in index.search("*", limit=10 * _IDS)}


def check(index: searchlib.Index, held: Held) -> None:
    """Does the index hold these documents, and say so to every question?"""
    assert whole(index) == held
    assert len(index) == len(held)
    assert {id: index.get(id) for id in held} == held
    assert all(f"id-{number}" not in index for number in range(_IDS) if f"id-{number}" not in held)
    for word in (*WORDS, "common"):
        with_it = {id for id, one in held.items() if word in f"{one['title']} {one['text']}".split()}
        results = index.search(word, limit=10 * _IDS)
        assert (set(results.ids), results.total) == (with_it, len(with_it))
        tagged = {tag: sum(tag in held[id]["tags"] for id in with_it) for tag in TAGS}
        assert results.facet("tags") == {tag: count for tag, count in tagged.items() if count}
    together = {id for id, one in held.items() if "common summit" in one["text"]}
    assert set(index.search('text:"common summit"', limit=10 * _IDS).ids) == together
    early = {id for id, one in held.items() if one["date"] < "2024-06"}
    assert set(index.search("common", until="2024-05", limit=10 * _IDS).ids) == early
    dates = [held[id]["date"] for id in index.search("*", sort="newest", limit=10 * _IDS).ids]
    assert dates == sorted((one["date"] for one in held.values()), reverse=True)
    for id, one in [*held.items()][:3]:
        assert index.search(one["text"].split()[0]).ids == [id]


def files_left(folder: Path) -> set[str]:
    """Names of files in the folder that belong neither to the last durable commit nor to the last of all."""
    there = {path.name for path in folder.iterdir() if not path.name.startswith("lock")}
    durable, recent = Manifest.newest(folder)
    return there - durable.files() - (set() if recent is None else recent.files())

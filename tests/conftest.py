"""Fixtures of several test files."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
from naive_query import NaiveArchive

import searchlib
from searchlib.definitions import NEWS, Definition

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background has them ignore Ctrl-C, and so what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("unhurried", deadline=None)  # how quick a busy machine is says nothing
hypothesis.settings.load_profile("unhurried")

Records = Sequence[dict[str, Any]]


class Ask(Protocol):
    """What documents answer a query, as (id, score), the best first. They are indexed once for all their queries."""

    def __call__(
        self, documents: Records, query: str, *, definition: Definition = NEWS, **options: Any
    ) -> list[tuple[str, float]]: ...

    def facet(self, documents: Records, query: str, field: str, by: str | None = None) -> dict[str, int]: ...


class ByOracle:
    def __init__(self) -> None:
        self._made: dict[tuple[int, Definition], tuple[Records, NaiveArchive]] = {}

    def __call__(
        self, documents: Records, query: str, *, definition: Definition = NEWS, **options: Any
    ) -> list[tuple[str, float]]:
        archive = self._archive(documents, definition)
        answer = archive.search(query, **{"limit": 1000, **options})
        return answer.hits

    def facet(self, documents: Records, query: str, field: str, by: str | None = None) -> dict[str, int]:
        return self._archive(documents, NEWS).search(query).facets(field, by)

    def _archive(self, documents: Records, definition: Definition) -> NaiveArchive:
        key = id(documents), definition  # the documents are kept, so that no others get their number
        if key not in self._made:
            self._made[key] = documents, NaiveArchive(documents, definition)
        return self._made[key][1]


class ByIndex:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[int, Definition], tuple[Records, searchlib.Index]] = {}

    def __call__(
        self, documents: Records, query: str, *, definition: Definition = NEWS, **options: Any
    ) -> list[tuple[str, float]]:
        results = self._index(documents, definition).search(query, **{"limit": 1000, **options})
        hits = [(hit.id, hit.score) for hit in results]
        if not {"limit", "offset"} & set(options):
            assert results.total == len(hits)
        return hits

    def facet(self, documents: Records, query: str, field: str, by: str | None = None) -> dict[str, int]:
        results = self._index(documents, NEWS).search(query)
        return results.facet(field, by=by)

    def _index(self, documents: Records, definition: Definition) -> searchlib.Index:
        key = id(documents), definition
        if key not in self._made:
            plain = replace(definition, names=False, acronyms=False)  # the oracle knows of no other names
            index = searchlib.Index.create(self._folder / str(len(self._made)), plain)
            half = len(documents) // 2
            for batch in (documents[:half], documents[half:]):  # two segments: statistics are those of both
                with index.writer() as writer:
                    for one in batch:
                        writer.add(one)
            self._made[key] = documents, index
        return self._made[key][1]


@pytest.fixture(scope="session", params=["oracle", "index"])
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Once the oracle, once an index: what a test says of one holds for the other."""
    if request.param == "oracle":
        return ByOracle()
    return ByIndex(tmp_path_factory.mktemp("indexes"))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> searchlib.Index:
    """The sample archive, to be read only."""
    index = searchlib.Index.create(tmp_path_factory.mktemp("sample") / "news")
    with index.writer() as writer:
        writer.add_from([str(Path(__file__).parents[1] / "indexes" / "sample.jsonl")])
    return index

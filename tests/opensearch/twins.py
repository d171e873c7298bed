"""Does an archive answer on a cluster as it does on disk? The same documents in both, and what tells their answers apart.

Scores of a cluster have the 24 bits of a float. So documents whose scores are that near each other may change places, and
nothing else may.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeVar

from searchlib import Definition, Index, QueryError, Results
from searchlib.definition_files import load_definition
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster as Connection
from searchlib.remote.index import RemoteIndex
from searchlib.remote.wordlist import SUFFIX
from searchlib.searching import Searching

INDEXES = Path(__file__).parents[2] / "indexes"
NEAR = 1e-5  # of a score: float arithmetic of a sum of many parts

Records = Sequence[dict[str, Any]]
_Made = TypeVar("_Made")


class Twins:
    """One archive on disk, and on clusters of each number of shards."""

    def __init__(self, disk: Index, remotes: dict[int, RemoteIndex]) -> None:
        self.disk = disk
        self.remotes = remotes

    def differences(self, query: str, **options: Any) -> list[str]:
        """In words, how the answers to a query differ; [] when they are the same."""
        options = {"limit": 50, **options}
        return self.unlike(lambda index: index.search(query, **options))

    def unlike(self, ask: Callable[[Searching], Results]) -> list[str]:
        """The same of any question."""
        wanted = answered(partial(ask, self.disk))
        return [
            f"{shards} shards: {what}"
            for shards, remote in self.remotes.items()
            for what in unlike(wanted, answered(partial(ask, remote)))
        ]

    def same(self, ask: Callable[[Searching], object]) -> None:
        """Asserts that something is equal on disk and on clusters."""
        wanted = answered(partial(ask, self.disk))
        for shards, remote in self.remotes.items():
            assert answered(partial(ask, remote)) == wanted, f"{shards} shards"


def sample_archive() -> tuple[Definition, list[dict[str, Any]]]:
    """The definition and the documents of indexes/sample.toml."""
    lines = (INDEXES / "sample.jsonl").read_text("utf-8").splitlines()
    return load_definition(INDEXES / "sample.toml"), [json.loads(line) for line in lines]


def answered(ask: Callable[[], _Made]) -> _Made | str:
    """What is answered, or the error in place of it."""
    try:
        return ask()
    except (QueryError, LookupError) as error:
        return f"{type(error).__name__}: {error}"


def unlike(wanted: Results | str, found: Results | str) -> Iterator[str]:
    """In words, how one answer differs from another."""
    if isinstance(wanted, str) or isinstance(found, str):
        if wanted != found:
            yield f"{found if isinstance(found, str) else found.ids!r}, not {wanted if isinstance(wanted, str) else wanted.ids!r}"
        return
    yield from misplaced([(hit.id, hit.score) for hit in wanted], [(hit.id, hit.score) for hit in found])
    if found.total != wanted.total:
        yield f"{found.total} in all, not {wanted.total}"
    if found.repaired != wanted.repaired:
        yield f"repaired to {found.repaired!r}, not {wanted.repaired!r}"


def misplaced(wanted: list[tuple[str, float]], found: list[tuple[str, float]]) -> Iterator[str]:
    """The same of hits as (id, score)."""
    if len(wanted) != len(found):
        yield f"{len(found)} hits, not {len(wanted)}: {[one[0] for one in found]!r}, not {[one[0] for one in wanted]!r}"
        return
    scores = dict(wanted)
    placed = {id: at for at, (id, _) in enumerate(wanted)}
    for at, ((id, score), (other, own)) in enumerate(zip(wanted, found, strict=True)):
        if not near(own, score):
            yield f"at {at + 1} {other} with {own!r}, not {id} with {score!r}"
        elif other in scores and not near(own, scores[other]):
            yield f"{other} has {own!r}, not {scores[other]!r}"
    for (one, own), (other, same) in pairwise(found):
        if own == same and scores.get(one) == scores.get(other, -1) and placed[one] > placed[other]:
            yield f"{one} before {other}, which was added before it and has the same score"


def near(one: float, other: float) -> bool:
    """Are these the same but for rounding?"""
    return abs(one - other) <= NEAR * max(abs(one), abs(other))


@contextmanager
def twins(
    url: str, folder: Path, definition: Definition, batches: Iterable[Records], shards: Sequence[int] = (1, 3)
) -> Iterator[Twins]:
    """The same documents on disk and in indexes of a cluster, which go at the end. Each batch is a commit; ids that come again replace."""
    disk = Index.create(folder, definition)
    name = f"parity-{uuid.uuid4().hex}"
    remotes: dict[int, RemoteIndex] = {}
    batches = [list(batch) for batch in batches]
    try:
        for batch in batches:
            with disk.writer() as writer:
                for record in batch:
                    writer.add(record)
        with disk.writer() as writer:
            writer.optimize()  # replaced documents count there until they are gone
        for count in shards:
            address = f"{url}/{name}-{count}"
            remotes[count] = RemoteIndex.create(address, definition, shards=count, replicas=0)
            with remotes[count].writer() as sending:
                for record in chain.from_iterable(batches):
                    sending.add(record)
        yield Twins(disk, remotes)
    finally:
        for count, remote in remotes.items():
            remote.close()
            remove(f"{url}/{name}-{count}")
        disk.close()


def remove(url: str) -> None:
    """Removes an archive from its cluster, with its list of words; what is not there need not be."""
    for which in "", SUFFIX:
        with Connection(Address.parse(url + which, {})) as connection:
            connection.index_request("DELETE", ignore=(404,))

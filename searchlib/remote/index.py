"""How is an archive on a cluster made, filled and asked? The face of an Index, at an address in place of a path."""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import PathLike
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Self, cast

from searchlib.definition_files import load_definition
from searchlib.definitions import NEWS, Definition
from searchlib.errors import IncompatibleIndexError, IndexExistsError, IndexNotFoundError
from searchlib.language import VERSION as ANALYSIS
from searchlib.language import Analyzer
from searchlib.ranking.arguments import question_of
from searchlib.ranking.question import Question
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster
from searchlib.remote.layout import FORMAT, Layout, body_of
from searchlib.remote.lines import RecurringLines, known_lines
from searchlib.remote.ranker import RemoteRanker
from searchlib.remote.wordlist import WordList, make_list, words_of
from searchlib.results.results import Results
from searchlib.searching import Searching
from searchlib.storage.boilerplate import boilerplate_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searchlib.remote.writer import RemoteWriter

__all__ = ["RemoteIndex", "RemoteStats"]

_TURN_PATIENCE: Final = 10.0  # seconds for which a batch of a watch is sent again


@dataclass(frozen=True, slots=True)
class RemoteStats:
    """Figures of an index of a cluster.

    documents: that searches see; languages: of them by `lang`, most frequent first; deleted: that still take room; shards: of the index, replicas: further
    copies of each; segments: of all shards, once; bytes: of them and of the list of words, once and in all copies together. boilerplate: as of Stats.
    """

    documents: int
    languages: dict[str, int]
    deleted: int
    shards: int
    replicas: int
    segments: int
    bytes: int
    bytes_with_replicas: int
    boilerplate: dict[str, dict[str, int]]


class RemoteIndex(Searching):
    """An index of a cluster. Threads may share it; any number of programs may read and write one index.

    A search sees what was committed before it. Only the figures that scores are made of may be some seconds old.
    """

    def __init__(self, cluster: Cluster, address: Address, definition: Definition, fresh: float) -> None:
        """For RemoteIndex.create and RemoteIndex.open, which are how to get one."""
        self.path = cast("Any", address)
        self.definition = definition
        self._analyzer = Analyzer(definition.languages)
        self._cluster = cluster
        self._words = words_of(cluster)
        self._remote = RemoteRanker(cluster, self._words, definition, self._analyzer, fresh)
        self._ranker = cast("Any", self._remote)
        self._watched = None

    @classmethod
    def create(
        cls,
        url: str,
        definition: Definition | str | PathLike[str] | None = None,
        *,
        shards: int = 1,
        replicas: int = 1,
        timeout: float = 30.0,
        fresh: float = 5.0,
    ) -> Self:
        """Makes an empty index at an address (searchlib/remote/address.py).

        definition: a Definition, the path of one as TOML, or None for the fields of a news archive. shards: parts that it is cut into,
        for good; replicas: further copies of each. timeout, fresh: as of open(). Raises IndexExistsError, DefinitionError, RemoteError.
        """
        address = Address.parse(url)
        if definition is None:
            definition = NEWS
        elif not isinstance(definition, Definition):
            definition = load_definition(definition)
        for name, value, least in (("shards", shards, 1), ("replicas", replicas, 0)):
            if type(value) is not int or value < least:
                raise ValueError(f"{name} is a number from {least}, not {value!r}")
        cluster = Cluster(address, timeout=timeout)
        try:
            if bool(cluster.index_request("HEAD")):
                raise IndexExistsError(str(address), f"{address}: an index is already here")
            cluster.index_request("PUT", "", body_of(definition, shards=shards, replicas=replicas))
            try:
                make_list(words_of(cluster), replicas=replicas)
            except BaseException:
                cluster.index_request("DELETE")
                raise
        except BaseException:
            cluster.close()
            raise
        return cls(cluster, address, definition, fresh)

    @classmethod
    def open(cls, url: str, *, timeout: float = 30.0, fresh: float = 5.0) -> Self:
        """Opens the index at an address.

        timeout: seconds that a request may take. fresh: for how many seconds the figures that scores are made of (documents, lengths, in how
        many documents a word is) are kept. Raises IndexNotFoundError, IncompatibleIndexError, RemoteError.
        """
        address = Address.parse(url)
        cluster = Cluster(address, timeout=timeout)
        try:
            definition = _definition(cluster, address)
        except BaseException:
            cluster.close()
            raise
        return cls(cluster, address, definition, fresh)

    @staticmethod
    def exists(url: str, *, timeout: float = 30.0) -> bool:
        """Is there an index at this address? Raises RemoteError."""
        cluster = Cluster(Address.parse(url), timeout=timeout)
        try:
            return bool(cluster.index_request("HEAD"))
        finally:
            cluster.close()

    def writer(self, *, workers: int = 2, batch_mb: float = 5.0, patience: float = 120.0) -> RemoteWriter:
        """A writer for this index; use it in a with-statement.

        workers: batches that are under way at the same time; batch_mb: how large one is; patience: seconds for which what was refused is
        sent again. Raises RemoteError.
        """
        from searchlib.remote.writer import RemoteWriter

        words = WordList(self._words)
        return RemoteWriter(
            self._cluster,
            Layout(self.definition, self._analyzer, words.note),
            words=words,
            lines=RecurringLines(self._words, self.definition),
            on_commit=self._remote.forget,
            matching=self._matching,
            workers=workers,
            batch_mb=batch_mb,
            patience=patience,
        )

    def turn(self, memory_mb: int) -> RemoteWriter:
        """A writer for a batch of a watch: a cluster that is away is not waited for long. memory_mb: means nothing here."""
        return self.writer(patience=_TURN_PATIENCE)

    def watch(
        self,
        paths: Iterable[str | PathLike[str]] = (),
        follow: Iterable[str | PathLike[str]] = (),
        **options: Any,
    ) -> int:
        """As of an Index, whose options it takes but for memory_mb."""
        from searchlib.watching import watch

        if "memory_mb" in options:
            raise TypeError("'memory_mb' is of an index on disk: watch() of a cluster does not take it")
        return watch(self, paths, follow, **options)

    def _matching(self, query: str) -> dict[str, Any]:
        """What a query finds, for a writer that deletes it: nothing goes that was not named."""
        question = Question(query, match="all", names=False, synonyms=False, cross_language=False)
        return self._remote.planned(question).matching

    def refresh(self) -> bool:
        """Asks for the figures of the index anew; False when they are as before. Searches see what is committed without it."""
        before = self._remote.figures()
        self._remote.forget()
        return not self._remote.figures().same(before)

    def get(self, id: str) -> dict[str, Any] | None:
        """As of an Index. Raises RemoteError."""
        found = self._found(id, ["stored"])
        return None if found is None else found["stored"]

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._found(id, []) is not None

    def _found(self, id: str, parts: list[str]) -> dict[str, Any] | None:
        return self._remote.source_of(id, parts)

    def similar(self, id: str, *, explain: bool = False, **options: Any) -> Results:
        """As of an Index."""
        began = perf_counter()
        for name in ("match", "lenient", "quality", "repair"):
            if name in options:
                raise TypeError(f"'{name}' is of words that somebody typed: similar() does not take it")
        source = self._found(id, ["stored", "lengths"])
        if source is None:
            raise LookupError(f"there is no document with the id {id!r}")
        question = question_of(self.definition, id, None, **options)
        answer = self._remote.answer(question, source)
        return Results(id, answer, self.definition, self._remote, began, explain=explain, words=False)

    def stats(self) -> RemoteStats:
        """Figures of the index. Raises RemoteError."""
        languages: dict[str, int] = {}
        if any(field.name == "lang" for field in self.definition.keyword_fields):
            languages = self.search("*", limit=0).facet("lang")
        settings = next(iter(self._cluster.index_request("GET", "_settings").values()))["settings"]["index"]
        stats = self._cluster.index_request("GET", "_stats/docs,store,segments")["_all"]
        words = self._words.index_request("GET", "_stats/store")["_all"]
        return RemoteStats(
            documents=len(self),
            languages=languages,
            deleted=stats["primaries"]["docs"]["deleted"],
            shards=int(settings["number_of_shards"]),
            replicas=int(settings["number_of_replicas"]),
            segments=stats["primaries"]["segments"]["count"],
            bytes=sum(one["primaries"]["store"]["size_in_bytes"] for one in (stats, words)),
            bytes_with_replicas=sum(one["total"]["store"]["size_in_bytes"] for one in (stats, words)),
            boilerplate=boilerplate_of(known_lines(self._words)),
        )

    def __len__(self) -> int:
        """Documents that searches see."""
        return self._remote.ask(question_of(self.definition, "*", None, limit=0)).count()

    def close(self) -> None:
        """Ends the connection. May be called again; nothing else may be after it."""
        self._cluster.close()
        self._words.close()
        self._ranker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"RemoteIndex({str(self.path)!r})"


def _definition(cluster: Cluster, address: Address) -> Definition:
    """What the index at an address holds, as it says itself."""
    found = cluster.index_request("GET", "_mapping")
    mappings = [one["mappings"] for one in found.values()]
    meta = mappings[0].get("_meta", {}).get("searchlib") if len(mappings) == 1 else None
    if not isinstance(meta, dict):
        raise IndexNotFoundError(
            str(address), f"{address}: the index that is there was not made by searchlib; name another one"
        )
    for what, number, own in (
        ("index format", meta["format"], FORMAT),
        ("word analysis", meta["analysis"], ANALYSIS),
    ):
        if number != own:
            raise IncompatibleIndexError(str(address), number, own, what=what)
    return Definition.from_dict(json.loads(meta["definition"]))

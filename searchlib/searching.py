"""What can be asked of an open index? Its documents, by query, by id and by likeness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from searchlib.definitions import Definition
from searchlib.errors import SearchError
from searchlib.ranking.ranker import Ranker
from searchlib.results.results import Results
from searchlib.storage.deletions import lives
from searchlib.storage.segment import find_id
from searchlib.storage.snapshot import CommitWatch, Snapshot

if TYPE_CHECKING:
    from searchlib.ranking.arguments import Moment, Values
    from searchlib.results.explain import Explanation

__all__ = ["Searching"]


class Searching(ABC):
    """What an Index answers. Threads may share it.

    _ranker: of the snapshot that searches see, None when the index is closed; _watched: tells when to look for a newer one.
    """

    path: Path
    definition: Definition
    _ranker: Ranker | None
    _watched: CommitWatch | None

    @abstractmethod
    def refresh(self) -> bool:
        """Moves to the newest commit; False when this one is. Results already given stay on the commit they were found in."""

    def get(self, id: str) -> dict[str, Any] | None:
        """Everything stored with a document of the snapshot that searches see; None when there is no such document."""
        snapshot = self._open_ranker().snapshot
        place = _place(snapshot, id)
        return None if place is None else snapshot.segments[place[0]].stored[place[1]]

    def __contains__(self, id: object) -> bool:
        """Is there a document with this id in the snapshot that searches see?"""
        return isinstance(id, str) and _place(self._open_ranker().snapshot, id) is not None

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        after: str | None = None,
        match: str | int | None = None,
        lenient: bool = False,
        since: Moment | None = None,
        until: Moment | None = None,
        lang: Values | None = None,
        source: Values | None = None,
        tags: Values | None = None,
        where: str | None = None,
        fields: Sequence[str] | Mapping[str, float] | None = None,
        sort: str | None = None,
        recency: float | None = None,
        timeout_ms: float | None = None,
        quality: str = "fast",
        synonyms: bool = True,
        explain: bool = False,
    ) -> Results:
        """The best `limit` documents for a query, by exact BM25 or in another order.

        query: words, or anything of the language in searchlib/query/README.md. match: how many of the words side by side a
        document needs: "any", "all", a number, a share such as "75%"; None: any when ranked by relevance, else all.
        lenient: take for words what is no valid query.

        Filters leave scores as they are. since, until: the first and the last moment of the date field, each included: text
        ("2024-06", "2024-06-06T10:30", "last week"), date, datetime or seconds since 1970. lang, source, tags: a value, or
        several of which any will do. where: another query that documents must match.

        fields: the text fields to search in, or their weights by name. sort: "relevance", "newest", "oldest", or a date or
        keyword field, "-" before it for descending; None: relevance, or newest when the query has nothing to rank by.
        recency: a half-life in days, which multiplies scores by 2 ^ -(age / half-life), age counted from the newest document
        of the index. offset: hits to leave out at the beginning; after: the `cursor` of the page before, which costs the
        same on every page. quality: "best" rescores the first 300 by how near each other the words stand, and in which form,
        which takes many times as long (searchlib/ranking/README.md); "fast" does not. timeout_ms: after so many milliseconds
        the search stops with what it has (Results.timed_out). synonyms: also find other names of what is named, as the index's definition
        says: acronyms, names in the other language, groups of one's own. explain: each hit tells how its score comes about (Hit.explanation).

        Any thread may search. Raises QueryError for what cannot be asked, ValueError for an argument out of its range,
        CorruptIndexError when the index is damaged.
        """
        began = perf_counter()
        ranker = self._newest_ranker()
        if (
            (since is until is lang is source is tags is where is fields is sort is None)
            and (after is None and recency is timeout_ms is None)
            and match in (None, "any", "all")
            and (quality == "fast" and not offset and not lenient and synonyms is True)
            and (type(limit) is int and limit > 0)
        ):
            answer = ranker.ask_plainly(query, limit, match)
            if answer is not None:
                segments = ranker.snapshot.segments
                return Results(query, answer, segments, self.definition, ranker, began, explain=explain)
        return self._ask(
            ranker,
            query,
            None,
            began,
            explain,
            limit=limit,
            offset=offset,
            after=after,
            match=match,
            lenient=lenient,
            since=since,
            until=until,
            lang=lang,
            source=source,
            tags=tags,
            where=where,
            fields=fields,
            sort=sort,
            recency=recency,
            timeout_ms=timeout_ms,
            quality=quality,
            synonyms=synonyms,
        )

    def similar(self, id: str, *, explain: bool = False, **options: Any) -> Results:
        """The documents most like one: those that have its weightiest words (searchlib/ranking/README.md), itself left out.

        options: those of search() but for match, lenient, quality and synonyms. Results.query is the id. Raises LookupError when there is
        no such document, QueryError when the index stores no text, and what search() raises.
        """
        began = perf_counter()
        for name in ("match", "lenient", "quality", "synonyms"):
            if name in options:
                raise TypeError(f"'{name}' is of words that somebody typed: similar() does not take it")
        ranker = self._newest_ranker()
        place = _place(ranker.snapshot, id)
        if place is None:
            raise LookupError(f"there is no document with the id {id!r}")
        return self._ask(ranker, id, place, began, explain, **options)

    def _ask(
        self,
        ranker: Ranker,
        query: str,
        like: tuple[int, int] | None,
        began: float,
        explain: bool,
        **options: Any,
    ) -> Results:
        from searchlib.ranking.arguments import question_of

        answer = ranker.ask(question_of(self.definition, query, like, **options))
        segments = ranker.snapshot.segments
        return Results(query, answer, segments, self.definition, ranker, began, explain=explain)

    def search_many(
        self, queries: Iterable[str], *, workers: int | None = None, **options: Any
    ) -> list[Results]:
        """The results of many queries, in their order; options: those of search(), the same for all.

        workers: threads that share the work, None for one a processor. All queries see one snapshot, unless the index is
        refreshed meanwhile. Raises what search() raises, for the first query that fails.
        """
        from concurrent.futures import ThreadPoolExecutor
        from os import cpu_count

        asked = list(queries)
        count = workers if workers is not None else min(cpu_count() or 1, len(asked) or 1)
        if count < 1:
            raise ValueError(f"workers is a number from 1, not {workers!r}")
        if count == 1:
            return [self.search(query, **options) for query in asked]
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda query: self.search(query, **options), asked))

    def explain(self, id: str, query: str, **options: Any) -> Explanation:
        """How the score of one document comes about for a query, 0 when it does not match; options: those of search().

        Raises QueryError as search() does, and LookupError when the index has no such document.
        """
        return self.search(query, **{**options, "limit": 0}).explain(id)

    def __len__(self) -> int:
        """Living documents in the snapshot that searches see."""
        return self._open_ranker().snapshot.documents

    def _open_ranker(self) -> Ranker:
        ranker = self._ranker
        if ranker is None:
            raise SearchError(f"{self.path}: this index is closed; Index.open opens it again")
        return ranker

    def _newest_ranker(self) -> Ranker:
        """After a look for a newer commit, when it is time for one."""
        if self._watched is not None and self._watched.changed():
            self.refresh()
        return self._open_ranker()


def _place(snapshot: Snapshot, id: str) -> tuple[int, int] | None:
    """(segment, document) of the living document with an id."""
    place = find_id(snapshot.segments, id)
    return place if place is not None and lives(snapshot.live[place[0]], place[1]) else None

"""What can be asked of an open index? Its documents, by query, by id and by likeness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from searchlib.definitions import Definition
from searchlib.errors import SearchError
from searchlib.ranking.ranker import Ranker
from searchlib.results.results import Hit, Results
from searchlib.storage.deletions import lives
from searchlib.storage.segment import find_id
from searchlib.storage.snapshot import CommitWatch, Snapshot

if TYPE_CHECKING:
    from searchlib.ranking.arguments import Moment, Values
    from searchlib.results.explain import Explanation
    from searchlib.results.trends import Trends

__all__ = ["Searching"]

_FILTERS: Final = ("match", "lenient", "since", "until", "lang", "source", "tags", "where")


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
        names: bool | None = None,
        synonyms: bool | None = None,
        cross_language: bool | None = None,
        collapse: str | None = None,
        explain: bool = False,
        repair: bool = True,
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
        which takes many times as long (searchlib/ranking/README.md); "fast" does not. timeout_ms: after so many milliseconds the
        search stops with what it has (Results.timed_out). explain: each hit tells how its score comes about (Hit.explanation).

        What words find beside themselves: names, whether a name is also found in the other script; synonyms, whether also by its
        acronym or its other names; cross_language, whether words find what they mean in the other language, by dictionaries
        (searchlib/bilingual/README.md); None as the index's definition says. collapse: "duplicates" shows of documents that are
        nearly the same only the first, which tells the others (Hit.duplicates); pages go by offset then.
        repair: when no word of the query is in the index as it was typed, and all of them are as the same keys type them with
        the other keyboard layout («ghbdtn», "щвли"), search for those: Results.repaired is then what was searched for. A query that
        has any of its words is never changed; Results.suggestion tells what else may have been meant.

        Any thread may search. Raises QueryError for what cannot be asked, ValueError for an argument out of its range,
        CorruptIndexError when the index is damaged, BilingualError when a dictionary cannot be used.
        """
        began = perf_counter()
        ranker = self._newest_ranker()
        if (
            (since is until is lang is source is tags is where is fields is sort is None)
            and (after is None and recency is timeout_ms is None)
            and match in (None, "any", "all")
            and (quality == "fast" and not offset and not lenient and collapse is None)
            and (names is synonyms is cross_language is None)
            and (type(limit) is int and limit > 0)
        ):
            answer = ranker.ask_plainly(query, limit, match)
            if answer is not None and (
                answer.places or not repair or ranker.guesses.in_other_layout(query) is None
            ):
                return Results(query, answer, self.definition, ranker, began, explain=explain)
        return self._ask(
            ranker,
            query,
            None,
            began,
            explain,
            repair,
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
            names=names,
            synonyms=synonyms,
            cross_language=cross_language,
            collapse=collapse,
        )

    def similar(self, id: str, *, explain: bool = False, **options: Any) -> Results:
        """The documents most like one: those that have its weightiest words (searchlib/ranking/README.md), itself left out.

        options: those of search() but for match, lenient, quality and repair. Results.query is the id. Raises LookupError when there is
        no such document, QueryError when the index stores no text, and what search() raises.
        """
        began = perf_counter()
        for name in ("match", "lenient", "quality", "repair"):
            if name in options:
                raise TypeError(f"'{name}' is of words that somebody typed: similar() does not take it")
        ranker = self._newest_ranker()
        place = _place(ranker.snapshot, id)
        if place is None:
            raise LookupError(f"there is no document with the id {id!r}")
        return self._ask(ranker, id, place, began, explain, False, **options)

    def duplicates(self, query: str = "*", **filters: Any) -> list[list[Hit]]:
        """The groups of near-duplicates among the documents of a query, the largest group first (searchlib/ranking/README.md).

        filters: match, lenient, since, until, lang, source, tags and where, as of search(). In a group the earliest document stands first,
        those without a date last; equal ones, and groups of one size, in the order in which documents were added. A hit scores 0.
        Raises what search() raises.
        """
        from searchlib.ranking.arguments import question_of

        began = perf_counter()
        for name in filters:
            if name not in _FILTERS:
                raise TypeError(f"duplicates() takes {', '.join(_FILTERS)}, not '{name}'")
        ranker = self._newest_ranker()
        question = question_of(self.definition, query, None, limit=0, **filters)
        answer, sizes = ranker.groups(question)
        hits = iter(Results(query, answer, self.definition, ranker, began))
        return [list(islice(hits, size)) for size in sizes]

    def trends(
        self,
        since: Moment,
        *,
        until: Moment | None = None,
        query: str | None = None,
        limit: int = 20,
        lang: Values | None = None,
        source: Values | None = None,
        tags: Values | None = None,
    ) -> Trends:
        """The terms and names that are in more documents of a period than those before it let expect, the surest first.

        since, until: the first and the last moment of the period, each included, as search() takes them: "30d" is the day 30 days
        before today; until: None for no end. query, lang, source, tags: only what they find, in the period and before it; of a query all
        words are needed. limit: how many trends at most.

        How sure one is says the log-likelihood ratio of its counts of documents (searchlib/ranking/trends.h); it is above 6.63, and
        three documents of the period have it. Stop words and numbers are left out; a name of two or three words that rise
        together is one. There are none when no document of the period was found, or none before it.

        Takes tenths of a second per 300,000 documents. Any thread may call it. Raises QueryError for what cannot be asked and when
        the index has no dates, ValueError for a limit below 1, CorruptIndexError when the index is damaged.
        """
        from searchlib.ranking.arguments import period_of, question_of
        from searchlib.ranking.trends import trends_of

        if type(limit) is not int or limit < 1:
            raise ValueError(f"limit is a number from 1, not {limit!r}")
        ranker = self._newest_ranker()
        words = "*" if query is None else query
        question = question_of(self.definition, words, None, match="all", lang=lang, source=source, tags=tags)
        return trends_of(ranker.period(question, *period_of(since, until)), limit)

    def _ask(
        self,
        ranker: Ranker,
        query: str,
        like: tuple[int, int] | None,
        began: float,
        explain: bool,
        repair: bool,
        **options: Any,
    ) -> Results:
        from searchlib.ranking.arguments import question_of

        question = question_of(self.definition, query, like, **options)
        answer = ranker.answer(question)
        repaired = None
        if repair and not answer.places and not answer.timed_out:
            repaired = ranker.guesses.in_other_layout(query)
            if repaired is not None:
                answer = ranker.answer(question_of(self.definition, repaired, like, **options))
        return Results(
            query,
            answer,
            self.definition,
            ranker,
            began,
            explain=explain,
            repaired=repaired,
            words=like is None,
        )

    def complete(self, text: str, *, limit: int = 10) -> list[str]:
        """What a text may become that is being typed: the text with its last word completed, the best completions first.

        Words of the index that begin so, the more documents have them and the fresher these are the better; behind other words those
        that stand with them. Stop words are left out, and of one word there are two inflections at most while there are others. When
        there are fewer than `limit`, those follow that begin so with the other keyboard layout («nfcvf», "тасма"). Capitals are those
        of documents, when texts are stored. A text that ends in no letter or digit has none. searchlib/vocabulary/README.md tells more.

        Any thread may ask. The first question for a short beginning reads all words that begin so, later ones a few. Raises
        ValueError for a limit out of its range, CorruptIndexError.
        """
        if type(limit) is not int or limit < 1:
            raise ValueError(f"limit is a number from 1, not {limit!r}")
        if not isinstance(text, str):
            raise TypeError(f"a text is a str, not {type(text).__name__}")
        return self._newest_ranker().guesses.complete(text, limit)

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

"""Which documents of a cluster are of a period, which before it, and which terms are in more of the former?

A cluster does not list the terms of documents. So the texts of the period are read, and their words found here as they were when they
were sent; the documents before it are counted there, for those terms alone that may still be among the surest: that none of those
documents has a term is the best that can be said of it, and what that would score bounds what it can. Terms are gone through by that bound.

Of a period of more than 20,000 documents an even share is read: each second, each third, ... by the order in which they were added. Documents
of the period are then counted by the cluster, too, so that all counts are exact; only a term that the share has seldom may be
missed, and a word is looked up in other documents than an index on disk would choose.
"""

from __future__ import annotations

from collections import Counter
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Any, Final, cast

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.tree import DateRange
from searchlib.ranking._trends import likelihood
from searchlib.ranking.trends import LEAST, SURELY, Counts, Place, Rise, is_word
from searchlib.remote.counts import by_date
from searchlib.remote.layout import indexed_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from searchlib.language.analyzer import Analysis
    from searchlib.ranking.question import Question
    from searchlib.remote.figures import Counting
    from searchlib.remote.phrases import RemotePhrase
    from searchlib.remote.ranker import RemoteRanker

__all__ = ["MOST_READ", "RemotePeriod", "surest"]

Query = dict[str, Any]

MOST_READ: Final = 20_000
"""Documents of a period whose texts are read; of more an even share."""

_PAGE: Final = 1_000  # documents that are read in one request
_KEPT: Final = 60  # documents of a term that are kept at hand
_BATCH: Final = 500  # terms that are counted in one request
_IN_SHARE: Final = "doc['order'].value % params.every == 0"


class RemotePeriod:
    """A Period of what a question finds. For one thread. Raises QueryError for an index without dates or texts, RemoteError."""

    def __init__(self, ranker: RemoteRanker, question: Question, since: int, until: int | None) -> None:
        definition = ranker.definition
        date = definition.date_field
        if date is None:
            raise QueryError("trends need a date field, and this index has none")
        unstored = [field.name for field in definition.text_fields if not field.stored]
        if unstored:
            raise QueryError(
                f"trends of a cluster are read from the texts that it stores, and '{unstored[0]}' is not stored",
                hint="'search pull' makes an index on disk of it",
            )
        self.since, self.until = since, until
        self.fields: Sequence[str] = [field.name for field in definition.text_fields]
        self._stored = [f"stored.{name}" for name in self.fields]
        self._ranker = ranker
        self._question = question
        asked = ranker.planned(question).matching
        columns = ranker.columns
        self.whole = _both(asked, columns.query_of(DateRange(date.name, since, until)))
        self._before = _both(asked, columns.query_of(DateRange(date.name, None, since)))
        body = {"size": 0, "track_total_hits": True}
        newest = {"query": asked, "aggs": {"newest": {"max": {"field": "date"}}}}
        bodies = [body | {"query": self.whole}, body | {"query": self._before}, body | newest]
        answers = ranker.within_reach(lambda: ranker.cluster.msearch(bodies))
        self.first, self.second, found = (answer["hits"]["total"]["value"] for answer in answers)
        latest = answers[2]["aggregations"]["newest"]["value"]
        self.newest = None if latest is None else int(latest)
        # with no other documents than these, what has a term and is not of the period is before it
        self._no_others = ranker.figures().documents == found == self.first + self.second
        self._ids: list[str] = []  # of the documents that were read
        self._first: dict[str, list[int]] = {}  # the first of them that have a term, by their number

    def analyze(self, form: str) -> Analysis:
        return self._ranker.analyze(form)

    def rising(self, wanted: int) -> list[Rise]:
        every = -(-self.first // MOST_READ)
        seen = self._read(every)

        def counted(terms: Sequence[str]) -> list[tuple[int, int]]:
            inside = self._with_terms(self.whole, terms) if every > 1 else [seen[term] for term in terms]
            if self._no_others:
                outside = [max(0, df - own) for df, own in zip(self._dfs(terms), inside, strict=True)]
            else:
                outside = self._with_terms(self._before, terms)
            return list(zip(inside, outside, strict=True))

        if every > 1:
            about = {term: round(count * self.first / len(self._ids)) for term, count in seen.items()}
        else:
            about = {term: count for term, count in seen.items() if count >= LEAST}
        return surest(about, self.first, self.second, wanted, counted)

    def having(self, terms: Collection[str], most: int) -> dict[str, list[Place]]:
        return {term: [(0, number) for number in self._first[term][:most]] for term in terms}

    def stored(self, places: Sequence[Place]) -> Iterator[dict[str, Any]]:
        """Without those that are gone since their texts were read."""
        for at in range(0, len(places), _PAGE):
            ids = [self._ids[number] for _, number in places[at : at + _PAGE]]
            body = {"query": {"ids": {"values": ids}}, "size": len(ids), "_source": self._stored}
            hits = {hit["_id"]: hit for hit in self._ranker.search(body)["hits"]["hits"]}
            yield from (hits[id]["_source"]["stored"] for id in ids if id in hits)

    def usual_forms(self, terms: Collection[str]) -> dict[str, str]:
        """None: texts are stored."""
        return {}

    def with_term(self, term: str) -> Query:
        return _both(self.whole, _term(term))

    def side_by_side(self, names: Sequence[Sequence[str]]) -> list[Counts]:
        def make(counting: Counting) -> list[Counts]:
            lexicon, _ = self._ranker.lexicon(self._question, counting)
            phrases = [cast("RemotePhrase", lexicon.phrase(forms)).matched(0) for forms in names]
            if counting:
                return []  # what a word may be called else is not known yet
            found = []
            for phrase in phrases:
                where, before = _both(self.whole, phrase), _both(self._before, phrase)
                found.append(Counts(counting.matching(where), counting.matching(before), where))
            return found

        return self._ranker.counted(make)

    def by_day(self, wheres: Sequence[Query]) -> list[list[tuple[str, int]]]:
        return by_date(self._ranker, wheres, "day")

    def _read(self, every: int) -> Counter[str]:
        """Reads the documents of the period, of so many one: how many of them have each term."""
        query = self.whole
        if every > 1:
            share = {"source": _IN_SHARE, "params": {"every": every}}
            query = _both(query, {"script": {"script": share}})
        body: Query = {
            "query": query,
            "size": _PAGE,
            "sort": [{"order": "asc"}, {"id": "asc"}],
            "track_total_hits": False,
            "_source": [*self._stored, "left_out"],
        }
        analyze = self._ranker.analyze
        terms_of: dict[str, tuple[str, ...]] = {}
        counts: Counter[str] = Counter()
        while True:
            hits = self._ranker.search(body)["hits"]["hits"]
            for number, hit in enumerate(hits, len(self._ids)):
                texts = (indexed_text(hit["_source"], name) for name in self.fields)
                forms = {token[0] for text in texts for token in tokenize(text)}
                terms: set[str] = set()
                for form in forms:
                    known = terms_of.get(form)
                    if known is None:
                        known = terms_of[form] = tuple(filter(is_word, analyze(form).terms))
                    terms.update(known)
                for term in terms:
                    counts[term] += 1
                    if counts[term] <= _KEPT:
                        self._first.setdefault(term, []).append(number)
            self._ids += [hit["_id"] for hit in hits]
            if len(hits) < _PAGE:
                return counts
            body["search_after"] = hits[-1]["sort"]

    def _with_terms(self, among: Query, terms: Sequence[str]) -> list[int]:
        """How many documents of a query have each term."""
        queries = [_both(among, _term(term)) for term in terms]
        return self._ranker.counted(lambda counting: [counting.matching(query) for query in queries])

    def _dfs(self, terms: Sequence[str]) -> list[int]:
        """How many documents of the index have each term, which a cluster knows without counting."""
        return self._ranker.counted(lambda counting: [counting.with_term(term) for term in terms])


def surest(
    about: Mapping[str, int],
    first: int,
    second: int,
    wanted: int,
    counted: Callable[[Sequence[str]], Sequence[tuple[int, int]]],
) -> list[Rise]:
    """As of Period.rising(), of terms that about so many documents of the period have.

    counted: how many of the period and before it have each of some terms, exactly.
    """
    bounds = {documents: likelihood(documents, first, 0, second) for documents in set(about.values())}
    left = sorted(about, key=lambda term: (-bounds[about[term]], term))
    best: list[float] = []  # scores of the surest so far, a heap
    found: list[Rise] = []
    for at in range(0, len(left), _BATCH):
        least = best[0] if len(best) == wanted else SURELY
        terms = [term for term in left[at : at + _BATCH] if bounds[about[term]] >= least]
        if not terms:
            break
        for term, (documents, background) in zip(terms, counted(terms), strict=True):
            if documents < LEAST:
                continue
            score = likelihood(documents, first, background, second)
            if score <= SURELY:
                continue
            found.append((score, term, documents, background))
            if len(best) < wanted:
                heappush(best, score)
            elif score > best[0]:
                heapreplace(best, score)
    return found


def _both(one: Query, other: Query) -> Query:
    return {"bool": {"filter": [one, other]}}


def _term(term: str) -> Query:
    return {"term": {"terms": term}}

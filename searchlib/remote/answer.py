"""What did a cluster find, and what can be asked about all of it?"""

from __future__ import annotations

import re
from math import exp2
from typing import TYPE_CHECKING, Any, Final

from searchlib.dates import DAY
from searchlib.errors import QueryError, RemoteError
from searchlib.ranking.columns import check_period, field_of_order, unknown_field
from searchlib.ranking.pages import Cursor
from searchlib.remote.counts import by_date, by_value
from searchlib.remote.failures import failure_of_answer

if TYPE_CHECKING:
    from searchlib.ranking.question import Question
    from searchlib.remote.cluster import Cluster
    from searchlib.remote.plans import RemotePlan
    from searchlib.remote.ranker import RemoteRanker
    from searchlib.remote.rescoring import Rescoring
    from searchlib.results.explain import Explanation

__all__ = ["RemoteAnswer", "left_by_age"]

Query = dict[str, Any]

_TIME_OVER: Final = re.compile("time_exceeded_exception|Time exceeded")
_DEEPEST: Final = 10_000  # hits that a cluster gives at once, counted from the first
_LEAST_LEFT: Final = 1e-20  # of a score, whatever the age


class RemoteAnswer:
    """A page of documents of a cluster, as an Answer is one of an index on disk. Its documents are numbered from 0 as they stand on it.

    file, stored: their ids and what is stored with them, so that it is also the one part of the index that results read from.
    """

    def __init__(
        self,
        ranker: RemoteRanker,
        question: Question,
        plan: RemotePlan,
        order: str,
        hits: list[Query],
        timed_out: bool,
        rescoring: Rescoring | None,
    ) -> None:
        self._ranker = ranker
        self._question = question
        self._hits = hits
        self.plan = plan
        self.order = order
        self.timed_out = timed_out
        self._rescoring = rescoring
        self.places = [
            (hit["_score"] or 0.0 if order == "relevance" else 0.0, 0, at) for at, hit in enumerate(hits)
        ]
        self.stored = [hit["_source"]["stored"] for hit in hits]
        self.file = self

    @classmethod
    def ask(
        cls, ranker: RemoteRanker, question: Question, plan: RemotePlan, order: str, *, signed: bool = False
    ) -> RemoteAnswer:
        """The page that a question asks for; signed: with the signatures of its documents. Raises QueryError, RemoteError."""
        pages = _Pages(ranker, question, plan, order)
        if signed:
            pages.ask_for_signatures()
        after = None if question.after is None else _behind(ranker, Cursor.read(question.after, order))
        end = question.offset + question.limit
        rescoring = None
        if question.quality == "best" and order == "relevance" and plan.has_words:
            from searchlib.remote.rescoring import Rescoring

            rescoring = Rescoring(ranker, plan, pages.behind, pages.factor)
            hits = rescoring.page(end, None if after is None else (float(after[0]), int(after[1])))
        else:
            hits = pages.behind(end, None if after is None else {"sort": after})
        return cls(ranker, question, plan, order, hits[question.offset :], pages.timed_out, rescoring)

    @property
    def hits(self) -> list[Query]:
        """As the cluster gave them."""
        return self._hits

    @property
    def parts(self) -> list[RemoteAnswer]:
        """The parts of the index, of which places tell the number."""
        return [self]

    def id(self, doc: int) -> str:
        """Of a document of the page."""
        return str(self._hits[doc]["_id"])

    def ids(self) -> list[str]:
        """The ids of the page."""
        return [str(hit["_id"]) for hit in self._hits]

    def count(self) -> int:
        """How many documents match, exactly."""
        body = {"query": self.plan.matching, "size": 0, "track_total_hits": True}
        total: int = self._ranker.search(body)["hits"]["total"]["value"]
        return total

    def facet(self, field: str, by: str | None) -> list[tuple[str, int]]:
        """How many of the documents that match have each value. Raises QueryError."""
        columns = self._ranker.columns
        if field == columns.date:
            period = "day" if by is None else by
            check_period(period)
            return by_date(self._ranker, [self.plan.matching], period)[0]
        if field not in columns.keywords:
            raise unknown_field(field, "counted by", columns.names())
        if by is not None:
            raise QueryError(f"'{field}' is no date: its values are counted, not by {by}")
        values = by_value(self._ranker, self.plan.matching, f"values.{field}")
        return sorted(values, key=lambda one: (-one[1], one[0]))

    def cursor(self, at: int) -> str:
        """The cursor of the document at a place of the page."""
        hit = self._hits[at]
        return str(Cursor(self.order, hit["sort"][0], str(hit["_id"])))

    def duplicates(self, at: int) -> list[str]:
        """None: nothing was collapsed (duplicates.py)."""
        return []

    def suggestion(self, query: str) -> str | None:
        """The query as it may have been meant."""
        return self._ranker.suggestion(query, self._question)

    def explain(self, segment: int, doc: int) -> Explanation:
        """How the score of a document of the page comes about."""
        found = self.explain_id(self.id(doc))
        if found is None:
            raise QueryError(f"the document {self.id(doc)!r} was deleted meanwhile")
        return found

    def explain_id(self, id: str) -> Explanation | None:
        """The same of any document; None when there is none with the id."""
        from searchlib.remote.explaining import explain

        return explain(self._ranker, self._question, self.plan, self._rescoring, id)


def _order(ranker: RemoteRanker, order: str) -> list[Query]:
    columns = ranker.columns
    if order == "relevance":
        return [{"_score": "desc"}, {"order": "asc"}]
    return columns.order_of(field_of_order(order, columns.date))


def _behind(ranker: RemoteRanker, cursor: Cursor) -> list[Any]:
    """Where a cluster is to go on: behind the document of a cursor; when that is gone, before those that are equal to it."""
    body = {
        "query": {"ids": {"values": [cursor.id]}},
        "size": 1,
        "sort": [{"order": "asc"}],
        "_source": False,
    }
    hits = ranker.search(body)["hits"]["hits"]
    return [cursor.key, hits[0]["sort"][0] if hits else -1]


class _Pages:
    """Hits of one question, as they stand. timed_out: the time was over before all documents were looked at."""

    def __init__(self, ranker: RemoteRanker, question: Question, plan: RemotePlan, order: str) -> None:
        self._ranker = ranker
        self._half_life = question.recency
        relevance = order == "relevance"
        query = plan.query if relevance else plan.matching
        if relevance and question.recency is not None:
            query = _aged(ranker, query, question.recency)
        self._body: Query = {
            "query": query,
            "sort": _order(ranker, order),
            "track_scores": relevance,
            "track_total_hits": False,
            "_source": True,  # the rest of it is little, and takes a cluster longer to leave out
        }
        if question.timeout_ms is not None:
            self._body["timeout"] = f"{max(1, round(question.timeout_ms))}ms"
        self.timed_out = False

    def ask_for_signatures(self) -> None:
        """Hits are to have them, too."""
        self._body["docvalue_fields"] = ["signed"]

    def behind(self, count: int, hit: Query | None) -> list[Query]:
        """So many hits behind one, None: the first ones. Deeper than a cluster goes at once, page by page."""
        ranker, body = self._ranker, dict(self._body)
        hits: list[Query] = []
        if hit is not None:
            body["search_after"] = hit["sort"]
        while len(hits) < count and not self.timed_out:
            body["size"] = min(count - len(hits), _DEEPEST)
            answer = ranker.within_reach(lambda: _answer_to(ranker.cluster, body))
            found = answer["hits"]["hits"]
            self.timed_out = bool(answer["timed_out"])
            hits += found
            if len(found) < body["size"]:
                break
            body["search_after"] = found[-1]["sort"]
        return hits

    def factor(self, hit: Query) -> float:
        """What its age leaves of the score of a hit."""
        figures = self._ranker.figures()
        if self._half_life is None or figures.newest is None or figures.oldest is None:
            return 1.0
        return left_by_age(figures.newest - hit["_source"].get("date", figures.oldest), self._half_life)


def _answer_to(cluster: Cluster, body: Query) -> Query:
    """The answer to a search; of one whose time is limited what was found by then, which a cluster gives only to those who take the
    answers of some shards for an answer. For no other reason they are one. Raises RemoteError."""
    if "timeout" not in body:
        return cluster.msearch([body])[0]
    partial = {"allow_partial_search_results": "true"}
    try:
        answer: Query = cluster.index_request("POST", "_search", body, partial)
    except RemoteError as error:
        if not _TIME_OVER.search(error.message):
            raise
        return {"timed_out": True, "hits": {"hits": []}}
    for failure in answer["_shards"].get("failures", ()):
        if not _TIME_OVER.search(str(failure["reason"])):
            raise failure_of_answer(cluster.address, failure.get("status", 500), failure["reason"])
        answer["timed_out"] = True
    return answer


def left_by_age(age: float, half_life: float) -> float:
    """What an age in seconds leaves of a score. half_life: in days."""
    return max(_LEAST_LEFT, exp2(-age / (half_life * DAY)))


def _aged(ranker: RemoteRanker, query: Query, half_life: float) -> Query:
    """Scores that halve with every half-life by which a document is older than the newest; without a date it is as old as the oldest."""
    if ranker.columns.date is None:
        raise QueryError("recency needs a date field, and this index has none")
    figures = ranker.figures()
    if figures.newest is None or figures.oldest is None:
        return query
    script = (
        "double date = doc['date'].size() == 0 ? params.oldest : doc['date'].value; "
        "return _score * Math.max(params.least, Math.pow(2.0, (date - params.newest) / params.half));"
    )
    params = {
        "newest": float(figures.newest),
        "oldest": float(figures.oldest),
        "half": float(half_life * DAY),
        "least": _LEAST_LEFT,
    }
    return {"script_score": {"query": query, "script": {"source": script, "params": params}}}

"""How many documents of a query have each value, and how many are there on each day? Exact, for any number of shards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from searchlib.dates import DAY
from searchlib.ranking.columns import by_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchlib.remote.ranker import RemoteRanker

__all__ = ["by_date", "by_value"]

Query = dict[str, Any]

_BUCKETS: Final = 5_000  # values that are counted in one request


def by_value(ranker: RemoteRanker, query: Query, path: str) -> list[tuple[str, int]]:
    """All values of a field, by their letters. Raises RemoteError."""
    return _counted(ranker, [query], {"terms": {"field": path}})[0]


def by_date(ranker: RemoteRanker, queries: Sequence[Query], period: str) -> list[list[tuple[str, int]]]:
    """As of Columns.facet(), for each query; together they take one request. Raises RemoteError."""
    found = _counted(ranker, queries, {"histogram": {"field": "date", "interval": DAY}})
    return [by_period({int(start // DAY): count for start, count in days}, period) for days in found]


def _counted(ranker: RemoteRanker, queries: Sequence[Query], source: Query) -> list[list[tuple[Any, int]]]:
    found: list[list[tuple[Any, int]]] = [[] for _ in queries]
    composites: list[Query] = [{"size": _BUCKETS, "sources": [{"one": source}]} for _ in queries]
    left = list(range(len(queries)))
    while left:
        bodies = [
            {"query": queries[at], "size": 0, "aggs": {"values": {"composite": composites[at]}}}
            for at in left
        ]
        answers = ranker.within_reach(partial(ranker.cluster.msearch, bodies))
        unfinished = []
        for at, answer in zip(left, answers, strict=True):
            buckets = answer["aggregations"]["values"]["buckets"]
            found[at] += [(bucket["key"]["one"], bucket["doc_count"]) for bucket in buckets]
            if len(buckets) == _BUCKETS:
                composites[at]["after"] = buckets[-1]["key"]
                unfinished.append(at)
        left = unfinished
    return found

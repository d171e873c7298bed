"""Does an index find what the oracle finds, with its scores and in its order, for any query and archive?"""

from __future__ import annotations

import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import ByIndex, ByOracle, Records
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_strings import queries, records

import searchlib

pytestmark = pytest.mark.skipif(
    "match" not in inspect.signature(searchlib.Index.search).parameters,
    reason="Index.search does not take the query language yet",
)
MATCHES = st.sampled_from([None, "any", "all", 2, "75%"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "match": MATCHES,
        "sort": st.sampled_from(["newest", "oldest"]),
        "lang": st.sampled_from(["ru", ["ru", "en"]]),
        "source": st.just("Meridian"),
        "tags": st.sampled_from(["summit", ["security", "art"]]),
        "since": st.sampled_from(["2024-06", "2024-06-06"]),
        "until": st.sampled_from(["2024-06-06", "2024"]),
    },
)
SAMPLE: Records = [
    json.loads(line)
    for line in Path(__file__).parents[1].joinpath("indexes", "sample.jsonl").read_text("utf-8").splitlines()
]
ORACLE = ByOracle()
FACETS: list[tuple[str, str | None]] = [("tags", None), ("lang", None), ("date", "month")]


def compare(
    index: ByIndex, oracle: ByOracle, documents: Records, query: str, options: dict[str, Any]
) -> None:
    options = {"sort": "relevance", **options}  # else what has no scores comes by date
    hits, expected = index(documents, query, **options), oracle(documents, query, **options)
    scores = dict(expected)
    assert {one for one, _ in hits} == set(scores)
    assert len(hits) == len(scores)
    if options["sort"] != "relevance":
        assert [one for one, _ in hits] == [one for one, _ in expected]
        return
    assert dict(hits) == pytest.approx(scores, rel=1e-9, abs=1e-12)
    places = {str(one["id"]): place for place, one in enumerate(documents)}
    for (first, high), (second, low) in pairwise(hits):
        assert high > low or (high == low and places[first] < places[second])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ByIndex:
    return ByIndex(tmp_path_factory.mktemp("oracle"))


@given(query=queries(), options=OPTIONS)
@settings(max_examples=dose(200), deadline=None, suppress_health_check=list(HealthCheck))
def test_in_the_sample_archive(index: ByIndex, query: str, options: dict[str, Any]) -> None:
    compare(index, ORACLE, SAMPLE, query, options)


@given(documents=records(), query=st.lists(queries(), min_size=1, max_size=8), options=OPTIONS)
@settings(max_examples=dose(40), deadline=None, suppress_health_check=list(HealthCheck))
def test_in_any_archive(
    documents: Records, query: list[str], options: dict[str, Any], tmp_path: Path
) -> None:
    index, oracle = ByIndex(tmp_path / str(len(list(tmp_path.iterdir())))), ByOracle()
    for one in query:
        compare(index, oracle, documents, one, options)
        for field, by in FACETS:
            assert index.facet(documents, one, field, by) == oracle.facet(documents, one, field, by)

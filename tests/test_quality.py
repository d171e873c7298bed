"""Does quality="best" give what a brute-force rescoring of the plain ranking gives, on every page and in every explanation?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import Records
from doses import dose
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from naive_query import NaiveArchive
from naive_rescoring import NaiveRescoring, near, side_by_side
from phrase_archive import Archive, exact
from query_strings import queries, records

import searchlib
from searchlib import Definition, Field, Index
from searchlib.definitions import NEWS
from searchlib.ranking import rescoring
from searchlib.ranking._occurrences import BUILDS
from searchlib.ranking._proximity import Feature, frequencies, gains
from searchlib.storage._deadline import Deadline

SAMPLE: Records = [
    json.loads(line)
    for line in Path(__file__).parents[1].joinpath("indexes", "sample.jsonl").read_text("utf-8").splitlines()
]
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "match": st.sampled_from(["any", "all", 2, "75%"]),
        "lang": st.sampled_from(["ru", ["ru", "en"]]),
        "since": st.sampled_from(["2024-06", "2024-06-06"]),
    },
)


def built(folder: Path, documents: Records, definition: Definition = NEWS, parts: int = 2) -> Index:
    """An index of several segments."""
    # the oracle knows of nothing that stands in for a word
    index = Index.create(folder, replace(definition, names=False, acronyms=False))
    size = -(-len(documents) // parts) or 1
    for start in range(0, len(documents), size):
        with index.writer() as writer:
            for document in documents[start : start + size]:
                writer.add(document)
    return index


def of_texts(folder: Path, *texts: str) -> Index:
    definition = Definition((Field("title", "text", 2.0), Field("text", "text")))
    return built(folder, [{"id": str(i), "text": text} for i, text in enumerate(texts)], definition)


def hits(index: Index, query: str, **options: Any) -> list[tuple[str, float]]:
    found = index.search(query, **{"limit": 1000, "quality": "best", "sort": "relevance", **options})
    return [(hit.id, hit.score) for hit in found]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with built(tmp_path_factory.mktemp("quality") / "index", SAMPLE, parts=3) as index:
        yield index


def compare(index: Index, archive: NaiveArchive, query: str, depth: int, options: dict[str, Any]) -> None:
    plain, expected = NaiveRescoring(archive, depth).search(query, **options)
    if depth < len(plain):  # which of two equal ones is rescored must not depend on rounding
        inside, outside = plain[depth - 1][1], plain[depth][1]
        assume(inside == 0 or inside - outside > 1e-9)
    found = hits(index, query, **options)
    assert dict(found) == pytest.approx(dict(expected), rel=1e-9, abs=1e-12)
    places = {document.id: place for place, document in enumerate(archive.documents)}
    for (first, high), (second, low) in pairwise(found):
        assert high > low or (high == low and places[first] < places[second])


SAMPLE_ARCHIVE = NaiveArchive(SAMPLE)


@given(query=queries(), depth=st.sampled_from([1, 3, 10, 300]), options=OPTIONS)
@settings(max_examples=dose(120), deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_a_rescoring_of_the_plain_ranking(
    sample: Index, query: str, depth: int, options: dict[str, Any]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescoring, "DEPTH", depth)
        compare(sample, SAMPLE_ARCHIVE, query, depth, options)


@given(documents=records(), asked=st.lists(queries(), min_size=1, max_size=6), options=OPTIONS)
@settings(max_examples=dose(30), deadline=None, suppress_health_check=list(HealthCheck))
def test_in_any_archive(
    documents: Records, asked: list[str], options: dict[str, Any], tmp_path: Path
) -> None:
    archive = NaiveArchive(documents)
    with built(tmp_path / str(len(list(tmp_path.iterdir()))), documents) as index:
        for query in asked:
            compare(index, archive, query, rescoring.DEPTH, options)


@given(
    query=queries(),
    depth=st.sampled_from([2, 5, 300]),
    size=st.integers(1, 7),
    recency=st.sampled_from([None, 90.0]),
)
@settings(max_examples=dose(40), deadline=None, suppress_health_check=list(HealthCheck))
def test_pages_are_cut_from_one_ranking(
    sample: Index, query: str, depth: int, size: int, recency: float | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescoring, "DEPTH", depth)
        whole = hits(sample, query, recency=recency)
        by_offset = [
            hit
            for start in range(0, len(whole), size)
            for hit in hits(sample, query, recency=recency, offset=start, limit=size)
        ]
        assert by_offset == whole
        by_cursor: list[tuple[str, float]] = []
        cursor: str | None = None
        while True:
            page = sample.search(
                query, quality="best", sort="relevance", recency=recency, limit=size, after=cursor
            )
            by_cursor += [(hit.id, hit.score) for hit in page]
            if not page:
                break
            cursor = page.cursor
        assert by_cursor == whole


@given(query=queries(), depth=st.sampled_from([2, 300]), recency=st.sampled_from([None, 90.0]))
@settings(max_examples=dose(30), deadline=None, suppress_health_check=list(HealthCheck))
def test_the_score_explained_is_the_score(
    sample: Index, query: str, depth: int, recency: float | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescoring, "DEPTH", depth)
        found = sample.search(
            query, quality="best", sort="relevance", recency=recency, limit=10, explain=True
        )
        for hit in found:
            assert hit.explanation is not None
            assert hit.explanation.value == pytest.approx(hit.score, rel=1e-12, abs=1e-12)
            alone = sample.explain(hit.id, query, quality="best", sort="relevance", recency=recency)
            assert alone == hit.explanation


# --- by example ---


def test_words_side_by_side_come_first(tmp_path: Path) -> None:
    index = of_texts(
        tmp_path / "index",
        "security one two three four five six seven eight collective",
        "collective one two three four five six security seven eight",
        "one two collective security three four five six seven eight",
        "one two three four five six seven eight security collective",
    )
    assert [id for id, _ in hits(index, "collective security", quality="fast")] == list("0123")
    best = dict(hits(index, "collective security"))
    assert best["2"] > best["3"] == best["1"] > best["0"]  # side by side; within eight words; neither
    assert [id for id, _ in hits(index, "collective security")] == ["2", "1", "3", "0"]


def test_stop_words_of_the_query_are_no_neighbours(tmp_path: Path) -> None:
    index = of_texts(tmp_path / "index", "a treaty, then a fish, then a war", "a treaty war, then a fish")
    assert [id for id, _ in hits(index, "treaty of the war")] == ["1", "0"]


def test_russian_words_are_near_in_any_inflection_and_have_no_form_of_their_own(tmp_path: Path) -> None:
    index = of_texts(
        tmp_path / "index",
        "главами были государства, и сказали об этом, и спорили, и решили, и подписали",
        "глав было много, и сказали об этом, и спорили, и решили, и подписали, а государств мало",
        "главам государств сказали об этом, и спорили, и решили, и подписали, и были",
    )
    assert hits(index, "глава государство")[0][0] == "2"
    plain = dict(hits(index, "глав", quality="fast"))
    assert dict(hits(index, "глав")) == plain


def test_an_english_word_counts_more_in_the_form_that_was_asked(tmp_path: Path) -> None:
    index = of_texts(tmp_path / "index", "the union of workers", "the unions of workers", "nothing else")
    assert [id for id, _ in hits(index, "unions", quality="fast")] == ["0", "1"]
    assert [id for id, _ in hits(index, "unions")] == ["1", "0"]
    assert [id for id, _ in hits(index, "union")] == ["0", "1"]


@pytest.mark.parametrize(
    "query",
    ['collective "security"', "collective =security", "collective OR secur*", "collective title:security",
     "(collective AND matter) OR security", "collective ANDMAYBE security"],
)  # fmt: skip
def test_what_is_not_side_by_side_in_the_query_is_no_pair(tmp_path: Path, query: str) -> None:
    padding = "x " * 9
    index = of_texts(
        tmp_path / "index",
        f"collective matter security {padding}",
        f"security {padding} collective matter",
    )
    near_by, apart = (dict(hits(index, query))[id] for id in "01")
    assert near_by == apart


def test_it_changes_neither_what_is_found_nor_its_counts(sample: Index) -> None:
    for query in ("саммит глав государств", "+summit security -water", "lang:ru саммит"):
        fast, best = (sample.search(query, quality=quality, limit=1000) for quality in ("fast", "best"))
        assert sorted(fast.ids) == sorted(best.ids)
        assert fast.total == best.total
        assert fast.facet("date", "month") == best.facet("date", "month")


def test_a_filter_leaves_scores_as_they_are(sample: Index) -> None:
    everywhere = dict(hits(sample, "саммит глав государств"))
    for id, score in hits(sample, "саммит глав государств", since="2024-06"):
        assert score == everywhere[id]


def test_another_order_knows_no_quality(sample: Index) -> None:
    for options in ({"sort": "newest"}, {"sort": None}):
        query = "lang:ru" if options["sort"] is None else "саммит глав"
        fast, best = (sample.search(query, quality=quality, **options) for quality in ("fast", "best"))
        assert [(hit.id, hit.score) for hit in fast] == [(hit.id, hit.score) for hit in best]


def test_a_document_that_is_not_rescored_says_so(sample: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescoring, "DEPTH", 2)
    found = sample.search("саммит глав государств", quality="best", explain=True)
    assert "side by side" in str(found[0].explanation)
    assert "side by side" not in str(found[2].explanation)
    assert "is not among the first" in str(found[2].explanation)


def test_deleted_documents_are_not_rescored(tmp_path: Path) -> None:
    index = of_texts(tmp_path / "index", "collective security", "collective farms and security", "security")
    with index.writer() as writer:
        writer.delete("0")
    assert [id for id, _ in hits(index, "collective security")] == ["1", "2"]


def test_when_time_runs_out_the_plain_ranking_stands(sample: Index) -> None:
    found = sample.search("саммит глав государств", quality="best", timeout_ms=1e-6)
    assert found.timed_out
    index_of = sample.search("саммит", quality="fast")._found
    searcher = index_of.searcher  # type: ignore[attr-defined]
    deadline = Deadline(1e-6)
    assert gains(searcher, [("саммит",)], [Feature("form", 0, 0, 1.0)], [(1.0, 0, 0)], deadline) is None


def test_there_are_two_qualities(sample: Index) -> None:
    with pytest.raises(ValueError, match="quality is 'fast' or 'best', not 'good'"):
        sample.search("саммит", quality="good")
    assert searchlib.Index.search.__kwdefaults__ is not None
    assert searchlib.Index.search.__kwdefaults__["quality"] == "fast"


# --- frequencies, by a plain reading of the texts ---

LETTERS = st.text("abcz", min_size=1, max_size=2)
TEXT = st.lists(LETTERS, max_size=30).map(" ".join)


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[list[tuple[str, ...]]], list[float]]:
    fields = draw(st.integers(1, 3))
    document = st.tuples(*[TEXT] * fields)
    parts = draw(st.lists(st.lists(document, min_size=1, max_size=8), min_size=1, max_size=2))
    return parts, draw(st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=fields, max_size=fields))


def check(archive: Archive, slots: list[Any], features: list[Feature]) -> None:
    searcher = archive.searcher()
    native: list[Any] = [archive.slot(slot) for slot in slots]
    documents = archive.oracle.corpus
    for segment, start in enumerate(archive.starts):
        count = archive.segments[segment].file.documents
        for build in BUILDS:
            rows = frequencies(searcher, native, features, segment, list(range(count)), build=build)
            for doc, row in enumerate(rows):
                expected = [expectation(archive, documents[start + doc], slots, one) for one in features]
                assert list(row) == expected
        some = list(range(1, count, 3))
        assert frequencies(searcher, native, features, segment, some) == [rows[doc] for doc in some]


def expectation(archive: Archive, document: Any, slots: list[Any], feature: Feature) -> float:
    tf = 0.0
    for field, (weight, tokens) in enumerate(zip(archive.weights, document, strict=True)):
        if not feature.fields or feature.fields >> field & 1:
            first, second = (
                archive.oracle.places(
                    tokens, slots[number] if not isinstance(slots[number], tuple) else exact_or(slots[number])
                )
                for number in (feature.first, feature.second)
            )
            count = {
                "form": len(first),
                "ordered": side_by_side(first, second),
                "unordered": near(first, second),
            }
            tf += weight * count[feature.kind]
    return tf


def exact_or(words: tuple[str, ...]) -> Any:
    slot = exact(*words)
    return type(slot)(slot.words)


SLOTS: list[Any] = [("a",), ("b",), ("a", "c"), exact("ab"), exact("b"), ("nowhere",)]
FEATURES = [
    Feature("form", 3, 3, 1.0),
    Feature("form", 4, 4, 1.0, 1),
    *(Feature(kind, first, second, 1.0) for kind in ("ordered", "unordered") for first in (0, 1, 2) for second in (0, 1, 2)),
    Feature("ordered", 0, 1, 1.0, 1),
    Feature("unordered", 2, 5, 1.0),
]  # fmt: skip


@given(archives())
@settings(max_examples=dose(30), deadline=None, suppress_health_check=list(HealthCheck))
def test_frequencies(tmp_path: Path, made: tuple[list[list[tuple[str, ...]]], list[float]]) -> None:
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    folder.mkdir()
    check(Archive(folder, *made), SLOTS, FEATURES)


def test_frequencies_in_lists_of_many_blocks_and_in_bitmaps(tmp_path: Path) -> None:
    texts = [
        ("a b" if doc % 3 == 0 else "x", "ab a " * (doc % 7) + "b " * (doc % 2) + "c a" * (doc % 11 == 0))
        for doc in range(3000)
    ]
    check(Archive(tmp_path, [texts], [2.0, 1.0]), SLOTS, FEATURES)

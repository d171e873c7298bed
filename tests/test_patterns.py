"""Are patterns and misspelt words answered that stand for very many words, within their time, and marked in texts?"""

from __future__ import annotations

import math
from time import perf_counter

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_forms import errors, fits

from searchlib import Definition, Field, Index, QueryError
from searchlib.ranking import lexicon
from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormQuery, FormSet

DOCUMENTS, WORDS = 40, 900  # 36,000 words that are all different


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index.create(
        tmp_path_factory.mktemp("patterns") / "index",
        Definition((Field("title", "text", 2.0), Field("text", "text"))),
    )
    with index.writer() as writer:
        for number in range(DOCUMENTS):
            words = [f"w{number * WORDS + at:05}" for at in range(WORDS - 3 * number)]
            writer.add({"id": str(number), "title": f"t{number}", "text": " ".join(words)})
    return index


def test_a_pattern_that_fits_tens_of_thousands_of_words(index: Index) -> None:
    results = index.search("w*", limit=DOCUMENTS)
    assert results.total == DOCUMENTS
    lengths = [WORDS - 3 * number + 2.0 for number in range(DOCUMENTS)]  # the title counts twice
    average = sum(lengths) / DOCUMENTS
    idf = math.log(1 + 0.5 / (DOCUMENTS + 0.5))
    expected = {
        str(number): idf * (tf := length - 2) / (tf + 1.2 * (1 - 0.55 + 0.55 * length / average))
        for number, length in enumerate(lengths)
    }
    assert {hit.id: hit.score for hit in results} == pytest.approx(expected, rel=1e-12)
    assert [hit.id for hit in results] == sorted(expected, key=lambda one: (-expected[one], int(one)))
    assert index.search("*w?*", limit=3).ids == results.ids[:3]
    assert index.search("w* AND t7").ids == ["7"]
    assert index.search("w* -t7").total == DOCUMENTS - 1


def test_words_of_a_pattern_are_marked_without_a_list_of_all(index: Index) -> None:
    index = _stored(index)
    for query, marked in (
        ("w*", {"words", "w00000", "w01"}),
        ("w000*", {"w00000"}),
        ("wo1~1", {"w01"}),
        ("=words", {"words"}),
        ("w?1", {"w01"}),
    ):
        found = index.search(query)[0].snippet
        assert {found.text[start:end] for start, end in found.marks} == marked


def _stored(index: Index) -> Index:
    stored = Index.create(index.path.parent / "stored")
    with stored.writer() as writer:
        writer.add({"id": "1", "title": "", "text": "some words: w00000 and w01"})
        writer.add({"id": "2", "title": "", "text": "other things"})
    return stored


def test_more_words_than_may_fit_are_an_error_that_says_where(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "MOST_FORMS", 5)
    for query, position, message in (
        ("w*", 0, r"'w\*' fits more than 5 words"),
        ("t1 w0*", 3, r"'w0\*' fits more than 5 words"),
        ("w00000~1", 0, "more than 5 words are spelt nearly like 'w00000'"),
    ):
        with pytest.raises(QueryError, match=message) as error:
            index.search(query)
        assert error.value.position == position
    assert index.search("w00000*").total == 1


def test_time_is_kept_while_words_are_looked_for(index: Index) -> None:
    for query in ("w*", "*w*", "w00000~2", "*9"):
        began = perf_counter()
        results = index.search(query, timeout_ms=0.01)
        assert results.timed_out
        assert perf_counter() - began < 1
    assert not index.search("*9", timeout_ms=60_000).timed_out


@pytest.mark.parametrize("interrupted", [0, 1, 2, 7, 40, 90])
def test_the_table_of_forms_is_made_in_as_many_steps_as_there_is_time_for(
    index: Index, interrupted: int
) -> None:
    file = Index.open(index.path)._open_ranker().snapshot.segments[0].file
    query = FormQuery.matching("*77")
    for _ in range(interrupted):  # a step is of a thousand forms
        deadline = Deadline(0)
        assert FormSet.fitting(file, query, 10_000, deadline).forms == []
        assert deadline.passed
    numbers = [number * WORDS + at for number in range(DOCUMENTS) for at in range(WORDS - 3 * number)]
    found = FormSet.fitting(file, query, 10_000, Deadline(60_000))
    assert found.forms == [f"w{number:05}" for number in numbers if number % 100 == 77]
    assert len(FormSet.fitting(file, FormQuery.near("w00077", 1, 0), 10_000).forms) == 1 + len(
        [number for number in numbers if errors("w00077", f"w{number:05}") == 1]
    )


WORD = st.text("abвя字é-", max_size=7)


@settings(max_examples=dose(400), deadline=None)
@given(WORD, st.text("abвя字é*?-", max_size=7), st.integers(0, 2), st.integers(0, 3))
def test_which_words_are_looked_for(word: str, asked: str, distance: int, prefix: int) -> None:
    assert (word in FormQuery.matching(asked)) == fits(asked, word)
    near = asked.replace("*", "").replace("?", "")
    expected = word[:prefix] == near[:prefix] and errors(near, word) <= distance
    if len(near) < prefix:  # a letter more would be one that should be right
        expected = word == near
    assert (word in FormQuery.near(near, distance, prefix)) == expected


def test_what_is_no_word_is_not_looked_for() -> None:
    for query in (FormQuery(), FormQuery.matching("*"), FormQuery.near("a", 2, 0)):
        assert 7 not in query
        assert "a" * 600 not in query
    assert "a" not in FormQuery()
    assert "" in FormQuery.matching("*")
    assert "aa" not in FormQuery.matching("a" * 5000)

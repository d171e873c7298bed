"""What is made of a cluster's answers about words, and what is asked of it in which order? Without a cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import Definition, Field, QueryError
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.remote import sampling
from searchlib.remote.figures import Counting, Figures
from searchlib.remote.sampling import Sample, last_with
from searchlib.remote.vocabulary import RemoteWords
from searchlib.vocabulary.likelihoods import costs, likeliest

DEFINITION = Definition((Field("title", "text"), Field("text", "text"), Field("date", "date")))
TEXTS = ["Саммит и самолёт", "Самовар на саммите", "Город", "самовары, Самовар", "summit"]


class Answers:
    """A cluster of some texts, the last one first: it counts, samples and suggests, and keeps what it was asked."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.asked: list[list[dict[str, Any]]] = []

    def msearch(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        self.asked.append(list(bodies))
        return [self._answer(body) for body in bodies]

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if "aggs" in body:
            told: dict[str, Any] = {name: {"value": None} for name in body["aggs"]}
            return {"aggregations": told, "hits": {"total": {"value": len(self.texts)}}}
        if "suggest" in body:
            options = [{"text": "саммит", "freq": 7}, {"text": "summit", "freq": 900}]
            return {
                "suggest": {"0": [{"options": options}], "1": [{"options": [{"text": "саммит", "freq": 9}]}]}
            }
        if body["size"]:
            return {"hits": {"hits": [hit(text, number) for number, text in enumerate(self.texts)]}}
        return {"hits": {"total": {"value": 5}}}


def hit(text: str, number: int = 0, date: int | None = None) -> dict[str, Any]:
    source: dict[str, Any] = {"stored": {"text": text, "title": None}}
    if date is not None:
        source["date"] = date
    return {"_source": source, "sort": [number]}


def words_of(answers: Answers, definition: Definition = DEFINITION) -> tuple[Counting, RemoteWords]:
    counting = Counting(Figures.ask(answers, definition))
    answers.asked.clear()
    analyzer = Analyzer(("en", "ru"))
    return counting, RemoteWords(definition, counting, lambda form: Analysis(*analyzer.analyze(form)))


def again(counting: Counting, words: RemoteWords) -> RemoteWords:
    return RemoteWords(DEFINITION, counting, words.analyze)


@given(
    st.lists(st.tuples(st.text("абв ", max_size=9), st.none() | st.integers(0, 9)), max_size=8),
    st.text("аб", max_size=2),
)
def test_a_sample_by_the_book(documents: list[tuple[str, int | None]], beginning: str) -> None:
    answer = {"hits": {"hits": [hit(text, 0, date) for text, date in documents]}}
    sample = Sample.of(["title", "text"], beginning, answer)
    forms = [{token[0] for token in tokenize(text)} for text, _ in documents]
    begun = {form for own in forms for form in own if form.startswith(beginning)}
    counts = {form: sum(form in own for own in forms) for form in begun}
    assert list(sample.forms(beginning)) == sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    assert sample.whole and sample.is_enough(beginning)
    for form in begun:
        dates = [date for own, (_, date) in zip(forms, documents, strict=True) if form in own][:2]
        assert sample.last_date([form], 2) == max((date for date in dates if date is not None), default=None)


def test_documents_that_were_not_chosen_are_enough_when_many_have_a_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sampling, "_SAMPLED", len(TEXTS))
    monkeypatch.setattr(sampling, "_ENOUGH", 3)
    sample = Sample.of(["text"], "", {"hits": {"hits": [hit(text) for text in TEXTS]}})
    assert not sample.whole
    assert sample.is_enough("са")
    assert not sample.is_enough("сам0") and not sample.is_enough("го")


@given(
    st.lists(st.tuples(st.text("абвé", min_size=1, max_size=5), st.integers(1, 9)), max_size=9),
    st.text("абв", min_size=1, max_size=5),
    st.integers(1, 4),
)
def test_the_likeliest_of_some_forms(forms: list[tuple[str, int]], typed: str, most: int) -> None:
    weights = sorted((math.log(n) - costs().of(typed, form) for form, n in forms), reverse=True)
    found = likeliest(forms, typed, most)
    assert [math.log(n) - cost for _, n, cost in found] == pytest.approx(weights[:most])
    assert all((form, n) in forms for form, n, _ in found)


def test_words_that_are_too_long_are_not_compared() -> None:
    assert likeliest([("а" * 65, 3), ("аб", 3)], "аа", 5) == [("аб", 3, costs().of("аа", "аб"))]
    assert likeliest([("аб", 3)], "а" * 65, 5) == []


def test_two_errors_are_looked_for_when_one_is_known_not_to_be_it() -> None:
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    assert words.near("саммт", 6) == [] == words.farther("саммт", 6)
    counting.ask(answers, answers)
    ((body,),) = answers.asked
    assert {one["term"]["max_edits"] for one in body["suggest"].values()} == {1}
    (found,) = again(counting, words).near("саммт", 6)
    assert (found.form, found.documents) == (
        "саммит",
        9,
    )  # of letters of the form's alphabet, where most have it
    assert again(counting, words).farther("саммт", 6) == []
    assert counting


def test_a_word_that_is_not_counted_yet_may_be_right() -> None:
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    assert words.documents("саммит") > 1_000_000
    counting.ask(answers, answers)
    assert again(counting, words).documents("саммит") == 5
    assert not counting


def test_a_beginning_is_sampled_before_the_other_layout_is() -> None:
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    assert [*words.continued("самов", 9)] == [*words.continued("cfvjd", 9)] == []
    counting.ask(answers, answers)
    assert answers.asked == [[last_with(["title", "text"], "самов")]]
    words = again(counting, words)
    assert [*words.continued("самов", 9)] == [("самовар", 2, "самовар"), ("самовары", 1, "самовар")]
    assert not counting, "there are no other documents, so that these need not be counted"


def test_short_beginnings_share_a_sample() -> None:
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    for beginning, forms in (("са", {"саммит", "самолет", "самовар"}), ("г", {"город"}), ("s", {"summit"})):
        if not [*words.continued(beginning, 3)]:
            counting.ask(answers, answers)
            words = again(counting, words)
        assert forms <= {form for form, _, _ in words.continued(beginning, 9)}
    assert answers.asked == [[last_with(["title", "text"], "")]]


def test_a_sample_of_some_documents_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_SAMPLED", len(TEXTS))
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    assert [*words.continued("самов", 9)] == []
    counting.ask(answers, answers)
    assert [n for _, n, _ in again(counting, words).continued("самов", 9)] == [2, 1]
    counting.ask(answers, answers)
    assert [n for _, n, _ in again(counting, words).continued("самов", 9)] == [5, 5]
    assert len(answers.asked[1]) == 2
    assert not counting


def test_texts_that_are_not_stored() -> None:
    unread = Definition((Field("text", "text", stored=False),))
    _, words = words_of(Answers([]), unread)
    with pytest.raises(QueryError, match=r"no text is stored in this index; .*stored = true"):
        list(words.continued("са", 9))


def test_what_an_answer_says_is_read_once() -> None:
    answers = Answers(TEXTS)
    counting, words = words_of(answers)
    assert words.stored("саммит") == {}
    counting.ask(answers, answers)
    for _ in range(2):
        assert again(counting, words).stored("саммит") == {"text": TEXTS[0]}
        assert list(again(counting, words).last_documents("саммит")) == ["саммит"]
    assert len(answers.asked) == 1

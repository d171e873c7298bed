"""Are the questions of the benchmark always the same, about the archive, and are answers compared rightly?"""

from __future__ import annotations

import pytest

from benchmarks.answering import Answer
from benchmarks.classes import Classes, Question, folded
from benchmarks.corpus import Archive, Article
from benchmarks.questions import Run, Times, agreement, asked, lines

SEED, DOCUMENTS, COUNT = 7, 150, 24


@pytest.fixture(scope="module")
def questions() -> dict[str, list[Question]]:
    return Classes(SEED, DOCUMENTS).questions(COUNT)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return list(Archive(SEED).articles(DOCUMENTS))


def test_the_same_seed_asks_the_same(questions: dict[str, list[Question]]) -> None:
    assert Classes(SEED, DOCUMENTS).questions(COUNT) == questions
    assert Classes(SEED + 1, DOCUMENTS).questions(COUNT) != questions


def test_every_class_is_full_and_in_both_languages(questions: dict[str, list[Question]]) -> None:
    for asked_ in questions.values():
        assert len(asked_) == COUNT
        assert {question.language for question in asked_} == {"en", "ru"}


@pytest.mark.parametrize("words", [2, 3])
def test_phrases_stand_in_the_archive(
    words: int, questions: dict[str, list[Question]], articles: list[Article]
) -> None:
    spaced = [folded(article["text"]).translate({ord("."): " ", ord(","): " "}) for article in articles]
    texts = [f" {' '.join(text.split())} " for text in spaced]
    for question in questions[f"phrase of {words}"]:
        assert len(question.words) == words
        assert any(f" {' '.join(question.words)} " in text for text in texts)


def test_words_of_an_and_stand_in_one_document(
    questions: dict[str, list[Question]], articles: list[Article]
) -> None:
    texts = [folded(article["text"]) for article in articles]
    for question in questions["AND of 2"] + questions["AND of 3"]:
        assert any(all(word in text for word in question.words) for text in texts)


def test_prefixes_and_fuzzy_words(questions: dict[str, list[Question]]) -> None:
    lengths = {len(question.words[0]) for question in questions["prefix of 3 to 6 letters"]}
    assert lengths == {3, 4, 5, 6}
    assert all(len(question.words) == 1 for question in questions["fuzzy, one letter"])


class Engine:
    """Answers with the ids and the total it was given, and notes what it was asked."""

    def __init__(self, ids: list[str], total: int) -> None:
        self.ids, self.total, self.asked = ids, total, 0

    def __call__(self, question: Question) -> Answer:
        self.asked += 1
        return Answer(total=self.total) if question.wanted == "total" else Answer(ids=self.ids)


def test_every_engine_is_asked_as_often_and_compared_with_searchlib() -> None:
    ours, theirs = Engine(["a", "b"], 2), Engine(["b", "c", "d", "e"], 4)
    runs = asked({"searchlib": ours, "tantivy": theirs}, [Question("en", ("word",))] * 3, 2)
    assert ours.asked == theirs.asked == 3 * (1 + 1 + 2)
    (line,) = lines("bag", runs, 100)
    assert (line.engine, line.questions, line.found, line.each, line.goal) == ("tantivy", 3, 1.0, 4.0, 1.0)
    assert line.agreement is not None
    assert (line.agreement.same_total, line.agreement.matches, line.agreement.same_ten) == (0.0, 0.5, 0.25)


def test_facets_agree_by_the_counts_they_share() -> None:
    times = Times(1.0, 1.0, 1.0)
    ours = Run(times, [Answer(total=4, counts={"x": 3, "y": 1})], [4])
    theirs = Run(times, [Answer(total=4, counts={"x": 2, "z": 2})], [4])
    assert agreement(ours, theirs).same_ten == 2 / 6


@pytest.mark.parametrize(("mean", "p99", "reached"), [(1.0, 2.0, True), (1.1, 2.0, False), (1.0, 2.1, False)])
def test_a_goal_is_reached_by_mean_and_p99(mean: float, p99: float, *, reached: bool) -> None:
    ours = Run(Times(mean, 1.0, p99), [Answer(ids=["a"])], [1])
    theirs = Run(Times(1.0, 1.0, 2.0), [Answer(ids=["a"])], [1])
    (line,) = lines("bag", {"searchlib": ours, "tantivy": theirs}, 100)
    assert line.reached is reached

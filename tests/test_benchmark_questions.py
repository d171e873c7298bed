"""Are the questions of the benchmark always the same, about the archive, and are answers compared rightly?"""

from __future__ import annotations

from math import exp, sqrt

import pytest

from benchmarks.corpora.archive import Archive, Article
from benchmarks.corpora.questions import Classes, Question, folded
from benchmarks.engines.engine import Answer
from benchmarks.engines.terms import Terms
from benchmarks.measures.figures import Figure, paired, percentile, unpaired
from benchmarks.measures.latency import ROUNDS, Run, agreement, asked, figures
from searchlib.language import Analyzer

SEED, DOCUMENTS, COUNT = 7, 150, 24


@pytest.fixture(scope="module")
def questions() -> dict[str, list[Question]]:
    return Classes(Archive(SEED), DOCUMENTS).questions(COUNT)


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return list(Archive(SEED).articles(DOCUMENTS))


def test_the_same_seed_asks_the_same(questions: dict[str, list[Question]]) -> None:
    assert Classes(Archive(SEED), DOCUMENTS).questions(COUNT) == questions
    assert Classes(Archive(SEED + 1), DOCUMENTS).questions(COUNT) != questions


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

    def __init__(self, ids: list[str], total: int, seconds: float | None = None) -> None:
        self.ids, self.total, self.seconds, self.asked = ids, total, seconds, 0

    def __call__(self, question: Question) -> Answer:
        self.asked += 1
        if question.wanted == "total":
            return Answer(total=self.total)
        return Answer(ids=self.ids, seconds=self.seconds)


def test_every_engine_is_asked_as_often_and_compared_with_searchlib() -> None:
    asks = {"searchlib": Engine(["a", "b"], 2), "tantivy": Engine(["b", "c", "d", "e"], 4)}
    questions = [Question("en", ("word",))] * 3
    runs = asked(dict(asks), questions, 2, 60.0)
    assert asks["searchlib"].asked == asks["tantivy"].asked == 3 * (2 + 2 * ROUNDS)
    assert [len(times) for times in runs["tantivy"].times] == [3, 3]
    found = agreement("news", "bag", "tantivy", dict(asks), questions, runs, counts=True)
    assert (found.same_total, found.matches, found.same_top) == (0.0, 0.5, 0.25)


def test_the_time_an_engine_tells_counts_instead_of_the_clock() -> None:
    runs = asked({"Lucene": Engine(["a"], 1, 0.25)}, [Question("en", ("word",))] * 2, 1, 60.0)
    assert runs["Lucene"].times == [[250.0, 250.0]]
    means = [figure for figure in figures("news", "bag", runs) if figure.quantity == "mean"]
    assert [(figure.engine, figure.value) for figure in means] == [("Lucene", 250.0)]


def test_a_slow_engine_is_asked_less_and_compared_on_that() -> None:
    asks = {"searchlib": Engine(["a"], 1, 0.001), "slow": Engine(["a"], 1)}
    questions = [Question("en", ("word",))] * 40
    runs = asked(dict(asks), questions, 1, 0.0)
    assert {name: len(run.answers) for name, run in runs.items()} == {"searchlib": 10, "slow": 10}
    runs["searchlib"] = Run([Answer()] * 20, [[1.0] * 10 + [3.0] * 10])
    means = {(f.subject, f.engine): f.value for f in figures("news", "bag", runs) if f.quantity == "mean"}
    assert means["bag", "searchlib"] == 2.0
    assert means["bag, the first 10", "searchlib"] == 1.0


def test_facets_agree_by_the_counts_they_share() -> None:
    ours = Run([Answer(total=4, counts={"x": 3, "y": 1})], [[1.0]])
    theirs = Run([Answer(total=4, counts={"x": 2, "z": 2})], [[1.0]])
    runs = {"searchlib": ours, "tantivy": theirs}
    asks = {name: Engine([], 4) for name in runs}
    found = agreement(
        "news", "facets", "tantivy", dict(asks), [Question("en", ("word",))], runs, counts=False
    )
    assert (found.same_total, found.same_top) == (None, 2 / 6)


def figure(*values: float) -> Figure:
    return Figure("latency", "news", "bag", "x", "mean", "ms", values)


def test_a_ratio_of_pairs_does_not_feel_what_falls_on_both() -> None:
    pytest.importorskip("scipy", reason="scipy is not installed: pip install --editable '.[bench]'")
    ratio = paired(figure(1.0, 2.0, 4.0), figure(2.0, 4.0, 8.0))
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.5, 0.5, 0.5))
    noisy = unpaired(figure(1.0, 2.0, 4.0), figure(2.0, 4.0, 8.0))
    assert noisy.value == pytest.approx(0.5)
    assert noisy.low is not None and noisy.high is not None
    assert noisy.low < 0.25 and noisy.high > 1.0


def test_the_interval_is_that_of_a_t_test() -> None:
    pytest.importorskip("scipy", reason="scipy is not installed: pip install --editable '.[bench]'")
    # t of 0.975 with 2 degrees of freedom is 4.3027: logarithms -1, 0, 1 have a standard error of 1 / sqrt(3)
    ratio = paired(figure(exp(-1), 1.0, exp(1)), figure(1.0, 1.0, 1.0))
    assert ratio.high == pytest.approx(exp(4.3027 / sqrt(3)), rel=1e-4)
    assert paired(figure(3.0), figure(2.0)).low is None


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile([3.0, 1.0, 2.0, 4.0], share) for share in (0, 50, 75, 99.9)] == [1.0, 2.0, 3.0, 4.0]


def test_terms_stay_whole_and_are_not_analysed_again() -> None:
    terms = Terms()
    found = terms.of("Тасмагамбетова и the well-known leaders' 12.5% of 117 477 U.S. саммитов")
    analyzer = Analyzer()
    assert [token.form for token in analyzer.tokens(" ".join(found))] == found
    assert all(analyzer.analyze(term) == ((term,), False) for term in found)
    assert terms.of("саммите leader") == terms.of("саммитов leaders")
    assert terms.of("и the") == []

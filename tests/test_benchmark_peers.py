"""Do the peers of the benchmark answer as they should: the same best ten by BM25, the same totals, nothing they claim falsely?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from itertools import pairwise
from math import log
from typing import Any, get_args

import pytest

from benchmarks.corpora.archive import Archive, Article
from benchmarks.corpora.questions import Classes, How, Question, folded
from benchmarks.engines import ENGINES, OURS
from benchmarks.engines.engine import K1, Ask, B
from benchmarks.engines.terms import Terms

SEED, DOCUMENTS, COUNT = 11, 200, 30
PEERS = ("SQLite FTS5", "bm25s", "PISA", "DuckDB")
ROBERTSON = ("SQLite FTS5", "PISA")  # engines whose idf gives a word of half the documents nothing
ONCE = ("DuckDB",)  # those to which a word asked twice is one word


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    terms = Terms()
    return [terms.article(article) for article in Archive(SEED).articles(DOCUMENTS)]


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    """Questions about any words, all words and phrases, in terms, and of single words, some of which nobody wrote."""
    terms = Terms()
    classes = Classes(Archive(SEED), DOCUMENTS).questions(COUNT)
    asked = [
        classes[name]
        for name in ("bag of 2 to 6 words", "AND of 2", "AND of 3", "phrase of 2", "phrase of 3")
    ]
    found = [question for group in asked for each in group if (question := terms.question(each))]
    single = [replace(question, words=question.words[:1], how="any") for question in found]
    unknown = [replace(question, words=(*question.words, "nobody7")) for question in found]
    twice = [replace(question, words=question.words * 2) for question in found if question.how != "phrase"]
    return [*found, *single, *unknown, *twice, Question("en", ("nobody7",))]


@pytest.fixture(scope="module", params=[OURS, *PEERS])
def opened(
    request: pytest.FixtureRequest, articles: list[Article], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Ask]:
    name: str = request.param
    if reason := ENGINES[name].missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("index") / "index"
    ENGINES[name].ready(articles, "terms")(folder)
    return name, ENGINES[name].open(folder, "terms")


class Oracle:
    """Which documents match, and what BM25 makes of them: every document is looked at."""

    def __init__(self, articles: list[Article]) -> None:
        self._texts = {article["id"]: f" {article['text']} " for article in articles}
        self._counts = {article["id"]: Counter(article["text"].split()) for article in articles}
        self._average = sum(counts.total() for counts in self._counts.values()) / len(articles)

    def matches(self, question: Question) -> set[str]:
        if question.how == "phrase":
            phrase = f" {' '.join(question.words)} "
            return {id_ for id_, text in self._texts.items() if phrase in text}
        among = any if question.how == "any" else all
        return {
            id_ for id_, counts in self._counts.items() if among(word in counts for word in question.words)
        }

    def scores(self, question: Question, engine: str) -> dict[str, float]:
        scores = dict.fromkeys(self.matches(question), 0.0)
        for word in set(question.words) if engine in ONCE else question.words:
            found = sum(word in counts for counts in self._counts.values())
            odds = (len(self._counts) - found + 0.5) / (found + 0.5)
            idf = max(log(odds), 1e-6) if engine in ROBERTSON else log(1 + odds)
            for id_ in scores:
                counts = self._counts[id_]
                norm = K1 * (1 - B + B * counts.total() / self._average)
                scores[id_] += idf * counts[word] * (K1 + 1) / (counts[word] + norm)
        return scores


@pytest.fixture(scope="module")
def oracle(articles: list[Article]) -> Oracle:
    return Oracle(articles)


def test_the_best_ten_are_those_of_bm25(
    opened: tuple[str, Ask], questions: list[Question], oracle: Oracle
) -> None:
    name, ask = opened
    asked = [
        question for question in questions if question.how != "phrase" and ENGINES[name].answers(question)
    ]
    assert len(asked) > COUNT
    for question in asked:
        scores = oracle.scores(question, name)
        ids = ask(question).ids
        assert len(set(ids)) == len(ids) == min(10, len(scores))
        best = sorted(scores.values(), reverse=True)[: len(ids)]
        assert [scores[id_] for id_ in ids] == pytest.approx(best, rel=1e-3, abs=1e-4), question


def test_the_best_ten_of_a_phrase_are_where_it_stands(
    opened: tuple[str, Ask], questions: list[Question], oracle: Oracle
) -> None:
    name, ask = opened
    for question in questions:
        if question.how == "phrase" and ENGINES[name].answers(question):
            matches = oracle.matches(question)
            ids = ask(question).ids
            assert len(set(ids)) == len(ids) == min(10, len(matches))
            assert matches.issuperset(ids)


def test_totals_are_counts_of_matches(
    opened: tuple[str, Ask], questions: list[Question], oracle: Oracle
) -> None:
    name, ask = opened
    for question in questions:
        counting = replace(question, wanted="total")
        if ENGINES[name].answers(counting):
            assert ask(counting).total == len(oracle.matches(question)), question


def test_what_an_engine_says_it_answers_it_answers(opened: tuple[str, Ask]) -> None:
    name, _ = opened
    expected: dict[str, set[str]] = {
        "SQLite FTS5": {"any", "all", "phrase", "prefix"},
        "bm25s": {"any"},
        "PISA": {"any", "all"},
        "DuckDB": {"any", "all"},
    }
    claimed = {how for how in get_args(How) if ENGINES[name].answers(Question("en", ("a7",), how))}
    assert claimed == expected.get(name, set(get_args(How)))
    if name in ("bm25s", "PISA", "DuckDB"):
        assert not ENGINES[name].answers(Question("en", ("a7",), wanted="newest"))
        for limit, _ in LIMITS[1:]:
            assert not ENGINES[name].answers(replace(Question("en", ("a7",)), **limit))


LIMITS: list[tuple[dict[str, Any], Callable[[Article], bool]]] = [
    ({}, lambda article: True),
    ({"lang": "ru"}, lambda article: article["id"].startswith("ru-")),
    ({"lang": "en"}, lambda article: article["id"].startswith("en-")),
    ({"source": "Меридиан"}, lambda article: article["source"] == "Меридиан"),
    ({"tag": "politics"}, lambda article: "politics" in article["tags"]),
    (
        {"since": "2016-03-01", "until": "2021-02-03", "tag": "sport"},
        lambda article: "2016-03-01" <= article["date"][:10] <= "2021-02-03" and "sport" in article["tags"],
    ),
]


@pytest.fixture(scope="module")
def texts() -> list[Article]:
    return list(Archive(SEED).articles(DOCUMENTS))


@pytest.fixture(scope="module")
def sqlite(texts: list[Article], tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """SQLite with its own analysis."""
    engine = ENGINES["SQLite FTS5"]
    if reason := engine.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("own") / "index"
    engine.ready(texts, "own")(folder)
    return engine.open(folder, "own")


def words_of(article: Article) -> set[str]:
    return set(re.findall(r"[^\W_]+", folded(f"{article['title']} {article['text']}")))


def russian_questions(texts: list[Article]) -> list[Question]:
    """Questions of Russian words, which SQLite does not stem, and of beginnings in both languages."""
    counts = Counter(
        word for article in texts for word in words_of(article) if re.fullmatch("[а-я]{4,}", word)
    )
    common = [word for word, _ in counts.most_common(12)]
    beginnings = [*(word[:4] for word in common), "polic", "the"]
    return [
        *(Question("ru", pair) for pair in pairwise(common)),
        *(Question("ru", pair, "all") for pair in pairwise(common)),
        *(Question("ru", (beginning,), "prefix") for beginning in beginnings),
    ]


def is_match(question: Question, article: Article) -> bool:
    words, asked = words_of(article), set(question.words)
    if question.how == "prefix":
        return any(word.startswith(question.words[0]) for word in words)
    return asked <= words if question.how == "all" else not asked.isdisjoint(words)


def test_sqlite_filters_counts_and_orders_whole_texts(sqlite: Ask, texts: list[Article]) -> None:
    by_id = {article["id"]: article for article in texts}
    for question in russian_questions(texts):
        matches = {id_ for id_, each in by_id.items() if is_match(question, each)}
        for limit, within in LIMITS:
            expected = {id_ for id_ in matches if within(by_id[id_])}
            asked = replace(question, **limit)
            assert sqlite(replace(asked, wanted="total")).total == len(expected)
            facets = sqlite(replace(asked, wanted="facets"))
            assert facets.counts == Counter(by_id[id_]["source"] for id_ in expected)
            assert facets.total == len(expected)
            best = sqlite(asked).ids
            assert len(set(best)) == len(best) == min(10, len(expected)) and expected.issuperset(best)
            newest = sqlite(replace(asked, wanted="newest")).ids
            assert len(set(newest)) == len(newest) and expected.issuperset(newest)
            dates = sorted((by_id[id_]["date"] for id_ in expected), reverse=True)
            assert [by_id[id_]["date"] for id_ in newest] == dates[:10]


def test_sqlite_ranks_the_same_whatever_limits_the_question(sqlite: Ask, texts: list[Article]) -> None:
    for question in russian_questions(texts):
        every = sqlite(replace(question, top=DOCUMENTS)).ids
        russian = sqlite(replace(question, top=DOCUMENTS, lang="ru")).ids
        assert russian == [id_ for id_ in every if id_.startswith("ru-")]


def test_sqlite_stems_english(sqlite: Ask) -> None:
    totals = {sqlite(Question("en", (word,), wanted="total")).total for word in ("policy", "policies")}
    assert len(totals) == 1 and totals.pop()


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", nothing)
    told = {name: ENGINES[name].missing() for name in PEERS if name != "SQLite FTS5"}
    distributions = {"bm25s": "bm25s", "PISA": "pyterrier-pisa", "DuckDB": "duckdb"}
    assert told == {name: f"{distribution} is not installed" for name, distribution in distributions.items()}

"""Is the generated archive the same everywhere, and does it look like news?"""

from __future__ import annotations

import json
from hashlib import sha256
from statistics import fmean, median

import pytest

from benchmarks.corpus import Archive, Article, Query
from searchlib.language import Analyzer, detect_language
from searchlib.language._tokens import tokenize

SEED = 7


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return list(Archive(SEED).articles(200))


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    return list(Archive(SEED).queries(120, 200))


def test_the_same_seed_gives_the_same_bytes(articles: list[Article]) -> None:
    lines = "\n".join(json.dumps(article, ensure_ascii=False) for article in articles)
    assert (
        sha256(lines.encode()).hexdigest()
        == "22cb391c280e7b347b2098b676a7e536e7fb4d0f5c86b8adf2054e98ffca351c"
    )


def test_a_document_does_not_depend_on_those_before_it(articles: list[Article]) -> None:
    assert Archive(SEED).article(123) == articles[123]
    assert Archive(SEED + 1).article(123) != articles[123]


def test_half_is_english_and_half_russian(articles: list[Article]) -> None:
    labels = [detect_language(article["text"]) for article in articles]
    assert labels[0::2].count("en") >= 97
    assert labels[1::2].count("ru") >= 97


def test_lengths_are_those_of_news(articles: list[Article]) -> None:
    lengths = [len(article["text"].split()) for article in articles]
    assert 150 < fmean(lengths) < 250
    assert median(lengths) < fmean(lengths)
    assert all(5 <= len(article["title"].split()) <= 30 for article in articles)


def test_function_words_have_their_share(articles: list[Article]) -> None:
    analyzer = Analyzer()
    forms = [token[0] for article in articles for token in tokenize(article["text"])]
    assert 0.28 < fmean(analyzer.analyze(form).stop for form in forms) < 0.45


def test_russian_words_are_inflected(articles: list[Article]) -> None:
    analyzer = Analyzer()
    forms_of: dict[str, set[str]] = {}
    for article in articles[1::2]:
        for token in tokenize(article["text"]):
            forms_of.setdefault(analyzer.analyze(token[0]).terms[0], set()).add(token[0])
    assert sum(len(forms) >= 3 for forms in forms_of.values()) > 200


def test_queries_are_words_of_one_document(articles: list[Article], queries: list[Query]) -> None:
    texts = [article["text"] for article in articles]
    for query in queries:
        words = query["text"].split()
        assert 1 <= len(words) <= 6
        assert any(all(word in text for word in words) for text in texts)
    assert {len(query["text"].split()) for query in queries} == {1, 2, 3, 4, 5, 6}
    assert [query["lang"] for query in queries[:4]] == ["en", "ru", "en", "ru"]

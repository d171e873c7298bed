"""Is the generated archive the same everywhere, does it look like news, and are judged answers counted right?"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import fmean, median

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.corpora import real
from benchmarks.corpora.archive import Archive, Article, Language, Query
from benchmarks.corpora.english_words import english
from benchmarks.corpora.likeness import Likeness, Reading, generated_texts, real_texts
from benchmarks.corpora.russian_words import russian
from benchmarks.corpora.vocabulary import Lexicon, Octaves, name_stem
from benchmarks.measures.effectiveness import evaluated, ranked
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize
from searchlib.language.detection import detect_language

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
        == "8b3866f347d9459d500cb734d65b40ceec16ab6626409f2dcbc0615611354128"
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


def likeness_of(texts: list[str]) -> Likeness:
    reading = Reading()
    for text in texts:
        reading.add(text)
    return reading.likeness()


def generated(language: Language, documents: int) -> Likeness:
    return likeness_of(list(islice(generated_texts(Archive(SEED), language), documents)))


def test_shares_of_tokens_are_those_of_news() -> None:
    english_, russian_ = generated("en", 200), generated("ru", 200)
    assert 0.35 < english_.stop < 0.42
    assert 0.22 < russian_.stop < 0.29
    for it in (english_, russian_):
        assert 0.02 < it.digits < 0.06
        assert 0.007 < it.hyphens < 0.015


def test_hyphenated_words_recur() -> None:
    fewer, more = generated("en", 300), generated("en", 1200)
    new = more.form_hyphens * more.forms - fewer.form_hyphens * fewer.forms
    read = more.hyphens * more.tokens - fewer.hyphens * fewer.tokens
    assert 0.25 < new / read < 0.6  # real news at this size: 0.35 to 0.6; two words drawn at will: 1.0


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("time", "tg_same_event", "wmt_en_ru_docs")),
        ("ru", ("ru_business_ksilisk", "ru_nerel_news", "ru_factrueval", "tg_same_event")),
    ],
)
def test_real_news_have_these_figures_too(language: Language, names: tuple[str, ...]) -> None:
    absent = [why for name in names if (why := real.missing(name))]
    if absent:
        pytest.skip("; ".join(absent))
    there = likeness_of(real_texts(language, names, real.DATA)[:600])
    texts = generated_texts(Archive(SEED), language)
    reading = Reading()
    while reading.tokens < there.tokens:
        reading.add(next(texts))
    here = reading.likeness()
    for figure in ("letters", "stop", "hyphens", "forms", "once", "form_digits"):
        assert 0.65 < getattr(here, figure) / getattr(there, figure) < 1.5, figure
    assert here.unknown < 2 * there.unknown + 0.05
    assert 0.85 < (here.terms / here.mean_length) / (there.terms / there.mean_length) < 1.3


@pytest.mark.parametrize("language", [english, russian])
def test_a_compound_depends_on_its_rank_alone(language: Callable[[], Lexicon]) -> None:
    lexicon = language()
    for rank in (*range(300), 1 << 15, (1 << 20) - 1):
        words = lexicon.compounds(rank).words
        assert words == lexicon.compounds(rank).words
        assert all("-" in word and not word.startswith("-") and not word.endswith("-") for word in words)


def test_english_is_inflected_as_newspapers_print_it() -> None:
    lexicon = english()
    forms = {form for rank in range(1_100) for form in lexicon.forms(rank).words}
    assert forms >= {
        "said",
        "told",
        "went",
        "goes",
        "beginning",
        "women",
        "wives",
        "stopped",
        "agreeing",
        "crises",
    }
    wrong = (
        "sayed telled goed gos begining womans wifes stoped agreing inflations openned lasts firster series's"
    )
    assert not forms & set(wrong.split())


def test_russian_is_inflected_as_newspapers_print_it() -> None:
    lexicon = russian()
    head = [set(lexicon.forms(rank).words) for rank in range(620)]
    forms = set().union(*head)
    assert forms >= {"стал", "могут", "округе", "людей", "года", "России", "ноября", "переговоров"}
    wrong = "Россиями инфляциями ноябрями человеками властию поновее увидевши здоровьями"
    assert not forms & set(wrong.split())
    assert not any("-" in form for rank in range(0, lexicon.count, 97) for form in lexicon.forms(rank).words)


def test_a_name_is_the_same_in_both_languages() -> None:
    assert (name_stem(5, 0)[0], name_stem(5, 1)[0]) in zip("bvgdzklmnprstfh", "бвгдзклмнпрстфх", strict=True)


def test_octaves_grow_rarer_and_hold_every_rank() -> None:
    octaves = Octaves(2, 6, 128)
    picked = [octaves.pick(bits * 0x9E3779B1 & 0xFFFFFFFF) for bits in range(40_000)]
    assert set(picked) == set(range(64))
    sizes = [
        sum(low <= rank < high for rank in picked) for low, high in ((0, 8), (8, 16), (16, 32), (32, 64))
    ]
    assert [round(size / sizes[-1]) for size in sizes] == [8, 4, 2, 1]


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


@pytest.mark.parametrize("command", ["likeness", "effectiveness"])
def test_missing_collections_are_named_and_skipped(command: str, tmp_path: Path) -> None:
    run = CliRunner().invoke(main, [command, "--data", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert "xquad_ru: skipped" in run.output or "ru_nerel_news: skipped" in run.output


def test_the_document_a_query_was_taken_from_is_no_answer() -> None:
    run = ranked(
        lambda text, limit: ["a", "b", "c"],
        [{"id": "1", "text": "x", "own_doc": "a"}, {"id": "2", "text": "x"}],
    )
    assert list(run["1"]) == ["b", "c"]
    assert list(run["2"]) == ["a", "b", "c"]
    assert run["2"]["a"] > run["2"]["b"] > run["2"]["c"]


def test_measures_by_hand() -> None:
    pytest.importorskip("ir_measures", reason="the bench extra is not installed")
    qrels = {"1": {"a": 1, "c": 1}, "2": {"z": 1}, "3": {"a": 0}}  # nothing relevant to 3: it does not count
    run = {"1": {"a": 3.0, "b": 2.0, "c": 1.0}, "2": {}, "3": {"a": 1.0}}
    found = evaluated(qrels, run)
    assert found["AP"] == pytest.approx([(1 + 2 / 3) / 2, 0])
    assert found["RR@10"] == pytest.approx([1, 0])
    assert found["R@100"] == pytest.approx([1, 0])
    assert found["nDCG@10"] == pytest.approx([1.5 / (1 + 1 / 1.584962500721156), 0])

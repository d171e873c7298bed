"""Does a query find documents of the other language when it is asked to, as the formula says, and not when it is not?"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from naive_bm25 import NaiveBM25
from shell_archive import DOCUMENTS, answer, search
from small_archive import articles, build
from small_dictionary import write_dict

from searchlib import NEWS, Definition, DefinitionError, Index, load_definition
from searchlib.bilingual.translations import VARIABLE
from searchlib.errors import BilingualError
from searchlib.language import Analyzer

ARTICLES = {
    "summit": "summit\n 1. _n.\n  1) вершина, верх\n  2) саммит; summit meeting встреча на высшем уровне",
    "treaty": "treaty\n  договор, соглашение",
    "river": "река; поток",
    "sign": "sign\n  1. _n. знак\n  2. _v. подписывать(ся), подписать",
    "harvest": "урожай, жатва",
    "ford": "ford\n  брод",
}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    (tmp_path / "dictionary").mkdir()
    return write_dict(tmp_path / "dictionary", ARTICLES)


@pytest.fixture
def news(dictionary: Path) -> Definition:
    return replace(NEWS, dictionaries=(str(dictionary),))


def made(path: Path, definition: Definition, documents: list[dict[str, Any]]) -> Index:
    index = Index.create(path, definition)
    with index.writer() as writer:
        for document in documents:
            writer.add(document)
    return index


def scored(index: Index, query: str, **options: Any) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in index.search(query, limit=1000, **options)]


def expected(documents: list[dict[str, Any]], query: list[list[tuple[str, float]]]) -> dict[str, float]:
    """query: of each word the terms that it may mean, each with its weight; the one it is has 0."""
    analyzer = Analyzer()
    corpus = [
        [[analyzer.analyze(token.form).terms for token in analyzer.tokens(one[f])] for f in ("title", "text")]
        for one in documents
    ]
    oracle = NaiveBM25(corpus, [2.0, 1.0], 1.2, 0.55)

    def idf(df: float) -> float:
        return math.log(1 + (len(documents) - df + 0.5) / (df + 0.5))

    scores: dict[str, float] = defaultdict(float)
    for meanings in query:
        dfs = {term: len(oracle.frequencies.get(term, ())) for term, _ in meanings}
        together = max(weight * dfs[term] for term, weight in meanings)
        most = max(idf(dfs[term]) for term, weight in meanings if not weight)
        best: dict[int, float] = defaultdict(float)
        for term, weight in meanings:
            share = 1.0
            if weight:  # it stands in for the word: no more than its idf
                share = (
                    0.9 * weight * min(1.0, idf(together) / idf(dfs[term])) * min(1.0, most / idf(dfs[term]))
                )
            for score, number in oracle.rank([((term,), share)]):
                best[number] = max(best[number], score)
        for number, score in best.items():
            scores[documents[number]["id"]] += score
    return scores


def test_scores_are_those_of_the_formula(tmp_path: Path, news: Definition) -> None:
    documents = articles(90)
    index = made(tmp_path / "news", news, documents)
    found = index.search("summits treaty", limit=1000, cross_language=True)
    wanted = expected(
        documents,
        [[("summit", 0.0), ("саммит", 0.83)], [("treati", 0.0), ("договор", 1.0), ("соглашение", 0.83)]],
    )
    assert len(found) == found.total == len(wanted) > len(index.search("summits treaty", limit=1000))
    assert {hit.id: hit.score for hit in found} == pytest.approx(wanted)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    for hit in found[:20]:
        explanation = index.explain(hit.id, "summits treaty", cross_language=True)
        assert explanation.value == pytest.approx(hit.score)


def test_both_directions_and_any_inflection(tmp_path: Path, news: Definition) -> None:
    documents = [
        {"id": "ru", "title": "Вброд", "text": "Нашли два брода через реку."},
        {"id": "en", "title": "Crossing", "text": "They looked for the fords of the rivers."},
        {"id": "no", "title": "Ничего", "text": "Nothing of the kind."},
    ]
    index = made(tmp_path / "news", news, documents)
    for query in ("ford", "Fords", "броды", "БРОДОМ"):
        assert set(index.search(query, cross_language=True).ids) == {"ru", "en"}, query
    assert index.search("ford").ids == ["en"]
    assert index.search("броды").ids == ["ru"]
    assert set(index.search("river fords", match="all", cross_language=True).ids) == {"ru", "en"}
    assert index.search("ford", lang="ru", cross_language=True).ids == ["ru"]
    assert index.search("ford", lang="ru").ids == []
    [hit] = [hit for hit in index.search("ford", cross_language=True) if hit.id == "ru"]
    assert "<mark>брода</mark>" in hit.snippet.html()


def test_phrases_are_translated_word_by_word_and_what_is_not_wanted_is_not(
    tmp_path: Path, news: Definition
) -> None:
    documents = [
        {"id": "both", "text": "Подписали договор у реки."},
        {"id": "apart", "text": "Договор лежит, его подписали."},
        {"id": "river", "text": "Рядом река."},
        {"id": "english", "text": "Signed treaties by a river."},
    ]
    index = made(tmp_path / "news", news, documents)
    assert set(index.search('"sign treaty"', cross_language=True).ids) == {"both", "english"}
    assert set(index.search("treaty -river", cross_language=True).ids) == {"both", "apart"}
    assert index.search("=treaties", cross_language=True).ids == ["english"]


def test_switched_off_nothing_changes(tmp_path: Path, news: Definition) -> None:
    documents = articles(90)
    plain, index = build(tmp_path / "plain", documents), made(tmp_path / "news", news, documents)
    for query in ("summit", "summit treaty", '"summit treaty"', "summit -river", "саммит договор^2", "sum*"):
        index.search(query, cross_language=True)
        assert scored(index, query) == scored(index, query, cross_language=False) == scored(plain, query)
    assert index.similar("id-3").ids == plain.similar("id-3").ids


def test_without_a_dictionary_words_of_no_name_stay_what_they_are(tmp_path: Path) -> None:
    documents = articles(90)
    index = made(tmp_path / "news", replace(NEWS, dictionaries=()), documents)
    assert scored(index, "harvest river", cross_language=True) == scored(index, "harvest river")


def test_every_way_to_ask(tmp_path: Path, news: Definition) -> None:
    index = made(tmp_path / "news", news, articles(90))
    wanted = index.search("treaty", cross_language=True)
    for options in (
        {"quality": "best"},
        {"recency": 30.0},
        {"sort": "newest"},
        {"fields": ["title", "text"]},
    ):
        assert set(index.search("treaty", limit=90, cross_language=True, **options).ids) == set(
            index.search("treaty", limit=90, cross_language=True).ids
        )
    [many] = index.search_many(["treaty"], cross_language=True)
    assert many.ids == wanted.ids
    assert index.search("treaty", offset=3, cross_language=True).ids[:5] == wanted.ids[3:8]
    assert len(index.similar("id-3", limit=90, cross_language=True)) >= len(index.similar("id-3", limit=90))
    with pytest.raises(ValueError, match="cross_language"):
        index.search("treaty", cross_language=2)  # type: ignore[arg-type]


def test_a_definition_may_switch_it_on_and_name_dictionaries(tmp_path: Path, dictionary: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('cross_language = true\ndictionaries = ["dictionary/own.index"]\n')
    definition = load_definition(file)
    assert definition.dictionaries == (str(dictionary),)
    assert Definition.from_dict(definition.to_dict()) == definition
    index = made(tmp_path / "news", definition, [{"id": "ru", "text": "Брод"}])
    assert index.search("ford").ids == Index.open(tmp_path / "news").search("ford").ids == ["ru"]
    assert index.search("ford", cross_language=False).ids == []
    assert NEWS.to_dict().keys().isdisjoint({"cross_language", "dictionaries"})


def test_nothing_is_deleted_that_was_not_named(tmp_path: Path, news: Definition) -> None:
    documents = [{"id": "ru", "text": "Брод"}, {"id": "en", "text": "A ford"}]
    index = made(tmp_path / "news", replace(news, cross_language=True), documents)
    assert set(index.search("ford").ids) == {"ru", "en"}
    with index.writer() as writer:
        writer.delete_where("ford")
    assert index.search("ford").ids == ["ru"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('cross_language = "yes"', "cross_language"),
        ('dictionaries = "own.index"', "dictionaries"),
        ("dictionaries = [1]", "dictionaries"),
        ('dictionaries = [""]', "dictionaries"),
    ],
)
def test_a_definition_that_cannot_be_meant(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(DefinitionError) as caught:
        load_definition(tmp_path / "own.toml")
    assert caught.value.key == key


def test_a_missing_dictionary_is_told_when_it_is_wanted(tmp_path: Path) -> None:
    definition = replace(NEWS, dictionaries=(str(tmp_path / "gone.index"),))
    index = made(tmp_path / "news", definition, [{"id": "ru", "text": "Брод"}])
    assert index.search("брод").ids == ["ru"]
    with pytest.raises(BilingualError, match=r"gone\.index: there is no such file"):
        index.search("ford", cross_language=True)


def test_installed_dictionaries_are_found(
    tmp_path: Path, dictionary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = made(tmp_path / "news", NEWS, [{"id": "ru", "text": "Брод"}])
    monkeypatch.setenv(VARIABLE, str(dictionary))
    assert index.search("ford", cross_language=True).ids == ["ru"]


def test_the_command(tmp_path: Path, news: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "news", news, DOCUMENTS)
    monkeypatch.setenv("SEARCHLIB_INDEX", str(tmp_path / "news"))
    english, russian = {"en-1", "en-2"}, {"ru-1", "ru-2", "ru-3"}

    def ids(*args: str) -> set[str]:
        return {hit["id"] for hit in answer(*args)["hits"]}

    assert ids("summit") == ids("--no-across", "summit") == english
    assert ids("--across", "summit") == english | russian
    assert ids("--across", "саммит", "--lang", "en") == english
    assert ids("similar", "--across", "ru-2") >= {"en-1"}
    assert "саммит" in search("explain", "--across", "ru-2", "summit").stdout
    (tmp_path / "queries.txt").write_text("summit\n")
    assert "ru-2" in search("run", "--across", str(tmp_path / "queries.txt")).stdout

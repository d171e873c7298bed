"""Is what was meant by a misspelt query found, and is a right one left alone?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import searchlib
from searchlib import Definition, Field, Index
from searchlib.storage._forms import FormQuery, FormSet

TEXTS = [
    "Саммит ОДКБ прошёл в Астане, главы государств подписали заявление о коллективной безопасности.",
    "На саммите ОДКБ говорили о безопасности границ; правительство представило отчёт.",
    "После саммита ОДКБ Тасмагамбетов ответил на вопросы журналистов.",
    "По словам генерального секретаря, Тасмагамбетов прилетит на учения в Тюмень.",
    "Правительство готовит бюджет, сообщил Тасмагамбетов на встрече в Тюмени.",
    "Жители Тюмени просят правительство отремонтировать дорогу и передают привет.",
    "Привет участникам фестиваля передали космонавты, привет передали и дети.",
    "The CSTO summit opened in the capital and the government welcomed the delegations.",
    "Before the summit the government promised a ceasefire, and the parliament agreed.",
    "A ceasefire was signed at the summit; the parliament will receive the text, said Ms. Fairweather.",
    "The government and the parliament received a letter about the ceasefire from Ms. Fairweather.",
    "Workers of the odkb company went home; odkb shares fell and the odkb board met.",
]
DEFINITION = Definition((Field("title", "text", 2.0), Field("text", "text"), Field("lang", "keyword")))


def build(folder: Path, batches: int = 1, texts: list[str] = TEXTS) -> Index:
    index = Index.create(folder, DEFINITION)
    documents = [{"id": str(n), "title": "", "text": text} for n, text in enumerate(texts)]
    for batch in range(batches):
        with index.writer() as writer:
            for one in documents[batch::batches]:
                writer.add({**one, "id": f"{batch}-{one['id']}"})
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Each text three times, so that words of several texts are well known."""
    return build(tmp_path_factory.mktemp("suggestion") / "index", texts=TEXTS * 3)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("саммт", "саммит"),
        ("самит", "саммит"),
        ("Саммитт", "Саммит"),
        ("правительсво", "правительство"),
        ("провительство", "правительство"),
        ("журналситов", "журналистов"),
        ("тасмагамбетв", "Тасмагамбетов"),
        ("безопастности", "безопасности"),
        ("goverment", "government"),
        ("sumit", "summit"),
        ("parliment", "parliament"),
        ("recieved", "received"),
        ("ceacefire", "ceasefire"),
        ("ceasephire", "ceasefire"),
        ("SUMIT", "SUMMIT"),
        ("fairwether", "Fairweather"),
        ("саммит ОДКБ правительсво", "саммит ОДКБ правительство"),
        ("sammit", "саммит"),
        ("tyumen", "Тюмень"),
        ("tiumen'", "Тюмень'"),
        ("pravitelstvo sumit", "правительство summit"),
        ("summit ghbdtn", "summit привет"),
    ],
)
def test_what_was_meant(index: Index, query: str, meant: str) -> None:
    assert index.search(query).suggestion == meant


def test_a_name_that_documents_decline_is_found_in_the_form_that_is_nearest(index: Index) -> None:
    assert index.search("тюмене").suggestion in (None, "Тюмени")
    assert index.search("тасмагмбетов").suggestion == "Тасмагамбетов"


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ('саммт "глав государст"', 'саммит "глав государст"'),
        ("title:саммт -НАТО", "title:саммит -НАТО"),
        ("саммт AND (правительсво OR lang:ruu)", "саммит AND (правительство OR lang:ruu)"),
        ("саммт^2 безопас*", "саммит^2 безопас*"),
        ("+саммт НЕ правительсво", "+саммит НЕ правительство"),
        ("=саммт sumit", "=саммт summit"),
        ("саммт~ sumit", "саммт~ summit"),
        ("sumit ANDMAYBE (goverment REQUIRE lang:en)", "summit ANDMAYBE (government REQUIRE lang:en)"),
    ],
)
def test_only_plain_words_are_touched(index: Index, query: str, meant: str) -> None:
    assert index.search(query).suggestion == meant


@pytest.mark.parametrize(
    "query",
    [
        *("саммит", "саммитами", "summits", "ОДКБ", "odkb", "one", "xy", "2024", "и", "the", "5G"),
        *("quetzalcoatlus", "глокаякуздра", '"саммт"', "=саммт", "саммт*", "lang:саммт", "*", "саммт~1"),
        *(
            "корова",
            "стол",
            "кит",
            "привал",
            "самшит",
        ),  # words of the dictionary of Russian that no document has
    ],
)
def test_what_may_be_right_is_left_alone(index: Index, query: str) -> None:
    results = index.search(query)
    assert (results.suggestion, results.repaired) == (None, None)


def test_every_word_of_three_documents_is_right(index: Index) -> None:
    forms = FormSet.fitting(
        index._open_ranker().snapshot.segments[0].file, FormQuery.matching("*"), 1000
    ).forms
    assert len(forms) > 80
    assert [form for form in forms if index.search(f"{form} {form}").suggestion] == []


def test_segments_count_together(tmp_path: Path, index: Index) -> None:
    apart = build(tmp_path / "apart", batches=5, texts=TEXTS * 3)
    for query in ("саммт", "goverment sumit", "sammit odbk", "тасмагамбетв", "щвли", "ceacefire"):
        assert apart.search(query).suggestion == index.search(query).suggestion


def test_the_other_words_choose(tmp_path: Path) -> None:
    texts = ["the castle stood by the river"] * 6 + ["the cattle grazed in the meadow"] * 6
    texts += [f"filler number{n} talk" for n in range(40)]
    index = build(tmp_path / "index", texts=texts)
    assert index.search("cabtle river").suggestion == "castle river"
    assert index.search("cabtle meadow").suggestion == "cattle meadow"
    assert index.search("meadow cabtle").suggestion == "meadow cattle"


def test_a_word_of_one_document_is_corrected_to_a_much_more_frequent_one_only(tmp_path: Path) -> None:
    few = build(tmp_path / "few", texts=["the government spoke"] * 20 + ["the goverment spoke"])
    many = build(tmp_path / "many", texts=["the government spoke"] * 40 + ["the goverment spoke"])
    known = build(tmp_path / "known", texts=["the government spoke"] * 200 + ["the goverment spoke"] * 3)
    assert few.search("goverment").suggestion is None
    assert many.search("goverment").suggestion == "government"
    assert many.search("goverment").total == 1
    assert known.search("goverment").suggestion is None


def test_capitals_tell_a_name(index: Index) -> None:
    assert index.search("the parliment").suggestion == "the parliament"
    assert index.search("the Parliment").suggestion is None
    assert index.search("Parliment").suggestion == "Parliament"
    assert index.search("the Fairwether").suggestion == "the Fairweather"
    assert index.search("PARLIMENT").suggestion == "PARLIAMENT"
    assert index.search("parliament PARLIMENT").suggestion is None
    assert index.search("саммит ОДБК").suggestion == "саммит ОДКБ"


def test_beside_english_words_nothing_is_russian(index: Index) -> None:
    assert index.search("sammit ceasefire").suggestion == "summit ceasefire"
    assert index.search("tyumen parliament").suggestion is None


# The other keyboard layout


@pytest.mark.parametrize(
    ("query", "searched"),
    [
        ("ghbdtn", "привет"),
        ("GHBDTN", "ПРИВЕТ"),
        ("cfvvbn jlr,", "саммит одкб"),
        ("ghbdtn, cfvvbn", "привет, саммит"),
        ("ыгььше", "summit"),
        ("еру ыгььше", "the summit"),
        ("щвли", "odkb"),
        ("title:ghbdtn OR cfvvbn", "title:привет OR саммит"),
    ],
)
def test_a_query_in_the_wrong_layout_is_repaired(index: Index, query: str, searched: str | None) -> None:
    results = index.search(query, limit=3)
    assert results.repaired == searched
    assert results.query == query
    if searched is not None:
        wanted = index.search(searched, limit=3)
        assert wanted.total > 0 or searched.startswith("title")
        assert (results.ids, results.total) == (wanted.ids, wanted.total)
        assert results.suggestion is None


def test_it_is_offered_when_a_word_is_known_and_when_it_is_not_to_be_repaired(index: Index) -> None:
    results = index.search("summit ghbdtn")
    assert (results.repaired, results.suggestion) == (None, "summit привет")
    assert results.ids == index.search("summit").ids
    plain = index.search("ghbdtn", repair=False)
    assert (plain.ids, plain.total, plain.repaired, plain.suggestion) == ([], 0, None, "привет")


def test_a_repaired_query_keeps_its_filters_and_its_marks(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "news")
    with index.writer() as writer:
        for number in range(4):
            text = "Привет из Тюмени"
            writer.add({"id": str(number), "text": text, "lang": "ru", "source": f"s{number % 2}"})
    found = index.search("ghbdtn", source="s1", limit=1)
    assert (found.repaired, found.total, found.ids) == ("привет", 2, ["1"])
    assert [found[0].snippet.text[a:b] for a, b in found[0].snippet.marks] == ["Привет"]
    second = index.search("ghbdtn", source="s1", limit=1, after=found.cursor)
    assert second.ids == ["3"]
    assert index.explain("1", "ghbdtn").value == found[0].score or index.explain("1", "ghbdtn").value > 0
    assert index.search("ghbdtn", where="lang:en").repaired == "привет"


def test_documents_like_one_have_no_suggestion(tmp_path: Path) -> None:
    index = build(tmp_path / "index", texts=TEXTS * 3)
    results = index.similar("0-0")
    assert (results.suggestion, results.repaired) == (None, None)


def test_nothing_is_loaded_for_a_search_that_finds_something(tmp_path: Path) -> None:
    build(tmp_path / "index")
    said = (
        "import sys, searchlib; index = searchlib.Index.open(sys.argv[1]); results = index.search('summit');"
        "assert results.ids; list(results); print([m for m in sys.modules if 'vocabulary' in m or 'guesses' in m])"
    )
    run = subprocess.run(
        [sys.executable, "-c", said, str(tmp_path / "index")], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


def test_an_empty_index_suggests_nothing(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "news")
    assert (index.search("ghbdtn").suggestion, index.search("саммт").repaired) == (None, None)


def test_long_texts_and_bad_queries(index: Index) -> None:
    assert index.search("саммт " * 40).suggestion is None
    assert index.search("x" * 600).suggestion is None
    assert index.search("саммт (", lenient=True).suggestion == "саммит ("
    with pytest.raises(searchlib.QueryError):
        index.search("саммт (")


def test_forms_are_asked_for_one_by_one_until_there_is_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from searchlib.vocabulary import on_disk

    queries = ["саммт", "sumit", "goverment", "parliament's", "безопастности", "odbk", "ceacefiree", "тюмене"]
    build(tmp_path / "index", texts=TEXTS * 3)
    by_table = Index.open(tmp_path / "index")
    wanted = [by_table.search(query).suggestion for query in queries]
    monkeypatch.setattr(on_disk, "_MANY", 0)
    singly = Index.open(tmp_path / "index")
    file = singly._open_ranker().snapshot.segments[0].file
    for query in queries[:3]:
        assert singly.search(query).suggestion == wanted[queries.index(query)]
    assert not file.tabled
    assert [singly.search(query).suggestion for query in queries * 2] == wanted * 2

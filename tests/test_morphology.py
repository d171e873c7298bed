"""Do the forms of one Russian word meet at a term, and those of different words not?"""

from __future__ import annotations

import gzip
import itertools
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from searchlib.language import Analysis, Analyzer
from searchlib.language._tokens import tokenize
from searchlib.language.russian import lemmas

DATA = Path(__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data (../shared/data) is not here")


def terms(word: str) -> set[str]:
    """The terms of one word as written."""
    words = Analyzer()
    return {
        term for token in words.tokens(word) if not token.whole for term in words.analyze(token.form).terms
    }


@pytest.mark.parametrize(
    "forms",
    [
        "саммит саммита саммиту саммитом саммите саммиты саммитов саммитам саммитами саммитах",
        "ёлка елка ёлки елку ЁЛКОЙ",
        "за́мок за\u0301мка замками",
        "человек люди людей человека",
        "идти шёл шла идут шедший",
        "мирный мирная мирного мирными",
        "МИД МИДа МИДу",
        "ООН оон",
        "область о\u00adбласти области\u0306"[:-1],
        "Россия России Poccия",
        "найти нашли найдёт найдет",
        "двигатель двигателей",
        "й\u0301од йода и\u0306од",
    ],
)
def test_forms_of_a_word_meet(forms: str) -> None:
    first, *others = forms.split()
    for other in others:
        assert terms(first) & terms(other), other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("см", "смотри"),
        ("см", "смотреть"),
        ("т", "так"),
        ("р", "река"),
        ("стали", "сталь"),
        ("мир", "мера"),
        ("Иран", "Ирак"),
        ("учение", "учёный"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert not terms(one) & terms(other)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("саммита", ("саммит",)),
        ("еще", ("еще",)),
        ("т90", ("т90",)),
        ("одкб", ("одкб",)),
        ("млрд", ("млрд",)),
        ("2024г", ("2024",)),
        ("2024гг", ("2024",)),
        ("3000г", ("3000г",)),
        ("40-летнего", ("40-летний",)),
        ("it-компаниями", ("it-компания",)),
        ("3-ндфл", ("3-ндфл",)),
        ("премьер-министра", ("премьер-министр",)),
    ],
)
def test_lemmas(form: str, expected: tuple[str, ...]) -> None:
    assert lemmas(form) == expected


def test_an_ambiguous_form_has_all_likely_lemmas() -> None:
    assert set(lemmas("нашли")) == {"найти", "наслать"}
    assert set(lemmas("банки")) == {"банк", "банка"}


_ENDINGS = {
    "тасмагамбетов": "а у ым е",
    "бердыев": "а у ым е",
    "кулебяев": "а у ым е",
    "карагусов": "а у ым е",
    "хуснуллин": "а у ым е",
    "бердымухин": "а у ым е",
    "рахмонин": "а у ым е",
    "крутояровск": "ий ого ому им ом",
    "вышеславск": "ий ого ому им ом",
    "геворкосян": "а у ом е",
    "мкртумян": "а у ом е",
    "макгрегорс": "а у ом е",
    "шольц": "а у ем е",
    "байден": "а у ом е",
    "урсуляк": "а у ом е",
    "брэнсонберг": "а у ом е",
    "гурбангулиевич": "а у ем е",
}


def _surname_forms() -> list[list[str]]:
    found = [["чхартидзе"], ["ватутенко"]]
    for base, endings in _ENDINGS.items():
        nominative = [] if base.endswith("ск") else [base]
        found.append(nominative + [base + ending for ending in endings.split()])
    return found


def test_cases_of_names_that_no_dictionary_holds_meet() -> None:
    pairs = [pair for forms in _surname_forms() for pair in itertools.combinations(forms, 2)]
    apart = [pair for pair in pairs if not terms(pair[0]) & terms(pair[1])]
    assert len(apart) <= 0.01 * len(pairs), apart


def test_women_share_their_surname_with_men() -> None:
    for form in ("Тасмагамбетова", "Тасмагамбетовой", "Тасмагамбетову"):
        assert terms("Тасмагамбетов") & terms(form)


def test_stop_words_are_decided_by_form() -> None:
    words = Analyzer()
    assert words.analyze("для").stop
    assert words.analyze("ее").stop
    assert words.analyze("человек").stop and not words.analyze("люди").stop
    assert not words.analyze("саммит").stop


def test_a_language_that_is_left_out_is_not_analysed() -> None:
    assert Analyzer(("en",)).analyze("саммита") == Analysis(("саммита",), False)
    assert Analyzer(("ru",)).analyze("meetings") == Analysis(("meetings",), False)
    assert Analyzer(()).analyze("the") == Analysis(("the",), False)
    with pytest.raises(ValueError, match="'de'"):
        Analyzer(("en", "de"))


def test_numbers_and_other_scripts_stay_as_they_are() -> None:
    words = Analyzer()
    for form in ("3.14", "1000000", "東", "αθωσ", "2024-06-06"):
        assert words.analyze(form) == Analysis((form,), False)


def test_many_threads_get_the_same_answers() -> None:
    words = Analyzer()
    forms = [
        form for base, ends in _ENDINGS.items() for form in (base, *(base + end for end in ends.split()))
    ]
    forms += ["saw", "women", "meetings", "нашли", "all"] * 20
    expected = {form: Analyzer().analyze(form) for form in forms}
    wrong: list[str] = []

    def ask() -> None:
        wrong.extend(form for form in forms if words.analyze(form) != expected[form])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def _fold(word: str) -> str:
    return " ".join(token[0] for token in tokenize(word) if not token[5])


def _pairs(groups: dict[str, set[str]]) -> set[tuple[str, str]]:
    return {pair for forms in groups.values() for pair in itertools.combinations(sorted(forms), 2)}


@needs_data
@pytest.mark.parametrize(
    ("name", "floor"), [("ru_pud-ud-test", 0.94), ("ru_gsd-ud-test", 0.935), ("en_pud-ud-test", 0.71)]
)
def test_conflation_against_gold_lemmas(name: str, floor: float) -> None:
    """F1 over pairs of distinct forms: those that share a gold lemma against those that share a term."""
    words = Analyzer()
    gold: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = defaultdict(set)
    with gzip.open(DATA / "lemmas" / f"{name}.conllu.gz", "rt", encoding="utf-8") as file:
        for line in file:
            columns = line.split("\t")
            if len(columns) < 10 or not columns[0].isdigit() or columns[3] in ("PUNCT", "SYM", "NUM", "X"):
                continue
            form, lemma = _fold(columns[1]), _fold(columns[2])
            if form and lemma and " " not in form:
                gold[lemma].add(form)
                for term in words.analyze(form).terms:
                    found[term].add(form)
    right, answered = _pairs(gold), _pairs(found)
    hits = len(right & answered)
    precision, recall = hits / len(answered), hits / len(right)
    score = 2 * precision * recall / (precision + recall)
    assert score >= floor, f"{name}: precision {precision:.3f}, recall {recall:.3f}, F1 {score:.4f}"

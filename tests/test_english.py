"""Do the forms of one English word meet at a term, irregular ones too?"""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.language import Analyzer
from searchlib.language.english import stems
from searchlib.language.irregular import IRREGULAR
from searchlib.language.stopwords import ENGLISH, RUSSIAN


def test_the_lists_are_complete_and_folded() -> None:
    assert len(ENGLISH) == 174
    assert len(RUSSIAN) == 159
    assert not any("ё" in word for word in RUSSIAN)


@pytest.mark.parametrize(
    "forms",
    [
        "meet met meets",
        "say said says saying",
        "woman women woman's women's",
        "man men",
        "child children",
        "crisis crises",
        "analysis analyses",
        "analyse analyses analysed",
        "go went gone going goes",
        "lead led leading",
        "find found finding",
        "found founded founding",
        "leave left leaves leaving",
        "leaf leaves",
        "see saw seen",
        "wife wives",
        "policeman policemen",
        "Erdoğan Erdogan Erdoğan’s",
        "1990s 1990's 1990",
    ],
)
def test_forms_of_a_word_meet(forms: str) -> None:
    words = Analyzer()
    first, *others = [set(words.analyze(words.tokens(form)[0].form).terms) for form in forms.split()]
    for form, other in zip(forms.split()[1:], others, strict=True):
        assert first & other, form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("led", "left"),
        ("men", "mean"),
        ("found", "fund"),
        ("wound", "won"),
        ("said", "saint"),
        ("people", "personal"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert not set(stems(one)) & set(stems(other))


def test_an_ambiguous_form_carries_both_stems() -> None:
    assert stems("saw") == ("see", "saw")
    assert set(stems("found")) == {"find", "found"}
    assert stems("went") == ("go",)


def test_hyphenated_words_are_inflected_at_their_end() -> None:
    assert stems("policy-makers") == stems("policy-maker")
    assert stems("vice-chairmen") == stems("vice-chairman")
    assert stems("men-only") == ("men-onli",)


def test_no_irregular_form_is_a_stop_word_or_its_own_base() -> None:
    for form, bases in IRREGULAR.items():
        assert form not in ENGLISH, form
        assert bases and bases[0] != form, form
    assert len(IRREGULAR) > 300


def test_stop_words() -> None:
    words = Analyzer()
    assert all(words.analyze(form).stop for form in ("the", "don't", "it", "very"))
    assert not words.analyze("said").stop


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'-0123456789", min_size=1, max_size=64))
def test_any_form_has_a_stem(form: str) -> None:
    assert all(stems(form))


def test_many_threads_get_the_same_stems() -> None:
    forms = [
        f"{stem}{end}"
        for stem in ("nation", "walk", "hous", "argu", "creat")
        for end in ("s", "ing", "ed", "al")
    ]
    expected = [stems(form) for form in forms]
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(200):
            if [stems(form) for form in forms] != expected:
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong

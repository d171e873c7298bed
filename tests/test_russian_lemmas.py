"""Does the native code read Russian words as pymorphy3 does, known and unknown?"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import naive_russian
import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st
from pymorphy3.lang.ru import KNOWN_PREFIXES as PYMORPHY_PREFIXES

from searchlib.language._tokens import tokenize
from searchlib.language.dictionary import KNOWN_PREFIXES
from searchlib.language.russian import knows, lemmas

COLLECTION = Path(__file__).parents[2] / "shared" / "data" / "ru_factrueval" / "docs.jsonl.gz"
ALPHABET = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
ENDINGS = """
    а у ом е ы ов ам ами ах ий ого ому им ая ую ое ые ых ыми ой ем ешь ет ют ить ать ил ила или ав ив вший ующий ованный
    ейший ейшая ее ей енный ость остью ение ению ёнок ец ца цу цем льцу льца ович овна ский ского ин ина ко енко ян дзе
    """.split()  # noqa: SIM905  # a hundred quotation marks would hide them


def differences(forms: set[str] | list[str]) -> list[str]:
    return [form for form in forms if not naive_russian.agree(form, lemmas(form))]


def dictionary_words() -> list[str]:
    """All forms of words that begin with letters drawn at random."""
    draw = random.Random(20240606)
    morph = naive_russian.morph()
    forms: dict[str, None] = {}
    for _ in range(700):
        beginning = "".join(draw.choices(ALPHABET, k=draw.choice((1, 2, 2, 3))))
        for parse in itertools.islice(morph.iter_known_word_parses(beginning), draw.randrange(40), 42):
            forms.update((form.word, None) for form in morph.get_lexeme(parse))
    return list(forms)


@pytest.fixture(scope="module")
def known_words() -> list[str]:
    return dictionary_words()


def test_words_of_the_dictionary(known_words: list[str]) -> None:
    assert len(known_words) > 5_000
    assert sum("ё" in word for word in known_words) > 50
    assert not differences(known_words)
    assert not differences({word.replace("ё", "е") for word in known_words})


def test_words_of_the_dictionary_cut_joined_and_prefixed(known_words: list[str]) -> None:
    draw = random.Random(7)
    words = [word.replace("ё", "е") for word in known_words]
    forms = {word[: draw.randint(1, 9)] for word in draw.sample(words, 1500)}
    forms |= {word[draw.randint(1, 3) :] for word in draw.sample(words, 1500)} - {""}
    forms |= {draw.choice(KNOWN_PREFIXES) + word for word in draw.sample(words, 1500)}
    forms |= {draw.choice(("по", "наи", "байт")) + word for word in draw.sample(words, 1000)}
    forms |= {"-".join(draw.sample(words, draw.choice((2, 2, 3)))) for _ in range(1000)}
    assert not differences(forms)


def test_short_words() -> None:
    assert not differences(
        ["".join(letters) for n in (1, 2) for letters in itertools.product(ALPHABET, repeat=n)]
    )


@settings(max_examples=dose(400), deadline=None)
@given(
    st.lists(st.sampled_from(KNOWN_PREFIXES), max_size=3).map("".join),
    st.text(ALPHABET, max_size=7),
    st.sampled_from(["", *ENDINGS]),
)
def test_unknown_words(prefixes: str, stem: str, ending: str) -> None:
    form = prefixes + stem + ending or "а"
    assert naive_russian.agree(form.replace("ё", "е"), lemmas(form.replace("ё", "е")))


@settings(max_examples=dose(400), deadline=None)
@given(st.text("абвеёсьцгеи-19xzіїѣҳ\u0483°", max_size=12))
def test_forms_of_letters_digits_and_hyphens(form: str) -> None:
    assert naive_russian.agree(form, lemmas(form))


@pytest.mark.skipif(not COLLECTION.exists(), reason="the shared data (../shared/data) is not here")
def test_all_forms_of_a_collection() -> None:
    forms: set[str] = set()
    with gzip.open(COLLECTION, "rt", encoding="utf-8") as lines:
        for line in lines:
            forms.update(token[0] for token in tokenize(json.loads(line)["text"]) if token[4] == 2)
    assert len(forms) > 10_000
    assert not differences(forms)


def test_lemmas_of_equal_weight_keep_the_order_that_indexes_were_built_with() -> None:
    assert lemmas("сумана") == ("сумана", "сумать", "суман")
    assert lemmas("дузумана") == ("дузумана", "дузумать", "дузуман")


def test_known_prefixes_are_those_of_pymorphy() -> None:
    assert set(KNOWN_PREFIXES) == {prefix for prefix in PYMORPHY_PREFIXES if not prefix.endswith("-")}


def test_a_form_longer_than_any_token_stands_for_itself() -> None:
    longest = "не" * 30 + "дома"
    assert len(longest) == 64 and lemmas(longest) == naive_russian.lemmas(longest) != (longest,)
    assert lemmas("не" + longest) == ("не" + longest,)


def test_pymorphy_is_not_imported() -> None:
    program = """
import sys
from searchlib.language.russian import knows, lemmas
for form in ("саммита", "шольца", "недоперепил", "город-герой", "порежь", "кхм", "2024г", "it-компания"):
    lemmas(form)
assert "pymorphy3" not in sys.modules and "dawg" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_threads_may_ask_while_the_dictionary_is_loading() -> None:
    program = """
import threading
from searchlib.language.russian import knows, lemmas
found = []
threads = [threading.Thread(target=lambda: found.append([lemmas(f) for f in ("нашли", "шольца")])) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(found) == 8 and all(answer == found[0] for answer in found), found
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_threads_get_the_same_answers(known_words: list[str]) -> None:
    forms = known_words[:2000] + ["не" + word for word in known_words[:1000]]
    expected = [lemmas(form) for form in forms]
    wrong: list[bool] = []
    threads = [
        threading.Thread(target=lambda: wrong.append([lemmas(form) for form in forms] != expected))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [False] * 6


def test_which_words_the_dictionary_knows(known_words: list[str]) -> None:
    draw = random.Random(7)
    words = [
        word.replace("ё", "е") for word in draw.sample(known_words, 2000) if set(word) <= {*ALPHABET, "ё"}
    ]
    wrong = [
        word[:at] + draw.choice(ALPHABET) + word[at:]
        for word in words
        for at in [draw.randrange(len(word) + 1)]
    ]
    for word in [*words, *wrong, "тасмагамбетов", "ъъъ", "а"]:
        assert knows(word) == naive_russian.known(word), word
    for word in ("", "summit", "саммит-план", "т90", "ё" * 70):
        assert not knows(word)

"""Do the parts of a suggestion do what they say: costs of errors, likely forms, keyboard layouts, transliteration?"""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_words import close, frequency, spelling_cost

from searchlib import Definition, Field, Index
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.vocabulary import _spelling
from searchlib.vocabulary._spelling import Costs
from searchlib.vocabulary.keyboards import NEIGHBOURS, swapped
from searchlib.vocabulary.likelihoods import costs, rewritten
from searchlib.vocabulary.transliteration import readings

LETTERS = "abeабея-1é"
WORD = st.text(LETTERS, max_size=8)


def key(word: str) -> bytes:
    """storage/keys.h by the book."""
    return b"".join(
        bytes([ord(letter) - 0x430 + 0x80]) if "а" <= letter <= "я" else letter.encode() for letter in word
    )


def tables(seed: int) -> tuple[bytes, bytes, bytes, bytes]:
    chance = random.Random(seed)
    return (
        chance.randbytes(65536),
        chance.randbytes(65536),
        chance.randbytes(65536),
        chance.randbytes(65536),
    )


@settings(max_examples=dose(400), deadline=None)
@given(WORD, WORD, st.integers(0, 3), st.integers(0, 255))
def test_the_cost_of_a_misspelling(typed: str, meant: str, seed: int, first: int) -> None:
    made = tables(seed)
    assert Costs(*made, first).of(typed, meant) == spelling_cost(made, first, key(typed), key(meant)) / 10


def test_costs_know_what_is_likely() -> None:
    cost = costs().of
    assert cost("саммит", "саммит") == 0
    assert cost("самит", "саммит") < cost("сасмит", "саммит") < cost("сафмит", "саммит")
    assert cost("карова", "корова") < cost("керова", "корова")
    assert cost("sumnit", "summit") < cost("sumqit", "summit")
    assert cost("recieve", "receive") < cost("receiev", "receive")
    assert cost("bummit", "summit") > cost("suqmit", "summit")
    with pytest.raises(ValueError, match="more than 64"):
        cost("a" * 65, "a")
    with pytest.raises(ValueError, match="65536 bytes"):
        Costs(b"", b"", b"", b"", 0)


@settings(max_examples=dose(60), deadline=None)
@given(st.data())
def test_the_likeliest_forms(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=12, unique=True))
    counts = data.draw(st.lists(st.integers(1, 9), min_size=len(words), max_size=len(words)))
    texts = [" ".join(w for w, n in zip(words, counts, strict=True) if n > d) or "zz" for d in range(9)]
    definition = Definition((Field("text", "text"),), languages=("ru",))
    index = Index.create(tmp_path_factory.mktemp("likely") / "index", definition)
    with index.writer() as writer:
        for number, text in enumerate(texts):
            writer.add({"id": str(number), "text": text})
    file = index._open_ranker().snapshot.segments[0].file
    typed, most = data.draw(st.text("abc", max_size=5)), data.draw(st.integers(0, 5))
    for word, count in zip(words, counts, strict=True):
        assert _spelling.frequency(file, word) == count
    assert _spelling.frequency(file, "nowhere") == 0
    found = FormSet.fitting(file, FormQuery.matching("*"), 100)
    by_word = {**dict(zip(words, counts, strict=True))}
    if 0 in [len(text.split()) for text in texts] or "zz" in texts:
        by_word["zz"] = texts.count("zz")
    expected = sorted(
        ((math.log(n) - costs().of(typed, word), word) for word, n in by_word.items()),
        key=lambda one: (-round(one[0], 9), one[1]),
    )
    likely = costs().likeliest(found, typed, most)
    assert [one[0] for one in likely] == [word for _, word in expected[:most]]
    assert [one[1:] for one in likely] == [(by_word[one[0]], costs().of(typed, one[0])) for one in likely]


def test_documents_of_a_form_are_told_from_its_rank(tmp_path: Path) -> None:
    texts = ["саммит"] * 60 + ["саммита"] * 30 + ["саммиту"] * 10
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        for number, text in enumerate(texts):
            writer.add({"id": str(number), "text": text})
    file = index._open_ranker().snapshot.segments[0].file
    for rank, form in enumerate(("саммит", "саммита", "саммиту")):
        told = _spelling.frequency(file, form)
        assert any(close(told, frequency(100, rank, forms)) for forms in (3, 4)), (form, told)


@given(st.text("qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTY{}:\"<>~ 12-"))
def test_swapping_twice_gives_the_text(text: str) -> None:
    other = swapped(text)
    letters = [letter for letter in text.lower() if "a" <= letter <= "z"]
    assert (other is None) == (not letters)
    if other is not None and (back := swapped(other)) is not None:
        assert back == text


def test_layouts_and_neighbours() -> None:
    assert swapped("ghbdtn") == "привет"
    assert swapped("щвли") == "odkb"
    assert swapped("Ghbdtn, [jkjl") == "Приветб холод"
    assert swapped("привет hi") is None
    assert swapped("2024") is None
    assert set(NEIGHBOURS["g"]) == set("ftyhbv")
    assert set(NEIGHBOURS["ф"]) == set("йцыя")
    assert all(one in NEIGHBOURS[other] for one in NEIGHBOURS for other in NEIGHBOURS[one])


@pytest.mark.parametrize(
    ("word", "russian"),
    [
        *(
            ("sammit", "саммит"),
            ("odkb", "одкб"),
            ("shchuka", "щука"),
            ("schuka", "щука"),
            ("shapka", "шапка"),
        ),
        *(("khoroshiy", "хороший"), ("horoshii", "хороший"), ("horoshij", "хороший"), ("tsentr", "центр")),
        *(("centr", "центр"), ("tyumen", "тюмень"), ("tiumen", "тюмень"), ("tjumen", "тюмень")),
        *(("yubiley", "юбилей"), ("iubilei", "юбилей"), ("jubilej", "юбилей"), ("yaroslavl'", "ярославль")),
        *(("vlast", "власть"), ("rossiya", "россия"), ("rossija", "россия"), ("rossia", "россия")),
        *(("vybory", "выборы"), ("zhizn", "жизнь"), ("ekskursiya", "экскурсия"), ("ob'ekt", "объект")),
    ],
)
def test_ways_to_write_russian_in_latin_letters(word: str, russian: str) -> None:
    found = dict(readings(word))
    assert russian in found
    assert list(found.values()) == sorted(found.values())
    assert len(found) <= 96


@pytest.mark.parametrize("word", ["саммит", "café", "x" * 31, "two words", "7"])
def test_what_is_no_transliteration(word: str) -> None:
    assert readings(word) == []


def test_sounds_written_otherwise() -> None:
    assert "встретиться" in rewritten("встретится")
    assert "telephone" in rewritten("telefone")
    assert "счастье" in rewritten("щастье")
    assert rewritten("омут") == []


@settings(max_examples=dose(100), deadline=None)
@given(st.text("абв'", min_size=1, max_size=6))
def test_all_words_with_one_error(form: str) -> None:
    from naive_forms import errors

    from searchlib.vocabulary.on_disk import _with_error

    letters = frozenset("абг'")
    found = _with_error(form, letters | frozenset(form))
    assert all(errors(form, other) == 1 for other in found)
    near = FormQuery.near(form, 1, 0)
    assert all(other in near for other in found)
    at = len(form) // 2
    assert {form[:at] + "г" + form[at:], form[:at] + "г" + form[at + 1 :]} <= found
    assert (form[:-1] in found) == (len(form) > 1)

"""Does the native tokeniser find the words that a reader sees, in any text at all?"""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.language import Analyzer, Token, make_tables
from searchlib.language._tokens import forms, letters, spoken, tokenize

LATIN, CYRILLIC, NUMBER, OTHER = 1, 2, 3, 4

# Every sign that has a rule of its own, so that random texts meet the rules' edges.
TRICKY = "aSsbUxы ёЁйИіІуПа\u0306\u0308\u0301\u00ad\u200b\ufeff'’`-‐‑–.,: \u00a0\u202f019٣ßﬃĳ東ค한न्"
TRICKY += "😀\ud800𝐇\U00020000_@#/"
SLAVIC = "ђѓєѕіїјљњћќѝўџґ"  # letters that Russian has not
texts = st.one_of(st.text(max_size=60), st.text(alphabet=TRICKY, max_size=60))


def words(text: str) -> list[str]:
    """Forms without hyphenated wholes."""
    return [form for form, _, _, _, _, whole in tokenize(text) if not whole]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, МИР!", "hello мир"),
        ("Ёлка и елка", "елка и елка"),
        ("за́мок, за\u0300мок, зáмок", "замок замок замок"),
        ("й и\u0306 Й И\u0306", "й й й й"),
        ("ї і\u0308 ў у\u0306 Ґ Є ъ", "ї ї ў ў ґ є ъ"),
        ("Erdoğan Øre Straße Æon Łódź ısı İzmir naïve", "erdogan ore strasse aeon lodz isi izmir naive"),
        ("co\u00adop\u200berate\ufeff", "cooperate"),
        ("ﬁne Ａｂｃ Ⅳ 𝐇𝐢", "fine abc iv hi"),
        ("Ελλάδα Άθως", "ελλαδα αθωσ"),
        # dots
        ("U.S. troops, the U.S., U.K.'s", "us troops the us uk"),
        ("О.Д.К.Б. и т.д., т.е.", "одкб и тд те"),
        ("А.С.Пушкин и J.R.R.Tolkien", "а с пушкин и j r r tolkien"),
        ("О.Д'Артаньян", "о д'артаньян"),
        ("конец.Начало example.com", "конец начало example com"),
        # numbers
        ("3.14 3,5 0,123 12.5%", "3.14 3.5 0.123 12.5"),
        (
            "1,000,000 1 000 000 1\u00a0000\u00a0000 1\u202f000 1.000.000",
            "1000000 1000000 1000000 1000 1000000",
        ),
        ("1,000.50 1\u00a0234,56 1.234.567,89", "1000.50 1234.56 1234567.89"),
        ("10.12.2024 192.168.0.1 1,2,3 1,000,5", "10 12 2024 192 168 0 1 1 2 3 1 000 5"),
        ("в 2023 100 человек", "в 2023 100 человек"),
        ("100 200 300 400 500 600 700 800", "100 200 300 400 500 600 700 800"),
        ("5G Т-90 T90 2.5мм ٣٤٥", "5g т 90 t90 2.5 мм 345"),
        # apostrophes
        (
            "Russia's Russia’s 1990's don't O’Neill об'єкт dogs' 'tis",
            "russia russia 1990 don't o'neill об'єкт dogs tis",
        ),
        ("'quoted' ‘words’", "quoted words"),
        # scripts without spaces, and what separates
        ("東京は ไท 한국어 नमस्ते", "東 京 は ไ ท 한국어 नमस्ते"),
        ("snake_case a@b.org #tag C++ да/нет 😀ok", "snake case a b org tag c да нет ok"),
        ("m² № 5 1️⃣", "m 5 1"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Poccия", "россия"),  # a Latin P, o, c, c
        ("мoсква", "москва"),
        ("УкpаЇна", "україна"),
        ("Украiна", "украіна"),
        ("Хелло", "хелло"),
        ("Wоrld", "world"),  # a Cyrillic о
        ("СNN", "cnn"),  # a Cyrillic С
        ("Bкусно", "вкусно"),  # a capital Latin B is a twin, a small one is not
        ("bкусно", "bкусно"),
        ("шuй", "шuй"),
        ("Путин's", "путин"),
    ],
)
def test_look_alikes(text: str, expected: str) -> None:
    assert words(text) == [expected]


def test_all_ambiguous_letters_follow_the_majority_and_a_tie_is_cyrillic() -> None:
    assert tokenize("O\u0410O")[0][0] == "oao"
    assert tokenize("\u041eA\u041e")[0][0] == "\u043e\u0430\u043e"
    assert tokenize("A\u0410")[0][0] == "\u0430\u0430"


def test_scripts() -> None:
    scripts = [script for _, _, _, _, script, _ in tokenize("word слово 12.5 東 शब्द 5g т90 шuй")]
    assert scripts == [LATIN, CYRILLIC, NUMBER, OTHER, OTHER, LATIN, CYRILLIC, CYRILLIC]


def test_hyphenated_words_are_whole_and_in_parts() -> None:
    tokens = [Token._make(token) for token in tokenize("the state-of-the-art экс-премьер end")]
    assert [(token.form, token.position, token.whole) for token in tokens] == [
        ("the", 0, False),
        ("state-of-the-art", 1, True),
        ("state", 1, False),
        ("of", 2, False),
        ("the", 3, False),
        ("art", 4, False),
        ("экс-премьер", 5, True),
        ("экс", 5, False),
        ("премьер", 6, False),
        ("end", 7, False),
    ]
    assert (tokens[1].start, tokens[1].end) == (4, 20)
    assert (tokens[3].start, tokens[3].end) == (10, 12)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("U.S.-led", "us-led"),
        ("COVID‑19", "covid-19"),
        ("2024-06-06", "2024-06-06"),
        ("40-летний", "40-летний"),
        ("mother-in-law's", "mother-in-law"),
        ("Су\u00ad-27", "су-27"),
    ],
)
def test_wholes(text: str, whole: str) -> None:
    form, start, _, position, _, is_whole = tokenize(text)[0]
    assert (form, start, position, is_whole) == (whole, 0, 0, True)


def test_dashes_and_loose_hyphens_join_nothing() -> None:
    for text in ("one–two", "one—two", "one - two", "one- two", "one -two", "one--two"):
        assert [token[0] for token in tokenize(text)] == ["one", "two"], text


def test_long_chains_give_only_parts() -> None:
    assert [whole for *_, whole in tokenize("a-b-c-d-e-f-g-h")].count(True) == 1
    chain = tokenize("-".join("abcdefghijk"))
    assert [token[0] for token in chain] == list("abcdefghijk")
    assert [token[3] for token in chain] == list(range(11))


def test_long_words_are_cut() -> None:
    assert tokenize("я" * 100 + " b") == [
        ("я" * 64, 0, 100, 0, CYRILLIC, False),
        ("b", 101, 102, 1, LATIN, False),
    ]
    # expanding letters count as what they become
    assert words("ß" * 40) == ["s" * 64]


def test_offsets_point_into_the_text() -> None:
    text = "😀 За́мок, Erdoğan’s «U.S.» 1 000 000"
    assert [text[start:end] for _, start, end, *_ in tokenize(text)] == [
        "За́мок",
        "Erdoğan",
        "U.S.",
        "1 000 000",
    ]


def test_every_code_point() -> None:
    for first in range(0, 0x110000, 0x1000):
        for code in range(first, first + 0x1000):
            for form, *_ in tokenize(chr(code)):
                assert form.encode()
                assert words(form) == [form], hex(code)


@settings(max_examples=dose(400), deadline=None)
@given(texts)
def test_any_text_gives_valid_tokens(text: str) -> None:
    position = 0
    last_end = 0
    whole_end = 0
    for form, start, end, at, script, whole in tokenize(text):
        assert form and len(form) <= 64
        assert 0 <= start < end <= len(text)
        assert script in (LATIN, CYRILLIC, NUMBER, OTHER)
        assert at == position
        assert start >= last_end
        if whole:
            assert "-" in form and start >= whole_end
            whole_end = end
        else:
            assert "-" not in form
            position += 1
            last_end = end


@settings(max_examples=dose(400), deadline=None)
@given(texts)
def test_forms_are_their_own_tokens(text: str) -> None:
    for form, _, _, _, _, whole in tokenize(text):
        again = tokenize(form)
        assert again[0][0] == form
        assert again[0][5] == whole
        assert again[0][1:3] == (0, len(form))


@settings(max_examples=dose(300), deadline=None)
@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяЙЁЇїіўabcé öÑğ-.' 123", max_size=50))
def test_composed_and_decomposed_text_give_the_same_words(text: str) -> None:
    assert words(unicodedata.normalize("NFC", text)) == words(unicodedata.normalize("NFD", text))


@settings(max_examples=dose(200), deadline=None)
@given(st.text(alphabet="abcABC абвАБВ 12.,'-\n", max_size=80))
def test_the_width_of_code_points_does_not_matter(text: str) -> None:
    # a character beyond the text's own width at the end makes Python store wider code points
    assert tokenize(text + " Ж")[:-1] == tokenize(text + " 😀") == tokenize(text)


@settings(max_examples=dose(200), deadline=None)
@given(texts)
def test_letters_and_words_are_counted_as_they_are(text: str) -> None:
    latin, cyrillic, other, russian, slavic, distant = letters(text)
    assert latin + cyrillic + other <= len(text)
    assert russian == sum(letter in "ыэЫЭ" for letter in text)
    assert slavic == sum(letter in SLAVIC + SLAVIC.upper() for letter in text)
    assert distant <= cyrillic
    first, second = frozenset(words(text)[::2]), frozenset(words(text)[1::3])
    assert forms(text) == words(text)
    counts = [sum(word in chosen for word in words(text)) for chosen in (first, second)]
    assert spoken(text, first, second) == (len(words(text)), *counts)


@pytest.mark.parametrize(
    "piece",
    [
        "1,",
        "1.",
        "a.",
        "a-",
        "a'",
        "1 000 ",
        "100 ",
        "1,000.",
        "а.б-",
        "a\u0301",
        "\u0301",
        "-",
        "x",
        "1-1 ",
        "'\u200b",
        "1,000.5,",
    ],
)
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = "a" + piece * count + "bb"
        started = time.process_time()
        spoken(text, frozenset(), frozenset())
        return time.process_time() - started

    short = min(seconds(5_000) for _ in range(3))
    long = min(seconds(100_000) for _ in range(2))
    # 20 times the text; quadratic time would be 400 times as much, and seconds
    assert long < 100 * short + 0.1


def test_not_a_string() -> None:
    with pytest.raises(TypeError):
        tokenize(b"bytes")  # type: ignore[arg-type]


def test_analyzer_names_the_parts_of_a_token() -> None:
    (token,) = Analyzer().tokens("  Ёлка")
    assert token == Token(form="елка", start=2, end=6, position=0, script=CYRILLIC, whole=False)


def test_the_committed_tables_are_what_their_script_writes() -> None:
    written = Path(make_tables.__file__).with_name("tables.h").read_text(encoding="ascii")
    if f"Unicode {unicodedata.unidata_version}:" not in written:
        pytest.skip("this Python has another version of Unicode than the one that wrote tables.h")
    assert make_tables.build() == written

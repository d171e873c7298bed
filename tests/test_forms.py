"""Which forms fit a pattern or are near a word, and where do they stand?"""

from __future__ import annotations

import random
from collections.abc import Collection
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from inverted import Inverted
from naive_dictionary import key_of
from naive_forms import errors, fits

from searchlib.language import Analyzer
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.storage._segment import SegmentFile

THOROUGH = settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = 1_000_000

WORDS = st.one_of(
    st.text("abs", min_size=1, max_size=5),
    st.text("абвё", min_size=1, max_size=5),
    st.text("ab字漢𐐨é", min_size=1, max_size=4),
    st.sampled_from(["a" * 64, "a" * 63 + "b", "ж" * 63, "xx-y", "xx-yb", "xx", "s-bahn", "q", "qa", "q-q"]),
)
TEXTS = st.lists(WORDS, max_size=30).map(" ".join)
PATTERNS = st.text("ab*?вёs字-", max_size=6) | st.text("a*?", max_size=5)
INFLECTED = st.sampled_from(
    """
    сталь стали сталью стать стал стала дом дома домой домом домами домашний премьер премьера премьер-министр
    премьер-министра премьер-министрам скажи скажи-ка сказал сказала мир мира миры мыла мыло мыть банк банка банки
    govern governs government governments paris park parks parking well well-known known was were is are be
    """.split()  # noqa: SIM905
)


def sorted_forms(forms: Collection[str]) -> list[str]:
    return sorted(forms, key=key_of)


def matching(file: SegmentFile, pattern: str, limit: int) -> FormSet:
    return FormSet.fitting(file, FormQuery.matching(pattern), limit)


def near(file: SegmentFile, form: str, distance: int, prefix: int, limit: int) -> FormSet:
    return FormSet.fitting(file, FormQuery.near(form, distance, prefix), limit)


def check_set(inverted: Inverted, forms: Collection[str], given: FormSet) -> None:
    """Does a set say where exactly these forms stand?"""
    found = given.terms
    assert list(found) == sorted(found)
    assert inverted.stands(found) == inverted.standing(forms)
    file = inverted.file
    assert {file.term(ordinal) for ordinal in found} == {inverted.first_term(form) for form in forms} - {""}
    for ordinal, codes in found.items():
        entry = inverted.terms[ordinal]
        if codes is None:
            places = inverted.places[file.term(ordinal)]
            assert inverted.stands({ordinal: None}) == {(doc, at) for doc in places for at in places[doc]}
        else:
            assert codes == tuple(sorted(set(codes)))
            assert 0 < len(codes) < entry.varied


def contents(given: FormSet) -> tuple[list[str], dict[int, tuple[int, ...] | None]]:
    return given.forms, given.terms


def check_pattern(inverted: Inverted, pattern: str) -> None:
    matched = matching(inverted.file, pattern, MANY)
    forms = matched.forms
    assert forms == sorted_forms({form for form in inverted.forms if fits(pattern, form)})
    check_set(inverted, forms, matched)
    if forms:
        assert matching(inverted.file, pattern, len(forms)).forms == forms
        with pytest.raises(OverflowError, match=f"more than {len(forms) - 1} forms"):
            matching(inverted.file, pattern, len(forms) - 1)


def check_word(inverted: Inverted, word: str, distance: int, prefix: int) -> None:
    found = near(inverted.file, word, distance, prefix, MANY)
    misspelt = list(zip(found.forms, found.errors, strict=True))
    expected = {
        form: errors(word, form)
        for form in inverted.forms
        if form[:prefix] == word[:prefix] and abs(len(form) - len(word)) <= distance
    }
    expected = {form: number for form, number in expected.items() if number <= distance}
    assert misspelt == [(form, expected[form]) for form in sorted_forms(expected)]
    check_set(inverted, expected, found)
    if misspelt:
        with pytest.raises(OverflowError):
            near(inverted.file, word, distance, prefix, len(misspelt) - 1)


@THOROUGH
@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8),
    st.lists(PATTERNS, max_size=6),
    st.lists(st.tuples(WORDS | st.just(""), st.integers(0, 2), st.integers(0, 4)), max_size=8),
)
@example([("", "")], ["", "*", "?", "**?"], [("", 2, 0)])
@example([("", "дом-а")], ["дом", "дом*", "*-?"], [("дом", 1, 0)])  # the part never counts
@example([("abs absb", "abb aba"), ("aba", "absb")], ["ab*", "abs?", "*b"], [("abab", 2, 2), ("bas", 1, 0)])
def test_forms_of_a_small_segment(
    texts: list[tuple[str, str]], patterns: list[str], words: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        inverted = Inverted(folder, texts)
        for form in inverted.forms:
            check_set(inverted, [form], FormSet.of(inverted.file, form))
        for other in {"", "*", "nowhere", "a" * 600, "\0"} - inverted.forms:
            assert contents(FormSet.of(inverted.file, other)) == ([], {})
        some = sorted(inverted.forms)[::2]
        check_set(inverted, some, FormSet.of(inverted.file, *reversed(some), "nowhere"))
        assert FormSet.of(inverted.file, *some, *some).forms == sorted_forms(some)
        for pattern in patterns:
            check_pattern(inverted, pattern)
        for word, distance, prefix in words:
            check_word(inverted, word, distance, prefix)


@THOROUGH
@given(st.lists(st.tuples(INFLECTED, st.lists(INFLECTED, max_size=25).map(" ".join)), min_size=1, max_size=8))
def test_forms_as_they_are_inflected(texts: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        inverted = Inverted(folder, texts, Analyzer().analyze)
        inverted.check()
        for form in inverted.forms:
            check_set(inverted, [form], FormSet.of(inverted.file, form))
        for pattern in ("стал*", "*ами", "премьер*", "скажи*", "park*", "w?r?", "????"):
            check_pattern(inverted, pattern)
        for word in ("стлаи", "домм", "government", "pairs", "премьер-министри"):
            check_word(inverted, word, 2, 0)
            check_word(inverted, word, 1, 1)


def test_two_forms_of_a_term_are_told_apart() -> None:
    with TemporaryDirectory() as folder:
        file = Inverted(folder, [("", "дом дома дом"), ("", "дому дом")], Analyzer().analyze).file
        [[ordinal, codes]] = FormSet.of(file, "дом").terms.items()
        assert file.term(ordinal) == "дом"
        assert codes == (0,)  # the most frequent one
        assert contents(matching(file, "дом?", 9)) == (["дома", "дому"], {ordinal: (1, 2)})
        assert contents(matching(file, "дом*", 9)) == (["дом", "дома", "дому"], {ordinal: None})
        misspelt = near(file, "домв", 1, 0, 9)
        assert contents(misspelt) == (["дом", "дома", "дому"], {ordinal: None})
        assert misspelt.errors == [1, 1, 1]
        assert contents(near(file, "одм", 1, 0, 9)) == (["дом"], {ordinal: (0,)})
        assert contents(near(file, "одм", 1, 1, 9)) == ([], {})


def test_what_cannot_be_asked() -> None:
    with TemporaryDirectory() as folder:
        file = Inverted(folder, [("", "дом")], Analyzer().analyze).file
        with pytest.raises(ValueError, match="0 to 2, not 3"):
            near(file, "дом", 3, 0, 9)
        assert matching(file, "д" + "*" * 100_000 + "м", 9).forms == ["дом"]
        assert contents(matching(file, "?*" * 100_000, 9)) == ([], {})
        assert contents(matching(file, "д" * 100_000, 9)) == ([], {})
        assert contents(near(file, "д" * 100_000, 2, 0, 9)) == ([], {})


# ---- enough forms for the table of masks ----


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Inverted:
    chance = random.Random(5)
    alphabets = ["abcdeno", "абвгдеёноя", "abв字é𐐨", "01a-"]
    words = {
        "".join(chance.choice(alphabet) for _ in range(int(1 + chance.expovariate(0.2)) % 66))
        for alphabet in alphabets
        for _ in range(2500)
    }
    ordered = sorted(words)
    chance.shuffle(ordered)
    texts = [("", " ".join(ordered[at : at + 500])) for at in range(0, len(ordered), 400)]
    inverted = Inverted(str(tmp_path_factory.mktemp("many")), texts)
    assert len(inverted.forms) > 5000
    return inverted


def test_a_table_is_made_and_changes_no_answer(many: Inverted) -> None:
    patterns = ["ab*", "аб?*", "a?b*", "字*", "нет", "и*", "ё*", "𐐨*"]
    before = [contents(matching(many.file, pattern, MANY)) for pattern in patterns]
    check_pattern(many, "*")  # too many to be read from disk one by one
    assert [contents(matching(many.file, pattern, MANY)) for pattern in patterns] == before
    assert any(forms for forms, _ in before)


@settings(max_examples=dose(100), deadline=None)
@given(st.text("abnoбвоя字é𐐨01*?-", max_size=7))
@example("*о")
@example("?" * 64)
@example("?" * 65 + "*")
def test_patterns_among_many_forms(many: Inverted, pattern: str) -> None:
    check_pattern(many, pattern)


@settings(max_examples=dose(150), deadline=None)
@given(st.data(), st.integers(0, 2), st.integers(0, 3))
def test_words_among_many_forms(many: Inverted, data: st.DataObject, distance: int, prefix: int) -> None:
    word = data.draw(st.sampled_from(sorted(many.forms)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(word)))
        letter = data.draw(st.sampled_from("abnбвя字é𐐨"))
        change = data.draw(st.integers(0, 3))
        swapped = word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]
        word = [
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            swapped,
        ][change]
    check_word(many, word, distance, prefix)

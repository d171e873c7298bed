"""Does a person see the right few words of a document, marked, and nothing that could do harm?"""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.language import Analysis, Analyzer
from searchlib.language._tokens import tokenize
from searchlib.results.snippets import SCAN_LIMIT, Snippet, make_snippet, mark_terms


class AsWritten:
    """An analyzer for tests that are about passages, not about words: a form is its own term."""

    def analyze(self, form: str) -> Analysis:
        return Analysis((form,), form in {"the", "and"})


PLAIN = AsWritten()
FILLER = "Nothing of note took place that day in the quiet town by the river. "


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def terms_of(analyzer: Analyzer, *forms: str) -> dict[str, int]:
    return {term: number for number, form in enumerate(forms) for term in analyzer.analyze(form).terms}


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[low:high] for low, high in snippet.marks]


# Which passage


def test_a_short_text_comes_whole_with_every_word_marked() -> None:
    snippet = make_snippet("The summit opened. A summit of leaders.", {"summit", "leaders"}, PLAIN)
    assert snippet.text == "The summit opened. A summit of leaders."
    assert marked(snippet) == ["summit", "summit", "leaders"]
    assert (snippet.start, snippet.end) == (0, 39)


def test_inflected_forms_are_marked(analyzer: Analyzer) -> None:
    terms = terms_of(analyzer, "саммит", "глава", "государство", "say")
    snippet = make_snippet("На саммите главы двух государств молчали, he said.", terms, analyzer)
    assert marked(snippet) == ["саммите", "главы", "государств", "said"]


def test_yo_and_case_do_not_hide_a_word(analyzer: Analyzer) -> None:
    snippet = make_snippet("УЧЁНЫЕ и ученые", terms_of(analyzer, "учёный"), analyzer)
    assert marked(snippet) == ["УЧЁНЫЕ", "ученые"]


def test_more_different_words_beat_more_marks() -> None:
    text = "Peace peace peace peace. " + FILLER * 5 + "They signed the peace treaty. " + FILLER * 5
    snippet = make_snippet(text, {"peace", "treaty"}, PLAIN, width=80)
    assert marked(snippet) == ["peace", "treaty"]


def test_synonyms_of_one_word_count_once() -> None:
    text = "A car, an auto. " + FILLER * 5 + "The car law. " + FILLER * 5
    apart = make_snippet(text, {"car": 0, "auto": 1, "law": 2}, PLAIN, width=60)
    assert marked(apart) == ["car", "auto"]
    together = make_snippet(text, {"car": 0, "auto": 0, "law": 1}, PLAIN, width=60)
    assert marked(together) == ["car", "law"]


def test_denser_beats_earlier_and_earlier_beats_later() -> None:
    dense = FILLER * 4 + "War here. " + FILLER * 4 + "War and war. " + FILLER * 4
    assert marked(make_snippet(dense, {"war"}, PLAIN, width=60)) == ["War", "war"]
    even = FILLER * 4 + "War here. " + FILLER * 4 + "War there. " + FILLER * 4
    assert "War here." in make_snippet(even, {"war"}, PLAIN, width=60).text


def test_without_a_match_the_beginning_of_the_text() -> None:
    snippet = make_snippet(FILLER * 10, {"absent"}, PLAIN, width=100)
    assert snippet.text.startswith("Nothing of note")
    assert snippet.marks == ()
    assert snippet.start == 0
    assert len(snippet.text) <= 100


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u00a0"])
def test_a_text_of_nothing_gives_nothing(text: str) -> None:
    assert make_snippet(text, {"word"}, PLAIN) == Snippet("", (), 0, 0)


def test_a_stop_word_is_marked_only_when_asked_for() -> None:
    text = "The war and the peace"
    assert marked(make_snippet(text, {"the", "and", "war"}, PLAIN)) == ["war"]
    assert marked(make_snippet(text, {"the", "and"}, PLAIN, stop_words=True)) == ["The", "and", "the"]


def test_a_hyphenated_word_and_its_parts_are_one_mark(analyzer: Analyzer) -> None:
    terms = terms_of(analyzer, "северо-восток", "северо", "восток")
    snippet = make_snippet("Ветер на северо-востоке усилится", terms, analyzer)
    assert "северо-востоке" in marked(snippet)
    assert all(before[1] <= after[0] for before, after in zip(snippet.marks, snippet.marks[1:], strict=False))


# Where it is cut


def test_it_begins_and_ends_at_a_sentence_when_one_is_near() -> None:
    text = FILLER * 3 + "The treaty was signed in Geneva on Friday. " + FILLER * 3
    snippet = make_snippet(text, {"treaty"}, PLAIN, width=120)
    assert snippet.text == "The treaty was signed in Geneva on Friday. " + FILLER.strip()
    snippet = make_snippet(text, {"treaty"}, PLAIN, width=100)
    assert (
        snippet.text
        == "The treaty was signed in Geneva on Friday. Nothing of note took place that day in the quiet town…"
    )
    assert text[snippet.start :].startswith("The treaty was")


def test_abbreviations_and_initials_do_not_end_a_sentence() -> None:
    text = "x " * 60 + "по словам г. Москвы, и т.е. Лондона, A. S. Pushkin met Mr. Treaty there " + "x " * 60
    snippet = make_snippet(text, {"treaty"}, PLAIN, width=60)
    assert not re.match("Москвы|Лондона|Pushkin|Treaty|S", snippet.text)
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")


def test_words_are_not_cut() -> None:
    words = [f"word{number}" for number in range(300)]
    snippet = make_snippet(" ".join(words), {"word150"}, PLAIN, width=90)
    assert set(snippet.text.strip("…").split()) <= set(words)
    assert marked(snippet) == ["word150"]


def test_a_match_at_the_end_still_fills_the_width() -> None:
    snippet = make_snippet("word " * 200 + "treaty", {"treaty"}, PLAIN, width=100)
    assert snippet.text.endswith("treaty")
    assert len(snippet.text) > 90


def test_a_word_longer_than_the_width_is_cut() -> None:
    long = "q" * 1000
    form = tokenize(long)[0][0]  # the tokeniser keeps a part of it
    snippet = make_snippet("a " * 100 + long + " b" * 100, {form}, PLAIN, width=50)
    assert len(snippet.text) <= 50
    assert marked(snippet) == [snippet.text.strip("…")]


def test_white_space_is_one_space_and_offsets_lead_back() -> None:
    text = "\n\n  Первая   строка.\r\n\t" + "И вот  договор,\n\nподписан." + " " * 500 + "Далее"
    snippet = make_snippet(text, {"договор", "далее"}, PLAIN)
    assert snippet.text == "Первая строка. И вот договор, подписан. Далее"
    assert marked(snippet) == ["договор", "Далее"]
    assert text[snippet.start : snippet.end].split() == snippet.text.split()


def test_a_width_too_small_for_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        make_snippet("text", {"text"}, PLAIN, width=2)


def test_a_title_is_marked_whole() -> None:
    title = "Summit:  " + "long " * 100 + "summit"
    snippet = mark_terms(title, {"summit"}, PLAIN)
    assert snippet.text == " ".join(title.split())
    assert marked(snippet) == ["Summit", "summit"]


# What it may not do


def test_html_escapes_everything_but_its_own_marks() -> None:
    snippet = make_snippet("<b>war</b> & \"peace\" 'now'", {"war"}, PLAIN)
    assert snippet.html() == "&lt;b&gt;<mark>war</mark>&lt;/b&gt; &amp; &quot;peace&quot; &#x27;now&#x27;"


def test_a_document_cannot_write_terminal_escapes() -> None:
    snippet = make_snippet("war \x1b[31mred \x9b2J\x07 \x1b]0;title\x07 \u202eabc \x00", {"war"}, PLAIN)
    shown = snippet.ansi()
    assert shown.startswith("\x1b[1;31mwar\x1b[0m ")
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown.replace("\x1b[1;31m", "").replace("\x1b[0m", "")
    )


def test_of_a_huge_text_only_the_beginning_is_looked_at() -> None:
    assert make_snippet("слово " * 1_700_000, {"слово", "конец"}, PLAIN).marks
    assert not make_snippet("пусто " * SCAN_LIMIT + "конец", {"конец"}, PLAIN).marks


# For any text

_WORDS = (
    "war",
    "Peace",
    "the",
    "мир",
    "Ёлка",
    "re-war",
    "U.S.",
    "3.14",
    "漢字",
    "e\u0301",
    "wa\u00adr",
    "q" * 70,
)
_SIGNS = ("<b>", "&", '"', "'", "…", ". ", "! ", " ", "\n\n", "  \t", "\u00a0", "\u2028")
_HARMFUL = ("\x1b[2J", "\x9b", "\u202e", "\ud800")
_PIECES = st.sampled_from(_WORDS + _SIGNS + _HARMFUL)
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=6)), max_size=120).map("".join)
_TERMS = st.frozensets(st.sampled_from(["war", "peace", "мир", "елка", "us", "3.14", "q" * 70]), max_size=4)


@given(_TEXTS, _TERMS, st.integers(3, 250))
def test_any_passage_is_sound(text: str, terms: frozenset[str], width: int) -> None:
    snippet = make_snippet(text, terms, PLAIN, width=width)
    assert len(snippet.text) <= width
    assert not re.search(r"\s\s|^\s|\s$", snippet.text)
    end = 0
    for low, high in snippet.marks:
        assert end <= low < high <= len(snippet.text)
        end = high
    assert 0 <= snippet.start <= snippet.end <= len(text)
    origin = " ".join(text[snippet.start : snippet.end].split())
    assert snippet.text in {left + origin + right for left in ("", "…") for right in ("", "…")}
    if make_snippet(text, terms, PLAIN, width=100_000).marks:
        assert snippet.marks or not origin
    assert "".join(part for part, _ in snippet.parts()) == snippet.text


@given(_TEXTS, _TERMS)
def test_html_says_what_the_text_says(text: str, terms: frozenset[str]) -> None:
    snippet = mark_terms(text, terms, PLAIN)
    shown = snippet.html()
    bare = shown.replace("<mark>", "").replace("</mark>", "")
    assert not set("<>\"'") & set(bare)
    assert html.unescape(bare) == snippet.text
    assert [html.unescape(part) for part in re.findall("<mark>(.*?)</mark>", shown, re.DOTALL)] == marked(
        snippet
    )


@given(_TEXTS, _TERMS)
def test_no_control_character_reaches_a_terminal(text: str, terms: frozenset[str]) -> None:
    shown = mark_terms(text, terms, PLAIN).ansi()
    bare = shown.replace("\x1b[1;31m", "").replace("\x1b[0m", "")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", bare)
    bare.encode()

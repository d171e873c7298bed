"""Which terms stand for a word? The one place that decides how a form is indexed and searched.

A form goes by its script, not by its document's language, so that mixed text just works: Cyrillic letters to
Russian lemmas, Latin ones to English stems, numbers and everything else as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from searchlib.language import english, russian, stopwords
from searchlib.language._tokens import script, tokenize

__all__ = ["VERSION", "Analysis", "Analyzer", "Token"]

VERSION = 1
"""Bumped whenever the same text would give other tokens or other terms."""

LANGUAGES = ("en", "ru")

_LATIN, _CYRILLIC = 1, 2


class Token(NamedTuple):
    """A word of a text.

    form: folded; start, end: half-open range of code points in the text; position: counts words from 0, and a
    hyphenated word shares its first part's; script: 1 Latin, 2 Cyrillic, 3 number, 4 other; whole: a
    hyphenated word, whose parts follow.
    """

    form: str
    start: int
    end: int
    position: int
    script: int
    whole: bool


class Analysis(NamedTuple):
    """What a form is indexed as.

    terms: all at one position, the likeliest first; of a query word, one synonym group. stop: whether the
    form is a stop word, which keeps its terms but counts neither for length nor in a query of other words.
    """

    terms: tuple[str, ...]
    stop: bool


class Analyzer:
    """Turns text to tokens and forms to terms.

    languages: "en" and "ru" or one of them; the forms of a language that is left out stay as they are.
    Raises ValueError for another language. Nothing is remembered: an analysis costs a microsecond or two, and
    whoever asks for many words (the inversion, the ranker, a marker) keeps the forms that it has met. Any thread
    may use an Analyzer.
    """

    def __init__(self, languages: tuple[str, ...] = LANGUAGES) -> None:
        for language in languages:
            if language not in LANGUAGES:
                raise ValueError(
                    f"no analysis for the language '{language}'; there is {' and '.join(LANGUAGES)}"
                )
        self.languages = tuple(languages)
        self._english = "en" in languages
        self._russian = "ru" in languages

    def analyze(self, form: str) -> Analysis:
        """The terms of a form as the tokeniser gives it, folded."""
        letters = script(form)
        if letters == _CYRILLIC:
            if self._russian:
                return Analysis(russian.lemmas(form), form in stopwords.RUSSIAN)
        elif letters == _LATIN and self._english:
            return Analysis(english.stems(form), form in stopwords.ENGLISH)
        return Analysis((form,), False)

    def tokens(self, text: str) -> list[Token]:
        """The words of a text in order; a hyphenated word comes before its parts."""
        return list(map(Token._make, tokenize(text)))

"""Which terms stand for a word? The one place that decides how a form is indexed and searched.

A form goes by its script, not by its document's language, so that mixed text just works: Cyrillic letters to
Russian lemmas, Latin ones to English stems, numbers and everything else as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from searchlib.language import english, russian, stopwords
from searchlib.language._tokens import tokenize

__all__ = ["VERSION", "Analysis", "Analyzer", "Token"]

VERSION = 1
"""Bumped whenever the same text would give other tokens or other terms."""

MEMO_LIMIT = 1_000_000
LANGUAGES = ("en", "ru")

_FIRST_CYRILLIC, _AFTER_CYRILLIC = "\u0400", "\u0530"


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
    Raises ValueError for another language. Each distinct form is analysed once while the memo, of a million
    forms, holds it. Any thread may use an Analyzer; one for all is best.
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
        self._memo: dict[str, Analysis] = {}

    def analyze(self, form: str) -> Analysis:
        """The terms of a form as the tokeniser gives it, folded."""
        found = self._memo.get(form)
        if found is None:
            found = self._analyze(form)
            memo = self._memo
            if len(memo) >= MEMO_LIMIT:
                # A reader in another thread keeps the old one until it has its answer.
                self._memo = memo = {}
            memo[form] = found
        return found

    def tokens(self, text: str) -> list[Token]:
        """The words of a text in order; a hyphenated word comes before its parts."""
        return list(map(Token._make, tokenize(text)))

    def _analyze(self, form: str) -> Analysis:
        if any(_FIRST_CYRILLIC <= char < _AFTER_CYRILLIC for char in form):
            if self._russian:
                return Analysis(russian.lemmas(form), form in stopwords.RUSSIAN)
        elif self._english and any("a" <= char <= "z" for char in form):
            return Analysis(english.stems(form), form in stopwords.ENGLISH)
        return Analysis((form,), False)

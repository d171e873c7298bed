"""What do all engines index when only engines are compared? The text as terms: one word for each word, analysed by searchlib.

A term is the first reading of a word, written so that every engine's tokeniser leaves it whole and no analysis touches
it: letters and digits alone, and a digit at the end. Stop words are left out, since engines treat them differently. The title
comes twice before the text, in one field, as searchlib weighs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.corpora.archive import Article, write
from benchmarks.corpora.questions import Question
from searchlib.language import Analyzer

LAYOUT = 2  # raised when other terms come out
_MARK = "7"  # any digit
_NUMBER = "n"


class Terms:
    """Turns text into terms. Not for several threads at once: it remembers the words it has met."""

    def __init__(self) -> None:
        self._analyzer = Analyzer()
        self._term = cache(self._found)

    def of(self, text: str) -> list[str]:
        """The terms of a text in order."""
        tokens = self._analyzer.tokens(text)
        return [term for token in tokens if not token.whole and (term := self._term(token.form))]

    def article(self, article: Article) -> Article:
        """The article with nothing but terms in its text."""
        title, text = (" ".join(self.of(article[name])) for name in ("title", "text"))
        return {**article, "title": "", "text": f"{title} {title} {text}".strip()}

    def question(self, question: Question) -> Question | None:
        """The question in terms; None when nothing is left of it, or not all of a phrase, or when it is about parts of words."""
        words = tuple(self.of(" ".join(question.words)))
        whole = question.how != "phrase" or len(words) == len(question.words)
        if not words or not whole or question.how in ("prefix", "fuzzy"):
            return None
        return replace(question, words=words)

    def _found(self, form: str) -> str:
        found = self._analyzer.analyze(form)
        if found.stop:
            return ""
        plain = "".join(letter if letter.isalnum() else "0" for letter in found.terms[0]) + _MARK
        return (
            f"{_NUMBER}{plain}" if plain.isdigit() else plain
        )  # two numbers side by side might be read as one


def prepared_terms(archive: Path) -> Path:
    """The archive as terms, beside it; made when it is not there yet."""
    path = archive.with_name(f"{archive.stem}-terms{LAYOUT}.jsonl")
    return path if path.exists() else write(_converted(archive), path)


def _converted(archive: Path) -> Iterator[Article]:
    terms = Terms()
    with archive.open(encoding="utf-8") as lines:
        for line in lines:
            yield terms.article(json.loads(line))

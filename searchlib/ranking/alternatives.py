"""What else may a word stand for? Whoever knows such words is asked for each word of a query.

What they give joins the synonym group of the word, with a share of its weight (Searcher.group), so that it is found in place of the word
and never counts beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.ranking.question import Question

__all__ = ["Alternative", "Provider", "Senses"]


class Alternative(NamedTuple):
    """What may stand for a word. term: as the index has it; share: of the word's weight, above 0 and below 1."""

    term: str
    share: float


class Provider(Protocol):
    """Knows what may stand for words. Threads may share it."""

    def alternatives(self, form: str, terms: tuple[str, ...]) -> Iterable[Alternative]:
        """For a folded form with these terms, which is no stop word. Raises CorruptIndexError."""


class Senses(NamedTuple):
    """What is looked for beside the words that were typed. names: the same names in the other script; synonyms: other names of what is
    named; cross_language: what words mean in the other language."""

    names: bool
    synonyms: bool
    cross_language: bool

    @classmethod
    def of(cls, definition: Definition, question: Question | None = None) -> Senses:
        """What a question asks for, or else its index's definition."""
        usual = cls(
            definition.names, definition.acronyms or bool(definition.synonyms), definition.cross_language
        )
        if question is None or question.names is question.synonyms is question.cross_language is None:
            return usual
        asked = (question.names, question.synonyms, question.cross_language)
        return cls(*(one if value is None else value for one, value in zip(usual, asked, strict=True)))

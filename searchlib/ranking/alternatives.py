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
    """What is looked for beside the words that were typed. names: the same names in the other script; cross_language: what words mean
    in the other language."""

    names: bool
    cross_language: bool

    @classmethod
    def of(cls, definition: Definition, question: Question | None = None) -> Senses:
        """What a question asks for, or else its index's definition."""
        asked = {name: None if question is None else getattr(question, name) for name in cls._fields}
        return cls(
            **{name: getattr(definition, name) if value is None else value for name, value in asked.items()}
        )

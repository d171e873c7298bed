"""Which words does a plain query ask for?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize

if TYPE_CHECKING:
    from searchlib.language import Analysis

__all__ = ["MAX_LENGTH", "MAX_WORDS", "Bag", "Word", "bag_of_words"]

MAX_LENGTH: Final = 10_000  # code points
MAX_WORDS: Final = 1_000


class Word(NamedTuple):
    """Terms to look for, any of which will do, and how much the word counts."""

    terms: tuple[str, ...]
    boost: float


class Bag(NamedTuple):
    """The words of a query; stop_words: it has no others."""

    words: list[Word]
    stop_words: bool


def bag_of_words(query: str, analyze: Callable[[str], Analysis]) -> Bag:
    """The words of a query in order, each once; its boost is how often it was asked.

    Stop words are left out unless there is nothing else. Raises QueryError when there is no word at all, or too many.
    """
    if not isinstance(query, str):
        raise QueryError(f"a query is a str, not {type(query).__name__}")
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query is too long: at most {MAX_LENGTH:,} characters", MAX_LENGTH)
    tokens = tokenize(query)
    if not tokens:
        raise QueryError("the query has no words: type at least one letter or digit")
    if len(tokens) > MAX_WORDS:
        raise QueryError(f"the query has too many words: at most {MAX_WORDS:,}", tokens[MAX_WORDS][1])
    analyses = [analyze(token[0]) for token in tokens]
    chosen = [one for one in analyses if not one[1]]
    stop_words = not chosen
    counts: dict[tuple[str, ...], float] = {}
    for one in chosen or analyses:
        counts[one[0]] = counts.get(one[0], 0.0) + 1.0
    return Bag([Word(terms, boost) for terms, boost in counts.items()], stop_words)

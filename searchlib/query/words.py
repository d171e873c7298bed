"""Which words does a plain query ask for?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize

__all__ = [
    "LONGEST",
    "MAX_LENGTH",
    "MAX_WORDS",
    "all_of_words",
    "bag_of_words",
    "quoted_words",
    "tokens_of",
    "within_limits",
]

MAX_LENGTH: Final = 10_000  # code points
MAX_WORDS: Final = 1_000

# Code points. Shorter queries are within the parser's limits of words, runs and signs, whatever is in them.
LONGEST: Final = 1_000

_Meaning = TypeVar("_Meaning")


Tokens: TypeAlias = list[tuple[str, int, int, int, int, bool]]
"""As searchlib.language._tokens.tokenize gives them."""


def within_limits(query: str) -> Tokens:
    """The tokens of a query. Raises QueryError when it is no text, or too long, or has too many."""
    if not isinstance(query, str):
        raise QueryError(f"a query is a str, not {type(query).__name__}")
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query is too long: at most {MAX_LENGTH:,} characters", MAX_LENGTH)
    tokens = tokenize(query)
    if len(tokens) > MAX_WORDS:
        raise QueryError(f"the query has too many words: at most {MAX_WORDS:,}", tokens[MAX_WORDS][1])
    return tokens


def tokens_of(query: str) -> Tokens:
    """The same for a query of plain words, which has at least one. Raises QueryError."""
    tokens = within_limits(query)
    if not tokens:
        raise QueryError("the query has no words: type at least one letter or digit")
    return tokens


def bag_of_words(
    query: str, look_up: Callable[[str], tuple[_Meaning, bool]]
) -> tuple[list[tuple[_Meaning, float]], bool]:
    """What the words of a query mean, in order, each meaning once with a boost: how often it was asked.

    look_up: gives a form's meaning, and whether it is a stop word. Those are left out unless there is nothing else, which
    is the second value. Raises QueryError when there is no word at all, or too many.
    """
    tokens = tokens_of(query)
    found = [look_up(token[0]) for token in tokens]
    chosen, stop_words = _without_stop_words(found)
    boosts: dict[_Meaning, float] = {}
    for meaning in chosen:
        boosts[meaning] = boosts.get(meaning, 0.0) + 1.0
    return list(boosts.items()), stop_words


def all_of_words(
    query: str, look_up: Callable[[str], tuple[_Meaning, bool]]
) -> tuple[list[_Meaning], bool] | None:
    """What the words of a query mean, each of which is asked for; None when a hyphen joins some, since those need more thought.

    look_up, the second value and errors: as of bag_of_words.
    """
    tokens = tokens_of(query)
    if any(token[5] for token in tokens):
        return None
    return _without_stop_words([look_up(token[0]) for token in tokens])


def _without_stop_words(found: list[tuple[_Meaning, bool]]) -> tuple[list[_Meaning], bool]:
    """The meanings that are no stop words; all, and True, when there is nothing else."""
    chosen = [meaning for meaning, stop in found if not stop]
    return chosen or [meaning for meaning, _ in found], not chosen


def quoted_words(query: str) -> list[str] | None:
    """The words of a query that is a phrase and nothing else; None when it is anything else, or has none."""
    if query[:1] != '"' or query[-1] != '"' or query.count('"') != 2 or len(query) > LONGEST:
        return None
    return [token[0] for token in tokenize(query) if not token[5]] or None

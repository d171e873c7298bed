"""Which words does a plain query ask for?"""

from __future__ import annotations

from typing import Final, TypeAlias

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize

__all__ = [
    "LONGEST",
    "MAX_LENGTH",
    "MAX_WORDS",
    "quoted_words",
    "tokens_of",
    "within_limits",
]

MAX_LENGTH: Final = 10_000  # code points
MAX_WORDS: Final = 1_000

# Code points. Shorter queries are within the parser's limits of words, runs and signs, whatever is in them.
LONGEST: Final = 1_000

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


def quoted_words(query: str) -> list[str] | None:
    """The words of a query that is a phrase and nothing else; None when it is anything else, or has none."""
    if query[:1] != '"' or query[-1] != '"' or query.count('"') != 2 or len(query) > LONGEST:
        return None
    return [token[0] for token in tokenize(query) if not token[5]] or None

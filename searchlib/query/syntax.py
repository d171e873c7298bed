"""Which signs and words of a query are operators?

The patterns here are given to Whoosh by searchlib.query.grammar, and tell without Whoosh whether a query has any
operator at all: importing it takes longer than most searches, and most queries are plain words.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "COMPARISON",
    "EXACT",
    "FIELD",
    "FUZZY",
    "INFIX",
    "MAX_CLAUSES",
    "MAX_DISTANCE",
    "MAX_SLOP",
    "MINUS",
    "OPERATORS",
    "PLUS",
    "PREFIX",
    "RANGE",
    "RUSSIAN",
    "WORD_AFTER",
    "WORD_BEFORE",
    "is_plain",
    "mere_words",
]

MAX_CLAUSES: Final = 256
MAX_SLOP: Final = 100
MAX_DISTANCE: Final = 2  # letters: with three, half of the short words are alike

# English operator -> its Russian equal, or None.
INFIX: Final = {"AND": "И", "OR": "ИЛИ", "ANDNOT": None, "ANDMAYBE": None, "REQUIRE": None}
PREFIX: Final = {"NOT": "НЕ"}
RUSSIAN: Final = ("И", "ИЛИ", "НЕ")
OPERATORS: Final = frozenset([*INFIX, *PREFIX, *RUSSIAN])

# An operator word stands by itself; a parenthesis or a quote may touch it.
WORD_BEFORE: Final = r'(?<![^\s()"])'
WORD_AFTER: Final = r'(?![^\s()"])'

# At the start of a word and before something that can be a word: neither a dash nor an arrow nor a smile.
_SIGN: Final = r"(?<![^\s(]){}(?![\s+\-–—.,;:!)>^~]|$)"
PLUS: Final = _SIGN.format(r"\+")
MINUS: Final = _SIGN.format("-")
EXACT: Final = r'=(?=[\w"])'

# A name that begins with a letter, directly before its value: neither 12:30 nor http:// nor "Putin: we will".
FIELD: Final = r"(?<!:)(?P<text>[^\W\d]\w*):(?!//|\s)"
COMPARISON: Final = r"""(?<=:)(?P<rel>[<>]=?|=[<>])(?P<text>"[^"]*"|'[^']*'|[^\s()"^]*)"""
# Outside a field only capitals make a range: "[back to school]" is a headline. The lengths keep it linear.
RANGE: Final = (
    r"(?P<open>(?<=:)[\[{]|[\[{](?=[^\[\]{}]{0,100}\bTO\b))"
    r"(?P<start>[^\[\]{}]{0,100}?)\b[Tt][Oo]\b(?P<end>[^\[\]{}]{0,100})(?P<close>[\]}])"
)
FUZZY: Final = r"(?<=[^\s(])~(?P<maxdist>[0-9])?(?:/(?P<prefix>[0-9]{1,3}))?"

_ANY_OPERATOR: Final = re.compile(
    rf"""["*()^] | \?(?=\w) | (?<=\S)~
    | (?<!\S) (?: {MINUS} | {PLUS} | {EXACT} | [^\W\d]\w*:(?!//|\s) | (?P<word>(?:{"|".join([*INFIX, *PREFIX])})(?!\S)) )
    | [\[{{][^\[\]{{}}]{{0,100}}\bTO\b""",
    re.VERBOSE,
)
_RUSSIAN_OPERATOR: Final = re.compile(r"(?<!\S)НЕ(?=\s)|(?<=\s)(?:И|ИЛИ)(?=\s)")

# What nobody writes in capitals between operators, and what therefore tells a headline. No abbreviation is among them.
_SPOKEN: Final = re.compile(r"(?<!\S)(?:THE|OF|IN|FOR|FROM|BY|WITH|WITHOUT|THAT|THIS|WHICH|ITS|THEIR)(?!\S)")
_SPOKEN_ENGLISH: Final = frozenset({"AND", "OR", "NOT", "REQUIRE"})


def is_plain(query: str) -> bool:
    """Whether the query is nothing but words, so that a bag of words says all of it.

    A question mark at the end of a word is then the end of a question; beside an operator it stands for a letter.
    """
    if query.replace(" ", "").isalnum() and OPERATORS.isdisjoint(query.split()):
        return True  # as most are: the expressions below take longer than all else of a plan
    if _ANY_OPERATOR.search(query) is None and _RUSSIAN_OPERATOR.search(query) is None:
        return True
    words = mere_words(query)
    return bool(words) and all(one["word"] in words for one in _ANY_OPERATOR.finditer(query))


def mere_words(query: str) -> frozenset[str]:
    """The operators in letters that are words in this query, because capitals set them off from nothing.

    In a query all in capitals И ИЛИ НЕ are words: "СБОРНАЯ НЕ ПРИЕДЕТ" excludes nothing. AND OR NOT are, too, when another
    word shows that it is running text: "TREATY OF THE U.S. AND CANADA" is, "NATO AND EU" is not.
    """
    if not query.isupper():
        return frozenset()
    return _SPOKEN_ENGLISH.union(RUSSIAN) if _SPOKEN.search(query) else frozenset(RUSSIAN)

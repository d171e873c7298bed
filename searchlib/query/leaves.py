"""What does one word of a query ask for, in the field that it names?

A word, phrase, pattern or range of Whoosh's becomes a leaf of our tree. What the field cannot be asked is reported
to `complain`; when that returns, the text is searched for as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from unicodedata import category

from whoosh.qparser import plugins, syntax

from searchlib.language._tokens import tokenize
from searchlib.query.checks import Complain
from searchlib.query.dates import date_span
from searchlib.query.grammar import Comparison, Exact, ExactPhrase, QuotedWord
from searchlib.query.syntax import MAX_DISTANCE, MAX_SLOP
from searchlib.query.tree import (
    DateRange,
    Everything,
    Fuzzy,
    Keyword,
    KeywordRange,
    Node,
    Pattern,
    Phrase,
    Word,
)

__all__ = ["Leaves"]

LEAST_BOOST: Final = 0.001
MOST_BOOST: Final = 1000.0

DATE_HINT: Final = (
    'write 2024, 2024-06, 2024-06-06, 2024-06-06T10:30, today or "last week"; several words go in quotes'
)
RANGE_HINT: Final = "write date:[2024-05-01 TO 2024-06-30]; one side may be *"

_PhraseNode = plugins.PhrasePlugin.PhraseNode
_FuzzyNode = plugins.FuzzyTermPlugin.FuzzyTermNode
_WildcardNode = plugins.WildcardPlugin.WildcardNode


class Leaves:
    """Makes the leaves of one query."""

    def __init__(self, query: str, kinds: dict[str, str], now: datetime, complain: Complain) -> None:
        self._query = query
        self._kinds = kinds
        self._now = now
        self._complain = complain

    def leaf(self, node: Any, boost: float) -> Node | None:
        """None for a word without a letter or a digit."""
        if not LEAST_BOOST <= boost <= MOST_BOOST:
            self._complain(
                f"a boost is from {LEAST_BOOST} to {MOST_BOOST:.0f}, and here it comes to {boost:g}",
                node.startchar,
                None,
            )
            boost = min(max(boost, LEAST_BOOST), MOST_BOOST)
        kind = "text" if node.fieldname is None else self._kinds[node.fieldname]
        make: Callable[[Any, float], Node | None] = {
            "text": self._text,
            "keyword": self._keyword,
            "date": self._date,
        }[kind]
        return make(node, boost)

    def _text(self, node: Any, boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        field = node.fieldname
        if isinstance(node, syntax.RangeNode):
            self._complain(
                f"'{field}' is a text field, and a range needs a field of dates or keywords",
                span[0],
                RANGE_HINT,
            )
            return self._as_words(node, boost)
        quoted = isinstance(node, (_PhraseNode, QuotedWord))
        if field is not None and not quoted and node.text[:1] in ("-", "+"):
            sign = node.text[0]
            self._complain(f"{sign} stands before the field", span[0], f"write {sign}{field}:word")
        if isinstance(node, _WildcardNode):
            return self._pattern(node, boost)
        if isinstance(node, _PhraseNode):
            return self._phrase(node, boost)
        tokens = tokenize(node.text)
        if not tokens:
            return None
        if isinstance(node, _FuzzyNode):
            return self._fuzzy(node, tokens, boost)
        return Word(node.text, field, isinstance(node, Exact), boost, span)

    def _fuzzy(self, node: Any, tokens: Sequence[tuple[Any, ...]], boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        if len(tokens) > 1 and not tokens[0][5]:  # more than one word, and not a hyphenated one
            self._complain("~ stands behind one word", span[0], "leave out the punctuation inside it")
            return self._as_words(node, boost)
        distance = node.maxdist
        if not 1 <= distance <= MAX_DISTANCE:
            self._complain(
                f"~ takes a distance of 1 or {MAX_DISTANCE} letters", span[0], "write word~ or word~2"
            )
            distance = min(max(distance, 1), MAX_DISTANCE)
        return Fuzzy(node.text, node.fieldname, distance, node.prefixlength, boost, span)

    def _phrase(self, node: Any, boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        if not tokenize(node.text):
            self._complain("this phrase has no words", span[0], "put words between the quotes")
            return None
        slop = node.slop
        if not 1 <= slop <= MAX_SLOP:
            self._complain(f"the number after ~ is from 1 to {MAX_SLOP} for a phrase", span[0], None)
            slop = min(max(slop, 1), MAX_SLOP)
        return Phrase(node.text, node.fieldname, slop, isinstance(node, ExactPhrase), boost, span)

    def _pattern(self, node: Any, boost: float) -> Node | None:
        """A pattern over forms: the punctuation around it belongs to the sentence, and inside it no form has any."""
        span = (node.startchar, node.endchar)
        field = node.fieldname
        if node.text in ("*", "*:*"):
            if field is None:
                return Everything(boost, span)
            self._complain(f"{field}:* asks for every word there is", span[0], "write * for all documents")
            return None
        text = node.text
        start, end = 0, len(text)
        while start < end and not _of_pattern(text[start]):
            start += 1
        while end > start and not _of_pattern(text[end - 1]):
            end -= 1
        text = text[start:end]
        if not any(letter.isalnum() for letter in text):
            if "*" in text:
                self._complain(
                    "a pattern needs a letter or a digit",
                    span[0],
                    "a sign that is meant as itself goes in quotes",
                )
            return None
        wrong = next(
            (at for at, letter in enumerate(text) if not _of_pattern(letter) and letter not in "-'’"), None
        )
        if wrong is not None:
            self._complain(
                f"a pattern is one word, and {text[wrong]!r} is part of none",
                span[0] + start + wrong,
                "leave out the * and ?, or put the words in quotes",
            )
            return self._as_words(node, boost)
        return Pattern(text, field, boost, span)

    def _keyword(self, node: Any, boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        field = node.fieldname
        if isinstance(node, syntax.RangeNode):
            low, high = self._limits(node)
            if low is not None and high is not None:
                excluded = node.startexcl or node.endexcl
                if low > high or (low == high and excluded):
                    self._complain("this range ends before it begins", span[0], "put the smaller value first")
            return KeywordRange(field, low, high, not node.startexcl, not node.endexcl, boost, span)
        if isinstance(node, _WildcardNode):
            if not node.text.strip("*"):
                return KeywordRange(field, None, None, True, True, boost, span)
            return Pattern(node.text, field, boost, span)
        if isinstance(node, _FuzzyNode) or (isinstance(node, _PhraseNode) and node.slop != 1):
            self._complain(
                f"'{field}' is a keyword field: its values are exact, and ~ needs a text field",
                span[0],
                f'leave out the ~, or put the value in quotes: {field}:"value"',
            )
        value = node.text.strip()
        if not value:
            self._complain(f"'{field}:' is followed by no value", span[0], "put one between the quotes")
            return None
        return Keyword(field, value, boost, span)

    def _date(self, node: Any, boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        field = node.fieldname
        try:
            if isinstance(node, syntax.RangeNode):
                return self._date_range(node, boost)
            if isinstance(node, _WildcardNode) and not node.text.strip("*"):
                return DateRange(field, None, None, boost, span)
            if isinstance(node, _FuzzyNode) or (isinstance(node, _PhraseNode) and node.slop != 1):
                raise ValueError(f"'{field}' is a date, and ~ needs a text field")
            start, end = date_span(node.text, self._now)
        except ValueError as error:
            self._complain(str(error), span[0], DATE_HINT)
            return self._as_words(node, boost)
        return DateRange(field, start, end, boost, span)

    def _date_range(self, node: Any, boost: float) -> Node | None:
        span = (node.startchar, node.endchar)
        low, high = self._limits(node)
        start = end = None
        if low is not None:
            start = date_span(low, self._now)[1 if node.startexcl else 0]
        if high is not None:
            end = date_span(high, self._now)[0 if node.endexcl else 1]
        if start is not None and end is not None and start >= end:
            self._complain("this range ends before it begins", span[0], "put the earlier date first")
            return self._as_words(node, boost)
        return DateRange(node.fieldname, start, end, boost, span)

    def _limits(self, node: Any) -> tuple[str | None, str | None]:
        """The two sides of a range; None for an open one."""
        low, high = _limit(node.start), _limit(node.end)
        if isinstance(node, Comparison):
            if low is None and high is None:
                self._complain("this comparison has no value", node.startchar, "write date:>2024-06")
        elif not (node.start or "").strip() and not (node.end or "").strip():
            self._complain("this range has neither a start nor an end", node.startchar, RANGE_HINT)
        return low, high

    def _as_words(self, node: Any, boost: float) -> Node | None:
        """What the query says there, taken for text."""
        text = self._query[node.startchar : node.endchar]
        return Word(text, None, False, boost, (node.startchar, node.endchar)) if tokenize(text) else None


def _limit(given: str | None) -> str | None:
    text = (given or "").strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return None if text in ("", "*") else text


def _of_pattern(letter: str) -> bool:
    """Whether a form or a pattern over forms can hold it; marks and invisible signs vanish when it is folded."""
    return letter in "*?" or category(letter) in ("Mn", "Mc", "Me", "Cf") or bool(tokenize(letter))

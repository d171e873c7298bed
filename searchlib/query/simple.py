"""Can a query be read without a grammar?

    simple('саммит "глав государств" lang:ru', definition, "any")

Most queries with operators are a few words, phrases, patterns and values, side by side or with AND and OR between them.
One regular expression reads those in a small part of the time that Whoosh takes, and without importing it. What it reads
means exactly what searchlib.query.parser says; what is more, or an error, is left to that.

The expression begins at each item and never goes back, so its time is linear in the query's length.
"""

from __future__ import annotations

import re
from typing import Final

from searchlib.definitions import Definition
from searchlib.language._tokens import tokenize
from searchlib.query.dates import iso_span
from searchlib.query.syntax import (
    EXACT,
    MAX_CLAUSES,
    MAX_DISTANCE,
    MAX_SLOP,
    OPERATORS,
    is_plain,
    mere_words,
)
from searchlib.query.together import beside, field_kinds, needed
from searchlib.query.tree import (
    DateRange,
    Everything,
    Fuzzy,
    Keyword,
    KeywordRange,
    Node,
    Not,
    Pattern,
    Phrase,
    Word,
    all_of,
    any_of,
)
from searchlib.query.words import LONGEST

__all__ = ["LONGEST", "simple"]

LETTERS: Final = "0-9A-Za-zÀ-ÖØ-öø-ÿЀ-ҁҊ-ԯ"  # each of them is a token by itself
# No group is possessive: before Python 3.11.4 such groups lose letters. What an optional group leaves out, nothing behind it
# takes, so that none is needed.
_FIELD: Final = r"[^\W\d]\w*+:(?!//|\s)"
_ITEM: Final = re.compile(
    rf"""(?P<sign>[-+]?)
    (?:(?={_FIELD})(?P<field>\w++):|(?!{_FIELD}))
    (?P<item>
      (?P<exact>(?:{EXACT})?)
      (?: "(?P<phrase>[^"]*+)" (?:~(?P<slop>[0-9]{{1,3}}))?
        | (?P<text>[«„“‘#№$€]*+[{LETTERS}*?][^\s()"^~]*+)
          (?P<fuzzy>~(?P<distance>[0-9]?)(?:/(?P<prefix>[0-9]{{1,3}}))?)? )
    )(?!\S)
    | (?P<other>\S)""",
    re.VERBOSE,
)
_PATTERN: Final = re.compile(rf"(?=[^{LETTERS}]*+[{LETTERS}])[{LETTERS}*?]++(?:['’-]++[{LETTERS}*?]++)*\Z")
_JOINTS: Final = {"AND": "AND", "И": "AND", "OR": "OR", "ИЛИ": "OR"}


def simple(query: str, definition: Definition, match: str | int) -> Node | None:
    """The tree that parser.parse gives, or None when only that can tell.

    Raises QueryError for a `match` that is none, as the parser does.
    """
    if len(query) > LONGEST or ("?" in query and is_plain(query)):  # a plain query's ? ends a question
        return None
    needed(match, 1)
    kinds = field_kinds(definition) if ":" in query else {}
    chains = _Chains()
    operators = OPERATORS - mere_words(query)
    for found in _ITEM.finditer(query):
        text = found["text"]
        if text in operators and found[0] == text:
            if not chains.join(text):
                return None
            continue
        node = None if found["other"] else _item(found, kinds)
        if node is None:
            return None
        chains.add(node, found["sign"])
    if chains.joint is not None or not 0 < chains.length <= MAX_CLAUSES:
        return None
    return beside(chains.close(), match, kinds)


class _Chains:
    """Items side by side, each perhaps a chain of several: AND binds tighter than OR, and OR than nothing at all."""

    def __init__(self) -> None:
        self.length = 0
        self.joint: str | None = None  # before the next item
        self._closed: list[tuple[Node, bool]] = []  # True: behind a +
        self._alternatives: list[Node] = []  # of the last chain, before those that AND has put together
        self._together: list[Node] = []
        self._must = False

    def join(self, word: str) -> bool:
        """False when no AND or OR can stand here."""
        if self.joint is not None or not self._together or word not in _JOINTS:
            return False
        self.joint = _JOINTS[word]
        return True

    def add(self, node: Node, sign: str) -> None:
        part = Not(node, node.span) if sign == "-" else node
        if self.joint == "AND":
            self._together.append(part)
        elif self.joint == "OR":
            self._alternatives.append(_all(self._together))
            self._together = [part]
        else:
            if self._together:
                self.close()
            self._together = [part]
        self._must = sign == "+" and self.joint is None  # inside an operation it changes nothing
        self.joint = None
        self.length += 1

    def close(self) -> list[tuple[Node, bool]]:
        """All that there are, the last one too."""
        last = _all(self._together)
        if self._alternatives:
            last = any_of([*self._alternatives, last])
            self._alternatives = []
        self._closed.append((last, self._must))
        return self._closed


def _all(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else all_of(parts)


def _item(found: re.Match[str], kinds: dict[str, str]) -> Node | None:
    field = found["field"]
    kind = "text" if field is None else kinds.get(field)
    if kind == "text":
        return _word(found, field) if found["phrase"] is None else _phrase(found, field)
    if kind is None or found["exact"] or found["fuzzy"] or found["slop"]:
        return None
    return _date(found, field) if kind == "date" else _keyword(found, field)


def _word(found: re.Match[str], field: str | None) -> Node | None:
    text, exact = found["text"], found["exact"] != ""
    if "*" not in text and "?" not in text:
        if found["fuzzy"] is None:
            return Word(text, field, exact, 1.0, found.span("item"))
        return None if exact else _fuzzy(found, field)
    if exact or found["fuzzy"] is not None:
        return None
    if text == "*" and field is None:
        return Everything(1.0, found.span("item"))
    return Pattern(text, field, 1.0, found.span("item")) if _PATTERN.match(text) is not None else None


def _fuzzy(found: re.Match[str], field: str | None) -> Node | None:
    text, distance = found["text"], int(found["distance"] or 1)
    tokens = tokenize(text)
    if distance not in range(1, MAX_DISTANCE + 1) or (len(tokens) > 1 and not tokens[0][5]):  # not one word
        return None
    return Fuzzy(text, field, distance, int(found["prefix"] or 0), 1.0, found.span("text"))


def _phrase(found: re.Match[str], field: str | None) -> Node | None:
    text, slop = found["phrase"], int(found["slop"] or 1)
    if not 1 <= slop <= MAX_SLOP or not tokenize(text):
        return None
    return Phrase(text, field, slop, found["exact"] != "", 1.0, found.span("item"))


def _date(found: re.Match[str], field: str) -> Node | None:
    if found["phrase"] is not None:
        return None
    text = found["text"]
    moments = (None, None) if text.strip("*") == "" else iso_span(text)
    return None if moments is None else DateRange(field, moments[0], moments[1], 1.0, found.span("item"))


def _keyword(found: re.Match[str], field: str) -> Node | None:
    phrase = found["phrase"]
    value = found["text"] if phrase is None else phrase.strip()
    if phrase is not None or ("*" not in value and "?" not in value):
        return Keyword(field, value, 1.0, found.span("item")) if value else None
    if not value.strip("*"):
        return KeywordRange(field, None, None, True, True, 1.0, found.span("item"))
    return Pattern(value, field, 1.0, found.span("item"))

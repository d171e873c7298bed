"""What may have been meant by a query? Its words put right one by one, each so that it goes with the others.

Only plain words are touched: what stands in quotes, behind a field of values, in patterns, fuzzy and exact words stays as it was typed, and
so do operators. searchlib.vocabulary.correction says which readings a word has; among them the other words choose: a reading that
stands in their documents more often than chance would have it is so much more likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.syntax import is_plain
from searchlib.ranking.bonds import bond
from searchlib.vocabulary.correction import Reading, is_right, readings
from searchlib.vocabulary.keyboards import swapped

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.query.tree import Node
    from searchlib.ranking._searcher import Group
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.vocabulary.words import Words
    from searchlib.vocabulary.written import Writing

__all__ = ["in_other_layout", "suggestion"]

_MOST_WORDS: Final = 32  # of a query that is corrected: a longer one is a text
_CHUNK: Final = re.compile(
    r"\S+"
)  # as of query.together, which brings the tree of a query: most queries need none
_LONG: Final = 3  # letters; shorter words stand in many an index by chance
_ENDS: Final = ".,;:!?'\""  # may end a sentence as well as be letters of the other layout


class _Word(NamedTuple):
    """A word of the query and where it stands there."""

    form: str
    start: int
    end: int


def suggestion(
    query: str, definition: Definition, words: Words, writing: Writing, lexicon: Lexicon
) -> str | None:
    """The query as it may have been meant; None when it may well be right. Raises CorruptIndexError, RemoteError."""
    spans = _plain_spans(query, definition)
    if not spans or len(spans) > _MOST_WORDS:
        return None
    other = _other_layout(query, spans, lexicon)
    if other is not None:
        return other
    found = [_Word(form, start, end) for form, start, end in _words(query, spans)]
    open_words = _open_words(query, found, words, writing)
    if not open_words:
        return None
    chosen = _chosen(found, open_words, lexicon)
    text = query
    for at in sorted(chosen, reverse=True):
        one = found[at]
        text = text[: one.start] + _in_case(query[one.start : one.end], chosen[at], writing) + text[one.end :]
    return text if text != query else None


def in_other_layout(query: str, definition: Definition, lexicon: Lexicon) -> str | None:
    """The query as the same keys type it with the other keyboard layout, when the index has none of its words as they were typed and
    all of them so; None else. Words of one or two letters go with the others. Raises CorruptIndexError, RemoteError."""
    spans = _plain_spans(query, definition)
    return _other_layout(query, spans, lexicon) if spans and len(spans) <= _MOST_WORDS else None


def _open_words(query: str, found: list[_Word], words: Words, writing: Writing) -> dict[int, list[Reading]]:
    """By place the words that are not right, with their readings."""
    wrong = [not is_right(words, one.form) for one in found]
    english = any(one.form.isascii() and not open_ for one, open_ in zip(found, wrong, strict=True))
    known: dict[int, list[Reading]] = {}
    for at, one in enumerate(found):
        if wrong[at]:
            likely = readings(words, one.form, foreign=not english)
            if writing.tells and not query.isupper():
                typed = query[one.start : one.end]
                likely = [reading for reading in likely if _of_kind(typed, at, reading.form, writing)]
            if likely:
                known[at] = likely
    return known


def _of_kind(typed: str, at: int, form: str, writing: Writing) -> bool:
    """May a form be meant that documents write in small letters? By a capital somebody says that it is a name, but not at the beginning."""
    if len(typed) > 1 and typed.isupper():
        return writing.of(form).isupper()
    return not (at and typed[:1].isupper()) or not writing.of(form).islower()


def _chosen(found: list[_Word], open_words: dict[int, list[Reading]], lexicon: Lexicon) -> dict[int, str]:
    """The form that each open word is to be."""
    chosen: dict[int, str] = {}
    for at, known in open_words.items():
        best, heaviest = known[0].form, float("-inf")
        others = [] if len(known) == 1 else _company(found, open_words, chosen, at, lexicon)
        for reading in known:
            group = lexicon.meaning(reading.form)[0] if others else None
            weight = reading.weight
            if group is not None:
                weight += sum(bond(lexicon, group, other) for other in others)
            if weight > heaviest:
                best, heaviest = reading.form, weight
        chosen[at] = best
    return chosen


def _company(
    found: list[_Word],
    open_words: dict[int, list[Reading]],
    chosen: dict[int, str],
    at: int,
    lexicon: Lexicon,
) -> list[Group]:
    """The other words of a query, those that are open in their likeliest reading, stop words left out."""
    groups = []
    for other, word in enumerate(found):
        if other == at:
            continue
        form = word.form
        if other in open_words:
            form = chosen.get(other, open_words[other][0].form)
        group, stop = lexicon.meaning(form)
        if not stop and any(group.dfs):
            groups.append(group)
    return groups


def _plain_spans(query: str, definition: Definition) -> list[tuple[int, int]]:
    """Where the plain words of a query stand."""
    if not isinstance(query, str):
        return []
    if is_plain(query):
        return [chunk.span() for chunk in _CHUNK.finditer(query)]
    from searchlib.query.simple import simple

    try:
        tree = simple(query, definition, "any")
        if tree is None:
            from searchlib.query.parser import parse

            tree = parse(query, definition, lenient=True)
    except QueryError:
        return []  # a search says what is wrong with it
    return sorted(set(_spans(tree, query)))


def _spans(node: Node, query: str) -> Iterator[tuple[int, int]]:
    from searchlib.query import tree

    if isinstance(node, tree.Word):
        start = node.span[0]
        if not node.exact and query.startswith(node.text, start):
            yield start, start + len(node.text)
    elif isinstance(node, (tree.All, tree.Any)):
        yield from chain.from_iterable(_spans(part, query) for part in node.parts)
    elif isinstance(node, tree.Not):
        yield from _spans(node.part, query)
    elif isinstance(node, tree.Except):
        yield from chain(_spans(node.wanted, query), _spans(node.unwanted, query))
    elif isinstance(node, tree.Maybe):
        yield from chain(_spans(node.wanted, query), _spans(node.better, query))
    elif isinstance(node, tree.Require):
        yield from chain(_spans(node.scored, query), _spans(node.required, query))


def _words(query: str, spans: list[tuple[int, int]]) -> Iterator[tuple[str, int, int]]:
    """The words in the spans of a query: (form, start, end). Of a hyphenated one its parts."""
    for start, end in spans:
        for form, low, high, _, _, whole in tokenize(query[start:end]):
            if not whole:
                yield form, start + low, start + high


def _other_layout(query: str, spans: list[tuple[int, int]], lexicon: Lexicon) -> str | None:
    pieces: list[tuple[int, int, str]] = []
    told = False  # by a word that is long enough
    for start, end in spans:
        typed = query[start:end]
        forms = _forms(typed)
        long = any(len(form) >= _LONG for form in forms)
        if long and any(any(lexicon.meaning(form)[0].dfs) for form in forms if len(form) >= _LONG):
            return None
        meant = _swapped_word(typed, lexicon)
        if meant is None:
            return None
        told |= long
        pieces.append((start, end, meant))
    if not told:
        return None
    text = query
    for start, end, meant in reversed(pieces):
        text = text[:start] + meant + text[end:]
    return text


def _swapped_word(typed: str, lexicon: Lexicon) -> str | None:
    """What the other layout makes of a word, when the index has that; with the punctuation behind it read as letters or as it is."""
    bare = typed.rstrip(_ENDS)
    for text, rest in ((typed, ""), (bare, typed[len(bare) :])):
        meant = swapped(text) if text else None
        if meant is None:
            continue
        forms = _forms(meant)
        if forms and all(any(group.dfs) or stop for group, stop in map(lexicon.meaning, forms)):
            return meant + rest
    return None


def _forms(text: str) -> list[str]:
    return [token[0] for token in tokenize(text) if not token[5]]


def _in_case(typed: str, form: str, writing: Writing) -> str:
    """A form with capitals like what was typed; in small letters, as documents write it."""
    if len(typed) > 1 and typed.isupper():
        return form.upper()
    if typed[:1].isupper():
        return form[:1].upper() + form[1:]
    return writing.of(form)

"""What was asked, as a tree?

    parse('title:саммит "G7"~3 -NATO date:2024', definition)

searchlib/query/README.md is the language. Whoosh reads it (searchlib.query.grammar); what it would pass over in
silence is refused here with its place and a hint. Words beside each other without an operator are put together as
`match` says.

Importing this module imports Whoosh, so import it only for a query that is neither plain
(searchlib.query.syntax) nor simple (searchlib.query.simple).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from whoosh.qparser import plugins, syntax

from searchlib.definitions import Definition
from searchlib.errors import QueryError
from searchlib.query.checks import check
from searchlib.query.grammar import Must, Together, query_parser
from searchlib.query.leaves import Leaves
from searchlib.query.syntax import MAX_CLAUSES, is_plain, mere_words
from searchlib.query.together import CHUNK, bag, beside, field_kinds, needed
from searchlib.query.tree import Maybe, Node, Not, Require, all_of, any_of, except_, over
from searchlib.query.words import within_limits

__all__ = ["parse"]

# Whoosh's cost grows faster than the query, and its tree is walked by recursion; so is ours.
MAX_DEPTH: Final = 20
MAX_CHUNKS: Final = 2_000  # runs between white space: some of them may be punctuation, which is no word
MAX_SIGNS: Final = 2_000

_QUESTION = re.compile(r"\?+(?!\w)")
_SIGN = re.compile(r'["()^~*?]')
_BINARY: Final = (syntax.AndNotGroup, syntax.AndMaybeGroup, syntax.RequireGroup)


def parse(
    query: str,
    definition: Definition,
    *,
    match: str | int = "any",
    lenient: bool = False,
    now: datetime | None = None,
) -> Node:
    """The tree of a query.

    Values and dates side by side with words, as in `саммит lang:ru date:2024`, limit what the words find, whatever
    `match` is (Require); those on one field are alternatives.

    match: how many of the words side by side a document needs: "any", "all", a number, or a share such as "75%",
    rounded down, at least one. Numbers and shares count the optional parts of the query's top level; more than
    there are means all of them. lenient: read what is no valid query as best it can be, a stray operator as a
    word, rather than raise. now: what "today" is, for dates; a time without a zone is UTC, None is the clock's.

    A name before a colon is a field when a word follows directly; when there is no such field, that is an error.
    Colons in times (12:30) and addresses (http://), and those before a space ("Putin: we will"), are text.

    Raises QueryError for a query that is malformed (not when lenient), too long or too large, or without any word.
    """
    needed(match, 1)
    tokens = within_limits(query)
    tree: Node | None = None
    plain = is_plain(query)
    if not plain:
        try:
            tree = _Reading(query, definition, match, False, now).tree()
        except QueryError:
            if not lenient:
                raise
            tree = _leniently(query, definition, match, now)
    if tree is None and tokens and (plain or lenient):
        tree = bag(query, match)
    if tree is None:
        raise QueryError("the query has no words: type at least one letter or digit")
    return tree


def _leniently(query: str, definition: Definition, match: str | int, now: datetime | None) -> Node | None:
    """What is no valid query is rather a question than a pattern where a word ends in a question mark."""
    read = _QUESTION.sub(lambda found: " " * len(found[0]), query)
    try:
        return _Reading(read, definition, match, True, now).tree()
    except _TooLargeError:
        return None


class _TooLargeError(QueryError):
    """A query that is not handed to Whoosh."""


class _Reading:
    """One query on its way from Whoosh's nodes to ours."""

    def __init__(
        self, query: str, definition: Definition, match: str | int, lenient: bool, now: datetime | None
    ) -> None:
        moment = datetime.now(UTC) if now is None else now
        utc = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        self._query = query
        self._match = match
        self._lenient = lenient
        self._kinds = field_kinds(definition)
        self._leaves = Leaves(query, self._kinds, utc, self._complain)

    def tree(self) -> Node | None:
        parser = query_parser(mere_words(self._query))
        _check_size(self._query)
        nodes = parser.tag(self._query)
        _check_nodes(nodes)
        kept = check(nodes, self._query, tuple(self._kinds), self._complain)
        root = parser.filterize(Together(kept))
        top = root if isinstance(root, Together) else Together([root])
        return self._together(top, top.boost, self._match)

    def _complain(self, message: str, position: int, hint: str | None) -> None:
        if not self._lenient:
            raise QueryError(message, position, hint)

    def _node(self, node: Any, boost: float) -> Node | None:
        """None for what has no word in it."""
        if not isinstance(node, syntax.GroupNode):
            return self._leaves.leaf(node, boost * node.boost)
        if isinstance(node, Together):
            return self._together(node, boost * node.boost, "all" if self._match == "all" else "any")
        if isinstance(node, Must):
            return self._operand(node.nodes[0], boost)
        if isinstance(node, syntax.NotGroup):
            part = self._operand(node.nodes[0], boost)
            return None if part is None else part.part if isinstance(part, Not) else Not(part, part.span)
        parts = [self._operand(one, boost) for one in node.nodes]
        return _operation(node, [part for part in parts if part is not None])

    def _operand(self, node: Any, boost: float) -> Node | None:
        """A part that an operator needs, so that it is an error when there is no word in it."""
        part = self._node(node, boost)
        if part is None:
            self._complain("there is no letter or digit here for the operator", node.startchar, None)
        return part

    def _together(self, group: Any, boost: float, match: str | int) -> Node | None:
        parts = [(self._node(node, boost), isinstance(node, Must)) for node in group]
        return beside([(part, must) for part, must in parts if part is not None], match, self._kinds)


def _operation(node: Any, parts: Sequence[Node]) -> Node | None:
    """The parts of an infix operator; the empty ones, which only a lenient reading has, are not among them."""
    if len(parts) < 2:
        return parts[0] if parts else None
    if isinstance(node, syntax.AndGroup):
        return all_of(parts)
    if isinstance(node, syntax.OrGroup):
        return any_of(parts)
    left, right = parts
    if isinstance(node, syntax.AndNotGroup):
        return except_(left, right)
    return (Maybe if isinstance(node, syntax.AndMaybeGroup) else Require)(left, right, over(parts))


def _check_size(query: str) -> None:
    """What can be told before Whoosh looks at the query."""
    for pattern, most, what in ((CHUNK, MAX_CHUNKS, "words"), (_SIGN, MAX_SIGNS, "operators")):
        places = [found.start() for found in pattern.finditer(query)]
        if len(places) > most:
            raise _TooLargeError(f"the query has too many {what}", places[most], "ask for less at once")


def _check_nodes(nodes: Any) -> None:
    """What can be told before Whoosh makes a tree of the nodes."""
    depth = clauses = chain = 0
    for node in nodes:
        if isinstance(node, (syntax.TextNode, syntax.RangeNode)):
            clauses += 1
        elif isinstance(node, plugins.GroupPlugin.OpenBracket):
            depth += 1
        elif isinstance(node, plugins.GroupPlugin.CloseBracket):
            depth -= 1
        elif isinstance(node, syntax.Operator) and node.grouptype in _BINARY:
            chain += 1  # each takes all before it as its left side, one level deeper
        if clauses > MAX_CLAUSES:
            raise _TooLargeError(
                f"the query has too many parts: at most {MAX_CLAUSES} with operators", node.startchar
            )
        if depth > MAX_DEPTH or chain > MAX_DEPTH:
            raise _TooLargeError(
                f"the query is nested too deeply: at most {MAX_DEPTH} levels", node.startchar
            )

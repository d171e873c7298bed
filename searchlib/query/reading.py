"""Which way is a query read? Plain words and what is nearly so without the grammar of the query language, which takes long to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchlib.query.syntax import is_plain
from searchlib.query.words import tokens_of

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.query.tree import Node

__all__ = ["tree_of"]


def tree_of(query: str, definition: Definition, match: str | int, *, lenient: bool = False) -> Node:
    """The tree of a query. match, lenient: as of Index.search. Raises QueryError."""
    if isinstance(query, str) and is_plain(query):
        from searchlib.query.together import bag

        tokens_of(query)
        node = bag(query, match)
        if node is None:
            raise AssertionError("a query with tokens has words")
        return node
    if isinstance(query, str):
        from searchlib.query.simple import simple

        tree = simple(query, definition, match)
        if tree is not None:
            return tree
    from searchlib.query.parser import parse

    return parse(query, definition, match=match, lenient=lenient)

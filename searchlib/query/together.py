"""How are words side by side put together?

Here, and not in the parser, so that a query of plain words is understood without importing Whoosh.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.tree import Maybe, Node, Word, all_of, any_of, over

__all__ = ["CHUNK", "bag", "combined", "needed"]

CHUNK: Final = re.compile(r"\S+")

_SHARE: Final = re.compile(r"([0-9]{1,3})%\Z", re.ASCII)


def needed(match: str | int, count: int) -> int:
    """How many of `count` parts `match` asks for: "any", "all", a number, or a share such as "75%", rounded down.

    Raises QueryError for anything else.
    """
    share = _SHARE.match(match) if isinstance(match, str) else None
    if share is not None and int(share[1]) <= 100:
        return max(1, count * int(share[1]) // 100)
    if isinstance(match, int) and not isinstance(match, bool) and match >= 1:
        return min(match, count)
    if match == "any":
        return 1
    if match == "all":
        return count
    raise QueryError(f"match is 'any', 'all', a number from 1, or a share such as '75%', not {match!r}")


def combined(required: Sequence[Node], optional: Sequence[Node], match: str | int) -> Node | None:
    """Parts side by side as one; None when there are none."""
    if not optional:
        return all_of(required) if required else None
    chosen = all_of(optional) if match == "all" else any_of(optional, needed(match, len(optional)))
    if not required:
        return chosen
    if match != "any":
        return all_of([*required, chosen])
    wanted = all_of(required)
    return Maybe(wanted, chosen, over((wanted, chosen)))


def bag(query: str, match: str | int) -> Node | None:
    """A query of plain words; None when no word has a letter or a digit."""
    words = [Word(chunk[0], span=chunk.span()) for chunk in CHUNK.finditer(query) if tokenize(chunk[0])]
    return combined((), words, match)

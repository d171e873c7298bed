"""How are words side by side put together?

Here, and not in the parser, so that a simple query is understood without importing Whoosh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from searchlib.definitions import Definition
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.tree import (
    All,
    Any,
    DateRange,
    Everything,
    Keyword,
    KeywordRange,
    Maybe,
    Node,
    Not,
    Pattern,
    Require,
    Word,
    all_of,
    any_of,
    except_,
    over,
)

__all__ = ["CHUNK", "bag", "beside", "combined", "field_kinds", "needed"]

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


def beside(parts: Sequence[tuple[Node, bool]], match: str | int, kinds: Mapping[str, str]) -> Node | None:
    """Parts of any kind side by side, each with whether it must match; None when there are none.

    A Not among them excludes; values and dates limit what the words find. kinds: of the fields (field_kinds).
    """
    required: list[Node] = []
    optional: list[Node] = []
    unwanted: list[Node] = []
    conditions: list[Node] = []
    for part, must in parts:
        if _is_condition(part, kinds):
            conditions.append(part)
        elif must:
            required.append(part)
        elif isinstance(part, Not):
            unwanted.append(part.part)
        else:
            optional.append(part)
    wanted = combined(required, optional, match)
    if conditions:
        wanted = _limited(wanted, conditions)
    if not unwanted:
        return wanted
    return except_(Everything() if wanted is None else wanted, any_of(unwanted))


def _is_condition(node: Node, kinds: Mapping[str, str]) -> bool:
    """Does it ask for values and dates only, not for words? Beside words it limits what they find."""
    if isinstance(node, (Keyword, KeywordRange, DateRange)):
        return True
    if isinstance(node, Pattern):
        return node.field is not None and kinds[node.field] != "text"
    return isinstance(node, (All, Any)) and all(_is_condition(part, kinds) for part in node.parts)


def _limited(wanted: Node | None, conditions: Sequence[Node]) -> Node:
    """What meets the conditions: of those on one field one is enough, unless words with operators say otherwise."""
    by_field: dict[object, list[Node]] = {}
    for node in conditions:
        by_field.setdefault(getattr(node, "field", node), []).append(node)
    limits = all_of([any_of(nodes) for nodes in by_field.values()])
    return limits if wanted is None else Require(wanted, limits, over((wanted, limits)))


def field_kinds(definition: Definition) -> dict[str, str]:
    """The fields that can be searched in, and their kinds."""
    return {"id": "keyword"} | {one.name: one.kind for one in definition.fields if one.kind != "stored"}


def bag(query: str, match: str | int) -> Node | None:
    """A query of plain words; None when no word has a letter or a digit."""
    words = [Word(chunk[0], span=chunk.span()) for chunk in CHUNK.finditer(query) if tokenize(chunk[0])]
    return combined((), words, match)

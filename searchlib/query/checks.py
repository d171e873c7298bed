"""What would Whoosh pass over in silence?

Whoosh drops an operator without its word, an unmatched parenthesis, a comparison without a field; it takes an
unknown field for text. Here each of these is found in the flat list of syntax nodes, before Whoosh makes a tree of
it, and reported to `complain`. When that returns rather than raises, the node becomes the text that it is, so that
the list that comes back always makes a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from whoosh.qparser import plugins, syntax

from searchlib.query.syntax import PREFIX, RUSSIAN

__all__ = ["Complain", "check"]

Complain: TypeAlias = Callable[[str, int, str | None], None]
"""Called with a message, a position, and a hint or None; raises, or returns when the query is to be read leniently."""

SHOWN: Final = 40  # code points of the query in a message

_Open = plugins.GroupPlugin.OpenBracket
_Close = plugins.GroupPlugin.CloseBracket
_Boost = plugins.BoostPlugin.BoostNode
_Fuzziness = plugins.FuzzyTermPlugin.FuzzinessNode
_Nodes: TypeAlias = list[Any]


def check(nodes: Iterable[Any], query: str, fields: Sequence[str], complain: Complain) -> _Nodes:
    """The nodes without white space, each in a place where Whoosh makes something of it."""
    kept = [node for node in nodes if not node.is_ws()]
    kept = _quotes(kept, query, complain)
    kept = _brackets(kept, complain)
    kept = _suffixes(kept, query, complain)
    kept = _fields(kept, query, fields, complain)
    return _operators(kept, query, complain)


def _unknown_field(node: Any, fields: Sequence[str]) -> tuple[str, int, str]:
    name = node.fieldname
    near = get_close_matches(name.lower(), fields, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    known = ", ".join(f"'{field}'" for field in fields)
    return (
        f"there is no field '{name[:SHOWN]}' to search in",
        node.startchar,
        f"{hint}known: {known}; a colon that is part of the text goes in quotes",
    )


def _text(node: Any, query: str) -> Any:
    word = syntax.WordNode(query[node.startchar : node.endchar])
    return word.set_range(node.startchar, node.endchar)


def _quotes(nodes: _Nodes, query: str, complain: Complain) -> _Nodes:
    """A word never holds a quote, so one that does is what no other part of the grammar wanted."""
    for node in nodes:
        if type(node) is syntax.WordNode and '"' in node.text:
            place = node.startchar + node.text.index('"')
            complain("this quote is never closed", place, 'put another " at the end of the phrase')
    return nodes


def _brackets(nodes: _Nodes, complain: Complain) -> _Nodes:
    kept: _Nodes = []
    opened: list[int] = []  # places in kept
    for node in nodes:
        if isinstance(node, _Close):
            if not opened:
                complain(
                    "this parenthesis was never opened", node.startchar, "put a ( before it, or leave it out"
                )
                continue
            start = opened.pop()
            if start == len(kept) - 1:
                complain(
                    "there is nothing between these parentheses", kept[start].startchar, "put words in them"
                )
                kept.pop()
                continue
        elif isinstance(node, _Open):
            opened.append(len(kept))
        kept.append(node)
    for start in reversed(opened):
        if start == opened[0]:
            complain("this parenthesis is never closed", kept[start].startchar, "put a ) after its words")
        del kept[start]
    return kept


def _suffixes(nodes: _Nodes, query: str, complain: Complain) -> _Nodes:
    """Boosts and fuzziness, which stand directly behind what they apply to."""
    kept: _Nodes = []
    for given in nodes:
        node = given
        before = kept[-1] if kept else None
        touches = before is not None and before.endchar == node.startchar
        if isinstance(node, _Fuzziness) and not (touches and isinstance(before, syntax.WordNode)):
            after_phrase = touches and isinstance(before, plugins.PhrasePlugin.PhraseNode)
            hint = '"several words"~3' if after_phrase else "word~ or word~2"
            complain(
                "~ is followed by no number here" if after_phrase else "~ stands behind a word",
                node.startchar,
                f"write {hint}",
            )
            node = _text(node, query)
        elif isinstance(node, syntax.WordNode) and touches and isinstance(before, _Fuzziness):
            complain(
                "~ takes a distance of 1 or 2 letters", before.startchar, "write word~, word~2 or word~2/3"
            )
        elif isinstance(node, _Boost) and not (touches and (_ends(before) or isinstance(before, _Fuzziness))):
            complain("^ stands behind a word or a group", node.startchar, "write word^2")
            node = _text(node, query)
        elif type(node) is syntax.WordNode and "^" in node.text:
            place = node.startchar + node.text.index("^")
            complain("^ is followed by no number", place, "write word^2 or word^0.5")
        kept.append(node)
    return kept


def _fields(nodes: _Nodes, query: str, fields: Sequence[str], complain: Complain) -> _Nodes:
    kept: _Nodes = []
    for at, given in enumerate(nodes):
        node = given
        value = nodes[at + 1] if at + 1 < len(nodes) else None
        if value is not None and (value.startchar != node.endchar or not _begins_value(value)):
            value = None
        before = nodes[at - 1] if at else None
        if isinstance(node, syntax.FieldnameNode):
            name = node.fieldname
            if name not in fields:
                follows = query[node.endchar : node.endchar + 1]
                if value is not None and (follows.isalnum() or follows in '_"(=[{<>*'):
                    complain(*_unknown_field(node, fields))
                node = _text(node, query)
            elif type(value) is syntax.WordNode and value.text[0] in "[{":
                complain("this is no whole range", value.startchar, f"write {name}:[from TO to]")
            elif value is None:
                complain(
                    f"'{name}:' is followed by no word", node.startchar, f"write {name}:word, without a space"
                )
                node = _text(node, query)
        elif isinstance(node, syntax.RangeNode) and not isinstance(before, syntax.FieldnameNode):
            complain(
                "this range or comparison is of no field",
                node.startchar,
                "write date:[2024-05-01 TO 2024-06-30]",
            )
            node = _text(node, query)
        kept.append(node)
    return kept


def _operators(nodes: _Nodes, query: str, complain: Complain) -> _Nodes:
    kept: _Nodes = []
    for at, given in enumerate(nodes):
        node = given
        if isinstance(node, syntax.Operator):
            after = nodes[at + 1] if at + 1 < len(nodes) else None
            infix = isinstance(node, syntax.InfixOperator)
            problem = ""
            if infix and not (kept and _ends(kept[-1])):
                problem = "before"
            elif not _begins(after) or (not infix and isinstance(after, syntax.PrefixOperator)):
                problem = "after"
            if problem:
                name = query[node.startchar : node.endchar]
                if name not in RUSSIAN:
                    hint = _in_words(name, problem, after)
                    complain(f"{name} has no word {problem} it", node.startchar, hint)
                node = _text(node, query)
        kept.append(node)
    return kept


def _in_words(name: str, problem: str, after: Any) -> str:
    if isinstance(after, syntax.Operator):
        return "put a word between the two operators"
    if name in ("+", "-"):
        return "write it directly before a word"
    example = "NOT word" if name in PREFIX else f"one {name} two"
    return f'write {example}, or "{name}" in quotes for the word itself'


def _begins_value(node: Any) -> bool:
    """Whether a field's name may stand before it."""
    return isinstance(node, (syntax.TextNode, syntax.RangeNode, _Open))


def _begins(node: Any) -> bool:
    return _begins_value(node) or isinstance(node, (syntax.FieldnameNode, syntax.PrefixOperator))


def _ends(node: Any) -> bool:
    return isinstance(node, (syntax.TextNode, syntax.RangeNode, _Close, _Boost, _Fuzziness))

"""What can be asked?

A query is a tree of these nodes, from searchlib.query.parser.parse. Every node is immutable; threads may share it.

`span` is the half-open range of code points of the query that a node came from, without its field's name, or (0, 0)
when no text stands for it. `boost` multiplies a leaf's score; a group has none, since what was written behind a
group is passed down to its leaves.

The normal form, which `all_of`, `any_of` and `except_` keep:
  - an All or an Any has two parts or more, and none of its own kind inside, unless that Any counts (least > 1);
  - in an All nothing is negated: `a AND NOT b` is Except(a, b);
  - a Not is found only where its complement is really meant: inside an Any (`a OR NOT b`), and on a side of a
    Maybe, a Require or an Except. A query that only excludes is Except(Everything(), ...).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "All",
    "Any",
    "DateRange",
    "Everything",
    "Except",
    "Fuzzy",
    "Keyword",
    "KeywordRange",
    "Maybe",
    "Node",
    "Not",
    "Nothing",
    "Pattern",
    "Phrase",
    "Require",
    "Span",
    "Word",
    "all_of",
    "any_of",
    "except_",
    "over",
]

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text field; `field` None: of any of them.

    text: as it was typed, punctuation included; at least one token is in it, perhaps several ("foo-bar", "и/или").
    exact: the form itself, not its lemmas.
    """

    text: str
    field: str | None = None
    exact: bool = False
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The tokens of `text` in this order. slop: how far apart two neighbours may stand; 1 is side by side."""

    text: str
    field: str | None = None
    slop: int = 1
    exact: bool = False
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """`*` stands for any characters or none, `?` for exactly one; at least one letter or digit stands beside them.

    In a text field (None: in all) it is matched against folded forms, so `text` is to be folded too; in a keyword
    field against values as they are.
    """

    text: str
    field: str | None = None
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word of a text field with up to `distance` letters wrong, of which the first `prefix` are right."""

    text: str
    field: str | None = None
    distance: int = 1
    prefix: int = 0
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A value of a keyword field, or of `id`."""

    field: str
    value: str
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class KeywordRange:
    """The values of a keyword field from low to high in the order of their text; None: no limit on that side."""

    field: str
    low: str | None
    high: str | None
    low_included: bool = True
    high_included: bool = True
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class DateRange:
    """start <= date < end, in seconds since 1970 in UTC; None: no limit on that side. Both None: any date at all."""

    field: str
    start: int | None
    end: int | None
    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document."""

    boost: float = 1.0
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document. No query parses to it; whoever plans a query may put it where a word has no match."""

    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class All:
    """Every part matches, and every part scores."""

    parts: tuple[Node, ...]
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Any:
    """At least `least` of the parts match, from 1 to their number; those that do score."""

    parts: tuple[Node, ...]
    least: int = 1
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Not:
    """Every document that `part` does not match. It scores nothing."""

    part: Node
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Except:
    """What `wanted` matches and `unwanted` does not; `wanted` scores."""

    wanted: Node
    unwanted: Node
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Maybe:
    """What `wanted` matches; `better` adds its score where it matches too."""

    wanted: Node
    better: Node
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Require:
    """What both match; only `scored` scores."""

    scored: Node
    required: Node
    span: Span = (0, 0)


Leaf: TypeAlias = Word | Phrase | Pattern | Fuzzy | Keyword | KeywordRange | DateRange | Everything | Nothing
Node: TypeAlias = Leaf | All | Any | Not | Except | Maybe | Require


def all_of(parts: Sequence[Node]) -> Node:
    """The conjunction of one part or more in normal form."""
    wanted: list[Node] = []
    unwanted: list[Node] = []
    for part in parts:
        if isinstance(part, All):
            wanted.extend(part.parts)
        elif isinstance(part, Not):
            unwanted.append(part.part)
        else:
            wanted.append(part)
    if not wanted:
        wanted.append(Everything())
    together = wanted[0] if len(wanted) == 1 else All(tuple(wanted), over(wanted))
    return except_(together, any_of(unwanted)) if unwanted else together


def any_of(parts: Sequence[Node], least: int = 1) -> Node:
    """The disjunction of one part or more in normal form. A `least` above their number asks for all of them."""
    least = min(least, len(parts))
    if len(parts) == 1:
        return parts[0]
    flat: list[Node] = []
    for part in parts:
        # Where parts are counted, a group inside counts as one, and a group that counts stays by itself.
        if isinstance(part, Any) and part.least == 1 and least == 1:
            flat.extend(part.parts)
        else:
            flat.append(part)
    return Any(tuple(flat), least, over(flat))


def except_(wanted: Node, unwanted: Node) -> Node:
    """`wanted` without `unwanted`, in normal form: a `wanted` that only excludes is taken from everything."""
    span = over((wanted, unwanted))
    if isinstance(wanted, Not):
        return Except(Everything(), any_of((wanted.part, unwanted)), span)
    return Except(wanted, unwanted, span)


def over(nodes: Sequence[Node]) -> Span:
    """From the first of the nodes to the last, in the order of the query."""
    spans = [node.span for node in nodes if node.span != (0, 0)]
    return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else (0, 0)

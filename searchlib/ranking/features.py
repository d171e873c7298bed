"""Which features of a query's words does quality="best" count? Forms and pairs of neighbours; rescoring.py says what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.language._tokens import script
from searchlib.ranking.execution import Lookup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from searchlib.ranking._proximity import Kind

__all__ = ["WEIGHTS", "Choice", "chosen"]

WEIGHTS: Final[dict[Kind, float]] = {"form": 0.1, "ordered": 0.1, "unordered": 0.05}

_CYRILLIC: Final = 2


class Choice(NamedTuple):
    """first, second: the numbers of its words among the sources of the plan, of a form twice the same. label: for people."""

    kind: Kind
    label: str
    boost: float
    first: int
    second: int


def chosen(words: Iterable[tuple[object, object]]) -> list[Choice]:
    """The features of the sources of a plan, of which each comes with the condition under which it counts."""
    found: list[Choice] = []
    by_place: dict[int, tuple[int, Lookup, object]] = {}
    for number, (source, condition) in enumerate(words):
        if not isinstance(source, Lookup) or source.form is None:
            continue
        if source.place is not None:
            by_place[source.place] = number, source, condition
        if script(source.form) != _CYRILLIC:
            label = f"'{source.form}' in this form"
            found.append(Choice("form", label, WEIGHTS["form"] * source.boost, number, number))
    for place, (number, one, condition) in by_place.items():
        if place + 1 not in by_place:
            continue
        next_number, other, next_condition = by_place[place + 1]
        if one.fields != other.fields or condition is not next_condition:
            continue
        boost = min(one.boost, other.boost)
        pair = f"'{one.form}' and '{other.form}'"
        found += (
            Choice("ordered", f"{pair} side by side", WEIGHTS["ordered"] * boost, number, next_number),
            Choice("unordered", f"{pair} near each other", WEIGHTS["unordered"] * boost, number, next_number),
        )
    return found

"""Do two words belong together? How much more often they stand in the same documents than chance would have it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

from searchlib.ranking._together import together

if TYPE_CHECKING:
    from searchlib.ranking._searcher import Group

__all__ = ["bond"]

_BLOCKS: Final = 2  # of 128 documents of a word, looked at for the company it keeps
_STRONGEST: Final = 3.0  # nats


def bond(one: Group, other: Group, documents: int) -> float:
    """How much more often the first word stands with the second than chance would have it, in nats from 0 to 3; 0 when it does not."""
    looked, shared = together(one, other, _BLOCKS)
    expected = looked * min(1.0, sum(other.dfs) / max(documents, 1))
    return min(_STRONGEST, max(0.0, log((shared + 1.0) / (expected + 1.0))))

"""Do two words belong together? How much more often they stand in the same documents than chance would have it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from searchlib.ranking._searcher import Group
    from searchlib.ranking.lexicon import Lexicon

__all__ = ["bond"]

_STRONGEST: Final = 3.0  # nats


def bond(lexicon: Lexicon, one: Group, other: Group) -> float:
    """How much more often the first word stands with the second than chance would have it, in nats from 0 to 3; 0 when it does not.

    Both words are of the lexicon.
    """
    looked, shared = lexicon.together(one, other)
    documents = sum(lexicon.searcher.documents)
    expected = looked * min(1.0, sum(other.dfs) / max(documents, 1))
    return min(_STRONGEST, max(0.0, log((shared + 1.0) / (expected + 1.0))))

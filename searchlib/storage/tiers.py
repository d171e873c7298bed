"""Which segments are to be merged, so that they stay few and none is written too often?

Segments are in tiers by their living documents: below 8, below 64, below 512 and so on. Where 8 or more neighbours are of one
tier or below, they become one, which is of a higher tier: so a document is rewritten once a tier (O'Neil, Cheng, Gawlick and
O'Neil, "The log-structured merge-tree", 1996, with tiers for levels), and there are at most 7 segments of a tier. Only neighbours
are merged, so that documents keep their order. A segment of which a third is dead is rewritten alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["to_merge"]

FACTOR: Final = 8
LEAST_DEAD: Final = 1 / 3


def tier(living: int) -> int:
    """The tier of a segment: 0 below 8 documents, 1 below 64."""
    number = 0
    while living >= FACTOR:
        living //= FACTOR
        number += 1
    return number


def to_merge(segments: Sequence[tuple[int, int]], most: int) -> range | None:
    """Neighbours that are to become one segment; None when all is well.

    segments: (documents, those of them that live), in order. most: the result has at most so many documents.
    """
    tiers = [tier(living) for _, living in segments]
    for highest in sorted(set(tiers)):
        start = 0
        while start < len(segments):
            if tiers[start] > highest:
                start += 1
                continue
            end, living = start, 0
            while end < len(segments) and tiers[end] <= highest and living + segments[end][1] <= most:
                living += segments[end][1]
                end += 1
            if end - start >= FACTOR:
                return range(start, end)
            start = max(end, start + 1)
    for at, (documents, living) in enumerate(segments):
        if 0 < living <= most and documents - living >= documents * LEAST_DEAD:
            return range(at, at + 1)
    return None

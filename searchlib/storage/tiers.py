"""Which segments are to be merged, so that they stay few and no document is written too often?

Segments are in tiers by their living documents: below 8, below 64, below 512 and so on. Where a stretch of neighbours has 8 of one
tier and none of a higher one, it becomes one segment, which is of a higher tier: so a document is rewritten once a tier (O'Neil,
Cheng, Gawlick and O'Neil, "The log-structured merge-tree", 1996, with tiers for levels). Only neighbours are merged, so that
documents keep their order. A segment of which a third is dead is rewritten alone.

Small segments between large ones, which many deletions can leave, never make such a stretch. When there are more than 8 segments
for each tier, the 8 neighbours with the fewest documents become one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def to_merge(segments: Sequence[tuple[int, int] | None], most: int) -> range | None:
    """Neighbours that are to become one segment; None when all is well.

    segments: (documents, those of them that live), in order, None for one that must stay. most: the result has at most so many
    documents.
    """
    living = [0 if one is None else one[1] for one in segments]
    tiers = [None if one is None else tier(one[1]) for one in segments]
    present = sorted({one for one in tiers if one is not None})
    for highest in present:
        for stretch in _stretches(tiers, highest):
            many = sum(tiers[i] == highest for i in stretch) >= FACTOR
            if many and sum(living[stretch.start : stretch.stop]) <= most:
                return stretch
    for at, one in enumerate(segments):
        if one is not None and 0 < one[1] <= most and one[0] - one[1] >= one[0] * LEAST_DEAD:
            return range(at, at + 1)
    if present and len(segments) > FACTOR * (present[-1] + 1):
        windows = [
            range(start, start + FACTOR)
            for start in range(len(segments) - FACTOR + 1)
            if None not in tiers[start : start + FACTOR] and sum(living[start : start + FACTOR]) <= most
        ]
        return min(windows, key=lambda window: sum(living[window.start : window.stop]), default=None)
    return None


def _stretches(tiers: Sequence[int | None], highest: int) -> Iterator[range]:
    """The longest stretches of neighbours of which none is of a higher tier, and none must stay."""
    start = 0
    for end, one in enumerate((*tiers, None)):
        if one is None or one > highest:
            if start < end:
                yield range(start, end)
            start = end + 1

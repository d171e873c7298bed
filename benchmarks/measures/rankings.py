"""How far apart are two rankings of the same documents, question by question?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

TOP = 10
NEAR = 1e-5  # relative: as near as scores in floats are

Ranking = Sequence[tuple[str, float]]  # (id, score), the best first


@dataclass(frozen=True, slots=True)
class Parity:
    """Of several questions: the share with the same documents in the same order, where those of equal scores (NEAR) may change places; the largest
    relative difference of scores of one document; the mean of what the first TOP have in common; the mean of Kendall's tau of what is in both."""

    questions: int
    same: float
    difference: float
    overlap: float
    tau: float


def compared(answers: Sequence[tuple[Ranking, Ranking]]) -> Parity:
    """Pairs of answers, the first the one that is right."""
    differences = [
        abs(score - other) / max(score, other)
        for one, two in answers
        for scores in [dict(one)]
        for id, other in two
        if (score := scores.get(id, 0.0)) > 0
    ]
    overlaps = [found for one, two in answers if (found := overlap(one, two)) is not None]
    taus = [found for one, two in answers if (found := tau(one, two)) is not None]
    return Parity(
        len(answers),
        fmean(same(one, two) for one, two in answers),
        max(differences, default=0.0),
        fmean(overlaps) if overlaps else 1.0,
        fmean(taus) if taus else 1.0,
    )


def same(one: Ranking, two: Ranking) -> bool:
    """Does the second have the documents of the first in its order, where the scores of the first are not NEAR each other?"""
    if len(one) != len(two):
        return False
    scores = dict(one)
    last = one[-1][1] if one else 0.0  # what is not there may be equal to the last
    return all(
        id == other or abs(scores.get(other, last) - score) <= NEAR * score
        for (id, score), (other, _) in zip(one, two, strict=True)
    )


def overlap(one: Ranking, two: Ranking) -> float | None:
    """The share of the first TOP that both have; None: there are none."""
    first, second = ({id for id, _ in ranking[:TOP]} for ranking in (one, two))
    longer = max(len(first), len(second))
    return len(first & second) / longer if longer else None


def tau(one: Ranking, two: Ranking) -> float | None:
    """Kendall's tau of the documents that are in both (M. G. Kendall, "A New Measure of Rank Correlation", 1938); None: fewer than two."""
    place = {id: at for at, (id, _) in enumerate(two)}
    common = [place[id] for id, _ in one if id in place]
    if len(common) < 2:
        return None
    signs = [1 if before < behind else -1 for before, behind in combinations(common, 2)]
    return sum(signs) / len(signs)

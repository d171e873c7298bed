"""Is one ranking better than another, or was it chance? The paired t-test over the queries of a collection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

__all__ = ["paired_p"]

_ENOUGH = 1e-15  # relative change of a continued fraction that is none
_MOST_STEPS = 1_000


def paired_p(first: Sequence[float], second: Sequence[float]) -> float:
    """The probability that the mean difference of two series is as far from 0 or farther when only chance makes it; 1 when all
    are equal.

    Student's t with n - 1 degrees of freedom, both sides. Raises ValueError for series of different or of less than two values.
    """
    differences = [one - other for one, other in zip(first, second, strict=True)]
    if len(differences) < 2:
        raise ValueError("a test of pairs needs two pairs or more")
    mean, spread = fmean(differences), stdev(differences)
    if not spread:
        return 0.0 if mean else 1.0
    t = mean / (spread / math.sqrt(len(differences)))
    freedom = len(differences) - 1
    return _beta_share(freedom / (freedom + t * t), freedom / 2, 0.5)


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x > (a + 1) / (a + b + 2):  # where the fraction would converge slowly
        return 1 - _beta_share(1 - x, b, a)
    if x == 0:
        return 0.0
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    # of the convergents so far: the product of their changes, and the ratios of successive numerators and denominators
    value, before, after = 1.0, math.inf, 1.0
    for step in range(1, _MOST_STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        before, after = 1 + term / before, 1 / (1 + term * after)
        value *= before * after
        if abs(before * after - 1) < _ENOUGH:
            break
    return math.exp(scale) * value / a

"""What is a figure of the suite, and when are two of them different?

Machines are noisy, so a figure is kept with its value in each repetition. Repetitions of several engines take turns, so that the
n-th of one belongs to the n-th of another: their ratio is the geometric mean of the ratios pair by pair, and its
interval of confidence that of a t-test on their logarithms. Figures of two runs have no pairs: there it is Welch's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of one engine, with a value for each repetition.

    section: what part of the suite measured it ("latency", "build" ...). corpus: on what. subject: of what, within the section (a class of
    questions, a part of the index); may be empty. quantity and unit: "p99", "ms". rising: whether more is better.
    """

    section: str
    corpus: str
    subject: str
    engine: str
    quantity: str
    unit: str
    values: tuple[float, ...]
    rising: bool = False

    @property
    def value(self) -> float:
        """The median over the repetitions."""
        return median(self.values)

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What names it within a run."""
        return self.section, self.corpus, self.subject, self.engine, self.quantity


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure to another; low and high: where it lies with CONFIDENCE, None where one repetition says nothing of that."""

    value: float
    low: float | None = None
    high: float | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so many of a hundred do not exceed, by the nearest rank."""
    return sorted(values)[max(math.ceil(len(values) * share / 100), 1) - 1]


def paired(ours: Figure, theirs: Figure) -> Ratio:
    """The ratio of two figures of one run, whose repetitions took turns."""
    logs = [math.log(a / b) for a, b in zip(ours.values, theirs.values, strict=False) if a > 0 and b > 0]
    if not logs:
        return Ratio(math.nan)
    if len(logs) < 2:
        return Ratio(math.exp(logs[0]))
    return _interval(fmean(logs), variance(logs) / len(logs), len(logs) - 1)


def unpaired(new: Figure, old: Figure) -> Ratio:
    """The ratio of two figures of different runs (Welch, "The generalization of Student's problem", 1947)."""
    a, b = ([math.log(value) for value in figure.values if value > 0] for figure in (new, old))
    if not a or not b:
        return Ratio(math.nan)
    middle = fmean(a) - fmean(b)
    if min(len(a), len(b)) < 2:
        return Ratio(math.exp(middle))
    parts = variance(a) / len(a), variance(b) / len(b)
    below = parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1)
    return _interval(middle, sum(parts), sum(parts) ** 2 / below if below else len(a) + len(b) - 2)


def _interval(middle: float, squared_error: float, freedom: float) -> Ratio:
    from scipy.stats import t

    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(squared_error)
    return Ratio(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach))

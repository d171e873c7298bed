"""Does the benchmark of effectiveness tell chance from a difference, and a goal that is reached from one that is not?"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measures.effectiveness import Collection, Outcome, table
from benchmarks.measures.significance import paired_p


def by_integration(t: float, freedom: int) -> float:
    """Both tails of Student's t, by summing its density over the angle atan(t / sqrt(freedom))."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    steps, limit = 2000, math.atan(abs(t) / math.sqrt(freedom))
    width = limit / steps
    inner = sum(math.cos((step + 0.5) * width) ** (freedom - 1) for step in range(steps)) * width * scale
    return 1 - 2 * inner


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    [(12.706, 1, 0.05), (2.262, 9, 0.05), (3.250, 9, 0.01), (2.042, 30, 0.05), (1.980, 120, 0.05)],
)
def test_the_chance_is_that_of_the_tables(t: float, freedom: int, p: float) -> None:
    assert paired_p(*series(t, freedom + 1)) == pytest.approx(p, abs=2e-4)


def series(t: float, n: int) -> tuple[list[float], list[float]]:
    """Two series of n values whose differences have this t."""
    chance = random.Random(n)
    differences = [chance.random() for _ in range(n)]
    mean = math.fsum(differences) / n
    spread = math.sqrt(sum((one - mean) ** 2 for one in differences) / (n - 1))
    wanted = t * spread / math.sqrt(n)
    return [one - mean + wanted for one in differences], [0.0] * n


@given(t=st.floats(0, 20), n=st.integers(2, 400))
def test_the_chance_is_the_area_of_both_tails(t: float, n: int) -> None:
    assert paired_p(*series(t, n)) == pytest.approx(by_integration(t, n - 1), abs=1e-6)


def test_equal_series_differ_by_chance_and_shifted_ones_do_not() -> None:
    assert paired_p([0.1, 0.5, 0.9], [0.1, 0.5, 0.9]) == 1
    assert paired_p([0.25, 0.5, 0.75], [0.5, 0.75, 1.0]) == 0
    with pytest.raises(ValueError, match="two pairs"):
        paired_p([1], [1])
    with pytest.raises(ValueError, match="argument"):
        paired_p([1, 2], [1])


def test_a_goal_is_reached_to_three_digits() -> None:
    collection = Collection("time", "en", {"fast": (0.75, 0.6), "best": (0.75, 0.6)})
    values = {
        "fast": {"nDCG@10": [0.7496, 0.7496], "AP": [0.5, 0.7], "R@100": [1.0, 1.0], "RR@10": [1.0, 0.5]},
        "best": {"nDCG@10": [0.7494, 0.7494], "AP": [0.6, 0.7], "R@100": [1.0, 1.0], "RR@10": [1.0, 0.5]},
    }
    outcome = Outcome(collection, 423, 2, values)
    assert (outcome.reached("fast"), outcome.reached("best")) == (True, False)
    assert Outcome(Collection("x", None, {}), 1, 2, values).reached("fast") is None
    _, fast, best = table([outcome]).splitlines()
    assert fast.split() == [
        "time",
        "en",
        "423",
        "2",
        "fast",
        "0.750",
        "0.600",
        "1.000",
        "0.750",
        "0.750",
        "0.600",
        "reached",
    ]
    assert best.split() == [
        "best",
        "0.749",
        "0.650",
        "1.000",
        "0.750",
        "0.750",
        "0.600",
        "NOT",
        "reached",
        "0.000",
        "0.500",
    ]

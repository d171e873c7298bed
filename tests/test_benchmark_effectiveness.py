"""Does the benchmark of effectiveness tell chance from a difference, and a goal that is reached from one that is not?"""

from __future__ import annotations

import pytest

from benchmarks.measures.effectiveness import Collection, Outcome, table


def test_a_goal_is_reached_to_three_digits_and_chance_is_that_of_the_t_test() -> None:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    collection = Collection("time", "en", {"fast": (0.75, 0.6), "best": (0.75, 0.6)})
    values = {
        "fast": {"nDCG@10": [0.7496, 0.7496], "AP": [0.5, 0.7], "R@100": [1.0, 1.0], "RR@10": [1.0, 0.5]},
        "best": {"nDCG@10": [0.7496, 0.7490], "AP": [0.6, 0.7], "R@100": [1.0, 1.0], "RR@10": [1.0, 0.5]},
    }
    outcome = Outcome(collection, 423, 2, values)
    assert (outcome.reached("fast"), outcome.reached("best")) == (True, False)
    assert Outcome(Collection("x", None, {}), 1, 2, values).reached("fast") is None
    _, fast, best = table([outcome]).splitlines()
    assert " ".join(fast.split()) == "time en 423 2 fast 0.750 0.600 1.000 0.750 0.750 0.600 reached"
    assert " ".join(best.split()) == "best 0.749 0.650 1.000 0.750 0.750 0.600 NOT reached 0.500 0.500"
    same = Outcome(collection, 423, 2, {"fast": values["fast"], "best": values["fast"]})
    assert same.p("AP") == 1

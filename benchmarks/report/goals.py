"""Which promises are kept, in words?"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measures.figures import Ratio
from benchmarks.measures.result import Goal, Result
from benchmarks.measures.tables import shown
from benchmarks.report.grids import interval


@dataclass(frozen=True, slots=True)
class Judged:
    """A goal as people read it: whether it is reached, what was found and what is the bound."""

    promise: str
    reached: bool
    verdict: str
    found: str
    bound: str


def judged(result: Result) -> list[Judged]:
    """All goals, those not reached first."""
    units = {figure.key: figure.unit for figure in result.figures}
    goals = sorted(result.goals, key=lambda goal: goal.reached)
    return [
        Judged(
            goal.promise,
            goal.reached,
            _verdict(goal),
            found(goal, units.get(goal.ours, "")),
            bound(goal, units.get(goal.ours, "")),
        )
        for goal in goals
    ]


def found(goal: Goal, unit: str) -> str:
    """What was measured: a ratio with its interval, or a figure with its unit."""
    if goal.found is None:
        return "not measured"
    if goal.to:
        return f"{interval(Ratio(goal.found, goal.low, goal.high))} {goal.to}"
    return f"{shown(goal.found)} {unit}".rstrip()


def bound(goal: Goal, unit: str) -> str:
    """What was promised."""
    mark = "×" if goal.to else f" {unit}".rstrip()
    bounds = (("≤", goal.at_most), ("≥", goal.at_least))
    return ", ".join(f"{sign} {shown(value)}{mark}" for sign, value in bounds if value is not None)


def _verdict(goal: Goal) -> str:
    """Yes or no, and whether noise could have made it the other."""
    if goal.found is None:
        return "no: not measured"
    said = "yes" if goal.reached else "no"
    bounds = [value for value in (goal.at_most, goal.at_least) if value is not None]
    close = goal.low is not None and goal.high is not None
    if close and any((goal.low or 0) <= value <= (goal.high or 0) for value in bounds):
        return f"{said}, within the noise"
    return said

"""What of a run stands in a README? One table of Markdown: what was promised, then the other main figures.

A line is one figure of searchlib, with every goal about it and the peer that comes nearest; lines with a goal not reached come first, so that what a
short table must leave out are figures that nobody promised, then goals that are reached.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure, paired
from benchmarks.measures.result import Goal, Result
from benchmarks.measures.tables import shown
from benchmarks.report.goals import bound, found
from benchmarks.report.grids import distinct
from benchmarks.report.subsets import subsets, which

LINES = 20  # of figures
# What is worth a line where nothing was promised.
_MAIN = {
    ("latency", "mean"),
    ("build", "MB/s of text"),
    ("size", "bytes/document"),
    ("start", "cold search"),
    ("memory", "idle"),
    ("effectiveness", "nDCG@10"),
}
_Key = tuple[str, str, str, str, str]


def markdown(result: Result) -> str:
    """The table, and below it where it was measured."""
    promised = sorted(
        distinct(goal.ours for goal in result.goals),
        key=lambda key: all(goal.reached for goal in result.goals if goal.ours == key),
    )
    figures = {figure.key: figure for figure in result.figures}
    others = [key for key, figure in figures.items() if _main(figure) and key not in promised]
    shown_keys = (promised + others)[:LINES]
    lines = ["| figure | searchlib | goals, or the nearest other engine |", "|---|---:|---|"]
    for key in shown_keys:
        goals = [goal for goal in result.goals if goal.ours == key]
        figure = figures.get(key)
        said = "; ".join(_goal(goal, figure.unit if figure else "") for goal in goals)
        cells = (_name(key, result), _value(figure), said or _nearest(figure, result))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    hidden = [goal for goal in result.goals if goal.ours not in shown_keys]
    if hidden:
        reached = sum(goal.reached for goal in hidden)
        lines.append(f"| {len(hidden)} goals more | | {reached} of them reached |")
    return "\n".join([*lines, "", " · ".join(_circumstances(result))]) + "\n"


def _main(figure: Figure) -> bool:
    if figure.section == "size" and figure.subject not in {"", "all"}:
        return False
    return (
        figure.engine == OURS
        and (figure.section, figure.quantity) in _MAIN
        and which(figure.subject) == figure.subject
    )


def _name(key: _Key, result: Result) -> str:
    """A figure's name; its corpus where its section has several, its engine where that is a variant."""
    section, corpus, subject, engine, quantity = key
    several = len({figure.corpus for figure in result.figures if figure.section == section}) > 1
    variant = engine.removeprefix(f"{OURS}, ") if engine != OURS else ""
    start = "" if section == "latency" else section
    return ", ".join(filter(None, (start, corpus * several, subject, variant, quantity)))


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "not measured"
    return f"{shown(figure.value)} {figure.unit}".rstrip()


def _goal(goal: Goal, unit: str) -> str:
    mark = "✓" if goal.reached else "✗"
    if goal.found is None:
        return f"{mark} {bound(goal, unit)} {goal.to}".rstrip() + ", not measured"
    if not goal.to:
        return f"{mark} {bound(goal, unit)}"
    return f"{mark} {found(goal, unit)}, {bound(goal, unit)}"


def _nearest(figure: Figure | None, result: Result) -> str:
    """The ratio to the best of the other engines in the same figure."""
    if figure is None:
        return ""
    section, corpus, subject, _, quantity = figure.key
    fewer = subsets(result.figures)
    peers = [
        peer
        for peer in result.figures
        if (peer.section, peer.corpus, peer.quantity) == (section, corpus, quantity)
        and (peer.subject == subject or section == "effectiveness")
        and not peer.engine.startswith(OURS)
        and (corpus, subject, peer.engine) not in fewer
        and peer.value > 0
    ]
    if not peers:
        return ""
    best = (max if figure.rising else min)(peers, key=lambda peer: peer.value)
    if section == "effectiveness":
        return f"{best.engine} {shown(best.value)}"
    ratio = paired(figure, best)
    return found(Goal("", figure.key, best.engine, found=ratio.value, low=ratio.low, high=ratio.high), "")


def _circumstances(result: Result) -> Iterator[str]:
    machine = result.machine
    if machine.get("processor"):
        yield f"{machine['processor']}, {machine.get('cores', '?')} cores"
    if machine.get("python"):
        yield f"Python {machine['python']}"
    if result.engines:
        yield ", ".join(f"{name} {version}" for name, version in result.engines.items())
    yield f"commit {machine.get('commit') or 'unknown'}"
    yield str(machine.get("date") or "no date")[:10]

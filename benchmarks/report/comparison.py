"""Is searchlib slower, larger or worse than in an earlier run, beyond noise?

Two runs see two machines, even where it is the same one: another processor, another neighbour. A time is therefore judged by its
ratio to the peers. In each repetition searchlib's time is divided by the geometric mean of the times, in the same repetition
and of the same figure, of every engine that both runs measured in the same version, asking it as many questions; what fell on all alike
cancels out. The two sets of such quotients are compared by Welch's test on their logarithms (``unpaired``), so that the peers' own
noise widens the interval. Without such peers a time is compared as it is if both runs had the same processor, cores and
system, and is not judged otherwise.

What no clock measures (bytes, memory, effectiveness, counters) is compared as it is. A change counts when the interval of the ratio
excludes 1 and the change is larger than a threshold; of many figures some intervals miss 1 by chance, but seldom by that
much. A figure without repetitions has no interval: it is judged only where nothing is left to chance (sizes, effectiveness, counters),
and there a change of 1 % counts.

What this cannot tell: a machine that is slower for searchlib alone, by having no AVX2, say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Literal

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure, Ratio, unpaired
from benchmarks.measures.result import Result
from benchmarks.report.subsets import subsets

THRESHOLD = 0.05
_EXACT = 0.01  # where nothing is left to chance
_MACHINE = ("processor", "cores", "system")
_TIME = re.compile(r"(?<![^\W_])(?:[nµum]?s)(?![^\W_])|/s(?![^\W_])")
Verdict = Literal["worse", "better", "same", "not judged"]


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of searchlib in both runs. ratio: new to old; peers: the same of the engines that it is judged by, None without any;
    to_peers: what remains of the ratio beside them; verdict: by to_peers for a time that has it, else by ratio.
    """

    old: Figure
    new: Figure
    ratio: Ratio
    peers: float | None
    to_peers: Ratio | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs. warnings: what differs that could explain a change; only_old and only_new: figures, of any engine, that the other lacks."""

    changes: list[Change]
    warnings: list[str]
    only_old: list[Figure]
    only_new: list[Figure]

    def judged(self, verdict: Verdict) -> list[Change]:
        """The changes with a verdict, the largest first."""
        found = [change for change in self.changes if change.verdict == verdict]
        return sorted(found, key=lambda change: -abs(math.log(_basis(change).value or 1)))


def compared(old: Result, new: Result, threshold: float = THRESHOLD) -> Comparison:
    """Compares what both runs measured."""
    before, after = ({figure.key: figure for figure in run.figures} for run in (old, new))
    steady = {name for name, version in old.engines.items() if new.engines.get(name) == version}
    same_machine = all(old.machine.get(name) == new.machine.get(name) for name in _MACHINE)
    fewer = [subsets(run.figures) for run in (old, new)]
    changes = []
    for key, figure in after.items():
        if key in before and _is_ours(figure.engine):
            peers = [
                (before[peer], after[peer])
                for name in sorted(steady)
                if not _is_ours(name)
                and (peer := (*key[:3], name, key[4])) in before.keys() & after.keys()
                and fewer[0].get((key[1], key[2], name)) == fewer[1].get((key[1], key[2], name))
                and min(before[peer].values + after[peer].values) > 0
            ]
            changes.append(_change(before[key], figure, peers, threshold, same_machine=same_machine))
    return Comparison(
        changes,
        list(_warnings(old, new)),
        [figure for key, figure in before.items() if key not in after],
        [figure for key, figure in after.items() if key not in before],
    )


def is_time(figure: Figure) -> bool:
    """Whether a clock measured it, so that another machine would have given another figure."""
    return bool(_TIME.search(figure.quantity) or _TIME.search(figure.unit))


def _is_ours(engine: str) -> bool:
    return engine == OURS or engine.startswith(f"{OURS},")


def _change(
    old: Figure, new: Figure, peers: list[tuple[Figure, Figure]], threshold: float, *, same_machine: bool
) -> Change:
    raw = unpaired(new, old)
    if not is_time(new) or not peers:
        judgeable = same_machine or not is_time(new)
        verdict = _verdict(new, raw, threshold) if judgeable else "not judged"
        return Change(old, new, raw, None, None, verdict)
    to_peers = unpaired(
        _beside(new, [after for _, after in peers]), _beside(old, [before for before, _ in peers])
    )
    drift = math.exp(fmean(math.log(unpaired(after, before).value) for before, after in peers))
    return Change(old, new, raw, drift, to_peers, _verdict(new, to_peers, threshold))


def _beside(figure: Figure, peers: list[Figure]) -> Figure:
    """A figure over the geometric mean of its peers, repetition by repetition."""
    turns = zip(figure.values, *(peer.values for peer in peers), strict=False)
    values = tuple(ours / math.exp(fmean(map(math.log, theirs))) for ours, *theirs in turns)
    return replace(figure, values=values)


def _verdict(figure: Figure, ratio: Ratio, threshold: float) -> Verdict:
    if math.isnan(ratio.value):
        return "not judged"
    exact = figure.section in {"size", "effectiveness"} or (
        figure.section == "kernels" and not is_time(figure)
    )
    if ratio.low is None or ratio.high is None:
        if not exact:
            return "not judged"
    elif ratio.low <= 1 <= ratio.high:
        return "same"
    if abs(math.log(ratio.value)) <= math.log1p(_EXACT if exact else threshold):
        return "same"
    return "better" if (ratio.value > 1) == figure.rising else "worse"


def _basis(change: Change) -> Ratio:
    return change.to_peers or change.ratio


def _warnings(old: Result, new: Result) -> Iterator[str]:
    machines = [{k: v for k, v in run.machine.items() if k not in {"date", "commit"}} for run in (old, new)]
    versions = [machine.pop("packages", {}) for machine in machines]
    yield from _differences("machine", *machines)
    yield from _differences("package", *versions)
    peers = [{k: v for k, v in run.engines.items() if not _is_ours(k)} for run in (old, new)]
    yield from _differences("engine", *peers)
    yield from _differences("option", old.options, new.options)
    shared = [
        {k: v for k, v in run.corpora.items() if k in old.corpora and k in new.corpora} for run in (old, new)
    ]
    yield from _differences("corpus", *shared)


def _differences(what: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield f"{what} {name}: {old.get(name, 'absent')} before, {new.get(name, 'absent')} now"

"""Is searchlib slower, larger or worse than in an earlier run, beyond noise?

Two runs see two machines, even where it is the same one: another processor, another neighbour. A time is therefore judged by its
ratio to the peers. In each repetition searchlib's time is divided by the geometric mean of the times, in the same repetition
and of the same figure, of every engine that both runs measured in the same version, asking it as many questions; what fell on all alike
cancels out. The two sets of such quotients are compared by Welch's test on their logarithms (``unpaired``), so that the peers' own
noise widens the interval. Without such peers a time is compared as it is if both runs had the same processor, cores and
system, and the peers took as long in the rest of the run; it is not judged otherwise.

What no clock measures (bytes, memory, effectiveness, counters) is compared as it is. A change counts when it is larger than a
threshold and noise does not explain it: of some hundreds of figures, intervals of 95 % miss 1 by chance a dozen times, so the
chances of all figures are weighed together (Benjamini and Hochberg, "Controlling the false discovery rate", 1995): where
nothing changed, 19 comparisons of 20 say so. A figure without repetitions tells nothing of noise: it is judged only where
nothing is left to chance (sizes, effectiveness, counters), and there a change of 1 % counts.

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
from benchmarks.measures.figures import CONFIDENCE, Figure, Ratio, unpaired
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
    pairs = []
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
            pairs.append(_Pair(before[key], figure, peers if is_time(figure) else []))
    bound = _bound([pair.chance for pair in pairs if pair.chance is not None])
    slower = _slower(pairs)
    warnings = list(_warnings(old, new))
    steadily = abs(math.log(slower)) <= math.log1p(threshold)
    if not steadily:
        warnings.append(f"speed of the machine: the peers took {slower:.2f}x the time")
    return Comparison(
        [pair.change(threshold, bound, raw_times=same_machine and steadily) for pair in pairs],
        warnings,
        [figure for key, figure in before.items() if key not in after],
        [figure for key, figure in after.items() if key not in before],
    )


def is_time(figure: Figure) -> bool:
    """Whether a clock measured it, so that another machine would have given another figure."""
    return bool(_TIME.search(figure.quantity) or _TIME.search(figure.unit))


def _is_ours(engine: str) -> bool:
    return engine == OURS or engine.startswith(f"{OURS},")


class _Pair:
    """A figure in both runs, and what it is judged by."""

    def __init__(self, old: Figure, new: Figure, peers: list[tuple[Figure, Figure]]) -> None:
        self._old, self._new, self._peers = old, new, peers
        self._judged = (old, new)
        if peers:
            self._judged = (
                _beside(old, [before for before, _ in peers]),
                _beside(new, [after for _, after in peers]),
            )
        self.chance = _chance(*self._judged)
        logs = [math.log(unpaired(after, before).value) for before, after in peers]
        self.drift = math.exp(fmean(logs)) if logs else None

    @property
    def slower(self) -> float | None:
        """How many times as long the peers took; None without any."""
        if self.drift is None:
            return None
        return 1 / self.drift if self._new.rising else self.drift

    def change(self, threshold: float, bound: float, *, raw_times: bool) -> Change:
        ratio = unpaired(self._new, self._old)
        judgeable = raw_times or bool(self._peers) or not is_time(self._new)
        basis = unpaired(self._judged[1], self._judged[0])
        verdict = self._verdict(basis, threshold, bound) if judgeable else "not judged"
        return Change(self._old, self._new, ratio, self.drift, basis if self._peers else None, verdict)

    def _verdict(self, ratio: Ratio, threshold: float, bound: float) -> Verdict:
        exact = _is_exact(self._new)
        if math.isnan(ratio.value) or (self.chance is None and not exact):
            return "not judged"
        if self.chance is not None and self.chance > bound:
            return "same"
        if abs(math.log(ratio.value)) <= math.log1p(_EXACT if exact else threshold):
            return "same"
        return "better" if (ratio.value > 1) == self._new.rising else "worse"


def _slower(pairs: list[_Pair]) -> float:
    """How many times as long the peers took, over all times; 1 where there are none."""
    logs = [math.log(pair.slower) for pair in pairs if pair.slower is not None]
    return math.exp(fmean(logs)) if logs else 1.0


def _beside(figure: Figure, peers: list[Figure]) -> Figure:
    """A figure over the geometric mean of its peers, repetition by repetition."""
    turns = zip(figure.values, *(peer.values for peer in peers), strict=False)
    values = tuple(ours / math.exp(fmean(map(math.log, theirs))) for ours, *theirs in turns)
    return replace(figure, values=values)


def _is_exact(figure: Figure) -> bool:
    if figure.section == "kernels":
        return not is_time(figure)
    return figure.section in {"size", "effectiveness"}


def _chance(old: Figure, new: Figure) -> float | None:
    """How probable it is that noise makes two figures differ as much, by Welch's test; None where nothing tells."""
    from scipy.stats import ttest_ind

    a, b = ([math.log(value) for value in figure.values if value > 0] for figure in (old, new))
    if min(len(a), len(b)) < 2:
        return None
    if len({*a}) == len({*b}) == 1:  # no noise at all
        return float(a[0] == b[0])
    return float(ttest_ind(a, b, equal_var=False).pvalue)


def _bound(chances: list[float]) -> float:
    """The largest chance that is small enough among so many (Benjamini and Hochberg)."""
    allowed = 1 - CONFIDENCE
    ranked = sorted(chances)
    passed = [p for rank, p in enumerate(ranked, 1) if p <= allowed * rank / len(ranked)]
    return passed[-1] if passed else -1.0


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

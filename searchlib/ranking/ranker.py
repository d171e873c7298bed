"""Which documents of a snapshot answer a query best?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.language.analyzer import Analysis
from searchlib.query.words import bag_of_words
from searchlib.ranking._searcher import Group, Searcher
from searchlib.ranking._topk import Clause, Kernel

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Plan", "Ranker"]

_MEMO: Final = 50_000  # words whose lists are kept at hand; then the memory is dropped and rebuilt


class Plan(NamedTuple):
    """What a query asks of one snapshot: groups of terms with their boosts; stop_words: it has no other words."""

    groups: list[tuple[Group, float]]
    stop_words: bool

    def terms(self) -> dict[str, int]:
        """Every term, with the number of the group it belongs to."""
        return {term: number for number, (group, _) in enumerate(self.groups) for term in group.terms}


class Ranker:
    """Answers queries on one snapshot. Immutable but for caches; threads may share it."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer) -> None:
        definition = snapshot.manifest.definition
        self.snapshot = snapshot
        self._analyzer = analyzer
        self._searcher = Searcher(
            [
                (segment.file, live, segment.total_length)
                for segment, live in zip(snapshot.segments, snapshot.live, strict=True)
            ],
            [field.weight for field in definition.text_fields],
            definition.k1,
            definition.b,
        )
        self._kernel = Kernel(self._searcher)
        self._analyses: dict[str, Analysis] = {}
        self._groups: dict[tuple[str, ...], Group] = {}
        self._meanings: dict[str, tuple[Group, bool]] = {}

    def analyze(self, form: str) -> Analysis:
        """The terms of a form: as the index recorded them when it has seen it, else by morphology."""
        known = self._analyses.get(form)
        if known is None:
            for segment in self.snapshot.segments:
                found = segment.file.find_form(form)
                if found is not None:
                    known = Analysis(*found)
                    break
            else:
                known = self._analyzer.analyze(form)
            if len(self._analyses) >= _MEMO:
                self._analyses.clear()
            self._analyses[form] = known
        return known

    def plan(self, query: str) -> Plan:
        """The groups of terms that a query asks for. Raises QueryError."""
        return Plan(*bag_of_words(query, self._meaning))

    def _meaning(self, form: str) -> tuple[Group, bool]:
        """The group of a form's terms, the same one for the same terms, and whether it is a stop word."""
        known = self._meanings.get(form)
        if known is None:
            terms, stop = self.analyze(form)
            if len(self._meanings) >= _MEMO:
                self._meanings.clear()
                self._groups.clear()
            group = self._groups.get(terms)
            if group is None:
                group = self._groups[terms] = self._searcher.group(terms)
            known = self._meanings[form] = (group, stop)
        return known

    def top(self, plan: Plan, k: int) -> list[tuple[float, int, int]]:
        """The best k documents as (score, segment, document), best first; equal scores in document order."""
        return self._kernel.top([Clause(group, boost) for group, boost in plan.groups], k)

    def count(self, plan: Plan) -> int:
        """How many documents have any word of the plan."""
        return self._kernel.count([group for group, _ in plan.groups])

"""Which documents of a snapshot answer a query best?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from searchlib.language.analyzer import Analysis
from searchlib.query.words import bag_of_words
from searchlib.ranking._topk import Group, Searcher

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Ranker"]

_MEMO: Final = 50_000  # words whose lists are kept at hand; then the memory is dropped and rebuilt


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
        self._analyses: dict[str, Analysis] = {}
        self._groups: dict[tuple[str, ...], Group] = {}

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

    def plan(self, query: str) -> list[tuple[Group, float]]:
        """The groups of terms that a query asks for, with their boosts. Raises QueryError."""
        groups = self._groups
        plan = []
        for terms, boost in bag_of_words(query, self.analyze):
            group = groups.get(terms)
            if group is None:
                if len(groups) >= _MEMO:
                    groups.clear()
                group = groups[terms] = self._searcher.group(terms)
            plan.append((group, boost))
        return plan

    def top(self, plan: list[tuple[Group, float]], k: int) -> list[tuple[float, int, int]]:
        """The best k documents as (score, segment, document), best first; equal scores in document order."""
        return self._searcher.top(plan, k)

    def count(self, plan: list[tuple[Group, float]]) -> int:
        """How many documents have any word of the plan."""
        return self._searcher.count([group for group, _ in plan])

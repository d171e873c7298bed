"""What is written about more than before? Terms and names that rise, and their counts by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

__all__ = ["Trend", "Trends"]


@dataclass(frozen=True, slots=True)
class Trend:
    """A word, or a name of two or three, that more documents have than those before the period let expect. Immutable.

    text: as the period's documents write it most often; terms: the terms that are counted, by word. documents: of the period that
    have it; background: of those before. score: the log-likelihood ratio G2, the larger the surer. counts: (day in ISO 8601, documents)
    of the period in UTC, without days on which there are none.
    """

    text: str
    terms: tuple[str, ...]
    documents: int
    background: int
    score: float
    counts: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain objects, for JSON."""
        return {
            "text": self.text,
            "terms": list(self.terms),
            "documents": self.documents,
            "background": self.background,
            "score": self.score,
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class Trends(Sequence[Trend]):
    """What rises in a period, the surest first. Immutable.

    since, until: the first and the last day of the period in ISO 8601 and UTC; documents: those of the period that were asked for,
    counts: the same by day; background: those before it. newest: the day of the newest document that was asked for, whenever; None: none has
    a date.
    """

    trends: tuple[Trend, ...]
    since: str
    until: str
    documents: int
    background: int
    counts: tuple[tuple[str, int], ...]
    newest: str | None

    @overload
    def __getitem__(self, at: int) -> Trend: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Trend]: ...
    def __getitem__(self, at: int | slice) -> Trend | Sequence[Trend]:
        return self.trends[at]

    def __len__(self) -> int:
        return len(self.trends)

    def __iter__(self) -> Iterator[Trend]:
        return iter(self.trends)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain objects, for JSON."""
        return {
            "since": self.since,
            "until": self.until,
            "documents": self.documents,
            "background": self.background,
            "newest": self.newest,
            "counts": dict(self.counts),
            "trends": [trend.as_dict() for trend in self.trends],
        }

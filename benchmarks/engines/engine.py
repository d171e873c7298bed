"""What does the suite ask of an engine? The archive indexed, and questions answered, through its best public API.

Every engine is measured in one or both of two ways:

- ``own``: on text as people write it, with the engine's own analysis. All hold the same: id stored, title (weighed
  twice) and text with positions, the words of both also as they are written, date, source, language and tags as
  columns and as values to match. Where an engine can be helped without being measured at it, it is: one
  that analyses by field is told for free which language an article or a question is in.
- ``terms``: engine against engine, on one field of terms that were analysed before (terms.py), so that all index
  the same words and owe the same answers: nothing is stored but the id.

The answer is what the question wants and no more: no engine counts matches where ten ids are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from benchmarks.corpora.archive import Article
from benchmarks.corpora.questions import Question

Analysis = Literal["own", "terms"]
K1, B = 1.2, 0.75  # of every engine on terms, since some have them fixed
SOURCES = 100  # buckets asked for: more than there are sources


@dataclass(frozen=True, slots=True)
class Answer:
    """What the question wanted: ids, or the total, or counts by source and the total.

    seconds: what the engine says it took, where it runs in another process or language than the caller and the way there and back
    is the benchmark's, not the engine's; None: the caller's clock counts.
    """

    ids: list[str] = field(default_factory=list)
    total: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    seconds: float | None = None


Ask = Callable[[Question], Answer]


class Engine(Protocol):
    """An engine under measurement.

    most_documents: those that it indexes in reasonable time; where there are more, it is measured on a smaller corpus of its
    own, with searchlib beside it. None: as many as there are. quick: whether a run of three minutes has time for it.
    """

    name: str
    analyses: tuple[Analysis, ...]
    most_documents: int | None
    quick: bool

    def missing(self) -> str | None:
        """Why it cannot be measured here, in one sentence for people; None when it can."""
        ...

    def version(self) -> str:
        """The version of what is measured. Only when nothing is missing."""
        ...

    def answers(self, question: Question) -> bool:
        """Whether it can answer a question of this kind at all."""
        ...

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        """A function that builds an index of the articles in a new folder, from their words to the end of the commit.

        Converting articles to what the engine's users hold anyway happens here and is not measured.
        """
        ...

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        """The whole call of a user, from the words of the question to its answer. For the thread that opens it."""
        ...


def without(*distributions: str) -> str | None:
    """Why an engine that needs these distributions cannot run here; None when all are installed."""
    from importlib.metadata import PackageNotFoundError, version

    for name in distributions:
        try:
            version(name)
        except PackageNotFoundError:
            return f"{name} is not installed"
    return None


def limited(question: Question) -> bool:
    """Whether only documents of some days, language, source or tag may match."""
    return any(part is not None for part in (question.since, question.lang, question.source, question.tag))


def days(question: Question) -> tuple[datetime, datetime] | None:
    """The start of the first day and of the day after the last one."""
    if question.since is None or question.until is None:
        return None
    first, last = (
        datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (question.since, question.until)
    )
    return first, last + timedelta(days=1)

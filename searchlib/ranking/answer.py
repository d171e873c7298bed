"""What did a ranker find, and what can be asked about all of it?"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from searchlib.ranking.question import Question
from searchlib.storage._segment import ids_of
from searchlib.storage.segment import find_id

if TYPE_CHECKING:
    from searchlib.ranking._ages import Decay
    from searchlib.ranking._searcher import Searcher
    from searchlib.ranking._topk import Kernel
    from searchlib.ranking.execution import Plan
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.ranking.naming import Naming
    from searchlib.ranking.ranker import Ranker
    from searchlib.ranking.rescoring import Rescoring
    from searchlib.results.explain import Explanation
    from searchlib.storage.segment import Segment

__all__ = ["Answer", "PlainAnswer", "View"]


class View(NamedTuple):
    """The snapshot under one weighting of its fields, with what words may stand for. naming: other names, None for none."""

    lexicon: Lexicon
    kernel: Kernel
    naming: Naming | None


class Answer:
    """What a ranker found: a page of documents, and what can be asked about all of them.

    places: (score, segment, document) in order; plan: None when the time was over before there was one. keys: by place what
    it was sorted by, None when by relevance. rescoring: what has lifted the first of them, None when nothing has.
    """

    def __init__(
        self,
        ranker: Ranker,
        view: View,
        plan: Plan | None,
        places: list[tuple[float, int, int]],
        *,
        order: str = "relevance",
        keys: list[int | str | None] | None = None,
        decay: Decay | None = None,
        timed_out: bool = False,
        rescoring: Rescoring | None = None,
    ) -> None:
        self._ranker = ranker
        self._view = view
        self.plan = plan
        self.places = places
        self.order = order
        self.keys = keys
        self.decay = decay
        self.timed_out = timed_out
        self.rescoring = rescoring

    @property
    def searcher(self) -> Searcher:
        return self._view.lexicon.searcher

    def explain(self, segment: int, doc: int) -> Explanation:
        """How the score of a document comes about; 0 when it does not match."""
        from searchlib.ranking.explaining import explain

        return explain(self, self._ranker.snapshot.manifest.definition, segment, doc)

    def explain_id(self, id: str) -> Explanation | None:
        """The same of the document with an id; None when there is none, deleted or not."""
        place = find_id(self._ranker.snapshot.segments, id)
        return None if place is None else self.explain(*place)

    def count(self) -> int:
        """How many documents match, exactly."""
        return 0 if self.plan is None else len(self.plan.root.bits)

    def facet(self, field: str, by: str | None) -> list[tuple[str, int]]:
        """How many of the documents that match have each value. Raises QueryError."""
        from searchlib.query.tree import Nothing

        columns = self._ranker.columns
        return columns.facet(
            columns.bits_of(Nothing()) if self.plan is None else self.plan.root.bits, field, by
        )

    @property
    def parts(self) -> list[Segment]:
        """The parts of the index, of which places tell the number."""
        return self._ranker.snapshot.segments

    def ids(self) -> list[str]:
        """The ids of the page."""
        return ids_of([segment.file for segment in self.parts], self.places)

    def duplicates(self, at: int) -> list[str]:
        """None: nothing was collapsed (duplicates.py)."""
        return []

    def suggestion(self, query: str) -> str | None:
        """What may have been meant by the query that was asked; None when it may well be right."""
        return self._ranker.guesses.suggestion(query)

    def cursor(self, at: int) -> str:
        """The cursor of the document at a place of the page."""
        from searchlib.ranking.pages import Cursor

        score, segment, doc = self.places[at]
        key = score if self.keys is None else self.keys[at]
        return str(Cursor(self.order, key, self._ranker.snapshot.segments[segment].file.id(doc)))


class PlainAnswer(Answer):
    """What a plain query found. It is planned when somebody asks for more than the documents."""

    order = "relevance"
    keys = decay = rescoring = None
    timed_out = False

    def __init__(
        self, ranker: Ranker, places: list[tuple[float, int, int]], query: str, match: str | None
    ) -> None:
        self._ranker = ranker
        self._view = ranker.usual
        self.places = places
        self._query = query
        self._match = match

    @cached_property
    def plan(self) -> Plan | None:  # type: ignore[override]
        return self._ranker.plan(Question(self._query, match=self._match), self._view)

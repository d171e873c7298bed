"""Which documents of an index on disk are of a period, which before it, and which terms are in more of the former?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from searchlib.errors import QueryError
from searchlib.query.tree import DateRange
from searchlib.ranking._matches import group_bits, occurrence_bits
from searchlib.ranking._trends import rising, usual_forms
from searchlib.ranking.trends import LEAST, SURELY, Counts, Place, Rise, is_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from searchlib.language.analyzer import Analysis
    from searchlib.ranking._bits import Bits
    from searchlib.ranking.question import Question
    from searchlib.ranking.ranker import Ranker

__all__ = ["DiskPeriod"]


class DiskPeriod:
    """A Period of what a question finds in a snapshot. Raises QueryError for an index without dates, CorruptIndexError."""

    def __init__(self, ranker: Ranker, question: Question, since: int, until: int | None) -> None:
        definition = ranker.snapshot.manifest.definition
        date = definition.date_field
        if date is None:
            raise QueryError("trends need a date field, and this index has none")
        columns = ranker.columns
        plan = ranker.plan(question, ranker.usual)
        assert plan is not None  # there is no deadline
        asked = plan.root.bits
        self.since, self.until = since, until
        self.whole: Bits = asked & columns.bits_of(DateRange(date.name, since, until))
        self._before = asked & columns.bits_of(DateRange(date.name, None, since))
        newest = columns.sorted(asked, f"-{date.name}", 1)
        self.newest = next((place[0] for place in newest if isinstance(place[0], int)), None)
        self.first, self.second = len(self.whole), len(self._before)
        self.fields: Sequence[str] = [one.name for one in definition.text_fields if one.stored]
        self._date = date.name
        self._ranker = ranker
        self._lexicon = ranker.usual.lexicon

    def analyze(self, form: str) -> Analysis:
        return self._ranker.analyze(form)

    def rising(self, wanted: int) -> Iterator[Rise]:
        found = rising(self._lexicon.searcher, self.whole, self._before, LEAST, SURELY)
        return (one for one in found if is_word(one[1]))

    def having(self, terms: Collection[str], most: int) -> dict[str, list[Place]]:
        return {term: self.with_term(term).first(most) for term in terms}

    def stored(self, places: Sequence[Place]) -> Iterator[dict[str, Any]]:
        segments = self._ranker.snapshot.segments
        return (segments[segment].stored[doc] for segment, doc in places)

    def usual_forms(self, terms: Collection[str]) -> dict[str, str]:
        """From the segment with the most documents that has the term."""
        found: dict[str, str] = {}
        for segment in sorted(self._ranker.snapshot.segments, key=lambda one: -one.file.documents):
            left = [term for term in terms if term not in found]
            if not left:
                break
            found |= usual_forms(segment.file, left)
        return found

    def with_term(self, term: str) -> Bits:
        return group_bits(self._lexicon.searcher.group((term,))) & self.whole

    def side_by_side(self, names: Sequence[Sequence[str]]) -> list[Counts]:
        found = []
        for forms in names:
            bits = occurrence_bits(self._lexicon.phrase(forms).occurrences)
            where = bits & self.whole
            found.append(Counts(len(where), len(bits & self._before), where))
        return found

    def by_day(self, wheres: Sequence[Bits]) -> list[list[tuple[str, int]]]:
        return [self._ranker.columns.facet(where, self._date) for where in wheres]

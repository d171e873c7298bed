"""Which documents are nearly the same? News is reprinted, with a word changed here and there.

Two documents are near-duplicates when half of all the pairs of neighbouring words that either has are in both: the Jaccard index of
their shingles (A. Broder 1997, On the resemblance and containment of documents, section 2). Signatures (storage/signature.h) tell so much
beforehand: with fewer than _LEAST of 32 bytes equal two are taken to be different, with _SURE or more to be near-duplicates; between
them the stored texts are compared. Where a text field is not stored, _ALONE equal bytes decide. benchmarks/measures/duplicates.py measures it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final

from searchlib.ranking._duplicates import Signatures, jaccard, shingles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchlib.ranking._bits import Bits
    from searchlib.ranking.answer import Answer
    from searchlib.ranking.question import Question
    from searchlib.ranking.ranker import Ranker
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Collapsed", "Duplicates", "collapse", "groups"]

Place = tuple[int, int]

_SAME: Final = 0.5
_LEAST, _ALONE, _SURE = 10, 14, 27  # of 32 bytes
_MEMO: Final = 10_000  # documents whose shingles are kept at hand
_MOST_READ: Final = (
    2_000  # documents that are read to count the duplicates of a page; of others the signatures decide
)
_MOST_PLACES: Final = (
    10_000  # of the ranking that are looked through for a page, or four times as many as the page ends at
)


class Duplicates:
    """Tells near-duplicates in one snapshot. For one thread. Anything may raise CorruptIndexError.

    least: equal bytes of signatures that make a pair worth a look; sure: those that need none.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        fields = snapshot.manifest.definition.text_fields
        self._fields = [field.name for field in fields]
        stored = all(field.stored for field in fields)
        self.least, self.sure = (_LEAST, _SURE) if stored else (_ALONE, _ALONE)
        self.signatures = Signatures([segment.file for segment in snapshot.segments])
        self._memo: OrderedDict[Place, bytes] = OrderedDict()
        self.read = 0

    def id(self, place: Place) -> str:
        """Of a document."""
        return self._snapshot.segments[place[0]].file.id(place[1])

    def same(self, one: Place, other: Place) -> bool:
        """By their texts."""
        return jaccard(self._shingles(one), self._shingles(other)) >= _SAME

    def first(self, place: Place, like: Sequence[tuple[int, int]], others: Sequence[Place]) -> int | None:
        """The first of others that is a near-duplicate; like: (number, equal bytes) of those that may be. None: no one."""
        for number, equal in like:
            if equal >= self.sure or self.same(place, others[number]):
                return number
        return None

    def groups(self, bits: Bits) -> list[list[Place]]:
        """The groups of two or more near-duplicates in a set of documents. In a group each hangs together with another one, so that the
        first and the last may differ more."""
        return self.signatures.groups(bits, self.least, self.sure, self.same)

    def _shingles(self, place: Place) -> bytes:
        known = self._memo.get(place)
        if known is None:
            self.read += 1
            stored = self._snapshot.segments[place[0]].stored[place[1]]
            known = self._memo[place] = shingles([str(stored.get(name) or "") for name in self._fields])
            if len(self._memo) > _MEMO:
                self._memo.popitem(last=False)
        return known


class Collapsed:
    """A page of an answer on which no document is a near-duplicate of one before it, on this page or an earlier one.

    Stands in for the Answer, which knows the rest.
    """

    def __init__(
        self, answer: Answer, told: Duplicates, kept: list[tuple[float, int, int]], offset: int
    ) -> None:
        self._told = told
        self._kept = [place[1:] for place in kept]
        self._offset = offset
        self.places = kept[offset:]
        self.timed_out = answer.timed_out
        self.plan = answer.plan
        self.parts = answer.parts
        self.count = answer.count
        self.facet = answer.facet
        self.explain = answer.explain
        self.explain_id = answer.explain_id
        self.suggestion = answer.suggestion

    def cursor(self, at: int) -> str | None:
        """None: what is to be left out on a later page is known only to who begins at the first."""
        return None

    def ids(self) -> list[str]:
        """The ids of the page."""
        return [self._told.id(place[1:]) for place in self.places]

    def duplicates(self, at: int) -> list[str]:
        """The ids of the documents that the one at a place of the page stands for, in document order."""
        return [self._told.id(place) for place in self._duplicates[at]]

    @cached_property
    def _duplicates(self) -> list[list[Place]]:
        found: list[list[Place]] = [[] for _ in self.places]
        told, kept = self._told, self._kept
        if self.plan is None or not kept:
            return found
        own = set(kept)
        most = told.read + _MOST_READ
        for place, like in told.signatures.among(self.plan.root.bits, kept, told.least):
            if place in own:
                continue
            if told.read < most:
                number = told.first(place, like, kept)
            else:
                number = next((number for number, equal in like if equal >= _ALONE), None)
            if number is not None and number >= self._offset:
                found[number - self._offset].append(place)
        return found


def collapse(ranker: Ranker, question: Question) -> Collapsed:
    """The page that is asked for, of the ranking from its start without those that are near-duplicates of one before them.

    When _MOST_PLACES were looked through and the page is not full, it stays as it is.
    """
    began = perf_counter()
    told = Duplicates(ranker.snapshot)
    end = question.offset + question.limit
    most = max(_MOST_PLACES, 4 * end)
    wanted = end + end // 2 + 10
    kept: list[tuple[float, int, int]] = []
    others: list[Place] = []
    looked = 0
    while True:
        wanted = min(wanted, most)
        left = question.timeout_ms
        if left is not None:
            left = max(left - 1000 * (perf_counter() - began), 0.001)
        asked = replace(question, offset=0, limit=wanted if end else 0, timeout_ms=left, collapse=None)
        answer = ranker.ask(asked)
        for place in answer.places[looked:]:
            if len(kept) >= end:
                break
            like = told.signatures.alike(place[1:], others, told.least)
            if told.first(place[1:], like, others) is None:
                kept.append(place)
                others.append(place[1:])
        looked = len(answer.places)
        if len(kept) >= end or looked < wanted or wanted == most or answer.timed_out:
            return Collapsed(answer, told, kept, question.offset)
        wanted *= 4


def groups(ranker: Ranker, question: Question) -> tuple[Answer, list[int]]:
    """The answer to a question, whose page is all near-duplicates among what matches, group by group, and how large each group is.

    The largest group comes first, in a group the earliest document.
    """
    answer = ranker.ask(question)
    found = [] if answer.plan is None else Duplicates(ranker.snapshot).groups(answer.plan.root.bits)
    found.sort(key=lambda group: -len(group))
    segments = ranker.snapshot.segments
    answer.places = []
    for group in found:
        dates = {place: segments[place[0]].dates[place[1]] for place in group}
        group.sort(key=lambda place: (dates[place] is None, dates[place] or 0, place))
        answer.places += [(0.0, *place) for place in group]
    return answer, [len(group) for group in found]

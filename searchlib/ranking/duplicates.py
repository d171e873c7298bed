"""Which documents are nearly the same? News is reprinted, with a word changed here and there.

Two documents are near-duplicates when half of all the pairs of neighbouring words that either has are in both: the Jaccard index of
their shingles (A. Broder 1997, On the resemblance and containment of documents, section 2). Signatures (storage/signature.h) tell so much
beforehand: with fewer than _LEAST of 32 bytes equal two are taken to be different, with _SURE or more to be near-duplicates; between
them the stored texts are compared. Where a text field is not stored, _ALONE equal bytes decide. benchmarks/measures/duplicates.py measures it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from searchlib.ranking._duplicates import Signatures, jaccard, shingles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from searchlib.definitions import Definition
    from searchlib.ranking._bits import Bits
    from searchlib.ranking.answer import Answer
    from searchlib.ranking.question import Question
    from searchlib.ranking.ranker import Ranker
    from searchlib.results.results import Found
    from searchlib.storage.snapshot import Snapshot

__all__ = [
    "MOST_READ",
    "Collapsed",
    "Duplicates",
    "Place",
    "Telling",
    "collapse",
    "collapsed",
    "groups",
    "in_order",
]

Place = tuple[int, int]

_SAME: Final = 0.5
_LEAST, _ALONE, _SURE = 10, 14, 27  # of 32 bytes
_MEMO: Final = 10_000  # documents whose shingles are kept at hand
MOST_READ: Final = (
    2_000  # documents that are read to count the duplicates of a page; of others the signatures decide
)
_MOST_PLACES: Final = (
    10_000  # of the ranking that are looked through for a page, or four times as many as the page ends at
)


class Telling(ABC):
    """Tells near-duplicates among documents, wherever they lie. For one thread.

    least: equal bytes of signatures that make a pair worth a look; sure: those that need none. signatures: of the documents, by place;
    read: of how many the texts were read.
    """

    def __init__(self, definition: Definition, signatures: Signatures) -> None:
        fields = definition.text_fields
        self.fields = [field.name for field in fields]
        stored = all(field.stored for field in fields)
        self.least, self.sure = (_LEAST, _SURE) if stored else (_ALONE, _ALONE)
        self.signatures = signatures
        self._memo: OrderedDict[Place, bytes] = OrderedDict()
        self.read = 0

    @abstractmethod
    def id(self, place: Place) -> str:
        """Of a document."""

    @abstractmethod
    def stored(self, place: Place) -> dict[str, Any]:
        """What is stored with it."""

    @abstractmethod
    def ahead(self, pairs: Sequence[tuple[Place, Place]]) -> None:
        """The texts of these pairs may be compared next: who reads better many at once reads them."""

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
        return self.signatures.groups(bits, self.least, self.sure, self.same, self.ahead)

    def standing_for(
        self,
        among: Iterable[tuple[Place, list[tuple[int, int]]]],
        kept: Sequence[Place],
    ) -> list[list[Place]]:
        """The near-duplicates of each of some documents, and of no one before it; among: as Signatures.among() gives them."""
        found: list[list[Place]] = [[] for _ in kept]
        own = set(kept)
        most = self.read + MOST_READ
        for place, like in among:
            if place in own:
                continue
            if self.read < most:
                number = self.first(place, like, kept)
            else:
                number = next((number for number, equal in like if equal >= _ALONE), None)
            if number is not None:
                found[number].append(place)
        return found

    def _shingles(self, place: Place) -> bytes:
        known = self._memo.get(place)
        if known is None:
            self.read += 1
            stored = self.stored(place)
            known = self._memo[place] = shingles([str(stored.get(name) or "") for name in self.fields])
            if len(self._memo) > _MEMO:
                self._memo.popitem(last=False)
        return known


class Duplicates(Telling):
    """Tells them in one snapshot. Anything may raise CorruptIndexError."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(
            snapshot.manifest.definition, Signatures([segment.file for segment in snapshot.segments])
        )
        self._segments = snapshot.segments

    def id(self, place: Place) -> str:
        return self._segments[place[0]].file.id(place[1])

    def stored(self, place: Place) -> dict[str, Any]:
        return self._segments[place[0]].stored[place[1]]

    def ahead(self, pairs: Sequence[tuple[Place, Place]]) -> None:
        """Nothing: one by one they are read as fast."""

    def standing_in(self, bits: Bits, kept: list[Place], offset: int) -> list[list[str]]:
        """The ids of the near-duplicates of some documents, from the one at offset, that are in a set: in document order."""
        found = self.standing_for(self.signatures.among(bits, kept, self.least), kept)
        return [[self.id(place) for place in one] for one in found[offset:]]


class Collapsed:
    """A page of an answer on which no document is a near-duplicate of one before it, on this page or an earlier one.

    Stands in for the answer, which knows the rest. kept: all places up to the end of the page; alike: gives the ids that each on the page stands for.
    """

    def __init__(
        self,
        answer: Found,
        told: Telling,
        kept: list[tuple[float, int, int]],
        offset: int,
        alike: Callable[[], list[list[str]]],
    ) -> None:
        self._told = told
        self._alike = alike
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
        return self._duplicates[at]

    @cached_property
    def _duplicates(self) -> list[list[str]]:
        return self._alike()


class _Ranking(Protocol):
    places: list[tuple[float, int, int]]

    @property
    def timed_out(self) -> bool: ...


_Asked = TypeVar("_Asked", bound=_Ranking)
_Told = TypeVar("_Told", bound=Telling)


def collapsed(
    question: Question, ask: Callable[[Question], _Asked], telling: Callable[[_Asked], _Told]
) -> tuple[_Asked, _Told, list[tuple[float, int, int]]]:
    """An answer, and the places of its ranking up to the end of a page that are not near-duplicates of one before them.

    The answer is asked for from its start, and for more until the page is full; when _MOST_PLACES were looked through and it is not, it
    stays as it is. telling: who knows the documents of an answer; when that is another one, the answer is looked through anew.
    """
    began = perf_counter()
    end = question.offset + question.limit
    most = max(_MOST_PLACES, 4 * end)
    wanted = end + end // 2 + 10
    told: _Told | None = None
    kept: list[tuple[float, int, int]] = []
    others: list[Place] = []
    looked = 0
    while True:
        wanted = min(wanted, most)
        left = question.timeout_ms
        if left is not None:
            left = max(left - 1000 * (perf_counter() - began), 0.001)
        asked = replace(question, offset=0, limit=wanted if end else 0, timeout_ms=left, collapse=None)
        answer = ask(asked)
        now = telling(answer)
        if now is not told:
            told, kept, others, looked = now, [], [], 0
        for place in answer.places[looked:]:
            if len(kept) >= end:
                break
            like = now.signatures.alike(place[1:], others, now.least)
            if now.first(place[1:], like, others) is None:
                kept.append(place)
                others.append(place[1:])
        looked = len(answer.places)
        if len(kept) >= end or looked < wanted or wanted == most or answer.timed_out:
            return answer, now, kept
        wanted *= 4


def collapse(ranker: Ranker, question: Question) -> Collapsed:
    """The page that is asked for, of the ranking from its start without those that are near-duplicates of one before them."""
    told = Duplicates(ranker.snapshot)
    answer, _, kept = collapsed(question, ranker.ask, lambda _: told)
    places = [place[1:] for place in kept]

    def alike() -> list[list[str]]:
        if answer.plan is None or not kept:
            return [[] for _ in kept[question.offset :]]
        return told.standing_in(answer.plan.root.bits, places, question.offset)

    return Collapsed(answer, told, kept, question.offset, alike)


def groups(ranker: Ranker, question: Question) -> tuple[Answer, list[int]]:
    """The answer to a question, whose page is all near-duplicates among what matches, group by group, and how large each group is.

    The largest group comes first, in a group the earliest document.
    """
    answer = ranker.ask(question)
    found = [] if answer.plan is None else Duplicates(ranker.snapshot).groups(answer.plan.root.bits)
    segments = ranker.snapshot.segments
    found = in_order(found, lambda place: segments[place[0]].dates[place[1]])
    answer.places = [(0.0, *place) for group in found for place in group]
    return answer, [len(group) for group in found]


def in_order(groups: list[list[Place]], date_of: Callable[[Place], int | None]) -> list[list[Place]]:
    """The largest group first; in a group the earliest document, those without a date last, and equal ones as they were added."""
    for group in groups:
        dates = {place: date_of(place) for place in group}
        group.sort(key=lambda place: (dates[place] is None, dates[place] or 0, place))
    return sorted(groups, key=lambda group: -len(group))

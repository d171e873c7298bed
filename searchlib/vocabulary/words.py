"""Which words does an index have, and which of them are like one that it has not? All segments together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.vocabulary._prominence import Prominence
from searchlib.vocabulary._spelling import frequency

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis
    from searchlib.storage._segment import SegmentFile
    from searchlib.storage.segment import Segment

__all__ = ["Likely", "Words"]

_MOST_NEAR: Final = 100_000  # forms that are near a word in one segment
_FAR_FROM: Final = 5  # letters of a word in which two errors are looked for
_PATIENCE_MS: Final = 2.0  # for two errors, by segment
# Asking a segment for each form with one error takes one or two milliseconds, making the table of all its forms up to some hundred, and
# then each question a hundredth of one: a process that asks seldom is not to wait for the table.
_MANY: Final = 10_000
_MOST_ASKED_SINGLY: Final = 8
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_RUSSIAN: Final = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
_USUAL: Final = 1000  # documents
_RETOLD: Final = 2.5  # the cost in nats of a sound that is written otherwise


class Likely(NamedTuple):
    """A form that may have been meant. documents: with it, about; cost: of having typed the other, in nats."""

    form: str
    documents: float
    cost: float


class Words:
    """The words of a snapshot. Immutable but for caches; threads may share it.

    analyze: the terms of a form, as the index recorded them when it has seen it.
    """

    def __init__(self, segments: Sequence[Segment], analyze: Callable[[str], Analysis]) -> None:
        self.segments = segments
        self.analyze = analyze
        self._asked_singly = 0

    @cached_property
    def smallness(self) -> float:
        """The logarithm of how many times as many documents an index of usual size would have; 0 for one of a thousand or more."""
        return max(0.0, log(_USUAL / max(1, sum(segment.file.documents for segment in self.segments))))

    @cached_property
    def prominent(self) -> list[Prominence]:
        """The frequent words of each segment."""
        return [Prominence(segment.file) for segment in self.segments]

    def frequency(self, form: str) -> float:
        """Documents with a form, about, deleted ones included until their segment is rewritten; 0 when no segment has seen it."""
        return sum(frequency(segment.file, form) for segment in self.segments)

    def documents(self, form: str) -> int:
        """Documents with a form in any inflection, of several readings the most frequent one's."""
        return max(
            (
                sum(segment.file.document_frequency(term) for segment in self.segments)
                for term in self.analyze(form).terms
            ),
            default=0,
        )

    def near(self, form: str, most: int) -> list[Likely]:
        """The likeliest forms with one error in them, of letters of the form's alphabet."""
        letters = _alphabet(form)
        query = FormQuery.near(form, 1, 0)
        found = []
        for segment in self.segments:
            file = segment.file
            if file.tabled or file.form_count < _MANY or self._asked_singly >= _MOST_ASKED_SINGLY:
                found.append(_fitting(file, query, None))
            else:
                found.append(FormSet.of(file, *sorted(_with_error(form, letters))))
        self._asked_singly += 1
        return self._likeliest(found, form, letters, most)

    def farther(self, form: str, most: int) -> list[Likely]:
        """Those with up to two errors, of which none is in the first letter; those that some milliseconds are enough for."""
        if len(form) < _FAR_FROM:
            return []
        query = FormQuery.near(form, 2, 1)
        found = [
            _fitting(file, query, Deadline(_PATIENCE_MS) if file.tabled else None)
            for file in (segment.file for segment in self.segments)
        ]
        return self._likeliest(found, form, _alphabet(form), most)

    def _likeliest(
        self, found: list[FormSet | None], form: str, letters: frozenset[str], most: int
    ) -> list[Likely]:
        from searchlib.vocabulary.likelihoods import costs

        likely: dict[str, float] = {}
        for forms in found:
            if forms is not None:
                likely |= {other: cost for other, _, cost in costs().likeliest(forms, form, 2 * most)}
        likely.pop(form, None)
        return [
            Likely(other, self.frequency(other), cost)
            for other, cost in likely.items()
            if letters.issuperset(other)
        ]

    def sounding(self, form: str) -> list[Likely]:
        """The forms that sound like one when one of its sounds is written otherwise."""
        from searchlib.vocabulary.likelihoods import rewritten

        return self._those([(other, _RETOLD) for other in rewritten(form)])

    def transliterated(self, form: str) -> list[Likely]:
        """The Russian forms that one in Latin letters may stand for."""
        from searchlib.vocabulary.transliteration import readings

        return self._those(readings(form))

    def _those(self, forms: list[tuple[str, float]]) -> list[Likely]:
        found = [Likely(form, self.frequency(form), cost) for form, cost in forms]
        return [one for one in found if one.documents > 0]


def _fitting(file: SegmentFile, query: FormQuery, deadline: Deadline | None) -> FormSet | None:
    """None: nearly all words there are fit, for they have few letters."""
    try:
        return FormSet.fitting(file, query, _MOST_NEAR, deadline)
    except OverflowError:
        return None


def _alphabet(form: str) -> frozenset[str]:
    """The letters of a form's alphabet, and its own."""
    letters = frozenset(form)
    return letters | (_RUSSIAN if letters & _RUSSIAN else _LATIN)


def _with_error(form: str, letters: frozenset[str]) -> set[str]:
    """All words at one error from a form."""
    found: set[str] = set()
    for at in range(len(form) + 1):
        before, behind = form[:at], form[at:]
        found.update(before + letter + behind for letter in letters)
        if behind:
            found.add(before + behind[1:])
            found.update(before + letter + behind[1:] for letter in letters)
        if len(behind) > 1:
            found.add(before + behind[1] + behind[0] + behind[2:])
    return found - {form, ""}

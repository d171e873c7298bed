"""Which words does an index on disk have? All segments of a snapshot together, deleted documents included until their segment is rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.vocabulary._prominence import Prominence
from searchlib.vocabulary._spelling import frequency
from searchlib.vocabulary.words import LAST, Likely, Words, alphabet

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis
    from searchlib.storage._segment import SegmentFile
    from searchlib.storage.segment import Segment

__all__ = ["SegmentWords"]

_MOST_NEAR: Final = 100_000  # forms that are near a word in one segment
_FAR_FROM: Final = 5  # letters of a word in which two errors are looked for
_PATIENCE_MS: Final = 2.0  # for two errors, by segment
# Asking a segment for each form with one error takes one or two milliseconds, making the table of all its forms up to some hundred, and
# then each question a hundredth of one: a process that asks seldom is not to wait for the table.
_MANY: Final = 10_000
_MOST_ASKED_SINGLY: Final = 8


class SegmentWords(Words):
    """The words of a snapshot. Immutable but for caches; threads may share it.

    analyze: the terms of a form, as the index recorded them when it has seen it.
    """

    def __init__(self, segments: Sequence[Segment], analyze: Callable[[str], Analysis]) -> None:
        super().__init__(analyze)
        self._segments = segments
        self._asked_singly = 0

    @cached_property
    def total(self) -> int:
        return sum(segment.file.documents for segment in self._segments)

    @cached_property
    def newest(self) -> int | None:
        dates = [date for segment in self._segments if (date := _newest(segment)) is not None]
        return max(dates, default=None)

    @cached_property
    def _prominent(self) -> list[Prominence]:
        """The frequent words of each segment."""
        return [Prominence(segment.file) for segment in self._segments]

    def frequency(self, form: str) -> float:
        return sum(frequency(segment.file, form) for segment in self._segments)

    def documents(self, form: str) -> int:
        return max(
            (
                sum(segment.file.document_frequency(term) for segment in self._segments)
                for term in self.analyze(form).terms
            ),
            default=0,
        )

    def near(self, form: str, most: int) -> list[Likely]:
        letters = alphabet(form)
        query = FormQuery.near(form, 1, 0)
        found = []
        for segment in self._segments:
            file = segment.file
            if file.tabled or file.form_count < _MANY or self._asked_singly >= _MOST_ASKED_SINGLY:
                found.append(_fitting(file, query, None))
            else:
                found.append(FormSet.of(file, *sorted(_with_error(form, letters))))
        self._asked_singly += 1
        return self._likeliest(found, form, letters, most)

    def farther(self, form: str, most: int) -> list[Likely]:
        """Those that some milliseconds are enough for."""
        if len(form) < _FAR_FROM:
            return []
        query = FormQuery.near(form, 2, 1)
        found = [
            _fitting(file, query, Deadline(_PATIENCE_MS) if file.tabled else None)
            for file in (segment.file for segment in self._segments)
        ]
        return self._likeliest(found, form, alphabet(form), most)

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

    def continued(self, beginning: str, most: int) -> Iterator[tuple[str, float, str]]:
        for prominent in self._prominent:
            yield from prominent.best(beginning, most)

    def last_date(self, term: str) -> int | None:
        dates = []
        for segment, prominent in zip(self._segments, self._prominent, strict=True):
            column = segment.dates
            for document in prominent.last_documents(term)[-LAST:]:
                date = column[document]
                if date is not None:
                    dates.append(date)
        return max(dates, default=None)

    def last_documents(self, term: str) -> Iterator[tuple[int, int]]:
        """The last one of each segment."""
        prominent = self._prominent
        for number in reversed(range(len(prominent))):
            for document in prominent[number].last_documents(term)[-1:]:
                yield number, document

    def stored(self, document: tuple[int, int]) -> dict[str, Any]:
        return self._segments[document[0]].stored[document[1]]


def _fitting(file: SegmentFile, query: FormQuery, deadline: Deadline | None) -> FormSet | None:
    """None: nearly all words there are fit, for they have few letters."""
    try:
        return FormSet.fitting(file, query, _MOST_NEAR, deadline)
    except OverflowError:
        return None


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


def _newest(segment: Segment) -> int | None:
    numbers = segment.dates.numbers
    return None if numbers is None or not numbers.largest else segment.dates.base + numbers.largest - 1

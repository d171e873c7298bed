"""Which words of the index are the same name in the other script? «Тасмагамбетова» for Tasmagambetov, and the reverse.

The vocabulary is looked through by how words sound (language/names.h). Of what is near enough the nearest are taken, and what is
hardly farther. Ordinary words have no alternatives, and are none unless they sound exactly alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from searchlib.language import ordinary, russian
from searchlib.language._tokens import script
from searchlib.ranking.alternatives import Alternative
from searchlib.storage._names import alike

if TYPE_CHECKING:
    from searchlib.storage.segment import Segment

__all__ = ["MOST", "MOST_NAMES", "Names", "candidates_for", "nearest_of"]

# Measured by benchmarks/measures/names.py.
MOST: Final = 17.0
"""How far a term may be from the word, in hundredths a sound."""
MOST_NAMES: Final = 4
"""How many terms a word may stand for."""
_FARTHER: Final = 5.0  # than the nearest one, in hundredths a sound
_EXACT: Final = 2.0  # nearer than this it is the same word
_SHARE: Final = 0.8
_LATIN, _CYRILLIC = 1, 2


class Names:
    """Knows the names of the other script. Immutable; threads may share it."""

    def __init__(self, segments: Sequence[Segment], *, every_word: bool = False) -> None:
        """every_word: also for ordinary words, when nothing better is known of them."""
        self._segments = segments
        self._every_word = every_word

    def alternatives(self, form: str, terms: tuple[str, ...]) -> list[Alternative]:
        """As of a Provider."""
        return nearest_of(candidates_for(form, terms, self._alike, every_word=self._every_word))

    def _alike(self, word: str) -> Iterator[tuple[float, str]]:
        for segment in self._segments:
            for distance, term, df in alike(segment.file, word, MOST):
                if df:
                    yield distance, term


def candidates_for(
    form: str,
    terms: tuple[str, ...],
    alike: Callable[[str], Iterable[tuple[float, str]]],
    *,
    every_word: bool,
) -> list[tuple[float, str]]:
    """(distance, term) of the terms that may be the same name as a form with its terms, the nearest first.

    alike: the same of the terms of the index that sound like a word, at most MOST away. every_word: as of Names.
    """
    latin = script(form) == _LATIN
    if not latin and script(form) != _CYRILLIC:
        return []
    if not every_word:
        if latin and ordinary.is_ordinary(terms[0]):
            return []
        if not latin and russian.is_loaded() and russian.is_ordinary(form):
            return []
    nearest: dict[str, float] = {}
    for word in (form,) if latin else terms:
        for distance, term in alike(word):
            if distance < nearest.get(term, MOST + 1):
                nearest[term] = distance
    if not nearest:
        return []
    if not every_word and not latin and russian.is_ordinary(form):
        return []  # asked late, when it is what loads the dictionary
    is_ordinary = russian.is_ordinary if latin else ordinary.is_ordinary
    return sorted(
        (distance, term)
        for term, distance in nearest.items()
        if distance < _EXACT or every_word or not is_ordinary(term)
    )


def nearest_of(candidates: Sequence[tuple[float, str]]) -> list[Alternative]:
    """The nearest of the candidates, and what is hardly farther."""
    return [
        Alternative(term, _SHARE)
        for distance, term in candidates[:MOST_NAMES]
        if distance <= candidates[0][0] + _FARTHER
    ]

"""Which words of the index are the same name in the other script? «Тасмагамбетова» for Tasmagambetov, and the reverse.

The vocabulary is looked through by how words sound (language/names.h). Of what is near enough the nearest are taken, and what is
hardly farther. Ordinary words have no alternatives, and are none unless they sound exactly alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from searchlib.language import ordinary, russian
from searchlib.language._tokens import script
from searchlib.ranking.alternatives import Alternative
from searchlib.storage._names import alike

if TYPE_CHECKING:
    from searchlib.storage.segment import Segment

__all__ = ["Names"]

# Hundredths a sound, measured by benchmarks/measures/names.py.
_MOST: Final = 17.0  # a term may be so far from the word,
_FARTHER: Final = 5.0  # so much farther than the nearest one,
_EXACT: Final = 2.0  # and is the same word when it is nearer than this
_SHARE: Final = 0.8
_COUNT: Final = 4
_LATIN, _CYRILLIC = 1, 2


class Names:
    """Knows the names of the other script. Immutable; threads may share it."""

    def __init__(self, segments: Sequence[Segment], *, every_word: bool = False) -> None:
        """every_word: also for ordinary words, when nothing better is known of them."""
        self._segments = segments
        self._every_word = every_word

    def alternatives(self, form: str, terms: tuple[str, ...]) -> list[Alternative]:
        """As of a Provider."""
        latin = script(form) == _LATIN
        if not latin and script(form) != _CYRILLIC:
            return []
        if not self._every_word:
            if latin and ordinary.is_ordinary(terms[0]):
                return []
            if not latin and russian.is_loaded() and russian.is_ordinary(form):
                return []
        nearest: dict[str, float] = {}
        for word in (form,) if latin else terms:
            for segment in self._segments:
                for distance, term, df in alike(segment.file, word, _MOST):
                    if df and distance < nearest.get(term, _MOST + 1):
                        nearest[term] = distance
        if not nearest:
            return []
        if not self._every_word and not latin and russian.is_ordinary(form):
            return []  # asked late, when it is what loads the dictionary
        is_ordinary = russian.is_ordinary if latin else ordinary.is_ordinary
        found = sorted(
            (distance, term)
            for term, distance in nearest.items()
            if distance < _EXACT or self._every_word or not is_ordinary(term)
        )
        return [
            Alternative(term, _SHARE)
            for distance, term in found[:_COUNT]
            if distance <= found[0][0] + _FARTHER
        ]

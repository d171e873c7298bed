"""Which words of an archive on a cluster are the same name in the other script? By the keys of their sounds in its list of words.

What has the right key is measured here, by the distances and rules that hold on disk (searchlib/ranking/names.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from searchlib.ranking.names import MOST, MOST_NAMES, candidates_for, nearest_of
from searchlib.storage._names import among, keys

if TYPE_CHECKING:
    from searchlib.ranking.alternatives import Alternative
    from searchlib.remote.figures import Counting

__all__ = ["RemoteNames"]

_COUNTED: Final = (
    4 * MOST_NAMES
)  # candidates that are counted at first: nearly always all of them are in documents


class RemoteNames:
    """Knows the names of the other script for one question, a Provider. counting: what it lacks is asked for, and it is asked again."""

    def __init__(self, counting: Counting, *, every_word: bool = False) -> None:
        """every_word: as of Names."""
        self._counting = counting
        self._every_word = every_word

    def alternatives(self, form: str, terms: tuple[str, ...]) -> list[Alternative]:
        """As of a Provider."""
        found = candidates_for(form, terms, self._alike, every_word=self._every_word)
        return nearest_of(self._living(found))

    def _alike(self, word: str) -> list[tuple[float, str]]:
        terms: list[str] = []
        for key in keys(word):
            terms += self._counting.sounding(key) or ()
        return among(word, terms, MOST)

    def _living(self, candidates: list[tuple[float, str]]) -> list[tuple[float, str]]:
        """Those that documents have, as many as matter."""
        living: list[tuple[float, str]] = []
        for some in candidates[:_COUNTED], candidates[_COUNTED:]:
            counts = [(one, self._counting.known(one[1])) for one in some]
            if any(count is None for _, count in counts):
                return living + some  # asked for: this is not the last time
            living += [one for one, count in counts if count]
            if len(living) >= MOST_NAMES:
                break
        return living

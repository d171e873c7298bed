"""Which words does an index have, and which of them are like one that it has not?

What is asked of an index for that is a Words, whatever the index lies in: searchlib/vocabulary/on_disk.py has the words of segments,
searchlib/remote/vocabulary.py those of a cluster.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping
from math import log
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis

__all__ = ["LAST", "Likely", "Words", "alphabet"]

LAST: Final = 4
"""Of a word's documents those whose dates are looked at."""

_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_RUSSIAN: Final = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
_USUAL: Final = 1000  # documents
_RETOLD: Final = 2.5  # the cost in nats of a sound that is written otherwise


class Likely(NamedTuple):
    """A form that may have been meant. documents: with it, about; cost: of having typed the other, in nats."""

    form: str
    documents: float
    cost: float


class Words(ABC):
    """The words of an index.

    analyze: the terms of a form. What is read may raise CorruptIndexError, RemoteError.
    """

    def __init__(self, analyze: Callable[[str], Analysis]) -> None:
        self.analyze = analyze

    @property
    @abstractmethod
    def total(self) -> int:
        """Documents of the index, about."""

    @property
    @abstractmethod
    def newest(self) -> int | None:
        """The newest date of a document, in seconds since 1970; None when none has one."""

    @abstractmethod
    def frequency(self, form: str) -> float:
        """Documents with a form, about; 0 when there is none."""

    @abstractmethod
    def documents(self, form: str) -> int:
        """Documents with a form in any inflection, of several readings the most frequent one's."""

    @abstractmethod
    def near(self, form: str, most: int) -> list[Likely]:
        """The likeliest forms with one error in them, of letters of the form's alphabet."""

    @abstractmethod
    def farther(self, form: str, most: int) -> list[Likely]:
        """Those with up to two errors, of which none is in the first letter; not of short words, and not always all."""

    @abstractmethod
    def continued(self, beginning: str, most: int) -> Iterable[tuple[str, float, str]]:
        """(form, documents with it about, its first term) of the most frequent forms with a folded beginning, stop words left
        out: `most` of them or some more, and a form of several parts of the index more than once."""

    @abstractmethod
    def last_date(self, term: str) -> int | None:
        """The newest date of the LAST documents with a term; None when they have none. Of terms that `continued` gave."""

    @abstractmethod
    def last_documents(self, term: str) -> Iterable[Hashable]:
        """Some of the last documents with a term, the last one first; only to be given to `stored`."""

    @abstractmethod
    def stored(self, document: Any) -> Mapping[str, Any]:
        """The texts that are stored with one of last_documents, by field, and whatever else is."""

    @property
    def smallness(self) -> float:
        """The logarithm of how many times as many documents an index of usual size would have; 0 for one of a thousand or more."""
        return max(0.0, log(_USUAL / max(1, self.total)))

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


def alphabet(form: str) -> frozenset[str]:
    """The letters of a form's alphabet, and its own."""
    letters = frozenset(form)
    return letters | (_RUSSIAN if letters & _RUSSIAN else _LATIN)

"""What may have been meant by one word that the index has hardly or not at all?

A reading of a word is a form of the index and how likely it is: the logarithm of how many documents have the form, less the cost of
typing the word for it (likelihoods.py). A word of more than a couple of documents is right, and so is a stop word, a number and a word of
one or two letters. Others are right unless a reading is likely enough, all its inflections together: more so for a word that the
dictionary of Russian knows, for a short word, and for one that a document has.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.vocabulary.keyboards import swapped

if TYPE_CHECKING:
    from searchlib.vocabulary.words import Likely, Words

__all__ = ["RIGHT", "Reading", "is_right", "readings"]

RIGHT: Final = 3
"""Documents with a word, in any inflection, from which on it is right."""

_SHORTEST: Final = 3  # letters of a word that is corrected
_MOST: Final = 6  # readings that the other words may choose among
_WITHIN: Final = 5.0  # nats behind the likeliest
_FAR: Final = 1000.0  # nats: no reading is so unlikely
_SWAPPED: Final = 2.0  # the cost of the other keyboard layout
_TIMES: Final = 30.0  # as many documents need to have the reading as have the word
# Nats that a reading needs: of a word of six letters in English, in Russian when the dictionary does not know it and when it does. Of a
# longer word fewer, for there is less that is like it by chance.
_NEEDED: Final = -0.4
_NEEDED_OF_UNKNOWN: Final = -4.0
_NEEDED_OF_KNOWN: Final = 1.0
_NEEDED_OF_FAR: Final = 2.5  # more, when there are two errors
_PER_LETTER: Final = 0.9
_PER_LETTER_LESS: Final = 1.3  # below six letters
_LETTERS: Final = (3, 6, 10)


class Reading(NamedTuple):
    """A form that may have been meant, and the logarithm of how likely that is."""

    form: str
    weight: float


def is_right(words: Words, form: str) -> bool:
    """Is a word not to be corrected, whatever others there are?"""
    return (
        len(form) < _SHORTEST
        or not all(letter.isalpha() or letter in "'’" for letter in form)
        or words.analyze(form).stop
        or words.documents(form) >= RIGHT
    )


def readings(words: Words, form: str, *, foreign: bool = True) -> list[Reading]:
    """The readings of a word that is not right, the likeliest first; none when it may well be right.

    foreign: whether Latin letters may stand for Russian ones, as they hardly do beside English words.
    """
    least = max(1.0, _TIMES * max(words.frequency(form), words.documents(form)))
    needed = _needed(form) - words.smallness
    likely = [*words.near(form, _MOST), *words.sounding(form)]
    other = swapped(form)
    if other is not None and other.isalpha():
        likely += _those(words, other, _SWAPPED)
    if foreign:
        likely += words.transliterated(form)
    found = _weighed(words, likely, least, needed)
    if not found:
        found = _weighed(words, words.farther(form, _MOST), least, needed + _NEEDED_OF_FAR)
    return [one for one in found if one.weight > found[0].weight - _WITHIN]


def _those(words: Words, form: str, cost: float) -> list[Likely]:
    from searchlib.vocabulary.words import Likely

    return [Likely(form, words.frequency(form), cost)]


def _weighed(words: Words, likely: list[Likely], least: float, needed: float) -> list[Reading]:
    best: dict[str, tuple[float, float]] = {}  # how likely, and documents
    for form, documents, cost in likely:
        if documents >= least:
            best[form] = max(best.get(form, (-_FAR, 0.0)), (log(documents) - cost, documents))
    found = []
    for form, (weight, documents) in sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:_MOST]:
        in_all = words.documents(form)
        if in_all >= RIGHT and weight + log(in_all / documents) > needed:
            found.append(Reading(form, weight))
    return found


def _needed(form: str) -> float:
    least, usual, most = _LETTERS
    letters = usual - min(max(len(form), least), most)
    shorter = letters * (_PER_LETTER_LESS if letters > 0 else _PER_LETTER)
    if not _is_russian(form):
        return _NEEDED + shorter
    from searchlib.language import russian

    return (_NEEDED_OF_KNOWN if russian.knows(form) else _NEEDED_OF_UNKNOWN) + shorter


def _is_russian(form: str) -> bool:
    return any("а" <= letter <= "я" for letter in form)

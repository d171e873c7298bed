"""How likely is each slip of a finger or of the ear? The costs of single errors, and what English and Russian confuse.

A cost is in tenths of a nat: an error that costs 23 more is ten times less likely. The figures are of the order that Kernighan, Church and
Gale (1990) and Norvig ("Natural Language Corpus Data", 2009) report for English, rounded; what matters is their order. Keys beside each
other, letters that sound alike (Russian vowels without stress, voiced and voiceless consonants; English vowels, c k s) and doubled
letters are likely errors; the first letter is seldom wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from heapq import nsmallest
from math import log
from typing import Final

from searchlib.vocabulary._spelling import Costs
from searchlib.vocabulary.keyboards import NEIGHBOURS

__all__ = ["REWRITTEN", "costs", "likeliest", "rewritten"]

REPLACED: Final = 50
REPLACED_BY_NEIGHBOUR: Final = 34
REPLACED_BY_SOUND: Final = 28
LOST: Final = 42
LOST_OF_TWO: Final = 22
LOST_SOFT: Final = 26
EXTRA: Final = 46
EXTRA_OF_TWO: Final = 22
EXTRA_BY_NEIGHBOUR: Final = 36
SWAPPED: Final = 34
SWAPPED_VOWELS: Final = 24
FIRST: Final = 14

_ALIKE: Final = (
    *("ао", "еи", "ея", "ия", "эе", "ыи", "ую"),
    *("бп", "вф", "гк", "дт", "жш", "зс", "гх", "щш", "цс", "чщ", "йи", "ьъ"),
    *("ae", "ei", "ai", "ao", "eo", "ou", "iy", "ey", "ck", "cs", "sz", "fv", "gj", "dt", "bp", "mn"),
)
_SOFT: Final = "ьъй"  # hardly heard

# Sounds that several letters write: (typed, meant), each of which is one error.
REWRITTEN: Final = (
    *(("тся", "ться"), ("ться", "тся"), ("ого", "ово"), ("ово", "ого"), ("его", "ево"), ("ево", "его")),
    *(
        ("чн", "шн"),
        ("шн", "чн"),
        ("сч", "щ"),
        ("щ", "сч"),
        ("зч", "щ"),
        ("стн", "сн"),
        ("сн", "стн"),
        ("вств", "ств"),
    ),
    *(("ье", "ие"), ("ие", "ье"), ("ё", "йо"), ("йо", "е"), ("дс", "ц"), ("ц", "тс"), ("кс", "х")),
    *(
        ("ph", "f"),
        ("f", "ph"),
        ("ck", "k"),
        ("k", "ck"),
        ("ks", "x"),
        ("x", "cks"),
        ("sh", "ch"),
        ("tion", "sion"),
    ),
    *(("shun", "tion"), ("ible", "able"), ("able", "ible"), ("ance", "ence"), ("ence", "ance"), ("kw", "qu")),
    *(("ee", "ea"), ("ea", "ee"), ("ough", "o"), ("w", "wh"), ("r", "rh"), ("n", "kn"), ("c", "ch")),
)
"""What stands for what in `rewritten`."""


def rewritten(form: str) -> list[str]:
    """The words that sound like a form when one of its sounds is written otherwise."""
    found = []
    for typed, meant in REWRITTEN:
        at = form.find(typed)
        while at >= 0:
            found.append(form[:at] + meant + form[at + len(typed) :])
            at = form.find(typed, at + 1)
    return found


def likeliest(forms: Iterable[tuple[str, float]], typed: str, most: int) -> list[tuple[str, float, float]]:
    """(form, documents with it, cost in nats) of those of some forms, each with its documents, above 0, that were meant most likely, the likeliest
    first. What is too long to be compared is none of them."""
    table = costs()
    found = []
    for form, documents in forms:
        with suppress(ValueError):
            found.append((form, documents, table.of(typed, form)))
    return nsmallest(most, found, key=lambda one: (one[2] - log(one[1]), one[0]))


@cache
def costs() -> Costs:
    """The costs of all errors, for both languages at once."""
    replaced, lost = bytearray([REPLACED]) * 65536, bytearray([LOST]) * 65536
    extra, swapped = bytearray([EXTRA]) * 65536, bytearray([SWAPPED]) * 65536
    for letter in [*map(chr, range(ord("a"), ord("z") + 1)), *map(chr, range(ord("а"), ord("я") + 1))]:
        own = _byte(letter)
        for beside in range(256):
            if letter in _SOFT:
                lost[beside << 8 | own] = extra[beside << 8 | own] = LOST_SOFT
        for other in NEIGHBOURS.get(letter, ""):
            replaced[_byte(other) << 8 | own] = REPLACED_BY_NEIGHBOUR
            extra[own << 8 | _byte(other)] = min(extra[own << 8 | _byte(other)], EXTRA_BY_NEIGHBOUR)
        lost[own << 8 | own] = LOST_OF_TWO
        extra[own << 8 | own] = EXTRA_OF_TWO
    for one, other in _ALIKE:
        a, b = _byte(one), _byte(other)
        replaced[a << 8 | b] = replaced[b << 8 | a] = REPLACED_BY_SOUND
        swapped[a << 8 | b] = swapped[b << 8 | a] = SWAPPED_VOWELS
    return Costs(bytes(replaced), bytes(lost), bytes(extra), bytes(swapped), FIRST)


def _byte(letter: str) -> int:
    """The byte of a letter in a key (storage/keys.h)."""
    return ord(letter) if letter.isascii() else ord(letter) - 0x430 + 0x80

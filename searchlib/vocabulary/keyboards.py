"""Which key was meant? The American and the Russian keyboard: what lies beside a key, and what it types with the other layout."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["NEIGHBOURS", "swapped"]

# Row by row, each key below the gap between two of the row above.
_LATIN: Final = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,.")
_RUSSIAN: Final = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_LATIN_SHIFTED: Final = ("QWERTYUIOP{}", 'ASDFGHJKL:"', "ZXCVBNM<>")

_TO_RUSSIAN: Final = str.maketrans(
    "".join(_LATIN + _LATIN_SHIFTED) + "`~", "".join(_RUSSIAN) + "".join(_RUSSIAN).upper() + "ёЁ"
)
_TO_LATIN: Final = {russian: latin for latin, russian in _TO_RUSSIAN.items()}
_LATIN_LETTER: Final = re.compile("[A-Za-z]")
_RUSSIAN_LETTER: Final = re.compile("[А-Яа-яЁё]")


def _neighbours(rows: tuple[str, ...]) -> dict[str, str]:
    """Of each letter those whose keys touch its own."""
    found: dict[str, str] = {}
    for at, row in enumerate(rows):
        for i, letter in enumerate(row):
            beside = row[i - 1 : i] if i else ""
            beside += row[i + 1 : i + 2]
            if at:
                beside += rows[at - 1][i : i + 2]
            if at + 1 < len(rows):
                beside += rows[at + 1][max(i - 1, 0) : i + 1]
            found[letter] = "".join(one for one in beside if one.isalpha())
    return {letter: beside for letter, beside in found.items() if letter.isalpha()}


NEIGHBOURS: Final = _neighbours(_LATIN) | _neighbours(_RUSSIAN)
"""Of each small letter those beside it."""


def swapped(text: str) -> str | None:
    """What the same keys type with the other layout: «ghbdtn» is «привет», "щвли" is "odkb".

    None when that is not clear: the text has letters of both alphabets or of neither.
    """
    latin = _LATIN_LETTER.search(text) is not None
    if latin == (_RUSSIAN_LETTER.search(text) is not None):
        return None
    return text.translate(_TO_RUSSIAN if latin else _TO_LATIN)

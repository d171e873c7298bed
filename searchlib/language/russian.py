"""Which Russian words are the same word? All lemmas that pymorphy3 finds likely enough.

A form's lemmas are the normal forms whose readings' probabilities P(tag | word) sum to at least THRESHOLD, ё
written as е, the likeliest first. Words that the dictionary does not hold get pymorphy's predicted lemmas.
Four corrections:

- A form without a vowel is an abbreviation (см, т, гг, млрд) and stands for itself: the dictionary reads "см"
  as "смотри" and "т" as "так".
- A predicted word that ends in a consonant may be a name in the nominative (Тасмагамбетов, which pymorphy
  takes for a form of "тасмагамбет"; Шольц, whose other cases it derives from "шолец"), so it is among its own
  lemmas, and a predicted lemma -ец of a form in -ьц- is joined by the one in -ьц- (but not a known one: "немца" is
  of "немец").
- A hyphenated word that the dictionary does not hold is the likeliest lemmas of its parts, hyphenated: what pymorphy
  predicts for it costs twice as much and differs between cases (города-героя).
- Of a form that is not of Cyrillic letters alone (т90, 3-ндфл, 40-летний) only the part after the last hyphen
  is inflected, if that is a word; a year with its abbreviation (2024г) is the year.

pymorphy3 itself is not imported, for it takes 0.2 s to load and 3 to 140 us a word; its dictionary is read by native
code, and the tests compare the two.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchlib.language._russian import Lemmatizer

__all__ = ["THRESHOLD", "is_loaded", "is_ordinary", "knows", "lemmas"]

THRESHOLD = 0.05

_NAME_SHARE = (
    0.3  # of what a word may be: a half would lose Кристиан, a tenth would make names of words like мир
)

_YEAR = re.compile(r"([12][0-9]{3})гг?")


@cache
def _lemmatizer() -> Lemmatizer:
    import pymorphy3_dicts_ru

    from searchlib.language import dictionary

    return dictionary.load(pymorphy3_dicts_ru.get_path(), THRESHOLD)


def lemmas(form: str) -> tuple[str, ...]:
    """The lemmas of a folded Cyrillic form, the likeliest first; never empty.

    The first call loads the dictionary (less than 20 ms). Any thread may call this.
    """
    found = _lemmatizer().lemmas(form)
    if found is not None:
        return found
    if year := _YEAR.fullmatch(form):
        return (year[1],)
    head, hyphen, last = form.rpartition("-")
    if hyphen and (inflected := _lemmatizer().lemmas(last)) is not None:
        return tuple(head + hyphen + lemma for lemma in inflected)
    return (form,)


def is_loaded() -> bool:
    """Has the dictionary been needed yet?"""
    return _lemmatizer.cache_info().currsize > 0


def is_ordinary(form: str) -> bool:
    """Is this a word of the dictionary that is hardly ever a name? Any thread may call this."""
    return 0 <= _lemmatizer().name_share(form) < _NAME_SHARE


def knows(form: str) -> bool:
    """Does the dictionary hold a folded form of Cyrillic letters alone? Any thread may call this."""
    return _lemmatizer().knows(form)

"""Which English words are the same word?

Porter2 stems, with irregular forms led to the stem of their base.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from searchlib.language.irregular import IRREGULAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from Stemmer import Stemmer

__all__ = ["regular_stems", "stems"]

_DECADE = re.compile("[0-9]+s")

_lock = Lock()


@cache
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    stemmer = Stemmer("english")
    # Our callers remember what they asked; PyStemmer's own memory would only cost a search a word.
    stemmer.maxCacheSize = 0
    return stemmer


def stems(form: str) -> tuple[str, ...]:
    """The stems of a folded Latin form, the likeliest first; "saw" has those of see and of saw.

    Of a hyphenated word only the last part is stemmed. Any thread may call this: a Stemmer is not safe to
    share, so calls take turns.
    """
    if form.isalpha():
        head, last = "", form
    else:
        before, hyphen, last = form.rpartition("-")
        head = before + hyphen
        if _DECADE.fullmatch(last):
            # Porter2 strips no s after a digit
            return (form[:-1],)
    words = IRREGULAR.get(last)
    stem = _stemmer().stemWord
    with _lock:
        if words is None:
            return (head + stem(last),)
        return tuple(dict.fromkeys([head + stem(word) for word in words]))


def regular_stems(words: Sequence[str]) -> list[str]:
    """The stem of each of many words that are in their base form; quicker than one by one. Any thread may call this."""
    stem = _stemmer().stemWords
    with _lock:
        found: list[str] = stem(list(words))
        return found

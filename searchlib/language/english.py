"""Which English words are the same word? Porter2 stems, with irregular forms led to the stem of their base."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from searchlib.language.irregular import IRREGULAR

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["stems"]

_lock = Lock()
_stem: Callable[[str], str] | None = None


def _load() -> Callable[[str], str]:
    global _stem
    if _stem is None:
        import Stemmer

        stemmer = Stemmer.Stemmer("english")
        # Our callers remember what they asked; PyStemmer's own memory would only cost a search a word.
        stemmer.maxCacheSize = 0
        _stem = stemmer.stemWord
    return _stem


def stems(form: str) -> tuple[str, ...]:
    """The stems of a folded Latin form, the likeliest first; "saw" has those of see and of saw.

    Of a hyphenated word only the last part is stemmed. Any thread may call this: a Stemmer is not safe to share, so
    calls take turns.
    """
    head, hyphen, last = form.rpartition("-")
    words = IRREGULAR.get(last, (last,))
    with _lock:
        stem = _stem or _load()
        if len(words) == 1:
            return (head + hyphen + stem(words[0]),)
        return tuple(dict.fromkeys(head + hyphen + stem(word) for word in words))

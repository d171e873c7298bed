"""In how many documents is a word, and how long is a document on average? What BM25 needs to know of an index, asked of the cluster.

Figures are kept for some seconds, as long as an index on disk keeps its snapshot until it is refreshed: so that a question whose words
were asked before takes one request. A question is planned with what is known; what it lacked is then asked for in one request, and it is planned again.
"""

from __future__ import annotations

import json
from math import log
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from searchlib.remote.wordlist import sounding, term_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from searchlib.definitions import Definition

__all__ = ["Counting", "Figures", "Searches"]

_MEMO: Final = 100_000  # counts that are kept at hand
_MEMO_OF_SOUNDS: Final = 5_000  # keys whose terms are
_MEMO_OF_ANSWERS: Final = 1_000  # searches of whose answers something was read
_Read = TypeVar("_Read")


class Searches(Protocol):
    """Sends several searches of one index together."""

    def msearch(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]: ...


class Figures:
    """What was true of an index at one moment. Immutable but for counts that come to it; threads may share it.

    documents: in the index; lengths: sum of the words of each text field; newest, oldest: dates, None when no document has one.
    """

    def __init__(self, answer: dict[str, Any], definition: Definition) -> None:
        found = answer["aggregations"]
        self.began = monotonic()
        self.documents: int = answer["hits"]["total"]["value"]
        self.lengths = tuple(
            float(found[f"length.{field.name}"]["value"] or 0) for field in definition.text_fields
        )
        self.newest = _second(found["newest"]["value"])
        self.oldest = _second(found["oldest"]["value"])
        self.counts: dict[str, int] = {}
        self.sounding: dict[str, list[str]] = {}
        self.read: dict[str, Any] = {}
        self.guard = Lock()

    @classmethod
    def ask(cls, searches: Searches, definition: Definition) -> Figures:
        """Raises RemoteError."""
        sums = {
            f"length.{field.name}": {"sum": {"field": f"lengths.{field.name}"}}
            for field in definition.text_fields
        }
        dates = {"newest": {"max": {"field": "date"}}, "oldest": {"min": {"field": "date"}}}
        body = {"size": 0, "track_total_hits": True, "aggs": sums | dates}
        return cls(searches.msearch([body])[0], definition)

    def same(self, other: Figures) -> bool:
        """Are documents, lengths and dates the same?"""
        own = self.documents, self.lengths, self.newest, self.oldest
        return own == (other.documents, other.lengths, other.newest, other.oldest)

    def average(self, weights: Sequence[float]) -> float:
        """The length of an average document, its fields weighted."""
        if not self.documents:
            return 1.0
        total = sum(weight * length for weight, length in zip(weights, self.lengths, strict=True))
        return total / self.documents or 1.0

    def idf(self, df: int) -> float:
        """Of what df documents have; 0 when none has."""
        return log(1 + (self.documents - df + 0.5) / (df + 0.5)) if df else 0.0


class Counting:
    """Counts documents for one question: those that are not known count as none, and are noted. So it is with what it finds."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self._missing: dict[str, dict[str, Any]] = {}
        self._unlisted: dict[str, dict[str, Any]] = {}
        self._unread: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], Any]]] = {}

    def __bool__(self) -> bool:
        """Was there anything that was not known?"""
        return bool(self._missing or self._unlisted or self._unread)

    def known(self, term: str) -> int | None:
        """How many documents have a term; None while that is not known."""
        known = self.figures.counts.get(term)
        if known is None:
            self._missing[term] = {"term": {"terms": term}}
        return known

    def with_term(self, term: str) -> int:
        """How many documents have a term."""
        return self.known(term) or 0

    def matching(self, query: dict[str, Any]) -> int:
        """How many documents match a query of the cluster."""
        return self.counted(query) or 0

    def counted(self, query: dict[str, Any]) -> int | None:
        """The same; None while it is not known."""
        key = json.dumps(query, ensure_ascii=False)  # begins with a brace, as no term does
        known = self.figures.counts.get(key)
        if known is None:
            self._missing[key] = query
        return known

    def told(self, body: dict[str, Any], read: Callable[[dict[str, Any]], _Read]) -> _Read | None:
        """What is read of the answer to a search, always the same of one search; None while it is not known."""
        key = json.dumps(body, ensure_ascii=False)
        if key in self.figures.read:
            found: _Read = self.figures.read[key]
            return found
        self._unread[key] = body, read
        return None

    def is_told(self, body: dict[str, Any]) -> bool:
        """Is the answer to a search known?"""
        return json.dumps(body, ensure_ascii=False) in self.figures.read

    def sounding(self, sounds: str) -> list[str] | None:
        """The terms of the list of words (wordlist.py) that sound so; None while they are not known."""
        known = self.figures.sounding.get(sounds)
        if known is None:
            self._unlisted[sounds] = sounding(sounds)
        return known

    def ask(self, searches: Searches, words: Searches) -> None:
        """Asks for all that was missing, in one request of the index and one of its list of words. Raises RemoteError."""
        listed = _asked(words, self._unlisted)
        bodies = {
            key: {"size": 0, "track_total_hits": True, "query": query} for key, query in self._missing.items()
        }
        answers = _asked(searches, bodies | {key: body for key, (body, _) in self._unread.items()})
        read = {key: how(answers.pop(key)) for key, (_, how) in self._unread.items()}
        figures = self.figures
        with figures.guard:
            if len(figures.counts) + len(answers) > _MEMO:
                figures.counts.clear()
            if len(figures.sounding) + len(listed) > _MEMO_OF_SOUNDS:
                figures.sounding.clear()
            if len(figures.read) + len(read) > _MEMO_OF_ANSWERS:
                figures.read.clear()
            figures.read.update(read)
            for key, answer in answers.items():
                figures.counts[key] = answer["hits"]["total"]["value"]
            for key, answer in listed.items():
                figures.sounding[key] = [term_of(hit) for hit in answer["hits"]["hits"]]
        self._missing.clear()
        self._unlisted.clear()
        self._unread.clear()


def _asked(searches: Searches, bodies: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    answers = searches.msearch(list(bodies.values())) if bodies else []
    return dict(zip(bodies, answers, strict=True))


def _second(value: float | None) -> int | None:
    return None if value is None else int(value)

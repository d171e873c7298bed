"""What may a word become that is being typed?

The forms of the index that begin so, ranked by how many documents have them and how fresh they are: the logarithm of the number of documents,
less one for each year by which the word's last documents are older than the newest of the index. Stop words are left out, and of one
word there are two inflections at most while other words are left. Fewer completions than wanted are filled up with those
of the other keyboard layout: «nfcvf» is «тасма» typed with the wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.dates import DAY
from searchlib.language._tokens import tokenize
from searchlib.vocabulary.keyboards import swapped

if TYPE_CHECKING:
    from searchlib.vocabulary.words import Words

__all__ = ["Completions", "Continuation"]

_MORE: Final = (
    6  # candidates for each completion that is wanted, before freshness and the other words have their say
)
_LEAST: Final = 48
_INFLECTIONS: Final = 2
_YEAR: Final = 365.25 * DAY
_OLDEST: Final = 5.0  # years that a word may lose by
_MEMO: Final = 50_000


class Continuation(NamedTuple):
    """A form that a beginning may become. term: the first that it stands for."""

    form: str
    documents: float
    term: str


class Completions:
    """Completes single words of an index. It remembers how fresh words are. Threads may share it."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ages: dict[str, float] = {}

    def of(
        self, beginning: str, limit: int, company: Callable[[str], float] | None = None
    ) -> list[Continuation]:
        """At most `limit` continuations of a word as it was typed, the best first.

        company: how well a form goes with the other words, in nats. Raises as Words do.
        """
        found = self._beginning(beginning, limit, company)
        if len(found) < limit:
            other = swapped(beginning)
            if other is not None:
                known = {one.form for one in found}
                more = self._beginning(other, limit, company)
                found += [one for one in more if one.form not in known][: limit - len(found)]
        return found

    def _beginning(
        self, beginning: str, limit: int, company: Callable[[str], float] | None
    ) -> list[Continuation]:
        folded = _folded(beginning)
        if not folded or limit < 1:
            return []
        wanted = max(_LEAST, _MORE * limit)
        candidates: dict[str, tuple[float, str]] = {}
        for form, documents, term in self._words.continued(folded, wanted):
            before = candidates.get(form)
            candidates[form] = (documents + (before[0] if before else 0.0), term)
        bounds = []
        for form, (documents, _) in candidates.items():
            weight = log(1 + documents) + (0.0 if company is None else company(form))
            bounds.append((-weight, form))
        bounds.sort()
        ranked = self._ranked(bounds, lambda form: self._age(candidates[form][1]))
        return _distinct((Continuation(form, *candidates[form]) for form in ranked), limit)

    @staticmethod
    def _ranked(bounds: list[tuple[float, str]], age: Callable[[str], float]) -> Iterator[str]:
        """The forms, the best first. bounds: minus the weight that each has if it is fresh, ascending; the age is asked only of those that
        may be next."""
        looked: list[tuple[float, str]] = []
        for bound in bounds:
            while looked and looked[0] < bound:
                yield heappop(looked)[1]
            heappush(looked, (bound[0] + age(bound[1]), bound[1]))
        while looked:
            yield heappop(looked)[1]

    def _age(self, term: str) -> float:
        """Years by which the last documents with a term are older than the newest of the index; 0 without dates."""
        newest = self._words.newest
        if newest is None:
            return 0.0
        known = self._ages.get(term)
        if known is None:
            date = self._words.last_date(term)
            if len(self._ages) >= _MEMO:
                self._ages.clear()
            known = _OLDEST if date is None else min(_OLDEST, (newest - date) / _YEAR)
            self._ages[term] = known
        return known


def _distinct(ranked: Iterable[Continuation], limit: int) -> list[Continuation]:
    """The first of them, of each term two until there are no others."""
    counts: dict[str, int] = {}
    first: list[Continuation] = []
    rest: list[Continuation] = []
    for one in ranked:
        counts[one.term] = counts.get(one.term, 0) + 1
        (first if counts[one.term] <= _INFLECTIONS else rest).append(one)
        if len(first) == limit:
            break
    return (first + rest)[:limit]


def _folded(beginning: str) -> str:
    """The beginning in the letters of forms; "" when it is not of one word."""
    tokens = tokenize(beginning)
    if not tokens or (len(tokens) > 1 and not tokens[0][5]):
        return ""
    return tokens[0][0] + ("-" if beginning.endswith("-") else "")

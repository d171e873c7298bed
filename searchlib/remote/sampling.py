"""Which words do the documents have that were added last? A sample of a cluster's texts, read here.

A cluster does not list the forms that begin so with their documents. What is frequent stands in many of any documents: among the 60 forms that
most of 300 documents with a beginning have, there are nearly all of the ten that most documents of the archive have. A short beginning
stands in so many that any documents will do, and those are sampled once for all short beginnings.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from searchlib.language._tokens import tokenize
from searchlib.remote.weighing import Query, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Sample", "last_with"]

_SAMPLED: Final = 300  # documents
_ENOUGH: Final = 100  # of any documents those that have a beginning
_LAST_LETTER: Final = "\U0010ffff"


def last_with(names: Sequence[str], beginning: str) -> Query:
    """The search for the last documents that have a form with a beginning in one of some texts, "" for any; names: of the texts."""
    having = [{"prefix": {f"texts.{name}.forms": beginning}} for name in names]
    return {
        "query": {"constant_score": {"filter": some(having)}} if beginning else {"match_all": {}},
        "size": _SAMPLED,
        "sort": [{"order": "desc"}],
        "track_total_hits": False,
        "_source": True,  # the rest of it is little, and takes a cluster longer to leave out
    }


class Sample:
    """The forms of some documents, the last one first. Immutable.

    met: by form the numbers of the documents that have it, ascending; dates: of the documents, None of one without; whole: no other
    documents of the archive have such forms.
    """

    def __init__(self, met: dict[str, list[int]], dates: Sequence[int | None], *, whole: bool) -> None:
        self._met = met
        self._forms = sorted(met)
        self._dates = dates
        self.whole = whole

    @classmethod
    def of(cls, names: Sequence[str], beginning: str, answer: dict[str, Any]) -> Sample:
        """What is read of the answer to last_with()."""
        met: dict[str, list[int]] = {}
        dates = []
        hits = answer["hits"]["hits"]
        for number, hit in enumerate(hits):
            source = hit["_source"]
            dates.append(source.get("date"))
            stored = source.get("stored", {})
            texts = (str(stored[name]) for name in names if stored.get(name))
            for form in {token[0] for text in texts for token in tokenize(text)}:
                if form.startswith(beginning):
                    met.setdefault(form, []).append(number)
        return cls(met, dates, whole=len(hits) < _SAMPLED)

    def forms(self, beginning: str) -> Iterator[tuple[str, int]]:
        """(form, documents of the sample that have it) of those with a beginning, the most frequent first."""
        found = [(form, len(self._met[form])) for form in self._with(beginning)]
        return iter(sorted(found, key=lambda one: (-one[1], one[0])))

    def is_enough(self, beginning: str) -> bool:
        """Do so many documents have a beginning that they may speak for the others?"""
        if self.whole:
            return True
        having: set[int] = set()
        for form in self._with(beginning):
            having.update(self._met[form])
            if len(having) >= _ENOUGH:
                return True
        return False

    def last_date(self, forms: Iterable[str], last: int) -> int | None:
        """The newest date of the last documents with one of some forms, so many of them; None when they have none."""
        numbers = {number for form in forms for number in islice(self._met[form], last)}
        dates = [date for number in nsmallest(last, numbers) if (date := self._dates[number]) is not None]
        return max(dates, default=None)

    def _with(self, beginning: str) -> Sequence[str]:
        low, high = (bisect_left(self._forms, edge) for edge in (beginning, beginning + _LAST_LETTER))
        return self._forms[low:high]

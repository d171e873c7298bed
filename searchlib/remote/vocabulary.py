"""Which words does an archive on a cluster have? Its own lists of forms say: no list of words is kept for it.

- Forms that are like one: the cluster's term suggester walks the forms of a field that are within one or two errors of a word (Schulz and
  Mihov, "Fast string correction with Levenshtein automata", 2002). Which of them was meant is judged here.
- Forms that begin so: those that the documents have that were added last (sampling.py); then documents are counted.
- Capitals: the text of the document with a word that was added last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from searchlib.errors import QueryError
from searchlib.remote.sampling import Sample, last_with
from searchlib.remote.weighing import NOTHING, Query, some
from searchlib.vocabulary.likelihoods import likeliest
from searchlib.vocabulary.words import LAST, Likely, Words, alphabet

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.language.analyzer import Analysis
    from searchlib.remote.figures import Counting

__all__ = ["RemoteWords"]

_SHORT: Final = 2  # letters of a beginning that many documents have
_READ: Final = 20_000  # code points of a text
_LONGEST: Final = 64  # letters of a word that others are looked for to
_FAR_FROM: Final = 5  # letters of a word in which two errors are looked for
_MOST_NEAR: Final = 1_000  # forms of a field and a shard
_ANY: Final = 1_000_000_000  # documents, more than there are


class RemoteWords(Words):
    """The words of a cluster for one question. counting: what it lacks is asked for, and the question is asked again.

    A word whose documents are not counted yet has very many: what follows from that is asked for together with them. Nothing is looked for in
    place of what may yet be found.
    """

    def __init__(
        self, definition: Definition, counting: Counting, analyze: Callable[[str], Analysis]
    ) -> None:
        super().__init__(analyze)
        self._counting = counting
        self._paths = [f"texts.{field.name}.forms" for field in definition.text_fields]
        self._stored = [field.name for field in definition.text_fields if field.stored]
        self._met: dict[str, list[tuple[Sample, str]]] = {}  # by term
        self._open: set[str] = set()  # forms that are not known to have others near them
        self._sampling = False

    @property
    def total(self) -> int:
        return self._counting.figures.documents

    @property
    def newest(self) -> int | None:
        return self._counting.figures.newest

    def frequency(self, form: str) -> float:
        if len(form) > _LONGEST:
            return 0
        return self._counting.matching(self._having(form))

    def _having(self, form: str) -> Query:
        return some([{"term": {path: form}} for path in self._paths]) or NOTHING

    def documents(self, form: str) -> int:
        counts = [self._counting.known(term) for term in self.analyze(form).terms]
        return max((_ANY if count is None else count for count in counts), default=0)

    def near(self, form: str, most: int) -> list[Likely]:
        return self._likeliest(form, most, errors=1, right=0)

    def farther(self, form: str, most: int) -> list[Likely]:
        if len(form) < _FAR_FROM or form in self._open:
            return []
        return self._likeliest(form, most, errors=2, right=1)

    def _likeliest(self, form: str, most: int, *, errors: int, right: int) -> list[Likely]:
        """right: letters at the beginning that are."""
        if len(form) > _LONGEST:
            return []
        found = self._counting.told(self._like(form, errors, right), _suggested)
        if found is None:
            self._open.add(form)
            return []
        letters = alphabet(form)
        own = ((other, documents) for other, documents in found if letters.issuperset(other))
        return [Likely(*one) for one in likeliest(own, form, 2 * most)]

    def _like(self, form: str, errors: int, right: int) -> Query:
        """The search for the forms within some errors of one: all of them, whatever their frequency and however short."""
        how = {
            "suggest_mode": "always",
            "analyzer": "keyword",
            "max_edits": errors,
            "prefix_length": right,
            "min_word_length": 1,
            "accuracy": 0.0,
            "string_distance": "internal",
            "max_term_freq": _ANY,
            "size": _MOST_NEAR,
            "shard_size": _MOST_NEAR,
            "sort": "frequency",
        }
        asked = {
            str(number): {"text": form, "term": {"field": path} | how}
            for number, path in enumerate(self._paths)
        }
        return {"size": 0, "track_total_hits": False, "suggest": asked}

    def continued(self, beginning: str, most: int) -> Iterator[tuple[str, float, str]]:
        """Raises QueryError when no text is stored."""
        if not self._stored:
            raise QueryError(
                "words cannot be completed: no text is stored in this index",
                hint="on a cluster they are read from the texts of documents; build it with stored = true",
            )
        sample = None if len(beginning) > _LONGEST else self._sample(beginning)
        if sample is None:
            return
        left = most
        for form, sampled in sample.forms(beginning):
            terms, stop = self.analyze(form)
            if stop or not terms:
                continue
            counted = sampled if sample.whole else self._counting.counted(self._having(form))
            self._met.setdefault(terms[0], []).append((sample, form))
            if counted != 0:
                yield form, sampled if counted is None else counted, terms[0]
            left -= 1
            if not left:
                break

    def _sample(self, beginning: str) -> Sample | None:
        """Documents with a beginning; None while they are not known."""
        if self._sampling:
            return None
        if len(beginning) <= _SHORT or self._counting.is_told(last_with(self._stored, "")):
            sample = self._told("")
            if sample is None or sample.is_enough(beginning):
                return sample
        return self._told(beginning)

    def _told(self, beginning: str) -> Sample | None:
        body = last_with(self._stored, beginning)
        sample = self._counting.told(body, partial(Sample.of, self._stored, beginning))
        self._sampling = sample is None
        return sample

    def last_date(self, term: str) -> int | None:
        """Of those of a sample."""
        met = self._met.get(term)
        if met is None:
            return None
        sample = met[0][0]
        return sample.last_date([form for one, form in met if one is sample], LAST)

    def last_documents(self, term: str) -> Iterator[str]:
        """The last one, named by the term itself."""
        if self.stored(term):
            yield term

    def stored(self, document: str) -> dict[str, str]:
        """Of the last document with a term."""
        body = {
            "query": {"constant_score": {"filter": {"term": {"terms": document}}}},
            "size": 1,
            "sort": [{"order": "desc"}],
            "track_total_hits": False,
            "_source": [f"stored.{name}" for name in self._stored],
        }
        return self._counting.told(body, partial(_texts, self._stored)) or {}


def _suggested(answer: dict[str, Any]) -> list[tuple[str, int]]:
    """(form, documents that have it in the field where most do) of what a suggester found."""
    found: dict[str, int] = {}
    for suggested in answer["suggest"].values():
        for token in suggested:
            for option in token["options"]:
                form = option["text"]
                found[form] = max(option["freq"], found.get(form, 0))
    return list(found.items())


def _texts(names: list[str], answer: dict[str, Any]) -> dict[str, str]:
    """The beginnings of the texts of a hit, by field."""
    for hit in answer["hits"]["hits"]:
        fields = hit["_source"].get("stored", {})
        return {name: str(fields[name])[:_READ] for name in names if fields.get(name)}
    return {}

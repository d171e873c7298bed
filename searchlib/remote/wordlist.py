"""Which names does an archive on a cluster have? A second index beside the first, named INDEX.words, which writers keep.

A cluster finds the documents of a word that it is told. Names that sound like one have to be chosen among all words, which needs a list of
them: a document for each term that may be a name, its id is the term, `sounds` the key of how it sounds (searchlib/language/names.h). A
writer sends each term that it meets for the first time, before the document; one that is there already is left as it is. Words stay when
the last of their documents is deleted: whoever finds them here counts their documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import msgspec

from searchlib.errors import IndexNotFoundError, RemoteError
from searchlib.remote.cluster import Cluster
from searchlib.remote.failures import failure_of_answer
from searchlib.storage._names import key

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SUFFIX", "WordList", "make_list", "sounding", "term_of", "words_of"]

SUFFIX: Final = ".words"
"""What the name of the list has behind that of the index."""

_FORMAT: Final = 1
_MOST_ALIKE: Final = 4096  # terms of one key, as on disk (searchlib/storage/name_order.h)
_LONGEST: Final = 500  # bytes of a word: an id has at most 512
_BATCH: Final = 5_000  # words of one request
_MET: Final = 2_000_000  # words that are known to be there
_TOLD: Final = "errors,items.*.status,items.*.error"  # of an answer: nothing else is looked at
_MISSING: Final = "the list of the archive's words is not there"
_THERE: Final = 409  # the status of a word that cannot be made since it is there


def words_of(cluster: Cluster) -> Cluster:
    """The list of words of the index that a cluster's address names, as an index of its own. Raises RemoteError."""
    return _List(cluster.address.at(cluster.address.index + SUFFIX), timeout=cluster.timeout)


class _List(Cluster):
    """Says what is missing when it is: whoever searches has not heard of this index."""

    def msearch(
        self, bodies: Sequence[Mapping[str, Any]], *, timeout: float | None = None
    ) -> list[dict[str, Any]]:
        try:
            return super().msearch(bodies, timeout=timeout)
        except IndexNotFoundError:
            raise RemoteError(
                str(self.address),
                _MISSING,
                hint="build the archive again, or search without other scripts (names=False, --no-names)",
            ) from None


def make_list(words: Cluster, *, replicas: int) -> None:
    """Makes an empty list; one that is left from an index that is gone is replaced. Raises RemoteError."""
    words.index_request("DELETE", params={"ignore_unavailable": "true"})
    words.index_request(
        "PUT",
        "",
        {
            "settings": {"number_of_shards": 1, "number_of_replicas": replicas, "refresh_interval": "-1"},
            "mappings": {
                "dynamic": "strict",
                "_meta": {"searchlib": {"words": _FORMAT}},
                "properties": {
                    "sounds": {"type": "keyword", "doc_values": False},
                    "lines": {"type": "object", "enabled": False},  # lines.py
                },
            },
        },
    )


def sounding(sounds: str) -> dict[str, Any]:
    """The search of the list for the terms of a key (storage._names.keys)."""
    return {
        "query": {"constant_score": {"filter": {"term": {"sounds": sounds}}}},
        "size": _MOST_ALIKE,
        "track_total_hits": False,
        "_source": False,
    }


def term_of(hit: Mapping[str, Any]) -> str:
    """The term that a hit of such a search is."""
    return str(hit["_id"])


class WordList:
    """Sends the words of what a writer adds. Threads may share it.

    words: the list, of words_of().
    """

    def __init__(self, words: Cluster) -> None:
        self._words = words
        self._met: set[str] = set()
        self._guard = Lock()  # of the words that wait
        self._new: dict[str, str] = {}  # term -> key
        self._sending = Lock()  # held until what was there at first has arrived
        self._checked = False

    def note(self, terms: Sequence[str]) -> None:
        """Terms that may be new, of a document that is sent after them."""
        for term in terms:
            if term in self._met:
                continue
            if len(self._met) >= _MET:
                self._met.clear()
            self._met.add(term)
            sounds = key(term)
            if sounds is not None and len(term.encode()) <= _LONGEST:
                with self._guard:
                    self._new[term] = sounds

    def send(self) -> None:
        """Returns when all words that were noted are in the list. Raises SearchError, and what is not there goes with the next call."""
        with self._sending:
            while self._new:
                if not self._checked:
                    self._check()
                self._send_some()

    def refresh(self) -> None:
        """Makes visible what writers have sent. Raises RemoteError."""
        self._words.index_request("POST", "_refresh")
        self._checked = False

    def _send_some(self) -> None:
        """One request."""
        with self._guard:
            some = list(islice(self._new.items(), _BATCH))
        lines = (
            b'{"create":{"_id":%b}}\n{"sounds":"%b"}\n' % (msgspec.json.encode(term), sounds.encode())
            for term, sounds in some
        )
        answer = self._words.bulk(b"".join(lines), {"filter_path": _TOLD})
        failure = None
        for (term, _), item in zip(some, answer["items"], strict=True):
            (told,) = item.values()
            status = told["status"]
            if status >= 400 and status != _THERE:
                failure = failure_of_answer(self._words.address, status, told.get("error"))
            else:
                with self._guard:
                    del self._new[term]
        if failure is not None:
            raise failure

    def _check(self) -> None:
        """A cluster makes an index of its own for what is sent to one that is not there: that would be no list of words."""
        address = self._words.address
        try:
            found = self._words.index_request("GET", "_mapping")
            about = [one["mappings"].get("_meta", {}).get("searchlib") for one in found.values()]
        except IndexNotFoundError:
            about = []
        if about != [{"words": _FORMAT}]:
            raise RemoteError(str(address), _MISSING, hint="build the archive again")
        self._checked = True

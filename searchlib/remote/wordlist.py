"""Which names does an archive on a cluster have? A second index beside the first, named INDEX.words, which writers keep.

A cluster finds the documents of a word that it is told. Names that sound like one have to be chosen among all words, which needs a list of
them: a document for each term that may be a name, its id is the term, `sounds` the key of how it sounds (searchlib/language/names.h). A
writer sends each term that it meets for the first time; one that is there already is left as it is. Words stay when
the last of their documents is deleted: whoever finds them here counts their documents.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from searchlib.errors import IndexNotFoundError, RemoteError, SearchError
from searchlib.remote.cluster import Cluster
from searchlib.remote.failures import failure_of_answer
from searchlib.remote.retrying import Backoff
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
_FULL: Final = 20_000  # words that wait to be sent
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
    """Sends the words of what a writer adds. Not for several threads at once.

    words: the list, of words_of(); patience: seconds for which what a busy cluster refuses is sent again. When it is at its end, the call
    raises RemoteError, and what was not sent goes with the next one.
    """

    def __init__(self, words: Cluster, *, patience: float = 120.0) -> None:
        self._words = words
        self._patience = patience
        self._met: set[str] = set()
        self._new: dict[str, str] = {}  # term -> key
        self._changed = False  # since the list was refreshed
        self._checked = False

    def note(self, terms: Sequence[str]) -> None:
        """Terms that may be new."""
        for term in terms:
            if term in self._met:
                continue
            if len(self._met) >= _MET:
                self._met.clear()
            self._met.add(term)
            sounds = key(term)
            if sounds is not None and len(term.encode()) <= _LONGEST:
                self._new[term] = sounds

    def send_when_full(self) -> None:
        """Sends words when many wait. Raises RemoteError."""
        if len(self._new) >= _FULL:
            self._send()

    def flush(self) -> None:
        """Sends all words, and makes them visible. Raises RemoteError."""
        self._send()
        if self._changed:
            self._words.index_request("POST", "_refresh")
            self._changed = self._checked = False

    def leave(self) -> None:
        """Sends the words of documents that were sent, and will be seen, though nobody committed them. A cluster that does not take
        them now is not asked again: the documents come back with their words when they are added again."""
        self._patience = 0.0
        with suppress(SearchError):
            self.flush()

    def _send(self) -> None:
        if not self._new:
            return
        if not self._checked:
            self._check()
        backoff = Backoff(self._patience)
        self._changed = True
        while self._new:
            before = len(self._new)
            failure = self._send_some()
            if len(self._new) < before:
                backoff.reset()
            if failure is None:
                continue
            wait = backoff.wait() if isinstance(failure, RemoteError) and failure.passing else None
            if wait is None:
                raise failure
            time.sleep(wait)

    def _send_some(self) -> SearchError | None:
        """One request. What the cluster cannot take now goes on waiting, and the error says why."""
        some = list(islice(self._new, _BATCH))
        lines = (
            b'{"create":{"_id":%b}}\n{"sounds":"%b"}\n'
            % (msgspec.json.encode(term), self._new[term].encode())
            for term in some
        )
        try:
            answer = self._words.bulk(b"".join(lines), {"filter_path": _TOLD})
        except RemoteError as error:
            return error
        failure = None
        for term, item in zip(some, answer["items"], strict=True):
            (told,) = item.values()
            status = told["status"]
            if status >= 400 and status != _THERE:
                failure = failure_of_answer(self._words.address, status, told.get("error"))
            else:
                del self._new[term]
        return failure

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

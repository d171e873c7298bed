"""Is no word lost that a busy cluster refuses, and none sent twice? A list of words whose cluster fails as told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from searchlib.errors import RemoteError, SearchError
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster
from searchlib.remote.wordlist import WordList
from searchlib.storage._names import key

ADDRESS = Address.parse("opensearch://nowhere/news.words", {})
GOOD = {"news.words": {"mappings": {"_meta": {"searchlib": {"words": 1}}}}}


class Words:
    """A cluster's list in memory. fault: for each request what becomes of a word: its status, 0 for the fate of the whole request."""

    address = ADDRESS

    def __init__(self, fault: Callable[[int, str], int] = lambda request, term: 201) -> None:
        self.fault = fault
        self.there: dict[str, str] = {}
        self.visible: set[str] = set()
        self.requests = 0
        self.refreshed = 0

    def index_request(self, method: str, path: str = "", body: Any = None) -> Any:
        if path == "_refresh":
            self.refreshed += 1
            self.visible = set(self.there)
            return {}
        assert (method, path) == ("GET", "_mapping")
        return GOOD

    def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.requests += 1
        lines = [json.loads(line) for line in payload.decode().splitlines()]
        items = []
        for head, source in zip(lines[::2], lines[1::2], strict=True):
            term = head["create"]["_id"]
            status = self.fault(self.requests, term)
            if not status:
                raise RemoteError(str(ADDRESS), "so it goes", passing=True)
            if status == 201:
                status = 409 if term in self.there else 201
                self.there.setdefault(term, source["sounds"])
            told: dict[str, Any] = {"status": status}
            if status != 201:
                told["error"] = {"reason": "so it goes"}
            items.append({"create": told})
        return {"errors": any("error" in one["create"] for one in items), "items": items}


def listing(words: Words, patience: float = 30.0) -> WordList:
    return WordList(cast("Cluster", words), patience=patience)


def test_terms_that_may_be_names_are_listed_by_their_sounds() -> None:
    words = Words()
    made = listing(words)
    made.note(("трамп", "трампа"))
    made.note(("трамп", "g20", "7", "ао", "x" * 600, "санкт-петербург", "putin"))
    assert words.requests == 0
    made.flush()
    assert words.there == {term: key(term) for term in ("трамп", "трампа", "putin")}
    assert words.visible == set(words.there)
    made.note(("трамп",))
    made.flush()
    assert (words.requests, words.refreshed) == (1, 1)


def test_what_is_refused_for_a_while_is_sent_again_and_nothing_else() -> None:
    asked: list[tuple[int, str]] = []

    def fault(request: int, term: str) -> int:
        asked.append((request, term))
        if request == 2:
            return 0
        return 429 if request == 1 and term == "трамп" else 201

    words = Words(fault)
    made = listing(words)
    made.note(("трамп", "putin"))
    made.flush()
    assert asked == [(1, "трамп"), (1, "putin"), (2, "трамп"), (3, "трамп")]
    assert words.visible == {"трамп", "putin"}


@pytest.mark.parametrize("status", [0, 503, 400])
def test_what_was_not_taken_goes_with_the_next(status: int) -> None:
    words = Words(lambda request, term: status)
    made = listing(words, patience=0.0)
    made.note(("трамп", "putin"))
    with pytest.raises(SearchError):
        made.flush()
    assert words.visible == set()
    words.fault = lambda request, term: 201
    made.flush()
    assert words.visible == {"трамп", "putin"}


def test_many_words_do_not_wait_for_a_commit() -> None:
    words = Words()
    made = listing(words)
    letters = "abcdefghijklmnopqrstuvwxyz"
    made.note(
        [
            f"b{one}{two}{three}{four}"
            for one in letters
            for two in letters
            for three in letters
            for four in "bd"
        ]
    )
    made.send_when_full()
    assert len(words.there) == 2 * 26**3
    assert words.requests > 5
    assert words.visible == set()


def test_who_leaves_asks_once() -> None:
    words = Words(lambda request, term: 503)
    made = listing(words)
    made.note(("трамп",))
    made.leave()
    assert words.requests == 1
    words.fault = lambda request, term: 201
    made.leave()
    made.leave()
    assert (words.requests, words.visible) == (2, {"трамп"})

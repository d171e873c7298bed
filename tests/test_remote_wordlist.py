"""Is no word lost that a busy cluster refuses, and none sent twice? A list of words whose cluster fails as told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
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


def listing(words: Words) -> WordList:
    return WordList(cast("Cluster", words))


def test_terms_that_may_be_names_are_listed_by_their_sounds() -> None:
    words = Words()
    made = listing(words)
    made.note(("трамп", "трампа"))
    made.note(("трамп", "g20", "7", "ао", "x" * 600, "санкт-петербург", "putin"))
    assert words.requests == 0
    made.send()
    assert words.there == {term: key(term) for term in ("трамп", "трампа", "putin")}
    assert words.visible == set()
    made.refresh()
    assert words.visible == set(words.there)
    made.note(("трамп",))
    made.send()
    assert words.requests == 1


@pytest.mark.parametrize("status", [0, 429, 503, 400])
def test_what_was_not_taken_goes_with_the_next_and_nothing_else(status: int) -> None:
    asked: list[tuple[int, str]] = []

    def fault(request: int, term: str) -> int:
        asked.append((request, term))
        return status if request == 1 and term == "трамп" else 201

    words = Words(fault)
    made = listing(words)
    made.note(("putin", "трамп"))
    with pytest.raises(SearchError) as raised:
        made.send()
    assert isinstance(raised.value, RemoteError) and raised.value.passing == (status != 400)
    made.send()
    again = ["putin", "трамп"] if status == 0 else ["трамп"]
    assert asked == [(1, "putin"), (1, "трамп"), *((2, term) for term in again)]
    assert set(words.there) == {"трамп", "putin"}


def test_threads_share_it_and_each_returns_when_its_words_are_there() -> None:
    words = Words()
    made = listing(words)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def send(first: str) -> bool:
        own = [f"b{first}{one}{two}{last}" for one in letters for two in letters for last in "bd"]
        for start in range(0, len(own), 100):
            made.note(own[start : start + 100])
            made.send()
            if not words.there.keys() >= set(own[: start + 100]):
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(send, letters))
    assert len(words.there) == 2 * 26**3

"""Is nothing lost or counted twice of what several writers learn of recurring lines at a time?"""

from __future__ import annotations

from typing import Any, cast

import pytest

from searchlib import NEWS, RemoteError
from searchlib.remote.address import Address
from searchlib.remote.cluster import Cluster
from searchlib.remote.lines import RecurringLines, known_lines
from searchlib.storage.boilerplate import Known

ADDRESS = Address.parse("opensearch://nowhere/news.words", {})


class Words:
    """A cluster's list of words that has nothing but the document of lines. lost: requests to write that are not answered."""

    address = ADDRESS

    def __init__(self) -> None:
        self.known: Any = None
        self.version = 0
        self.lost: list[int] = []
        self.writes = 0

    def index_request(
        self, method: str, path: str, body: Any = None, params: Any = None, *, ignore: Any = ()
    ) -> Any:
        assert path == "_doc/%23lines"
        if method == "GET":
            if self.known is None:
                return {"found": False}
            source = {"lines": {"known": self.known}}
            return {"found": True, "_source": source, "_seq_no": self.version, "_primary_term": 1}
        assert method == "PUT"
        self.writes += 1
        if self.writes in self.lost:
            raise RemoteError(str(ADDRESS), "so it goes", passing=True)
        wanted = (
            {"op_type": "create"} if self.known is None else {"if_seq_no": self.version, "if_primary_term": 1}
        )
        if params != wanted:
            return {"status": 409, "error": {"reason": "so it goes"}}
        self.known = [
            [name, documents, [list(line) for line in lines]]
            for name, documents, lines in body["lines"]["known"]
        ]
        self.version += 1
        return {"result": "updated", "_seq_no": self.version, "_primary_term": 1}


def writer(words: Words) -> RecurringLines:
    lines = RecurringLines(cast("Cluster", words), NEWS)
    lines.begin()
    return lines


def known(**counts: int) -> Known:
    """Of a source each document of which has the same line."""
    return tuple((name, count, (("back to all news", count),)) for name, count in counts.items())


def kept(words: Words) -> dict[str, int]:
    return {name: documents for name, documents, _ in known_lines(cast("Cluster", words))}


def test_who_comes_second_adds_what_it_counted() -> None:
    words = Words()
    writer(words).save(known(town=10))
    one, two = writer(words), writer(words)
    one.save(known(town=14, port=3))
    two.save(known(town=15, lake=2))
    assert kept(words) == {"town": 19, "port": 3, "lake": 2}
    assert known_lines(cast("Cluster", words))[0][2] == (("back to all news", 19),)
    two.save(known(town=19, port=3, lake=2))
    assert words.writes == 4  # the last one had nothing new


def test_a_save_that_failed_behind_another_writer_is_made_again() -> None:
    words = Words()
    writer(words).save(known(town=10))
    one, two = writer(words), writer(words)
    one.save(known(town=14))
    words.lost = [words.writes + 2]  # behind the one that came second
    with pytest.raises(RemoteError, match="so it goes"):
        two.save(known(town=15))
    assert kept(words) == {"town": 14}
    two.save(known(town=15))
    assert kept(words) == {"town": 19}

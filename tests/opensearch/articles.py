"""Is everything that was written to a cluster there, once? Small articles by number, for tests of what fails."""

from __future__ import annotations

from collections import Counter
from typing import Any

from searchlib.remote.index import RemoteIndex

WORDS = [
    "саммит",
    "встреча",
    "договор",
    "визит",
    "выборы",
    "парламент",
    "рынок",
    "нефть",
    "экспорт",
    "погода",
    "наводнение",
    "концерт",
]


def article(number: int, *, words: int = 3) -> dict[str, Any]:
    text = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(words))
    return {"id": f"id-{number}", "title": f"Новость {number}", "text": text, "lang": "ru"}


def present(index: RemoteIndex) -> Counter[str]:
    """How often each document is in the index, by a search of all shards."""
    found: Counter[str] = Counter()
    after: list[Any] | None = None
    while True:
        body: dict[str, Any] = {"size": 1000, "sort": [{"order": "asc"}], "_source": ["id"]}
        if after is not None:
            body["search_after"] = after
        hits = index._cluster.search(body)["hits"]["hits"]
        if not hits:
            return found
        found.update(hit["_source"]["id"] for hit in hits)
        after = hits[-1]["sort"]


def once(count: int) -> Counter[str]:
    return Counter(f"id-{number}" for number in range(count))


def wait_for_green(index: RemoteIndex) -> None:
    health = index._cluster.request(
        "GET",
        f"_cluster/health/{index._cluster.address.index},{index._words.address.index}",
        params={"wait_for_status": "green", "timeout": "60s"},
        timeout=90,
    )
    assert not health["timed_out"]

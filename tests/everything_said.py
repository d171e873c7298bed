"""What does an index say to questions of every kind? And what of it, when its files are damaged?

Each question is asked by itself, so that damage that one of them meets does not keep the others from being asked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from small_archive import articles

import searchlib
from searchlib import CorruptIndexError, IncompatibleIndexError

__all__ = ["DAMAGE", "DAMAGED", "QUESTIONS", "archive", "everything", "rewritten"]

DAMAGE: Final = (CorruptIndexError, IncompatibleIndexError)
DAMAGED: Final = "damaged"
_MOST: Final = 100


def archive(folder: Path, words: int = 9) -> Path:
    """A small index of three segments, with deletions in the first and a text of so many words in each document."""
    sizes = (5, 3, 2)
    rows = [row | {"text": " ".join(row["text"].split()[:words])} for row in articles(sum(sizes))]
    index = searchlib.Index.create(folder)
    start = 0
    for size in sizes:
        with index.writer() as writer:
            for row in rows[start : start + size]:
                writer.add(row)
        start += size
    with index.writer() as writer:
        writer.delete("id-1")
    assert index.stats().segments == len(sizes)
    assert len([*folder.glob("*.deletions")]) == 1
    index.close()
    return folder


def _hits(results: searchlib.Results) -> list[Any]:
    return [(hit.id, hit.score) for hit in results]


def _search(query: str, **options: Any) -> Callable[[searchlib.Index], object]:
    return lambda index: (
        _hits(index.search(query, limit=_MOST, **options)),
        index.search(query, **options).total,
    )


def _facets(index: searchlib.Index) -> object:
    results = index.search("common")
    fields = [results.facet(name) for name in ("tags", "lang", "source")]
    return [*fields, results.facet("date", by="month")]


def _shown(index: searchlib.Index) -> object:
    return [
        (hit.id, hit.fields, hit.title, str(hit.snippet), hit.snippet.marks, str(hit.marked("title")))
        for hit in index.search("summit саммит common", limit=_MOST)
    ]


def _pages(index: searchlib.Index) -> object:
    page = index.search("common", limit=2, sort="newest")
    ids = [page.ids]
    while page.cursor is not None and len(ids) < 20:  # made-up ids may lead in a circle
        page = index.search("common", limit=2, sort="newest", after=page.cursor)
        ids.append(page.ids)
    return ids


QUESTIONS: Final[dict[str, Callable[[searchlib.Index], object]]] = {
    "words": _search("summit договор river"),
    "one word": _search("common"),
    "form": _search("=саммит"),
    "phrase": _search('"summit treaty" OR "common 3"'),
    "near": _search('"common summit"~5'),
    "prefix": _search("s* OR дог*"),
    "fuzzy": _search("sumit~1 OR саммыт~1"),
    "all": _search("*"),
    "none": _search("nowhere"),
    "operators": _search("(summit OR саммит) AND common -tags:tag3"),
    "filter": _search("common", lang="en", since="2024-02", tags=["news", "tag1"]),
    "where": _search("common", where="source:[a TO q] AND url:https*"),
    "fields": _search("summit саммит", fields={"title": 3.0}),
    "sort": _search("common", sort="newest"),
    "sort by value": _search("common", sort="-source"),
    "recency": _search("common", recency=30),
    "collapsed": lambda index: [
        (hit.id, hit.duplicate_ids) for hit in index.search("common", limit=_MOST, collapse="duplicates")
    ],
    "duplicates": lambda index: [[hit.id for hit in group] for group in index.duplicates()],
    "shown": _shown,
    "facets": _facets,
    "pages": _pages,
    "stats": lambda index: (index.stats().documents, index.stats().languages, index.stats().terms),
    "length": len,
    "get": lambda index: [index.get(f"id-{number}") for number in range(12)],
    "in": lambda index: [f"id-{number}" in index for number in range(12)],
    "explain": lambda index: str(index.explain("id-4", "summit common")),
}


def everything(folder: Path) -> dict[str, object]:
    """What the index says to each question; DAMAGED where it says that a file is."""
    said: dict[str, object] = {}
    index: searchlib.Index | None = None
    for name, question in QUESTIONS.items():
        try:
            index = index or searchlib.Index.open(folder)
            said[name] = question(index)
        except DAMAGE as error:
            assert str(folder) in str(error)
            said[name] = DAMAGED
    return said


def rewritten(folder: Path) -> object:
    """What the index holds when a writer has added and deleted and made one segment of all; DAMAGED when that says so."""
    try:
        with searchlib.Index.open(folder) as index:
            with index.writer(lock_timeout=0) as writer:
                writer.add({"id": "new", "text": "common words", "lang": "en"})
                writer.delete("id-2")
                writer.delete_where("tags:tag5")
                writer.optimize()
            return [_hits(index.search("common", limit=_MOST)), index.get("id-3"), _facets(index)]
    except DAMAGE as error:
        assert str(folder) in str(error)
        return DAMAGED

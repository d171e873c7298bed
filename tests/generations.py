"""Is what a reader sees one commit, whole and alone? An archive of which every result set can tell.

Commit number g, its generation, has a crowd of documents that carry g and their number, which changes with g, and the last KEPT
entries of a log, one for each generation. One search finds all of them.

Run as a process, it reads an index for some seconds:  python generations.py FOLDER SECONDS
"""

from __future__ import annotations

import random
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import searchlib

__all__ = ["DEFINITION", "check", "generation_of", "read", "turn_pages", "write"]

KEPT: Final = 20
EVERYTHING: Final = "crowd OR log"
DEFINITION: Final = searchlib.Definition(
    fields=(
        searchlib.Field("text", "text"),
        searchlib.Field("date", "date"),
        searchlib.Field("tags", "keyword"),
    ),
    languages=("en",),
)


def _crowd(g: int) -> int:
    return 6 + 7 * g % 11


def _document(id: str, text: str, g: int) -> dict[str, Any]:
    padding = " ".join(random.Random(f"{id} {g}").choices(("river", "border", "harvest", "summit"), k=30))
    return {
        "id": id,
        "text": f"{text} generation{g} {padding}",
        "date": 1_000_000_000 + 86_400 * g,
        "tags": ["even", "odd"][g % 2],
        "g": g,
    }


def write(writer: Any, g: int) -> None:
    """Commits a generation on top of the one before."""
    for number in range(_crowd(g)):
        writer.add(_document(f"crowd-{number}", "crowd", g) | {"count": _crowd(g)})
    for number in range(_crowd(g), _crowd(g - 1)):
        assert writer.delete(f"crowd-{number}")
    if g > KEPT:
        found = writer.delete_where(f"log generation{g - KEPT}")
        assert found == 1
    writer.add(_document(f"log-{g}", "log", g))
    if g % 40 == 0:
        writer.optimize()
    else:
        writer.commit(durable=g % 4 == 0)


def check(hits: list[tuple[str, dict[str, Any]]]) -> int:
    """The generation of a result set of everything; fails when it is not one commit's."""
    crowd = {id: fields for id, fields in hits if id.startswith("crowd")}
    log = {id: fields for id, fields in hits if id.startswith("log")}
    assert len(crowd) + len(log) == len(hits)
    generations = {fields["g"] for fields in crowd.values()}
    assert len(generations) == 1, generations
    g = int(*generations)
    assert all(fields["text"].startswith(f"crowd generation{g} ") for fields in crowd.values())
    assert {fields["count"] for fields in crowd.values()} == {_crowd(g)}
    assert set(crowd) == {f"crowd-{number}" for number in range(_crowd(g))}
    assert set(log) == {f"log-{number}" for number in range(max(1, g - KEPT + 1), g + 1)}
    assert all(fields["id"] == id == f"log-{fields['g']}" for id, fields in log.items())
    return g


def generation_of(results: searchlib.Results) -> int:
    """The generation of a result set of everything, with its figures."""
    g = check([(hit.id, hit.fields) for hit in results])
    even, odd = (results.facet("tags").get(tag, 0) for tag in ("even", "odd"))
    assert even + odd == results.total == len(results)
    assert (even if g % 2 == 0 else odd) >= _crowd(g)
    return g


def read(index: searchlib.Index, going_on: Callable[[], bool], *, refresh: bool) -> int:
    """Searches again and again. Gives how often it saw another generation, which never goes back.

    Some results wait, and their documents are first read when their snapshot is long not the newest.
    """
    seen = last = 0
    waiting: deque[tuple[int, int, searchlib.Results]] = deque()  # with the generations seen before and after
    while going_on():
        if refresh:
            index.refresh()
        later = index.search(EVERYTHING, limit=100, sort="newest")
        g = generation_of(index.search(EVERYTHING, limit=100))
        assert g >= last
        waiting.append((last, g, later))
        seen += g > last
        last = g
        if len(waiting) > 8:
            low, high, results = waiting.popleft()
            assert low <= generation_of(results) <= high
    return seen


def turn_pages(folder: Path, going_on: Callable[[], bool]) -> int:
    """Turns the pages of one snapshot slowly, and reads the fields of the first at the end. Gives how often."""
    turned = 0
    while going_on():
        index = searchlib.Index.open(folder)
        pages = [index.search(EVERYTHING, limit=4, sort="newest")]
        while pages[-1].cursor is not None and len(pages[-1]) == 4:
            time.sleep(0.01)
            pages.append(index.search(EVERYTHING, limit=4, sort="newest", after=pages[-1].cursor))
        hits = [hit for page in pages for hit in page]
        assert len(hits) == len({hit.id for hit in hits}) == pages[0].total
        index.close()
        check([(hit.id, hit.fields) for hit in reversed(hits)])
        turned += 1
    return turned


def main() -> None:
    folder, end = Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])
    print("reading", flush=True)
    seen = read(searchlib.Index.open(folder), lambda: time.monotonic() < end, refresh=True)
    turned = turn_pages(folder, lambda: time.monotonic() < end + 0.3)
    print(seen, turned)


if __name__ == "__main__":
    main()

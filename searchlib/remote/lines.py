"""What does an archive on a cluster know of lines that recur across the pages of a source? A document of its own in the list of words.

It is what an index on disk keeps in its manifest (searchlib/storage/boilerplate.py). Several writers may learn at a time: who comes second adds
what it has counted since it read what was known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from searchlib.errors import IndexNotFoundError, RemoteError
from searchlib.storage.boilerplate import Boilerplate, Known, checked

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.remote.cluster import Cluster

__all__ = ["RecurringLines", "known_lines"]

_PATH: Final = "_doc/%23lines"  # no term has a #
_TAKEN: Final = 409  # the status of what somebody else has written meanwhile
_ATTEMPTS: Final = 5


def known_lines(words: Cluster) -> Known:
    """What is known at this moment. words: the list of words. Raises RemoteError."""
    return _read(words)[0]


class RecurringLines:
    """Reads what is known, and adds to it. For one writer."""

    def __init__(self, words: Cluster, definition: Definition) -> None:
        self._words = words
        self._definition = definition
        self._base: Known = ()
        self._place: dict[str, Any] = {}

    def begin(self) -> Boilerplate:
        """What is known, to judge by and to learn from. Raises RemoteError."""
        self._base, self._place = _read(self._words)
        return Boilerplate(self._definition, self._base)

    def save(self, known: Known) -> None:
        """Keeps what was learned since begin() or the last save. Raises RemoteError, and may be called again then."""
        if known == self._base:
            return
        both, place = known, self._place
        for _ in range(_ATTEMPTS):
            answer = self._words.index_request(
                "PUT", _PATH, {"lines": {"known": both}}, place, ignore=(_TAKEN,)
            )
            if "result" in answer:
                self._base, self._place = both, _place(answer)
                return
            theirs, place = _read(self._words)
            both = Boilerplate(self._definition, _together(self._base, known, theirs)).known()
        raise RemoteError(
            str(self._words.address),
            "several writers learn the recurring lines of sources at the same time, again and again",
            hint="call commit() again",
            passing=True,
        )

    def take_over(self, known: Known) -> None:
        """Keeps what an index on disk knows, unless something is known already. Raises RemoteError."""
        self.begin()
        if not self._base:
            self.save(known)

    def forget(self) -> None:
        """Forgets all that is known. Raises RemoteError."""
        self._words.index_request("DELETE", _PATH, ignore=(404,))
        self._base, self._place = (), _place(None)


def _read(words: Cluster) -> tuple[Known, dict[str, Any]]:
    """What is known, and what tells whether somebody writes it before us."""
    found = words.index_request("GET", _PATH, ignore=(404,))
    if "found" not in found:
        raise IndexNotFoundError(
            str(words.address), f"{words.address}: the list of the archive's words is not there"
        )
    if not found["found"]:
        return (), _place(None)
    try:
        return checked(found["_source"]["lines"]["known"]), _place(found)
    except (KeyError, TypeError, ValueError) as error:
        raise RemoteError(
            str(words.address),
            f"what is known of recurring lines cannot be true: {error}",
            hint="remove the document '#lines' of that index: it is learned anew",
        ) from None


def _place(document: dict[str, Any] | None) -> dict[str, Any]:
    if document is None:
        return {"op_type": "create"}
    return {"if_seq_no": document["_seq_no"], "if_primary_term": document["_primary_term"]}


def _together(before: Known, mine: Known, theirs: Known) -> Known:
    """What somebody else knows, and what we have counted since before."""
    counted = {name: (documents, dict(lines)) for name, documents, lines in theirs}
    old = {name: (documents, dict(lines)) for name, documents, lines in before}
    for name, documents, lines in mine:
        seen, known = old.get(name, (0, {}))
        others, counts = counted.get(name, (0, {}))
        for line, count in lines:
            counts[line] = counts.get(line, 0) + max(0, count - known.get(line, 0))
        counted[name] = others + max(0, documents - seen), {line: n for line, n in counts.items() if n}
    return tuple(
        (name, documents, tuple((line, min(count, documents)) for line, count in lines.items()))
        for name, (documents, lines) in counted.items()
    )

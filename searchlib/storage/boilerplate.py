"""Which lines of a page are not its own? Those that many pages of its source have: "Back to all news", teasers, menus.

A line is boilerplate of a source when at least FEWEST of its documents, and at least SHARE of them, have it; case, digits and
blanks make no difference. It is left out of what is indexed, never of what is stored. Titles are left as they are, and so is a text
that would have no line left: it is all that its document says.

The source of a document is its `source`, else the host of its `url`, else the folder of its file. Documents wait, in the order in which
they were added, until ENOUGH documents of the source at their head are known, or MOST_WAITING wait, or the writer needs them.
What is already in the index when a line becomes boilerplate keeps it until it is added again.

What is known of the sources is part of the manifest, so that it is committed and rolled back with the documents. It is bounded: lines that
few documents of a source have are forgotten first, which can only make a line pass for a document's own.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from typing import Final

from searchlib.definitions import Definition
from searchlib.documents import Document
from searchlib.storage._segment import hash64

__all__ = ["Boilerplate", "Known", "boilerplate_of", "checked", "folded", "judges", "source_of"]

Known = tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...]
"""Of each source its name, how many of its documents were seen, and its lines, folded, with how many had them."""

FEWEST: Final = 5  # documents that have a line of boilerplate
SHARE: Final = 10  # one in so many documents of the source, at least, has it
ENOUGH: Final = 20  # documents of a source that are known before one is judged
MOST_WAITING: Final = 256  # documents
MOST_WAITING_LETTERS: Final = 8 << 20
MOST_SOURCES: Final = 200  # of others nothing is learned
MOST_LINES: Final = (
    1_000  # of one source, in memory; the more frequent half of them is kept when they are more
)
MOST_LETTERS: Final = 100  # of a line and of a source's name
MOST_BYTES: Final = 64 << 10  # of what the manifest keeps
_DIGIT: Final = re.compile(r"\d")


def judges(definition: Definition, page: str | None) -> bool:
    """May lines of a document belong to its source? page: as of Writer.add."""
    wanted = definition.boilerplate
    return page is not None if wanted is None else wanted


def folded(line: str) -> str:
    """What a line is counted as; "" when it says nothing. A long one is cut, and its hash makes it certain."""
    text = _DIGIT.sub("0", " ".join(line.split()).casefold())
    if len(text) <= MOST_LETTERS:
        return text
    return f"{text[: MOST_LETTERS - 17]}\u2026{hash64(text.encode()):016x}"


def source_of(document: Document, file: str) -> str:
    """The source of a document that was read from a file; "" when nothing tells."""
    name = _first(document.stored.get("source"))
    if not name:
        address = _first(document.stored.get("url"))
        name = re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)[0].casefold()
    if not name:
        name = file.replace("\\", "/").rpartition("/")[0]
        name = name.encode(errors="replace").decode()  # a file's name need not be UTF-8
    if len(name) <= MOST_LETTERS:
        return name
    return f"{name[: MOST_LETTERS - 17]}\u2026{hash64(name.encode()):016x}"


def boilerplate_of(known: Known) -> dict[str, dict[str, int]]:
    """The lines that are left out, by source, with how many documents had them, the most frequent first."""
    found = {}
    for name, documents, lines in known:
        if chosen := {line: count for line, count in lines if _recurs(count, documents)}:
            found[name] = dict(sorted(chosen.items(), key=lambda one: (-one[1], one[0])))
    return found


def checked(values: object) -> Known:
    """What a manifest says, when it can be true. Raises ValueError or TypeError."""
    if not isinstance(values, list):
        raise TypeError("'boilerplate' is not a list")
    known = []
    for name, documents, lines in values:
        counts = tuple((line, count) for line, count in lines)
        if not isinstance(name, str) or type(documents) is not int or documents < 0:
            raise ValueError("a source of 'boilerplate' has no name or no number of documents")
        if any(
            not isinstance(line, str) or type(count) is not int or not 0 < count <= documents
            for line, count in counts
        ):
            raise ValueError("a line of 'boilerplate' is in more documents than there are")
        known.append((name, documents, counts))
    return tuple(known)


class Boilerplate:
    """What one writer knows of the lines of sources, and the documents that wait for it. Not thread-safe."""

    def __init__(self, definition: Definition, known: Known) -> None:
        self._judged = [
            number for number, field in enumerate(definition.text_fields) if field.name != "title"
        ]
        self._documents = {name: documents for name, documents, _ in known}
        self._counts = {name: dict(lines) for name, _, lines in known}
        self._waiting: deque[tuple[Document, str | None]] = deque()
        self._letters = 0
        self._seen: set[str] = set()

    def __len__(self) -> int:
        """How many documents wait."""
        return len(self._waiting)

    @property
    def sources(self) -> list[str]:
        """Of which something is known."""
        return list(self._documents)

    def seen(self, id: str) -> bool:
        """Have the lines of this document been counted since the last commit?"""
        return id in self._seen

    def wait(self, document: Document, source: str | None, *, new: bool) -> None:
        """Adds a document at the end. source None: all its lines are its own. new: it replaces none that was counted."""
        if source is not None and new:
            self._learn(document, source)
        self._waiting.append((document, source))
        self._letters += sum(map(len, document.texts))

    def take(self, *, all: bool = False) -> Document | None:
        """The document at the head as it is to be indexed, once enough is known; all: now. None: there is none."""
        if not self._waiting:
            return None
        document, source = self._waiting[0]
        if not (
            all
            or source is None
            or self._documents.get(source, ENOUGH) >= ENOUGH
            or len(self._waiting) > MOST_WAITING
            or self._letters > MOST_WAITING_LETTERS
        ):
            return None
        self._waiting.popleft()
        self._letters -= sum(map(len, document.texts))
        counts = None if source is None else self._counts.get(source)
        if source is not None and counts:
            seen = self._documents.get(source, 0)
            self.leave_out(document, lambda line: _recurs(counts.get(line, 0), seen))
        return document

    def known(self) -> Known:
        """What the next commit is to keep: what the largest share of a source's documents have, as far as there is room."""
        room = MOST_BYTES
        chosen: dict[str, list[tuple[str, int]]] = {}
        for name in self._documents:
            room -= len(name.encode()) + 40
            chosen[name] = []
        lines = [
            (count / self._documents[name], name, line, count)
            for name, counts in self._counts.items()
            for line, count in reversed(counts.items())  # of equal ones the latest
        ]
        lines.sort(key=lambda one: -one[0])
        for _, name, line, count in lines:
            room -= len(json.dumps(line, ensure_ascii=False).encode()) + 14
            if room < 0:
                break
            chosen[name].append((line, count))
        # the latest last again, as in memory
        return tuple((name, self._documents[name], tuple(reversed(kept))) for name, kept in chosen.items())

    def _learn(self, document: Document, source: str) -> None:
        if source not in self._documents:
            if len(self._documents) >= MOST_SOURCES:
                return
            self._documents[source], self._counts[source] = 0, {}
        self._seen.add(document.id)
        self._documents[source] += 1
        counts = self._counts[source]
        lines = [folded(line) for number in self._judged for line in document.texts[number].split("\n")]
        for line in dict.fromkeys(lines):
            if line:
                counts[line] = counts.get(line, 0) + 1
        if len(counts) > MOST_LINES:
            kept = sorted(counts.items(), key=lambda one: one[1])  # of equal ones the latest last
            self._counts[source] = dict(kept[-(MOST_LINES // 2) :])

    def recurring(self, document: Document, source: str) -> list[str]:
        """The lines of a document that belong to its source by what is known now, folded, the most frequent first."""
        counts, documents = self._counts.get(source, {}), self._documents.get(source, 0)
        lines = {folded(line) for number in self._judged for line in document.texts[number].split("\n")}
        found = {line: count for line in lines if _recurs(count := counts.get(line, 0), documents)}
        return sorted(found, key=lambda line: (-found[line], line))

    def leave_out(self, document: Document, recurs: Callable[[str], bool]) -> None:
        """Takes lines out of a document's texts, but for a text that would have none left. recurs: told of each, folded."""
        texts = list(document.texts)
        for number in self._judged:
            lines = texts[number].split("\n")
            own = [line for line in lines if not recurs(folded(line))]
            if len(own) < len(lines) and any(line and not line.isspace() for line in own):
                texts[number] = "\n".join(own)
        document.texts = tuple(texts)


def _recurs(count: int, documents: int) -> bool:
    return count >= FEWEST and count * SHARE >= documents


def _first(value: object) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() if isinstance(value, str) else ""

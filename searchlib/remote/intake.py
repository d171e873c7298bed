"""Where is a document between add() and the batches that go to a cluster? It may wait until it is told which of its lines are its own.

Lines are judged by the rules of an index on disk (searchlib/storage/boilerplate.py). Whether a document is new, so that its lines count, the cluster is
asked for many documents at once.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from searchlib.storage.boilerplate import Boilerplate, Known, judges, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchlib.documents import Document
    from searchlib.remote.bulk import Bulk
    from searchlib.remote.cluster import Cluster
    from searchlib.remote.layout import Layout
    from searchlib.remote.lines import RecurringLines

__all__ = ["RemoteIntake"]

_TOGETHER: Final = 200  # documents whose ids the cluster is asked for at once
_MOST_LINES: Final = 50  # of a document that are tried one by one


class RemoteIntake:
    """The documents of one writer that it has not given to Bulk yet, in their order. Not for several threads at once.

    Whatever sends raises SearchError as Bulk does, and loses nothing: the next call goes on. lines: None: none is left out.
    """

    def __init__(self, cluster: Cluster, bulk: Bulk, layout: Layout, lines: RecurringLines | None) -> None:
        self._cluster = cluster
        self._bulk = bulk
        self._layout = layout
        self._lines = lines
        self._order = time.time_ns()
        self._boilerplate: Boilerplate | None = None
        self._unjudged: list[tuple[Document, str | None]] = []  # with what are judged, their files
        self._ready: deque[Document] = deque()

    def add(self, document: Document, page: str | None) -> None:
        """Takes a document in. page: as of Writer.add."""
        judged = self._lines is not None and judges(self._layout.definition, page)
        if len(self._unjudged) >= _TOGETHER:
            self._judge()
        self._send()
        if judged or self._unjudged or self._boilerplate:
            self._unjudged.append((document, (page or "") if judged else None))
        else:
            self._give(document)

    def move(self, document: Document, lengths: Sequence[int], known: Boilerplate) -> None:
        """Takes in a document of an index on disk, without the lines that were left out there, as far as the lengths tell.

        lengths: of what is indexed there of its text fields; known: what is known there now.
        """
        source = self._layout.source_of(document, self._order + 1)
        if list(source["lengths"].values()) != list(lengths):
            self._leave_out(document, list(lengths), known)
            source = self._layout.source_of(document, self._order + 1)
        self._give(document, source)

    def _leave_out(self, document: Document, lengths: list[int], known: Boilerplate) -> None:
        """What was known when it was indexed were the most frequent of the lines that are known now. Where nothing tells its source, it
        may be of any."""
        whole = document.texts
        own = source_of(document, "")
        for name in [own] if own else known.sources:
            lines = known.recurring(document, name)[:_MOST_LINES]
            for count in range(len(lines), 0, -1):
                document.texts = whole
                known.leave_out(document, frozenset(lines[:count]).__contains__)
                if self._lengths(document) == lengths:
                    return
        document.texts = whole

    def _lengths(self, document: Document) -> list[int]:
        return [self._layout.places(text)[1] for text in document.texts]

    def release(self) -> None:
        """Gives Bulk everything."""
        self._judge(all=True)
        self._send()

    def known(self) -> Known | None:
        """What was learned of sources, once everything was given to Bulk; None: nothing was judged."""
        return None if self._boilerplate is None else self._boilerplate.known()

    def discard(self) -> None:
        """Forgets the documents, and what was learned from them."""
        self._unjudged.clear()
        self._ready.clear()
        self._boilerplate = None

    def learned(self) -> None:
        """What was learned is kept: the next document is judged by what all writers know then."""
        self._boilerplate = None

    def _judge(self, *, all: bool = False) -> None:
        """Has the documents wait for others of their source, and takes those out that need not any more; all: none is to wait."""
        if self._unjudged and self._lines is not None:
            if self._boilerplate is None:
                self._boilerplate = self._lines.begin()
            known = self._boilerplate
            asked = [one.id for one, file in self._unjudged if file is not None and not known.seen(one.id)]
            found = self._cluster.documents(asked, {"_source": "false"}) if asked else []
            there = {id for id, document in zip(asked, found, strict=True) if document is not None}
            for document, file in self._unjudged:
                source = None if file is None else source_of(document, file)
                known.wait(document, source, new=not known.seen(document.id) and document.id not in there)
                self._take(known)
            self._unjudged.clear()
        if self._boilerplate is not None and all:
            self._take(self._boilerplate, all=True)

    def _take(self, known: Boilerplate, *, all: bool = False) -> None:
        while (document := known.take(all=all)) is not None:
            self._ready.append(document)

    def _send(self) -> None:
        while self._ready:
            self._give(self._ready[0])
            self._ready.popleft()

    def _give(self, document: Document, source: dict[str, Any] | None = None) -> None:
        if source is None:
            source = self._layout.source_of(document, self._order + 1)
        self._bulk.index(document.id, source)
        self._order += 1

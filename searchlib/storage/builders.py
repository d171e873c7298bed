"""Who builds segments besides the writer's process? Documents in chunks, each of which becomes a segment, here or in another process.

Chunks hold documents in the order in which they were added, and come to the draft in their own, whoever is first: so documents stand
in the order that they have when one process builds alone. The writer's process prepares documents, and builds a chunk itself
when the others have work enough until it is through with it, and at the end its share of what they have not begun.
"""

from __future__ import annotations

import weakref
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Final

from searchlib.definitions import Definition
from searchlib.documents import Document, Preparer
from searchlib.language import Analyzer
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.draft import Draft
from searchlib.storage.durable import replace_file
from searchlib.storage.manifest import SegmentNames
from searchlib.storage.pipe import Batch, documents_of
from searchlib.storage.pool import Chunk, Pool
from searchlib.storage.segment import Segment

__all__ = ["Builders"]

CHUNK_DOCUMENTS: Final = 16_384
CHUNK_BYTES: Final = 64 << 20
BATCH_BYTES: Final = 1 << 19


class Builders:
    """The documents of one writer that are not in its draft yet. The writer calls it from one thread at a time."""

    def __init__(
        self,
        folder: Path,
        definition: Definition,
        analyzer: Analyzer,
        names: SegmentNames,
        workers: int,
        memory: int,
    ) -> None:
        self._folder = folder
        self._definition = definition
        self._analyzer = analyzer
        self._names = names
        self._others = workers - 1
        # a worker has a chunk in lists, which take half as much again as its documents, and one that waits
        self._chunk_bytes = min(CHUNK_BYTES, memory // (3 * workers))
        self._label = Preparer(definition).label
        self._begin()

    def _begin(self) -> None:
        self._pool = Pool(self._folder, self._definition, self._others)
        self._forgotten = weakref.finalize(self, self._pool.end)  # and when the interpreter ends
        self._chunks: deque[Chunk] = deque()  # that are not in the draft, the oldest first
        self._open: Chunk | None = None  # the newest, while documents come to it
        self._own: SegmentBuilder | None = None  # builds the open chunk, when that is done here
        self._batch = Batch(self._definition)
        self._ahead = self._chunk_bytes  # bytes of a full chunk, as the last one was

    def add(self, document: Document, draft: Draft) -> None:
        """Adds a document that may be without its language. Raises what went wrong, here or in a process, now or before."""
        chunk = self._open
        if chunk is None:
            self._take(draft)
            chunk = self._open = Chunk()
            self._chunks.append(chunk)
            if self._pool.provided(self._ahead):
                self._own = self._builder()
        chunk.documents += 1
        if self._own is not None:
            self._own.add(self._label(document))
            size = self._own.memory
        else:
            self._batch.add(document)
            if self._batch.bytes >= BATCH_BYTES:
                self._pool.put(chunk, self._batch.take())
            size = chunk.bytes
        if size >= self._chunk_bytes or chunk.documents >= CHUNK_DOCUMENTS:
            self._complete(chunk)

    def flush(self, draft: Draft) -> None:
        """Waits until all documents are in the draft. Raises as add() does."""
        if self._open is not None:
            self._complete(self._open)
        while (taken := self._pool.take_back()) is not None:
            chunk, before = taken
            if before is not None:
                self._chunks.insert(self._chunks.index(before) + 1, chunk)
            self._build(chunk)
        while self._chunks:
            self._pool.wait(self._chunks[0])
            self._take(draft)

    def discard(self) -> None:
        """Forgets all documents that are not in the draft, and ends the processes; others are started when there is need."""
        self.close()
        self._begin()

    def close(self) -> None:
        """The end: what is not in the draft is lost."""
        if self._own is not None:
            self._own.discard()
        self._forgotten()

    def _complete(self, chunk: Chunk) -> None:
        self._open = None
        own, self._own = self._own, None
        if own is not None:
            self._finish(own, chunk)
            return
        if len(self._batch):
            self._pool.put(chunk, self._batch.take())
        self._pool.complete(chunk)
        if chunk.documents >= CHUNK_DOCUMENTS:
            self._ahead = chunk.bytes

    def _builder(self) -> SegmentBuilder:
        return SegmentBuilder(self._folder, self._names.new(), self._definition, self._analyzer)

    def _build(self, chunk: Chunk) -> None:
        """Makes a segment here of a chunk that was meant for a process."""
        builder = self._builder()
        try:
            while chunk.batches:
                for document in documents_of(chunk.batches.popleft(), self._definition):
                    builder.add(self._label(document))
        except BaseException:
            builder.discard()
            raise
        self._finish(builder, chunk)

    def _finish(self, builder: SegmentBuilder, chunk: Chunk) -> None:
        try:
            chunk.built = builder.finish()
        except BaseException:
            builder.discard()
            raise

    def _take(self, draft: Draft) -> None:
        """Takes the chunks that are segments into the draft, as far as none before them is missing."""
        while self._chunks and self._chunks[0].built is not None:
            entry, replaced = self._chunks[0].built
            if entry.file == self._chunks[0].file:
                entry = replace(entry, file=self._names.new())
                replace_file(self._folder / self._chunks[0].file, self._folder / entry.file)
                self._pool.files.discard(self._chunks[0].file)
            draft.append(Segment(self._folder, entry), replaced)
            self._chunks.popleft()

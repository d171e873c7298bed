"""How do documents get in and out? Adding, replacing, deleting, committing, rolling back.

A writer collects documents in memory, writes a segment whenever they exceed its budget, and makes all of them visible at
once when it commits. Until then the index on disk is untouched but for files that no commit names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from threading import RLock
from time import monotonic
from types import TracebackType
from typing import Any, Final

from searchlib.documents import Preparer
from searchlib.errors import DocumentError, SearchError, StorageError
from searchlib.language import Analyzer
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.lock import WriteLock
from searchlib.storage.manifest import Manifest, SegmentEntry, remove_strays, write_deletions
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment
from searchlib.storage.snapshot import Snapshot
from searchlib.storage.tiers import to_merge

__all__ = ["Progress", "Writer"]

_MOST_AT_COMMIT: Final = 4_096  # documents that a commit merges into one segment: well under a tenth of a second
_REPORT_EVERY: Final = 0.1  # seconds between two calls of on_progress


@dataclass(frozen=True, slots=True)
class Progress:
    """How far add_from has come. consumed and total_bytes are bytes of input on disk; total_bytes None: not known."""

    documents: int
    skipped: int
    consumed: int
    total_bytes: int | None
    seconds: float


class Writer:
    """Adds documents to an index. As a context manager it commits on a clean exit and rolls back on an exception.

    Threads may share a writer; its calls run one after the other. At most one writer exists for an index at a time,
    whatever the number of processes; readers are not held up by it.
    """

    def __init__(
        self,
        folder: Path,
        analyzer: Analyzer,
        *,
        memory_mb: int = 256,
        lock_timeout: float = 10.0,
        on_commit: Callable[[], None] | None = None,
        matching: Callable[[Snapshot, str], Sequence[Iterable[int]]] | None = None,
    ) -> None:
        if memory_mb < 1:
            raise ValueError(f"memory_mb is at least 1, not {memory_mb}")
        self._folder = folder
        self._analyzer = analyzer
        self._budget = memory_mb << 20
        self._on_commit = on_commit
        self._matching = matching
        self._guard = RLock()
        self._failure: BaseException | None = None
        self._lock: WriteLock | None = WriteLock(folder, lock_timeout)
        self._builder: SegmentBuilder | None = None
        self._snapshot: Snapshot | None = None
        try:
            self._start()
        except BaseException:
            self._lock.release()
            self._lock = None  # nothing is left for close() to undo
            raise

    def _start(self) -> None:
        """Takes the newest commit as the state to write on, and removes what no commit names."""
        self._snapshot = Snapshot.open(self._folder, self._snapshot)
        self._manifest = self._snapshot.manifest
        remove_strays(self._folder, self._manifest.files())
        self._prepare = Preparer(self._manifest.definition)
        self._segments = list(self._snapshot.segments)
        self._entries: list[SegmentEntry] = list(self._manifest.segments)
        self._live = list(self._snapshot.live)
        self._changed: dict[int, bytearray] = {}
        self._next = self._manifest.next
        self._added = 0
        self._deleted = 0
        self._failure = None

    @property
    def documents(self) -> int:
        """Documents added since the last commit, replaced ones included."""
        return self._added

    def add(self, record: Mapping[str, Any]) -> str:
        """Adds a document and gives its id; one that has the same id is replaced when this is committed.

        Raises DocumentError when the record cannot be a document (nothing was added then, and the writer goes on), and
        StorageError when the disk refuses: then only rollback() is left.
        """
        document = self._prepare(record)
        with self._guard:
            self._check()
            try:
                if self._builder is None:
                    self._builder = SegmentBuilder(
                        self._folder, f"{self._next:08d}.segment", self._manifest.definition, self._analyzer
                    )
                    self._next += 1
                self._builder.add(document)
                self._replace(document.id)
                self._added += 1
                if self._builder.memory > self._budget:
                    self._flush()
            except BaseException as error:
                self._failure = error
                raise
        return document.id

    def delete(self, id: str) -> bool:
        """Deletes the document with this id when this is committed; False when there is none.

        Within one commit the last word on an id counts: a document that is added again afterwards is there.
        """
        with self._guard:
            self._check()
            found = self._builder is not None and self._builder.delete(id)
            found = self._replace(id) or found
            self._deleted += found
            return found

    def delete_where(self, query: str) -> int:
        """Deletes every document that a query finds, those added since the last commit among them, and gives their number.

        query: anything of the query language, all of whose words are needed. Raises QueryError; then nothing was deleted.
        """
        with self._guard:
            self._check()
            if self._matching is None:
                raise SearchError("this writer was not made by an index: it cannot look a query up")
            try:
                self._flush()
            except BaseException as error:
                self._failure = error
                raise
            entries = tuple(
                replace(entry, deleted=entry.documents - self._alive(i))
                for i, entry in enumerate(self._entries)
            )
            live = [
                bytes(self._changed[i]) if i in self._changed else self._live[i] for i in range(len(entries))
            ]
            now = Snapshot(replace(self._manifest, segments=entries), list(self._segments), live)
            found = 0
            for i, docs in enumerate(self._matching(now, query)):
                for doc in docs:
                    found += self._delete(i, doc)
            self._deleted += found
            return found

    def clear(self) -> None:
        """Deletes all documents when this is committed."""
        with self._guard:
            self._check()
            self._discard()
            self._deleted += sum(self._alive(i) for i in range(len(self._entries)))
            self._segments, self._entries, self._live, self._changed = [], [], [], {}
            self._added = 0

    def add_from(
        self,
        paths: Iterable[str | PathLike[str]],
        *,
        strict: bool = False,
        on_error: Callable[[DocumentError], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> int:
        """Adds every document of files and folders ('-': JSON lines on stdin) and gives their number.

        A malformed record is skipped and given to on_error; with strict it is raised, and so it is without on_error.
        on_progress is called about ten times a second and once at the end.
        """
        from searchlib.sources import read, total_bytes

        chosen = list(paths)
        total = total_bytes(chosen) if on_progress is not None else None
        began = reported = monotonic()
        added = skipped = consumed = 0

        def skip(error: DocumentError) -> None:
            nonlocal skipped
            if strict or on_error is None:
                raise error
            skipped += 1
            on_error(error)

        for record in read(chosen, on_error=skip):
            try:
                self.add(record.values)
                added += 1
            except DocumentError as error:
                skip(error.at(record.source, record.line))
            consumed = record.consumed
            if on_progress is not None and monotonic() - reported >= _REPORT_EVERY:
                reported = monotonic()
                on_progress(Progress(added, skipped, consumed, total, reported - began))
        if on_progress is not None:
            on_progress(Progress(added, skipped, consumed, total, monotonic() - began))
        return added

    def commit(self) -> None:
        """Makes everything added so far visible and durable, at once.

        Raises StorageError; the last commit then stands, unless it was the very last step that failed, making the
        folder durable: then the new one is visible already.
        """
        with self._guard:
            self._check()
            if not (self._added or self._deleted):
                return
            try:
                self._flush()
                while chosen := to_merge(self._sizes(), _MOST_AT_COMMIT):
                    self._merge(chosen)
                self._publish()
            except BaseException as error:
                self._failure = error
                raise
            self._go_on()

    def optimize(self) -> None:
        """Commits, and makes one segment of all, without deleted documents. Raises StorageError."""
        with self._guard:
            self._check()
            try:
                self._flush()
                sizes = self._sizes()
                if len(sizes) > 1 or any(living < documents for documents, living in sizes):
                    self._merge(range(len(sizes)))
                elif not (self._added or self._deleted):
                    return
                self._publish()
            except BaseException as error:
                self._failure = error
                raise
            self._go_on()

    def _sizes(self) -> list[tuple[int, int]]:
        return [(entry.documents, self._alive(i)) for i, entry in enumerate(self._entries)]

    def _merge(self, chosen: range) -> None:
        """Makes one segment of neighbours, still unknown to any commit."""
        live = [bytes(self._changed[i]) if i in self._changed else self._live[i] for i in chosen]
        if any(self._alive(i) for i in chosen):
            merged = merge(
                self._folder,
                f"{self._next:08d}.segment",
                self._manifest.definition,
                [self._segments[i] for i in chosen],
                live,
                durable=True,
            )
            self._next += 1
            if merged is None:
                raise AssertionError("nobody asked the merge to stop")
            entries, segments = [merged[0]], [Segment(self._folder, merged[0])]
        else:
            entries, segments = [], []
        place = slice(chosen.start, chosen.stop)
        self._entries[place] = entries
        self._segments[place] = segments
        self._live[place] = [None] * len(entries)
        shift = len(entries) - len(chosen)
        self._changed = {
            (i if i < chosen.start else i + shift): live
            for i, live in self._changed.items()
            if i not in chosen
        }

    def _publish(self) -> None:
        """Makes what was written the newest commit."""
        generation = self._manifest.generation + 1
        for i, live in self._changed.items():
            entry = self._entries[i]
            name = f"{Path(entry.file).stem}.{generation}.deletions"
            self._entries[i] = write_deletions(self._folder, name, entry, bytes(live))
        kept = tuple(entry for entry in self._entries if entry.deleted < entry.documents)
        manifest = replace(self._manifest, generation=generation, next=self._next, segments=kept)
        manifest.commit(self._folder)

    def _go_on(self) -> None:
        """Takes the commit just made as the state to write on, and tells whoever waits for it."""
        self._start()
        if self._on_commit is not None:
            self._on_commit()

    def rollback(self) -> None:
        """Forgets everything added since the last commit. The writer can go on."""
        with self._guard:
            self._check_open()
            self._discard()
            self._start()

    def close(self) -> None:
        """Lets go of the index; what was not committed is rolled back. May be called again."""
        with self._guard:
            if self._lock is not None:
                try:
                    self._discard()
                    remove_strays(self._folder, Manifest.read(self._folder).files())
                finally:
                    self._lock.release()
                    self._lock = None

    def __enter__(self) -> Writer:
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._lock is not None:
                self.commit()
        finally:
            self.close()

    def __del__(self) -> None:
        if getattr(self, "_lock", None) is not None:
            self.close()

    def _check_open(self) -> None:
        if self._lock is None:
            raise SearchError(f"{self._folder}: this writer is closed; ask the index for another")

    def _check(self) -> None:
        self._check_open()
        if self._failure is not None:
            raise StorageError(
                self._folder, "an earlier step of this writer failed; roll it back before going on"
            ) from self._failure

    def _discard(self) -> None:
        if self._builder is not None:
            self._builder.discard()
            self._builder = None

    def _flush(self) -> None:
        """Writes what is in memory as a segment, still unknown to any commit."""
        builder, self._builder = self._builder, None
        if builder is None:
            return
        try:
            entry, replaced = builder.finish(durable=True)
        except BaseException:
            builder.discard()
            raise
        self._segments.append(Segment(self._folder, entry))
        self._entries.append(entry)
        self._live.append(None)
        for doc in replaced:
            self._delete(len(self._entries) - 1, doc)

    def _replace(self, id: str) -> bool:
        """Marks the documents with this id in all segments already written as deleted. Was there any?"""
        found = False
        for i, segment in enumerate(self._segments):
            doc = segment.file.find_id(id)
            if doc >= 0:
                found = self._delete(i, doc) or found
        return found

    def _alive(self, i: int) -> int:
        """Living documents of a segment, as things stand."""
        live = self._changed.get(i)
        if live is None:
            return self._entries[i].documents - self._entries[i].deleted
        return int.from_bytes(live, "little").bit_count()

    def _delete(self, i: int, doc: int) -> bool:
        """Marks a document of a segment as deleted. Was it alive?"""
        live = self._changed.get(i)
        if live is None:
            kept = self._live[i]
            if kept is None:
                documents = self._entries[i].documents
                live = bytearray(((1 << documents) - 1).to_bytes((documents + 7) // 8, "little"))
            else:
                if not kept[doc >> 3] >> (doc & 7) & 1:
                    return False
                live = bytearray(kept)
            self._changed[i] = live
        alive = bool(live[doc >> 3] >> (doc & 7) & 1)
        live[doc >> 3] &= ~(1 << (doc & 7)) & 0xFF
        return alive

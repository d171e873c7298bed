"""How do documents get in and out? Adding, replacing, deleting, committing, rolling back.

A writer collects documents in memory and in segments that nobody sees (intake.py), and makes all of them visible at
once when it commits. Until then the index on disk is untouched but for files that no commit names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from searchlib.errors import DocumentError, SearchError, StorageError
from searchlib.language import Analyzer
from searchlib.storage.draft import Draft
from searchlib.storage.durable import sync_file
from searchlib.storage.intake import Intake
from searchlib.storage.lock import WriteLock
from searchlib.storage.manifest import Manifest, SegmentNames, remove_strays
from searchlib.storage.merging import Merging
from searchlib.storage.segment import Segment, open_files
from searchlib.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from searchlib.storage.adding import Progress
    from searchlib.storage.boilerplate import Known

__all__ = ["Writer"]


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
        workers: int = 1,
        lock_timeout: float = 10.0,
        on_commit: Callable[[], None] | None = None,
        matching: Callable[[Snapshot, str], Sequence[Iterable[int]]] | None = None,
    ) -> None:
        if memory_mb < 1:
            raise ValueError(f"memory_mb is at least 1, not {memory_mb}")
        if workers < 1:
            raise ValueError(f"workers is at least 1, not {workers}")
        self._folder = folder
        self._on_commit = on_commit
        self._matching = matching
        self._guard = RLock()
        self._process = os.getpid()
        self._failure: BaseException | None = None
        self._snapshot: Snapshot | None = None
        self._lock: WriteLock | None = WriteLock(folder, lock_timeout)
        try:
            self._names = SegmentNames(folder)
            self._start()
            self._tell_what_is_lost()
            definition, known = self._manifest.definition, self._manifest.boilerplate
            self._intake = Intake(folder, definition, analyzer, self._names, memory_mb << 20, known)
            self._merging = Merging(folder, definition, self._names)
            self._remove_strays()
            if workers > 1:
                self._intake.share(workers)
        except BaseException:
            self._lock.release()
            self._lock = None  # nothing is left for close() to undo
            raise

    def _start(self, known: Iterable[Segment] = ()) -> None:
        """Takes the newest commit as the state to write on. known: segments that need not be opened again."""
        self._snapshot = Snapshot.open(self._folder, self._snapshot, known)
        self._manifest = self._snapshot.manifest
        durable, recent = Manifest.newest(self._folder)
        self._durable = durable.files()
        self._generation = durable.generation if recent is None else recent.generation
        self._draft = Draft(self._snapshot)
        self._added = 0
        self._deleted = 0
        self._failure = None

    def _tell_what_is_lost(self) -> None:
        """A commit that was not durable and cannot be opened is removed by the next: that should not pass unnoticed."""
        if self._manifest.durable and self._generation > self._manifest.generation:
            import logging

            logging.getLogger("searchlib").warning(
                "%s: commits %d to %d were not durable and are lost; the index is at its last durable commit",
                self._folder,
                self._manifest.generation + 1,
                self._generation,
            )

    def _remove_strays(self) -> None:
        """Removes what no commit names, and what no reader here and no merge has in use.

        The commits are those on the disk: of a commit that failed at its very last step, the manifest is there.
        """
        kept = self._merging.files | open_files(self._folder)
        for manifest in Manifest.newest(self._folder):
            kept |= set() if manifest is None else manifest.files()
        remove_strays(self._folder, kept)

    @property
    def documents(self) -> int:
        """Documents added since the last commit, replaced ones included."""
        return self._added

    def add(self, record: Mapping[str, Any], *, page: str | None = None) -> str:
        """Adds a document and gives its id; one that has the same id is replaced when this is committed.

        page: the text file or HTML page that it was read from. Lines that recur across the pages of its source are not indexed
        then, unless the definition says otherwise (storage/boilerplate.py).

        Raises DocumentError when the record cannot be a document (nothing was added then, and the writer goes on), and
        StorageError when the disk refuses: then only rollback() is left.
        """
        document = self._intake.prepare(record, page)
        with self._guard:
            self._check()
            with self._failing():
                self._intake.add(document, page, self._draft)
                self._added += 1
        return document.id

    def move(self, record: Mapping[str, Any], texts: Sequence[str] | None) -> None:
        """Adds a document of another index, no line of which is judged. texts: what of its text fields is indexed, None: all. Raises as
        add()."""
        document = self._intake.prepare(record, None if texts is None else "")
        if texts is not None:
            document.texts = tuple(texts)
        with self._guard:
            self._check()
            with self._failing():
                self._intake.move(document, self._draft)
                self._added += 1

    def take_over(self, known: Known) -> None:
        """Takes what another index knows of recurring lines for what this one knows, when it knows nothing and nothing was added."""
        with self._guard:
            if not self._manifest.boilerplate and not self._added:
                self._intake.begin(known)

    def delete(self, id: str) -> bool:
        """Deletes the document with this id when this is committed; False when there is none.

        Within one commit the last word on an id counts: a document that is added again afterwards is there. With several
        workers it waits until they have built what was added before.
        """
        with self._guard:
            self._check()
            with self._failing():
                found = self._intake.delete(id, self._draft)
                found = self._draft.delete_id(id) or found
            self._deleted += found
            return found

    def delete_where(self, query: str) -> int:
        """Deletes every document that a query finds, those added since the last commit among them, and gives their number.

        query: anything of the query language, all of whose words are needed.
        Raises QueryError; then nothing was deleted.
        """
        with self._guard:
            self._check()
            if self._matching is None:
                raise SearchError("this writer was not made by an index: it cannot look a query up")
            with self._failing():
                self._intake.flush(self._draft)
            found = self._draft.delete(self._matching(self._draft.snapshot(), query))
            self._deleted += found
            return found

    def clear(self) -> None:
        """Deletes all documents when this is committed."""
        with self._guard:
            self._check()
            self._merging.stop()
            self._intake.discard()
            self._intake.begin(())
            self._deleted += self._draft.clear()
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
        from searchlib.storage.adding import add_from

        return add_from(self, paths, strict=strict, on_error=on_error, on_progress=on_progress)

    def commit(self, *, durable: bool = True) -> None:
        """Makes everything added and deleted so far visible, at once.

        durable: it is on the disk, whatever happens to the machine, when this returns. Without it, it outlives this process but
        a loss of power may take it back to the last durable commit; the next durable one makes it durable too.

        Raises StorageError; the last commit then stands, unless it was the very last step that failed, making the
        folder durable: then the new one is visible already.
        """
        with self._guard:
            self._check()
            unsaved = durable and not self._manifest.durable
            if not (self._added or self._deleted or self._merging.finished or unsaved):
                return
            with self._failing():
                self._intake.flush(self._draft)
                self._collect()
                self._merging.small(self._draft)
                self._publish(durable)
            self._go_on()

    def optimize(self) -> None:
        """Commits, and makes one segment of all, without deleted documents. Raises StorageError, CorruptIndexError."""
        with self._guard:
            self._check()
            with self._failing():
                self._intake.flush(self._draft)
                merged = self._merging.whole(self._draft)
                if not (merged or self._added or self._deleted or not self._manifest.durable):
                    return
                self._publish(durable=True)
            self._go_on()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """After an error only rollback() is left."""
        try:
            yield
        except BaseException as error:
            self._failure = error
            raise

    def _collect(self, *, wait: bool = False) -> bool:
        """Takes what was merged beside into the draft. Was there any?"""
        file = self._merging.collect(self._draft, wait=wait)
        if file is not None:
            self._durable.add(file)
        return file is not None

    def _publish(self, durable: bool) -> None:
        """Makes the draft the newest commit."""
        generation = self._generation + 1
        segments = self._draft.write(self._folder, generation)
        manifest = replace(
            self._manifest,
            generation=generation,
            next=self._names.next,
            segments=segments,
            durable=durable,
            boilerplate=self._intake.known(),
        )
        if durable:
            for entry in segments:
                for file in (entry.file, entry.deletions):
                    if file is not None and file not in self._durable:
                        sync_file(self._folder / file)
        manifest.commit(self._folder)

    def _go_on(self) -> None:
        """Takes the commit just made as the state to write on, tells whoever waits for it, and sees what is to be merged."""
        self._start(self._draft.segments)
        self._intake.begin(self._manifest.boilerplate)
        if self._on_commit is not None:
            self._on_commit()
        self._remove_strays()
        self._merging.begin(self._draft)

    def rollback(self) -> None:
        """Forgets everything added and deleted since the last commit. The writer can go on."""
        with self._guard:
            self._check_open()
            self._intake.discard()
            self._start()
            self._intake.begin(self._manifest.boilerplate)
            self._remove_strays()

    def close(self) -> None:
        """Lets go of the index; what was not committed is rolled back. May be called again.

        A merge that goes on beside the writer is waited for and committed: some seconds for each million documents.
        """
        with self._guard:
            if self._lock is None:
                return
            if self._process != os.getpid():
                self._lock = None  # a fork's copy: all that it has is its parent's
                return
            try:
                self._intake.discard()
                self._intake.begin(self._manifest.boilerplate)
                if self._snapshot is not None:
                    self._draft = Draft(self._snapshot)
                if self._failure is not None:
                    self._merging.stop()
                    self._failure = None  # whose traceback would keep segments open
                if self._merging.running and self._collect(wait=True):
                    self._publish(self._manifest.durable)
                    self._start(self._draft.segments)
                    if self._on_commit is not None:
                        self._on_commit()
                self._remove_strays()
            finally:
                self._merging.stop()
                self._snapshot = self._on_commit = self._matching = self._intake.builders = None
                del self._draft  # else a closed writer would keep segments open
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
            elif self._lock is not None:
                self._merging.stop()
        finally:
            self.close()

    def __del__(self) -> None:
        if getattr(self, "_lock", None) is not None:
            if self._process == os.getpid():
                self._merging.stop()
            self.close()

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise SearchError(
                f"{self._folder}: this writer belongs to process {self._process}; ask the index for one in this process"
            )
        if self._lock is None:
            raise SearchError(f"{self._folder}: this writer is closed; ask the index for another")

    def _check(self) -> None:
        self._check_open()
        if self._failure is not None:
            raise StorageError(
                self._folder, "an earlier step of this writer failed; roll it back before going on"
            ) from self._failure

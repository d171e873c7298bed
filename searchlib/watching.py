"""How does an index keep up with files that arrive and grow?

A watch looks at its folders and followed files every so often. When something is there it opens a writer, reads for
at most `commit_every` seconds, commits, and closes the writer again, so that other processes get their turn. Batches
begin at least `commit_every` seconds apart. What a batch has read counts as done once its commit stands: when the
index is locked, the disk refuses or the cluster cannot be reached, the same is read again at the next look. Documents of files that vanish stay.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, runtime_checkable

from searchlib.errors import DocumentError, IndexLockedError, RemoteError, SearchError, StorageError
from searchlib.sources import Record, read
from searchlib.sources.changes import FolderWatch, FoundFile
from searchlib.sources.following import LineFollower

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Batch", "Watched", "Watcher", "Writing", "watch"]

Paths = Iterable[str | PathLike[str]]
OnError = Callable[[SearchError], None]

TURN: Final = 1_000  # records of files that are read before the followed files get their turn
SHORTEST: Final = 1.0  # seconds that a batch may read, however small commit_every is
LONGEST_LAST: Final = 5.0  # seconds that the last batch may read: whoever ended the watch is waiting
NAP: Final = 0.1  # seconds between two questions whether to stop; other writers look for the lock more often


class Writing(Protocol):
    """What is needed of a writer. It commits on a clean exit."""

    @property
    def documents(self) -> int: ...

    def add(self, record: Mapping[str, Any], *, page: str | None = None) -> str: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class _Refusing(Protocol):
    """A writer that learns later what is refused."""

    def refused(self, *, all: bool = False) -> list[DocumentError]: ...


class Watched(Protocol):
    """What is needed of an index."""

    def turn(self, memory_mb: int) -> Writing:
        """A writer for one batch, which gives up soon when it is not to be had. memory_mb: for documents that are not yet on disk."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit took in: documents added, records skipped as malformed, and the seconds that it took."""

    documents: int
    skipped: int
    seconds: float


class Watcher:
    """The watch itself, for a program with a loop of its own: look() now and then, finish() at the end. For one thread."""

    def __init__(
        self,
        index: Watched,
        paths: Paths = (),
        follow: Paths = (),
        *,
        commit_every: float = 5.0,
        new_only: bool = False,
        memory_mb: int = 256,
        on_error: OnError | None = None,
        should_stop: Callable[[], bool] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """The arguments are those of watch(); clock gives seconds."""
        if not commit_every >= 0:
            raise ValueError(f"commit_every is a number of seconds, not {commit_every!r}")
        watched, followed = _several(paths), _several(follow)
        if not watched and not followed:
            raise ValueError("nothing to watch: give paths, or files to follow")
        self._index = index
        self._folders = FolderWatch(watched, new_only=new_only)
        self._followers = [LineFollower(path, from_end=new_only) for path in followed]
        self._commit_every = commit_every
        self._memory = memory_mb
        self._on_error = on_error
        self._should_stop = should_stop or (lambda: False)
        self._clock = clock
        self._due = clock()  # when the next batch may begin
        self._ready: deque[FoundFile] = deque()
        self._records: Iterator[Record] | None = None  # of the files that are ready, as far as they are read
        self._done: list[FoundFile] = []  # read to their end in this batch
        self._refused: dict[str, FoundFile] = {}  # could not be read; said once, and tried again
        self._failed = False  # whether the file at hand cannot be read
        self._skipped = 0

    @property
    def busy(self) -> bool:
        """Is more to be read than the batch before could take?"""
        return self._records is not None

    def look(self) -> Batch | None:
        """Looks once for what is new, and commits it when that is due; None when nothing was committed.

        Raises what watch() raises.
        """
        return self._batch() if self._look() and self._clock() >= self._due else None

    def finish(self) -> Batch | None:
        """Commits what the last look found and what the followed files have got since, and lets go of the files.

        Files that a batch before could not take are left. Raises IndexLockedError, StorageError and RemoteError when it cannot commit.
        """
        try:
            if self.busy:
                self._records = None
                self._ready.clear()
            grown = [follower.look(self._report) for follower in self._followers]
            return self._batch(last=True) if self._ready or any(grown) else None
        finally:
            self._undo()
            for follower in self._followers:
                follower.close()

    def _look(self) -> bool:
        if not self.busy:
            self._ready = deque(self._folders.look(self._report))
        grown = [follower.look(self._report) for follower in self._followers]
        return bool(self._ready) or any(grown)

    def _batch(self, *, last: bool = False) -> Batch | None:
        began = self._clock()
        limit = max(self._commit_every, SHORTEST)
        until = began + (min(limit, LONGEST_LAST) if last else limit)
        self._skipped = 0
        try:
            with self._index.turn(self._memory) as writer:
                self._fill(writer, lambda: self._clock() >= until or (not last and self._should_stop()))
                added = writer.documents - self._refuse(writer)
        except IndexLockedError as error:  # nothing has been read
            self._fail(error, last)
            return None
        except (StorageError, RemoteError) as error:
            self._undo()
            self._fail(error, last)
            return None
        except BaseException:
            self._undo()
            raise
        for follower in self._followers:
            follower.accept()
        for file in self._done:
            self._folders.take(file)
        self._done.clear()
        self._due = began + self._commit_every
        return Batch(added, self._skipped, self._clock() - began) if added or self._skipped else None

    def _refuse(self, writer: Writing) -> int:
        """Reports the documents that were taken and then refused, and gives their number."""
        late = writer.refused(all=True) if isinstance(writer, _Refusing) else []
        for error in late:
            self._skip(error)
        return len(late)

    def _fill(self, writer: Writing, is_over: Callable[[], bool]) -> None:
        more = True
        while more:
            more = False
            for follower in self._followers:
                if (records := follower.read(self._skip)) is not None:
                    more = True
                    for record in records:
                        self._add(writer, record)
            if self._records is None and self._ready:
                self._records = self._of_files()
            if self._records is not None:
                taken = 0
                for record in islice(self._records, TURN):
                    self._add(writer, record)
                    taken += 1
                    if is_over():
                        return
                if taken < TURN:
                    self._records = None
                more = True
            if is_over():
                return

    def _of_files(self) -> Iterator[Record]:
        while self._ready:
            file = self._ready[0]
            self._failed = False
            try:
                records = read([file.path], on_error=self._skip)
            except StorageError as error:  # mostly because it vanished since it was seen
                self._skip(DocumentError("cannot be read", source=file.path), error)
            else:
                yield from records
            self._ready.popleft()
            if not self._failed:
                self._refused.pop(file.path, None)
                self._done.append(file)

    def _add(self, writer: Writing, record: Record) -> None:
        try:
            writer.add(record.values, page=record.page)
        except DocumentError as error:
            self._skip(error.at(record.source, record.line))

    def _skip(self, error: DocumentError, cause: Exception | None = None) -> None:
        """Reports a record that is malformed, or notes that the file at hand cannot be read now."""
        refusal = _refusal(cause or error)
        if refusal is not None and self._ready:
            self._failed = True
            file = self._ready[0]
            if isinstance(refusal, FileNotFoundError) or self._refused.get(file.path) == file:
                return
            self._refused[file.path] = file
        self._skipped += 1
        self._report(error)

    def _report(self, error: SearchError) -> None:
        if self._on_error is None:
            raise error
        self._on_error(error)

    def _fail(self, error: SearchError, last: bool) -> None:
        if last:
            raise error
        self._report(error)

    def _undo(self) -> None:
        """Forgets what was read since the last commit, to be found again."""
        self._records = None
        self._ready.clear()
        self._done.clear()
        for follower in self._followers:
            follower.rewind()


def watch(
    index: Watched,
    paths: Paths = (),
    follow: Paths = (),
    *,
    every: float = 1.0,
    commit_every: float = 5.0,
    new_only: bool = False,
    memory_mb: int = 256,
    on_error: OnError | None = None,
    on_commit: Callable[[Batch], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> int:
    """Indexes files as they arrive, until should_stop says so, and gives the number of documents added.

    paths: folders and whole files, read when they are new or changed and two looks in a row found them alike; follow:
    files of JSON lines, whose lines are read as they are written, and which need not be there yet. new_only: leave out
    what is there now. every: seconds between two looks; commit_every: between two commits while things arrive.

    on_error is told what cannot be read, which is skipped (DocumentError), and when a batch could not be committed, which
    is tried again (IndexLockedError, StorageError, RemoteError); without it the first such error is raised. on_commit is told each
    batch. should_stop is asked about ten times a second, and between records; then what has been read is committed, and
    the error is raised when that fails. An exception from outside, such as KeyboardInterrupt, leaves the last commit.

    Raises StorageError for paths that cannot be watched, ValueError for an argument out of its range.
    """
    if not every > 0:
        raise ValueError(f"every is a number of seconds above 0, not {every!r}")
    stop = should_stop or (lambda: False)
    watcher = Watcher(
        index,
        paths,
        follow,
        commit_every=commit_every,
        new_only=new_only,
        memory_mb=memory_mb,
        on_error=on_error,
        should_stop=stop,
    )
    total = 0

    def tell(batch: Batch | None) -> None:
        nonlocal total
        if batch is not None:
            total += batch.documents
            if on_commit is not None:
                on_commit(batch)

    while not stop():
        tell(watcher.look())
        _wait(NAP if watcher.busy else every, stop)
    tell(watcher.finish())
    return total


def _wait(seconds: float, stop: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stop() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, NAP))


def _several(paths: Paths) -> list[str | PathLike[str]]:
    return [paths] if isinstance(paths, (str, PathLike)) else list(paths)


def _refusal(error: BaseException) -> OSError | None:
    """What the operating system said, when that is why a file could not be read."""
    cause = error.__cause__
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__
    return cause

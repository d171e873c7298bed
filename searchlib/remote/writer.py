"""How do documents get into an archive on a cluster? The face of a Writer, with what a cluster cannot do left out and said.

Documents are analysed here, sent as they come, and seen by searches when they are committed. What was sent cannot be taken back: where a
Writer forgets everything on rollback(), this one forgets what it had not sent yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from searchlib.documents import Preparer
from searchlib.errors import DocumentError, RemoteError, SearchError
from searchlib.remote.bulk import Bulk
from searchlib.remote.failures import failure_of_answer
from searchlib.remote.intake import RemoteIntake
from searchlib.remote.retrying import Backoff

if TYPE_CHECKING:
    from searchlib.remote.cluster import Cluster
    from searchlib.remote.layout import Layout
    from searchlib.remote.lines import RecurringLines
    from searchlib.remote.wordlist import WordList
    from searchlib.storage.adding import Progress
    from searchlib.storage.boilerplate import Boilerplate, Known

__all__ = ["RemoteWriter"]

_LONG: Final = 3600.0  # seconds for what a cluster does to all its documents


class RemoteWriter:
    """Adds documents to an index of a cluster. As a context manager it commits on a clean exit.

    Any number of writers, in any number of programs, may write to one index; of two that write the same document the later
    write stands. Threads may share a writer; its calls run one after the other, and sending goes on beside them.

    matching: the filter, as the cluster reads it, of what a query finds; words: the list of words that is kept beside the index; lines: what is known of
    recurring lines; on_commit: called when a commit is done; workers, batch_mb, patience: see Bulk.
    """

    def __init__(
        self,
        cluster: Cluster,
        layout: Layout,
        *,
        words: WordList | None = None,
        lines: RecurringLines | None = None,
        on_commit: Callable[[], None] | None = None,
        matching: Callable[[str], dict[str, Any]] | None = None,
        workers: int = 2,
        batch_mb: float = 5.0,
        patience: float = 120.0,
    ) -> None:
        self._cluster = cluster
        self._words = words
        self._lines = lines
        self._prepare = Preparer(layout.definition)
        self._on_commit = on_commit
        self._matching = matching
        self._patience = patience
        self._guard = RLock()
        self._refused: list[DocumentError] = []
        self._documents = 0
        self._made = self._identity()
        self._bulk = Bulk(
            cluster,
            workers=workers,
            batch_mb=batch_mb,
            patience=patience,
            before=None if words is None else words.send,
            on_error=self._refused.append,
        )
        self._intake = RemoteIntake(cluster, self._bulk, layout, lines)

    @property
    def documents(self) -> int:
        """Documents added since the last commit, replaced ones included, and those that the cluster may yet refuse."""
        return self._documents

    def add(self, record: Mapping[str, Any], *, page: str | None = None) -> str:
        """Adds a document and gives its id; one that has the same id is replaced.

        page: as of Writer.add.

        Raises DocumentError when the record cannot be a document (nothing was added then, and the writer goes on), and
        RemoteError when the cluster does not take what was added before it: the next call tries to send that again. What the
        cluster refuses of a document later is raised by commit().
        """
        document = self._prepare(record)
        with self._guard:
            self._intake.add(document, page)
            self._documents += 1
        return document.id

    def delete(self, id: str) -> bool:
        """Deletes the document with this id; False when there is none. Searches find it until this is committed."""
        with self._guard:
            self._intake.release()
            self._bulk.settle(id)
            found = self._cluster.index_request(
                "GET", f"_doc/{quote(id, safe='')}", params={"_source": "false"}, ignore=(404,)
            )
            if "found" not in found:
                raise failure_of_answer(self._cluster.address, 404, found.get("error"))
            if not found["found"]:
                return False
            self._bulk.delete(id)
            return True

    def delete_where(self, query: str) -> int:
        """Deletes every document that a query finds, those added since the last commit among them, and gives their number.

        query: anything of the query language, all of whose words are needed. Everything added before becomes visible.
        Raises QueryError, and then nothing was deleted; RemoteError.
        """
        with self._guard:
            if self._matching is None:
                raise SearchError("this writer was not made by an index: it cannot look a query up")
            return self._delete_by(self._matching(query))

    def clear(self) -> None:
        """Deletes all documents, at once and for good."""
        with self._guard:
            self._discard()
            self._delete_by({"match_all": {}})
            if self._lines is not None:
                self._lines.forget()

    def move(self, record: Mapping[str, Any], lengths: Sequence[int], known: Boilerplate) -> None:
        """Adds a document of an index on disk, for push(): see RemoteIntake.move. Raises as add()."""
        document = self._prepare(record)
        with self._guard:
            self._intake.move(document, lengths, known)
            self._documents += 1

    def take_over(self, known: Known) -> None:
        """Adds to what is known of recurring lines what an index on disk knows, when nothing is known yet. Raises RemoteError."""
        with self._guard:
            if self._lines is not None:
                self._lines.take_over(known)

    def add_from(
        self,
        paths: Iterable[str | PathLike[str]],
        *,
        strict: bool = False,
        on_error: Callable[[DocumentError], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> int:
        """Adds every document of files and folders ('-': JSON lines on stdin) and gives their number.

        A malformed record, and a document that the cluster refuses, is skipped and given to on_error; with strict it is raised, and so
        it is without on_error. When this returns, the cluster has all the others. on_progress is called about ten times a second and
        once at the end.
        """
        from searchlib.storage.adding import add_from

        return add_from(
            self,
            paths,
            strict=strict,
            on_error=on_error,
            on_progress=on_progress,
            refused=self.refused,
        )

    def commit(self, *, durable: bool = True) -> None:
        """Waits until the cluster has everything, and makes it visible.

        durable: a cluster writes to its disks before it acknowledges, so that it is, with and without this.

        Raises DocumentError for a document that the cluster refused, when all others are visible; RemoteError when the cluster
        cannot be reached or does not do it: nothing is lost, and commit() may be called again.
        """
        with self._guard:
            self._flush()
            if self._words is not None:
                self._words.refresh()
            self._learn()
            self._refresh()
            self._check_identity()
            self._documents = 0
            refused = self.refused()
            if self._on_commit is not None:
                self._on_commit()
        if refused:
            raise _first_of(refused)

    def optimize(self) -> None:
        """Commits, and has the cluster make one segment of each shard. Raises as commit().

        Documents deleted a short while ago stay in it: a cluster keeps them for replicas that have to catch up.
        """
        with self._guard:
            self.commit()
            done = self._cluster.index_request(
                "POST", "_forcemerge", params={"max_num_segments": 1}, timeout=_LONG
            )
            self._check_shards(done, "merged")
            if self._on_commit is not None:
                self._on_commit()

    def rollback(self) -> None:
        """Forgets what was not sent yet; what was sent since the last commit stays. The writer can go on."""
        with self._guard:
            self._discard()

    def close(self) -> None:
        """Ends the threads that send; what was not sent is forgotten. May be called again."""
        with self._guard:
            self._bulk.close()
            self._on_commit = self._matching = None

    def __enter__(self) -> RemoteWriter:
        self._bulk.check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def refused(self, *, all: bool = False) -> list[DocumentError]:
        """The documents that the cluster has refused since this was last asked; all: once it has answered for all of them."""
        with self._guard:
            if all:
                self._flush()
            refused, self._refused[:] = self._refused[:], []
            return refused

    def _flush(self) -> None:
        self._intake.release()
        self._bulk.flush()

    def _discard(self) -> None:
        self._intake.discard()
        self._bulk.discard()
        self._refused.clear()
        self._documents = 0

    def _learn(self) -> None:
        """Keeps what was learned of sources from documents that the cluster has."""
        known = self._intake.known()
        if known is not None and self._lines is not None:
            self._lines.save(known)
            self._intake.learned()

    def _refresh(self) -> None:
        self._check_shards(self._cluster.index_request("POST", "_refresh"), "refreshed")

    def _check_shards(self, answer: Mapping[str, Any], done: str) -> None:
        shards = answer["_shards"]
        if shards["failed"]:
            raise RemoteError(
                str(self._cluster.address),
                f"{shards['failed']} of {shards['total']} shards could not be {done}",
                hint="call commit() again when the cluster is well",
                passing=True,
            )

    def _delete_by(self, filter: Mapping[str, Any]) -> int:
        """Deletes what a filter finds, and gives the number.

        A connection that is lost meanwhile leaves it open how far that went: the rest is deleted then by the same again.
        """
        self._flush()
        self._refresh()
        body = {"query": filter}
        before = int(self._cluster.index_request("POST", "_count", body)["count"])
        params = {"conflicts": "proceed", "refresh": "true", "slices": "auto"}
        backoff = Backoff(self._patience)
        interrupted = False
        while True:
            try:
                done = self._cluster.index_request("POST", "_delete_by_query", body, params, timeout=_LONG)
                break
            except RemoteError as error:
                wait = backoff.wait() if error.passing else None
                if wait is None:
                    raise
                interrupted = True
                time.sleep(wait)
        if done["failures"]:
            raise RemoteError(
                str(self._cluster.address),
                f"{len(done['failures'])} documents or shards could not be deleted from",
                hint="call it again when the cluster is well",
                passing=True,
            )
        return before if interrupted else int(done["deleted"])

    def _identity(self) -> str:
        settings = self._cluster.index_request(
            "GET", "_settings", params={"filter_path": "*.settings.index.uuid"}
        )
        (found,) = settings.values()
        return str(found["settings"]["index"]["uuid"])

    def _check_identity(self) -> None:
        """A cluster makes an index of its own for what is sent to one that is gone: that must not pass for the archive."""
        if self._identity() != self._made:
            raise RemoteError(
                str(self._cluster.address),
                "somebody removed the index while this was written to it, and the cluster has made another",
                hint="remove that, and build the archive again",
            )


def _first_of(refused: list[DocumentError]) -> DocumentError:
    first, more = refused[0], len(refused) - 1
    if not more:
        return first
    others = "another document was" if more == 1 else f"{more:,} other documents were"
    return DocumentError(f"{first.message}; {others} refused as well", field=first.field)

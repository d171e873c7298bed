"""How do many documents get to a cluster so that none is lost and none arrives twice?

Operations are collected into batches, which a few threads send while the next are made. What a busy or broken cluster refuses is
sent again, only that; what it refuses for good is told, and takes nothing else with it.

Of one document no two operations are under way at a time, so that they take effect in the order in which they were given. And each
has a version (nanoseconds since 1970, growing), kept by the cluster with the document: a request that was given up, but is still
carried out later, cannot undo what was done since. A version of another machine whose clock goes before is stepped over, as
in the hybrid logical clocks of Kulkarni et al., Logical Physical Clocks (OPODIS 2014), section 3.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from time import time_ns
from typing import Any, Final, Protocol

import msgspec

from searchlib.errors import DocumentError, RemoteError, SearchError
from searchlib.remote.address import Address
from searchlib.remote.failures import PASSING, failure_of_answer
from searchlib.remote.operations import Operation, newer, refusal
from searchlib.remote.retrying import Backoff

__all__ = ["Bulk", "Cluster"]

_TOLD: Final = "errors,items.*.status,items.*.error"  # of an answer: nothing else is looked at
_NOBODYS: Final = frozenset({401, 403, 404})  # statuses of an operation that are no fault of the document


class Cluster(Protocol):
    """What of remote/cluster.py is needed here."""

    address: Address
    timeout: float

    def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]: ...


class Bulk:
    """Operations on the documents of one index, on their way there. Threads may share it; a fork's copy may not be used.

    workers: batches sent at a time; batch_mb: megabytes of one, which a single larger document may exceed; most: operations of
    one; patience: seconds for which a batch is sent again without any success. About workers + 1 batches are held in memory:
    whoever gives more waits. before is called in a thread that sends, before each batch, which waits, is repeated and fails with it.
    on_error is called for each document that was refused for good, in a thread that calls index(),
    delete() or flush(); without it, flush() raises the first.

    When patience is at its end, or the cluster refuses everything (a wrong password, no such index), the next call raises
    that as a SearchError. Nothing is lost by it: the call after it tries again to send what is left.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        workers: int = 2,
        batch_mb: float = 5.0,
        most: int = 1000,
        patience: float = 120.0,
        before: Callable[[], None] | None = None,
        on_error: Callable[[DocumentError], None] | None = None,
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers is at least 1, not {workers}")
        if not 0 < batch_mb <= 100:
            raise ValueError(f"batch_mb is more than 0 and at most 100, not {batch_mb}")
        if most < 1:
            raise ValueError(f"most is at least 1, not {most}")
        if patience < 0:
            raise ValueError(f"patience is at least 0 seconds, not {patience}")
        self._cluster = cluster
        self._workers = workers
        self._full = int(batch_mb * (1 << 20))
        self._most = most
        self._patience = patience
        self._before = before
        self._on_error = on_error
        # the cluster itself waits for a shard that moves: a little less long than we do for its answer
        self._params = {"filter_path": _TOLD, "timeout": f"{max(1, int(cluster.timeout * 800))}ms"}
        self._process = os.getpid()
        self._threads: ThreadPoolExecutor | None = ThreadPoolExecutor(workers, "searchlib-bulk")

        self._changed = (
            Condition()
        )  # guards all below; notified when an operation is done with, or a thread gives up
        self._filling: list[Operation] = []
        self._filled = 0  # bytes in it
        self._ready: deque[list[Operation]] = deque()
        self._under_way: dict[
            str, deque[Operation] | None
        ] = {}  # by id, with what waits for it to be done with
        self._held = 0  # bytes of all operations that are not done with
        self._working = 0  # threads that send
        self._discarded = 0  # how often what was not sent was dropped
        self._version = 0
        self._failure: SearchError | None = None
        self._refused: list[DocumentError] = []

    def index(self, id: str, source: Mapping[str, Any]) -> None:
        """Adds a document, or replaces the one that has this id. Waits while too much is under way.

        Raises SearchError when the cluster does not take what was given before; this one is not taken then.
        """
        self._give(Operation(id, msgspec.json.encode(source)))

    def delete(self, id: str) -> None:
        """Deletes the document that has this id, if there is one. Otherwise as index()."""
        self._give(Operation(id, b""))

    def settle(self, id: str) -> None:
        """Waits until the cluster has acknowledged or refused everything given for this id. Raises SearchError."""
        self._wait(lambda: id not in self._under_way)
        self._tell()

    def flush(self) -> None:
        """Waits until the cluster has acknowledged or refused everything.

        Raises SearchError when it does not, and DocumentError for the first document that it refused, without on_error.
        """
        self._wait(lambda: not self._under_way)
        self._tell()
        with self._changed:
            refused, self._refused = self._refused, []
        if refused:
            first, more = refused[0], len(refused) - 1
            if more:
                others = "another document was" if more == 1 else f"{more} other documents were"
                raise DocumentError(f"{first.message}; {others} refused as well", field=first.field)
            raise first

    def discard(self) -> None:
        """Drops what was not sent yet, and waits for the answers to what was. What was refused is forgotten, too."""
        with self._changed:
            self._check_open()
            self._drop()

    def close(self) -> None:
        """discard(), and an end of it. May be called again."""
        threads, self._threads = self._threads, None
        if threads is not None and self._process == os.getpid():
            with self._changed:
                self._drop()
            threads.shutdown()

    def check_open(self) -> None:
        """Raises SearchError when this was closed, or belongs to another process."""
        with self._changed:
            self._check_open()

    def _drop(self) -> None:
        self._discarded += 1
        self._filling, self._filled = [], 0
        self._ready.clear()
        self._under_way = dict.fromkeys(self._under_way)  # nothing waits for them any more
        self._changed.notify_all()
        self._changed.wait_for(lambda: not self._working)
        self._ready.clear()
        self._under_way.clear()
        self._held = 0
        self._failure = None
        self._refused = []

    def _give(self, operation: Operation) -> None:
        with self._changed:
            self._check()
            while self._held and self._held + operation.size > self._full * (self._workers + 1):
                self._send()
                self._changed.wait()
                self._check()
            self._version = operation.version = max(self._version + 1, time_ns())
            self._held += operation.size
            if operation.id in self._under_way:
                waiting = self._under_way[operation.id]
                if waiting is None:
                    waiting = self._under_way[operation.id] = deque()
                waiting.append(operation)
            else:
                self._under_way[operation.id] = None
                self._fill(operation)
        self._tell()

    def _wait(self, done: Callable[[], bool]) -> None:
        with self._changed:
            self._check()
            while not done():
                self._send()
                self._changed.wait()
                self._check()

    def _check(self) -> None:
        """Raises what made a thread give up, once: whoever calls again tries again."""
        self._check_open()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            self._start()
            raise failure

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise SearchError(
                f"{self._cluster.address}: this writer belongs to process {self._process}; ask the index for one in this process"
            )
        if self._threads is None:
            raise SearchError(f"{self._cluster.address}: this writer is closed; ask the index for another")

    def _tell(self) -> None:
        if self._on_error is None or not self._refused:
            return
        with self._changed:
            refused, self._refused = self._refused, []
        for error in refused:
            self._on_error(error)

    def _fill(self, operation: Operation) -> None:
        if self._filling and self._filled + operation.size > self._full:
            self._send()
        self._filling.append(operation)
        self._filled += operation.size
        if self._filled >= self._full or len(self._filling) >= self._most:
            self._send()

    def _send(self) -> None:
        """Closes the batch that is being filled."""
        if self._filling:
            self._ready.append(self._filling)
            self._filling, self._filled = [], 0
            self._start()

    def _start(self) -> None:
        """Has as many threads at work as there are batches for."""
        threads = self._threads
        for _ in range(min(len(self._ready), self._workers - self._working)):
            if threads is not None and self._failure is None:
                self._working += 1
                threads.submit(self._work)

    def _work(self) -> None:
        """Sends batches until there is none, or one cannot be sent."""
        try:
            while True:
                with self._changed:
                    if not self._ready or self._failure is not None:
                        return
                    batch = self._ready.popleft()
                    since = self._discarded
                self._deliver(batch, since)
        finally:
            with self._changed:
                self._working -= 1
                self._start()  # another batch may have come since there was none
                self._changed.notify_all()

    def _deliver(self, batch: list[Operation], since: int) -> bool:
        """Sends a batch until all of it is done with. False: it was given up, or dropped."""
        backoff = Backoff(self._patience)
        left = batch
        ids = {operation.id: msgspec.json.encode(operation.id) for operation in batch}
        while True:
            payload = b"".join(operation.line(ids[operation.id]) for operation in left)
            try:
                if self._before is not None:
                    self._before()
                answer = self._cluster.bulk(payload, self._params)
                again, told = self._sort(left, answer)
            except SearchError as error:
                if isinstance(error, RemoteError) and error.status == 413:
                    return self._halve(left, since)
                failure = error
            except BaseException as error:
                failure = SearchError(
                    f"{self._cluster.address}: sending documents failed: {type(error).__name__}: {error}"
                )
                failure.__cause__ = error
            else:
                if told is None:
                    return True
                if len(again) < len(left):
                    backoff.reset()
                left, failure = again, told
            wait = backoff.wait() if isinstance(failure, RemoteError) and failure.passing else None
            with self._changed:
                if wait is not None:
                    self._changed.wait_for(lambda: self._discarded != since, wait)
                if self._discarded != since:
                    return False
                if wait is None:
                    self._give_up(left, failure)
                    return False

    def _give_up(self, left: list[Operation], failure: SearchError) -> None:
        self._ready.appendleft(left)
        if self._failure is None:
            self._failure = failure
        self._changed.notify_all()

    def _halve(self, batch: list[Operation], since: int) -> bool:
        """Sends the halves of a batch that is too large for the cluster, or something on the way to it."""
        if len(batch) == 1:
            operation = batch[0]
            self._finish(batch, [refusal(operation, f"it is too large: {operation.size:,} bytes")])
            return True
        middle = len(batch) // 2
        if self._deliver(batch[:middle], since):
            return self._deliver(batch[middle:], since)
        with self._changed:
            if self._discarded == since:
                self._ready.append(batch[middle:])
        return False

    def _sort(
        self, batch: list[Operation], answer: Mapping[str, Any]
    ) -> tuple[list[Operation], SearchError | None]:
        """What of a batch is to be sent again, and why; all else is done with."""
        items = answer.get("items")
        if not isinstance(items, list) or len(items) != len(batch):
            wrong = "the cluster does not say what became of each document"
            return batch, RemoteError(str(self._cluster.address), wrong)
        if not answer.get("errors"):
            self._finish(batch, [])
            return [], None
        refused: list[DocumentError] = []
        again: list[Operation] = []
        done: list[Operation] = []
        failure: SearchError | None = None
        for operation, item in zip(batch, items, strict=True):
            (result,) = item.values()
            status, error = result["status"], result.get("error")
            version = newer(error) if status == 409 else None
            if error is None or (version is not None and version <= time_ns()):
                done.append(operation)  # or somebody wrote this document since: that stands
            elif version is not None:
                self._step_over(operation, version)
                again.append(operation)
                failure = failure or RemoteError(
                    str(self._cluster.address),
                    f"the document '{operation.id}' was written by a machine whose clock goes before this one's",
                    status=status,
                    hint="set the clocks",
                    passing=True,
                )
            elif status in PASSING or status in _NOBODYS:
                again.append(operation)
                if failure is None or status in _NOBODYS:
                    failure = failure_of_answer(self._cluster.address, status, error)
            else:
                refused.append(refusal(operation, error))
                done.append(operation)
        self._finish(done, refused)
        return again, failure

    def _step_over(self, operation: Operation, version: int) -> None:
        with self._changed:
            self._version = operation.version = max(self._version, version) + 1

    def _finish(self, operations: Sequence[Operation], refused: Sequence[DocumentError]) -> None:
        """These are done with, some of them refused: what waited for them can go."""
        with self._changed:
            self._refused += refused
            for operation in operations:
                self._held -= operation.size
                waiting = self._under_way[operation.id]
                if waiting:
                    self._fill(waiting.popleft())
                else:
                    del self._under_way[operation.id]
            self._changed.notify_all()

"""Which processes build segments for a writer, and how do chunks of documents come to them?

Each process has a thread here, which sends it one chunk after the other, the oldest that nobody has begun, and waits for what came
of it. A chunk goes out while it still grows, once it is worth it. Processes are started when there is work for one more, are
plain children with pipes (searchlib.storage.builder_process), and end with this process, however that ends.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread, current_thread
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from searchlib.definitions import Definition
from searchlib.errors import StorageError
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.pipe import decode, encode, receive, send, unpacked

if TYPE_CHECKING:
    import subprocess

__all__ = ["Chunk", "Pool"]

WORTH_IT: Final = 2 << 20  # bytes; with less a process is not troubled, as long as there may come more
_PATIENCE: Final = 10.0  # seconds to wait for a thread whose process is dead
_LOOK: Final = (
    1.0  # seconds after which a waiting writer looks whether it was interrupted, where waiting is not
)
_CODE: Final = (
    "import sys; sys.path[:] = sys.argv[1:]; from searchlib.storage.builder_process import main; main()"
)

_running: Final[WeakSet[subprocess.Popen[bytes]]] = WeakSet()


def _let_go() -> None:
    """In a fork: without its copies of the pipes, the processes end when their writer does."""
    for process in _running:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


@dataclass(slots=True, eq=False)
class Chunk:
    """Documents that follow each other, and become one segment.

    file: the name of the segment while a process writes it; batches: frames that were not sent; bytes: of all its frames;
    built: its entry and the documents that were replaced in it.
    """

    file: str = field(default_factory=lambda: f"{os.urandom(16).hex()}.new")
    batches: deque[bytearray] = field(default_factory=deque)
    bytes: int = 0
    documents: int = 0
    complete: bool = False
    built: tuple[SegmentEntry, set[int]] | None = None

    @property
    def due(self) -> bool:
        """Is it worth a process?"""
        return self.complete or self.bytes >= WORTH_IT


class Pool:
    """The processes of one writer, which calls it from one thread at a time. end() is its end."""

    def __init__(self, folder: Path, definition: Definition, most: int) -> None:
        self._folder = folder
        self._setup = encode({"folder": os.fsencode(folder), "definition": definition.to_dict()})
        self._most = most
        self._owner = os.getpid()
        self._changed = Condition()
        self._waiting: deque[Chunk] = deque()
        self._unsent = 0
        self._begun: list[Chunk] = []
        self._failure: BaseException | None = None
        self._ended = False
        self._processes: dict[subprocess.Popen[bytes], Thread] = {}
        self.files: set[str] = set()  # that processes write or have written, under the names of chunks

    def put(self, chunk: Chunk, batch: bytearray) -> None:
        """Adds documents to a chunk, which is the newest there is."""
        with self._changed:
            self._check()
            if not chunk.bytes:
                self._waiting.append(chunk)
            chunk.batches.append(batch)
            chunk.bytes += len(batch)
            self._unsent += len(batch)
            self._changed.notify_all()
        self._start_if_needed()

    def complete(self, chunk: Chunk) -> None:
        """No more documents come to a chunk."""
        with self._changed:
            chunk.complete = True
            self._changed.notify_all()

    def _start_if_needed(self) -> None:
        with self._changed:
            idle = len(self._processes) - len(self._begun)
            due = sum(chunk.due for chunk in self._waiting)
        if due > idle and len(self._processes) < self._most:
            self._start()

    def provided(self, ahead: int) -> bool:
        """Have all processes that there may be work for a while, with so many bytes for each that were not sent?"""
        with self._changed:
            return len(self._processes) == self._most and self._unsent >= ahead * self._most

    def take_back(self) -> tuple[Chunk, Chunk | None] | None:
        """A worker's share of what was not sent, for the caller to build; None when that is not worth it.

        It is the newest chunk that no process has begun, or the end of a chunk, which is the second then, cut off.
        """
        with self._changed:
            share = self._unsent // (self._most + 1)
            if self._waiting and self._waiting[-1].bytes <= max(share, WORTH_IT):
                whole = self._waiting.pop()
                self._unsent -= whole.bytes
                return whole, None
            if share < WORTH_IT:
                return None
            longest = max(self._begun, key=lambda chunk: sum(map(len, chunk.batches)), default=None)
            chunk = self._waiting[-1] if self._waiting else longest
            if chunk is None or len(chunk.batches) < 2:
                return None
            part = Chunk(complete=True)
            while len(chunk.batches) > 1 and part.bytes < share:  # a process has something left to build
                part.batches.appendleft(chunk.batches.pop())
                part.bytes += len(part.batches[0])
            chunk.bytes -= part.bytes
            self._unsent -= part.bytes
            return part, chunk

    def wait(self, chunk: Chunk) -> None:
        """Waits until a chunk is a segment. Raises what went wrong in a process, and StorageError when one ended."""
        with self._changed:
            while chunk.built is None:
                self._check()
                self._changed.wait(_LOOK)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Ends all processes, whatever they do, and removes their files. In a fork it does nothing: they are its parent's."""
        if self._owner != os.getpid():
            return
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for process in self._processes:
            process.kill()
        for process, thread in self._processes.items():
            process.wait()
            if thread is not current_thread():  # which may be where the garbage is collected
                thread.join(_PATIENCE)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        for file in self.files:
            (self._folder / file).unlink(missing_ok=True)

    # --- processes and their threads ---

    def _start(self) -> None:
        import subprocess

        if not sys.executable or getattr(sys, "frozen", False):
            raise StorageError(
                self._folder, "there is no Python to start builder processes with; use workers=1"
            )
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _CODE, *(one for one in sys.path if isinstance(one, str))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the writer
            )
        except OSError as error:
            raise StorageError(
                self._folder, f"a builder process cannot be started: {error.strerror or error}"
            ) from error
        _running.add(process)
        thread = Thread(
            target=self._feed, args=(process,), name=f"searchlib builder {process.pid}", daemon=True
        )
        thread.start()
        self._processes[process] = thread

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        """The thread of a process."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            try:
                send(process.stdin, self._setup)
                while (chunk := self._next()) is not None:
                    send(process.stdin, encode(chunk.file))
                    for batch in self._batches(chunk):
                        send(process.stdin, batch)
                    send(process.stdin, encode(None))
                    answer = receive(process.stdout)
                    if answer is None or not self._done(chunk, decode(answer)):
                        break
                else:
                    return
            except OSError:  # it reads no more; why, it may have said
                answer = receive(process.stdout)
            self._fail(self._ended_how(process) if answer is None else unpacked(decode(answer)))
        except BaseException as error:
            self._fail(error)

    def _next(self) -> Chunk | None:
        """The oldest chunk that no process has begun; None when all is over."""
        with self._changed:
            while not self._ended:
                if self._waiting and self._waiting[0].due:
                    chunk = self._waiting.popleft()
                    self._begun.append(chunk)
                    self.files.add(chunk.file)
                    return chunk
                self._changed.wait()
        return None

    def _batches(self, chunk: Chunk) -> Iterator[bytearray]:
        """The frames of a chunk as they come."""
        while True:
            with self._changed:
                while not (chunk.batches or chunk.complete or self._ended):
                    self._changed.wait()
                if self._ended or not chunk.batches:
                    return
                batch = chunk.batches.popleft()
                self._unsent -= len(batch)
            yield batch

    def _done(self, chunk: Chunk, answer: object) -> bool:
        """Is this the answer of a process that has built a chunk?"""
        if not isinstance(answer, list):
            return False
        documents, checksum, replaced = answer
        with self._changed:
            self._begun.remove(chunk)
            chunk.built = SegmentEntry(chunk.file, documents, checksum), set(replaced)
            self._changed.notify_all()
        return True

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def _ended_how(self, process: subprocess.Popen[bytes]) -> StorageError:
        code = process.wait()
        try:
            how = f"with exit status {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        except ValueError:
            how = f"by signal {-code}"
        return StorageError(self._folder, f"a builder process ended {how}")

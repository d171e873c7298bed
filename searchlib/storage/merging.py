"""When are segments merged, and by whom? Small ones while a commit is made, large ones in a thread beside the writer.

A merge never decides whether a commit is made: when it fails, the segments stay as they are, and a warning says why. What a
thread has merged becomes part of the next commit. Documents that were deleted meanwhile are deleted in the new segment then.
"""

from __future__ import annotations

import atexit
from array import array
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Final
from weakref import WeakSet

from searchlib.definitions import Definition
from searchlib.errors import CorruptIndexError, StorageError
from searchlib.storage.draft import Draft
from searchlib.storage.manifest import SegmentEntry, SegmentNames
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment
from searchlib.storage.tiers import to_merge

__all__ = ["Merging"]

_SMALL: Final = 4_096  # documents that are merged while a commit waits: well under a tenth of a second
_TOO_MANY: Final = 100  # segments with which a commit waits for the thread


class Merging:
    """The merges of one writer, which calls it from one thread at a time."""

    def __init__(self, folder: Path, definition: Definition, names: SegmentNames) -> None:
        self._folder = folder
        self._definition = definition
        self._names = names
        self._beside: _Beside | None = None
        self._damaged: set[str] = set()

    @property
    def files(self) -> set[str]:
        """Files that the thread beside reads or writes."""
        return set() if self._beside is None else {*self._beside.inputs, self._beside.file}

    @property
    def running(self) -> bool:
        """Is there a merge in the thread whose result was not collected?"""
        return self._beside is not None

    @property
    def finished(self) -> bool:
        """Has the thread something to collect?"""
        return self._beside is not None and self._beside.finished

    def collect(self, draft: Draft, *, wait: bool = False) -> str | None:
        """Takes what the thread has merged, when it is done, into the draft. Gives the new file, which is durable."""
        beside = self._beside
        if beside is None or not (beside.finished or wait):
            return None
        beside.wait()  # when that is interrupted, stop() still has to end it
        self._beside = None
        return self._take(draft, beside)

    def _take(self, draft: Draft, beside: _Beside) -> str | None:
        try:
            result = beside.result()
            if result is None:
                return None
            entry, numbers = result
            segment = Segment(self._folder, entry)
        except (CorruptIndexError, StorageError) as error:
            self._complain(error, beside.inputs)
            return None
        inputs = dict(zip(beside.inputs, zip(beside.live, numbers, strict=True), strict=True))
        return entry.file if draft.merged(inputs, segment) else None

    def small(self, draft: Draft) -> None:
        """Merges what is soon merged, here and now."""
        if self.running and len(draft.segments) > _TOO_MANY:
            self.collect(draft, wait=True)
        while chosen := to_merge(draft.sizes(self.files | self._damaged), _SMALL):
            try:
                self._merge(draft, chosen)
            except (CorruptIndexError, StorageError) as error:
                self._complain(error, [draft.segments[i].entry.file for i in chosen])
                if isinstance(error, StorageError):
                    return

    def begin(self, draft: Draft) -> None:
        """Lets the thread merge what the draft of a commit just made has that is to be merged."""
        if self._beside is not None:
            return
        chosen = to_merge(draft.sizes(self._damaged), 1 << 31)
        if chosen is not None:
            segments = [draft.segments[i] for i in chosen]
            live = [draft.live(i) for i in chosen]
            self._beside = _Beside(self._folder, self._names.new(), self._definition, segments, live)

    def whole(self, draft: Draft) -> bool:
        """Makes one segment of all, without deleted documents; False when it is one. Raises what merge() raises."""
        self.stop()
        sizes = [size for size in draft.sizes() if size is not None]
        if len(sizes) < 2 and all(living == documents for documents, living in sizes):
            return False
        self._merge(draft, range(len(sizes)))
        return True

    def stop(self) -> None:
        """Gives up what the thread does."""
        beside, self._beside = self._beside, None
        if beside is not None:
            beside.stop()

    def _merge(self, draft: Draft, chosen: range) -> None:
        segments = [draft.segments[i] for i in chosen]
        live = [draft.live(i) for i in chosen]
        files = [segment.entry.file for segment in segments]
        if any(draft.alive(i) for i in chosen):
            result = merge(self._folder, self._names.new(), self._definition, segments, live, durable=False)
            if result is None:
                raise AssertionError("nobody asked the merge to stop")
            entry, numbers = result
            segment = Segment(self._folder, entry)
            draft.merged(dict(zip(files, zip(live, numbers, strict=True), strict=True)), segment)
        else:
            draft.merged({file: (None, array("i")) for file in files}, None)

    def _complain(self, error: CorruptIndexError | StorageError, files: Sequence[str]) -> None:
        import logging

        logging.getLogger("searchlib").warning(
            "segments were not merged, and stay as they are (%s): %s", ", ".join(files), error
        )
        if isinstance(error, CorruptIndexError):
            self._damaged.update(files)  # it would fail at every commit


class _Beside:
    """One merge in a thread of its own."""

    def __init__(
        self,
        folder: Path,
        file: str,
        definition: Definition,
        segments: list[Segment],
        live: list[bytes | None],
    ) -> None:
        self.file = file
        self.inputs = [segment.entry.file for segment in segments]
        self.live = live
        self._stop = Event()
        self._result: tuple[SegmentEntry, list[array[int]]] | None = None
        self._error: BaseException | None = None

        def run() -> None:
            try:
                self._result = merge(
                    folder, file, definition, segments, live, durable=True, should_stop=self._stop.is_set
                )
            except BaseException as error:
                self._error = error

        self._thread = Thread(target=run, name=f"searchlib merge {file}", daemon=True)
        _BESIDE.add(self)
        self._thread.start()

    @property
    def finished(self) -> bool:
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Until it is finished."""
        self._thread.join()

    def result(self) -> tuple[SegmentEntry, list[array[int]]] | None:
        """What merge() gave; raises what it raised. To be asked once."""
        error, self._error = self._error, None  # whose traceback leads back here
        if error is not None:
            raise error
        return self._result

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


_BESIDE: Final[WeakSet[_Beside]] = WeakSet()


@atexit.register
def _stop() -> None:
    """Ends the threads of writers that were not closed: they cannot run when Python is taken down, and would be waited for."""
    for beside in list(_BESIDE):
        beside.stop()

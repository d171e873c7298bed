"""Is an index sound? Every checksum and every reference from one file to another, of the newest commit.

All files of the commit are opened at once, as a reader does it, so that a writer may go on meanwhile. Nothing is written. A fault
hides nothing but what lies on the same page or says the same thing; without a manifest, lists cannot be compared.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, Final

from searchlib.errors import CorruptIndexError, IncompatibleIndexError, IndexNotFoundError, StorageError
from searchlib.storage.deletions import lives, read_deletions
from searchlib.storage.faults import Fault
from searchlib.storage.format import read_contents
from searchlib.storage.inspection import Ids, Inspection
from searchlib.storage.manifest import RECENT, Manifest, SegmentEntry, strays
from searchlib.storage.segment import Segment

__all__ = ["Fault", "Verification", "verify"]

_TRIES: Final = 20
_MOST: Final = 20  # ids that two documents have
_REPORT_EVERY: Final = 0.1  # seconds between two calls of on_progress


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. notes: what is odd and no fault; segments, documents, bytes: of the commit that was looked at."""

    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    segments: int
    documents: int
    bytes: int

    @property
    def sound(self) -> bool:
        """Was no fault found?"""
        return not self.faults


@dataclass(slots=True)
class _Opened:
    """A file of a segment, as far as it can be opened."""

    path: Path
    entry: SegmentEntry | None  # None: no manifest tells
    file: BinaryIO | None = None
    contents: dict[str, Any] | None = None
    segment: Segment | None = None
    live: bytes | None = None
    readable: bool = True  # is it known which documents live?


def verify(folder: Path, on_progress: Callable[[int, int], None] | None = None) -> Verification:
    """Looks through a whole index. on_progress(bytes looked at, of so many) is called about ten times a second.

    Raises IndexNotFoundError, IncompatibleIndexError for an index of another format, StorageError when the folder cannot be read.
    """
    with ExitStack() as stack:
        manifest, opened, faults = _open(folder, stack)
        sizes = [0 if one.file is None else one.file.seek(0, 2) for one in opened]
        advance = _Progress(2 * sum(sizes), on_progress)
        known: list[tuple[_Opened, Ids]] = []
        for one in opened:
            if one.file is None or one.contents is None:
                continue
            try:
                inspection = Inspection(
                    one.path,
                    one.file,
                    one.contents,
                    one.segment,
                    None if manifest is None else manifest.definition,
                    advance,
                )
                faults += inspection.faults()
            except CorruptIndexError as error:
                faults.append(Fault.of(error))
                continue
            if inspection.ids is not None and one.readable:
                known.append((one, inspection.ids))
        if manifest is not None:
            faults += _same_ids(known)
        advance.finish()
        return Verification(
            tuple(faults),
            tuple(_notes(folder, manifest)),
            len(opened),
            0 if manifest is None else sum(one.documents - one.deleted for one in manifest.segments),
            sum(sizes),
        )


class _Progress:
    def __init__(self, total: int, on_progress: Callable[[int, int], None] | None) -> None:
        self._total = total
        self._done = 0
        self._tell = on_progress
        self._reported = monotonic()

    def __call__(self, n: int) -> None:
        self._done += n
        if self._tell is not None and monotonic() - self._reported >= _REPORT_EVERY:
            self._reported = monotonic()
            self._tell(min(self._done, self._total), self._total)

    def finish(self) -> None:
        if self._tell is not None:
            self._tell(self._total, self._total)


def _open(folder: Path, stack: ExitStack) -> tuple[Manifest | None, list[_Opened], list[Fault]]:
    """The newest commit, what can be opened of it, and what cannot."""
    previous: Manifest | None = None
    for _ in range(_TRIES):
        try:
            manifest = _newest(folder)
        except CorruptIndexError as error:
            paths = sorted(folder.glob("*.segment"), key=lambda path: (len(path.name), path.name))
            faults = [Fault.of(error)]
            return None, [_opened(path, None, stack, faults) for path in paths], faults
        with ExitStack() as files:
            faults = []
            opened = []
            missing = False
            for entry in manifest.segments:
                found: list[Fault] = []
                one = _opened(folder / entry.file, entry, files, found)
                missing |= any(fault.message == _MISSING for fault in found)
                faults += found
                opened.append(one)
            if not missing or manifest == previous:
                stack.push(files.pop_all())
                return manifest, opened, faults
        previous = manifest  # a file is gone: perhaps a newer commit has replaced it
    raise StorageError(folder, "cannot be verified: commits follow each other too quickly")


def _newest(folder: Path) -> Manifest:
    durable, recent = Manifest.newest(folder)
    return recent or durable


_MISSING: Final = "the file is missing"


def _opened(path: Path, entry: SegmentEntry | None, stack: ExitStack, faults: list[Fault]) -> _Opened:
    """A segment and its deletions, opened as far as they can be."""
    one = _Opened(path, entry)
    with _telling(path, faults):
        one.file = stack.enter_context(path.open("rb"))
        one.contents, checksum = read_contents(path, one.file, None if entry is None else entry.checksum)
        if entry is None:
            entry = SegmentEntry(path.name, int(one.contents["documents"]), checksum)
        one.segment = Segment(path.parent, entry)
    if one.entry is not None and one.entry.deletions is not None:
        one.readable = False
        deletions = path.parent / one.entry.deletions
        with _telling(deletions, faults):
            one.live = read_deletions(path.parent, one.entry)
            one.readable = True
    return one


@contextmanager
def _telling(path: Path, faults: list[Fault]) -> Iterator[None]:
    """Makes a fault of what keeps a file from being opened."""
    try:
        yield
    except FileNotFoundError:
        faults.append(Fault(str(path), None, _MISSING))
    except CorruptIndexError as error:
        faults.append(Fault.of(error))
    except IncompatibleIndexError as error:
        faults.append(
            Fault(str(path), 8, f"it has format {error.found}, and the index has {error.supported}")
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        faults.append(Fault(str(path), None, f"the table of contents makes no sense ({error})"))
    except (StorageError, OSError) as error:
        faults.append(Fault(str(path), None, f"it cannot be read: {error}"))


def _same_ids(known: list[tuple[_Opened, Ids]]) -> Iterator[Fault]:
    """A fault for each living document whose id a living document before it has."""

    def living(number: int) -> Iterator[tuple[bytes, int, int]]:
        one, ids = known[number]
        for doc in ids.order:
            if lives(one.live, doc):
                yield ids[doc], number, doc

    def same() -> Iterator[Fault]:
        before, owner = b"", 0
        for id, number, doc in heapq.merge(*map(living, range(len(known)))):
            if id == before:
                one, ids = known[number]
                shown = id.decode(errors="replace")
                other = known[owner][0].path.name
                yield Fault(
                    str(one.path),
                    ids.offset(doc),
                    f"the id '{shown}' is also that of a living document in {other}",
                )
            before, owner = id, number

    faults = same()
    yield from islice(faults, _MOST)
    if more := sum(1 for _ in faults):
        yield Fault(
            str(known[0][0].path.parent), None, f"{more} more living documents have an id that another has"
        )


def _notes(folder: Path, manifest: Manifest | None) -> Iterator[str]:
    """What lies in the folder and belongs to no commit, and whether the newest would outlive a loss of power."""
    if manifest is None:
        return
    if not manifest.durable:
        yield f"{folder / RECENT}: the newest commit is not durable yet"
    kept = manifest.files()
    with suppress(CorruptIndexError, IndexNotFoundError):
        for one in Manifest.newest(folder):  # a writer may have gone on
            kept |= set() if one is None else one.files()
    for path in sorted(strays(folder, kept | {RECENT})):
        yield f"{path}: no commit names it; a writer that is at work needs it, or the next one removes it"

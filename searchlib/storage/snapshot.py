"""What does a reader see? The segments of one commit, opened together and kept as they are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import Final

from searchlib.errors import CorruptIndexError
from searchlib.storage.deletions import lives, read_deletions
from searchlib.storage.manifest import MANIFEST, RECENT, Manifest
from searchlib.storage.segment import Segment

__all__ = ["CommitWatch", "Snapshot"]

_TRIES: Final = 20


class Snapshot:
    """One commit, open. Immutable; threads may share it; later commits do not change it.

    live: for each segment the bits of its living documents, or None when all live.
    """

    def __init__(self, manifest: Manifest, segments: list[Segment], live: list[bytes | None]) -> None:
        self.manifest = manifest
        self.segments = segments
        self.live = live
        self.documents = sum(entry.documents - entry.deleted for entry in manifest.segments)

    @classmethod
    def open(cls, folder: Path, previous: Snapshot | None = None, known: Iterable[Segment] = ()) -> Snapshot:
        """The newest commit. Segments that `previous` has open or that are known are taken over.

        Raises what Manifest.read raises.
        """
        held = {one.entry.file: one for one in known}
        if previous is not None:
            held |= {one.entry.file: one for one in previous.segments}
        missing = str(folder)
        before: tuple[Manifest, Manifest | None] | None = None
        for _ in range(_TRIES):
            found = durable, recent = Manifest.newest(folder)
            if previous is not None and previous.manifest == (recent or durable):
                return previous
            try:
                if recent is not None:
                    try:
                        return cls._of(folder, recent, held, durable.files())
                    except CorruptIndexError:
                        pass  # torn when power was lost: the durable commit is the newest
                    except FileNotFoundError:
                        if found != before:
                            raise  # of an older commit, unless nothing has changed when we look again
                    if previous is not None and previous.manifest == durable:
                        return previous
                return cls._of(folder, durable, held, durable.files())
            except FileNotFoundError as error:
                missing = str(error.filename)  # a newer commit has replaced it: look again
            before = found
        raise CorruptIndexError(missing, "the file is missing")

    @classmethod
    def _of(cls, folder: Path, manifest: Manifest, held: dict[str, Segment], durable: set[str]) -> Snapshot:
        segments = []
        for entry in manifest.segments:
            segment = held.get(entry.file)
            if segment is None or segment.entry.checksum != entry.checksum:
                segment = Segment(folder, entry)
                if entry.file not in durable:
                    segment.verify()
            segment.serve()
            segments.append(segment)
        return cls(manifest, segments, [read_deletions(folder, entry) for entry in manifest.segments])

    def living(self, segment: int) -> list[int] | None:
        """Numbers of a segment's living documents, or None when all live."""
        live = self.live[segment]
        if live is None:
            return None
        return [doc for doc in range(self.segments[segment].file.documents) if lives(live, doc)]


class CommitWatch:
    """Has another commit been made? Seen at the files of the commits, without reading them."""

    def __init__(self, folder: Path, every: float) -> None:
        if every < 0:
            raise ValueError(f"auto_refresh is a number of seconds from 0, not {every}")
        self._files = [folder / RECENT, folder / MANIFEST]
        self._every = every
        self._seen = self._look()
        self._next = monotonic() + every

    def changed(self) -> bool:
        """Whether a commit was made since the last look, when it is time for one. Threads may share it."""
        now = monotonic()
        if now < self._next:
            return False
        self._next = now + self._every
        before, self._seen = self._seen, self._look()
        return before != self._seen

    def _look(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(file) for file in self._files]


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What is another for another file of this name; None: there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size

"""What does a reader see? The segments of one commit, opened together and kept as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from searchlib.errors import CorruptIndexError
from searchlib.storage.manifest import Manifest, read_deletions
from searchlib.storage.segment import Segment

__all__ = ["Snapshot"]

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
    def open(cls, folder: Path, previous: Snapshot | None = None) -> Snapshot:
        """The newest commit. Segments that `previous` has open are taken over. Raises what Manifest.read raises."""
        held = {} if previous is None else {one.entry.file: one for one in previous.segments}
        missing: FileNotFoundError | None = None
        for _ in range(_TRIES):
            manifest = Manifest.read(folder)
            if previous is not None and manifest.generation == previous.manifest.generation:
                return previous
            try:
                segments = []
                for entry in manifest.segments:
                    known = held.get(entry.file)
                    if known is None or known.entry.checksum != entry.checksum:
                        known = Segment(folder, entry)
                    segments.append(known)
                live = [read_deletions(folder, entry) for entry in manifest.segments]
                return cls(manifest, segments, live)
            except FileNotFoundError as error:
                missing = error  # a newer commit has replaced it: look again
        raise CorruptIndexError(str(missing.filename) if missing else folder, "the file is missing")

    def living(self, segment: int) -> list[int] | None:
        """Numbers of a segment's living documents, or None when all live."""
        live = self.live[segment]
        if live is None:
            return None
        return [
            doc for doc in range(self.segments[segment].file.documents) if live[doc >> 3] >> (doc & 7) & 1
        ]

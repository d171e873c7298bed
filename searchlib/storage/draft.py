"""What will the next commit hold? The segments of the last one and those written since, with what was deleted from them.

Nothing here is seen by readers before the writer commits it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from searchlib.storage.deletions import lives, write_deletions
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.segment import Segment
from searchlib.storage.snapshot import Snapshot

__all__ = ["Draft"]


@dataclass(slots=True)
class _Part:
    """A segment. live: a bit a document, None when all live; a bytearray once it differs from what the entry says."""

    entry: SegmentEntry
    segment: Segment
    live: bytes | bytearray | None

    @property
    def alive(self) -> int:
        """How many of its documents live."""
        if isinstance(self.live, bytearray):
            return int.from_bytes(self.live, "little").bit_count()
        return self.entry.documents - self.entry.deleted

    def delete(self, doc: int) -> bool:
        """Marks a document as deleted. Was it alive?"""
        if not lives(self.live, doc):
            return False
        if not isinstance(self.live, bytearray):
            self.live = bytearray(_bits(self.live, self.entry.documents))
        self.live[doc >> 3] &= ~(1 << (doc & 7)) & 0xFF
        return True


class Draft:
    """A commit in the making, from that of a snapshot. Belongs to one writer; not thread-safe."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._parts = [
            _Part(*one)
            for one in zip(snapshot.manifest.segments, snapshot.segments, snapshot.live, strict=True)
        ]

    @property
    def segments(self) -> list[Segment]:
        return [part.segment for part in self._parts]

    def live(self, i: int) -> bytes | None:
        """Which documents of a segment live; None when all do."""
        live = self._parts[i].live
        return None if live is None else bytes(live)

    def alive(self, i: int) -> int:
        """How many documents of a segment live."""
        return self._parts[i].alive

    def sizes(self, held: Iterable[str] = ()) -> list[tuple[int, int] | None]:
        """(documents, those that live) of each segment; None for one that is held."""
        return [
            None if part.entry.file in held else (part.entry.documents, part.alive) for part in self._parts
        ]

    def append(self, segment: Segment, dead: Iterable[int]) -> None:
        """Adds a segment at the end, some of whose documents are dead already. It replaces those before that have its ids."""
        part = _Part(segment.entry, segment, None)
        for doc in dead:
            part.delete(doc)
        for earlier in self._parts:
            for doc in earlier.segment.file.ids_in(segment.file):
                earlier.delete(doc)
        self._parts.append(part)

    def delete_id(self, id: str) -> bool:
        """Deletes the document with this id in every segment. Was there one alive?"""
        found = False
        for part in self._parts:
            doc = part.segment.file.find_id(id)
            if doc >= 0:
                found = part.delete(doc) or found
        return found

    def delete(self, documents: Sequence[Iterable[int]]) -> int:
        """Deletes documents of each segment, and gives how many of them were alive."""
        return sum(
            part.delete(doc) for part, docs in zip(self._parts, documents, strict=True) for doc in docs
        )

    def clear(self) -> int:
        """Deletes all documents, and gives how many were alive."""
        alive = sum(part.alive for part in self._parts)
        self._parts.clear()
        return alive

    def merged(
        self,
        inputs: Mapping[str, tuple[bytes | None, array[int]]],
        segment: Segment | None,
    ) -> bool:
        """Puts a segment in the place of those it was merged from; None: nothing in them lived.

        inputs: by file, which of its documents lived when the merge began, and the number in `segment` of each of these.
        Documents deleted since are deleted in it. False when all were, or the segments are gone: then it is not needed.
        """
        at = [i for i, part in enumerate(self._parts) if part.entry.file in inputs]
        if not at:
            return False
        now = {self._parts[i].entry.file: self._parts[i] for i in at}
        new: list[_Part] = []
        if segment is not None:
            part = _Part(segment.entry, segment, None)
            for file, (then, numbers) in inputs.items():
                kept = now.get(file)
                for doc in _lost(then, kept, len(numbers)):
                    part.delete(numbers[doc])
            if part.alive:
                new.append(part)
        self._parts[at[0] : at[-1] + 1] = new
        return bool(new)

    def snapshot(self) -> Snapshot:
        """The documents as they would be committed now, to be searched."""
        entries = tuple(
            replace(part.entry, deleted=part.entry.documents - part.alive) for part in self._parts
        )
        live = [self.live(i) for i in range(len(self._parts))]
        return Snapshot(replace(self._snapshot.manifest, segments=entries), self.segments, live)

    def write(self, folder: Path, generation: int) -> tuple[SegmentEntry, ...]:
        """Writes which documents live, where that has changed, and gives the segments of the commit."""
        entries: list[SegmentEntry] = []
        for part in self._parts:
            if isinstance(part.live, bytearray) and part.alive:
                name = f"{Path(part.entry.file).stem}.{generation}.deletions"
                part.entry = write_deletions(folder, name, part.entry, bytes(part.live))
            if part.alive:
                entries.append(part.entry)
        return tuple(entries)


def _bits(live: bytes | None, documents: int) -> bytes:
    """A bit for each document that lives."""
    return ((1 << documents) - 1).to_bytes((documents + 7) // 8, "little") if live is None else live


def _lost(then: bytes | None, part: _Part | None, documents: int) -> list[int]:
    """The documents of a segment that lived then and do not now; part: the segment now, None when it is gone."""
    before = int.from_bytes(_bits(then, documents), "little")
    after = 0 if part is None else int.from_bytes(_bits(_plain(part.live), documents), "little")
    lost = before & ~after
    return [doc for doc, bit in enumerate(reversed(f"{lost:b}")) if bit == "1"] if lost else []


def _plain(live: bytes | bytearray | None) -> bytes | None:
    return None if live is None else bytes(live)

"""Which documents of a segment's file can still be read, and where are those that cannot?

When the table of contents and the index of the blocks are right, blocks are where that says. Otherwise frames of zstd are read one after
another from the beginning, and behind a hole from the next frame on. Each frame has a checksum of its own, so that a bad page
loses no more than the blocks that are really damaged.

Documents are numbered up to the first hole. Behind it they are when the section is read to its end and it is known how many there are,
or when the index of the blocks is found behind the last frame.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

from searchlib.errors import CorruptIndexError
from searchlib.storage.format import START, places_of
from searchlib.storage.pages import bad_pages, layout, touched
from searchlib.storage.stored import DAMAGE, ENTRY, split_block

__all__ = ["Block", "Remains"]

_FRAME: Final = b"\x28\xb5\x2f\xfd"  # how a frame of zstd begins
_LARGEST: Final = 1 << 31  # bytes of a block unpacked
_PIECE: Final = 1 << 16
_SECTOR: Final = 4096


@dataclass(frozen=True, slots=True)
class Block:
    """Documents that lie together from `offset` to before `end`.

    first: the number of the first of them, count: how many they are, each None when not known; readable: until the contrary is found.
    """

    offset: int
    end: int
    first: int | None
    count: int | None
    readable: bool = True


class Remains:
    """What is left of one segment. For one thread; the file stays open in the caller's hands.

    contents: its table of contents, None when that cannot be read; documents: how many there are, None when nothing tells.
    blocks: all that is known of, in order. complete: are blocks and what they count all there was? bounded: is it known where they end?
    """

    def __init__(
        self, path: Path, file: BinaryIO, contents: dict[str, Any] | None, documents: int | None
    ) -> None:
        self._path = path
        self._file = file
        self._end = file.seek(0, 2)
        self.bounded = contents is not None
        blocks = None if contents is None else self._indexed(contents, documents)
        self.complete = blocks is not None
        self.blocks = self._scanned(documents) if blocks is None else blocks

    def read(self, block: Block) -> list[dict[str, Any]] | None:
        """The documents of a block, None when it cannot be read."""
        if not block.readable:
            return None
        found = self._frame(block.offset, block.end)
        if found is None or (block.count is not None and len(found[1]) != block.count):
            return None
        return found[1]

    def _indexed(self, contents: dict[str, Any], documents: int | None) -> list[Block] | None:
        """The blocks as their index has them; None when that is damaged."""
        try:
            covered, hashes = layout(self._path, contents, self._end)
            start, length = places_of(contents, self._end)["stored"]
            at, size = places_of(contents, self._end)["stored_index"]
        except (CorruptIndexError, KeyError):
            self.bounded = False
            return None
        if start + length > covered or at + size > covered:
            self.bounded = False
            return None
        self._end = start + length
        damaged = any(bad_pages(self._file, covered, hashes, touched(at, size)))
        if damaged or size % ENTRY.size or documents is None:
            return None
        self._file.seek(at)
        entries = [*ENTRY.iter_unpack(self._file.read(size)), (length, documents, 0)]
        if entries[0][:2] != (0, 0) or not _ascend(entries):
            return None
        return [
            Block(start + one, start + end, first, following - first)
            for (one, first, _), (end, following, _) in pairwise(entries)
        ]

    def _scanned(self, documents: int | None) -> list[Block]:
        """The blocks that are found by reading the file."""
        blocks: list[Block] = []
        at: int | None = START
        while at is not None:
            found = self._frame(at, self._end)
            if found is None:
                at = self._next_frame(at + 1)
                continue
            end, rows = found
            blocks.append(Block(at, end, None, len(rows)))
            at = end if end < self._end else None
        return self._numbered(blocks, documents)

    def _numbered(self, blocks: list[Block], documents: int | None) -> list[Block]:
        """The same blocks with the numbers of their documents, as far as they can be known, and those that were passed over."""
        if not blocks:
            return blocks
        entries = None if self.bounded else self._lost_index(blocks)
        if entries is not None:
            self.complete = True
            found = {block.offset: block for block in blocks}
            return [
                replace(found[START + at], first=first)
                if START + at in found
                else Block(START + at, START + end, first, following - first, readable=False)
                for (at, first, _), (end, following, _) in pairwise(entries)
            ]
        numbered: list[Block] = []
        place, number = START, 0
        for block in blocks:
            if block.offset != place:
                break
            numbered.append(replace(block, first=number))
            place, number = block.end, number + (block.count or 0)
        rest = blocks[len(numbered) :]
        if not rest:
            self.complete = number == documents
            return numbered
        place, number = (self._end if self.bounded else -1), documents or 0
        for i in reversed(range(len(rest))):
            if rest[i].end != place or number < (rest[i].count or 0):
                break
            number -= rest[i].count or 0
            place = rest[i].offset
            rest[i] = replace(rest[i], first=number)
        return numbered + rest

    def _lost_index(self, blocks: Sequence[Block]) -> list[tuple[int, int, int]] | None:
        """The index of the blocks, which lies behind the last one, with an entry more for the end of all; None when it is not there."""
        last = blocks[-1]
        entries: list[tuple[int, int, int]] = []
        at = last.end
        while len(data := self._read(at, ENTRY.size)) == ENTRY.size:
            entry = ENTRY.unpack(data)
            if entries and not _ascend([entries[-1], entry]):
                break
            entries.append(entry)
            at += ENTRY.size
            if START + entry[0] >= last.offset:
                break
        firsts = {START + start: first for start, first, _ in entries}
        if not entries or entries[0][:2] != (0, 0) or any(block.offset not in firsts for block in blocks):
            return None
        return [*entries, (last.end - START, firsts[last.offset] + (last.count or 0), 0)]

    def _next_frame(self, at: int) -> int | None:
        """Where the next frame from a place on may begin."""
        while at < self._end:
            found = self._read(at, _PIECE).find(_FRAME)
            if found >= 0:
                return at + found if at + found < self._end else None
            at += _PIECE - len(_FRAME) + 1
        return None

    def _frame(self, at: int, limit: int) -> tuple[int, list[dict[str, Any]]] | None:
        """(its end, its documents) of the block at a place, which ends at the limit or before; None when there is none."""
        import zstandard

        head = self._read(at, 18)
        if not head.startswith(_FRAME):
            return None
        try:
            frame = zstandard.get_frame_parameters(head)
            size = frame.content_size
            if not frame.has_checksum or not 8 <= size <= _LARGEST:
                return None
            packed = self._read(at, min(limit - at, size + size // 128 + 1024))
            unpacking = zstandard.ZstdDecompressor().decompressobj()
            plain = unpacking.decompress(packed)
            if not unpacking.eof or len(plain) != size:
                return None
            return at + len(packed) - len(unpacking.unused_data), _documents(plain)
        except (zstandard.ZstdError, MemoryError, *DAMAGE):
            return None

    def _read(self, at: int, n: int) -> bytes:
        """So many bytes, or fewer where the file ends or the disk refuses."""
        try:
            self._file.seek(at)
            return self._file.read(n)
        except OSError:
            if n <= _SECTOR:
                return b""
        first = _SECTOR - at % _SECTOR
        found = bytearray()
        while len(found) < n:
            piece = self._read(at + len(found), min(n - len(found), _SECTOR if found else first))
            if not piece:
                break
            found += piece
        return bytes(found)


def _ascend(entries: Sequence[tuple[int, int, int]]) -> bool:
    return all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(entries))


def _documents(plain: bytes) -> list[dict[str, Any]]:
    """The documents of an unpacked block whose number is not known. ValueError: it is none."""
    import msgspec

    ends = array("I", plain[: len(plain) // 4 * 4])
    try:
        count = ends.index(len(plain)) + 1
    except ValueError:
        raise ValueError("no document ends where the block does") from None
    found = []
    for data in split_block(plain, ends[:count]):
        values = msgspec.msgpack.decode(data)
        if not isinstance(values, dict) or not isinstance(values.get("id"), str) or not values["id"]:
            raise ValueError("this is no document")
        found.append(values)
    return found

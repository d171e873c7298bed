"""Where are the documents themselves? What hits give back, compressed in blocks.

    stored        = block*
    block         = zstd frame, with its checksum, of: u32 * n where each document ends, after the n numbers; the documents, MessagePack maps
    stored_index  = per block: u64 where it begins in `stored`, u32 its first document, u32 its size unpacked

A block holds about BLOCK bytes of documents, or one document that is larger; one made by a merge from half of that to twice
as much, because blocks are copied as they are where all their documents live. Fetching a document unpacks one block.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress, pairwise
from typing import Any, Final

from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import SegmentFile
from searchlib.storage.format import SectionWriter

__all__ = ["DAMAGE", "ENTRY", "StoredReader", "StoredWriter", "split_block"]

BLOCK: Final = 32_768
ENTRY: Final = struct.Struct("<QII")
DAMAGE: Final = (struct.error, IndexError, OverflowError, RecursionError, ValueError)
_LARGEST: Final = 1 << 31  # bytes of one block unpacked; a document is at most a few times 64 MiB


class StoredWriter:
    """Compresses documents as they come and writes them through to the segment's file."""

    def __init__(self, out: SectionWriter) -> None:
        import msgspec
        import zstandard

        self._out = out
        self._start = out.length
        self._encode = msgspec.msgpack.Encoder().encode
        self._compress = zstandard.ZstdCompressor(
            level=3, write_content_size=True, write_checksum=True
        ).compress
        self._pending: list[bytes] = []
        self._size = 0
        self._first = 0
        self._index = bytearray()
        self.blocks = 0

    def add(self, values: dict[str, Any]) -> None:
        """Appends the next document."""
        self._append(self._encode(values))

    def extend(self, other: StoredReader, numbers: Sequence[int]) -> Iterator[None]:
        """Appends the documents of another segment whose number is not negative, a block in each step.

        Whole blocks are copied, and short ones put together.
        """
        for block, (first, end, size) in enumerate(other.blocks()):
            living = [number >= 0 for number in numbers[first:end]]
            if not all(living) or size < BLOCK // 2:
                if any(living):
                    for data in compress(other.unpack(block), living):
                        self._append(data)
            elif self._size < BLOCK // 2 and 0 < self._size <= 2 * BLOCK - size:
                self._pending += other.unpack(block)
                self._flush()
            else:
                self._flush()
                self._put(other.packed(block), end - first, size)
            yield

    def _append(self, data: bytes) -> None:
        self._pending.append(data)
        self._size += len(data)
        if self._size >= BLOCK:
            self._flush()

    def finish(self) -> None:
        """Writes what is pending and both sections."""
        self._flush()
        self._out.mark("stored", self._start)
        self._out.section("stored_index", bytes(self._index))

    def _flush(self) -> None:
        if not self._pending:
            return
        ends = []
        at = 4 * len(self._pending)
        for data in self._pending:
            at += len(data)
            ends.append(at)
        plain = struct.pack(f"<{len(ends)}I", *ends) + b"".join(self._pending)
        self._put(self._compress(plain), len(ends), len(plain))
        self._pending.clear()
        self._size = 0

    def _put(self, packed: bytes, documents: int, size: int) -> None:
        self._index += ENTRY.pack(self._out.length - self._start, self._first, size)
        self._out.write(packed)
        self._first += documents
        self.blocks += 1


def split_block(plain: bytes, ends: Sequence[int]) -> list[bytes]:
    """The documents of an unpacked block, each as MessagePack, by where they end in it. ValueError: they cannot end there."""
    starts = (4 * len(ends), *ends)
    if any(start > end for start, end in pairwise(starts)) or starts[-1] != len(plain):
        raise ValueError("documents do not lie one after the other")
    return [plain[start:end] for start, end in pairwise(starts)]


class StoredReader:
    """Fetches documents of one segment. Immutable; threads may share it."""

    def __init__(self, file: SegmentFile, blocks: int) -> None:
        if file.section_size("stored_index") != ENTRY.size * blocks:
            raise CorruptIndexError(file.path, "the index of the stored fields has the wrong size")
        self._file = file
        self._blocks = blocks

    def _entry(self, block: int) -> tuple[int, int, int]:
        """(where it begins, its first document, its size unpacked); behind the last block, where all of it ends."""
        if block == self._blocks:
            return self._file.section_size("stored"), self._file.documents, 0
        start, first, size = ENTRY.unpack(self._file.read("stored_index", ENTRY.size * block, ENTRY.size))
        return start, first, size

    def blocks(self) -> Iterator[tuple[int, int, int]]:
        """(first document, the one after the last, size unpacked) of each block; together they are all documents."""
        following = 0
        for block in range(self._blocks):
            _, first, size = self._entry(block)
            end = self._entry(block + 1)[1]
            if first != following or end <= first:
                raise self._damaged(following)
            yield first, end, size
            following = end
        if following != self._file.documents:
            raise self._damaged(following)

    def packed(self, block: int) -> bytes:
        """A block as it lies in the file."""
        start, first, _ = self._entry(block)
        end = self._entry(block + 1)[0]
        if end <= start:
            raise self._damaged(first)
        return self._file.read("stored", start, end - start)

    def unpack(self, block: int) -> list[bytes]:
        """The documents of a block, each as MessagePack."""
        first = self._entry(block)[1]
        try:
            return split_block(*self._plain(block))
        except DAMAGE as error:
            raise self._damaged(first) from error

    def _plain(self, block: int) -> tuple[bytes, tuple[int, ...]]:
        """A block unpacked, and where its documents end in it. Raises one of DAMAGE."""
        import zstandard

        _, first, size = self._entry(block)
        packed = self.packed(block)
        try:
            if size > _LARGEST or zstandard.frame_content_size(packed) != size:
                raise self._damaged(first)
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
        except zstandard.ZstdError as error:
            raise self._damaged(first) from error
        return plain, struct.unpack_from(f"<{self._entry(block + 1)[1] - first}I", plain)

    def __getitem__(self, doc: int) -> dict[str, Any]:
        import msgspec

        block = bisect_right(range(self._blocks), doc, key=lambda block: self._entry(block)[1]) - 1
        try:
            plain, ends = self._plain(block)
            i = doc - self._entry(block)[1]
            values = msgspec.msgpack.decode(memoryview(plain)[ends[i - 1] if i else 4 * len(ends) : ends[i]])
        except DAMAGE as error:
            raise self._damaged(doc) from error
        if not isinstance(values, dict):
            raise self._damaged(doc)
        return values

    def _damaged(self, doc: int) -> CorruptIndexError:
        return CorruptIndexError(self._file.path, f"the stored fields of document {doc} are damaged")

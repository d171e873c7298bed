"""Where are the documents themselves? What hits give back, compressed in blocks.

    stored        = block*
    block         = zstd frame of: u32 * n where each document ends, after the n numbers; the documents, MessagePack maps
    stored_index  = per block: u64 where it begins in `stored`, u32 its first document, u32 its size unpacked

A block holds about BLOCK bytes of documents, or one document that is larger. Fetching a document unpacks one block.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import Any, Final

from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import SegmentFile
from searchlib.storage.format import SectionWriter

__all__ = ["StoredReader", "StoredWriter"]

BLOCK: Final = 32_768
_ENTRY: Final = struct.Struct("<QII")
_LARGEST: Final = 1 << 31  # bytes of one block unpacked; a document is at most a few times 64 MiB


class StoredWriter:
    """Compresses documents as they come and writes them through to the segment's file."""

    def __init__(self, out: SectionWriter) -> None:
        import msgspec
        import zstandard

        self._out = out
        self._start = out.length
        self._encode = msgspec.msgpack.Encoder().encode
        self._compress = zstandard.ZstdCompressor(level=3, write_content_size=True).compress
        self._pending: list[bytes] = []
        self._size = 0
        self._first = 0
        self._index = bytearray()
        self.blocks = 0

    def add(self, values: dict[str, Any]) -> None:
        """Appends the next document."""
        data = self._encode(values)
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
        self._index += _ENTRY.pack(self._out.length - self._start, self._first, len(plain))
        self._out.write(self._compress(plain))
        self._first += len(self._pending)
        self._pending.clear()
        self._size = 0
        self.blocks += 1


class StoredReader:
    """Fetches documents of one segment. Immutable; threads may share it."""

    def __init__(self, file: SegmentFile, blocks: int) -> None:
        if file.section_size("stored_index") != _ENTRY.size * blocks:
            raise CorruptIndexError(file.path, "the index of the stored fields has the wrong size")
        self._file = file
        self._blocks = blocks

    def _entry(self, block: int) -> tuple[int, int, int]:
        """(where it begins, its first document, its size unpacked); behind the last block, where all of it ends."""
        if block == self._blocks:
            return self._file.section_size("stored"), self._file.documents, 0
        start, first, size = _ENTRY.unpack(self._file.read("stored_index", _ENTRY.size * block, _ENTRY.size))
        return start, first, size

    def __getitem__(self, doc: int) -> dict[str, Any]:
        import msgspec
        import zstandard

        block = bisect_right(range(self._blocks), doc, key=lambda block: self._entry(block)[1]) - 1
        try:
            start, first, size = self._entry(block)
            end, following, _ = self._entry(block + 1)
            packed = self._file.read("stored", start, end - start)
            if size > _LARGEST or zstandard.frame_content_size(packed) != size:
                raise self._damaged(doc)
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
            ends = struct.unpack_from(f"<{following - first}I", plain)
            i = doc - first
            values = msgspec.msgpack.decode(memoryview(plain)[ends[i - 1] if i else 4 * len(ends) : ends[i]])
        except (
            zstandard.ZstdError,
            struct.error,
            IndexError,
            OverflowError,
            RecursionError,
            ValueError,
        ) as error:
            raise self._damaged(doc) from error
        if not isinstance(values, dict):
            raise self._damaged(doc)
        return values

    def _damaged(self, doc: int) -> CorruptIndexError:
        return CorruptIndexError(self._file.path, f"the stored fields of document {doc} are damaged")

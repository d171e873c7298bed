"""What tells near-duplicates in a segment? The section that holds a signature of each document (signature.h)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress
from struct import Struct
from typing import Final

from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import SegmentFile

__all__ = ["SIGNATURE", "SIGNATURES", "merge_signatures", "read_signatures"]

SIGNATURES: Final = "signatures"
SIGNATURE: Final = 32
"""Bytes of one."""

_ONE: Final = Struct(f"{SIGNATURE}s")


def read_signatures(file: SegmentFile) -> bytes:
    """Those of all documents. Raises CorruptIndexError when there are not as many."""
    if file.section_size(SIGNATURES) != SIGNATURE * file.documents:
        raise CorruptIndexError(file.path, f"section '{SIGNATURES}' has the wrong size")
    return file.section(SIGNATURES)


def merge_signatures(files: Sequence[SegmentFile], numbers: Sequence[array[int]]) -> bytes:
    """Those of the documents that live, of all segments; numbers: as merge() gives them. Raises CorruptIndexError."""
    merged = bytearray()
    for file, new in zip(files, numbers, strict=True):
        signatures = read_signatures(file)
        if min(new) < 0:
            rows = _ONE.iter_unpack(signatures)
            merged += b"".join(row for (row,) in compress(rows, map((-1).__lt__, new)))
        else:
            merged += signatures
    return bytes(merged)

"""Which pages of a segment's file can be read, and are as they were written?

Pages are read, not mapped: what a failing disk refuses is an error of one page then, and no signal that ends the process.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from searchlib.errors import CorruptIndexError
from searchlib.storage._segment import PAGE, hash64

__all__ = ["bad_pages", "layout", "touched"]

_PIECE: Final = 16  # pages that are read at once


def layout(path: Path, contents: dict[str, Any], size: int) -> tuple[int, int]:
    """(bytes that hashes cover, where the hashes begin), inside a file of this size. Raises CorruptIndexError."""
    covered, hashes = contents.get("covered"), contents.get("hashes")
    if type(covered) is not int or type(hashes) is not int or not 0 < covered <= hashes <= size:
        raise CorruptIndexError(path, "the table of contents does not say where the hashes of pages are")
    if hashes + 8 * len(touched(0, covered)) > size:
        raise CorruptIndexError(path, "the hashes of pages lie outside the file", hashes)
    return covered, hashes


def touched(start: int, length: int) -> range:
    """The pages on which these bytes lie."""
    return range(start // PAGE, -(-(start + length) // PAGE)) if length else range(0)


def bad_pages(
    file: BinaryIO, covered: int, hashes: int, pages: range, on_read: Callable[[int], None] | None = None
) -> Iterator[tuple[int, str]]:
    """(number, what is wrong) of each of the pages that cannot be trusted. on_read is told of bytes that were read."""
    for first in range(pages.start, pages.stop, _PIECE):
        count = min(_PIECE, pages.stop - first)
        try:
            known = struct.unpack(f"<{count}Q", _read(file, hashes + 8 * first, 8 * count))
        except OSError as error:
            for page in range(first, first + count):
                yield page, f"its hash cannot be read: {error.strerror or error}"
            continue
        start, end = first * PAGE, min((first + count) * PAGE, covered)
        try:
            data = memoryview(_read(file, start, end - start))
        except OSError:
            data = memoryview(b"")  # some of them can be read, perhaps
        for page, expected in enumerate(known, first):
            at = page * PAGE
            try:
                one = data[at - start : at - start + PAGE] or _read(file, at, min(PAGE, covered - at))
            except OSError as error:
                yield page, f"it cannot be read: {error.strerror or error}"
                continue
            if hash64(one) != expected:
                yield page, "it is not what was written (checksum)"
        if on_read is not None:
            on_read(end - start)


def _read(file: BinaryIO, start: int, n: int) -> bytes:
    """n bytes of a file; OSError when they are not there."""
    file.seek(start)
    data = file.read(n)
    if len(data) != n:
        raise OSError("the file ends before")
    return data

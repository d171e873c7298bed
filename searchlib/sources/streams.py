"""How do the bytes of a file come in, whatever it is wrapped in?

Input gives the bytes of one file in blocks, unpacked when they are gzip (told by the first bytes, not by the
name) and as UTF-8 when they are UTF-16, without a byte order mark; or line by line; or, for formats that need
it, whole. What is held at once is bounded: a line or a whole file beyond MAX_BYTES is reported and passed
over without being kept.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from searchlib.errors import DocumentError
from searchlib.sources.encoding import SAMPLE, decode, looks_binary, looks_cp1251, utf16_kind

__all__ = ["MAX_BYTES", "Input", "InputError", "Progress"]

BLOCK: Final = 1 << 18  # bytes read at a time, and unpacked at a time
MAX_BYTES: Final = 64 << 20  # of one line, or of one file that is read whole
GZIP: Final = b"\x1f\x8b\x08"


class InputError(Exception):
    """This file cannot be read any further; line is where that was found. The next file can."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message = message
        self.line = line
        super().__init__(message)


class Progress:
    """How many bytes have been read from disk, over all files."""

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class Input:
    """One open file. Its bytes can be taken once, by one of blocks(), lines() and whole()."""

    def __init__(
        self, name: str, stream: BinaryIO, progress: Progress, report: Callable[[DocumentError], None]
    ) -> None:
        self.name = name
        self.cp1251 = (
            False  # whether the beginning of the file is in windows-1251; known after the first block
        )
        self._stream = stream
        self._progress = progress
        self._report = report

    def report(self, message: str, line: int | None = None) -> None:
        """Say that a record is malformed. Returns when reading is to go on, and raises DocumentError when
        not."""
        self._report(DocumentError(message, source=self.name, line=line))

    def decode(self, data: bytes) -> str:
        """The text of a line or of the whole. Raises ValueError."""
        return decode(data, cp1251=self.cp1251)

    def blocks(self) -> Iterator[bytes]:
        """The content in blocks, none of them empty. Raises InputError."""
        blocks = self._raw()
        first = next(blocks, b"")
        while 0 < len(first) < len(GZIP) and (more := next(blocks, b"")):
            first += more
        blocks = _chain(first, blocks)
        if first.startswith(GZIP):
            blocks = _gunzip(blocks)
        first = next(blocks, b"")
        failure: InputError | None = None
        try:
            while len(first) < SAMPLE and (more := next(blocks, b"")):  # a pipe gives as little as it likes
                first += more
        except InputError as error:  # what came before is read first
            failure = error
        codec = utf16_kind(first)
        if codec is not None:
            blocks = _utf8(_chain(first, blocks), codec)
            first = next(blocks, b"")
        first = first.removeprefix(codecs.BOM_UTF8)
        if codec is None:
            if looks_binary(first) and not first.lstrip().startswith(b"{"):
                raise InputError("this is a binary file, not text")
            self.cp1251 = not _is_utf8(first[:SAMPLE]) and looks_cp1251(first[:SAMPLE])
        yield from _chain(first, blocks)
        if failure is not None:
            raise failure

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """The lines of the content and their numbers, from 1, split at LF and without it. Raises InputError.

        None stands for a line longer than MAX_BYTES.
        """
        number = 1
        begun: list[bytes] = []  # pieces of a line whose end is not there yet
        size = 0
        try:
            for block in self.blocks():
                pieces = block.split(b"\n")
                last = pieces.pop()
                if pieces:
                    if begun or size:
                        size += len(pieces[0])
                        begun.append(pieces[0])
                        pieces[0] = b"".join(begun)
                        if size > MAX_BYTES:
                            yield number, None
                            del pieces[0]
                            number += 1
                        begun.clear()
                        size = 0
                    for piece in pieces:
                        yield number, piece
                        number += 1
                if last:
                    size += len(last)
                    if size > MAX_BYTES:
                        begun.clear()
                    else:
                        begun.append(last)
        except InputError as error:
            raise InputError(error.message, number if number > 1 or size else None) from error
        if size:
            yield number, None if size > MAX_BYTES else b"".join(begun)

    def whole(self) -> bytes:
        """The content in one piece. Raises InputError, also when it is longer than MAX_BYTES."""
        blocks = []
        size = 0
        for block in self.blocks():
            blocks.append(block)
            size += len(block)
            if size > MAX_BYTES:
                raise InputError(
                    f"larger than {MAX_BYTES >> 20} MB, the most that one document's file may be"
                )
        return b"".join(blocks)

    def _raw(self) -> Iterator[bytes]:
        read = getattr(
            self._stream, "read1", self._stream.read
        )  # read1: what a pipe has, without waiting for more
        while True:
            try:
                block = read(BLOCK)
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror or error}") from error
            if not block:
                return
            self._progress.bytes += len(block)
            yield block


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _gunzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of all gzip members, at most BLOCK bytes at a time however well they were packed."""
    unpacker = zlib.decompressobj(wbits=31)
    begun = False  # whether the member at hand has had a byte
    for packed in blocks:
        rest = packed
        while rest:
            if not begun:
                rest = rest.lstrip(b"\0")  # padding after a member, as tapes and some servers leave it
                begun = bool(rest)
                continue
            try:
                content = unpacker.decompress(rest, BLOCK)
            except zlib.error as error:
                raise InputError("the gzip data is damaged; what came before it was read") from error
            if content:
                yield content
            rest = unpacker.unconsumed_tail
            if unpacker.eof:
                rest = unpacker.unused_data
                unpacker = zlib.decompressobj(wbits=31)
                begun = False
    if begun:
        raise InputError("the gzip data ends too early; what came before it was read")


def _utf8(blocks: Iterator[bytes], codec: str) -> Iterator[bytes]:
    """Text in UTF-16 as UTF-8. Half a surrogate pair becomes bytes that are not UTF-8: its line is found
    malformed."""
    decoder = codecs.getincrementaldecoder(codec)("surrogatepass")
    for block in blocks:
        text = decoder.decode(block)
        if text:
            yield text.encode("utf-8", "surrogatepass")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputError("ends in the middle of a UTF-16 character") from error


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(
            sample
        )  # a character cut off by the sample's end is no error
    except UnicodeDecodeError:
        return False
    return True

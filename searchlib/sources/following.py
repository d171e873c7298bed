"""Which lines has a growing file of JSON lines got since the last look?

LineFollower is like `tail -F`: it takes complete lines only, goes on where it stopped, and begins at the start when
the name stands for another file (rotation), or when the file is shorter than what was read or no longer holds it
(truncation). The old file of a rotation is read to its end first, as long as it grows, and its last line counts even
without a newline. On Windows, where an open file could not be renamed, it is not kept open, and lines that come
between the last look and a rotation are missed.

What was read counts once accept() is called; rewind() goes back to the last accept(). So nothing is lost when a
commit fails.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from searchlib.errors import DocumentError, StorageError
from searchlib.sources.jsonl import read_jsonl
from searchlib.sources.reading import Record
from searchlib.sources.streams import MAX_BYTES, Input, Progress

__all__ = ["LineFollower"]

Report = Callable[[DocumentError], None]

PORTION: Final = 1 << 22  # bytes of complete lines that are read at a time; more when a line is longer
TAIL: Final = 64  # bytes before the place reached that must still be there
KEEP_OPEN: Final = os.name != "nt"


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a file has been read: bytes, lines, whether in the middle of a line too long, the last bytes."""

    position: int = 0
    lines: int = 0
    inside: bool = False
    tail: bytes = b""


class _Portion(Input):
    """Some lines from the middle of a file, with nothing to be found out about their kind."""

    def __init__(self, name: str, data: bytes, before: int, report: Report) -> None:
        def shifted(error: DocumentError) -> None:
            report(DocumentError(error.message, source=name, line=before + (error.line or 0)))

        super().__init__(name, BytesIO(data), Progress(), shifted)
        self._data = data if before else data.removeprefix(codecs.BOM_UTF8)

    def blocks(self) -> Iterator[bytes]:
        yield self._data


class LineFollower:
    """Follows one file in UTF-8, which need not be there yet. For one thread."""

    def __init__(self, path: str | PathLike[str], *, from_end: bool = False) -> None:
        """from_end: pass over the lines that are there now, which reads them once to count them.

        Raises ValueError for a packed file, StorageError for what is no file.
        """
        self.path = os.fspath(path)
        if self.path.lower().endswith(".gz"):
            raise ValueError(f"{self.path}: a packed file cannot be followed; watch its folder instead")
        if Path(self.path).exists() and not Path(self.path).is_file():
            raise StorageError(self.path, "not a file, so it cannot be followed")
        self._stream: BinaryIO | None = None
        self._identity: tuple[int, int] | None = None
        self._place = self._accepted = _Place()
        self._portion: bytes | None = None  # complete lines at the place, not yet given
        self._idle = -1  # the size at which no complete line was there
        self._leaving = False  # whether the look before found another file under the name
        self._refused = False
        if from_end:
            self._pass_over()

    def look(self, report: Report) -> bool:
        """Is there a complete line to read? Finds out whether the file was replaced or truncated.

        report is told once when the file cannot be read, until it can be again.
        """
        if self._portion is None:
            try:
                self._portion = self._look()
                self._refused = False
            except OSError as error:
                self._refuse(error, report)
            if not KEEP_OPEN:
                self.close()
        return self._portion is not None

    def read(self, report: Report) -> list[Record] | None:
        """The records of the next few megabytes of complete lines; None when there are none.

        Each bad line is reported.
        """
        portion = self._portion
        if portion is None:
            try:
                portion = self._load()
            except OSError as error:
                self._refuse(error, report)
            if not KEEP_OPEN:
                self.close()
        if portion is None:
            return None
        place = self._place
        end = place.position + len(portion)
        lines = _Portion(self.path, portion, place.lines, report)
        records = [
            Record(values, self.path, place.lines + number, end) for number, values in read_jsonl(lines)
        ]
        finished = portion.endswith(b"\n")
        self._place = _Place(
            end,
            place.lines + portion.count(b"\n") + (not finished),
            not finished and len(portion) > MAX_BYTES,
            portion[-TAIL:],
        )
        self._portion = None
        return records

    def accept(self) -> None:
        """What was read is safe."""
        self._accepted = self._place

    def rewind(self) -> None:
        """Read again what was read since the last accept()."""
        self._place = self._accepted
        self._portion = None
        self._idle = -1

    def close(self) -> None:
        """Lets go of the file; another look opens it again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _look(self) -> bytes | None:
        if not self._open():
            return None
        if self._is_overwritten():
            self._begin()
        portion = self._load()
        if portion is not None or not self._is_replaced():
            self._leaving = False
            return portion
        if not self._leaving:  # whoever writes the old file may not know yet: it gets one more look
            self._leaving = True
            return None
        rest = self._rest()
        if rest:
            return rest
        if self._place is self._accepted:
            self._leaving = False
            self.close()
            return self._load() if self._open() else None
        return None

    def _open(self) -> bool:
        """Whether the file is open, now or already."""
        if self._stream is not None:
            return True
        path = Path(self.path)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise OSError(f"{self.path} is not a file")
            self._stream = path.open("rb", buffering=0)
        except FileNotFoundError:
            return False
        status = os.fstat(self._stream.fileno())
        identity = (status.st_dev, status.st_ino)
        if identity != self._identity:
            self._identity = identity
            self._begin()
        return True

    def _begin(self) -> None:
        self._place = self._accepted = _Place()
        self._idle = -1

    def _is_overwritten(self) -> bool:
        """Is what was read last no longer there?"""
        assert self._stream is not None
        tail = self._place.tail
        if os.fstat(self._stream.fileno()).st_size < self._place.position:
            return True
        self._stream.seek(self._place.position - len(tail))
        return self._read(len(tail)) != tail

    def _is_replaced(self) -> bool:
        """Does the name stand for another file by now? A name without a file is waited for."""
        try:
            status = Path(self.path).stat()
        except FileNotFoundError:
            return False
        return (status.st_dev, status.st_ino) != self._identity

    def _load(self) -> bytes | None:
        """Complete lines from the place on, or the beginning of one that is too long; None when there are none."""
        if not self._open():
            return None
        assert self._stream is not None
        size = os.fstat(self._stream.fileno()).st_size
        if size in (self._place.position, self._idle):
            return None
        self._stream.seek(self._place.position)
        if self._place.inside and not self._leave_line():
            return None
        data = bytearray()
        while block := self._stream.read(PORTION):
            end = block.rfind(b"\n") + 1
            data += block[:end] if end else block
            if end or len(data) > MAX_BYTES:
                return bytes(data)
        self._idle = size
        return None

    def _leave_line(self) -> bool:
        """Passes over the rest of a line that is too long, which was reported; False when its end is not there."""
        assert self._stream is not None
        place = self._place
        position = place.position
        while block := self._stream.read(PORTION):
            end = block.find(b"\n") + 1
            position += end or len(block)
            self._place = _Place(position, place.lines, inside=not end)
            if self._accepted is place:  # there is nothing in it to be lost
                self._accepted = place = self._place
            if end:
                self._stream.seek(position)
                return True
        return False

    def _rest(self) -> bytes:
        """The last line of a file that will get no newline any more."""
        assert self._stream is not None
        if self._place.inside:
            return b""
        self._stream.seek(self._place.position)
        return self._read(MAX_BYTES + 1)

    def _read(self, size: int) -> bytes:
        """So many bytes, or fewer where the file ends."""
        assert self._stream is not None
        data = bytearray()
        while len(data) < size and (block := self._stream.read(size - len(data))):
            data += block
        return bytes(data)

    def _pass_over(self) -> None:
        try:
            if not self._open():
                return
            assert self._stream is not None
            position = lines = end = 0
            while block := self._stream.read(PORTION):
                lines += block.count(b"\n")
                last = block.rfind(b"\n") + 1
                if last:
                    end = position + last
                position += len(block)
        except OSError as error:
            raise StorageError(self.path, f"cannot be read: {error.strerror or error}") from error
        self._place = self._accepted = _Place(end, lines)
        if not KEEP_OPEN:
            self.close()

    def _refuse(self, error: OSError, report: Report) -> None:
        self.close()
        if not self._refused:
            self._refused = True
            reason = error.strerror or error
            report(DocumentError(f"cannot be read: {reason}; it is waited for", source=self.path))

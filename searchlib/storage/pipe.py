"""How do documents, segments and errors go between a writer and a process that builds for it?

    frame    = u64 length, MessagePack of one message
    to it    = {"folder", "definition"}, then for each chunk of documents: its file's name, [document*]*, nil
    from it  = for each chunk [documents, checksum, [replaced*]]; or {"kind", "text", "values"} of an error, and nothing after it
    document = [id, [text*], date, [[keyword*]*], stored], where a stored text that is indexed as it is is nil, so that it goes once

Both ends are of one version of this library, and trust each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import IO, Any, Final

import msgspec

import searchlib.errors
from searchlib.definitions import Definition
from searchlib.documents import Document

__all__ = [
    "Batch",
    "Built",
    "Row",
    "decode",
    "documents_of",
    "encode",
    "packed",
    "receive",
    "send",
    "unpacked",
]

Row = tuple[str, tuple[str, ...], int | None, tuple[tuple[str, ...], ...], dict[str, Any]]
Built = tuple[int, int, list[int]]

_LENGTH: Final = Struct("<Q")
_MANY: Final = b"\xdd\0\0\0\0"  # MessagePack: an array whose length follows, in 4 bytes, the highest first
_KINDS: Final = {
    **{name: getattr(searchlib.errors, name) for name in searchlib.errors.__all__},
    **{kind.__name__: kind for kind in (MemoryError, OverflowError, TypeError, ValueError)},
}

encode: Final = msgspec.msgpack.Encoder().encode
_encode_into: Final = msgspec.msgpack.Encoder().encode_into
_rows: Final = msgspec.msgpack.Decoder(list[Row]).decode


def decode(frame: bytearray) -> Any:
    """The message of a frame that holds no documents."""
    return msgspec.msgpack.decode(frame)


def send(pipe: IO[bytes], frame: bytes | bytearray) -> None:
    """Writes a frame to an unbuffered pipe. Raises OSError when nobody reads it any more."""
    view = memoryview(_LENGTH.pack(len(frame)) + frame)
    while view:
        view = view[pipe.write(view) :]


def receive(pipe: IO[bytes]) -> bytearray | None:
    """Reads a frame from an unbuffered pipe; None when nobody writes to it any more."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, *_LENGTH.unpack(head))


def _exactly(pipe: IO[bytes], n: int) -> bytearray | None:
    data = bytearray(n)
    view = memoryview(data)
    while view:
        got = pipe.readinto(view)  # type: ignore[attr-defined]  # a raw file has it, which its type does not say
        if not got:
            return None
        view = view[got:]
    return data


class Batch:
    """A frame of documents in the making. They are given to it for good."""

    def __init__(self, definition: Definition) -> None:
        self._texts = [(i, field.name) for i, field in enumerate(definition.text_fields) if field.stored]
        self._frame = bytearray(_MANY)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def bytes(self) -> int:
        return len(self._frame)

    def add(self, document: Document) -> None:
        stored = document.stored
        for i, name in self._texts:
            if name in stored and stored[name] is document.texts[i]:
                stored[name] = None
        row: Row = (document.id, document.texts, document.date, document.keywords, stored)
        _encode_into(row, self._frame, -1)
        self._count += 1

    def take(self) -> bytearray:
        """The frame; the next document begins another."""
        frame, self._frame = self._frame, bytearray(_MANY)
        frame[1:5] = self._count.to_bytes(4, "big")
        self._count = 0
        return frame


def documents_of(frame: bytearray, definition: Definition) -> Iterator[Document]:
    """The documents of a frame that a Batch made."""
    names = [(i, field.name) for i, field in enumerate(definition.text_fields) if field.stored]
    for row in _rows(frame):
        document = Document(*row)
        for i, name in names:
            if name in document.stored and document.stored[name] is None:
                document.stored[name] = document.texts[i]
        yield document


def packed(error: BaseException) -> dict[str, Any]:
    """An error as a message."""
    values = {name: value for name, value in vars(error).items() if isinstance(value, (str, int))}
    return {"kind": type(error).__name__, "text": str(error), "values": values}


def unpacked(message: dict[str, Any]) -> Exception:
    """The error that a message tells of: of the same kind, with the same text and attributes."""
    kind = _KINDS.get(message["kind"])
    if kind is None:
        return RuntimeError(f"{message['kind']} in a builder process: {message['text']}")
    error: Exception = kind.__new__(kind)
    error.args = (message["text"],)
    vars(error).update(message["values"])
    return error

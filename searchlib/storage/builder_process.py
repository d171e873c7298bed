"""What does a process do that builds segments for a writer? It reads documents from stdin and answers on stdout, as pipe.py says.

It never writes a file of a name that a commit could have: its writer may be dead already, and another at work. It ends when its
writer does, and takes what it has not finished with it.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import IO

from searchlib.definitions import Definition
from searchlib.documents import Preparer
from searchlib.language import Analyzer
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.pipe import decode, documents_of, encode, packed, receive, send

__all__ = ["main"]


def main() -> None:
    """Serves the writer that started this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the writer is asked to stop, and says so
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  whatever is printed here is not for the writer
        os.dup2(nowhere.fileno(), 1)
    setup = receive(incoming)
    if setup is not None:
        try:
            _serve(incoming, outgoing, **decode(setup))
        except Exception as error:
            with suppress(OSError):  # else nobody is there to be told
                send(outgoing, encode(packed(error)))


def _serve(incoming: IO[bytes], outgoing: IO[bytes], folder: bytes, definition: object) -> None:
    fields = Definition.from_dict(definition)  # type: ignore[arg-type]  # it was made by to_dict
    label = Preparer(fields).label
    analyzer = Analyzer(fields.languages)
    while (name := receive(incoming)) is not None:
        builder = SegmentBuilder(Path(os.fsdecode(folder)), decode(name), fields, analyzer)
        try:
            while (frame := receive(incoming)) is not None and frame != encode(None):
                for document in documents_of(frame, fields):
                    builder.add(label(document))
            if frame is None:
                builder.discard()
                return
            entry, replaced = builder.finish()
            send(outgoing, encode((entry.documents, entry.checksum, sorted(replaced))))
        except BaseException:
            builder.discard()
            raise

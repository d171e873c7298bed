"""How do the documents of files get into a writer, and how far is it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from time import monotonic
from typing import Any, Final, Protocol

from searchlib.errors import DocumentError
from searchlib.sources import read, total_bytes

__all__ = ["Progress", "add_from"]

_REPORT_EVERY: Final = 0.1  # seconds between two calls of on_progress


@dataclass(frozen=True, slots=True)
class Progress:
    """How far add_from has come. consumed and total_bytes are bytes of input on disk; total_bytes None: not known."""

    documents: int
    skipped: int
    consumed: int
    total_bytes: int | None
    seconds: float


class _Adding(Protocol):
    """A writer, whatever it writes to."""

    def add(self, record: Mapping[str, Any], *, page: str | None = None) -> str: ...


class _Refusing(Protocol):
    """What was added and then refused since this was last called; all: once all is known of what was added."""

    def __call__(self, *, all: bool = False) -> Iterable[DocumentError]: ...


def _nothing_refused(*, all: bool = False) -> Iterable[DocumentError]:
    return ()


def add_from(
    writer: _Adding,
    paths: Iterable[str | PathLike[str]],
    *,
    strict: bool,
    on_error: Callable[[DocumentError], None] | None,
    on_progress: Callable[[Progress], None] | None,
    refused: _Refusing = _nothing_refused,
) -> int:
    """See Writer.add_from. refused: for writers that learn later whether a document was taken."""
    chosen = list(paths)
    total = total_bytes(chosen) if on_progress is not None else None
    began = reported = monotonic()
    added = skipped = consumed = 0

    def skip(error: DocumentError) -> None:
        nonlocal skipped
        if strict or on_error is None:
            raise error
        skipped += 1
        on_error(error)

    for record in read(chosen, on_error=skip):
        try:
            writer.add(record.values, page=record.page)
            added += 1
        except DocumentError as error:
            skip(error.at(record.source, record.line))
        for late in refused():
            added -= 1
            skip(late)
        consumed = record.consumed
        if on_progress is not None and monotonic() - reported >= _REPORT_EVERY:
            reported = monotonic()
            on_progress(Progress(added, skipped, consumed, total, reported - began))
    for late in refused(all=True):
        added -= 1
        skip(late)
    if on_progress is not None:
        on_progress(Progress(added, skipped, consumed, total, monotonic() - began))
    return added

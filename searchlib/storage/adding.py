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

_MOST_PLACES: Final = 50_000  # of documents, in files: far more than are on their way to a cluster at a time
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
    """What was added and then refused since this was last called, with its id; all: once all is known of what was added."""

    def __call__(self, *, all: bool = False) -> Iterable[DocumentError]: ...


def add_from(
    writer: _Adding,
    paths: Iterable[str | PathLike[str]],
    *,
    strict: bool,
    on_error: Callable[[DocumentError], None] | None,
    on_progress: Callable[[Progress], None] | None,
    refused: _Refusing | None = None,
) -> int:
    """See Writer.add_from. refused: for writers that learn later whether a document was taken."""
    chosen = list(paths)
    total = total_bytes(chosen) if on_progress is not None else None
    began = reported = monotonic()
    added = skipped = consumed = 0
    places: dict[str, tuple[str, int]] = {}  # of those that may yet be refused

    def skip(error: DocumentError) -> None:
        nonlocal skipped
        if strict or on_error is None:
            raise error
        skipped += 1
        on_error(error)

    def skip_refused(refusing: _Refusing, *, all: bool) -> None:
        nonlocal added
        for late in refusing(all=all):
            added -= 1
            place = places.get(late.id) if late.id is not None else None
            skip(late if place is None else late.at(*place))

    for record in read(chosen, on_error=skip):
        try:
            id = writer.add(record.values, page=record.page)
            added += 1
            if refused is not None:
                places[id] = record.source, record.line
                if len(places) > _MOST_PLACES:
                    del places[next(iter(places))]
        except DocumentError as error:
            skip(error.at(record.source, record.line))
        if refused is not None:
            skip_refused(refused, all=False)
        consumed = record.consumed
        if on_progress is not None and monotonic() - reported >= _REPORT_EVERY:
            reported = monotonic()
            on_progress(Progress(added, skipped, consumed, total, reported - began))
    if refused is not None:
        skip_refused(refused, all=True)
    if on_progress is not None:
        on_progress(Progress(added, skipped, consumed, total, monotonic() - began))
    return added

"""How far is a long build, or another long piece of work? One line on a terminal, rewritten in place; nothing in a pipe."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from .terminal import line_width, warn

if TYPE_CHECKING:
    from searchlib.errors import DocumentError
    from searchlib.storage.adding import Progress

_PAUSE = 0.2  # seconds between two versions of the line
_PATIENCE = 1.0  # seconds of work that need no line
_ERRORS_SHOWN = 20


class Report:
    """Shows progress and the records that were skipped, on stderr. For one thread."""

    def __init__(self) -> None:
        self.skipped = 0
        self._live = sys.stderr.isatty()
        self._began = monotonic()
        self._next = 0.0
        self._shown = False

    def progress(self, now: Progress) -> None:
        """Renews the line, a few times a second at most."""
        if self._live and monotonic() >= self._next:
            self._next = monotonic() + _PAUSE
            self._write(describe(now))

    def bytes(self, done: int, total: int) -> None:
        """The same for work that is bytes to be looked at, once it has taken a while."""
        seconds = monotonic() - self._began
        if self._live and seconds > _PATIENCE and monotonic() >= self._next:
            self._next = monotonic() + _PAUSE
            share = done / total if total else 1.0
            left = f"  {clock(seconds * (1 - share) / share)} left" if share > 0 else ""
            self._write(f"{share:.0%}{left}")

    def documents(self, done: int, total: int) -> None:
        """The same for documents that are moved."""
        if self._live and monotonic() >= self._next:
            self._next = monotonic() + _PAUSE
            seconds = max(monotonic() - self._began, 1e-6)
            left = f"  {clock(seconds * (total - done) / done)} left" if done else ""
            share = done / total if total else 1.0
            self._write(f"{done:,} of {total:,} documents  {done / seconds:,.0f}/s  {share:.0%}{left}")

    def phase(self, what: str) -> None:
        """Says what is being done now that reading is over."""
        if self._live:
            self._write(what)

    def error(self, error: DocumentError) -> None:
        """Reports one skipped record; after the first few they are only counted."""
        self.skipped += 1
        if self.skipped <= _ERRORS_SHOWN:
            self.clear()
            warn(str(error))

    def finish(self) -> None:
        """Removes the line, and tells how many skipped records were not shown."""
        self.clear()
        if self.skipped > _ERRORS_SHOWN:
            warn(f"... and {self.skipped - _ERRORS_SHOWN:,} more records skipped")

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line[: line_width() - 1]}\x1b[K")
        sys.stderr.flush()
        self._shown = True


def describe(now: Progress) -> str:
    """Documents, documents/s, MB/s and, when the input's size is known, the share done and the time left."""
    seconds = max(now.seconds, 1e-6)
    parts = [
        f"{now.documents:,} documents",
        f"{now.documents / seconds:,.0f}/s",
        f"{now.consumed / seconds / 1e6:.1f} MB/s",
    ]
    if now.total_bytes:
        done = min(1.0, now.consumed / now.total_bytes)
        parts.append(f"{done:.0%}")
        if done > 0:
            parts.append(f"{clock(seconds * (1 - done) / done)} left")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, 1:05, or hours, minutes and seconds, 2:01:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

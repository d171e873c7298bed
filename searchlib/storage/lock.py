"""Who may write? One writer per index, by a lock of the operating system that dies with its process.

The lock is on the file `lock`; `lock.holder` says who took it last, for the message to those who wait. A process that is forked
while the lock is held does not have it, nor keep it when its parent dies.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from searchlib.errors import IndexLockedError, StorageError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["WriteLock"]

_PAUSES: Final = (0.005, 0.2)  # seconds between two tries, the first and the longest


class WriteLock:
    """Held from construction to release(). Raises IndexLockedError when another writer keeps it beyond `timeout` s."""

    def __init__(self, folder: Path, timeout: float) -> None:
        from filelock import FileLock, Timeout

        self._holder = folder / "lock.holder"
        self._lock: BaseFileLock = FileLock(folder / "lock", is_singleton=False)
        began = monotonic()
        pause, longest = _PAUSES
        while True:
            left = timeout - (monotonic() - began)
            try:
                self._lock.acquire(blocking=False)
                break
            except Timeout:
                if left <= 0:
                    raise IndexLockedError(folder, self._last_holder(), monotonic() - began) from None
            except OSError as error:
                raise StorageError(folder, f"cannot be written: {error.strerror or error}") from error
            sleep(min(pause, left))
            pause = min(1.5 * pause, longest)
        try:
            self._holder.write_text(f"pid {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        except OSError as error:
            self._lock.release()
            raise StorageError(self._holder, f"cannot be written: {error.strerror or error}") from error

    def release(self) -> None:
        """Lets the next writer in. May be called again."""
        self._lock.release()

    def _last_holder(self) -> str:
        try:
            return self._holder.read_text(encoding="utf-8").strip() or "unknown"
        except (OSError, UnicodeDecodeError):
            return "unknown"

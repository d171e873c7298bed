"""How long to wait before something that a busy or broken cluster refused is sent again?

Waits grow exponentially, and each is drawn at random from the upper half of its range, so that writers that were refused together
do not come back together ("equal jitter" of M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import random
from time import monotonic
from typing import Final

__all__ = ["Backoff"]

FIRST: Final = 0.1  # seconds before the second attempt, at most
LONGEST: Final = 10.0  # seconds between two attempts


class Backoff:
    """The waits of one task. Not for several threads.

    patience: seconds of trying without any success after which there is no further attempt.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.reset()

    def reset(self) -> None:
        """There was a success, if only in part: the waits start from the shortest, and so does patience."""
        self._failures = 0
        self._until = monotonic() + self._patience

    def wait(self) -> float | None:
        """Seconds to wait before the next attempt, or None when patience is at its end."""
        left = self._until - monotonic()
        if left <= 0:
            return None
        longest = min(LONGEST, FIRST * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return min(left, random.uniform(longest / 2, longest))

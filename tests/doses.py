"""How many examples do tests take that draw them by chance? SEARCHLIB_DOSE is the share of the usual ones; 1 unless it is set."""

from __future__ import annotations

import os
from math import ceil

SHARE = float(os.environ.get("SEARCHLIB_DOSE", "1"))


def dose(examples: int) -> int:
    """This many, or the share that is asked for, rounded up."""
    return ceil(examples * SHARE)

"""The oracle for finding forms: patterns and errors, by the book, one form after the other."""

from __future__ import annotations

import re


def fits(pattern: str, form: str) -> bool:
    """`*` is any letters or none, `?` any one letter."""
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(c) or re.escape(c) for c in pattern), form, re.DOTALL) is not None


def errors(a: str, b: str) -> int:
    """Letters to insert, delete, replace, or swap with their neighbour: the whole matrix of optimal string alignment."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]

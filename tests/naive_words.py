"""The oracles for suggestions and completion: the cost of a misspelling, the documents of a form, what stands together, by the book."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

REPLACED, LOST, EXTRA, SWAPPED = range(4)


def spelling_cost(tables: tuple[bytes, bytes, bytes, bytes], first: int, typed: bytes, meant: bytes) -> int:
    """The least cost of all ways from a word to what was typed, in tenths of a nat; words as keys have them."""

    def of(table: int, a: int, b: int) -> int:
        return tables[table][a * 256 + b]

    def beside(table: int, word: bytes, i: int) -> int:
        neighbours = (word[i - 1] if i else 0, word[i + 1] if i + 1 < len(word) else 0)
        return min(of(table, other, word[i]) for other in neighbours) + (0 if i else first)

    @cache
    def cost(i: int, j: int) -> int:
        """Of the first i letters typed for the first j meant."""
        ways = []
        if i == j == 0:
            return 0
        if i and j:
            same = typed[i - 1] == meant[j - 1]
            wrong = of(REPLACED, typed[i - 1], meant[j - 1]) + (first if i == j == 1 else 0)
            ways.append(cost(i - 1, j - 1) + (0 if same else wrong))
        if i:
            ways.append(cost(i - 1, j) + beside(EXTRA, typed, i - 1))
        if j:
            ways.append(cost(i, j - 1) + beside(LOST, meant, j - 1))
        if i > 1 and j > 1 and typed[i - 1] == meant[j - 2] and typed[i - 2] == meant[j - 1]:
            swap = of(SWAPPED, typed[i - 2], typed[i - 1]) + (first if i == j == 2 else 0)
            ways.append(cost(i - 2, j - 2) + swap)
        return min(ways)

    return cost(len(typed), len(meant))


def frequency(documents: int, rank: int, forms: int) -> float:
    """Documents with a form, about: of those of its term, which has so many forms, by the form's rank from 0."""
    if forms == 0:
        return float(documents)
    share = sum(1 / n for n in range(1, forms + 1))
    return documents / ((rank + 1) * share)


def shared(one: Iterable[int], other: Iterable[int]) -> int:
    return len(set(one) & set(other))


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=0.02)

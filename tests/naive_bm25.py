"""The oracle: BM25 by the book, over plain Python lists, in double precision. Slow and meant to be read.

A corpus is a list of documents, a document a list of fields, a field a list of words, each word a tuple of terms (the
readings of the form). Stop words are words too; `stop` says which they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Words = tuple[str, ...]
Field = Sequence[Words]
Document = Sequence[Field]


class NaiveBM25:
    """Counts everything once, then scores every document for every query."""

    def __init__(
        self,
        corpus: Sequence[Document],
        weights: Sequence[float],
        k1: float,
        b: float,
        stop: Callable[[Words], bool] = lambda words: False,
    ) -> None:
        self.size = len(corpus)
        self.frequencies: dict[str, dict[int, float]] = {}  # term -> document -> weighted tf
        lengths = []
        for number, document in enumerate(corpus):
            length = 0.0
            for weight, field in zip(weights, document, strict=True):
                for words in field:
                    if not stop(words):
                        length += weight
                    for term in set(words):
                        column = self.frequencies.setdefault(term, {})
                        column[number] = column.get(number, 0.0) + weight
            lengths.append(length)
        average = (sum(lengths) / self.size) or 1.0
        self.norms = [k1 * (1 - b + b * length / average) for length in lengths]

    def rank(
        self, query: Sequence[tuple[Words, float]], dead: frozenset[int] = frozenset()
    ) -> list[tuple[float, int]]:
        """(score, document) of every living document that matches, best first, equal scores in document order."""
        scores: dict[int, float] = {}
        for words, boost in query:
            best: dict[int, float] = {}
            for term in words:
                column = self.frequencies.get(term, {})
                df = len(column)
                idf = math.log(1 + (self.size - df + 0.5) / (df + 0.5))
                for number, tf in column.items():
                    score = boost * idf * tf / (tf + self.norms[number])
                    best[number] = max(best.get(number, 0.0), score)
            for number, score in best.items():
                scores[number] = scores.get(number, 0.0) + score
        found = [(score, number) for number, score in scores.items() if number not in dead]
        found.sort(key=lambda one: (-one[0], one[1]))
        return found

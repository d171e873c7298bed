"""A toy archive over several segments, with a corpus that the oracles can count."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from naive_bm25 import NaiveBM25

from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language.analyzer import Analysis
from searchlib.ranking._searcher import Searcher
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.segment import Segment


class ToyAnalyzer:
    """Words of the toy language: 'a12' is the term t12, 'b3x7' reads as t3 or t7, 's1' is a stop word."""

    def analyze(self, form: str) -> Analysis:
        return Analysis(readings(form), form.startswith("s"))


def readings(form: str) -> tuple[str, ...]:
    if form.startswith("b"):
        return tuple(dict.fromkeys("t" + number for number in form[1:].split("x")))
    return ("t" + form[1:],) if form.startswith("a") else (form,)


class ToyArchive:
    """Toy documents spread over segments, and the same documents for the oracle."""

    def __init__(self, folder: Path, parts: Sequence[Sequence[Sequence[str]]], k1: float, b: float) -> None:
        names = [f"f{i}" for i in range(len(parts[0][0]))]
        self.weights = [2.0, 1.0, 0.5][-len(names) :]
        self.k1, self.b = k1, b
        fields = tuple(Field(name, "text", weight=w) for name, w in zip(names, self.weights, strict=True))
        definition = Definition(fields=fields, k1=k1, b=b)
        self.corpus: list[list[list[tuple[str, ...]]]] = []
        self.segments = []
        self.starts = []
        analyzer: Any = ToyAnalyzer()
        for number, part in enumerate(parts):
            builder = SegmentBuilder(folder, f"{number}.segment", definition, analyzer)
            self.starts.append(len(self.corpus))
            for texts in part:
                builder.add(Document(str(len(self.corpus)), tuple(texts), None, (), {"id": ""}))
                self.corpus.append([[readings(form) for form in text.split()] for text in texts])
            entry, _ = builder.finish()
            self.segments.append(Segment(folder, entry))
        self.dead: frozenset[int] = frozenset()
        self.oracle = NaiveBM25(self.corpus, self.weights, k1, b, lambda words: words[0][0] == "s")

    def searcher(self, weights: list[float] | None = None, *, tabled: bool = False) -> Searcher:
        """tabled: even the frequent terms of few documents have tables, from their second search on."""
        rows = []
        for start, segment in zip(self.starts, self.segments, strict=True):
            documents = segment.file.documents
            live = None
            if any(start <= doc < start + documents for doc in self.dead):
                bits = bytearray((documents + 7) // 8)
                for doc in range(documents):
                    if start + doc not in self.dead:
                        bits[doc >> 3] |= 1 << (doc & 7)
                live = bytes(bits)
            rows.append((segment.file, live, segment.total_length))
        return Searcher(rows, self.weights, self.k1, self.b, weights, tabled_from=0 if tabled else 1 << 31)


def zipf_text(chance: random.Random, length: int, ambiguous: float) -> str:
    words = []
    for _ in range(length):
        number = int(2000 ** chance.random()) - 1
        if chance.random() < ambiguous:
            words.append(f"b{number}x{int(2000 ** chance.random()) - 1}")
        else:
            words.append(f"a{number}" if number else "s0")
    return " ".join(words)

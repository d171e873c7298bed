"""Toy documents spread over segments, asked for phrases and for forms, and the oracle beside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from naive_phrases import NaivePhrases, Slot

from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language.analyzer import Analysis
from searchlib.ranking._occurrences import BUILDS, best, find
from searchlib.ranking._searcher import Occurrences, Searcher
from searchlib.ranking._tally import BUILDS as TALLY_BUILDS
from searchlib.ranking._tally import Tally
from searchlib.storage._forms import FormSet
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.segment import Segment

Words = Sequence[str] | Slot


def exact(*forms: str) -> Slot:
    return Slot(forms, exact=True)


@cache
def terms_of(form: str) -> tuple[str, ...]:
    """A toy form is indexed as each of its letters, but a number or a compound as itself."""
    return tuple(dict.fromkeys(form)) if form.isalpha() else (form,)


class ToyAnalyzer:
    """'ab' reads as a or b; 'z' is a stop word."""

    def analyze(self, form: str) -> Analysis:
        return Analysis(terms_of(form), form == "z")


class Archive:
    """Toy documents spread over segments, and the same documents for the oracle."""

    def __init__(
        self, folder: Path, parts: Sequence[Sequence[Sequence[str]]], weights: Sequence[float]
    ) -> None:
        self.weights = list(weights)
        fields = tuple(Field(f"f{i}", "text", weight=w or 1.0) for i, w in enumerate(weights))
        definition = Definition(fields=fields)
        self.parts = parts
        self.segments = []
        self.starts = []
        texts: list[Sequence[str]] = []
        analyzer: Any = ToyAnalyzer()
        for number, part in enumerate(parts):
            builder = SegmentBuilder(folder, f"{number}.segment", definition, analyzer)
            self.starts.append(len(texts))
            for document in part:
                builder.add(Document(str(len(texts)), tuple(document), None, (), {"id": ""}))
                texts.append(document)
            entry, _ = builder.finish()
            self.segments.append(Segment(folder, entry))
        self.oracle = NaivePhrases(texts, terms_of)
        self.usual = [field.weight for field in fields]
        self.k1, self.b = 1.2, 0.55

    def searcher(self, live: Sequence[bytes | None] | None = None) -> Searcher:
        rows = [
            (segment.file, None if live is None else live[i], segment.total_length)
            for i, segment in enumerate(self.segments)
        ]
        return Searcher(rows, self.usual, self.k1, self.b, self.weights)

    def slot(self, words: Words) -> tuple[str, ...] | list[FormSet]:
        """A slot as it is asked for: terms, or in a Slot the forms that it names."""
        if not isinstance(words, Slot):
            return tuple(words)
        return [FormSet.of(segment.file, *words.words) for segment in self.segments]

    def tally(self, forms: Slot, searcher: Searcher | None = None, **options: Any) -> Tally:
        """How often any of these forms occurs."""
        sets = [FormSet.of(segment.file, *forms.words) for segment in self.segments]
        return Tally(searcher or self.searcher(), sets, **options)

    def find(self, slots: Sequence[Words], **options: Any) -> dict[int, float]:
        """Document -> how often; documents numbered through the segments."""
        return self.numbered(find(self.searcher(), [self.slot(slot) for slot in slots], **options))

    def numbered(self, occurrences: Occurrences) -> dict[int, float]:
        found: dict[int, float] = {}
        for start, rows in zip(self.starts, occurrences.items(), strict=True):
            assert [doc for doc, _ in rows] == sorted({doc for doc, _ in rows})
            found |= {start + doc: tf for doc, tf in rows}
        assert occurrences.df == len(found)
        return found

    def best(
        self, slots: Sequence[Words], k: int, live: Sequence[bytes | None] | None = None, **options: Any
    ) -> list[tuple[float, int]]:
        """(score, document) of the best k."""
        found = best(self.searcher(live), [self.slot(slot) for slot in slots], k, 1.5, **options)
        return [(score, self.starts[part] + doc) for score, part, doc in found]

    def ranked(self, found: dict[int, float], weight: float) -> list[tuple[float, int]]:
        """(score, document) of what is found, the best first."""
        searcher = self.searcher()
        ranked = []
        for doc, tf in found.items():
            part = bisect_right(self.starts, doc) - 1
            norm = searcher.lengths(part, doc - self.starts[part])[2]
            ranked.append((weight * (tf / (tf + norm)), doc))
        return sorted(ranked, key=lambda one: (-one[0], one[1]))

    def check_forms(self, forms: Slot, fields: int = 0) -> dict[int, float]:
        """Are all occurrences of forms counted, and the best found?"""
        expected = self.oracle.find([forms], self.weights, 1, fields)
        for build in TALLY_BUILDS:
            tally = self.tally(forms, fields=fields, build=build)
            assert tally.df == len(expected)
            assert self.numbered(tally.occurrences) == expected
            assert len(tally.bits) == tally.df
            assert all((part, doc) in tally.bits for part, doc in self.places(expected))
            ranked = self.ranked(expected, tally.weight)
            for k in (1, 10, 10_000):
                best = [(score, self.starts[part] + doc) for score, part, doc in tally.best(k)]
                assert best == ranked[:k]
        return expected

    def places(self, found: dict[int, float]) -> list[tuple[int, int]]:
        parts = [bisect_right(self.starts, doc) - 1 for doc in found]
        return [(part, doc - self.starts[part]) for part, doc in zip(parts, found, strict=True)]

    def check(self, slots: Sequence[Words], slop: int = 1, fields: int = 0) -> dict[int, float]:
        if len(slots) == 1 and isinstance(slots[0], Slot):
            return self.check_forms(slots[0], fields)
        asked = [slot if isinstance(slot, Slot) else Slot(slot) for slot in slots]
        expected = self.oracle.find(asked, self.weights, slop, fields)
        ranked = self.ranked(expected, 1.5)
        for build in BUILDS:
            assert self.find(slots, slop=slop, fields=fields, build=build) == expected
            for k in (1, 10, 10_000) if len(slots) > 1 else ():
                assert self.best(slots, k, slop=slop, fields=fields, build=build) == ranked[:k]
        return expected


def archive_of(folder: Path, *texts: str | tuple[str, ...]) -> Archive:
    documents = [(text,) if isinstance(text, str) else text for text in texts]
    return Archive(folder, [documents], [2.0, 1.0][-len(documents[0]) :])

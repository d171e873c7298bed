"""The oracle for merges: the segment that is built at once from the documents that live, and what a segment says, read naively."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from naive_dictionary import read_forms, read_terms
from naive_postings import read_places

from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language.analyzer import Analysis
from searchlib.ranking._occurrences import places
from searchlib.ranking._searcher import Searcher
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.segment import Segment

DEFINITION = Definition(
    fields=(
        Field("title", "text", weight=2.0),
        Field("text", "text"),
        Field("date", "date"),
        Field("tags", "keyword"),
        Field("lang", "keyword"),
    )
)


class MadeUp:
    """An analysis with one to three terms, some of them shared as first and as other ones; `q`: none; `s`: a stop word."""

    def analyze(self, form: str) -> Analysis:
        count = 0 if form.startswith("q") else 1 + len(form) % 3
        terms = tuple(f"{form[:3]}{number}" for number in range(count))
        return Analysis(terms[::-1] if form.endswith("b") else terms, form.startswith("s"))


def built(
    folder: Path, file: str, documents: Sequence[Document], analyzer: Any
) -> tuple[Segment, bytes | None]:
    """A segment of these documents, and which of them no later one replaced."""
    builder = SegmentBuilder(folder, file, DEFINITION, analyzer)
    for document in documents:
        builder.add(document)
    entry, replaced = builder.finish()
    return Segment(folder, entry), bits_of([doc not in replaced for doc in range(len(documents))])


def bits_of(lives: Sequence[bool]) -> bytes | None:
    """A bit a document, or None when all live."""
    if all(lives):
        return None
    number = sum(1 << doc for doc, alive in enumerate(lives) if alive)
    return number.to_bytes((len(lives) + 7) // 8, "little")


def sections(segment: Segment) -> dict[str, bytes]:
    """All sections but those of stored fields, whose blocks may differ."""
    names = [name for name in segment.file.section_names if not name.startswith("stored")]
    return {name: segment.file.section(name) for name in names}


def described(segment: Segment) -> dict[str, Any]:
    """The table of contents without what says where stored blocks and sections lie."""
    left_out = {"sections", "stored_blocks", "covered", "hashes", "hashes_checksum"}
    return {name: value for name, value in segment._contents.items() if name not in left_out}


def forms_of(segment: Segment) -> dict[bytes, tuple[bool, tuple[bytes, ...]]]:
    """key -> (is it a stop word, its terms) of every form."""
    file = segment.file
    terms = read_terms(file.section("terms"), file.term_count)
    forms = read_forms(file.section("forms"), file.section("endings"), file.form_count, terms)
    return {form.key: (form.stop, tuple(terms[ordinal].key for ordinal in form.terms)) for form in forms}


def standing(segment: Segment) -> dict[bytes, dict[tuple[int, int], bytes]]:
    """term -> (document, position) -> the form that stands there, b"" when it is another term's."""
    file = segment.file
    terms = read_terms(file.section("terms"), file.term_count)
    forms = read_forms(file.section("forms"), file.section("endings"), file.form_count, terms)
    searcher = Searcher([(file, None, segment.total_length)], [2.0, 1.0], 1.2, 0.55)
    found = {}
    for ordinal, term in enumerate(terms):
        rows = places(searcher, 0, ordinal)
        assert term.df == len(rows) > 0
        part = file.section("positions")[term.positions[0] : sum(term.positions)]
        if term.once:
            part = file.section("terms")[term.once[1] : term.once[2]]
        _, codes = read_places(part, [len(row) for _, row in rows], term.varied > 0)
        own = {form.code or 0: form.key for form in forms if form.terms[:1] == [ordinal]}
        codes = codes or [[0] * len(row) for _, row in rows]
        found[term.key] = {
            (doc, place): own.get(code, b"")
            for (doc, row), standing in zip(rows, codes, strict=True)
            for place, code in zip(row, standing, strict=True)
        }
    return found

"""A segment of nothing but lists and dictionaries, made from texts, and the same texts counted by hand."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from naive_dictionary import BLOCK, Form, key_of, peak_bound, read_forms, read_terms
from naive_postings import read_places
from naive_words import frequency

from searchlib import CorruptIndexError
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.storage._inversion import Inversion
from searchlib.storage._segment import SegmentFile
from searchlib.storage.format import SectionWriter, open_segment


def opened(folder: str, documents: int, sections: dict[str, bytes], contents: dict[str, Any]) -> SegmentFile:
    """A segment with nothing but these sections."""
    out = SectionWriter(Path(folder) / "00000001.segment")
    for name, data in ({"terms": b"", "forms": b"", "endings": b""} | sections).items():
        out.section(name, data)
    described = {"documents": documents, "text_fields": ["text"], "terms": 0, "forms": 0} | contents
    return open_segment(out.path, out.finish(described, durable=False))[0]


def readings(form: str) -> Analysis:
    """A made-up analysis with up to 20 terms, of which 16 are kept, and terms that forms share, as first and as other ones."""
    count = 1 + len(form) % 3 if len(form) < 12 else 20
    if form.startswith("q"):
        count = 0
    terms = tuple(f"{form[:3]}{number}" for number in range(count))
    return Analysis(terms[::-1] if form.endswith("b") else terms, form.startswith("s"))


class Inverted:
    """Texts inverted, written as a segment, and counted by hand."""

    def __init__(
        self,
        folder: str,
        texts: Sequence[tuple[str, str]],
        analyze: Callable[[str], Analysis] = readings,
    ) -> None:
        inversion = Inversion(analyze, 2)
        self.analyze = analyze
        self.df: Counter[str] = Counter()
        self.places: dict[str, dict[int, dict[int, str]]] = {}  # term -> document -> position -> form, or ""
        self.forms: set[str] = set()
        self.lengths: list[list[int]] = [[], []]
        for doc, document in enumerate(texts):
            terms: set[str] = set()
            base = 0
            for field, text in enumerate(document):
                tokens = tokenize(text)
                for token, following in zip(tokens, [*tokens[1:], None], strict=False):
                    part = following[0] if token[5] and following and following[3] == token[3] else ""
                    for term in analyze(token[0]).terms[:16]:
                        if part and term in analyze(part).terms[:16]:
                            continue  # the first part of a hyphenated whole stands for both
                        stands = self.places.setdefault(term, {}).setdefault(doc, {})
                        # all forms whose first term is another one are one symbol
                        stands.setdefault(
                            base + token[3], token[0] if term == self.first_term(token[0]) else ""
                        )
                base += max((token[3] + 1 for token in tokens), default=0)
                self.forms |= {token[0] for token in tokens}
                terms |= {term for token in tokens for term in analyze(token[0]).terms[:16]}
                self.lengths[field].append(sum(not (one[5] or analyze(one[0]).stop) for one in tokens))
            self.df.update(terms)
            inversion.add(document)
        self.title_tokens = array("I", inversion.tokens(0)).tolist()
        for field in (0, 1):
            assert array("I", inversion.lengths(field)).tolist() == self.lengths[field]
        parts: dict[str, bytearray] = {}
        self.pieces: Counter[str] = Counter()

        def put(name: str, piece: memoryview) -> None:
            parts.setdefault(name, bytearray()).extend(piece)
            self.pieces[name] += 1

        self.total_length = inversion.encode([2.0, 1.0], 1.2, 0.55, put)
        assert list(parts) == [
            "postings",
            "positions",
            "terms",
            "names.latin",
            "names.cyrillic",
            "forms",
            "endings",
            "peaks",
        ]
        self.sections = {name: bytes(part) for name, part in parts.items()}
        self.counts = {"terms": inversion.terms, "forms": inversion.forms}
        contents = {"text_fields": ["title", "text"]} | self.counts
        self.file = opened(folder, len(texts), self.sections, contents)
        self.terms = read_terms(self.sections["terms"], self.counts["terms"])

    def first_term(self, form: str) -> str:
        return next(iter(self.analyze(form).terms), "")

    def standing(self, forms: Collection[str]) -> set[tuple[int, int]]:
        """(document, position) of all that these forms stand for and have not lost to another form there."""
        return {
            (doc, place)
            for form in forms
            for doc, places in self.places.get(self.first_term(form), {}).items()
            for place, other in places.items()
            if other == form
        }

    def stands(self, found: dict[int, tuple[int, ...] | None]) -> set[tuple[int, int]]:
        """(document, position) of what form_set and its kin say, from the bytes of the lists."""
        result = set()
        for ordinal, wanted in found.items():
            entry = self.terms[ordinal]
            documents = sorted(self.places[self.file.term(ordinal)].items())
            part = self.sections["positions"][entry.positions[0] : sum(entry.positions)]
            if entry.once:
                part = self.sections["terms"][entry.once[1] : entry.once[2]]
            counts = [len(places) for _, places in documents]
            rows, codes = read_places(part, counts, entry.varied > 0)
            for (doc, _), row, standing in zip(documents, rows, codes or rows, strict=True):
                result |= {
                    (doc, place)
                    for place, code in zip(row, standing, strict=True)
                    if wanted is None or code in wanted
                }
        return result

    def check_codes(
        self, term: str, varied: int, code_of: dict[bytes, int | None], codes: list[list[int]]
    ) -> None:
        """code_of: of the forms whose first term this is; codes: of every document of the term."""
        rows = [
            [key_of(form) for _, form in sorted(places.items())]
            for _, places in sorted(self.places[term].items())
        ]
        counts = Counter(dict.fromkeys(code_of, 0))  # a form may have lost all its positions to another one
        counts.update(key for row in rows for key in row)
        assert {key_of(form) for form in self.forms if self.first_term(form) == term} == set(code_of)
        assert varied == (len(counts) if len(counts) > 1 else 0)
        if not varied:
            assert set(code_of.values()) <= {None} and not codes
            return
        by_code: dict[int | None, bytes] = {code: key for key, code in code_of.items()}
        if b"" in counts:
            [rest] = set(range(varied)) - set(by_code)
            by_code[rest] = b""
        assert sorted(by_code, key=str) == sorted(range(varied), key=str)
        assert [[by_code[code] for code in row] for row in codes] == rows
        ranked = [counts[by_code[code]] for code in range(varied)]
        assert ranked == sorted(ranked, reverse=True)

    def check_peaks(self, forms: list[Form]) -> None:
        """The bound of each block of forms holds, and is the least of its kind."""
        peaks = self.sections["peaks"]
        assert len(peaks) == -(-len(forms) // BLOCK)
        for peak, start in zip(peaks, range(0, len(forms), BLOCK), strict=True):
            most = max(
                frequency(self.terms[form.terms[0]].df, form.code or 0, self.terms[form.terms[0]].varied)
                if form.terms and not form.stop
                else 0.0
                for form in forms[start : start + BLOCK]
            )
            assert (peak == 0) == (most == 0)
            if peak:  # a frequency is told to a hundredth
                assert peak_bound(peak) >= 0.98 * most
                assert peak_bound(peak - 1) <= 1.02 * most

    def check(self) -> None:
        file = self.file
        assert self.total_length == 2.0 * sum(self.lengths[0]) + sum(self.lengths[1])
        assert file.form_count == len(self.forms)
        # other terms than those of documents: the ones past the 16th of a form
        terms = self.terms
        forms = read_forms(self.sections["forms"], self.sections["endings"], self.counts["forms"], terms)
        for entries, words in ((terms, list(self.df)), (forms, list(self.forms))):
            keys = [entry.key for entry in entries]
            assert keys == sorted(set(keys))
            assert {key_of(word) for word in words} <= set(keys)
        assert len(forms) == len(self.forms)
        self.check_peaks(forms)
        assert {entry.key: entry.df for entry in terms if entry.df} == {
            key_of(term): df for term, df in self.df.items()
        }
        words_of = {key_of(term): term for term in self.df}
        postings = positions = 0
        for ordinal, entry in enumerate(terms):  # the lists lie one after the other, without gaps
            term = file.term(ordinal)
            assert key_of(term) == entry.key
            assert file.document_frequency(term) == entry.df
            assert (entry.postings[0], entry.positions[0]) == (postings, positions)
            postings += entry.postings[1]
            positions += entry.positions[1]
            if entry.df:
                places = self.places[words_of[entry.key]]
                part = self.sections["positions"][positions - entry.positions[1] : positions]
                if entry.once:
                    [(doc, [place])] = places.items()
                    assert place >= self.title_tokens[doc]
                    part = self.sections["terms"][entry.once[1] : entry.once[2]]
                counts = [len(places[doc]) for doc in sorted(places)]
                stands, codes = read_places(part, counts, entry.varied > 0)
                assert stands == [sorted(places[doc]) for doc in sorted(places)]
                code_of = {form.key: form.code for form in forms if form.terms[:1] == [ordinal]}
                self.check_codes(words_of[entry.key], entry.varied, code_of, codes)
        assert (postings, positions) == (len(self.sections["postings"]), len(self.sections["positions"]))
        for form in self.forms:
            found = file.find_form(form)
            assert found == (self.analyze(form).terms[:16], self.analyze(form).stop)
            for other in (form[:-1], form + "a", form + "\0", "\0" + form, form + "\U0010ffff"):
                assert (file.find_form(other) is not None) == (other in self.forms)
                assert (file.document_frequency(other) > 0) == (other in self.df)
        for other in ("", "\0", "\U0010ffff", "a" * 600, "я" * 600):
            assert file.find_form(other) is None
            assert file.document_frequency(other) == 0
        with pytest.raises(CorruptIndexError):
            file.term(file.term_count)

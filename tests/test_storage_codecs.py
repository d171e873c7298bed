"""Does whatever is encoded come back, for any input: dictionaries, ids, columns, stored fields, checksums?"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from naive_dictionary import key_of, read_forms, read_terms
from naive_postings import read_places

from searchlib import CorruptIndexError
from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.storage._inversion import Inversion
from searchlib.storage._segment import PAGE, SegmentFile, hash64
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.columns import DateColumn, KeywordColumn, KeywordWriter, encode_dates, narrow
from searchlib.storage.format import SectionWriter, open_segment
from searchlib.storage.segment import Segment
from searchlib.storage.stored import BLOCK, StoredReader, StoredWriter

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
THOROUGH = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def opened(folder: str, documents: int, sections: dict[str, bytes], contents: dict[str, Any]) -> SegmentFile:
    """A segment with nothing but these sections."""
    out = SectionWriter(Path(folder) / "00000001.segment")
    for name, data in ({"terms": b"", "forms": b"", "endings": b""} | sections).items():
        out.section(name, data)
    described = {"documents": documents, "text_fields": ["text"], "terms": 0, "forms": 0} | contents
    return open_segment(out.path, out.finish(described, durable=False))[0]


# ---- checksums ----


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
    ],
)
def test_the_checksum_is_xxh64(data: bytes, expected: int) -> None:
    assert hash64(data) == expected
    assert hash64(bytearray(data)) == hash64(memoryview(data)) == expected


def test_the_checksum_tells_lengths_and_every_byte_apart() -> None:
    seen = {hash64(bytes(length)) for length in range(200)}
    data = bytearray(range(100))
    for at in range(100):
        for bit in range(8):
            data[at] ^= 1 << bit
            seen.add(hash64(data))
            data[at] ^= 1 << bit
    assert len(seen) == 200 + 800


# ---- dictionaries ----


def readings(form: str) -> Analysis:
    """A made-up analysis with 1 to 20 terms, of which 16 are kept, and terms that forms share, as first and as other ones."""
    count = 1 + len(form) % 3 if len(form) < 12 else 20
    terms = tuple(f"{form[:3]}{number}" for number in range(count))
    return Analysis(terms[::-1] if form.endswith("b") else terms, form.startswith("s"))


def first_term(form: str) -> str:
    return readings(form).terms[0]


class Inverted:
    """Texts inverted, written as a segment, and counted by hand."""

    def __init__(self, folder: str, texts: Sequence[tuple[str, str]]) -> None:
        inversion = Inversion(readings, 2)
        self.df: Counter[str] = Counter()
        self.places: dict[str, dict[int, dict[int, str]]] = {}  # term -> document -> position -> form, or ""
        self.forms: set[str] = set()
        self.lengths: list[list[int]] = [[], []]
        for doc, document in enumerate(texts):
            terms: set[str] = set()
            base = 0
            for field, text in enumerate(document):
                tokens = tokenize(text)
                for token in tokens:
                    for term in readings(token[0]).terms[:16]:
                        stands = self.places.setdefault(term, {}).setdefault(doc, {})
                        # the first form at a position counts; all whose first term is another one are one symbol
                        stands.setdefault(base + token[3], token[0] if term == first_term(token[0]) else "")
                base += max((token[3] + 1 for token in tokens), default=0)
                self.forms |= {token[0] for token in tokens}
                terms |= {term for token in tokens for term in readings(token[0]).terms[:16]}
                self.lengths[field].append(sum(not (one[5] or readings(one[0]).stop) for one in tokens))
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
        assert list(parts) == ["postings", "positions", "terms", "forms", "endings"]
        self.sections = {name: bytes(part) for name, part in parts.items()}
        self.counts = {"terms": inversion.terms, "forms": inversion.forms}
        contents = {"text_fields": ["title", "text"]} | self.counts
        self.file = opened(folder, len(texts), self.sections, contents)

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
        assert {key_of(form) for form in self.forms if first_term(form) == term} == set(code_of)
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

    def check(self) -> None:
        file = self.file
        assert self.total_length == 2.0 * sum(self.lengths[0]) + sum(self.lengths[1])
        assert file.form_count == len(self.forms)
        # other terms than those of documents: the ones past the 16th of a form
        terms = read_terms(self.sections["terms"], self.counts["terms"])
        forms = read_forms(self.sections["forms"], self.sections["endings"], self.counts["forms"], terms)
        for entries, words in ((terms, list(self.df)), (forms, list(self.forms))):
            keys = [entry.key for entry in entries]
            assert keys == sorted(set(keys))
            assert {key_of(word) for word in words} <= set(keys)
        assert len(forms) == len(self.forms)
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
            assert found == (readings(form).terms[:16], readings(form).stop)
            for other in (form[:-1], form + "a", form + "\0", "\0" + form, form + "\U0010ffff"):
                assert (file.find_form(other) is not None) == (other in self.forms)
                assert (file.document_frequency(other) > 0) == (other in self.df)
        for other in ("", "\0", "\U0010ffff", "a" * 600, "я" * 600):
            assert file.find_form(other) is None
            assert file.document_frequency(other) == 0
        with pytest.raises(CorruptIndexError):
            file.term(file.term_count)


WORDS = st.one_of(
    st.text("abs", min_size=1, max_size=4),
    st.text("абвё", min_size=1, max_size=3),
    st.text("字漢あ한", min_size=1, max_size=2),
    st.integers(0, 300).map(lambda number: f"w{number:05}"),
    st.sampled_from(["a" * 511, "a" * 512, "я" * 256, "x-y", "xx-y", "xx-yb", "xx-y-b", "s-bahn", "𐐀𐐁"]),
)
TEXTS = st.lists(WORDS, max_size=30).map(" ".join)


@THOROUGH
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12))
@example([("", "")])
@example([("", " ".join(f"w{number}" for number in range(16)))])
@example([("", "дом-а")])  # a whole, and a first part that never counts: one occurrence, two forms
@example([("дома", "дом домб"), ("", "домб домб дома"), ("дом", "")])
@example([("", " ".join(f"w{number}" for number in range(1000)))])
def test_every_form_and_term_is_found_and_no_other(texts: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        Inverted(folder, texts).check()


def test_an_inversion_that_was_written_takes_no_more() -> None:
    inversion = Inversion(readings, 1)
    inversion.add(("abs",))
    inversion.encode([1.0], 1.2, 0.55, lambda name, piece: None)
    with pytest.raises(ValueError, match="were written"):
        inversion.add(("abs",))
    assert len(inversion) == 1


def test_dictionaries_of_many_documents(tmp_path: Path) -> None:
    texts = [
        (
            " ".join(f"w{number * k % 701}" for k in range(number % 4)),
            " ".join(f"w{number * k % 4999}" for k in range(1, 30)),
        )
        for number in range(1, 2500)
    ]
    inverted = Inverted(str(tmp_path), texts)
    assert inverted.pieces["postings"] > 1  # they are handed over while others are made
    inverted.check()


# ---- ids ----

IDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=6
) | st.text("ab", min_size=1, max_size=5)
ONE_FIELD = Definition(fields=(Field("text", "text"),))


class Nothing:
    """An analyser for documents without words."""

    def analyze(self, form: str) -> Analysis:
        raise AssertionError(form)


def with_ids(folder: str, ids: Sequence[str]) -> Segment:
    analyzer: Any = Nothing()
    builder = SegmentBuilder(Path(folder), "00000001.segment", ONE_FIELD, analyzer)
    for id in ids:
        builder.add(Document(id, ("",), None, (), {"id": id}))
    entry, replaced = builder.finish(durable=False)
    newest = {id: doc for doc, id in enumerate(ids)}
    assert replaced == set(range(len(ids))) - set(newest.values())
    return Segment(Path(folder), entry)


@THOROUGH
@given(st.lists(IDS, min_size=1, max_size=60), st.lists(IDS, max_size=10))
def test_every_id_is_found_where_it_was_given_last(ids: list[str], others: list[str]) -> None:
    with TemporaryDirectory() as folder:
        file = with_ids(folder, ids).file
        newest = {id: doc for doc, id in enumerate(ids)}
        assert [file.id(doc) for doc in range(len(ids))] == ids
        around = [id[:-1] for id in ids] + [id + "a" for id in ids] + [id + "\0" for id in ids]
        for id in [*ids, *others, *around, "", "\0", "\U0010ffff", "a" * 5000]:
            assert file.find_id(id) == newest.get(id, -1)
        with pytest.raises(CorruptIndexError):
            file.id(len(ids))


# ---- columns ----


@THOROUGH
@given(st.lists(st.none() | st.integers(-(1 << 40), 1 << 40), min_size=1, max_size=50))
@example([0])
@example([None])
@example([0, 254])
@example([0, 255])
@example([None, -5, (1 << 16) - 7])
@example([0, (1 << 32) - 2])
@example([0, (1 << 32) - 1])
@example([-(1 << 40), 1 << 40, None])
def test_dates_come_back(dates: list[int | None]) -> None:
    with TemporaryDirectory() as folder:
        description, data = encode_dates(dates)
        description = json.loads(json.dumps(description))
        file = opened(folder, len(dates), {} if description is None else {"date": data}, {})
        column = DateColumn(file, description)
        assert [column[doc] for doc in range(len(dates))] == dates


@THOROUGH
@given(st.lists(st.lists(TEXT, max_size=4, unique=True).map(tuple), min_size=1, max_size=40), st.data())
@example([()], None)
@example([("",)], None)
@example([tuple(f"v{number}" for number in range(255)), ("v3",)], None)
@example([(f"v{number}",) for number in range(256)], None)
@example([(f"v{number}",) for number in range(65536)], None)
def test_keywords_come_back_and_are_counted(rows: list[tuple[str, ...]], data: st.DataObject | None) -> None:
    with TemporaryDirectory() as folder:
        writer = KeywordWriter("tags")
        for row in rows:
            writer.add(row)
        description, parts = writer.encode()
        sections = {f"keyword.0{suffix}": part for suffix, part in parts.items()}
        file = opened(folder, len(rows), sections, {})
        column = KeywordColumn(file, 0, json.loads(json.dumps(description)))
        assert [column[doc] for doc in range(len(rows))] == rows
        assert column.values == sorted({value for row in rows for value in row})
        assert column.counts(None) == Counter(value for row in rows for value in row)
        docs = data.draw(st.sets(st.integers(0, len(rows) - 1))) if data is not None else {0}
        assert column.counts(docs) == Counter(value for doc in docs for value in rows[doc])


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=20))
def test_numbers_take_the_fewest_bytes(values: list[int]) -> None:
    width, data = narrow(values)
    assert [int.from_bytes(data[at : at + width], "little") for at in range(0, len(data), width)] == values
    assert width == 1 or max(values) >= 1 << 4 * width


# ---- stored fields ----

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def stored(folder: str, rows: Sequence[dict[str, Any]]) -> StoredReader:
    out = SectionWriter(Path(folder) / "00000001.segment")
    writer = StoredWriter(out)
    for row in rows:
        writer.add(row)
    writer.finish()
    for name in ("terms", "forms", "endings"):
        out.section(name, b"")
    contents = {"documents": len(rows), "text_fields": ["text"], "terms": 0, "forms": 0}
    file, _ = open_segment(out.path, out.finish(contents, durable=False))
    return StoredReader(file, writer.blocks)


@THOROUGH
@given(st.lists(st.dictionaries(TEXT, JSON, max_size=4), min_size=1, max_size=20))
def test_stored_fields_come_back(rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        reader = stored(folder, rows)
        assert [reader[doc] for doc in range(len(rows))] == rows


@pytest.mark.parametrize("sizes", [[BLOCK - 8, 1, 1], [1, BLOCK, 1], [3 * BLOCK, 5 << 20, 0], [700] * 500])
def test_stored_fields_around_the_size_of_a_block(tmp_path: Path, sizes: list[int]) -> None:
    rows = [{"id": str(number), "text": "ж" * size} for number, size in enumerate(sizes)]
    reader = stored(str(tmp_path), rows)
    for doc in reversed(range(len(rows))):
        assert reader[doc] == rows[doc]


# ---- the container ----


@pytest.mark.parametrize("size", [0, 1, PAGE - 17, PAGE - 16, PAGE - 15, PAGE, 3 * PAGE - 16, 3 * PAGE + 1])
@pytest.mark.parametrize("piece", [1 << 20, 1000, 65_536])
def test_sections_of_any_size_come_back(tmp_path: Path, size: int, piece: int) -> None:
    data = bytes(number * 31 % 251 for number in range(size))
    out = SectionWriter(tmp_path / "00000001.segment")
    start = out.length
    for at in range(0, size, piece):
        out.write(memoryview(data)[at : at + piece])
    out.mark("data", start)
    for name in ("terms", "forms", "endings", "last"):
        out.section(name, b"z" if name == "last" else b"")
    checksum = out.finish({"documents": 1, "text_fields": ["text"], "terms": 0, "forms": 0}, durable=False)
    file, contents = open_segment(out.path, checksum)
    file.verify()
    assert file.section("data") == data
    assert file.section("last") == b"z"
    assert file.section_size("data") == size
    assert contents["covered"] == 16 + size + 1
    assert file.read("data", size // 2, size - size // 2) == data[size // 2 :]
    for start, length in ((0, size + 1), (size + 1, 0), (1 << 63, 1), (1, (1 << 64) - 1)):
        with pytest.raises(CorruptIndexError):
            file.read("data", start, length)
    with pytest.raises(CorruptIndexError, match="is missing"):
        file.section("nothing")
    with pytest.raises(CorruptIndexError):
        open_segment(out.path, checksum ^ 1)

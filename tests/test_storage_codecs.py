"""Does whatever is encoded come back, for any input: dictionaries, ids, columns, stored fields, checksums?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from doses import dose
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from inverted import Inverted, opened, readings

from searchlib import CorruptIndexError
from searchlib.dates import FIRST, LAST
from searchlib.definitions import Definition, Field
from searchlib.documents import Document
from searchlib.language.analyzer import Analysis
from searchlib.storage._inversion import Inversion
from searchlib.storage._segment import PAGE, hash64
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.columns import DateColumn, KeywordColumn, KeywordWriter, encode_dates, narrow
from searchlib.storage.format import SectionWriter, open_segment
from searchlib.storage.segment import Segment
from searchlib.storage.stored import BLOCK, StoredReader, StoredWriter

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
THOROUGH = settings(max_examples=dose(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])


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


WORDS = st.one_of(
    st.text("abs", min_size=1, max_size=4),
    st.text("абвё", min_size=1, max_size=3),
    st.text("字漢あ한", min_size=1, max_size=2),
    st.integers(0, 300).map(lambda number: f"w{number:05}"),
    st.sampled_from(
        ["a" * 511, "a" * 512, "я" * 256, "x-y", "xx-y", "xx-yb", "xx-y-b", "s-bahn", "𐐀𐐁", "q", "q-q"]
    ),
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
        for number in range(1, 1900)
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
    entry, replaced = builder.finish()
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
@given(st.lists(st.none() | st.integers(FIRST, LAST), min_size=1, max_size=50))
@example([0])
@example([None])
@example([0, 254])
@example([0, 255])
@example([None, -5, (1 << 16) - 7])
@example([0, (1 << 32) - 2])
@example([0, (1 << 32) - 1])
@example([FIRST, LAST, None])
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
    file.verify(contents["hashes_checksum"])
    with pytest.raises(CorruptIndexError, match="hashes"):
        file.verify(contents["hashes_checksum"] ^ 1)
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

"""Can bytes that somebody made up, under checksums that are right, crash a merge, make it hang or write what cannot be read?"""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path

import hostile_merge
import pytest
from hostile_process import damaged_in
from naive_dictionary import read_terms
from naive_merge import DEFINITION, MadeUp, built
from small_archive import contents_of, sign
from test_hostile_lists import archive

from searchlib import CorruptIndexError
from searchlib.documents import Document
from searchlib.storage.format import _TRAILER, MAGIC
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment

SECTIONS = [  # name, mutations, how many of them must be found out
    ("postings", 500, 300),
    ("positions", 500, 300),
    ("terms", 500, 350),
    ("forms", 400, 300),
    ("endings", 200, 150),
    ("ids", 100, 60),
    ("id_ends", 150, 120),
    ("id_order", 150, 120),
    ("stored", 150, 50),
    ("stored_index", 150, 100),
    ("length.0", 50, 0),
    ("length.1", 50, 0),
    ("tokens.0", 50, 0),
    ("date", 50, 0),
    ("keyword.0", 100, 60),
    ("keyword.0.ends", 100, 80),
    ("keyword.0.values", 100, 60),
    ("keyword.1", 100, 60),
    ("keyword.1.values", 100, 60),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("small") / "index", 300)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("large") / "index", 9000)


@pytest.mark.parametrize(("section", "count", "least_damaged"), SECTIONS)
def test_sections_of_a_small_segment(
    small: Path, tmp_path: Path, section: str, count: int, least_damaged: int
) -> None:
    folder = Path(shutil.copytree(small, tmp_path / "index"))
    damaged = damaged_in(hostile_merge.__file__, folder, section, 0, count, timeout=60)
    assert damaged >= least_damaged  # the mutations do reach what is read


@pytest.mark.parametrize("section", ["postings", "positions"])
def test_lists_of_a_large_segment(large: Path, tmp_path: Path, section: str) -> None:
    folder = Path(shutil.copytree(large, tmp_path / "index"))
    assert damaged_in(hostile_merge.__file__, folder, section, 0, 80, timeout=60) >= 40


def repeated(folder: Path, documents: int) -> Segment:
    """A segment of one term, which is two times in each document."""
    texts = [Document(str(number), ("", "aaa aaa"), None, ((), ()), {}) for number in range(documents)]
    return built(folder, "00000001.segment", texts, MadeUp())[0]


def varint(value: int) -> bytes:
    more = bytearray()
    while value >= 0x80:
        more.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*more, value])


def with_terms(folder: Path, segment: Segment, entries: list[bytes]) -> Segment:
    """The same segment with another dictionary of terms, of one block, and no forms."""
    content = (folder / segment.entry.file).read_bytes()
    contents = contents_of(content)
    covered = contents["covered"]
    terms = b"".join([b"\0\0", *entries, bytes(4)])
    sections = contents["sections"] | {"terms": [covered, len(terms)], "forms": [covered, 0]}
    change = {"sections": sections, "terms": len(entries), "forms": 0}
    end = covered + len(terms)
    _, length, checksum, _ = _TRAILER.unpack(content[-_TRAILER.size :])
    body = content[-_TRAILER.size - length : -_TRAILER.size]
    body = body.replace(b'"covered":%d' % covered, b'"covered":%d' % end)
    body = body.replace(b'"hashes":%d' % covered, b'"hashes":%d' % end)
    trailer = _TRAILER.pack(end, len(body), checksum, MAGIC)
    signed, checksum = sign(content[:covered] + terms + body + trailer, change)
    (folder / "00000002.segment").write_bytes(signed)
    return Segment(folder, SegmentEntry("00000002.segment", segment.file.documents, checksum))


@pytest.mark.parametrize("back", ["postings", "positions"])
def test_a_term_without_documents_does_not_lead_back_to_lists_already_read(tmp_path: Path, back: str) -> None:
    """Else a small dictionary has a large list read, and written, as often as it likes."""
    segment = repeated(tmp_path, 500)
    [term] = read_terms(segment.file.section("terms"), 1)
    entry = b"\x10a" + b"".join(map(varint, [term.df << 1, term.postings[1], term.positions[1]]))
    sizes = [(1 << 64) - 1, 0] if back == "postings" else [0, (1 << 64) - 1]
    backwards = b"\x10b" + b"".join(map(varint, [0, *sizes]))
    alone = with_terms(tmp_path, segment, [entry])
    assert merge(tmp_path, "00000003.segment", DEFINITION, [alone], [None], durable=False) is not None
    (tmp_path / "00000003.segment").unlink()
    hostile = with_terms(tmp_path, segment, [entry, backwards])
    with pytest.raises(CorruptIndexError, match=r"00000002\.segment.*outside its section"):
        merge(tmp_path, "00000003.segment", DEFINITION, [hostile], [None], durable=False)
    assert not (tmp_path / "00000003.segment").exists()


@pytest.mark.parametrize("documents", [1 << 24, (1 << 31) - 1])
def test_a_number_of_documents_is_not_believed(tmp_path: Path, documents: int) -> None:
    segment = repeated(tmp_path, 1)
    signed, checksum = sign(Path(segment.file.path).read_bytes(), {"documents": documents})
    (tmp_path / "00000002.segment").write_bytes(signed)
    hostile = Segment(tmp_path, SegmentEntry("00000002.segment", documents, checksum))
    tracemalloc.start()
    try:
        with pytest.raises(CorruptIndexError, match=r"00000002\.segment.*ids are damaged"):
            merge(tmp_path, "00000003.segment", DEFINITION, [segment, hostile], [None, None], durable=False)
        assert tracemalloc.get_traced_memory()[1] < documents
    finally:
        tracemalloc.stop()
    assert not (tmp_path / "00000003.segment").exists()

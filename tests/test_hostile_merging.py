"""Can bytes that somebody made up, under checksums that are right, crash a merge, make it hang or write what cannot be read?"""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path

import hostile_merge
import pytest
from hostile_process import try_mutations
from naive_dictionary import read_terms
from naive_merge import DEFINITION, MadeUp, built, forms_of
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
    try_mutations(hostile_merge.__file__, folder, section, 0, count, least_damaged, timeout=60)


@pytest.mark.parametrize("section", ["postings", "positions"])
def test_lists_of_a_large_segment(large: Path, tmp_path: Path, section: str) -> None:
    folder = Path(shutil.copytree(large, tmp_path / "index"))
    try_mutations(hostile_merge.__file__, folder, section, 0, 80, 40, timeout=60)


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


def with_sections(folder: Path, segment: Segment, replaced: dict[str, bytes], **counts: int) -> Segment:
    """The same segment with other sections, and other counts of terms and forms."""
    content = (folder / segment.entry.file).read_bytes()
    contents = contents_of(content)
    covered = contents["covered"]
    sections, end = dict(contents["sections"]), covered
    for name, data in replaced.items():
        sections[name] = [end, len(data)]
        end += len(data)
    _, length, checksum, _ = _TRAILER.unpack(content[-_TRAILER.size :])
    body = content[-_TRAILER.size - length : -_TRAILER.size]
    body = body.replace(b'"covered":%d' % covered, b'"covered":%d' % end)
    body = body.replace(b'"hashes":%d' % covered, b'"hashes":%d' % end)
    trailer = _TRAILER.pack(end, len(body), checksum, MAGIC)
    signed, checksum = sign(
        content[:covered] + b"".join(replaced.values()) + body + trailer, {"sections": sections, **counts}
    )
    (folder / "00000002.segment").write_bytes(signed)
    return Segment(folder, SegmentEntry("00000002.segment", segment.file.documents, checksum))


def with_terms(folder: Path, segment: Segment, entries: list[bytes]) -> Segment:
    """The same segment with another dictionary of terms, of one block, and no forms."""
    terms = b"".join([b"\0\0", *entries, bytes(4)])
    return with_sections(folder, segment, {"terms": terms, "forms": b""}, terms=len(entries), forms=0)


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


def colliding(count: int) -> list[bytes]:
    """Keys of 7 bytes that, after a 0, all have one hash (table.h): it is taken apart backwards."""
    every = (1 << 64) - 1
    p1, p2 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F
    back1, back2 = pow(p1, -1, 1 << 64), pow(p2, -1, 1 << 64)
    keys: list[bytes] = []
    for high in range(1, 1 << 32):
        h = (high << 32 | high ^ 0x1234567) * back1 & every
        word = ((h >> 29 | h << 35) & every) * back2 & every ^ 8 * p1 & every
        if not word & 0xFF:
            keys.append(word.to_bytes(8, "little")[1:])
            if len(keys) == count:
                break
    return sorted(keys)


def test_endings_of_one_hash_are_not_compared_each_with_each(tmp_path: Path) -> None:
    """Past some, they are written without a look at all the others, and read as any."""
    keys, segment = colliding(2200), repeated(tmp_path, 1)
    forms, starts, endings, places = b"", b"", b"", b""
    for number, key in enumerate(keys):
        if number % 32 == 0:
            starts += len(forms).to_bytes(4, "little")
            forms += b"\x07" + key + b"\0"
        forms += b"\x07" + varint(number) + b"\0"  # an ending put on nothing, no reading
        places += (4 * (len(keys) + 1) + 8 * number).to_bytes(4, "little")
        endings += b"\0" + key
    places += (4 * (len(keys) + 1) + len(endings)).to_bytes(4, "little")
    sections = {"forms": forms + starts, "endings": places + endings}
    hostile = with_sections(tmp_path, segment, sections, forms=len(keys))
    result = merge(tmp_path, "00000003.segment", DEFINITION, [hostile, segment], [None, None], durable=False)
    assert result is not None
    merged = Segment(tmp_path, result[0])
    found = forms_of(merged)
    assert set(keys) <= found.keys()
    assert len(found) == len(keys) + 1

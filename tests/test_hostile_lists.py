"""Can bytes that somebody made up, under checksums that are right, crash a search or make it hang?

Each section is mutated thousands of times in a process of its own (hostile_search.py), so that a crash is a failure here and
names the seed that does it again.
"""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import hostile_search
import pytest
from hostile_process import try_mutations
from naive_dictionary import read_terms
from small_archive import answers, articles, build, contents_of, manifest_of, patch_segment, write_manifest

import searchlib
from searchlib.documents import Document
from searchlib.language import Analyzer
from searchlib.storage.builder import SegmentBuilder

FIELDS = (searchlib.Field("title", "text", weight=2.0), searchlib.Field("text", "text"))
COLUMNS = (
    searchlib.Field("date", "date"),
    searchlib.Field("tags", "keyword"),
    searchlib.Field("lang", "keyword"),
)
SHARES = {
    "omni": 1.0,
    "half": 0.5,
    "eighth": 0.122,
    "band": 0.05,
    "block": 0.0145,
    "dozen": 0.007,
    "стали": 0.3,
}
WIDE_SHARES = {"omni": 1.0, "eighth": 0.122, "band": 0.119, "dozen": 0.003}
SECTIONS = [  # name, mutations, how many of them must be found out
    ("postings", 500, 100),
    ("positions", 500, 50),
    ("terms", 400, 200),
    ("forms", 400, 200),
    ("endings", 300, 50),
    ("peaks", 100, 0),
    ("names.latin", 100, 0),
    ("names.cyrillic", 100, 0),
    ("signatures", 100, 0),
    ("ids", 100, 0),
    ("id_ends", 300, 100),
    ("id_order", 300, 100),
    ("stored", 300, 100),
    ("stored_index", 300, 250),
    ("length.0", 100, 0),
    ("length.1", 100, 0),
    ("tokens.0", 50, 0),
    ("date", 100, 0),
    ("keyword.0", 150, 10),
    ("keyword.0.ends", 150, 0),
    ("keyword.0.values", 150, 50),
    ("keyword.1", 150, 50),
    ("keyword.1.values", 100, 50),
]


def archive(path: Path, documents: int) -> Path:
    """Lists of every kind: bitmaps, packed, decoded at once, short, few; several windows when there are enough documents."""
    chance = random.Random(documents)
    index = searchlib.Index.create(path, searchlib.Definition(fields=FIELDS + COLUMNS))
    with index.writer() as writer:
        for number in range(documents):
            words = [word for word, share in SHARES.items() if chance.random() < share]
            words += [word for word in words if chance.random() < 0.3] * chance.choice([1, 1, 1, 9])
            words += [f"w{int(60 ** chance.random())}"] if chance.random() < 0.05 else []
            words += ["сталь"] if chance.random() < 0.05 else []
            words += ["single"] if number == documents // 2 else []
            writer.add(
                {
                    "id": f"id-{number}",
                    "title": chance.choice(words or ["none"]) if chance.random() < 0.4 else "",
                    "text": " ".join(words) or "none",
                    "date": 10**9 + number * 86400 if number % 3 else None,
                    "tags": [f"t{number % 9}", "all"][: number % 3],
                    "lang": "en",
                }
            )
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("large") / "index", 9000)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many windows, and long lists that are no bitmaps."""
    documents = 72_000
    folder = tmp_path_factory.mktemp("wide") / "index"
    definition = searchlib.Definition(fields=FIELDS + COLUMNS)
    searchlib.Index.create(folder, definition)
    builder = SegmentBuilder(folder, "00000001.segment", definition, Analyzer())
    chance = random.Random(documents)
    for number in range(documents):
        words = [word for word, share in WIDE_SHARES.items() if chance.random() < share]
        title = words[-1] if number % 7 == 0 else ""
        text = " ".join(words) * (1 + number % 3)
        builder.add(Document(f"id-{number}", (title, text), None, ((), ("en",)), {"id": f"id-{number}"}))
    entry, _ = builder.finish()
    write_manifest(folder, manifest_of(folder) | {"next": 100, "segments": [asdict(entry)]})
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("small") / "index", 300)


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many forms as it takes to look them up in a table (forms_table.h), some of them of one term."""
    index = searchlib.Index.create(
        tmp_path_factory.mktemp("worded") / "index", searchlib.Definition(fields=FIELDS + COLUMNS)
    )
    words = [f"f{number}" for number in range(4500)] + [
        "omni",
        "half",
        "band",
        "стали",
        "сталью",
        "сталь",
    ] * 9
    random.Random(7).shuffle(words)
    with index.writer() as writer:
        for number in range(30):
            text = " ".join([*words[number::30], "омут", "омута", "bands"])
            writer.add({"id": f"id-{number}", "title": "", "text": text, "lang": "en"})
    return index.path


def try_section(folder: Path, section: str, seed: int, count: int, least_damaged: int) -> None:
    try_mutations(hostile_search.__file__, folder, section, seed, count, least_damaged, timeout=180)


@pytest.mark.parametrize("seed", [0, 10_000])
def test_posting_lists_of_a_large_segment(large: Path, tmp_path: Path, seed: int) -> None:
    try_section(shutil.copytree(large, tmp_path / "index"), "postings", seed, 200, 40)


def test_positions_of_a_large_segment(large: Path, tmp_path: Path) -> None:
    try_section(Path(shutil.copytree(large, tmp_path / "index")), "positions", 0, 100, 10)


def test_posting_lists_of_a_wide_segment(wide: Path, tmp_path: Path) -> None:
    try_section(Path(shutil.copytree(wide, tmp_path / "index")), "postings", 0, 150, 30)


@pytest.mark.parametrize(("section", "count", "least_damaged"), SECTIONS)
def test_sections_of_a_small_segment(
    small: Path, tmp_path: Path, section: str, count: int, least_damaged: int
) -> None:
    try_section(shutil.copytree(small, tmp_path / "index"), section, 0, count, least_damaged)


@pytest.mark.parametrize(
    ("section", "least_damaged"), [("forms", 200), ("endings", 30), ("peaks", 0), ("terms", 150)]
)
def test_words_of_a_segment_with_many(worded: Path, tmp_path: Path, section: str, least_damaged: int) -> None:
    try_section(Path(shutil.copytree(worded, tmp_path / "index")), section, 0, 300, least_damaged)


@pytest.mark.slow
@pytest.mark.parametrize("section", ["postings", "terms", "forms", "endings", "length.1", "id_order"])
def test_many_more_mutations(large: Path, small: Path, worded: Path, tmp_path: Path, section: str) -> None:
    for number, folder in enumerate((large, small, worded)):
        copy = shutil.copytree(folder, tmp_path / str(number))
        for seed in range(100_000, 100_000 + 10 * 300, 300):
            try_section(copy, section, seed, 300, 0)


def test_signing_again_changes_no_answer(tmp_path: Path) -> None:
    """What the mutations rest on: a segment that was signed again unchanged is the same segment."""
    index = build(tmp_path / "news", articles(50))
    expected = answers(index)
    [path] = index.path.glob("*.segment")
    patch_segment(index.path, path.read_bytes())
    assert answers(searchlib.Index.open(index.path)) == expected


def test_the_archive_has_every_section(small: Path) -> None:
    [path] = small.glob("*.segment")
    assert set(contents_of(path.read_bytes())["sections"]) == {row[0] for row in SECTIONS}


def test_bits_behind_the_last_document_are_not_counted(small: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small, tmp_path / "index")
    [path] = folder.glob("*.segment")
    content = bytearray(path.read_bytes())
    contents = contents_of(content)
    start, length = contents["sections"]["terms"]
    entries = read_terms(bytes(content[start : start + length]), contents["terms"])
    [omni] = [entry for entry in entries if entry.key == b"omni"]
    assert omni.df == 300
    at = (
        contents["sections"]["postings"][0] + omni.postings[0] + 4 + 13 * 3 + 4
    )  # flags and kth, blocks, rank
    assert content[at : at + 37] == b"\xff" * 37
    content[at + 39] = 0xFF  # documents 312 to 319, which there are not
    patch_segment(folder, bytes(content))
    with suppress(searchlib.CorruptIndexError):
        assert searchlib.Index.open(folder).search("omni").total == 300


def test_blocks_that_overlap_are_damage(wide: Path, tmp_path: Path) -> None:
    """Every second block is said to end before it begins, so that those between all begin at the list's first documents."""
    folder = shutil.copytree(wide, tmp_path / "index")
    content = bytearray((folder / manifest_of(folder)["segments"][0]["file"]).read_bytes())
    contents = contents_of(content)
    start, length = contents["sections"]["terms"]
    [term] = [
        one
        for one in read_terms(bytes(content[start : start + length]), contents["terms"])
        if one.key == b"band"
    ]
    blocks = -(-term.df // 128)
    assert blocks // 2 * 128 > 4096  # more than a window holds
    head = contents["sections"]["postings"][0] + term.postings[0]
    lasts = [int.from_bytes(content[head + 4 + 4 * b : head + 8 + 4 * b], "little") for b in range(blocks)]
    for block in range(1, blocks):
        last = 0 if block % 2 else lasts[block] - lasts[block - 1]
        content[head + 4 + 4 * block : head + 8 + 4 * block] = last.to_bytes(4, "little")
        if block % 2:
            content[head + 4 + 12 * blocks + block] = 0  # its bound: never worth a look
    patch_segment(folder, bytes(content))
    with pytest.raises(searchlib.CorruptIndexError, match="posting list is damaged"):
        searchlib.Index.open(folder).search("band", limit=1)

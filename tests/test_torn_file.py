"""Whatever happens to the bytes on disk: is the damage named, or the answer the right one?"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_archive import (
    answers,
    articles,
    build,
    contents_of,
    manifest_of,
    patch_segment,
    write_manifest,
)

import searchlib
from searchlib import CorruptIndexError, IncompatibleIndexError
from searchlib.dates import LAST
from searchlib.storage.manifest import MANIFEST

LIMIT = 5


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """An index of two segments, one with deletions, and its answers."""
    rows = articles(260)
    index = build(tmp_path_factory.mktemp("whole") / "news", rows[:200], rows[190:])
    assert index.stats().segments == 2
    assert any((index.path / name).suffix == ".deletions" for name in names(index.path))
    return index.path, answers(index, LIMIT)


@pytest.fixture
def torn(whole: tuple[Path, list[Any]], tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(whole[0], tmp_path / "news"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "lock" not in path.name)


def is_damage_or_the_truth(folder: Path, expected: list[Any]) -> bool:
    """True when the damage was named; False when all answers are right; anything else is an error."""
    try:
        with searchlib.Index.open(folder) as index:
            got = answers(index, LIMIT)
    except (CorruptIndexError, IncompatibleIndexError) as error:
        assert str(folder) in str(error)
        return True
    assert got == expected
    return False


def test_a_whole_copy_gives_the_same_answers(torn: Path, whole: tuple[Path, list[Any]]) -> None:
    assert not is_damage_or_the_truth(torn, whole[1])


def test_any_file_cut_short_is_damage(torn: Path, whole: tuple[Path, list[Any]]) -> None:
    chance = random.Random(1)
    for name in names(torn):
        content = (torn / name).read_bytes()
        lengths = set(range(len(content))) if len(content) < 500 else set(range(64))
        lengths |= {len(content) - back for back in range(1, 64)}
        lengths |= {chance.randrange(len(content)) for _ in range(60)}
        for length in sorted(lengths):
            (torn / name).write_bytes(content[:length])
            assert is_damage_or_the_truth(torn, whole[1]), f"{name} cut to {length} bytes"
        for more in (b"\0", b"\n", content[-32:]):
            (torn / name).write_bytes(content + more)
            assert is_damage_or_the_truth(torn, whole[1]), f"{name} with {more!r} appended"
        (torn / name).write_bytes(content)


def test_any_byte_flipped_in_manifest_and_deletions_is_damage(
    torn: Path, whole: tuple[Path, list[Any]]
) -> None:
    for name in names(torn):
        if name.endswith(".segment"):
            continue
        content = bytearray((torn / name).read_bytes())
        for at in range(len(content)):
            for bits in (0x01, 0x80) if len(content) < 200 else (1 << at % 8,):
                content[at] ^= bits
                (torn / name).write_bytes(content)
                assert is_damage_or_the_truth(torn, whole[1]), f"{name}: byte {at} ^ {bits:#x}"
                content[at] ^= bits
        (torn / name).write_bytes(content)


def test_a_byte_flipped_in_a_segment_is_damage_or_in_no_answer(
    torn: Path, whole: tuple[Path, list[Any]]
) -> None:
    chance = random.Random(2)
    for path in sorted(torn.glob("*.segment")):
        content = bytearray(path.read_bytes())
        places = [*range(20), *range(len(content) - 32, len(content))]
        for start, length in contents_of(content)["sections"].values():
            places += [chance.randrange(start, start + length) for _ in range(5)] if length else []
        places += [chance.randrange(len(content)) for _ in range(2000)]
        found = 0
        for at in places:
            bits = 1 << chance.randrange(8)
            content[at] ^= bits
            path.write_bytes(content)
            found += is_damage_or_the_truth(torn, whole[1])
            content[at] ^= bits
        path.write_bytes(content)
        assert found > 0.9 * len(places)


def test_a_flipped_byte_is_named_by_its_page_and_other_pages_stay_readable(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(3000))
    [path] = index.path.glob("*.segment")
    content = bytearray(path.read_bytes())
    at, length = contents_of(content)["sections"]["stored"]
    assert length > 3 << 16
    place = at + (1 << 16) + 5
    content[place] ^= 4
    path.write_bytes(content)
    damaged = searchlib.Index.open(index.path)
    results = damaged.search("common", limit=3000)
    assert results.total == 3000
    wrong = []
    for hit in results:
        try:
            assert hit.fields["id"] == hit.id
        except CorruptIndexError as error:
            wrong.append(error)
    assert 0 < len(wrong) < 2500
    assert {error.offset for error in wrong} == {place >> 16 << 16}
    assert {error.file for error in wrong} == {str(path)}


def test_segments_changed_for_each_other(torn: Path, whole: tuple[Path, list[Any]]) -> None:
    first, second = sorted(torn.glob("*.segment"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    assert is_damage_or_the_truth(torn, whole[1])
    second.write_bytes(content)
    assert is_damage_or_the_truth(torn, whole[1])


def test_a_segment_of_another_index(torn: Path, whole: tuple[Path, list[Any]], tmp_path: Path) -> None:
    other = build(tmp_path / "other", articles(200, seed=9))
    shutil.copy(next(other.path.glob("*.segment")), min(torn.glob("*.segment")))
    assert is_damage_or_the_truth(torn, whole[1])


@pytest.mark.parametrize("pattern", ["*.segment", "*.deletions"])
def test_a_missing_file_is_named(torn: Path, pattern: str) -> None:
    path = min(torn.glob(pattern))
    path.unlink()
    with pytest.raises(CorruptIndexError, match="missing") as caught:
        searchlib.Index.open(torn)
    assert caught.value.file == str(path)


def test_a_missing_manifest_is_no_index(torn: Path) -> None:
    (torn / MANIFEST).unlink()
    with pytest.raises(searchlib.IndexNotFoundError):
        searchlib.Index.open(torn)


def test_a_refresh_onto_damage_leaves_the_old_snapshot(torn: Path, whole: tuple[Path, list[Any]]) -> None:
    reader = searchlib.Index.open(torn)
    with searchlib.Index.open(torn).writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
    max(torn.glob("*.segment")).write_bytes(b"")
    with pytest.raises(CorruptIndexError):
        reader.refresh()
    assert answers(reader, LIMIT) == whole[1]


# ---- formats that are not ours ----


def test_a_newer_manifest(torn: Path) -> None:
    write_manifest(torn, {"format": 4, "what": "we do not know yet"})
    with pytest.raises(IncompatibleIndexError, match="upgrade searchlib") as caught:
        searchlib.Index.open(torn)
    assert (caught.value.found, caught.value.supported) == (4, 3)


def test_an_older_manifest(torn: Path) -> None:
    write_manifest(torn, manifest_of(torn) | {"format": 1})
    with pytest.raises(IncompatibleIndexError, match="build the index again") as caught:
        searchlib.Index.open(torn)
    assert (caught.value.found, caught.value.supported) == (1, 3)


def test_a_newer_manifest_with_another_checksum(torn: Path) -> None:
    (torn / MANIFEST).write_bytes(b'{"format": 7}')
    with pytest.raises(IncompatibleIndexError, match="upgrade searchlib"):
        searchlib.Index.open(torn)


@pytest.mark.parametrize("pattern", ["*.segment", "*.deletions"])
def test_a_newer_file(torn: Path, pattern: str) -> None:
    path = min(torn.glob(pattern))
    content = bytearray(path.read_bytes())
    content[8] = 9
    path.write_bytes(content)
    with pytest.raises(IncompatibleIndexError, match="upgrade searchlib") as caught:
        searchlib.Index.open(torn)
    assert caught.value.found == 9


@pytest.mark.parametrize(("change", "advice"), [(-1, "build the index again"), (1, "upgrade searchlib")])
def test_another_word_analysis(torn: Path, change: int, advice: str) -> None:
    values = manifest_of(torn)
    values["analysis"] += change
    write_manifest(torn, values)
    with pytest.raises(IncompatibleIndexError, match=advice):
        searchlib.Index.open(torn)


# ---- manifests and tables of contents that somebody made up, with checksums that are right ----

HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "null": lambda values: None,
    "a number": lambda values: 5,
    "a list": lambda values: [values],
    "a string": lambda values: "format",
    "no format": lambda values: {name: values[name] for name in values if name != "format"},
    "format as text": lambda values: values | {"format": "2"},
    "format as a fraction": lambda values: values | {"format": 2.0},
    "format as true": lambda values: values | {"format": True},
    "no definition": lambda values: {name: values[name] for name in values if name != "definition"},
    "definition null": lambda values: values | {"definition": None},
    "definition a list": lambda values: values | {"definition": [1, 2]},
    "fields of numbers": lambda values: values | {"definition": values["definition"] | {"fields": [1, 2]}},
    "fields null": lambda values: values | {"definition": values["definition"] | {"fields": None}},
    "k1 not a number": lambda values: values | {"definition": values["definition"] | {"k1": "NaN"}},
    "k1 NaN": lambda values: values | {"definition": values["definition"] | {"k1": float("nan")}},
    "analysis as text": lambda values: values | {"analysis": "1"},
    "analysis null": lambda values: values | {"analysis": None},
    "generation negative": lambda values: values | {"generation": -1},
    "generation huge": lambda values: values | {"generation": 10**400},
    "next a list": lambda values: values | {"next": []},
    "segments null": lambda values: values | {"segments": None},
    "segments a number": lambda values: values | {"segments": 3},
    "segments of text": lambda values: values | {"segments": ["00000001.segment"]},
    "a segment twice": lambda values: values | {"segments": values["segments"][:1] * 2},
}
ENTRIES: dict[str, dict[str, Any]] = {
    "file null": {"file": None},
    "file a number": {"file": 1},
    "file empty": {"file": ""},
    "file with NUL": {"file": "0000\x000001.segment"},
    "file of another name": {"file": "secret"},
    "file with a surrogate": {"file": "\ud800"},
    "file with a newline": {"file": "00000001.segment\n"},
    "documents as text": {"documents": "200"},
    "documents negative": {"documents": -200},
    "documents huge": {"documents": 1 << 62},
    "documents a fraction": {"documents": 200.0},
    "documents 0": {"documents": 0},
    "documents other": {"documents": 199},
    "checksum null": {"checksum": None},
    "checksum negative": {"checksum": -1},
    "checksum huge": {"checksum": 1 << 64},
    "checksum infinite": {"checksum": float("inf")},
    "deletions a number": {"deletions": 7},
    "deletions empty": {"deletions": ""},
    "deletions a folder": {"deletions": "."},
    "deletions left out": {"deletions": None},
    "deletions of another checksum": {"deletions_checksum": 5},
    "deletions of a negative checksum": {"deletions_checksum": -1},
    "deletions of no checksum": {"deletions_checksum": None},
    "deleted as text": {"deleted": "10"},
    "deleted other": {"deleted": 11},
    "deleted more than all": {"deleted": 201},
    "a key too many": {"surprise": 1},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_made_up_manifest(torn: Path, change: Callable[[dict[str, Any]], object]) -> None:
    write_manifest(torn, change(manifest_of(torn)))
    with pytest.raises(CorruptIndexError):
        searchlib.Index.open(torn)
    with pytest.raises(searchlib.SearchError):
        searchlib.Index.create(torn)


@pytest.mark.parametrize("change", ENTRIES.values(), ids=ENTRIES)
def test_a_made_up_segment_entry(torn: Path, change: dict[str, Any]) -> None:
    values = manifest_of(torn)
    [entry] = [entry for entry in values["segments"] if entry["deletions"]]
    entry.update(change)
    write_manifest(torn, values)
    with pytest.raises(CorruptIndexError):
        searchlib.Index.open(torn)


@pytest.mark.parametrize("key", ["file", "deletions"])
@pytest.mark.parametrize("outside", ["../{}", "/{}", "{folder}/{}", "..\\{}", "sub/{}", "./{}", "C:{}"])
def test_a_manifest_cannot_name_a_file_outside_the_index(torn: Path, key: str, outside: str) -> None:
    """The file exists and is right, and still is not opened."""
    values = manifest_of(torn)
    [entry] = [entry for entry in values["segments"] if entry["deletions"]]
    name = entry[key]
    (torn / "sub").mkdir()
    shutil.copy(torn / name, torn.parent / name)
    shutil.copy(torn / name, torn / "sub" / name)
    entry[key] = outside.replace("{folder}", str(torn.parent)).replace("{}", name)
    write_manifest(torn, values)
    with pytest.raises(CorruptIndexError, match="is not the name"):
        searchlib.Index.open(torn)


def test_columns_that_do_not_fit_are_damage(tmp_path: Path) -> None:
    """Numbers beyond the values, ends that do not ascend or pass the last number, dates after the last year."""
    index = build(tmp_path / "news", articles(30))
    [path] = index.path.glob("*.segment")
    content = path.read_bytes()
    sections = contents_of(content)["sections"]
    names = [field.name for field in index.definition.keyword_fields]
    tags, source = f"keyword.{names.index('tags')}", f"keyword.{names.index('source')}"
    last = sections[f"{tags}.ends"][1] - 4
    changes = [
        (source, 3, b"\x06"),  # of five values
        (source, 3, b"\xff"),
        (tags, 0, b"\xff"),
        (f"{tags}.ends", 4, b"\xff\0\0\0"),
        (f"{tags}.ends", last, b"\xff\xff\xff\xff"),
        (f"{tags}.ends", last, b"\0\0\0\0"),
        ("date", 0, b"\xff" * sections["date"][1]),
    ]
    for name, at, data in changes:
        changed = bytearray(content)
        start = sections[name][0] + at
        changed[start : start + len(data)] = data
        base = {"base": LAST - 1_000_000_000, "width": 4} if name == "date" else None
        patch_segment(index.path, bytes(changed), {"date": base} if base else None)
        with pytest.raises(CorruptIndexError) as caught:
            answers(searchlib.Index.open(index.path))
        assert caught.value.file == str(path), name


def test_a_manifest_nested_too_deep(torn: Path) -> None:
    (torn / MANIFEST).write_bytes(b"[" * 200_000)
    with pytest.raises(CorruptIndexError):
        searchlib.Index.open(torn)
    (torn / MANIFEST).write_bytes(b'{"format":' * 100_000)
    with pytest.raises(CorruptIndexError):
        searchlib.Index.open(torn)


CONTENTS: dict[str, Any] = {
    "documents": [0, -1, 1 << 31, 1 << 40, 29.0, "30", None],
    "terms": [-1, 1 << 32, 1 << 31, None, "5", 0],
    "forms": [-1, 1 << 32, 1 << 31, [], 0],
    "total_length": ["long", None, [], -5.0, float("nan"), float("inf"), 1e308],
    "covered": [-1, 0, 1, 1 << 63, 1 << 64, None, 7.5],
    "hashes": [-1, 1 << 63, 1 << 64, "0", 0],
    "text_fields": [None, 3, [], ["title"], ["a"] * 17, "ab"],
    "date": [
        *(3, {}, {"base": 0}, {"base": "x", "width": 1}, {"base": 0, "width": 3}, {"base": 0, "width": 8}),
        *({"base": 1 << 62, "width": 4}, {"base": -(10**30), "width": 4}, {"base": LAST - 5, "width": 4}),
    ],
    "keywords": [
        None,
        5,
        [5],
        [{}],
        [{"name": "lang", "values": 1, "width": 0, "many": True}],
        [{"name": "lang", "values": 1, "width": 8, "many": False}],
        [{"name": "lang", "values": 1, "width": -1, "many": False}],
        [{"name": "lang", "values": 1 << 40, "width": 1, "many": False}],
        [{"name": "lang", "values": -1, "width": 1, "many": False}],
        [{"name": "lang", "values": 300, "width": 1, "many": False}],
        [{"name": "lang", "values": 4, "width": 1, "many": False}],
        [{"name": "lang", "values": 5, "width": 1, "many": True}],
        [{"name": [], "values": 1, "width": 1, "many": False}],
    ],
    "stored_blocks": [None, 0, -1, 1 << 70, "x", 2],
    "sections": [
        None,
        [],
        {},
        {"terms": 5},
        {"terms": [0]},
        {"terms": [-1, 5], "forms": [0, 0]},
        {"terms": [0, 1 << 64], "forms": [0, 1 << 64]},
        {"terms": [1 << 63, 1 << 63], "forms": [0, 0]},
    ],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in CONTENTS.items() for value in values]
)
def test_a_made_up_table_of_contents(tmp_path: Path, key: str, value: Any) -> None:
    """A search or any other reading ends in an answer or in CorruptIndexError."""
    index = build(tmp_path / "news", articles(30))
    [path] = index.path.glob("*.segment")
    patch_segment(index.path, path.read_bytes(), {key: value})
    asked: list[Callable[[searchlib.Index], object]] = [
        answers,
        lambda index: index.stats(),
        lambda index: index.search("common").ids,
        lambda index: [hit.fields for hit in index.search("common")],
        lambda index: index.writer().close(),
    ]
    for ask in asked:
        try:
            ask(searchlib.Index.open(index.path))
        except CorruptIndexError as error:
            assert error.file == str(path)


@pytest.mark.parametrize(
    "name",
    [
        "ids",
        "id_order",
        "stored",
        "stored_index",
        "keyword.1",
        "keyword.1.ends",
        "keyword.0",
        "date",
        "postings",
    ],
)
def test_sections_moved_about(tmp_path: Path, name: str) -> None:
    index = build(tmp_path / "news", articles(30))
    [path] = index.path.glob("*.segment")
    content = path.read_bytes()
    sections = contents_of(content)["sections"]
    at, length = sections[name]
    for place in ([at + 1, length], [at, length - 1], [0, length], [at, 0], [at, length + (1 << 40)], None):
        changed = sections | {name: place}
        if place is None:
            del changed[name]
        patch_segment(index.path, content, {"sections": changed})
        try:
            opened = searchlib.Index.open(index.path)
            answers(opened)
            assert len(opened.search("common").ids) <= 10
        except CorruptIndexError as error:
            assert error.file == str(path)

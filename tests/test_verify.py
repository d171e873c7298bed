"""Does verify find what is wrong with an index, say where, and find nothing wrong with a sound one?"""

from __future__ import annotations

import errno
import json
import random
import shutil
import struct
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, BinaryIO

import pytest
from click.testing import CliRunner
from doses import dose
from hypothesis import HealthCheck, given, settings
from naive_merge import DEFINITION, MadeUp, bits_of, built
from small_archive import articles, build, contents_of, manifest_of, patch_segment, write_manifest
from test_merging import MADE_UP, SILENT, Archive, archives
from test_torn_file import CONTENTS, ENTRIES, HOSTILE

import searchlib
from searchlib import Definition, Field, Index
from searchlib.language import VERSION
from searchlib.storage._segment import PAGE
from searchlib.storage.manifest import MANIFEST, Manifest
from searchlib.storage.merger import merge
from searchlib.storage.verification import Fault
from searchlib_cli.main import cli


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three segments: a merged one, one with deletions, a small one."""
    chance = random.Random(1)
    rows = [row | {"filler": chance.randbytes(150).hex()} for row in articles(3100)]
    index = build(tmp_path_factory.mktemp("whole") / "news", rows[:1500], rows[1000:1600])
    with index.writer() as writer:
        writer.optimize()
        for one in rows[1600:3000]:
            writer.add(one)
        writer.commit()
        for one in rows[2900:]:
            writer.add(one)
        for number in range(0, 1500, 7):
            writer.delete(f"id-{number}")
    assert [entry["deleted"] > 0 for entry in manifest_of(index.path)["segments"]] == [True, True, False]
    return index.path


@pytest.fixture
def torn(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(whole, tmp_path / "news"))


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """An index of one segment, to be changed and signed."""
    return build(tmp_path / "news", articles(300)).path


def faults(folder: Path) -> list[Fault]:
    return list(Index.verify(folder).faults)


def segment_of(folder: Path) -> Path:
    [path] = folder.glob("*.segment")
    return path


# ---- what is sound ----


def test_a_sound_index_has_no_faults(whole: Path) -> None:
    found = Index.verify(whole)
    assert (found.faults, found.notes, found.sound) == ((), (), True)
    assert (found.segments, found.documents) == (3, len(Index.open(whole)))
    assert found.bytes == sum(path.stat().st_size for path in whole.glob("*.segment"))


def test_an_empty_index_is_sound(tmp_path: Path) -> None:
    found = Index.verify(Index.create(tmp_path / "news").path)
    assert (found.sound, found.documents) == (True, 0)


@pytest.mark.parametrize(
    "fields",
    [
        (Field("text", "text"),),
        (Field("a", "text", weight=0.3), Field("b", "text", weight=7.7), Field("c", "text", stored=False)),
        (
            Field("text", "text"),
            Field("text_two", "text", weight=3.0),
            Field("when", "date"),
            Field("k", "keyword"),
        ),
    ],
)
def test_indexes_of_other_definitions_are_sound(tmp_path: Path, fields: tuple[Field, ...]) -> None:
    chance = random.Random(len(fields))
    index = Index.create(tmp_path / "news", Definition(fields=fields, k1=0.7, b=0.3))
    for batch in range(12):  # more than are left in segments of their own
        with index.writer() as writer:
            for row in articles(20, seed=batch):
                words = row["text"].split()
                record: dict[str, Any] = {"id": f"{batch}-{row['id']}"}
                for field in fields:
                    if field.kind == "text":
                        record[field.name] = " ".join(chance.sample(words, 5))
                if chance.random() < 0.5:
                    record |= {"when": row["date"], "k": row["tags"]}
                writer.add(record)
            writer.delete(f"{batch - 1}-id-3")
    assert Index.verify(index.path).faults == ()


@settings(max_examples=dose(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archives(MADE_UP, SILENT))
def test_segments_that_were_merged_are_sound(archive: Archive) -> None:
    """With forms that have no occurrences of their own and documents that died."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        documents = [
            searchlib.documents.Document(
                f"{n}-{one.id}", one.texts, one.date, one.keywords, {"id": f"{n}-{one.id}"}
            )
            for n, one in enumerate(archive.documents)
        ]
        segments = [
            built(folder, f"{n:08}.segment", documents[start:end], MadeUp())[0]
            for n, (start, end) in enumerate(pairwise(archive.cuts), 1)
        ]
        lives = [number not in archive.dead[0] for number in range(len(documents))]
        entries = [segment.entry for segment in segments]
        if any(lives):
            live = [bits_of(lives[start:end]) for start, end in pairwise(archive.cuts)]
            merged = merge(folder, "00000099.segment", DEFINITION, segments, live, durable=False)
            assert merged is not None
            Manifest(DEFINITION, VERSION, next=100, segments=(merged[0],)).commit(folder)
            assert faults(folder) == []
        Manifest(DEFINITION, VERSION, next=100, segments=tuple(entries)).commit(folder)
        assert faults(folder) == []


def test_it_sees_one_commit_while_a_writer_goes_on(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(200))

    def write() -> None:
        for number in range(40):
            with index.writer() as writer:
                writer.add({"id": f"id-{number}", "title": f"again {number}"})

    thread = Thread(target=write)
    thread.start()
    seen = set()
    while thread.is_alive():
        found = Index.verify(index.path)
        assert (found.faults, found.documents) == ((), 200)
        seen.add(found.segments)
    thread.join()
    assert Index.verify(index.path).notes == ()


def test_progress_ends_at_all(whole: Path) -> None:
    told: list[tuple[int, int]] = []
    Index.verify(whole, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)


# ---- bytes that are not what was written ----


def test_a_flipped_byte_is_one_fault_on_its_page_whatever_the_section(torn: Path) -> None:
    path = min(torn.glob("*.segment"))
    content = bytearray(path.read_bytes())
    contents = contents_of(content)
    assert contents["covered"] > 4 * PAGE
    for name, (at, length) in contents["sections"].items():
        if not length:
            continue
        place = at + length // 2
        content[place] ^= 0x10
        path.write_bytes(content)
        [fault] = faults(torn)
        assert (fault.file, fault.offset) == (str(path), place // PAGE * PAGE)
        assert name in fault.message
        assert "checksum" in fault.message
        content[place] ^= 0x10


def test_every_damaged_file_is_named_and_neighbouring_pages_are_one_fault(torn: Path) -> None:
    first, second, third = sorted(torn.glob("*.segment"))
    content = bytearray(first.read_bytes())
    for page in (1, 2, 4):
        content[page * PAGE + 77] ^= 1
    first.write_bytes(content)
    content = bytearray(second.read_bytes())
    content[contents_of(content)["covered"] - 1] ^= 1
    second.write_bytes(content)
    third.unlink()
    deletions = min(torn.glob("*.deletions"))
    deletions.write_bytes(deletions.read_bytes()[:-1])
    found = faults(torn)
    assert {(fault.file, fault.offset) for fault in found} == {
        (str(first), PAGE),
        (str(first), 4 * PAGE),
        (str(second), (contents_of(content)["covered"] - 1) // PAGE * PAGE),
        (str(third), None),
        (str(deletions), None),
    }
    assert len(found) == 5
    assert "2 pages" in next(fault.message for fault in found if fault.offset == PAGE)


def test_a_page_that_the_disk_refuses_is_a_fault_of_that_page(
    torn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from searchlib.storage import pages

    read = pages._read

    def failing(file: BinaryIO, start: int, n: int) -> bytes:
        if file.name == str(min(torn.glob("*.segment"))) and start < 2 * PAGE + 7 < start + n:
            raise OSError(errno.EIO, "Input/output error")
        return read(file, start, n)

    monkeypatch.setattr(pages, "_read", failing)
    [fault] = faults(torn)
    assert (fault.file, fault.offset) == (str(min(torn.glob("*.segment"))), 2 * PAGE)
    assert "Input/output error" in fault.message


def test_any_length_a_file_is_cut_to_is_a_fault_of_it(torn: Path) -> None:
    chance = random.Random(5)
    for path in sorted(torn.iterdir()):
        if "lock" in path.name:
            continue
        content = path.read_bytes()
        for length in (
            0,
            1,
            15,
            47,
            48,
            len(content) - 1,
            len(content) - 40,
            *chance.choices(range(len(content)), k=4),
        ):
            path.write_bytes(content[:length])
            found = faults(torn)
            assert {fault.file for fault in found} == {str(path)}, length
        path.write_bytes(content)
    assert faults(torn) == []


def test_without_a_manifest_segments_are_still_looked_at(torn: Path) -> None:
    manifest = bytearray((torn / MANIFEST).read_bytes())
    manifest[50] ^= 1
    (torn / MANIFEST).write_bytes(manifest)
    path = max(torn.glob("*.segment"))
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    assert [(fault.file, fault.offset) for fault in faults(torn)] == [
        (str(torn / MANIFEST), None),
        (str(path), 0),
    ]


def test_no_index_and_another_format_are_no_faults_but_errors(torn: Path, tmp_path: Path) -> None:
    with pytest.raises(searchlib.IndexNotFoundError):
        Index.verify(tmp_path / "nowhere")
    write_manifest(torn, {"format": 99})
    with pytest.raises(searchlib.IncompatibleIndexError):
        Index.verify(torn)


def test_a_segment_of_another_format_is_a_fault(torn: Path) -> None:
    path = min(torn.glob("*.segment"))
    content = bytearray(path.read_bytes())
    content[8] = 9
    path.write_bytes(content)
    [fault] = faults(torn)
    assert (fault.file, fault.offset) == (str(path), 8)


def test_files_of_no_commit_are_noted(torn: Path) -> None:
    shutil.copy(min(torn.glob("*.segment")), torn / "00000077.segment")
    (torn / "mine.txt").write_text("not of the index")
    found = Index.verify(torn)
    assert found.sound
    [note] = found.notes
    assert "00000077.segment" in note


# ---- bytes that are as they were written, and were wrong then ----


def changed(folder: Path, section: str, at: int, data: bytes, change: dict[str, Any] | None = None) -> int:
    """Puts bytes into a section, with hashes that fit, and gives their offset."""
    path = segment_of(folder)
    content = bytearray(path.read_bytes())
    start, length = contents_of(content)["sections"][section]
    at += length if at < 0 else 0
    assert 0 <= at <= length - len(data)
    assert content[start + at : start + at + len(data)] != data
    content[start + at : start + at + len(data)] = data
    patch_segment(folder, bytes(content), change)
    return int(start + at)


def section_of(folder: Path, name: str) -> bytes:
    content = segment_of(folder).read_bytes()
    start, length = contents_of(content)["sections"][name]
    return content[start : start + length]


@pytest.mark.parametrize(
    ("section", "at", "data"),
    [
        ("ids", 3, b"\xff"),
        ("id_ends", 40, b"\xff\xff\0\0"),
        ("id_ends", 40, b"\0\0\0\0"),
        ("id_order", 100, b"\x01\x01\0\0"),
        ("id_order", 100, b"\xff\xff\xff\xff"),
        ("stored_index", 0, b"\x01"),
        ("stored_index", 16, b"\0"),
        ("stored_index", 28, b"\0"),
        ("stored", 0, b"\0"),
        ("stored", 60, b"\xff" * 9),
        ("keyword.source", 3, b"\x06"),
        ("keyword.source.values", 6, b"\xff\xff\xff"),
        ("keyword.source.values", -1, b"\xff"),
        ("keyword.tags", 0, b"\0"),
        ("keyword.tags.ends", 40, b"\xff\xff"),
        ("keyword.tags.ends", -2, b"\x01"),
        ("length.0", 17, b"\xc8"),
        ("length.1", 17, b"\xc8"),
        ("tokens.0", 5, b"\0"),
        ("terms", 0, b"\x01"),
        ("terms", -4, b"\x01"),
        ("terms", -4, b"\xff\xff\xff\xff"),
        ("forms", 2, b"\xff"),
        ("forms", -4, b"\0"),
        ("endings", 0, b"\xff\xff"),
        ("endings", 4, b"\0\0\0\0"),
        ("peaks", 0, b"\x01"),
        ("peaks", -1, b"\xff"),
        ("postings", 0, b"\xff\xff\xff\xff"),
        ("positions", 0, b"\xff\xff\xff\xff"),
    ],
)
def test_a_section_that_was_written_wrong(one: Path, section: str, at: int, data: bytes) -> None:
    path = segment_of(one)
    kind, _, rest = section.partition(".")
    if kind == "keyword":
        name, dot, suffix = rest.partition(".")
        names = [field.name for field in Index.open(one).definition.keyword_fields]
        section = f"keyword.{names.index(name)}{dot}{suffix}"
    changed(one, section, at, data)
    found = faults(one)
    assert 0 < len(found) < 25
    assert {fault.file for fault in found} == {str(path)}
    sections = contents_of(path.read_bytes())["sections"]
    part = {
        "ids": ["ids", "id_ends", "id_order", "stored"],
        "stored_index": ["stored_index", "stored"],
        "length.0": ["length.0", "postings", "terms"],
        "length.1": ["length.0", "length.1", "postings"],
        "tokens.0": ["tokens.0", "length.0", "positions"],
        "endings": ["endings", "forms"],
        "forms": ["forms", "endings"],
    }.get(section, [section])
    ranges = [range(start, start + max(1, length)) for start, length in (sections[name] for name in part)]
    assert all(any(fault.offset in one for one in ranges) for fault in found), found


def test_an_earliest_date_that_no_document_has(one: Path) -> None:
    """Dates are counted from the earliest, so that one document has it."""
    path = segment_of(one)
    numbers = section_of(one, "date")
    first = next(at for at in range(0, len(numbers), 4) if numbers[at : at + 4] == b"\1\0\0\0")
    others = {at for at in range(0, len(numbers), 4) if numbers[at : at + 4] == b"\1\0\0\0"} - {first}
    for at in others:
        changed(one, "date", at, b"\2")
    assert faults(one) == []
    changed(one, "date", first, b"\2")
    [fault] = faults(one)
    start = contents_of(path.read_bytes())["sections"]["date"][0]
    assert (fault.offset, "date" in fault.message) == (start, True)


@pytest.mark.parametrize("what", ["flags", "kth", "last", "start", "places", "bound"])
def test_every_part_of_the_head_of_a_long_list(one: Path, what: str) -> None:
    """`common` is in all 300 documents: a bitmap of three blocks, and nothing says what its bounds are but its postings."""
    postings = section_of(one, "postings")
    head = next(
        at
        for at in range(len(postings))
        if postings[at] == 1 and postings[at + 4 : at + 16] == struct.pack("<3I", 127, 255, 299)
    )
    at = head + {"flags": 0, "kth": 1, "last": 4, "start": 16, "places": 28, "bound": 40}[what]
    place = changed(one, "postings", at, bytes([postings[at] ^ 2]))
    found = faults(one)
    start, _ = contents_of(segment_of(one).read_bytes())["sections"]["postings"]
    assert found
    if what in ("flags", "kth", "bound"):
        assert [fault.offset for fault in found] == [place]
    else:
        places, size = contents_of(segment_of(one).read_bytes())["sections"]["positions"]
        assert found[0].offset in (*range(start + head, place + 1), *range(places, places + size))


def test_flips_in_lists_are_found_or_make_another_index_and_never_crash(one: Path) -> None:
    chance = random.Random(3)
    path = segment_of(one)
    content, manifest = path.read_bytes(), (one / MANIFEST).read_bytes()
    found = 0
    for _ in range(150):
        name = chance.choice(["terms", "forms", "endings", "peaks", "postings", "positions"])
        at = chance.randrange(len(section_of(one, name)))
        changed(one, name, at, bytes([section_of(one, name)[at] ^ 1 << chance.randrange(8)]))
        found += bool(faults(one))
        path.write_bytes(content)
        (one / MANIFEST).write_bytes(manifest)
    assert found > 100


@pytest.mark.parametrize(
    ("change", "offset"),
    [
        ({"total_length": 123.5}, True),
        ({"total_length": float("nan")}, True),
        ({"terms": 7}, True),
        ({"forms": 7}, True),
        ({"stored_blocks": 99}, True),
        ({"documents": 299}, False),
        ({"text_fields": ["text", "title"]}, False),
        ({"keywords": []}, True),
        ({"date": None}, True),
        ({"covered": 5}, False),
        ({"hashes": 1 << 60}, False),
        ({"sections": {}}, False),
    ],
)
def test_a_table_of_contents_that_was_written_wrong(one: Path, change: dict[str, Any], offset: bool) -> None:
    patch_segment(one, segment_of(one).read_bytes(), change)
    found = faults(one)
    assert found
    assert {fault.file for fault in found} == {str(segment_of(one))}
    assert any(fault.offset is not None for fault in found) or not offset


def test_whatever_a_table_of_contents_says_verify_ends_in_faults(one: Path) -> None:
    content = segment_of(one).read_bytes()
    said = contents_of(content)
    for key, values in CONTENTS.items():
        for value in values:
            if value != said[key]:
                patch_segment(one, content, {key: value})
                assert faults(one), (key, value)


def test_whatever_a_manifest_says_verify_ends_in_faults(torn: Path) -> None:
    values = manifest_of(torn)
    made_up: list[object] = [change(manifest_of(torn)) for change in HOSTILE.values()]
    for change in ENTRIES.values():
        wrong = manifest_of(torn)
        wrong["segments"][0] |= change
        made_up.append(wrong)
    for one in made_up:
        write_manifest(torn, one)
        assert faults(torn), one
    write_manifest(torn, values)
    assert faults(torn) == []


def test_sections_that_lie_elsewhere(one: Path) -> None:
    content = segment_of(one).read_bytes()
    sections = contents_of(content)["sections"]
    for name, (at, length) in sections.items():
        if not length:
            continue
        for place in ([at + 1, length], [at, length - 1], [at, length + 1], None):
            moved = {key: value for key, value in (sections | {name: place}).items() if value is not None}
            patch_segment(one, content, {"sections": moved})
            assert faults(one), (name, place)


def test_an_id_that_two_living_documents_have(tmp_path: Path) -> None:
    rows = articles(60)
    folder = build(tmp_path / "news", rows[:40], rows[30:]).path
    values = manifest_of(folder)
    for entry in values["segments"]:
        entry |= {"deletions": None, "deleted": 0}
    write_manifest(folder, values)
    found = faults(folder)
    second = max(folder.glob("*.segment"))
    assert len(found) == 10
    assert {fault.file for fault in found} == {str(second)}
    content = second.read_bytes()
    for fault in found:
        assert fault.offset is not None
        assert content[fault.offset :].startswith(b"id-3")
        assert "id-3" in fault.message


def test_many_faults_of_one_kind_are_counted(tmp_path: Path) -> None:
    rows = articles(200)
    folder = build(tmp_path / "news", rows, rows).path
    values = manifest_of(folder)
    assert len(values["segments"]) == 1
    other = build(tmp_path / "other", rows).path
    shutil.copy(segment_of(other), folder / "00000009.segment")
    values["segments"].append(manifest_of(other)["segments"][0] | {"file": "00000009.segment"})
    write_manifest(folder, values | {"next": 10})
    found = faults(folder)
    assert len(found) == 21
    assert found[-1].message.startswith("180 more")


@pytest.mark.parametrize("change", [{"next": 1}, {"deleted": 3}])
def test_a_manifest_that_contradicts_its_files(torn: Path, change: dict[str, int]) -> None:
    values = manifest_of(torn)
    if "next" in change:
        values |= change
    else:
        values["segments"][0] |= change
    write_manifest(torn, values)
    expected = torn / (MANIFEST if "next" in change else values["segments"][0]["deletions"])
    assert {fault.file for fault in faults(torn)} == {str(expected)}


def test_deletions_of_documents_that_are_not_there(one: Path) -> None:
    from searchlib.storage.deletions import write_deletions
    from searchlib.storage.manifest import SegmentEntry

    entry = SegmentEntry(**manifest_of(one)["segments"][0])
    live = bytearray(b"\xff" * 37 + b"\x0f")
    live[-1] |= 0x40
    live[0] ^= 0x01
    written = write_deletions(one, "00000001.5.deletions", entry, bytes(live))
    write_manifest(one, manifest_of(one) | {"segments": [asdict(written)]})
    [fault] = faults(one)
    assert fault.file == str(one / "00000001.5.deletions")


# ---- the command ----


def search(*args: str) -> Any:
    return CliRunner().invoke(cli, args, prog_name="search")


def test_the_command_says_that_an_index_is_sound(whole: Path) -> None:
    result = search("verify", "--index", str(whole))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{whole}: sound, 2,885 documents, 3 segments, ")


def test_the_command_lists_faults_one_a_line(torn: Path) -> None:
    path = min(torn.glob("*.segment"))
    content = bytearray(path.read_bytes())
    content[PAGE + 5] ^= 1
    path.write_bytes(content)
    min(torn.glob("*.deletions")).unlink()
    (torn / "00000077.segment").write_bytes(b"")
    result = search("verify", "--index", str(torn))
    assert result.exit_code == 1
    missing, damaged = result.stdout.splitlines()
    assert missing.endswith(".deletions: the file is missing")
    assert damaged.startswith(f"{path} at byte {PAGE}: ")
    assert result.stderr.startswith("note: ")
    shown = search("verify", "--json", "--index", str(torn))
    assert shown.exit_code == 1
    found = json.loads(shown.stdout)
    assert found["sound"] is False
    assert [fault["offset"] for fault in found["faults"]] == [None, PAGE]
    assert found["faults"][1]["file"] == str(path)


@pytest.mark.parametrize(
    "args", [("verify", "--index", "nowhere"), ("verify", "extra"), ("verify", "--wrong")]
)
def test_a_bad_request_is_one_line(
    args: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = search(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


# ---- commits that are not durable ----


def test_a_commit_that_is_not_durable_is_looked_at_and_told_of(torn: Path) -> None:
    index = Index.open(torn)
    with index.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
        writer.commit(durable=False)
        found = Index.verify(torn)
        assert found.sound
        assert found.documents == len(index)
        assert found.notes == (f"{torn / 'manifest.recent'}: the newest commit is not durable yet",)
        newest = max(torn.glob("*.segment"))
        content = newest.read_bytes()
        newest.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        [fault] = Index.verify(torn).faults
        assert (fault.file, fault.offset) == (str(newest), 0)
        newest.write_bytes(content)


def test_hashes_that_the_contents_do_not_mean(one: Path) -> None:
    [path] = one.glob("*.segment")
    patch_segment(one, path.read_bytes(), {"hashes_checksum": 5})
    [fault] = faults(one)
    assert fault.file == str(path)
    assert fault.offset == contents_of(path.read_bytes())["hashes"]

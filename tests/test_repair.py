"""Does repair save all that can be read of a damaged index, and tell what is lost?"""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from click.testing import CliRunner
from small_archive import articles, build, contents_of, manifest_of, patch_segment, scored, write_manifest

import searchlib
from searchlib import CorruptIndexError, Definition, DefinitionError, Field, Index, IndexExistsError
from searchlib.storage._segment import PAGE
from searchlib.storage.manifest import MANIFEST
from searchlib.storage.stored import ENTRY
from searchlib_cli.main import cli

COUNT = 900
DELETED = {f"id-{number}" for number in range(0, 700, 9)}


def rows() -> list[dict[str, Any]]:
    chance = random.Random(1)
    return [row | {"filler": chance.randbytes(300).hex()} for row in articles(COUNT)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments; the first has deletions, and old versions of what the second has."""
    old = [row | {"pages": -1} for row in rows()[:700]]
    index = build(tmp_path_factory.mktemp("whole") / "news", old, rows()[600:])
    with index.writer() as writer:
        for id in DELETED:
            writer.delete(id)
    assert [entry["deleted"] > 0 for entry in manifest_of(index.path)["segments"]] == [True, True]
    return index.path


@pytest.fixture
def torn(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(whole, tmp_path / "news"))


def documents(folder: Path) -> dict[str, dict[str, Any]]:
    """Living documents that can be read, in their order, by id."""
    index = Index.open(folder)
    snapshot = index._open_ranker().snapshot
    found = {}
    for i, segment in enumerate(snapshot.segments):
        living = snapshot.living(i)
        for doc in range(segment.file.documents) if living is None else living:
            try:
                values = segment.stored[doc]
            except CorruptIndexError:
                continue
            found[values["id"]] = values
    return found


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def repaired(torn: Path, definition: Definition | None = None) -> tuple[Path, Any]:
    """Where the new index is, and what was told. The damaged one is as it was, the new one sound."""
    before = content_of(torn)
    into = torn.parent / "saved"
    shutil.rmtree(into, ignore_errors=True)
    told = Index.repair(torn, into, definition)
    assert content_of(torn) == before
    assert Index.verify(into).faults == ()
    assert told.documents == len(Index.open(into))
    return into, told


def patch(path: Path, *places: int, data: bytes | None = None) -> None:
    """Flips bytes, or puts others in their place."""
    content = bytearray(path.read_bytes())
    for place in places:
        if data is None:
            content[place] ^= 0x55
        else:
            content[place : place + len(data)] = data
    path.write_bytes(content)


def section(path: Path, name: str) -> tuple[int, int]:
    start, length = contents_of(path.read_bytes())["sections"][name]
    return start, length


def blocks(path: Path) -> Iterator[tuple[int, int]]:
    """(offset, first document) of each block of stored fields."""
    start = section(path, "stored")[0]
    at, size = section(path, "stored_index")
    for one, first, _ in ENTRY.iter_unpack(path.read_bytes()[at : at + size]):
        yield start + one, first


def first_segment(folder: Path) -> Path:
    return min(folder.glob("*.segment"))


# ---- where nothing is lost ----


def test_a_sound_index_is_saved_whole_in_its_order(torn: Path) -> None:
    into, told = repaired(torn)
    assert (told.losses, told.notes, told.lost) == ((), (), 0)
    assert list(documents(into).items()) == list(documents(torn).items())
    assert len(documents(into)) == COUNT - len(DELETED)
    for query in ("summit", "саммит договор", "common 17", "source:paper tags:tag3"):
        assert Index.open(into).search(query).total == Index.open(torn).search(query).total
    assert Index.open(into).stats().languages == Index.open(torn).stats().languages


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose lists are large beside its documents."""
    chance = random.Random(2)
    words = ["".join(chance.choices("abcdefghijklmnop", k=7)) for _ in range(6000)]
    made = [{"id": str(number), "text": " ".join(chance.choices(words, k=400))} for number in range(400)]
    return build(tmp_path_factory.mktemp("wordy") / "news", made).path


@pytest.mark.parametrize("name", ["postings", "positions", "terms", "forms", "endings"])
def test_damage_outside_of_stored_fields_loses_nothing(wordy: Path, tmp_path: Path, name: str) -> None:
    torn = Path(shutil.copytree(wordy, tmp_path / "news"))
    expected = documents(torn)
    path = first_segment(torn)
    start, length = section(path, name)
    assert (start + length - 1) // PAGE > sum(section(path, "stored_index")) // PAGE
    patch(path, start + length - 1)
    assert not Index.verify(torn).sound
    into, told = repaired(torn)
    assert (told.losses, told.notes) == ((), ())
    assert list(documents(into).items()) == list(expected.items())


@pytest.mark.parametrize(
    "where", ["contents", "trailer", "trailer gone", "header", "hashes and contents gone"]
)
def test_a_damaged_frame_of_the_file_loses_nothing(torn: Path, where: str) -> None:
    expected = documents(torn)
    for path in torn.glob("*.segment"):
        content = path.read_bytes()
        if where == "header":
            patch(path, 3)
        elif where == "contents":
            patch(path, len(content) - 100)
        elif where == "trailer":
            patch(path, len(content) - 5)
        else:
            path.write_bytes(content[: -32 if where == "trailer gone" else contents_of(content)["covered"]])
    into, told = repaired(torn)
    assert told.losses == ()
    assert len(told.notes) == 2
    assert list(documents(into).items()) == list(expected.items())


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """An index of one segment with deletions."""
    index = build(tmp_path / "news", rows()[:300])
    with index.writer() as writer:
        for id in DELETED:
            writer.delete(id)
    return index.path


@pytest.mark.parametrize("at", [0, 8, 24, -7])
def test_an_index_of_the_blocks_that_was_written_wrong_loses_nothing(one: Path, at: int) -> None:
    expected = documents(one)
    path = first_segment(one)
    start, length = section(path, "stored_index")
    content = bytearray(path.read_bytes())
    content[start + (at if at >= 0 else length + at)] ^= 0x81
    patch_segment(one, bytes(content))
    into, told = repaired(one)
    assert told.losses == ()
    assert list(documents(into).items()) == list(expected.items())


def test_without_a_manifest_a_definition_is_needed_and_then_nothing_is_lost(torn: Path) -> None:
    expected = documents(torn)
    definition = Index.open(torn).definition
    for content in (None, b"", b"{}", (torn / MANIFEST).read_bytes()[:-3]):
        (torn / MANIFEST).unlink()
        if content is not None:
            (torn / MANIFEST).write_bytes(content)
        with pytest.raises(DefinitionError, match="must be given"):
            Index.repair(torn, torn.parent / "none")
        assert not (torn.parent / "none").exists()
        into, told = repaired(torn, definition)
        assert told.losses == ()
        assert "manifest" in told.notes[0]
        assert list(documents(into).items()) == list(expected.items())
        (torn / MANIFEST).write_bytes(b"")


def test_the_definition_may_be_a_file(torn: Path, tmp_path: Path) -> None:
    (torn / MANIFEST).unlink()
    (tmp_path / "news.toml").write_text("[bm25]\nk1 = 0.5\n")
    told = Index.repair(torn, tmp_path / "saved", tmp_path / "news.toml")
    assert told.documents == COUNT - len(DELETED)
    assert Index.open(tmp_path / "saved").definition.k1 == 0.5


# ---- what is lost ----


def without_block(folder: Path, at: int) -> dict[str, Any]:
    """The documents of a sound index but for those in the block of its first segment that a byte belongs to."""
    path = first_segment(folder)
    snapshot = Index.open(folder)._open_ranker().snapshot
    number = next(i for i, one in enumerate(snapshot.segments) if one.file.path == str(path))
    file = snapshot.segments[number].file
    edges = [*blocks(path), (section(path, "stored_index")[0], file.documents)]
    [lost] = [
        range(first, following) for (start, first), (end, following) in pairwise(edges) if start <= at < end
    ]
    living = snapshot.living(number)
    gone = {file.id(doc) for doc in lost if living is None or doc in living}
    return {id: values for id, values in documents(folder).items() if id not in gone}


def test_a_damaged_byte_of_stored_fields_loses_its_block_and_no_others(torn: Path) -> None:
    """Though the whole page cannot be trusted: blocks have checksums of their own."""
    everything = documents(torn)
    path = first_segment(torn)
    assert section(path, "stored")[1] > 2 * PAGE
    kept = without_block(torn, PAGE + 100)
    patch(path, PAGE + 100)
    into, told = repaired(torn)
    assert list(documents(into).items()) == list(kept.items())
    assert 0 < len(kept) < len(everything)
    [loss] = told.losses
    assert (loss.file, loss.documents) == (str(path), len(everything) - len(kept))
    assert loss.offset in [at for at, _ in blocks(path)]


def test_one_byte_of_a_small_index_loses_one_block(one: Path) -> None:
    """All of it is on a page or two, the index of the blocks too."""
    count = len(documents(one))
    for at in (20, 5000, 12_000):
        copy = Path(shutil.copytree(one, one.parent / f"copy {at}"))
        kept = without_block(copy, at)
        patch(first_segment(copy), at)
        into, _ = repaired(copy)
        assert list(documents(into)) == list(kept)
        assert 0 < len(kept) < count


@pytest.mark.parametrize("block", [0, 1, 3, -1])
def test_a_block_that_does_not_unpack_is_lost_alone(one: Path, block: int) -> None:
    """With right checksums, and then without any, but with the index of the blocks behind."""
    everything = documents(one)
    path = first_segment(one)
    content = bytearray(path.read_bytes())
    at, _ = list(blocks(path))[block]
    content[at : at + 5] = b"\0" * 5
    patch_segment(one, bytes(content))
    into, told = repaired(one)
    kept = documents(one)
    assert list(documents(into).items()) == list(kept.items())
    assert [(loss.offset, loss.documents) for loss in told.losses] == [(at, len(everything) - len(kept))]
    path.write_bytes(path.read_bytes()[:-50])
    into, told = repaired(one)
    if block != -1:  # what comes behind the last block is found by where that ends
        assert list(documents(into).items()) == list(kept.items())
        assert [(loss.offset, loss.documents) for loss in told.losses] == [(at, len(everything) - len(kept))]
    else:
        assert list(documents(into).items()) == list(kept.items())
        assert told.lost == len(everything) - len(kept)


def test_a_file_cut_short_gives_the_documents_before_the_cut(one: Path) -> None:
    everything = documents(one)
    path = first_segment(one)
    content = path.read_bytes()
    edges = [at for at, _ in blocks(path)]
    numbers = [first for _, first in blocks(path)]
    end = section(path, "stored")[1] + 16
    before = -1
    for length in sorted({0, 7, 20, *edges, *(at + 900 for at in edges), end, end + 30, len(content) - 1}):
        path.write_bytes(content[:length])
        into, told = repaired(one)
        whole = sum(at <= length for at in [*edges[1:], end])
        count = [*numbers, 300][whole]
        expected = [id for id in everything if int(id[3:]) < count]
        assert list(documents(into)) == expected
        assert told.lost == len(everything) - len(expected)
        assert len(expected) >= before
        before = len(expected)
    assert before == len(everything)


def test_behind_a_hole_documents_are_lost_when_deleted_ones_cannot_be_told(one: Path) -> None:
    everything = documents(one)
    path = first_segment(one)
    at, first = list(blocks(path))[2]
    end = section(path, "stored")[1] + 16
    patch(path, at, data=b"\0" * 5)
    path.write_bytes(path.read_bytes()[:end])  # neither contents nor index of the blocks
    into, told = repaired(one)
    assert list(documents(into)) == [id for id in everything if int(id[3:]) < first]
    [loss] = told.losses
    assert (loss.offset, loss.documents) == (at, len(everything) - told.documents)
    assert "deleted" in loss.message
    values = manifest_of(one)
    values["segments"][0] |= {"deletions": None, "deleted": 0}
    write_manifest(one, values)
    into, told = repaired(one)
    assert list(documents(into))[:first] == [f"id-{number}" for number in range(first)]
    assert len(documents(into)) + told.lost == 300
    assert 0 < told.lost < 100


class Failing:
    """A file one of whose bytes the disk cannot give."""

    def __init__(self, file: BinaryIO, bad: int) -> None:
        self._file = file
        self._bad = bad

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Failing:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, n: int = -1) -> bytes:
        at = self._file.tell()
        if n < 0 or at <= self._bad < at + n:
            raise OSError(errno.EIO, "Input/output error")
        return self._file.read(n)


@pytest.mark.parametrize("where", ["stored", "trailer"])
def test_what_the_disk_refuses_is_lost_and_no_more(
    torn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    expected = documents(torn)
    path = first_segment(torn)
    bad = PAGE + 900 if where == "stored" else path.stat().st_size - 9
    if where == "stored":
        expected = without_block(torn, bad)
        assert 0 < len(expected) < COUNT - len(DELETED)
    opened = Path.open

    def failing(self: Path, *args: Any, **kwargs: Any) -> Any:
        file = opened(self, *args, **kwargs)
        return Failing(file, bad) if self == path else file

    monkeypatch.setattr(Path, "open", failing)
    told = Index.repair(torn, tmp_path / "saved")
    assert list(documents(tmp_path / "saved").items()) == list(expected.items())
    assert told.lost == COUNT - len(DELETED) - len(expected)
    assert len(told.notes) == (where == "trailer")


def test_deletions_that_cannot_be_read_bring_documents_back_and_that_is_told(torn: Path) -> None:
    path = min(torn.glob("*.deletions"))
    patch(path, 20)
    into, told = repaired(torn)
    assert told.losses == ()
    [note] = told.notes
    assert str(path) in note
    found = documents(into)
    assert set(found) == {f"id-{number}" for number in range(COUNT)}
    newest = {f"id-{number}" for number in range(600, COUNT)} - DELETED
    assert {id for id, values in found.items() if int(id[3:]) >= 600 and values["pages"] >= 0} == newest


def test_the_newest_commit_is_saved_though_it_is_not_durable(torn: Path) -> None:
    index = Index.open(torn)
    with index.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
        writer.delete("id-1")
        writer.commit(durable=False)
        saved = Index.repair(torn, torn.parent / "saved")
        assert (saved.documents, saved.lost) == (len(index), 0)
        copy = Index.open(torn.parent / "saved")
        assert "new" in copy
        assert "id-1" not in copy


def test_a_missing_segment_is_a_loss(torn: Path) -> None:
    first_segment(torn).unlink()
    into, told = repaired(torn)
    [loss] = told.losses
    assert (loss.documents, loss.offset) == (COUNT - len(DELETED) - told.documents, None)
    assert "missing" in loss.message
    assert set(documents(into)) == {f"id-{number}" for number in range(600, COUNT)} - DELETED


def test_a_segment_that_is_another_file_is_read_and_noted(torn: Path, tmp_path: Path) -> None:
    other = build(tmp_path / "other", [{"id": f"x{number}", "text": "words"} for number in range(20)]).path
    shutil.copy(first_segment(other), first_segment(torn))
    into, told = repaired(torn)
    assert "not the file" in " ".join(told.notes)
    assert {f"x{number}" for number in range(20)} <= set(documents(into))


def test_fields_that_are_not_stored_are_lost_and_that_is_told(tmp_path: Path) -> None:
    fields = (
        Field("title", "text"),
        Field("text", "text", stored=False),
        Field("tags", "keyword", stored=False),
    )
    index = Index.create(tmp_path / "news", Definition(fields=fields))
    with index.writer() as writer:
        writer.add({"id": "a", "title": "river", "text": "bridge", "tags": "t"})
        writer.add({"id": "b", "text": "bridge"})
    into, told = repaired(index.path)
    assert [note.split("'")[1] for note in told.notes] == ["text", "tags"]
    assert list(documents(into)) == ["a"]
    [loss] = told.losses
    assert loss.documents == 1
    assert "nothing to index" in loss.message
    assert scored(Index.open(into), "bridge") == []
    assert len(scored(Index.open(into), "river")) == 1


def test_whatever_the_damage_it_ends_and_what_it_saves_is_sound(one: Path) -> None:
    chance = random.Random(4)
    everything = {f"id-{number}" for number in range(300)}
    path = first_segment(one)
    original = content_of(one)
    for _ in range(40):
        content = bytearray(original[path.name])
        for _ in range(chance.choice([0, 1, 3, 20])):
            at = chance.randrange(len(content))
            content[at : at + chance.choice([1, 9, 5000])] = chance.randbytes(chance.choice([1, 9, 5000]))
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        path.write_bytes(content)
        into, told = repaired(one)
        saved = documents(into)
        assert saved.keys() <= everything - DELETED
        assert told.lost == len(everything - DELETED) - len(saved)


# ---- what cannot be done ----


def test_it_goes_into_no_folder_that_is_there_nor_into_the_damaged_one(torn: Path, tmp_path: Path) -> None:
    before = content_of(torn)
    (tmp_path / "empty").mkdir()
    for into in (torn, tmp_path / "empty", torn / "saved", torn / "deep" / "saved"):
        with pytest.raises(IndexExistsError):
            Index.repair(torn, into)
    assert content_of(torn) == before
    assert not (torn / "deep").exists()


def test_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(searchlib.IndexNotFoundError):
        Index.repair(tmp_path / "nowhere", tmp_path / "saved", searchlib.NEWS)
    assert not (tmp_path / "saved").exists()


def test_a_failure_leaves_nothing_behind(torn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("searchlib.storage.writer.Writer.commit", fail)
    with pytest.raises(KeyboardInterrupt):
        Index.repair(torn, tmp_path / "deep" / "saved")
    assert not (tmp_path / "deep").exists()


# ---- the command ----


def search(*args: str) -> Any:
    return CliRunner().invoke(cli, args, prog_name="search")


def test_the_command_saves_and_tells(one: Path, tmp_path: Path) -> None:
    count = len(documents(one))
    result = search("repair", str(one), str(tmp_path / "a"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{tmp_path / 'a'}: {count} documents saved, nothing lost, ")
    path = first_segment(one)
    at, _ = list(blocks(path))[1]
    kept = len(without_block(one, at))
    patch(path, at)
    result = search("repair", str(one), str(tmp_path / "b"))
    assert result.exit_code == 1
    *losses, summary = result.stdout.splitlines()
    assert all(line.startswith(f"{path} at byte ") and "lost" in line for line in losses)
    assert f"{kept} documents saved, {count - kept} lost, " in summary
    (one / MANIFEST).unlink()
    result = search("repair", str(one), str(tmp_path / "c"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "definition" in result.stderr
    (tmp_path / "news.toml").write_text("")
    result = search("repair", "--definition", str(tmp_path / "news.toml"), str(one), str(tmp_path / "c"))
    assert result.exit_code == 1
    assert result.stderr.startswith("note: ")


def test_a_bad_request_is_one_line(one: Path, tmp_path: Path) -> None:
    for args in (
        ("repair", str(one)),
        ("repair", str(one), str(tmp_path)),
        ("repair", "nowhere", str(tmp_path / "x")),
    ):
        result = search(*args)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1

"""When any byte of any file is another, a file is cut or two are changed for each other: is it found out, or does it do no harm?

The index is so small that each of its bytes can be tried. Whatever can be read is read each time, and a writer rewrites it all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from everything_said import DAMAGED, archive, everything, rewritten
from watched_disk import no_syncs

import searchlib

Files = dict[str, bytes]


class Tried:
    """An index whose files can be changed, and what it says when they are whole.

    In haste: its newest commit is not durable. When a file of that one is damaged, the durable commit before it is the newest: so
    it is after a loss of power.
    """

    def __init__(self, folder: Path, *, in_haste: bool) -> None:
        self._folder = archive(folder)
        durable = self.files()
        self.told = set() if in_haste else set(durable)
        """Files whose damage must be told, not only do no harm."""
        if in_haste:
            with searchlib.Index.open(folder) as index:
                writer = index.writer()
                writer.add({"id": "late", "text": "common summit", "lang": "en", "tags": ["tag1"]})
                writer.delete("id-3")
                writer.commit(durable=False)
                writer.close()
        self.whole = self.files()
        self._truths: list[tuple[dict[str, object], object]] = []
        for files in [durable, self.whole][not in_haste :]:
            self.put(files)
            self._truths.append((everything(folder), rewritten(folder)))
        assert DAMAGED not in [value for said, after in self._truths for value in [*said.values(), after]]

    def files(self) -> Files:
        return {path.name: path.read_bytes() for path in self._folder.iterdir() if "lock" not in path.name}

    def put(self, files: Files) -> None:
        """Makes these the files of the index. Each is a new file, so that nobody has the old one mapped."""
        for path in self._folder.iterdir():
            if "lock" not in path.name:
                path.unlink()
        for name, content in files.items():
            (self._folder / name).write_bytes(content)

    def found_out(self, files: Files) -> bool:
        """Is the damage told? Or else is all that the index says true?"""
        self.put(files)
        said = everything(self._folder)
        after = rewritten(self._folder)
        assert any(
            all(value in (DAMAGED, truth[name]) for name, value in said.items()) and after in (DAMAGED, new)
            for truth, new in self._truths
        )
        return DAMAGED in said.values() and after == DAMAGED


@pytest.fixture(scope="module", params=[False, True], ids=["durable", "in haste"])
def tried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tried]:
    with no_syncs():
        yield Tried(tmp_path_factory.mktemp("tried") / "index", in_haste=request.param)


def dose(places: list[tuple[str, int]], slow: bool, few: int) -> list[tuple[str, int]]:
    return places if slow else random.Random(few).sample(places, few)


SOME_OR_ALL = pytest.mark.parametrize(
    "slow", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"]
)


@SOME_OR_ALL
def test_any_byte_is_another(tried: Tried, slow: bool) -> None:
    chance = random.Random(1)
    places = [(name, at) for name, content in tried.whole.items() for at in range(len(content))]
    found = 0
    tries = dose(places, slow, 150)
    for name, at in tries:
        content = bytearray(tried.whole[name])
        content[at] ^= chance.randrange(1, 256)
        found += tried.found_out(tried.whole | {name: bytes(content)})
    assert found > 0.25 * len(
        tries
    )  # the rest are bytes that nothing depends on, or of a commit that is given up


@SOME_OR_ALL
def test_any_file_is_cut_at_any_length(tried: Tried, slow: bool) -> None:
    places = [(name, length) for name, content in tried.whole.items() for length in range(len(content))]
    for name, length in dose(places, slow, 80):
        found = tried.found_out(tried.whole | {name: tried.whole[name][:length]})
        assert found or name not in tried.told


def test_any_file_is_longer(tried: Tried) -> None:
    for name, content in tried.whole.items():
        for more in (b"\0", b"\n", b"x", content[:1], content[-32:], content):
            found = tried.found_out(tried.whole | {name: content + more})
            assert found or name not in tried.told


def test_any_file_is_gone(tried: Tried) -> None:
    for name in tried.whole:
        files = {one: content for one, content in tried.whole.items() if one != name}
        if name == "manifest":
            tried.put(files)
            with pytest.raises(searchlib.IndexNotFoundError):
                everything(tried._folder)
        else:
            assert tried.found_out(files) or name not in tried.told


def test_any_file_in_the_place_of_another(tried: Tried) -> None:
    for name, other in permutations(tried.whole, 2):
        changed = tried.whole | {name: tried.whole[other]}
        found = tried.found_out(changed)
        assert found or name not in tried.told
        found = tried.found_out(changed | {other: tried.whole[name]})
        assert found or name not in tried.told


def test_files_of_another_index_with_the_same_words(tried: Tried, tmp_path: Path) -> None:
    for path in archive(tmp_path / "other", words=8).iterdir():
        if path.suffix in (".segment", ".deletions") and path.name in tried.whole:
            found = tried.found_out(tried.whole | {path.name: path.read_bytes()})
            assert found or path.name not in tried.told or path.suffix == ".deletions"

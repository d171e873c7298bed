"""Can a whole index that was changed at random, signed again or not, crash its reader or its writer, or answer what is not true?

test_hostile_lists.py presses each section of one segment; here it is all files of an index of several, through the public API.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

import hostile_index
import pytest
from everything_said import archive
from hostile_process import try_mutations
from small_archive import manifest_of, write_manifest

import searchlib


def try_kind(folder: Path, kind: str, seed: int, count: int) -> None:
    least = ceil((0.95 if kind == "plain" else 0.5) * count)
    try_mutations(hostile_index.__file__, archive(folder), kind, seed, count, least, timeout=900)


@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_random_mutations(tmp_path: Path, kind: str) -> None:
    try_kind(tmp_path / "index", kind, 0, 150)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000_000, 1_010_000, 2500))
@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_many_more_random_mutations(tmp_path: Path, kind: str, seed: int) -> None:
    try_kind(tmp_path / "index", kind, seed, 2500)


@pytest.mark.parametrize("following", [0, 1, 3])
def test_a_manifest_that_gives_the_name_of_a_segment_again(tmp_path: Path, following: int) -> None:
    """Else a writer would write its new segment over one that is mapped, and its process would die."""
    folder = archive(tmp_path / "index")
    before = {path.name: path.read_bytes() for path in folder.glob("*.segment")}
    write_manifest(folder, manifest_of(folder) | {"next": following})
    with pytest.raises(searchlib.CorruptIndexError, match="written over"):
        searchlib.Index.open(folder)
    assert {name: (folder / name).read_bytes() for name in before} == before

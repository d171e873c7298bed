"""Can a whole index that was changed at random, signed again or not, crash its reader or its writer, or answer what is not true?

test_hostile_lists.py presses each section of one segment; here it is all files of an index of several, through the public API.
"""

from __future__ import annotations

from pathlib import Path

import hostile_index
import pytest
from everything_said import archive
from hostile_process import damaged_in


def try_mutations(folder: Path, kind: str, seed: int, count: int) -> None:
    damaged = damaged_in(hostile_index.__file__, archive(folder), kind, seed, count, timeout=900)
    assert damaged >= (0.95 if kind == "plain" else 0.5) * count  # the mutations do reach what is read


@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_random_mutations(tmp_path: Path, kind: str) -> None:
    try_mutations(tmp_path / "index", kind, 0, 150)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000_000, 1_010_000, 2500))
@pytest.mark.parametrize("kind", ["plain", "signed"])
def test_many_more_random_mutations(tmp_path: Path, kind: str, seed: int) -> None:
    try_mutations(tmp_path / "index", kind, seed, 2500)

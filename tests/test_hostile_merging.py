"""Can bytes that somebody made up, under checksums that are right, crash a merge, make it hang or write what cannot be read?"""

from __future__ import annotations

import shutil
from pathlib import Path

import hostile_merge
import pytest
from hostile_process import damaged_in
from test_hostile_lists import archive

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

"""Does `search optimize` leave one segment with all that lives in it?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell_archive import search
from small_archive import articles, build

import searchlib


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHLIB_INDEX", raising=False)
    return tmp_path


def test_an_index_of_several_segments(home: Path) -> None:
    index = build(home / "news", articles(30), articles(45, seed=2)[25:])
    assert index.stats().segments == 2
    result = search("optimize", "--index", "news")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"news: 2 segments, [\d.]+ KB -> 1, [\d.]+ KB; \d+\.\d s\n", result.stdout)
    index.refresh()
    assert (index.stats().segments, len(index)) == (1, 45)
    [segment] = index._open_ranker().snapshot.segments
    assert segment.entry.documents == 45


def test_an_empty_index(home: Path) -> None:
    searchlib.Index.create(home / "news")
    result = search("optimize", "--index", "news")
    assert result.exit_code == 0, result.output
    assert "0 segments" in result.stdout


def test_a_damaged_index_stays_as_it_is(home: Path) -> None:
    index = build(home / "news", articles(30), articles(45, seed=2)[25:])
    path = sorted(index.path.glob("*.segment"))[0]
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)
    files = sorted(index.path.iterdir())
    result = search("optimize", "--index", "news")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"search: {Path('news') / path.name} at byte 0: ")
    assert sorted(index.path.iterdir()) == sorted({*files, index.path / "lock", index.path / "lock.holder"})

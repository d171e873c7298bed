"""Can a damaged dictionary of Russian words crash a search or make it hang?"""

from __future__ import annotations

import shutil
from pathlib import Path

import hostile_dictionary
import pymorphy3_dicts_ru
import pytest
from hostile_process import try_mutations

from searchlib import DictionaryError, SearchError
from searchlib.language.dictionary import load

FILES = [  # name, mutations, how many of them must be found out
    ("words.dawg", 60, 15),
    ("p_t_given_w.intdawg", 40, 5),
    ("prediction-suffixes-0.dawg", 60, 10),
    ("prediction-suffixes-1.dawg", 40, 5),
    ("prediction-suffixes-2.dawg", 40, 5),
    ("paradigms.array", 60, 20),
    ("suffixes.json", 30, 10),
    ("gramtab-opencorpora-int.json", 30, 10),
    ("meta.json", 60, 20),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the dictionary."""
    return Path(shutil.copytree(pymorphy3_dicts_ru.get_path(), tmp_path / "dictionary"))


@pytest.mark.parametrize(("name", "count", "found_out"), FILES)
def test_damage_ends_in_answers_or_an_error(folder: Path, name: str, count: int, found_out: int) -> None:
    try_mutations(hostile_dictionary.__file__, folder, name, 1, count, found_out, timeout=300)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "suffixes.json").unlink()
    with pytest.raises(DictionaryError, match=r"suffixes\.json") as caught:
        load(folder, 0.05)
    assert isinstance(caught.value, SearchError)
    assert caught.value.path == str(folder)
    assert "install pymorphy3-dicts-ru again" in str(caught.value)


def test_another_format_is_refused(folder: Path) -> None:
    meta = (folder / "meta.json").read_text(encoding="utf-8")
    (folder / "meta.json").write_text(meta.replace('"2.4"', '"3.0"'), encoding="utf-8")
    with pytest.raises(DictionaryError, match=r"format is 3\.0"):
        load(folder, 0.05)

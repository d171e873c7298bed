"""Does a segment find all documents whose ids another one has too, and nothing beyond its bytes when they are damaged?"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import hostile_ids
import pytest
from hostile_process import try_mutations
from hypothesis import example, given
from hypothesis import strategies as st
from naive_merge import MadeUp, built
from small_archive import articles, build, contents_of, patch_segment

import searchlib
from searchlib.documents import Document

IDS = st.lists(
    st.sampled_from(["a", "aa", "ab", "b", "я", "яя", "a\x01", " a", "A", "\U0001f600"]), min_size=1
)
NUMBERS = st.lists(st.integers(0, 400).map(str), min_size=1, max_size=300)


def shared(one: Sequence[str], other: Sequence[str]) -> list[int]:
    """The documents of `one`, as they come, whose id `other` has."""
    with TemporaryDirectory() as name:
        first, second = (
            built(
                Path(name),
                f"{number}.segment",
                [Document(id, ("", "word"), None, ((), ()), {}) for id in ids],
                MadeUp(),
            )[0]
            for number, ids in enumerate((one, other))
        )
        return first.file.ids_in(second.file).tolist()


def naive(one: Sequence[str], other: Sequence[str]) -> list[int]:
    order = sorted(range(len(one)), key=lambda doc: one[doc].encode())
    return [doc for doc in order if one[doc] in set(other)]


@given(IDS | NUMBERS, IDS | NUMBERS)
@example(["b"], ["a"])
@example(["a"], ["b"])
@example(["a"], ["a", "a"])
@example(["a", "a"], ["a"])
def test_as_the_oracle_says(one: list[str], other: list[str]) -> None:
    assert shared(one, other) == naive(one, other)


@pytest.mark.parametrize("few", [[0], [2999], [17, 18, 19, 1500, 2998], [], [*range(0, 3000, 7)]])
def test_few_beside_many(few: list[int]) -> None:
    many = [f"id-{number}" for number in range(3000)]
    some = [f"id-{number}" for number in few] + ["absent", "id-", "zzz"]
    assert shared(many, some) == naive(many, some)
    assert shared(some, many) == naive(some, many)


def test_what_is_replaced_in_segments_that_are_damaged_is_said_to_be(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    [file] = index.path.glob("*.segment")
    content = bytearray(file.read_bytes())
    start, length = contents_of(content)["sections"]["id_order"]
    content[start : start + length] = b"\xff" * length
    patch_segment(index.path, bytes(content))
    damaged = searchlib.Index.open(index.path)
    writer = damaged.writer()
    writer.add({"id": "id-3", "text": "new"})
    with pytest.raises(searchlib.CorruptIndexError, match=file.name):
        writer.commit()
    writer.close()


@pytest.mark.parametrize(("section", "least_damaged"), [("ids", 0), ("id_ends", 150), ("id_order", 150)])
def test_bytes_that_somebody_made_up(tmp_path: Path, section: str, least_damaged: int) -> None:
    index = build(tmp_path / "small", articles(300))
    folder = Path(shutil.copytree(index.path, tmp_path / "index"))
    try_mutations(hostile_ids.__file__, folder, section, 0, 400, least_damaged, timeout=60)

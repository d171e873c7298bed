"""Is a merged segment the one that would have been built from its living documents?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from naive_merge import DEFINITION, MadeUp, bits_of, built, forms_of, sections, standing
from naive_merge import described as described_by

from searchlib import CorruptIndexError
from searchlib.dates import FIRST, LAST
from searchlib.documents import Document
from searchlib.language import Analyzer
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment
from searchlib.storage.stored import BLOCK

THOROUGH = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REAL = Analyzer()

MADE_UP = st.one_of(
    st.text("abs", min_size=1, max_size=4),
    st.text("абвё", min_size=1, max_size=3),
    st.text("字漢あ한𐐨é", min_size=1, max_size=2),
    st.integers(0, 300).map(lambda number: f"w{number:05}"),
    st.sampled_from(["a" * 511, "a" * 512, "я" * 256, "ab", "abb", "aba"]),
)
SILENT = st.sampled_from(["x-y", "xx-y", "xx-yb", "xx-y-b", "s-bahn", "q", "qa", "q-q", "xx", "xxb"])
INFLECTED = st.sampled_from(
    """
    сталью стали сталь стать стал дом дома домой домом мир мира миры мыла мыло мыть банк банка банки нашли и в на не
    governs government governments paris park parks parking well known was were is the of and быть был ёлка елка
    """.split()  # noqa: SIM905
)
HYPHENED = st.sampled_from("премьер премьер-министр премьер-министра скажи скажи-ка скажите-ка сказал well-known".split())  # noqa: SIM905


@dataclass
class Archive:
    """Documents cut into segments, and which are deleted after each round of merging."""

    documents: list[Document]
    cuts: list[int]
    dead: list[set[int]]  # by round
    groups: list[int]  # segments that the first round puts together; the last round merges all
    silent: bool  # words that have no occurrences of their own


def texts(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(words, max_size=12).map(" ".join)


@st.composite
def archives(draw: st.DrawFn, words: st.SearchStrategy[str], silent: st.SearchStrategy[str]) -> Archive:
    with_silent = draw(st.booleans())
    text = texts(words | silent if with_silent else words)
    documents = [
        Document(
            str(draw(st.integers(0, 20))) + draw(st.sampled_from(["", "я", "𐐨"])),
            (draw(text), draw(text)),
            draw(st.none() | st.sampled_from([FIRST, LAST, -1, 0, 1]) | st.integers(-100_000, 100_000)),
            (
                tuple(draw(st.lists(st.sampled_from(["a", "b", "яя", "𐐨", ""]), max_size=3, unique=True))),
                draw(st.sampled_from([(), ("en",), ("ru",)])),
            ),
            {"id": str(number), "number": number},
        )
        for number in range(draw(st.integers(1, 14)))
    ]
    n = len(documents)
    cuts = sorted(draw(st.sets(st.integers(1, n - 1), max_size=4))) if n > 1 else []
    numbers = st.sets(st.integers(0, n - 1), max_size=n) | st.just(set())
    return Archive(
        documents,
        [0, *cuts, n],
        [draw(numbers), draw(numbers)],
        draw(st.lists(st.integers(1, 3), max_size=3)),
        with_silent,
    )


def check(merged: Segment, folder: Path, documents: Sequence[Document], analyzer: Any, *, silent: bool) -> None:
    """Is it the segment that is built from these documents?

    Byte for byte, but when words are there that have no occurrences of their own and documents were deleted (`silent`): such
    a word may have stayed, though no document has it. Then it reads the same but for that word.
    """
    expected, _ = built(folder, "99999990.segment", documents, analyzer)
    assert merged.file.documents == len(documents) == merged.entry.documents
    for doc, document in enumerate(documents):
        assert merged.stored[doc] == document.stored
        assert merged.file.id(doc) == document.id
        assert merged.dates[doc] == document.date
        assert tuple(merged.keyword(name)[doc] for name in ("tags", "lang")) == document.keywords
    got, wanted = sections(merged), sections(expected)
    assert merged.file.section_size("stored_index") >= 16
    if not silent:
        assert [name for name in wanted if got.get(name) != wanted[name]] == []
        assert got.keys() == wanted.keys()
        assert described_by(merged) == described_by(expected)
        return
    assert got.keys() == wanted.keys()
    lists = {"postings", "positions", "terms", "forms", "endings"}
    assert [name for name in wanted.keys() - lists if got[name] != wanted[name]] == []
    assert standing(merged) == standing(expected)
    forms, fewer = forms_of(merged), forms_of(expected)
    assert fewer.items() <= forms.items()
    assert all(b"-" in key or not forms[key][1] for key in forms.keys() - fewer.keys())


def merge_all(archive: Archive, analyzer: Any) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        documents = archive.documents
        newest = {document.id: number for number, document in enumerate(documents)}
        dead = {number for number, document in enumerate(documents) if newest[document.id] != number}
        segments = []
        rows = []  # the documents of each segment, by their numbers in the archive
        for start, end in pairwise(archive.cuts):
            file = f"{len(segments) + 1:08}.segment"
            segments.append(built(folder, file, documents[start:end], analyzer)[0])
            rows.append(list(range(start, end)))
        some_died = False
        made = len(segments)
        for groups, more_dead in zip((archive.groups, [len(segments)]), archive.dead, strict=True):
            dead |= more_dead
            next_segments, next_rows = [], []
            for size in [*groups, *[1] * len(segments)]:
                chosen, segments = segments[:size], segments[size:]
                old, rows = rows[:size], rows[size:]
                living = [[number not in dead for number in row] for row in old]
                alive = [number for row in old for number in row if number not in dead]
                if not alive:
                    continue
                some_died |= not all(map(all, living))
                made += 1
                result = merge(
                    folder,
                    f"{made:08}.segment",
                    DEFINITION,
                    chosen,
                    [bits_of(lives) for lives in living],
                    durable=False,
                )
                assert result is not None
                entry, numbers = result
                merged = Segment(folder, entry)
                assert [list(one) for one in numbers] == [
                    [alive.index(number) if number not in dead else -1 for number in row] for row in old
                ]
                check(
                    merged,
                    folder,
                    [documents[number] for number in alive],
                    analyzer,
                    silent=archive.silent and some_died,
                )
                next_segments.append(merged)
                next_rows.append(alive)
            segments, rows = next_segments, next_rows


@THOROUGH
@given(archives(MADE_UP, SILENT))
def test_it_is_what_would_have_been_built(archive: Archive) -> None:
    merge_all(archive, MadeUp())


@THOROUGH
@given(archives(INFLECTED, HYPHENED))
def test_it_is_what_would_have_been_built_of_real_words(archive: Archive) -> None:
    merge_all(archive, REAL)

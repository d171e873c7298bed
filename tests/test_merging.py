"""Is a merged segment the one that would have been built from its living documents?"""

from __future__ import annotations

import errno
import random
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import Any

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_merge import DEFINITION, MadeUp, bits_of, built, described, forms_of, sections, standing
from small_archive import answers, articles, build, contents_of, manifest_of, write_manifest
from test_full_disk import FailingDisk

import searchlib
from searchlib.dates import FIRST, LAST
from searchlib.documents import Document
from searchlib.language import Analyzer
from searchlib.language.analyzer import Analysis
from searchlib.storage import merger
from searchlib.storage._merge import Merge
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.deletions import read_deletions
from searchlib.storage.manifest import Manifest
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment
from searchlib.storage.stored import BLOCK

THOROUGH = settings(max_examples=dose(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
REAL = Analyzer()

MADE_UP = st.one_of(
    st.text("abs", min_size=1, max_size=4),
    st.text("абвё", min_size=1, max_size=3),
    st.text("字漢あ한𐐨é", min_size=1, max_size=2),
    st.integers(0, 300).map(lambda number: f"w{number:05}"),
    st.sampled_from(["a" * 511, "a" * 512, "я" * 256, "ab", "abb", "aba"]),
)
SILENT = st.sampled_from(  # a hyphenated word may have a term in common with its first part: its first or another, some or all
    [
        "abc",
        "abcb",
        "abcd",
        "abc-d",
        "abc-db",
        "abc-de",
        "abc-def",
        "abcb-d",
        "abcd-ab",
        "abc-d-e",
        "x-y",
        "s-bahn",
        "q",
        "q-q",
    ]
)
INFLECTED = st.sampled_from(
    """
    сталью стали сталь стать стал дом дома домой домом мир мира миры мыла мыло мыть банк банка банки нашли и в на не
    governs government governments paris park parks parking well known was were is the of and быть был ёлка елка
    """.split()  # noqa: SIM905
)
HYPHENED = st.sampled_from(
    [
        "премьер",
        "премьер-министр",
        "премьер-министра",
        "скажи",
        "скажи-ка",
        "скажите-ка",
        "сказал",
        "well-known",
    ]
)


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
def archives(
    draw: st.DrawFn, words: st.SearchStrategy[str], silent: st.SearchStrategy[str] | None = None
) -> Archive:
    with_silent = silent is not None and draw(st.booleans())
    text = texts(words | silent if silent is not None and with_silent else words)
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
    numbers: st.SearchStrategy[set[int]] = st.just(set()) | st.sets(st.integers(0, n - 1), max_size=n)
    return Archive(
        documents,
        [0, *cuts, n],
        [draw(numbers), draw(numbers)],
        draw(st.lists(st.integers(1, 3), max_size=3)),
        with_silent,
    )


def check(
    merged: Segment, folder: Path, documents: Sequence[Document], analyzer: Any, *, silent: bool
) -> None:
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
    if not silent:
        assert [name for name in wanted if got.get(name) != wanted[name]] == []
        assert got.keys() == wanted.keys()
        assert described(merged) == described(expected)
        return
    assert got.keys() == wanted.keys()
    lists = {"postings", "positions", "terms", "forms", "endings", "peaks"}
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
        segments: list[Segment] = []
        rows: list[list[int]] = []  # the documents of each segment, by their numbers in the archive
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
@given(archives(INFLECTED | HYPHENED))
def test_it_is_what_would_have_been_built_of_real_words(archive: Archive) -> None:
    merge_all(archive, REAL)


@pytest.mark.parametrize("seed", range(dose(4)))
def test_long_lists(tmp_path: Path, seed: int) -> None:
    """Lists of several blocks, bitmaps, codes of frequent terms; blocks in which nothing lives."""
    chance = random.Random(seed)
    shares = {
        "omni": 1.0,
        "half": 0.5,
        "стали": 0.4,
        "сталью": 0.2,
        "сталь": 0.1,
        "band": 0.08,
        "dozen": 0.008,
    }
    documents = []
    for number in range(3000):
        words = [word for word, share in shares.items() if chance.random() < share]
        words += [word for word in words if chance.random() < 0.3] * chance.choice([1, 1, 1, 9, 40])
        chance.shuffle(words)
        tags = tuple(f"t{number % k}" for k in (2, 3, 5) if number % k)
        title = chance.choice([*words, ""])
        date = number * 86_400 if number % 3 else None
        stored = {"id": str(number), "text": " ".join(words), "filler": "x" * chance.choice([0, 9, 2000])}
        documents.append(Document(f"id-{number}", (title, " ".join(words)), date, (tags, ("en",)), stored))
    cuts = [0, *sorted(chance.sample(range(1, 3000), 4)), 3000]
    share = [0.0, 0.02, 0.5, 0.97][seed]
    lives = [chance.random() >= share and not (share and 700 < number < 1300) for number in range(3000)]
    segments, live = [], []
    for i, (start, end) in enumerate(pairwise(cuts)):
        segments.append(built(tmp_path, f"{i:08}.segment", documents[start:end], REAL)[0])
        live.append(bits_of(lives[start:end]))
    result = merge(tmp_path, "00000009.segment", DEFINITION, segments, live, durable=True)
    assert result is not None
    alive = [document for document, alive in zip(documents, lives, strict=True) if alive]
    check(Segment(tmp_path, result[0]), tmp_path, alive, REAL, silent=False)


def index_of(folder: Path) -> searchlib.Index:
    """Three segments, two of them with deletions."""
    rows = articles(300)
    index = build(folder, rows[:120], rows[90:200], rows[150:])
    assert index.stats().segments == 3
    return index


def opened(folder: Path) -> tuple[Manifest, list[Segment], list[bytes | None]]:
    manifest = Manifest.read(folder)
    return (
        manifest,
        [Segment(folder, entry) for entry in manifest.segments],
        [read_deletions(folder, entry) for entry in manifest.segments],
    )


def test_an_index_of_the_merged_segment_answers_as_one_that_was_built_so(tmp_path: Path) -> None:
    index = index_of(tmp_path / "news")
    manifest, segments, live = opened(index.path)
    result = merge(index.path, "00000099.segment", manifest.definition, segments, live, durable=True)
    assert result is not None
    write_manifest(index.path, manifest_of(index.path) | {"next": 100, "segments": [asdict(result[0])]})
    rows = articles(300)
    expected = build(tmp_path / "other", rows)
    got, wanted = answers(searchlib.Index.open(index.path)), answers(expected)
    assert len(got) == len(wanted)
    assert got[:-1] == wanted[:-1]  # the last are figures, of sizes too
    assert len(searchlib.Index.open(index.path)) == 300


def blocks_of(segment: Segment) -> list[tuple[int, int, int]]:
    return list(segment.stored.blocks())


def with_filler(number: int, size: int) -> Document:
    filler = random.Random(number).randbytes(size // 2).hex()
    return Document(f"id-{number}", ("", "word"), None, ((), ()), {"id": f"id-{number}", "filler": filler})


@pytest.mark.parametrize("sizes", [[100], [3000], [20_000, 100], [70_000], [9, 40_000, 9, 9, 16_000]])
def test_stored_blocks_stay_as_they_are_or_are_filled_up(tmp_path: Path, sizes: list[int]) -> None:
    documents = [with_filler(number, sizes[number % len(sizes)]) for number in range(90)]
    chance = random.Random(len(sizes))
    cuts = [0, *sorted(chance.sample(range(1, 90), 8)), 90]
    segments = [
        built(tmp_path, f"{i:08}.segment", documents[start:end], REAL)[0]
        for i, (start, end) in enumerate(pairwise(cuts))
    ]
    for dead in (set(), {0}, set(chance.sample(range(90), 20)), set(range(20, 60))):
        live = [
            bits_of([number not in dead for number in range(start, end)]) for start, end in pairwise(cuts)
        ]
        result = merge(tmp_path, "00000099.segment", DEFINITION, segments, live, durable=False)
        assert result is not None
        merged = Segment(tmp_path, result[0])
        kept = [document for number, document in enumerate(documents) if number not in dead]
        assert [merged.stored[doc] for doc in range(len(kept))] == [document.stored for document in kept]
        blocks = blocks_of(merged)
        assert [end for _, end, _ in blocks[:-1]] == [first for first, _, _ in blocks[1:]]
        # short blocks are not handed on from merge to merge: only before a large document may one stand
        for (_, _, size), (_, _, following) in pairwise(blocks):
            assert size >= BLOCK // 2 or following > 3 * BLOCK // 2
        assert all(size <= 2 * BLOCK + 100_000 * (70_000 in sizes) + 45_000 for _, _, size in blocks)


def test_whole_blocks_are_copied(tmp_path: Path) -> None:
    documents = [with_filler(number, 3000) for number in range(60)]
    segment, _ = built(tmp_path, "00000001.segment", documents, REAL)
    result = merge(tmp_path, "00000002.segment", DEFINITION, [segment], [None], durable=False)
    assert result is not None
    merged = Segment(tmp_path, result[0])
    assert merged.file.section("stored") == segment.file.section("stored")
    assert merged.file.section("stored_index") == segment.file.section("stored_index")


def test_it_can_be_given_up_at_any_step(tmp_path: Path) -> None:
    index = index_of(tmp_path / "news")
    manifest, segments, live = opened(index.path)
    before = sorted(path.name for path in index.path.iterdir())
    steps = 0

    def stop_at(last: int) -> bool:
        nonlocal steps
        steps += 1
        return steps == last

    for last in range(1, 1000):
        steps = 0
        result = merge(
            index.path,
            "00000099.segment",
            manifest.definition,
            segments,
            live,
            durable=False,
            should_stop=partial(stop_at, last),
        )
        if result is not None:
            break
        assert steps == last
        assert sorted(path.name for path in index.path.iterdir()) == before
    assert last > 15


@pytest.mark.parametrize("allowed", range(8))
def test_a_full_disk_leaves_no_file(tmp_path: Path, allowed: int) -> None:
    index = index_of(tmp_path / "news")
    manifest, segments, live = opened(index.path)
    before = sorted(path.name for path in index.path.iterdir())
    disk = FailingDisk(index.path, allowed, errno.ENOSPC, once=False)
    refused = False
    with disk.mounted():
        try:
            merge(index.path, "00000099.segment", manifest.definition, segments, live, durable=True)
        except searchlib.StorageError as error:
            refused = True
            assert "No space left on device" in str(error)
    assert refused == bool(disk.refused)
    assert (sorted(path.name for path in index.path.iterdir()) == before) == refused


def test_a_disk_that_is_full_when_waiting_postings_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing their file writes what it still holds, and fails as the write before did."""

    class Full(SpooledTemporaryFile[bytes]):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def __exit__(self, *error: Any) -> None:
            super().__exit__(*error)
            raise OSError(errno.ENOSPC, "No space left on device")

    index = index_of(tmp_path / "news")
    manifest, segments, live = opened(index.path)
    before = sorted(path.name for path in index.path.iterdir())
    monkeypatch.setattr(merger, "SpooledTemporaryFile", Full)
    with pytest.raises(searchlib.StorageError, match="No space left on device"):
        merge(index.path, "00000099.segment", manifest.definition, segments, live, durable=True)
    assert sorted(path.name for path in index.path.iterdir()) == before


@pytest.mark.parametrize("alive", [1, 400])
def test_no_step_takes_in_all_terms_because_little_is_written(tmp_path: Path, alive: int) -> None:
    """Terms whose documents are dead leave nothing to be written, those that occur once no lists."""
    documents = [
        Document(str(number), ("", " ".join(f"{number:03}w{i}" for i in range(150))), None, ((), ()), {})
        for number in range(400)
    ]
    segment, _ = built(tmp_path, "00000001.segment", documents, OneTerm())
    numbers = array("i", [*range(alive), *[-1] * (400 - alive)])
    lengths = [array("I", [0] * alive), array("I", [150] * alive)]
    merging = Merge([segment.file], [numbers], lengths, [2.0, 1.0], 1.2, 0.55)
    pieces: list[str] = []
    while merging.step(lambda name, _: pieces.append(name)):
        pass
    assert merging.terms == 150 * alive
    assert pieces.count("postings") >= 4  # of 60,000 terms


class OneTerm:
    def analyze(self, form: str) -> Analysis:
        return Analysis((form,), False)


def test_any_damaged_byte_is_found_and_its_file_named(tmp_path: Path) -> None:
    index = index_of(tmp_path / "news")
    manifest, segments, live = opened(index.path)
    for entry in manifest.segments[:2]:
        path = index.path / entry.file
        content = path.read_bytes()
        for name, (start, length) in contents_of(content)["sections"].items():
            if not length:
                continue
            damaged = bytearray(content)
            damaged[start + length // 2] ^= 16
            path.write_bytes(damaged)
            before = sorted(one.name for one in index.path.iterdir())
            segments = [Segment(index.path, one) for one in manifest.segments]
            with pytest.raises(searchlib.CorruptIndexError, match=entry.file):
                merge(index.path, "00000099.segment", manifest.definition, segments, live, durable=False)
            assert sorted(one.name for one in index.path.iterdir()) == before, name
        path.write_bytes(content)


class Other(MadeUp):
    def analyze(self, form: str) -> Any:
        terms, stop = super().analyze(form)
        return type(super().analyze(form))(
            (*terms, "more") if form == "abc" else terms, stop or form == "stop"
        )


@pytest.mark.parametrize("word", ["abc", "stop"])
def test_a_form_that_is_analysed_in_two_ways_is_damage(tmp_path: Path, word: str) -> None:
    def segment(number: int, analyzer: Any, words: str) -> Segment:
        document = Document("a", ("", words), None, ((), ()), {"id": "a"})
        return built(tmp_path, f"{number:08}.segment", [document], analyzer)[0]

    first, other = segment(1, MadeUp(), f"aa {word} zz"), segment(2, Other(), f"ab {word} zy more")
    if word == "stop":
        first = segment(1, Unstopped(), f"aa {word} zz")
    with pytest.raises(searchlib.CorruptIndexError, match=r"00000002\.segment.*other terms"):
        merge(tmp_path, "00000003.segment", DEFINITION, [first, other], [None, None], durable=False)
    assert not (tmp_path / "00000003.segment").exists()


class Unstopped(MadeUp):
    def analyze(self, form: str) -> Any:
        analysis = super().analyze(form)
        return type(analysis)(analysis.terms, False)


def test_nothing_that_lives_cannot_be_merged(tmp_path: Path) -> None:
    segment, _ = built(tmp_path, "00000001.segment", [with_filler(1, 10)], REAL)
    with pytest.raises(ValueError, match="no document lives"):
        merge(tmp_path, "00000002.segment", DEFINITION, [segment], [b"\0"], durable=False)
    with pytest.raises(ValueError, match="no document lives"):
        merge(tmp_path, "00000002.segment", DEFINITION, [], [], durable=False)
    with pytest.raises(ValueError, match="a bit for each"):
        merge(tmp_path, "00000002.segment", DEFINITION, [segment], [b"\1\0"], durable=False)
    assert not (tmp_path / "00000002.segment").exists()


def test_words_of_a_document_that_was_refused_are_left_out(tmp_path: Path) -> None:
    """Its forms are in the segment, because they were analysed before another word could not be."""

    class Failing(MadeUp):
        def analyze(self, form: str) -> Any:
            if form == "boom":
                raise RuntimeError(form)
            return super().analyze(form)

    analyzer: Any = Failing()
    builder = SegmentBuilder(tmp_path, "00000001.segment", DEFINITION, analyzer)
    documents = [with_filler(number, 10) for number in range(2)]
    builder.add(documents[0])
    with pytest.raises(RuntimeError, match="boom"):
        builder.add(Document("x", ("", "word never seen boom"), None, ((), ()), {}))
    builder.add(documents[1])
    entry, _ = builder.finish()
    segment = Segment(tmp_path, entry)
    assert segment.file.find_form("never") is not None
    result = merge(tmp_path, "00000002.segment", DEFINITION, [segment], [None], durable=False)
    assert result is not None
    merged = Segment(tmp_path, result[0])
    assert merged.file.find_form("never") is None
    check(merged, tmp_path, documents, MadeUp(), silent=False)

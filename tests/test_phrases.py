"""Are the documents with a phrase found, and its occurrences counted, as a plain reading of the texts does?"""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive_phrases import Slot
from phrase_archive import Archive, Words, archive_of, exact

from searchlib import Index
from searchlib.definitions import Definition, Field
from searchlib.ranking._occurrences import best, find, places
from searchlib.ranking._tally import Tally
from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormQuery, FormSet

# --- by example ---


def test_a_word_counts_its_positions_by_field(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("a", "a b a"), ("", "b"), ("b", "c a"))
    assert archive.check(["a"]) == {0: 4.0, 2: 1.0}
    assert archive.check(["a"], fields=1) == {0: 2.0}
    assert archive.check(["a"], fields=2) == {0: 2.0, 2: 1.0}


def test_readings_at_one_position_count_once(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "ab c ab b", "a", "c b")
    assert archive.check(["ab"]) == {0: 3.0, 1: 1.0, 2: 1.0}
    assert archive.find([("a", "b", "a")]) == {0: 3.0, 1: 1.0, 2: 1.0}


def test_a_phrase_stands_in_order_and_side_by_side(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a b", "b a", "a c b", "a b a b", "b")
    assert archive.check(["a", "b"]) == {0: 1.0, 3: 2.0}
    assert archive.check(["a", "b"], slop=2) == {0: 1.0, 2: 1.0, 3: 2.0}
    assert archive.check(["b", "a"], slop=2) == {1: 1.0, 3: 1.0}


def test_repeated_words(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a a b a", "a b a", "a a a a b a a b a")
    assert archive.check(["a", "a", "b", "a"]) == {0: 1.0, 2: 2.0}
    assert archive.check(["a", "a"]) == {0: 1.0, 2: 4.0}


def test_a_phrase_does_not_cross_from_field_to_field(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("c a", "b c"), ("a b", ""), ("a", "b a b"))
    assert archive.check(["a", "b"]) == {1: 2.0, 2: 1.0}
    assert archive.check(["a", "b"], slop=5) == {1: 2.0, 2: 1.0}
    assert archive.check(["a", "b"], fields=1) == {1: 2.0}


def test_what_counts_are_the_ends_of_chains(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a a a b", "a b b b")
    assert archive.check(["a", "b"], slop=3) == {0: 1.0, 1: 3.0}


def test_forms_at_one_position_count_apart(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("a-b", "b a-b a"), ("", "a-b a-b"))
    assert archive.check([exact("a", "a-b")]) == {0: 7.0, 1: 4.0}
    assert archive.check([exact("b", "a-b")]) == {0: 7.0, 1: 4.0}
    assert archive.check([exact("a", "a-b"), exact("b")]) == {0: 3.0, 1: 2.0}


def test_a_compound_stands_where_its_first_part_does(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "c a-b c", "a b", "c a c")
    assert archive.check([["a-b"]]) == {0: 1.0}
    assert archive.check([["a"], ["b"]]) == {0: 1.0, 1: 1.0}
    assert archive.check([["c"], ["a-b"], ["b"]]) == {0: 1.0}
    assert archive.check([["a", "a-b"]]) == {0: 1.0, 1: 1.0, 2: 1.0}


def test_nothing_is_found_without_one_of_the_words(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a b", "b")
    absent: list[list[Words]] = [["a", "x"], [["x"]], [[], ["a"]], [["a"], []], [exact("x"), ["a"]]]
    for slots in absent:
        assert archive.find(slots) == {}
    for forms in (exact("x"), exact()):
        tally = archive.tally(forms)
        assert (tally.df, tally.weight, tally.best(10), tally.occurrences.items()) == (0, 0.0, [], [[]])
        assert len(tally.bits) == 0


def test_a_field_of_no_weight_has_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [[("a b", "c"), ("c", "a b")]], [0.0, 1.0])
    assert archive.check(["a", "b"]) == {1: 1.0}
    assert archive.check(["a"]) == {1: 1.0}


def test_deleted_documents_are_found_but_not_among_the_best(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a b", "a b", "b a")
    searcher = archive.searcher([b"\x02"])
    assert find(searcher, [("a",), ("b",)]).items() == [[(0, 1.0), (1, 1.0)]]
    assert find(searcher, [("a",)]).df == 3
    assert [doc for _, doc in archive.best([("a",), ("b",)], 10, [b"\x02"])] == [1]
    tally = archive.tally(exact("a"), searcher)
    assert (tally.df, [doc for _, _, doc in tally.best(10)]) == (3, [1])
    assert [doc for doc, _ in tally.occurrences.items()[0]] == [0, 1, 2]
    assert [doc for doc in range(3) if (0, doc) in tally.bits] == [1]


def test_what_is_found_scores_as_a_term_of_that_many_documents(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a b", "a", "b", "c a b")
    phrase = find(archive.searcher(), [("a",), ("b",)])
    assert phrase.df == 2
    assert phrase.weight == pytest.approx(math.log(1 + (4 - 2 + 0.5) / (2 + 0.5)))


def test_forms_count_apart_from_their_terms(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("ab", "a ab ac"), ("", "ac"), ("ba", "a"), ("b-a", "a-b c"))
    assert archive.check([exact("ab")]) == {0: 3.0}
    assert archive.check([exact("a")]) == {0: 1.0, 2: 1.0, 3: 3.0}
    assert archive.check([exact("a", "ac")]) == {0: 2.0, 1: 1.0, 2: 1.0, 3: 3.0}
    assert archive.check([exact("ba", "a-b")]) == {2: 2.0, 3: 1.0}
    assert archive.check([exact("abc")]) == {}
    assert archive.check([exact("ab"), ["a"]]) == {0: 1.0}
    assert archive.check([exact("a"), exact("ab"), exact("ac")]) == {0: 1.0}
    assert archive.check([exact("a-b"), exact("c")], slop=2) == {3: 1.0}


def test_a_pattern_stands_for_many_forms(tmp_path: Path) -> None:
    words = ["ab", "abc", "b", "bca", "c", "7", "a-b"]
    archive = archive_of(tmp_path, "ab b abc", "bca b c ab", "7 c", "a-b", *words)
    file = archive.segments[0].file
    for pattern, last in itertools.product(["a*", "*", "?", "b*a", "*c*"], [None, ("b",), ("c",)]):
        found = FormSet.fitting(file, FormQuery.matching(pattern), 100)
        slots = [exact(*found.forms)] + ([last] if last else [])
        if last:
            occurrences = find(archive.searcher(), [[found], last])
        else:
            occurrences = Tally(archive.searcher(), [found]).occurrences
        assert dict(occurrences.items()[0]) == archive.check(slots)


def test_a_phrase_may_have_a_weight_of_its_own(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "a b", "a", "b", "c a b")
    assert find(archive.searcher(), [("a",), ("b",)], weight=2.5).weight == 2.5


def test_groups_are_slots(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, "ab c", "c a", "b c", "a", "c")
    searcher = archive.searcher()
    slots: list[Any] = [searcher.group(("a", "b", "q")), searcher.group(("c",))]
    for _ in range(2):
        assert find(searcher, slots).items() == [[(0, 1.0), (2, 1.0)]]
    assert find(searcher, [*slots, ("q",)]).df == find(searcher, [searcher.group(("q",))]).df == 0
    with pytest.raises(ValueError, match="another searcher"):
        find(archive.searcher(), slots)


def test_wrong_arguments(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, ("a", "b"))
    searcher, file = archive.searcher(), archive.segments[0].file
    (tmp_path / "other").mkdir()
    other = archive_of(tmp_path / "other", ("a", "b")).segments[0].file
    for slots, options in (
        ([], {}),
        ([("a",)] * 1025, {}),
        ([("a",)], {"slop": 0}),
        ([("a",)], {"fields": 4}),
        ([("a",)], {"fields": -1}),
        ([[]], {}),
        ([[FormSet.of(file, "a"), FormSet.of(file, "a")]], {}),
        ([[FormSet.of(other, "a")]], {}),
    ):
        with pytest.raises(ValueError):
            find(searcher, slots, **options)  # type: ignore[arg-type]
        if not slots or len(slots) > 1 or options:
            with pytest.raises(ValueError):
                best(searcher, slots, 10, 1.0, **options)  # type: ignore[arg-type]
    for sets in ([], [FormSet.of(file, "a")] * 2, [FormSet.of(other, "a")]):
        with pytest.raises(ValueError):
            Tally(searcher, sets)
    for wrong in ({"fields": 4}, {"fields": -1}, {"build": "none"}):
        with pytest.raises(ValueError):
            Tally(searcher, [FormSet.of(file, "a")], **wrong)
    for weight in (0, -1.0, math.nan):
        with pytest.raises(ValueError):
            best(searcher, [("a",), ("b",)], 10, weight)


def test_a_search_stops_at_its_deadline(large: Archive) -> None:
    assert large.tally(exact("a", "ab"), deadline=(deadline := Deadline(0))).df == 0
    assert deadline.passed
    assert large.tally(exact("a", "ab"), deadline=Deadline(1e6)).df == large.tally(exact("a", "ab")).df > 0
    for slots in ([("z",), ("z",)], [("z",)], [("z", "a")], [("z",), large.slot(exact("a", "ab"))]):
        deadline = Deadline(0)
        assert find(large.searcher(), list(slots), deadline=deadline).df == 0
        assert deadline.passed
        if len(slots) > 1:
            assert best(large.searcher(), list(slots), 10, 1.0, deadline=Deadline(0)) == []
        deadline = Deadline(1e6)
        whole = find(large.searcher(), list(slots), deadline=deadline)
        assert whole.items() == find(large.searcher(), list(slots)).items()
        assert not deadline.passed


# --- any corpus ---

FORMS = st.sampled_from(["a", "b", "c", "d", "ab", "bc", "abc", "z", "z", "a-b", "b-ab", "ab-c", "7"])
TEXTS = st.lists(FORMS, max_size=14).map(" ".join)
TERMS = ["a", "b", "c", "d", "z", "7", "a-b", "b-ab", "q"]
SLOTS = st.lists(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=3, unique=True)
    | st.lists(FORMS, min_size=1, max_size=6).map(lambda forms: exact(*forms)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=dose(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 3).flatmap(
        lambda fields: st.tuples(
            st.lists(st.lists(st.tuples(*[TEXTS] * fields), min_size=1, max_size=12), min_size=1, max_size=3),
            st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=fields, max_size=fields),
        )
    ),
    st.lists(st.tuples(SLOTS, st.integers(1, 5), st.integers(0, 7)), min_size=1, max_size=8),
)
def test_small_corpora(
    parts: tuple[list[list[tuple[str, ...]]], list[float]], phrases: list[tuple[list[Words], int, int]]
) -> None:
    documents, weights = parts
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), documents, weights)
        for slots, slop, fields in phrases:
            archive.check(slots, slop, fields & ((1 << len(weights)) - 1))


def text_of(chance: random.Random, length: int) -> str:
    """Letters by their place in the alphabet ever rarer, stop words in between, and now and then a number, once repeated."""
    words = []
    for _ in range(length):
        kind = chance.random()
        if kind < 0.3:
            words.append("z")
        elif kind < 0.35:
            words.append(str(int(3000 ** chance.random())))
        elif kind < 0.4:
            words += [str(int(400 ** chance.random()))] * 2
        else:
            letters = "abcdefghijklmnop"
            word = "".join(
                letters[int(16 * chance.random() ** 1.6)] for _ in range(chance.choice([1, 1, 1, 2]))
            )
            words.append(word + "-x" if kind > 0.97 else word)
    return " ".join(words)


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Lists of many blocks, packed, short and as bitmaps; two windows; empty fields; some documents long."""
    chance = random.Random(request.param)
    texts = [
        (
            text_of(chance, chance.randrange(5)),
            text_of(chance, chance.choice([0, 3, 6, 8, 10, 300 if chance.random() < 0.02 else 12])),
        )
        for _ in range(4500)
    ]
    cuts = [0, 4500] if request.param == 1 else [0, 3, 300, 4500]
    parts = [texts[a:b] for a, b in itertools.pairwise(cuts)]
    return Archive(tmp_path_factory.mktemp("large"), parts, [2.0, 1.0])


@pytest.mark.parametrize("seed", range(dose(10)))
def test_large_corpora(large: Archive, seed: int) -> None:
    chance = random.Random(seed)
    found = len(large.check(["z", "a"]))
    for _ in range(6):
        terms = ["z", *"abcdefghijklmnop", *map(str, range(1, 30)), "a-x", "b-x"]
        size = chance.choice([1, 2, 2, 2, 3, 3, 4, 6])
        slots: list[Words] = [chance.sample(terms, chance.choice([1, 1, 1, 2, 9])) for _ in range(size)]
        if chance.random() < 0.5:
            frequent: list[Words] = [
                ["z"],
                ["a"],
                ["b"],
                ["c"],
                ["d", "e"],
                exact("z"),
                exact("a"),
                exact("ab", "b", "c"),
            ]
            slots = [chance.choice([*frequent, slot]) for slot in slots]
        found += len(large.check(slots, chance.choice([1, 1, 1, 2, 5]), chance.choice([0, 0, 1, 2])))
    assert found > 100


@pytest.mark.parametrize("seed", range(dose(10)))
def test_many_forms_of_large_corpora(large: Archive, seed: int) -> None:
    chance = random.Random(seed)
    forms = sorted({form for document in large.oracle.corpus for tokens in document for form, _ in tokens})
    found = 0
    for size in (1, 2, 5, 20, 80, 300, len(forms)):
        chosen = exact(*chance.sample(forms, size))
        found += len(large.check([chosen], 1, chance.choice([0, 0, 1, 2])))
        found += len(large.check([chosen, exact(*chance.sample(forms, 9))]))
    frequent = ["z", "a", "b", "aa", "ab", "ba", "ac", "a-x"]
    for size in range(1, 7):
        found += len(large.check([exact(*chance.sample(frequent, size))], 1, chance.choice([0, 1, 2])))
    assert found > 100


def test_the_lists_are_of_every_kind(large: Archive) -> None:
    file = large.segments[-1].file
    counts = [file.document_frequency(term) for term in ("z", "d", "p", "3", "10")]
    assert counts[0] > file.documents / 2 > counts[1] > counts[2] > file.documents / 8
    assert file.documents / 8 > counts[3] > 128 > counts[4] > 4


# --- the reader of positions ---


def positions(archive: Archive, segment: int, ordinal: int) -> list[tuple[int, tuple[int, ...]]]:
    """Where a term stands in the documents of a segment, read from the texts."""
    term = archive.segments[segment].file.term(ordinal)
    found = []
    start = archive.starts[segment]
    for doc in range(len(archive.parts[segment])):
        here: list[int] = []
        base = 0
        for tokens in archive.oracle.corpus[start + doc]:
            places = archive.oracle.places(tokens, Slot([term]))
            here += [base + place for place in sorted(places)]
            base += max((place + 1 for _, place in tokens), default=0)
        if here:
            found.append((doc, tuple(here)))
    return found


def test_positions_of_a_large_corpus(large: Archive) -> None:
    searcher = large.searcher()
    chance = random.Random(3)
    for segment, part in enumerate(large.segments):
        ordinals = range(part.file.term_count)
        for ordinal in chance.sample(ordinals, min(60, len(ordinals))):
            assert places(searcher, segment, ordinal) == positions(large, segment, ordinal)


@settings(max_examples=dose(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12))
def test_positions_of_small_corpora(texts: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), [texts], [2.0, 1.0])
        searcher = archive.searcher()
        for ordinal in range(archive.segments[0].file.term_count):
            assert places(searcher, 0, ordinal) == positions(archive, 0, ordinal)


@pytest.mark.parametrize("gaps", [[0], [1, 3], [1, 6000], [0, 3, 200, 20_000], [2**14]])
def test_positions_far_apart(tmp_path: Path, gaps: list[int]) -> None:
    """Gaps of every size, and documents whose positions share subblocks with their neighbours'."""
    chance = random.Random(gaps[-1])
    texts = []
    for number in range(40 if gaps[-1] < 100 else 8):
        count = (
            chance.choice([1, 2, 3, 50, 127, 128, 129, 300]) if gaps[-1] < 100 else chance.choice([1, 2, 9])
        )
        texts.append(" ".join("b " * chance.choice(gaps) + "a" for _ in range(count)) + f" {number}")
    archive = archive_of(tmp_path, *texts)
    searcher = archive.searcher()
    for ordinal in range(archive.segments[0].file.term_count):
        if archive.segments[0].file.term(ordinal) in ("a", "7"):
            assert places(searcher, 0, ordinal) == positions(archive, 0, ordinal)
    for slots in (["a", "7"], ["7"], ["a", "a"]):
        archive.check(slots)


def phrase_ids(folder: Path, texts: list[str], query: str, fields: tuple[str, ...] = ("text",)) -> list[str]:
    """The ids, by number, of the documents whose first field has these texts."""
    definition = Definition(tuple(Field(name, "text") for name in fields))
    index = Index.create(folder, definition)
    with index.writer() as writer:
        for number, text in enumerate(texts):
            writer.add({"id": str(number)} | dict.fromkeys(fields, "short") | {fields[0]: text})
    return sorted(index.search(query).ids)


def test_chains_that_begin_anew_have_room(tmp_path: Path) -> None:
    text = ("alpha " + "beta " * 20) * 400 + "gamma"
    assert phrase_ids(tmp_path / "news", [text, "beta gamma"], '"alpha beta gamma"~20') == ["0"]


def test_chains_outlast_a_growing_room(tmp_path: Path) -> None:
    text = "saffron teapot " * 40 + "gamma " + "x gamma " * 3000
    assert phrase_ids(tmp_path / "news", [text, "teapot gamma"], '"saffron teapot gamma"') == ["0"]


def test_a_border_far_behind_parts_no_phrase(tmp_path: Path) -> None:
    texts = []
    for length in (4000, 5000):
        words = ["zoo"] * length
        words[903:905] = ["saffron", "teapot"]
        texts.append(" ".join(words))
    assert phrase_ids(tmp_path / "news", texts, '"saffron teapot"', ("text", "note")) == ["0", "1"]

"""Is a signature what its header says, and are groups of them those of all pairs?"""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_merge import built
from naive_signatures import likeness, signature

from searchlib.documents import Document
from searchlib.language import Analyzer
from searchlib.ranking._bits import Bits
from searchlib.ranking._duplicates import Signatures, jaccard, shingles
from searchlib.ranking._duplicates import signature as signed
from searchlib.storage.signatures import read_signatures

ANALYZER = Analyzer()
WORDS = st.sampled_from(
    ["мост", "мосты", "река", "the", "of", "bridge", "U.S.", "well-known", "ёлка", "字", "3.14"]
)


TEXTS = st.tuples(*[st.lists(WORDS, max_size=25).map(" ".join)] * 2)


@settings(max_examples=dose(80), deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_signatures_and_likeness_are_the_oracles(texts: list[tuple[str, str]]) -> None:
    documents = [Document(str(number), one, None, ((), ()), {}) for number, one in enumerate(texts)]
    with TemporaryDirectory() as name:
        segment, _ = built(Path(name), "00000001.segment", documents, ANALYZER)
        found = read_signatures(segment.file)
        assert [found[at : at + 32] for at in range(0, len(found), 32)] == [*map(signature, texts)]
        assert [*map(signed, texts)] == [*map(signature, texts)]
        alike = Signatures([segment.file])
        for one, other in combinations(range(len(texts)), 2):
            a, b = signature(texts[one]), signature(texts[other])
            equal = sum(x == y for x, y in zip(a, b, strict=True)) if any(a) else 0
            assert alike.alike((0, one), [(0, other)], 0) == [(0, equal)]
            near = likeness(texts[one], texts[other])
            assert jaccard(shingles(texts[one]), shingles(texts[other])) == pytest.approx(near)


def naive_groups(texts: list[tuple[str, str]], least: int, sure: int) -> list[list[tuple[int, int]]]:
    """By all pairs that have one of the 32 bands of three bytes in common."""
    signed = [*map(signature, texts)]
    group = [*range(len(texts))]
    for one, other in combinations(range(len(texts)), 2):
        same = [x == y for x, y in zip(signed[one], signed[other], strict=True)]
        alike = sum(same) if any(signed[one]) else 0
        near = any(same[b] and same[(b + 5) % 32] and same[(b + 11) % 32] for b in range(32))
        if near and (alike >= sure or (alike >= least and likeness(texts[one], texts[other]) >= 0.5)):
            old, new = group[other], group[one]
            group = [new if number == old else number for number in group]
    found = [
        [(0, doc) for doc, number in enumerate(group) if number == first] for first in dict.fromkeys(group)
    ]
    return [one for one in found if len(one) > 1]


@settings(max_examples=dose(60), deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 40), st.sampled_from([(10, 27), (1, 33), (14, 14)]))
def test_groups_are_those_of_all_pairs(seed: int, count: int, limits: tuple[int, int]) -> None:
    chance = random.Random(seed)
    texts: list[tuple[str, str]] = []
    for _ in range(count):
        words = [f"w{chance.randrange(500)}" for _ in range(chance.randrange(30))]
        if texts and chance.random() < 0.7:
            words = chance.choice(texts)[1].split()
            for _ in range(chance.randrange(6)):
                words.insert(chance.randrange(len(words) + 1), f"w{chance.randrange(500)}")
        texts.append(("", " ".join(words)))
    documents = [Document(str(number), one, None, ((), ()), {}) for number, one in enumerate(texts)]
    with TemporaryDirectory() as name:
        segment, _ = built(Path(name), "00000001.segment", documents, ANALYZER)
        living = Bits.of_living((count,), [None])
        found = Signatures([segment.file]).groups(
            living, *limits, lambda a, b: jaccard(shingles(texts[a[1]]), shingles(texts[b[1]])) >= 0.5
        )
        assert sorted(found) == sorted(naive_groups(texts, *limits))


@settings(max_examples=dose(60), deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 2), min_size=32, max_size=32).map(bytes), max_size=30),
    st.integers(0, 30),
    st.sampled_from([(10, 27), (1, 33), (14, 14)]),
)
def test_signatures_from_elsewhere_are_compared_as_those_of_files(
    given_: list[bytes], cut: int, limits: tuple[int, int]
) -> None:
    parts = [given_[:cut], given_[cut:]]
    places = [(number, doc) for number, part in enumerate(parts) for doc in range(len(part))]
    signatures = Signatures([b"".join(part) for part in parts])

    def equal(one: int, other: int) -> int:
        return sum(x == y for x, y in zip(given_[one], given_[other], strict=True)) * any(given_[one])

    everything = Bits.of_living(tuple(map(len, parts)), [None, None])
    wanted = [
        (place, [(number, equal(at, number)) for number in range(len(places)) if equal(at, number) >= 9])
        for at, place in enumerate(places)
    ]
    assert signatures.among(everything, places, 9) == [one for one in wanted if one[1]]
    asked: list[tuple[tuple[int, int], tuple[int, int]]] = []
    told: list[tuple[tuple[int, int], tuple[int, int]]] = []

    def same(one: tuple[int, int], other: tuple[int, int]) -> bool:
        asked.append((one, other))
        return (one[1] + other[1]) % 2 == 0

    groups = signatures.groups(everything, *limits, same, told.extend)
    assert set(asked) <= set(told)
    assert signatures.groups(everything, *limits, same) == groups
    flat = Signatures([b"".join(given_)]).groups(
        Bits.of_living((len(given_),), [None]),
        *limits,
        lambda one, other: same(places[one[1]], places[other[1]]),
    )
    assert [[places[doc] for _, doc in group] for group in flat] == groups


def test_bytes_that_are_no_signatures_are_refused() -> None:
    with pytest.raises(ValueError, match="33 bytes are not signatures of 32"):
        Signatures([bytes(33)])
    with pytest.raises(TypeError, match="not in bytearray"):
        Signatures([bytearray(32)])  # type: ignore[list-item]
    signatures = Signatures([bytes(64), b""])
    for place in (0, 2), (1, 0), (2, 0), (-1, 0):
        with pytest.raises((IndexError, OverflowError)):
            signatures.alike(place, [], 1)
    with pytest.raises(ValueError, match="another snapshot"):
        signatures.groups(Bits.of_living((3,), [None]), 1, 2, lambda one, other: True)
    with pytest.raises(TypeError, match="a text is a str, not bytes"):
        signed([b"text"])  # type: ignore[list-item]


def test_as_many_bytes_are_equal_as_texts_are_alike() -> None:
    chance = random.Random(1)
    for kept in (0.3, 0.6, 0.9):
        equal = wanted = 0.0
        for _ in range(150):
            words = [f"w{chance.randrange(100_000)}" for _ in range(200)]
            other = [
                *words[: int(200 * kept)],
                *(f"v{chance.randrange(100_000)}" for _ in range(int(200 * (1 - kept)))),
            ]
            a, b = signature([" ".join(words)]), signature([" ".join(other)])
            equal += sum(x == y for x, y in zip(a, b, strict=True)) / 32 / 150
            wanted += likeness([" ".join(words)], [" ".join(other)]) / 150
        assert equal == pytest.approx(wanted, abs=0.03)

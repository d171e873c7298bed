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

"""Is a phrase with words between counted on a cluster as on disk: once for each place where it ends?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from searchlib import Definition, Field
from searchlib.errors import QueryError

from .server import Cluster
from .twins import Twins, twins

WORDS = {"a": "аббат", "b": "банка", "c": "врач"}


@pytest.fixture(scope="module")
def orders(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """All texts of five places of three words, which say nothing else. Of a score there only counts how often."""
    texts = ["".join(letters) for letters in product(WORDS, repeat=5)]
    records = [{"id": text, "text": " ".join(WORDS[letter] for letter in text)} for text in texts]
    definition = Definition((Field("text", "text", 1.5),), b=0.0)
    with twins(
        cluster.urls[0], tmp_path_factory.mktemp("orders") / "index", definition, [records], [1]
    ) as made:
        yield made


@pytest.mark.parametrize("phrase", ["aa", "ab", "abc", "aba", "aab", "aaa", "abca"])
def test_each_place_where_a_phrase_ends_counts_once(orders: Twins, phrase: str) -> None:
    text = " ".join(WORDS[letter] for letter in phrase)
    for slop in range(1, 4 if len(phrase) < 4 else 3):
        for exact in ("", "="):
            assert not orders.differences(f'{exact}"{text}"~{slop}', limit=500), f"~{slop}"


def test_two_words_may_stand_far_from_each_other(orders: Twins) -> None:
    assert not orders.differences('"аббат банка"~60', limit=500)


def test_a_phrase_that_has_too_many_shapes_is_refused_in_words(orders: Twins) -> None:
    with pytest.raises(QueryError, match="a phrase of 4 words with ~5 is too much for a cluster"):
        orders.remotes[1].search('"аббат банка врач аббат"~5')

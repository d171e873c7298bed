"""Does a cluster take for nearly right what an index on disk does, and count a misspelt form as one that is right?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import product

import pytest
from naive_forms import errors

from searchlib import Definition, Field
from searchlib.remote.words import _misspelt

from .server import Cluster
from .twins import Twins, twins

WORDS = ["я", "мир", "абаб", "ааббв", "вавав", "абвгде", "абабаб"]
LETTERS = "абвгх"


def changed(word: str, chance: random.Random) -> str:
    """A word with up to four errors."""
    letters = list(word)
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(letters) + 1)
        kind = chance.randrange(4)
        if kind == 0 or at == len(letters):
            letters.insert(at, chance.choice(LETTERS))
        elif kind == 1:
            del letters[at]
        elif kind == 2:
            letters[at] = chance.choice(LETTERS)
        elif at + 1 < len(letters):
            letters[at : at + 2] = letters[at + 1], letters[at]
    return "".join(letters)


@pytest.fixture(scope="module")
def misspelt(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Words with errors, two in a document, so that what counts twice is seen."""
    chance = random.Random(3)
    forms = sorted({form for word in WORDS for _ in range(250) if (form := changed(word, chance))})
    records = [
        {"id": f"{number}", "text": f"{form} {chance.choice(forms)} {form}"}
        for number, form in enumerate(forms)
    ]
    definition = Definition((Field("text", "text", 0.7),), b=0.0, names=False)
    with twins(
        cluster.urls[0], tmp_path_factory.mktemp("forms") / "index", definition, [records], [1]
    ) as made:
        yield made


@pytest.mark.parametrize("word", WORDS)
def test_what_is_nearly_right_is_found_and_counts_as_what_is_right(misspelt: Twins, word: str) -> None:
    for suffix in ("~1", "~2", "~2/1", "~2/2", "~1/3", "~2/9"):
        assert not misspelt.differences(word + suffix, limit=2000), suffix


@pytest.mark.parametrize("pattern", ["аб*", "*аб", "а?б*", "*а*б*", "??", "в?в?в", "х*"])
def test_patterns_count_every_form(misspelt: Twins, pattern: str) -> None:
    assert not misspelt.differences(pattern, limit=2000)


def test_the_expression_of_a_short_word_fits_what_has_so_many_errors() -> None:
    for word, distance, right in product(["", "a", "ab", "aab", "abab"], (1, 2), (0, 1, 2)):
        if right > len(word):
            continue
        expression = re.compile(_misspelt(word, distance, right))
        start = word[:right]
        for length in range(len(word) + distance + 2):
            for letters in product("abx", repeat=length):
                form = "".join(letters)
                near = form.startswith(start) and errors(word[right:], form[len(start) :]) <= distance
                assert (expression.fullmatch(form) is not None) == near, (word, form)

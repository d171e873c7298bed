"""Is what names and acronyms cost measured on questions that both indexes answer?"""

from __future__ import annotations

import random
from itertools import islice

from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.measures.senses import asked


def test_questions_have_as_many_words_and_are_drawn_the_same_way_each_time() -> None:
    chosen = list(islice(asked(random.Random(3), 200, 3, 2), 20))
    assert all(len(one.split()) == 2 for one in chosen)
    assert chosen == list(islice(asked(random.Random(3), 200, 3, 2), 20))
    assert sum(one.isascii() for one in chosen) == 10


def test_the_command_compares_all_classes() -> None:
    options = ["--documents", "200", "--questions", "6", "--repeats", "2"]
    result = CliRunner().invoke(main, ["senses", *options], catch_exceptions=False)
    lines = result.output.splitlines()
    assert [line[:12].strip() for line in lines[2:7]] == [
        "one word",
        "bag of 3",
        "AND of 2",
        "AND of 3",
        "phrase of 2",
    ]
    assert lines[7].startswith("20 trends of the last year: ")
    assert lines[8].startswith("all groups of near-duplicates: ")

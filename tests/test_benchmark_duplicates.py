"""Does the benchmark of near-duplicates change as many words as it says, and does the library find what it promises?"""

from __future__ import annotations

import random

from benchmarks.corpora.archive import Archive
from benchmarks.measures.duplicates import changed, copies, measure


def test_so_many_words_are_changed() -> None:
    words = [f"w{number}" for number in range(200)]
    for share, at_least in ((0.1, 10), (0.5, 60)):
        text = changed(" ".join(words), share, ["other"], random.Random(1)).split()
        kept = [word for word in words if word in text]
        assert at_least <= 200 - len(kept) + text.count("other") <= 2 * share * 200
        assert text != words
    assert changed("one", 0.1, ["other"], random.Random(2)) in ("other", "")


def test_copies_are_of_different_articles() -> None:
    found = list(Archive(1).articles(30))
    made = list(copies(found, 10, 0.1, 1))
    assert made == list(copies(found, 10, 0.1, 1))
    originals = {article["id"]: article for article in found}
    assert len({copy["id"] for copy in made}) == 10
    assert all(originals[copy["id"].removesuffix("-copy")]["text"] != copy["text"] for copy in made)


def test_nearly_all_are_found_and_nothing_else() -> None:
    found = list(Archive(1).articles(300))
    figures = measure(found, 100, 0.1, 1)
    assert figures["recall"] >= 0.95
    assert figures["precision"] >= 0.99
    assert measure(found, 100, 0.4, 1)["recall"] < 0.1

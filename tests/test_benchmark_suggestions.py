"""Is one error one error, and are the shares of `python -m benchmarks suggestions` those of what was suggested?"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from naive_forms import errors

from benchmarks.corpora import archive
from benchmarks.measures.suggestions import Misspelt, command, misspelt, outcome, queries, with_error
from searchlib import Index


@pytest.mark.parametrize(("word", "language"), [("summit", "en"), ("государство", "ru")])
def test_an_error_is_one_and_all_kinds_are_as_likely(word: str, language: str) -> None:
    chance = random.Random(1)
    assert language in ("en", "ru")
    wrong = [with_error(word, "en" if language == "en" else "ru", chance) for _ in range(4000)]
    assert {errors(word, one) for one in wrong} == {1}
    kinds = Counter(
        len(one) - len(word) or ("swap" if sorted(one) == sorted(word) else "replace") for one in wrong
    )
    assert all(850 < kinds[kind] < 1150 for kind in (1, -1, "swap", "replace")), kinds


def test_queries_are_words_of_one_document() -> None:
    text = "Саммит ОДКБ: «главы» государств собрались в Астане и обсудили ёлки с summit-ом. " * 9
    made = list(queries([{"text": text}] * 50, "ru", random.Random(1)))
    words = {"саммит", "одкб", "главы", "государств", "собрались", "астане", "обсудили", "елки"}
    assert {word for query in made for word in query.split()} == words
    assert {len(query.split()) for query in made} <= {1, 2, 3, 4}
    assert list(queries([{"text": "too short"}], "en", random.Random(1))) == []
    for one in misspelt(made, "ru", random.Random(1)):
        assert errors(one.typed, one.meant) == 1


def test_shares_are_counted(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        for number in range(30):
            writer.add({"id": str(number), "text": "the government and the parliament spoke"})
    wrong = [
        Misspelt("goverment", "government"),
        Misspelt("parliamen", "parliament"),
        Misspelt("spoek", "parliament"),
        Misspelt("spoke", "parliament"),  # another word
    ]
    found = outcome(index, "en", wrong, ["government", "quetzalcoatlus", "govermnent", "parliament"], 3)
    assert (found.misspelt, found.right, found.real_words) == (3, 3, 0)
    assert found.repaired == pytest.approx(2 / 3)
    assert found.spoilt == pytest.approx(1 / 3)
    assert found.unknown == pytest.approx(2 / 3)
    assert len(found.times) == 6
    all_of_them = outcome(index, "en", wrong, [], 9)
    assert all_of_them.real_words == 1 / 4


def test_the_command_says_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "cache_folder", lambda: tmp_path)
    said = CliRunner().invoke(command, ["--documents", "60", "--queries", "4"])
    assert said.exit_code == 0, said.output
    lines = said.output.splitlines()
    assert any(line.startswith("60 documents, ") for line in lines)
    assert [line.split()[0] for line in lines if line[:3].strip() in ("en", "ru")] == ["en", "ru"]
    assert any(line.startswith("complete, again") for line in lines)

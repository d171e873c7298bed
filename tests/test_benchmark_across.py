"""Does the benchmark of cross-language search ask each question of the other language's documents only, and tell a goal that is reached?"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from small_dictionary import write_dict

from benchmarks.measures.across import Crossing, build, definition_of, line, measured


def test_questions_are_asked_of_the_other_language_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    documents: list[dict[str, Any]] = [
        {"id": "1.ru", "lang": "ru", "title": "Брод", "text": "Река и урожай"},
        {"id": "1.en", "lang": "en", "title": "A ford", "text": "A river ford and a harvest"},
        {"id": "2.ru", "lang": "ru", "title": "Урожай", "text": "Урожай у брода"},
    ]
    queries = [
        {"id": "q1", "lang": "en", "text": "ford"},
        {"id": "q2", "lang": "ru", "text": "броды"},
        {"id": "q3", "lang": "en", "text": "harvest"},
        {"id": "q4", "lang": "en", "text": "unjudged"},
        {"id": "q5", "lang": "en", "text": "?"},
    ]
    own = tmp_path / "own"
    own.mkdir()
    with gzip.open(own / "docs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in documents)
    (own / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (own / "qrels.txt").write_text("q1 0 1.ru 1\nq2 0 1.en 1\nq3 0 1.ru 1\nq5 0 1.ru 1\n")
    dictionary = write_dict(tmp_path, {"ford": "брод", "harvest": "урожай"})
    index = build("own", definition_of((str(dictionary),)), tmp_path, tmp_path / "index")
    english = measured(Crossing("own", "own", "en", ((None, None), (None, None))), index, tmp_path)
    assert [row["R@1"] for row in english] == [1, 0, 0]
    assert [row["R@10"] for row in english] == [1, 1, 0]
    assert [row["nDCG@10"] for row in english] == [1, pytest.approx(0.631, abs=1e-3), 0]
    [russian] = measured(Crossing("own", "own", "ru", ((None, None), (None, None))), index, tmp_path)
    assert russian == {"R@1": 1, "R@10": 1, "nDCG@10": 1}


def test_a_goal_is_reached_or_not() -> None:
    means = {"R@1": 0.8, "R@10": 0.93, "nDCG@10": 0.9}
    assert line("a", means, 7, (0.79, 0.93)).endswith("R@1 0.79, R@10 0.93 reached")
    assert line("a", means, 7, (None, 0.94)).endswith("R@10 0.94 NOT reached")
    assert line("a", means, 7, (None, None)).split() == ["a", "7", "0.800", "0.930", "0.900"]

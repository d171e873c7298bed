"""Does `search explain` tell from a shell how a score comes about?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell_archive import answer, make_index, search

from searchlib import Index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("explain"))


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))


def test_the_tree_is_that_of_the_library(index: Path) -> None:
    result = search("explain", "ru-1", "саммит", "торговля")
    assert result.exit_code == 0
    assert result.stdout == f"{Index.open(index).explain('ru-1', 'саммит торговля')}\n"
    assert re.match(r"\d+\.\d{4} ", result.stdout)


def test_json_has_the_tree_whose_value_is_the_hits_score() -> None:
    hits = answer("саммит", "торговля")["hits"]
    for hit in hits:
        found = answer("explain", hit["id"], "саммит", "торговля")
        assert list(found) == ["id", "query", "explanation"]
        assert (found["id"], found["query"]) == (hit["id"], "саммит торговля")
        assert list(found["explanation"]) == ["value", "what", "how", "parts"]
        assert found["explanation"]["value"] == hit["score"]


@pytest.mark.parametrize(
    "args",
    [
        ("--in", "title", "саммит"),
        ("--in", "title=5", "--in", "text", "саммит"),
        ("--recency", "10", "саммит"),
        ("--quality", "best", "саммит", "дорога"),
        ("--match", "all", "саммит", "дорога"),
        ("саммит", "-НАТО"),
        ("-НАТО", "саммит"),
        ('саммит "глав', "--lenient"),
    ],
)
def test_the_options_that_change_scores(args: tuple[str, ...]) -> None:
    scores = {hit["id"]: hit["score"] for hit in answer(*args)["hits"]}
    for id in ("ru-1", "ru-2", "ru-3"):
        value = answer("explain", id, *args)["explanation"]["value"]
        assert value == scores.get(id, 0)


def test_a_document_that_does_not_match_has_0() -> None:
    for args in (
        ("rain",),
        ("саммит", "--lang", "en"),
        ("саммит", "--until", "2020"),
        ("саммит", "--tag", "x"),
    ):
        result = search("explain", "ru-1", *args)
        assert result.exit_code == 0
        assert result.stdout.startswith("0.0000 ")


@pytest.mark.parametrize(
    ("args", "about"),
    [
        (("nobody", "саммит"), "nobody"),
        (("a\udcff", "саммит"), "no document"),
        (("\x1b[2J", "саммит"), "no document"),
        (("ru-1",), "WORDS"),
        ((), "ID"),
        (("ru-1", "..."), "no words"),
        (("ru-1", "саммит", "--sort", "newest"), "--sort"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_2(args: tuple[str, ...], about: str) -> None:
    result = search("explain", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(r"search: [^\x1b\n]*\n", result.stderr)
    assert about in result.stderr


def test_a_query_error_has_its_caret() -> None:
    result = search("explain", "ru-1", "(саммит")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == ["  (саммит", "  ^"]


def test_the_word_itself_is_asked_for_with_query() -> None:
    assert search("query", "explain", "саммит").stdout.startswith(" 1. ")


def test_terms_of_a_document_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    path = make_index(tmp_path, [{"id": "1", "title": "rain", "text": "", "source": "\x1b[2J"}])
    result = search("explain", "--index", str(path), "1", "rain", 'source:"\x1b[2J"')
    assert result.exit_code == 0, result.stderr
    assert "\x1b" not in result.stdout

"""Does `search similar` show from a shell what is most like a document?"""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_archive import answer, make_index, search

from searchlib import Index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("similar"))


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))


def test_json_has_what_the_library_finds(index: Path) -> None:
    found = answer("similar", "ru-1", "--explain")
    wanted = Index.open(index).similar("ru-1")
    assert found["query"] == "ru-1"
    assert [(hit["id"], hit["score"]) for hit in found["hits"]] == [(hit.id, hit.score) for hit in wanted]
    assert found["total"] == wanted.total >= 2
    assert all(hit["explanation"]["value"] == hit["score"] for hit in found["hits"])


def test_a_person_sees_titles_and_passages() -> None:
    result = search("similar", "--limit", "1", "--facet", "source", "ru-1")
    assert result.exit_code == 0
    assert result.stdout.startswith(" 1. ")
    assert "1 of 2 documents" in result.stdout
    assert "Вечерний курьер  2" in result.stdout


def test_the_options_limit_and_order() -> None:
    assert [hit["id"] for hit in answer("similar", "ru-1", "--until", "2024-06")["hits"]] == ["ru-3"]
    assert [hit["id"] for hit in answer("similar", "ru-1", "--where", "дорога")["hits"]] == ["ru-3"]
    assert [hit["id"] for hit in answer("similar", "ru-1", "--sort", "oldest")["hits"]] == ["ru-3", "ru-2"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nobody",), "there is no document with the id 'nobody'"),
        (("ru-1", "--offset", "1", "--after", "x"), "--after or by --offset"),
        (("ru-1", "--recency", "5", "--sort", "newest"), "--sort relevance only"),
        (("ru-1", "--in", "titel"), "'titel' is no text field"),
        ((), "Missing argument 'ID'"),
    ],
)
def test_bad_requests(args: tuple[str, ...], message: str) -> None:
    result = search("similar", *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_a_mistake_is_shown_where_it_is() -> None:
    result = search("similar", "ru-1", "--where", 'дорога "вокзал')
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == ['  дорога "вокзал', "         ^"]

"""Do `search duplicates` and --collapse show from a shell what was reprinted?"""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_archive import DOCUMENTS, answer, make_index, search

from searchlib import Index

REPRINTS = [
    DOCUMENTS[0]
    | {"id": "ru-1b", "source": "Вечерний курьер", "date": "2024-07-04", "title": "Саммит открылся в Астане"},
    DOCUMENTS[0]
    | {"id": "ru-1c", "source": "Озёрный край", "date": "2024-07-05", "url": "https://kray.example/7"},
    DOCUMENTS[3] | {"id": "en-1b", "source": "Lake Post", "date": "2023-07-02"},
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("duplicates"), [*DOCUMENTS, *REPRINTS])


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))


def test_json_has_the_groups_of_the_library(index: Path) -> None:
    found = answer("duplicates")
    wanted = Index.open(index).duplicates()
    assert [[one["id"] for one in group] for group in found["duplicates"]] == [
        [hit.id for hit in group] for group in wanted
    ]
    assert [[hit.id for hit in group] for group in wanted] == [["ru-1", "ru-1b", "ru-1c"], ["en-1b", "en-1"]]
    assert (found["groups"], found["documents"]) == (2, 5)
    assert found["duplicates"][0][2] == {
        "id": "ru-1c",
        "title": "Саммит глав государств открылся в Астане",
        "source": "Озёрный край",
        "date": "2024-07-05",
        "url": "https://kray.example/7",
    }


def test_a_person_sees_title_source_and_date() -> None:
    result = search("duplicates", "--limit", "1")
    assert result.exit_code == 0
    assert result.stdout.startswith(" 1. 3 documents\n")
    assert "2024-07-04 · Вечерний курьер · Саммит открылся в Астане · id ru-1b" in result.stdout
    assert result.stdout.endswith("1 of 2 groups, 5 documents in all\n")


def test_a_query_and_filters_limit_them() -> None:
    assert [len(group) for group in answer("duplicates", "summit", "heads")["duplicates"]] == [2]
    assert [len(group) for group in answer("duplicates", "--since", "2024-07-04")["duplicates"]] == [2]
    result = search("duplicates", "--until", "2022")
    assert (result.exit_code, result.stdout) == (0, "No two documents are nearly the same\n")


def test_collapse_shows_the_best_and_how_many_more() -> None:
    plain = [hit["id"] for hit in answer("саммит")["hits"]]
    found = answer("--collapse", "duplicates", "саммит")
    group = {"ru-1", "ru-1b", "ru-1c"}
    best = next(id for id in plain if id in group)
    assert [hit["id"] for hit in found["hits"]] == [id for id in plain if id == best or id not in group]
    assert {hit["id"]: hit["duplicates"] for hit in found["hits"]}[best] == sorted(group - {best})
    assert (found["total"], found["cursor"]) == (len(plain), None)
    assert all("duplicates" not in hit for hit in answer("саммит")["hits"])
    result = search("--collapse", "duplicates", "саммит")
    assert f"and 2 more like it: {', '.join(sorted(group - {best}))}" in result.stdout
    similar = answer("similar", "ru-2", "--collapse", "duplicates")["hits"]
    assert len([hit for hit in similar if hit["id"] in group]) == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--collapse", "groups", "саммит"), "'groups' is not 'duplicates'"),
        (("--collapse", "duplicates", "--after", "x", "саммит"), "pages go by --offset, not by --after"),
        (("duplicates", "--limit", "0"), "is not in the range"),
        (("duplicates", "--since", "someday"), "since"),
    ],
)
def test_bad_requests(args: tuple[str, ...], message: str) -> None:
    result = search(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_a_mistake_is_shown_where_it_is() -> None:
    result = search("duplicates", 'дорога "вокзал')
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == ['  дорога "вокзал', "         ^"]

"""Do the commands of `search` ask an archive on a cluster as they ask one on disk, and move it there and back?"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shell_archive import DOCUMENTS, answer, ids, make_index, search

from searchlib import Index, connect
from searchlib.remote.writer import RemoteWriter

from . import front as fronts
from . import server
from .front import Front
from .twins import remove


@pytest.fixture(scope="module")
def make(cluster: server.Cluster) -> Iterator[Callable[[], str]]:
    """Addresses of indexes that are removed afterwards."""
    made: list[str] = []

    def one() -> str:
        made.append(f"{cluster.urls[0].replace('http', 'opensearch')}/cli-{uuid.uuid4().hex}")
        return made[-1]

    yield one
    for url in made:
        remove(url)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("disk"))


@pytest.fixture(scope="module")
def url(make: Callable[[], str], disk: Path) -> str:
    """The small archive, pushed."""
    made = make()
    result = search("push", str(disk), made, "--shards", "2", "--replicas", "0")
    assert result.exit_code == 0, result.output
    assert re.search(r"5 documents added, 0 there already, 0 refused, \d+\.\d s", result.stdout)
    return made


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEARCHLIB_INDEX", raising=False)


@pytest.mark.parametrize(
    "args",
    [
        ("саммит", "торговля"),
        ("--match", "all", "саммит", "торговля"),
        ("--since", "2024-07", "саммит"),
        ("--lang", "en", "summit"),
        ("--sort", "newest", "саммит"),
        ("--where", "tags:торговля", "саммит"),
        ("similar", "ru-1"),
    ],
)
def test_answers_are_those_of_the_index_on_disk(
    url: str, disk: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    wanted = answer("--index", str(disk), "--facet", "source", *args)
    found = answer("--index", url, "--facet", "source", *args)
    assert [hit["id"] for hit in found["hits"]] == [hit["id"] for hit in wanted["hits"]] != []
    assert [hit["snippet"] for hit in found["hits"]] == [hit["snippet"] for hit in wanted["hits"]]
    scores = [hit["score"] for hit in wanted["hits"]]
    assert [hit["score"] for hit in found["hits"]] == pytest.approx(scores, rel=1e-3)
    assert (found["total"], found["facets"]) == (wanted["total"], wanted["facets"])
    monkeypatch.setenv("SEARCHLIB_INDEX", url)
    assert answer(*args)["hits"] == found["hits"]


def test_explain_and_run(url: str, tmp_path: Path) -> None:
    told = search("explain", "--index", url, "ru-1", "саммит")
    assert told.exit_code == 0, told.output
    assert "idf, in 3 documents" in told.stdout
    (tmp_path / "queries.txt").write_text("саммит\nsummit\n", "utf-8")
    run = search("run", "--index", url, "--limit", "2", str(tmp_path / "queries.txt"))
    assert run.exit_code == 0, run.output
    rows = [line.split() for line in run.stdout.splitlines()]
    assert [(row[0], row[3]) for row in rows] == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]
    assert [row[2] for row in rows] == [
        *ids("--index", url, "--limit", "2", "саммит"),
        *ids("--index", url, "--limit", "2", "summit"),
    ]


def test_stats_and_optimize(url: str) -> None:
    told = search("stats", "--index", url).stdout
    assert re.search(r"^documents +5$", told, re.MULTILINE)
    assert re.search(r"^  ru +3$", told, re.MULTILINE)
    assert re.search(r"^shards +2$", told, re.MULTILINE)
    found = json.loads(search("stats", "--json", "--index", url).stdout)
    assert (found["documents"], found["languages"]) == (5, {"ru": 3, "en": 2})
    assert (found["shards"], found["replicas"]) == (2, 0)
    result = search("optimize", "--index", url)
    assert re.search(r"segments?, .* -> [12], ", result.stdout), result.output


def test_files_become_an_index_of_a_cluster(make: Callable[[], str], tmp_path: Path) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in DOCUMENTS[:3])
    (tmp_path / "three.jsonl").write_text(lines + "not JSON\n", "utf-8")
    (tmp_path / "more.jsonl").write_text(json.dumps(DOCUMENTS[3]) + "\n", "utf-8")
    (tmp_path / "own.toml").write_text(
        'sources = ["three.jsonl"]\n[fields]\ntext = "text"\ntitle = "text"\ndate = "date"\n', "utf-8"
    )
    (tmp_path / "other.toml").write_text('sources = ["three.jsonl"]\n[fields]\ntext = "text"\n', "utf-8")
    url = make()
    build = ("index", str(tmp_path / "own.toml"), "--index", url)
    result = search(*build, "--shards", "2", "--replicas", "0", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "3 documents added, 1 skipped" in result.stdout
    assert "three.jsonl:4" in result.stderr
    with connect(url) as index:
        assert [field.name for field in index.definition.fields] == ["text", "title", "date"]
        stats = index.stats()
        assert (stats.documents, stats.shards, stats.replicas) == (3, 2, 0)
    assert search(*build, "--shards", "2").exit_code == 0  # again is harmless
    assert search("index", "--index", url, str(tmp_path / "more.jsonl")).exit_code == 0
    assert ids("--index", url, "summit") == ["en-1"]
    for args, message in (
        ((*build, "--shards", "3"), "has 2 where --shards says 3"),
        ((*build, "--replicas", "1"), "has 0 where --replicas says 1"),
        (("index", str(tmp_path / "other.toml"), "--index", url), "another definition; remove that index"),
    ):
        refused = search(*args)
        assert refused.exit_code == 2
        assert message in refused.stderr


def test_push_and_pull_go_on_and_tell_what_is_more(
    url: str, make: Callable[[], str], disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = search("push", str(disk), url)
    assert "0 documents added, 5 there already" in again.stdout
    monkeypatch.chdir(tmp_path)
    (tmp_path / "indexes").mkdir()
    pulled = search("pull", url, "indexes/back")
    assert "5 documents added, 0 there already" in pulled.stdout, pulled.output
    assert "0 documents added, 5 there already" in search("pull", url, "back").stdout  # by its name
    assert Index.open("indexes/back").search("саммит").ids == Index.open(disk).search("саммит").ids
    with Index.open("indexes/back") as index, index.writer() as writer:
        writer.add({"id": "more", "text": "Ещё один саммит"})
    told = search("pull", url, "back")
    assert told.exit_code == 0
    assert "note: 1 more that" in told.stderr and "stay in indexes/back" in told.stderr

    target = make()

    def stop(self: RemoteWriter, *given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RemoteWriter, "move", stop)
        stopped = search("push", "back", target, "--replicas", "0")
    assert stopped.exit_code == 130
    assert stopped.stderr == "search: stopped; the same command goes on\n"
    assert search("push", "back", target).exit_code == 0
    assert len(ids("--index", target, "саммит")) == 4


def test_no_message_shows_a_password(cluster: server.Cluster, url: str, tmp_path: Path) -> None:
    if reason := fronts.why_not():
        pytest.skip(reason)
    name = url.rpartition("/")[2]
    with Front(cluster.urls[0], user=("reader", "sesame"), tls=False) as front:
        host = front.url.removeprefix("http://")
        right, wrong = f"http://reader:sesame@{host}/{name}", f"http://reader:barley@{host}/{name}"
        found = search("--index", right, "саммит")
        assert found.exit_code == 0, found.output
        stats = search("stats", "--index", right)
        denied = [search("--index", wrong, "саммит"), search("pull", wrong, str(tmp_path / "back"))]
        absent = search("--index", f"http://reader:sesame@{host}/absent", "саммит")
    assert absent.exit_code == 2 and "there is no index 'absent'" in absent.stderr
    for one in denied:
        assert one.exit_code == 1
        assert "does not accept the user 'reader' with this password" in one.stderr
    shown = "".join(one.output for one in (found, stats, *denied, absent))
    assert host in shown
    assert "sesame" not in shown and "barley" not in shown

"""What does `search` say of clusters when it need not ask one: which commands do without, what is no address, what is missing?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from shell_archive import make_index, search

import searchlib
from searchlib import RemoteError

URL = "opensearch://reader:sesame@localhost:1/news"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHLIB_INDEX", raising=False)
    make_index(tmp_path)
    (tmp_path / "one.jsonl").write_text('{"text": "A word."}\n')
    (tmp_path / "one.toml").write_text('sources = ["one.jsonl"]\n')
    return tmp_path


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("verify", "--index", URL), "verify needs an index on disk; a cluster checks its files itself"),
        (("snapshot", "copy", "--index", URL), "snapshot needs an index on disk; 'search pull'"),
        (("snapshot", URL), "DIR is a folder; 'search push'"),
        (("watch", ".", "--index", URL, "--memory", "5"), "--memory is for an index on disk"),
        (("repair", URL, "saved"), "repair needs an index on disk"),
        (("repair", "indexes/steppe", URL), "repair needs an index on disk"),
        (("index", URL), "this is no file; --index names a cluster"),
        (("index", "--index", URL, "--memory", "5", "one.jsonl"), "--memory is for an index on disk"),
        (("index", "--shards", "2", "one.jsonl"), "--shards is for an index of a cluster"),
        (("index", "--replicas", "0", "one.toml"), "--replicas is for an index of a cluster"),
        (("index", "--shards", "0", "--index", URL, "one.toml"), "0 is not in the range"),
        (("push", URL, "steppe"), "a folder stands here: search push INDEX URL"),
        (("push", "steppe", "steppe"), "an address stands here"),
        (("pull", "steppe", URL), "a folder stands here: search pull URL INDEX"),
        (("pull", "steppe", "steppe"), "an address stands here"),
        (("push", "absent", URL), "there is no index here"),
        (
            ("--index", "opensaerch://reader:sesame@localhost/news", "word"),
            "no address of an OpenSearch cluster",
        ),
        (("--index", "opensearch://reader:sesame@localhost/News", "word"), "capital letters"),
        (("push", "steppe", "opensearch://reader:sesame@localhost"), "the index is missing"),
        (("run", URL), "there is no such file"),
        (("watch", URL), "there is no such file or folder"),
    ],
)
def test_bad_requests_are_told_without_the_password(args: tuple[str, ...], message: str) -> None:
    result = search(*args)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.stdout
    assert "sesame" not in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("word",),
        ("stats",),
        ("optimize",),
        ("complete", "w"),
        ("explain", "1", "word"),
        ("similar", "1"),
        ("index", "one.jsonl"),
    ],
)
def test_a_cluster_that_is_not_there(args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", URL)
    monkeypatch.setattr("searchlib.remote.retrying.Backoff.wait", lambda self: 0.0)
    result = search(*args)
    assert result.exit_code == 1
    assert result.stderr == (
        "search: opensearch://localhost:1/news: the connection is refused; is it running, and is this its address?\n"
    )


def test_a_text_that_is_not_stored_stays_where_it_is(home: Path) -> None:
    (home / "lost.toml").write_text(
        'sources = ["one.jsonl"]\n[fields]\ntext = { type = "text", stored = false }\n'
    )
    assert search("index", "lost.toml").exit_code == 0
    result = search("push", "lost", URL)
    assert result.exit_code == 2
    assert "'fields.text': this text is not stored" in result.stderr


def test_the_help_of_index_says_that_an_address_will_do() -> None:
    for command in ("query", "similar", "explain", "run", "stats", "optimize", "index"):
        result = search(command, "--help")
        assert "--index PATH|URL" in result.stdout
        assert "opensearch://HOST/INDEX" in result.stdout
    for command in ("push", "pull"):
        assert "opensearch://localhost/news" in search(command, "--help").stdout


def test_without_opensearch_py_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "opensearchpy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    with pytest.raises(
        RemoteError, match=r"opensearch-py is not installed.*searchlib\[opensearch\]"
    ) as caught:
        searchlib.connect(URL)
    assert "sesame" not in str(caught.value)


def test_nothing_of_clusters_is_imported_before_it_is_needed() -> None:
    told = (
        "import sys, searchlib\n"
        "assert not [name for name in sys.modules if name.startswith(('searchlib.remote', 'opensearchpy'))]\n"
        "searchlib.RemoteIndex, searchlib.RemoteStats\n"
        "assert 'searchlib.remote.index' in sys.modules and 'opensearchpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", told], check=True)

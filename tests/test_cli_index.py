"""Do files become an index from a shell, and does a build that goes wrong leave it as it was?"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from searchlib_cli.main import cli
from searchlib_cli.progress import clock

COMMAND = [sys.executable, "-c", "from searchlib_cli.main import main; main()"]


def search(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, args, prog_name="search", input=stdin)


def line(key: str, title: str = "A title", text: str = "Some text.") -> str:
    return json.dumps({"id": key, "title": title, "text": text}) + "\n"


def documents(index: str = "indexes/a") -> int:
    result = search("stats", "--json", "--index", index)
    assert result.exit_code == 0, result.output
    count = json.loads(result.stdout)["documents"]
    assert isinstance(count, int)
    return count


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHLIB_INDEX", raising=False)
    (tmp_path / "indexes").mkdir()
    (tmp_path / "two.jsonl").write_text(line("1") + line("2"))
    (tmp_path / "indexes" / "a.toml").write_text('sources = ["../two.jsonl"]\n')
    return tmp_path


def test_a_definition_builds_the_index_beside_it_from_any_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    result = search("index", str(home / "indexes" / "a.toml"))
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        rf"{re.escape(str(home))}.indexes.a: 2 documents added, 0 skipped, \d+\.\d s\n", result.stdout
    )
    assert result.stderr == ""
    assert documents(str(home / "indexes" / "a")) == 2


def test_the_environment_does_not_move_a_definitions_index(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", "elsewhere")
    assert search("index", "indexes/a.toml").exit_code == 0
    assert not Path("elsewhere").exists()
    assert documents() == 2


def test_building_again_replaces_documents(home: Path) -> None:
    for _ in range(2):
        assert search("index", "indexes/a.toml").exit_code == 0
    assert documents() == 2
    Path("more.jsonl").write_text(line("2", title="Changed") + line("3"))
    assert search("index", "--index", "a", "more.jsonl").exit_code == 0
    assert documents() == 3
    assert "Changed" in search("changed").stdout


def test_another_definition_is_not_mixed_into_an_index(home: Path) -> None:
    assert search("index", "indexes/a.toml").exit_code == 0
    Path("indexes/a.toml").write_text('sources = ["../two.jsonl"]\n[bm25]\nk1 = 0.9\n')
    result = search("index", "indexes/a.toml")
    assert result.exit_code == 2
    assert "built from another definition" in result.stderr
    assert "a.toml" in result.stderr
    assert documents() == 2


def test_files_folders_and_stdin_become_an_index(home: Path) -> None:
    folder = home / "folder"
    folder.mkdir()
    (folder / "b.jsonl").write_text(line("b"))
    result = search("index", "--index", "made/here", "two.jsonl", "folder", "-", stdin=line("s"))
    assert result.exit_code == 0, result.output
    assert documents("made/here") == 4


def test_several_workers_build_the_same_index() -> None:
    for args in (("index", "--workers", "2"), ("--workers", "2", "index")):
        result = search(*args, "indexes/a.toml")
        assert result.exit_code == 0, result.output
        assert documents() == 2


@pytest.mark.parametrize(
    "args",
    [
        ("index",),
        ("index", "two.jsonl"),
        ("index", "--index", "new", "absent.jsonl"),
        ("index", "absent.toml"),
        ("index", "indexes/a.toml", "two.jsonl"),
        ("index", "--memory", "0", "indexes/a.toml"),
        ("index", "--workers", "0", "indexes/a.toml"),
    ],
)
def test_a_bad_request_is_one_line_and_makes_no_index(args: tuple[str, ...]) -> None:
    result = search(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith("search: ")
    assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in Path("indexes").iterdir()) == ["a.toml"]
    assert not Path("new").exists()


def test_a_file_in_the_place_of_an_index_is_left_alone() -> None:
    before = Path("two.jsonl").read_text()
    result = search("index", "--index", "two.jsonl", "two.jsonl")
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("search: two.jsonl: ")
    assert Path("two.jsonl").read_text() == before


def test_a_new_index_is_made_at_the_path_as_given() -> None:
    assert search("index", "--index", "new", "two.jsonl").exit_code == 0
    assert Path("new").is_dir()
    assert documents("new") == 2


def test_malformed_records_are_named_counted_and_skipped() -> None:
    Path("bad.jsonl").write_text(line("1") + "{oops\n" * 25 + line("2"))
    result = search("index", "--index", "indexes/a", "bad.jsonl")
    assert result.exit_code == 0
    *named, rest = result.stderr.splitlines()
    assert len(named) == 20
    assert named[0].startswith("bad.jsonl:2: ")
    assert rest == "... and 5 more records skipped"
    assert "2 documents added, 25 skipped" in result.stdout
    assert documents() == 2


def test_nothing_but_malformed_records_is_a_failure() -> None:
    Path("bad.jsonl").write_text("{oops\n")
    result = search("index", "--index", "indexes/a", "bad.jsonl")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "search: no record could be added"


def test_strict_stops_and_keeps_nothing_of_the_run() -> None:
    assert search("index", "indexes/a.toml").exit_code == 0
    Path("bad.jsonl").write_text(line("8") + "{oops\n" + line("9"))
    result = search("index", "--strict", "--index", "a", "bad.jsonl")
    assert result.exit_code == 1
    assert re.match(r"search: bad\.jsonl:2: ", result.stderr)
    assert result.stderr.count("\n") == 1
    assert documents() == 2


def test_an_empty_file_adds_nothing_and_is_no_failure() -> None:
    Path("empty.jsonl").touch()
    result = search("index", "--index", "indexes/a", "empty.jsonl")
    assert result.exit_code == 0
    assert "0 documents added, 0 skipped" in result.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_leaves_the_last_commit() -> None:
    assert search("index", "indexes/a.toml").exit_code == 0
    process = subprocess.Popen(
        [*COMMAND, "index", "--index", "a", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stderr and process.stdout
    with process:
        process.stdin.write(
            "".join(line(f"new-{number}") for number in range(3000)) + "{oops\n" + line("last")
        )
        process.stdin.flush()
        assert ":3001: " in process.stderr.readline(), "the build has read that far"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == "search: stopped; the index is as its last commit left it\n"
        assert process.stdout.read() == ""
    assert documents() == 2
    assert search("index", "--index", "a", "two.jsonl").exit_code == 0, "and its lock is gone"


@pytest.mark.skipif(os.name == "nt", reason="there is no pseudo-terminal")
def test_progress_is_for_terminals() -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [*COMMAND, "index", "--index", "indexes/a", "two.jsonl"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert re.search(r"\r\d documents?  [\d,]+/s  \d+\.\d MB/s", shown)
    assert shown.endswith("\r\x1b[K"), "the line is gone at the end"
    assert done.stdout.decode().startswith(str(Path("indexes/a")))


def test_time_left_reads_as_a_clock() -> None:
    assert [clock(0.4), clock(65), clock(7265)] == ["0:00", "1:05", "2:01:05"]

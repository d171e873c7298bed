"""What does a person get who asks from a shell?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from searchlib.results.snippets import Snippet
from searchlib_cli.main import cli
from searchlib_cli.terminal import display_width, wrapped

DOCUMENTS = [
    {
        "id": "ru-1",
        "title": "Саммит глав государств открылся в Астане",
        "text": "В столице Казахстана начался саммит. Главы государств обсудили <торговлю> & безопасность.",
        "date": "2024-07-03",
        "source": "Степные вести",
        "url": "https://news.example/ru-1",
    },
    {
        "id": "en-1",
        "title": "Leaders meet in Astana",
        "text": "A summit of heads of state opened in the capital. They said the index of prices had fallen.",
        "date": "2024-07-03T10:00:00Z",
        "source": "Steppe News",
    },
    {
        "id": "en-2",
        "title": "Harvest is late",
        "text": "Farmers wait for rain. The summit of the hill is dry.",
    },
]
COMMAND = [sys.executable, "-c", "from searchlib_cli.main import main; main()"]


def search(*args: str) -> Result:
    return CliRunner().invoke(cli, args, prog_name="search")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with one index, indexes/steppe."""
    monkeypatch.chdir(tmp_path)
    for name in ("SEARCHLIB_INDEX", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "indexes").mkdir()
    news = tmp_path / "news.jsonl"
    news.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in DOCUMENTS), encoding="utf-8")
    result = search("index", "--index", "indexes/steppe", "news.jsonl")
    assert result.exit_code == 0, result.output
    return tmp_path


# Asking


def test_other_names_are_found_unless_they_are_not_wanted(home: Path) -> None:
    def found(*args: str) -> list[str]:
        return [hit["id"] for hit in json.loads(search("--json", *args).stdout)["hits"]]

    assert set(found("Astana")) == {"ru-1", "en-1"}
    assert found("--no-synonyms", "--no-names", "Astana") == ["en-1"]
    assert (
        json.loads(search("explain", "--no-synonyms", "--no-names", "--json", "ru-1", "Astana").stdout)[
            "explanation"
        ]["value"]
        == 0
    )


def test_words_alone_are_a_query(home: Path) -> None:
    result = search("саммиты", "главами")
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first == " 1. Саммит глав государств открылся в Астане"
    assert re.search(r"2024-07-03 · ru · Степные вести · score \d+\.\d\d", rest[0])
    assert "https://news.example/ru-1" in result.stdout
    assert re.fullmatch(r"1 document, \d+\.\d ms", rest[-1])


def test_a_command_name_is_asked_with_query_or_after_two_dashes(home: Path) -> None:
    for args in (
        ("query", "index"),
        ("--", "index"),
        ("--index", "indexes/steppe", "--", "index"),
        ("index prices",),
    ):
        result = search(*args)
        assert "Leaders meet in Astana" in result.stdout, args


def test_options_may_stand_before_a_command(home: Path) -> None:
    assert search("--index", "indexes/steppe", "stats").stdout == search("stats").stdout


def test_a_limit_leaves_the_total(home: Path) -> None:
    result = search("summit", "--limit", "1")
    assert re.search(r"^1 of 2 documents, ", result.stdout, re.MULTILINE)
    assert "2. " not in result.stdout


def test_nothing_found_is_no_failure_and_names_the_query(home: Path) -> None:
    result = search("quicksilver", "ртуть")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing found for: quicksilver ртуть (indexes/steppe, ")


def test_json_is_one_object_with_the_promised_keys(home: Path) -> None:
    result = search("--json", "--limit", "5", "саммит торговля")
    answer = json.loads(result.stdout)
    assert list(answer) == [
        *("query", "repaired", "suggestion", "total", "took_ms", "timed_out", "cursor", "facets", "hits")
    ]
    assert answer["query"] == "саммит торговля"
    assert answer["total"] == len(answer["hits"]) == 1
    hit = answer["hits"][0]
    assert list(hit) == ["id", "score", "title", "snippet", "lang", "date", "url", "source"]
    assert hit["id"] == "ru-1"
    assert hit["score"] > 0
    assert hit["date"].startswith("2024-07-03")
    assert "<mark>саммит</mark>" in hit["snippet"]
    assert "&lt;<mark>торговлю</mark>&gt; &amp; безопасность" in hit["snippet"]
    assert "Саммит глав" in result.stdout, "Cyrillic is not escaped"
    missing = json.loads(search("--json", "harvest").stdout)["hits"][0]
    assert (missing["date"], missing["url"], missing["source"]) == (None, None, None)


# Looks


def test_colours_are_for_terminals_or_on_request(home: Path) -> None:
    assert "\x1b" not in search("саммит").stdout
    assert "\x1b[1;31mСаммит\x1b[0m" in search("саммит", "--color").stdout
    assert "\x1b" not in search("саммит", "--no-color").stdout


@pytest.mark.parametrize("columns", ["40", "72"])
def test_lines_fit_the_terminal(home: Path, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    found = search("саммит", "summit", "OR", "harvest").stdout.splitlines()
    assert max(len(line) for line in found[:-1]) <= int(columns)


@pytest.mark.parametrize("colours", [False, True])
def test_wrapping_loses_nothing_and_knows_wide_characters(colours: bool) -> None:
    text = "короткие слова, " + "漢字" * 30 + " e\u0301e\u0301 " + "q" * 70 + " конец"
    lines = list(wrapped(Snippet(text, ((0, 8), (16, 50), (80, 150)), 0, len(text)), 30, colours))
    bare = [line.replace("\x1b[1;31m", "").replace("\x1b[0m", "") for line in lines]
    assert "".join(bare).replace(" ", "") == text.replace(" ", "")
    assert max(display_width(line) for line in bare) == 30
    assert all(line.count("\x1b[1;31m") == line.count("\x1b[0m") for line in lines)


def test_a_document_cannot_write_to_the_terminal(home: Path) -> None:
    evil = {"id": "\x1b[2Jid", "title": "evil \x1b]0;owned\x07", "text": "evil \x9b31m", "source": "\x1b[31m"}
    Path("evil.jsonl").write_text(json.dumps(evil), encoding="utf-8")
    assert search("index", "--index", "steppe", "evil.jsonl").exit_code == 0
    result = search("evil")
    assert "evil" in result.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.stdout)


# Which index


def test_a_bare_name_is_an_index_under_indexes(home: Path) -> None:
    assert "Саммит" in search("--index", "steppe", "саммит").stdout


def test_the_environment_names_an_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(home / "indexes" / "steppe"))
    monkeypatch.chdir(home / "indexes" / "steppe")
    assert "Саммит" in search("саммит").stdout


def test_news_comes_before_others_and_others_are_named(home: Path) -> None:
    for name in ("other", "news"):
        result = search("саммит")
        assert search("index", "--index", f"indexes/{name}", "news.jsonl").exit_code == 0
    assert result.exit_code == 2
    assert "other, steppe" in result.stderr
    assert search("stats").stdout.startswith(str(Path("indexes/news")))


def test_without_an_index_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEARCHLIB_INDEX", raising=False)
    result = search("words")
    assert result.exit_code == 2
    assert result.stderr.startswith("search: there is no index under indexes/")
    (tmp_path / "indexes").mkdir()
    (tmp_path / "indexes" / "my.toml").touch()
    assert "search index" in search("words").stderr
    assert "my.toml" in search("words").stderr


# Errors


@pytest.mark.parametrize(
    ("args", "about"),
    [
        (("",), "no words"),
        (("query",), "WORDS"),
        (("--limit", "0", "word"), "--limit"),
        (("--limit", "many", "word"), "--limit"),
        (("--nonsense", "word"), "--nonsense"),
        (("--index", "absent", "word"), "absent"),
        (("--index", "news.jsonl", "word"), "news.jsonl"),
        (("stats", "more"), "more"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_2(home: Path, args: tuple[str, ...], about: str) -> None:
    result = search(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("search: ")
    assert result.stderr.count("\n") == 1
    assert about in result.stderr


def test_a_damaged_index_is_one_line_and_exit_1(home: Path) -> None:
    for file in (home / "indexes" / "steppe").rglob("*"):
        if file.is_file() and file.stat().st_size:
            file.write_bytes(bytes(byte ^ 0x5A for byte in file.read_bytes()))
    result = search("саммит")
    assert result.exit_code == 1
    assert re.fullmatch(r"search: .*\n", result.stderr)


@pytest.mark.parametrize(
    "args", [(), ("--help",), ("-h",), ("query", "--help"), ("index", "-h"), ("stats", "--help")]
)
def test_help_has_examples(args: tuple[str, ...]) -> None:
    result = search(*args)
    assert result.exit_code == 0
    assert "Examples:" in result.stdout


def test_stats_in_words_and_as_json(home: Path) -> None:
    shown = search("stats").stdout
    assert re.search(r"^documents +3$", shown, re.MULTILINE)
    assert re.search(r"^  ru +1$", shown, re.MULTILINE)
    counts = json.loads(search("stats", "--json").stdout)
    assert counts["documents"] == 3
    assert counts["languages"]["ru"] == 1
    assert counts["terms"] > 0
    assert sum(counts["parts"].values()) == counts["bytes"]


# As a process


def test_a_closed_pipe_ends_quietly(home: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "summit"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SEARCHLIB_INDEX": ""},
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(30) in (0, 1)
    process.stderr.close()


def test_words_that_are_not_unicode_do_not_end_in_a_traceback(home: Path) -> None:
    done = subprocess.run([*COMMAND, "--json", b"summit \xff"], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    if done.returncode == 0:
        json.loads(done.stdout)
    else:
        assert done.returncode == 2


def test_nothing_heavy_is_imported_to_show_an_error(home: Path) -> None:
    code = (
        "import sys\nfrom searchlib_cli.main import cli\ntry: cli.main(['--index', 'absent', 'word'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pymorphy3', 'langdetect', 'whoosh', 'trafilatura', 'Stemmer', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""Do the options of `search WORDS` reach the search, and are mistakes shown where they are?"""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from shell_archive import answer, ids, make_index, search

from searchlib_cli import main
from searchlib_cli.caret import pointed
from searchlib_cli.terminal import display_width


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("options"))


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


# Which documents


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (("--match", "any", "саммит", "торговля"), {"ru-1", "ru-2", "ru-3"}),
        (("--match", "all", "саммит", "торговля"), {"ru-1", "ru-3"}),
        (("--match", "2", "саммит", "торговля", "глава"), {"ru-1", "ru-3"}),
        (("--match", "100%", "саммит", "торговля", "глава"), {"ru-1"}),
        (("--since", "2024-07", "саммит"), {"ru-1", "ru-2"}),
        (("--until", "2024-07-03", "саммит"), {"ru-1", "ru-3"}),
        (("--since", "2024-06", "--until", "2024-07-05", "саммит"), {"ru-1"}),
        (("--lang", "en", "саммит", "summit"), {"en-1", "en-2"}),
        (("--lang", "en", "--lang", "ru", "саммит", "harvest"), {"ru-1", "ru-2", "ru-3", "en-2"}),
        (("--source", "Вечерний курьер", "саммит"), {"ru-2", "ru-3"}),
        (("--source=Steppe News", "--source", "Степные вести", "саммит", "trade"), {"ru-1", "en-1"}),
        (("--tag", "саммит", "--tag", "дороги", "торговля"), {"ru-1", "ru-3"}),
        (("--where", "title:саммит -title:дорога", "торговля"), {"ru-1"}),
        (("--in", "title", "торговля", "harvest"), {"en-2"}),
        (("--in", "title", "--in", "text", "торговля"), {"ru-1", "ru-3"}),
        (("--in", "text=2", "summit"), {"en-1", "en-2"}),
    ],
)
def test_what_is_found(args: tuple[str, ...], found: set[str]) -> None:
    assert set(ids(*args)) == found


def test_weights_order_what_is_found_and_one_without_is_the_definitions() -> None:
    usual = answer("summit")["hits"]
    assert answer("summit", "--in", "title", "--in", "text=1")["hits"] == usual
    other = answer("summit", "--in", "title=0.1", "--in", "text")["hits"]
    assert [hit["score"] for hit in other] != [hit["score"] for hit in usual]


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (("саммит", "-НАТО"), {"ru-1", "ru-3"}),
        (("-НАТО", "саммит"), {"ru-1", "ru-3"}),
        (("-НАТО", "саммит", "-дорога", "--lang", "ru"), {"ru-1"}),
        (("--lang", "ru", "саммит", "-harvest", "--limit", "5"), {"ru-1", "ru-2", "ru-3"}),
        (("query", "саммит", "-НАТО"), {"ru-1", "ru-3"}),
        (("summit", "-harvest"), {"en-1"}),
        (("summit", "--", "-harvest"), {"en-1"}),
        (("summit", '-"heads of state"'), {"en-2"}),
        (("summit", "-2024"), {"en-1", "en-2"}),
    ],
)
def test_a_word_with_a_dash_is_left_out_and_no_option(args: tuple[str, ...], found: set[str]) -> None:
    assert set(ids(*args)) == found


def test_a_word_with_a_dash_before_a_commands_name_is_a_query() -> None:
    assert ids("-rain", "stats", "summit") == ["en-1"]


@pytest.mark.parametrize(
    ("args", "about"),
    [
        (("--limt", "5", "word"), "--limt"),
        (("word", "--limit"), "requires an argument"),
        (("word", "--where"), "requires an argument"),
        (("--match", "most", "word"), "most"),
        (("--match", "0", "word"), "match"),
        (("--recency", "0", "word"), "--recency"),
        (("--recency", "nan", "word"), "--recency"),
        (("--recency", "inf", "word"), "--recency"),
        (("--recency", "7", "--sort", "oldest", "word"), "--recency"),
        (("--quality", "good", "word"), "--quality"),
        (("--timeout", "-1", "word"), "--timeout"),
        (("--timeout", "nan", "word"), "--timeout"),
        (("--offset", "-1", "word"), "--offset"),
        (("--offset", "1", "--after", "x", "word"), "both"),
        (("--after", "x", "word"), "cursor"),
        (("--since", "soon", "word"), "soon"),
        (("--since", "2024", "--until", "2023", "word"), "until"),
        (("--in", "titel", "word"), "titel"),
        (("--in", "title=much", "word"), "much"),
        (("--in", "title=nan", "word"), "nan"),
        (("--sort", "titel", "word"), "titel"),
        (("--facet", "titel", "word"), "titel"),
        (("--facet", "date:decade", "word"), "decade"),
        (("--facet", "lang:month", "word"), "lang"),
        (("--where", "...", "word"), "no words"),
    ],
)
def test_a_bad_option_is_one_line_and_exit_2(args: tuple[str, ...], about: str) -> None:
    result = search(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("search: ")
    assert result.stderr.count("\n") == 1
    assert about in result.stderr


def test_every_option_that_takes_a_value_is_known_before_its_command_is() -> None:
    found = {
        name
        for command in (main.cli.get_command(click.Context(main.cli), one) for one in main._MODULES)
        for param in (command.params if command else ())
        if isinstance(param, click.Option) and not param.is_flag
        for name in param.opts
    }
    assert found == main._OPTIONS_WITH_VALUE


def test_a_value_that_is_a_commands_name_is_no_command() -> None:
    for option in ("--where", "--lang", "--source", "--tag"):
        assert ids(option, "stats", "word") == []


# In which order


@pytest.mark.parametrize(
    ("args", "order"),
    [
        (("--sort", "newest", "саммит"), ["ru-2", "ru-1", "ru-3"]),
        (("--sort", "oldest", "саммит"), ["ru-3", "ru-1", "ru-2"]),
        (("--sort", "-date", "саммит"), ["ru-2", "ru-1", "ru-3"]),
        (("--sort=-source", "саммит", "--limit", "1"), ["ru-1"]),
        (("--recency", "0.5", "саммит", "--limit", "1"), ["ru-2"]),
        (("--sort", "newest", "саммит", "--offset", "1", "--limit", "1"), ["ru-1"]),
        (("lang:ru",), ["ru-2", "ru-1", "ru-3"]),
    ],
)
def test_the_order(args: tuple[str, ...], order: list[str]) -> None:
    assert ids(*args) == order


@pytest.mark.parametrize("sort", ["relevance", "newest", "source"])
def test_pages_follow_each_other_by_cursor_and_by_offset(sort: str) -> None:
    query = ("саммит", "OR", "summit", "--sort", sort)
    whole = ids(*query)
    assert len(whole) == 5
    cursor: list[str] = []
    for page in range(5):
        found = answer(*query, "--limit", "1", *cursor)
        assert [hit["id"] for hit in found["hits"]] == whole[page : page + 1]
        assert ids(*query, "--limit", "1", "--offset", str(page)) == whole[page : page + 1]
        assert found["total"] == 5
        cursor = ["--after", found["cursor"]]
    last = answer(*query, *cursor)
    assert (last["hits"], last["cursor"], last["total"]) == ([], None, 5)


def test_ranks_go_on_with_the_offset_and_the_end_is_told() -> None:
    shown = search("--sort", "newest", "саммит", "--offset", "1", "--limit", "1").stdout
    assert shown.startswith(" 2. Саммит глав")
    assert re.search(r"^2-2 of 3 documents, ", shown, re.MULTILINE)
    assert re.fullmatch(
        r"Nothing behind that; 3 documents in all, .* ms\n", search("саммит", "--offset", "9").stdout
    )


def test_there_is_no_score_to_show_when_sorted_otherwise() -> None:
    assert "score" in search("саммит").stdout
    assert "score" not in search("саммит", "--sort", "newest").stdout


# What is counted


def test_facets_are_tables_under_the_summary() -> None:
    shown = search("саммит", "summit", "--facet", "source", "--facet", "date:month").stdout
    assert shown.split("ms\n", 1)[1] == (
        "\nsource\n  Steppe News      2\n  Вечерний курьер  2\n  Степные вести    1\n"
        f"\ndate by month\n  2023-07  1  {'█' * 12}\n  2024-05  1  {'█' * 12}\n  2024-07  2  {'█' * 24}\n"
    )


def test_json_has_the_facets_as_they_were_asked_for() -> None:
    found = answer("саммит", "--limit", "1", "--facet", "tags", "--facet", "date:year", "--facet", "date")
    assert found["facets"] == {
        "tags": {"саммит": 2, "торговля": 2, "дороги": 1},
        "date:year": {"2024": 3},
        "date": {"2024-05-20": 1, "2024-07-03": 1, "2024-07-11": 1},
    }
    assert answer("саммит")["facets"] == {}
    assert answer("ртуть", "--facet", "tags")["facets"] == {"tags": {}}


def test_long_tables_are_cut(tmp_path: Path) -> None:
    documents = [
        {
            "id": f"{day}",
            "title": "rain",
            "text": "rain",
            "date": f"2024-07-{day:02}",
            "tags": [f"t{day}", "all"],
        }
        for day in range(1, 32)
    ]
    documents[0]["tags"] = ["x" * 300 + "\x1b[2J", "漢字" * 60]
    path = make_index(tmp_path, documents)
    shown = search("--index", str(path), "rain", "--limit", "1", "--facet", "tags", "--facet", "date").stdout
    _, tags, days = shown.split("\n\n")[-3:]
    assert tags.splitlines()[:3] == ["tags", "  all  30", "  t10   1"]
    assert tags.splitlines()[-1] == "  … 21 more"
    assert len(tags.splitlines()) == 14
    assert days.splitlines()[1:3] == ["  … 19 before", "  2024-07-20  1  " + "█" * 24]
    assert days.splitlines()[-1].startswith("  2024-07-31  1  ██")
    wide = search(
        "--index", str(path), "rain", "--facet", "tags", "--where", "id:1", "--facet", "date"
    ).stdout
    assert max(display_width(line) for line in wide.splitlines()) <= 80
    assert re.search(r"^  x{60,}… +1$", wide, re.MULTILINE)
    assert "\x1b" not in wide


def test_time_that_runs_out_is_told() -> None:
    result = search("саммит", "-НАТО", "--timeout", "0.000001", "--facet", "tags")
    assert result.exit_code == 0
    assert re.search(r"0 documents, \d+\.\d ms: time ran out", result.stdout)
    found = answer("саммит", "-НАТО", "--timeout", "0.000001", "--facet", "tags")
    assert (found["timed_out"], found["total"], found["facets"]) == (True, None, None)
    assert answer("саммит", "--timeout", "60000")["timed_out"] is False


def test_explanations_of_hits() -> None:
    hit = answer("саммит", "--explain", "--limit", "1")["hits"][0]
    assert hit["explanation"]["value"] == pytest.approx(hit["score"], abs=1e-4)
    assert hit["explanation"]["parts"]
    assert "explanation" not in answer("саммит")["hits"][0]
    shown = search("саммит", "--explain", "--limit", "1").stdout
    assert re.search(rf"^    {hit['score']:.4f} ", shown, re.MULTILINE)


# Queries with mistakes


def test_a_query_is_strict_unless_asked_otherwise() -> None:
    assert search('саммит "глав').exit_code == 2
    assert "ru-1" in ids('саммит "глав', "--lenient")


def test_the_caret_is_under_the_spot() -> None:
    result = search("саммит", '"глав', "государств")
    assert (result.exit_code, result.stdout) == (2, "")
    message, query, caret = result.stderr.splitlines()
    assert message.startswith("search: this quote is never closed")
    assert query == '  саммит "глав государств'
    assert query.index('"') == caret.index("^")


def test_the_caret_is_under_what_is_at_fault_the_query_or_where() -> None:
    for args in (("саммит", "--where", "lang:ru lnag:ru"), ("lnag:ru", "--where", "(a OR lang:en) lnag:ru")):
        _, shown, caret = search(*args).stderr.splitlines()
        assert shown == f"  {args[-1]}"
        assert shown.index("lnag") == caret.index("^")
    _, shown, caret = search("саммит lnag:ru", "--where", "lang:ru").stderr.splitlines()
    assert shown == "  саммит lnag:ru"
    assert shown.index("lnag") == caret.index("^")


def test_only_a_query_error_with_a_place_has_a_caret() -> None:
    for args in (("...",), ("--sort", "titel", "word"), ("--index", "absent", "word")):
        assert "^" not in search(*args).stderr


def test_a_query_cannot_write_to_the_terminal() -> None:
    result = search('\x1b[2J\x9b31m\u202e\n\t "глав')
    assert len(result.stderr.splitlines()) == 3
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.stderr)


def test_the_caret_counts_columns() -> None:
    line, caret = pointed("漢字 e\u0301 (x", 6, 40)
    assert line == "  漢字 e\u0301 (x"
    assert display_width(line[: line.index("(")]) == caret.index("^")
    assert pointed("\u202ex(", 2, 40) == ("  x(", "   ^")


@pytest.mark.parametrize("letter", ["q", "я", "漢", "e\u0301"])
@pytest.mark.parametrize("width", [30, 80])
def test_a_long_query_is_shown_around_the_spot(letter: str, width: int) -> None:
    for before in (0, 3, 19, 20, 21, 30, 77, 100, 5000):
        for behind in (0, 1, 10, 100, 5000):
            query = letter * before + "(" + letter * behind
            line, caret = pointed(query, len(letter) * before, width)
            assert max(display_width(line), display_width(caret)) <= width
            assert display_width(line[: line.index("(")]) == caret.index("^")
            shown = line.strip().strip("…")
            assert shown in query
            assert (shown == query) == ("…" not in line)
            if before + behind > width:
                assert display_width(line) >= width - 5 - (width if behind < 20 else 0)


def test_the_end_of_a_query_is_a_spot() -> None:
    assert pointed("", 0, 30) == ("", "  ^")
    assert pointed("ab", 2, 30) == ("  ab", "    ^")
    assert pointed("ab", 9, 30) == ("  ab", "    ^")
    line, caret = pointed("x" * 200, 200, 30)
    assert line.startswith("  …x")
    assert caret == " " * len(line) + "^"
    assert len(caret) <= 30

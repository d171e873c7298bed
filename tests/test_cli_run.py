"""Does `search run` answer a file of queries, in formats that others read as they are meant?"""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell_archive import make_index, search

from searchlib import Index
from searchlib_cli.queries import Query, read_queries
from searchlib_cli.run import descending

COMMAND = [sys.executable, "-c", "from searchlib_cli.main import main; main()"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("run"))


@pytest.fixture(autouse=True)
def asked(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))
    monkeypatch.chdir(tmp_path)


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def as_json(*args: str, stdin: str) -> list[dict[str, Any]]:
    result = search("run", "-", "--format", "json", *args, stdin=stdin)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def ids(*args: str, stdin: str) -> list[list[str]]:
    return [[hit["id"] for hit in found["hits"]] for found in as_json(*args, stdin=stdin)]


# What is printed


def test_a_trec_run_has_six_columns_with_ranks_from_1(index: Path) -> None:
    Path("topics.jsonl").write_text(
        lines(
            {"id": "q1", "query": "саммит"},
            {"id": "q2", "text": "ртуть"},
            {"id": 7, "text": "summit", "lang": "en"},
        ),
        encoding="utf-8",
    )
    result = search("run", "topics.jsonl", "--tag", "mine")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split(" ") for line in result.stdout.splitlines()]
    one = Index.open(index)
    expected = [
        [query, "Q0", hit.id, str(rank), "mine"]
        for query, text in (("q1", "саммит"), ("7", "summit"))
        for rank, hit in enumerate(one.search(text), 1)
    ]
    assert [row[:4] + row[5:] for row in rows] == expected
    for row in rows:
        query = {"q1": "саммит", "7": "summit"}[row[0]]
        score = next(hit.score for hit in one.search(query) if hit.id == row[2])
        assert float(row[4]) == pytest.approx(score, rel=1e-6)


def test_json_lines_have_the_scores_in_full(index: Path) -> None:
    found = as_json("--limit", "2", stdin=lines({"id": "q1", "query": "саммит"}))
    assert len(found) == 1
    assert list(found[0]) == ["id", "query", "took_ms", "timed_out", "hits"]
    hits = [{"id": hit.id, "score": hit.score} for hit in Index.open(index).search("саммит", limit=2)]
    assert (found[0]["id"], found[0]["query"], found[0]["hits"]) == ("q1", "саммит", hits)
    assert found[0]["took_ms"] > 0


def test_answers_are_in_the_order_of_many_queries() -> None:
    words = ["саммит", "summit", "harvest", "ртуть", "торговля", "дорога"]
    many = [words[number % 6] for number in range(300)]
    found = as_json(stdin="\n".join(many))
    assert [one["query"] for one in found] == many
    assert [one["id"] for one in found] == [str(number) for number in range(1, 301)]
    for one in found:
        assert one["hits"] == found[words.index(one["query"])]["hits"]


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (("--match", "all"), [["ru-1", "ru-3"], ["en-1"]]),
        (("--since", "2024-07", "--until", "2024-07-05"), [["ru-1"], []]),
        (("--lang", "en"), [[], ["en-1", "en-2"]]),
        (("--source", "Вечерний курьер", "--sort", "oldest", "--match", "any"), [["ru-3", "ru-2"], []]),
        (("--where", "tags:саммит", "--match", "2"), [["ru-1"], []]),
        (("--in", "title", "--limit", "1"), [["ru-3"], ["en-1"]]),
    ],
)
def test_options_of_a_search_hold_for_every_query(args: tuple[str, ...], found: list[list[str]]) -> None:
    assert [sorted(one) for one in ids(*args, stdin="саммит торговля\nsummit trade\n")] == [
        sorted(one) for one in found
    ]


def test_the_quality_of_a_run() -> None:
    fast, best = (
        search("run", "-", *quality, stdin="summit of heads of state\n").stdout
        for quality in ((), ("--quality", "best"))
    )
    scores = [{line.split()[2]: float(line.split()[4]) for line in run.splitlines()} for run in (fast, best)]
    assert set(scores[0]) == set(scores[1])
    assert scores[1]["en-1"] > scores[0]["en-1"]


# Scores that no evaluator sorts otherwise


def by_evaluator(run: str) -> list[str]:
    """The documents as trec_eval orders them: by score in single precision, then by id from the end."""
    rows = [line.split() for line in run.splitlines()]
    scored = [(struct.unpack("f", struct.pack("f", float(row[4])))[0], row[2]) for row in rows]
    return [id for _, id in sorted(scored, reverse=True)]


@pytest.mark.parametrize("sort", [(), ("--sort", "newest"), ("--sort", "source"), ("--recency", "1")])
def test_equal_scores_keep_their_ranks(tmp_path: Path, sort: Sequence[str]) -> None:
    documents = [
        {
            "id": f"{number:03}",
            "title": "rain",
            "text": "rain",
            "date": f"20{number % 50:02}-01-01",
            "source": "a",
        }
        for number in range(200)
    ]
    make_index(tmp_path, documents)
    args = ("--index", "indexes/steppe", *sort)
    run = search("run", "-", *args, stdin="rain").stdout
    (order,) = ids(*args, stdin="rain")
    assert len(order) == 200
    assert [line.split()[2] for line in run.splitlines()] == order
    assert by_evaluator(run) == order


@given(
    st.lists(
        st.one_of(
            st.floats(0, 1e300),
            st.sampled_from([0.0, 1.0, 1.0 + 1e-9, 2.0, 1e-45, 1e-40, 1e-300]),
            st.floats(0, 50),
        ),
        max_size=50,
    )
)
def test_written_scores_descend_and_stay_near(scores: list[float]) -> None:
    scores.sort(reverse=True)
    written = [f"{score:.9g}" for score in descending(scores)]
    read = [struct.unpack("f", struct.pack("f", float(text)))[0] for text in written]
    assert all(one > other for one, other in pairwise(read))
    for score, text in zip(scores, written, strict=True):
        if 1e-3 < score < 1e30:
            assert float(text) == pytest.approx(score, rel=1e-5)


# Which queries


def read(content: bytes) -> list[Query]:
    return list(read_queries(io.BytesIO(content), "file"))


def test_plain_text_is_a_query_a_line_numbered_by_its_line() -> None:
    assert read("\ufeffWhat is a summit?\r\n\n  саммит  \n{not json".encode()) == [
        Query(1, "1", "What is a summit?"),
        Query(3, "3", "саммит"),
        Query(4, "4", "{not json"),
    ]
    assert read(b"") == read(b"\n \n") == []


def test_json_lines_may_name_their_queries_or_not() -> None:
    content = lines(
        {"id": "a", "text": "one"}, {"query": "two", "text": "three"}, {"id": 5, "query": None, "text": "x"}
    )
    assert read(content.encode()) == [Query(1, "a", "one"), Query(2, "2", "two"), Query(3, "5", "x")]


@pytest.mark.parametrize("encode", ["utf-8-sig", "utf-16", "cp1251"])
def test_the_bytes_come_in_as_those_of_documents(encode: str) -> None:
    text = "Почему закрыли дорогу от вокзала?\nКогда закончился саммит глав государств?\n"
    assert [query.text for query in read(gzip.compress(text.encode(encode)))] == text.splitlines()


@pytest.mark.parametrize(
    ("record", "about"),
    [
        ("{oops", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"id": "a"}', '"query" or "text"'),
        ('{"id": "a", "query": 5}', '"query" or "text"'),
        ('{"id": null, "query": "x"}', "id"),
        ('{"id": true, "query": "x"}', "id"),
        ('{"id": "a", "query": "..."}', "no words"),
        ('{"id": "a", "query": "' + "x" * 20_000 + '"}', "too long"),
        ('{"id": "a b", "query": "x"}', "white space"),
        ('{"id": "", "query": "x"}', "white space"),
        ('{"id": "a\\nb", "query": "x"}', "white space"),
        ("[" * 100_000, "not a JSON object"),
    ],
)
def test_a_query_that_is_refused_is_reported_and_passed_over(record: str, about: str) -> None:
    content = lines({"id": "1", "query": "summit"}) + record + "\n" + lines({"id": "3", "query": "harvest"})
    result = search("run", "-", stdin=content)
    assert result.exit_code == 1
    message, last = result.stderr.splitlines()
    assert message.startswith("-:2: ")
    assert about in message
    assert last == "search: 1 of 3 queries refused"
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["1", "1", "3"]


def test_strict_stops_at_the_first_and_prints_what_was_before() -> None:
    result = search("run", "-", "--strict", stdin='summit\nharvest\n...\n"rain\nsummit\n')
    assert result.exit_code == 2
    assert result.stderr.startswith("search: -:3: the query has no words")
    assert result.stderr.count("\n") == 1
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["1", "1", "2"]


def test_queries_are_read_leniently_unless_asked_otherwise() -> None:
    content = 'Who wrote "Harvest\nlnag:ru (summit\n'
    assert ids(stdin=content) == [["en-2"], ["en-1", "en-2"]]
    for args, code, refused in (
        (("--no-lenient",), 1, 2),
        (("--strict",), 2, 1),
        (("--strict", "--lenient"), 0, 0),
    ):
        result = search("run", "-", *args, stdin=content)
        assert result.exit_code == code
        assert len(re.findall(r"-:\d: ", result.stderr)) == refused


def test_ids_with_white_space_are_for_json() -> None:
    assert as_json(stdin=lines({"id": "a b", "query": "summit"}))[0]["id"] == "a b"


def test_a_document_whose_id_has_white_space_cannot_be_in_a_trec_run(tmp_path: Path) -> None:
    make_index(tmp_path, [{"id": "a b", "title": "rain"}, {"id": "c", "title": "harvest"}])
    args = ("--index", "indexes/steppe")
    result = search("run", "-", *args, stdin="harvest\nrain\nharvest\n")
    assert result.exit_code == 1
    assert re.fullmatch(r"search: the document id 'a b' has white space.*--format json\n", result.stderr)
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["1"]
    assert ids(*args, stdin="rain") == [["a b"]]


def test_a_file_that_breaks_off_is_told_after_its_queries() -> None:
    packed = gzip.compress("\n".join(f"summit {number}" for number in range(20_000)).encode())
    Path("queries.gz").write_bytes(packed[:-2000])
    result = search("run", "queries.gz", "--format", "json", "--limit", "1")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) > 100
    assert re.search(r"^queries\.gz:\d+: the gzip data ends too early", result.stderr, re.MULTILINE)


# Bad requests


@pytest.mark.parametrize(
    ("args", "about"),
    [
        ((), "FILE"),
        (("absent.jsonl",), "absent.jsonl"),
        (("for", "office"), "office"),
        (("-", "--format", "xml"), "xml"),
        (("-", "--tag", "my run"), "--tag"),
        (("-", "--limit", "0"), "--limit"),
        (("-", "--since", "soon"), "soon"),
        (("-", "--in", "titel"), "titel"),
        (("-", "--sort", "titel"), "titel"),
        (("-", "--match", "most"), "most"),
        (("-", "--recency", "3", "--sort", "newest"), "--recency"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_2(args: tuple[str, ...], about: str) -> None:
    result = search("run", *args, stdin="summit\nharvest\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("search: ")
    assert result.stderr.count("\n") == 1
    assert about in result.stderr


def test_where_is_read_strictly_however_the_queries_are() -> None:
    result = search("run", "-", "--where", "lang:ru lnag:en", stdin="summit\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[1:] == ["  lang:ru lnag:en", "          ^"]


def test_a_pipe_that_closes_ends_the_run_quietly() -> None:
    Path("many.txt").write_text("summit\n" * 5000)
    process = subprocess.Popen([*COMMAND, "run", "many.txt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    with process:
        assert process.stdout.readline().startswith(b"1 Q0 en-1 1 ")
        process.stdout.close()
        assert process.stderr.read() == b""


def test_output_begins_before_the_input_ends() -> None:
    process = subprocess.Popen([*COMMAND, "run", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    with process:
        process.stdin.write(
            b"summit\n" * 10_000
        )  # more than is read to tell the encoding, less than two pipes hold
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"1 Q0 ")
        process.stdin.close()
        assert process.stdout.read().count(b"\n") == 19_999

"""What does an index do with input, folders, disks and queries that are no good?"""

from __future__ import annotations

import errno
import json
import os
import random
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from small_archive import answers, articles, build, manifest_of, write_manifest

import searchlib
from searchlib.language._tokens import tokenize

GOOD = json.dumps({"id": "good", "title": "Harvest", "text": "A good harvest."}).encode() + b"\n"


def index_file(tmp_path: Path, name: str, content: bytes) -> tuple[searchlib.Index, list[str]]:
    """An index of one file, with what was said about it."""
    (tmp_path / name).write_bytes(content)
    index = searchlib.Index.create(tmp_path / "news")
    said: list[str] = []
    with index.writer() as writer:
        writer.add_from([tmp_path / name], on_error=lambda error: said.append(str(error)))
    return index, said


# ---- files ----


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "a.json"])
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"], ids=["empty", "blank", "mark only"])
def test_an_empty_file_adds_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    index, said = index_file(tmp_path, name, content)
    assert said == []
    assert len(index) == 0
    assert index.search("harvest").total == 0


def test_a_line_of_100_megabytes_is_skipped_and_the_others_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(GOOD + b'{"text": "')
        file.truncate(100 << 20)  # a hole: no disk is used
        file.seek(100 << 20)
        file.write(b'"}\n' + GOOD.replace(b"good", b"last"))
    index = searchlib.Index.create(tmp_path / "news")
    said: list[searchlib.DocumentError] = []
    began = perf_counter()
    with index.writer() as writer:
        assert writer.add_from([path], on_error=said.append) == 2
    assert perf_counter() - began < 5
    assert [(error.source, error.line) for error in said] == [(str(path), 2)]
    assert "longer than 64 MB" in str(said[0])
    assert sorted(hit.id for hit in index.search("harvest")) == ["good", "last"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_a_binary_file_is_named_and_skipped(tmp_path: Path, name: str) -> None:
    index, said = index_file(tmp_path, name, b"\x7fELF\x00\x01" + random.Random(1).randbytes(100_000))
    assert len(said) == 1
    assert name in said[0]
    assert len(index) == 0


def test_invalid_utf_8_costs_no_other_record(tmp_path: Path) -> None:
    broken = b'{"id": "bad", "text": "harvest \xff\xfe\x80\x98"}\n'
    index, said = index_file(tmp_path, "a.jsonl", GOOD + broken + GOOD.replace(b'"good"', b'"last"'))
    found = {hit.id for hit in index.search("harvest")}
    assert {"good", "last"} <= found
    assert len(said) + ("bad" in found) == 1  # skipped and said, or read as what it may have been
    assert all("a.jsonl:2" in one for one in said)


@pytest.mark.parametrize(
    "record",
    [{}, {"id": "x"}, {"title": ""}, {"title": " ", "text": "\n"}, {"text": None, "url": "http://a.b"}],
)
def test_a_record_without_text_is_said_with_its_line(tmp_path: Path, record: dict[str, Any]) -> None:
    index, said = index_file(tmp_path, "a.jsonl", GOOD + json.dumps(record).encode() + b"\n")
    assert len(said) == 1
    assert "a.jsonl:2" in said[0]
    assert "text" in said[0]
    assert len(index) == 1


@pytest.mark.parametrize("text", ["...", "— — —", "\u200b\u00ad", "☃ ☂", "\ud800"])
def test_a_document_without_a_word_is_kept_and_never_found(tmp_path: Path, text: str) -> None:
    index = build(tmp_path / "news", [{"id": "odd", "text": text}, {"id": "good", "text": "harvest"}])
    assert len(index) == 2
    assert index.search("harvest odd").ids == ["good"]
    with index.writer() as writer:
        writer.add({"id": "odd", "text": "harvest"})
    assert sorted(index.search("harvest").ids) == ["good", "odd"]


def test_only_documents_without_words(tmp_path: Path) -> None:
    index = build(tmp_path / "news", [{"id": str(number), "text": "..."} for number in range(200)])
    assert index.search("harvest").total == 0
    assert index.stats().terms == 0
    assert len(searchlib.Index.open(index.path)) == 200


def test_a_document_of_10_megabytes_is_found_by_its_last_word(tmp_path: Path) -> None:
    text = "The harvest of the year. Giraffes! " + "The harvest of the year. " * 420_000 + "zebra"
    assert len(text) > 10 << 20
    began = perf_counter()
    index = build(tmp_path / "news", [{"id": "long", "text": text}, {"id": "short", "text": "harvest"}])
    assert sorted(index.search("harvest").ids) == ["long", "short"]
    [hit] = index.search("zebra")
    assert hit.id == "long"
    assert hit.fields["text"] == text
    assert hit.snippet.text.startswith("The harvest")  # snippets look at the beginning of a text only
    [hit] = index.search("giraffe")
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["Giraffes"]
    assert len(hit.snippet.text) < 400
    assert perf_counter() - began < 10


def test_words_of_any_length(tmp_path: Path) -> None:
    words = [
        letter * length for letter in "aя字" for length in (170, 171, 255, 256, 257, 511, 512, 513, 5000)
    ]
    words += ["ab" * 400 + str(number) for number in range(3)] + [
        "1" * 9000,
        "a-" * 3000,
        "a." * 3000,
        "'" * 999,
    ]
    index = build(
        tmp_path / "news", [{"id": str(i), "text": f"start {word} end"} for i, word in enumerate(words)]
    )
    assert index.search("start").total == index.search("end").total == len(words)
    for number, word in enumerate(words):
        if word.strip("'") and len(tokenize(word)) <= 1000:
            assert str(number) in index.search(word, limit=1000).ids


# ---- folders ----


def test_a_path_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "news"
    path.write_text("notes", encoding="utf-8")
    with pytest.raises(searchlib.IndexNotFoundError, match="this is a file"):
        searchlib.Index.open(path)
    with pytest.raises(searchlib.IndexExistsError, match="this is a file"):
        searchlib.Index.create(path)
    for call in (searchlib.Index.open, searchlib.Index.create):
        with pytest.raises(searchlib.SearchError):
            call(path / "below")
    assert path.read_text(encoding="utf-8") == "notes"


def test_a_newer_index_is_not_touched(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(5))
    reading = searchlib.Index.open(index.path)
    write_manifest(index.path, manifest_of(index.path) | {"format": 4})
    (index.path / "00000077.segment").write_bytes(b"of the newer one")
    before = {path.name: path.read_bytes() for path in index.path.iterdir()}
    for call in (
        lambda: searchlib.Index.open(index.path),
        reading.refresh,
        reading.writer,
    ):
        with pytest.raises(searchlib.IncompatibleIndexError, match="upgrade searchlib"):
            call()
    with pytest.raises(searchlib.IndexExistsError):
        searchlib.Index.create(index.path)
    after = {path.name: path.read_bytes() for path in index.path.iterdir()}
    assert {name: after[name] for name in before if "lock" not in name} == {
        name: before[name] for name in before if "lock" not in name
    }


@pytest.mark.parametrize("method", ["read_bytes", "open"])
def test_an_unreadable_index_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """As root every file can be read, so the refusal is played."""
    index = build(tmp_path / "news", articles(5))

    def refuse(path: Path, *_: object, **__: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(searchlib.StorageError, match="Permission denied") as caught:
        searchlib.Index.open(index.path)
    assert caught.value.path.startswith(str(index.path))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do everything")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(5))
    expected = answers(index)
    (tmp_path / "news").chmod(0o500)
    try:
        with pytest.raises(searchlib.StorageError, match="Permission denied"):
            index.writer().add({"text": "word"})
        with pytest.raises(searchlib.StorageError, match="Permission denied"):
            searchlib.Index.create(tmp_path / "news" / "below")
        assert answers(searchlib.Index.open(index.path)) == expected
    finally:
        (tmp_path / "news").chmod(0o700)


# ---- queries ----


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> searchlib.Index:
    rows = [
        {"id": "1", "text": "The harvest of the year was not bad"},
        {"id": "2", "text": "Урожай и не только: это было в поле"},
    ]
    return build(tmp_path_factory.mktemp("asked") / "news", rows)


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "\n\t",
        "...",
        "?!",
        "«—»",
        "\x00",
        "\ufeff",
        "\u200b",
        "\u00ad",
        "\u0301",
        "\ud800",
        "🌾",
        "-" * 9999,
    ],
)
def test_a_query_without_words_is_refused_in_plain_words(asked: searchlib.Index, query: str) -> None:
    with pytest.raises(searchlib.QueryError, match="no words"):
        asked.search(query)


@pytest.mark.parametrize(
    ("query", "ids"), [("the", ["1"]), ("of the", ["1"]), ("и", ["2"]), ("это в не", ["2"])]
)
def test_a_query_of_stop_words_only_is_answered(asked: searchlib.Index, query: str, ids: list[str]) -> None:
    results = asked.search(query)
    assert results.ids == ids
    assert results.total == len(ids)
    assert results[0].snippet.marks != ()


def test_stop_words_beside_others_change_nothing(asked: searchlib.Index) -> None:
    assert asked.search("the harvest of").ids == ["1"]
    assert asked.search("the harvest of")[0].score == asked.search("harvest")[0].score


@pytest.mark.parametrize(
    ("query", "lenient"),
    [
        ("harvest\ud800", False),
        ("\udfffharvest", False),
        ("harvest \ud83d \x00 ...", False),
        ("(harvest", True),
        ('"harvest', True),
        ('"harvest?', True),
    ],
)
def test_rubbish_beside_a_word_is_passed_over(asked: searchlib.Index, query: str, lenient: bool) -> None:
    results = asked.search(query, lenient=lenient)
    assert results.ids == ["1"]
    assert results.query == query
    assert "harvest" in str(results[0].snippet)


def test_an_id_that_is_no_unicode_is_that_of_no_document(asked: searchlib.Index) -> None:
    assert asked.search("id:a\udcff").ids == []
    with pytest.raises(LookupError, match="no document"):
        asked.explain("1\ud800", "harvest")


def test_a_very_long_query(asked: searchlib.Index) -> None:
    with pytest.raises(searchlib.QueryError, match="too long"):
        asked.search("harvest " * 2000)
    with pytest.raises(searchlib.QueryError, match="too many words") as caught:
        asked.search("a1 " * 1001)
    assert caught.value.position == 3000
    began = perf_counter()
    assert asked.search("harvest " * 1000).ids == ["1"]
    assert asked.search(" ".join(f"w{number}" for number in range(999)) + " harvest").ids == ["1"]
    assert asked.search("ы" * 9000 + " harvest").ids == ["1"]
    assert perf_counter() - began < 2


@pytest.mark.parametrize("query", [None, 5, b"harvest", ["harvest"]])
def test_a_query_that_is_no_text(asked: searchlib.Index, query: Any) -> None:
    with pytest.raises(searchlib.QueryError, match="a query is a str"):
        asked.search(query)

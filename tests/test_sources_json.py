"""What JSON lines and .json files give, and which lines are reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.errors import DocumentError
from searchlib.sources import Record, read


def outcome(
    folder: Path, content: bytes | str, name: str = "a.jsonl"
) -> tuple[list[Record], list[DocumentError]]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    errors: list[DocumentError] = []
    return list(read([folder / name], on_error=errors.append)), errors


def places(records: list[Record]) -> list[tuple[int, Any]]:
    return [(record.line, record.values) for record in records]


MALFORMED = [
    "broken",
    "{",
    '{"a": 1',
    '{"a": 1} {"b": 2}',
    "[]",
    '["a"]',
    "null",
    "5",
    '"text"',
    '{"a": 1,}',
    "{'a': 1}",
    '{"a": "\t"}',
    '{"a": "\0"}',
    b'{"a": "\xff\xfe\xfd"}',
    '{"a": "мир"}'.encode()[:-3] + b'"}',
    '{"a":' + "[" * 100_000,
    '{"a": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("line", MALFORMED, ids=lambda line: repr(line[:16]))
@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_a_malformed_line_is_reported_and_the_next_is_read(
    tmp_path: Path, line: str | bytes, name: str
) -> None:
    raw = line.encode() if isinstance(line, str) else line
    records, errors = outcome(tmp_path, b'{"a": 1}\n' + raw + b'\n\n{"a": "2"}', name)
    assert places(records) == [(1, {"a": 1}), (4, {"a": "2"})]
    assert [(error.source, error.line) for error in errors] == [(str(tmp_path / name), 2)]
    assert len(str(errors[0])) < 300


def test_line_ends_and_blank_lines(tmp_path: Path) -> None:
    records, errors = outcome(tmp_path, b'\r\n  {"a": 1}\r\n\t\n\n{"a": 2}\r\n\r\n')
    assert places(records) == [(2, {"a": 1}), (5, {"a": 2})]
    assert not errors


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_what_python_writes_and_json_lacks_is_read(tmp_path: Path, name: str) -> None:
    values = {"a": float("nan"), "b": [float("-inf")], "c": "NaN", "d": "\ud800"}
    for content in (json.dumps(values), json.dumps([values])) if name == "a.json" else (json.dumps(values),):
        records, errors = outcome(tmp_path, content, name)
        assert places(records) == [(1, {"a": None, "b": [None], "c": "NaN", "d": "\ud800"})]
        assert not errors


def test_separators_of_unicode_are_no_line_ends(tmp_path: Path) -> None:
    values = {"a": "one\u2028two\u0085three\x0bfour"}
    records, _ = outcome(tmp_path, json.dumps(values, ensure_ascii=False))
    assert places(records) == [(1, values)]


def test_a_line_longer_than_a_block(tmp_path: Path) -> None:
    values = [{"a": "x" * size} for size in (10_000_000, 0, (1 << 18) - 9, (1 << 18) - 10, 1 << 18, 3)]
    records, errors = outcome(tmp_path, "\n".join(json.dumps(one) for one in values))
    assert [record.values for record in records] == values
    assert not errors


json_objects = st.dictionaries(
    st.text(max_size=4),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


@settings(deadline=None)
@given(st.lists(json_objects, max_size=6), st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]], ascii_only: bool, encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("json")
    lines = "\n".join(json.dumps(one, ensure_ascii=ascii_only) for one in objects)
    for name, content in (
        ("a.jsonl", lines),
        ("a.json", json.dumps(objects, ensure_ascii=ascii_only, indent=1)),
    ):
        records, errors = outcome(folder, content.encode(encoding), name)
        assert [record.values for record in records] == objects
        assert not errors


# .json


def test_an_array_gives_its_objects_and_their_lines(tmp_path: Path) -> None:
    content = '\n[\n {"a": 1}, {"a":\n 1},\n\n 5,\n {"a": [\n2]}\n,\n {"a": 1}\n]\n'
    records, errors = outcome(tmp_path, content, "a.json")
    assert places(records) == [(3, {"a": 1}), (3, {"a": 1}), (7, {"a": [2]}), (10, {"a": 1})]
    assert [error.line for error in errors] == [6]


@pytest.mark.parametrize(
    "rest",
    ["", ",", ", broken]", ' {"a": 2}]', "] more", ",]", ", " + "[" * 100_000, ", " + "9" * 5000],
    ids=lambda rest: rest[:9],
)
def test_a_broken_array_keeps_what_came_before(tmp_path: Path, rest: str) -> None:
    records, errors = outcome(tmp_path, '\n[{"a": 1}' + rest, "a.json")
    assert places(records) == [(2, {"a": 1})]
    assert [error.line for error in errors] == [2]


@pytest.mark.parametrize("content", ["[]", "\n [ \n ] \n"])
def test_an_empty_array(tmp_path: Path, content: str) -> None:
    assert outcome(tmp_path, content, "a.json") == ([], [])


def test_one_object_over_several_lines(tmp_path: Path) -> None:
    records, errors = outcome(tmp_path, '\n{\n "a": 1\n}\n', "a.json")
    assert places(records) == [(2, {"a": 1})]
    assert not errors
    records, errors = outcome(tmp_path, '{\n "a": 1,\n}\n', "a.json")
    assert not records
    assert [error.line for error in errors] == [1]


def test_an_array_in_a_jsonl_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    records, errors = outcome(tmp_path, '[{"a": 1}]\n')
    assert not records
    assert "array" in str(errors[0])


def test_a_json_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchlib.sources.streams.MAX_BYTES", 1 << 20)
    _, errors = outcome(tmp_path, "[" + '{"a": 1},' * 200_000 + "{}]", "a.json")
    assert len(errors) == 1
    assert "1 MB" in str(errors[0])

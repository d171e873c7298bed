"""Which lines does a followed file give, however it is written, cut, truncated and rotated?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.errors import DocumentError
from searchlib.sources import following, jsonl, read, streams
from searchlib.sources.following import LineFollower


@pytest.fixture(params=["kept open", "closed between looks"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(following, "KEEP_OPEN", request.param == "kept open")
    return tmp_path / "лента.log"


@pytest.fixture
def errors() -> list[DocumentError]:
    return []


def line(key: object, title: str = "Саммит") -> bytes:
    return json.dumps({"id": key, "title": title}, ensure_ascii=False).encode() + b"\n"


def append(file: Path, content: bytes) -> None:
    with file.open("ab") as stream:
        stream.write(content)


def taken(follower: LineFollower, errors: list[DocumentError] | None = None) -> list[tuple[object, int]]:
    """The ids of one look, and the lines that they stand on."""
    found: list[tuple[object, int]] = []

    def report(error: DocumentError) -> None:
        assert errors is not None, error
        errors.append(error)

    if follower.look(report):
        while (records := follower.read(report)) is not None:
            assert all(record.source == str(follower.path) for record in records)
            found += [(record.values["id"], record.line) for record in records]
        follower.accept()
    return found


def places(errors: list[DocumentError]) -> list[tuple[str | None, int | None]]:
    return [(error.source, error.line) for error in errors]


def test_a_file_that_is_not_there_is_waited_for(file: Path) -> None:
    follower = LineFollower(file)
    assert taken(follower) == []
    append(file, line(1) + line(2))
    assert taken(follower) == [(1, 1), (2, 2)]
    assert taken(follower) == []
    append(file, line(3))
    assert taken(follower) == [(3, 3)]


def test_a_line_waits_for_its_end_wherever_it_is_cut(file: Path) -> None:
    whole = line(1, "Форум «Щит»") + line(2)
    for cut in range(1, len(whole)):
        file.unlink(missing_ok=True)
        follower = LineFollower(file)
        append(file, whole[:cut])
        found = taken(follower)
        assert len(found) == whole.count(b"\n", 0, cut)
        append(file, whole[cut:])
        assert found + taken(follower) == [(1, 1), (2, 2)]
        follower.close()


def test_bad_lines_are_named_and_skipped(file: Path, errors: list[DocumentError]) -> None:
    follower = LineFollower(file)
    append(file, b"\xef\xbb\xbf" + line(1) + b"{oops\n\n[1]\n" + line(2).replace(b"\n", b"\r\n"))
    assert taken(follower, errors) == [(1, 1), (2, 5)]
    append(file, b"\0" * 5000 + line(3) + line(4) + '{"id": 5, "title": "Коллективная"}\n'.encode("cp1251"))
    assert taken(follower, errors) == [(4, 7), (5, 8)]
    append(file, b"\xff\xfe\x1f\x8b\n" + line(6))
    assert taken(follower, errors) == [(6, 10)]
    assert places(errors) == [(str(file), number) for number in (2, 4, 6, 9)]


@pytest.mark.parametrize("content", [line(7), line(8) * 2, b"", line(9)[:5]])
def test_a_truncated_file_is_read_from_its_start(file: Path, content: bytes) -> None:
    follower = LineFollower(file)
    append(file, line(1) + line(2) + line(3)[:7])
    taken(follower)
    file.write_bytes(content)
    assert taken(follower) == [
        (json.loads(one)["id"], 1 + n) for n, one in enumerate(content.splitlines()) if len(one) > 5
    ]
    append(file, b"\n" + line(10))
    assert taken(follower, [])[-1][0] == 10


def test_a_file_that_was_written_anew_and_is_longer_already_is_read_from_its_start(file: Path) -> None:
    follower = LineFollower(file)
    append(file, line(1) + line(2))
    taken(follower)
    file.write_bytes(b"".join(map(line, range(10, 15))))  # in place: the inode stays
    assert [key for key, _ in taken(follower)] == [10, 11, 12, 13, 14]


def test_a_rotated_file_begins_again_at_line_one(file: Path, errors: list[DocumentError]) -> None:
    follower = LineFollower(file)
    append(file, line(1) + line(2))
    assert taken(follower) == [(1, 1), (2, 2)]
    file.rename(file.with_suffix(".1"))
    assert taken(follower) == [], "there is no new file yet"
    append(file, line(3) + b"oops\n")
    found = [one for _ in range(3) for one in taken(follower, errors)]
    assert found == [(3, 1)]
    assert places(errors) == [(str(file), 2)]
    for number in range(4, 8):
        file.rename(file.with_suffix(f".{number}"))
        append(file, line(number))
        assert [one for _ in range(3) for one in taken(follower)] == [(number, 1)]


def test_the_old_file_of_a_rotation_is_read_to_its_end(tmp_path: Path) -> None:
    file, old = tmp_path / "лента.log", tmp_path / "лента.1"
    follower = LineFollower(file)
    append(file, line(1))
    assert taken(follower) == [(1, 1)]
    append(file, line(2))
    file.rename(old)
    append(file, line(10))
    assert taken(follower) == [(2, 2)]
    append(old, line(3))
    assert taken(follower) == [(3, 3)]
    assert taken(follower) == []
    append(old, line("late"))  # by a writer that has not noticed yet
    assert taken(follower) == [("late", 4)]
    append(old, line(4)[:-1])  # its last line gets no newline any more
    found = [one for _ in range(5) for one in taken(follower)]
    assert found == [(4, 5), (10, 1)]
    append(file, line(11))
    assert taken(follower) == [(11, 2)]


def test_what_was_not_accepted_is_read_again(file: Path, errors: list[DocumentError]) -> None:
    follower = LineFollower(file)
    append(file, line(1) + b"{oops\n")
    assert taken(follower, errors) == [(1, 1)]
    append(file, line(2) + b"{oops\n" + line(3))
    assert follower.look(errors.append)
    records = follower.read(errors.append)
    assert records is not None
    assert len(records) == 2
    append(file, line(4))
    follower.rewind()
    assert taken(follower, errors) == [(2, 3), (3, 5), (4, 6)]


def test_what_was_not_accepted_is_read_again_though_the_file_was_rotated(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    follower = LineFollower(file)
    append(file, line(1) + line(2)[:5])
    for _ in range(2):
        assert follower.look(lambda _: None)
        assert follower.read(lambda _: None)
        assert follower.read(lambda _: None) is None
        follower.rewind()
    assert follower.look(lambda _: None)
    assert follower.read(lambda _: None)
    file.rename(tmp_path / "a.1")
    append(file, line(10))
    for _ in range(4):
        if follower.look(lambda _: None):
            follower.read(lambda _: None)
    follower.rewind()
    found = [one for _ in range(4) for one in taken(follower, [])]
    assert found == [(1, 1), (10, 1)]


def test_an_error_raised_by_the_caller_loses_nothing(file: Path) -> None:
    follower = LineFollower(file)
    append(file, line(1) + b"{oops\n" + line(2))

    def strict(error: DocumentError) -> None:
        raise error

    assert follower.look(strict)
    with pytest.raises(DocumentError):
        follower.read(strict)
    assert taken(follower, []) == [(1, 1), (2, 3)]


def test_from_its_end_only_what_comes_is_read(file: Path, errors: list[DocumentError]) -> None:
    append(file, line(1) * 3 + line(2)[:8])
    follower = LineFollower(file, from_end=True)
    assert taken(follower) == []
    append(file, line(2)[8:] + b"{oops\n")
    assert taken(follower, errors) == [(2, 4)]
    assert places(errors) == [(str(file), 5)]
    file.write_bytes(line(9))
    assert taken(follower) == [(9, 1)]


def test_a_file_truncated_before_anything_came_is_read_from_its_start(file: Path) -> None:
    append(file, line(1) * 3)
    follower = LineFollower(file, from_end=True)
    assert taken(follower) == []
    file.write_bytes(line(9))
    assert taken(follower) == [(9, 1)]


def test_a_file_that_is_absent_is_new_as_a_whole(file: Path) -> None:
    follower = LineFollower(file, from_end=True)
    append(file, line(1))
    assert taken(follower) == [(1, 1)]


def test_a_line_that_is_too_long_is_reported_once_and_passed_over(
    file: Path, errors: list[DocumentError], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (following, jsonl, streams):
        monkeypatch.setattr(module, "MAX_BYTES", 1000)
    monkeypatch.setattr(following, "PORTION", 100)
    follower = LineFollower(file)
    append(file, line(1) + b'{"id": "long", "title": "')
    assert taken(follower, errors) == [(1, 1)]
    for _ in range(20):
        append(file, b"x" * 333)
        assert taken(follower, errors) == []
    append(file, b'"}\n' + line(2))
    assert taken(follower, errors) == [(2, 3)]
    append(file, b"y" * 5000 + b"\n" + line(3))
    assert taken(follower, errors) == [(3, 5)]
    append(file, b"z" * 5000)
    assert [one for _ in range(2) for one in taken(follower, errors)] == []
    assert places(errors) == [(str(file), 2), (str(file), 4), (str(file), 6)]
    file.rename(file.with_suffix(".1"))
    append(file, line(4))
    assert [one for _ in range(4) for one in taken(follower, errors)] == [(4, 1)]


def test_a_file_that_cannot_be_read_is_said_once_and_waited_for(
    file: Path, errors: list[DocumentError]
) -> None:
    follower = LineFollower(file)
    file.mkdir()
    for _ in range(3):
        assert taken(follower, errors) == []
    assert [error.source for error in errors] == [str(file)]
    file.rmdir()
    append(file, line(1))
    assert taken(follower) == [(1, 1)]


pieces = st.lists(
    st.one_of(
        st.integers(0, 99).map(line),
        st.sampled_from([b"\n", b"{oops\n", b" \r\n", "«Щит»\n".encode(), b"\xff\xd0\n"]),
    ),
    max_size=30,
)


@settings(max_examples=dose(150), deadline=None)
@given(pieces, st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=12), st.integers(1, 300))
def test_in_whatever_steps_it_grows_it_gives_what_the_whole_file_gives(
    lines: list[bytes], steps: list[tuple[int, bool]], portion: int
) -> None:
    content = b"".join(lines)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(following, "PORTION", portion)
        file = Path(folder) / "a.jsonl"
        follower = LineFollower(file)
        found: list[tuple[object, int]] = []
        wrong: list[DocumentError] = []
        for part, kept in cut(content, steps):
            append(file, part)
            if kept:
                found += taken(follower, wrong)
            else:
                follower.look(lambda _: None)
                follower.read(lambda _: None)
                follower.rewind()
        follower.close()
        expected_wrong: list[DocumentError] = []
        expected = [
            (record.values["id"], record.line) for record in read([file], on_error=expected_wrong.append)
        ]
    assert found == expected
    assert [error.line for error in wrong] == [error.line for error in expected_wrong]


def cut(content: bytes, steps: list[tuple[int, bool]]) -> Iterator[tuple[bytes, bool]]:
    """The content in parts of the sizes given, the rest at the end."""
    for size, kept in steps:
        yield content[:size], kept
        content = content[size:]
    yield content, True

"""Which files are read, in which order, how far reading has come, and what cannot be read."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from searchlib.errors import DocumentError, StorageError
from searchlib.sources import Record, read, total_bytes

LINES = b"".join(b'{"id": "%d", "title": "%s"}\n' % (number, b"word " * 20) for number in range(2000))


def outcome(*paths: str | Path) -> tuple[list[Record], list[DocumentError]]:
    errors: list[DocumentError] = []
    return list(read(paths, on_error=errors.append)), errors


def standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_folder_is_read_in_order_and_only_what_is_known(tmp_path: Path) -> None:
    names = [
        "b/2.txt",
        "b/10.jsonl",
        "a.TXT",
        ".hidden.txt",
        ".git/x.txt",
        "notes.md",
        "x.jsonl.gz.part",
        "c.ndjson",
        "z.txt.gz",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        content = b'{"title": "x"}' if "json" in name or "ndjson" in name else b"title"
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    records, errors = outcome(tmp_path)
    assert [Path(record.source).relative_to(tmp_path).as_posix() for record in records] == [
        "a.TXT",
        "b/10.jsonl",
        "b/2.txt",
        "c.ndjson",
        "z.txt.gz",
    ]
    assert not errors


def test_paths_are_read_in_the_order_given(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(name)
    records, _ = outcome(tmp_path / "c.txt", tmp_path / "a.txt", tmp_path / "c.txt")
    assert [record.values["title"] for record in records] == ["c", "a", "c"]


def test_one_path_need_not_be_in_a_list(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert [record.line for record in read(str(tmp_path / "a.txt"))] == [1]
    assert total_bytes(tmp_path / "a.txt") == 1  # type: ignore[arg-type]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.txt").write_text("a")
    try:
        (inner / "up").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "twice").symlink_to(inner, target_is_directory=True)
        (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    records, errors = outcome(tmp_path)
    assert [record.values["title"] for record in records] == ["a"]
    assert [Path(str(error.source)).name for error in errors] == ["self.txt"]  # said, not passed over


def test_a_broken_link_is_reported(tmp_path: Path) -> None:
    try:
        (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    _, errors = outcome(tmp_path)
    assert "cannot be read" in str(errors[0])


def test_a_folder_that_cannot_be_opened_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(name)
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    records, errors = outcome(tmp_path)
    assert [record.values["title"] for record in records] == ["a", "c"]
    assert [(error.source, error.line) for error in errors] == [(str(tmp_path / "b"), None)]
    assert "Permission denied" in str(errors[0])
    with pytest.raises(DocumentError):
        list(read([tmp_path]))
    assert total_bytes([tmp_path]) == 2


def test_a_file_that_cannot_be_opened_is_reported_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    opened = Path.open

    def refusing(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "b.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    records, errors = outcome(tmp_path)
    assert [record.values["title"] for record in records] == ["a.txt", "c.txt"]
    assert [error.source for error in errors] == [str(tmp_path / "b.txt")]


@pytest.mark.parametrize("on_error", [None, lambda error: None])
def test_a_path_that_does_not_exist_is_said_before_anything_is_read(
    tmp_path: Path, on_error: Callable[[DocumentError], None] | None
) -> None:
    (tmp_path / "a.txt").write_text("a")
    missing = str(tmp_path / "b.txt")
    with pytest.raises(StorageError, match="no such file") as caught:
        read([tmp_path / "a.txt", missing], on_error=on_error)
    assert caught.value.path == missing
    with pytest.raises(StorageError):
        total_bytes([missing])
    with pytest.raises(StorageError):
        read(["a\0b.txt"])


def test_an_unknown_ending_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    (tmp_path / "b.txt").write_text("b")
    records, errors = outcome(tmp_path / "a.docx", tmp_path / "b.txt")
    assert len(records) == 1
    assert ".jsonl" in str(errors[0])


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "tsv", "txt", "html"])
@pytest.mark.parametrize(
    "content", [b"", b"\n \r\n\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"\xff\xfe"]
)
def test_a_file_without_anything_in_it_is_no_error(tmp_path: Path, ending: str, content: bytes) -> None:
    if ending == "html":
        pytest.importorskip("trafilatura")
    (tmp_path / f"a.{ending}").write_bytes(content)
    assert outcome(tmp_path) == ([], [])


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "tsv", "txt"])
@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40,
        bytes(range(1, 256)) * 40,
        zlib.compress(LINES),
    ],
)
def test_a_binary_file_costs_one_error(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"a.{ending}").write_bytes(content)
    records, errors = outcome(tmp_path)
    assert not records
    assert len(errors) == 1
    assert errors[0].source == str(tmp_path / f"a.{ending}")


# gzip


def test_gzip_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(LINES))
    (tmp_path / "plain.jsonl.gz").write_bytes(LINES)
    records, errors = outcome(tmp_path)
    assert len(records) == 4000
    assert not errors


def test_gzip_of_several_members_with_padding(tmp_path: Path) -> None:
    half = len(LINES) // 2
    packed = gzip.compress(LINES[:half]) + b"\0" * 700 + gzip.compress(LINES[half:]) + b"\0" * 512
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    records, errors = outcome(tmp_path)
    assert [record.line for record in records] == list(range(1, 2001))
    assert not errors


def damaged(packed: bytes) -> bytes:
    middle = len(packed) * 3 // 4
    return (
        packed[:middle] + bytes(255 - byte for byte in packed[middle : middle + 40]) + packed[middle + 40 :]
    )


@pytest.mark.parametrize(
    "damage", [lambda packed: packed[: len(packed) * 3 // 4], damaged, lambda packed: packed[:-6]]
)
def test_records_before_damaged_gzip_are_kept(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    words = random.Random(1)  # what hardly packs, so that the damage lies deep in the file
    lines = b"".join(
        b'{"id": "%d", "title": "%s"}\n' % (one, words.randbytes(60).hex().encode()) for one in range(3000)
    )
    lines += b"the last line has no end"
    (tmp_path / "a.jsonl.gz").write_bytes(damage(gzip.compress(lines)))
    (tmp_path / "b.jsonl").write_bytes(b'{"id": "after"}')
    records, errors = outcome(tmp_path)
    assert [record.values["id"] for record in records[:-1]] == [
        str(number) for number in range(len(records) - 1)
    ]
    assert len(records) > 1000
    assert records[-1].values["id"] == "after"
    assert "gzip" in str(errors[-1])
    assert errors[-1].line is not None
    assert errors[-1].line >= len(
        records
    )  # more, when the damage was unpacked into lines before it was found
    assert records[-1].consumed == total_bytes([tmp_path])


def test_bytes_after_the_gzip_data_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(LINES) + b"trailing")
    records, errors = outcome(tmp_path)
    assert (len(records), len(errors)) == (2000, 1)


# Progress and streams


@pytest.mark.parametrize("packed", [False, True])
def test_consumed_grows_to_the_total(tmp_path: Path, packed: bool) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        content = LINES * 20
        (tmp_path / name).write_bytes(gzip.compress(content) if packed else content)
    (tmp_path / "c.jsonl").write_bytes(b"\x00binary")
    (tmp_path / "d.txt").write_text("end")
    records, _ = outcome(tmp_path)
    consumed = [record.consumed for record in records]
    assert consumed == sorted(consumed)
    assert consumed[-1] == total_bytes([tmp_path]) == sum(one.stat().st_size for one in tmp_path.iterdir())
    if not packed:
        assert 0 < consumed[0] < len(LINES) * 20


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_json_lines(
    monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    standard_input(monkeypatch, pack(b'{"id": 1}\nbroken\n{"id": 2}'))
    records, errors = outcome("-")
    assert [(record.source, record.line, record.values["id"]) for record in records] == [
        ("stdin", 1, 1),
        ("stdin", 3, 2),
    ]
    assert str(errors[0]).startswith("stdin:2: ")
    assert total_bytes(["-"]) is None


def test_a_pipe_may_give_one_byte_at_a_time() -> None:
    program = "from searchlib.sources import read\nfor record in read(['-']): print(record.values['id'])"
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    for byte in gzip.compress(b'{"id": "one"}\n{"id": "two"}\n'):
        child.stdin.write(bytes([byte]))
        child.stdin.flush()
    child.stdin.close()
    assert child.stdout.read().split() == [b"one", b"two"]
    assert child.wait() == 0
    child.stdout.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_json_lines(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(LINES))
    writer.start()
    assert total_bytes([pipe]) is None
    assert len(list(read([pipe]))) == 2000
    writer.join()
    assert outcome(tmp_path) == ([], [])  # in a folder nothing waits for a pipe


def test_leaving_early_closes_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    records = read([tmp_path])
    assert next(records).line == 1
    assert isinstance(records, Iterator)
    records.close()  # type: ignore[attr-defined]
    (tmp_path / "a.jsonl").unlink()  # which Windows refuses for an open file


def test_an_error_of_the_caller_is_passed_on_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("broken\nbroken\n")
    calls: list[DocumentError] = []

    def full(error: DocumentError) -> None:
        calls.append(error)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        list(read([tmp_path], on_error=full))
    assert len(calls) == 1


def test_strict_reading_stops_at_the_first_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\nbroken\n{"id": 2}\n')
    records = read([tmp_path])
    assert next(records).values == {"id": 1}
    with pytest.raises(DocumentError) as caught:
        next(records)
    assert (caught.value.source, caught.value.line) == (str(tmp_path / "a.jsonl"), 2)


def test_an_input_error_of_the_disk_costs_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(io.RawIOBase):
        served = False

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if self.served:
                raise OSError(5, "Input/output error")
            self.served = True
            buffer[: len(LINES)] = LINES
            return len(LINES)

    class Standard:
        buffer = Failing()

    monkeypatch.setattr(sys, "stdin", Standard())
    records, errors = outcome("-")
    assert len(records) == 2000
    assert "Input/output error" in str(errors[0])
    assert errors[0].line == 2001


def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    assert resource
    line = json.dumps({"id": "1", "title": "x" * 1000}).encode() + b"\n"
    small, large = tmp_path / "small.jsonl.gz", tmp_path / "large.jsonl.gz"
    small.write_bytes(gzip.compress(line * 10_000, 1))
    large.write_bytes(gzip.compress(line * 200_000, 1))
    assert peak(large) - peak(small) < 8 << 20


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_100_megabytes_is_reported_and_not_held(tmp_path: Path, packed: bool) -> None:
    pytest.importorskip("resource")
    file = tmp_path / "a.jsonl"
    with gzip.open(file, "wb", 1) if packed else file.open("wb") as stream:
        stream.write(b'{"id": 1}\n{"id": 2, "text": "')
        for _ in range(100):
            stream.write(b"x" * (1 << 20))
        stream.write(b'"}\n{"id": 3}\n')
    records, errors = outcome(file)
    assert [(record.values["id"], record.line) for record in records] == [(1, 1), (3, 3)]
    assert [error.line for error in errors] == [2]
    assert "64 MB" in str(errors[0])
    (tmp_path / "b.jsonl").write_bytes(b'{"id": 1}\n')
    assert peak(file) - peak(tmp_path / "b.jsonl") < 90 << 20


def peak(file: Path) -> int:
    """The most memory that a process reading this file holds, in bytes."""
    program = (
        "import resource, sys; from searchlib.sources import read\n"
        "for record in read([sys.argv[1]], on_error=lambda error: None): pass\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)"
    )
    command = [sys.executable, "-c", program, str(file)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("lines", [40, 4000])
def test_what_stands_before_the_end_of_a_torn_gzip_file_is_read(tmp_path: Path, lines: int) -> None:
    whole = b"".join(b'{"id": %d, "text": "word %d"}\n' % (n, n * 7919 % 1000) for n in range(lines))
    packed = gzip.compress(whole, mtime=0)
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) * 2 // 3])
    errors: list[DocumentError] = []
    records = list(read([tmp_path / "a.jsonl.gz"], on_error=errors.append))
    assert lines // 3 < len(records) < lines
    assert [record.values["id"] for record in records] == list(range(len(records)))
    assert ["ends too early" in str(error) for error in errors] == [True]

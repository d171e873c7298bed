"""Does an index keep up with files that arrive and change, whatever goes wrong, and is nothing lost or taken too early?"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from click.testing import CliRunner

import searchlib
from searchlib import DocumentError, IndexLockedError, SearchError, StorageError
from searchlib import index as index_module
from searchlib.storage.manifest import Manifest
from searchlib.watching import Batch, Watcher
from searchlib_cli.main import cli


class Clock:
    """Seconds that pass when a test says so, and `step` of them whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def line(key: object, title: str = "Саммит глав государств") -> str:
    return json.dumps({"id": str(key), "title": title}, ensure_ascii=False) + "\n"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


@pytest.fixture
def index(tmp_path: Path) -> searchlib.Index:
    return searchlib.Index.create(tmp_path / "index")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "входящие").mkdir()
    return tmp_path / "входящие"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def errors() -> list[SearchError]:
    return []


def looks(watcher: Watcher, count: int = 2) -> int:
    """Documents that so many looks added."""
    return sum(batch.documents for _ in range(count) if (batch := watcher.look()) is not None)


def generation(index: searchlib.Index) -> int:
    return Manifest.read(index.path).generation


# Files that arrive


def test_a_file_is_taken_when_two_looks_found_it_alike(index: searchlib.Index, folder: Path) -> None:
    write(folder / "новости.jsonl", line(1) + line(2))
    watcher = Watcher(index, [folder], commit_every=0)
    assert watcher.look() is None
    batch = watcher.look()
    assert batch is not None
    assert (batch.documents, batch.skipped) == (2, 0)
    assert [hit.id for hit in index.search("саммитам")] == ["1", "2"]


def test_a_file_that_is_being_written_waits(index: searchlib.Index, folder: Path) -> None:
    watcher = Watcher(index, [folder], commit_every=0)
    file = folder / "a.jsonl"
    for number in range(4):
        append(file, line(number))
        assert watcher.look() is None
    assert looks(watcher, 1) == 4


def test_a_file_whose_time_alone_changes_waits(index: searchlib.Index, folder: Path) -> None:
    watcher = Watcher(index, [folder], commit_every=0)
    file = folder / "a.jsonl"
    write(file, line(1))
    for second in range(3):
        os.utime(file, (second, second))
        assert watcher.look() is None
    assert looks(watcher, 1) == 1


def test_what_is_known_is_not_read_again(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", line(1))
    watcher = Watcher(index, [folder], commit_every=0)
    assert looks(watcher) == 1
    before = generation(index)
    assert looks(watcher, 4) == 0
    write(folder / "b.jsonl", line(2))
    assert looks(watcher) == 1, "and of two files only the new one"
    assert generation(index) == before + 1


def test_a_changed_file_replaces_its_documents(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", line(1, "first") + line(2, "same"))
    watcher = Watcher(index, [folder], commit_every=0)
    assert looks(watcher) == 2
    write(folder / "a.jsonl", line(1, "another title"))
    assert looks(watcher) == 1
    assert len(index) == 2
    assert [hit.id for hit in index.search("another")] == ["1"]


def test_a_file_put_in_the_place_of_another_is_read_though_size_and_time_are_the_same(
    index: searchlib.Index, folder: Path, tmp_path: Path
) -> None:
    write(folder / "a.jsonl", line(1))
    os.utime(folder / "a.jsonl", (5, 5))
    watcher = Watcher(index, [folder], commit_every=0)
    assert looks(watcher) == 1
    write(tmp_path / "other", line(2))
    os.utime(tmp_path / "other", (5, 5))
    (tmp_path / "other").replace(folder / "a.jsonl")
    assert looks(watcher) == 1
    assert "2" in index


def test_documents_of_files_that_vanish_stay(
    index: searchlib.Index, folder: Path, errors: list[SearchError]
) -> None:
    write(folder / "a.jsonl", line(1))
    watcher = Watcher(index, [folder], commit_every=0, on_error=errors.append)
    assert looks(watcher) == 1
    (folder / "a.jsonl").unlink()
    write(folder / "b.jsonl", line(2))
    watcher.look()
    (folder / "b.jsonl").unlink()
    assert looks(watcher, 3) == 0
    assert "1" in index
    assert not errors


def test_a_file_that_vanishes_after_it_was_seen_is_no_error(
    index: searchlib.Index, folder: Path, errors: list[SearchError], clock: Clock
) -> None:
    write(folder / "a.jsonl", line(1))
    write(folder / "b.jsonl", line(2))
    watcher = Watcher(index, [folder], commit_every=5, on_error=errors.append, clock=clock)
    assert looks(watcher) == 2
    write(folder / "c.jsonl", line(3))
    write(folder / "d.jsonl", line(4))
    assert looks(watcher) == 0, "it is not yet time"
    (folder / "c.jsonl").unlink()
    batch = watcher.finish()  # takes what the last look found
    assert batch is not None
    assert (batch.documents, batch.skipped) == (1, 0)
    assert not errors


def test_the_same_kinds_of_files_as_everywhere(index: searchlib.Index, folder: Path) -> None:
    watcher = Watcher(index, [folder], commit_every=0)
    write(folder / "глубже" / "ещё" / "Таблица.CSV", "id,title\ncsv,Учения\n")
    write(folder / "заметка.txt", "Форум открылся\nТекст.")
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(line("packed").encode()))
    for name in (".hidden.jsonl", ".git/x.jsonl", "a.jsonl.part", "notes.md"):
        write(folder / name, line(name))
    assert looks(watcher) == 3
    assert "csv" in index
    assert "packed" in index
    assert index.search("форумы").total == 1


def test_a_packed_file_that_stopped_half_way_is_read_again_when_it_goes_on(
    index: searchlib.Index, folder: Path, errors: list[SearchError]
) -> None:
    words = "".join(
        line(number, f"{number * 7919 % 10007} {number * 104729 % 99991}") for number in range(3000)
    )
    packed = gzip.compress(words.encode())
    (folder / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    watcher = Watcher(index, [folder], commit_every=0, on_error=errors.append)
    assert 0 < looks(watcher) < 3000
    assert ["ends too early" in str(error) for error in errors] == [True]
    (folder / "a.jsonl.gz").write_bytes(packed)
    assert looks(watcher) == 3000
    assert len(index) == 3000
    assert len(errors) == 1


def test_a_single_file_is_watched_as_a_whole(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", line(1))
    write(folder / "b.jsonl", line(2))
    watcher = Watcher(index, [folder / "a.jsonl"], commit_every=0)
    assert looks(watcher) == 1
    (folder / "a.jsonl").unlink()
    assert looks(watcher) == 0
    write(folder / "a.jsonl", line(3))
    assert looks(watcher) == 1


def test_new_only_leaves_out_what_is_there(index: searchlib.Index, folder: Path) -> None:
    write(folder / "old.jsonl", line("old"))
    write(folder / "grows.jsonl", line("grows"))
    write(folder / "lines.log", line("before") + line("cut")[:9])
    watcher = Watcher(index, [folder], [folder / "lines.log"], commit_every=0, new_only=True)
    assert looks(watcher, 3) == 0
    write(folder / "new.jsonl", line("new"))
    append(folder / "grows.jsonl", line("more"))
    append(folder / "lines.log", line("cut")[9:])
    looks(watcher, 2)
    assert {key for key in ("old", "grows", "more", "new", "before", "cut") if key in index} == {
        "grows",
        "more",
        "new",
        "cut",
    }


# What goes wrong


def test_bad_records_are_named_and_skipped(
    index: searchlib.Index, folder: Path, errors: list[SearchError]
) -> None:
    write(folder / "плохой.jsonl", line(1) + "{oops\n" + '{"id": "empty"}\n' + line(2))
    watcher = Watcher(index, [folder], commit_every=0, on_error=errors.append)
    watcher.look()
    batch = watcher.look()
    assert batch is not None
    assert (batch.documents, batch.skipped) == (2, 2)
    places = [(error.source, error.line) for error in errors if isinstance(error, DocumentError)]
    assert places == [(str(folder / "плохой.jsonl"), 2), (str(folder / "плохой.jsonl"), 3)]
    assert looks(watcher, 3) == 0
    assert len(errors) == 2


def test_without_on_error_the_first_error_ends_the_watch_at_the_last_commit(
    index: searchlib.Index, folder: Path
) -> None:
    write(folder / "a.jsonl", line(1) + "{oops\n")
    watcher = Watcher(index, [folder], commit_every=0)
    watcher.look()
    with pytest.raises(DocumentError, match="not a JSON object"):
        watcher.look()
    assert len(index) == 0
    index.writer(lock_timeout=0).close()


def test_a_locked_index_loses_nothing(
    index: searchlib.Index, folder: Path, errors: list[SearchError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_TURN_WAIT", 0.0)
    write(folder / "a.jsonl", line(1) + "{oops\n")
    write(folder / "f.log", "{oops\n" + line(2))
    watcher = Watcher(index, [folder], [folder / "f.log"], commit_every=0, on_error=errors.append)
    with index.writer() as other:
        other.add({"id": "other", "title": "word"})
        assert looks(watcher, 3) == 0
        append(folder / "f.log", line(3))
        assert looks(watcher, 1) == 0
        assert {type(error) for error in errors} == {IndexLockedError}
        with pytest.raises(IndexLockedError):
            Watcher(index, follow=[folder / "f.log"], on_error=errors.append).finish()
    errors.clear()
    looks(watcher, 2)
    assert all(key in index for key in ("other", "1", "2", "3"))
    assert [type(error) for error in errors] == [DocumentError, DocumentError]


def test_the_index_is_free_between_two_batches(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", line(1))
    watcher = Watcher(index, [folder], commit_every=0)
    looks(watcher)
    with index.writer(lock_timeout=0) as other:
        other.add({"id": "other", "title": "word"})
    write(folder / "b.jsonl", line(2))
    looks(watcher)
    assert len(index) == 3


@pytest.mark.parametrize("step", ["add", "commit"])
def test_what_the_disk_refuses_is_read_again(
    index: searchlib.Index,
    folder: Path,
    errors: list[SearchError],
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    write(folder / "a.jsonl", "".join(line(number) for number in range(50)))
    write(folder / "f.log", "".join(line(f"line-{number}") for number in range(50)))
    watcher = Watcher(index, [folder], [folder / "f.log"], commit_every=0, on_error=errors.append)
    assert looks(watcher) == 100
    append(folder / "a.jsonl", line("more"))
    append(folder / "f.log", line("early"))
    with monkeypatch.context() as patch:

        def full(*_: Any, **__: Any) -> None:
            raise StorageError(index.path, "No space left on device")

        if step == "add":
            patch.setattr("searchlib.storage.builder.SegmentBuilder.add", full)
        else:
            patch.setattr(Manifest, "commit", full)
        assert looks(watcher, 3) == 0
        append(folder / "f.log", line("late"))
        assert looks(watcher, 1) == 0
    assert {type(error) for error in errors} == {StorageError}
    assert len(index) == 100
    assert looks(watcher, 1) == 51 + 2, "the changed file, and the lines that came since"
    assert len(index) == 103
    assert looks(watcher, 2) == 0


def test_a_file_that_cannot_be_opened_is_said_once_and_tried_again(
    index: searchlib.Index, folder: Path, errors: list[SearchError], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.jsonl", line(1))
    write(folder / "b.jsonl", line(2))
    watcher = Watcher(index, [folder], commit_every=0, on_error=errors.append)
    opened = Path.open

    def refusing(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "a.jsonl":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        assert looks(watcher, 4) == 1
    assert [getattr(error, "source", None) for error in errors] == [str(folder / "a.jsonl")]
    assert looks(watcher, 1) == 1
    assert looks(watcher, 2) == 0


def test_a_folder_that_is_gone_is_said_once_and_waited_for(
    index: searchlib.Index, folder: Path, tmp_path: Path, errors: list[SearchError]
) -> None:
    write(folder / "a.jsonl", line(1))
    watcher = Watcher(index, [folder], commit_every=0, on_error=errors.append)
    assert looks(watcher) == 1
    folder.rename(tmp_path / "away")
    assert looks(watcher, 3) == 0
    assert [getattr(error, "source", None) for error in errors] == [str(folder)]
    (tmp_path / "away").rename(folder)
    write(folder / "b.jsonl", line(2))
    assert looks(watcher, 3) == 1, "what was known is not read again"
    shutil.rmtree(folder)
    watcher.look()
    assert len(errors) == 2, "a second time it is said again"


def test_what_cannot_be_watched_is_said_at_once(index: searchlib.Index, folder: Path) -> None:
    with pytest.raises(StorageError, match="no such file"):
        index.watch([folder / "absent"])
    with pytest.raises(StorageError, match="neither"):
        index.watch(["-"])
    with pytest.raises(StorageError, match="not a file"):
        index.watch(follow=[folder])
    with pytest.raises(ValueError, match="packed"):
        index.watch(follow=[folder / "a.jsonl.gz"])
    with pytest.raises(ValueError, match="nothing to watch"):
        index.watch()
    with pytest.raises(ValueError, match="every"):
        index.watch(str(folder), every=0)
    with pytest.raises(ValueError, match="commit_every"):
        index.watch([folder], commit_every=float("nan"))


# When it commits


def test_batches_begin_so_far_apart(index: searchlib.Index, folder: Path, clock: Clock) -> None:
    file = folder / "f.log"
    watcher = Watcher(index, follow=[file], commit_every=5, clock=clock)
    before = generation(index)
    for second in range(20):
        append(file, line(second))
        clock.now = second
        watcher.look()
        assert len(index) == second // 5 * 5 + 1
    assert generation(index) == before + 4
    clock.now += 100
    watcher.look()
    assert generation(index) == before + 5
    clock.now += 100
    append(file, line("after a pause"))
    assert looks(watcher, 1) == 1, "what comes after a pause is committed at once"


def test_a_long_file_is_committed_in_parts_and_lines_get_their_turn(
    index: searchlib.Index, folder: Path, clock: Clock
) -> None:
    write(folder / "long.jsonl", "".join(line(number) for number in range(5000)))
    write(folder / "long too.jsonl", "".join(line(5000 + number) for number in range(500)))
    file = folder / "f.log"
    watcher = Watcher(index, [folder], [file], commit_every=5, clock=clock)
    watcher.look()
    clock.step = 0.01  # so that a batch has time for five hundred records
    sizes = []
    for number in range(100):
        append(file, line(f"line-{number}"))
        batch = watcher.look()
        assert f"line-{number}" in index
        if batch is not None:
            sizes.append(batch.documents)
        if not watcher.busy:
            break
        if number == 3:
            write(folder / "first by name.jsonl", line("first by name"))
    assert len(sizes) > 8
    assert max(sizes) < 700
    assert len(index) == 5500 + len(sizes)
    assert sum(sizes) == len(index), "nothing was read twice"
    clock.step = 0.0
    clock.now += 100
    assert looks(watcher, 2) == 1, "the file that came meanwhile"


def test_a_long_file_goes_on_where_it_was_after_the_index_was_locked(
    index: searchlib.Index,
    folder: Path,
    clock: Clock,
    errors: list[SearchError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_module, "_TURN_WAIT", 0.0)
    write(folder / "long.jsonl", "".join(line(number) for number in range(1500)))
    watcher = Watcher(index, [folder], commit_every=5, clock=clock, on_error=errors.append)
    watcher.look()
    clock.step = 0.01
    added = looks(watcher, 1)
    assert watcher.busy
    with index.writer():
        assert looks(watcher, 2) == 0
    assert added + looks(watcher, 10) == 1500
    assert len(errors) == 2


def test_a_stop_commits_what_was_read_and_reads_no_more(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", "".join(line(number) for number in range(1000)))
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= 300

    told: list[Batch] = []
    count = index.watch([folder], every=0.001, should_stop=should_stop, on_commit=told.append)
    assert 0 < count < 1000
    assert len(index) == count == sum(batch.documents for batch in told)
    assert "0" in index


def test_a_stop_takes_lines_that_the_last_look_did_not_see(
    index: searchlib.Index, folder: Path, clock: Clock
) -> None:
    file = folder / "f.log"
    watcher = Watcher(index, follow=[file], commit_every=1000, clock=clock, should_stop=lambda: True)
    append(file, line(1))
    assert looks(watcher, 1) == 1
    append(file, line(2) + line(3) + line(4)[:10])
    assert looks(watcher, 1) == 0
    batch = watcher.finish()
    assert batch is not None
    assert batch.documents == 2
    assert len(index) == 3


def test_a_stop_takes_the_files_that_the_last_look_found(
    index: searchlib.Index, folder: Path, clock: Clock
) -> None:
    stopped: list[bool] = []
    watcher = Watcher(index, [folder], commit_every=1000, clock=clock, should_stop=lambda: bool(stopped))
    write(folder / "a.jsonl", line(1))
    assert looks(watcher) == 1
    write(folder / "b.jsonl", line(2) + line(3))
    write(folder / "c.jsonl", line(4) + line(5))
    assert looks(watcher) == 0
    write(folder / "d.jsonl", line(6))
    stopped.append(True)
    batch = watcher.finish()
    assert batch is not None
    assert batch.documents == 4
    assert "6" not in index, "nobody knows whether it is whole"


def test_an_interruption_leaves_the_last_commit(index: searchlib.Index, folder: Path) -> None:
    write(folder / "a.jsonl", line(1))

    def interrupted() -> bool:
        if len(index):
            write(folder / "a.jsonl", line(2) + line(3))
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        index.watch([folder], every=0.001, should_stop=interrupted)
    assert len(index) == 1
    index.writer(lock_timeout=0).close()


# The command

COMMAND = [sys.executable, "-c", "from searchlib_cli.main import main; main()", "watch"]


@contextmanager
def running(*args: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    limit = Timer(120, process.kill)  # so that a failure ends
    limit.start()
    try:
        with process:
            yield process
    finally:
        limit.cancel()
        process.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_after_a_last_commit(tmp_path: Path, folder: Path, number: int) -> None:
    place, file = tmp_path / "made" / "here", folder / "лента.log"
    write(folder / "новости.jsonl", line(1) + "{oops\n")
    with running(
        "--index", place, folder, "--follow", file, "--every", "0.05", "--commit-every", "900"
    ) as process:
        assert process.stdout and process.stderr
        first = process.stdout.readline()
        assert first.endswith("\n"), process.stderr.read()
        assert "1 document added, 1 skipped" in first
        append(file, line(2) + line(3))
        process.send_signal(number)
        rest, told = process.communicate()
    assert process.returncode == 0, told
    assert "2 documents added, 0 skipped" in rest
    assert rest.count("\n") == 1
    assert told.splitlines()[1].startswith(f"{folder / 'новости.jsonl'}:2: ")
    index = searchlib.Index.open(place)
    assert [key in index for key in "123"] == [True] * 3
    index.writer(lock_timeout=0).close()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to one process")
def test_the_command_waits_for_another_writer(tmp_path: Path, folder: Path, index: searchlib.Index) -> None:
    write(folder / "a.jsonl", line(1))
    with running("--index", index.path, folder, "--every", "0.05", "--commit-every", "0") as process:
        assert process.stdout and process.stderr
        assert process.stderr.readline().startswith("search: ")
        assert "1 document added" in process.stdout.readline()
        with index.writer() as other:
            other.add({"id": "other", "title": "word"})
            write(folder / "b.jsonl", line(2))
            told = process.stderr.readline()
            assert str(os.getpid()) in told
            assert told.endswith("; trying again\n")
        assert "1 document added" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")
    assert process.returncode == 0
    index.refresh()
    assert len(index) == 3


@pytest.mark.parametrize(
    ("args", "about"),
    [
        ((), "--follow"),
        (("absent",), "absent"),
        (("-",), "-"),
        (("--follow", "a.jsonl.gz"), "packed"),
        (("--follow", "."), "not a file"),
        (("--every", "0", "."), "--every"),
        (("--every", "nan", "."), "--every"),
        (("--commit-every", "-1", "."), "--commit-every"),
    ],
)
def test_a_bad_request_is_one_line_and_makes_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], about: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["watch", "--index", "new", *args], prog_name="search")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("search: ")
    assert result.stderr.count("\n") == 1
    assert about in result.stderr
    assert not Path("new").exists()

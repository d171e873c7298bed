"""Are the answers the same whatever the number of processes that build, and does each of them end when it is to?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from small_archive import QUERIES, articles, build

import searchlib
from searchlib.storage import builders, merging, pool
from searchlib.storage.manifest import Manifest
from searchlib.storage.writer import Writer


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of few documents."""
    monkeypatch.setattr(builders, "CHUNK_DOCUMENTS", 150)
    monkeypatch.setattr(builders, "BATCH_BYTES", 4_000)
    monkeypatch.setattr(pool, "WORTH_IT", 8_000)


@pytest.fixture
def elsewhere(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer's process builds nothing itself."""
    monkeypatch.setattr(pool.Pool, "take_back", lambda self: self._start_if_needed())
    monkeypatch.setattr(pool.Pool, "provided", lambda self, ahead: False)


def said(index: searchlib.Index) -> list[Any]:
    """What searches answer, in every respect that does not tell how many segments there are."""
    found: list[Any] = [len(index), index.stats().languages]
    for query in (*QUERIES, "*", '"summit treaty"', "lang:en river*"):
        results = index.search(query, limit=10_000)
        found.append(results.total)
        found.append([(hit.id, hit.score) for hit in results])
        found.append([(hit.fields, str(hit.snippet)) for hit in islice(results, 200)])
        found.append([results.facet("source"), results.facet("tags"), results.facet("date", by="month")])
    for sort in ("newest", "-source", "tags"):
        found.append(index.search("common", sort=sort, limit=10_000).ids)
    return found


def left(index: searchlib.Index) -> set[str]:
    """Files that no commit names."""
    names = {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"}
    return names - Manifest.read(index.path).files()


def processes(writer: Writer) -> list[subprocess.Popen[bytes]]:
    assert writer._intake.builders is not None
    return list(writer._intake.builders._pool._processes)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pids: list[int]) -> bool:
    """Do these processes end within some seconds?"""
    until = time.monotonic() + 20
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(alive, pids))


def rows_of(count: int) -> list[dict[str, Any]]:
    """Articles some of which come without their language: asking langdetect takes long."""
    rows = articles(count)
    for row in rows[::300]:
        del row["lang"]
    return rows


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("workers", [2, 3])
def test_answers_are_the_same(tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "to_merge", lambda sizes, most: None)  # which would make one segment of all
    rows = rows_of(2500)
    expected = said(build(tmp_path / "one", rows))
    index = searchlib.Index.create(tmp_path / "several")
    with index.writer(workers=workers) as writer:
        for row in rows:
            writer.add(row)
        assert len(processes(writer)) == workers - 1
    assert index.stats().segments > 1
    assert said(index) == said(searchlib.Index.open(index.path)) == expected
    assert left(index) == set()


@pytest.mark.usefixtures("elsewhere")
def test_answers_are_the_same_when_others_build_all(tmp_path: Path) -> None:
    rows = rows_of(1000)
    expected = said(build(tmp_path / "one", rows))
    index = searchlib.Index.create(tmp_path / "several")
    with index.writer(workers=3) as writer:
        for row in rows:
            writer.add(row)
    assert said(index) == expected


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("others_build_all", [False, True])
def test_documents_that_come_again(
    tmp_path: Path, request: pytest.FixtureRequest, others_build_all: bool
) -> None:
    if others_build_all:
        request.getfixturevalue("elsewhere")
    chance = random.Random(3)
    batches = [
        [row | {"id": f"id-{chance.randrange(900)}"} for row in articles(1500, seed=seed)]
        for seed in range(3)
    ]
    one = build(tmp_path / "one", *batches)
    several = searchlib.Index.create(tmp_path / "several")
    with several.writer(workers=2) as writer:
        for batch in batches:
            for row in batch:
                writer.add(row)
            writer.commit()

    def documents(index: searchlib.Index) -> list[Any]:
        return sorted((hit.id, hit.fields) for hit in index.search("*", limit=10_000))

    assert documents(several) == documents(one)
    assert len(several) == len(one) == several.search("common").total
    for index in (one, several):
        with index.writer(workers=2) as writer:
            writer.optimize()
    assert said(several) == said(one)
    figures = [index.stats() for index in (one, several)]
    assert len({(figure.segments, figure.terms, figure.forms) for figure in figures}) == 1
    assert left(several) == set()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_adding_deleting_and_committing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    index = searchlib.Index.create(tmp_path / "news")
    kept: dict[str, str] = {}
    now: dict[str, str] = {}
    with index.writer(workers=2) as writer:
        for step in range(60):
            what = chance.choice(
                ["add"] * 8 + ["delete", "delete_where", "clear", "commit", "rollback", "optimize"]
            )
            if what == "add":
                for number in range(chance.choice([1, 40, 200])):
                    id = str(chance.randrange(300))
                    now[id] = f"v{step}x{number}"
                    writer.add({"id": id, "text": f"word {now[id]} " + "padding " * chance.randrange(30)})
            elif what == "delete":
                id = str(chance.randrange(300))
                assert writer.delete(id) == (now.pop(id, None) is not None)
            elif what == "delete_where":
                ids = [id for id, text in now.items() if text == f"v{step - 1}x0"]
                assert writer.delete_where(f"v{step - 1}x0") == len(ids)
                for id in ids:
                    del now[id]
            elif what == "clear":
                writer.clear()
                now = {}
            elif what == "rollback":
                writer.rollback()
                now = dict(kept)
            else:
                getattr(writer, what)()
                kept = dict(now)
                assert len(index) == len(kept)
    found = {hit.id: hit.fields["text"].split()[1] for hit in index.search("*", limit=1000)}
    assert found == now
    assert left(index) == set()


def test_little_is_built_without_another_process(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer(workers=4) as writer:
        for row in articles(100):
            writer.add(row)
        writer.commit()
        assert processes(writer) == []
    assert said(index) == said(build(tmp_path / "one", articles(100)))


@pytest.mark.usefixtures("elsewhere")
def test_processes_are_used_again_and_end_with_the_writer(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    writer = index.writer(workers=2)
    pids = set()
    for seed in range(3):
        for row in articles(200, seed):
            writer.add(row)
        writer.commit()
        pids |= {process.pid for process in processes(writer)}
    assert len(pids) == 1
    writer.close()
    assert not any(map(alive, pids))
    assert len(index) == 200


def test_what_is_no_document_is_said_at_once(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer(workers=2) as writer:
        writer.add({"id": "1", "text": "word"})
        for bad in ({"id": "2"}, {"id": "2", "text": "word", "date": "soon"}, {"id": ["x"], "text": "word"}):
            with pytest.raises(searchlib.DocumentError):
                writer.add(bad)
        writer.add({"id": "3", "text": "word"})
    assert sorted(index.search("word").ids) == ["1", "3"]


def test_a_number_of_workers_that_is_none(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with pytest.raises(ValueError, match="workers is at least 1, not 0"):
        index.writer(workers=0)
    index.writer(lock_timeout=0).close()


def endless() -> Iterator[dict[str, Any]]:
    seed = 0
    while True:
        yield from articles(100, seed := seed + 1)


@pytest.fixture
def busy(tmp_path: Path, elsewhere: None) -> Iterator[tuple[searchlib.Index, Writer]]:
    """A writer whose process has begun to build."""
    index = build(tmp_path / "news", articles(10))
    writer = index.writer(workers=2)
    rows = endless()
    while not [path for path in index.path.glob("*.new") if path.stat().st_size]:
        writer.add(next(rows))
    yield index, writer
    writer.close()


def test_a_process_that_is_killed_is_noticed(busy: tuple[searchlib.Index, Writer]) -> None:
    index, writer = busy
    expected = said(searchlib.Index.open(index.path))
    processes(writer)[0].kill()
    ended = "a builder process ended by SIGKILL" if os.name == "posix" else "a builder process ended with"
    with pytest.raises(searchlib.StorageError, match=ended):
        for row in endless():
            writer.add(row)
    with pytest.raises(searchlib.StorageError, match="roll it back"):
        writer.commit()
    writer.rollback()
    assert left(index) == set()
    assert said(index) == expected
    writer.add({"id": "new", "text": "zebra"})
    writer.commit()
    assert index.search("zebra").ids == ["new"]


def test_a_process_that_is_killed_while_its_writer_waits(busy: tuple[searchlib.Index, Writer]) -> None:
    _, writer = busy
    processes(writer)[0].kill()
    with pytest.raises(searchlib.StorageError, match="a builder process ended"):
        writer.commit()


@pytest.mark.parametrize("how", ["rollback", "clear", "close", "exception", "forget"])
def test_what_was_given_to_a_process_is_dropped(
    busy: tuple[searchlib.Index, Writer], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, writer = busy
    expected = said(searchlib.Index.open(index.path))
    pids = [process.pid for process in processes(writer)]
    if how == "exception":
        with pytest.raises(RuntimeError, match="enough"), writer:
            raise RuntimeError("enough")
    elif how == "forget":
        writer.__del__()
    else:
        getattr(writer, how)()
    assert not any(map(alive, pids))
    assert not list(index.path.glob("*.new"))
    if how == "clear":
        writer.commit()
        assert len(index) == 0
        return
    assert left(index) == set()
    assert said(index) == expected


REFUSED = """
import resource
from searchlib.storage import builder_process
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
builder_process.main()
"""
FAILING = """
from searchlib.storage import builder, builder_process
def refuse(self, document):
    raise {error}
builder.SegmentBuilder.add = refuse
builder_process.main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a matter of Unix")
@pytest.mark.usefixtures("elsewhere")
def test_a_disk_that_refuses_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = build(tmp_path / "news", articles(10))
    writer = index.writer(workers=2)
    with (
        monkeypatch.context() as patch,
        pytest.raises(searchlib.StorageError, match="File too large") as caught,
    ):
        patch.setattr(pool, "_CODE", REFUSED)
        for row in endless():
            writer.add(row)
    assert caught.value.path.startswith(str(index.path))
    writer.rollback()
    assert left(index) == set()
    for row in articles(500, seed=2):  # there is room again
        writer.add(row)
    writer.commit()
    writer.close()
    assert len(index) == 500


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        ("MemoryError('no memory for it')", MemoryError, "^no memory for it$"),
        ("ValueError('too long')", ValueError, "^too long$"),
        ("KeyError('a')", RuntimeError, "KeyError in a builder process: 'a'"),
        (
            "__import__('searchlib').DictionaryError('here', 'it is gone')",
            searchlib.DictionaryError,
            "it is gone",
        ),
        ("SystemExit(3)", searchlib.StorageError, "a builder process ended with exit status 3"),
        ("__import__('os')._exit(0)", searchlib.StorageError, "a builder process ended with exit status 0"),
    ],
)
def test_an_error_is_raised_where_the_writer_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, kind: type[Exception], text: str
) -> None:
    monkeypatch.setattr(pool, "_CODE", FAILING.format(error=error))
    index = build(tmp_path / "news", articles(10))
    writer = index.writer(workers=2)
    for row in articles(100):
        writer.add(row)
    with pytest.raises(kind, match=text):
        writer.commit()
    writer.close()
    assert left(index) == set()
    assert len(index) == 10


def test_a_process_that_cannot_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: None
) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    writer = index.writer(workers=2)
    with pytest.raises(searchlib.StorageError, match="cannot be started: No such file"):
        for row in articles(1000):
            writer.add(row)
    writer.close()
    assert left(index) == set()


# A program of a user: no guard around its main part, and nothing that waits for the end.
PROGRAM = """
import sys
import searchlib
from searchlib.storage import builders, merging, pool
builders.BATCH_BYTES, pool.WORTH_IT, builders.CHUNK_DOCUMENTS = 4000, 8000, 150
index = searchlib.Index.open(sys.argv[1])
writer = index.writer(workers=2)
number = 0
def add():
    global number
    number += 1
    writer.add({"id": str(number), "text": "zebra " + "padding " * 50})
while not [path for path in index.path.glob("*.new") if path.stat().st_size]:
    add()
print(*[process.pid for process in writer._intake.builders._pool._processes], flush=True)
"""


def run(tmp_path: Path, rest: str) -> tuple[searchlib.Index, subprocess.Popen[str], list[int]]:
    """The program, when its builder process has begun to work."""
    index = searchlib.Index.create(tmp_path / "news")
    file = tmp_path / "program.py"
    file.write_text(PROGRAM + rest, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(file), str(index.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) == 1, process.communicate()
    return index, process, pids


def finished(process: subprocess.Popen[str]) -> str:
    try:
        output, complaint = process.communicate(timeout=60)
    finally:
        process.kill()  # in case that it was waited for in vain
    assert complaint == ""
    assert process.returncode == 0
    return output


def next_writer_works(index: searchlib.Index) -> None:
    with index.writer(lock_timeout=10) as writer:
        writer.add({"id": "next", "text": "next"})
    assert index.search("next").ids == ["next"]
    assert left(index) == set()


def test_a_program_without_a_guard(tmp_path: Path) -> None:
    index, process, pids = run(tmp_path, "writer.commit(); print(number); writer.close()")
    count = int(finished(process))
    index.refresh()
    assert index.search("zebra").total == len(index) == count
    assert gone(pids)


@pytest.mark.parametrize(
    "end", ["", "sys.exit()", "del writer, index", "import threading; held = [writer]; held.append(held)"]
)
def test_a_program_that_ends_without_closing(tmp_path: Path, end: str) -> None:
    index, process, pids = run(tmp_path, end)
    finished(process)
    assert gone(pids)
    next_writer_works(index)


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of Unix")
@pytest.mark.parametrize("with_children", [False, True])
def test_ctrl_c(tmp_path: Path, with_children: bool) -> None:
    rest = """
try:
    with writer:
        while True:
            add()
except KeyboardInterrupt:
    print("stopped")
"""
    index, process, pids = run(tmp_path, rest)
    time.sleep(0.1)
    if with_children:
        for pid in pids:
            os.kill(pid, signal.SIGINT)
    os.killpg(process.pid, signal.SIGINT)
    assert finished(process) == "stopped\n"
    assert gone(pids)
    assert left(index) == set()
    next_writer_works(index)


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of Unix")
@pytest.mark.parametrize("rest", ["import time; time.sleep(600)", "while True: add()"])
def test_a_writer_that_is_killed_takes_its_processes_with_it(tmp_path: Path, rest: str) -> None:
    index, process, pids = run(tmp_path, rest)
    process.kill()
    process.communicate()
    assert gone(pids)
    next_writer_works(index)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_neither_harms_nor_holds_the_processes(tmp_path: Path) -> None:
    rest = """
import os, signal, time
child = os.fork()
if not child:
    try:
        writer.add({"text": "of a fork"})
    except searchlib.SearchError as error:
        assert "belongs to process" in str(error)
    writer.close()
    del writer
    time.sleep(600)
for _ in range(500):
    add()
writer.commit()
print(child, number, flush=True)
time.sleep(600)
"""
    index, process, pids = run(tmp_path, rest)
    assert process.stdout is not None
    child, number = map(int, process.stdout.readline().split())
    try:
        assert all(map(alive, pids))
        assert alive(child)
        process.kill()
        process.wait()
        assert gone(pids)  # though the fork is there
        assert alive(child)
    finally:
        os.kill(child, signal.SIGKILL)
    index.refresh()
    assert len(index) == number
    next_writer_works(index)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a process has open is not to be seen")
def test_a_process_has_nothing_of_its_writers_open(busy: tuple[searchlib.Index, Writer]) -> None:
    _, writer = busy
    [process] = processes(writer)
    opened = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert not [name for name in opened if name.endswith(("lock", ".segment"))]
    writer.close()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdin.closed
    assert process.stdout.closed

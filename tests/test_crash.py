"""What is left when the writing process is killed at any moment, or an exception ends it?"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_archive import answers, articles, build

import searchlib
from searchlib.storage.manifest import Manifest

PER_COMMIT = 20
WRITER = f"""
import sys, searchlib
index = searchlib.Index.open(sys.argv[1])
print("ready", flush=True)
for commit in range(1, 1000):
    with index.writer() as writer:
        for number in range({PER_COMMIT}):
            writer.add({{"id": f"{{commit}}-{{number}}", "text": f"word commit{{commit}} " + "padding " * 300}})
        writer.add({{"id": "counter", "text": f"counting {{commit}}"}})
    print(commit, flush=True)
"""
DEFINITION = searchlib.Definition(fields=(searchlib.Field("text", "text"),), languages=("en",))


def kill_after(folder: Path, commits: int, delay: float) -> int:
    """Kills a writing process `delay` seconds after it acknowledged `commits`. Gives the last one it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stderr is not None
    assert child.stdout.readline() == "ready\n", child.stderr.read()
    lines: list[str] = []
    while len(lines) < commits:
        lines.append(child.stdout.readline())
    time.sleep(delay)
    child.kill()
    rest, complaint = child.communicate()
    assert complaint == ""
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1]) if lines else 0


@pytest.mark.parametrize("seed", range(12))
def test_a_killed_writer_leaves_the_last_commit(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "news"
    searchlib.Index.create(folder, DEFINITION)
    acknowledged = kill_after(folder, chance.randrange(4), chance.random() * 0.02)

    index = searchlib.Index.open(folder)
    found = index.search("word", limit=100_000)
    commits = len(found) // PER_COMMIT
    assert acknowledged <= commits <= acknowledged + 1  # one may have been under way
    wanted = {f"{commit}-{number}" for commit in range(1, commits + 1) for number in range(PER_COMMIT)}
    assert {hit.id for hit in found} == wanted
    assert len(found) == found.total == len(wanted)
    assert all(hit.fields["text"].startswith(f"word commit{hit.id.split('-')[0]} ") for hit in found)
    assert [hit.fields["text"] for hit in index.search("counting")] == [f"counting {commits}"] * (commits > 0)

    with index.writer(lock_timeout=5) as writer:  # the lock died with its holder
        writer.add({"id": "after", "text": "afterwards"})
    assert len(index.search("afterwards")) == 1
    assert index.search("word").total == len(wanted)
    left = {path.name for path in folder.iterdir()} - {"lock", "lock.holder"}
    assert left == Manifest.read(folder).files()


def test_files_that_no_commit_names_are_removed_by_the_next_writer(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    expected = answers(index)
    strays = ["00000002.segment", "00000001.2.deletions", "manifest.new"]
    for name in strays:
        (index.path / name).write_bytes(b"half a file")
    (index.path / "notes.txt").write_text("not ours", encoding="utf-8")
    (index.path / "99999999.segment").mkdir()  # nobody's of ours either, and no reason to fail
    assert answers(searchlib.Index.open(index.path)) == expected
    with index.writer():
        assert not any((index.path / name).exists() for name in strays)
    assert (index.path / "notes.txt").exists()
    assert answers(index) == expected
    with index.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
    assert len(index.search("zebra")) == 1


def test_a_commit_removes_what_it_replaced_while_the_writer_goes_on(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(10))
    [first] = index.path.glob("*.segment")
    with index.writer() as writer:
        for row in articles(10, seed=2):
            writer.add(row)
        assert first.exists()
        writer.commit()
        assert not first.exists()


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_in_the_with_block_rolls_back(tmp_path: Path, kind: type[BaseException]) -> None:
    index = build(tmp_path / "news", articles(10))
    expected = answers(index)
    filler = " ".join(f"filler{number}" for number in range(3000))
    with pytest.raises(kind, match="enough"), index.writer(memory_mb=1) as writer:
        for number in range(20):
            writer.add({"id": f"id-{number}", "text": f"lost {filler}"})
        raise kind("enough")
    assert answers(index) == expected
    assert answers(searchlib.Index.open(index.path)) == expected
    assert {path.name for path in index.path.iterdir()} - {"lock", "lock.holder"} == Manifest.read(
        index.path
    ).files()
    index.writer(lock_timeout=0).close()


def test_a_bad_record_does_not_end_the_batch(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        writer.add({"id": "1", "text": "word"})
        for bad in ({"id": "2"}, {"id": "2", "text": "word", "date": "soon"}, {"id": ["x"], "text": "word"}):
            with pytest.raises(searchlib.DocumentError):
                writer.add(bad)
        writer.add({"id": "3", "text": "word"})
    assert sorted(hit.id for hit in index.search("word")) == ["1", "3"]


def test_a_writer_that_is_forgotten_lets_go(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(3))
    writer = index.writer()
    writer.add({"id": "lost", "text": "lost"})
    del writer
    with index.writer(lock_timeout=1) as writer:
        writer.add({"id": "kept", "text": "kept"})
    assert index.search("kept lost").total == 1

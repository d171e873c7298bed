"""Is a snapshot a copy of one commit, whatever a writer does, and an index of its own?"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner
from small_archive import answers, articles, build, manifest_of

from searchlib import CorruptIndexError, Index, IndexExistsError, SearchError, StorageError
from searchlib.storage.manifest import MANIFEST, RECENT
from searchlib_cli.main import cli


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """Two segments, the first with deletions."""
    rows = articles(120)
    return build(tmp_path / "news", rows[:100], rows[90:])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


@pytest.mark.parametrize("there", [True, False])
def test_it_answers_as_the_index_does(index: Index, tmp_path: Path, there: bool) -> None:
    target = tmp_path / "deep" / "copy"
    if there:
        target.mkdir(parents=True)
    assert index.snapshot(target) == 120
    copy = Index.open(target)
    assert answers(copy) == answers(index)
    assert Index.verify(target).sound
    assert names(target) == {name for name in names(index.path) if "lock" not in name}


def test_a_copy_is_durable_though_the_commit_is_not(index: Index, tmp_path: Path) -> None:
    with index.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
        writer.delete("id-1")
        writer.commit(durable=False)
        assert index.snapshot(tmp_path / "copy") == 120
        assert RECENT not in names(tmp_path / "copy")
        assert Index.verify(tmp_path / "copy").notes == ()
        assert answers(Index.open(tmp_path / "copy")) == answers(index)


def test_files_are_linked_and_where_that_is_impossible_copied(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.snapshot(tmp_path / "linked")
    monkeypatch.setattr(os, "link", no_links)
    index.snapshot(str(tmp_path / "copied"))
    for name in names(tmp_path / "linked") - {MANIFEST}:
        original = (index.path / name).stat()
        assert (tmp_path / "linked" / name).stat().st_ino == original.st_ino
        assert (tmp_path / "copied" / name).stat().st_ino != original.st_ino
    assert answers(Index.open(tmp_path / "copied")) == answers(index)


def test_either_can_be_changed_without_the_other(index: Index, tmp_path: Path) -> None:
    index.snapshot(tmp_path / "copy")
    copy = Index.open(tmp_path / "copy")
    before = answers(index)
    with copy.writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
        writer.delete("id-3")
        writer.optimize()
    assert answers(index) == answers(Index.open(index.path)) == before
    told = answers(copy)
    with index.writer() as writer:
        writer.clear()
        writer.add({"id": "id-5", "text": "summit"})
    assert answers(copy) == answers(Index.open(copy.path)) == told
    assert (len(index), len(copy)) == (1, 120)
    assert Index.verify(copy.path).sound
    assert Index.verify(index.path).sound


def test_it_is_of_the_newest_commit_not_of_what_this_index_sees(index: Index, tmp_path: Path) -> None:
    with Index.open(index.path).writer() as writer:
        writer.add({"id": "new", "text": "zebra"})
    assert len(index) == 120
    assert index.snapshot(tmp_path / "copy") == 121


@pytest.mark.parametrize("linked", [True, False])
def test_copies_made_while_a_writer_commits_and_merges_are_whole(
    index: Index, tmp_path: Path, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not linked:
        monkeypatch.setattr(os, "link", no_links)
    commits = 40

    def write() -> None:
        writing = Index.open(index.path)
        for number in range(commits):
            with writing.writer() as writer:
                writer.add({"id": f"n{number}", "text": f"word {number}"})
                writer.delete(f"id-{number}")
                writer.add({"id": f"m{number}", "text": "word"})

    thread = Thread(target=write)
    thread.start()
    made = [0]
    while thread.is_alive():
        made.append(index.snapshot(tmp_path / str(len(made))))
    thread.join()
    assert made[1:] == sorted(made[1:])
    assert len(set(made)) > 2
    for number, count in list(enumerate(made))[1:][:: max(1, len(made) // 20)]:
        copy = tmp_path / str(number)
        assert Index.verify(copy).faults == ()
        added = count - 120
        assert {f"m{one}" for one in range(commits) if f"m{one}" in Index.open(copy)} == {
            f"m{one}" for one in range(added)
        }
    shutil.rmtree(tmp_path / "1")


# ---- what cannot be done ----


def test_only_an_empty_folder_is_filled(index: Index, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for target in ("file", "full", "news"):
        before = names(tmp_path / target) if target != "file" else None
        with pytest.raises(IndexExistsError):
            index.snapshot(tmp_path / target)
        assert before is None or names(tmp_path / target) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_a_closed_index_makes_none(index: Index, tmp_path: Path) -> None:
    index.close()
    with pytest.raises(SearchError, match="closed"):
        index.snapshot(tmp_path / "copy")


@pytest.mark.parametrize("pattern", ["*.segment", "*.deletions"])
@pytest.mark.parametrize("there", [True, False])
def test_a_missing_file_is_named_and_nothing_is_left(
    index: Index, tmp_path: Path, pattern: str, there: bool
) -> None:
    gone = max(index.path.glob(pattern))
    gone.unlink()
    target = tmp_path / "deep" / "copy"
    if there:
        target.mkdir(parents=True)
    with pytest.raises(CorruptIndexError, match="missing") as caught:
        index.snapshot(target)
    assert caught.value.file == str(gone)
    assert (tmp_path / "deep").exists() == there
    assert not there or names(target) == set()


@pytest.mark.parametrize("step", ["copy", "fsync", "manifest", "stop"])
def test_a_failure_leaves_nothing(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", no_links)
    if step == "copy":
        monkeypatch.setattr(shutil, "copyfile", full)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr("searchlib.storage.manifest.Manifest.commit", stop if step == "stop" else full)
    with pytest.raises(KeyboardInterrupt if step == "stop" else (StorageError, OSError)):
        index.snapshot(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    monkeypatch.undo()
    assert index.snapshot(tmp_path / "copy") == 120


def test_it_is_no_index_before_its_manifest_is_there(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    link = os.link

    def watched(source: Path, target: Path) -> None:
        link(source, target)
        seen.append(Index.exists(tmp_path / "copy"))

    monkeypatch.setattr(os, "link", watched)
    index.snapshot(tmp_path / "copy")
    assert seen == [False] * 3
    assert manifest_of(tmp_path / "copy") == manifest_of(index.path)


# ---- the command ----


def search(*args: str) -> Any:
    return CliRunner().invoke(cli, args, prog_name="search")


def test_the_command(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = search("snapshot", "--index", "news", "backup/monday")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "backup/monday: 120 documents, a copy of news\n"
    assert len(Index.open("backup/monday")) == 120
    for args in (("--index", "news", "backup/monday"), ("--index", "news"), ("--index", "nowhere", "other")):
        result = search("snapshot", *args)
        assert (result.exit_code, result.stdout) == (2, "")
        assert len(result.stderr.splitlines()) == 1

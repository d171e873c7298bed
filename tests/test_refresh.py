"""When does an index that is open see what was committed, and what do searches see that began before?"""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from small_archive import articles, build

import searchlib
from searchlib.storage.manifest import Manifest


@pytest.mark.parametrize("durable", [True, False])
def test_an_index_that_refreshes_itself(tmp_path: Path, durable: bool) -> None:
    index = build(tmp_path / "news", articles(5))
    follower = searchlib.Index.open(index.path, auto_refresh=0)
    other = searchlib.Index.open(index.path)
    hourly = searchlib.Index.open(index.path, auto_refresh=3600)
    with index.writer() as writer:
        for number in range(5):
            writer.add({"id": f"new-{number}", "text": "zebra"})
            writer.commit(durable=durable)
            assert follower.search("zebra").total == number + 1
            assert hourly.search("zebra").total == other.search("zebra").total == 0
    hourly.refresh()
    assert hourly.search("zebra").total == 5


def test_it_looks_at_the_folder_and_reads_nothing_when_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = build(tmp_path / "news", articles(5))
    follower = searchlib.Index.open(index.path, auto_refresh=0)

    def read(folder: Path) -> None:
        raise AssertionError(f"{folder} was read")

    monkeypatch.setattr(Manifest, "newest", read)
    for _ in range(3):
        assert follower.search("common").total == 5


def test_a_pause_below_zero_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "news", articles(1))
    with pytest.raises(ValueError, match="auto_refresh"):
        searchlib.Index.open(tmp_path / "news", auto_refresh=-1)


def test_old_results_read_their_files_after_merges_have_replaced_them(tmp_path: Path) -> None:
    rows = articles(30)
    index = build(tmp_path / "news", rows[:10], rows[10:20], rows[20:])
    old = sorted(index.path.glob("*.segment"))
    assert len(old) == 3
    results = index.search("common", limit=30)
    with index.writer() as writer:
        writer.clear()
        writer.add({"id": "only", "text": "common"})
        writer.commit()
        assert set(old) <= set(
            index.path.iterdir()
        )  # somebody has them open, and not every system lets them go
        writer.add({"id": "other", "text": "common"})
        writer.optimize()
    assert index.search("common").total == 2
    assert [hit.fields["text"] for hit in results] == [rows[int(hit.id[3:])]["text"] for hit in results]
    assert results.facet("lang") == {"en": 15, "ru": 15}
    assert all("common" in str(hit.snippet) for hit in results)
    assert results.cursor is not None
    assert set(old) <= set(index.path.iterdir())
    del results
    gc.collect()
    index.writer().close()
    assert not set(old) & set(index.path.iterdir())


def test_files_open_in_another_index_are_none_of_its_business(tmp_path: Path) -> None:
    one = build(tmp_path / "one", articles(3))
    other = build(tmp_path / "other", articles(3))
    results = other.search("common")
    with one.writer() as writer:
        writer.clear()
        writer.add({"id": "only", "text": "common"})
    assert [path.name for path in one.path.glob("*.segment")] == ["00000002.segment"]
    assert len(results) == 3

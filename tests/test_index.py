"""Does an index do what its documentation promises, from creating it to closing it?"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from small_archive import QUERIES, answers, articles, build, scored

import searchlib
from searchlib.ranking.answer import Answer
from searchlib.storage.manifest import Manifest


def test_the_documented_example(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "indexes" / "news")
    with index.writer() as writer:
        given = writer.add(
            {
                "id": "42",
                "title": "Учения в горах",
                "text": "Миротворческие учения завершились. Peacekeepers went home.",
                "date": "2024-06-06",
                "url": "https://example.org/42",
                "source": "Wire",
                "tags": ["army"],
                "author": {"name": "A. B."},
            }
        )
        writer.add({"id": "43", "title": "Harvest", "text": "The harvest was good."})
        assert writer.documents == 2
        assert len(index) == 0  # nothing is visible before the commit
    assert given == "42"
    results = index.search("миротворческого учения", limit=10)
    assert len(results) == results.total == 1
    assert results.query == "миротворческого учения"
    assert results.took_ms > 0
    [hit] = results
    assert (hit.id, hit.title, hit.date, hit.url, hit.source, hit.lang) == (
        "42",
        "Учения в горах",
        "2024-06-06",
        "https://example.org/42",
        "Wire",
        "ru",
    )
    assert hit.fields["author"] == {"name": "A. B."}
    assert hit.fields["tags"] == ["army"]
    assert hit.score > 0
    marked = {hit.snippet.text[a:b] for a, b in hit.snippet.marks}
    assert marked == {"Миротворческие", "учения"}
    assert results[0] is hit
    assert results[-1] is hit
    assert results[0:5] == [hit]
    assert results.ids == ["42"]


def test_an_empty_index_answers(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    results = index.search("anything")
    assert (len(results), results.total, list(results)) == (0, 0, [])
    stats = index.stats()
    assert (stats.documents, stats.segments, stats.terms, stats.languages) == (0, 0, 0, {})
    assert stats.bytes == sum(path.stat().st_size for path in index.path.iterdir())


def test_creating_where_an_index_is_and_opening_where_none_is(tmp_path: Path) -> None:
    searchlib.Index.create(tmp_path / "news")
    with pytest.raises(searchlib.IndexExistsError, match="already here"):
        searchlib.Index.create(tmp_path / "news")
    with pytest.raises(searchlib.IndexNotFoundError, match="no index here"):
        searchlib.Index.open(tmp_path / "other")
    assert not (tmp_path / "other").exists()
    assert searchlib.Index.exists(tmp_path / "news")
    assert not searchlib.Index.exists(tmp_path / "other")


def test_total_is_counted_only_when_asked_for_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = build(tmp_path / "news", articles(200))
    counted = []
    count = Answer.count

    def counting(answer: Answer) -> int:
        counted.append(1)
        return count(answer)

    monkeypatch.setattr(Answer, "count", counting)
    results = index.search("common", limit=3)
    assert len(results) == 3
    assert counted == []
    assert results.total == 200
    assert results.total == 200
    assert counted == [1]


def test_total_is_what_an_unlimited_search_finds(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(150), articles(60, seed=2))
    for query in QUERIES:
        assert index.search(query, limit=1).total == len(index.search(query, limit=1000))


@pytest.mark.parametrize("limit", [1, 7, 10_000, 1 << 31, 1 << 70])
def test_limits(tmp_path: Path, limit: int) -> None:
    index = build(tmp_path / "news", articles(20))
    everything = scored(index, "common", 20)
    assert scored(index, "common", limit) == everything[:limit]
    assert (
        index.search("common", limit=limit, sort="oldest").ids
        == index.search("common", sort="oldest", limit=20).ids[:limit]
    )
    assert (
        index.search("common", offset=limit, sort="oldest").ids
        == index.search("common", sort="oldest", limit=20).ids[limit:][:10]
    )


def test_limit_0_finds_nothing_but_counts(tmp_path: Path) -> None:
    results = build(tmp_path / "news", articles(20)).search("common", limit=0)
    assert (len(results), list(results), results.total) == (0, [], 20)


def test_a_negative_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a number from 0"):
        build(tmp_path / "news", articles(2)).search("common", limit=-1)


def test_scores_do_not_depend_on_how_documents_are_spread_over_segments(tmp_path: Path) -> None:
    rows = articles(400)
    one = build(tmp_path / "one", rows)
    many = build(tmp_path / "many", rows[:1], rows[1:50], rows[50:300], rows[300:])
    assert (one.stats().segments, many.stats().segments) == (1, 4)
    for query in QUERIES:
        for limit in (1, 10, 1000):
            ours, theirs = scored(one, query, limit), scored(many, query, limit)
            assert [id for id, _ in ours] == [id for id, _ in theirs]
            assert [score for _, score in ours] == pytest.approx([score for _, score in theirs], rel=1e-9)
        assert one.search(query).total == many.search(query).total
    assert one.stats().languages == many.stats().languages == {"en": 200, "ru": 200}


def test_a_small_memory_budget_changes_nothing_but_the_number_of_segments(tmp_path: Path) -> None:
    rows = [
        row | {"text": row["text"] + " " + " ".join(f"w{number * i % 9001}" for i in range(90))}
        for number, row in enumerate(articles(1500))
    ]
    large = build(tmp_path / "large", rows, memory_mb=256)
    small = build(tmp_path / "small", rows, memory_mb=3)  # fewer segments than are merged
    assert large.stats().segments == 1
    assert small.stats().segments >= 2
    for query in [*QUERIES, "w77 w501", "w5 common"]:
        ours, theirs = scored(large, query, 50), scored(small, query, 50)
        assert [id for id, _ in ours] == [id for id, _ in theirs]
        assert [score for _, score in ours] == pytest.approx([score for _, score in theirs], rel=1e-9)
        assert large.search(query).total == small.search(query).total


def test_a_budget_below_a_megabyte_is_refused_and_leaves_no_lock(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(1))
    with pytest.raises(ValueError, match="memory_mb"):
        index.writer(memory_mb=0)
    index.writer(lock_timeout=0).close()


def test_a_definition_from_toml(tmp_path: Path) -> None:
    (tmp_path / "letters.toml").write_text(
        'languages = ["en"]\n[bm25]\nk1 = 0.9\nb = 0.3\n[fields]\nsubject = { type = "text", weight = 3.0 }\n'
        'body = { type = "text", stored = false }\nsent = "date"\nsender = "keyword"\n',
        encoding="utf-8",
    )
    index = searchlib.Index.create(tmp_path / "letters", tmp_path / "letters.toml")
    with index.writer() as writer:
        writer.add({"id": "body", "subject": "news", "body": "harvests came early", "sent": "2024-01-02"})
        writer.add({"id": "subject", "subject": "harvest", "body": "it is early", "sender": "Ann"})
    again = searchlib.Index.open(tmp_path / "letters")
    assert again.definition == index.definition
    assert (again.definition.k1, again.definition.b, again.definition.languages) == (0.9, 0.3, ("en",))
    results = again.search("harvest")
    assert [hit.id for hit in results] == ["subject", "body"]  # by its weight
    assert results[1].fields == {"id": "body", "subject": "news", "sent": "2024-01-02"}
    assert results[1].date == "2024-01-02"
    assert results[0].fields["sender"] == "Ann"


def test_another_index_object_sees_a_commit_when_it_refreshes(tmp_path: Path) -> None:
    writing = build(tmp_path / "news", articles(5))
    reading = searchlib.Index.open(tmp_path / "news")
    assert not reading.refresh()
    with writing.writer() as writer:
        writer.add({"id": "late", "title": "late", "text": "zebra"})
    assert len(writing.search("zebra")) == 1
    assert len(reading.search("zebra")) == 0
    assert reading.refresh()
    assert [hit.id for hit in reading.search("zebra")] == ["late"]
    assert not reading.refresh()


def test_a_commit_between_reading_the_manifest_and_opening_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = build(tmp_path / "news", articles(10))
    commits = [Manifest.read(index.path)]
    with index.writer() as writer:  # replaces all: the first segment goes
        for row in articles(10, seed=2):
            writer.add(row | {"title": "newer"})
    commits.append(Manifest.read(index.path))
    assert not (index.path / commits[0].segments[0].file).exists()
    monkeypatch.setattr(Manifest, "read", lambda folder: commits.pop(0))
    assert len(searchlib.Index.open(index.path).search("newer")) == 10
    assert commits == []


def test_results_stay_on_their_snapshot(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(30))
    results = index.search("common", limit=30)  # nothing of it is read yet
    with index.writer() as writer:
        for number in range(30):
            writer.add({"id": f"id-{number}", "title": "changed", "text": "changed"})
    assert len(index.search("common")) == 0
    assert results.total == 30
    assert {hit.id for hit in results} == {f"id-{number}" for number in range(30)}
    assert all("common" in hit.fields["text"] and "common" in str(hit.snippet) for hit in results)
    index.close()
    assert index.path.exists()
    assert results[0].title != "changed"


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    with build(tmp_path / "news", articles(3)) as index:
        assert "3 documents" in repr(index)
    assert "closed" in repr(index)
    calls: list[Callable[[], object]] = [
        lambda: index.search("common"),
        index.stats,
        index.refresh,
        index.writer,
        lambda: len(index),
    ]
    for call in calls:
        with pytest.raises(searchlib.SearchError, match="closed"):
            call()
    index.close()


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(3))
    writer = index.writer()
    writer.close()
    writer.close()
    for call in (lambda: writer.add({"text": "word"}), writer.commit, writer.rollback):
        with pytest.raises(searchlib.SearchError, match="closed"):
            call()


def test_committing_nothing_is_no_commit(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(3))
    before = (index.path / "manifest").read_bytes()
    with index.writer() as writer:
        writer.commit()
    assert (index.path / "manifest").read_bytes() == before


def test_several_commits_of_one_writer(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        for number in range(4):
            writer.add({"id": str(number), "text": "word"})
            writer.commit()
            assert writer.documents == 0
            assert len(index) == number + 1
    assert index.stats().segments == 4


def test_stats_add_up(tmp_path: Path) -> None:
    rows = articles(120)
    index = build(tmp_path / "news", rows[:80], rows[80:])
    with index.writer() as writer:
        writer.add(rows[0] | {"lang": "bg"})
    stats = index.stats()
    assert stats.documents == len(index) == 120
    assert stats.languages == {"ru": 60, "en": 59, "bg": 1}
    assert next(iter(stats.languages)) == "ru"
    assert stats.segments == 3
    assert stats.bytes == sum(stats.parts.values())
    assert min(stats.parts.values()) >= 0
    named = {path.name: path.stat().st_size for path in index.path.iterdir() if "lock" not in path.name}
    assert stats.bytes == sum(named.values())


def test_eight_threads_get_equal_answers(tmp_path: Path) -> None:
    rows = articles(600)
    expected = answers(build(tmp_path / "news", rows[:200], rows[200:]), 50)
    index = searchlib.Index.open(tmp_path / "news")  # nothing of it is hashed or remembered yet
    ready = threading.Barrier(8)
    got: list[object] = []

    def ask() -> None:
        ready.wait()
        for _ in range(3):
            got.append(answers(index, 50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 24
    assert all(one == expected for one in got)


def test_searching_while_another_thread_commits(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(50))
    stop = threading.Event()
    wrong: list[object] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                results = index.search("common", limit=500)
                numbers = {hit.fields["pages"] for hit in results}
                if len(numbers) != results.total or results.total < 50 or results.total % 10:
                    wrong.append(results.total)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    rows = articles(150)
    for start in range(40, 150, 10):  # the first ten of them replace
        with index.writer() as writer:
            for row in rows[start : start + 10]:
                writer.add(row)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.search("common").total == 150


def test_results_are_freed_without_the_garbage_collector(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(30))
    results = index.search("common")
    assert [hit.snippet for hit in results]
    gone = weakref.ref(results)
    gc.disable()
    try:
        del results
        assert gone() is None
    finally:
        gc.enable()

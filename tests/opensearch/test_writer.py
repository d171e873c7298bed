"""Does a writer to a cluster do what one to a disk does, and what it cannot do, as it says?"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import searchlib
from searchlib import DocumentError, QueryError, SearchError
from searchlib.remote.index import RemoteIndex
from searchlib.remote.layout import Layout
from searchlib.storage.adding import Progress

from . import server
from .twins import remove

EVENTS = [
    ("Саммит в Астане", "Главы государств прибыли на саммит", "2024-06-06"),
    ("Выборы в парламент", "Партии выбирали депутатов парламента", "2024-06-07"),
    ("Экспорт нефти вырос", "Нефть и газ: экспорт вырос вдвое", "2024-06-08"),
    ("Саммит окончен", "Договор подписан на саммите", "2024-06-09"),
]


@pytest.fixture
def index(cluster: server.Cluster) -> Iterator[RemoteIndex]:
    url = f"{cluster.urls[0]}/writer-{uuid.uuid4().hex}"
    with RemoteIndex.create(url, replicas=0) as made:
        yield made
    remove(url)


def articles() -> list[dict[str, Any]]:
    return [
        {"id": f"id-{number}", "title": title, "text": text, "date": date}
        for number, (title, text, date) in enumerate(EVENTS)
    ]


def found(index: RemoteIndex, query: str) -> list[str]:
    return sorted(hit.id for hit in index.search(query, limit=100))


def fill(index: RemoteIndex) -> None:
    with index.writer() as writer:
        for article in articles():
            writer.add(article)


def test_what_was_added_is_seen_when_it_is_committed(index: RemoteIndex) -> None:
    with index.writer() as writer:
        assert [writer.add(article) for article in articles()] == ["id-0", "id-1", "id-2", "id-3"]
        assert writer.documents == 4
        assert found(index, "*") == []
        writer.commit()
        assert writer.documents == 0
        assert found(index, "саммиты") == ["id-0", "id-3"]
        writer.add(articles()[0] | {"title": "Встреча", "text": "Встреча в Астане"})
        assert found(index, "саммиты") == ["id-0", "id-3"]
    assert found(index, "саммиты") == ["id-3"]
    assert found(index, "встречи") == ["id-0"]


def test_documents_stand_in_the_order_in_which_they_were_added(index: RemoteIndex) -> None:
    with index.writer(batch_mb=0.001, workers=3) as writer:
        for number in range(60):
            writer.add({"id": f"{(number * 37) % 60}", "title": "Саммит", "text": "Саммит в Астане"})
    with index.writer() as writer:
        writer.add({"id": "last", "title": "Саммит", "text": "Саммит в Астане"})
    expected = [f"{(number * 37) % 60}" for number in range(60)] + ["last"]
    assert [hit.id for hit in index.search("саммит", limit=100)] == expected


def test_a_record_that_is_no_document_is_refused_at_once(index: RemoteIndex) -> None:
    with index.writer() as writer:
        writer.add(articles()[0])
        with pytest.raises(DocumentError, match="nothing to index"):
            writer.add({"id": "empty", "title": " "})
        with pytest.raises(DocumentError, match="'date'"):
            writer.add(articles()[1] | {"date": "вчера, кажется"})
        assert writer.documents == 1
    assert found(index, "*") == ["id-0"]


def test_deleting_by_id(index: RemoteIndex) -> None:
    fill(index)
    with index.writer() as writer:
        assert writer.delete("id-0") is True
        assert writer.delete("id-0") is False
        assert writer.delete("id-100") is False
        writer.add({"id": "new", "title": "Новое"})
        assert writer.delete("new") is True
        writer.delete("id-1")
        writer.add(articles()[1])
        assert found(index, "*") == ["id-0", "id-1", "id-2", "id-3"]
    assert found(index, "*") == ["id-1", "id-2", "id-3"]


@pytest.mark.parametrize("id", ["a/b?c#d e", "..", "%2F", '"\\', "Ёж", "_search", "я" * 256, "\u2028\x7f"])
def test_any_id(index: RemoteIndex, id: str) -> None:
    with index.writer() as writer:
        assert writer.add({"id": id, "title": "Саммит"}) == id
        writer.add({"id": "other", "title": "Саммит"})
    assert found(index, "саммит") == sorted([id, "other"])
    with index.writer() as writer:
        assert writer.delete(id) is True
    assert found(index, "саммит") == ["other"]


def test_deleting_by_a_query(index: RemoteIndex) -> None:
    fill(index)
    with index.writer() as writer:
        writer.add({"id": "new", "title": "Саммиты", "text": "Всё о саммитах"})
        with pytest.raises(QueryError):
            writer.delete_where("саммит OR (")
        assert writer.delete_where("(саммит date:[2024-06-06 TO 2024-06-08]) OR title:саммиты") == 3
        assert writer.delete_where("саммит") == 0
    assert found(index, "*") == ["id-1", "id-2"]


def test_deleting_all(index: RemoteIndex) -> None:
    fill(index)
    with index.writer() as writer:
        writer.add({"id": "new", "title": "Саммит"})
        writer.clear()
        assert writer.documents == 0
        writer.add({"id": "after", "title": "Саммит"})
    assert found(index, "*") == ["after"]


def test_rollback_forgets_what_was_not_sent(index: RemoteIndex) -> None:
    fill(index)
    with index.writer() as writer:
        writer.add({"id": "new", "title": "Саммит"})
        writer.rollback()
        assert writer.documents == 0
        writer.add({"id": "after", "title": "Саммит"})
    assert found(index, "*") == ["after", "id-0", "id-1", "id-2", "id-3"]


def test_an_exception_commits_nothing(index: RemoteIndex) -> None:
    with pytest.raises(ZeroDivisionError), index.writer() as writer:
        writer.add(articles()[0])
        raise ZeroDivisionError
    assert found(index, "*") == []


def test_a_closed_writer(index: RemoteIndex) -> None:
    writer = index.writer()
    writer.close()
    writer.close()
    for act in (
        lambda: writer.add(articles()[0]),
        writer.commit,
        lambda: writer.delete("id-0"),
        writer.rollback,
    ):
        with pytest.raises(SearchError, match="this writer is closed; ask the index for another"):
            act()
    with pytest.raises(SearchError, match="closed"), writer:
        pass


def test_optimize_makes_one_segment(index: RemoteIndex) -> None:
    for article in articles():
        with index.writer() as writer:
            writer.add(article)
    with index.writer() as writer:
        writer.delete("id-2")
        writer.optimize()
    stats = index.stats()
    assert (stats.segments, stats.documents) == (1, 3)
    assert found(index, "*") == ["id-0", "id-1", "id-3"]


def test_whole_files_with_their_faults_and_progress(index: RemoteIndex, tmp_path: Path) -> None:
    lines = [json.dumps(article, ensure_ascii=False) for article in articles()]
    lines[2:2] = ["{", '{"id": "empty", "title": ""}']
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    told: list[DocumentError] = []
    steps: list[Progress] = []
    with index.writer() as writer:
        assert writer.add_from([file], on_error=told.append, on_progress=steps.append) == 4
        assert writer.documents == 4
    assert [error.line for error in told] == [3, 4]
    assert (steps[-1].documents, steps[-1].skipped, steps[-1].consumed) == (4, 2, file.stat().st_size)
    assert found(index, "*") == ["id-0", "id-1", "id-2", "id-3"]
    with pytest.raises(DocumentError, match=r"news\.jsonl:3"), index.writer() as writer:
        writer.add_from([file], strict=True)


def test_a_document_that_the_cluster_refuses_is_told_with_its_place(
    index: RemoteIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_of = Layout.source_of

    def spoilt(self: Layout, document: Any, order: int) -> dict[str, Any]:
        source = source_of(self, document, order)
        return source | {"date": "no number"} if document.id == "id-2" else source

    monkeypatch.setattr(Layout, "source_of", spoilt)
    file = tmp_path / "news.jsonl"
    lines = [json.dumps(article, ensure_ascii=False) for article in articles()]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    told: list[DocumentError] = []
    with index.writer() as writer:
        assert writer.add_from([file], on_error=told.append) == 3
    (error,) = told
    assert (error.source, error.line, error.id, error.field) == (str(file), 3, "id-2", "date")
    assert str(error).startswith(f"{file}:3: field 'date': the cluster refuses the document 'id-2'")
    assert found(index, "*") == ["id-0", "id-1", "id-3"]


def test_many_write_at_once(index: RemoteIndex) -> None:
    def write(own: int) -> None:
        with index.writer(batch_mb=0.005) as writer:
            for number in range(200):
                writer.add({"id": f"{own}-{number}", "title": "Саммит"})
                writer.add({"id": f"shared-{number % 20}", "title": f"Саммит {own}"})

    threads = [threading.Thread(target=write, args=[own]) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.search("саммит", limit=1).total == 4 * 200 + 20


def test_threads_share_a_writer(index: RemoteIndex) -> None:
    with index.writer(batch_mb=0.005) as writer:

        def write(own: int) -> None:
            for number in range(200):
                writer.add({"id": f"{own}-{number}", "title": "Саммит"})
                if number % 50 == 0:
                    writer.commit()

        threads = [threading.Thread(target=write, args=[own]) for own in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert index.search("саммит", limit=1).total == 800


def test_the_same_hits_as_on_disk(index: RemoteIndex, tmp_path: Path) -> None:
    fill(index)
    local = searchlib.Index.create(tmp_path / "news")
    with local.writer() as writer:
        for article in articles():
            writer.add(article)
    for query in ("саммит", "экспорт нефти", "саммит OR парламент"):
        there, here = index.search(query), local.search(query)
        assert [(hit.id, hit.title, hit.snippet) for hit in there] == [
            (hit.id, hit.title, hit.snippet) for hit in here
        ]
        assert [hit.score for hit in there] == pytest.approx([hit.score for hit in here])

"""Does an archive that moves to a cluster and back stay what it is, also when the way there was interrupted?"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchlib import Definition, DefinitionError, DocumentError, Field, Index, RemoteIndex, connect
from searchlib.remote import moving
from searchlib.remote.layout import Layout
from searchlib.remote.moving import Moved, pull, push
from searchlib.remote.writer import RemoteWriter
from searchlib.storage.writer import Writer

from . import front as fronts
from . import server
from .front import Front
from .twins import remove

MINIMAL = Definition(fields=(Field("text", "text"), Field("date", "date")))
HIDING = Definition(
    fields=(
        Field("zeal", "text"),
        Field("title", "text", weight=3.0),
        Field("when", "date", stored=False),
        Field("lang", "keyword", stored=False),
        Field("places", "keyword", stored=False),
        Field("authors", "keyword"),
    )
)
ODD: list[dict[str, Any]] = [
    {
        "id": "а/б %?#",
        "zeal": "Саммит глав государств в Астане",
        "title": "Главы государств прибыли",
        "when": "0987-01-02T03:04:05Z",
        "lang": "kk",
        "places": ["Шымкент", "Астана", " Алматы "],
        "authors": ["B. Second ", "", " A. First"],
        "": 3,
        "x.y": [None, {}, {"z": [], "a": {"b": None}}],
        "huge": 2**64 - 1,
        "low": -(2**63),
        "real": 0.1 + 0.2,
        "tiny": 5e-324,
        "whole": 1.0,
        "nothing": None,
        "true": True,
        "texts": "no text of the layout",
        "order": 1,
    },
    {"title": "Without an id \x7f\u2028", "authors": "One author", "when": "9999-12-31"},
    {"id": "en", "zeal": ["The summit", "of the heads of state"], "authors": []},
]
QUESTIONS = (
    '"глава государства"',
    "саммиты",
    "title:глава OR zeal:саммит",
    "summit head",
    "places:Астана OR authors:'A. First'",
    "*",
)
Name = Callable[[], str]


@pytest.fixture
def name(cluster: server.Cluster) -> Iterator[Name]:
    """Addresses of indexes that are removed afterwards."""
    made: list[str] = []

    def one() -> str:
        made.append(f"{cluster.urls[0].replace('http', 'opensearch')}/moving-{uuid.uuid4().hex}")
        return made[-1]

    yield one
    for url in made:
        remove(url)


def on_disk(path: Path, documents: list[dict[str, Any]], definition: Definition = MINIMAL) -> Index:
    index = Index.create(path, definition)
    with index.writer() as writer:
        for one in documents:
            writer.add(one)
    return index


def many(count: int) -> list[dict[str, Any]]:
    """Documents that score alike, so that they stand as they were added."""
    return [
        {"id": f"id-{number * 7919 % count}", "text": "саммит глав государств"} for number in range(count)
    ]


def order(index: Index | RemoteIndex) -> list[str]:
    return index.search("саммит", limit=1000).ids


def documents(index: Index | RemoteIndex) -> dict[str, Any]:
    return {id: index.get(id) for id in index.search("*", limit=1000).ids}


def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document is sent by itself."""
    monkeypatch.setattr(RemoteIndex, "writer", partialmethod(RemoteIndex.writer, batch_mb=0.0001))


def stop_after(
    monkeypatch: pytest.MonkeyPatch, writer: type[Writer] | type[RemoteWriter], count: int
) -> None:
    """Ctrl-C, when a writer is given the document after so many; once."""
    move: Callable[..., None] = writer.move
    given = 0

    def stopping(self: Any, *document: Any) -> None:
        nonlocal given
        given += 1
        if given > count:
            monkeypatch.setattr(writer, "move", move)
            raise KeyboardInterrupt
        move(self, *document)

    monkeypatch.setattr(writer, "move", stopping)


def test_an_archive_comes_back_as_it_was(name: Name, tmp_path: Path) -> None:
    index = on_disk(tmp_path / "here", ODD, HIDING)
    with index.writer() as writer:
        writer.add({"id": "gone", "zeal": "саммит"})
        writer.add({"id": "en", "zeal": "The summits", "title": "Heads of state"})  # replaces one
    with index.writer() as writer:
        writer.delete("gone")
    url = name()
    with RemoteIndex.create(url, index.definition, shards=2, replicas=0) as remote:
        assert push(index, remote) == Moved(documents=3, kept=0, refused=0)
    with connect(url) as remote:
        assert remote.definition == HIDING
        assert documents(remote) == documents(index)
        back = Index.create(tmp_path / "back", remote.definition)
        assert pull(remote, back) == Moved(documents=3, kept=0, refused=0)
        assert documents(back) == documents(index)
        for question in QUESTIONS:
            wanted, found = index.search(question), back.search(question)
            assert found.ids == wanted.ids
            assert [hit.score for hit in found] == [hit.score for hit in wanted]
            assert remote.search(question).ids == wanted.ids
            for field in ("lang", "places", "authors", "when"):
                assert found.facet(field) == wanted.facet(field) == remote.search(question).facet(field)
        assert back.search("*", sort="places").ids == index.search("*", sort="places").ids


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.text(max_size=5).filter(lambda one: one not in ("id", "text", "date"))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=4), min_size=1, max_size=8))
def test_any_stored_value_survives(
    name: Name, tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    given = [{**one, "id": str(number), "text": "саммит"} for number, one in enumerate(values)]
    index = on_disk(folder / "here", given)
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(index, remote)
        assert push(index, remote).kept == len(given)
        back = Index.create(folder / "back", MINIMAL)
        pull(remote, back)
    assert documents(back) == documents(index)


def test_documents_stay_in_their_order_over_many_pages(
    name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_PAGE", 7)
    index = on_disk(tmp_path / "here", many(150))
    told: list[tuple[int, int]] = []
    with RemoteIndex.create(name(), MINIMAL, shards=2, replicas=0) as remote:
        push(index, remote, on_progress=lambda *now: told.append(now))
        assert told[-1] == (150, 150)
        assert order(remote) == order(index)
        back = Index.create(tmp_path / "back", MINIMAL)
        pull(remote, back, workers=2, on_progress=lambda *now: told.append(now))
        assert told[-1] == (150, 150)
    assert order(back) == order(index)


def test_an_interrupted_push_goes_on(name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_batches(monkeypatch)
    index = on_disk(tmp_path / "here", many(60))
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        stop_after(monkeypatch, RemoteWriter, 40)
        with pytest.raises(KeyboardInterrupt):
            push(index, remote)
        moved = push(index, remote)
        assert 0 < moved.kept <= 40
        assert moved.added == 60 - moved.kept
        assert order(remote) == order(index)
        assert push(index, remote) == Moved(documents=60, kept=60, refused=0)


def test_an_interrupted_pull_goes_on(name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = on_disk(tmp_path / "here", many(60))
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(index, remote)
        back = Index.create(tmp_path / "back", MINIMAL)
        stop_after(monkeypatch, Writer, 35)
        with pytest.raises(KeyboardInterrupt):
            pull(remote, back, commit_every=10)
        assert len(Index.open(back.path)) == 30
        assert pull(remote, back) == Moved(documents=60, kept=30, refused=0)
        assert order(back) == order(index)
        assert pull(remote, back) == Moved(documents=60, kept=60, refused=0)


def test_from_a_hole_on_all_is_moved_so_that_the_order_is_right(name: Name, tmp_path: Path) -> None:
    index = on_disk(tmp_path / "here", many(20))
    first = order(index)
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(index, remote)
        with remote.writer() as writer:
            assert writer.delete(first[8])
        assert push(index, remote) == Moved(documents=20, kept=8, refused=0)
        assert order(remote) == first
        back = Index.create(tmp_path / "back", MINIMAL)
        pull(remote, back)
        with back.writer() as local:
            local.delete(first[15])
        assert pull(remote, back) == Moved(documents=20, kept=15, refused=0)
    assert order(back) == first


def test_what_is_out_of_its_place_is_moved_to_it(name: Name, tmp_path: Path) -> None:
    index = on_disk(tmp_path / "here", many(20))
    first = order(index)
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(index, remote)
        with remote.writer() as writer:
            writer.add({"id": first[3], "text": "саммит глав государств"})  # the same, but the last now
        assert order(remote) != first
        assert push(index, remote) == Moved(documents=20, kept=4, refused=0)
        assert order(remote) == first
        back = Index.create(tmp_path / "back", MINIMAL)
        pull(remote, back)
        with back.writer() as local:
            local.add({"id": first[3], "text": "саммит глав государств"})
        assert order(back) != first
        assert pull(remote, back) == Moved(documents=20, kept=4, refused=0)
    assert order(back) == first


def test_only_what_changed_is_moved_and_what_only_the_other_has_stays(name: Name, tmp_path: Path) -> None:
    index = on_disk(tmp_path / "here", many(20))
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(index, remote)
        with remote.writer() as writer:
            writer.add({"id": "other", "text": "саммит", "date": "2024-06-06"})
        with index.writer() as local:
            local.add({"id": "id-3", "text": "Саммит окончен", "date": "2024-06-07"})
        assert push(index, remote) == Moved(documents=20, kept=19, refused=0)
        assert remote.get("id-3") == index.get("id-3")
        assert remote.get("other") is not None
        assert pull(remote, index) == Moved(documents=21, kept=19, refused=0)
    assert len(index) == 21


def test_a_pull_sees_one_moment(name: Name, tmp_path: Path) -> None:
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        push(on_disk(tmp_path / "here", many(150)), remote)
        wanted = order(remote)
        changed = False

        def change(done: int, total: int) -> None:
            nonlocal changed
            if not changed:
                changed = True
                assert done == 100  # another page is to come
                with remote.writer() as writer:
                    writer.delete(wanted[-1])
                    writer.add({"id": "late", "text": "саммит"})

        back = Index.create(tmp_path / "back", MINIMAL)
        pull(remote, back, on_progress=change)
        assert changed
        assert order(back) == wanted
        assert "late" in remote


def test_without_the_right_to_keep_a_moment_it_is_read_page_by_page(
    cluster: server.Cluster, name: Name, tmp_path: Path
) -> None:
    if reason := fronts.why_not():
        pytest.skip(reason)
    url = name()
    with RemoteIndex.create(url, MINIMAL, replicas=0) as remote:
        push(on_disk(tmp_path / "here", many(120)), remote)
        wanted = order(remote)
    with Front(cluster.urls[0], tls=False) as front:
        front.refuse(403, path="point_in_time")
        with connect(f"{front.url}/{url.rpartition('/')[2]}") as remote:
            back = Index.create(tmp_path / "back", MINIMAL)
            pull(remote, back)
        assert [path for _, path in front.requests if "point_in_time" in path] != []
    assert order(back) == wanted


def test_what_the_cluster_refuses_is_told_and_the_rest_arrives(
    name: Name, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = on_disk(tmp_path / "here", many(5))
    source_of = Layout.source_of

    def spoilt(self: Layout, document: Any, order: int) -> dict[str, Any]:
        found = source_of(self, document, order)
        return found | {"date": "no number"} if document.id == "id-2" else found

    monkeypatch.setattr(Layout, "source_of", spoilt)
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        refused: list[DocumentError] = []
        assert push(index, remote, on_error=refused.append) == Moved(documents=5, kept=0, refused=1)
        assert len(refused) == 1 and "id-2" in str(refused[0])
        assert order(remote) == [id for id in order(index) if id != "id-2"]
        with pytest.raises(DocumentError, match="id-2"):
            push(index, remote)
        assert len(remote) == 4


def test_what_cannot_be_moved_is_refused_before_anything_is(name: Name, tmp_path: Path) -> None:
    lost = Definition(fields=(Field("text", "text", stored=False), Field("date", "date")))
    index = on_disk(tmp_path / "lost", [{"text": "саммит"}], lost)
    with RemoteIndex.create(name(), lost, replicas=0) as remote:
        with pytest.raises(DefinitionError, match=r"fields\.text.*not stored"):
            push(index, remote)
        with pytest.raises(DefinitionError, match=r"fields\.text.*not stored"):
            pull(remote, index)
        assert len(remote) == 0
    other = on_disk(tmp_path / "other", [{"text": "саммит"}], Definition(fields=(Field("text", "text"),)))
    with RemoteIndex.create(name(), MINIMAL, replicas=0) as remote:
        with pytest.raises(DefinitionError, match="different definitions"):
            push(other, remote)
        with pytest.raises(DefinitionError, match="different definitions"):
            pull(remote, other)
        assert len(remote) == 0
    assert len(other) == 1


def test_the_sample_archive_comes_back_as_it_was(name: Name, sample: Index, tmp_path: Path) -> None:
    with RemoteIndex.create(name(), sample.definition, replicas=0) as remote:
        push(sample, remote)
        back = Index.create(tmp_path / "back", remote.definition)
        pull(remote, back)
    assert order(back) == order(sample)
    assert documents(back) == documents(sample)
    for question in (
        "саммит",
        "summit",
        '"heads of state"',
        "договор -НАТО",
        "title:WHO",
        "нефть OR oil",
        "*",
    ):
        wanted, found = sample.search(question, limit=100), back.search(question, limit=100)
        assert [(hit.id, hit.score, hit.snippet) for hit in found] == [
            (hit.id, hit.score, hit.snippet) for hit in wanted
        ]
        for field in ("source", "tags", "lang"):
            assert found.facet(field) == wanted.facet(field)
        assert found.facet("date", by="month") == wanted.facet("date", by="month")

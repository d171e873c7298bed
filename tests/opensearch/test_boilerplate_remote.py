"""Lines that recur across the pages of a site are not indexed on a cluster either, and stay in what is stored."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from menu_pages import page, write

from searchlib import NEWS, Index, connect
from searchlib.remote.index import RemoteIndex
from searchlib.remote.moving import pull, push

from . import server
from .twins import remove, unlike

QUESTIONS = (
    "departments",
    "отделы",
    '"back to all news"',
    '"назад ко всем новостям"',
    "harbour OR гавань",
    "harbour -museum",
    "новости",
    "friends reports",
    "news~",
)
SAID = {7: "She went back to all news of that winter.", 8: "Он шёл назад ко всем новостям зимы."}
Made = Callable[[], RemoteIndex]


@pytest.fixture
def made(cluster: server.Cluster) -> Iterator[Made]:
    """Makes empty indexes, which are removed afterwards."""
    urls: list[str] = []

    def one() -> RemoteIndex:
        urls.append(f"{cluster.urls[0].replace('http', 'opensearch')}/lines-{uuid.uuid4().hex}")
        return RemoteIndex.create(urls[-1], replicas=0, shards=2)

    yield one
    for url in urls:
        remove(url)


def filled(index: Any, *sources: Path) -> Any:
    for source in sources:
        with index.writer() as writer:
            writer.add_from([source])
    return index


def on_disk(path: Path, *sources: Path) -> Index:
    """Without documents that are deleted, which a cluster does not count."""
    index: Index = filled(Index.create(path), *sources)
    with index.writer() as writer:
        writer.optimize()
    return index


def differences(one: Index | RemoteIndex, other: Index | RemoteIndex) -> list[str]:
    found = []
    for query in QUESTIONS:
        for quality in ("fast", "best"):
            results = [index.search(query, limit=200, quality=quality) for index in (one, other)]
            found += [f"{query!r}, {quality}: {what}" for what in unlike(*results)]
            if [hit.snippet for hit in results[0]] != [hit.snippet for hit in results[1]]:
                found.append(f"{query!r}: snippets differ")
    return found


def learned(index: Index | RemoteIndex) -> dict[str, dict[str, int]]:
    return index.stats().boilerplate


def test_pages_are_found_as_on_disk(made: Made, tmp_path: Path) -> None:
    sites = [write(tmp_path / "site", range(40), SAID), write(tmp_path / "other", range(20, 90))]
    disk = on_disk(tmp_path / "index", *sites)
    remote = filled(made(), *sites)
    assert differences(disk, remote) == []
    assert learned(remote) == learned(disk)
    assert len(learned(disk)) == 2
    assert remote.search('"назад ко всем новостям"').total < 20


def test_explanations_and_stored_text(made: Made, tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(30), SAID)
    disk, remote = on_disk(tmp_path / "index", site), filled(made(), site)
    (hit,) = remote.search('"back to all news"')
    assert "\nBack to all news" in str(hit.fields["text"])
    assert str(hit.fields["text"]).count("all news") == 2
    for query in ('"back to all news"', "all news winter"):
        own, same = remote.explain(hit.id, query), disk.explain(hit.id, query)
        assert own.value == pytest.approx(same.value, rel=1e-5)


def test_the_next_run_knows_what_the_one_before_learned(made: Made, tmp_path: Path) -> None:
    remote = filled(made(), write(tmp_path / "site", range(30)))
    assert connect(str(remote.path).replace("http", "opensearch")).stats().boilerplate == learned(remote)
    filled(remote, write(tmp_path / "site", range(30, 31)) / "030.txt")
    assert remote.search("departments").total == 0
    assert [hit.title for hit in remote.search("x" * 31)] == [page(30)[0]]


def test_pages_that_come_one_a_commit_are_learned_from(made: Made, tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(12))
    one_by_one = [site / f"{number:03d}.txt" for number in range(12)]
    disk, remote = on_disk(tmp_path / "index", *one_by_one), filled(made(), *one_by_one)
    assert learned(remote) == learned(disk)
    assert learned(remote)[str(site)]["back to all news"] == 8
    assert differences(disk, remote) == []


def test_replaced_page_counts_once(made: Made) -> None:
    remote = made()
    for _ in range(2):
        with remote.writer() as writer:
            for _ in range(300):
                writer.add(
                    {"id": "same", "text": "Its own words.\nBack to all news", "source": "town"}, page="a"
                )
    assert learned(remote) == {}
    assert remote.search("back").total == 1


def test_the_last_of_one_id_counts_while_pages_wait(made: Made) -> None:
    remote = made()
    with remote.writer() as writer:
        writer.add({"id": "a", "text": "waiting page"}, page="site/a.txt")
        writer.add({"id": "a", "text": "later record"})
        writer.add({"id": "b", "text": "waiting again"}, page="site/b.txt")
        assert writer.documents == 3
        assert writer.delete("b")
    assert remote.search("later").ids == ["a"]
    assert remote.search("waiting").ids == []


def test_what_waited_is_forgotten_by_rollback_and_close(made: Made, tmp_path: Path) -> None:
    remote = made()
    site = write(tmp_path / "site", range(30))
    text = (site / "003.txt").read_text("utf-8")
    with remote.writer() as writer:
        for number in range(30):
            writer.add({"id": f"{number}", "text": text}, page="site/a.txt")
        writer.rollback()
        writer.add({"id": "lone", "text": "A lone record."})
    with pytest.raises(KeyError), remote.writer() as writer:
        for number in range(30):
            writer.add({"id": f"{number}", "text": text}, page="site/a.txt")
        raise KeyError
    assert remote.search("*").ids == ["lone"]
    assert learned(remote) == {}


def test_cleared_index_learns_anew(made: Made, tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(30))
    remote = filled(made(), site)
    before = learned(remote)
    with remote.writer() as writer:
        writer.clear()
        assert learned(remote) == {}
        writer.add_from([site])
    assert learned(remote) == before


def test_two_writers_learn_at_a_time(made: Made, tmp_path: Path) -> None:
    remote = made()
    first, second = write(tmp_path / "site", range(14)), write(tmp_path / "late", range(14, 30))
    with remote.writer() as one, remote.writer() as two:
        for writer, folder in ((one, first), (two, second)):
            for file in sorted(folder.iterdir()):
                title, _, text = file.read_text("utf-8").partition("\n")
                writer.add({"title": title, "text": text, "source": "town"}, page="site")
    both = Index.create(tmp_path / "index")
    with both.writer() as local:
        for file in [*sorted(first.iterdir()), *sorted(second.iterdir())]:
            title, _, text = file.read_text("utf-8").partition("\n")
            local.add({"title": title, "text": text, "source": "town"}, page="site")
    assert learned(remote) == learned(both)


def test_no_line_is_left_out_where_the_definition_says_so(cluster: server.Cluster, tmp_path: Path) -> None:
    url = f"{cluster.urls[0].replace('http', 'opensearch')}/lines-{uuid.uuid4().hex}"
    site = write(tmp_path / "site", range(30))
    try:
        remote = filled(RemoteIndex.create(url, replace(NEWS, boilerplate=False), replicas=0), site)
        assert remote.search("departments").total == 20
        assert learned(remote) == {}
    finally:
        remove(url)


def test_a_pushed_archive_is_found_as_on_disk_and_comes_back(made: Made, tmp_path: Path) -> None:
    sites = [write(tmp_path / "site", range(40), SAID), write(tmp_path / "other", range(20, 90))]
    disk, remote, back = on_disk(tmp_path / "index", *sites), made(), Index.create(tmp_path / "back")
    with disk.writer() as writer:
        writer.add({"id": "record", "text": "Share this page with friends\nAn article about departments"})
        writer.optimize()
    assert push(disk, remote).added == 91
    assert differences(disk, remote) == []
    assert learned(remote) == learned(disk)
    assert remote.search("departments article").ids[0] == "record"
    assert push(disk, remote).kept == 91
    filled(remote, write(tmp_path / "other", range(90, 92)))  # with what is known by now
    assert remote.search("departments").ids == ["record"]
    assert pull(remote, back, workers=2).added == 93
    assert back.search("departments").ids == ["record"]
    assert differences(remote, back) == []

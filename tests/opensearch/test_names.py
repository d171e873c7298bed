"""Does an archive on a cluster find the names of the other script that it finds on disk? And is its list of words kept as it should be?"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchlib import NEWS, RemoteError
from searchlib.language._tokens import tokenize
from searchlib.ranking.alternatives import Alternative
from searchlib.ranking.names import Names
from searchlib.remote.index import RemoteIndex
from searchlib.remote.names import RemoteNames
from searchlib.storage.snapshot import Snapshot

from . import server
from .twins import Twins, remove, twins

SAMPLE = Path(__file__).parents[2] / "indexes" / "sample.jsonl"
NEWSROOM = [
    ("tas en", "Imangali Tasmagambetov arrives", "The secretary general was met at the airport."),
    ("tas ru", "Прибытие Имангали Тасмагамбетова", "Генерального секретаря встретили в аэропорту."),
    ("tas ru 2", "Слова генерального секретаря", "С Тасмагамбетовым беседовали журналисты."),
    ("tram", "Трамвай сошёл с рельсов", "Пострадавших нет, трамваи ходят по другой улице."),
    ("trump en", "Trump speaks in Ohio", "The hall was full."),
    ("trump ru", "Речь Трампа в Огайо", "Зал был полон."),
    ("zakharova", "Захарова ответила журналистам", "Брифинг длился час."),
    ("zakharov", "Zakharov wins the race", "It was his third win."),
    ("list", "Лист вернулся к роялю", "Зал слушал стоя."),
    ("list en", "The list of winners", "It is long."),
    ("wilson", "Книга Уилсона переведена", "Перевод занял год."),
]
ASKED = [
    *("Tasmagambetov", "Тасмагамбетов", "тасмагамбетову", "Trump", "Трампом", "Zakharova", "Захаровым"),
    *('"Imangali Tasmagambetov"', "title:Tasmagambetov", "+Trump +Огайо", "Trump -Ohio", "list", "трамвай"),
    *("Wilson", "Вильсон", "Trump speaks", "речь Trump", "Tasmagambetov~", "=Trump", "зал OR Trump"),
]


def records(documents: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [{"id": id, "title": title, "text": text} for id, title, text in documents]


@pytest.fixture(scope="module")
def newsroom(cluster: server.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder = tmp_path_factory.mktemp("names") / "index"
    with twins(cluster.urls[0], folder, NEWS, [records(NEWSROOM)]) as made:
        yield made


@pytest.fixture(scope="module")
def sample(cluster: server.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    articles = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    folder = tmp_path_factory.mktemp("names") / "sample"
    with twins(cluster.urls[0], folder, NEWS, [articles], shards=[2]) as made:
        yield made


@pytest.mark.parametrize("query", ASKED)
@pytest.mark.parametrize("options", [{}, {"match": "all"}, {"names": False}, {"fields": ["title"]}])
def test_names_are_found_as_on_disk(newsroom: Twins, query: str, options: dict[str, Any]) -> None:
    assert newsroom.differences(query, **{"names": True, **options}) == []


def test_the_other_script_is_found(newsroom: Twins) -> None:
    for remote in newsroom.remotes.values():
        assert set(remote.search("Tasmagambetov").ids) == {"tas en", "tas ru", "tas ru 2"}
        assert set(remote.search("Захаровым").ids) == {"zakharova", "zakharov"}
        assert set(remote.search("Tasmagambetov", names=False).ids) == {"tas en"}


def of_disk(both: Twins, forms: list[str], every_word: bool) -> dict[str, list[Alternative]]:
    names = Names(Snapshot.open(both.disk.path, None).segments, every_word=every_word)
    analyze = next(iter(both.remotes.values()))._remote.analyze
    return {form: names.alternatives(form, analyze(form).terms) for form in forms}


def of_cluster(remote: RemoteIndex, forms: list[str], every_word: bool) -> dict[str, list[Alternative]]:
    ranker = remote._remote
    return ranker.counted(
        lambda counting: {
            form: RemoteNames(counting, every_word=every_word).alternatives(form, ranker.analyze(form).terms)
            for form in forms
        }
    )


@pytest.mark.parametrize("every_word", [False, True])
def test_every_word_of_the_sample_has_the_alternatives_that_it_has_on_disk(
    sample: Twins, every_word: bool
) -> None:
    text = SAMPLE.read_text("utf-8")
    forms = sorted({token[0] for token in tokenize(text) if len(token[0]) > 2 and not token[5]})
    forms = random.Random(5).sample(forms, min(len(forms), 1500))
    wanted = of_disk(sample, forms, every_word)
    assert sum(map(bool, wanted.values())) >= 30
    for remote in sample.remotes.values():
        assert of_cluster(remote, forms, every_word) == wanted


@pytest.fixture
def own(cluster: server.Cluster) -> Iterator[RemoteIndex]:
    url = f"{cluster.urls[0]}/names-{uuid.uuid4().hex}"
    with RemoteIndex.create(url, replicas=0, fresh=0.0) as made:
        yield made
    remove(url)


def fill(index: RemoteIndex) -> None:
    with index.writer() as writer:
        for record in records(NEWSROOM):
            writer.add(record)


def test_a_name_whose_documents_are_gone_stands_for_nothing(own: RemoteIndex) -> None:
    fill(own)
    with own.writer() as writer:
        for number in range(30):  # more names than are counted at first, nearer than the one that stays
            writer.add(
                {"id": f"gone {number}", "title": f"Трамп{'пп' * number} говорит", "text": "Он сказал."}
            )
        writer.commit()
        assert len(own.search("Trump", limit=50).ids) > 2
        writer.delete_where("говорит")
        writer.delete("trump ru")
        writer.add({"id": "stays", "title": "Сказано о Трумпе", "text": "Речь."})
    assert set(own.search("Trump", limit=50).ids) == {"trump en", "stays"}


def test_words_that_are_there_are_left_as_they_are(own: RemoteIndex) -> None:
    fill(own)
    before = own._words.search({"track_total_hits": True, "size": 0})["hits"]["total"]["value"]
    assert before > 30
    fill(own)
    assert own._words.search({"track_total_hits": True, "size": 0})["hits"]["total"]["value"] == before
    stats = own._words.index_request("GET", "_stats/docs")["_all"]["primaries"]["docs"]
    assert stats["deleted"] == 0


def test_an_archive_without_its_list_of_words_says_so(own: RemoteIndex) -> None:
    fill(own)
    own._words.index_request("DELETE")
    own.refresh()
    with pytest.raises(RemoteError, match=r"list of the archive's words is not there; .*names=False"):
        own.search("Tasmagambetov")
    assert own.search("Tasmagambetov", names=False).ids == ["tas en"]
    with pytest.raises(RemoteError, match="list of the archive's words is not there"):
        fill(own)
    assert not own._words.index_request("HEAD")


def test_documents_that_nobody_committed_have_their_words(own: RemoteIndex) -> None:
    killed = own.writer(batch_mb=0.0001)
    for record in records(NEWSROOM):
        killed.add(record)
    for record in records(NEWSROOM):
        killed._bulk.settle(record["id"])
    with own.writer():
        pass
    own.refresh()
    assert set(own.search("Tasmagambetov").ids) == {"tas en", "tas ru", "tas ru 2"}


def test_a_list_that_is_left_from_an_index_that_is_gone_is_replaced(
    cluster: server.Cluster, own: RemoteIndex
) -> None:
    fill(own)
    own._cluster.index_request("DELETE")
    with RemoteIndex.create(str(own.path), replicas=0) as again:
        assert again._words.search({"size": 1})["hits"]["hits"] == []
        fill(again)
        assert "tas ru" in again.search("Tasmagambetov").ids

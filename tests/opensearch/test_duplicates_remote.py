"""Are near-duplicates on a cluster found and collapsed as on disk, whatever the shards?"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_archive import answer, search

from benchmarks.corpora.archive import Archive
from searchlib import Definition, Field, Hit, RemoteError, Results
from searchlib.definitions import NEWS
from searchlib.documents import prepare
from searchlib.language import Analyzer
from searchlib.ranking import duplicates as told
from searchlib.ranking._duplicates import signature
from searchlib.remote.index import RemoteIndex
from searchlib.remote.layout import Layout, body_of, signature_words
from searchlib.searching import Searching

from .server import Cluster
from .twins import Twins, near, remove, sample_archive, twins

pytestmark = pytest.mark.slow

GENERATED = 800  # documents
CHANGED = {
    "en": ["yesterday", "officials", "the ministers'", "reported", "well-known"],
    "ru": ["вчера", "министров", "министрами", "сообщалось", "пресс-службе", "ёлке"],
}


def reprints(records: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Of some records, with a word changed here and there, from hardly any to nearly half of all pairs of words."""
    chance = random.Random(seed)
    made = []
    for number, record in enumerate(records):
        for copy in range(number % 4):
            words = record["text"].split()
            for _ in range(chance.randrange(1 + copy * len(words) // 8)):
                words[chance.randrange(len(words))] = chance.choice(CHANGED[record.get("lang") or "ru"])
            more: dict[str, Any] = {"id": f"{record['id']}-copy{copy}", "text": " ".join(words)}
            if copy == 1:
                more["date"] = f"2019-{chance.randrange(1, 13):02}-03"
            made.append({**record, **more})
            if copy == 2:
                made[-1].pop("date", None)
    chance.shuffle(made)
    return made


@pytest.fixture(scope="module")
def sample(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The sample archive, reprinted; some reprints are replaced by others later, and some deleted."""
    definition, records = sample_archive()
    copies = reprints(records, 1)
    again = [{**copies[at], "text": records[at % len(records)]["text"]} for at in range(0, len(copies), 9)]
    again += [{"id": "no words", "title": "???", "text": "—"}, {"id": "none either", "text": "!!!"}]
    again += [{"id": "short", "text": "Курс доллара"}, {"id": "short, too", "text": "курс ДОЛЛАРА"}]
    folder = tmp_path_factory.mktemp("sample") / "index"
    batches = [records, copies, again]
    with twins(cluster.urls[0], folder, definition, batches) as made:
        gone = [copies[at]["id"] for at in range(4, len(copies), 13)]
        with made.disk.writer() as writer:
            assert all(map(writer.delete, gone))
            writer.optimize()
        for remote in made.remotes.values():
            with remote.writer() as sending:
                assert all(map(sending.delete, gone))
        yield made


@pytest.fixture(scope="module")
def generated(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    archive = Archive(7)
    records = [dict(archive.article(number)) for number in range(GENERATED // 2)]
    for record in records[::11]:
        del record["date"]
    folder = tmp_path_factory.mktemp("generated") / "index"
    with twins(cluster.urls[0], folder, NEWS, [records, reprints(records, 2)]) as made:
        yield made


def collapsed(**options: Any) -> Callable[[Searching], Results]:
    query = options.pop("query")
    return lambda index: index.search(query, collapse="duplicates", **options)


def groups(**options: Any) -> Callable[[Searching], list[list[str]]]:
    return lambda index: [[hit.id for hit in group] for group in index.duplicates(**options)]


def of(hits: Results) -> dict[str, list[str]]:
    return {hit.id: hit.duplicate_ids for hit in hits}


def check(made: Twins, **options: Any) -> Results:
    """Asserts that a page is the same on disk and on clusters, and gives that of the disk."""
    wanted = made.disk.search(collapse="duplicates", **options)
    for shards, remote in made.remotes.items():
        found = remote.search(collapse="duplicates", **options)
        assert found.ids == wanted.ids, f"{shards} shards"
        assert of(found) == of(wanted), f"{shards} shards"
        assert all(near(one.score, other.score) for one, other in zip(found, wanted, strict=True))
        assert found.total == wanted.total
        assert (found.cursor, found.timed_out) == (None, False)
        assert found.facet("date", by="month") == wanted.facet("date", by="month")
    return wanted


@pytest.mark.parametrize(
    "options",
    [
        {"query": "*"},
        {"query": "саммит"},
        {"query": "министры OR government", "limit": 30},
        {"query": "суд", "sort": "oldest"},
        {"query": "president", "sort": "newest", "since": "2019"},
        {"query": "the", "recency": 300.0, "limit": 25},
        {"query": "выборы президента", "quality": "best"},
        {"query": "город", "lang": "ru", "limit": 0},
        {"query": "nobodyhasthis"},
    ],
)
def test_a_page_of_the_sample_is_that_of_the_disk(sample: Twins, options: dict[str, Any]) -> None:
    check(sample, **options)


def test_something_was_collapsed(sample: Twins) -> None:
    found = check(sample, query="*", limit=100)
    assert sum(hit.duplicates for hit in found) > 60
    assert 80 < len(found) < 100  # of 80 articles, some copies differ too much


@pytest.mark.parametrize("query", ["*", "in the city", "президент заявил", "government"])
def test_pages_by_offset_are_those_of_the_disk(generated: Twins, query: str) -> None:
    seen: list[str] = []
    for offset in 0, 7, 14, 35:
        page = check(generated, query=query, limit=7, offset=offset)
        assert not set(seen) & set(page.ids)
        seen += page.ids


def test_a_long_page_of_generated_documents(generated: Twins) -> None:
    found = check(generated, query="*", limit=400, sort="newest")
    assert sum(hit.duplicates for hit in found) > 100


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"query": "саммит"},
        {"query": "the OR в", "lang": "en"},
        {"since": "2020", "until": "2023-06"},
        {"query": "nobodyhasthis"},
    ],
)
def test_groups_of_the_sample_are_those_of_the_disk(sample: Twins, options: dict[str, Any]) -> None:
    sample.same(groups(**options))


def test_groups_of_generated_documents_are_those_of_the_disk(generated: Twins) -> None:
    assert len(groups()(generated.disk)) > 200
    generated.same(groups())
    generated.same(groups(query="президент", match="all"))


def test_the_texts_between_the_limits_are_read_in_several_requests(
    generated: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "_TOGETHER", "_PAGE", "_ASKED":
        monkeypatch.setattr(f"searchlib.remote.duplicates.{name}", 7)
    generated.same(groups(query="government OR президент"))
    check(generated, query="*", limit=40)


def test_a_hit_of_a_group_has_all_that_is_stored(sample: Twins) -> None:
    def told_of(hits: list[list[Hit]]) -> object:
        return [[(hit.title, hit.date, hit.source, hit.score, hit.fields) for hit in one] for one in hits]

    sample.same(lambda index: told_of(index.duplicates()))


def test_similar_documents_collapse(sample: Twins) -> None:
    id = sample.disk.search("саммит", limit=1).ids[0]
    assert sample.disk.similar(id, collapse="duplicates").ids
    sample.same(lambda index: of(index.similar(id, collapse="duplicates")))


def test_hits_explain_themselves_and_keep_their_snippets(sample: Twins) -> None:
    wanted = collapsed(query="саммит", explain=True)(sample.disk)
    for remote in sample.remotes.values():
        found = collapsed(query="саммит", explain=True)(remote)
        assert [hit.snippet.html() for hit in found] == [hit.snippet.html() for hit in wanted]
        for hit in found:
            assert hit.explanation is not None
            assert near(hit.explanation.value, hit.score)


def test_the_search_through_near_duplicates_alone_is_bounded(
    sample: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "_MOST_PLACES", 30)
    check(sample, query="*", limit=6, sort="oldest")
    monkeypatch.setattr(told, "MOST_READ", 5)
    for remote in sample.remotes.values():
        assert len(of(collapsed(query="*", limit=6)(remote))) == 6


def test_a_deadline_holds_for_all_that_is_looked_through(generated: Twins) -> None:
    for remote in generated.remotes.values():
        found = remote.search("the OR в", collapse="duplicates", timeout_ms=60_000)
        assert (found.timed_out, len(found)) == (False, 10)


def test_without_stored_texts_signatures_decide(cluster: Cluster, tmp_path: Path) -> None:
    fields = (Field("title", "text"), Field("text", "text", stored=False), Field("date", "date"))
    archive = Archive(3)
    records = [dict(archive.article(number)) for number in range(60)]
    records += reprints(records, 3)
    records = [
        {name: one[name] for name in ("id", "title", "text", "date") if name in one} for one in records
    ]
    with twins(cluster.urls[0], tmp_path / "index", Definition(fields=fields), [records], (2,)) as made:
        assert len(groups()(made.disk)) > 10
        made.same(groups())
        check(made, query="*", limit=20)


def test_what_was_given_that_is_no_signature_is_told(cluster: Cluster) -> None:
    url = f"{cluster.urls[0]}/damaged-{uuid.uuid4().hex}"
    try:
        with RemoteIndex.create(url, replicas=0) as index:
            with index.writer() as writer:
                writer.add({"id": "one", "text": "a text of some words"})
            body = {"doc": {"signed": "QUJD"}}
            index._cluster.index_request("POST", "_update/one", body, {"refresh": "true"})
            for ask in (lambda: index.search("*", collapse="duplicates"), index.duplicates):
                with pytest.raises(RemoteError, match="signature of the document 'one' is damaged; add"):
                    ask()
    finally:
        remove(url)


def test_the_command_shows_what_it_shows_of_an_index_on_disk(sample: Twins) -> None:
    url = str(sample.remotes[3].path).replace("http://", "opensearch://")
    path = str(sample.disk.path)
    for args in (("duplicates",), ("duplicates", "--since", "2020", "--limit", "3")):
        wanted = search(*args, "--index", path)
        assert wanted.exit_code == 0
        assert search(*args, "--index", url).stdout == wanted.stdout
    for index in path, url:
        result = search("--collapse", "duplicates", "саммит", "--index", index)
        assert "more like it" in result.stdout, result.output
    shown = [answer("--collapse", "duplicates", "саммит", "--index", index)["hits"] for index in (path, url)]
    assert [(hit["id"], hit["duplicates"]) for hit in shown[0]] == [
        (hit["id"], hit["duplicates"]) for hit in shown[1]
    ]


# ---- without a server ----


def test_a_document_lies_with_its_signature_unless_it_has_no_words() -> None:
    layout = Layout(NEWS, Analyzer(NEWS.languages))
    document = prepare({"id": "1", "title": "Саммит", "text": "в городе"}, NEWS)
    source = layout.source_of(document, 1)
    signed = signature(document.texts)
    assert source["signature"].split(" ") == signature_words(signed)
    assert source["signed"]
    assert not {"signature", "signed"} & set(layout.source_of(prepare({"id": "2", "text": "?"}, NEWS), 2))
    assert {"signature", "signed"} < set(
        body_of(NEWS, shards=1, replicas=0)["mappings"]["_source"]["excludes"]
    )


def test_words_of_a_signature_tell_byte_and_place() -> None:
    words = signature_words(bytes(range(32)))
    assert (words[0], words[1], words[10], words[31]) == ("000", "101", "a0a", "v1f")
    one, other = bytes(32), bytes([0] * 16 + [1] * 16)
    assert len(set(signature_words(one)) & set(signature_words(other))) == 16
    with pytest.raises(ValueError, match="zip"):
        signature_words(bytes(31))

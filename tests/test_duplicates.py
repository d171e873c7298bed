"""Are near-duplicates found and collapsed, whatever the segments?"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from small_archive import contents_of, manifest_of, patch_segment

import searchlib
from searchlib import Definition, Field, Index, QueryError
from searchlib.ranking import duplicates as told
from searchlib.ranking._duplicates import Signatures

RUSSIAN = [
    "Президент",
    "подписал",
    "указ",
    "о",
    "новых",
    "мерах",
    "поддержки",
    "сельского",
    "хозяйства",
    "в",
    "северных",
    "областях",
    "страны,",
    "сообщила",
    "пресс-служба",
    "администрации.",
    "Средства",
    "получат",
    "хозяйства,",
    "пострадавшие",
    "от",
    "весеннего",
    "паводка",
]
ENGLISH = [
    "The",
    "harbour",
    "council",
    "voted",
    "on",
    "Tuesday",
    "to",
    "close",
    "the",
    "old",
    "fish",
    "market",
    "and",
    "move",
    "its",
    "traders",
    "to",
    "a",
    "hall",
    "beside",
    "the",
    "railway",
    "station,",
    "where",
    "rents",
    "are",
    "lower",
    "and",
    "lorries",
    "can",
    "unload",
    "at",
    "night",
]


def article(id: str, words: list[str], day: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "title": " ".join(words[:6]),
        "text": " ".join(words),
        "date": f"2024-05-{day:02}",
        **more,
    }


def reprinted(words: list[str], at: int) -> list[str]:
    """With one word changed."""
    return [*words[:at], "вчера" if words is RUSSIAN else "yesterday", *words[at + 1 :]]


DOCUMENTS = [
    article("ru-late", reprinted(RUSSIAN, 9), 9, source="Курьер"),
    article("en-first", ENGLISH, 1, source="Herald"),
    article("ru-first", RUSSIAN, 2, source="Вестник"),
    article(
        "other",
        [
            "A",
            "railway",
            "station",
            "opened",
            "beside",
            "the",
            "harbour,",
            "and",
            "the",
            "council",
            "voted",
            "for",
            "more",
            "lorries",
        ],
        3,
    ),
    article("en-copy", reprinted(ENGLISH, 11), 4, source="Gazette"),
    article("en-more", [*ENGLISH, "the", "council", "said"], 5),
]
GROUPS = [["en-first", "en-copy", "en-more"], ["ru-first", "ru-late"]]


@pytest.fixture(params=[[6], [1, 2, 3], [1] * 6], ids=["one segment", "three segments", "six segments"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    opened = Index.create(tmp_path / "news")
    start = 0
    for size in request.param:
        with opened.writer() as writer:
            for one in DOCUMENTS[start : start + size]:
                writer.add(one)
        start += size
    return opened


def ids(groups: list[list[searchlib.Hit]]) -> list[list[str]]:
    return [[hit.id for hit in group] for group in groups]


def test_groups_are_found_the_earliest_first(index: Index) -> None:
    assert ids(index.duplicates()) == GROUPS
    assert [hit.source for hit in index.duplicates()[1]] == ["Вестник", "Курьер"]


def test_groups_of_what_a_query_or_a_filter_leaves(index: Index) -> None:
    assert ids(index.duplicates("паводки")) == GROUPS[1:]
    assert ids(index.duplicates(since="2024-05-04")) == [["en-copy", "en-more"]]
    assert ids(index.duplicates("fish", lang="ru")) == []
    with pytest.raises(QueryError):
        index.duplicates('"паводки')
    with pytest.raises(TypeError, match="not 'limit'"):
        index.duplicates(limit=3)


def test_a_group_shrinks_with_what_is_deleted_and_survives_a_merge(index: Index) -> None:
    with index.writer() as writer:
        writer.delete("en-first")
        writer.delete("ru-late")
    assert ids(index.duplicates()) == [["en-copy", "en-more"]]
    with index.writer() as writer:
        writer.optimize()
    assert index.stats().segments == 1
    assert ids(index.duplicates()) == [["en-copy", "en-more"]]


def test_the_best_stays_and_tells_the_others(index: Index) -> None:
    plain = index.search("council fish market")
    assert set(plain.ids) == {"en-first", "en-copy", "en-more", "other"}
    assert [hit.duplicates for hit in plain] == [0] * 4
    results = index.search("council fish market", collapse="duplicates")
    best = next(id for id in plain.ids if id != "other")
    assert results.ids == [id for id in plain.ids if id in (best, "other")]
    [hit] = [hit for hit in results if hit.id == best]
    assert hit.duplicates == 2
    assert hit.duplicate_ids == [
        one["id"] for one in DOCUMENTS if one["id"] in GROUPS[0] and one["id"] != best
    ]
    assert results.total == 4  # documents are counted, not groups
    assert sum(results.facet("date", by="month").values()) == 4
    assert results.cursor is None


@pytest.mark.parametrize(
    "options", [{"sort": "newest"}, {"sort": "oldest"}, {"recency": 3.0}, {"quality": "best"}]
)
def test_the_first_in_any_order_stays(index: Index, options: dict[str, Any]) -> None:
    query = "council OR указ"
    plain = index.search(query, **options).ids
    group = {id: number for number, one in enumerate([*GROUPS, ["other"]]) for id in one}
    first = {group[id]: id for id in reversed(plain)}
    found = index.search(query, collapse="duplicates", **options)
    assert found.ids == [id for id in plain if id in first.values()]
    assert {hit.id: hit.duplicates for hit in found} == {
        id: sum(group[other] == number for other in plain) - 1 for number, id in first.items()
    }


def test_only_what_a_filter_leaves_is_counted(index: Index) -> None:
    found = index.search("council", since="2024-05-04", collapse="duplicates")
    assert {hit.id: hit.duplicates for hit in found} in ({"en-copy": 1}, {"en-more": 1})


def test_the_document_itself_is_not_like_itself_but_its_copies_are(index: Index) -> None:
    [hit] = [hit for hit in index.similar("en-first", collapse="duplicates") if hit.id != "other"]
    assert {hit.id, *hit.duplicate_ids} == {"en-copy", "en-more"}


def test_pages_are_full_and_show_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(3)
    index = Index.create(tmp_path / "pages")
    with index.writer() as writer:
        for number in range(30):
            words = ["council", *(f"word{chance.randrange(10_000)}" for _ in range(40))]
            for copy in range(number % 4 * 6 + 1):
                writer.add({"id": f"{number}-{copy}", "text": " ".join([*words, f"end{copy}"])})
    whole = index.search("council", limit=100, collapse="duplicates")
    assert len(whole) == 30
    assert len({id.split("-")[0] for id in whole.ids}) == 30
    assert all(hit.duplicates == int(hit.id.split("-")[0]) % 4 * 6 for hit in whole)
    pages = [index.search("council", limit=7, offset=at, collapse="duplicates") for at in range(0, 35, 7)]
    assert [len(page) for page in pages] == [7, 7, 7, 7, 2]
    assert [id for page in pages for id in page.ids] == whole.ids
    assert [hit.duplicates for page in pages for hit in page] == [hit.duplicates for hit in whole]
    assert index.search("council", limit=0, collapse="duplicates").ids == []
    assert index.search("nobody", collapse="duplicates").ids == []


def test_what_cannot_be_asked(index: Index) -> None:
    cursor = index.search("council", limit=1).cursor
    with pytest.raises(QueryError, match="by `offset`, not by `after`"):
        index.search("council", collapse="duplicates", after=cursor)
    with pytest.raises(ValueError, match="collapse is None or 'duplicates', not 'groups'"):
        index.search("council", collapse="groups")


def test_a_deadline_holds_for_all_that_is_looked_through(index: Index) -> None:
    found = index.search("council OR указ", collapse="duplicates", timeout_ms=0.000001)
    assert found.timed_out
    assert not index.search("council OR указ", collapse="duplicates", timeout_ms=60_000).timed_out


def test_short_texts_are_duplicates_only_when_their_words_are_the_same(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "short")
    texts = [
        "Rates rise again.",
        "rates RISE again",
        "Rates rise again today",
        "???",
        "!!!",
        "Курс доллара",
        "Курс евро",
    ]
    with index.writer() as writer:
        for number, text in enumerate(texts):
            writer.add({"id": str(number), "text": text})
    assert ids(index.duplicates()) == [["0", "1"]]


def test_without_stored_texts_signatures_decide(tmp_path: Path) -> None:
    fields = (Field("title", "text"), Field("text", "text", stored=False), Field("date", "date"))
    index = Index.create(tmp_path / "unstored", Definition(fields=fields))
    with index.writer() as writer:
        for one in DOCUMENTS:
            writer.add(one)
    assert ids(index.duplicates()) == GROUPS


def test_many_equal_documents_hang_together(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "equal")
    with index.writer() as writer:
        for number in range(300):
            writer.add({"id": str(number), "text": " ".join(ENGLISH if number % 3 else RUSSIAN)})
    assert [len(group) for group in index.duplicates()] == [200, 100]


def test_a_page_of_duplicates_alone_ends_when_enough_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "_MOST_PLACES", 20)
    index = Index.create(tmp_path / "bounded")
    with index.writer() as writer:
        for number in range(100):
            writer.add({"id": str(number), "text": " ".join(ENGLISH)})
        writer.add(
            {"id": "last", "text": "council of elders on a hill above the sea where nobody ever votes " * 9}
        )
    assert index.search("council", limit=2, where="*", collapse="duplicates").ids == ["last", "0"]
    found = index.search("date:2024 OR *", limit=2, collapse="duplicates")
    assert (found.ids, found[0].duplicates) == (["0"], 99)
    monkeypatch.setattr(told, "_MOST_PLACES", 200)
    assert index.search("date:2024 OR *", limit=2, collapse="duplicates").ids == ["0", "last"]


# ---- what does not fit ----


@pytest.mark.parametrize("change", [-32, -1])
def test_a_section_of_the_wrong_size_is_told(tmp_path: Path, change: int) -> None:
    index = Index.create(tmp_path / "damaged")
    with index.writer() as writer:
        for one in DOCUMENTS:
            writer.add(one)
    index.close()
    path = tmp_path / "damaged" / manifest_of(tmp_path / "damaged")["segments"][0]["file"]
    content = path.read_bytes()
    sections = contents_of(content)["sections"]
    sections["signatures"][1] += change
    patch_segment(tmp_path / "damaged", content, {"sections": sections})
    with Index.open(tmp_path / "damaged") as opened:
        assert opened.search("council").total == 4
        with pytest.raises(searchlib.CorruptIndexError, match="'signatures' has the wrong size"):
            opened.search("council", collapse="duplicates")
        with pytest.raises(searchlib.CorruptIndexError, match="'signatures' has the wrong size"):
            opened.duplicates()
    assert any(
        "'signatures' has the wrong size" in fault.message
        for fault in Index.verify(tmp_path / "damaged").faults
    )


def test_places_and_sets_that_do_not_fit_are_refused(index: Index) -> None:
    ranker = index._open_ranker()
    files = [segment.file for segment in ranker.snapshot.segments]
    signatures = Signatures(files)
    with pytest.raises(IndexError):
        signatures.alike((len(files), 0), [], 1)
    with pytest.raises(IndexError):
        signatures.alike((0, 0), [(0, files[0].documents)], 1)
    other = Signatures([*files, files[0]])
    with pytest.raises(ValueError, match="another snapshot"):
        other.among(ranker.columns.living, [], 1)
    with pytest.raises(ValueError, match="another snapshot"):
        other.groups(ranker.columns.living, 1, 2, lambda one, other: True)

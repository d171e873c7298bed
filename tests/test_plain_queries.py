"""Does the short way, which plain queries take, answer what the long way does?"""

from __future__ import annotations

from pathlib import Path

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib import NEWS, Definition, Field, Index, QueryError
from searchlib.ranking.answer import Answer
from searchlib.ranking.question import Question
from searchlib.ranking.ranker import Ranker
from searchlib.results.results import Results

TEXTS = [
    "Саммит ОДКБ прошёл в Ереване. Главы государств подписали заявление.",
    "На саммите главы государств ОДКБ обсудили безопасность.",
    "The heads of state met in Yerevan and signed the statement.",
    "Имангали Тасмагамбетов выступил на саммите.",
    "Imangali Tasmagambetov spoke at the summit of the CSTO.",
    "Глава государства и генеральный секретарь: ёлка и ель, всё о безопасности.",
    "The state of the state: heads and tails, to be or not to be.",
    "Пресс-секретарь НАТО не приехал. И саммит не состоялся.",
    "COVID19 and the 5G summit of 2024",
]
WORDS = [
    *(
        "саммит",
        "саммите",
        "ОДКБ",
        "одкб",
        "главы",
        "государств",
        "Глава",
        "государства",
        "елка",
        "всё",
        "безопасность",
    ),
    *(
        "и",
        "на",
        "в",
        "не",
        "И",
        "НЕ",
        "ИЛИ",
        "the",
        "of",
        "state",
        "States",
        "heads",
        "summit",
        "CSTO",
        "to",
        "be",
        "not",
    ),
    *(
        "AND",
        "OR",
        "NOT",
        "ANDNOT",
        "Тасмагамбетова",
        "Tasmagambetov",
        "нигде",
        "nowhere",
        "COVID19",
        "5G",
        "2024",
        "日本",
    ),
    *("пресс-секретарь", "Putin:", "state?", "+summit", "e5"),
]
QUERIES = st.tuples(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
    st.sampled_from(["{}", '"{}"', " {}  ", '"{}', "{}*", "{}~1", "{}~"]),
).map(lambda pair: pair[1].format(pair[0]))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Where ОДКБ leads to other names, so that some words go the long way."""
    return built(tmp_path_factory.mktemp("plain") / "index", acronyms=True)


@pytest.fixture(scope="module")
def nameless(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return built(tmp_path_factory.mktemp("plain") / "index", acronyms=False)


def built(path: Path, acronyms: bool) -> Index:
    fields = (Field("title", "text", 2.0), Field("text", "text"), Field("date", "date"))
    index = Index.create(path, Definition(fields, names=False, acronyms=acronyms))
    for half in range(2):  # of two segments
        with index.writer() as writer:
            for number, text in enumerate(TEXTS):
                title, _, body = text.partition(" ")
                writer.add({"id": f"{half}{number}", "title": title, "text": body * (1 + half)})
    return index


def told(results: Results) -> tuple[object, ...]:
    return (
        [(hit.id, hit.score) for hit in results],
        results.total,
        results.cursor,
        [(hit.snippet.text, hit.snippet.marks) for hit in results],
        [results.explain(hit.id) for hit in results],
        results.timed_out,
    )


@settings(max_examples=dose(300), deadline=None)
@given(QUERIES, st.sampled_from([None, "any", "all"]), st.sampled_from([1, 3, 10, 1000]))
def test_both_ways_give_the_same(index: Index, query: str, match: str | None, limit: int) -> None:
    try:
        long = told(
            index.search(query, match=match, limit=limit, timeout_ms=1e6)
        )  # a deadline leaves the short way
    except QueryError as error:
        with pytest.raises(QueryError) as again:
            index.search(query, match=match, limit=limit)
        assert str(again.value) == str(error)
        return
    assert told(index.search(query, match=match, limit=limit)) == long


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("саммит ОДКБ", None),
        ("summit", "all"),
        ("the of", None),
        ('"главы государств"', None),
        ('"саммит"', "all"),
        ("state state", "all"),
        ("COVID19", None),
        ("sum*", None),
        ("саммт~1", "all"),
        ("summt~", "any"),
    ],
)
def test_the_short_way_is_taken(
    nameless: Index, query: str, match: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(*_: object) -> None:
        raise AssertionError("the long way")

    ranker = nameless._open_ranker()
    monkeypatch.setattr(type(ranker), "ask", long)
    assert nameless.search(query, match=match).ids is not None


@pytest.mark.parametrize("query", ['"18 500"', '"18 500 человек"', '"18500"', '"500 человек"', "18 500"])
def test_a_number_in_groups_is_one_word_of_a_phrase(tmp_path: Path, query: str) -> None:
    index = Index.create(tmp_path / "index", NEWS)
    with index.writer() as writer:
        writer.add({"id": "grouped", "text": "Прививку сделали 18 500 человек"})
        writer.add({"id": "other", "text": "В 18 часов 500 человек вышли"})
    short = index.search(query)
    assert told(short) == told(index.search(query, timeout_ms=1e6))
    if query.startswith('"18'):
        assert short.ids == ["grouped"]


@pytest.mark.parametrize("query", ["одкб", "одкб саммит", "одкб одкб", "главы одкб государств"])
def test_words_with_other_names_are_needed_the_short_way(
    index: Index, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = told(index.search(query, match="all", timeout_ms=1e6))
    assert wanted[0]

    def long(*_: object) -> None:
        raise AssertionError("the long way")

    found = index.search(query, match="all")
    monkeypatch.setattr(type(index._open_ranker()), "ask", long)
    assert index.search(query, match="all").ids == found.ids
    assert told(found) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "саммит AND ОДКБ",
        "саммит НЕ ОДКБ",
        "s*m*",
        "summit~2",
        "*",
        "-summit",
        "title:Саммит",
        '"a b" c',
        "пресс-секретарь",
    ],
)
def test_what_may_mean_more_is_read_the_long_way(
    index: Index, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranker = index._open_ranker()
    ask = type(ranker).ask
    asked: list[str] = []

    def noted(self: Ranker, question: Question) -> Answer:
        asked.append(question.query)
        return ask(self, question)

    monkeypatch.setattr(type(ranker), "ask", noted)
    index.search(query)
    assert asked == [query]


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    from searchlib import SearchError

    index = Index.create(tmp_path / "index")
    index.close()
    with pytest.raises(SearchError, match="closed"):
        index.search("саммит")


@pytest.mark.parametrize("limit", [0, 1])
def test_an_empty_index_has_no_hits(tmp_path: Path, limit: int) -> None:
    assert len(Index.create(tmp_path / "index").search("саммит", limit=limit)) == 0


def test_a_word_means_what_it_does_in_the_snapshot_at_hand(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    assert index.search("саммит").ids == []
    with index.writer() as writer:
        writer.add({"id": "a", "text": "О саммите"})
    assert index.search("саммит").ids == ["a"]

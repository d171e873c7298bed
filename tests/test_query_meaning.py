"""Does a query find the documents that it says, with the scores that BM25 gives? Small cases, worked out by hand.

Each is asked of the oracle (naive_query.py) and of an index: the fixture `ask` in conftest.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from conftest import Ask, Records


def texts(*given: str) -> Records:
    """Documents 1, 2, 3 ... of these texts, without a title."""
    return [{"id": str(number), "text": text} for number, text in enumerate(given, 1)]


def ids(hits: Sequence[tuple[str, float]]) -> list[str]:
    """In the order of the documents, whatever their scores."""
    return sorted(one for one, _ in hits)


def found(documents: Records, query: str, ask: Ask, **options: Any) -> str:
    return " ".join(ids(ask(documents, query, **options)))


def idf(df: int, size: int) -> float:
    return math.log(1 + (size - df + 0.5) / (df + 0.5))


def bm25(tf: float, df: int, size: int, relative_length: float = 1.0) -> float:
    """k1 is 1.2 and b 0.55, as in the definition of a news archive."""
    return idf(df, size) * tf / (tf + 1.2 * (1 - 0.55 + 0.55 * relative_length))


FIELDS: Records = [
    {"id": "1", "title": "Открылся саммит", "text": "Прибыли делегации."},
    {"id": "2", "title": "Прибыли делегации", "text": "Завтра откроется саммит."},
    {"id": "3", "title": "Перед саммитами", "text": "Улицы моют."},
]
SECURITY = texts(
    "Коллективная безопасность в регионе",
    "О коллективной безопасности говорили",
    "Безопасность коллективная, дело общее",
    "Коллективный договор и безопасность труда",
    "Вопросы коллективной и общей безопасности",
)
PEOPLE = texts("Люди вышли на площадь", "Человек вышел на площадь", "Людей ждали", "Площадь пуста")
NAMES = texts(
    "Тасмагамбетов прибыл",
    "Встреча с Тасмагамбетовым",
    "Речь о Тасмагамбетове",
    "Прибыл посол",
    "Тасма готова",
)
SPELLED = texts("summit", "sumit", "sumimt", "submits", "comet", "summits")
NUMBERED = texts("alpha beta gamma", "alpha beta", "alpha", "beta gamma", "gamma", "delta")
HYPHENS = texts(
    "Санкт-Петербург ждёт", "Петербург ждёт", "санкт и Петербург", "Старый Петербург", "Москва ждёт"
)
STOPS = texts("за мир и дружбу", "мир без дружбы", "и снова мир", "дружба и мир", "за дружбу")
CROSSING: Records = [
    {"id": "1", "title": "Первый саммит", "text": "Глав государств ждут"},
    {"id": "2", "title": "Прочее", "text": "Открыт саммит глав"},
]
VALUES: Records = [
    {"id": "1", "text": "summit opened", "lang": "en", "source": "Northern Wire", "tags": ["a", "b"]},
    {"id": "2", "text": "summit closed", "lang": "ru", "source": "Meridian", "tags": ["b"]},
    {"id": "3", "text": "harvest opened", "lang": "ru", "source": "Meridian", "tags": ["c"]},
    {"id": "4", "text": "harvest closed", "lang": "en", "source": "Northern Wire"},
]
DATED: Records = [
    {"id": "1", "text": "summit", "date": "2024-06-06"},
    {"id": "2", "text": "summit", "date": "2024-06-30T23:59:59Z"},
    {"id": "3", "text": "summit", "date": "2024-07-01"},
    {"id": "4", "text": "summit summit"},
    {"id": "5", "text": "summit", "date": "2024-06-06T10:30:15+03:00"},
]

CASES: list[tuple[str, Records, str, str]] = [
    # name, documents, query, ids
    ("a field", FIELDS, "title:саммиты", "1 3"),
    ("any text field", FIELDS, "саммиты", "1 2 3"),
    ("a group in a field", FIELDS, "title:(саммит делегация)", "1 2 3"),
    ("a field inside a group of another", FIELDS, "title:(text:саммит)", "2"),
    ("a phrase in any case form", SECURITY, '"коллективной безопасности"', "1 2"),
    ("a literal phrase", SECURITY, '="коллективной безопасности"', "2"),
    ("a phrase of two in three places", SECURITY, '"коллективная безопасность"~3', "1 2 4 5"),
    ("a phrase keeps the order", SECURITY, '"безопасность коллективная"', "3"),
    ("a pattern over forms", NAMES, "Тасмагамбет*", "1 2 3"),
    ("a pattern covers the whole form", NAMES, "*агамбет", ""),
    ("a question mark that ends a question", NAMES, "Тасма?", "5"),
    ("a question mark that stands for a letter", NAMES, "посо? -тасма", "4"),
    ("a pattern covers what is at its start", NAMES, "*тасма", "5"),
    ("a pattern matches forms, not lemmas", PEOPLE, "люд*", "1 3"),
    ("a word matches lemmas", PEOPLE, "люди", "1 2 3"),
    ("an exact word", PEOPLE, "=людей", "3"),
    ("an exact word folds case", PEOPLE, "=ЛЮДИ", "1"),
    ("a letter wrong", SPELLED, "summit~", "1 2 3 6"),
    ("two letters wrong", SPELLED, "summit~2", "1 2 3 4 6"),
    ("two letters wrong, the first four right", SPELLED, "summit~2/4", "1 6"),
    ("AND", NUMBERED, "alpha AND gamma", "1"),
    ("И", NUMBERED, "alpha И beta", "1 2"),
    ("OR", NUMBERED, "alpha OR delta", "1 2 3 6"),
    ("ИЛИ", NUMBERED, "alpha ИЛИ delta", "1 2 3 6"),
    ("NOT beside a word", NUMBERED, "alpha NOT beta", "3"),
    ("НЕ beside a word", NUMBERED, "alpha НЕ beta", "3"),
    ("minus", NUMBERED, "alpha -beta", "3"),
    ("two minuses", NUMBERED, "alpha delta -beta -gamma", "3 6"),
    ("plus", NUMBERED, "+alpha gamma", "1 2 3"),
    ("two pluses", NUMBERED, "+alpha +gamma", "1"),
    ("ANDNOT", NUMBERED, "alpha ANDNOT gamma", "2 3"),
    ("ANDMAYBE", NUMBERED, "alpha ANDMAYBE gamma", "1 2 3"),
    ("REQUIRE", NUMBERED, "alpha REQUIRE gamma", "1"),
    ("OR NOT", NUMBERED, "alpha OR NOT gamma", "1 2 3 6"),
    ("AND NOT of a group", NUMBERED, "alpha AND NOT (beta AND gamma)", "2 3"),
    ("AND binds tighter than OR", NUMBERED, "delta OR alpha AND gamma", "1 6"),
    ("ANDNOT binds looser than OR", NUMBERED, "alpha OR delta ANDNOT beta", "3 6"),
    ("only exclusions", NUMBERED, "-alpha -delta", "4 5"),
    ("everything", NUMBERED, "*", "1 2 3 4 5 6"),
    ("everything but", NUMBERED, "* -beta", "3 5 6"),
    ("either part of a hyphenated word", HYPHENS, "Санкт-Петербург", "1 2 3 4"),
    ("all parts behind AND", HYPHENS, "Санкт-Петербург AND ждёт", "1"),
    ("all parts, together or not", HYPHENS, "Санкт-Петербург AND Петербурга", "1 3"),
    ("a hyphenated word side by side", HYPHENS, '"Санкт-Петербург"', "1"),
    ("all parts are what is excluded", HYPHENS, "Петербург -Санкт-Петербург", "2 4"),
    ("a pattern with a hyphen", HYPHENS, "санкт-*", "1"),
    ("a stop word is left out", STOPS, "и мир", "1 2 3 4"),
    ("a stop word is left out of AND", STOPS, "дружба AND и", "1 2 4 5"),
    ("a stop word alone", STOPS, "и", "1 3 4"),
    ("stop words alone", STOPS, "и AND за", "1"),
    ("a stop word in a phrase", STOPS, '"дружба и мир"', "4"),
    ("a stop word in quotes is meant", STOPS, 'мир AND "и"', "1 3 4"),
    ("a stop word that is excluded", STOPS, "мир -и", "2"),
    ("an exact stop word", STOPS, "мир AND =и", "1 3 4"),
    ("a stop word that is required", STOPS, "+за +дружба", "1 2 4 5"),
    ("a phrase does not cross fields", CROSSING, '"саммит глав"', "2"),
    ("nor with slop", CROSSING, '"саммит глав"~5', "2"),
    ("a value", VALUES, "lang:ru", "2 3"),
    ("a value beside a word limits it", VALUES, "summit lang:ru", "2"),
    ("values of one field beside each other", VALUES, "summit lang:ru lang:en", "1 2"),
    ("values of two fields beside each other", VALUES, "lang:ru tags:b", "2"),
    ("a value in OR", VALUES, "summit OR lang:ru", "1 2 3"),
    ("one value of several", VALUES, "tags:a", "1"),
    ("a value with a space", VALUES, 'source:"Northern Wire"', "1 4"),
    ("a value is matched as it is", VALUES, "source:meridian", ""),
    ("a pattern over values", VALUES, "source:*e*i*", "1 2 3 4"),
    ("a pattern over values, capitals count", VALUES, "source:N*", "1 4"),
    ("any value", VALUES, "tags:*", "1 2 3"),
    ("a range of values", VALUES, "tags:[a TO b]", "1 2"),
    ("a range without its ends", VALUES, "tags:{a TO c}", "1 2"),
    ("above a value", VALUES, "tags:>b", "3"),
    ("an id", VALUES, "id:3 OR id:4", "3 4"),
    ("a month", DATED, "date:2024-06", "1 2 5"),
    ("a day", DATED, "date:2024-06-06", "1 5"),
    ("a minute, wherever it was", DATED, "date:2024-06-06T07:30", "5"),
    ("from a day on", DATED, "date:>=2024-06-30", "2 3"),
    ("after a month", DATED, "date:>2024-06", "3"),
    ("a range of days", DATED, "date:[2024-06-06 TO 2024-06-30]", "1 2 5"),
    ("any date", DATED, "date:*", "1 2 3 5"),
    ("no date", DATED, "summit -date:*", "4"),
]


@pytest.mark.parametrize(
    ("documents", "query", "expected"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_a_query_finds(documents: Records, query: str, expected: str, ask: Ask) -> None:
    assert found(documents, query, ask) == expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("any", "1 2 3 4 5"),
        ("all", "1"),
        (1, "1 2 3 4 5"),
        (2, "1 2 4"),
        (3, "1"),
        (9, "1"),
        ("75%", "1 2 4"),
        ("100%", "1"),
        ("10%", "1 2 3 4 5"),
    ],
)
def test_match_says_how_many_words_are_needed(match: str | int, expected: str, ask: Ask) -> None:
    assert found(NUMBERED, "alpha beta gamma", ask, match=match) == expected


def test_a_word_left_out_is_not_counted(ask: Ask) -> None:
    assert found(STOPS, "мир и дружба", ask, match=2) == "1 2 3 4 5"
    assert found(STOPS, "мир и дружба", ask, match=3) == "1 2 4"
    assert found(STOPS, "мир и дружба", ask, match="all") == "1 2 4"


@pytest.mark.parametrize("match", ["any", "all"])
def test_a_limit_holds_in_every_mode(match: str, ask: Ask) -> None:
    assert found(VALUES, "summit lang:ru", ask, match=match) == "2"


def test_filters_limit_without_a_word_in_the_query(ask: Ask) -> None:
    assert found(VALUES, "summit", ask, lang="ru") == "2"
    assert found(VALUES, "opened", ask, tags=["a", "c"]) == "1 3"
    assert found(VALUES, "opened", ask, tags=["a", "c"], lang="ru") == "3"
    assert found(VALUES, "opened", ask, source="Northern Wire") == "1"
    assert found(DATED, "summit", ask, since="2024-06-30") == "2 3"
    assert found(DATED, "summit", ask, until="2024-06") == "1 2 5"
    assert found(DATED, "summit", ask, since="2024-06-06", until="2024-06-06") == "1 5"


def test_filters_leave_scores_alone(ask: Ask) -> None:
    second = scores(VALUES, "summit", ask)["2"]
    assert scores(VALUES, "summit", ask, lang="ru") == near({"2": second})
    assert scores(VALUES, "summit lang:ru", ask) == near({"2": second})


def test_by_date(ask: Ask) -> None:
    assert [one for one, _ in ask(DATED, "summit", sort="newest")] == ["3", "2", "5", "1", "4"]
    assert [one for one, _ in ask(DATED, "summit", sort="oldest")] == ["1", "5", "2", "3", "4"]


def test_by_date_all_words_are_needed(ask: Ask) -> None:
    assert found(NUMBERED, "alpha gamma", ask, sort="newest") == "1"
    assert found(NUMBERED, "alpha gamma", ask, sort="newest", match="any") == "1 2 3 4 5"


def test_equal_scores_keep_the_order_of_the_documents(ask: Ask) -> None:
    assert [one for one, _ in ask(DATED, "date:*", sort="relevance")] == ["1", "2", "3", "5"]
    assert [one for one, _ in ask(DATED, "date:*", sort="relevance", limit=2, offset=1)] == ["2", "3"]


def test_facets_count_what_was_found(ask: Ask) -> None:
    assert ask.facet(VALUES, "summit", "tags") == {"a": 1, "b": 2}
    assert ask.facet(VALUES, "summit", "lang") == {"en": 1, "ru": 1}
    assert ask.facet(DATED, "summit", "date", "month") == {"2024-06": 3, "2024-07": 1}
    assert ask.facet(DATED, "summit", "date", "year") == {"2024": 4}


# Scores

EVEN = texts("red green", "red blue", "grey green", "red red")  # every length is 2, the average


def scores(documents: Records, query: str, ask: Ask, **options: Any) -> dict[str, float]:
    return dict(ask(documents, query, **options))


def near(expected: dict[str, float]) -> Any:
    """Sums may be made in any order."""
    return pytest.approx(expected, rel=1e-9)


def test_a_word(ask: Ask) -> None:
    once, twice = bm25(1, 3, 4), bm25(2, 3, 4)
    assert scores(EVEN, "red", ask) == near({"1": once, "2": once, "4": twice})


def test_side_by_side_adds_what_matches(ask: Ask) -> None:
    red, green = bm25(1, 3, 4), bm25(1, 2, 4)
    both = {"1": red + green, "2": red, "3": green, "4": bm25(2, 3, 4)}
    assert scores(EVEN, "red green", ask) == near(both)
    assert scores(EVEN, "red OR green", ask) == near(both)
    assert scores(EVEN, "red AND green", ask) == near({"1": red + green})
    assert scores(EVEN, "red green", ask, match=2) == near({"1": red + green})


def test_a_word_asked_twice_counts_twice(ask: Ask) -> None:
    assert scores(EVEN, "blue blue", ask) == near({"2": 2 * bm25(1, 1, 4)})


def test_a_boost_multiplies(ask: Ask) -> None:
    assert scores(EVEN, "blue^3", ask) == near({"2": 3 * bm25(1, 1, 4)})
    assert scores(EVEN, "(blue grey)^0.5", ask) == near({"2": 0.5 * bm25(1, 1, 4), "3": 0.5 * bm25(1, 1, 4)})
    assert scores(EVEN, '"red green"^2', ask) == near({"1": 2 * (bm25(1, 3, 4) + bm25(1, 2, 4))})


def test_exclusions_and_limits_add_nothing(ask: Ask) -> None:
    red = bm25(1, 3, 4)
    assert scores(EVEN, "red -green", ask) == near({"2": red, "4": bm25(2, 3, 4)})
    assert scores(EVEN, "red REQUIRE green", ask) == near({"1": red})
    assert scores(EVEN, "-red", ask) == near({"3": 0.0})


def test_what_is_optional_lifts(ask: Ask) -> None:
    red, green = bm25(1, 3, 4), bm25(1, 2, 4)
    lifted = {"1": red + green, "2": red, "4": bm25(2, 3, 4)}
    assert scores(EVEN, "red ANDMAYBE green", ask) == near(lifted)
    assert scores(EVEN, "+red green", ask) == near(lifted)


def test_a_title_counts_twice(ask: Ask) -> None:
    documents: Records = [
        {"id": "1", "title": "red", "text": "green"},  # length 2 * 1 + 1 = 3
        {"id": "2", "title": "blue", "text": "red"},  # the same
        {"id": "3", "title": "grey", "text": "grey"},
    ]
    assert scores(documents, "red", ask) == near({"1": bm25(2, 2, 3), "2": bm25(1, 2, 3)})
    assert scores(documents, "title:red", ask) == near(
        {"1": bm25(2, 2, 3)}
    )  # df is that of the whole document
    assert scores(documents, "title:=red", ask) == near(
        {"1": bm25(2, 1, 3)}
    )  # of an exact word it is the field's
    assert scores(documents, "=red", ask) == near({"1": bm25(2, 2, 3), "2": bm25(1, 2, 3)})


def test_length_leaves_out_stop_words_and_hyphenated_wholes(ask: Ask) -> None:
    documents = texts("pre-war", "the red and the green", "blue grey", "blue grey")  # each counts 2 words
    assert scores(documents, "green", ask) == near({"2": bm25(1, 1, 4)})
    assert scores(documents, "war AND pre", ask) == near({"1": 2 * bm25(1, 1, 4)})
    assert scores(documents, "pre-war", ask) == near({"1": 3 * bm25(1, 1, 4)})  # pre-war, pre, war


def test_a_longer_text_is_held_back(ask: Ask) -> None:
    documents = texts("red", "blue grey green")  # the average is 2
    assert scores(documents, "red blue", ask) == near({"1": bm25(1, 1, 2, 0.5), "2": bm25(1, 1, 2, 1.5)})


def test_a_phrase_has_the_idfs_of_its_words(ask: Ask) -> None:
    red, green = 3, 2  # documents with it
    assert scores(EVEN, '"red green"', ask) == near({"1": bm25(1, red, 4) + bm25(1, green, 4)})
    documents = texts("red green red green", "green red blue red", "red red red green", "grey grey grey grey")
    twice, once = 2 * bm25(2, 3, 4), 2 * bm25(1, 3, 4)
    assert scores(documents, '"red green"', ask) == near({"1": twice, "3": once})
    assert scores(documents, '="red green"', ask) == near({"1": twice, "3": once})
    # Ends of chains are counted: the two green of the first, not the three pairs.
    assert scores(documents, '"red green"~3', ask) == near({"1": twice, "3": once})
    assert scores(documents, '"red red"', ask) == near({"3": twice})
    assert scores(documents, '"red green" grey', ask) == near({"1": twice, "3": once, "4": bm25(4, 1, 4)})


def test_a_pattern_counts_as_one_word(ask: Ask) -> None:
    documents = texts("red reds", "redder grey", "blue grey", "grey grey")
    assert scores(documents, "red*", ask) == near({"1": bm25(2, 2, 4), "2": bm25(1, 2, 4)})
    assert scores(documents, "reds~", ask) == near({"1": bm25(2, 1, 4)})


def test_readings_of_a_word_score_as_their_best(ask: Ask) -> None:
    # "банки" is of банк, a bank, and of банка, a jar; the other two forms are of one each.
    documents = texts("банки города", "банком города", "банкой города", "банкой реки", "город река")
    bank, jar = bm25(1, 2, 5), bm25(1, 3, 5)
    assert scores(documents, "банки", ask) == near({"1": bank, "2": bank, "3": jar, "4": jar})


def test_values_add_their_boost_where_they_are_alternatives(ask: Ask) -> None:
    summit = bm25(1, 2, 4)
    assert scores(VALUES, "summit OR lang:ru", ask) == near({"1": summit, "2": summit + 1, "3": 1.0})
    assert scores(VALUES, "summit OR lang:ru^0.25", ask) == near({"1": summit, "2": summit + 0.25, "3": 0.25})
    assert scores(VALUES, "summit ANDMAYBE lang:ru^2", ask) == near({"1": summit, "2": summit + 2})
    assert scores(VALUES, "lang:ru OR tags:b", ask) == near({"1": 1.0, "2": 2.0, "3": 1.0})
    assert scores(VALUES, "summit AND lang:ru", ask) == near({"2": summit})
    assert scores(VALUES, "lang:ru", ask) == near({"2": 0.0, "3": 0.0})
    assert scores(VALUES, "*", ask) == near({"1": 0.0, "2": 0.0, "3": 0.0, "4": 0.0})
    assert scores(DATED, "date:2024-07 OR date:2024-06-30", ask) == near({"2": 1.0, "3": 1.0})


def test_a_stop_word_is_as_if_it_had_not_been_written(ask: Ask) -> None:
    for query in ("мир и", "и AND мир", "и ANDMAYBE мир", "мир ANDMAYBE и", "и REQUIRE мир", "+и +мир"):
        assert scores(STOPS, query, ask) == near(scores(STOPS, "мир", ask)), query

"""Is what rises what a count of every document says, and are names one entry, as people write them?"""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from doses import dose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchlib
from searchlib import Definition, Field, Index, QueryError
from searchlib.language import Analyzer
from searchlib.query.dates import date_span
from searchlib.query.tree import DateRange
from searchlib.ranking._trends import likelihood, rising

NOUNS = ["саммит", "договор", "граница", "урожай", "река", "summit", "treaty", "border", "harvest", "river"]


def naive_g2(a: int, first: int, b: int, second: int) -> float:
    """Dunning's ratio by its definition: 2 * sum of O * ln(O / E) over the four cells."""
    if not first or not second or a / first <= b / second:
        return 0.0
    table = [[a, first - a], [b, second - b]]
    total = first + second
    sums = [a + b, total - a - b]
    expected = [[row * column / total for column in sums] for row in (first, second)]
    return 2 * sum(
        seen * math.log(seen / want)
        for seens, wants in zip(table, expected, strict=True)
        for seen, want in zip(seens, wants, strict=True)
        if seen
    )


@given(st.integers(1, 500), st.integers(1, 5000), st.data())
def test_the_score_is_dunnings(first: int, second: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    assert likelihood(a, first, b, second) == pytest.approx(naive_g2(a, first, b, second), abs=1e-6)


def test_the_score_of_a_published_example() -> None:
    # 110 of 2,552 and 29 of 29,114: 2 * (110 ln(110 / 11.20) + 29 ln(29 / 127.80) + 2442 ln(...) + 29085 ln(...))
    assert likelihood(110, 2552, 29, 29114) == pytest.approx(naive_g2(110, 2552, 29, 29114))
    assert likelihood(29, 29114, 110, 2552) == 0.0


def build(path: Path, *batches: list[dict[str, Any]], definition: Definition | None = None) -> Index:
    index = Index.create(path, definition) if definition is not None else Index.create(path)
    for batch in batches:
        with index.writer() as writer:
            for one in batch:
                writer.add(one)
    return index


def made_up(count: int, seed: int) -> list[dict[str, Any]]:
    """Documents over 60 days, some without a date, in which what is written about changes."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        day = chance.randrange(60)
        words = [chance.choice(NOUNS[day // 12 :]) for _ in range(chance.randrange(1, 9))]
        words += [f"w{chance.randrange(300)}x", "common"]
        one = {"id": str(number), "title": "", "text": " ".join(words), "lang": chance.choice(["ru", "en"])}
        if chance.random() < 0.95:
            one["date"] = (date(2024, 3, 1) + timedelta(days=day)).isoformat()
        found.append(one)
    return found


@settings(max_examples=dose(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.lists(st.integers(1, 250), min_size=1, max_size=4), st.integers(1, 5))
def test_every_term_is_counted(seed: int, sizes: list[int], least: int) -> None:
    documents = made_up(sum(sizes), seed)
    chance = random.Random(seed)
    dead = {one["id"] for one in documents if chance.random() < 0.1}
    analyzer = Analyzer()
    with TemporaryDirectory() as folder:
        left = iter(documents)
        index = build(Path(folder) / "news", *[[next(left) for _ in range(size)] for size in sizes])
        with index.writer() as writer:
            for id in dead:
                writer.delete(id)
        start = date_span("2024-04", datetime.now(UTC))[0]
        ranker = index._open_ranker()
        june, before = (
            ranker.columns.bits_of(DateRange("date", *span)) for span in [(start, None), (None, start)]
        )
        found = rising(ranker.usual.lexicon.searcher, june, before, least, 1.0)
    counts: list[Counter[str]] = [Counter(), Counter()]
    sums = [0, 0]
    for one in documents:
        if one["id"] in dead or "date" not in one:
            continue
        side = int(one["date"] < "2024-04")
        sums[side] += 1
        counts[side].update(
            {term for token in analyzer.tokens(one["text"]) for term in analyzer.analyze(token.form).terms}
        )
    wanted = {
        term: (naive_g2(n, sums[0], counts[1][term], sums[1]), n, counts[1][term])
        for term, n in counts[0].items()
        if n >= least
    }
    close = {term for term, (score, _, _) in wanted.items() if abs(score - 1.0) < 1e-9}
    said = {term: (score, n, before) for score, term, n, before in found if term not in close}
    assert len(found) == len({term for _, term, _, _ in found})
    assert said.keys() == {term for term, one in wanted.items() if one[0] > 1.0} - close
    for term, (score, n, earlier) in said.items():
        assert (n, earlier) == wanted[term][1:]
        assert score == pytest.approx(wanted[term][0])


def daily(day: str, text: str, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    return [
        {"id": f"{day}/{text[:20]}/{n}", "title": "", "text": text, "date": day, **more} for n in range(count)
    ]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Half a year of weather, in which a man is appointed in June."""
    before = [
        one
        for month in ("01", "02", "03", "04", "05")
        for one in daily(f"2024-{month}-10", "Погода и урожай: дождь над рекой, the weather of 1999", 12)
    ]
    june = daily("2024-06-03", "Указом назначен Имангали Тасмагамбетов. Тасмагамбетов поблагодарил коллег", 4)
    june += daily(
        "2024-06-04", "Имангали Тасмагамбетова поздравили. The Санкт-Петербург forum opened in 2024", 3
    )
    june += daily(
        "2024-06-05", "О назначении Имангали Тасмагамбетова пишет Steppe News из Санкт-Петербурга", 5
    )
    june += daily("2024-06-06", "Погода и урожай: дождь над рекой", 6)
    return build(tmp_path_factory.mktemp("trends") / "news", before, june)


def test_a_name_is_one_entry_whatever_its_case(news: Index) -> None:
    trends = news.trends("2024-06")
    assert (trends.documents, trends.background) == (18, 60)
    first = trends[0]
    assert first.text == "Имангали Тасмагамбетова"
    assert (first.documents, first.background) == (12, 0)
    assert first.counts == (("2024-06-03", 4), ("2024-06-04", 3), ("2024-06-05", 5))
    assert first.score == pytest.approx(naive_g2(12, 18, 0, 60))
    texts = [trend.text for trend in trends]
    assert not [text for text in texts if text in ("Имангали", "Тасмагамбетов", "Тасмагамбетова")]
    assert "Steppe News" in texts
    assert sum("Петербург" in text for text in texts) == 1
    assert not {"1999", "2024", "the", "The", "и", "над", "in"} & set(texts)
    assert not [text for text in texts if text in ("дождь", "погода", "Погода", "урожай")]
    assert [trend.score for trend in trends] == sorted((trend.score for trend in trends), reverse=True)


def test_inflections_of_a_word_are_counted_together(tmp_path: Path) -> None:
    old = daily("2024-01-01", "Тихий день", 20)
    new = daily("2024-02-01", "Открытие моста", 2) + daily("2024-02-02", "О мостах и мостами", 2)
    new += daily("2024-02-03", "Новый мост", 1)
    [bridge] = [one for one in build(tmp_path / "news", old + new).trends("2024-02") if "мост" in one.terms]
    assert bridge.documents == 5
    assert bridge.counts == (("2024-02-01", 2), ("2024-02-02", 2), ("2024-02-03", 1))


def test_a_query_and_filters_limit_both_sides(tmp_path: Path) -> None:
    old = daily("2024-01-01", "Саммит: торговля", 10, lang="ru") + daily(
        "2024-01-02", "Футбол", 10, lang="ru"
    )
    new = daily("2024-02-01", "Саммит: оборона", 4, lang="ru") + daily("2024-02-02", "Хоккей", 4, lang="ru")
    new += daily("2024-02-03", "Саммит summit defence", 5, lang="en")
    index = build(tmp_path / "news", old + new)
    trends = index.trends("2024-02", query="саммиты", lang="ru")
    assert (trends.documents, trends.background) == (4, 10)
    assert [trend.text for trend in trends] == ["оборона"]
    assert {trend.text for trend in index.trends("2024-02", lang="ru")} == {"оборона", "Хоккей"}
    until = index.trends("2024-02", until="2024-02-01", lang="ru")
    assert (until.since, until.until, until.documents) == ("2024-02-01", "2024-02-01", 4)
    assert index.trends("2024-02", limit=1).trends == index.trends("2024-02").trends[:1]


def test_without_stored_texts_forms_are_told_from_the_index(tmp_path: Path) -> None:
    definition = Definition(
        name="bare",
        fields=(Field("text", "text", stored=False), Field("date", "date"), Field("lang", "keyword")),
    )
    old = [{**one, "title": None} for one in daily("2024-01-01", "тихий день", 20)]
    new = daily("2024-02-01", "Countries met: странами", 3) + daily(
        "2024-02-02", "Странами названы countries", 3
    )
    for one in old + new:
        one.pop("title")
    found = build(tmp_path / "news", old + new, definition=definition).trends("2024-02")
    texts = {trend.text for trend in found}
    assert {"countries", "странами"} <= texts


def test_when_there_is_nothing_to_tell(news: Index) -> None:
    late = news.trends("30d")
    assert (len(late), late.documents, late.newest) == (0, 0, "2024-06-06")
    early = news.trends("2023")
    assert (len(early), early.documents, early.background) == (0, 78, 0)
    assert early.counts[0] == ("2024-01-10", 12)
    nothing = news.trends("2024", query="ничего")
    assert (nothing.documents, nothing.newest) == (0, None)


def test_the_types_have_public_names(news: Index) -> None:
    trends = news.trends("2024-06")
    assert isinstance(trends, searchlib.Trends)
    assert all(isinstance(trend, searchlib.Trend) for trend in trends)
    assert (trends[:2], len(trends)) == (trends.trends[:2], len(trends.trends))
    with pytest.raises(AttributeError, match="no attribute 'Trendy'"):
        searchlib.Trendy  # noqa: B018


def test_what_cannot_be_asked(news: Index, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="limit is a number from 1"):
        news.trends("2024", limit=0)
    with pytest.raises(QueryError, match="since: 'июнь' is no date"):
        news.trends("июнь")
    with pytest.raises(QueryError, match="lies behind until"):
        news.trends("2024-06", until="2024-05")
    undated = build(tmp_path / "news", definition=Definition(name="bare", fields=(Field("text", "text"),)))
    with pytest.raises(QueryError, match="trends need a date field"):
        undated.trends("2024")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0d", "2024-03-31"),
        ("30d", "2024-03-01"),
        ("2w", "2024-03-17"),
        ("1m", "2024-02-29"),
        ("13m", "2023-02-28"),
        ("1y", "2023-03-31"),
        ("30д", "2024-03-01"),
        ("2н", "2024-03-17"),
        ("1М", "2024-02-29"),
        ("4г", "2020-03-31"),
    ],
)
def test_days_before_today(text: str, day: str) -> None:
    now = datetime(2024, 3, 31, 15, 30, tzinfo=UTC)
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    assert date_span(text, now) == (start, start + 86400)


@pytest.mark.parametrize("text", ["2025y", "30000m", "d", "30 d", "30q", "99999d"])
def test_what_is_no_time_before_today(text: str) -> None:
    with pytest.raises(ValueError, match="no date"):
        date_span(text, datetime(2024, 3, 31, tzinfo=UTC))

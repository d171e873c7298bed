"""Do the arguments of Index.search do what they say: pages, ages, weights, filters, time limits, explanations, batches?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from small_archive import articles, build

import searchlib
from searchlib import Definition, Explanation, Field, QueryError
from searchlib.ranking.pages import Cursor


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> searchlib.Index:
    """Three segments, some documents replaced, with equal scores and equal dates among them."""
    folder = tmp_path_factory.mktemp("many") / "news"
    first = articles(120)
    twins = [{**one, "id": f"twin-{number}"} for number, one in enumerate(first[:40])]
    return build(folder, first, twins, articles(60, seed=2))


def pages(index: searchlib.Index, query: str, size: int, **options: Any) -> Iterator[str]:
    after = None
    while True:
        results = index.search(query, limit=size, after=after, **options)
        yield from results.ids
        after = results.cursor
        if after is None:
            return


@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("common", {}),
        ("common", {"recency": 30}),
        ("common -summit", {}),
        ("* ANDMAYBE common", {"sort": "relevance"}),
        ("*", {"sort": "relevance"}),
        ("common", {"sort": "newest"}),
        ("common", {"sort": "oldest"}),
        ("common", {"sort": "lang"}),
        ("*", {"sort": "-tags"}),
    ],
)
def test_pages_by_cursor_are_the_whole_list_cut_up(
    many: searchlib.Index, query: str, options: dict[str, Any], size: int
) -> None:
    whole = many.search(query, limit=1000, **options)
    assert len(whole) == whole.total > 30
    assert list(pages(many, query, size, **options)) == whole.ids
    for offset in (0, 1, 49, 5000):
        assert (
            many.search(query, limit=size, offset=offset, **options).ids == whole.ids[offset : offset + size]
        )


def test_a_cursor_belongs_to_its_order(many: searchlib.Index) -> None:
    by_date = many.search("common", limit=3, sort="newest").cursor
    with pytest.raises(QueryError, match="was made for a search sorted by 'newest', not by 'relevance'"):
        many.search("common", after=by_date)
    for wrong in ("", "nonsense", "ÿ", "AAAA"):
        with pytest.raises(QueryError, match="is no cursor"):
            many.search("common", after=wrong)
    for key in (float("inf"), float("nan")):
        with pytest.raises(QueryError, match="is no cursor"):
            many.search("common", after=str(Cursor("newest", key, "id-1")), sort="newest")
    assert many.search("nowhere").cursor is None


def test_a_cursor_goes_on_after_a_commit(tmp_path: Path) -> None:
    index = build(tmp_path / "news", articles(60))
    before = index.search("common", limit=1000, sort="newest").ids
    first = index.search("common", limit=20, sort="newest")
    with index.writer() as writer:
        writer.add({"id": "later", "text": "common", "date": "2030-01-01"})
        writer.add({"id": first.ids[-1], "text": "replaced and gone"})
    rest = index.search("common", limit=1000, sort="newest", after=first.cursor).ids
    assert rest == before[20:]


def test_recency_halves_scores_by_age(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "news")
    with index.writer() as writer:
        for day in ("2024-06-30", "2024-06-20", "2024-05-31", None):
            writer.add({"id": str(day), "text": "саммит"} | ({} if day is None else {"date": day}))
    plain = {hit.id: hit.score for hit in index.search("саммит")}
    assert len(set(plain.values())) == 1
    aged = index.search("саммит", recency=10)
    assert aged.ids == ["2024-06-30", "2024-06-20", "2024-05-31", "None"]
    for hit, factor in zip(aged, (1, 1 / 2, 1 / 8, 1 / 8), strict=True):
        assert hit.score == pytest.approx(plain[hit.id] * factor)


@pytest.mark.parametrize("half_life", [1, 30, 10_000])
def test_the_best_by_recency_are_exact(many: searchlib.Index, half_life: float) -> None:
    plain = {hit.id: hit for hit in many.search("common summit", limit=1000)}
    moments = {
        id: datetime.fromisoformat(hit.date or "1970-01-01").replace(tzinfo=UTC) for id, hit in plain.items()
    }
    newest = max(
        datetime.fromisoformat(hit.date or "1970-01-01").replace(tzinfo=UTC)
        for hit in many.search("*", limit=1000)
    )
    found = many.search("common summit", limit=20, recency=half_life)
    aged = {
        id: hit.score * 2 ** -((newest - moments[id]).total_seconds() / 86400 / half_life)
        for id, hit in plain.items()
    }
    expected = sorted(aged.values(), reverse=True)[:20]
    assert [hit.score for hit in found] == pytest.approx(expected, rel=1e-9)


def test_fields_and_weights(sample: searchlib.Index) -> None:
    in_titles = sample.search("саммит", fields=["title"], limit=100)
    assert in_titles.ids
    assert all("саммит" in hit.title.lower() for hit in in_titles)
    assert set(in_titles.ids) == set(sample.search("title:саммит", limit=100).ids)
    assert in_titles.total == len(in_titles)
    as_usual = sample.search("саммит глав", fields={"title": 2.0, "text": 1.0})
    assert [(hit.id, hit.score) for hit in as_usual] == [
        (hit.id, hit.score) for hit in sample.search("саммит глав")
    ]
    heavy = sample.search("саммит глав", fields={"title": 50, "text": 1}, explain=True)
    for hit in heavy:
        assert hit.explanation is not None
        assert hit.explanation.value == pytest.approx(hit.score)
    assert (
        sample.search('"глав государств"', fields=["title"]).total < sample.search('"глав государств"').total
    )


def test_filters(sample: searchlib.Index) -> None:
    everything = {hit.id: hit for hit in sample.search("*", limit=1000)}

    def ids(**options: Any) -> set[str]:
        return set(sample.search("*", limit=1000, **options).ids)

    def those(test: Any) -> set[str]:
        return {id for id, hit in everything.items() if test(hit)}

    assert ids(lang="ru") == those(lambda hit: hit.lang == "ru")
    assert ids(lang=["ru", "en"]) == those(lambda hit: hit.lang in ("ru", "en"))
    assert ids(lang="xx") == set()
    assert ids(source="Northern Courier", lang="en") == those(
        lambda hit: (hit.source, hit.lang) == ("Northern Courier", "en")
    )
    tag = next(hit.fields["tags"][0] for hit in everything.values() if hit.fields.get("tags"))
    assert ids(tags=[tag]) == those(lambda hit: tag in (hit.fields.get("tags") or ()))
    dated = {id: hit.date[:10] for id, hit in everything.items() if hit.date}
    for since in ("2024", "2024-06", "2024-06-06", date(2024, 6, 6), datetime(2024, 6, 6, tzinfo=UTC)):
        first = {"2024": "2024-01-01", "2024-06": "2024-06-01"}.get(str(since), "2024-06-06")
        assert ids(since=since) == {id for id, day in dated.items() if day >= first}
    assert ids(until="2024-06") == {id for id, day in dated.items() if day <= "2024-06-30"}
    assert ids(until=date(2024, 6, 6)) == {id for id, day in dated.items() if day <= "2024-06-06"}
    assert ids(since="2024-06-06", until="2024-06-06") == {
        id for id, day in dated.items() if day == "2024-06-06"
    }
    assert ids(where="саммит lang:ru") == set(sample.search("саммит", lang="ru", limit=1000).ids)
    scores = {hit.id: hit.score for hit in sample.search("саммит")}
    for hit in sample.search("саммит", since="2024-06", where="ОДКБ"):
        assert hit.score == scores[hit.id]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"since": "soon"}, QueryError, "since: 'soon' is no date"),
        ({"since": "2024-07", "until": "2024-06"}, QueryError, "lies behind"),
        ({"sort": "colour"}, QueryError, "'colour' cannot be sorted by"),
        ({"fields": ["colour"]}, QueryError, "'colour' is no text field"),
        ({"fields": []}, QueryError, "fields are names of text fields"),
        ({"fields": {"title": 0}}, QueryError, "every weight is 0"),
        ({"fields": {"title": -1}}, QueryError, "0 or from 1e-06 to 1000"),
        ({"match": "most"}, QueryError, "match is 'any', 'all'"),
        ({"where": "colour:red"}, QueryError, "no field 'colour'"),
        ({"lang": 7}, QueryError, "each a str, not by 7"),
        ({"lang": [7]}, QueryError, "each a str"),
        ({"recency": 0}, ValueError, "a half-life in days above 0"),
        ({"recency": 3, "sort": "newest"}, ValueError, "recency goes with sort='relevance'"),
        ({"timeout_ms": 0}, ValueError, "a number above 0"),
        ({"offset": -1}, ValueError, "offset is a number from 0"),
        ({"after": "x", "offset": 3}, ValueError, "not by both"),
    ],
)
def test_what_cannot_be_asked(
    sample: searchlib.Index, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        sample.search("саммит", **options)


def test_an_index_without_dates_and_values(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "plain", Definition((Field("text", "text"),)))
    with index.writer() as writer:
        writer.add({"id": "b", "text": "one two"})
        writer.add({"id": "a", "text": "two"})
    assert index.search("*").ids == ["b", "a"]
    for options in ({"since": "2024"}, {"lang": "ru"}, {"sort": "newest"}, {"recency": 3}):
        with pytest.raises(QueryError, match=r"this index has no"):
            index.search("two", **options)


def test_a_time_limit_gives_what_there_is(many: searchlib.Index) -> None:
    hurried = many.search("common summit* -x", timeout_ms=1e-6)
    assert hurried.timed_out
    assert (len(hurried), hurried.total, hurried.cursor) == (0, 0, None)
    assert hurried.facet("lang") == {}
    calm = many.search("common summit*", timeout_ms=60_000)
    assert not calm.timed_out
    assert calm.ids == many.search("common summit*").ids


def leaves_agree(explanation: Explanation) -> None:
    """Every number is what its parts give."""
    for part in explanation.parts:
        leaves_agree(part)
    values = [part.value for part in explanation.parts]
    if explanation.how == "sum":
        assert explanation.value == pytest.approx(sum(values))
    elif explanation.how == "product":
        assert explanation.value == pytest.approx(math.prod(values))
    elif explanation.how == "largest":
        assert explanation.value == pytest.approx(max(values))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("саммит глав государств", {}),
        ("саммит^2 AND ОДКБ", {}),
        ('"глав государств" OR Тасмагамбет*^0.5', {}),
        ("(саммит AND Астана) OR CSTO OR lang:ru^3", {}),
        ("+саммит title:глав -НАТО", {"recency": 100}),
        ("=саммите OR саммитт~1", {"fields": {"title": 5, "text": 1}}),
        ("стали", {}),
        ("lang:ru", {"sort": "relevance"}),
    ],
)
def test_an_explanation_adds_up_to_the_score(
    sample: searchlib.Index, query: str, options: dict[str, Any]
) -> None:
    results = sample.search(query, limit=100, explain=True, **options)
    assert len(results)
    for hit in results:
        assert hit.explanation is not None
        assert hit.explanation.value == pytest.approx(hit.score, rel=1e-9)
        leaves_agree(hit.explanation)
        assert sample.explain(hit.id, query, **options) == hit.explanation
        assert f"{hit.score:.4f}" in str(hit.explanation)
        assert hit.explanation.as_dict()["value"] == hit.explanation.value
    found = set(results.ids)
    other = next((id for id in sample.search("*", limit=1000).ids if id not in found), None)
    if other is not None:
        assert sample.explain(other, query, **options) == Explanation(0.0, "the document does not match")
    with pytest.raises(LookupError, match="no document with the id 'nobody'"):
        sample.explain("nobody", query, **options)


@pytest.mark.parametrize("workers", [None, 1, 3])
def test_many_queries_at_once(many: searchlib.Index, workers: int | None) -> None:
    queries = ["common", "summit -common", '"common summit"', "common AND summit", "nowhere"] * 5
    together = many.search_many(queries, workers=workers, limit=7, lang="en")
    assert [results.query for results in together] == queries
    assert [results.ids for results in together] == [many.search(q, limit=7, lang="en").ids for q in queries]
    assert many.search_many([]) == []
    with pytest.raises(QueryError, match="no words"):
        many.search_many(["common", "..."], workers=workers)
    with pytest.raises(ValueError, match="workers is a number from 1"):
        many.search_many(["common"], workers=0)


def test_words_of_patterns_and_phrases_are_marked(sample: searchlib.Index) -> None:
    def marked(query: str) -> set[str]:
        [hit, *_] = sample.search(query)
        return {hit.snippet.text[low:high].lower() for low, high in hit.snippet.marks}

    assert marked("Тасмагамбет*") <= {"тасмагамбетов", "тасмагамбетова", "тасмагамбетову", "тасмагамбетовым"}
    assert marked("=саммите") == {"саммите"}
    assert marked("саммитт~1") >= {"саммит"}
    assert {"глав", "государств"} & marked('"главы государства"') or {"главы", "государств"} & marked(
        '"главы государства"'
    )


def test_lenient_takes_strays_for_words(sample: searchlib.Index) -> None:
    with pytest.raises(QueryError) as caught:
        sample.search('"саммит')
    assert caught.value.position == 0
    assert sample.search('"саммит', lenient=True).ids == sample.search("саммит").ids


def test_plain_words_import_no_grammar(sample: searchlib.Index) -> None:
    import subprocess
    import sys

    script = (
        "import sys, searchlib\n"
        f"index = searchlib.Index.open({str(sample.path)!r})\n"
        "index.search('саммит глав', match='all', since='2024', lang='ru', sort='newest')\n"
        "index.search('саммит глав')\n"
        "assert 'whoosh' not in sys.modules\n"
        "index.search('title:(саммит OR визит)^2')\n"
        "assert 'whoosh' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

"""Each construct of the query language gives its tree, and a query without any gives its words."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.definitions import NEWS, Definition, Field
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.parser import parse
from searchlib.query.syntax import is_plain
from searchlib.query.tree import (
    All,
    Any,
    DateRange,
    Everything,
    Except,
    Fuzzy,
    Keyword,
    KeywordRange,
    Maybe,
    Node,
    Not,
    Pattern,
    Phrase,
    Require,
    Word,
)

NOW = datetime(2024, 6, 12, 15, 30, tzinfo=UTC)  # a Wednesday
A, B, C, D = (Word(letter) for letter in "abcd")


def bare(node: Node) -> Node:
    """The tree without its places."""
    changes: dict[str, object] = {"span": (0, 0)}
    for one in fields(node):
        value = getattr(node, one.name)
        if one.name == "parts":
            changes[one.name] = tuple(bare(part) for part in value)
        elif not isinstance(value, (str, int, float, tuple, type(None))):
            changes[one.name] = bare(value)
    return replace(node, **changes)  # type: ignore[arg-type]


def tree(query: str, match: str | int = "any") -> Node:
    return bare(parse(query, NEWS, match=match, now=NOW))


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


WORDS: list[tuple[str, Node]] = [
    ("саммит", Word("саммит")),
    ("a b", Any((A, B))),
    ("саммит, ОДКБ!", Any((Word("саммит,"), Word("ОДКБ!")))),
    ("a — b", Any((A, B))),
    ("title:саммит", Word("саммит", "title")),
    ("text:foo-bar", Word("foo-bar", "text")),
    ("title:'двух слов'", Word("двух слов", "title")),
    ("title:'-5 градусов'", Word("-5 градусов", "title")),
    ("title:(a b)", Any((Word("a", "title"), Word("b", "title")))),
    ("title:(a text:b)", Any((Word("a", "title"), Word("b", "text")))),
    ("title:12:30", Word("12:30", "title")),
    ("=слово", Word("слово", exact=True)),
    ("title:=Слово", Word("Слово", "title", exact=True)),
    ("-=a b", Except(B, Word("a", exact=True))),
    ("2+2=4 -a", Except(Word("2+2=4"), A)),
]

PHRASES: list[tuple[str, Node]] = [
    ('"саммит ОДКБ"', Phrase("саммит ОДКБ")),
    ('title:"-5 градусов"', Phrase("-5 градусов", "title")),
    ('"a b"~3', Phrase("a b", slop=3)),
    ('title:"a b"', Phrase("a b", "title")),
    ('title:("a b"~2 c)', Any((Phrase("a b", "title", 2), Word("c", "title")))),
    ('="точная фраза"', Phrase("точная фраза", exact=True)),
    ('title:="a b"~2', Phrase("a b", "title", 2, exact=True)),
    ('"a AND (b"', Phrase("a AND (b")),
    ('"война И мир"', Phrase("война И мир")),
    ('a "b c" d', Any((A, Phrase("b c"), D))),
    ('foo*"bar baz"', Any((Pattern("foo*"), Phrase("bar baz")))),
]

PATTERNS: list[tuple[str, Node]] = [
    ("росс*", Pattern("росс*")),
    ("wor?d", Pattern("wor?d")),
    ("*ость", Pattern("*ость")),
    ("title:росс*", Pattern("росс*", "title")),
    ("«росс*», a", Any((Pattern("росс*"), A))),
    ("pre-w*", Pattern("pre-w*")),
    ("source:North*", Pattern("North*", "source")),
    ("url:https://*.org/?", Pattern("https://*.org/?", "url")),
    ("-росс* a", Except(A, Pattern("росс*"))),
    ("word~", Fuzzy("word")),
    ("слово~2", Fuzzy("слово", distance=2)),
    ("word~2/3", Fuzzy("word", distance=2, prefix=3)),
    ("title:word~/1", Fuzzy("word", "title", prefix=1)),
    ("foo-bar~", Fuzzy("foo-bar")),
    ("*", Everything()),
    ("*:*", Everything()),
    ("* -a", Except(Everything(), A)),
]

KEYWORDS: list[tuple[str, Node]] = [
    ("lang:ru", Keyword("lang", "ru")),
    ("id:42", Keyword("id", "42")),
    ('source:"Northern Courier"', Keyword("source", "Northern Courier")),
    ("source:'Вестник содружества'", Keyword("source", "Вестник содружества")),
    ("tags:(x y)", Any((Keyword("tags", "x"), Keyword("tags", "y")))),
    ("url:https://example.org/a:b", Keyword("url", "https://example.org/a:b")),
    ('url:"https://example.org/?a=b"', Keyword("url", "https://example.org/?a=b")),
    ('tags:"a*"', Keyword("tags", "a*")),
    ("tags:=y", Keyword("tags", "y")),
    ("tags:—", Keyword("tags", "—")),
    ("tags:*", KeywordRange("tags", None, None)),
    ("tags:[a TO b]", KeywordRange("tags", "a", "b")),
    ("tags:{a to b]", KeywordRange("tags", "a", "b", low_included=False)),
    ("tags:['a b' TO \"c d\"}", KeywordRange("tags", "a b", "c d", high_included=False)),
    ("tags:[a TO *]", KeywordRange("tags", "a", None)),
    ("tags:>=в", KeywordRange("tags", "в", None)),
    ('tags:<"a b"', KeywordRange("tags", None, "a b", low_included=False, high_included=False)),
]

OPERATORS: list[tuple[str, Node]] = [
    ("a AND b", All((A, B))),
    ("a AND b AND c", All((A, B, C))),
    ("a AND b OR c AND d", Any((All((A, B)), All((C, D))))),
    ("a AND (b OR c)", All((A, Any((B, C))))),
    ("a AND b c", Any((All((A, B)), C))),
    ("(a (b c))", Any((A, B, C))),
    ("a AND (b AND c)", All((A, B, C))),
    ("a OR NOT b", Any((A, Not(B)))),
    ("a AND NOT b", Except(A, B)),
    ("a AND NOT b AND NOT c AND d", Except(All((A, D)), Any((B, C)))),
    ("NOT a AND NOT b", Except(Everything(), Any((A, B)))),
    ("a NOT b", Except(A, B)),
    ("a -b -c d", Except(Any((A, D)), Any((B, C)))),
    ("-a", Except(Everything(), A)),
    ("NOT (a b)", Except(Everything(), Any((A, B)))),
    ("a (-b)", Any((A, Except(Everything(), B)))),
    ("a ANDNOT b", Except(A, B)),
    ("a b ANDNOT c", Any((A, Except(B, C)))),
    ("NOT a ANDNOT b", Except(Everything(), Any((A, B)))),
    ("a ANDMAYBE b", Maybe(A, B)),
    ("a REQUIRE lang:ru", Require(A, Keyword("lang", "ru"))),
    ("a ANDMAYBE b REQUIRE c", Require(Maybe(A, B), C)),
    ("+a", A),
    ("+a b c", Maybe(A, Any((B, C)))),
    ("+a +b c -d", Except(Maybe(All((A, B)), C), D)),
    ('-"a b" +title:c', Except(Word("c", "title"), Phrase("a b"))),
    ("США И КНР вчера", Any((All((Word("США"), Word("КНР"))), Word("вчера")))),
    ("a ИЛИ b", Any((A, B))),
    ("a НЕ b", Except(A, B)),
    ("НЕ a", Except(Everything(), A)),
    ("(a И b) AND НЕ c", Except(All((A, B)), C)),
]

BOOSTS: list[tuple[str, Node]] = [
    ("a^2", Word("a", boost=2.0)),
    ("a^.5 b", Any((Word("a", boost=0.5), B))),
    ('"a b"~2^3', Phrase("a b", slop=2, boost=3.0)),
    ("a~^2 b*^3", Any((Fuzzy("a", boost=2.0), Pattern("b*", boost=3.0)))),
    ("(a b^2)^3", Any((Word("a", boost=3.0), Word("b", boost=6.0)))),
    ("((a)^2)^2", Word("a", boost=4.0)),
    ("title:(a ANDMAYBE b)^2", Maybe(Word("a", "title", boost=2.0), Word("b", "title", boost=2.0))),
    ("lang:ru^2", Keyword("lang", "ru", boost=2.0)),
    ("tags:[a TO b]^2", KeywordRange("tags", "a", "b", boost=2.0)),
    ("tags:>a^2", KeywordRange("tags", "a", None, False, False, boost=2.0)),
    ("date:2024^2", DateRange("date", seconds(2024, 1, 1), seconds(2025, 1, 1), boost=2.0)),
    ("*^2", Everything(boost=2.0)),
]

NOT_OPERATORS: list[tuple[str, Node]] = [
    ("И a b И", Any((Word("И"), A, B, Word("И")))),
    ("СБОРНАЯ НЕ ПРИЕДЕТ", Any((Word("СБОРНАЯ"), Word("НЕ"), Word("ПРИЕДЕТ")))),
    ("TREATY OF A AND B*", Any((Word("TREATY"), Word("OF"), Word("A"), Word("AND"), Pattern("B*")))),
    ("THE A OR -B", Except(Any((Word("THE"), Word("A"), Word("OR"))), Word("B"))),
    ("A DID NOT (AND B) WITH C", Any(tuple(map(Word, ["A", "DID", "NOT", "AND", "B", "WITH", "C"])))),
    ("AND A IN B НЕ C*", Any((*map(Word, ["AND", "A", "IN", "B", "НЕ"]), Pattern("C*")))),
    ("THE A ANDNOT B", Any((Word("THE"), Except(Word("A"), Word("B"))))),
    ("and a or not b", Any((Word("and"), A, Word("or"), Word("not"), B))),
    ("who is he?", Any((Word("who"), Word("is"), Word("he?")))),
    ("who is he? -a", Except(Any((Word("who"), Word("is"), Pattern("he?"))), A)),
    ("что? -a", Except(Pattern("что?"), A)),
    ("? a -b", Except(A, B)),
    ("12:30 -a", Except(Word("12:30"), A)),
    ("Putin: we -a", Except(Any((Word("Putin:"), Word("we"))), A)),
    ("http://a.b -a", Except(Word("http://a.b"), A)),
    ("Путин:«Мы» -a", Except(Any((Word("Путин:"), Word("«Мы»"))), A)),
    ("~100 b~", Any((Word("~100"), Fuzzy("b")))),
    ("a - b -- c* -> d", Any((A, B, Pattern("c*"), D))),
    ("rock 'n' roll -a", Except(Any((Word("rock"), Word("'n'"), Word("roll"))), A)),
    ("[видео] a*", Any((Word("[видео]"), Pattern("a*")))),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [*WORDS, *PHRASES, *PATTERNS, *KEYWORDS, *OPERATORS, *BOOSTS, *NOT_OPERATORS],
)
def test_a_construct_gives_its_tree(query: str, expected: Node) -> None:
    assert tree(query) == expected
    assert bare(parse(query, NEWS, lenient=True, now=NOW)) == expected


DATES: list[tuple[str, tuple[int, ...] | None, tuple[int, ...] | None]] = [
    ("date:2024", (2024, 1, 1), (2025, 1, 1)),
    ("date:2024-06", (2024, 6, 1), (2024, 7, 1)),
    ("date:2024-12", (2024, 12, 1), (2025, 1, 1)),
    ("date:2024-06-06", (2024, 6, 6), (2024, 6, 7)),
    ("date:20240606", (2024, 6, 6), (2024, 6, 7)),
    ("date:202406", (2024, 6, 1), (2024, 7, 1)),
    ("date:2024-06-06T10", (2024, 6, 6, 10), (2024, 6, 6, 11)),
    ("date:2024-06-06T10:30", (2024, 6, 6, 10, 30), (2024, 6, 6, 10, 31)),
    ('date:"2024-06-06 10:30:15"', (2024, 6, 6, 10, 30, 15), (2024, 6, 6, 10, 30, 16)),
    ("date:2024-06-06T10:30+03:00", (2024, 6, 6, 7, 30), (2024, 6, 6, 7, 31)),
    ("date:[2024-05-01 TO 2024-06-30]", (2024, 5, 1), (2024, 7, 1)),
    ("date:{2024-05-01 TO 2024-06-30}", (2024, 5, 2), (2024, 6, 30)),
    ("date:[2024-05 to 2024-06]", (2024, 5, 1), (2024, 7, 1)),
    ("date:[2024-05-01 TO 2024-05-01]", (2024, 5, 1), (2024, 5, 2)),
    ("date:[2024 TO]", (2024, 1, 1), None),
    ("date:[TO 2024}", None, (2024, 1, 1)),
    ("date:[2024 TO *]", (2024, 1, 1), None),
    ("date:[* TO *]", None, None),
    ("date:*", None, None),
    ("date:>2024-06", (2024, 7, 1), None),
    ("date:>=2024-06", (2024, 6, 1), None),
    ("date:=>2024-06", (2024, 6, 1), None),
    ("date:<2024-06", None, (2024, 6, 1)),
    ("date:<=2024-06", None, (2024, 7, 1)),
    ('date:>"last week"', (2024, 6, 10), None),
    ("date:today", (2024, 6, 12), (2024, 6, 13)),
    ("date:Yesterday", (2024, 6, 11), (2024, 6, 12)),
    ("date:tomorrow", (2024, 6, 13), (2024, 6, 14)),
    ("date:позавчера", (2024, 6, 10), (2024, 6, 11)),
    ('date:"last week"', (2024, 6, 3), (2024, 6, 10)),
    ('date:"this week"', (2024, 6, 10), (2024, 6, 17)),
    ('date:"last month"', (2024, 5, 1), (2024, 6, 1)),
    ('date:"last year"', (2023, 1, 1), (2024, 1, 1)),
    ('date:"this month"', (2024, 6, 1), (2024, 7, 1)),
    ('date:"прошлая неделя"', (2024, 6, 3), (2024, 6, 10)),
    ('date:"этот год"', (2024, 1, 1), (2025, 1, 1)),
    ('date:"last monday"', (2024, 6, 10), (2024, 6, 11)),
    ("date:'5 may 2024'", (2024, 5, 5), (2024, 5, 6)),
    ('date:"may 2024"', (2024, 5, 1), (2024, 6, 1)),
    ("date:[-2weeks TO now]", (2024, 5, 29, 15, 30), (2024, 6, 12, 15, 30, 1)),
    ('date:"1 jan 2024 to 5 jan 2024"', (2024, 1, 1), (2024, 1, 6)),
]


@pytest.mark.parametrize(("query", "start", "end"), DATES)
def test_a_date_is_a_half_open_span(
    query: str, start: tuple[int, ...] | None, end: tuple[int, ...] | None
) -> None:
    limits = (None if start is None else seconds(*start), None if end is None else seconds(*end))
    assert tree(query) == DateRange("date", *limits)


def test_the_last_day_of_the_calendar_has_an_end() -> None:
    day = tree("date:9999-12-31")
    assert isinstance(day, DateRange)
    assert day.start is not None
    assert day.end == day.start + 86400
    year = tree("date:9999")
    assert isinstance(year, DateRange)
    assert year.end == day.end


def test_today_is_that_of_the_caller_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    local = parse("date:today", NEWS, now=datetime(2024, 6, 12, 1, tzinfo=moscow))
    assert bare(local) == DateRange("date", seconds(2024, 6, 11), seconds(2024, 6, 12))
    naive = parse("date:today", NEWS, now=datetime(2024, 6, 12, 1))
    assert bare(naive) == DateRange("date", seconds(2024, 6, 12), seconds(2024, 6, 13))


@pytest.mark.parametrize(
    ("query", "match", "expected"),
    [
        ("a b", "all", All((A, B))),
        ("a (b c)", "all", All((A, B, C))),
        ("a OR b c", "all", All((Any((A, B)), C))),
        ("a b -c", "all", Except(All((A, B)), C)),
        ("+a b", "all", All((A, B))),
        ("a b c", 2, Any((A, B, C), 2)),
        ("a b c", 9, Any((A, B, C), 3)),
        ("a b c d", "75%", Any((A, B, C, D), 3)),
        ("a b c", "75%", Any((A, B, C), 2)),
        ("a b c", "1%", Any((A, B, C), 1)),
        ("a b c", "100%", Any((A, B, C), 3)),
        ("a (b c) d", 2, Any((A, Any((B, C)), D), 2)),
        ("(a b c)", 2, Any((A, B, C), 2)),
        ("a -b c", 2, Except(Any((A, C), 2), B)),
        ("+a b c d", 2, All((A, Any((B, C, D), 2)))),
        ("a AND b c", 2, Any((All((A, B)), C), 2)),
        ("a", 3, A),
    ],
)
def test_match_says_how_many_words_are_needed(query: str, match: str | int, expected: Node) -> None:
    assert tree(query, match) == expected


@pytest.mark.parametrize("match", ["some", "", "101%", "-25%", 0, -1, True, 1.5])
def test_any_other_match_is_refused(match: str | int) -> None:
    with pytest.raises(QueryError, match="match is"):
        parse("a b", NEWS, match=match)


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("саммит ОДКБ", ["саммит", "ОДКБ"]),
        ('a AND title:"b c"~2^3', ["a", '"b c"~2']),
        ("lang:ru ЁЖ* -=я", ["lang:ru"[5:], "ЁЖ*", "=я"]),
        ("date:[2024 TO 2025] date:>=2024", ["[2024 TO 2025]", ">=2024"]),
        ("\U0001f600 слово~2", ["слово"]),
    ],
)
def test_spans_are_code_points_of_the_query(query: str, pieces: list[str]) -> None:
    found: list[str] = []

    def walk(node: object) -> None:
        children = [
            getattr(node, name)
            for name in ("wanted", "unwanted", "part", "scored", "required")
            if hasattr(node, name)
        ]
        for child in [*children, *getattr(node, "parts", ())]:
            walk(child)
        if not children and not hasattr(node, "parts"):
            start, end = node.span  # type: ignore[attr-defined]
            found.append(query[start:end])

    walk(parse(query, NEWS, now=NOW))
    assert sorted(found, key=query.index) == pieces


def test_a_group_spans_its_parts() -> None:
    group = parse("  (aa OR bb) ", NEWS)
    assert isinstance(group, Any)
    assert group.span == (3, 11)


def test_fields_are_those_of_the_definition() -> None:
    papers = Definition(
        (
            Field("Заголовок", "text"),
            Field("day", "date"),
            Field("rubric", "keyword"),
            Field("scan", "stored"),
        )
    )
    query = "Заголовок:a rubric:b day:2024"
    year = DateRange("day", seconds(2024, 1, 1), seconds(2025, 1, 1))
    assert bare(parse(query, papers)) == Require(Word("a", "Заголовок"), All((Keyword("rubric", "b"), year)))
    with pytest.raises(QueryError, match="no field 'scan'"):
        parse("scan:a", papers)


@pytest.mark.parametrize("match", ["any", "all"])
def test_values_beside_words_limit_what_the_words_find(match: str) -> None:
    def asked(query: str) -> Node:
        return bare(parse(query, NEWS, match=match))

    russian, english = Keyword("lang", "ru"), Keyword("lang", "en")
    assert asked("саммит lang:ru") == asked("lang:ru саммит") == Require(Word("саммит"), russian)
    assert asked("саммит +lang:ru") == Require(Word("саммит"), russian)
    assert asked("саммит lang:ru lang:en") == Require(Word("саммит"), Any((russian, english)))
    assert asked("саммит (lang:ru OR tags:x)") == Require(
        Word("саммит"), Any((russian, Keyword("tags", "x")))
    )
    assert asked("lang:ru tags:x") == All((russian, Keyword("tags", "x")))
    assert asked("саммит -lang:ru") == Except(Word("саммит"), russian)
    assert asked("саммит OR lang:ru") == Any((Word("саммит"), russian))
    assert asked("саммит AND lang:ru") == All((Word("саммит"), russian))


PLAIN = [
    "U.S.-Russia talks",
    "саммит ОДКБ",
    "don't rock'n'roll 'tis",
    "pre-war кто-либо",
    "1,000.50 руб., 3.14",
    "«ёлочки» “quotes” „лапки“",
    "who is he?",
    "Что делать?! Кто виноват?..",
    "в 12:30 и 19:00мск",
    "Putin: we will",
    "Путин: мы",
    "https://example.org/a/b",
    "C++ и A+",
    "a - b — c",
    "-> вперёд :-]",
    "~100 человек",
    "[видео] {тест}",
    "[back to school]",
    "1 < 2 > 0",
    "a = b, 2+2=4",
    "И снова о погоде",
    "ВОЙНА И МИР",
    "СБОРНАЯ НЕ ПРИЕДЕТ ИЛИ",
    "NATO ANDROID ORAN NOTE",
    "TREATY OF THE U.S . AND CANADA .",
    "WHAT TREATIES REQUIRE THAT RUSSIA DOES NOT",
    "ВОЙНА И МИР BY TOLSTOY OR NOT",
    "and or not",
    "",
]


@pytest.mark.parametrize("query", PLAIN)
def test_ordinary_news_text_is_plain(query: str) -> None:
    assert is_plain(query)


@pytest.mark.parametrize(
    "query",
    [query for query, _ in [*PHRASES, *PATTERNS, *KEYWORDS, *OPERATORS, *BOOSTS]]
    + [query for query, _, _ in DATES],
)
def test_an_operator_is_not_plain(query: str) -> None:
    assert not is_plain(query)


SIGNS = st.sampled_from(
    [*"\"()[]{}^~*?:+-=<>.,!'«»/ \n", " И ", " НЕ ", " OR ", " NOT ", " TO ", "title:", "date:"]
)
MIXED = st.lists(st.one_of(SIGNS, st.sampled_from(["слово", "word", "2024", "x", "Ё"])), max_size=30).map(
    "".join
)


@given(st.one_of(MIXED, st.text(max_size=60)))
@settings(max_examples=dose(600), deadline=None)
def test_what_is_plain_is_nothing_but_its_words(query: str) -> None:
    if not is_plain(query) or not tokenize(query):
        return
    words = [Word(chunk) for chunk in query.split() if tokenize(chunk)]
    assert tree(query) == (words[0] if len(words) == 1 else Any(tuple(words)))
    # Beside an operator Whoosh reads the same words; only a question mark becomes a pattern there.
    if "?" in query or not any(letter.islower() for letter in query):
        return
    wanted = words[0] if len(words) == 1 else Any(tuple(words))
    assert tree(f"{query} -zzz") == Except(wanted, Word("zzz"))


def test_plain_queries_do_not_import_whoosh() -> None:
    program = (
        "import sys, searchlib\n"
        "from searchlib.query.syntax import is_plain\n"
        "is_plain('саммит ОДКБ')\n"
        "sys.exit(any(name.split('.')[0] == 'whoosh' for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_whether_a_query_is_plain_is_told_in_linear_time() -> None:
    for hostile in ("[" * 10_000, "[ TO" * 2_500, "a:" * 5_000, "a" * 10_000, " -" * 5_000, "? " * 5_000):
        start = time.perf_counter()
        is_plain(hostile)
        assert time.perf_counter() - start < 2, hostile[:10]

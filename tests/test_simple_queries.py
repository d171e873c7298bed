"""A query that is read without a grammar means what the grammar says, and the commonest queries are read so."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from doses import dose
from hypothesis import example, given, settings
from hypothesis import strategies as st
from query_strings import queries

from searchlib.definitions import NEWS, Definition, Field
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.parser import parse
from searchlib.query.simple import LETTERS, LONGEST, simple
from searchlib.query.syntax import MAX_CLAUSES

NOW = datetime(2024, 6, 12, 15, 30, tzinfo=UTC)
MATCHES: list[str | int] = ["any", "all", 2, "75%"]


def _listed(queries: str) -> list[str]:
    return [query.strip() for line in queries.strip().splitlines() for query in line.split(" | ")]


# Between bars.
SIMPLE = _listed(
    """
    саммит ОДКБ | summit, now lang:ru | «саммит» №5 a* | covid-19 AND 2024 | 5g OR О'Нил | из-за* вода | и не the of -в
    ёлка Ёлка е* | Cаммит OR саммит | U.S.-Russia talks, now! -x | a\u00a0b\tc  +d | саммит\U0001f600 -мир | “саммит” „мир“ +да
    rock'n'roll -rap | https://a.b -a | Putin: we -a | 12:30 -a | 2+2=4 -a | C++ -a
    мир] a* | a.b,c;d!e -f | a{b -c | $5 +€7
    "глав государств" | "a b"~3 | "a b"~100 c | ="глав государств" | "AND (a) [b TO c] ~ * ^2" | "«a»" b
    росс* | *ость | wom?n | ?он | * | * -lang:en | с*м?т | санкт-* | о'н* | он? -a | что? a* | САММИТ*
    word~ | word~1 | word~2 | word~2/3 | word~/4 | слово~ AND мир~2 | Санкт-Петербург~ | title:word~1
    +a | +a b c | +a +b c -d | -a | -a -b | =люди | -=люди b | +=люди b | -"a b" +title:c | -a* b~ | -5 a | -* a
    a AND b | a AND b AND c | a OR b | a И b | a ИЛИ b И c | a AND b OR c d | a b OR c AND d e | a AND b c OR d
    a OR -b | a AND -b | -a AND -b | -a OR -b | +a AND b | +a OR +b c | -a AND b | a И -b
    САММИТ И МИР | САММИТ И МИР* | САММИТ AND МИР | THE A AND B* | A OF B OR -C | ANDROID NOTE -b | И~ ТО | и a* или b | a and b not c -d | -И a | a TO b -c
    lang:ru | саммит lang:ru lang:en | lang:ru OR lang:en | a AND lang:ru | a -lang:ru | a +lang:ru | id:a-1 a
    title:саммит | title:=Слово | title:"a b"~2 | title:a* title:b?c | text:foo-bar | title:12:30 | title:text:a | title:AND a
    source:"Northern Wire" | source:" a " | tags:sum* | tags:* | url:https://example.org/* | lang:?n | tags:«a» | id:"a(b)"
    date:2024 | date:2024-06 a | date:2024-06-06 | date:2024-06-06T10:30 | date:* | -date:2024 a | date:20240606
    """
)
LEFT = _listed(
    """
    — | ... | (a b) | a^2 | NOT a | a НЕ b | a ANDNOT b | a REQUIRE b | a ANDMAYBE b | a AND | AND a | И a* | a* И
    a AND AND b | a OR И b | AND | "a | a"b" | "a"b | "a"~ | "a"~0 | "a"~101 | "" | "—" | a (b) c | [a TO b] c | СБОРНАЯ AND
    http://a.b/c?d -a | Путин:«Мы» -a | who is he? | он? | ** | a*/b | a*~ | ёж~, -a | =a* | =a~ | a~3 | a~0 | a,b~ | ~a | a~b | - -a | --a | - | +
    qq:a | Title:a | title: | title:(a) | title:* | title:-a | title:'a' | lang:a~ | lang:"a"~2 | lang:"" | lang:=a
    date:[2024 TO] | tags:>a | date:2024-13 | date:today | date:"5 may 2024" | date:2024~
    """
)

SIGNS = list('""()[]{}^~~*?:+-=<>.,;!\'’«»“”/&№$—…')
WORDS = [
    "a",
    "b",
    "слово",
    "Ё",
    "он",
    "of",
    "САММИТ",
    "covid-19",
    "2024",
    "5g",
    "12:30",
    "2024-06",
    "2024-13",
    "today",
]
MARKED = ['"a b"', "a*", "~2", "~1/3", "^2", "title:", "text:", "lang:", "date:", "id:", "qq:", "http://"]
OPERATORS = ["И", "ИЛИ", "НЕ", "AND", "OR", "NOT", "TO", " AND ", " OR ", " И ", " -", " +", " ="]
ODD = ["\n", "\u00a0", "\u0301", "\u00ad", "\ud800", "\U0001f600", "東京", "½", "ß"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *MARKED, *OPERATORS, *ODD, *[" "] * 6])
MIXED = st.lists(PIECES, max_size=14).map("".join)
BESIDE = st.lists(st.lists(PIECES, min_size=1, max_size=3).map("".join), min_size=1, max_size=5).map(" ".join)


def same(query: str, match: str | int, definition: Definition = NEWS) -> None:
    tree = simple(query, definition, match)
    if tree is not None:
        assert tree == parse(query, definition, match=match, now=NOW)
        assert tree == parse(query, definition, match=match, now=NOW, lenient=True)


@pytest.mark.parametrize("match", MATCHES)
@pytest.mark.parametrize("query", SIMPLE)
def test_a_simple_query_is_read(query: str, match: str | int) -> None:
    tree = simple(query, NEWS, match)
    assert tree is not None
    assert tree == parse(query, NEWS, match=match)


@pytest.mark.parametrize("query", LEFT)
def test_what_takes_more_is_left_to_the_parser(query: str) -> None:
    assert simple(query, NEWS, "any") is None


@pytest.mark.parametrize("query", ["", " \n", "a* " * (MAX_CLAUSES + 1), "a* " + "b" * LONGEST])
def test_so_is_what_is_empty_or_large(query: str) -> None:
    assert simple(query, NEWS, "any") is None


@given(queries(), st.sampled_from(MATCHES))
@settings(max_examples=dose(200), deadline=None)
def test_queries_of_the_language_mean_the_same(query: str, match: str | int) -> None:
    same(query, match)


@given(st.one_of(MIXED, BESIDE, st.text(max_size=40)), st.sampled_from(MATCHES))
@example("a REQUIRE b*", "any")
@example("word~1 a", "all")
@settings(max_examples=dose(1_000), deadline=None)
def test_any_other_string_means_the_same(query: str, match: str | int) -> None:
    same(query, match)


@given(st.lists(st.tuples(st.sampled_from(SIMPLE), st.sampled_from([" ", " AND ", " OR ", " И ", " ИЛИ "]))))
@settings(max_examples=dose(200), deadline=None)
def test_simple_queries_put_together_mean_the_same(parts: list[tuple[str, str]]) -> None:
    same("".join(query + between for query, between in parts) + "a", "all")


def test_fields_are_those_of_the_definition() -> None:
    papers = Definition((Field("Заголовок", "text"), Field("день", "date"), Field("scan", "stored")))
    for query in ("Заголовок:a день:2024", "Заголовок:a* AND b", "id:x a"):
        assert simple(query, papers, "any") == parse(query, papers)
    for query in ("scan:a", "title:a", "date:2024"):
        assert simple(query, papers, "any") is None


def test_a_letter_is_a_word_by_itself() -> None:
    ranges = [LETTERS[at - 1 : at + 2] for at, sign in enumerate(LETTERS) if sign == "-"]
    letters = [chr(point) for one in ranges for point in range(ord(one[0]), ord(one[2]) + 1)]
    assert len(letters) > 400
    assert all(tokenize(letter) for letter in letters)


@pytest.mark.parametrize("match", ["some", "", "101%", 0, -1, True, 1.5])
def test_a_match_that_is_none_is_refused(match: str | int) -> None:
    with pytest.raises(QueryError, match="match is"):
        simple("lang:ru", NEWS, match)


def test_limits_are_those_of_the_parser() -> None:
    most = " ".join(["a"] * (MAX_CLAUSES - 1) + ["b*"])
    assert simple(most, NEWS, "any") == parse(most, NEWS)
    assert simple(f"{most} c", NEWS, "any") is None
    with pytest.raises(QueryError, match="too many parts"):
        parse(f"{most} c", NEWS)
    long = ["東" * 997 + " a*", f'"{"*" * 997}a"', f'"{"東" * 998}"', "a* " + "½" * 997, "a-" * 498 + "a b*"]
    for longest in long:
        assert len(longest) <= LONGEST
        same(longest, "any")


def test_simple_searches_do_not_import_whoosh(tmp_path: Path) -> None:
    program = (
        "import sys, searchlib\n"
        "index = searchlib.Index.create(sys.argv[1])\n"
        "with index.writer() as writer:\n"
        "    writer.add({'id': '1', 'text': 'саммит a b c d', 'lang': 'ru', 'date': '2024-06-06'})\n"
        "query = '+саммит \"a b\"~2 c* d~ lang:ru date:2024-06-06 -title:e'\n"
        "assert [hit.id for hit in index.search(query, where='lang:ru OR lang:en')] == ['1']\n"
        "sys.exit(any(name.split('.')[0] == 'whoosh' for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", program, tmp_path / "new"], check=False).returncode == 0

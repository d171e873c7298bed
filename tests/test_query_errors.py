"""A malformed query is refused with its place and a hint; no query does worse than that, or takes long."""

from __future__ import annotations

import gc
import threading
import time
from datetime import UTC, datetime

import pytest
from doses import dose
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchlib.definitions import NEWS
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.parser import parse
from searchlib.query.tree import All, Any, Everything, Except, Maybe, Node, Not, Require, Word

NOW = datetime(2024, 6, 12, 15, 30, tzinfo=UTC)
LIMIT = 0.1  # seconds, of the time of this thread: the machine may be busy

ERRORS: list[tuple[str, int | None, str, str | None]] = [
    # query, position, part of the message, part of the hint
    ('a "b c', 2, "quote is never closed", "another"),
    ('title:"b', 6, "quote is never closed", "another"),
    ('a "b" c"', 7, "quote is never closed", "another"),
    ("a (b", 2, "parenthesis is never closed", "put a )"),
    ("((a) b", 0, "parenthesis is never closed", "put a )"),
    ("a b)", 3, "parenthesis was never opened", "put a ("),
    ("a ()", 2, "nothing between these parentheses", "words"),
    ("a (( ) )", 3, "nothing between these parentheses", "words"),
    ("title:()", 6, "nothing between these parentheses", "words"),
    ("AND саммит", 0, "AND has no word before it", "one AND two"),
    ("саммит OR", 7, "OR has no word after it", '"OR" in quotes'),
    ("a AND OR b", 2, "AND has no word after it", "between the two operators"),
    ("(a AND) b", 3, "AND has no word after it", "one AND two"),
    ("a (OR b)", 3, "OR has no word before it", "one OR two"),
    ("NOT", 0, "NOT has no word after it", "NOT word"),
    ("a NOT", 2, "NOT has no word after it", "NOT word"),
    ("NOT NOT a", 0, "NOT has no word after it", "between"),
    ("NOT -a", 0, "NOT has no word after it", "between"),
    ("a ANDNOT", 2, "ANDNOT has no word after it", "one ANDNOT two"),
    ("ANDMAYBE a", 0, "ANDMAYBE has no word before it", "one ANDMAYBE two"),
    ("REQUIRE", 0, "REQUIRE has no word before it", "one REQUIRE two"),
    ("a AND —", 6, "no letter or digit", None),
    ('a NOT "—"', 6, "phrase has no words", "between the quotes"),
    ("titel:a", 0, "no field 'titel'", "did you mean 'title'?"),
    ("a Title:b", 2, "no field 'Title'", "did you mean 'title'?"),
    ("score:1", 0, "no field 'score'", "'title'"),
    ("a qqq:(b c)", 2, "no field 'qqq'", "in quotes"),
    ('qqq:"b c"', 0, "no field 'qqq'", "in quotes"),
    ("title:", 0, "'title:' is followed by no word", "without a space"),
    ("a title:) b", 8, "never opened", "put a ("),
    ("(a title:) b", 3, "'title:' is followed by no word", "without a space"),
    ("title:-a", 6, "- stands before the field", "-title:word"),
    ("title:-a*", 6, "- stands before the field", "-title:word"),
    ("a^", 1, "^ is followed by no number", "word^2"),
    ("a^b", 1, "^ is followed by no number", "word^2"),
    ("a^-1", 1, "^ is followed by no number", "word^2"),
    ("^2 a", 0, "^ stands behind a word", "word^2"),
    ("a ^2", 2, "^ stands behind a word", "word^2"),
    ("a^0", 0, "a boost is from", None),
    ("a^1001", 0, "a boost is from", None),
    ("((a)^1000)^2", 2, "it comes to 2000", None),
    ("b a^" + "9" * 5000, 2, "it comes to inf", None),
    ("a~3", 0, "distance of 1 or 2", "word~2"),
    ("a~0", 0, "distance of 1 or 2", "word~2"),
    ("a~12", 1, "distance of 1 or 2", "word~2/3"),
    ("a/b~", 0, "~ stands behind one word", "punctuation"),
    ("(a)~", 3, "~ stands behind a word", "word~"),
    ("a*~", 2, "~ stands behind a word", "word~"),
    ('"a b"~', 5, "no number", '"several words"~3'),
    ('"a b"~0', 0, "from 1 to 100", None),
    ('"a b"~101', 0, "from 1 to 100", None),
    ('"a b"~' + "9" * 5000, 0, "from 1 to 100", None),
    ('a ""', 2, "phrase has no words", "between the quotes"),
    ('="—"', 0, "phrase has no words", "between the quotes"),
    ('tags:""', 5, "followed by no value", "between the quotes"),
    ("a.b*", 1, "'.' is part of none", "in quotes"),
    ("title:«a»b*", 8, "'»' is part of none", "in quotes"),
    ("*? a", 0, "needs a letter or a digit", "in quotes"),
    ("title:*", 6, "every word there is", "write *"),
    ("source:a~", 7, "keyword field", "~"),
    ('source:"a b"~2', 7, "keyword field", "~"),
    ("title:[a TO b]", 6, "text field", "date:["),
    ("title:>a", 6, "text field", "date:["),
    ("[2023 TO 2024]", 0, "of no field", "date:["),
    ("date:[2024", 5, "no whole range", "date:[from TO to]"),
    ("date:[2023 2024]", 5, "no whole range", "date:[from TO to]"),
    ("date:[TO]", 5, "neither a start nor an end", "date:["),
    ("date:[2024 TO 2023]", 5, "ends before it begins", "earlier date first"),
    ("date:{2024 TO 2024}", 5, "ends before it begins", "earlier date first"),
    ("date:{2024-06 TO 2024-07}", 5, "ends before it begins", "earlier date first"),
    ("tags:[b TO a]", 5, "ends before it begins", "smaller value first"),
    ("tags:[a TO a}", 5, "ends before it begins", "smaller value first"),
    ("date:>", 5, "no value", "date:>2024-06"),
    ("date:июнь", 5, "'июнь' is no date", "2024-06-06"),
    ("date:2024-13", 5, "'2024-13' is no date", "2024-06-06"),
    ("date:2023-02-29", 5, "'2023-02-29' is no date", "2024-06-06"),
    ("date:0000", 5, "'0000' is no date", "2024-06-06"),
    ("date:last week", 5, "'last' is no date", "in quotes"),
    ("date:[x TO 2024]", 5, "'x' is no date", "2024-06-06"),
    ("date:2024*", 5, "'2024*' is no date", "2024-06-06"),
    ("date:2024~1", 5, "~ needs a text field", "2024-06-06"),
    ('date:"-99999 years"', 5, "is no date", "2024-06-06"),
    ('date:"' + "x" * 1000 + '"', 5, "…", "2024-06-06"),
    ("", None, "no words", None),
    (" — ? !", None, "no words", None),
    ("(—)", None, "no words", None),
]


@pytest.mark.parametrize(("query", "position", "message", "hint"), ERRORS)
def test_a_malformed_query_is_refused_at_its_place(
    query: str, position: int | None, message: str, hint: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, NEWS, now=NOW)
    assert message in caught.value.message
    assert caught.value.position == position
    if hint is None:
        assert caught.value.hint is None
    else:
        assert hint in (caught.value.hint or "")


def test_the_text_of_an_error_has_all_of_it() -> None:
    with pytest.raises(QueryError) as caught:
        parse("a OR", NEWS)
    assert str(caught.value) == (
        'OR has no word after it (at character 3); write one OR two, or "OR" in quotes for the word itself'
    )


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("a" * 10_001, 10_000, "too long"),
        ("слово " * 1_001, 6_000, "too many words"),
        ("a " * 256 + "b*", 512, "too many parts"),
        ("(" * 21 + "a" + ")" * 21, 20, "nested too deeply"),
        ("a" + " ANDNOT b" * 21, 182, "nested too deeply"),
        ("^" * 2_001, 2_000, "too many operators"),
        (". " * 2_000 + "-a", 4_000, "too many words"),
    ],
)
def test_a_query_beyond_the_limits_is_refused_where_it_passes_them(
    query: str, position: int, message: str
) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(query, NEWS)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "query",
    ["a " * 255 + "b*", "(" * 20 + "a b" + ")" * 20, "a" + " ANDNOT b" * 20, "a OR " * 255 + "a"],
)
def test_a_query_at_the_limits_is_read(query: str) -> None:
    assert parse(query, NEWS).span != (0, 0)


@pytest.mark.parametrize("query", [None, 1, b"a", ["a"]])
def test_a_query_is_text(query: object) -> None:
    with pytest.raises(QueryError, match="a query is a str"):
        parse(query, NEWS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("AND саммит OR", ["AND", "саммит", "OR"]),
        ('саммит "ОДКБ', ["саммит", "ОДКБ"]),
        ("((саммит) ОДКБ", ["саммит", "ОДКБ"]),
        ("qqq:саммит", ["qqq:", "саммит"]),
        ("date:июнь саммит", ["июнь", "саммит"]),
        ("саммит^x ОДКБ", ["саммит", "x", "ОДКБ"]),
        ("title:[a TO b] c", ["[a TO b]", "c"]),
        ("(" * 30 + "a" + ")" * 30 + " b", ["(" * 30 + "a" + ")" * 30, "b"]),
    ],
)
def test_a_lenient_reading_takes_the_rest_for_words(query: str, words: list[str]) -> None:
    found = parse(query, NEWS, lenient=True, now=NOW)
    parts = found.parts if isinstance(found, Any) else (found,)
    assert [part.text for part in parts if isinstance(part, Word)] == words
    assert len(parts) == len(words)


PIECES = st.sampled_from(
    [
        *["(", ")", '"', "'", "^2", "^", "~", "~2/3", "~5", "*", "?", "+", "-", "=", ":", "[", "]", "{", "}"],
        *[" AND ", " OR ", " NOT ", " ANDNOT ", " ANDMAYBE ", " REQUIRE ", " И ", " ИЛИ ", " НЕ ", " TO "],
        *[
            "title:",
            "date:",
            "tags:",
            "id:",
            "qqq:",
            ":>",
            "<=",
            "слово",
            "word",
            "2024-06",
            "last week",
            " ",
            " ",
        ],
        *["\ud800", "\u202e", "\x00", "\n", "—", "«", "й", "\u0301", "\U0001f600", "ש"],
    ]
)
GENERATED = st.lists(PIECES, max_size=40).map("".join)


def is_normal(node: Node, inside: type[object] = object) -> bool:
    """The promises of searchlib.query.tree."""
    parts: tuple[Node, ...] = ()
    kept = True
    match node:
        case All(parts):
            kept = len(parts) > 1 and not any(isinstance(part, (All, Not)) for part in parts)
        case Any(parts, least):
            merged = least > 1 or not any(isinstance(part, Any) and part.least == 1 for part in parts)
            kept = len(parts) > 1 and 1 <= least <= len(parts) and merged
        case Not(part):
            parts, kept = (part,), inside in (Any, Maybe, Require, Except)
        case Except(wanted, unwanted):
            parts, kept = (wanted, unwanted), not isinstance(wanted, Not)
        case Maybe(one, other) | Require(one, other):
            parts = (one, other)
        case _:
            pass
    return kept and all(is_normal(part, type(node)) for part in parts)


def read(query: str, *, lenient: bool) -> Node | QueryError:
    gc.disable()  # a collection of what other tests left behind is not this query's time
    start = time.thread_time()
    try:
        found: Node | QueryError = parse(query, NEWS, lenient=lenient, now=NOW)
    except QueryError as error:
        found = error
    finally:
        taken = time.thread_time() - start
        gc.enable()
    assert taken < LIMIT
    return found


@given(st.one_of(GENERATED, st.text(max_size=80)))
@example("a NOT OR b")
@example("title:(NOT)")
@example('date:"now to now"')
@settings(max_examples=dose(1500), deadline=None)
def test_no_query_gives_anything_but_a_tree_or_an_error(query: str) -> None:
    strict, lenient = read(query, lenient=False), read(query, lenient=True)
    if isinstance(strict, QueryError):
        assert strict.position is None or 0 <= strict.position <= len(query)
    else:
        assert is_normal(strict)
        assert lenient == strict
    if isinstance(lenient, QueryError):
        assert "no words" in lenient.message
        assert not tokenize(query)
    else:
        assert is_normal(lenient)


@given(
    st.sampled_from(
        ["last", "next", "now", "to", "may", "5", "2024", "+3", "days", "noon", "12:30", ",", "-"]
    ).flatmap(
        lambda first: st.lists(
            st.sampled_from([first, "monday", "to", "2023", "31", "feb", "pm", "-1y", "T10", "."]), max_size=8
        )
    )
)
@settings(max_examples=dose(400), deadline=None)
def test_no_date_gives_anything_but_a_range_or_an_error(words: list[str]) -> None:
    read(f'date:"{" ".join(words)}"', lenient=False)


HOSTILE = [
    *[
        "(",
        ")",
        "()",
        '"',
        "^",
        "^ ",
        "~",
        "a~",
        "*",
        "a*",
        "? ",
        "[",
        "a:[",
        "[ TO",
        "a:",
        "a:b ",
        "- ",
        "-a ",
    ],
    *[
        "NOT ",
        "a AND ",
        "a OR ",
        "a ANDNOT ",
        "НЕ ",
        "a И ",
        "=",
        "=a*",
        "a:>",
        ". ",
        "^.",
        "'",
        "a:'",
        "_",
        "\ud800",
    ],
    *[
        '"a" ',
        "(a ",
        "(a) ",
        "title:(a b)^2 ",
        "a~2/3^2 ",
        'date:"1 jan 2024 to 5 may 2025" ',
        "\u0301",
        "\u202e",
    ],
    *['date:"jan feb mar apr may jun" ', 'date:"+1y 1mo 1w 1d 1h 1m" ', "date:[TO ", "date:[1 TO TO ", "\n"],
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("length", [1_990, 10_000])
def test_no_repetition_takes_long(piece: str, length: int) -> None:
    repeated = (piece * (length // len(piece) + 1))[: length - 3]
    for query in (repeated, repeated + " -a", "-a " + repeated):
        for lenient in (False, True):
            read(query, lenient=lenient)


@pytest.mark.parametrize(
    "query",
    [
        ("(" * 20 + "a" + ")" * 20 + " ") * 200,
        "(" * 20 + "a " * 200 + ")" * 20,
        " ANDNOT ".join(["(" * 19 + "NOT a" + ")" * 19] * 20),
        "date:[" * 100 + "TO " * 3_000,
        "[" + "a" * 100 + ("[" + "TO " * 30) * 90,
        "a" * 9_900 + "* b",
        "*." * 900,
    ],
)
def test_no_nesting_takes_long(query: str) -> None:
    for lenient in (False, True):
        read(query[:10_000], lenient=lenient)


def test_threads_share_the_parser() -> None:
    queries = ['title:саммит AND "a b"~2', "a -b^3", "(a И b) OR date:2024"] * 50
    expected = [parse(query, NEWS, now=NOW) for query in queries]
    results: list[list[Node]] = []

    def work() -> None:
        results.append([parse(query, NEWS, now=NOW) for query in queries])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_a_query_without_a_word_but_a_star_is_everything() -> None:
    assert isinstance(parse("*", NEWS), Everything)

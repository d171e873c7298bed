"""A record becomes a document that can be stored, or a DocumentError that names the field."""

from __future__ import annotations

import enum
import json
import math
import sys
import types
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchlib.dates import iso_text, parse_date
from searchlib.documents import MAX_DEPTH, MAX_TEXT, NEWS, Definition, Document, Field, Preparer, prepare
from searchlib.errors import DocumentError

HUGE = pytest.param(10**5000, id="5001 digits")
LONG = pytest.param("x" * 10_000_000, id="10 MB")
PLAIN = Definition(fields=(Field("title", "text"), Field("text", "text"), Field("date", "date")))
EVERY_KIND = Definition(
    fields=(
        Field("tags", "keyword"),
        Field("title", "text", 2.0),
        Field("raw", "stored"),
        Field("date", "date", stored=False),
        Field("text", "text", stored=False),
        Field("url", "keyword", stored=False),
    )
)


def refused(record: Any, definition: Definition = PLAIN) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        prepare(record, definition)
    return caught.value


@pytest.fixture
def detected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that language detection is asked about; it always answers "xx"."""
    asked: list[str] = []
    module = types.ModuleType("searchlib.language.detection")

    def detect_language(text: str) -> str:
        asked.append(text)
        return "xx"

    module.detect_language = detect_language  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "searchlib.language.detection", module)
    return asked


def test_a_news_article() -> None:
    record = {
        "id": "42",
        "title": "Саммит",
        "text": "Главы государств.",
        "date": "2024-06-06T10:00:00+03:00",
        "source": "ТАСС",
        "tags": ["мир", " мир ", "", "2024", 2024],
        "lang": "ru",
        "url": "https://example.org/42",
        "words": 2,
    }
    document = prepare(record, NEWS)
    assert document == Document(
        id="42",
        texts=("Саммит", "Главы государств."),
        date=1717657200,
        keywords=(("ТАСС",), ("мир", "2024"), ("ru",), ("https://example.org/42",)),
        stored=record | {"date": "2024-06-06T07:00:00Z", "tags": ["мир", " мир ", "", "2024", "2024"]},
    )
    assert next(iter(document.stored)) == "id"


def test_texts_keywords_and_stored_follow_the_definition() -> None:
    record = {
        "id": 7,
        "text": "b",
        "title": "a",
        "raw": {"x": [1]},
        "date": "2024",
        "url": "u",
        "tags": "a, b",
    }
    document = prepare(record, EVERY_KIND)
    assert document.id == "7"
    assert document.texts == ("a", "b")
    assert document.keywords == (("a, b",), ("u",))
    assert document.date == 1704067200
    assert document.stored == {"id": "7", "title": "a", "raw": {"x": [1]}, "tags": "a, b"}


def test_the_record_is_left_as_it_was() -> None:
    record = {"title": "a", "tags": ["x"], "more": {"list": [1.5, math.nan]}}
    before = repr(record)
    document = prepare(record, EVERY_KIND)
    document.stored["more"]["list"].append(1)
    assert repr(record) == before


@pytest.mark.parametrize("text", ["x", 7, 2.5, ["", "x"], ["a", None, 3]])
def test_what_text_may_be(text: Any) -> None:
    expected = {"x": "x", "7": "7", "2.5": "2.5", "['', 'x']": "\nx", "['a', None, 3]": "a\n3"}[str(text)]
    assert prepare({"text": text}, PLAIN).texts == ("", expected)


@pytest.mark.parametrize("text", [True, {"x": 1}, [["x"]], [True], b"x", math.nan, math.inf, object()])
def test_what_text_may_not_be(text: Any) -> None:
    assert refused({"title": "x", "text": text}).field == "text"


@pytest.mark.parametrize(
    "record", [{}, {"title": None}, {"title": "", "text": " \n\t"}, {"body": "elsewhere"}, {"text": []}]
)
def test_nothing_to_index(record: dict[str, Any]) -> None:
    error = refused(record)
    assert "nothing to index" in str(error)
    assert "'title' or 'text'" in str(error)


@pytest.mark.parametrize("record", [None, 5, "text", ["text"], b"", {1: "x", "title": "x"}])
def test_what_is_no_record(record: Any) -> None:
    refused(record)


def test_ten_megabytes_are_a_document() -> None:
    text = "слово дело " * 950_000
    assert prepare({"text": text}, PLAIN).texts[1] == text


def test_a_text_beyond_the_limit_is_refused() -> None:
    assert refused({"text": "a" * (MAX_TEXT + 1)}).field == "text"


# Ids


def test_without_an_id_the_url_makes_one() -> None:
    first = prepare({"title": "a", "url": "https://example.org/1"}, PLAIN)
    second = prepare({"title": "b", "url": " https://example.org/1 "}, EVERY_KIND)
    other = prepare({"title": "a", "url": "https://example.org/2"}, PLAIN)
    assert first.id == second.id != other.id
    assert first.id == first.stored["id"]
    assert len(first.id) == 16
    assert int(first.id, 16) >= 0


def test_without_a_url_the_content_makes_the_id() -> None:
    def made(**record: Any) -> str:
        return prepare(record, PLAIN).id

    assert made(title="a", text="b", extra=1) == made(title="a", text="b", id=None, url="")
    assert len({made(title="a", text="b"), made(title="ab"), made(text="ab"), made(title="b", text="a")}) == 4
    assert made(title="a", date="2024-06-06") == made(title="a", date="20240606") != made(title="a")


def test_made_ids_stay_the_same_between_versions() -> None:
    """An index built by an older version must recognise the article again."""
    assert prepare({"title": "a", "url": "https://example.org/1"}, PLAIN).id == "2bdeba2916f8cdf2"
    assert prepare({"title": "Мир", "text": "труд", "date": "2024-05-01"}, PLAIN).id == "1193e9943d81feb6"


@pytest.mark.parametrize("key", ["", " ", "x" * 513, "я" * 257, "a\0b", "\ud800", True, 1.0, ["a"], HUGE])
def test_what_an_id_may_not_be(key: Any) -> None:
    assert refused({"title": "x", "id": key}).field == "id"


@pytest.mark.parametrize("key", ["x" * 512, "я" * 256, " a ", "0", 0, -5])
def test_what_an_id_may_be(key: Any) -> None:
    assert prepare({"title": "x", "id": key}, PLAIN).id == str(key)


# Dates


@pytest.mark.parametrize(
    ("given", "seconds", "text"),
    [
        ("2024-06-06", 1717632000, "2024-06-06"),
        ("20240606", 1717632000, "2024-06-06"),
        (" 2024-06-06 ", 1717632000, "2024-06-06"),
        ("2024-06", 1717200000, "2024-06-01"),
        ("2024", 1704067200, "2024-01-01"),
        ("2024-06-06T10:00:00Z", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06t10:00:00z", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06 10:00", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06T10", 1717668000, "2024-06-06T10:00:00Z"),
        ("20240606T100000Z", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06T10:00:00.999999", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06T10:00:00,123456789Z", 1717668000, "2024-06-06T10:00:00Z"),
        ("2024-06-06 01:00:00 +0300", 1717624800, "2024-06-05T22:00:00Z"),
        ("2024-06-06T01:00:00-03", 1717646400, "2024-06-06T04:00:00Z"),
        ("0001-01-01", -62135596800, "0001-01-01"),
        ("9999-12-31T23:59:59Z", 253402300799, "9999-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59Z"),
        (1717668000, 1717668000, "2024-06-06T10:00:00Z"),
        (1717668000.9, 1717668000, "2024-06-06T10:00:00Z"),
        (date(2024, 6, 6), 1717632000, "2024-06-06"),
        (datetime(2024, 6, 6, 10), 1717668000, "2024-06-06T10:00:00Z"),
        (datetime(2024, 6, 6, 10, tzinfo=timezone(timedelta(hours=3))), 1717657200, "2024-06-06T07:00:00Z"),
    ],
)
def test_dates(given: Any, seconds: int, text: str) -> None:
    document = prepare({"title": "x", "date": given}, PLAIN)
    assert document.date == seconds
    assert document.stored["date"] == text
    assert parse_date(text)[0] == seconds


@pytest.mark.parametrize("given", [None, "", "  "])
def test_no_date(given: Any) -> None:
    document = prepare({"title": "x", "date": given}, PLAIN)
    assert document.date is None
    assert "date" not in document.stored


@pytest.mark.parametrize(
    "given",
    [
        "yesterday", "06.06.2024", "6 June 2024", "2024-13-01", "2023-02-29", "2024-6-6", "2024-W23-4",
        "2024-06-06x", "2024-06-06T24:00:00", "2024-06-06T10:00:61", "2024-06-06T10:00+99:00", "2024-06-06Z",
        "0000-01-01", "10000-01-01", "0001-01-01T00:00:00+03:00", "9999-12-31T23:00:00-03:00",
        "２０２４-06-06",
        "2024-06-06\n2024-06-07", LONG, 2024, 20240606, 1717632000000, -1, HUGE,
        math.nan, math.inf, True, ["2024-06-06"], {}, b"2024-06-06",
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
)  # fmt: skip
def test_what_is_no_date(given: Any) -> None:
    error = refused({"title": "x", "date": given})
    assert error.field == "date"
    assert len(str(error)) < 250


def test_milliseconds_are_named_as_such() -> None:
    assert "milliseconds" in str(refused({"title": "x", "date": 1717632000000}))


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_there_and_back(moment: datetime) -> None:
    seconds, text = parse_date(moment)
    assert text == iso_text(seconds) == moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert parse_date(text) == (seconds, text)
    assert parse_date(moment.isoformat()) == (seconds, text)


# Keywords, stored values, characters


@pytest.mark.parametrize(
    "tags",
    [True, {"a": 1}, [["a"]], [True], b"a", math.nan, pytest.param("x" * 32_001, id="long"), ["я" * 16_001]],
)
def test_what_a_keyword_may_not_be(tags: Any) -> None:
    assert refused({"title": "x", "tags": tags}, EVERY_KIND).field == "tags"


@pytest.mark.parametrize(
    ("tags", "values"),
    [(None, ()), ("", ()), (" a ", ("a",)), (5, ("5",)), ([], ()), ([None, "b", "a", "b"], ("b", "a"))],
)
def test_what_a_keyword_may_be(tags: Any, values: tuple[str, ...]) -> None:
    assert prepare({"title": "x", "tags": tags}, EVERY_KIND).keywords[0] == values


def test_an_enumeration_gives_its_value() -> None:
    class Section(enum.StrEnum):
        WORLD = "world"

    class Old(str, enum.Enum):  # noqa: UP042  whose str() is its name
        WORLD = "world"

    document = prepare({"title": Old.WORLD, "tags": [Section.WORLD], "x": Old.WORLD}, EVERY_KIND)
    assert document.texts[0] == "world"
    assert document.keywords[0] == ("world",)
    assert type(document.stored["x"]) is str


def test_unknown_fields_are_kept_as_json() -> None:
    record = {
        "title": "x",
        "nested": {"a": [1, {"b": (True, None)}]},
        "not a number": math.nan,
        "far": [math.inf, 2**64, 2**63],
        "day": date(2024, 6, 6),
        "nul\0": "a\0b",
        "nothing": None,
    }
    assert prepare(record, PLAIN).stored == {
        "id": prepare({"title": "x"}, PLAIN).id,
        "title": "x",
        "nested": {"a": [1, {"b": [True, None]}]},
        "not a number": None,
        "far": [None, "18446744073709551616", 2**63],
        "day": "2024-06-06",
        "nul ": "a b",
        "nothing": None,
    }


@pytest.mark.parametrize("value", [b"x", {1: 2}, {"a": {None: 1}}, {1, 2}, object(), HUGE, [print]])
def test_what_json_cannot_hold(value: Any) -> None:
    assert refused({"title": "x", "more": value}).field == "more"


def test_depth_is_bounded() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert prepare({"title": "x", "more": value}, PLAIN).stored["more"] == value
    assert "deep" in str(refused({"title": "x", "more": [value]}))
    endless: list[Any] = []
    endless.append(endless)
    assert "deep" in str(refused({"title": "x", "more": endless}))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\0b", "a b"),
        ("я\0б", "я б"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("\0\ud800", " \ufffd"),
    ],
)
def test_characters_that_storage_cannot_hold(text: str, clean: str) -> None:
    document = prepare({"title": text, "text": "x", "tags": text, "more": {text: text}}, EVERY_KIND)
    assert document.texts[0] == document.stored["title"] == clean
    assert document.keywords[0] == (clean.strip(),)
    assert document.stored["more"] == {clean: clean}


# Language


def test_the_language_is_detected_when_it_is_not_given(detected: list[str]) -> None:
    document = prepare({"title": "a", "text": "b" * 10_000_000}, NEWS)
    assert document.keywords[2] == ("xx",)
    assert document.stored["lang"] == "xx"
    assert detected[0].startswith("a\nb")
    assert len(detected[0]) < 10_000  # a large document is not copied for it


@pytest.mark.parametrize("lang", [None, "", " "])
def test_an_empty_language_is_not_given(detected: list[str], lang: str | None) -> None:
    assert prepare({"title": "a", "lang": lang}, NEWS).stored["lang"] == "xx"


def test_a_given_language_stands(detected: list[str]) -> None:
    assert prepare({"title": "a", "lang": "be"}, NEWS).keywords[2] == ("be",)
    assert not detected


def test_no_language_field_no_detection(detected: list[str]) -> None:
    assert "lang" not in prepare({"title": "a"}, PLAIN).stored
    unstored = Definition(fields=(Field("title", "text"), Field("lang", "keyword", stored=False)))
    assert "lang" not in prepare({"title": "a"}, unstored).stored
    assert len(detected) == 1


# Whatever comes


def json_like() -> st.SearchStrategy[Any]:
    characters = st.text(st.characters(codec=None), max_size=8)
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | characters
        | st.binary(max_size=3)
        | st.dates()
        | st.datetimes()
    )
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(characters | st.integers(), inner, max_size=3)
        ),
        max_leaves=6,
    )


@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "text", "date", "tags", "url", "raw", "score"])
        | st.text(st.characters(codec=None), max_size=3),
        json_like(),
        max_size=8,
    ),
    st.sampled_from([PLAIN, EVERY_KIND]),
)
@example({"title": "x", "raw": "\udcff"}, EVERY_KIND)
def test_a_document_or_a_document_error(record: dict[str, Any], definition: Definition) -> None:
    try:
        document = Preparer(definition)(record)
    except DocumentError as error:
        str(error).encode()
        return
    assert len(document.texts) == len(definition.text_fields)
    assert len(document.keywords) == len(definition.keyword_fields)
    assert document.id == document.stored["id"] != ""
    everything = json.dumps(document.stored, allow_nan=False, ensure_ascii=False)
    for text in (
        everything,
        document.id,
        *document.texts,
        *(value for values in document.keywords for value in values),
    ):
        text.encode()
        assert "\0" not in text
    again = Preparer(definition)(document.stored | dict(zip(("title", "text"), document.texts, strict=True)))
    assert (again.id, again.texts) == (document.id, document.texts)

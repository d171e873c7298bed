"""A definition survives a round trip, and a wrong one is refused with the key at fault."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.definition_files import load_definition
from searchlib.documents import NEWS, Definition, Field
from searchlib.errors import DefinitionError


def write(folder: Path, text: str | bytes, name: str = "news.toml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_news_is_the_archive_of_the_documentation() -> None:
    assert [(one.name, one.weight) for one in NEWS.text_fields] == [("title", 2.0), ("text", 1.0)]
    assert [one.name for one in NEWS.keyword_fields] == ["source", "tags", "lang", "url"]
    assert NEWS.date_field is not None
    assert NEWS.date_field.name == "date"
    assert (NEWS.languages, NEWS.k1, NEWS.b, NEWS.sources) == (("en", "ru"), 1.2, 0.55, ())


def test_an_empty_file_is_the_news_archive_under_its_own_name(tmp_path: Path) -> None:
    definition = load_definition(write(tmp_path, "", "morning.toml"))
    assert definition.name == "morning"
    assert definition.fields == NEWS.fields


def test_a_whole_definition(tmp_path: Path) -> None:
    text = """
        name = "papers"
        languages = ["ru"]
        [bm25]
        k1 = 2
        b = 0.0
        [fields]
        headline = { type = "text", weight = 3 }
        body = "text"
        day = "date"
        rubric = { type = "keyword", stored = false }
        scan = "stored"
    """
    definition = load_definition(write(tmp_path, text))
    assert definition == Definition(
        name="papers",
        languages=("ru",),
        k1=2.0,
        b=0.0,
        fields=(
            Field("headline", "text", 3.0),
            Field("body", "text"),
            Field("day", "date"),
            Field("rubric", "keyword", stored=False),
            Field("scan", "stored"),
        ),
    )


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    assert load_definition(write(tmp_path, b"\xef\xbb\xbfname = 'x'")).name == "x"


def test_sources_are_beside_the_file_and_globs_are_expanded_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.jsonl", "odd[1].txt"):
        (tmp_path / name).touch()
    absolute = str(tmp_path / "c.jsonl")
    sources = ["c.jsonl", "*.csv", "odd[1].txt", "none/*.txt", absolute]
    definition = load_definition(write(tmp_path, f"sources = {json.dumps(sources)}"))
    assert [Path(one).relative_to(tmp_path).as_posix() for one in definition.sources] == [
        "c.jsonl",
        "a.csv",
        "b.csv",
        "odd[1].txt",  # it exists as it is written
        "none/*.txt",  # it matches nothing: reading it says so
        "c.jsonl",
    ]


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("languges = ['en']", "languges", "did you mean 'languages'?"),
        ("[bm25]\nk2 = 1", "bm25.k2", "known: 'k1', 'b'"),
        ("[bm25]\nk1 = -0.1", "bm25.k1", "from 0"),
        ("[bm25]\nk1 = nan", "bm25.k1", "from 0"),
        ("[bm25]\nk1 = true", "bm25.k1", "a number, not True"),
        ("[bm25]\nb = 1.01", "bm25.b", "from 0 to 1"),
        ("[bm25]\nb = '1'", "bm25.b", "a number, not '1'"),
        ("bm25 = 1.2", "bm25", "a table"),
        ("languages = ['de']", "languages", "known: 'en', 'ru'"),
        ("languages = []", "languages", "one or more"),
        ("languages = ['en', 'en']", "languages", "each once"),
        ("languages = 'en'", "languages", "a list of strings"),
        ("name = 7", "name", "a string"),
        ("sources = 'a.csv'", "sources", "a list of strings"),
        ("sources = [1]", "sources", "a list of strings"),
        ("sources = ['-']", "sources", "standard input"),
        ("sources = ['']", "sources", "not a path"),
        ("fields = ['title']", "fields", "a table"),
        ("[fields]", "fields", "at least one text field"),
        ("[fields]\ndate = 'date'", "fields", "at least one text field"),
        ("[fields]\nt = 'txet'", "fields.t.type", "did you mean 'text'?"),
        ("[fields]\nt = 'Text'", "fields.t.type", "did you mean 'text'?"),
        ("[fields]\nt = 3", "fields.t", "a table"),
        ("[fields]\nt = { weight = 1 }", "fields.t", "type is missing"),
        ("[fields]\nt = { type = 'text', wieght = 1 }", "fields.t.wieght", "did you mean 'weight'?"),
        ("[fields]\nt = { type = 'text', weight = 0 }", "fields.t.weight", "from 1e-06"),
        ("[fields]\nt = { type = 'text', weight = inf }", "fields.t.weight", "from 1e-06 to 1000"),
        ("[fields]\nt = { type = 'text', stored = 1 }", "fields.t.stored", "true or false"),
        (
            "[fields]\nt = 'text'\nk = { type = 'keyword', weight = 1 }",
            "fields.k.weight",
            "only a text field",
        ),
        ("[fields]\nt = 'text'\ns = { type = 'stored', stored = false }", "fields.s.stored", "hold nothing"),
        ("[fields]\nt = 'text'\na = 'date'\nb = 'date'", "fields.b", "'a' and 'b'"),
        ("[fields]\nt = 'text'\nid = 'keyword'", "fields.id", "reserved"),
        ("[fields]\nt = 'text'\nscore = 'stored'", "fields.score", "reserved"),
        ("[fields]\n'two words' = 'text'", "fields", "'two words'"),
        ("acronyms = 1", "acronyms", "true or false"),
        ("synonyms = ['a, b']", "synonyms", "the path of a file"),
        ("synonyms = ''", "synonyms", "the path of a file"),
        ("name = ", None, "not valid TOML"),
        ("name = 'a'\nname = 'b'", None, "not valid TOML"),
        pytest.param("a = " + "[" * 100_000, None, "not valid TOML", id="deep"),
        (b"name = '\xff'", None, "UTF-8"),
        pytest.param(b"#" * (1 << 20) + b"#", None, "too large", id="1 MB"),
    ],
)
def test_a_wrong_definition_names_the_file_and_the_key(
    tmp_path: Path, text: str | bytes, key: str | None, said: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        load_definition(file)
    assert caught.value.key == key
    assert caught.value.path == str(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_definition_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_definition(tmp_path / name)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Definition(fields=(Field("t", "text"), Field("t", "keyword"))), "fields.t"),
        (lambda: Definition(fields=("t",)), "fields"),  # type: ignore[arg-type]
        (lambda: Definition(fields=NEWS.fields, k1=10**400), "bm25.k1"),
        (lambda: Field("t", "keyword", weight=2.0), "fields.t.weight"),
        (lambda: Field("", "text"), "fields"),
        (lambda: Definition(fields=NEWS.fields, name="\udcff"), "name"),
        (lambda: Definition(fields=NEWS.fields, acronyms="no"), "acronyms"),  # type: ignore[arg-type]
        (lambda: Definition(fields=NEWS.fields, synonyms="a, b"), "synonyms"),  # type: ignore[arg-type]
        (lambda: Definition(fields=NEWS.fields, synonyms=("a",)), "synonyms"),
        (lambda: Definition(fields=NEWS.fields, sources=("\udcff.txt",)), "sources"),
    ],
)
def test_python_is_checked_like_toml(make: Any, key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        make()
    assert caught.value.key == key


def definitions() -> st.SearchStrategy[Definition]:
    names = st.from_regex(r"[a-zа-я_][a-zа-я0-9_]{0,8}", fullmatch=True).filter(
        lambda name: name not in ("id", "score")
    )
    weights = st.floats(0.001, 1000)

    def fields(given: tuple[list[str], list[str], float, bool]) -> tuple[Field, ...]:
        texts, others, weight, stored = given
        made = [Field(name, "text", weight, stored) for name in texts]
        made += [Field(name, "keyword", stored=stored) for name in others if name not in texts]
        return tuple(reversed(made))

    parts = st.tuples(
        st.lists(names, min_size=1, max_size=3, unique=True),
        st.lists(names, max_size=3, unique=True),
        weights,
        st.booleans(),
    )
    return st.builds(
        Definition,
        fields=parts.map(fields),
        languages=st.sampled_from([("en",), ("ru",), ("en", "ru"), ("ru", "en")]),
        k1=st.floats(0, 1000),
        b=st.floats(0, 1),
        sources=st.lists(st.text(max_size=5), max_size=2).map(tuple),
        name=st.text(max_size=5),
        acronyms=st.booleans(),
        synonyms=st.lists(st.sampled_from(["a1, b1", "PACE => ПАСЕ", "a1\\, b1, c1"]), max_size=2).map(tuple),
    )


@given(definitions())
def test_to_dict_and_back_is_the_same_definition(definition: Definition) -> None:
    there = json.dumps(definition.to_dict())
    back = Definition.from_dict(json.loads(there))
    assert back == definition
    assert hash(back) == hash(definition)
    assert back.text_fields == definition.text_fields


def test_without_a_word_about_them_acronyms_are_on() -> None:
    values = NEWS.to_dict()
    del values["acronyms"], values["synonyms"]  # as in a manifest from before there were any
    assert Definition.from_dict(values) == NEWS
    assert NEWS.acronyms
    assert NEWS.synonyms == ()


def test_a_file_of_synonyms_lies_beside_the_definition_and_is_kept_in_it(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("\ufeff# of a town\r\n\r\n  Burgtown, Бургтаун \r\nBT => Burgtown\r\n", "utf-8")
    definition = load_definition(write(tmp_path, "synonyms = 'names.txt'\nacronyms = false"))
    names.unlink()
    assert definition.synonyms == ("Burgtown, Бургтаун", "BT => Burgtown")
    assert not definition.acronyms


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a1, b1\nc1\n", "line 2: a group has two entries or more"),
        (b"a1, A1", "line 1: a group has two entries or more"),
        (b"# x\n\na1, b1,", "line 3: an entry is empty"),
        (b"a1, !", "line 1: '!' has no letter or digit"),
        (b"a1 => b1 => c1", "line 1: `=>` stands once"),
        (b"=> b1", "line 1: an entry is empty"),
        (b"a1, b1\\", "line 1: nothing follows the backslash"),
        (b"the, los", "line 1: 'the' is a stop word"),
        (b"VOZ => WHO", "line 1: 'who' is a stop word, to which nothing leads"),
        (b"a1, " + b"x " * 17, "line 1: an entry has at most 16 words"),
        (b"a1, b1\n\xff, b1", "line 2 is not in UTF-8"),
        pytest.param(b"#" * (1 << 20) + b"#", "too large", id="1 MB"),
    ],
)
def test_a_bad_file_of_synonyms_is_named_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes(content)
    with pytest.raises(DefinitionError) as caught:
        load_definition(write(tmp_path, "synonyms = 'names.txt'"))
    assert caught.value.path == str(names)
    assert said in str(caught.value)


def test_a_file_of_synonyms_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"nowhere\.txt: the file of synonyms cannot be read"):
        load_definition(write(tmp_path, "synonyms = 'nowhere.txt'"))


def test_a_definition_crosses_processes() -> None:
    back = pickle.loads(pickle.dumps(NEWS))
    assert back == NEWS
    assert back.keyword_fields == NEWS.keyword_fields


def test_sixteen_text_fields_and_no_more() -> None:
    fields = tuple(Field(f"field{number}", "text") for number in range(17))
    assert len(Definition(fields[:16]).text_fields) == 16
    with pytest.raises(DefinitionError, match="at most 16 text fields"):
        Definition(fields)

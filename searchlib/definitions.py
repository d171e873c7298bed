"""What does an index hold, and how does a person say so?

A Definition names the fields of an index, its languages, its BM25 settings and the sources it is built from.
It is made in Python, or read from a TOML file (definition_files.py):

    name = "news"                                  # default: the file's own name
    languages = ["en", "ru"]
    boilerplate = false                            # lines that recur are indexed as well
    sources = ["sample.jsonl", "archive/*.csv"]    # files, folders or globs, relative to this file
    names = false                                  # do not look for names in the other script

    cross_language = true                          # a query finds documents of the other language, too; default: false
    dictionaries = ["mueller7.index"]              # by which, relative to this file; default: those that are installed
    acronyms = false                               # CSTO is not to find ОДКБ, Germany not Германия; default: true
    synonyms = "names.txt"                         # groups of one's own (searchlib/language/synonyms.py), a file relative to this one

    [bm25]
    k1 = 1.2
    b = 0.55

    [fields]                                       # when given, these are all the fields there are
    title = { type = "text", weight = 2.0 }
    text = "text"                                  # short for { type = "text" }
    date = "date"
    tags = { type = "keyword", stored = false }

Whatever is left out is as in NEWS. `id` is always there and is not listed. Nothing is passed over in silence:
an unknown key or a value out of range raises DefinitionError with the key at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from searchlib.errors import DefinitionError

__all__ = ["NEWS", "Definition", "Field"]

Kind = Literal["text", "keyword", "date", "stored"]

_KEYS = (
    "name",
    "languages",
    "sources",
    "boilerplate",
    "names",
    "acronyms",
    "synonyms",
    "cross_language",
    "dictionaries",
    "bm25",
    "fields",
)
KINDS = ("text", "keyword", "date", "stored")
LANGUAGES = ("en", "ru")
RESERVED = ("id", "score")  # `id` is the key of every document, `score` what a query gives it
MOST_TEXT_FIELDS = 16
SMALLEST = 1e-6  # weight of a field but 0: far above where a float32 score is lost
LARGEST = 1000.0  # of a weight or k1: far above any use, far below where a float32 score loses its meaning


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a document. Immutable, so that threads may share it.

    kind: "text" is analysed and searched by words; "keyword" is matched as it is written, one value or
    several; "date" is a moment in UTC; "stored" is only given back. weight: how often an occurrence in this
    text field counts. stored: whether hits give the field back; without it a document takes less disk and
    cannot show the field.
    """

    name: str
    kind: Kind
    weight: float = 1.0
    stored: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise DefinitionError(
                f"a field's name is of letters, digits and underscores, a letter first, not {self.name!r}",
                key="fields",
            )
        key = f"fields.{self.name}"
        if self.name in RESERVED:
            raise DefinitionError("this name is reserved; give the field another", key=key)
        if self.kind not in KINDS:
            raise DefinitionError(_unknown("field type", self.kind, KINDS), key=f"{key}.type")
        weight = _number(self.weight, f"{key}.weight")
        if not SMALLEST <= weight <= LARGEST:
            raise DefinitionError(
                f"a weight is from {SMALLEST:g} to {LARGEST:g}, not {self.weight!r}", key=f"{key}.weight"
            )
        if self.kind != "text" and weight != 1.0:
            raise DefinitionError(
                f"only a text field has a weight, and this is a {self.kind} field", key=f"{key}.weight"
            )
        if not isinstance(self.stored, bool):
            raise DefinitionError(f"this is true or false, not {self.stored!r}", key=f"{key}.stored")
        if self.kind == "stored" and not self.stored:
            raise DefinitionError("a stored field that is not stored would hold nothing", key=f"{key}.stored")
        object.__setattr__(self, "weight", weight)


@dataclass(frozen=True, slots=True)
class Definition:
    """What an index holds. Immutable, so that threads may share it.

    k1: how slowly repetitions of a word stop counting (0: only presence counts); b: how much a long document
    is held back, from 0 (not at all) to 1. sources: where documents come from, as searchlib.sources.read
    takes them. boilerplate: whether lines that recur across the documents of a source are left out of what is indexed: of all
    sources, of none, or (None) of text files and HTML pages. names: whether a search for a name finds it in the other script,
    too; acronyms: whether names of the table that comes with the package lead to each other; synonyms: further groups of such
    names, each as a line of searchlib/language/synonyms.py; cross_language: whether a search that does not say so finds
    documents of the other language, too; dictionaries: those of two languages that it looks words up in, as searchlib.bilingual
    takes them, None for those that are installed. The order of the fields is part of the definition: a Document's texts and
    keywords follow it.
    """

    fields: tuple[Field, ...]
    languages: tuple[str, ...] = LANGUAGES
    k1: float = 1.2
    b: float = 0.55
    sources: tuple[str, ...] = ()
    name: str = ""
    names: bool = True
    cross_language: bool = False
    dictionaries: tuple[str, ...] | None = None
    acronyms: bool = True
    synonyms: tuple[str, ...] = ()
    boilerplate: bool | None = None
    text_fields: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    keyword_fields: tuple[Field, ...] = field(init=False, repr=False, compare=False)
    date_field: Field | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fields = _fields(self.fields)
        languages = _strings(self.languages, "languages")
        for language in languages:
            if language not in LANGUAGES:
                raise DefinitionError(_unknown("language", language, LANGUAGES), key="languages")
        if not languages or len(set(languages)) < len(languages):
            raise DefinitionError("one or more languages, each once", key="languages")
        k1, b = _number(self.k1, "bm25.k1"), _number(self.b, "bm25.b")
        if not 0.0 <= k1 <= LARGEST:
            raise DefinitionError(
                f"k1 is from 0 to {LARGEST:g}, usually about 1.2, not {self.k1!r}", key="bm25.k1"
            )
        if not 0.0 <= b <= 1.0:
            raise DefinitionError(f"b is from 0 to 1, not {self.b!r}", key="bm25.b")
        if not isinstance(self.name, str):
            raise DefinitionError(f"a name is a string, not {self.name!r}", key="name")
        _check_utf8(self.name, "name")
        for switch in ("names", "acronyms", "cross_language", "boilerplate"):
            value = getattr(self, switch)
            if not isinstance(value, bool) and not (switch == "boilerplate" and value is None):
                raise DefinitionError(f"this is true or false, not {value!r}", key=switch)
        dates = [one for one in fields if one.kind == "date"]
        computed = {
            "fields": fields,
            "languages": languages,
            "k1": k1,
            "b": b,
            "sources": _strings(self.sources, "sources"),
            "dictionaries": None
            if self.dictionaries is None
            else _strings(self.dictionaries, "dictionaries"),
            "synonyms": _synonyms(self.synonyms),
            "text_fields": tuple(one for one in fields if one.kind == "text"),
            "keyword_fields": tuple(one for one in fields if one.kind == "keyword"),
            "date_field": dates[0] if dates else None,
        }
        if not computed["text_fields"]:
            raise DefinitionError(
                "at least one text field is needed: there would be nothing to search", key="fields"
            )
        if sum(one.kind == "text" for one in fields) > MOST_TEXT_FIELDS:
            raise DefinitionError(f"at most {MOST_TEXT_FIELDS} text fields", key="fields")
        if len(dates) > 1:
            names = " and ".join(f"'{one.name}'" for one in dates)
            raise DefinitionError(
                f"one date field at most, and here are {names}", key=f"fields.{dates[1].name}"
            )
        for name, value in computed.items():
            object.__setattr__(self, name, value)

    def alike(self, other: Definition) -> bool:
        """Do both make the same index of the same documents? Where these come from does not matter, nor the name."""
        return replace(self, name="", sources=()) == replace(other, name="", sources=())

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values in the shape of the TOML file; from_dict gives back an equal Definition.

        The order of `fields` matters: do not sort the keys when writing them.
        """
        across: dict[str, Any] = {"cross_language": True} if self.cross_language else {}
        if self.dictionaries is not None:
            across["dictionaries"] = list(self.dictionaries)
        values = {
            "name": self.name,
            "languages": list(self.languages),
            "sources": list(self.sources),
            "names": self.names,
            **across,
            "acronyms": self.acronyms,
            "synonyms": list(self.synonyms),
            "bm25": {"k1": self.k1, "b": self.b},
            "fields": {one.name: _field_to_dict(one) for one in self.fields},
        }
        return values if self.boilerplate is None else values | {"boilerplate": self.boilerplate}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Definition:
        """A Definition from what to_dict gave, or from a parsed TOML file, `synonyms` read. Raises DefinitionError."""
        _check_keys(values, _KEYS, "")
        bm25 = values.get("bm25", {})
        _check_keys(bm25, ("k1", "b"), "bm25")
        fields = NEWS.fields
        if "fields" in values:
            _check_keys(values["fields"], None, "fields")
            fields = tuple(_field_from_dict(name, given) for name, given in values["fields"].items())
        return cls(
            fields=fields,
            languages=values.get("languages", LANGUAGES),
            k1=bm25.get("k1", NEWS.k1),
            b=bm25.get("b", NEWS.b),
            sources=values.get("sources", ()),
            name=values.get("name", ""),
            names=values.get("names", True),
            cross_language=values.get("cross_language", False),
            dictionaries=values.get("dictionaries"),
            acronyms=values.get("acronyms", True),
            synonyms=values.get("synonyms", ()),
            boilerplate=values.get("boilerplate"),
        )


def _synonyms(given: object) -> tuple[str, ...]:
    lines = _strings(given, "synonyms")
    if lines:
        from searchlib.language.synonyms import MAX_FILE, rule_of

        if sum(map(len, lines)) > MAX_FILE:
            raise DefinitionError("too many synonyms (over 1 MB)", key="synonyms")
        for line in lines:
            try:
                rule_of(line)
            except ValueError as error:
                raise DefinitionError(str(error), key="synonyms") from error
    return lines


def _fields(given: object) -> tuple[Field, ...]:
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise DefinitionError(f"a sequence of Field objects, not {given!r}", key="fields")
    fields = tuple(given)
    names = set()
    for one in fields:
        if not isinstance(one, Field):
            raise DefinitionError(f"a sequence of Field objects, and {one!r} is not one", key="fields")
        if one.name in names:
            raise DefinitionError("this field is there twice", key=f"fields.{one.name}")
        names.add(one.name)
    return fields


def _field_to_dict(one: Field) -> dict[str, Any]:
    values: dict[str, Any] = {"type": one.kind, "stored": one.stored}
    if one.kind == "text":
        values["weight"] = one.weight
    return values


def _field_from_dict(name: str, given: object) -> Field:
    key = f"fields.{name}"
    values = {"type": given} if isinstance(given, str) else given
    _check_keys(values, ("type", "weight", "stored"), key)
    values = cast("Mapping[str, Any]", values)
    if "type" not in values:
        raise DefinitionError(f"the field's type is missing: one of {_listed(KINDS)}", key=key)
    if "weight" in values and values["type"] in KINDS and values["type"] != "text":
        raise DefinitionError("only a text field has a weight", key=f"{key}.weight")
    return Field(name, values["type"], values.get("weight", 1.0), values.get("stored", True))


def _check_keys(values: object, known: tuple[str, ...] | None, key: str) -> None:
    """Raise unless values is a table whose keys are all known; known None: any string will do."""
    if not isinstance(values, Mapping):
        raise DefinitionError(f"this is a table of settings, not {values!r}", key=key or None)
    for name in values:
        if not isinstance(name, str) or (known is not None and name not in known):
            raise DefinitionError(
                _unknown("key", name, known or ()), key=f"{key}.{name}" if key else str(name)
            )


def _strings(given: object, key: str) -> tuple[str, ...]:
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        raise DefinitionError(f"a list of strings, not {given!r}", key=key)
    strings = tuple(given)
    for one in strings:
        if not isinstance(one, str):
            raise DefinitionError(f"a list of strings, and {one!r} is not one", key=key)
        _check_utf8(one, key)
    return strings


def _check_utf8(text: str, key: str) -> None:
    """A file's name need not be UTF-8, and what holds one that is not could not be written into the index."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DefinitionError(f"{text!r} cannot be written in UTF-8", key=key) from error


def _number(given: object, key: str) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise DefinitionError(f"a number, not {given!r}", key=key)
    try:
        return float(given)
    except OverflowError as error:
        raise DefinitionError("a number far too large", key=key) from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _unknown(what: str, given: object, known: tuple[str, ...]) -> str:
    """The message for a value that is none of the known ones, with the nearest of them."""
    from difflib import get_close_matches

    near = get_close_matches(given.lower(), known, n=1) if isinstance(given, str) else []
    advice = f"did you mean '{near[0]}'? " if near else ""
    return f"unknown {what} {given!r}; {advice}known: {_listed(known)}"


NEWS = Definition(
    name="news",
    fields=(
        Field("title", "text", weight=2.0),
        Field("text", "text"),
        Field("date", "date"),
        Field("source", "keyword"),
        Field("tags", "keyword"),
        Field("lang", "keyword"),
        Field("url", "keyword"),
    ),
)
"""The fields of a news archive: what an index gets when no definition is given."""

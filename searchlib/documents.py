"""What is a document, and when is a record not one?

A record is what a source or a caller gives: a mapping from names to JSON values. prepare() turns it into a
Document by the index's Definition, or raises DocumentError with the field at fault:

- `id`: a string or an integer, unique in the index, at most MAX_ID bytes of UTF-8. Without one it is made
  from the `url`, else from the texts and the date, so that the same article read twice is one document.
- Text fields: a string, a number, or a list of them (joined by newlines). At least one must hold something.
- The date field: what searchlib.dates.parse_date takes.
- Keyword fields: a string or a number, or a list of them; "a, b" is one value. Surrounding blanks, empty and
  repeated values are dropped. `lang` is detected when the definition has it and the record does not.
- Stored fields, and any name that the definition does not know: any JSON value; dates as ISO text, NaN and
  infinities as null, whole numbers beyond 64 bits as text.

None means absent everywhere. A NUL character becomes a space, and half a surrogate pair U+FFFD, so that
whatever comes out can be written as UTF-8 and as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from searchlib.dates import parse_date
from searchlib.definitions import NEWS, Definition, Field
from searchlib.errors import DocumentError

__all__ = ["NEWS", "Definition", "Document", "Field", "Preparer", "prepare"]

MAX_ID: Final = 512  # bytes of UTF-8
MAX_KEYWORD: Final = 32_000  # bytes of UTF-8 of one value
MAX_TEXT: Final = 64 << 20  # characters of one text field
MAX_DEPTH: Final = 32  # of lists and objects inside a stored value
_TEXT: Final = "text is a string, a number or a list of them"
_KEYWORD: Final = "a keyword is a string, a number or a list of them"
DETECTED: Final = 2_000  # characters of each text field shown to language detection: more change nothing


@dataclass(slots=True)
class Document:
    """A record that can be indexed. texts and keywords follow the definition's text_fields and
    keyword_fields.

    date: seconds since 1970 in UTC, or None. stored: what hits give back, JSON values only, `id` first.
    """

    id: str
    texts: tuple[str, ...]
    date: int | None
    keywords: tuple[tuple[str, ...], ...]
    stored: dict[str, Any]


class Preparer:
    """prepare() for one definition, with everything worked out beforehand that does not depend on the record.

    Threads may share it.
    """

    __slots__ = ("_date", "_known", "_lang", "_steps", "definition")

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self._known = frozenset(field.name for field in definition.fields if field.kind != "stored") | {"id"}
        self._steps = [
            (field.name, field.kind == "text", field.stored)
            for field in definition.fields
            if field.kind in ("text", "keyword")
        ]
        self._date = definition.date_field
        self._lang = next(
            (number for number, field in enumerate(definition.keyword_fields) if field.name == "lang"), None
        )

    def __call__(self, record: Mapping[str, Any]) -> Document:
        """The Document that the record is. Raises DocumentError."""
        return self.label(self.unlabelled(record))

    def unlabelled(self, record: Mapping[str, Any]) -> Document:
        """The same, but without the language when that is to be detected, which takes longer than all the rest."""
        if type(record) is not dict and not isinstance(record, Mapping):
            raise DocumentError(f"a document is an object with named fields, not {_kind(record)}")
        get = record.get
        stored: dict[str, Any] = {"id": ""}
        texts: list[str] = []
        keywords: list[tuple[str, ...]] = []
        for name, is_text, keep in self._steps:
            value = get(name)
            if is_text:
                text = _text(value, name)
                texts.append(text)
                if keep and value is not None:
                    stored[name] = text
            elif value is None:
                keywords.append(())
            else:
                values, shown = _keywords(value, name)
                keywords.append(values)
                if keep:
                    stored[name] = shown
        if not texts[0] or texts[0].isspace():
            self._check_texts(texts)
        moment = self._moment(record, stored)
        known = self._known
        for name, value in record.items():
            if name not in known:
                _keep(name, value, stored)
        given = get("id")
        stored["id"] = key = _id(given) if given is not None else _made_id(get("url"), texts, moment)
        return Document(key, tuple(texts), moment, tuple(keywords), stored)

    def label(self, document: Document) -> Document:
        """Gives a document its language, when it has none and is to have one."""
        if self._lang is not None and not document.keywords[self._lang]:
            keywords = list(document.keywords)
            keywords[self._lang] = (self._detect(document.texts, document.stored),)
            document.keywords = tuple(keywords)
        return document

    def _check_texts(self, texts: list[str]) -> None:
        if not any(text and not text.isspace() for text in texts):
            names = " or ".join(f"'{field.name}'" for field in self.definition.text_fields)
            raise DocumentError(f"nothing to index: no text in {names}")

    def _moment(self, record: Mapping[str, Any], stored: dict[str, Any]) -> int | None:
        field = self._date
        value = None if field is None else record.get(field.name)
        if field is None or value is None or (isinstance(value, str) and (not value or value.isspace())):
            return None
        try:
            seconds, text = parse_date(value)
        except ValueError as error:
            raise DocumentError(str(error), field=field.name) from error
        if field.stored:
            stored[field.name] = text
        return seconds

    def _detect(self, texts: Sequence[str], stored: dict[str, Any]) -> str:
        from searchlib.language.detection import detect_language

        language = detect_language("\n".join(text[:DETECTED] for text in texts if text))
        assert self._lang is not None
        if self.definition.keyword_fields[self._lang].stored:
            stored["lang"] = language
        return language


_latest: Preparer = Preparer(NEWS)


def prepare(record: Mapping[str, Any], definition: Definition) -> Document:
    """The Document that a record is by this definition. Raises DocumentError. Threads may call it together.

    It remembers the preparer of the latest definition; a caller that alternates holds a Preparer of each
    instead.
    """
    global _latest  # noqa: PLW0603  one reference, replaced at once: a race costs a second preparer and nothing else
    preparer = _latest
    if preparer.definition is not definition:
        _latest = preparer = Preparer(definition)
    return preparer(record)


def _text(value: object, name: str) -> str:
    """The text of a text field; the first test passes nearly every value there is."""
    if type(value) is not str:
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            value = "\n".join([_scalar(one, name, _TEXT) for one in value if one is not None])
        else:
            value = _scalar(value, name, _TEXT)
    if len(value) > MAX_TEXT:
        raise DocumentError(f"{len(value):,} characters are too many; {MAX_TEXT:,} at most", field=name)
    return _clean(value)


def _keywords(value: object, name: str) -> tuple[tuple[str, ...], str | list[str]]:
    """The distinct values of a keyword field, and what is stored of it: a string or a list, as it was
    given."""
    if isinstance(value, (list, tuple)):
        given = [
            _clean(one if type(one) is str else _scalar(one, name, _KEYWORD))
            for one in value
            if one is not None
        ]
        values = tuple(dict.fromkeys([text for one in given if (text := one.strip())]))
        for text in values:
            _check_keyword(text, name)
        return values, given
    shown = _clean(value if type(value) is str else _scalar(value, name, _KEYWORD))
    text = shown.strip()
    if not text:
        return (), shown
    _check_keyword(text, name)
    return (text,), shown


def _check_keyword(text: str, name: str) -> None:
    if len(text) * 4 > MAX_KEYWORD and len(text.encode()) > MAX_KEYWORD:
        raise DocumentError(f"a keyword has at most {MAX_KEYWORD:,} bytes", field=name)


def _scalar(value: object, name: str, expected: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)  # of an enumeration's member its value, where str() gives its name
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return str(int(value))
        except ValueError as error:  # Python's own bound on the digits of a number
            raise DocumentError("a number of too many digits", field=name) from error
    if isinstance(value, float) and value - value == 0.0:  # neither infinite nor not-a-number
        return repr(float(value))
    raise DocumentError(f"{expected}, not {_kind(value)}", field=name)


def _clean(text: str) -> str:
    """The same text, of the same length but for rejoined surrogate pairs, that UTF-8 can hold and that has no
    NUL."""
    if not text.isascii():
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            return text.replace("\0", " ")
        return (
            text.replace("\0", " ") if b"\0" in encoded else text
        )  # searching bytes is several times faster
    return text.replace("\0", " ") if "\0" in text else text


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise DocumentError(f"an id is a string or a whole number, not {_kind(value)}", field="id")
    key = _scalar(value, "id", "")
    if not key or key.isspace():
        raise DocumentError("an id is not empty; leave it out to have one made", field="id")
    if _clean(key) is not key:
        raise DocumentError("an id has no NUL character and no half of a surrogate pair", field="id")
    if len(key) * 4 > MAX_ID and (size := len(key.encode())) > MAX_ID:
        raise DocumentError(f"an id has at most {MAX_ID} bytes in UTF-8, and this has {size:,}", field="id")
    return key


def _made_id(url: object, texts: list[str], moment: int | None) -> str:
    """16 hexadecimal digits: of the URL when there is one, else of the texts and the date."""
    from hashlib import blake2b

    if isinstance(url, (list, tuple)) and url:
        url = url[0]
    if isinstance(url, str) and (url := _clean(url).strip()):
        source = url
    else:
        source = "\0".join(
            (*texts, "" if moment is None else str(moment))
        )  # no text has a NUL: the parts are certain
    return blake2b(source.encode(), digest_size=8).hexdigest()


def _keep(name: object, value: object, stored: dict[str, Any]) -> None:
    """Put a field that only hits give back into stored."""
    if not isinstance(name, str):
        raise DocumentError(f"a field's name is a string, not {_kind(name)}")
    name = _clean(str.__str__(name))
    stored[name] = _json(value, name, MAX_DEPTH)


def _json(value: object, name: str, depth: int) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _clean(str.__str__(value))
    if isinstance(value, int):
        return int(value) if -(1 << 63) <= value < 1 << 64 else _scalar(value, name, "")
    if isinstance(value, float):
        return float(value) if value - value == 0.0 else None
    if isinstance(value, (list, tuple, Mapping)):
        if not depth:
            raise DocumentError(f"lists and objects are nested more than {MAX_DEPTH} deep", field=name)
        return _json_nested(value, name, depth - 1)
    if not isinstance(value, date):  # a date-time is one as well
        raise DocumentError(f"JSON cannot hold {_kind(value)}", field=name)
    try:
        return parse_date(value)[1]
    except ValueError as error:
        raise DocumentError(str(error), field=name) from error


def _json_nested(value: Sequence[object] | Mapping[Any, object], name: str, depth: int) -> Any:
    if not isinstance(value, Mapping):
        return [_json(one, name, depth) for one in value]
    for key in value:
        if not isinstance(key, str):
            raise DocumentError(f"the keys of an object are strings, not {_kind(key)}", field=name)
    return {_clean(str.__str__(key)): _json(one, name, depth) for key, one in value.items()}


def _kind(value: object) -> str:
    """What a value is, for a person."""
    names = {
        bool: "true or false",
        str: "a string",
        list: "a list",
        tuple: "a list",
        dict: "an object",
        type(None): "null",
    }
    names |= {int: "a number", float: "a number", bytes: "bytes"}
    if isinstance(value, float) and value - value != 0.0:
        return str(value)
    return names.get(type(value), f"a {type(value).__name__}")

"""How does a document lie in a cluster?

Words are found here, not there: a text goes out as places with a blank between, each place all terms that stand at it, `|` before each, and all
forms, `=` before each («|сталь|стать=стали»). The analyzers of the index only cut that up, so that positions, lemmas and stop words are
those of an index on disk. A field's score is how often a word occurs in it, times a boost: all the rest of BM25 is in the query. Of forms
a boost says nothing: a cluster would count a misspelt form less than one that is right.

    texts.NAME          places by terms; texts.NAME.forms the same places by forms
    terms               all terms of a document, without frequencies: who counts documents with a term asks here
    lengths.NAME        words of a text field that count for length
    values.NAME, first.NAME   the values of a keyword field, and the first of them, which orders go by
    date                seconds since 1970
    id, order           documents with equal scores stand by `order`, which grows as they are added
    signature           what near-duplicates are told by (storage/signature.h), a word for each byte, to find those that have as many in common
    signed              the same as it is, to compare two; a text without words has neither
    stored              what hits give back; texts themselves are not kept but there
    left_out.NAME       numbers of the lines of a text that are not indexed (searchlib/storage/boilerplate.py); absent where all are
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from searchlib.language import VERSION as ANALYSIS
from searchlib.language._tokens import tokenize
from searchlib.ranking._duplicates import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from searchlib.definitions import Definition
    from searchlib.documents import Document
    from searchlib.language import Analyzer

__all__ = ["FORMAT", "HOLE", "MOST_TERMS", "Layout", "body_of", "indexed_text", "signature_words"]

FORMAT: Final = 1
"""Bumped whenever documents would lie otherwise."""

HOLE: Final = "_"
"""A place in a phrase where anything may stand. No form and no term is that."""

MOST_TERMS: Final = 16  # of a form, as in an index on disk
_MEMO: Final = 200_000  # forms whose terms are kept at hand
_PLACE: Final = "0123456789abcdefghijklmnopqrstuv"  # in a signature
_SIGNED: Final = [[f"{place}{byte:02x}" for byte in range(256)] for place in _PLACE]


def signature_words(signature: bytes) -> list[str]:
    """What a document with a signature is found by: a word for each byte and its place."""
    return [words[byte] for words, byte in zip(_SIGNED, signature, strict=True)]


class Layout:
    """Makes what is sent of a document. Not for several threads at once: it remembers the words it has met.

    note: told of the terms of each form when it is met first, and seldom again.
    """

    def __init__(
        self,
        definition: Definition,
        analyzer: Analyzer,
        note: Callable[[tuple[str, ...]], None] | None = None,
    ) -> None:
        self.definition = definition
        self._analyze = analyzer.analyze
        self._note = note
        self._known: dict[str, _Word] = {}
        self._texts = [field.name for field in definition.text_fields]
        self._keywords = [field.name for field in definition.keyword_fields]

    def source_of(self, document: Document, order: int) -> dict[str, Any]:
        """The source of a document, whose id in the cluster is its own. order: of the documents with equal scores."""
        texts: dict[str, str] = {}
        lengths: dict[str, int] = {}
        for name, text in zip(self._texts, document.texts, strict=True):
            texts[name], lengths[name] = self.places(text)
        source: dict[str, Any] = {
            "id": document.id,
            "order": order,
            "texts": texts,
            "lengths": lengths,
            "stored": document.stored,
        }
        values = {name: given for name, given in zip(self._keywords, document.keywords, strict=True) if given}
        if values:
            source["values"] = values
            source["first"] = {name: given[0] for name, given in values.items()}
        if document.date is not None:
            source["date"] = document.date
        left_out = {
            name: missing
            for name, text in zip(self._texts, document.texts, strict=True)
            if (missing := _missing(document.stored.get(name), text))
        }
        if left_out:
            source["left_out"] = left_out
        signed = signature(document.texts)
        if any(signed):
            source["signature"] = " ".join(signature_words(signed))
            source["signed"] = b64encode(signed).decode("ascii")
        return source

    def places(self, text: str) -> tuple[str, int]:
        """The places of a text as they are sent, and how many words of it count for its length."""
        known = self._known
        places: list[str] = []
        length = 0
        above: _Word | None = None  # a hyphenated whole
        for form, _, _, position, _, whole in tokenize(text):
            word = known.get(form) or self._met(form)
            if whole:
                above = word
                continue
            if not word.stop:
                length += 1
            if position != len(places):
                raise AssertionError(f"a word is missing between others: {text[:60]!r}")
            places.append(word.place if above is None else _together(word, above))
            above = None
        return " ".join(places), length

    def _met(self, form: str) -> _Word:
        """A form that was not met before."""
        terms, stop = self._analyze(form)
        if len(self._known) >= _MEMO:
            self._known.clear()
        word = self._known[form] = _Word.of(form, terms[:MOST_TERMS], stop)
        if self._note is not None:
            self._note(word.terms)
        return word


def indexed_text(source: Mapping[str, Any], name: str) -> str:
    """What of a stored text is indexed. source: a document's `stored` and `left_out`."""
    text = str(source.get("stored", {}).get(name) or "")
    missing = source.get("left_out", {}).get(name)
    if not missing:
        return text
    return "\n".join(line for number, line in enumerate(text.split("\n")) if number not in missing)


def _missing(whole: object, text: str) -> list[int]:
    """The numbers of the lines of a stored text that were taken out of it."""
    if not isinstance(whole, str) or whole == text:
        return []
    left = deque(text.split("\n"))
    missing = []
    for number, line in enumerate(whole.split("\n")):
        if left and left[0] == line:
            left.popleft()
        else:
            missing.append(number)
    return missing


class _Word(NamedTuple):
    """place: as it is sent."""

    form: str
    terms: tuple[str, ...]
    stop: bool
    place: str

    @classmethod
    def of(cls, form: str, terms: tuple[str, ...], stop: bool) -> _Word:
        return cls(form, terms, stop, "".join(f"|{term}" for term in terms) + f"={form}")


def _together(part: _Word, whole: _Word) -> str:
    """The place of the first part of a hyphenated word. Of a term that both have, the part's form is the one that stands there."""
    terms = tuple(dict.fromkeys((*part.terms, *whole.terms)))
    place = _Word.of(part.form, terms, False).place
    hidden = whole.form == part.form or (whole.terms and whole.terms[0] in part.terms)
    return place if hidden else f"{place}={whole.form}"


def body_of(definition: Definition, *, shards: int, replicas: int) -> dict[str, Any]:
    """The settings and mappings of an index for documents by a definition.

    Nothing that was added is seen before somebody refreshes the index: writers do when they commit.
    """
    text = {"type": "text", "norms": False, "similarity": "occurrences"}
    terms = text | {"analyzer": "terms", "copy_to": "terms"}
    terms["fields"] = {"forms": text | {"analyzer": "forms", "similarity": "occurrences_alone"}}
    number = {"type": "long"}
    keyword = {"type": "keyword"}
    names = [field.name for field in definition.keyword_fields]
    # as text: a cluster does not keep the order of keys, and that of the fields matters
    written = json.dumps(definition.to_dict(), ensure_ascii=False)
    properties: dict[str, Any] = {
        "id": keyword,
        "order": number,
        "date": number,
        "terms": {"type": "text", "norms": False, "index_options": "docs", "analyzer": "terms"},
        "texts": {"properties": {field.name: terms for field in definition.text_fields}},
        "lengths": {
            "properties": {
                field.name: {"type": "integer", "index": False} for field in definition.text_fields
            }
        },
        "values": {"properties": dict.fromkeys(names, keyword)},
        "first": {"properties": dict.fromkeys(names, keyword | {"index": False})},
        "signature": {"type": "text", "norms": False, "index_options": "docs", "analyzer": "whitespace"},
        "signed": {"type": "binary", "doc_values": True},
        "stored": {"type": "object", "enabled": False},
        "left_out": {"type": "object", "enabled": False},
    }
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
            "codec": "best_compression",  # with it an index takes a third less
            "similarity.occurrences": {
                "type": "scripted",
                "script": {"source": "return query.boost * doc.freq;"},
            },
            "similarity.occurrences_alone": {
                "type": "scripted",
                "script": {"source": "return doc.freq;"},
            },
            "analysis": {
                "tokenizer": {"places": {"type": "whitespace", "max_token_length": 1_000_000}},
                "filter": {
                    "terms": _captured("|"),
                    "forms": _captured("="),
                    "holes": {"type": "stop", "stopwords": [HOLE]},
                },
                "analyzer": {"terms": _cut("terms"), "forms": _cut("forms")},
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"excludes": ["texts", "signature", "signed"]},
            "_meta": {"searchlib": {"format": FORMAT, "analysis": ANALYSIS, "definition": written}},
            "properties": properties,
        },
    }


def _captured(sign: str) -> dict[str, Any]:
    return {"type": "pattern_capture", "preserve_original": False, "patterns": [f"[{sign}]([^|=]+)"]}


def _cut(what: str) -> dict[str, Any]:
    return {"type": "custom", "tokenizer": "places", "filter": ["holes", what]}

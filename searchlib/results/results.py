"""What does a person get to see? The hits of a query, read from the index as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, overload

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.results.explain import Explanation
    from searchlib.results.snippets import FormAnalyzer, Marker, Snippet

__all__ = ["Hit", "Results"]


class Asked(Protocol):
    """What Results need to know of the question: its terms and its sets of forms, and whether it is of stop words only."""

    @property
    def stop_words(self) -> bool: ...
    def terms(self) -> dict[str, int]: ...
    def forms(self) -> Sequence[tuple[Container[str], int]]: ...


class Fields(Protocol):
    """The stored fields of documents by their numbers."""

    def __getitem__(self, doc: int, /) -> dict[str, Any]: ...


class Keys(Protocol):
    """The ids of documents by their numbers."""

    def id(self, doc: int) -> str: ...


class Part(Protocol):
    """A part of an index that has documents."""

    @property
    def file(self) -> Keys: ...
    @property
    def stored(self) -> Fields: ...


class Found(Protocol):
    """What Results are made of: (score, part, document) in order, and what can be told of all matches.

    ids: of the page; duplicates: the ids that the document at a place of it stands for; explain_id: None when no document has the id.
    """

    places: list[tuple[float, int, int]]
    timed_out: bool

    @property
    def plan(self) -> Asked | None: ...
    def count(self) -> int: ...
    def facet(self, field: str, by: str | None) -> list[tuple[str, int]]: ...
    def cursor(self, at: int) -> str | None: ...
    def ids(self) -> list[str]: ...
    def duplicates(self, at: int) -> list[str]: ...
    def suggestion(self, query: str) -> str | None: ...
    def explain(self, segment: int, doc: int) -> Explanation: ...
    def explain_id(self, id: str) -> Explanation | None: ...


class _Shared:
    """What the hits of one query share. It does not know them: without a circle, results go when nobody holds them."""

    __slots__ = ("_analyzer", "_asked", "_marker", "definition")

    def __init__(self, definition: Definition, analyzer: FormAnalyzer, asked: Asked | None) -> None:
        self.definition = definition
        self._analyzer = analyzer
        self._asked = asked
        self._marker: Marker | None = None

    @property
    def marker(self) -> Marker:
        if self._marker is None:
            from searchlib.results.snippets import Marker

            asked = self._asked
            if asked is None:
                self._marker = Marker({}, self._analyzer)
            else:
                self._marker = Marker(
                    asked.terms(), self._analyzer, stop_words=asked.stop_words, forms=asked.forms()
                )
        return self._marker


class Hit:
    """One document found. Its fields are read from disk when the first of them is asked for.

    id: the document's id; score: its BM25 score, which compares only with others of the same query, and is 0 when they are
    sorted otherwise; explanation: how the score comes about, when it was asked for.
    """

    __slots__ = ("_doc", "_fields", "_more", "_segment", "_shared", "_snippet", "explanation", "score")

    def __init__(
        self,
        shared: _Shared,
        segment: Part,
        doc: int,
        score: float,
        explanation: Explanation | None = None,
        more: Callable[[], list[str]] | None = None,
    ) -> None:
        self.explanation = explanation
        self._more = more
        self._shared = shared
        self._segment = segment
        self._doc = doc
        self.score = score
        self._fields: dict[str, Any] | None = None
        self._snippet: Snippet | None = None

    @property
    def id(self) -> str:
        """The id that the document was added with, or was given."""
        return self._segment.file.id(self._doc)

    @property
    def duplicates(self) -> int:
        """How many more documents of the query this one stands for, when duplicates were collapsed; else 0."""
        return len(self.duplicate_ids)

    @property
    def duplicate_ids(self) -> list[str]:
        """Their ids, in the order in which they were added. Raises CorruptIndexError."""
        return [] if self._more is None else self._more()

    @property
    def fields(self) -> dict[str, Any]:
        """Everything stored with the document. Raises CorruptIndexError."""
        if self._fields is None:
            self._fields = self._segment.stored[self._doc]
        return self._fields

    @property
    def title(self) -> str:
        """The field `title`, "" when there is none."""
        return self._text("title") or ""

    @property
    def date(self) -> str | None:
        """The date as ISO 8601 text in UTC."""
        field = self._shared.definition.date_field
        return self._text("date" if field is None else field.name)

    @property
    def lang(self) -> str | None:
        """ISO 639-1 code of the language, "und" when it could not be told."""
        return self._text("lang")

    @property
    def url(self) -> str | None:
        """The field `url`."""
        return self._text("url")

    @property
    def source(self) -> str | None:
        """The field `source`."""
        return self._text("source")

    @property
    def snippet(self) -> Snippet:
        """The best passage of the document's texts, with the query's words marked whatever their inflection."""
        if self._snippet is None:
            self._snippet = self._best_passage()
        return self._snippet

    def _best_passage(self) -> Snippet:
        texts = [self._text(field.name) or "" for field in self._shared.definition.text_fields]
        bodies = [
            text
            for field, text in zip(self._shared.definition.text_fields, texts, strict=True)
            if text and field.name != "title"
        ]
        snippets = [self._shared.marker.snippet(text) for text in bodies or texts]
        return next((snippet for snippet in snippets if snippet.marks), snippets[0])

    def marked(self, field: str, *, width: int | None = None) -> Snippet:
        """A whole field, or its best `width` characters, with the query's words marked."""
        text = self._text(field) or ""
        marker = self._shared.marker
        return marker.mark(text) if width is None else marker.snippet(text, width=width)

    def _text(self, name: str) -> str | None:
        value = self.fields.get(name)
        return None if value is None else str(value)

    def __repr__(self) -> str:
        return f"Hit(id={self.id!r}, score={self.score:.4f})"


class Results(Sequence[Hit]):
    """The best hits of a query, best first. Reads from the snapshot it was made on, whatever is committed later.

    query: as it was asked; took_ms: milliseconds that finding the hits took, without reading fields and snippets;
    timed_out: the time that was allowed ran out, so that there may be better hits, and more. repaired: the query that these are
    the results of, when it was typed with the wrong keyboard layout (Index.search); else None.
    """

    def __init__(
        self,
        query: str,
        found: Found,
        segments: Sequence[Part],
        definition: Definition,
        analyzer: FormAnalyzer,
        began: float,
        *,
        explain: bool = False,
        repaired: str | None = None,
        words: bool = True,
    ) -> None:
        """words: whether the query is one, and not the id of a document."""
        self.query = query
        self.repaired = repaired
        self._words = words
        self.timed_out = found.timed_out
        self._definition = definition
        self._analyzer = analyzer
        self._found = found
        self._ranked = found.places
        self._segments = segments
        self._explain = explain
        self._hits: list[Hit] | None = None
        self.took_ms = (perf_counter() - began) * 1000

    @cached_property
    def _shared(self) -> _Shared:
        return _Shared(self._definition, self._analyzer, self._found.plan)

    @property
    def ids(self) -> list[str]:
        """The ids of the hits."""
        return self._found.ids()

    @cached_property
    def total(self) -> int:
        """How many documents match the query, exactly; counted when it is first asked for."""
        return self._found.count()

    def facet(self, field: str, by: str | None = None) -> dict[str, int]:
        """How many of all documents that match have each value of a keyword field, the most frequent first; of the date
        field how many are of each day, or of what `by` says: "week", "month", "year", in order. Exact; counted when asked for.

        Raises QueryError for another field or period.
        """
        return dict(self._found.facet(field, by))

    @cached_property
    def suggestion(self) -> str | None:
        """The query as it may have been meant: misspelt words put right by those of the index, what was typed with the wrong keyboard
        layout or in Latin letters in the right ones; None when it may well be right, as a query of words is that the index has in
        three documents or more. Operators, quotes and fields stay as they were typed.

        It is looked for when it is first asked for, whatever was found; searchlib/vocabulary/README.md tells how. Whoever asks for
        many makes a table of all words in memory. Raises CorruptIndexError.
        """
        if not self._words:
            return None
        return self._found.suggestion(self.query if self.repaired is None else self.repaired)

    @property
    def cursor(self) -> str | None:
        """Where the next page begins: pass it as `after` to the same search. None when there are no hits,
        and when duplicates were collapsed."""
        return self._found.cursor(len(self._ranked) - 1) if self._ranked else None

    def explain(self, id: str) -> Explanation:
        """How the score of any document of the index comes about; 0 when it does not match.

        Raises LookupError when there is no document with this id.
        """
        found = self._found.explain_id(id)
        if found is None:
            raise LookupError(f"there is no document with the id {id!r}")
        return found

    @property
    def marker(self) -> Marker:
        """What marks the query's words in texts."""
        return self._shared.marker

    def _all(self) -> list[Hit]:
        if self._hits is None:
            explain = self._found.explain if self._explain else None
            self._hits = [
                Hit(
                    self._shared,
                    self._segments[part],
                    doc,
                    score,
                    None if explain is None else explain(part, doc),
                    partial(self._found.duplicates, at),
                )
                for at, (score, part, doc) in enumerate(self._ranked)
            ]
        return self._hits

    def __len__(self) -> int:
        return len(self._ranked)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> list[Hit]: ...
    def __getitem__(self, at: int | slice) -> Hit | list[Hit]:
        return self._all()[at]

    def __repr__(self) -> str:
        return f"Results({self.query!r}, {len(self)} hits, {self.took_ms:.2f} ms)"

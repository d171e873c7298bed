"""How does each engine answer a question of a class? searchlib and tantivy, each through its best public API.

Every engine holds the same archive: id stored, title and text with positions, the words of both also as they are
written (searchlib keeps those anyway), date, source, language and tags as columns and as values to match. Prefixes and
spelling are asked of the written words in every engine, so that all find the same documents. The answer is what
the question wants and no more: no engine counts matches where ten ids are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.classes import Question, folded
from benchmarks.corpus import Article, Language
from benchmarks.engines import FORMS, fill_tantivy, register_analyzers

if TYPE_CHECKING:
    import tantivy

TOP = 10
SOURCES = 100  # buckets asked for: more than there are sources


@dataclass(frozen=True, slots=True)
class Answer:
    """What the question wanted: ids, or the total, or counts by source and the total."""

    ids: list[str] = field(default_factory=list)
    total: int | None = None
    counts: dict[str, int] = field(default_factory=dict)


Ask = Callable[[Question], Answer]


class Answering(Protocol):
    """An engine under measurement. layout is raised when its index would be built in another way."""

    name: str
    layout: int

    def version(self) -> str:
        """The version of the distribution that is measured."""
        ...

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        """A function that builds an index of the articles in a new folder."""
        ...

    def open(self, folder: Path) -> Ask:
        """The whole call of a user, from the words of the question to its answer."""
        ...


def language_of(article: Article) -> Language:
    """The language an article was generated in, which engines are told."""
    return "ru" if article["id"].startswith("ru") else "en"


def days(question: Question) -> tuple[datetime, datetime] | None:
    """The start of the first day and of the day after the last one."""
    if question.since is None or question.until is None:
        return None
    first, last = (
        datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (question.since, question.until)
    )
    return first, last + timedelta(days=1)


class SearchlibAnswering:
    """searchlib: one index for both languages, nothing but the id stored."""

    name = "searchlib"
    layout = 1

    def version(self) -> str:
        import searchlib

        return searchlib.__version__

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        from searchlib import Definition, Field, Index

        names = ("id", "title", "text", "date", "source", "tags")
        records = [{name: a[name] for name in names} | {"lang": language_of(a)} for a in articles]  # type: ignore[literal-required]
        definition = Definition(
            (
                Field("title", "text", 2.0, stored=False),
                Field("text", "text", stored=False),
                Field("date", "date", stored=False),
                *(Field(name, "keyword", stored=False) for name in ("source", "tags", "lang")),
            )
        )

        def build(folder: Path) -> None:
            with Index.create(folder, definition) as index, index.writer() as writer:
                for record in records:
                    writer.add(record)

        return build

    def open(self, folder: Path) -> Ask:
        from searchlib import Index

        search = Index.open(folder).search

        def ask(question: Question) -> Answer:
            listed = question.wanted in ("best", "newest")
            results = search(
                _written(question),
                limit=TOP if listed else 0,
                match="any",
                since=question.since,
                until=question.until,
                lang=question.lang,
                source=question.source,
                tags=question.tag,
                sort="newest" if question.wanted == "newest" else None,
            )
            if listed:
                return Answer(ids=list(results.ids))
            if question.wanted == "total":
                return Answer(total=results.total)
            return Answer(total=results.total, counts=results.facet("source"))

        return ask


def _written(question: Question) -> str:
    """The question in searchlib's query language."""
    match question.how:
        case "all":
            return " AND ".join(question.words)
        case "phrase":
            return f'"{" ".join(question.words)}"'
        case "prefix":
            return f"{question.words[0]}*"
        case "fuzzy":
            return f"{question.words[0]}~1"
        case _:
            return " ".join(question.words)


class TantivyAnswering:
    """tantivy-py: stems by language, the words as they are written in fields of their own, everything else fast.

    The choices are those that were fastest at an exact answer: a prefix is a fuzzy term of distance 0 (a regular
    expression takes eight times as long, a phrase prefix takes 50 words at most); a total is a value count of a
    column that every document has, which neither scores nor collects; the total beside facets is the sum of
    the buckets, an article having one source; a date range reads the column. Prefixes and fuzzy terms all score 1,
    where searchlib ranks them: tantivy does less there. `one_field` is as in engines.Tantivy: less work.
    """

    layout = 1

    def __init__(self, *, one_field: bool = False) -> None:
        self.name = "tantivy, one field" if one_field else "tantivy"
        self._one_field = one_field
        self._fields = ("text",) if one_field else ("title", "text")

    def version(self) -> str:
        return version("tantivy")

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        import tantivy

        records = [self._record(article) for article in articles]

        def build(folder: Path) -> None:
            schema = tantivy.SchemaBuilder()
            schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
            schema.add_date_field("date", indexed=True, fast=True)
            for column in ("source", "lang", "tags"):
                schema.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
            for name in self._fields:
                for language in ("en", "ru"):
                    schema.add_text_field(
                        f"{name}_{language}", tokenizer_name=language, index_option="position"
                    )
                schema.add_text_field(f"{name}_{FORMS}", tokenizer_name=FORMS, index_option="freq")
            fill_tantivy(folder, schema.build(), records)

        return build

    def open(self, folder: Path) -> Ask:
        import tantivy

        index = tantivy.Index.open(str(folder))
        register_analyzers(index)
        searcher = index.searcher()

        def ask(question: Question) -> Answer:
            query = self._query(index, question)
            if question.wanted == "total":
                count = searcher.aggregate(query, {"total": {"value_count": {"field": "lang"}}})
                return Answer(total=int(count["total"]["value"]))
            if question.wanted == "facets":
                found = searcher.aggregate(query, {"source": {"terms": {"field": "source", "size": SOURCES}}})
                counts = {bucket["key"]: bucket["doc_count"] for bucket in found["source"]["buckets"]}
                return Answer(total=sum(counts.values()), counts=counts)
            order = "date" if question.wanted == "newest" else None
            hits = searcher.search(query, TOP, count=False, order_by_field=order).hits
            return Answer(ids=[searcher.doc(address)["id"][0] for _, address in hits])

        return ask

    def _query(self, index: tantivy.Index, question: Question) -> tantivy.Query:
        from tantivy import FieldType, Occur, Query

        schema = index.schema
        query = self._words(index, question)
        limits = []
        if bounds := days(question):
            limits.append(Query.range_query(schema, "date", FieldType.Date, *bounds, include_upper=False))
        for column, value in (("lang", question.lang), ("source", question.source), ("tags", question.tag)):
            if value is not None:
                limits.append(Query.term_query(schema, column, value, "basic"))
        if not limits:
            return query
        unscored = [(Occur.Must, Query.const_score_query(limit, 0.0)) for limit in limits]
        return Query.boolean_query([(Occur.Must, query), *unscored])

    def _words(self, index: tantivy.Index, question: Question) -> tantivy.Query:
        from tantivy import Occur, Query

        if question.how in ("prefix", "fuzzy"):
            word, prefix = question.words[0], question.how == "prefix"
            parts = [
                Query.fuzzy_term_query(
                    index.schema, f"{name}_{FORMS}", word, distance=0 if prefix else 1, prefix=prefix
                )
                for name in self._fields
            ]
            return (
                parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])
            )
        text = " ".join(question.words)
        return index.parse_query(
            f'"{text}"' if question.how == "phrase" else text,
            [f"{name}_{question.language}" for name in self._fields],
            field_boosts={} if self._one_field else {f"title_{question.language}": 2.0},
            conjunction_by_default=question.how == "all",
        )

    def _record(self, article: Article) -> dict[str, Any]:
        language = language_of(article)
        title, text = folded(article["title"]), folded(article["text"])
        texts = {"text": f"{title}\n{title}\n{text}"} if self._one_field else {"title": title, "text": text}
        return {
            "id": article["id"],
            "date": datetime.fromisoformat(article["date"]),
            "source": article["source"],
            "lang": language,
            "tags": article["tags"],
            **{f"{name}_{kind}": value for name, value in texts.items() for kind in (language, FORMS)},
        }

"""How does tantivy answer? tantivy-py with one indexing thread, a heap that holds everything, and Snowball stemmers.

Fields title and text are there once per language: each word is stemmed once, which is faster than one
field whose analyzer chains both stemmers (8 to 20 % in building and in searching) and as large on disk. Stop words are kept, as
tantivy's own en_stem does.

The choices are those that were fastest at an exact answer: count=False, so that it may prune; a prefix is a fuzzy term
of distance 0 (a regular expression takes eight times as long, a phrase prefix takes 50 words at most); a total is a
value count of a column that every document has, which neither scores nor collects; the total beside facets is the sum of
the buckets, an article having one source; a date range reads the column. Prefixes and fuzzy terms all score 1,
where searchlib ranks them: tantivy does less there.

tantivy scores a title and a text apart, each with its own document frequencies and lengths, and adds the scores;
searchlib weighs both inside one BM25. That, more than analysis, is why their own answers differ, and it costs tantivy time: on
terms, a single field, it does not arise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpora.archive import Article, language_of
from benchmarks.corpora.questions import Question, folded
from benchmarks.engines.engine import SOURCES, Analysis, Answer, Ask, days, without

if TYPE_CHECKING:
    import tantivy

FORMS = "forms"  # the analyzer that leaves words unstemmed, for patterns and spelling
_SPACED = "spaced"  # the one that only splits
_TEXTS = ("title", "text")


class Tantivy:
    """tantivy through its Python package."""

    name = "tantivy"
    analyses: tuple[Analysis, ...] = ("own", "terms")
    most_documents: int | None = None
    quick = True

    def missing(self) -> str | None:
        return without("tantivy")

    def version(self) -> str:
        return version("tantivy")

    def answers(self, question: Question) -> bool:
        return True

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        records = [record(article, analysis) for article in articles]

        def build(folder: Path) -> None:
            fill_tantivy(folder, schema_of(analysis), records)

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        import tantivy

        index = tantivy.Index.open(str(folder))
        register_analyzers(index)
        searcher = index.searcher()

        def ask(question: Question) -> Answer:
            query = _limited(index, _words(index, question, analysis), question)
            if question.wanted == "total":
                count = searcher.aggregate(query, {"total": {"value_count": {"field": "lang"}}})
                return Answer(total=int(count["total"]["value"]))
            if question.wanted == "facets":
                found = searcher.aggregate(query, {"source": {"terms": {"field": "source", "size": SOURCES}}})
                counts = {bucket["key"]: bucket["doc_count"] for bucket in found["source"]["buckets"]}
                return Answer(total=sum(counts.values()), counts=counts)
            order = "date" if question.wanted == "newest" else None
            hits = searcher.search(query, question.top, count=False, order_by_field=order).hits
            return Answer(ids=[searcher.doc(address)["id"][0] for _, address in hits])

        return ask


def schema_of(analysis: Analysis) -> tantivy.Schema:
    """The index that is measured."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    if analysis == "terms":
        schema.add_text_field("text", tokenizer_name=_SPACED, index_option="position")
        return schema.build()
    schema.add_date_field("date", indexed=True, fast=True)
    for column in ("source", "lang", "tags"):
        schema.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    for name in _TEXTS:
        for language in ("en", "ru"):
            schema.add_text_field(f"{name}_{language}", tokenizer_name=language, index_option="position")
        schema.add_text_field(f"{name}_{FORMS}", tokenizer_name=FORMS, index_option="freq")
    return schema.build()


def _words(index: tantivy.Index, question: Question, analysis: Analysis) -> tantivy.Query:
    from tantivy import Occur, Query

    if question.how in ("prefix", "fuzzy"):
        word, prefix = question.words[0], question.how == "prefix"
        fields = ["text"] if analysis == "terms" else [f"{name}_{FORMS}" for name in _TEXTS]
        parts = [
            Query.fuzzy_term_query(index.schema, name, word, distance=0 if prefix else 1, prefix=prefix)
            for name in fields
        ]
        return parts[0] if len(parts) == 1 else Query.boolean_query([(Occur.Should, part) for part in parts])
    text = " ".join(question.words)
    own = analysis == "own"
    return index.parse_query(
        f'"{text}"' if question.how == "phrase" else text,
        [f"{name}_{question.language}" for name in _TEXTS] if own else ["text"],
        field_boosts={f"title_{question.language}": 2.0} if own else {},
        conjunction_by_default=question.how == "all",
    )


def _limited(index: tantivy.Index, query: tantivy.Query, question: Question) -> tantivy.Query:
    from tantivy import FieldType, Occur, Query

    schema = index.schema
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


def record(article: Article, analysis: Analysis) -> dict[str, Any]:
    """What is indexed of an article."""
    if analysis == "terms":
        return {"id": article["id"], "text": article["text"]}
    language = language_of(article)
    texts = {name: folded(article[name]) for name in _TEXTS}  # type: ignore[literal-required]
    return {
        "id": article["id"],
        "date": datetime.fromisoformat(article["date"]),
        "source": article["source"],
        "lang": language,
        "tags": article["tags"],
        **{f"{name}_{kind}": value for name, value in texts.items() for kind in (language, FORMS)},
    }


def fill_tantivy(folder: Path, schema: tantivy.Schema, records: Iterable[Mapping[str, Any]]) -> None:
    """A new index of the records in a folder: one indexing thread, a heap that holds everything, all merges done."""
    import tantivy

    folder.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(folder))
    register_analyzers(index)
    writer = index.writer(heap_size=1_000_000_000, num_threads=1)
    for record in records:
        writer.add_document(tantivy.Document(**record))
    writer.commit()
    writer.wait_merging_threads()


def register_analyzers(index: tantivy.Index) -> None:
    """The analyzers that the fields of a tantivy index name: words and stems of each language, words alone, and terms."""
    import tantivy

    for name, stemmer in (("en", "english"), ("ru", "russian"), (FORMS, "")):
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        analyzer = analyzer.filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
        if stemmer:
            analyzer = analyzer.filter(tantivy.Filter.stemmer(stemmer))
        index.register_tokenizer(name, analyzer.build())
    spaced = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer(_SPACED, spaced.build())

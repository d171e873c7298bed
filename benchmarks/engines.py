"""How does each engine index the archive and answer a query? One adapter each, through its best public API.

Every engine gets the same id, title and text, indexes title and text with positions, weighs the title twice,
stores the id alone and uses its own analysis. Where an engine can be helped without being measured at it, it
is: tantivy, which analyses by field, is told for free which language a document or query is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.corpus import Article, Language, Query

if TYPE_CHECKING:
    import tantivy

    from searchlib import Definition

Search = Callable[[Query, int], list[str]]  # a query and how many ids are wanted, best first
FORMS = "forms"  # the analyzer that leaves words unstemmed, for patterns and spelling


class Engine(Protocol):
    """An engine under measurement."""

    name: str

    def version(self) -> str:
        """The version of the distribution that is measured."""
        ...

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        """A function that builds an index of the articles in a new folder, from raw text to the end of the commit.

        Converting articles to what the engine's users hold anyway happens here and is not measured.
        """
        ...

    def open(self, folder: Path) -> Search:
        """The whole call of a user, from the query's text to the list of ids."""
        ...


class Searchlib:
    """searchlib: stems, lemmas and stop words as its defaults are; one thread."""

    name = "searchlib"

    def version(self) -> str:
        import searchlib

        return searchlib.__version__

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        from searchlib import Index

        records = [self.record(article) for article in articles]
        definition = self.definition()

        def build(folder: Path) -> None:
            with Index.create(folder, definition) as index, index.writer() as writer:
                for record in records:
                    writer.add(record)

        return build

    def definition(self) -> Definition:
        """The fields of an index that is measured."""
        from searchlib import Definition, Field

        return Definition((Field("title", "text", 2.0, stored=False), Field("text", "text", stored=False)))

    def record(self, article: Article) -> dict[str, str]:
        """What is indexed of an article."""
        return {"id": article["id"], "title": article["title"], "text": article["text"]}

    def open(self, folder: Path) -> Search:
        from searchlib import Index

        search = Index.open(folder).search
        return lambda query, limit: [hit.id for hit in search(query["text"], limit=limit)]


class Tantivy:
    """tantivy-py with one indexing thread, a heap that holds everything, and Snowball stemmers.

    Fields title and text are there once per language: each word is stemmed once, which is faster than one
    field whose analyzer chains both stemmers (8 to 20 % in building and in searching) and as large on disk.
    Stop words are kept, as tantivy's own en_stem does. count=False: it need not count matches, so that it can
    prune.

    tantivy scores a title and a text apart, each with its own document frequencies and lengths, and adds the
    scores; searchlib weighs both inside one BM25. That, more than analysis, is why their answers differ, and
    it costs tantivy time. So ``one_field`` measures it on a single field too, the title written twice before
    the text: less work and statistics like ours, but no ``title:`` query.
    """

    def __init__(self, *, one_field: bool = False) -> None:
        self.name = "tantivy, one field" if one_field else "tantivy"
        self._one_field = one_field
        self._fields = ("text",) if one_field else ("title", "text")

    def version(self) -> str:
        return version("tantivy")

    def ready(self, articles: Iterable[Article]) -> Callable[[Path], None]:
        records = [self.record(article) for article in articles]

        def build(folder: Path) -> None:
            fill_tantivy(folder, self.schema(), records)

        return build

    def schema(self) -> tantivy.Schema:
        """The fields of an index that is measured."""
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for language in ("en", "ru"):
            for field in self._fields:
                schema.add_text_field(f"{field}_{language}", tokenizer_name=language, index_option="position")
        return schema.build()

    def open(self, folder: Path) -> Search:
        import tantivy

        index = tantivy.Index.open(str(folder))
        register_analyzers(index)
        searcher = index.searcher()
        languages: tuple[Language, ...] = ("en", "ru")
        fields = {k: [f"{field}_{k}" for field in self._fields] for k in languages}
        boosts = {k: {} if self._one_field else {f"title_{k}": 2.0} for k in languages}

        def search(query: Query, limit: int) -> list[str]:
            language = query["lang"]
            parsed = index.parse_query(query["text"], fields[language], field_boosts=boosts[language])
            found = searcher.search(parsed, limit, count=False).hits
            return [searcher.doc(address)["id"][0] for _, address in found]

        return search

    def record(self, article: Article) -> dict[str, str]:
        """What is indexed of an article."""
        language = _majority(article["text"])
        if self._one_field:
            text = "\n".join((article["title"], article["title"], article["text"]))
            return {"id": article["id"], f"text_{language}": text}
        return {
            "id": article["id"],
            f"title_{language}": article["title"],
            f"text_{language}": article["text"],
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
    """The analyzers that the fields of a tantivy index name: words and stems of each language, and words alone."""
    import tantivy

    for name, stemmer in (("en", "english"), ("ru", "russian"), (FORMS, "")):
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        analyzer = analyzer.filter(tantivy.Filter.remove_long(40)).filter(tantivy.Filter.lowercase())
        if stemmer:
            analyzer = analyzer.filter(tantivy.Filter.stemmer(stemmer))
        index.register_tokenizer(name, analyzer.build())


ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (Searchlib(), Tantivy(), Tantivy(one_field=True))
}


def _majority(text: str) -> Language:
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    return "ru" if 2 * cyrillic > sum(letter.isalpha() for letter in text) else "en"

"""How does searchlib answer? One index for both languages; one thread, the defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpora.archive import Article, language_of
from benchmarks.corpora.questions import Question
from benchmarks.engines.engine import K1, Analysis, Answer, Ask, B

if TYPE_CHECKING:
    from searchlib import Definition

NAME = "searchlib"


class Searchlib:
    """The engine that this project is; nothing but the id stored."""

    name = NAME
    analyses: tuple[Analysis, ...] = ("own", "terms")
    most_documents: int | None = None
    quick = True

    def __init__(self, workers: int = 1) -> None:
        """workers: processes that build."""
        self._workers = workers

    def missing(self) -> str | None:
        return None

    def version(self) -> str:
        import searchlib

        return searchlib.__version__

    def answers(self, question: Question) -> bool:
        return True

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        from searchlib import Index

        records = [record(article, analysis) for article in articles]
        definition = defined(analysis)

        def build(folder: Path) -> None:
            index = Index.create(folder, definition)
            with index, index.writer(memory_mb=1000, workers=self._workers) as writer:
                for record in records:
                    writer.add(record)

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        from searchlib import Index

        search = Index.open(folder).search

        def ask(question: Question) -> Answer:
            listed = question.wanted in ("best", "newest")
            results = search(
                written(question),
                limit=question.top if listed else 0,
                match="all" if question.how == "all" else "any",
                since=question.since,
                until=question.until,
                lang=question.lang,
                source=question.source,
                tags=question.tag,
                sort="newest" if question.wanted == "newest" else None,
            )
            if listed:
                return Answer(ids=results.ids)
            if question.wanted == "total":
                return Answer(total=results.total)
            return Answer(total=results.total, counts=results.facet("source"))

        return ask


def defined(analysis: Analysis) -> Definition:
    """The index that is measured."""
    from searchlib import Definition, Field

    if analysis == "terms":
        return Definition((Field("text", "text", stored=False),), k1=K1, b=B)
    return Definition(
        (
            Field("title", "text", 2.0, stored=False),
            Field("text", "text", stored=False),
            Field("date", "date", stored=False),
            *(Field(name, "keyword", stored=False) for name in ("source", "tags", "lang")),
        )
    )


def record(article: Article, analysis: Analysis) -> dict[str, Any]:
    """What is indexed of an article."""
    if analysis == "terms":
        return {"id": article["id"], "text": article["text"]}
    names = ("id", "title", "text", "date", "source", "tags")
    return {name: article[name] for name in names} | {"lang": language_of(article)}  # type: ignore[literal-required]


def written(question: Question) -> str:
    """The question in searchlib's query language."""
    match question.how:
        case "phrase":
            return f'"{" ".join(question.words)}"'
        case "prefix":
            return f"{question.words[0]}*"
        case "fuzzy":
            return f"{question.words[0]}~1"
        case _:
            return " ".join(question.words)

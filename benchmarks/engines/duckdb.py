"""How does DuckDB answer? Its extension for full-text search, which a wheel brings; one thread.

An index is tables of terms, which a function in SQL reads whole at each question: what it takes hardly depends on the words. It
knows neither phrases nor prefixes nor a total apart from the scores. The function is asked as its manual does; the formula is Lucene's, which is
searchlib's, except that a word asked twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from importlib.metadata import distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpora.archive import Article
from benchmarks.corpora.questions import Question
from benchmarks.engines.engine import K1, Analysis, Answer, Ask, B, limited, without

if TYPE_CHECKING:
    import duckdb

_FILE = "index.duckdb"
_EXTENSION = "fts.duckdb_extension"
_WANTED = ("best", "total")


class DuckDb:
    """DuckDB's full-text search."""

    name = "DuckDB"
    analyses: tuple[Analysis, ...] = ("terms",)
    most_documents: int | None = 20_000
    quick = False

    def missing(self) -> str | None:
        return without("duckdb", "duckdb-extension-fts")

    def version(self) -> str:
        return version("duckdb")

    def answers(self, question: Question) -> bool:
        return question.how in ("any", "all") and question.wanted in _WANTED and not limited(question)

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        ids, texts = [], []
        for article in articles:
            ids.append(article["id"])
            texts.append(article["text"])

        def build(folder: Path) -> None:
            folder.mkdir(parents=True)
            with closing(_connected(folder, read_only=False)) as connection:
                connection.execute(
                    "CREATE TABLE articles AS SELECT unnest($1) AS id, unnest($2) AS text", [ids, texts]
                )
                connection.execute(
                    "PRAGMA create_fts_index('articles', 'id', 'text', stemmer = 'none', stopwords = 'none', "
                    r"ignore = '\s+', strip_accents = 0, lower = 0)"
                )
                connection.execute("ALTER TABLE articles DROP COLUMN text")

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        connection = _connected(folder, read_only=True)

        def ask(question: Question) -> Answer:
            score = (
                f"fts_main_articles.match_bm25(id, $1, k := {K1}, b := {B}, "
                f"conjunctive := {int(question.how == 'all')})"
            )
            matches = f"FROM (SELECT id, {score} AS score FROM articles) WHERE score IS NOT NULL"
            words = " ".join(question.words)
            if question.wanted == "total":
                rows = connection.execute(f"SELECT count(*) {matches}", [words]).fetchall()
                return Answer(total=rows[0][0])
            best = f"SELECT id {matches} ORDER BY score DESC LIMIT $2"
            return Answer(ids=[row[0] for row in connection.execute(best, [words, question.top]).fetchall()])

        return ask


def _connected(folder: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    files = distribution("duckdb-extension-fts").files or []
    extension = next(file.locate() for file in files if file.name == _EXTENSION)
    connection = duckdb.connect(str(folder / _FILE), read_only=read_only, config={"threads": 1})
    connection.execute(f"LOAD '{extension}'")
    return connection

"""How does SQLite answer? FTS5 through the standard library, one table of words, which keeps no text, and one of everything else.

English is stemmed by FTS5's Porter; there is no Russian stemmer, so that a Russian word is found in that form alone and
Russian questions have fewer matches than with other engines. A second table of words has them unstemmed, for prefixes. FTS5's BM25 has
k1 1.2 and b 0.75 fixed, a length that counts the words of all columns alike, and Robertson's idf, which gives a word of half
the documents nothing: on terms that alone is why its order is not always searchlib's.

The choices are those that were fastest at an exact answer: the order is by bm25() itself, which takes half the time of an order by
rank, whose sort knows no limit; ids are fetched for what is left; sources, languages and tags are words of further columns, which
score nothing (a join takes up to four times as long, a set of documents a hundred times); days and facets are a join, in the order of
matches; prefixes of three to six letters have an index (a third less); the file is mapped and said to be unchanging. Whole indexes are in
one segment. FTS5 prunes nothing: it scores every match.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from benchmarks.corpora.archive import Article, language_of
from benchmarks.corpora.questions import Question, folded
from benchmarks.engines.engine import Analysis, Answer, Ask, days

_FILE = "index.sqlite"
_STEMMED, _FORMS = "words", "forms"  # tables of words
_VALUES = ("source", "lang", "tags")  # what may limit a question, as columns of words
_SETTINGS = ("mmap_size = 100000000000", "cache_size = -1000000", "temp_store = memory")
_UNMERGED = (("hashsize", 256_000_000), ("automerge", 0))  # while building: one merge at the end
_OPERATORS = {"any": " OR ", "all": " AND "}

Row = tuple[int | str, ...]


class Sqlite:
    """SQLite's full-text search as it comes with Python."""

    name = "SQLite FTS5"
    analyses: tuple[Analysis, ...] = ("own", "terms")
    most_documents: int | None = None
    quick = True

    def missing(self) -> str | None:
        with closing(sqlite3.connect(":memory:")) as connection:
            if connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone() == (1,):
                return None
        return "this Python's SQLite is built without FTS5"

    def version(self) -> str:
        return sqlite3.sqlite_version

    def answers(self, question: Question) -> bool:
        return question.how != "fuzzy"

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        documents: list[Row] = []
        words: list[Row] = []
        for number, article in enumerate(articles):
            if analysis == "terms":
                documents.append((number, article["id"], 0, ""))
                words.append((number, article["text"]))
            else:
                language = language_of(article)
                date = int(datetime.fromisoformat(article["date"]).timestamp())
                documents.append((number, article["id"], date, article["source"]))
                texts = (folded(article["title"]), folded(article["text"]))
                values = ([article["source"]], [language], article["tags"])
                words.append((number, *texts, *(" ".join(map(_word, value)) for value in values)))

        def build(folder: Path) -> None:
            folder.mkdir(parents=True)
            with closing(sqlite3.connect(folder / _FILE)) as connection:
                connection.execute(
                    "CREATE TABLE docs (doc INTEGER PRIMARY KEY, id TEXT, date INT, source TEXT)"
                )
                connection.executemany("INSERT INTO docs VALUES (?, ?, ?, ?)", documents)
                for table in (_STEMMED,) if analysis == "terms" else (_STEMMED, _FORMS):
                    _fill(connection, table, analysis, words)
                connection.commit()

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        connection = sqlite3.connect(f"{(folder / _FILE).as_uri()}?mode=ro&immutable=1", uri=True)
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        weights = "" if analysis == "terms" else ", 2, 1, 0, 0, 0"

        def ask(question: Question) -> Answer:
            table = _FORMS if question.how == "prefix" and analysis == "own" else _STEMMED
            parameters: list[int | str] = [_match(question)]
            matches, limit = f"{table} WHERE {table} MATCH ?", ""
            joined = f"{table} CROSS JOIN docs ON doc = {table}.rowid WHERE {table} MATCH ?"
            if bounds := days(question):
                matches, limit = joined, " AND date >= ? AND date < ?"
                parameters += (int(bound.timestamp()) for bound in bounds)
            if question.wanted == "total":
                rows = connection.execute(f"SELECT count(*) FROM {matches}{limit}", parameters)
                return Answer(total=rows.fetchone()[0])
            if question.wanted == "facets":
                rows = connection.execute(
                    f"SELECT docs.source, count(*) FROM {joined}{limit} GROUP BY 1", parameters
                )
                counts: dict[str, int] = dict(rows)
                return Answer(total=sum(counts.values()), counts=counts)
            if question.wanted == "newest":
                sql = f"SELECT id FROM {joined}{limit} ORDER BY date DESC LIMIT ?"
            else:
                score = f"bm25({table}{weights})"  # smaller is better
                best = (
                    f"SELECT {table}.rowid AS doc, {score} AS score FROM {matches}{limit} ORDER BY 2 LIMIT ?"
                )
                sql = f"SELECT id FROM ({best}) JOIN docs USING (doc) ORDER BY score"
            return Answer(ids=[row[0] for row in connection.execute(sql, (*parameters, question.top))])

        return ask


def _fill(connection: sqlite3.Connection, table: str, analysis: Analysis, words: Iterable[Row]) -> None:
    """A table of words, merged into one segment."""
    columns = "text" if analysis == "terms" else ", ".join(("title", "text", *_VALUES))
    tokens = "ascii" if analysis == "terms" else "porter unicode61" if table == _STEMMED else "unicode61"
    prefixes = ", prefix = '3 4 5 6'" if table == _FORMS else ""
    connection.execute(
        f"CREATE VIRTUAL TABLE {table} USING fts5({columns}, content = '', tokenize = '{tokens}'{prefixes})"
    )
    for setting, value in _UNMERGED:
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (setting, value))
    places = ", ?" * (columns.count(",") + 2)
    connection.executemany(f"INSERT INTO {table} (rowid, {columns}) VALUES ({places[2:]})", words)
    connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _match(question: Question) -> str:
    """The question in FTS5's query language."""
    if question.how == "phrase":
        match = f'"{" ".join(question.words)}"'
    elif question.how == "prefix":
        match = f'"{question.words[0]}"*'
    else:
        match = _OPERATORS[question.how].join(f'"{word}"' for word in question.words)
    limits = zip(_VALUES, (question.source, question.lang, question.tag), strict=True)
    limited = "".join(f" AND {column} : {_word(value)}" for column, value in limits if value is not None)
    return f"({match}){limited}" if limited else match


def _word(value: str) -> str:
    """A value as one word that nobody writes and no stemmer shortens."""
    return f"v{value.encode().hex()}7"

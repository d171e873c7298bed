"""Which engines are there? One module each."""

from __future__ import annotations

from benchmarks.engines.bm25s import Bm25s
from benchmarks.engines.duckdb import DuckDb
from benchmarks.engines.engine import Engine
from benchmarks.engines.lucene import Lucene
from benchmarks.engines.pisa import Pisa
from benchmarks.engines.searchlib import NAME as OURS
from benchmarks.engines.searchlib import Searchlib
from benchmarks.engines.sqlite import Sqlite
from benchmarks.engines.tantivy import Tantivy
from benchmarks.engines.whoosh import Whoosh

__all__ = ["ENGINES", "OURS"]

ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (Searchlib(), Tantivy(), Lucene(), Whoosh(), Sqlite(), Bm25s(), Pisa(), DuckDb())
}

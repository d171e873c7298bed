"""Which engines are there? One module each."""

from __future__ import annotations

from benchmarks.engines.engine import Engine
from benchmarks.engines.searchlib import NAME as OURS
from benchmarks.engines.searchlib import Searchlib
from benchmarks.engines.tantivy import Tantivy
from benchmarks.engines.whoosh import Whoosh

__all__ = ["ENGINES", "OURS"]

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (Searchlib(), Tantivy(), Whoosh())}

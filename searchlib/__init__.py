"""searchlib: an embedded search engine for archives of English and Russian news.

import searchlib

index = searchlib.Index.create("indexes/news")
with index.writer() as writer:
    writer.add({"id": "42", "title": "Саммит в Астане", "text": "...", "date": "2024-06-06"})
for hit in index.search("саммит", limit=10):
    print(hit.score, hit.title, hit.snippet)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from searchlib.definition_files import load_definition
from searchlib.definitions import NEWS, Definition, Field
from searchlib.errors import (
    CorruptIndexError,
    DefinitionError,
    DictionaryError,
    DocumentError,
    IncompatibleIndexError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    QueryError,
    RemoteError,
    SearchError,
    StorageError,
)
from searchlib.index import Index
from searchlib.results.explain import Explanation
from searchlib.results.results import Hit, Results
from searchlib.storage.statistics import Stats

if TYPE_CHECKING:
    from searchlib.remote.index import RemoteIndex, RemoteStats
    from searchlib.results.trends import Trend, Trends

__all__ = [
    "NEWS",
    "CorruptIndexError",
    "Definition",
    "DefinitionError",
    "DictionaryError",
    "DocumentError",
    "Explanation",
    "Field",
    "Hit",
    "IncompatibleIndexError",
    "Index",
    "IndexExistsError",
    "IndexLockedError",
    "IndexNotFoundError",
    "QueryError",
    "RemoteError",
    "RemoteIndex",
    "RemoteStats",
    "Results",
    "SearchError",
    "Stats",
    "StorageError",
    "Trend",
    "Trends",
    "connect",
    "load_definition",
]

__version__ = "0.1.0"


def connect(url: str, *, timeout: float = 30.0, fresh: float = 5.0) -> RemoteIndex:
    """Opens an index of an OpenSearch cluster: connect("opensearch://reader:secret@search.example.org/news").

    url: an address (searchlib/remote/address.py); timeout, fresh: as of RemoteIndex.open; RemoteIndex.create makes an index.
    Raises IndexNotFoundError, IncompatibleIndexError, RemoteError: also when opensearch-py is not installed.
    """
    from searchlib.remote.index import RemoteIndex

    return RemoteIndex.open(url, timeout=timeout, fresh=fresh)


def __getattr__(name: str) -> Any:
    """What is imported when somebody names it: it would cost every import some milliseconds."""
    if name in ("RemoteIndex", "RemoteStats"):
        from searchlib.remote import index as remote

        return getattr(remote, name)
    if name in ("Trend", "Trends"):
        from searchlib.results import trends

        return getattr(trends, name)
    raise AttributeError(f"module 'searchlib' has no attribute '{name}'")

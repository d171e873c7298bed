"""Which index is meant?

What --index names, else the environment variable SEARCHLIB_INDEX, else indexes/news, or the only index under
indexes/. A name without a folder stands for the index of that name under indexes/, when there is none here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from searchlib import Index

HOME = Path("indexes")
VARIABLE = "SEARCHLIB_INDEX"


def open_index(given: str | None) -> Index:
    """The index that a question is asked of; IndexNotFoundError or a usage error when it is not clear."""
    from searchlib import Index

    return Index.open(_named(given) or _only_one())


def place_for_files(given: str | None) -> Path:
    """Where an index is or is to be made that files are added to."""
    return _named(given) or _only_one()


def _named(given: str | None) -> Path | None:
    name = given or os.environ.get(VARIABLE)
    if not name:
        return None
    from searchlib import Index

    path = Path(name)
    at_home = HOME / name
    return at_home if len(path.parts) == 1 and not Index.exists(path) and Index.exists(at_home) else path


def _only_one() -> Path:
    from searchlib import Index
    from searchlib.errors import IndexNotFoundError

    news = HOME / "news"
    if Index.exists(news):
        return news
    found = sorted(path for path in HOME.iterdir() if Index.exists(path)) if HOME.is_dir() else []
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in found)
        raise click.UsageError(f"which index? {HOME}/ holds {names}; name one with --index or {VARIABLE}")
    definitions = sorted(HOME.glob("*.toml")) if HOME.is_dir() else []
    hint = (
        f"build one with 'search index {definitions[0]}'" if definitions else "make one with 'search index'"
    )
    raise IndexNotFoundError(news, f"there is no index under {HOME}/ here; {hint}, or name one with --index")

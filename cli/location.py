"""Which index is meant?

What --index names, else the environment variable SEARCHLIB_INDEX, else indexes/news, or the only index under
indexes/. A name without a folder stands for the index of that name under indexes/, when there is none here. What has
"://" in it is the address of an index of a cluster (searchlib/remote/address.py).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from searchlib import Index, RemoteIndex

HOME = Path("indexes")
VARIABLE = "SEARCHLIB_INDEX"
ASKED = (
    "The index to ask: its folder, its name under indexes/, or an address such as opensearch://HOST/INDEX."
)
ON_DISK = "The index, a folder, or its name under indexes/."


def open_index(given: str | None) -> Index | RemoteIndex:
    """The index that a question is asked of; IndexNotFoundError or a usage error when it is not clear."""
    if url := address_of(given):
        from searchlib import connect

        return connect(url)
    from searchlib import Index

    return Index.open(_named(given) or _only_one())


def place_for_files(given: str | None) -> Path:
    """Where an index is or is to be made that files are added to, when it is none of a cluster."""
    return _named(given) or _only_one()


def place_named(name: str) -> Path:
    """The folder of the index of this name, which need not be there."""
    return _named(name) or Path(name)


def place_on_disk(given: str | None, what: str, instead: str) -> Path:
    """The folder of an index, for a command that does `what` with its files; a usage error that says what to do instead for one of a
    cluster."""
    if url := address_of(given):
        raise click.UsageError(f"{shown(url)}: {what} needs an index on disk; {instead}")
    return place_for_files(given)


def address_of(given: str | None) -> str | None:
    """The address of an index of a cluster that is meant, or None for one on disk; a usage error when it cannot be an address."""
    name = given or os.environ.get(VARIABLE)
    return checked_address(name) if name and is_address(name) else None


def is_address(name: str) -> bool:
    """Does this name an index of a cluster, rather than a folder?"""
    return "://" in name


def checked_address(name: str) -> str:
    """The same address; a usage error when it cannot be one."""
    from searchlib.errors import RemoteError
    from searchlib.remote.address import Address

    try:
        Address.parse(name)
    except RemoteError as error:
        raise click.UsageError(str(error)) from None
    return name


def shown(url: str) -> str:
    """An address as it may be told: without the password."""
    from searchlib.remote.address import Address

    return str(Address.parse(url))


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

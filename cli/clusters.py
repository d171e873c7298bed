"""How does an index of a cluster come to be, when a command needs one?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .location import shown

if TYPE_CHECKING:
    from searchlib import Definition, RemoteIndex

_Function = TypeVar("_Function", bound=Callable[..., Any])
_DEFAULT = 1  # shards, and replicas


def layout_options(function: _Function) -> _Function:
    """Gives a command the options of how an index of a cluster is made."""
    for name, least, help in (
        ("--replicas", 0, "Further copies of each shard, of an index that is made on a cluster."),
        ("--shards", 1, "Parts of an index that is made on a cluster, for good."),
    ):
        function = click.option(
            name, metavar="N", type=click.IntRange(min=least), help=f"{help}  [default: {_DEFAULT}]"
        )(function)
    return function


def check_unused(shards: int | None, replicas: int | None) -> None:
    """Refuses what is of a cluster where none is meant."""
    for name, given in (("--shards", shards), ("--replicas", replicas)):
        if given is not None:
            raise click.UsageError(f"{name} is for an index of a cluster, and this one is on disk")


def opened_or_made(
    url: str, definition: Definition | None, shards: int | None, replicas: int | None
) -> RemoteIndex:
    """The index at an address, made when it is absent: by the definition, None: for a news archive.

    Of one that is there the shards and replicas must be those that were asked for.
    """
    from searchlib import RemoteIndex

    if not RemoteIndex.exists(url):
        return RemoteIndex.create(
            url,
            definition,
            shards=_DEFAULT if shards is None else shards,
            replicas=_DEFAULT if replicas is None else replicas,
        )
    index = RemoteIndex.open(url)
    if shards is not None or replicas is not None:
        stats = index.stats()
        for name, wanted, there in (
            ("--shards", shards, stats.shards),
            ("--replicas", replicas, stats.replicas),
        ):
            if wanted is not None and wanted != there:
                raise click.UsageError(
                    f"{shown(url)}: the index is there already, and has {there:,} where {name} says {wanted:,}; leave the option out"
                )
    return index

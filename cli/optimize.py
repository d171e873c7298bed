"""`search optimize`: how does an index become as small and quick as it can be?"""

from __future__ import annotations

from time import monotonic

import click

from .location import ASKED, open_index
from .stats import size
from .terminal import show


@click.command("optimize", short_help="Make one segment of an index.")
@click.option("--index", "given", metavar="PATH|URL", help=ASKED)
def command(given: str | None) -> None:
    """Merge all segments of an index into one and drop what deleted documents left.

    It needs as much room again as the index takes, until it is done. Searches go on meanwhile. An index that is written to all
    the time needs it never: a writer keeps segments few. Of an index of a cluster each shard becomes one segment.

    \b
    Examples:
      search optimize
      search optimize --index archive/2024
    """
    index = open_index(given)
    before = index.stats()
    began = monotonic()
    with index.writer() as writer:
        writer.optimize()
    after = index.stats()
    show(
        f"{index.path}: {before.segments:,} segment{'' if before.segments == 1 else 's'}, {size(before.bytes)}"
        f" -> {after.segments:,}, {size(after.bytes)}; {monotonic() - began:.1f} s"
    )

"""`search pull`: how does an archive get from a cluster to disk?"""

from __future__ import annotations

from functools import partial

import click

from .location import place_named
from .push import carry_out, check_pair


@click.command("pull", short_help="Copy an index of an OpenSearch cluster to disk.")
@click.argument("source", metavar="URL")
@click.argument("target", metavar="INDEX")
@click.option(
    "--workers",
    metavar="N",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Processes that build at the same time; no more than there are cores.",
)
def command(source: str, target: str, workers: int) -> None:
    """Copy all documents of an index of a cluster to an index on disk, which is made with the same definition when it is
    absent.

    Documents stay in their order, and are copied as they are at one moment where the cluster can keep that. What is there
    already is passed over, so that the same command goes on where Ctrl-C or a failure ended it, at the last of the commits that
    are made meanwhile; only documents that the cluster does not have stay there as well. Texts must be stored: they are
    analysed again.

    \b
    Examples:
      search pull opensearch://localhost/news indexes/news
      search pull https://search.example.org/news-2024 archive/2024 --workers 4
    """
    from searchlib import Index, connect
    from searchlib.remote.moving import check, pull

    check_pair(target, source, "pull URL INDEX")
    remote = connect(source)
    check(remote.definition)
    place = place_named(target)
    index = Index.open(place) if Index.exists(place) else Index.create(place, remote.definition)
    carry_out(partial(pull, remote, index, workers=workers), remote, index)

"""`search push`: how does an archive on disk get to a cluster?"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import click

from .clusters import layout_options, opened_or_made
from .location import checked_address, is_address, place_named, shown
from .progress import Report
from .terminal import show, warn

if TYPE_CHECKING:
    from searchlib import Index, RemoteIndex
    from searchlib.remote.moving import Moved


@click.command("push", short_help="Copy an index to an OpenSearch cluster.")
@click.argument("source", metavar="INDEX")
@click.argument("target", metavar="URL")
@layout_options
@click.option(
    "--workers",
    metavar="N",
    default=2,
    show_default=True,
    type=click.IntRange(min=1),
    help="Batches that are sent at the same time.",
)
def command(source: str, target: str, shards: int | None, replicas: int | None, workers: int) -> None:
    """Copy all documents of an index on disk to an index of a cluster, which is made with the same definition when it is
    absent.

    Documents stay in their order. What is there already is passed over, so that the same command goes on where Ctrl-C or a
    failure ended it, and brings up to date what was copied before; only documents that INDEX does not have stay there as
    well. Texts must be stored: they are analysed again.

    \b
    Examples:
      search push indexes/news opensearch://localhost/news
      search push archive/2024 https://search.example.org/news-2024 --shards 3 --replicas 1
    """
    from searchlib import Index
    from searchlib.remote.moving import check, push

    check_pair(source, target, "push INDEX URL")
    index = Index.open(place_named(source))
    check(index.definition)
    remote = opened_or_made(target, index.definition, shards, replicas)
    carry_out(partial(push, index, remote, workers=workers), index, remote)


def check_pair(place: str, url: str, usage: str) -> None:
    """Refuses a folder where an address is to stand, and the reverse."""
    if is_address(place):
        raise click.UsageError(f"{shown(checked_address(place))}: a folder stands here: search {usage}")
    if not is_address(url):
        raise click.UsageError(
            f"{url}: an address stands here, such as opensearch://HOST/INDEX: search {usage}"
        )
    checked_address(url)


def carry_out(move: Callable[..., Moved], source: Index | RemoteIndex, target: Index | RemoteIndex) -> None:
    """Moves an archive with progress, tells what was moved and ends the command, when something is missing with the exit code for that."""
    report = Report()
    began = monotonic()
    try:
        moved = move(on_progress=report.documents, on_error=report.error)
    except KeyboardInterrupt:
        moved = None
    finally:
        report.finish()
    if moved is None:
        warn("search: stopped; the same command goes on")
        sys.exit(130)
    seconds = monotonic() - began
    show(
        f"{target.path}: {moved.added:,} document{'' if moved.added == 1 else 's'} added, {moved.kept:,} there already, "
        f"{moved.refused:,} refused, {seconds:.1f} s ({moved.documents / seconds:,.0f}/s)"
    )
    if moved.refused:
        raise click.ClickException(f"{moved.refused:,} of {moved.documents:,} documents could not be copied")
    if others := len(target) - moved.documents:
        warn(f"note: {others:,} more that {source.path} does not have stay in {target.path}")

"""`search repair`: what can be saved of a damaged index?"""

from __future__ import annotations

from time import monotonic

import click

from .location import checked_address, is_address, shown
from .progress import Report
from .terminal import show, warn


@click.command("repair", short_help="Save what can be read of a damaged index.")
@click.argument("damaged", metavar="DAMAGED")
@click.argument("into", metavar="INTO")
@click.option(
    "--definition", metavar="FILE.toml", help="The index's definition, when its manifest cannot be read."
)
def command(damaged: str, into: str, definition: str | None) -> None:
    """Add all documents that can be read in the folder DAMAGED to a new index, the folder INTO.

    The damaged index is not touched. What is lost is told line by line; fields with stored = false are lost in
    any case. 'search verify' tells whether an index is damaged.

    \b
    Examples:
      search repair indexes/news indexes/saved
      search repair indexes/news indexes/saved --definition indexes/news.toml

    Exit codes: 0 when nothing was lost, 1 when something was, 2 for a bad request.
    """
    from searchlib import Index
    from searchlib.errors import IndexExistsError
    from searchlib.results.snippets import printable

    for given in (damaged, into):
        if is_address(given):
            raise click.UsageError(
                f"{shown(checked_address(given))}: repair needs an index on disk; a cluster mends its shards from replicas, or is "
                "filled again with 'search push'"
            )
    report = Report()
    began = monotonic()
    try:
        saved = Index.repair(damaged, into, definition, on_progress=report.bytes)
    except IndexExistsError as error:
        raise click.UsageError(str(error)) from error
    finally:
        report.finish()
    for note in saved.notes:
        warn(f"note: {note}")
    for loss in saved.losses:
        show(printable(str(loss)))
    lost = "nothing" if not saved.losses else "an unknown number" if saved.lost is None else f"{saved.lost:,}"
    show(
        f"{into}: {saved.documents:,} document{'' if saved.documents == 1 else 's'} saved, "
        f"{lost} lost, {monotonic() - began:.1f} s"
    )
    if saved.losses:
        raise click.exceptions.Exit(1)

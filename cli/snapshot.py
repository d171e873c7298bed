"""`search snapshot`: how is a live index backed up?"""

from __future__ import annotations

import click

from .location import ON_DISK, checked_address, is_address, place_on_disk, shown
from .terminal import show


@click.command("snapshot", short_help="A consistent copy of a live index, by hard links.")
@click.argument("directory", metavar="DIR")
@click.option("--index", "given", metavar="PATH", help=ON_DISK)
def command(directory: str, given: str | None) -> None:
    """Copy the newest commit of an index to the folder DIR, which must be absent or empty.

    Files are hard-linked, which takes no time and no space, or copied where that is impossible. Others may read
    and write the index meanwhile. The copy is an index of its own; changes to one do not touch the other.

    \b
    Examples:
      search snapshot backup/monday
      search snapshot --index archive/2024 /mnt/backup/2024
    """
    from searchlib import Index
    from searchlib.errors import IndexExistsError

    if is_address(directory):
        raise click.UsageError(
            f"{shown(checked_address(directory))}: DIR is a folder; 'search push' copies an index to a cluster"
        )
    index = Index.open(
        place_on_disk(
            given, "snapshot", "'search pull' copies the index to disk, or use the cluster's own snapshots"
        )
    )
    try:
        documents = index.snapshot(directory)
    except IndexExistsError as error:
        raise click.UsageError(str(error)) from error
    show(f"{directory}: {documents:,} document{'' if documents == 1 else 's'}, a copy of {index.path}")

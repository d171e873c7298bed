"""`search snapshot`: how is a live index backed up?"""

from __future__ import annotations

import click

from .location import open_index
from .terminal import show


@click.command("snapshot", short_help="A consistent copy of a live index, by hard links.")
@click.argument("directory", metavar="DIR")
@click.option("--index", "given", metavar="PATH", help="The index, or its name under indexes/.")
def command(directory: str, given: str | None) -> None:
    """Copy the newest commit of an index to the folder DIR, which must be absent or empty.

    Files are hard-linked, which takes no time and no space, or copied where that is impossible. Others may read
    and write the index meanwhile. The copy is an index of its own; changes to one do not touch the other.

    \b
    Examples:
      search snapshot backup/monday
      search snapshot --index archive/2024 /mnt/backup/2024
    """
    from searchlib.errors import IndexExistsError

    index = open_index(given)
    try:
        documents = index.snapshot(directory)
    except IndexExistsError as error:
        raise click.UsageError(str(error)) from error
    show(f"{directory}: {documents:,} document{'' if documents == 1 else 's'}, a copy of {index.path}")

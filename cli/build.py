"""`search index`: how do files become an index?"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from .location import place_for_files
from .progress import Report
from .terminal import show, warn

if TYPE_CHECKING:
    from searchlib import Definition, Index


@click.command("index", short_help="Build an index, or add files to one.")
@click.argument("paths", nargs=-1, required=True, metavar="DEFINITION.toml | FILE...")
@click.option("--index", "given", metavar="PATH", help="The index to add to; created when there is none.")
@click.option(
    "--memory",
    metavar="MB",
    default=256,
    show_default=True,
    type=click.IntRange(min=1),
    help="Memory for documents that are not yet on disk.",
)
@click.option(
    "--workers",
    metavar="N",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Processes that build at the same time; no more than there are cores.",
)
@click.option(
    "--strict", is_flag=True, help="Stop at the first malformed record and keep nothing of the run."
)
def command(paths: tuple[str, ...], given: str | None, memory: int, workers: int, strict: bool) -> None:
    """Build an index from its definition, or add files to an index.

    A FILE is .jsonl, .csv, .txt or .html, gzipped or not, a folder of such files, or '-' for JSON lines on
    stdin. A document whose id the index knows replaces the old one, so running a command again is harmless. A
    malformed record is reported and skipped. Everything is committed at the end, at once: Ctrl-C or a failure
    leaves the index as it was.

    \b
    Examples:
      search index indexes/sample.toml              build indexes/sample/ from the sources it names
      search index --index archive/2024 news.jsonl.gz pages/
      zcat dump.gz | search index --index archive/2024 --strict -
    """
    index, sources = _target(paths, given)
    report = Report()
    began = monotonic()
    added = 0
    stopped = False
    try:
        with index.writer(memory_mb=memory, workers=workers) as writer:
            added = writer.add_from(
                sources, strict=strict, on_error=None if strict else report.error, on_progress=report.progress
            )
            report.phase(f"{added:,} documents read, committing")
    except KeyboardInterrupt:
        stopped = True
    finally:
        report.finish()
    if stopped:
        warn("search: stopped; the index is as its last commit left it")
        sys.exit(130)
    show(
        f"{index.path}: {added:,} document{'' if added == 1 else 's'} added, "
        f"{report.skipped:,} skipped, {monotonic() - began:.1f} s"
    )
    if not added and report.skipped:
        raise click.ClickException("no record could be added")


def _target(paths: tuple[str, ...], given: str | None) -> tuple[Index, tuple[str, ...]]:
    """The index to write to, made when absent, and what to read."""
    from searchlib import Index, load_definition

    definitions = [path for path in paths if path.endswith(".toml")]
    if not definitions:
        _check_present(paths)
        place = place_for_files(given)
        return (Index.open(place) if Index.exists(place) else Index.create(place)), paths
    if len(paths) > 1:
        raise click.UsageError("give either one definition (.toml) or files, not both")
    file = Path(definitions[0])
    definition = load_definition(file)
    place = place_for_files(given) if given else file.with_suffix("")
    if not Index.exists(place):
        return Index.create(place, definition), definition.sources
    index = Index.open(place)
    _check_same(index, definition, file)
    return index, definition.sources


def _check_present(paths: tuple[str, ...]) -> None:
    """Complains before an index is made for files that are not there."""
    for path in paths:
        if path != "-" and not Path(path).exists():
            raise click.UsageError(f"{path}: there is no such file or folder")


def _check_same(index: Index, definition: Definition, file: Path) -> None:
    from searchlib.errors import DefinitionError

    def content(one: Definition) -> Definition:
        return replace(one, sources=(), name="")

    if content(index.definition) != content(definition):
        raise DefinitionError(
            f"{index.path} was built from another definition; remove that folder to build it anew", path=file
        )

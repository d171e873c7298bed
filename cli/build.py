"""`search index`: how do files become an index?"""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

from .clusters import check_unused, layout_options, opened_or_made
from .location import address_of, checked_address, is_address, place_for_files, shown
from .progress import Report
from .terminal import show, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchlib import Definition, Index, RemoteIndex
    from searchlib.remote.writer import RemoteWriter
    from searchlib.storage.writer import Writer

_MEMORY = 256  # MB
_SENDERS = 2  # batches on their way to a cluster


@click.command("index", short_help="Build an index, or add files to one.")
@click.argument("paths", nargs=-1, required=True, metavar="DEFINITION.toml | FILE...")
@click.option(
    "--index",
    "given",
    metavar="PATH|URL",
    help="The index to add to, created when there is none: a folder, or an address such as opensearch://HOST/INDEX.",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(min=1),
    help=f"Memory for documents that are not yet on disk.  [default: {_MEMORY}]",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes that build at the same time, no more than there are cores; for a cluster, batches that are sent at the same "
    f"time.  [default: 1; {_SENDERS} for a cluster]",
)
@layout_options
@click.option(
    "--strict", is_flag=True, help="Stop at the first malformed record and keep nothing of the run."
)
def command(
    paths: tuple[str, ...],
    given: str | None,
    memory: int | None,
    workers: int | None,
    shards: int | None,
    replicas: int | None,
    strict: bool,
) -> None:
    """Build an index from its definition, or add files to an index.

    A FILE is .jsonl, .csv, .txt or .html, gzipped or not, a folder of such files, or '-' for JSON lines on
    stdin. A document whose id the index knows replaces the old one, so running a command again is harmless. A
    malformed record is reported and skipped. Everything is committed at the end, at once: Ctrl-C or a failure
    leaves the index as it was.

    A cluster takes documents in batches: searches see them at the end, but what was sent before Ctrl-C, a failure or
    a record that --strict refuses stays there.

    \b
    Examples:
      search index indexes/sample.toml              build indexes/sample/ from the sources it names
      search index --index archive/2024 news.jsonl.gz pages/
      zcat dump.gz | search index --index archive/2024 --strict -
      search index indexes/news.toml --index opensearch://localhost/news --shards 3
    """
    index, sources, writing = _target(paths, given, shards, replicas, memory, workers)
    report = Report()
    began = monotonic()
    added = 0
    stopped = False
    try:
        with writing() as writer:
            added = writer.add_from(
                sources, strict=strict, on_error=None if strict else report.error, on_progress=report.progress
            )
            report.phase(f"{added:,} documents read, committing")
    except KeyboardInterrupt:
        stopped = True
    finally:
        report.finish()
    if stopped:
        left = "the index is as its last commit left it"
        if is_address(str(index.path)):
            left = "what was sent stays on the cluster; the same command again sends all of it"
        warn(f"search: stopped; {left}")
        sys.exit(130)
    show(
        f"{index.path}: {added:,} document{'' if added == 1 else 's'} added, "
        f"{report.skipped:,} skipped, {monotonic() - began:.1f} s"
    )
    if not added and report.skipped:
        raise click.ClickException("no record could be added")


def _target(
    paths: tuple[str, ...],
    given: str | None,
    shards: int | None,
    replicas: int | None,
    memory: int | None,
    workers: int | None,
) -> tuple[Index | RemoteIndex, tuple[str, ...], Callable[[], Writer | RemoteWriter]]:
    """The index to write to, made when absent, what to read, and how to get a writer."""
    from searchlib import Index, load_definition

    file, definition = None, None
    if any(path.endswith(".toml") for path in paths):
        if len(paths) > 1:
            raise click.UsageError("give either one definition (.toml) or files, not both")
        file = Path(paths[0])
        definition = load_definition(file)
    else:
        _check_present(paths)
    sources = paths if definition is None else definition.sources
    # a definition says where its index is, whatever the environment does
    url = address_of(given) if given or file is None else None
    if url is not None:
        if memory is not None:
            raise click.UsageError("--memory is for an index on disk, and this one is on a cluster")
        remote = opened_or_made(url, definition, shards, replicas)
        _check_same(remote, definition, file)
        return remote, sources, lambda: remote.writer(workers=workers or _SENDERS)
    check_unused(shards, replicas)
    place = place_for_files(given) if given or file is None else file.with_suffix("")
    index = Index.open(place) if Index.exists(place) else Index.create(place, definition)
    _check_same(index, definition, file)
    return index, sources, lambda: index.writer(memory_mb=memory or _MEMORY, workers=workers or 1)


def _check_present(paths: tuple[str, ...]) -> None:
    """Complains before an index is made for files that are not there."""
    for path in paths:
        if is_address(path):
            raise click.UsageError(
                f"{shown(checked_address(path))}: this is no file; --index names a cluster"
            )
        if path != "-" and not Path(path).exists():
            raise click.UsageError(f"{path}: there is no such file or folder")


def _check_same(index: Index | RemoteIndex, definition: Definition | None, file: Path | None) -> None:
    from searchlib.errors import DefinitionError

    if definition is not None and not index.definition.alike(definition):
        there = "index" if is_address(str(index.path)) else "folder"
        raise DefinitionError(
            f"{index.path} was built from another definition; remove that {there} to build it anew", path=file
        )

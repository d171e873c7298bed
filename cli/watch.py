"""`search watch`: how does an index keep up with files that arrive?"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from math import isfinite
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from .clusters import opened_or_made
from .location import address_of, place_for_files
from .progress import Report
from .terminal import show, warn

if TYPE_CHECKING:
    from searchlib import Index, RemoteIndex
    from searchlib.errors import SearchError
    from searchlib.watching import Batch

_MEMORY = 256  # MB


@click.command("watch", short_help="Keep an index up to date with files that arrive.")
@click.argument("paths", nargs=-1, metavar="[FOLDER]...")
@click.option(
    "--index",
    "given",
    metavar="PATH|URL",
    help="The index to add to, created when there is none: a folder, or an address such as opensearch://HOST/INDEX.",
)
@click.option(
    "--follow",
    multiple=True,
    metavar="FILE",
    help="Read JSON lines as they are written to a file; repeatable.",
)
@click.option(
    "--every",
    metavar="SECONDS",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0.01),
    help="Time between two looks.",
)
@click.option(
    "--commit-every",
    metavar="SECONDS",
    default=5.0,
    show_default=True,
    type=click.FloatRange(min=0),
    help="Time between two commits while documents arrive.",
)
@click.option("--new-only", is_flag=True, help="Leave out what is there already.")
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(min=1),
    help=f"Memory for documents that are not yet on disk.  [default: {_MEMORY}]",
)
def command(
    paths: tuple[str, ...],
    given: str | None,
    follow: tuple[str, ...],
    every: float,
    commit_every: float,
    new_only: bool,
    memory: int | None,
) -> None:
    """Index new and changed files as they arrive, until Ctrl-C.

    Files in a FOLDER and below are read as 'search index' reads them, once two looks in a row found them alike: a
    file that is being written waits. A file that changes is read again, and a document whose id (or url, without
    an id) the index knows replaces the old one; without either, a changed text is a new document. Documents of
    files that vanish stay.

    A followed FILE is like that of 'tail -F': complete lines are read as they come, also after it was truncated
    or rotated, and it need not be there yet.

    The first look takes everything that is there. The index is free for other writers between two commits. What
    cannot be committed, because another writer is at work, the disk is full or the cluster is away, is tried again. Ctrl-C and
    SIGTERM commit what was read and end the command with exit code 0; a second Ctrl-C ends it at the last commit.

    \b
    Examples:
      search watch --index archive/2024 incoming/
      search watch --follow news.jsonl --commit-every 1
      search watch --index opensearch://localhost/news incoming/
    """
    _check(paths, follow)
    if not (isfinite(every) and isfinite(commit_every)):
        raise click.UsageError("--every and --commit-every are numbers of seconds")
    index, watch = _index(given, memory)
    log = _Log()
    with _signals() as received:
        warn(f"search: {index.path} takes in what arrives in {', '.join([*paths, *follow])}; Ctrl-C ends it")
        watch(
            paths,
            follow,
            every=every,
            commit_every=commit_every,
            new_only=new_only,
            on_error=log.error,
            on_commit=log.batch,
            should_stop=lambda: bool(received),
        )


def _index(given: str | None, memory: int | None) -> tuple[Index | RemoteIndex, Callable[..., int]]:
    """The index, made when absent, and its watch."""
    if url := address_of(given):
        if memory is not None:
            raise click.UsageError("--memory is for an index on disk, and this one is on a cluster")
        remote = opened_or_made(url, None, None, None)
        return remote, remote.watch
    from searchlib import Index

    place = place_for_files(given)
    index = Index.open(place) if Index.exists(place) else Index.create(place)
    return index, partial(index.watch, memory_mb=memory or _MEMORY)


class _Log:
    """Tells each batch in one line, and each trouble once until the next batch."""

    def __init__(self) -> None:
        self._report = Report()
        self._told: set[str] = set()

    def error(self, error: SearchError) -> None:
        from searchlib.errors import DocumentError

        if isinstance(error, DocumentError):
            self._report.error(error)
        elif (kind := type(error).__name__) not in self._told:
            self._told.add(kind)
            warn(f"search: {error}; trying again")

    def batch(self, batch: Batch) -> None:
        self._report.finish()
        self._report = Report()
        self._told.clear()
        show(
            f"{datetime.now():%Y-%m-%d %H:%M:%S}  {batch.documents:,} document{'' if batch.documents == 1 else 's'} "
            f"added, {batch.skipped:,} skipped, {batch.seconds:.1f} s"
        )


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals that ask to end, as they come; one that comes a second time acts as if it were not caught."""
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)
        signal.signal(number, before[signal.Signals(number)])

    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if (handler := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    for number in before:
        signal.signal(number, note)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check(paths: tuple[str, ...], follow: tuple[str, ...]) -> None:
    """Complains before an index is made for what cannot be watched."""
    if not paths and not follow:
        raise click.UsageError("give a folder to watch or a file to --follow")
    for path in paths:
        if not Path(path).exists():
            raise click.UsageError(f"{path}: there is no such file or folder")
        if not (Path(path).is_dir() or Path(path).is_file()):
            raise click.UsageError(f"{path}: neither a folder nor a file, so it cannot be watched")
    for path in follow:
        if path.lower().endswith(".gz"):
            raise click.UsageError(f"{path}: a packed file cannot be followed; watch its folder instead")
        if Path(path).exists() and not Path(path).is_file():
            raise click.UsageError(f"{path}: not a file, so it cannot be followed")

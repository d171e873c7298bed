"""`search stats`: what does an index hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .location import ASKED, open_index
from .terminal import show

if TYPE_CHECKING:
    from searchlib import RemoteStats, Stats

_LETTERS = 50  # of a recurring line that are shown
_SOURCES = 10  # whose recurring lines are shown
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


@click.command("stats", short_help="What an index holds: documents, languages, bytes.")
@click.option("--index", "given", metavar="PATH|URL", help=ASKED)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(given: str | None, as_json: bool) -> None:
    """Documents per language, terms, segments, bytes on disk, lines of pages that are not indexed.

    Of an index of a cluster: documents per language, deleted ones that still take room, shards, replicas, segments, bytes, such lines.

    \b
    Examples:
      search stats
      search stats --index archive/2024 --json
      search stats --index opensearch://localhost/news
    """
    from searchlib import Stats

    index = open_index(given)
    stats = index.stats()
    if as_json:
        import json
        from dataclasses import asdict

        show(json.dumps({"path": str(index.path), **asdict(stats)}))
        return
    rows = [("documents", f"{stats.documents:,}")]
    rows += [(f"  {language}", f"{count:,}") for language, count in _largest_first(stats.languages)]
    rows += _on_disk(stats) if isinstance(stats, Stats) else _of_a_cluster(stats)
    left = max(len(name) for name, _ in rows)
    right = max(len(value) for _, value in rows)
    lines = [str(index.path), *(f"{name:<{left}}  {value:>{right}}" for name, value in rows)]
    show("\n".join([*lines, *_left_out(stats.boilerplate)]))


def _on_disk(stats: Stats) -> list[tuple[str, str]]:
    return [
        ("terms", f"{stats.terms:,}"),
        ("word forms", f"{stats.forms:,}"),
        ("segments", f"{stats.segments:,}"),
        ("on disk", size(stats.bytes)),
        *((f"  {part}", size(count)) for part, count in _largest_first(stats.parts)),
    ]


def _of_a_cluster(stats: RemoteStats) -> list[tuple[str, str]]:
    return [
        ("deleted", f"{stats.deleted:,}"),
        ("shards", f"{stats.shards:,}"),
        ("replicas", f"{stats.replicas:,}"),
        ("segments", f"{stats.segments:,}"),
        ("on disk", size(stats.bytes)),
        ("  with replicas", size(stats.bytes_with_replicas)),
    ]


def _left_out(boilerplate: dict[str, dict[str, int]]) -> list[str]:
    """What is said of recurring lines: of each source how many, and the most frequent one."""
    if not boilerplate:
        return []
    said = ["recurring lines that are not indexed"]
    sources = sorted(boilerplate.items(), key=lambda item: (-len(item[1]), item[0]))
    for source, lines in sources[:_SOURCES]:
        line, documents = next(iter(lines.items()))
        line = line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}\u2026"
        said.append(f"  {source or 'no source'}: {len(lines):,}; in {documents:,} documents: {line!r}")
    if len(sources) > _SOURCES:
        said.append(f"  and of {len(sources) - _SOURCES:,} more sources")
    return said


def _largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def size(count: int) -> str:
    """Bytes for people, in thousands: 12 bytes, 3.4 KB, 120.0 MB."""
    amount = float(count)
    unit = 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount /= 1000
        unit += 1
    return f"{count} {_UNITS[0]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"

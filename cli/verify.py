"""`search verify`: is an index sound?"""

from __future__ import annotations

import sys
from time import monotonic

import click

from .location import ON_DISK, place_on_disk
from .progress import Report
from .stats import size
from .terminal import json_text, show, warn


@click.command("verify", short_help="Check every checksum and reference of an index.")
@click.option("--index", "given", metavar="PATH", help=ON_DISK)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(given: str | None, as_json: bool) -> None:
    """Check every checksum and cross-reference of an index, and name file and offset of each fault.

    \b
    Examples:
      search verify
      search verify --index archive/2024 --json

    Each fault is a line: FILE at byte N: what is wrong. Nothing is changed, and others may read and write the
    index meanwhile. Exit codes: 0 sound, 1 faults, 2 a bad request. 'search repair' saves what can be read.
    """
    from searchlib import Index

    place = place_on_disk(
        given, "verify", "a cluster checks its files itself: GET _cluster/health tells whether it is sound"
    )
    report = Report()
    began = monotonic()
    try:
        found = Index.verify(place, on_progress=report.bytes)
    finally:
        report.finish()
    for note in found.notes:
        warn(f"note: {note}")
    if as_json:
        faults = [{"file": one.file, "offset": one.offset, "message": one.message} for one in found.faults]
        show(
            json_text(
                {
                    "path": str(place),
                    "sound": found.sound,
                    "faults": faults,
                    "notes": found.notes,
                    "segments": found.segments,
                    "documents": found.documents,
                    "bytes": found.bytes,
                }
            )
        )
    elif found.sound:
        show(
            f"{place}: sound, {found.documents:,} documents, {found.segments:,} segment{'' if found.segments == 1 else 's'}, "
            f"{size(found.bytes)}, {monotonic() - began:.1f} s"
        )
    else:
        from searchlib.results.snippets import printable

        show("\n".join(printable(str(fault)) for fault in found.faults))
    sys.exit(0 if found.sound else 1)

"""``python -m benchmarks report`` shows a run, ``compare`` two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.measures.figures import Figure
from benchmarks.measures.result import Result
from benchmarks.measures.tables import aligned, shown
from benchmarks.report.comparison import THRESHOLD, Change, Comparison, compared
from benchmarks.report.grids import interval
from benchmarks.report.summary import markdown

_FILE = click.Path(path_type=Path)


class BadFile(click.ClickException):
    """A file that cannot be read, or is no result."""

    exit_code = 2


@click.command("report")
@click.argument("result", type=_FILE)
@click.option(
    "--html", type=_FILE, help="Writes a page with plots and every figure, which needs no other file."
)
@click.option("--markdown", "table", type=_FILE, help="Writes a table of goals and main figures.")
def report(result: Path, html: Path | None, table: Path | None) -> None:
    """Show RESULT, a file of the command run: as a page, as a table, or as that table here."""
    run = _read(result)
    if html:
        from benchmarks.report.page import page

        html.write_text(page(run), encoding="utf-8")
    if table:
        table.write_text(markdown(run), encoding="utf-8")
    if not html and not table:
        click.echo(markdown(run), nl=False)


@click.command("compare")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option(
    "--beyond",
    type=click.FloatRange(0, 1000),
    default=THRESHOLD * 100,
    show_default=True,
    help="Percent; smaller changes are none.",
)
@click.option("--all", "everything", is_flag=True, help="Shows the figures that did not change, too.")
def compare(old: Path, new: Path, *, beyond: float, everything: bool) -> None:
    """What became worse or better from OLD to NEW, beyond noise.

    Times are compared beside those of the engines that both runs measured in one version, so that a slower machine is no
    regression. Ends with 1 when something became worse, with 2 for a file that is no result.
    """
    found = compared(_read(old), _read(new), beyond / 100)
    for warning in found.warnings:
        click.echo(f"differs: {warning}")
    worse, better = found.judged("worse"), found.judged("better")
    changes = [*worse, *better]
    if everything:
        changes += [*found.judged("same"), *found.judged("not judged")]
    if changes:
        click.echo(_table(changes))
    for name, figures in (("OLD", found.only_old), ("NEW", found.only_new)):
        for where, count in _counted(figures):
            click.echo(f"only in {name}: {where}: {count} figure{'s' * (count > 1)}")
    click.echo(_counts(found))
    if worse:
        raise click.exceptions.Exit(1)


def _read(path: Path) -> Result:
    try:
        return Result.load(path)
    except ValueError as error:
        raise BadFile(str(error)) from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}") from None


def _table(changes: Sequence[Change]) -> str:
    lines = [["", "figure", "old", "new", "unit", "new/old", "peers", "beside peers"]]
    for change in changes:
        section, corpus, subject, engine, quantity = change.new.key
        lines.append(
            [
                change.verdict,
                " / ".join(filter(None, (section, corpus, subject, engine, quantity))),
                shown(change.old.value),
                shown(change.new.value),
                change.new.unit,
                interval(change.ratio),
                "" if change.peers is None else f"{shown(change.peers)}×",
                "" if change.to_peers is None else interval(change.to_peers),
            ]
        )
    return aligned(lines, {2, 3, 5, 6, 7})


def _counted(figures: Sequence[Figure]) -> list[tuple[str, int]]:
    places = Counter(" / ".join(filter(None, (f.section, f.corpus, f.engine))) for f in figures)
    return list(places.items())


def _counts(found: Comparison) -> str:
    counts = Counter(change.verdict for change in found.changes)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("worse", "better", "same", "not judged"))

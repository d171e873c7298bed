"""`search duplicates`: what was printed more than once?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .asking import QueryCommand, limit_option, note_place, options
from .location import open_index
from .terminal import BOLD, colours_wanted, json_text, line_width, show, styled, wrapped_text

if TYPE_CHECKING:
    from searchlib import Hit

_ROWS = 10  # documents of a group that are shown
_INDENT = 4


@click.command("duplicates", cls=QueryCommand, short_help="Groups of documents that are nearly the same.")
@click.argument("words", nargs=-1)
@options("index")
@limit_option(20, "Groups to show.")
@options("match", "lenient", "since", "until", "lang", "source", "tag", "where", "json", "color")
def command(
    words: tuple[str, ...],
    given: str | None,
    limit: int,
    as_json: bool,
    color: bool | None,
    **asked: Any,
) -> None:
    """Show groups of documents that are nearly the same, the largest first, of all documents or of those that a query finds.

    \b
    Examples:
      search duplicates --since 2024-06
      search duplicates --json саммит > reprints.json

    In a group the earliest document stands first. --json prints {"groups", "documents", "duplicates": [[{"id", "title",
    "source", "date", "url"}]]}: how many groups there are and documents in them, and the first --limit groups.
    An option marked * may be repeated.
    """
    from searchlib.errors import QueryError

    index = open_index(given)
    query = " ".join(words) or "*"
    try:
        groups = index.duplicates(query, **asked)
    except QueryError as error:
        note_place(error, index, query, asked)
        raise
    documents = sum(map(len, groups))
    if as_json:
        shown = [[_about(hit) for hit in group] for group in groups[:limit]]
        show(json_text({"groups": len(groups), "documents": documents, "duplicates": shown}))
        return
    colours = colours_wanted(color)
    width = line_width()
    lines: list[str] = []
    for number, group in enumerate(groups[:limit], 1):
        lines.extend(_group_lines(number, group, width, colours))
    if groups:
        first = f"{limit:,} of " if len(groups) > limit else ""
        more = "group" if len(groups) == 1 else "groups"
        lines.append(f"{first}{len(groups):,} {more}, {documents:,} documents in all")
    else:
        lines.append("No two documents are nearly the same")
    show("\n".join(lines), colours)


def _about(hit: Hit) -> dict[str, Any]:
    return {"id": hit.id, "title": hit.title, "source": hit.source, "date": hit.date, "url": hit.url}


def _group_lines(number: int, group: list[Hit], width: int, colours: bool) -> list[str]:
    from searchlib.results.snippets import printable

    pad = " " * _INDENT
    lines = [styled(f"{number:>{_INDENT - 2}}. {len(group):,} documents", BOLD, colours)]
    for hit in group[:_ROWS]:
        facts = [hit.date and hit.date[:10], hit.source, hit.title or "(no title)", hit.url or f"id {hit.id}"]
        text = " · ".join(printable(fact) for fact in facts if fact)
        lines.extend(pad + line for line in wrapped_text(text, width - _INDENT))
    if len(group) > _ROWS:
        lines.append(f"{pad}and {len(group) - _ROWS:,} more")
    return [*lines, ""]

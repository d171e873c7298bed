"""`search WORDS`: what does the archive say?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .asking import QueryCommand, check_together, limit_option, note_place, options, with_fields
from .histogram import bars
from .location import open_index
from .terminal import (
    BOLD,
    DIM,
    colours_wanted,
    cut,
    display_width,
    json_text,
    line_width,
    show,
    styled,
    wrapped,
    wrapped_text,
)

if TYPE_CHECKING:
    from searchlib import Hit, Results
    from searchlib.searching import Searching

_INDENT = 4
_TITLE_LIMIT = 200  # code points of a title that are shown
_IDS = 5  # of duplicates that are named
_FACET_ROWS = 12  # of one table: the most frequent values, or the last periods

Facets = dict[str, dict[str, int]]


@click.command("query", cls=QueryCommand, short_help="Ask an index; 'search WORDS...' does the same.")
@click.argument("words", nargs=-1, required=True)
@options("index")
@limit_option(10, "Hits to show.")
@options("offset", "after", "sort", "recency", "quality", "across", "names", "synonyms", "collapse")
@options("match", "in", "lenient", "repair")
@options("since", "until", "lang", "source", "tag", "where", "facet", "timeout", "explain", "json", "color")
def command(
    words: tuple[str, ...],
    given: str | None,
    facets: tuple[str, ...],
    as_json: bool,
    color: bool | None,
    **asked: Any,
) -> None:
    """Ask an index and show the best documents with a passage of each.

    \b
    Examples:
      search саммит глав государств
      search --limit 3 '"collective security"'
      search саммит -НАТО --since 2024-05 --lang ru --sort newest
      search summit --facet source --facet date:month
      search query index funds
      search --json --index archive/2024 ceasefire > hits.json

    A word that begins with one dash leaves out what has it; options have two. An option marked * may be repeated:
    any of several languages, sources or tags will do.

    --json prints {"query", "repaired", "suggestion", "total", "took_ms", "timed_out", "cursor", "facets", "hits":
    [{"id", "score", "title", "snippet", "lang", "date", "url", "source"}]}; with --explain each hit has its
    "explanation", with --collapse its "duplicates", ids of those that it stands for. The snippet is HTML: the query's words
    in <mark>, everything else escaped. The title is the plain text of the document. What a document lacks is null, and so
    are the total and the facets when time ran out.

    The first page tells what else may have been meant, when a word of the query is in hardly any document:
    "suggestion". "repaired" is what was searched for in place of a query typed with the wrong keyboard layout.
    """
    from searchlib.errors import QueryError

    check_together(asked)
    index = open_index(given)
    query = " ".join(words)
    asked = with_fields(index, asked)
    try:
        results = index.search(query, **asked)
    except QueryError as error:
        note_place(error, index, query, asked)
        raise
    first_page = not asked["offset"] and asked["after"] is None
    show_results(
        index,
        results,
        facets,
        asked["offset"],
        as_json=as_json,
        color=color,
        collapsed=asked["collapse"] is not None,
        suggestion=results.suggestion if first_page and not results.timed_out else None,
    )


def show_results(
    index: Searching,
    results: Results,
    facets: tuple[str, ...],
    offset: int,
    *,
    as_json: bool,
    color: bool | None,
    collapsed: bool,
    suggestion: str | None = None,
) -> None:
    """Prints what was found, behind the first `offset` hits, counts by `facets`, and what else may have been meant.

    collapsed: each hit tells its duplicates.
    """
    from searchlib.results.snippets import printable

    counts = None if results.timed_out else _counts(results, facets)
    if as_json:
        _show_json(results, counts, suggestion, collapsed=collapsed)
        return
    colours = colours_wanted(color)
    width = line_width()
    lines: list[str] = []
    if results.repaired is not None:
        lines.append(f"Showing results for: {styled(printable(results.repaired), BOLD, colours)}")
    for rank, hit in enumerate(results, offset + 1):
        lines.extend(_hit_lines(rank, hit, width, colours))
    lines.append(_summary(results, str(index.path), offset))
    if suggestion is not None:
        lines.append(f"Did you mean: {styled(printable(suggestion), BOLD, colours)}")
    date = index.definition.date_field
    for facet, values in (counts or {}).items():
        in_order = date is not None and facet.partition(":")[0] == date.name
        lines.extend(_facet_lines(facet, values, width, colours, in_order=in_order))
    show("\n".join(lines), colours)


def _counts(results: Results, facets: tuple[str, ...]) -> Facets:
    counts: Facets = {}
    for facet in facets:
        field, _, period = facet.partition(":")
        counts[facet] = results.facet(field, period or None)
    return counts


def _hit_lines(rank: int, hit: Hit, width: int, colours: bool) -> list[str]:
    from searchlib.results.snippets import printable

    room = width - _INDENT
    pad = " " * _INDENT
    number = f"{rank:>{_INDENT - 2}}. "
    title = hit.marked("title", width=_TITLE_LIMIT)
    lines = [pad + line for line in wrapped(title, room, colours)] or [pad + "(no title)"]
    lines[0] = styled(number, BOLD, colours) + lines[0][_INDENT:]

    about = [printable(part) for part in (_day(hit.date), hit.lang, hit.source) if part]
    if hit.score:  # 0 when sorted otherwise
        about.append(f"score {hit.score:.2f}")
    facts = " · ".join(about)
    where = printable(hit.url or f"id {hit.id}")
    if not facts or display_width(facts) + 3 + display_width(where) <= room:
        facts = f"{facts} · {where}" if facts else where
        where = ""
    lines.extend(pad + styled(line, DIM, colours) for line in wrapped_text(facts, room))
    lines.extend(pad + line for line in wrapped(hit.snippet, room, colours))
    if hit.duplicates:
        more = f"and {hit.duplicates:,} more like it: {printable(', '.join(hit.duplicate_ids[:_IDS]))}"
        more += ", …" if hit.duplicates > _IDS else ""
        lines.extend(pad + styled(line, DIM, colours) for line in wrapped_text(more, room))
    if where:  # on one line even when it is longer: an address cut in two cannot be followed
        lines.append(pad + styled(where, DIM, colours))
    if hit.explanation is not None:
        lines.extend(pad + styled(printable(line), DIM, colours) for line in str(hit.explanation).split("\n"))
    lines.append("")
    return lines


def _day(date: str | None) -> str | None:
    return date[:10] if date else None


def _summary(results: Results, where: str, offset: int) -> str:
    from searchlib.results.snippets import printable

    shown = len(results)
    took = f"{results.took_ms:.1f} ms"
    if results.timed_out:
        return f"{_documents(shown)}, {took}: time ran out, there may be better ones and more"
    total = results.total
    if not total:
        return f"Nothing found for: {printable(results.query)} ({where}, {took})"
    if shown == total:
        return f"{_documents(total)}, {took}"
    if not shown:
        return f"Nothing behind that; {_documents(total)} in all, {took}"
    page = f"{offset + 1}-{offset + shown}" if offset else f"{shown}"
    return f"{page} of {_documents(total)}, {took}"


def _documents(count: int) -> str:
    return f"{count:,} document{'' if count == 1 else 's'}"


def _facet_lines(
    facet: str, values: dict[str, int], width: int, colours: bool, *, in_order: bool
) -> list[str]:
    """A table of one facet: the most frequent values, or the last of periods in order, each with a bar."""
    from searchlib.results.snippets import printable

    field, _, period = facet.partition(":")
    lines = ["", styled(printable(f"{field} by {period}" if period else field), BOLD, colours)]
    chosen = list(values.items())
    left_out = len(chosen) - _FACET_ROWS
    if left_out > 0:
        chosen = chosen[-_FACET_ROWS:] if in_order else chosen[:_FACET_ROWS]
    counts = [f"{count:,}" for _, count in chosen]
    right = max(map(len, counts), default=0)
    room = width - right - 4
    names = [cut(printable(value), room) for value, _ in chosen]
    left = max(map(display_width, names), default=0)
    drawn = [""] * len(chosen)
    if in_order:
        drawn = [f"  {bar}" for bar in bars([count for _, count in chosen], width - left - right - 6)]
    for name, count, bar in zip(names, counts, drawn, strict=True):
        lines.append(f"  {name}{' ' * (left - display_width(name))}  {count:>{right}}{bar}")
    if left_out > 0:
        lines.insert(2 if in_order else len(lines), f"  … {left_out:,} {'before' if in_order else 'more'}")
    return lines


def _show_json(results: Results, facets: Facets | None, suggestion: str | None, *, collapsed: bool) -> None:
    hits = []
    for hit in results:
        shown = {
            "id": hit.id,
            "score": hit.score,
            "title": hit.title,
            "snippet": hit.snippet.html(),
            "lang": hit.lang,
            "date": hit.date,
            "url": hit.url,
            "source": hit.source,
        }
        if hit.explanation is not None:
            shown["explanation"] = hit.explanation.as_dict()
        if collapsed:
            shown["duplicates"] = hit.duplicate_ids
        hits.append(shown)
    answer: dict[str, Any] = {
        "query": results.query,
        "repaired": results.repaired,
        "suggestion": suggestion,
        "total": None if results.timed_out else results.total,
        "took_ms": round(results.took_ms, 3),
        "timed_out": results.timed_out,
        "cursor": results.cursor,
        "facets": facets,
        "hits": hits,
    }
    show(json_text(answer))

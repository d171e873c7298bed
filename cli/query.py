"""`search WORDS`: what does the archive say?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .location import open_index
from .terminal import (
    BOLD,
    DIM,
    colours_wanted,
    display_width,
    line_width,
    show,
    styled,
    wrapped,
    wrapped_text,
)

if TYPE_CHECKING:
    from searchlib import Hit, Results

_INDENT = 4
_TITLE_LIMIT = 200  # code points of a title that are shown


@click.command("query", short_help="Ask an index; 'search WORDS...' does the same.")
@click.argument("words", nargs=-1, required=True)
@click.option("--index", "given", metavar="PATH", help="The index to ask, or its name under indexes/.")
@click.option(
    "--limit", metavar="N", default=10, show_default=True, type=click.IntRange(min=1), help="Hits to show."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal only.")
def command(words: tuple[str, ...], given: str | None, limit: int, as_json: bool, color: bool | None) -> None:
    """Ask an index and show the best documents with a passage of each.

    \b
    Examples:
      search саммит глав государств
      search --limit 3 '"collective security"'
      search query index funds
      search --json --index archive/2024 ceasefire > hits.json

    --json prints {"query", "total", "took_ms", "hits": [{"id", "score", "title", "snippet", "lang", "date",
    "url", "source"}]}. The snippet is HTML: the query's words in <mark>, everything else escaped. The title
    is the plain text of the document. What a document lacks is null.
    """
    index = open_index(given)
    results = index.search(" ".join(words), limit=limit)
    if as_json:
        _show_json(results)
        return
    colours = colours_wanted(color)
    width = line_width()
    lines: list[str] = []
    for rank, hit in enumerate(results, 1):
        lines.extend(_hit_lines(rank, hit, width, colours))
    lines.append(_summary(results, str(index.path)))
    show("\n".join(lines), colours)


def _hit_lines(rank: int, hit: Hit, width: int, colours: bool) -> list[str]:
    from searchlib.results.snippets import printable

    room = width - _INDENT
    pad = " " * _INDENT
    number = f"{rank:>{_INDENT - 2}}. "
    title = hit.marked("title", width=_TITLE_LIMIT)
    lines = [pad + line for line in wrapped(title, room, colours)] or [pad + "(no title)"]
    lines[0] = styled(number, BOLD, colours) + lines[0][_INDENT:]

    about = [printable(part) for part in (_day(hit.date), hit.lang, hit.source) if part]
    facts = " · ".join([*about, f"score {hit.score:.2f}"])
    where = printable(hit.url or f"id {hit.id}")
    if display_width(facts) + 3 + display_width(where) <= room:
        facts = f"{facts} · {where}"
        where = ""
    lines.extend(pad + styled(line, DIM, colours) for line in wrapped_text(facts, room))
    lines.extend(pad + line for line in wrapped(hit.snippet, room, colours))
    if where:  # on one line even when it is longer: an address cut in two cannot be followed
        lines.append(pad + styled(where, DIM, colours))
    lines.append("")
    return lines


def _day(date: str | None) -> str | None:
    return date[:10] if date else None


def _summary(results: Results, where: str) -> str:
    from searchlib.results.snippets import printable

    took = f"{results.took_ms:.1f} ms"
    if not len(results):
        return f"Nothing found for: {printable(results.query)} ({where}, {took})"
    total = results.total
    documents = f"{total:,} document{'' if total == 1 else 's'}"
    return f"{documents}, {took}" if total <= len(results) else f"{len(results)} of {documents}, {took}"


def _show_json(results: Results) -> None:
    import json

    answer: dict[str, Any] = {
        "query": results.query,
        "total": results.total,
        "took_ms": round(results.took_ms, 3),
        "hits": [
            {
                "id": hit.id,
                "score": hit.score,
                "title": hit.title,
                "snippet": hit.snippet.html(),
                "lang": hit.lang,
                "date": hit.date,
                "url": hit.url,
                "source": hit.source,
            }
            for hit in results
        ],
    }
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    show(json.dumps(answer, ensure_ascii=encoding != "utf8"))

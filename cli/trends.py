"""`search trends`: what is written about more than before?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from .asking import limit_option, note_place, options
from .histogram import by_period, line, period_for
from .location import open_index
from .terminal import BOLD, DIM, colours_wanted, cut, display_width, json_text, line_width, show, styled

if TYPE_CHECKING:
    from searchlib import Trends

_SINCE = "30d"
_COLUMNS = 31  # of a histogram, at most: a month by day
_LONGEST = 40  # columns of a name


@click.command("trends", short_help="What is written about more than before.")
@options("index")
@click.option(
    "--since",
    metavar="DATE",
    default=_SINCE,
    show_default=True,
    help="From this day on; 30d, 2w, 6m, 1y: so long before today.",
)
@options("until")
@click.option("--query", metavar="QUERY", help="In what this query finds, in the period and before it.")
@limit_option(20, "Trends to show.")
@options("lang", "source", "tag", "json", "color")
def command(
    given: str | None, query: str | None, since: str, as_json: bool, color: bool | None, **asked: Any
) -> None:
    """Show the terms and names that are in more documents of a period than those before it let expect.

    \b
    Examples:
      search trends --since 30d
      search trends --since 2024-06 --until 2024-06 --lang ru
      search trends --since 2w --query саммит
      search query trends                      ask for the word "trends"

    The surest first, by the log-likelihood ratio of the counts of documents in the period and before it. Stop words and
    numbers are left out. The line of blocks has the documents of each day, week, month or year. An option marked *
    may be repeated.

    --json prints {"query", "since", "until", "documents", "background", "newest", "counts", "trends": [{"text", "terms",
    "documents", "background", "score", "counts"}]}; counts are of days, those without a document left out.
    """
    from searchlib.errors import QueryError

    index = open_index(given)
    try:
        trends = index.trends(since, query=query, **asked)
    except QueryError as error:
        note_place(error, index, query or "", {})
        raise
    if as_json:
        show(json_text({"query": query, **trends.as_dict()}))
        return
    colours = colours_wanted(color)
    show("\n".join(_lines(trends, line_width(), colours)), colours)


def _lines(trends: Trends, width: int, colours: bool) -> list[str]:
    from searchlib.results.snippets import printable

    if not trends.documents or not trends.background:
        return [_why_nothing(trends)]
    found = f"{trends.since} to {trends.until}: {trends.documents:,} documents, {trends.background:,} before"
    if not trends:
        return [f"{found}; nothing rises"]
    first, last = date.fromisoformat(trends.since), date.fromisoformat(trends.until)
    period = period_for(first, last, _COLUMNS)
    columns = len(by_period((), first, last, period))
    counts = [f"{trend.documents:,}" for trend in trends]
    before = [f"{trend.background:,}" for trend in trends]
    scores = [f"{trend.score:,.1f}" for trend in trends]
    heads = ["documents", "before", "score"]
    sizes = [max(len(head), *map(len, of)) for head, of in zip(heads, (counts, before, scores), strict=True)]
    room = max(8, width - sum(sizes) - 2 * len(sizes) - 2 - columns)
    names = [cut(printable(trend.text), min(room, _LONGEST)) for trend in trends]
    left = max(map(display_width, names))
    numbers = "  ".join(f"{head:>{size}}" for head, size in zip(heads, sizes, strict=True))
    lines = [found, styled(f"{'':{left}}  {numbers}  by {period}", DIM, colours)]
    for name, trend, *facts in zip(names, trends, counts, before, scores, strict=True):
        drawn = line(by_period(trend.counts, first, last, period))
        numbers = "  ".join(f"{fact:>{size}}" for fact, size in zip(facts, sizes, strict=True))
        pad = " " * (left - display_width(name))
        lines.append(f"{styled(name, BOLD, colours)}{pad}  {numbers}  {drawn}".rstrip())
    return lines


def _why_nothing(trends: Trends) -> str:
    if trends.newest is None:
        return "No document that was asked for has a date"
    if not trends.documents:
        newest = date.fromisoformat(trends.newest)
        since = newest - timedelta(days=min(30, newest.toordinal() - 1))
        late = trends.newest < trends.since
        period = f"{trends.since} or later" if late else f"from {trends.since} to {trends.until}"
        return f"No document is dated {period}; the newest is of {trends.newest}: try --since {since.isoformat()}"
    return f"Nothing to compare with: no document is dated before {trends.since}"

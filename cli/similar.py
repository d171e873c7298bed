"""`search similar ID`: what else is there on the same story?"""

from __future__ import annotations

from typing import Any

import click

from .asking import BadRequestError, check_together, limit_option, note_place, options, with_fields
from .location import open_index
from .query import show_results


@click.command("similar", short_help="The documents most like one.")
@click.argument("id")
@options("index")
@limit_option(10, "Documents to show.")
@options("offset", "after", "sort", "recency", "across", "names", "synonyms", "collapse", "in")
@options("since", "until", "lang", "source", "tag", "where", "facet", "timeout", "explain", "json", "color")
def command(
    id: str,
    given: str | None,
    facets: tuple[str, ...],
    as_json: bool,
    color: bool | None,
    **asked: Any,
) -> None:
    """Show the documents most like one: those that have its weightiest words.

    \b
    Examples:
      search similar csto-summit-2024-ru
      search similar --since 2024 --source Meridian csto-summit-2024-ru
      search query similar cases               ask for the word "similar"

    An option marked * may be repeated. --json prints what `search query --json` does, the id as "query".
    """
    from searchlib.errors import QueryError

    check_together(asked)
    index = open_index(given)
    try:
        results = index.similar(id, **with_fields(index, asked))
    except QueryError as error:
        note_place(error, index, asked["where"] or "", {})
        raise
    except LookupError as error:
        raise BadRequestError(str(error)) from error
    collapsed = asked["collapse"] is not None
    show_results(index, results, facets, asked["offset"], as_json=as_json, color=color, collapsed=collapsed)

"""`search explain ID WORDS`: why has a document its score?"""

from __future__ import annotations

from typing import Any

import click

from .asking import BadRequestError, QueryCommand, note_place, options, with_fields
from .location import open_index
from .terminal import json_text, show


@click.command("explain", cls=QueryCommand, short_help="Why a document has its score for a query.")
@click.argument("id")
@click.argument("words", nargs=-1, required=True)
@options("index", "match", "in", "recency", "quality", "across", "names", "synonyms", "lenient")
@options("since", "until", "lang", "source", "tag", "where")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(id: str, words: tuple[str, ...], given: str | None, as_json: bool, **asked: Any) -> None:
    """Show how the score of one document comes about: a tree whose numbers give it.

    \b
    Examples:
      search explain csto-summit-2024-ru саммит глав государств
      search explain --in title --json csto-summit-2024-ru саммит
      search query explain the budget          ask for the word "explain"

    The score is 0 when the document does not match. An option marked * may be repeated. --json prints {"id",
    "query", "explanation": {"value", "what", "how", "parts": [...]}}.
    """
    from searchlib.errors import QueryError

    index = open_index(given)
    query = " ".join(words)
    asked = with_fields(index, asked)
    try:
        explanation = index.explain(id, query, **asked)
    except QueryError as error:
        note_place(error, index, query, asked)
        raise
    except LookupError as error:
        raise BadRequestError(str(error)) from error
    if as_json:
        show(json_text({"id": id, "query": query, "explanation": explanation.as_dict()}))
        return
    from searchlib.results.snippets import printable

    show("\n".join(printable(line) for line in str(explanation).split("\n")))

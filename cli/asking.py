"""What may be asked beside the words? The options that several commands share, and how they reach Index.search.

The name of each option's parameter is that of the argument of Index.search, so that a command hands them on together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .location import ASKED

if TYPE_CHECKING:
    from searchlib.errors import QueryError
    from searchlib.searching import Searching

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MOST = 1_000_000_000  # days and milliseconds: beyond any use


class BadRequestError(click.ClickException):
    """What cannot be answered as it was asked, though the command line is well-formed."""

    exit_code = 2


class QueryCommand(click.Command):
    """A command with a query: an argument with one dash, such as -НАТО, is a word of it and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with_value = {
            name
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and not param.is_flag
            for name in param.opts
        }
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                words.extend(rest)
            elif arg.startswith("--") or arg in ctx.help_option_names:
                options.append(arg)
                if arg in with_value:
                    value = next(rest, None)
                    if value is None:
                        raise click.BadOptionUsage(arg, f"Option '{arg}' requires an argument.", ctx)
                    options.append(value)
            else:
                words.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])


def options(*names: str) -> Callable[[_Function], _Function]:
    """Gives a command some of the shared options, to be listed by --help in this order."""

    def decorate(function: _Function) -> _Function:
        for name in reversed(names):
            function = _OPTIONS[name](function)
        return function

    return decorate


def with_fields(index: Searching, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with `fields` as Index.search takes them: one without a weight has that of the definition."""
    given: dict[str, float | None] | None = arguments.get("fields")
    if given is None:
        return arguments
    fields: list[str] | dict[str, float]
    if all(weight is None for weight in given.values()):
        fields = list(given)
    else:
        usual = {field.name: field.weight for field in index.definition.text_fields}
        fields = {name: usual.get(name, 1.0) if own is None else own for name, own in given.items()}
    return {**arguments, "fields": fields}


def check_together(arguments: dict[str, Any]) -> None:
    """Refuses in the command's own words what Index.search refuses: two ways to a page, ages in another order."""
    if arguments.get("after") is not None and arguments["offset"]:
        raise click.UsageError("a page is found by --after or by --offset, not by both")
    if arguments.get("after") is not None and arguments.get("collapse") is not None:
        raise click.UsageError("with --collapse pages go by --offset, not by --after")
    if arguments["recency"] is not None and arguments["sort"] not in (None, "relevance"):
        raise click.UsageError("--recency goes with --sort relevance only")


def note_place(error: QueryError, index: Searching, query: str, arguments: dict[str, Any]) -> None:
    """Adds a note to the error that shows its place in what was asked: in the query, or in --where."""
    from searchlib.errors import QueryError

    from .caret import pointed

    if error.position is None:
        return
    text = query
    if arguments.get("where") is not None:
        text = arguments["where"]
        try:
            index.search(query, **{**arguments, "where": None, "limit": 0})
        except QueryError as alone:  # it is at fault without --where as well
            if (alone.message, alone.position) == (error.message, error.position):
                text = query
    error.add_note("\n".join(pointed(text, error.position)))


def _some(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> list[str] | None:
    return list(values) or None


def _not(ctx: click.Context, param: click.Parameter, value: bool) -> bool | None:
    return False if value else None  # as the index's definition says


def _match(ctx: click.Context, param: click.Parameter, value: str | None) -> str | int | None:
    return int(value) if value is not None and value.isdecimal() and value.isascii() else value


def _amount(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value <= _MOST:
        raise click.BadParameter(f"{value:g} is not a number above 0 and at most {_MOST:,}.")
    return value


def _weights(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, float | None] | None:
    fields: dict[str, float | None] = {}
    for value in values:
        name, equals, weight = value.partition("=")
        try:
            fields[name] = float(weight) if equals else None
        except ValueError:
            raise click.BadParameter(f"'{weight}' in '{value}' is not a number.") from None
    return fields or None


def limit_option(default: int, help: str) -> Callable[[_Function], _Function]:
    return click.option(
        "--limit", metavar="N", default=default, show_default=True, type=click.IntRange(min=1), help=help
    )


_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "index": click.option("--index", "given", metavar="PATH|URL", help=ASKED),
    "match": click.option(
        "--match",
        metavar="any|all|N|N%",
        callback=_match,
        help="How many of the words a document needs. By default any, or all with another --sort.",
    ),
    "in": click.option(
        "--in",
        "fields",
        metavar="FIELD[=WEIGHT]",
        multiple=True,
        callback=_weights,
        help="Search in this text field only. *",
    ),
    "lenient": click.option("--lenient", is_flag=True, help="Take for words what is no valid query."),
    "names": click.option(
        "--no-names",
        "names",
        is_flag=True,
        callback=_not,
        help="Putin is not to find Путин, nor the reverse.",
    ),
    "synonyms": click.option(
        "--no-synonyms",
        "synonyms",
        is_flag=True,
        callback=_not,
        help="CSTO is not to find ОДКБ, nor Germany Германия.",
    ),
    "since": click.option("--since", metavar="DATE", help="From this day, month or year on."),
    "until": click.option("--until", metavar="DATE", help="Up to this day, month or year, included."),
    "lang": click.option("--lang", metavar="CODE", multiple=True, callback=_some, help="In this language. *"),
    "source": click.option(
        "--source", metavar="NAME", multiple=True, callback=_some, help="From this source. *"
    ),
    "tag": click.option(
        "--tag", "tags", metavar="TAG", multiple=True, callback=_some, help="With this tag. *"
    ),
    "where": click.option(
        "--where", metavar="QUERY", help="Only what this query finds, too; scores stay as they are."
    ),
    "sort": click.option(
        "--sort",
        metavar="ORDER",
        help="relevance, newest, oldest, or a keyword or date field; -FIELD descends.",
    ),
    "recency": click.option(
        "--recency",
        metavar="DAYS",
        type=float,
        callback=_amount,
        help="Halve the score with every so many days of age.",
    ),
    "quality": click.option(
        "--quality",
        metavar="fast|best",
        default="fast",
        show_default=True,
        type=click.Choice(["fast", "best"]),
        help="best: lift those of the first 300 where the words stand near each other.",
    ),
    "across": click.option(
        "--across/--no-across",
        "cross_language",
        default=None,
        help="Find documents of the other language, too. By default as the index's definition says.",
    ),
    "offset": click.option(
        "--offset", metavar="N", default=0, type=click.IntRange(min=0), help="Hits to leave out before."
    ),
    "after": click.option(
        "--after", metavar="CURSOR", help='The page behind the one whose "cursor" --json told.'
    ),
    "collapse": click.option(
        "--collapse",
        metavar="duplicates",
        type=click.Choice(["duplicates"]),
        help="Of documents that are nearly the same show the first only.",
    ),
    "timeout": click.option(
        "--timeout",
        "timeout_ms",
        metavar="MS",
        type=float,
        callback=_amount,
        help="Stop after so many milliseconds with what is found.",
    ),
    "facet": click.option(
        "--facet",
        "facets",
        metavar="FIELD[:PERIOD]",
        multiple=True,
        help="Count what is found by value, or a date by :day, :week, :month, :year. *",
    ),
    "repair": click.option(
        "--repair/--no-repair",
        default=True,
        help="When the index has no word as it was typed, ask for what the other keyboard layout types. On by default.",
    ),
    "explain": click.option("--explain", is_flag=True, help="Show how each score comes about."),
    "json": click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
    "color": click.option("--color/--no-color", default=None, help="Colours; by default on a terminal only."),
}

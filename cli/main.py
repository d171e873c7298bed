"""Which command is meant, and how does it end?

Each command lives in its own module, imported when it is called, so that asking a question does not pay for
the others. Every command ends with exit code 0, or with one line on stderr and 2 for a bad request, 1 for a
failure, 130 for Ctrl-C. A search that finds nothing is no failure.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

_MODULES = {
    "query": ".query",
    "explain": ".explain",
    "similar": ".similar",
    "duplicates": ".duplicates",
    "trends": ".trends",
    "complete": ".complete",
    "run": ".run",
    "index": ".build",
    "optimize": ".optimize",
    "watch": ".watch",
    "stats": ".stats",
    "verify": ".verify",
    "repair": ".repair",
    "snapshot": ".snapshot",
    "push": ".push",
    "pull": ".pull",
}
_OPTIONS_WITH_VALUE = {  # of all commands; see _with_command
    *(
        "--index",
        "--limit",
        "--memory",
        "--workers",
        "--match",
        "--in",
        "--since",
        "--until",
        "--lang",
        "--source",
        "--tag",
    ),
    *(
        "--where",
        "--sort",
        "--recency",
        "--quality",
        "--collapse",
        "--offset",
        "--after",
        "--facet",
        "--timeout",
        "--format",
        "--query",
    ),
    *("--follow", "--every", "--commit-every", "--shards", "--replicas"),
    "--definition",
}


_PASSWORD = re.compile(
    r"//[^\s/]*:\S*@"
)  # and its user, of an address that somebody put where it is not looked for


class _Commands(click.Group):
    """The group of commands; words that name none of them are a query."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        command = import_module(_MODULES[cmd_name], __package__).command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _with_command(args))

    def main(  # type: ignore[override]  # one way to end, whoever calls
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name or "search", **extra)
        except click.Abort:
            _fail("stopped", 130)
        except Exception as error:
            message, code = _explain(error)
            _fail(message, code, getattr(error, "__notes__", ()))
        sys.exit(code if isinstance(code, int) else 0)


def _with_command(args: list[str]) -> list[str]:
    """The arguments with the command in front: what is no option names it, else it is `query`."""
    if not args:
        return ["--help"]
    if args[0] in ("--help", "-h", "--version"):
        return args
    at = 0
    while at < len(args) and (args[at] == "-h" or args[at].startswith("--")) and args[at] != "--":
        at += 2 if args[at] in _OPTIONS_WITH_VALUE else 1
    if at < len(args) and args[at] in _MODULES:
        return [args[at], *args[:at], *args[at + 1 :]]
    return ["query", *args]


def _explain(error: Exception) -> tuple[str, int]:
    """What to tell about an error, and the exit code; an unforeseen one is raised on with its traceback."""
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "search"
        return f"{error.format_message().rstrip('.')} (see '{path} --help')", 2
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    from searchlib.errors import DefinitionError, IndexNotFoundError, QueryError, SearchError

    if isinstance(error, (QueryError, DefinitionError, IndexNotFoundError)):
        return str(error), 2
    if isinstance(error, SearchError):
        return str(error), 1
    if isinstance(error, OSError):
        reason = error.strerror or str(error) or type(error).__name__
        return (f"{error.filename}: {reason}" if error.filename is not None else reason), 1
    raise error


def _fail(message: str, code: int, notes: Sequence[str] = ()) -> NoReturn:
    from .terminal import warn, warn_as_is

    warn(f"search: {_PASSWORD.sub('//', message)}")
    for note in notes:  # of a QueryError: the query with a caret under the spot
        warn_as_is(note)
    sys.exit(code)


_HELP = """\
Search English and Russian news archives.

Words are found whatever their inflection, the best documents first.

\b
Examples:
  search index indexes/sample.toml         build indexes/sample/ from its definition
  search "summit of heads of state"        ask
  search --index PATH --limit 5 --json "collective security"
  search --since 2024 --sort newest саммит -НАТО
  search explain ID саммит                 why a document has its score
  search similar ID                        the documents most like one
  search duplicates --since 2024-06        what was reprinted
  search trends --since 30d                what is written about more than before
  search complete тасма                    what the word may become
  search run queries.jsonl > run.txt       many queries at once
  search index --index PATH FILE...        add files or folders to an index
  search watch --index PATH FOLDER...      index new and changed files as they arrive
  search stats                             what the index holds
  search optimize                          make one segment of it
  search verify                            is the index sound?
  search repair DAMAGED INTO               save what can be read of a damaged index
  search snapshot DIR                      a consistent copy of a live index
  search push INDEX URL                    copy an index to an OpenSearch cluster
  search pull URL INDEX                    copy one from there
  search query index funds                 a query that begins with a command's name
  search -- index                          the same for one word

The index is the one that --index names, else SEARCHLIB_INDEX, else indexes/news, or the only index under
indexes/. opensearch://HOST/INDEX names one of an OpenSearch cluster; what should not stand in a command line may
stand in SEARCHLIB_OPENSEARCH_USER and SEARCHLIB_OPENSEARCH_PASSWORD, or SEARCHLIB_OPENSEARCH_API_KEY.
"""

cli = _Commands("search", help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
click.version_option(package_name="searchlib", prog_name="search")(cli)


def main() -> NoReturn:
    """The entry point of the `search` command."""
    cli.main()

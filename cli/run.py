"""`search run FILE`: what does the archive say to each of many queries?

A run is written in the format of TREC, `query Q0 document rank score tag`, or as JSON lines.

Programs that evaluate a TREC run sort it by score, which some read in single precision, and break ties by the document's id.
So that they see the ranks as they are, scores are written there in single precision, each below the one before it: what
is equal, or nearly so, is lowered by the least that can be told apart. Of hits that have no score the ranks are counted
down from 0. Fields are kept apart by white space, so no id or tag may have any.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from .asking import (
    BadRequestError,
    QueryCommand,
    check_together,
    limit_option,
    note_place,
    options,
    with_fields,
)
from .location import open_index
from .terminal import json_text, show, warn

if TYPE_CHECKING:
    from searchlib import Results
    from searchlib.searching import Searching

    from .queries import Query

_BATCH = 64  # queries asked at a time
_LARGEST = 3e38  # about the largest number in single precision
_LEAST = 2.0**-23  # of a number in single precision, as a share of it: enough to come out below it


@click.command("run", cls=QueryCommand, short_help="Ask many queries, for evaluation.")
@click.argument("file", metavar="FILE")
@options("index")
@click.option(
    "--format",
    "kind",
    metavar="trec|json",
    default="trec",
    show_default=True,
    type=click.Choice(["trec", "json"]),
    help="What to print.",
)
@limit_option(1000, "Hits of each query.")
@click.option(
    "--tag",
    metavar="NAME",
    default="searchlib",
    show_default=True,
    help="The run's name, in the last column.",
)
@click.option("--strict", is_flag=True, help="Stop at the first query that is refused.")
@click.option(
    "--lenient/--no-lenient",
    default=None,
    help="Take for words what is no valid query. By default so, unless --strict.",
)
@options("match", "in", "sort", "recency", "quality", "across", "names", "synonyms")
@options("since", "until", "lang", "source", "where", "timeout")
def command(
    file: str, given: str | None, kind: str, tag: str, strict: bool, lenient: bool | None, **asked: Any
) -> None:
    """Ask all queries of a file and print a run: the documents found, with ranks and scores.

    \b
    Examples:
      search run topics.jsonl > searchlib.run
      search run --format json --limit 10 --match 75% questions.txt
      zcat queries.jsonl.gz | search run --lang ru --tag ru-only -
      search query run for office              ask for the word "run"

    FILE has JSON lines with "id" and "query" or "text", or one query a line, whose id is then its number; '-' is
    stdin. Questions end with '?', and hardly any was written as a query: so what is no valid query is taken for
    words, unless --no-lenient or --strict says otherwise.

    A query that is refused is reported on stderr with its line and passed over; the exit code is then 1, with
    --strict 2. TREC lines are 'query Q0 document rank score tag'; an id with white space is refused there, and
    equal scores are told apart in their last digits, so that no program sorts them otherwise. JSON lines are
    {"id", "query", "took_ms", "timed_out", "hits": [{"id", "score"}]}.

    An option marked * may be repeated. For documents with a tag: --where tags:NAME.
    """
    if not _fits_trec(tag):
        raise click.BadParameter("a run's name has no white space.", param_hint="'--tag'")
    check_together(asked)
    if file != "-" and not Path(file).exists():
        raise click.UsageError(
            f"{file}: there is no such file; 'search query run ...' asks for the word 'run'"
        )
    index = open_index(given)
    asked = with_fields(index, asked)
    _check_options(index, asked)
    asked["lenient"] = not strict if lenient is None else lenient
    asking = _Asking(index, asked, file, strict, tag if kind == "trec" else None)
    with _opened(file) as stream:
        asking.ask_all(stream)
    if asking.refused:
        raise click.ClickException(f"{asking.refused:,} of {asking.count:,} queries refused")


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    return Path(file).open("rb")


def _check_options(index: Searching, asked: dict[str, Any]) -> None:
    """Refuses at once what would have every query refused. --where is no question of anybody: it is never read leniently."""
    from searchlib.errors import QueryError

    try:
        index.search("0", **{**asked, "limit": 0})
    except QueryError as error:
        note_place(error, index, "0", asked)
        raise


class _Asking:
    """One run. tag: its name in TREC format, None: as JSON; count, refused: queries so far."""

    def __init__(
        self, index: Searching, asked: dict[str, Any], file: str, strict: bool, tag: str | None
    ) -> None:
        self.count = 0
        self.refused = 0
        self._index = index
        self._asked = asked
        self._file = file
        self._strict = strict
        self._tag = tag

    def ask_all(self, stream: BinaryIO) -> None:
        """Asks and prints batch by batch."""
        from .queries import read_queries

        queries = read_queries(stream, self._file)
        while batch := list(islice(queries, _BATCH)):
            lines: list[str] = []
            try:
                for query, found in self._answers(batch):
                    lines.extend(_json(query, found) if self._tag is None else _trec(query, found, self._tag))
            finally:
                if lines:
                    show("\n".join(lines))

    def _answers(self, batch: list[Query]) -> Iterator[tuple[Query, Results]]:
        from searchlib.errors import QueryError

        reasons = [self._reason(query) for query in batch]
        valid = [query.text for query, reason in zip(batch, reasons, strict=True) if reason is None]
        answers: Iterator[Results] | None = None
        with suppress(QueryError):  # of one of them: asked one by one below, they tell which
            answers = iter(self._index.search_many(valid, **self._asked))
        for query, given in zip(batch, reasons, strict=True):
            self.count += 1
            reason = given
            if reason is None:
                try:
                    found = next(answers) if answers else self._index.search(query.text, **self._asked)
                except QueryError as error:
                    reason = str(error)
                else:
                    yield query, found
            if reason is not None:
                self._refuse(query, reason)

    def _reason(self, query: Query) -> str | None:
        """Why a query cannot be asked, as far as it is known before asking."""
        if query.refused is None and self._tag is not None and not _fits_trec(query.id):
            return f"the id {query.id!r} is empty or has white space, which a TREC run cannot hold"
        return query.refused

    def _refuse(self, query: Query, reason: str) -> None:
        message = f"{self._file}:{query.line}: {reason}"
        if self._strict:
            raise BadRequestError(message)
        self.refused += 1
        warn(message)


def _json(query: Query, found: Results) -> list[str]:
    answer = {
        "id": query.id,
        "query": query.text,
        "took_ms": round(found.took_ms, 3),
        "timed_out": found.timed_out,
        "hits": [{"id": hit.id, "score": hit.score} for hit in found],
    }
    return [json_text(answer)]


def _trec(query: Query, found: Results, tag: str) -> list[str]:
    lines = []
    scores = descending(hit.score for hit in found)
    for rank, (id, score) in enumerate(zip(found.ids, scores, strict=True), 1):
        if not _fits_trec(id):
            raise click.ClickException(
                f"the document id {id!r} has white space, which a TREC run cannot hold; use --format json"
            )
        lines.append(f"{query.id} Q0 {id} {rank} {score:.9g} {tag}")
    return lines


def _fits_trec(name: str) -> bool:
    """Whether it stays one field on its line, whoever splits it."""
    return name.isprintable() and name != "" and " " not in name


def descending(scores: Iterable[float]) -> Iterator[float]:
    """The scores in single precision, each below the one before it."""
    before = float("inf")
    for score in scores:
        rounded = _single(score)
        if rounded >= before:
            rounded = _single(before - before * _LEAST)
            if before <= 0 or rounded >= before:
                rounded = before - 1
        yield rounded
        before = rounded


def _single(number: float) -> float:
    rounded: float = struct.unpack("f", struct.pack("f", min(number, _LARGEST)))[0]
    return rounded

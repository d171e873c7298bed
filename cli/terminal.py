"""What does a terminal show, and how wide is it? Colours, wrapping, messages.

Text of documents passes through Snippet.ansi or printable on its way here, so that it can colour or move
nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from searchlib.results.snippets import Snippet

_WIDEST = 100  # longer lines are hard to read
_NARROWEST = 30

BOLD = "1"
DIM = "2"


def colours_wanted(asked: bool | None) -> bool:
    """Whether to colour stdout: as asked, else on a terminal that can and whose user did not set NO_COLOR."""
    if asked is not None:
        return asked
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, colours: bool) -> str:
    """The text in a style, by its ANSI number, when colours are wanted."""
    return f"\x1b[{style}m{text}\x1b[0m" if colours and text else text


def line_width() -> int:
    """Columns to fill: the terminal's, within reason; 80 in a pipe."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))


def display_width(text: str) -> int:
    """Columns that the text takes: two for East Asian wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def wrapped(passage: Snippet, width: int, colours: bool) -> Iterator[str]:
    """The passage in lines of at most `width` columns, marks kept when colours are wanted."""
    from searchlib.results.snippets import Snippet, printable

    for start, end in _line_ranges(passage.text, width):
        marks = tuple(
            (max(low, start) - start, min(high, end) - start)
            for low, high in passage.marks
            if low < end and high > start
        )
        line = Snippet(passage.text[start:end], marks, start, end)
        yield line.ansi() if colours else printable(line.text)


def wrapped_text(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns."""
    for start, end in _line_ranges(text, width):
        yield text[start:end]


def cut(text: str, room: int) -> str:
    """The text in at most `room` columns, "…" at its end when there is more."""
    if display_width(text) <= room:
        return text
    return next(wrapped_text(text, room - 1), "") + "…"


def _line_ranges(text: str, width: int) -> Iterator[tuple[int, int]]:
    start = end = 0  # of the line so far
    used = 0
    at = 0
    for word in text.split(" "):
        columns = display_width(word)
        if used and used + 1 + columns > width:
            yield start, end
            start, used = at, 0
        used += columns + (1 if used else 0)
        end = at + len(word)
        while used > width:  # one word wider than the line
            fit = _fitting(text, start, width)
            yield start, fit
            start, used = fit, display_width(text[fit:end])
        at = end + 1
    if start < end:
        yield start, end


def _fitting(text: str, start: int, width: int) -> int:
    end = start
    columns = 0
    while columns <= width:
        columns += display_width(text[end])
        end += 1
    return max(end - 1, start + 1)


def show(text: str, colours: bool = False) -> None:
    """Writes to stdout; what its encoding lacks is escaped instead of ending the command."""
    _lenient(sys.stdout)
    click.echo(text, color=colours)


def warn(message: str) -> None:
    """Writes one line to stderr, as plain text whatever it quotes."""
    from searchlib.results.snippets import printable

    _lenient(sys.stderr)
    click.echo(printable(" ".join(message.split("\n"))), err=True)


def json_text(answer: object) -> str:
    """The answer as JSON that stdout can hold: other letters than ASCII as they are when that is UTF-8."""
    import json

    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return json.dumps(answer, ensure_ascii=encoding != "utf8")


def warn_as_is(lines: str) -> None:
    """Writes lines to stderr that are fit for a terminal already."""
    _lenient(sys.stderr)
    click.echo(lines, err=True)


def _lenient(stream: object) -> None:
    reconfigure = getattr(stream, "reconfigure", None)  # a stand-in for the stream need not have it
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")

"""Which records does a table hold? CSV with a header, separated by commas, semicolons or tabs; TSV.

Each row is a record of strings by the header's names; an empty cell is an absent field. A cell may hold
newlines when it is quoted. A row with too few or too many cells, with quotation marks that do not match, with
NUL or with bytes in no known encoding is reported with the line that it begins on. When a quotation mark is
never closed, reading goes on at the line after it, so that one bad row does not take the rest of the file
with it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from searchlib.sources.streams import Input, InputError

__all__ = ["read_csv", "read_tsv"]

MAX_ROW: Final = 16 << 20  # characters: csv holds a cell in four bytes a character
DELIMITERS: Final = ",;\t"


def read_csv(file: Input) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table and the lines they begin on; the header tells the separator. Raises InputError."""
    return _read(file, None)


def read_tsv(file: Input) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table separated by tabs and the lines they begin on. Raises InputError."""
    return _read(file, "\t")


class _RowTooLongError(Exception):
    """The row at hand is longer than MAX_ROW."""


class _Lines:
    """The decoded lines of a file for csv.reader, with those of the row at hand kept, so that they can be
    read again."""

    def __init__(self, file: Input) -> None:
        self._file = file
        self._lines = file.lines()
        self._again: deque[tuple[int, str, str]] = deque()  # number, line, what is wrong with it
        self._held: list[tuple[int, str, str]] = []
        self._size = 0
        self._fresh = 0  # characters that came from the file
        self._repeated = 0  # characters that were read again

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._again:
            entry = self._again.popleft()
        else:
            number, content = next(self._lines)
            entry = (number, *self._decoded(content))
            self._fresh += len(entry[1])
        self._held.append(entry)
        self._size += len(entry[1])
        if self._size > MAX_ROW:
            raise _RowTooLongError
        return entry[1]

    def _decoded(self, content: bytes | None) -> tuple[str, str]:
        if content is None or len(content) > 4 * MAX_ROW:
            return "\n", "the line is too long"
        if b"\0" in content:
            return content.replace(b"\0", b"").decode("utf-8", "replace") + "\n", "a NUL character"
        try:
            return self._file.decode(content) + "\n", ""
        except ValueError as error:
            return content.decode("utf-8", "replace") + "\n", str(error)

    @property
    def first(self) -> int:
        """The line that the row at hand begins on."""
        return self._held[0][0] if self._held else 1

    @property
    def problem(self) -> str:
        """What is wrong with a line of the row at hand; empty when nothing is."""
        return next((problem for _, _, problem in self._held if problem), "")

    def done(self) -> None:
        """The row at hand is finished with."""
        self._held.clear()
        self._size = 0

    def take_back(self) -> None:
        """Give all lines of the row at hand again."""
        self._again.extendleft(reversed(self._held))
        self.done()

    def resume_after_first(self) -> None:
        """Give all lines of the row at hand again but the first; so much in all that the work stays
        proportional."""
        size = self._size - len(self._held[0][1]) if self._held else 0
        if self._repeated + size <= 2 * self._fresh:
            self._repeated += size
            self._again.extendleft(reversed(self._held[1:]))
        self.done()


def _read(file: Input, delimiter: str | None) -> Iterator[tuple[int, dict[str, Any]]]:
    if csv.field_size_limit() < MAX_ROW:
        csv.field_size_limit(MAX_ROW)  # for the whole process, and never lowered: _Lines keeps the bound here
    lines = _Lines(file)
    try:
        header_line = next(lines, "")
    except _RowTooLongError as error:
        raise InputError(f"the header cannot be read: {_reason(error)}", 1) from error
    if lines.problem:
        raise InputError(f"the header cannot be read: {lines.problem}", 1)
    delimiter = delimiter or max(DELIMITERS, key=_outside_quotes(header_line).count)
    lines.take_back()
    rows = _rows(lines, delimiter, file)
    header = next(rows, None)
    if header is None:
        return
    names = _names(header[1], header[0])
    for number, row in rows:
        if len(row) != len(names):
            file.report(f"{len(row)} columns where the header has {len(names)}", number)
            continue
        yield number, {name: cell for name, cell in zip(names, row, strict=True) if name and cell}


def _rows(lines: _Lines, delimiter: str, file: Input) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader, None)
        except (csv.Error, _RowTooLongError) as error:
            number, problem = lines.first, lines.problem or _reason(error)
            lines.resume_after_first()
            file.report(problem, number)
            continue
        if row is None:
            return
        number, problem = lines.first, lines.problem
        lines.done()
        if problem:
            file.report(problem, number)
        elif len(row) > 1 or (row and row[0].strip()):  # else it is a blank line
            yield number, row


def _names(header: list[str], line: int) -> list[str]:
    """The columns' names; an empty one, as an unnamed index column has, leaves its column out."""
    names = [name.strip() for name in header]
    named = [name for name in names if name]
    if not named:
        raise InputError("the first line is to name the columns, and names none", line)
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"the header names the column '{twice}' twice", line)
    return names


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _reason(error: csv.Error | _RowTooLongError) -> str:
    if isinstance(error, _RowTooLongError):
        return f"the row is longer than {MAX_ROW >> 20} million characters"
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "text follows a closing quotation mark; inside quotes a quotation mark is written twice"
    if "new-line" in text:
        return "a carriage return inside a cell that is not quoted"
    return f"not a row of a table: {text}"

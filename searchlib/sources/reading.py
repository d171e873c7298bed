"""How do paths become one stream of records?

A generator pulls one file after another through the reader of its kind. A record that is malformed, a file
that breaks off and a folder that cannot be opened each cost one DocumentError, and reading goes on after
them, or stops there when the caller wants it strict. Memory does not grow with the input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Final

from searchlib.errors import DocumentError
from searchlib.sources.delimited import read_csv, read_tsv
from searchlib.sources.folders import ENDINGS, STANDARD_INPUT, ending, existing_paths, files_of, total_bytes
from searchlib.sources.html import read_html
from searchlib.sources.jsonl import read_json, read_jsonl
from searchlib.sources.streams import Input, InputError, Progress
from searchlib.sources.text import read_text

__all__ = ["Record", "read", "total_bytes"]

Reader = Callable[[Input], Iterator[tuple[int, dict[str, Any]]]]

READERS: Final[dict[str, Reader]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
}

PAGES: Final = (read_text, read_html)


@dataclass(slots=True)
class Record:
    """What one document of a source says, before anything of it has been checked.

    source: the file, or "stdin"; line: where it begins there, from 1; consumed: bytes read from disk so far
    over all paths (packed bytes of a packed file), for showing progress. page: the file, when it is a text file or an HTML page,
    whose lines may be those of its site.
    """

    values: dict[str, Any]
    source: str
    line: int
    consumed: int
    page: str | None = None


def read(
    paths: Iterable[str | PathLike[str]], *, on_error: Callable[[DocumentError], None] | None = None
) -> Iterator[Record]:
    """The records of files and folders, one after another; '-' is standard input as JSON lines.

    on_error is called with each DocumentError of what cannot be read, and reading goes on after it; without
    on_error the first of them is raised. Where the operating system refused a file, the error has its OSError
    among its causes. A path that does not exist raises StorageError at once, before anything is read, with
    on_error or without: it is a mistake in the request. An HTML page without the extra
    `html` raises SearchError. A file without records, such as an empty one, gives none and is no error. The
    iterator is for one thread at a time.
    """
    return _records(existing_paths(paths), _raise if on_error is None else on_error)


def _records(paths: list[str], report: Callable[[DocumentError], None]) -> Iterator[Record]:
    progress = Progress()
    for path in files_of(paths, report):
        try:
            reader, stream, size = _open(path)
        except InputError as error:
            report(_error(error, path))
            continue
        name = "stdin" if path == STANDARD_INPUT else path
        before = progress.bytes
        failure = None
        try:
            for line, values in reader(Input(name, stream, progress, report)):
                yield Record(values, name, line, progress.bytes, name if reader in PAGES else None)
        except InputError as error:
            failure = _error(error, name)
        finally:
            if path != STANDARD_INPUT:
                stream.close()
        progress.bytes = max(progress.bytes, before + size)  # what a broken file has left counts as done
        if failure is not None:
            report(failure)


def _open(path: str) -> tuple[Reader, BinaryIO, int]:
    """The reader for this kind of file, the open file and its size in bytes. Raises InputError."""
    if path == STANDARD_INPUT:
        return read_jsonl, sys.stdin.buffer, 0
    file = Path(path)
    reader = READERS.get(ending(path))
    try:
        if reader is None:
            if file.is_file():
                raise InputError(
                    f"not a kind of file that can be read; known endings: {' '.join(ENDINGS)}, and .gz"
                )
            reader = read_jsonl  # a pipe, such as the shell makes of <(command)
        stream = file.open("rb", buffering=0)
        return reader, stream, os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error


def _error(error: InputError, name: str) -> DocumentError:
    failure = DocumentError(error.message, source=name, line=error.line)
    failure.__cause__ = error
    return failure


def _raise(error: DocumentError) -> None:
    raise error

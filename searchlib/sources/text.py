"""Which document is a plain text file? One: its first line that is not blank is the title, what follows is
the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from searchlib.sources.streams import Input, InputError

__all__ = ["read_text"]


def read_text(file: Input) -> Iterator[tuple[int, dict[str, Any]]]:
    """The one record of a text file, with its `path`; none when the file is blank. Raises InputError."""
    content = file.whole()
    if b"\0" in content:
        raise InputError("this is a binary file, not text")
    try:
        text = file.decode(content)
    except ValueError as error:
        raise InputError(str(error)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    body = text.lstrip()
    if not body:
        return
    line = text.count("\n", 0, len(text) - len(body)) + 1
    title, _, body = body.partition("\n")
    values = {"title": title.rstrip(), "text": body.strip(), "path": file.name}
    yield line, {name: value for name, value in values.items() if value}

"""Which records does JSON hold? One object a line (.jsonl, .ndjson, standard input), or a whole array
(.json).

A line that is no object is reported and the next one is read. Blank lines are passed over. A .json file may
be a single object, an array of objects (each with the line that it begins on) or, as many are, JSON lines
after all. What Python writes although JSON has no such thing is read all the same: NaN and infinities as
null, and half a surrogate pair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from searchlib.sources.streams import MAX_BYTES, Input, InputError

__all__ = ["read_json", "read_jsonl"]

Values = dict[str, Any]

LENIENT = json.JSONDecoder(parse_constant=lambda _: None)
BLANKS = re.compile(r"[ \t\r\n]*")


def read_jsonl(file: Input) -> Iterator[tuple[int, Values]]:
    """The objects of a file of JSON lines and their line numbers. Raises InputError."""
    import msgspec

    decode = msgspec.json.Decoder(Values).decode
    for number, line in file.lines():
        try:
            values = decode(line)  # type: ignore[arg-type]  # None, for a line too long, ends below as well
        except (ValueError, TypeError, RecursionError):
            if line is not None and (not line or line.isspace()):
                continue
            try:
                values = _decode_slowly(line, file)
            except ValueError as error:
                file.report(str(error), number)
                continue
        yield number, values


def read_json(file: Input) -> Iterator[tuple[int, Values]]:
    """The objects of a .json file and the lines that they begin on. Raises InputError, also beyond
    MAX_BYTES."""
    content = file.whole()
    start = len(content) - len(content.lstrip())
    if content[start : start + 1] == b"[":
        yield from _read_array(file, content)
        return
    lines = content.split(b"\n")
    first = content.count(b"\n", 0, start)
    try:
        _decode_slowly(lines[first], file)
    except ValueError:  # its first line is no object: the whole is one, or nothing is
        if start < len(content):
            try:
                values = _decode_slowly(content, file)
            except ValueError as error:
                file.report(str(error), first + 1)
            else:
                yield first + 1, values
        return
    for number, line in enumerate(lines, 1):
        if line and not line.isspace():
            try:
                values = _decode_slowly(line, file)
            except ValueError as error:
                file.report(str(error), number)
            else:
                yield number, values


def _read_array(file: Input, content: bytes) -> Iterator[tuple[int, Values]]:
    try:
        text = file.decode(content)
    except ValueError as error:
        raise InputError(str(error)) from error
    position = text.index("[") + 1
    line = text.count("\n", 0, position) + 1
    begun = _after_blanks(text, position)
    more = text[begun : begun + 1] != "]"
    while more:
        begun = _after_blanks(text, position)
        line += text.count("\n", position, begun)
        try:
            values, position = LENIENT.raw_decode(text, begun)
        except (ValueError, RecursionError) as error:
            raise InputError(f"the array breaks off here: {_reason(error, begun)}", line) from error
        if isinstance(values, dict):
            yield line, values
        else:
            file.report(f"an element of the array is {_kind(values)}, not an object", line)
        line += text.count("\n", begun, position)
        begun = _after_blanks(text, position)
        line += text.count("\n", position, begun)
        position = begun + 1
        if text[begun:position] not in (",", "]"):
            raise InputError("the array breaks off here: a comma or ] is missing", line)
        more = text[begun] == ","
    if _after_blanks(text, begun + 1) < len(text):
        file.report("something follows the end of the array", line)


def _after_blanks(text: str, position: int) -> int:
    match = BLANKS.match(text, position)
    assert match is not None  # no blanks match as well
    return match.end()


def _decode_slowly(line: bytes | None, file: Input) -> Values:
    """The object in a line, whatever its encoding. Raises ValueError, with a message fit for the user."""
    if line is None:
        raise ValueError(f"the line is longer than {MAX_BYTES >> 20} MB, the most that one document may be")
    text = file.decode(line)
    try:
        values = LENIENT.decode(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a JSON object: {_reason(error, 0)}") from error
    if not isinstance(values, dict):
        raise ValueError(f"{_kind(values)}, not a JSON object")
    return values


def _kind(values: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(values), "null")


def _reason(error: Exception, start: int) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos - start + 1}"
    return "a number has too many digits"  # all that Python's integers object to

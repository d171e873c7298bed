"""What does a dictionary of the DICT protocol hold? NAME.index says where in NAME.dict or NAME.dict.dz each article is.

The index has a line for each headword: headword, offset and length, in base 64 (dictfmt's manual page; RFC 2229 is the protocol). A .dz is a
gzip file that dictzip cut into chunks; here it is read as a whole. Both are UTF-8 unless the text is no valid UTF-8: then it is KOI8-R, as old
Russian ones are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from searchlib.bilingual.articles import Entry, senses_of
from searchlib.bilingual.files import Budget, decoded, read_file
from searchlib.errors import BilingualError

__all__ = ["read"]

_DIGITS = {
    sign: value
    for value, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_ABOUT = ("00-database", "00database")  # headwords of articles on the dictionary itself


def read(path: Path, text_file: Path) -> Iterator[Entry]:
    """The entries of a dictionary in its .index and its .dict. Raises BilingualError."""
    text = read_file(text_file)
    lines = read_file(path).split(b"\n")
    budget = Budget(path)
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        columns = line.rstrip(b"\r").split(b"\t")
        try:
            headword = decoded(columns[0])
            start, length = _number(columns[1]), _number(columns[2])
        except (IndexError, KeyError):
            raise BilingualError(
                path, "this is no line of a DICT index: headword, offset and length in base 64", line=number
            ) from None
        if start + length > len(text):
            raise BilingualError(
                path, f"the article of '{headword}' would lie behind the end of the texts", line=number
            )
        budget.spend(length)
        if not headword.startswith(_ABOUT):
            senses = senses_of(headword, decoded(text[start : start + length]))
            if senses:
                yield Entry(headword, senses)


def _number(digits: bytes) -> int:
    value = 0
    if not 0 < len(digits) <= 10:
        raise KeyError(digits)
    for sign in digits.decode("latin-1"):
        value = value * 64 + _DIGITS[sign]
    return value

"""What does a StarDict dictionary hold? NAME.ifo describes it, NAME.idx says where in NAME.dict each article is.

Format 2.4.2 and 3.0.0 of StarDict's own description ("StarDictFileFormat"): in the .idx, which may be packed, a headword, a zero byte,
offset and size, the latter two big-endian; an article is a sequence of fields, whose kinds the .ifo gives for all articles
(`sametypesequence`) or each field by a letter before it. Read are plain text (m, l), Pango (g), XDXF (x) and HTML (h); a
small letter ends with a zero byte, a capital has its size before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from re import DOTALL, IGNORECASE, Pattern
from re import compile as pattern

from searchlib.bilingual.articles import Entry, senses_of
from searchlib.bilingual.files import Budget, decoded, read_file
from searchlib.errors import BilingualError

__all__ = ["read"]

_MAGIC = "StarDict's dict ifo file"
_PLAIN, _MARKED = "ml", "gxh"
_HIDDEN = pattern(
    r"<(k|tr|ex|abr|co|rref|script|style)\b[^<>]{0,200}>.{0,4000}?</\1\s{0,9}>", DOTALL | IGNORECASE
)
_NEW_LINE = pattern(r"<(?:br|/?p|/?div|/?li|/?blockquote|/?def|/?tr|/?ol|/?ul)\b[^<>]{0,500}>", IGNORECASE)
_TAG: Pattern[str] = pattern(r"<[^<>]{0,500}>")


def read(path: Path, index_file: Path, text_file: Path) -> Iterator[Entry]:
    """The entries of a dictionary in its .ifo, .idx and .dict. Raises BilingualError."""
    described = _description(path)
    index, text = read_file(index_file), read_file(text_file)
    width = 8 if described.get("idxoffsetbits") == "64" else 4
    kinds = described.get("sametypesequence", "")
    at = 0
    budget = Budget(index_file)
    while at < len(index):
        end = index.find(b"\0", at, at + 256 + 1)
        behind = end + 1 + width + 4
        if end < 0 or behind > len(index):
            raise BilingualError(index_file, f"no headword with its place is at byte {at}")
        headword = decoded(index[at:end])
        start = int.from_bytes(index[end + 1 : end + 1 + width], "big")
        size = int.from_bytes(index[end + 1 + width : behind], "big")
        at = behind
        if start + size > len(text):
            raise BilingualError(
                index_file, f"the article of '{headword}' would lie behind the end of {text_file.name}"
            )
        budget.spend(size)
        senses = senses_of(headword, "\n".join(_fields(text[start : start + size], kinds)))
        if senses:
            yield Entry(headword, senses)


def _description(path: Path) -> dict[str, str]:
    lines = decoded(read_file(path)).lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != _MAGIC:
        raise BilingualError(path, f'its first line is not "{_MAGIC}"', line=1)
    pairs = (line.partition("=") for line in lines[1:])
    return {name.strip(): value.strip() for name, _, value in pairs}


def _fields(data: bytes, kinds: str) -> Iterator[str]:
    """The fields of an article that are text. What is cut short ends where the article does."""
    at = number = 0
    while at < len(data):
        if kinds:
            if number >= len(kinds):
                return
            kind = kinds[number]
        else:
            kind = chr(data[at])
            at += 1
        number += 1
        last = bool(kinds) and number == len(kinds)  # the only one whose end is the article's
        if kind.isupper():
            size = len(data) - at if last else int.from_bytes(data[at : at + 4], "big")
            at += size if last else 4 + size
            continue
        end = len(data) if last else data.find(b"\0", at)
        end = len(data) if end < 0 else end
        if kind in _PLAIN:
            yield decoded(data[at:end])
        elif kind in _MARKED:
            yield _without_tags(decoded(data[at:end]))
        at = end + 1


def _without_tags(text: str) -> str:
    text = _NEW_LINE.sub("\n", _HIDDEN.sub(" ", text))
    return unescape(_TAG.sub("", text))

"""What does a FreeDict dictionary hold? A file of TEI P5 (or the older P4), read as a stream.

Of each `entry`: the headwords are the `orth` of its `form`; a `sense` has its translations in `cit type="trans"` as `quote`, or, older, in
`trans` as `tr`. Entities that a file declares itself are refused, for a few lines of them can unfold to gigabytes.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast
from xml.parsers import expat

from searchlib.bilingual.articles import Entry, Sense, letters_of, translations_of
from searchlib.bilingual.files import MOST_BYTES
from searchlib.errors import BilingualError

__all__ = ["read"]

_CHUNK: Final = 1 << 16
_MOST_TEXT: Final = 1_000  # code points of a headword or a translation
_DEEPEST: Final = 100
_TRANSLATION: Final = ("trans", "translation")


class _Entries:
    """Gathers entries from what the parser meets."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done: list[Entry] = []
        self._open: list[str] = []
        self._headwords: list[str] = []
        self._senses: list[list[str]] = []
        self._text: list[str] | None = None
        self._translating = 0  # how deep the element lies that holds translations
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def error(self, message: str) -> BilingualError:
        return BilingualError(self._path, message, line=self.parser.CurrentLineNumber)

    def _entity(self, name: str, *_: object) -> None:
        raise self.error(f"it declares an entity of its own ('{name}'), which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2]
        self._open.append(element)
        if len(self._open) > _DEEPEST:
            raise self.error(f"elements lie more than {_DEEPEST} deep in each other")
        if element == "entry":
            self._headwords, self._senses, self._translating = [], [[]], 0
        elif element == "sense":
            self._senses.append([])
        elif not self._translating and (
            element == "trans" or (element == "cit" and attributes.get("type") in _TRANSLATION)
        ):
            self._translating = len(self._open)
        elif element == "orth" or (element in ("quote", "tr") and self._translating):
            self._text = []

    def _end(self, name: str) -> None:
        element = name.rpartition(" ")[2]
        if self._text is not None and element in ("orth", "quote", "tr"):
            text = " ".join("".join(self._text).split())
            self._text = None
            if text and "entry" in self._open:
                (self._headwords if element == "orth" else self._senses[-1]).append(text)
        if len(self._open) == self._translating:
            self._translating = 0
        self._open.pop()
        if element == "entry":
            self._close()

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            if sum(map(len, self._text)) > _MOST_TEXT:
                raise self.error(f"a word of more than {_MOST_TEXT:,} letters")

    def _close(self) -> None:
        for headword in self._headwords:
            if letters_of(headword) is None:
                continue
            given = (
                [word for text in texts for word in translations_of(headword, text)] for texts in self._senses
            )
            senses = tuple(Sense(rank, tuple(words)) for rank, words in enumerate(filter(None, given)))
            if senses:
                self.done.append(Entry(headword, senses))


def read(path: Path) -> Iterator[Entry]:
    """The entries of a dictionary. Raises BilingualError."""
    entries = _Entries(path)
    size = 0
    try:
        with _opened(path) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise BilingualError(
                        path, f"holds more than {MOST_BYTES >> 20} MB, which no dictionary does"
                    )
                entries.parser.Parse(chunk, False)
                yield from entries.done
                entries.done.clear()
            entries.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise entries.error(f"this is no valid XML: {error}") from error
    except (LookupError, ValueError) as error:
        raise entries.error(f"its encoding is not read: {error}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BilingualError(path, f"cannot be unpacked ({error})") from error
    except OSError as error:
        raise BilingualError(path, f"cannot be read: {error.strerror or error}") from error


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))

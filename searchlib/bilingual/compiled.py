"""How is a dictionary asked at once, though it takes seconds to read? A compact file, made when it is first wanted and kept in the user's cache.

A word is looked up by its stem or lemma, in either direction: the headword's translations, and for each translation its headwords. The file:

    magic, CRC-32 of all that follows, number of keys, length of the stamp
    stamp       what it was made from: the files' paths, sizes and times of change, the version of this format and of the analysis
    ends        of each key and of each value, 4 bytes each
    keys        UTF-8, sorted
    values      MessagePack: [[headword's form, [[word, weight in hundredths], ...]], ...]

It is written under another name and renamed, so that processes may make it at the same time; what is damaged, or of another stamp, is
made anew. Where nothing can be written, the dictionary is read each time.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from searchlib.errors import BilingualError
from searchlib.language import VERSION as ANALYSIS
from searchlib.language import Analyzer
from searchlib.language.stopwords import ENGLISH, RUSSIAN

if TYPE_CHECKING:
    from searchlib.bilingual.articles import Entry

__all__ = ["Compiled", "Senses", "cache_folder", "load"]

VERSION: Final = 1
"""Bumped whenever the same dictionary would be read or written differently."""

Senses = list[tuple[str, list[tuple[str, int]]]]
"""By headword's form ("" of what was turned round): the words that translate it, each with its weight in hundredths."""

_HEAD: Final = struct.Struct("<8sIII")
_MAGIC: Final = b"slbiling"
_LATER: Final = 0.2  # see weight_of
_MOST_WORDS: Final = 48  # that translate one headword
_LONGEST: Final = 60  # of a word
_STOP: Final = ENGLISH | RUSSIAN


class Compiled:
    """A dictionary that can be asked. Immutable; threads may share it. Raises ValueError for what is no such file, or of another stamp."""

    def __init__(self, data: bytes, stamp: bytes) -> None:
        if len(data) < _HEAD.size:
            raise ValueError("too short")
        magic, checksum, count, length = _HEAD.unpack_from(data)
        start = _HEAD.size
        if magic != _MAGIC or checksum != zlib.crc32(memoryview(data)[start - 8 :]):
            raise ValueError("damaged")
        if data[start : start + length] != stamp:
            raise ValueError("of another dictionary")
        self._data = data
        self._count: int = count
        self._ends: int = start + length
        self._keys = self._ends + 8 * count
        self._values = self._keys + (self._end(count - 1) if count else 0)

    def __len__(self) -> int:
        return self._count

    def find(self, key: str) -> Senses:
        """What is known of a stem or lemma; nothing: it is not in the dictionary."""
        wanted = key.encode("utf-8", "surrogatepass")
        place = bisect_left(_Keys(self), wanted)
        if place == self._count or self.key(place) != wanted:
            return []
        start = self._end(self._count + place - 1) if place else 0
        value = self._data[self._values + start : self._values + self._end(self._count + place)]
        return msgspec.msgpack.decode(value, type=Senses)

    def key(self, place: int) -> bytes:
        start = self._end(place - 1) if place else 0
        return self._data[self._keys + start : self._keys + self._end(place)]

    def _end(self, number: int) -> int:
        start = self._ends + 4 * number
        return int.from_bytes(self._data[start : start + 4], "little")


class _Keys(Sequence[bytes]):
    """The keys as bisect wants them."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    def __len__(self) -> int:
        return len(self._compiled)

    def __getitem__(self, place: int) -> bytes:  # type: ignore[override]
        return self._compiled.key(place)


def cache_folder() -> Path:
    """Where compiled dictionaries are kept: $XDG_CACHE_HOME, or where the system has what can be made again."""
    given = os.environ.get("XDG_CACHE_HOME")
    if given and Path(given).is_absolute():
        folder = Path(given)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Caches"
    else:
        folder = Path.home() / ".cache"
    return folder / "searchlib" / "dictionaries"


def load(path: Path, files: Iterable[Path], read: Callable[[], Iterator[Entry]]) -> Compiled:
    """The dictionary at a path, from the cache when it is there as `files` are now, else from the entries that `read` gives. Raises BilingualError."""
    stamp = _stamp(files)
    from hashlib import sha256

    try:
        kept = cache_folder() / f"{path.stem[:40]}-{sha256(os.fsencode(path.absolute())).hexdigest()[:16]}"
    except RuntimeError:  # there is no home
        return Compiled(_compile(read(), stamp), stamp)
    with suppress(OSError, ValueError):
        return Compiled(kept.read_bytes(), stamp)
    data = _compile(read(), stamp)
    with suppress(OSError):  # what cannot be kept is made again the next time
        _keep(kept, data)
    return Compiled(data, stamp)


def _stamp(files: Iterable[Path]) -> bytes:
    about = []
    for file in files:
        try:
            status = file.stat()
        except OSError as error:
            raise BilingualError(file, f"cannot be read: {error.strerror or error}") from error
        about.append([str(file.absolute()), status.st_size, status.st_mtime_ns])
    return json.dumps([VERSION, ANALYSIS, about]).encode()


def _keep(path: Path, data: bytes) -> None:
    from tempfile import NamedTemporaryFile

    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(data)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise


def weight_of(rank: int, place: int) -> float:
    """How much a translation counts, from the rank of its sense and its place there, both from 0: the most common come first."""
    return 1 / ((1 + _LATER * rank) * (1 + _LATER * place))


def _compile(entries: Iterable[Entry], stamp: bytes) -> bytes:
    """The file of a dictionary.

    A word of a translation of several words counts for its share of them; stop words are left out on both sides.
    """
    found: dict[str, dict[str, dict[str, int]]] = {}
    analyzer = Analyzer()
    words: dict[str, tuple[str, ...]] = {}
    terms: dict[str, tuple[str, ...]] = {}

    def words_of(text: str) -> tuple[str, ...]:
        known = words.get(text)
        if known is None:
            known = words[text] = _words(analyzer, text)
        return known

    def add(source: str, form: str, target: str, weight: int) -> None:
        keys = terms.get(source)
        if keys is None:
            keys = terms[source] = analyzer.analyze(source).terms
        for key in keys:
            senses = found.setdefault(key, {}).setdefault(form, {})
            senses[target] = max(senses.get(target, 0), weight)

    for entry in entries:
        heads = words_of(entry.headword)
        for sense in entry.senses:
            for place, translation in enumerate(sense.translations):
                targets = words_of(translation)
                weight = 100 * weight_of(sense.rank, place)
                for head in heads:
                    for target in targets:
                        if len(heads) == 1:
                            add(head, head, target, round(weight / len(targets)))
                        if len(targets) == 1:
                            add(target, "", head, round(weight / len(heads)))
    return _file(found, stamp)


def _words(analyzer: Analyzer, text: str) -> tuple[str, ...]:
    """The words of a headword or a translation, those with a hyphen as they are, without stop words."""
    forms: list[str] = []
    behind = -1
    for token in analyzer.tokens(text):
        if token.start < behind:
            continue  # a part of the one before
        if token.whole:
            behind = token.end
        if token.form not in _STOP and len(token.form) <= _LONGEST:
            forms.append(token.form)
    return tuple(forms)


def _file(found: dict[str, dict[str, dict[str, int]]], stamp: bytes) -> bytes:
    keys: list[bytes] = []
    values: list[bytes] = []
    encode = msgspec.msgpack.Encoder().encode
    for key, senses in sorted((key.encode("utf-8", "surrogatepass"), value) for key, value in found.items()):
        keys.append(key)
        values.append(encode([(form, _first(words)) for form, words in senses.items()]))
    body = stamp + b"".join((_ends(keys), _ends(values), *keys, *values))
    counts = struct.pack("<II", len(keys), len(stamp))
    return struct.pack("<8sI", _MAGIC, zlib.crc32(counts + body)) + counts + body


def _first(words: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(((word, weight) for word, weight in words.items() if weight), key=lambda one: -one[1])[
        :_MOST_WORDS
    ]


def _ends(parts: list[bytes]) -> bytes:
    end = 0
    ends = bytearray()
    for part in parts:
        end += len(part)
        ends += end.to_bytes(4, "little")
    return bytes(ends)

"""How are the files of a dictionary read, packed or not, whatever is in them? All at once, up to a size that no dictionary has."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from searchlib.errors import BilingualError

__all__ = ["MOST_BYTES", "Budget", "decoded", "parts", "read_file"]

MOST_BYTES: Final = 256 << 20
"""Of one file, unpacked: the largest dictionaries of words have a tenth of it."""

_GZIP = b"\x1f\x8b"


class Budget:
    """Bounds what is read when headwords share articles: those of a made-up index may all have the whole text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MOST_BYTES

    def spend(self, size: int) -> None:
        """Raises BilingualError when articles have become more than a file may hold."""
        self._left -= size
        if self._left < 0:
            raise BilingualError(self._path, f"its articles are more than {MOST_BYTES >> 20} MB")


def parts(path: Path) -> tuple[Path, ...]:
    """The files of a dictionary, from the one that names it: its .index, .ifo or .tei. Raises BilingualError."""
    if not path.is_file():
        raise BilingualError(path, "there is no such file")
    if path.suffix == ".index":
        return path, _beside(path, ".dict.dz", ".dict")
    if path.suffix == ".ifo":
        return path, _beside(path, ".idx", ".idx.gz"), _beside(path, ".dict", ".dict.dz")
    if path.name.endswith((".tei", ".tei.gz")):
        return (path,)
    raise BilingualError(
        path, "a dictionary is named by its .index (DICT), .ifo (StarDict) or .tei (FreeDict)"
    )


def _beside(path: Path, *endings: str) -> Path:
    """The file with the same name and the first of these endings that there is."""
    for ending in endings:
        file = path.with_name(path.stem + ending)
        if file.is_file():
            return file
    names = " nor ".join(path.stem + ending for ending in endings)
    raise BilingualError(path, f"there is neither {names} beside it")


def read_file(path: Path) -> bytes:
    """The content of a file, unpacked when it is gzip, which dictzip is. Raises BilingualError."""
    import gzip
    import zlib

    try:
        with path.open("rb") as file:
            head = file.read(2)
            file.seek(0)
            if head != _GZIP:
                data = file.read(MOST_BYTES + 1)
            else:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    data = unpacked.read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BilingualError(path, f"cannot be unpacked ({error})") from error
    except OSError as error:
        raise BilingualError(path, f"cannot be read: {error.strerror or error}") from error
    if len(data) > MOST_BYTES:
        raise BilingualError(path, f"holds more than {MOST_BYTES >> 20} MB, which no dictionary does")
    return data


def decoded(data: bytes) -> str:
    """UTF-8, else KOI8-R, which every byte is."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("koi8-r")

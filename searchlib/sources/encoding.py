"""In which encoding is this text?

UTF-8 unless the bytes say otherwise. UTF-16 is told by its byte order mark, or by the zero bytes that it puts between
ASCII characters. Windows-1251 has no mark at all; Russian in it is told by its letters: they come in runs, the common
ones are common, and capitals begin words. KOI8-R fails that test by its letters, Western European text by its runs, and
damaged UTF-8 by its signs that are no letters.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

__all__ = ["decode", "looks_binary", "looks_cp1251", "utf16_kind"]

SAMPLE: Final = 1 << 16  # bytes: what a guess is made from
COMMON: Final = frozenset("оеаинтсрвл")  # 62 in 100 letters of Russian; of KOI8-R read as cp1251 they are about 33
LETTERS: Final = "а-яА-ЯёЁіІїЇєЄґҐўЎ"
CYRILLIC = re.compile(f"[{LETTERS}]")
RUN = re.compile(f"[{LETTERS}]+")
TOUCHING = re.compile(f"[A-Za-z][{LETTERS}]|[{LETTERS}][A-Za-z]")
RISING = re.compile("[а-яёіїєґў][А-ЯЁІЇЄҐЎ]")  # a capital in the middle of a word
STRANGE = re.compile(f"[^\\x00-\\x7f{LETTERS}«»„“”‘’–—…№\\xa0°§©®™•·±€]")
CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"


def decode(data: bytes, *, cp1251: bool = False) -> str:
    """The text of a line or a file in UTF-8, or else in windows-1251 when it looks like that.

    cp1251: the rest of the file is known to be in windows-1251, so that a line too short to tell is as well.
    Raises ValueError, with a message fit for the user.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if cp1251 or looks_cp1251(data[:SAMPLE]):
            try:
                return data.decode("cp1251")
            except UnicodeDecodeError:  # the one byte that windows-1251 leaves out
                pass
        raise ValueError(
            f"neither UTF-8 nor Russian in windows-1251 (byte {error.start + 1} is 0x{data[error.start]:02x})"
        ) from None


def looks_cp1251(data: bytes) -> bool:
    """Whether these bytes, which are not UTF-8, are Cyrillic in windows-1251; False when there is too little to tell."""
    text = data.decode("cp1251", "replace")
    letters = CYRILLIC.findall(text)
    count = len(letters)
    if count < 6:
        return False
    runs = RUN.findall(text)
    common = sum(letter in COMMON for letter in text.lower() if letter in _LOWER)
    return (
        len(STRANGE.findall(text)) * 20 <= count
        and count >= 3 * len(runs)
        and len(TOUCHING.findall(text)) * 5 <= len(runs)
        and len(RISING.findall(text)) * 5 <= len(runs)
        and common * 100 >= count * (50 if count >= 40 else 40)
    )


def utf16_kind(sample: bytes) -> str | None:
    """The codec of text in UTF-16, "utf-16-le" or "utf-16-be", by the file's first bytes; None when it is not that."""
    if sample.startswith(codecs.BOM_UTF16_LE) and not sample.startswith(codecs.BOM_UTF32_LE):
        return "utf-16-le"
    if sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = sample[: min(len(sample), 4096) & ~1]
    for codec, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        # ASCII and Cyrillic have a zero or a 4 for their high byte, and no ASCII character of a text is a zero
        if high and b"\0" not in low and high.count(0) * 8 >= len(high):
            plain = high.count(0) + high.count(4) + high.count(0x20)  # and punctuation such as dashes and №
            if plain * 10 >= len(high) * 9 and not looks_binary(low.translate(None, b"\x04")[:0] + _ascii(high, low)):
                return codec
    return None


def looks_binary(sample: bytes) -> bool:
    """Whether the first bytes of a file that is not UTF-16 are no text at all: zero bytes or many control characters."""
    sample = sample[:8192]
    return b"\0" in sample or (len(sample) - len(sample.translate(None, CONTROLS))) * 20 > len(sample)


def _ascii(high: bytes, low: bytes) -> bytes:
    return bytes(second for first, second in zip(high, low, strict=False) if first == 0)


_LOWER: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў")

"""In which encoding is this text?

UTF-8 unless the bytes say otherwise. UTF-16 is told by its byte order mark, or by the zero bytes that it puts
between ASCII characters. Windows-1251 has no mark at all; Russian in it is told by its letters: they come in
runs, the common ones are common, and capitals begin words. KOI8-R fails that test by its letters, Western
European text by its runs, and damaged UTF-8 by its signs that are no letters.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

__all__ = ["decode", "looks_binary", "looks_cp1251", "utf16_kind"]

SAMPLE: Final = 1 << 16  # bytes: what a guess is made from
COMMON: Final = "оеаинтсрвл"  # 62 in 100 letters of Russian, about 33 in a wrong reading of it
RIVALS: Final = ("koi8-r", "iso8859-5")  # they read letters as letters too
LETTERS: Final = "а-яА-ЯёЁіІїЇєЄґҐўЎ"
CYRILLIC = re.compile(f"[{LETTERS}]")
SMALL = re.compile("[а-яё]")
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
    """Whether bytes that are not UTF-8 are Cyrillic in windows-1251; False when there is too little to
    tell."""
    text = data.decode("cp1251", "replace")
    count = len(CYRILLIC.findall(text))
    if count < 6:
        return False
    runs = len(RUN.findall(text))
    score = _score(text)
    return (
        len(STRANGE.findall(text)) * 20 <= count
        and count * 2 >= runs * 5
        and len(TOUCHING.findall(text)) * 5 <= runs
        and len(RISING.findall(text)) * 5 <= runs
        and score * 100 >= count * 40
        and all(score > _score(data.decode(rival, "replace")) for rival in RIVALS)
    )


def _score(text: str) -> float:
    """How Russian these letters are: the common ones count, and a little that most letters are small ones."""
    return sum(map(text.lower().count, COMMON)) + len(SMALL.findall(text)) / 12


def utf16_kind(sample: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" when the first bytes of a file are text in UTF-16, else None."""
    if sample.startswith(codecs.BOM_UTF16_LE) and not sample.startswith(codecs.BOM_UTF32_LE):
        return "utf-16-le"
    if sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = sample[: min(len(sample), 4096) & ~1]
    even, odd = sample[::2], sample[1::2]
    for codec, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        zeros = high.count(0)
        # an eighth or more of the characters are ASCII, and most of all are that, Cyrillic, dashes or quotes
        likely = zeros + high.count(4) + high.count(0x20)
        if zeros and zeros * 8 >= len(high) and likely * 5 >= len(high) * 4:
            ascii_characters = bytes(second for first, second in zip(high, low, strict=True) if first == 0)
            if b"\0" not in ascii_characters and not looks_binary(ascii_characters):
                return codec
    return None


def looks_binary(sample: bytes) -> bool:
    """Whether the first bytes of a file that is not UTF-16 are no text at all, by the share of control
    characters.

    A few of them, as damage leaves in a text, do not make it binary.
    """
    sample = sample[:8192]
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    return controls > 3 and controls * 50 > len(sample)

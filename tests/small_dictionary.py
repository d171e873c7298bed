"""Small made-up dictionaries of two languages, written as those that people install."""

from __future__ import annotations

import gzip
from pathlib import Path

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def base64(number: int) -> str:
    """As a DICT index writes a number."""
    digits = ""
    while number or not digits:
        digits = DIGITS[number % 64] + digits
        number //= 64
    return digits


def write_dict(
    folder: Path, articles: dict[str, str], *, packed: bool = True, encoding: str = "utf-8"
) -> Path:
    """The .index of a DICT dictionary with these articles by headword."""
    text, lines = b"", b""
    for headword, article in articles.items():
        data = article.encode(encoding)
        lines += headword.encode(encoding) + f"\t{base64(len(text))}\t{base64(len(data))}\n".encode()
        text += data
    path = folder / "own.index"
    path.write_bytes(lines)
    (folder / f"own.dict{'.dz' if packed else ''}").write_bytes(gzip.compress(text) if packed else text)
    return path

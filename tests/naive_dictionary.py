"""The oracle for dictionaries of terms and forms: every entry read in plain Python, as the format is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

BLOCK = 16


@dataclass
class Entry:
    """A key with what its dictionary says of it; the places are relative to the sections postings and positions."""

    key: bytes
    df: int = 0
    postings: tuple[int, int] = (0, 0)
    positions: tuple[int, int] = (0, 0)
    stop: bool = False
    terms: list[int] = field(default_factory=list)


def read_dictionary(section: bytes, count: int, *, terms: bool) -> list[Entry]:
    """All entries in order; terms: whether it is the dictionary of terms, not of forms."""
    entries: list[Entry] = []
    blocks = -(-count // BLOCK)
    limit = len(section) - 4 * blocks
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = section[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    for ordinal in range(count):
        if ordinal % BLOCK == 0:
            start = limit + 4 * (ordinal // BLOCK)
            assert at == int.from_bytes(section[start : start + 4], "little")
            postings, positions = (number(), number()) if terms else (0, 0)
            key = b""
        shared = number()
        size = number()
        key = key[:shared] + section[at : at + size]
        at += size
        if terms:
            entry = Entry(key, number())
            entry.postings = (postings, number())
            entry.positions = (positions, number())
            postings += entry.postings[1]
            positions += entry.positions[1]
        else:
            code = number()
            entry = Entry(key, stop=bool(code & 1), terms=[number() for _ in range(code >> 1)])
        entries.append(entry)
    assert at == limit
    return entries

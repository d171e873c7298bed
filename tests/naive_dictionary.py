"""The oracle for terms and forms: every entry read in plain Python, as dictionary.h, forms.h and keys.h write them down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BLOCK = 32


@dataclass
class Term:
    """A term with what its dictionary says of it.

    varied: symbols of its form codes, 0 when it has none.
    postings, positions: where its lists are, as (offset, length) in the sections of these names; of a term that occurs
    once there, and once says where in the section of terms its lists are: postings from, positions from, their end.
    """

    key: bytes
    df: int = 0
    varied: int = 0
    postings: tuple[int, int] = (0, 0)
    positions: tuple[int, int] = (0, 0)
    once: tuple[int, int, int] | None = None


@dataclass
class Form:
    """A form with the ordinals of its terms; code: in its first term, None when that is not varied."""

    key: bytes
    stop: bool
    terms: list[int]
    code: int | None = None


class Bytes:
    """Numbers read one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(self, n: int) -> bytes:
        self.at += n
        return self.data[self.at - n : self.at]

    def u32(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 4], "little")


def key_of(word: str) -> bytes:
    """How dictionaries spell a word: Russian letters in one byte each."""
    return b"".join(bytes([0x50 + ord(c) & 0xFF]) if "а" <= c <= "я" else c.encode() for c in word)


def read_terms(section: bytes, count: int) -> list[Term]:
    """All terms in order."""
    terms: list[Term] = []
    data = Bytes(section)
    limit = len(section) - 4 * -(-count // BLOCK)
    postings = positions = 0
    key = b""
    for ordinal in range(count):
        if ordinal % BLOCK == 0:
            assert data.at == data.u32(limit + 4 * (ordinal // BLOCK))
            assert (data.varint(), data.varint()) == (postings, positions)
            key = b""
        lengths = data.byte()
        shared, added = lengths & 15, lengths >> 4 & 7
        shared += data.varint() if shared == 15 else 0
        added += data.varint() if added == 7 else 0
        key = key[:shared] + data.take(added)
        if lengths & 0x80:
            start = data.at
            document = data.varint()
            assert document % 2 == 0
            middle = data.at
            data.varint()
            terms.append(Term(key, 1, 0, (postings, 0), (positions, 0), (start, middle, data.at)))
        else:
            df, has_codes = divmod(data.varint(), 2)
            varied = data.varint() + 2 if has_codes else 0
            term = Term(key, df, varied, (postings, data.varint()), (positions, data.varint()))
            postings += term.postings[1]
            positions += term.positions[1]
            terms.append(term)
    assert data.at == limit
    return terms


def read_forms(section: bytes, endings: bytes, count: int, terms: Sequence[Term]) -> list[Form]:
    """All forms in order."""
    forms: list[Form] = []
    data = Bytes(section)
    limit = len(section) - 4 * -(-count // BLOCK)
    first = 0

    def step(ordinal: int, code: int) -> int:
        return ordinal - (code >> 1) - 1 if code & 1 else ordinal + (code >> 1)

    for number in range(count):
        head = None
        if number % BLOCK == 0:
            assert data.at == data.u32(limit + 4 * (number // BLOCK))
            head = data.take(data.varint())
            first = data.varint()
        flags = data.varint()
        same, other, inflected = flags >> 2 & 1, flags >> 1 & 1, flags & 1
        ending = Bytes(b"\0")
        if inflected:
            table = Bytes(endings)
            at = 4 * data.varint()
            ending = Bytes(endings[table.u32(at) : table.u32(at + 4)])
        readings, stop = divmod(data.varint(), 2) if other else (1, 0)
        found: list[int] = []
        if readings:
            assert same or flags >> 3
            first = first if same else step(first, flags >> 3)
            found.append(first)
            while len(found) < readings:
                found.append(step(found[-1], data.varint()))
        whole = terms[first].key if readings else b""
        cut = ending.varint()
        key = whole[: len(whole) - cut] + ending.data[ending.at :]
        assert head in (None, key)
        rank = flags >> 3 if same else None
        if readings and terms[first].varied:
            rank = rank if same else data.varint()
        else:
            assert not rank
            rank = None
        forms.append(Form(key, bool(stop), found, rank))
    assert data.at == limit
    return forms


def peak_bound(peak: int) -> float:
    """The frequency that a bound of peaks.h stands for: eight steps to a doubling, the first of them 1/8."""
    if peak in (0, 255):
        return math.inf if peak else 0.0
    doublings, steps = divmod(peak - 1, 8)
    return math.ldexp(1 + steps / 8, doublings - 3)

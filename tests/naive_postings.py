"""The oracle for positions: a term's list read in plain Python, as postings.h writes it down."""

from __future__ import annotations

from collections.abc import Sequence

from naive_dictionary import Bytes

FEW, BLOCK = 4, 128


def _bits(data: bytes) -> list[int]:
    return [byte >> bit & 1 for byte in data for bit in range(8)]


def _packed(data: bytes, n: int, width: int) -> list[int]:
    """n numbers of `width` bits: a string of bits, or four strings of 32-bit words interleaved when n is 128."""
    lanes = [data]
    if n == BLOCK:
        words = [data[at : at + 4] for at in range(0, len(data), 4)]
        lanes = [b"".join(words[lane::4]) for lane in range(4)]
    numbers = []
    for i in range(n):
        bits = _bits(lanes[i % len(lanes)])
        at = i // len(lanes) * width
        numbers.append(sum(bit << k for k, bit in enumerate(bits[at : at + width])))
    return numbers


def _rice(data: Bytes, total: int) -> list[int]:
    """The next numbers, in sub-blocks."""
    values: list[int] = []
    while len(values) < total:
        n = min(BLOCK, total - len(values))
        if n < FEW:
            values += [data.varint() for _ in range(n)]
            continue
        width = data.byte()
        low = _packed(data.take(16 * width if n == BLOCK else (n * width + 7) // 8), n, width)
        start, rest = data.at, 0
        rests: list[int] = []
        while len(rests) < n:
            for bit in _bits(data.take(1)):
                if len(rests) == n:
                    assert not bit
                elif bit:
                    rests.append(rest)
                    rest = 0
                else:
                    rest += 1
        assert data.at - start == (sum(rests) + n + 7) // 8
        values += [rest << width | bits for rest, bits in zip(rests, low, strict=True)]
    return values


def read_places(
    section: bytes, counts: Sequence[int], varied: bool
) -> tuple[list[list[int]], list[list[int]]]:
    """The positions in each document of a term, given how many there are; and, when it is varied, their codes."""
    data = Bytes(section)
    places: list[list[int]] = []
    codes: list[list[int]] = []
    for first in range(0, len(counts), BLOCK):
        block = counts[first : first + BLOCK]
        values = _rice(data, sum(block))
        forms = _rice(data, sum(block)) if varied else []
        for count in block:
            at = -1
            document = []
            for value in values[:count]:
                at += value + 1
                document.append(at)
            places.append(document)
            del values[:count]
            if varied:
                codes.append(forms[:count])
                del forms[:count]
    assert data.at == len(section)
    return places, codes

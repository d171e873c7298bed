"""The oracle for near-duplicates: the signature of a document, word for word from signature.h, and its shingles as pairs of words."""

from __future__ import annotations

from collections.abc import Sequence

from searchlib.language._tokens import tokenize

_ALL = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4 = 0x85EBCA77C2B2AE63
BINS, FEW = 32, 8


def _mix(h: int) -> int:
    h = (h ^ h >> 32) * _P2 & _ALL
    h = (h ^ h >> 29) * _P3 & _ALL
    return h ^ h >> 32


def _hash(form: str) -> int:
    """Of a form filled up with zeros to eight bytes, as 32 bits."""
    data = form.encode()
    data += bytes(-len(data) % 8)
    h = len(data) * _P1 & _ALL
    for at in range(0, len(data), 8):
        h = (h ^ int.from_bytes(data[at : at + 8], "little")) * _P2 & _ALL
        h = (h << 29 | h >> 35) & _ALL
    h = h * _P1 & _ALL
    return (h >> 32 ^ h) & 0xFFFFFFFF


def words(text: str) -> list[str]:
    """Without hyphenated wholes."""
    return [token[0] for token in tokenize(text) if not token[5]]


def pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Neighbours in a field, in order."""
    return [pair for text in texts for pair in zip(words(text), words(text)[1:], strict=False)]


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The Jaccard index of the pairs of words; when either has too few, 1 if the words are the same, else 0."""
    a, b = pairs(one), pairs(other)
    if len(a) < FEW or len(b) < FEW:
        same = [word for text in one for word in words(text)]
        return float(bool(same) and same == [word for text in other for word in words(text)])
    return len({*a} & {*b}) / len({*a} | {*b})


def signature(texts: Sequence[str]) -> bytes:
    found = pairs(texts)
    if len(found) < FEW:
        h = 0
        for text in texts:
            for word in words(text):
                h = _mix(((h ^ _hash(word)) * _P1 + _P4) & _ALL)
        return bytes(_mix((h + number * _P1) & _ALL) & 255 for number in range(BINS)) if h else bytes(BINS)
    least: dict[int, int] = {}
    for one, other in found:
        shingle = _mix((_hash(one) << 32 | _hash(other)) * _P1 & _ALL)
        rank = shingle // BINS
        least[shingle % BINS] = min(rank, least.get(shingle % BINS, rank))
    taken = []
    for number in range(BINS):
        chosen, tried = number, 0
        while chosen not in least:
            tried += 1
            chosen = (_mix((number << 32 | tried) * _P1 & _ALL) if tried < 256 else tried) % BINS
        taken.append(least[chosen] & 255)
    return bytes(taken)

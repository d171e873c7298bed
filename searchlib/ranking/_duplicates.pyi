from collections.abc import Callable, Sequence

from searchlib.ranking._bits import Bits
from searchlib.storage._segment import SegmentFile

class Signatures:
    def __init__(self, parts: Sequence[SegmentFile | bytes]) -> None: ...
    def alike(
        self, place: tuple[int, int], others: list[tuple[int, int]], least: int
    ) -> list[tuple[int, int]]: ...
    def among(
        self, bits: Bits, wanted: list[tuple[int, int]], least: int
    ) -> list[tuple[tuple[int, int], list[tuple[int, int]]]]: ...
    def groups(
        self,
        bits: Bits,
        least: int,
        sure: int,
        same: Callable[[tuple[int, int], tuple[int, int]], bool],
        ahead: Callable[[list[tuple[tuple[int, int], tuple[int, int]]]], None] | None = None,
    ) -> list[list[tuple[int, int]]]: ...

def signature(texts: Sequence[str]) -> bytes: ...
def shingles(texts: Sequence[str]) -> bytes: ...
def jaccard(one: bytes, other: bytes) -> float: ...

from array import array
from collections.abc import Callable

from searchlib.storage._segment import SegmentFile

class Merge:
    def __init__(
        self,
        files: list[SegmentFile],
        numbers: list[array[int]],
        lengths: list[array[int]],
        weights: list[float],
        k1: float,
        b: float,
        tokens: list[array[int]] = ...,
    ) -> None: ...
    @property
    def terms(self) -> int: ...
    @property
    def forms(self) -> int: ...
    @property
    def total_length(self) -> float: ...
    def step(self, put: Callable[[str, memoryview], None]) -> bool: ...

def merge_ids(
    files: list[SegmentFile],
    numbers: list[array[int]],
    documents: int,
    put: Callable[[str, memoryview], None],
) -> None: ...

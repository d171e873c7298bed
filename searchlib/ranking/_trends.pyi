from collections.abc import Iterable

from searchlib.ranking._bits import Bits
from searchlib.ranking._searcher import Searcher
from searchlib.storage._segment import SegmentFile

def rising(
    searcher: Searcher, first: Bits, second: Bits, least: int, surely: float
) -> list[tuple[float, str, int, int]]: ...
def likelihood(a: int, first: int, b: int, second: int) -> float: ...
def usual_forms(file: SegmentFile, terms: Iterable[str]) -> dict[str, str]: ...

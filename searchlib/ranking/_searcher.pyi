from searchlib.ranking._bits import Bits
from searchlib.storage._segment import SegmentFile

class Group:
    terms: tuple[str, ...]
    shares: tuple[float, ...]
    @property
    def dfs(self) -> tuple[int, ...]: ...
    @property
    def weights(self) -> tuple[float, ...]: ...
    def rarest(self) -> float: ...
    def tfs(self, segment: int, doc: int) -> list[tuple[int, ...]]: ...

class Occurrences:
    owner: Searcher
    df: int
    weight: float
    @staticmethod
    def of(owner: Searcher, found: list[list[tuple[int, float]]]) -> Occurrences: ...
    @staticmethod
    def of_bits(owner: Searcher, bits: Bits) -> Occurrences: ...
    def tf(self, segment: int, doc: int) -> float: ...
    def items(self) -> list[list[tuple[int, float]]]: ...

class Searcher:
    documents: tuple[int, ...]
    fields: int
    def __init__(
        self,
        segments: list[tuple[SegmentFile, bytes | None, float]],
        usual: list[float],
        k1: float,
        b: float,
        weights: list[float] | None = ...,
        *,
        table_bytes: int = ...,
        tabled_from: int = ...,
    ) -> None: ...
    @property
    def table_bytes(self) -> int: ...
    @property
    def field_weights(self) -> tuple[float, ...]: ...
    def lengths(self, segment: int, doc: int) -> tuple[float, float, float]: ...
    def group(self, terms: tuple[str, ...], shares: tuple[float, ...] | None = ...) -> Group: ...

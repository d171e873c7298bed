from searchlib.storage._segment import SegmentFile

class Deadline:
    def __init__(self, milliseconds: float) -> None: ...
    @property
    def passed(self) -> bool: ...
    def check(self) -> bool: ...

class Group:
    terms: tuple[str, ...]
    @property
    def df(self) -> int: ...

class Occurrences:
    owner: Searcher
    df: int
    weight: float
    @staticmethod
    def of(owner: Searcher, found: list[list[tuple[int, float]]]) -> Occurrences: ...
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
    ) -> None: ...
    def group(self, terms: tuple[str, ...]) -> Group: ...

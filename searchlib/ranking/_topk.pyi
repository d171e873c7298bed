from searchlib.storage._segment import SegmentFile

BUILDS: tuple[str, ...]

class Group:
    terms: tuple[str, ...]

class Searcher:
    def __init__(
        self,
        segments: list[tuple[SegmentFile, bytes | None, float]],
        weights: list[float],
        k1: float,
        b: float,
        build: str = ...,
    ) -> None: ...
    def group(self, terms: tuple[str, ...]) -> Group: ...
    def top(self, words: list[tuple[Group, float]], k: int) -> list[tuple[float, int, int]]: ...
    def count(self, groups: list[Group]) -> int: ...

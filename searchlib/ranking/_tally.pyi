from searchlib.ranking._bits import Bits
from searchlib.ranking._searcher import Occurrences, Searcher
from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormSet

BUILDS: tuple[str, ...]

class Tally:
    df: int
    weight: float
    def __init__(
        self,
        searcher: Searcher,
        forms: list[FormSet],
        *,
        fields: int = ...,
        deadline: Deadline | None = ...,
        build: str = ...,
    ) -> None: ...
    def best(self, k: int, boost: float = ...) -> list[tuple[float, int, int]]: ...
    @property
    def bits(self) -> Bits: ...
    @property
    def occurrences(self) -> Occurrences: ...

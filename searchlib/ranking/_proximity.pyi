from typing import Literal, TypeAlias

from searchlib.ranking._bits import Bits
from searchlib.ranking._occurrences import Slot
from searchlib.ranking._searcher import Searcher
from searchlib.storage._deadline import Deadline

Kind: TypeAlias = Literal["form", "ordered", "unordered"]

class Feature:
    kind: Kind
    first: int
    second: int
    weight: float
    fields: int
    condition: Bits | None

    def __init__(
        self,
        kind: Kind,
        first: int,
        second: int,
        weight: float,
        fields: int = ...,
        condition: Bits | None = ...,
    ) -> None: ...

def frequencies(
    searcher: Searcher,
    slots: list[Slot],
    features: list[Feature],
    segment: int,
    docs: list[int],
    *,
    build: str = ...,
) -> list[tuple[float, ...]]: ...
def gains(
    searcher: Searcher,
    slots: list[Slot],
    features: list[Feature],
    places: list[tuple[float, int, int]],
    deadline: Deadline | None = ...,
) -> list[float] | None: ...

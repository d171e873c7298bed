from searchlib.ranking._searcher import Group, Occurrences, Searcher
from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormSet

BUILDS: tuple[str, ...]
Slot = Group | tuple[str, ...] | list[FormSet]

def find(
    searcher: Searcher,
    slots: list[Slot],
    *,
    slop: int = ...,
    fields: int = ...,
    weight: float = ...,
    deadline: Deadline | None = ...,
    build: str = ...,
) -> Occurrences: ...
def best(
    searcher: Searcher,
    slots: list[Slot],
    k: int,
    weight: float,
    *,
    slop: int = ...,
    fields: int = ...,
    deadline: Deadline | None = ...,
    build: str = ...,
) -> list[tuple[float, int, int]]: ...
def places(searcher: Searcher, segment: int, ordinal: int) -> list[tuple[int, tuple[int, ...]]]: ...

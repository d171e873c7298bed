from searchlib.ranking._searcher import Deadline, Occurrences, Searcher
from searchlib.storage._segment import FormSet

BUILDS: tuple[str, ...]
Slot = tuple[str, ...] | list[FormSet]

def find(
    searcher: Searcher,
    slots: list[Slot],
    *,
    slop: int = ...,
    fields: int = ...,
    deadline: Deadline | None = ...,
    build: str = ...,
) -> Occurrences: ...
def places(searcher: Searcher, segment: int, ordinal: int) -> list[tuple[int, tuple[int, ...]]]: ...

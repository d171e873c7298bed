from searchlib.ranking._searcher import Deadline, Occurrences, Searcher

Slot = tuple[str, ...] | list[dict[int, tuple[int, ...] | None]]

def find(
    searcher: Searcher,
    slots: list[Slot],
    *,
    slop: int = ...,
    fields: int = ...,
    deadline: Deadline | None = ...,
) -> Occurrences: ...
def places(searcher: Searcher, segment: int, ordinal: int) -> list[tuple[int, tuple[int, ...]]]: ...

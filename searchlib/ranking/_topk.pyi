from searchlib.ranking._ages import Decay
from searchlib.ranking._bits import Bits
from searchlib.ranking._searcher import Group, Occurrences, Searcher
from searchlib.storage._deadline import Deadline

BUILDS: tuple[str, ...]

class Clause:
    group: Group | None
    occurrences: Occurrences | None
    boost: float
    fields: int
    required: bool
    condition: Bits | None
    def __init__(
        self,
        what: Group | Occurrences,
        boost: float = ...,
        fields: int = ...,
        required: bool = ...,
        condition: Bits | None = ...,
    ) -> None: ...

class Counts:
    postings: int
    windows: int
    visited: int
    blocks: int
    added: int
    ranges: int
    candidates: int
    probes: int

class Kernel:
    searcher: Searcher
    def __init__(self, searcher: Searcher, build: str = ...) -> None: ...
    def top(
        self,
        clauses: list[Clause],
        k: int,
        *,
        mask: Bits | None = ...,
        decay: Decay | None = ...,
        after: tuple[float, int, int] | None = ...,
        deadline: Deadline | None = ...,
        counts: Counts | None = ...,
    ) -> list[tuple[float, int, int]]: ...

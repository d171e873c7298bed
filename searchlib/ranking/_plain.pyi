from collections.abc import Callable

from searchlib.ranking._searcher import Group
from searchlib.ranking._topk import Clause, Kernel

def clauses_of(found: list[tuple[Group, bool]], together: bool) -> tuple[list[Clause], bool]: ...

class PlainWords:
    def __init__(self, meaning: Callable[[str], tuple[Group, bool]], kernel: Kernel) -> None: ...
    def best(self, query: str, k: int, together: bool) -> list[tuple[float, int, int]] | None: ...

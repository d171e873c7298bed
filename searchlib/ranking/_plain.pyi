from collections.abc import Callable

from searchlib.ranking._searcher import Group
from searchlib.ranking._topk import Kernel

class PlainWords:
    def __init__(self, meaning: Callable[[str], tuple[Group, bool]], kernel: Kernel) -> None: ...
    def best(self, query: str, k: int, together: bool) -> list[tuple[float, int, int]] | None: ...

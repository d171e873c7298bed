from collections.abc import Sequence

from searchlib.ranking._searcher import Group
from searchlib.ranking._topk import Clause, Kernel
from searchlib.ranking.lexicon import Lexicon

def clauses_of(found: Sequence[tuple[Group, bool]], together: bool) -> tuple[list[Clause], bool]: ...

class PlainWords:
    def __init__(self, lexicon: Lexicon, kernel: Kernel) -> None: ...
    def best(self, query: str, k: int, together: bool) -> list[tuple[float, int, int]] | None: ...

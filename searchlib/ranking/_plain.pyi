from collections.abc import Sequence

from searchlib.ranking._searcher import Group
from searchlib.ranking._topk import Clause, Kernel
from searchlib.ranking.lexicon import Lexicon
from searchlib.ranking.naming import Naming, Word

def clauses_of(
    found: Sequence[tuple[Group, bool]] | list[Word], together: bool
) -> tuple[list[Clause], bool]: ...
def grouped(query: str) -> bool: ...

class PlainWords:
    def __init__(self, lexicon: Lexicon, kernel: Kernel, naming: Naming | None) -> None: ...
    def best(self, query: str, k: int, together: bool) -> list[tuple[float, int, int]] | None: ...

"""What may a word of a query mean in the other language, and how much does each of it count?

A dictionary gives all senses of a word, each with a weight. As one group they score as the best of them; so that a rare
sense does not outweigh the usual one by its idf alone, none weighs more than the group would as one word: idf of the most frequent of its
terms, weighted (Pirkola 1998, The effects of query structure and dictionary setups, takes the idf of all together). A word of which the index
has no translation may be a name, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from math import log
from typing import TYPE_CHECKING, Final

from searchlib.bilingual.translations import Bilingual, installed
from searchlib.ranking.alternatives import Alternative

if TYPE_CHECKING:
    from searchlib.ranking._searcher import Searcher
    from searchlib.ranking.alternatives import Provider
    from searchlib.ranking.lexicon import FormTable

__all__ = ["Translations"]

_BEST: Final = 0.9  # what the first sense counts for: less than the word itself


@lru_cache(maxsize=4)
def _dictionaries(paths: tuple[str, ...]) -> Bilingual:
    """Read once for all snapshots."""
    return Bilingual(paths)


class Translations:
    """Knows what words mean in the other language, for one snapshot. Immutable; threads may share it.

    dictionaries: their paths, None for those that are installed. names: knows what stands for a word of which the index has no
    translation. The dictionaries are opened when the first word is looked up, which raises BilingualError.
    """

    def __init__(
        self,
        dictionaries: Sequence[str] | None,
        forms: FormTable,
        searcher: Searcher,
        names: Provider | None = None,
    ) -> None:
        self._paths = dictionaries
        self._forms = forms
        self._searcher = searcher
        self._names = names
        self._documents = sum(searcher.documents)

    @cached_property
    def _bilingual(self) -> Bilingual:
        paths = map(str, installed()) if self._paths is None else self._paths
        return _dictionaries(tuple(paths))

    def alternatives(self, form: str, terms: tuple[str, ...]) -> Iterable[Alternative]:
        """As of a Provider."""
        weights: dict[str, float] = {}
        for word, weight in self._bilingual.translations(form):
            for term in self._forms.analyze(word).terms:
                weights[term] = max(weight, weights.get(term, 0.0))
        dfs = self._searcher.group(tuple(weights)).dfs
        found = [(*one, df) for one, df in zip(weights.items(), dfs, strict=True) if df]
        if not found:
            return () if self._names is None else self._names.alternatives(form, terms)
        together = self._idf(max(weight * df for _, weight, df in found))
        return [
            Alternative(term, _BEST * weight * min(1.0, together / self._idf(df)))
            for term, weight, df in found
        ]

    def _idf(self, df: float) -> float:
        return log(1 + (self._documents - df + 0.5) / (df + 0.5))

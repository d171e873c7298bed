"""What else may a name be called? An index's table of synonyms, asked about the words of a query.

One word joins the group of the word that was asked; several are a phrase beside it. Which names there are, and when capitals matter,
searchlib/language/synonyms.py says.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from searchlib.ranking.alternatives import Alternative

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.language.synonyms import Member, Run, Synonyms

__all__ = ["SHARE", "KnownNames", "shouted"]

SHARE: Final = 0.8
"""What a synonym counts, of what it would count had it been asked."""

_MEMO: Final = 5_000  # words whose other names are kept at hand


class KnownNames:
    """The names of one index. Immutable but for what it reads when it is first asked; threads may share it."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._beside: dict[tuple[tuple[str, ...], bool], list[Member]] = {}

    @classmethod
    def of(cls, definition: Definition) -> KnownNames | None:
        """None when the index is to have none."""
        return cls(definition) if definition.acronyms or definition.synonyms else None

    @cached_property
    def _synonyms(self) -> Synonyms:
        definition = self._definition
        return _synonyms(definition.acronyms, definition.synonyms, definition.languages)

    def alternatives(self, form: str, terms: tuple[str, ...]) -> list[Alternative]:
        """As of a Provider: the single words that a word may be written as instead."""
        if not self._synonyms.knows(terms):
            return []
        return [Alternative(term, SHARE) for one in self._synonyms.of(terms) for term in one.terms]

    def knows(self, terms: Sequence[str]) -> bool:
        """Is a word with these terms a name, or the first word of one?"""
        return self._synonyms.knows(terms)

    def beside(self, terms: Sequence[str], capitals: bool) -> Sequence[Member]:
        """What a word may be called that cannot join its group. capitals: was it typed in capitals that say something?"""
        key = (tuple(terms), capitals)
        found = self._beside.get(key)
        if found is None:
            found = [one for one in self._synonyms.of(terms) if not one.terms]
            if capitals:
                found += self.in_capitals(terms)
            if len(self._beside) >= _MEMO:
                self._beside.clear()
            self._beside[key] = found
        return found

    def in_capitals(self, terms: Sequence[str]) -> list[Member]:
        """What a word means only when it is typed in capitals."""
        return self._synonyms.in_capitals(terms)

    def follow(self, terms: Sequence[str]) -> frozenset[str] | None:
        """The terms of the words that may come second in a name that a word with these terms begins; None when it begins none."""
        return self._synonyms.follow(terms) or None

    def runs(self, words: Sequence[Sequence[str]], capitals: Sequence[bool]) -> list[Run]:
        """The names of several words among words side by side, given by their terms. capitals: as of beside(), by word."""
        return self._synonyms.runs(words, capitals)


def shouted(query: str) -> bool:
    """Do capitals say nothing, since several words are there and all in capitals?"""
    return query.isupper() and len(query.split()) > 1


@lru_cache(8)
def _synonyms(acronyms: bool, lines: tuple[str, ...], languages: tuple[str, ...]) -> Synonyms:
    from searchlib.language import Analyzer
    from searchlib.language.analyzer import LANGUAGES
    from searchlib.language.synonyms import Synonyms, own, shipped, shipped_for

    analyze = Analyzer(languages).analyze
    tables = []
    if acronyms:
        tables.append(shipped() if set(languages) == set(LANGUAGES) else shipped_for(analyze))
    if lines:
        tables.append(own(lines, analyze))
    return Synonyms(tables)

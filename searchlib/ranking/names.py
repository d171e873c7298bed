"""What else may a name be called? An index's table of synonyms, asked about the words of a query.

One word joins the group of the word that was asked; several are a phrase beside it. Which names there are, and when capitals matter,
searchlib/language/synonyms.py says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.language.analyzer import Analysis
    from searchlib.language.synonyms import Member, Run, Synonyms
    from searchlib.query.words import Tokens

__all__ = ["SHARE", "Names", "shouted"]

SHARE: Final = 0.8
"""What a synonym counts, of what it would count had it been asked."""

BESIDE: Final = 1
BEGINS: Final = 2


class Names:
    """The names of one index. Immutable but for what it reads when it is first asked; threads may share it.

    analyze: the terms of a form, as the index has them.
    """

    def __init__(self, definition: Definition, analyze: Callable[[str], Analysis]) -> None:
        self._definition = definition
        self._analyze = analyze

    @classmethod
    def of(cls, definition: Definition, analyze: Callable[[str], Analysis]) -> Names | None:
        """None when the index is to have none."""
        return cls(definition, analyze) if definition.acronyms or definition.synonyms else None

    @cached_property
    def _synonyms(self) -> Synonyms:
        definition = self._definition
        return _synonyms(definition.acronyms, definition.synonyms, definition.languages)

    def joining(self, terms: Sequence[str]) -> tuple[str, ...]:
        """The terms of the single words that a word with these terms may be written as instead."""
        joining = {term: None for one in self._synonyms.of(terms) for term in one.terms}
        return tuple(term for term in joining if term not in terms)

    def beside(self, form: str, capitals: bool) -> list[Member]:
        """What a form may be called that cannot join its group. capitals: was it typed in capitals that say something?"""
        terms = self._analyze(form).terms
        found = [one for one in self._synonyms.of(terms) if not one.terms]
        return found + self._synonyms.in_capitals(terms) if capitals else found

    def mark(self, form: str, written: str) -> int:
        """BESIDE: a word has something beside its group; BEGINS: it is the first of a longer name; 0: neither."""
        if self.beside(form, written.isupper()):
            return BESIDE
        return BEGINS if self._synonyms.begins(self._analyze(form).terms) else 0

    def runs(self, forms: Sequence[str], capitals: Sequence[bool]) -> list[Run]:
        """The names of several words among forms side by side. capitals: as of beside(), by form."""
        return self._synonyms.runs([self._analyze(form).terms for form in forms], capitals)

    def plain(self, query: str, tokens: Tokens) -> bool:
        """Are the words of a query, which has nothing else, no more than the groups of each?"""
        marks = [self.mark(token[0], query[token[1] : token[2]]) for token in tokens]
        if BESIDE in marks:
            return False
        forms = [token[0] for token in tokens if not token[5]]
        return BEGINS not in marks or not self.runs(forms, [True] * len(forms))


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

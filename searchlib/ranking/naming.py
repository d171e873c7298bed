"""Where are the other names of a name to be looked for? As phrases and words beside those that were asked.

A phrase that is another name weighs no more than the word that was asked: it counts as that word would, not as the sum of its own.
What documents have such a phrase is kept, as if it were a term: the names of a table are few, and some of them are asked all the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.ranking._matches import group_bits, occurrence_bits
from searchlib.ranking._searcher import Group
from searchlib.ranking.execution import Lookup
from searchlib.ranking.known_names import SHARE, KnownNames
from searchlib.ranking.lexicon import Phrase

if TYPE_CHECKING:
    from searchlib.language.synonyms import Member
    from searchlib.query.words import Tokens
    from searchlib.ranking._bits import Bits
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.storage._deadline import Deadline

__all__ = ["Beside", "Naming", "Word"]

_KEPT: Final = 256  # phrases
_KEPT_SETS: Final = 32  # of documents with a word or another name: a bit a document
_KEPT_DOCUMENTS: Final = 4_000_000  # of all of them together: 8 bytes each


class Beside(NamedTuple):
    """Another name. boost: SHARE, and of a phrase what keeps it from weighing more than the word that was asked."""

    what: Group | Phrase
    label: str
    boost: float

    def lookup(self, boost: float, fields: int) -> Lookup:
        return Lookup(self.what, self.label, boost=self.boost * boost, fields=fields, terms=self.what.terms)


class Word(NamedTuple):
    """What a word of a plain query means. follow: terms of words that may go on a name that it begins. terms: its own."""

    group: Group
    stop: bool
    beside: tuple[Beside, ...] = ()
    follow: frozenset[str] | None = None
    terms: tuple[str, ...] = ()
    form: str = ""
    capitals: bool = False  # it means something else when capitals say something


class Naming:
    """The other names of words, on one snapshot under one weighting. Threads may share it."""

    def __init__(self, lexicon: Lexicon, names: KnownNames) -> None:
        self._lexicon = lexicon
        self.names = names
        self._kept: dict[tuple[str, ...], Phrase | None] = {}
        self._documents = 0  # of the phrases that are kept
        self._either: dict[str, Bits] = {}

    def word(self, form: str, written: str) -> Word:
        """A word that stands by itself."""
        group, stop = self._lexicon.meaning(form)
        terms = self._lexicon.forms.analyze(form).terms
        if not self.names.knows(terms):
            return Word(group, stop, terms=terms)
        capitals = written.isupper() and bool(self.names.in_capitals(terms))
        beside = () if stop else tuple(self.beside_word(form, capitals=False))
        return Word(group, stop, beside, self.names.follow(terms), terms, form, capitals)

    def either(self, word: Word) -> Bits:
        """The documents with a word or one of its other names."""
        bits = self._either.get(word.form)
        if bits is None:
            bits = group_bits(word.group, 0)
            for one in word.beside:
                assert not isinstance(one.what, Group)
                bits = bits | occurrence_bits(one.what.occurrences)
            if len(self._either) >= _KEPT_SETS:
                self._either.clear()
            self._either[word.form] = bits
        return bits

    def plain(self, query: str, tokens: Tokens, together: bool) -> list[Word] | None:
        """What the words of a query that has nothing else mean; None when it takes more than each by itself. together: all are needed."""
        words = [self.word(token[0], query[token[1] : token[2]]) for token in tokens]
        return None if self.more(words, together) or self._has_run(words, tokens) else words

    def more(self, words: Sequence[Word], together: bool) -> bool:
        """Is there one that a list of clauses cannot say?"""
        return any(word.capitals or (together and word.beside) for word in words)

    def _has_run(self, words: Sequence[Word], tokens: Tokens) -> bool:
        parts = [word for word, token in zip(words, tokens, strict=True) if not token[5]]
        return self.is_run(parts)

    def is_run(self, words: Sequence[Word]) -> bool:
        """Is there a name of several words among words side by side, however they are written?"""
        return bool(self.names.runs([word.terms for word in words], [True] * len(words)))

    def beside_word(
        self, form: str, *, capitals: bool, fields: int = 0, deadline: Deadline | None = None
    ) -> list[Beside]:
        """What a form may be called that is not in its group. capitals: was it typed in capitals that say something?"""
        members = self.names.beside(self._lexicon.forms.analyze(form).terms, capitals)
        if not members:
            return []
        return self.beside(members, self._lexicon.own(form)[0].rarest(), fields, deadline)

    def beside(
        self, members: Sequence[Member], most: float, fields: int, deadline: Deadline | None
    ) -> list[Beside]:
        """most: what a phrase weighs at most; 0: no limit."""
        found = []
        terms = [term for one in members for term in one.terms]
        if terms:
            group = self._lexicon.group(dict.fromkeys(terms, 1.0))
            if any(group.dfs):
                found.append(Beside(group, next(one.words[0] for one in members if one.terms), SHARE))
        for one in members:
            phrase = None if one.terms else self._phrase(one.words, fields, deadline)
            if phrase is not None:
                share = min(1.0, most / phrase.weight) if most > 0 else 1.0
                found.append(Beside(phrase, f'"{" ".join(one.words)}"', SHARE * share))
        return found

    def _phrase(self, words: tuple[str, ...], fields: int, deadline: Deadline | None) -> Phrase | None:
        """The words of a name side by side; None when no document has them."""
        if fields:
            return self._lexicon.name(words, fields, deadline)
        if words in self._kept:
            return self._kept[words]
        phrase = self._lexicon.name(words, 0, deadline)
        if phrase is not None:
            found = phrase.occurrences
            if deadline is not None and deadline.passed:
                return phrase
            if not found.df:
                phrase = None
            else:
                self._documents += found.df
        if len(self._kept) >= _KEPT or self._documents > _KEPT_DOCUMENTS:
            self._kept.clear()
            self._documents = 0
        self._kept[words] = phrase
        return phrase

"""What can be guessed of a query from the words of an index: what was meant by it, and what it may become."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from searchlib.language._tokens import tokenize
from searchlib.ranking.bonds import bond

if TYPE_CHECKING:
    from collections.abc import Callable

    from searchlib.definitions import Definition
    from searchlib.ranking._searcher import Group
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.vocabulary.completion import Completions
    from searchlib.vocabulary.words import Words
    from searchlib.vocabulary.written import Writing

__all__ = ["Guesses"]

# The word that is being typed: to the end of the text, from behind the last space, quote, sign of an operator or field's colon.
_LAST_WORD: Final = re.compile(r"""[^\s"()«»“”„=+:^~*?]+\Z""")
_BOND: Final = 2.0  # how much more the other words of a text say of a completion than of a correction
_COMPANY: Final = 4  # of the words before the last


class Guesses:
    """Of one index and its words. Immutable but for caches; threads may share it. What it reads may raise CorruptIndexError, RemoteError."""

    def __init__(self, definition: Definition, words: Words, lexicon: Lexicon) -> None:
        self._definition = definition
        self._lexicon = lexicon
        self._words = words

    @cached_property
    def _writing(self) -> Writing:
        from searchlib.vocabulary.written import Writing

        return Writing(self._words, self._definition)

    @cached_property
    def _completions(self) -> Completions:
        from searchlib.vocabulary.completion import Completions

        return Completions(self._words)

    def suggestion(self, query: str) -> str | None:
        """The query as it may have been meant; None when it may well be right."""
        from searchlib.ranking.suggesting import suggestion

        return suggestion(query, self._definition, self._words, self._writing, self._lexicon)

    def in_other_layout(self, query: str) -> str | None:
        """The query with the other keyboard layout, when the index has none of its words as they were typed and all of them so."""
        from searchlib.ranking.suggesting import in_other_layout

        return in_other_layout(query, self._definition, self._lexicon)

    def complete(self, text: str, limit: int) -> list[str]:
        """The text with its last word completed, at most `limit` times, the best completion first."""
        found = _LAST_WORD.search(text)
        if found is None or found[0].startswith("--"):  # an option of a command
            return []
        beginning = found[0].lstrip("-")
        before = text[: len(text) - len(beginning)]
        words = self._completions.of(beginning, limit, self._company(before))
        return list(dict.fromkeys(before + self._as_typed(beginning, one.form) for one in words))

    def _as_typed(self, beginning: str, form: str) -> str:
        """A form with the capitals that documents give it, or at least those that were typed."""
        if len(beginning) > 1 and beginning.isupper():
            return form.upper()
        written = self._writing.of(form)
        return written[:1].upper() + written[1:] if beginning[:1].isupper() else written

    def _company(self, before: str) -> Callable[[str], float] | None:
        """How well a form goes with the words before it; None when there are none that the index has."""
        groups: list[Group] = []
        for token in tokenize(before):
            if not token[5]:
                group, stop = self._lexicon.meaning(token[0])
                if not stop and any(group.dfs):
                    groups.append(group)
        if not groups:
            return None
        lexicon, others = self._lexicon, groups[-_COMPANY:]

        def company(form: str) -> float:
            group = lexicon.meaning(form)[0]
            return _BOND * sum(bond(lexicon, group, other) for other in others)

        return company

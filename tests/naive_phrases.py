"""The oracle for phrases: in which documents something occurs and how often, over plain lists of tokens. Meant to be read.

A document is a list of fields, a field a text. A slot is a set of terms, or of forms when it is `exact`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from searchlib.language._tokens import tokenize

Texts = Sequence[str]


@dataclass(frozen=True)
class Slot:
    """What may stand at one place of a phrase."""

    words: Collection[str]
    exact: bool = False


class NaivePhrases:
    """Tokenizes every document once. terms: what a form is indexed as."""

    def __init__(self, corpus: Sequence[Texts], terms: Callable[[str], Collection[str]]) -> None:
        self.terms = terms
        self.corpus = [
            [[(form, position) for form, _, _, position, *_ in tokenize(text)] for text in texts]
            for texts in corpus
        ]

    def find(
        self, slots: Sequence[Slot], weights: Sequence[float], slop: int = 1, fields: int = 0
    ) -> dict[int, float]:
        """Document -> how often, weighted by field; only those with any."""
        found = {}
        for number, document in enumerate(self.corpus):
            tf = 0.0
            for field, (weight, tokens) in enumerate(zip(weights, document, strict=True)):
                if not fields or fields >> field & 1:
                    tf += weight * self.count(tokens, slots, slop)
            if tf > 0:
                found[number] = tf
        return found

    def count(self, tokens: list[tuple[str, int]], slots: Sequence[Slot], slop: int) -> int:
        """Of forms each occurrence counts, even where two stand at one position; of all else the positions."""
        if len(slots) == 1 and slots[0].exact:
            return sum(form in slots[0].words for form, _ in tokens)
        return len(self.last_places(tokens, slots, slop))

    def last_places(self, tokens: list[tuple[str, int]], slots: Sequence[Slot], slop: int) -> set[int]:
        """The positions of the last slot that a chain of positions reaches."""
        reached = self.places(tokens, slots[0])
        for slot in slots[1:]:
            here = self.places(tokens, slot)
            reached = {place for place in here if any(place - step in reached for step in range(1, slop + 1))}
        return reached

    def places(self, tokens: list[tuple[str, int]], slot: Slot) -> set[int]:
        """The positions of one slot in a field."""
        words = frozenset(slot.words)
        return {
            position
            for form, position in tokens
            if (form in words if slot.exact else not words.isdisjoint(self.terms(form)))
        }

"""Which lists do the words of a query mean? Forms to terms, phrases and patterns to the documents that have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, TypeAlias

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.ranking._occurrences import best, find
from searchlib.ranking._searcher import Deadline, Group, Occurrences, Searcher

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.ranking._occurrences import Slot
    from searchlib.storage._segment import FormSet
    from searchlib.storage.segment import Segment
    from searchlib.storage.snapshot import Snapshot

__all__ = ["MOST_FORMS", "FormTable", "Lexicon", "Phrase"]

MOST_FORMS: Final = 20_000
"""Forms that a pattern or a fuzzy word may fit in one segment."""

_MEMO: Final = 50_000  # words that are kept at hand; then the memory is dropped and rebuilt

FormsOf: TypeAlias = Callable[[], Sequence[str]]
"""Gives forms that are to be marked, which only snippets ask for."""


class FormTable:
    """The terms of every form: as the index recorded them when it has seen it, else by morphology. Threads may share it."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer) -> None:
        self._segments = snapshot.segments
        self._analyzer = analyzer
        self._known: dict[str, Analysis] = {}

    def analyze(self, form: str) -> Analysis:
        known = self._known.get(form)
        if known is None:
            for segment in self._segments:
                found = segment.file.find_form(form)
                if found is not None:
                    known = Analysis(*found)
                    break
            else:
                known = self._analyzer.analyze(form)
            if len(self._known) >= _MEMO:
                self._known.clear()
            self._known[form] = known
        return known


class Phrase:
    """Words side by side, whose documents are looked for when somebody asks.

    groups: the words in any form; slots, slop, fields: as of _occurrences.find. deadline: of the search for all documents.
    """

    def __init__(
        self,
        searcher: Searcher,
        groups: list[Group],
        slots: list[Slot],
        slop: int,
        fields: int,
        deadline: Deadline | None,
    ) -> None:
        self._searcher = searcher
        self._groups = groups
        self._slots = slots
        self._slop = slop
        self._fields = fields
        self.deadline = deadline
        self._weight = 0.0
        for group in groups:
            self._weight += group.rarest()

    @cached_property
    def occurrences(self) -> Occurrences:
        """All its documents. What it weighs is the sum of the idfs of its words, of several readings the rarest's."""
        return find(
            self._searcher,
            self._slots,
            slop=self._slop,
            fields=self._fields,
            weight=self._weight,
            deadline=self.deadline,
        )

    def best(
        self, k: int, boost: float = 1.0, deadline: Deadline | None = None
    ) -> list[tuple[float, int, int]]:
        """(score, segment, document) of the best k when nothing else is asked for, without looking for all of them."""
        weight = boost * self._weight
        if not weight > 0:  # nobody wrote one of its words
            return []
        return best(
            self._searcher, self._slots, k, weight, slop=self._slop, fields=self._fields, deadline=deadline
        )

    def terms(self) -> Sequence[str]:
        return [term for group in self._groups for term in group.terms]


class Lexicon:
    """Looks words up for one searcher. Immutable but for caches; threads may share it."""

    def __init__(self, segments: Sequence[Segment], searcher: Searcher, forms: FormTable) -> None:
        self._segments = segments
        self.searcher = searcher
        self.forms = forms
        self._groups: dict[tuple[str, ...], Group] = {}
        self._meanings: dict[str, tuple[Group, bool]] = {}

    def meaning(self, form: str) -> tuple[Group, bool]:
        """The group of a form's terms, the same one for the same terms, and whether it is a stop word."""
        known = self._meanings.get(form)
        if known is None:
            terms, stop = self.forms.analyze(form)
            if len(self._meanings) >= _MEMO:
                self._meanings.clear()
                self._groups.clear()
            group = self._groups.get(terms)
            if group is None:
                group = self._groups[terms] = self.searcher.group(terms)
            known = self._meanings[form] = (group, stop)
        return known

    def phrase(
        self,
        forms: Sequence[str],
        *,
        exact: bool = False,
        slop: int = 1,
        fields: int = 0,
        deadline: Deadline | None = None,
    ) -> Phrase:
        """Forms side by side, each in any of its inflections, or, exact, as it is."""
        groups = [self.meaning(form)[0] for form in forms]
        slots: list[Slot] = [*map(self.exactly, forms)] if exact else [*groups]
        return Phrase(self.searcher, groups, slots, slop, fields, deadline)

    def exact_word(self, form: str, *, fields: int, deadline: Deadline | None) -> Occurrences:
        """Documents with a form as it is."""
        return find(self.searcher, [self.exactly(form)], fields=fields, deadline=deadline)

    def pattern(self, text: str, *, fields: int, deadline: Deadline | None) -> tuple[Occurrences, FormsOf]:
        """Documents with a form that a pattern fits, and who gives these forms. Raises QueryError when it is no word or fits too many."""
        folded = _fold_pattern(text)
        try:
            sets = [segment.file.match_forms(folded, MOST_FORMS) for segment in self._segments]
        except OverflowError:
            raise QueryError(
                f"'{text}' fits more than {MOST_FORMS:,} words", hint="give more of its letters"
            ) from None
        return find(self.searcher, [sets], fields=fields, deadline=deadline), partial(_forms_of, sets)

    def near(
        self, form: str, distance: int, prefix: int, *, fields: int, deadline: Deadline | None
    ) -> tuple[Occurrences, FormsOf]:
        """Documents with a form that is spelt nearly so, and who gives these forms. Raises QueryError when there are too many."""
        try:
            sets = [segment.file.near_forms(form, distance, prefix, MOST_FORMS) for segment in self._segments]
        except OverflowError:
            raise QueryError(
                f"more than {MOST_FORMS:,} words are spelt nearly like '{form}'",
                hint="write ~1, or ~2/3 when the first three letters are right",
            ) from None
        return find(self.searcher, [sets], fields=fields, deadline=deadline), partial(_forms_of, sets)

    def exactly(self, form: str) -> list[FormSet]:
        """The occurrences of a form, by segment."""
        return [segment.file.form_set(form) for segment in self._segments]


def _forms_of(sets: Sequence[FormSet]) -> list[str]:
    return list(dict.fromkeys(form for one in sets for form in one.forms))


def _fold_pattern(text: str) -> str:
    """A pattern in the letters of forms, `*` and `?` as they are. Raises QueryError for what is no part of one word."""
    folded = ""
    piece = ""
    for sign in [*text, ""]:
        if sign and sign not in "*?":
            piece += sign
            continue
        if piece:
            folded += _fold_piece(piece, text)
        piece = ""
        folded += sign
    return folded


def _fold_piece(piece: str, text: str) -> str:
    tokens = tokenize(piece)
    if not tokens or (len(tokens) > 1 and not tokens[0][5]):
        raise QueryError(f"'{text}' is not one word", hint="a pattern has letters and digits beside * and ?")
    before = "-" if piece.startswith("-") else ""
    return before + tokens[0][0] + ("-" if piece.endswith("-") and len(piece) > 1 else "")

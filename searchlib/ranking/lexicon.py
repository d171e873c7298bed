"""Which lists do the words of a query mean? Forms to terms, phrases and patterns to the documents that have them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.ranking._occurrences import best, find
from searchlib.ranking._searcher import Group, Occurrences, Searcher
from searchlib.ranking._tally import Tally
from searchlib.storage._deadline import Deadline
from searchlib.storage._forms import FormQuery, FormSet

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.ranking._occurrences import Slot
    from searchlib.ranking.alternatives import Provider
    from searchlib.storage.segment import Segment
    from searchlib.storage.snapshot import Snapshot

__all__ = ["MOST_FORMS", "SAMPLED", "FormTable", "Lexicon", "Phrase", "fold_pattern"]

MOST_FORMS: Final = 1_000_000
"""Forms that a pattern or a fuzzy word may fit in one segment. Each takes up to 100 bytes while it is looked for."""

SAMPLED: Final = 256
"""Documents of a word that are looked at for the company it keeps."""

_BLOCK: Final = 128  # documents
_MEMO: Final = 50_000  # words that are kept at hand; then the memory is dropped and rebuilt


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

    @property
    def weight(self) -> float:
        """The sum of the idfs of its words."""
        return self._weight

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
    """Looks words up for one searcher. providers: know what may stand for a word. Immutable but for caches; threads may share it."""

    def __init__(
        self,
        segments: Sequence[Segment],
        searcher: Searcher,
        forms: FormTable,
        providers: Sequence[Provider] = (),
    ) -> None:
        self._segments = segments
        self.searcher = searcher
        self.forms = forms
        self._providers = providers
        self._groups: dict[tuple[tuple[str, ...], tuple[float, ...]], Group] = {}
        self._meanings: dict[str, tuple[Group, bool]] = {}

    def meaning(self, form: str) -> tuple[Group, bool]:
        """The group of a form's terms and of what may stand for it, the same one for the same terms, and whether it is a stop word."""
        known = self._meanings.get(form)
        if known is None:
            terms, stop = self.forms.analyze(form)
            if len(self._meanings) >= _MEMO:
                self._meanings.clear()
                self._groups.clear()
            members = dict.fromkeys(terms, 1.0)
            for provider in () if stop else self._providers:
                for term, share in provider.alternatives(form, terms):
                    members[term] = max(share, members.get(term, 0.0))
            known = self._meanings[form] = (self.group(members), stop)
        return known

    def own(self, form: str) -> tuple[Group, bool]:
        """The same without what may stand for it."""
        terms, stop = self.forms.analyze(form)
        return self.group(dict.fromkeys(terms, 1.0)), stop

    def group(self, shares: dict[str, float]) -> Group:
        """The group of terms, each with its share; the same one for the same terms."""
        key = (tuple(shares), tuple(shares.values()))
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self.searcher.group(*key)
        return group

    def together(self, one: Group, other: Group) -> tuple[float, float]:
        """(documents of the first of two words that were looked at, how many of them have the second)."""
        from searchlib.ranking._together import together

        return together(one, other, SAMPLED // _BLOCK)

    def name(self, forms: Sequence[str], fields: int, deadline: Deadline | None) -> Phrase | None:
        """The words of a name side by side; None when nobody wrote one of them."""
        groups = [self.own(form)[0] for form in forms]
        if not all(any(group.dfs) for group in groups):
            return None
        return Phrase(self.searcher, groups, [*groups], 1, fields, deadline)

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

    def exact_word(self, form: str, *, fields: int = 0, deadline: Deadline | None = None) -> Tally:
        """Documents with a form as it is."""
        return Tally(self.searcher, self.exactly(form), fields=fields, deadline=deadline)

    def pattern(
        self, text: str, *, fields: int = 0, deadline: Deadline | None = None
    ) -> tuple[Tally, FormQuery]:
        """Documents with a form that a pattern fits, and which forms these are. Raises QueryError when it is no word or fits too many."""
        forms = FormQuery.matching(fold_pattern(text))
        try:
            return self._tally(forms, fields, deadline), forms
        except OverflowError:
            raise QueryError(
                f"'{text}' fits more than {MOST_FORMS:,} words", hint="give more of its letters"
            ) from None

    def near(
        self, form: str, distance: int, prefix: int, *, fields: int = 0, deadline: Deadline | None = None
    ) -> tuple[Tally, FormQuery]:
        """Documents with a form that is spelt nearly so, and which forms these are. Raises QueryError when there are too many."""
        forms = FormQuery.near(form, distance, prefix)
        try:
            return self._tally(forms, fields, deadline), forms
        except OverflowError:
            raise QueryError(
                f"more than {MOST_FORMS:,} words are spelt nearly like '{form}'",
                hint="write ~1, or ~2/3 when the first three letters are right",
            ) from None

    def _tally(self, forms: FormQuery, fields: int, deadline: Deadline | None) -> Tally:
        sets = [FormSet.fitting(segment.file, forms, MOST_FORMS, deadline) for segment in self._segments]
        return Tally(self.searcher, sets, fields=fields, deadline=deadline)

    def exactly(self, form: str) -> list[FormSet]:
        """The occurrences of a form, by segment."""
        return [FormSet.of(segment.file, form) for segment in self._segments]


def fold_pattern(text: str) -> str:
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

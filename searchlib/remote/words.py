"""Which queries of the cluster do the words of a question make? Terms, phrases and patterns, each scored by BM25 as on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from searchlib.language.analyzer import Analysis
from searchlib.ranking.lexicon import SAMPLED, FormTable, Lexicon, fold_pattern
from searchlib.remote.layout import MOST_TERMS
from searchlib.remote.phrases import RemotePhrase
from searchlib.remote.weighing import NOTHING, Query, RemoteGroup, Weighing, some, times
from searchlib.storage._forms import FormQuery

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.ranking._searcher import Group
    from searchlib.ranking._tally import Tally
    from searchlib.ranking.alternatives import Provider
    from searchlib.ranking.lexicon import Phrase
    from searchlib.storage._deadline import Deadline

__all__ = ["Forms", "RemoteForms", "RemoteLexicon"]

_SHORT: Final = 4  # letters of a word of which all but one may be wrong
_MEMO: Final = 50_000
_EACH: Final = "scoring_boolean"  # how forms that fit score
_ALL: Final = "constant_score"  # how they are found


class Forms:
    """Forms that count as one word: one form, or those that fit a pattern.

    kind, how: a query of the cluster for forms; several: may it find more than one?
    """

    def __init__(self, weighing: Weighing, kind: str, how: Query, mask: int, *, several: bool = True) -> None:
        self.weighing = weighing
        self._kind = kind
        self._how = how
        self.mask = mask
        self._each = {"rewrite": _EACH} if several else {}
        self._all = {"rewrite": _ALL} if several else {}

    @property
    def occurrences(self) -> Forms:
        """Itself, which tells its df and its weight."""
        return self

    @property
    def df(self) -> int:
        """How many documents have one of the forms."""
        return self.weighing.counting.matching(self.matched(0))

    @property
    def weight(self) -> float:
        """Their idf as one word."""
        return self.weighing.counting.figures.idf(self.df)

    def scored(self, boost: float, mask: int) -> Query:
        parts = [
            times({self._kind: {path: self._how | self._each}}, weight)
            for path, weight in self.weighing.fields(self.mask, ".forms")
        ]
        return self.weighing.scored(some(parts), boost * self.weight)

    def matched(self, mask: int) -> Query:
        """Without a score."""
        paths = self.weighing.fields(self.mask, ".forms")
        return some([{self._kind: {path: self._how | self._all}} for path, _ in paths]) or NOTHING


class RemoteForms(FormTable):
    """The terms of every form, by morphology: as documents were analysed when they were sent."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._known: dict[str, Analysis] = {}

    def analyze(self, form: str) -> Analysis:
        known = self._known.get(form)
        if known is None:
            terms, stop = self._analyzer.analyze(form)
            if len(self._known) >= _MEMO:
                self._known.clear()
            known = self._known[form] = Analysis(terms[:MOST_TERMS], stop)
        return known


class RemoteLexicon(Lexicon):
    """Looks the words of one question up."""

    def __init__(self, weighing: Weighing, forms: RemoteForms, providers: Sequence[Provider]) -> None:
        super().__init__((), cast("Any", weighing), forms, providers)
        self.weighing = weighing

    def together(self, one: Group, other: Group) -> tuple[float, float]:
        """All documents are looked at; what is told is so much of that as on disk."""
        counting = self.weighing.counting
        ours, others = cast("RemoteGroup", one), cast("RemoteGroup", other)
        dfs = ours.dfs
        both = counting.matching({"bool": {"filter": [ours.matched(0), others.matched(0)]}})
        whole = dfs[0] if len(dfs) == 1 else counting.matching(ours.matched(0))
        looked = sum(min(df, SAMPLED) for df in dfs)
        return looked, looked * both / max(1, whole)

    def name(self, forms: Sequence[str], fields: int, deadline: Deadline | None) -> Phrase | None:
        groups = [self.own(form)[0] for form in forms]
        counts = [group.dfs for group in groups]  # of all of them, so that they are asked for at once
        if not all(map(any, counts)):
            return None
        return self._side_by_side(groups, [group.terms for group in groups], False, 1, fields)

    def phrase(
        self,
        forms: Sequence[str],
        *,
        exact: bool = False,
        slop: int = 1,
        fields: int = 0,
        deadline: Deadline | None = None,
    ) -> Phrase:
        groups = [self.meaning(form)[0] for form in forms]
        slots = [(form,) for form in forms] if exact else [group.terms for group in groups]
        return self._side_by_side(groups, slots, exact, slop, fields)

    def _side_by_side(
        self, groups: Sequence[Group], slots: Sequence[Sequence[str]], exact: bool, slop: int, mask: int
    ) -> Phrase:
        found = RemotePhrase(self.weighing, cast("Any", groups), slots, exact=exact, slop=slop, mask=mask)
        return cast("Phrase", found)

    def exact_word(self, form: str, *, fields: int = 0, deadline: Deadline | None = None) -> Tally:
        return cast("Tally", Forms(self.weighing, "term", {"value": form}, fields, several=False))

    def pattern(
        self, text: str, *, fields: int = 0, deadline: Deadline | None = None
    ) -> tuple[Tally, FormQuery]:
        folded = fold_pattern(text)
        found = Forms(self.weighing, "wildcard", {"value": folded}, fields)
        return cast("Tally", found), FormQuery.matching(folded)

    def near(
        self, form: str, distance: int, prefix: int, *, fields: int = 0, deadline: Deadline | None = None
    ) -> tuple[Tally, FormQuery]:
        forms = FormQuery.near(form, distance, prefix)
        if len(form) < prefix:  # what differs would have letters that should be right
            return self.exact_word(form, fields=fields), forms
        if len(form) <= _SHORT:
            how: Query = {"value": _misspelt(form, distance, prefix), "flags": "NONE"}
            return cast("Tally", Forms(self.weighing, "regexp", how, fields)), forms
        how = {"value": form, "fuzziness": distance, "prefix_length": prefix, "transpositions": True}
        return cast("Tally", Forms(self.weighing, "fuzzy", how, fields)), forms


def _misspelt(form: str, distance: int, prefix: int) -> str:
    """A regular expression of all forms with up to so many errors, as in an index on disk: a letter more, less or another one, or two
    neighbours swapped, with nothing between them. prefix: letters at the beginning that are right, which the form has.

    A cluster's own fuzzy query gives words a share of their score that is less than 0 where most of their letters are wrong.
    """
    letters = [letter if letter.isalnum() else f"\\{letter}" for letter in form]

    def rest(at: int, errors: int) -> str:
        if not errors:
            return "".join(letters[at:])
        if at == len(letters):
            return ".?" * errors
        own = letters[at]
        ways = [own + rest(at + 1, errors), f".?{own}?" + rest(at + 1, errors - 1)]
        if errors > 1:
            ways.append(f"..{own}" + rest(at + 1, errors - 2))
        if at + 1 < len(letters):
            ways.append(letters[at + 1] + own + rest(at + 2, errors - 1))
        return f"({'|'.join(ways)})"

    return "".join(letters[:prefix]) + rest(prefix, distance)

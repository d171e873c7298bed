"""Which queries of the cluster do the words of a question make? Terms, phrases and patterns, each scored by BM25 as on disk.

A field scores there how often a word occurs in it, times a boost; so the fields of a word, each boosted by its weight, add up to its tf. A
script around them makes of that, of the document's length and of what the word weighs its score: exact BM25, without the one byte
that Lucene keeps of a length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Final, cast

from searchlib.errors import QueryError
from searchlib.language.analyzer import Analysis
from searchlib.ranking.lexicon import FormTable, Lexicon, fold_pattern
from searchlib.remote.layout import HOLE, MOST_TERMS
from searchlib.storage._forms import FormQuery

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.language import Analyzer
    from searchlib.ranking._searcher import Group
    from searchlib.ranking._tally import Tally
    from searchlib.ranking.alternatives import Provider
    from searchlib.ranking.lexicon import Phrase
    from searchlib.remote.figures import Counting
    from searchlib.storage._deadline import Deadline

__all__ = ["Forms", "RemoteForms", "RemoteGroup", "RemoteLexicon", "RemotePhrase", "Weighing", "chains_of"]

Query = dict[str, Any]

_MOST_CHAINS: Final = 64  # of places that a phrase with words between may take
_SHORT: Final = 4  # letters of a word of which all but one may be wrong
_MEMO: Final = 50_000
_TIMES: Final = "params.weight * Math.rint(_score / (1.0 - _score))"
_WEIGHTED: Final = "params.weight * _score"


class Weighing:
    """What a search weighs by: the text fields, the lengths and the counts. For one question.

    weights: of the text fields; documents, field_weights, group: as of a Searcher, whose place it takes.
    """

    def __init__(self, definition: Definition, weights: Sequence[float], counting: Counting) -> None:
        figures = counting.figures
        self.counting = counting
        self.names = [field.name for field in definition.text_fields]
        self.field_weights = tuple(weights)
        self.documents = (figures.documents,)
        self.average = figures.average(weights)
        self._base = definition.k1 * (1 - definition.b)
        self._slope = definition.k1 * definition.b / self.average
        counted = [
            (name, weight) for name, weight in zip(self.names, weights, strict=True) if weight
        ]  # a document has every length
        lengths = " + ".join(
            f"params.w{number} * doc['lengths.{name}'].value" for number, (name, _) in enumerate(counted)
        )
        self._script = f"params.weight * _score / (_score + params.base + params.slope * ({lengths}))"
        self._weights = {f"w{number}": weight for number, (_, weight) in enumerate(counted)}

    def norm(self, lengths: Sequence[float]) -> tuple[float, float, float]:
        """(weighted length of a document with these, average of all, norm)."""
        length = sum(weight * own for weight, own in zip(self.field_weights, lengths, strict=True))
        return length, self.average, self._base + self._slope * length

    def group(self, terms: tuple[str, ...], shares: tuple[float, ...] | None = None) -> RemoteGroup:
        """As of a Searcher."""
        return RemoteGroup(self, terms, shares or (1.0,) * len(terms))

    def fields(self, mask: int, suffix: str = "") -> Iterator[tuple[str, float]]:
        """(path, weight) of the text fields of a mask, 0 for all of them."""
        for number, (name, weight) in enumerate(zip(self.names, self.field_weights, strict=True)):
            if weight and (not mask or mask >> number & 1):
                yield f"texts.{name}{suffix}", weight

    def scored(self, occurrences: Query | None, weight: float) -> Query:
        """What a query scores whose score is a tf. weight: idf, boosted."""
        if occurrences is None or not weight > 0:
            return NOTHING
        params = {"weight": weight, "base": self._base, "slope": self._slope} | self._weights
        return {"script_score": {"query": occurrences, "script": {"source": self._script, "params": params}}}


NOTHING: Final[Query] = {"match_none": {}}
_EACH: Final = "scoring_boolean"  # how forms that fit score
_ALL: Final = "constant_score"  # how they are found


def some(queries: Sequence[Query]) -> Query | None:
    """Those that match score together; None when there are none."""
    if len(queries) < 2:
        return queries[0] if queries else None
    return {"bool": {"should": list(queries)}}


class RemoteGroup:
    """Terms that count as one, as a Group does."""

    def __init__(self, weighing: Weighing, terms: tuple[str, ...], shares: tuple[float, ...]) -> None:
        self.weighing = weighing
        self.terms = terms
        self.shares = shares

    @property
    def dfs(self) -> tuple[int, ...]:
        counting = self.weighing.counting
        return tuple(counting.with_term(term) for term in self.terms)

    @property
    def weights(self) -> tuple[float, ...]:
        """As of Searcher.group."""
        figures = self.weighing.counting.figures
        idfs = [figures.idf(df) for df in self.dfs]
        most = max((idf for idf, share in zip(idfs, self.shares, strict=True) if share == 1), default=0.0)
        return tuple(
            idf if share == 1 else share * (min(most, idf) if most > 0 else idf)
            for idf, share in zip(idfs, self.shares, strict=True)
        )

    def rarest(self) -> float:
        """The largest weight of its terms."""
        return max(self.weights, default=0.0)

    def scored(self, boost: float, mask: int) -> Query:
        """The best of its terms."""
        weighing = self.weighing
        parts = [
            weighing.scored(self._occurrences(term, mask), boost * weight)
            for term, weight in zip(self.terms, self.weights, strict=True)
            if weight > 0
        ]
        if not parts:
            return NOTHING
        return parts[0] if len(parts) == 1 else {"dis_max": {"queries": parts}}

    def matched(self, mask: int) -> Query:
        """Without a score."""
        paths = [path for path, _ in self.weighing.fields(mask)]
        if not mask and len(paths) == len(self.weighing.names):
            return {"terms": {"terms": list(self.terms)}}
        return some([{"terms": {path: list(self.terms)}} for path in paths]) or NOTHING

    def _occurrences(self, term: str, mask: int) -> Query | None:
        return some(
            [
                {"term": {path: {"value": term, "boost": weight}}}
                for path, weight in self.weighing.fields(mask)
            ]
        )


class RemotePhrase:
    """Words side by side, as a Phrase is. slots: for each word the terms or the form that stand there.

    An interval scores there n / (n + 1) when it occurs n times, whatever terms are in it.
    """

    def __init__(
        self,
        weighing: Weighing,
        groups: Sequence[RemoteGroup],
        slots: Sequence[Sequence[str]],
        *,
        exact: bool,
        slop: int,
        mask: int,
    ) -> None:
        self.weighing = weighing
        self._groups = groups
        self.slots = slots
        self.exact = exact
        self.slop = slop
        self.mask = mask
        self._suffix = ".forms" if exact else ""
        self._chains = list(_chains(slots, slop, "=" if exact else "|"))
        self.weight = sum(group.rarest() for group in groups)

    @property
    def occurrences(self) -> RemotePhrase:
        """Itself, which tells its df."""
        return self

    @property
    def df(self) -> int:
        """In how many documents it is."""
        return self.weighing.counting.matching(self.matched(0))

    def terms(self) -> list[str]:
        return [term for group in self._groups for term in group.terms]

    def scored(self, boost: float, mask: int) -> Query:
        parts: list[Query] = [
            {
                "script_score": {
                    "query": one,
                    "script": {"source": _TIMES, "params": {"weight": weight}},
                }
            }
            for weight, one in self._intervals()
        ]
        return self.weighing.scored(some(parts), boost * self.weight)

    def matched(self, mask: int) -> Query:
        """Without a score."""
        return some([one for _, one in self._intervals()]) or NOTHING

    def _intervals(self) -> Iterator[tuple[float, Query]]:
        for path, weight in self.weighing.fields(self.mask, self._suffix):
            for chain in self._chains:
                yield (
                    weight,
                    {"intervals": {path: {"match": {"query": chain, "max_gaps": 0, "ordered": True}}}},
                )


def _chains(slots: Sequence[Sequence[str]], slop: int, sign: str) -> Iterator[str]:
    """All ways for neighbours to stand at most `slop` places apart, as texts that a cluster cuts up."""
    words = ["".join(f"{sign}{word}" for word in slot) for slot in slots]
    for gaps in chains_of(len(words), slop):
        text = words[0]
        for gap, word in zip(gaps, words[1:], strict=True):
            text += f" {HOLE}" * (gap - 1) + f" {word}"
        yield text


def chains_of(words: int, slop: int) -> Iterator[tuple[int, ...]]:
    """All ways for the neighbours among so many words to stand at most `slop` places apart. Raises QueryError when there are too many."""
    if slop ** (words - 1) > _MOST_CHAINS:
        raise QueryError(
            f"a phrase of {words} words with ~{slop} is too much for a cluster",
            hint="write fewer words or a smaller number behind ~",
        )
    return product(range(1, slop + 1), repeat=words - 1)


class Forms:
    """Forms that count as one word: one form, or those that fit a pattern.

    kind, how: a query of the cluster for forms; several: may it find more than one?
    """

    def __init__(
        self, weighing: Weighing, kind: str, how: Query, mask: int, *, several: bool = True
    ) -> None:
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
            _times({self._kind: {path: self._how | self._each}}, weight)
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

    def name(self, forms: Sequence[str], fields: int, deadline: Deadline | None) -> Phrase | None:
        groups = [self.own(form)[0] for form in forms]
        if not all(any(group.dfs) for group in groups):
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
        if len(form) <= _SHORT:
            how = {"value": _misspelt(form, distance, prefix), "flags": "NONE"}
            return cast("Tally", Forms(self.weighing, "regexp", how, fields)), forms
        how = {"value": form, "fuzziness": distance, "prefix_length": prefix, "transpositions": True}
        return cast("Tally", Forms(self.weighing, "fuzzy", how, fields)), forms


def _times(query: Query, weight: float) -> Query:
    if weight == 1:
        return query
    return {"script_score": {"query": query, "script": {"source": _WEIGHTED, "params": {"weight": weight}}}}


def _misspelt(form: str, distance: int, prefix: int) -> str:
    """A regular expression of all forms with up to so many errors, as in an index on disk: a letter more, less or another one, or two
    neighbours swapped, with nothing between them.

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

    right = min(prefix, len(letters))
    return "".join(letters[:right]) + rest(right, distance)

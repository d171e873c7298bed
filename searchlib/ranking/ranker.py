"""Which documents of a snapshot answer a question best?"""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from searchlib.dates import DAY
from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.query.reading import tree_of
from searchlib.query.syntax import is_plain
from searchlib.query.words import quoted_words, tokens_of
from searchlib.ranking._plain import PlainWords, clauses_of, grouped
from searchlib.ranking._searcher import Searcher
from searchlib.ranking._topk import Kernel
from searchlib.ranking.alternatives import Senses
from searchlib.ranking.answer import Answer, PlainAnswer, View
from searchlib.ranking.execution import Lookup, Part, Plan, Values
from searchlib.ranking.known_names import KnownNames, shouted
from searchlib.ranking.lexicon import FormTable, Lexicon
from searchlib.ranking.naming import Naming, Word
from searchlib.ranking.question import Question
from searchlib.storage._deadline import Deadline

if TYPE_CHECKING:
    from searchlib.language import Analyzer
    from searchlib.query.words import Tokens
    from searchlib.ranking._ages import Decay
    from searchlib.ranking.alternatives import Provider
    from searchlib.ranking.columns import Columns
    from searchlib.ranking.duplicates import Collapsed
    from searchlib.ranking.guesses import Guesses
    from searchlib.ranking.trends import Period
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Ranker"]

_MOST_VIEWS: Final = 8  # other weights and half-lives that are kept at hand
# The beginning of a word, or a word that may be misspelt.
_LONE: Final = re.compile(r"([0-9A-Za-zЀ-ҁ]{1,60})(\*|~1?)\Z")


class Ranker:
    """Answers questions on one snapshot. Immutable but for caches; threads may share it."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer) -> None:
        self.snapshot = snapshot
        self._definition = snapshot.manifest.definition
        self._forms = FormTable(snapshot, analyzer)
        self._usual = [field.weight for field in self._definition.text_fields]
        self._usual_senses = Senses.of(self._definition)
        self.usual = self._view(self._searcher(None), self._usual_senses)
        self._plain = PlainWords(*self.usual)
        self._views: OrderedDict[tuple[tuple[float, ...] | None, Senses], View] = OrderedDict()
        self._decays: OrderedDict[float, Decay] = OrderedDict()

    def _searcher(self, weights: tuple[float, ...] | None) -> Searcher:
        snapshot = self.snapshot
        return Searcher(
            [
                (segment.file, live, segment.total_length)
                for segment, live in zip(snapshot.segments, snapshot.live, strict=True)
            ],
            self._usual,
            self._definition.k1,
            self._definition.b,
            None if weights is None else list(weights),
        )

    def _view(self, searcher: Searcher, senses: Senses) -> View:
        segments, languages = self.snapshot.segments, self._definition.languages
        providers: list[Provider] = []
        known = None
        if senses.synonyms:
            known = KnownNames.of(self._definition)
            if known is not None:
                providers.append(known)
        if len(languages) > 1 and (senses.names or senses.cross_language):
            from searchlib.ranking.names import Names

            if senses.names:
                providers.append(Names(segments))
            if senses.cross_language:
                from searchlib.ranking.translating import Translations

                names = Names(segments, every_word=True)
                providers.append(Translations(self._definition.dictionaries, self._forms, searcher, names))
        lexicon = Lexicon(segments, searcher, self._forms, providers)
        return View(lexicon, Kernel(searcher), None if known is None else Naming(lexicon, known))

    @cached_property
    def columns(self) -> Columns:
        from searchlib.ranking.columns import Columns

        return Columns(self.snapshot)

    @cached_property
    def guesses(self) -> Guesses:
        """What can be guessed of queries."""
        from searchlib.ranking.guesses import Guesses
        from searchlib.vocabulary.on_disk import SegmentWords

        lexicon = self.usual.lexicon
        words = SegmentWords(self.snapshot.segments, lexicon.forms.analyze)
        return Guesses(self._definition, words, lexicon)

    def analyze(self, form: str) -> Analysis:
        """The terms of a form: as the index recorded them when it has seen it, else by morphology."""
        return self._forms.analyze(form)

    def period(self, question: Question, since: int, until: int | None) -> Period:
        """Of what a question finds, the documents from one second on to another, which is the first behind them. Raises QueryError, CorruptIndexError."""
        from searchlib.ranking.periods import DiskPeriod

        return DiskPeriod(self, question, since, until)

    def ask(self, question: Question) -> Answer:
        """Raises QueryError, CorruptIndexError."""
        deadline = None if question.timeout_ms is None else Deadline(question.timeout_ms)
        view = self.view(question)
        plan = self.plan(question, view, deadline)
        if plan is None:
            return Answer(self, view, None, [], timed_out=True)
        order = question.sort or ("relevance" if plan.ranks else self._unranked())
        if order == "relevance":
            return self._best(question, view, plan, deadline)
        return self._sorted(question, view, plan, order, deadline)

    def answer(self, question: Question) -> Answer | Collapsed:
        """The same, without near-duplicates where the question wants none."""
        if question.collapse is None:
            return self.ask(question)
        from searchlib.ranking.duplicates import collapse

        return collapse(self, question)

    def groups(self, question: Question) -> tuple[Answer, list[int]]:
        """As of duplicates.py. Raises QueryError, CorruptIndexError."""
        from searchlib.ranking.duplicates import groups

        return groups(self, question)

    def ask_plainly(self, query: str, limit: int, match: str | None) -> Answer | None:
        """The answer to a question of which nothing else was said, when it is of plain words, one phrase or one pattern; None: ask().

        limit: above 0; match: "any", "all" or None. Raises CorruptIndexError.
        """
        k = min(limit, self.snapshot.documents)
        places = self._plain.best(query, k, match == "all")
        if places is not None:
            return PlainAnswer(self, places, query, match)
        lookup = _lone(query, self.usual.lexicon)
        return None if lookup is None else Answer(self, self.usual, Plan(lookup), lookup.best(k))

    def view(self, question: Question) -> View:
        """The snapshot as a question wants to see it."""
        weights, senses = question.weights, Senses.of(self._definition, question)
        if weights is None and senses == self._usual_senses:
            return self.usual
        view = self._views.get((weights, senses))
        if view is None:
            searcher = self.usual.kernel.searcher if weights is None else self._searcher(weights)
            view = self._views[weights, senses] = self._view(searcher, senses)
            while len(self._views) > _MOST_VIEWS:
                self._views.popitem(last=False)
        return view

    def plan(self, question: Question, view: View, deadline: Deadline | None = None) -> Plan | None:
        """None when the deadline passed before there was one."""
        match = question.words_needed
        bare = question.only is None and question.where is None and question.like is None
        if bare and match in ("any", "all") and isinstance(question.query, str):
            quoted = quoted_words(question.query)
            if quoted is not None:
                return _quoted(quoted, question.query, view.lexicon)
        plain = isinstance(question.query, str) and is_plain(question.query)
        fast = question.quality == "fast"  # a bag of words does not know which stand side by side
        if bare and plain and fast and match in ("any", "all") and not grouped(question.query):
            tokens = tokens_of(question.query)
            joined = any(token[5] for token in tokens)  # by a hyphen: to need all of them takes more thought
            if match == "any" or not joined:
                found = _words(question.query, tokens, view, match == "all")
                if found is not None:
                    return Plan.of_words(*clauses_of(found, match == "all"), _besides(found))
        from searchlib.ranking.planner import Planner, TimeOverError

        fields = self._definition.text_fields
        capitals = isinstance(question.query, str) and not shouted(question.query)
        names = [field.name for field in fields]
        planner = Planner(view.lexicon, self.columns, names, deadline, view.naming, capitals)
        limit = question.limits(self._definition)
        try:
            if question.like is not None:
                return Plan(planner.limited(self._likeness(question.like, view), limit))
            tree = tree_of(question.query, self._definition, match, lenient=question.lenient)
            root = planner.root(tree, limit, loose=match == "any")
            return Plan(root, stop_words=planner.stop_words)
        except TimeOverError:
            return None

    def _likeness(self, place: tuple[int, int], view: View) -> Part:
        from searchlib.query.tree import Nothing
        from searchlib.ranking.likeness import like_document

        lexicon, columns = view.lexicon, self.columns
        others = Values(lexicon.searcher, lambda: columns.all_but(place), "another document")
        stored = self.snapshot.segments[place[0]].stored[place[1]]
        norm = lexicon.searcher.lengths(*place)[2]
        found = like_document(stored, norm, self._definition.text_fields, lexicon, others)
        return found or Values(lexicon.searcher, lambda: columns.bits_of(Nothing()), "no document")

    def _unranked(self) -> str:
        """The order when a query has nothing to rank by."""
        return "newest" if self._definition.date_field is not None else "relevance"

    def _best(self, question: Question, view: View, plan: Plan, deadline: Deadline | None) -> Answer:
        documents = self.snapshot.documents
        offset = min(question.offset, documents)
        k = min(question.limit + offset, documents)
        decay = None if question.recency is None else self.decay(question.recency)
        after = None
        if question.after is not None:
            from searchlib.ranking.pages import Cursor

            cursor = Cursor.read(question.after, "relevance")
            assert isinstance(cursor.key, (int, float))
            after = (float(cursor.key), *cursor.place(self.snapshot.segments))
        places: list[tuple[float, int, int]] = []
        rescoring = None
        if question.quality == "best":
            from searchlib.ranking.rescoring import Rescoring

            rescoring = Rescoring(plan, view.lexicon, view.kernel, decay)
        if rescoring is not None and k > 0 and (after is None or after[0] > 0):
            places = rescoring.page(k, after, deadline)
        elif plan.alone is not None and after is None and decay is None:
            places = plan.alone.best(k, deadline)
        elif after is None or after[0] > 0:
            places = view.kernel.top(
                plan.clauses, k, mask=plan.mask, decay=decay, after=after, deadline=deadline
            )
        timed_out = deadline is not None and deadline.passed
        if len(places) < k and not plan.scores and not timed_out:
            places += self._unscored(view, plan, decay, k - len(places), places, after)
        return Answer(
            self, view, plan, places[offset:], decay=decay, timed_out=timed_out, rescoring=rescoring
        )

    def _unscored(
        self,
        view: View,
        plan: Plan,
        decay: Decay | None,
        n: int,
        scored: list[tuple[float, int, int]],
        after: tuple[float, int, int] | None,
    ) -> list[tuple[float, int, int]]:
        """The first n documents that match with a score of 0, behind `after`; scored: those behind it with more."""
        if after is not None:
            scored = view.kernel.top(plan.clauses, self.snapshot.documents, mask=plan.mask, decay=decay)
        skip = {place[1:] for place in scored}
        if after is not None and after[0] <= 0:
            before = [
                place for place in plan.root.bits.first(self.snapshot.documents, skip) if place > after[1:]
            ]
            return [(0.0, *place) for place in before[:n]]
        return [(0.0, *place) for place in plan.root.bits.first(n, skip)]

    def _sorted(
        self, question: Question, view: View, plan: Plan, order: str, deadline: Deadline | None
    ) -> Answer:
        from searchlib.ranking.columns import field_of_order

        date = self._definition.date_field
        by = field_of_order(order, None if date is None else date.name)
        after = None
        if question.after is not None:
            from searchlib.ranking.pages import Cursor

            cursor = Cursor.read(question.after, order)
            key = int(cursor.key) if isinstance(cursor.key, float) else cursor.key
            after = (key, *cursor.place(self.snapshot.segments))
        documents = self.snapshot.documents
        offset = min(question.offset, documents)
        k = min(question.limit + offset, documents)
        found = self.columns.sorted(plan.root.bits, by, k, after)[offset:]
        timed_out = deadline is not None and deadline.passed
        return Answer(
            self,
            view,
            plan,
            [(0.0, segment, doc) for _, segment, doc in found],
            order=order,
            keys=[key for key, _, _ in found],
            timed_out=timed_out,
        )

    def decay(self, half_life: float) -> Decay:
        """How much documents keep of their score, by their age. half_life: in days. Raises QueryError."""
        known = self._decays.get(half_life)
        if known is None:
            from searchlib.ranking._ages import Decay

            if self._definition.date_field is None:
                raise QueryError("recency needs a date field, and this index has none")
            dates = [segment.dates for segment in self.snapshot.segments]
            known = Decay.of_dates(
                self.usual.kernel.searcher.documents,
                [column.numbers for column in dates],
                [column.base for column in dates],
                half_life * DAY,
            )
            self._decays[half_life] = known
            while len(self._decays) > _MOST_VIEWS:
                self._decays.popitem(last=False)
        return known


def _words(query: str, tokens: Tokens, view: View, together: bool) -> list[Word] | None:
    """What the words of a plain query mean, each by itself; None when together they mean more."""
    if view.naming is not None:
        return view.naming.plain(query, tokens, together)
    return [Word(*view.lexicon.meaning(token[0])) for token in tokens]


def _besides(words: list[Word]) -> list[Lookup]:
    return [one.lookup(1.0, 0) for word in words for one in word.beside]


def _quoted(forms: list[str], query: str, lexicon: Lexicon) -> Plan:
    """Of a phrase and nothing else, which needs no tree, either."""
    if len(forms) == 1:
        group, _ = lexicon.meaning(forms[0])
        return Plan(Lookup(group, forms[0], terms=group.terms))
    phrase = lexicon.phrase(forms)
    return Plan(Lookup(phrase, query, terms=phrase.terms))


def _lone(query: str, lexicon: Lexicon) -> Lookup | None:
    """Of a pattern or a misspelt word and nothing else, when it is simply that."""
    found = _LONE.match(query) if isinstance(query, str) else None
    if found is None:
        return None
    text, sign = found.groups()
    try:
        if sign == "*":
            tally, forms = lexicon.pattern(query)
            return Lookup(tally, query, forms=forms)
        tokens = tokenize(text)
        if len(tokens) != 1:
            return None
        tally, forms = lexicon.near(tokens[0][0], 1, 0)
        return Lookup(tally, f"{text}~1", forms=forms)
    except QueryError:
        return None  # the long way says where the mistake is

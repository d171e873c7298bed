"""Which documents of a cluster answer a question best? The question is planned here as on disk, and carried out there."""

from __future__ import annotations

import re
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from searchlib.errors import QueryError, RemoteError
from searchlib.query.reading import tree_of
from searchlib.ranking.alternatives import Senses
from searchlib.ranking.known_names import KnownNames, shouted
from searchlib.ranking.naming import Naming
from searchlib.ranking.question import Question
from searchlib.remote.answer import RemoteAnswer
from searchlib.remote.columns import RemoteColumns
from searchlib.remote.figures import Counting, Figures
from searchlib.remote.plans import Chosen, RemotePlan, RemotePlanner
from searchlib.remote.weighing import Weighing
from searchlib.remote.words import RemoteForms, RemoteLexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from searchlib.definitions import Definition
    from searchlib.language import Analyzer
    from searchlib.language.analyzer import Analysis
    from searchlib.ranking.alternatives import Provider
    from searchlib.ranking.duplicates import Collapsed
    from searchlib.ranking.execution import Part
    from searchlib.ranking.guesses import Guesses
    from searchlib.remote.cluster import Cluster
    from searchlib.remote.trends import RemotePeriod

__all__ = ["RemoteRanker"]

_ROUNDS: Final = 6  # in which a question asks for what it lacks: more would be a mistake of ours
_GUESSING: Final = (
    64  # the same of what a query of 32 words may have meant: each word may take two of its own
)
_TOO_MANY: Final = re.compile(r"too_many_clauses|too_many_nested_clauses|maxClauseCount")
_TOO_COMPLEX: Final = re.compile(r"Determinizing automaton|too_complex_to_determinize")
_Found = TypeVar("_Found")


class RemoteRanker:
    """Answers questions about one index of a cluster. Threads may share it.

    words: its list of words (wordlist.py); fresh: seconds for which the figures of the index are kept.
    """

    def __init__(
        self, cluster: Cluster, words: Cluster, definition: Definition, analyzer: Analyzer, fresh: float
    ) -> None:
        self.cluster = cluster
        self.words = words
        self.definition = definition
        self.columns = RemoteColumns(definition)
        self._fresh = fresh
        self._forms = RemoteForms(analyzer)
        self._weights = tuple(field.weight for field in definition.text_fields)
        self._known_names = KnownNames.of(definition)
        self._figures: Figures | None = None
        self._guard = Lock()

    def forget(self) -> None:
        """Asks for all figures anew when the next question comes."""
        with self._guard:
            self._figures = None

    def figures(self) -> Figures:
        """What is known of the index. Raises RemoteError."""
        with self._guard:
            found = self._figures
            if found is None or monotonic() - found.began > self._fresh:
                before, found = found, Figures.ask(self.cluster, self.definition)
                if before is not None and found.same(before):
                    found.read = before.read
                self._figures = found
            return found

    def analyze(self, form: str) -> Analysis:
        """The terms of a form."""
        return self._forms.analyze(form)

    def ask_plainly(self, query: str, limit: int, match: str | None) -> None:
        """None: every question goes one way here."""

    @property
    def guesses(self) -> RemoteRanker:
        """What can be guessed of queries: itself."""
        return self

    def suggestion(self, query: str, asked: Question) -> str | None:
        """As of Guesses. asked: the question that the query was of. Raises RemoteError."""
        senses = Question(
            query, names=asked.names, synonyms=asked.synonyms, cross_language=asked.cross_language
        )
        return self.counted(lambda counting: self._guesses(senses, counting).suggestion(query), _GUESSING)

    def complete(self, text: str, limit: int) -> list[str]:
        """As of Guesses; other names of the words are left aside. Raises QueryError when no text is stored, RemoteError."""
        plain = Question(text, names=False, synonyms=False, cross_language=False)
        return self.counted(lambda counting: self._guesses(plain, counting).complete(text, limit), _GUESSING)

    def _guesses(self, question: Question, counting: Counting) -> Guesses:
        """What can be guessed with what is known."""
        from searchlib.ranking.guesses import Guesses
        from searchlib.remote.vocabulary import RemoteWords

        words = RemoteWords(self.definition, counting, self.analyze)
        return Guesses(self.definition, words, self.lexicon(question, counting)[0])

    def in_other_layout(self, query: str) -> str | None:
        """The query with the other keyboard layout, when the index has none of its words as they were typed and all of them so."""
        question = Question(query)
        return self.counted(lambda counting: self._guesses(question, counting).in_other_layout(query))

    def source_of(self, id: str, parts: list[str]) -> dict[str, Any] | None:
        """Parts of the source of a document that searches see; None when there is no such document. Raises RemoteError."""
        if not id:  # which a cluster does not take for an id
            return None
        body = {"query": {"ids": {"values": [id]}}, "size": 1, "_source": parts or False}
        hits = self.search(body)["hits"]["hits"]
        return hits[0].get("_source", {}) if hits else None

    def ask(
        self, question: Question, like: dict[str, Any] | None = None, *, signed: bool = False
    ) -> RemoteAnswer:
        """like: the source of a document, its stored fields and lengths; what is like it is asked for. signed: hits have signatures.
        Raises QueryError, RemoteError."""
        plan = self.planned(question, like)
        order = question.sort or ("relevance" if plan.ranks else self._unranked())
        return RemoteAnswer.ask(self, question, plan, order, signed=signed)

    def answer(self, question: Question, like: dict[str, Any] | None = None) -> RemoteAnswer | Collapsed:
        """The same, without near-duplicates where the question wants none."""
        if question.collapse is None:
            return self.ask(question, like)
        from searchlib.remote.duplicates import collapse

        return collapse(self, question, like)

    def groups(self, question: Question) -> tuple[RemoteAnswer, list[int]]:
        """As of a Ranker. A million documents take half a minute, some hundred bytes each on the way and in memory here, and besides the documents
        of the groups. Raises QueryError, RemoteError."""
        from searchlib.remote.duplicates import groups

        return groups(self, question)

    def period(self, question: Question, since: int, until: int | None) -> RemotePeriod:
        """As of a Ranker. Raises QueryError, RemoteError."""
        from searchlib.remote.trends import RemotePeriod

        return RemotePeriod(self, question, since, until)

    def planned(self, question: Question, like: dict[str, Any] | None = None) -> RemotePlan:
        """The plan of a question; like: as of ask()."""
        return self.counted(lambda counting: self._plan(question, like, counting))

    def counted(self, make: Callable[[Counting], _Found], rounds: int = _ROUNDS) -> _Found:
        """What is made with the figures of the index: made again while it lacks some, which are then asked for."""
        counting = Counting(self.figures())
        for _ in range(rounds):
            found = make(counting)
            if not counting:
                return found
            self.within_reach(lambda: counting.ask(self.cluster, self.words))
        raise AssertionError("a question goes on asking for figures")

    def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a search of the index. Raises as within_reach()."""
        return self.searches([body])[0]

    def searches(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same of several at once."""
        return self.within_reach(lambda: self.cluster.msearch(bodies))

    def within_reach(self, ask: Callable[[], _Found]) -> _Found:
        """What a request gives. Raises QueryError when a pattern fits too many words for a cluster."""
        try:
            return ask()
        except RemoteError as error:
            if _TOO_COMPLEX.search(error.message):
                raise QueryError(
                    "a pattern with so many ? behind * is too much for a cluster",
                    hint="write fewer of them, or letters between them",
                ) from None
            if _TOO_MANY.search(error.message):
                raise QueryError(
                    "a pattern fits more than 1,024 words, the most for a cluster",
                    hint="give more of its letters",
                ) from None
            raise

    def lexicon(self, question: Question, counting: Counting) -> tuple[RemoteLexicon, KnownNames | None]:
        """What words mean for one question, and the other names they may have."""
        senses = Senses.of(self.definition, question)
        weighing = Weighing(self.definition, question.weights or self._weights, counting)
        providers: list[Provider] = []
        known = self._known_names if senses.synonyms else None
        if known is not None:
            providers.append(known)
        if len(self.definition.languages) > 1 and (senses.names or senses.cross_language):
            from searchlib.remote.names import RemoteNames

            if senses.names:
                providers.append(RemoteNames(counting))
            if senses.cross_language:
                from searchlib.ranking.translating import Translations

                names = RemoteNames(counting, every_word=True)
                searcher = cast("Any", weighing)
                providers.append(Translations(self.definition.dictionaries, self._forms, searcher, names))
        return RemoteLexicon(weighing, self._forms, providers), known

    def _plan(self, question: Question, like: dict[str, Any] | None, counting: Counting) -> RemotePlan:
        definition = self.definition
        lexicon, known = self.lexicon(question, counting)
        match = question.words_needed
        fields = definition.text_fields
        planner = RemotePlanner(
            lexicon,
            self.columns,
            [field.name for field in fields],
            None if known is None else Naming(lexicon, known),
            isinstance(question.query, str) and not shouted(question.query),
        )
        limit = question.limits(definition)
        if like is not None:
            return RemotePlan(planner.limited(self._likeness(like, lexicon), limit), stop_words=False)
        tree = tree_of(question.query, definition, match, lenient=question.lenient)
        root = planner.root(tree, limit, loose=match == "any")
        return RemotePlan(root, stop_words=planner.stop_words)

    def _likeness(self, source: dict[str, Any], lexicon: RemoteLexicon) -> Part:
        from searchlib.ranking.likeness import like_document

        fields = self.definition.text_fields
        stored = source["stored"]
        norm = lexicon.weighing.norm([source["lengths"][field.name] for field in fields])[2]
        others = Chosen({"bool": {"must_not": [{"ids": {"values": [stored["id"]]}}]}}, "another document")
        found = like_document(stored, norm, fields, lexicon, others)
        return found or Chosen({"match_none": {}}, "no document")

    def _unranked(self) -> str:
        return "newest" if self.columns.date is not None else "relevance"

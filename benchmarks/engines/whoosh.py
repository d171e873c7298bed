"""How does Whoosh answer? whoosh3 in pure Python; an optimized index of one segment.

Stems are Snowball's, as tantivy's are; stop words are kept, so that phrases with them find the same. The choices are
those that were fastest at an exact answer in whoosh3: a limit as the `filter` of a search, a total by walking the
matches without scores, facets by a search without scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.corpora.archive import Article, language_of
from benchmarks.corpora.questions import Question, folded
from benchmarks.engines.engine import Analysis, Answer, Ask, days, without

_LANGUAGES = {"en": "english", "ru": "russian"}
_TEXTS = ("title", "text")
_FORMS = "forms"  # words as they are written


class Whoosh:
    """Whoosh as it is maintained today."""

    name = "Whoosh"
    analyses: tuple[Analysis, ...] = ("own",)
    most_documents: int | None = 20_000
    quick = False
    _megabytes = 512

    def missing(self) -> str | None:
        return without("whoosh3")

    def version(self) -> str:
        return version("whoosh3")

    def answers(self, question: Question) -> bool:
        return True

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        from whoosh.index import create_in

        records = [self._record(article) for article in articles]

        def build(folder: Path) -> None:
            folder.mkdir(parents=True)
            writer = create_in(str(folder), self._schema()).writer(limitmb=self._megabytes)
            for record in records:
                writer.add_document(**record)
            writer.commit(optimize=True)

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        from whoosh.index import open_dir
        from whoosh.qparser.default import MultifieldParser
        from whoosh.qparser.syntax import AndGroup, OrGroup
        from whoosh.sorting import Count, FieldFacet

        index = open_dir(str(folder))
        searcher = index.searcher()
        parsers = {
            (language, group is AndGroup): MultifieldParser(
                [f"{name}_{language}" for name in _TEXTS],
                index.schema,
                fieldboosts={f"title_{language}": 2.0},
                group=group,
            )
            for language in _LANGUAGES
            for group in (AndGroup, OrGroup)
        }

        def ask(question: Question) -> Answer:
            if question.how in ("prefix", "fuzzy"):
                query = _written_words(question)
            else:
                text = " ".join(question.words)
                parser = parsers[question.language, question.how == "all"]
                query = parser.parse(f'"{text}"' if question.how == "phrase" else text)
            limit = _limit(question)
            if question.wanted == "total":
                if limit is None:
                    return Answer(total=sum(1 for _ in query.docs(searcher)))
                return Answer(total=len(searcher.search(query, limit=None, filter=limit)))
            if question.wanted == "facets":
                by_source = {"source": FieldFacet("source", maptype=Count)}
                found: Any = searcher.search(query, limit=1, scored=False, groupedby=by_source, filter=limit)
                counts = dict(found.groups("source"))
                return Answer(total=sum(counts.values()), counts=counts)
            order = {"sortedby": "date", "reverse": True} if question.wanted == "newest" else {}
            hits = searcher.search(query, limit=question.top, filter=limit, **order)
            return Answer(ids=[hit["id"] for hit in hits])

        return ask

    def _schema(self) -> Any:
        from whoosh.analysis.filters import LowercaseFilter
        from whoosh.analysis.morph import PyStemmerFilter
        from whoosh.analysis.tokenizers import RegexTokenizer
        from whoosh.fields import DATETIME, ID, KEYWORD, TEXT, Schema

        stems: Any = PyStemmerFilter
        words = RegexTokenizer(r"\w+") | LowercaseFilter()
        fields: dict[str, Any] = {
            "id": ID(stored=True),
            "date": DATETIME(sortable=True),
            "source": ID(sortable=True),
            "lang": ID(),
            "tags": KEYWORD(commas=True),
        }
        for name in _TEXTS:
            fields[f"{name}_{_FORMS}"] = TEXT(analyzer=words, phrase=False)
            for language, stemmer in _LANGUAGES.items():
                fields[f"{name}_{language}"] = TEXT(analyzer=words | stems(stemmer, cachesize=-1))
        return Schema(**fields)

    def _record(self, article: Article) -> dict[str, Any]:
        language = language_of(article)
        texts = {"title": folded(article["title"]), "text": folded(article["text"])}
        return {
            "id": article["id"],
            "date": datetime.fromisoformat(article["date"]).replace(tzinfo=None),
            "source": article["source"],
            "lang": language,
            "tags": ",".join(article["tags"]),
            **{f"{name}_{kind}": value for name, value in texts.items() for kind in (language, _FORMS)},
        }


def _written_words(question: Question) -> Any:
    from whoosh.query.compound import Or
    from whoosh.query.terms import FuzzyTerm, Prefix

    word = question.words[0]
    if question.how == "prefix":
        return Or([Prefix(f"{name}_{_FORMS}", word) for name in _TEXTS])
    return Or([FuzzyTerm(f"{name}_{_FORMS}", word, maxdist=1, prefixlength=0) for name in _TEXTS])


def _limit(question: Question) -> Any:
    """What may match, as one query; None: anything."""
    from whoosh.query.compound import And
    from whoosh.query.ranges import DateRange
    from whoosh.query.terms import Term

    limits: list[Any] = []
    if bounds := days(question):
        first, end = (bound.replace(tzinfo=None) for bound in bounds)
        limits.append(DateRange("date", first, end, endexcl=True))
    for column, value in (("lang", question.lang), ("source", question.source), ("tags", question.tag)):
        if value is not None:
            limits.append(Term(column, value))
    return And(limits) if len(limits) > 1 else limits[0] if limits else None

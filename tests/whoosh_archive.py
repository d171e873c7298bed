"""The same documents in a real Whoosh index, cut into our tokens and terms: what its query language finds in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import whoosh
import whoosh.analysis
import whoosh.fields
import whoosh.filedb.filestore
import whoosh.qparser

from searchlib.definitions import Definition
from searchlib.documents import prepare
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize

# Whoosh says that it is typed; most of it is not.
analysis: Any = whoosh.analysis
fields: Any = whoosh.fields
qparser: Any = whoosh.qparser
storage: Any = whoosh.filedb.filestore

OLD = whoosh.__version__ < (3,)  # 2.7.4: both distributions are imported as `whoosh`


class OurTokens(analysis.Tokenizer):  # type: ignore[misc]
    """Every term of every token, at the token's position. Stop words are words like others."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    def __call__(
        self, value: str, positions: bool = False, chars: bool = False, mode: str = "", **options: Any
    ) -> Iterator[Any]:
        token = analysis.Token(positions, chars, mode=mode)
        if not options.get("tokenize", True):  # a pattern
            token.text, token.boost, token.pos, token.stopped = value.lower(), 1.0, 0, False
            yield token
            return
        first = options.get("start_pos", 0)
        for form, start, end, position, _, whole in tokenize(value):
            if whole and mode == "query":
                continue
            for term in Analyzer(self._languages).analyze(form).terms:
                token.text, token.boost, token.stopped = term, 1.0, False
                token.pos, token.startchar, token.endchar = first + position, start, end
                yield token


class WhooshArchive:
    def __init__(self, records: Iterable[Mapping[str, Any]], definition: Definition) -> None:
        kinds: dict[str, Any] = {
            "text": lambda: fields.TEXT(analyzer=OurTokens(definition.languages)),
            "keyword": lambda: fields.KEYWORD(commas=True),
            "date": fields.DATETIME,
        }
        made = {field.name: kinds[field.kind]() for field in definition.fields}
        self.schema: Any = fields.Schema(id=fields.ID(stored=True, unique=True), **made)
        self._texts = [field.name for field in definition.text_fields]
        # Whoosh 2.7.4 keeps its scratch files in a folder of this name that all processes share.
        self._index: Any = storage.RamStorage().create_index(self.schema, indexname=uuid4().hex)
        self._ids: set[str] = set()
        writer = self._index.writer()
        for record in records:
            document = prepare(record, definition)
            row: dict[str, Any] = {"id": document.id}
            row |= dict(zip(self._texts, document.texts, strict=True))
            names = [field.name for field in definition.keyword_fields]
            row |= {
                name: ",".join(values)
                for name, values in zip(names, document.keywords, strict=True)
                if values
            }
            if definition.date_field and document.date is not None:
                moment = datetime.fromtimestamp(document.date, UTC)
                row[definition.date_field.name] = moment.replace(tzinfo=None)
            self._ids.add(document.id)
            writer.add_document(**row)
        writer.commit()
        self._searcher: Any = self._index.searcher()

    def query(self, text: str, *, match: str = "any", plugins: Iterable[Any] = ()) -> Any:
        """What Whoosh makes of it, with the plugins whose operators our language has.

        plugins: others, in place of those that are turned on by hand.
        """
        group = qparser.AndGroup if match == "all" else qparser.OrGroup
        parser: Any = qparser.MultifieldParser(self._texts, self.schema, group=group)
        for plugin in plugins or (qparser.FuzzyTermPlugin(), qparser.GtLtPlugin()):
            parser.add_plugin(plugin)
        return parser.parse(text)

    def scores(self, text: str) -> dict[str, float]:
        """By Whoosh's own BM25F."""
        return {hit["id"]: hit.score for hit in self._searcher.search(self.query(text), limit=None)}

    def find(self, text: str, *, match: str = "any", plugins: Iterable[Any] = ()) -> set[str]:
        """What Whoosh finds."""
        return self._found(self.query(text, match=match, plugins=plugins))

    def meaning(self, text: str, *, match: str = "any") -> set[str]:
        """What Whoosh says that it would find: it reads the query and looks up each word, and sets do the rest.

        Its own way of putting lists together has errors in both versions (DIVERGENCES.md).
        """
        return self._meant(self.query(text, match=match))

    def _meant(self, query: Any) -> set[str]:
        parts = [self._meant(part) for part in query.children()] if not query.is_leaf() else []
        put_together: dict[str, Callable[..., set[str]]] = {
            "And": set.intersection,
            "Or": set.union,
            "Not": self._ids.difference,
            "AndNot": set.difference,
            "AndMaybe": lambda wanted, _: wanted,
            "Require": set.intersection,
        }
        known = put_together.get(type(query).__name__)
        return self._found(query) if known is None else known(*parts)

    def _found(self, query: Any) -> set[str]:
        return {hit["id"] for hit in self._searcher.search(query, limit=None)}

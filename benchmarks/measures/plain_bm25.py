"""What would a cluster's own BM25 answer, with the same terms, k1 and b?

Each document is one text of the terms that count for its length: those of the title as often as it weighs, stop words left out. So tf and lengths are
those of searchlib; what differs is that Lucene keeps a length in one byte, and counts of an average every reading of a word as a word. Nothing is stored.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from benchmarks.corpora.questions import Question
from searchlib.documents import Preparer
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

    from searchlib import Definition


class PlainBM25:
    """An index of a cluster that holds records, for as long as it is open. Weights of fields are whole numbers."""

    def __init__(self, client: OpenSearch, definition: Definition, records: Sequence[dict[str, Any]]) -> None:
        self.name = f"searchlib-benchmark-{uuid.uuid4().hex}"
        self._client = client
        self._analyze = Analyzer(definition.languages).analyze
        cut = {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]}
        settings = {
            "number_of_shards": 1,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "similarity.default": {"type": "BM25", "k1": definition.k1, "b": definition.b},
            "analysis": {
                "filter": {"cut": cut},
                "analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace", "filter": ["cut"]}},
            },
        }
        properties = {
            "text": {"type": "text", "analyzer": "terms", "index_options": "freqs"},
            "order": {"type": "long"},
        }
        mappings = {"_source": {"enabled": False}, "properties": properties}
        client.indices.create(index=self.name, body={"settings": settings, "mappings": mappings})
        from opensearchpy import helpers

        for _ in helpers.streaming_bulk(client, self._operations(definition, records), chunk_size=1_000):
            pass
        client.indices.refresh(index=self.name)

    @staticmethod
    def answers(question: Question) -> bool:
        """Is it of words and nothing else?"""
        limits = question.since, question.lang, question.source, question.tag
        return question.how in ("any", "all") and question.wanted == "best" and not any(limits)

    def body_of(self, question: Question, definition: Definition) -> dict[str, Any]:
        """The search that a question becomes."""
        words = []
        for word in question.words:
            for form, *_, whole in tokenize(word):
                terms, stop = self._analyze(form)
                if not stop and (question.how == "any" or not whole):
                    readings = [{"term": {"text": term}} for term in terms]
                    words.append(readings[0] if len(readings) == 1 else {"dis_max": {"queries": readings}})
        together = "must" if question.how == "all" else "should"
        query = {"bool": {together: words}} if words else {"match_none": {}}
        sort = [{"_score": "desc"}, {"order": "asc"}]
        return {
            "query": query,
            "size": question.top,
            "sort": sort,
            "track_total_hits": False,
            "_source": False,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.indices.delete(index=self.name)

    def _operations(
        self, definition: Definition, records: Sequence[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        prepare = Preparer(definition)
        times = [int(field.weight) for field in definition.text_fields]
        for order, record in enumerate(records):
            document = prepare(record)
            places: list[str] = []
            for count, text in zip(times, document.texts, strict=True):
                places += list(self._places(text)) * count
            yield {"_index": self.name, "_id": document.id, "text": " ".join(places), "order": order}

    def _places(self, text: str) -> Iterator[str]:
        """The terms at each place of a text that counts; a hyphenated whole is at the place of its first part."""
        above: tuple[str, ...] = ()
        for form, *_, whole in tokenize(text):
            terms, stop = self._analyze(form)
            if whole:
                above = terms
                continue
            found = dict.fromkeys((*(() if stop else terms), *above))
            above = ()
            if found:
                yield "|".join(found)

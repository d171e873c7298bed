"""How does bm25s answer? bm25s compiled by numba: scores computed when indexing, added up and sorted out when asked.

An index is a sparse matrix of scores, with neither positions nor frequencies: any of the words, the best, and nothing else.
The choices are those that were fastest: the numba backend on one thread, and the arrays in memory (mapped from their files they take
a tenth longer). Words become token ids by its own vocabulary. The formula is Lucene's, which is searchlib's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks.corpora.archive import Article
from benchmarks.corpora.questions import Question
from benchmarks.engines.engine import K1, Analysis, Answer, Ask, B, limited, without

_IDS = "ids"  # a file beside its own: one id a line, in the order of documents


class Bm25s:
    """bm25s through its public class."""

    name = "bm25s"
    analyses: tuple[Analysis, ...] = ("terms",)
    most_documents: int | None = None
    quick = False

    def missing(self) -> str | None:
        return without("bm25s", "numba")

    def version(self) -> str:
        return f"{version('bm25s')}, numba {version('numba')}"

    def answers(self, question: Question) -> bool:
        return question.how == "any" and question.wanted == "best" and not limited(question)

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        from bm25s import BM25

        ids, corpus = [], []
        for article in articles:
            ids.append(article["id"])
            corpus.append(article["text"].split())

        def build(folder: Path) -> None:
            index = BM25(method="lucene", k1=K1, b=B, backend="numba")
            index.index(corpus, show_progress=False)
            index.save(folder, show_progress=False)
            (folder / _IDS).write_text("\n".join(ids), encoding="utf-8")

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        from bm25s import BM25

        index = BM25.load(folder, show_progress=False)
        ids = (folder / _IDS).read_text(encoding="utf-8").split("\n")

        def ask(question: Question) -> Answer:
            top = min(question.top, len(ids))
            found = index.retrieve([list(question.words)], k=top, show_progress=False, n_threads=1)
            best = zip(found.documents[0].tolist(), found.scores[0].tolist(), strict=True)
            return Answer(ids=[ids[number] for number, score in best if score > 0])

        return ask

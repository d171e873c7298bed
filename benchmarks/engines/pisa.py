"""How does PISA answer? The compiled module of pyterrier-pisa, called in this process; one thread.

PISA is a C++ library for research on top-k search. The Python part of the package answers in data frames and imports tools for Java, so
the compiled module is loaded alone, and its function for a list of questions is given one. The time told is that function's, from
terms as a dictionary to ids: making ready what it takes and writes to is not PISA's. About two microseconds of it are the call.

The choices are those that were fastest at an exact answer on 20,000 documents: lists in StreamVByte; for any of the words block-max
MaxScore, which research compares with (MaxScore is within some hundredths of it, WAND and block-max WAND took longer); for all of them
ranked AND (with bounds of blocks it takes a third longer). The size of a block made no difference. Quantised scores are left out: they
rank otherwise. Its BM25 has Robertson's idf, log((N - n + 0.5) / (n + 0.5)), lower for common words than searchlib's: of
several words the order may differ, for that reason alone.

PISA's tokeniser knows ASCII alone, so that other terms are spelt in hexadecimal digits beforehand.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import distribution, version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.corpora.archive import Article
from benchmarks.corpora.questions import Question
from benchmarks.engines.engine import K1, Analysis, Answer, Ask, B, limited, without

_ALGORITHMS = {"any": "block_max_maxscore", "all": "ranked_and"}
_ENCODING = "block_streamvbyte"
_BLOCK = 64  # postings to a bound
_BATCH = 100_000  # documents that are inverted at once
_NEEDED = ("fwd.termlex", "fwd.doclex", "fwd.terms", "bm25.*")  # of an index, to search it


class Pisa:
    """PISA through the compiled module of pyterrier-pisa."""

    name = "PISA"
    analyses: tuple[Analysis, ...] = ("terms",)
    most_documents: int | None = None
    quick = True

    def missing(self) -> str | None:
        return without("pyterrier-pisa")

    def version(self) -> str:
        return f"pyterrier-pisa {version('pyterrier-pisa')}"

    def answers(self, question: Question) -> bool:
        return question.how in _ALGORITHMS and question.wanted == "best" and not limited(question)

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        lines = [
            f"{article['id']} {' '.join(map(_spelt, article['text'].split()))}\n" for article in articles
        ]

        def build(folder: Path) -> None:
            pisa = _compiled()
            folder.mkdir(parents=True)
            collection = folder / "collection"
            with collection.open("w", encoding="ascii") as file:
                file.writelines(lines)
            with _standard_output_to_errors():
                pisa.index(str(collection), str(folder), "", _BATCH, 1)
                _prepared(pisa, folder)
            kept = {path for pattern in _NEEDED for path in folder.glob(pattern)}
            for path in set(folder.iterdir()) - kept:
                path.unlink()

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        import numpy

        pisa = _compiled()
        context = _prepared(pisa, folder)
        known = frozenset((folder / "fwd.terms").read_text(encoding="ascii").split())

        def ask(question: Question) -> Answer:
            words = Counter(map(_spelt, question.words))
            if question.how == "all" and not words.keys() <= known:
                return Answer()  # PISA leaves out words that it does not know
            queries = [(0, {word: float(count) for word, count in words.items()})]
            ids = numpy.empty(question.top, dtype=object)
            numbers, ranks = (numpy.empty(question.top, dtype=numpy.int32) for _ in range(2))
            scores = numpy.empty(question.top, dtype=numpy.float32)
            began = perf_counter()
            found = pisa.retrieve(
                context,
                _ALGORITHMS[question.how],
                queries,
                k=question.top,
                threads=1,
                pretokenised=1,
                result_qidxs=numbers,
                result_docnos=ids,
                result_ranks=ranks,
                result_scores=scores,
            )
            seconds = perf_counter() - began
            return Answer(ids=ids[:found].tolist(), seconds=seconds)

        return ask


def _compiled() -> Any:
    """The module that the wheel holds for this Python, without the package around it."""
    files = distribution("pyterrier-pisa").files or []
    name = "_pisathon"
    path = next(file.locate() for file in files if file.name.startswith(f"{name}.cpython"))
    spec = spec_from_file_location(name, str(path))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _prepared(pisa: Any, folder: Path) -> Any:
    """What a search needs, opened; its lists and bounds are written first when they are not there yet."""
    context = pisa.RetrievalContext()
    pisa.prepare_index(
        context, str(folder), _ENCODING, "bm25", "", block_size=_BLOCK, quantize=0, bm25_k1=K1, bm25_b=B
    )
    return context


def _spelt(term: str) -> str:
    """Another spelling of each term, of ASCII letters and digits."""
    return f"{term}a" if term.isascii() else f"{term.encode().hex()}b"


@contextmanager
def _standard_output_to_errors() -> Iterator[None]:
    """PISA tells there what it is at; a build's standard output is its result."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)

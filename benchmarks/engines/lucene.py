"""How does Lucene answer? The newest release on JDK 21 or newer, in a process of its own for each index that is open.

Questions and answers go through a pipe and are not timed: ``Answer.seconds`` is what passed inside Java from the words of a
question to its ids. A build is timed from here, with the JVM started and the records in a file of lines which it reads, so the
compiler's warming up is part of a build: nobody builds twice in a row. Searching is warmed up: before its first answer the
searcher asks itself 40,000 questions of all kinds, made of words of the index, for a minute at most (WarmUp.java). On 20,000
articles the mean of the first rounds was 2.4 times as high without them, and still above the later ones with half of them. Both programs run
with the default collector (G1, which was 10 % faster than the Parallel one) and with the Vector API, with which Lucene decodes postings.

Fields are tantivy's: title and text once per language, with Porter2 of Snowball after StandardTokenizer, the possessive and small
letters, as EnglishAnalyzer and RussianAnalyzer have it, but stop words are kept, so that phrases with them find the same; and
words as they are written, without positions. One thread fills a buffer of 1 GB; the index is left as its merge policy leaves
it, all merges done, as tantivy's is: one segment where all fits the buffer. None are merged by force and no order of documents is imposed.

The choices are those made for the fastest exact answer: a threshold of 0 hits, so that all may be pruned; one flat boolean query;
a total is ``IndexSearcher.count``; facets are counted by ordinal in one pass over the matches; a date range is
points or the column, as Lucene decides; the newest skip by points; the id is read from a column, not from stored fields. Prefixes
score a constant and fuzzy words by the fifty best terms, as is the default. The query cache is off: it would answer the second
time what it was asked the first time.

As in tantivy, a title and a text are scored apart and added. Lengths are kept in one byte, above 40 words to four bits: on terms that is why
some of the ten best are others.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory, TemporaryFile

from benchmarks.corpora.archive import Article, cache_folder, language_of
from benchmarks.corpora.questions import Question, folded
from benchmarks.engines import jdk
from benchmarks.engines.engine import K1, Analysis, Answer, Ask, B, days

SOURCES = Path(__file__).with_name("lucene_java")
_BUILD_HEAP, _SEARCH_HEAP = "2g", "1g"
_LISTED = "\x1f"  # between the values of one column
_ONE_LINE = str.maketrans("\t\n\r", "   ")
_END = 10  # seconds that a JVM has to end by itself


class Lucene:
    """Lucene through a process of its own."""

    name = "Lucene"
    analyses: tuple[Analysis, ...] = ("own", "terms")
    most_documents: int | None = None
    quick = True

    def __init__(self, warm_up: int = 40_000) -> None:
        """warm_up: how many questions a searcher asks itself before it answers, unless they take it a minute."""
        self._warm_up = warm_up
        self._project: jdk.Project | None = None
        self._reason: str | None = None

    def missing(self) -> str | None:
        if self._project is None and self._reason is None:
            try:
                self._project = jdk.project(SOURCES)
            except jdk.AbsentError as absent:
                self._reason = str(absent)
        return self._reason

    def version(self) -> str:
        project = self._built()
        return f"{project.version('lucene-core')} on JDK {project.release}"

    def answers(self, question: Question) -> bool:
        return True

    def ready(self, articles: Iterable[Article], analysis: Analysis) -> Callable[[Path], None]:
        home = cache_folder()
        home.mkdir(parents=True, exist_ok=True)
        aside = TemporaryDirectory(prefix="lucene-records-", dir=home)
        records = Path(aside.name) / "records.tsv"
        with records.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(record(article, analysis) for article in articles)
        process = self._started(_BUILD_HEAP, "Indexer", analysis, records)

        def build(folder: Path) -> None:
            folder.mkdir(parents=True)
            process.said(f"{folder}\n")
            process.end()
            aside.cleanup()

        return build

    def open(self, folder: Path, analysis: Analysis) -> Ask:
        process = self._started(_SEARCH_HEAP, "Searcher", analysis, folder, self._warm_up)

        def ask(question: Question) -> Answer:
            nanoseconds, total, found = process.said(asked(question)).split("\t")
            values = found.split(_LISTED) if found else []
            seconds = int(nanoseconds) / 1e9
            match question.wanted:
                case "total":
                    return Answer(total=int(total), seconds=seconds)
                case "facets":
                    counts = dict(zip(values[::2], map(int, values[1::2]), strict=True))
                    return Answer(total=int(total), counts=counts, seconds=seconds)
                case _:
                    return Answer(ids=values, seconds=seconds)

        return ask

    def _built(self) -> jdk.Project:
        if reason := self.missing():
            raise RuntimeError(reason)
        assert self._project is not None
        return self._project

    def _started(self, heap: str, main: str, analysis: Analysis, *rest: object) -> _Process:
        main = f"searchlib.benchmarks.{main}"
        return _Process(self._built().command(heap, main, analysis, K1, B, *rest))


class _Process:
    """A JVM that says a line when it is ready and one for each that it is told. It ends with this object or this program."""

    def __init__(self, command: list[str]) -> None:
        self._errors = TemporaryFile()  # noqa: SIM115 -- as long as the process
        self._process = Popen(
            command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=self._errors,
            encoding="utf-8",
        )
        self.end = weakref.finalize(self, _ended, self._process)
        self._heard()

    def said(self, line: str) -> str:
        """What it answers to a line. Raises RuntimeError with its own words when it has failed."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(line)
            stdin.flush()
        except BrokenPipeError:
            pass  # it has failed: _heard tells why
        return self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"Lucene has failed:\n{self._errors.read().decode(errors='replace')}")
        return line.removesuffix("\n")


def _ended(process: Popen[str]) -> None:
    """Ends at the end of what it is told, if need be by force."""
    try:
        process.communicate(timeout=_END)
    except TimeoutExpired:
        process.kill()
        process.communicate()


def record(article: Article, analysis: Analysis) -> str:
    """What is indexed of an article, as a line of Fields.java's columns."""
    if analysis == "terms":
        return _line(article["id"], article["text"])
    return _line(
        article["id"],
        folded(article["text"]),
        language_of(article),
        _milliseconds(datetime.fromisoformat(article["date"])),
        article["source"],
        _LISTED.join(article["tags"]),
        folded(article["title"]),
    )


def asked(question: Question) -> str:
    """A question as a line of Question.java's columns."""
    first, end = map(_milliseconds, days(question) or (None, None))
    return _line(
        question.how,
        question.wanted,
        str(question.top),
        question.language,
        first,
        end,
        question.lang or "",
        question.source or "",
        question.tag or "",
        " ".join(question.words),
    )


def _milliseconds(moment: datetime | None) -> str:
    return str(round(moment.timestamp() * 1000)) if moment else ""


def _line(*columns: str) -> str:
    return "\t".join(column.translate(_ONE_LINE) for column in columns) + "\n"

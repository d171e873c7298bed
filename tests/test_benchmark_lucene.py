"""Does Lucene, as the benchmark asks it, find what it should, and is it said in a sentence why it cannot be measured?"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from benchmarks.corpora.archive import Archive, Article, language_of
from benchmarks.corpora.questions import Classes, How, Question, folded
from benchmarks.engines import jdk, lucene
from benchmarks.engines.engine import Ask, days
from benchmarks.engines.lucene import Lucene
from benchmarks.engines.searchlib import Searchlib
from benchmarks.engines.terms import Terms
from searchlib import Index

SEED, DOCUMENTS, COUNT = 7, 200, 24
EXACT = 39  # words up to which Lucene's one byte holds the length of a text exactly
MODULES = ("java.base", "jdk.compiler", jdk.VECTORS)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program on a path that has no other, on a machine without any JDK and without what was built before."""
    if os.name == "nt":
        pytest.skip("programs are shell scripts here")
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(jdk, "USUAL_HOMES", ())
    monkeypatch.setattr(jdk, "cache_folder", lambda: tmp_path / "cache")

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put


def java(release: str, *modules: str) -> str:
    """The script of a java that has these modules."""
    return "\n".join(f"echo {module}@{release}" for module in modules)


@pytest.mark.parametrize(
    "script",
    [None, java("17.0.15", *MODULES), java("21.0.4", *MODULES[:2]), java("21.0.4", *MODULES[::2]), "exit 1"],
)
def test_without_a_jdk(script: str | None, program: Callable[[str, str], None]) -> None:
    if script:
        program("java", script)
    program("mvn", "exit 0")
    assert Lucene().missing() == "no JDK 21 or newer with jdk.incubator.vector is installed"


def test_without_maven(program: Callable[[str, str], None]) -> None:
    program("java", java("21.0.4", *MODULES))
    assert Lucene().missing() == "Maven is not installed (no mvn on the path)"


def test_when_maven_cannot_fetch(program: Callable[[str, str], None], tmp_path: Path) -> None:
    program("java", java("21.0.4", *MODULES))
    program(
        "mvn",
        "echo '[WARNING] slow'\necho '[ERROR] Could not transfer lucene-core'\necho '[ERROR] Help'\nexit 1",
    )
    reason = "Maven cannot build lucene_java: Could not transfer lucene-core"
    engine = Lucene()
    assert engine.missing() == engine.missing() == reason
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(RuntimeError, match=reason):
        engine.version()


def test_it_is_built_once_with_the_jdk_that_was_found(
    program: Callable[[str, str], None], tmp_path: Path
) -> None:
    program("java", java("21.0.4", *MODULES))
    program(
        "mvn",
        """for option; do case $option in -Dtarget=*) target=${option#-Dtarget=}; esac; done
        /bin/mkdir -p $target/dependency $JAVA_HOME/built
        : > $target/dependency/lucene-core-10.6.0.jar""",
    )
    first, second = Lucene(), Lucene()
    assert first.missing() is None
    assert (tmp_path / "built").is_dir()
    program("mvn", "exit 1")
    assert second.missing() is None
    assert second.version() == "10.6.0 on JDK 21.0.4"


@pytest.fixture(scope="module")
def engine() -> Lucene:
    found = Lucene(warm_up=100)
    if reason := found.missing():
        pytest.skip(f"Lucene cannot be measured here: {reason}")
    return found


@pytest.fixture(scope="module")
def questions() -> dict[str, list[Question]]:
    return Classes(Archive(SEED), DOCUMENTS).questions(COUNT)


@pytest.fixture(scope="module")
def many_questions() -> dict[str, list[Question]]:
    """Most phrases have a stop word, and are not asked in terms."""
    return Classes(Archive(SEED), DOCUMENTS).questions(200)


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {article["id"]: article for article in Archive(SEED).articles(DOCUMENTS)}


@pytest.fixture(scope="module")
def own(engine: Lucene, articles: dict[str, Article], tmp_path_factory: pytest.TempPathFactory) -> Ask:
    folder = tmp_path_factory.mktemp("own") / "index"
    engine.ready(articles.values(), "own")(folder)
    return engine.open(folder, "own")


@pytest.fixture(scope="module")
def terms() -> Terms:
    return Terms()


@pytest.fixture(scope="module")
def on_terms(
    engine: Lucene, articles: dict[str, Article], terms: Terms, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ask, Ask, Index]:
    """Lucene and searchlib on the first words of each article, and searchlib's index.

    Numbers are left out: searchlib reads "117 477" as one, whatever wrote it.
    """
    short: list[Article] = [
        {
            **article,
            "text": " ".join([word for word in article["text"].split() if not word.isdigit()][:EXACT]),
        }
        for article in map(terms.article, articles.values())
    ]
    folder = tmp_path_factory.mktemp("terms")
    engine.ready(short, "terms")(folder / "lucene")
    Searchlib().ready(short, "terms")(folder / "searchlib")
    ours = Searchlib().open(folder / "searchlib", "terms")
    return engine.open(folder / "lucene", "terms"), ours, Index.open(folder / "searchlib")


CLASSES = ("bag of 2 to 6 words", "AND of 2", "AND of 3", "phrase of 2", "phrase of 3")


@pytest.mark.parametrize("name", CLASSES)
def test_on_terms_it_finds_what_searchlib_finds(
    name: str,
    many_questions: dict[str, list[Question]],
    terms: Terms,
    on_terms: tuple[Ask, Ask, Index],
) -> None:
    """The scores of the ten are searchlib's ten best, so that documents of one score may stand for each other."""
    theirs, ours, index = on_terms
    asked = [question for each in many_questions[name] if (question := terms.question(each))]
    found = 0
    for question in asked:
        total = replace(question, wanted="total")
        assert theirs(total).total == ours(total).total
        words = " ".join(question.words)
        match = "all" if question.how == "all" else "any"
        text = f'"{words}"' if question.how == "phrase" else words
        scores = {hit.id: hit.score for hit in index.search(text, limit=DOCUMENTS, match=match)}
        ids = theirs(question).ids
        assert [scores[id_] for id_ in ids] == pytest.approx(list(scores.values())[:10], rel=1e-5)
        found += len(ids)
    assert found > 0


def test_words_prefixes_and_spelling(
    own: Ask, questions: dict[str, list[Question]], articles: dict[str, Article]
) -> None:
    for question in questions["prefix of 3 to 6 letters"]:
        ids = own(question).ids
        assert ids
        for id_ in ids:
            assert any(word.startswith(question.words[0]) for word in written(articles[id_]))
    asked = questions["fuzzy, one letter"]
    assert sum(bool(own(question).ids) for question in asked) > COUNT // 2
    for question in asked:
        exact = {id_ for id_, article in articles.items() if question.words[0] in written(article)}
        assert len(own(replace(question, top=DOCUMENTS)).ids) >= len(exact)


def written(article: Article) -> list[str]:
    """The words of an article."""
    letters = (c if c.isalnum() else " " for c in folded(f"{article['title']} {article['text']}"))
    return "".join(letters).split()


def test_limits_hold(own: Ask, questions: dict[str, list[Question]], articles: dict[str, Article]) -> None:
    found = 0
    for name in ("bag, a year", "bag, one language", "bag, one source", "bag, one tag"):
        for question in questions[name]:
            free = own(
                replace(question, top=DOCUMENTS, since=None, until=None, lang=None, source=None, tag=None)
            )
            expected = [id_ for id_ in free.ids if within(articles[id_], question)]
            assert own(replace(question, top=DOCUMENTS)).ids == expected
            assert own(replace(question, wanted="total")).total == len(expected)
            found += len(expected)
    assert found > 4 * COUNT


def within(article: Article, question: Question) -> bool:
    """Whether an article is within the limits of a question."""
    bounds = days(question)
    return (
        (bounds is None or bounds[0] <= datetime.fromisoformat(article["date"]) < bounds[1])
        and question.lang in (None, language_of(article))
        and question.source in (None, article["source"])
        and (question.tag is None or question.tag in article["tags"])
    )


def test_newest_facets_and_totals_are_of_the_same_matches(
    own: Ask, questions: dict[str, list[Question]], articles: dict[str, Article]
) -> None:
    for question in questions["bag of 2 to 6 words"]:
        ids = own(replace(question, top=DOCUMENTS)).ids
        newest = sorted((articles[id_]["date"] for id_ in ids), reverse=True)[:10]
        assert [articles[id_]["date"] for id_ in own(replace(question, wanted="newest")).ids] == newest
        sources = [articles[id_]["source"] for id_ in ids]
        answer = own(replace(question, wanted="facets"))
        assert answer.counts == {source: sources.count(source) for source in sources}
        assert answer.total == own(replace(question, wanted="total")).total == len(ids) > 0
        assert answer.seconds is not None
        assert 0 < answer.seconds < 60


@pytest.mark.parametrize("how", ["any", "all", "phrase"])
def test_a_word_that_is_none_finds_nothing(how: How, own: Ask) -> None:
    question = Question("en", ("—",), how, lang="en")
    assert own(question).ids == []
    answer = own(replace(question, wanted="facets"))
    assert (answer.total, answer.counts) == (0, {})


def test_no_process_is_left_behind(
    engine: Lucene, articles: dict[str, Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Popen[Any]] = []

    def popen(*arguments: Any, **options: Any) -> Popen[Any]:
        started.append(Popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(lucene, "Popen", popen)
    build = engine.ready(list(articles.values())[:5], "terms")
    build(tmp_path / "index")
    ask = engine.open(tmp_path / "index", "terms")
    never = engine.ready([], "terms")
    assert [process.poll() for process in started] == [0, None, None]
    del ask, never
    gc.collect()
    assert [process.poll() for process in started] == [0, 0, 0]
    with pytest.raises(RuntimeError, match="IndexNotFoundException"):
        engine.open(tmp_path / "nowhere", "terms")

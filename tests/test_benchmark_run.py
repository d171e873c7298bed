"""Does the command that measures everything write what it was asked for, and does it judge its goals rightly?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome

import benchmarks.corpora.archive
from benchmarks.__main__ import main
from benchmarks.corpora.archive import Archive
from benchmarks.corpora.chosen import BadCorpusError, Corpus, of_file
from benchmarks.corpora.questions import Classes, Question
from benchmarks.engines import OURS
from benchmarks.engines.engine import Analysis, Answer, Ask
from benchmarks.engines.sqlite import Sqlite
from benchmarks.measures import suite
from benchmarks.measures.figures import Figure
from benchmarks.measures.goals import goals
from benchmarks.measures.growth import exponents, sizes
from benchmarks.measures.latency import EngineError, throughput
from benchmarks.measures.result import Goal, Result

DOCUMENTS = 240
SQLITE = Sqlite.name
SECTIONS = [section for section in suite.SECTIONS if section != "effectiveness"]
CORPUS = "10,000 generated"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Nothing of a test stays in the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
            patch.setenv(name, str(folder))
        yield folder


def run(*arguments: str) -> Outcome:
    return CliRunner().invoke(main, ["run", "--quick", "--questions", "10", "--repeats", "2", *arguments])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    path = tmp_path_factory.mktemp("result") / "result.json"
    outcome = run("--documents", str(DOCUMENTS), "--engine", SQLITE, "--out", str(path))
    assert outcome.exit_code == 0, outcome.output
    assert str(path) in outcome.stdout
    return Result.load(path)


def test_every_section_has_figures(result: Result) -> None:
    found = {figure.section for figure in result.figures}
    assert found >= {"build", "size", "latency", "start", "growth", "kernels"}
    assert ("memory" in found) == Path("/proc/self/status").exists()
    assert result.options["sections"] == SECTIONS
    assert result.engines.keys() == {OURS, SQLITE}
    assert result.corpora.keys() == {f"{DOCUMENTS} generated, own", f"{DOCUMENTS} generated, terms"}


def test_both_engines_are_measured_in_every_class_they_can_answer(result: Result) -> None:
    classes = Classes(Archive(1), DOCUMENTS).questions(10)
    for subject in classes:
        corpus = f"{DOCUMENTS} generated, own"
        engines = {f.engine for f in result.figures if (f.corpus, f.subject) == (corpus, subject)}
        assert engines == ({OURS, SQLITE} if not subject.startswith("fuzzy") else {OURS})
    terms = {f.subject for f in result.figures if f.section == "latency" and f.corpus.endswith(", terms")}
    assert "bag, top 1,000" in terms and "bag, one tag" not in terms


def test_answers_are_compared(result: Result) -> None:
    same = {(one.corpus, one.subject): one for one in result.agreements if one.engine == SQLITE}
    phrase = same[f"{DOCUMENTS} generated, terms", "phrase of 2"]
    assert phrase.same_top is not None and phrase.same_top > 0.9
    total = same[f"{DOCUMENTS} generated, own", "bag, total"]
    assert total.same_total is not None and total.matches is not None


def test_parts_add_up(result: Result) -> None:
    sizes = {
        f.subject: f.value
        for f in result.figures
        if f.section == "size" and f.engine == OURS and "own" in f.corpus
    }
    whole = sizes.pop("all")
    assert sum(sizes.values()) == pytest.approx(whole, abs=1)
    assert sizes["postings"] > 0


def test_a_result_can_be_shown(result: Result, tmp_path: Path) -> None:
    for needed in ("matplotlib", "jinja2"):
        pytest.importorskip(needed, reason="the bench extra is not installed")
    path, page = tmp_path / "result.json", tmp_path / "page.html"
    result.save(path)
    outcome = CliRunner().invoke(main, ["report", str(path), "--html", str(page)])
    assert outcome.exit_code == 0, outcome.output
    text = page.read_text(encoding="utf-8")
    assert all(f'id="{name}"' in text for name in ("build", "size", "latency", "start", "kernels"))


def test_an_engine_that_fails_is_left_out_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(self: Sqlite, folder: Path, analysis: Analysis) -> Ask:
        def ask(question: Question) -> Answer:
            raise OSError("the disk is gone")

        return ask

    monkeypatch.setattr(Sqlite, "open", opened)
    path = tmp_path / "result.json"
    sections = ("--only", "latency", "--only", "agreement")
    outcome = run("--documents", "60", "--engine", SQLITE, "--out", str(path), *sections)
    assert outcome.exit_code == 0, outcome.output
    found = Result.load(path)
    assert "OSError: the disk is gone" in found.absent[SQLITE]
    assert {figure.engine for figure in found.figures} == {OURS}
    assert {f.subject for f in found.figures} >= {"one word", "bag, total"}


def test_what_was_measured_before_a_failure_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(bench: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(suite.SECTIONS, "size", broken)
    path = tmp_path / "result.json"
    outcome = run(
        "--documents", "60", "--engine", SQLITE, "--out", str(path), "--only", "build", "--only", "size"
    )
    assert isinstance(outcome.exception, RuntimeError)
    assert {figure.section for figure in Result.load(path).figures} == {"build"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--engine", "Sphinx"),
        ("--only", "weather"),
        ("--corpus", "x.jsonl", "--documents", "10"),
        ("--corpus", "no such file.jsonl"),
        ("--documents", "10", "--queries", "no such file.jsonl"),
    ],
)
def test_a_bad_request(arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert outcome.exit_code == 2, outcome.output
    assert "Error" in outcome.output


def own_file(path: Path, *documents: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in documents), encoding="utf-8")
    return path


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    texts = [article["text"] for article in Archive(3).articles(40)]
    documents = [{"id": number, "text": text} for number, text in enumerate(texts)]
    documents[7] |= {"date": "2021-05-06", "source": "Gazette", "tags": ["a", "b"], "title": "Seven"}
    corpus = of_file(own_file(tmp_path / "papers.jsonl", *documents), 1)
    assert (corpus.name, corpus.documents) == ("papers", 40)
    seventh = corpus.about.article(7)
    assert seventh["date"] == "2021-05-06T00:00:00Z"
    assert (seventh["id"], seventh["source"], seventh["tags"]) == ("7", "Gazette", ["a", "b"])
    assert corpus.about.article(8)["source"] == "papers"
    classes = Classes(corpus.about, corpus.asked).questions(6)
    assert all(questions for questions in classes.values())
    for question in classes["AND of 2"]:
        assert any(all(word in text.lower().replace("ё", "е") for word in question.words) for text in texts)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('{"id": 1, "text": "harvest"}\n{"id": 1, "text": "rain"}\n', "line 2: the id '1' was there"),
        ('{"id": 1}\n', "line 1: no document"),
        ("harvest\n", "line 1: no document"),
        ('{"id": 1, "text": "-"}\n', "no words"),
        ("", "no documents"),
    ],
)
def test_a_file_that_is_no_corpus(lines: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(BadCorpusError, match=reason):
        of_file(path, 1)


def times(subject: str, engine: str, value: float, quantity: str = "mean", analysis: str = "terms") -> Figure:
    values = tuple(value * noise for noise in (0.99, 1.0, 1.01))
    return Figure("latency", f"{CORPUS}, {analysis}", subject, engine, quantity, "ms", values)


def judged(*figures: Figure, section: str = "latency") -> Callable[[str], Goal]:
    found = {goal.promise: goal for goal in goals(figures, CORPUS, [section])}
    return found.__getitem__


def test_goals_of_latency() -> None:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    bag = "bag of 2 to 6 words"
    few = f"{bag}, the first 10"
    goal = judged(
        times(bag, OURS, 0.1),
        times(bag, "PISA", 0.25),
        times(bag, "tantivy", 0.5),
        times(few, OURS, 0.2),
        times(few, "Lucene", 2.0),
        times(bag, "Lucene", 2.0),
        times(bag, OURS, 1.0, "p99"),
        times(bag, "PISA", 3.0, "p99"),
        times(bag, "tantivy", 1.5, "p99"),
    )
    reached = goal(f"{bag}, same terms, beside PISA")
    assert reached.reached and reached.found == pytest.approx(0.4) and reached.to == "PISA"
    assert reached.low is not None and reached.low <= 0.4
    missed = goal(f"{bag}, same terms, beside tantivy")
    assert not missed.reached and missed.found == pytest.approx(0.2)
    absent = goal(f"{bag}, same terms, beside bm25s")
    assert absent.found is None and not absent.reached
    part = goal(f"{bag}, same terms, beside Lucene")
    assert part.found == pytest.approx(0.1) and part.ours[2] == few
    nearest = goal(f"p99 of {bag}, same terms, beside the best other engine")
    assert nearest.to == "tantivy" and nearest.found == pytest.approx(2 / 3) and not nearest.reached


def test_goals_on_less_than_the_corpus() -> None:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    bag = "bag of 2 to 6 words"
    small = [
        Figure("latency", "5,000 generated, own", bag, engine, "mean", "ms", (value,))
        for engine, value in ((OURS, 0.1), ("Whoosh", 30.0))
    ]
    goal = judged(times(bag, OURS, 0.5, analysis="own"), *small)(f"{bag}, own analysis, beside Whoosh")
    assert goal.reached and goal.found == pytest.approx(1 / 300)


def test_goals_of_build_size_and_start() -> None:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    corpus = f"{CORPUS}, own"
    speeds = {OURS: 15.0, f"{OURS}, 2 workers": 24.0, "tantivy": 8.0}
    built = [
        Figure("build", corpus, "", engine, "MB/s of text", "MB/s", (speed,), rising=True)
        for engine, speed in speeds.items()
    ]
    goal = judged(*built, section="build")
    assert goal("build by one process, beside tantivy").found == pytest.approx(15 / 8)
    assert not goal("build by two processes, beside one").reached
    assert goal("build by two processes, beside tantivy").reached
    size = [
        Figure("size", corpus, "all", engine, "bytes/document", "bytes", (value,))
        for engine, value in ((OURS, 700.0), ("tantivy", 1200.0), ("Lucene", 690.0))
    ]
    smaller = judged(*size, section="size")
    assert not smaller(
        "size without stored text, own analysis, beside the smaller of tantivy and Lucene"
    ).reached
    opened = Figure("start", corpus, "", OURS, "open", "ms", (4.0, 5.5, 4.5))
    assert judged(opened, section="start")(f"open index, {CORPUS} documents").reached


def test_the_exponent_of_growth() -> None:
    found = [
        Figure("growth", f"{documents:,}", "AND of 2", OURS, "mean", "ms", (documents**0.5, documents**0.6))
        for documents in sizes(100_000)
    ]
    (exponent,) = exponents(found)
    assert exponent.values == pytest.approx((0.5, 0.6))
    goal = judged(*found, exponent, section="growth")(
        "growth of AND of 2, from 10,000 to 100,000 documents: slower than documents^0.6"
    )
    assert goal.reached and goal.found == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("largest", "steps"),
    [
        (1_000_000, [10_000, 30_000, 100_000, 300_000, 1_000_000]),
        (300_000, [10_000, 30_000, 100_000, 300_000]),
        (2_000, [300, 1_000, 2_000]),
        (20_000, [3_000, 10_000, 20_000]),
        (240, [100, 240]),
        (40, [40]),
    ],
)
def test_sizes(largest: int, steps: list[int]) -> None:
    assert sizes(largest) == steps


def test_a_thread_that_fails_keeps_nobody_waiting() -> None:
    opened = iter((True, False))

    def opener() -> Ask:
        if next(opened):
            return lambda question: Answer(seconds=0.1)
        raise OSError("gone")

    with pytest.raises(EngineError, match="gone"):
        throughput("news", "bag", opener, "SQLite", [Question("en", ("word",))] * 4, (1, 2), 2)


def test_a_smaller_corpus() -> None:
    corpus = Corpus("300 generated + 20 real", "", Path("x"), 320, Archive(1), 300)
    assert corpus.first(320) is corpus
    assert (corpus.first(100).name, corpus.first(100).asked) == ("100 generated", 100)
    assert (corpus.first(310).name, corpus.first(310).asked) == ("first 310 of 300 generated + 20 real", 300)
    assert benchmarks.corpora.archive.cache_folder().name == "searchlib-benchmarks"

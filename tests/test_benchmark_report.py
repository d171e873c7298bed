"""Does the report show every figure of a run, and does a comparison tell a regression from noise and from a slower machine?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Outcome

from benchmarks.__main__ import main
from benchmarks.measures.figures import Figure
from benchmarks.measures.latency import Agreement, Run, figures
from benchmarks.measures.result import Goal, Result
from benchmarks.measures.tables import shown
from benchmarks.report.subsets import subsets

NEWS = "30,000 generated"
BAG, ASKED = "bag of 2 to 6 words", "длинный <вопрос>"
LATENCY = ("latency", NEWS, BAG, "searchlib", "mean")


def around(value: float, random: Random, noise: float = 0.02) -> tuple[float, ...]:
    return tuple(value * math.exp(random.gauss(0, noise)) for _ in range(5))


def measured(seed: int = 1) -> Iterator[Figure]:
    random = Random(seed)
    for subject, slow in ((BAG, 1.0), (ASKED, 5.0)):
        for engine, factor in (("searchlib", 0.05), ("tantivy", 0.4), ("Lucene", 0.15)):
            for quantity, times in (("mean", 1.0), ("p50", 0.8), ("p95", 2.0), ("p99", 3.0), ("p99.9", 4.0)):
                values = around(slow * factor * times, random)
                yield Figure("latency", NEWS, subject, engine, quantity, "ms", values)
            rate = around(1000 / slow / factor, random)
            yield Figure("latency", NEWS, subject, engine, "1 thread", "questions/s", rate, rising=True)
    for engine, speed in (("searchlib", 14.0), ("searchlib, 2 workers", 25.0), ("tantivy", 9.0)):
        yield Figure("build", NEWS, "", engine, "MB/s of text", "MB/s", around(speed, random), rising=True)
        yield Figure("build", NEWS, "", engine, "peak MB", "MB", around(300 + speed, random))
    for part, size in (("postings", 211.0), ("positions", 322.0), ("all", 533.0)):
        yield Figure("size", NEWS, part, "searchlib", "bytes/document", "bytes", (size,))
    yield Figure("size", NEWS, "all", "tantivy", "bytes/document", "bytes", (910.0,))
    for quantity, time in (("cold search", 92.0), ("open", 2.2), ("import", 47.0)):
        yield Figure("start", NEWS, "", "searchlib", quantity, "ms", around(time, random))
    yield Figure("memory", NEWS, "", "searchlib", "idle", "MB", around(12.5, random))
    for documents, time in (("10,000", 0.031), ("100,000", 0.087), ("1,000,000", 0.24)):
        yield Figure("growth", documents, BAG, "searchlib", "mean", "ms", around(time, random))
    yield Figure("growth", "", BAG, "searchlib", "exponent", "", (0.447,))
    for collection, measure in (("time", 0.763), ("xquad_ru", 0.958)):
        for subject, engine, worse in (("news", "searchlib", 0.0), ("", "Lucene", 0.007)):
            value = (measure - worse,)
            yield Figure("effectiveness", collection, subject, engine, "nDCG@10", "", value, rising=True)
    yield Figure("kernels", "made up", "decode", "searchlib", "ns/posting", "ns", around(0.61, random))
    yield Figure("kernels", "made up", "decode", "searchlib", "postings touched", "", (123456.0,))
    yield Figure("weather", "here", "rain", "searchlib", "depth", "mm", (7.77,))


def run_of(found: list[Figure], **changes: Any) -> Result:
    result = Result(
        machine={"date": "2030-01-02T03:04:05+00:00", "commit": "0123456789ab", "processor": "A", "cores": 2},
        options={"documents": 30_000},
        engines={"searchlib": "0.1.0", "tantivy": "0.25.0", "Lucene": "10.3"},
        absent={"OpenSearch": "no server answers"},
        corpora={NEWS: "seed 1, English and Russian"},
        figures=found,
        agreements=[Agreement(NEWS, BAG, "tantivy", 0.987, 1.03, 0.876)],
        goals=[
            Goal("bags beside tantivy", LATENCY, "tantivy", at_most=0.2, found=0.125, low=0.12, high=0.13),
            Goal("bags beside Lucene", LATENCY, "Lucene", at_most=0.3, found=0.334, low=0.29, high=0.38),
            Goal("open", ("start", NEWS, "", "searchlib", "open"), at_most=5, found=2.2),
            Goal("bags beside PISA", LATENCY, "PISA", at_most=0.5),
        ],
    )
    return replace(result, **changes)


def scaled(found: list[Figure], factor: float, **where: object) -> list[Figure]:
    """The figures, those that have such attributes multiplied."""
    return [
        replace(figure, values=tuple(value * factor for value in figure.values))
        if all(getattr(figure, name) == value for name, value in where.items())
        else figure
        for figure in found
    ]


class Page(HTMLParser):
    """What a page says and what it refers to; fails where an element is not closed in its turn."""

    _VOID = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in self._VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href", "srcset", "data", "action"}:
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def called(*arguments: str | Path) -> Outcome:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def page_of(result: Result, folder: Path) -> str:
    pytest.importorskip("matplotlib", reason="the bench extra is not installed")
    pytest.importorskip("jinja2", reason="the bench extra is not installed")
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    result.save(folder / "run.json")
    outcome = called("report", folder / "run.json", "--html", folder / "run.html")
    assert outcome.exit_code == 0, outcome.output
    return (folder / "run.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(run_of(list(measured())), tmp_path_factory.mktemp("whole"))


def test_the_page_holds_every_figure(whole: str) -> None:
    page = Page(whole)
    for figure in measured():
        assert shown(figure.value) in page.texts, figure
    for words in ("0123456789ab", "no server answers", "10.3", "98.7 %", "1.03×", "87.6 %", "Weather"):
        assert any(words in text for text in page.texts), words
    assert ASKED in page.texts


def test_the_page_needs_nothing_else_and_its_plots_say_what_they_show(whole: str) -> None:
    page = Page(whole)
    assert "http" not in whole and "url(" not in whole.replace("url(#", "") and "@import" not in whole
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert len(page.ids) == len(set(page.ids))
    assert {reference[1:] for reference in page.references} <= set(page.ids)
    assert page.references and all(reference.startswith("#") for reference in page.references)
    plots = page.tags.count("svg")
    assert plots == 7  # two classes, growth, two of building, size, one measure
    assert page.tags.count("title") == page.tags.count("desc") + 1 == plots + 1
    assert whole.count('role="img"') == plots


def test_goals_that_are_not_reached_come_first(whole: str) -> None:
    texts = Page(whole).texts
    order = [texts.index(f"bags beside {name}") for name in ("Lucene", "PISA", "tantivy")]
    assert order == sorted(order)
    assert "Goals: 2 of 4 reached" in texts
    assert "no, within the noise" in texts and "no: not measured" in texts
    assert "0.334× (0.29–0.38) Lucene" in texts and "≤ 0.3×" in texts


def test_ratios_are_of_the_repetitions_that_took_turns(tmp_path: Path) -> None:
    found = [
        Figure("start", NEWS, "", "searchlib", "open", "ms", (1.0, 2.0, 4.0)),
        Figure("start", NEWS, "", "tantivy", "open", "ms", (4.0, 8.0, 16.0)),
        Figure("start", NEWS, "", "Lucene", "open", "ms", (0.5, 1.0, 2.0)),
    ]
    texts = Page(page_of(run_of(found, agreements=[], goals=[]), tmp_path)).texts
    assert texts[texts.index("0.25× ▴") + 1] == "(0.25–0.25)"
    assert texts[texts.index("2× ▾") + 1] == "(2–2)"


def test_what_was_not_measured_is_absent(tmp_path: Path) -> None:
    found = [figure for figure in measured() if figure.section == "build"]
    text = page_of(run_of(found, agreements=[], goals=[]), tmp_path)
    assert 'id="build"' in text
    for name in ("latency", "growth", "size", "effectiveness", "goals"):
        assert f'id="{name}"' not in text
    assert Page(page_of(run_of([], agreements=[], goals=[]), tmp_path)).tags.count("svg") == 0


def test_a_slow_engine_stands_beside_ours_on_its_questions(tmp_path: Path) -> None:
    from benchmarks.engines.engine import Answer

    runs = {
        "searchlib": Run([Answer()] * 4, [[1.0, 1.0, 9.0, 9.0]] * 3),
        "slow": Run([Answer()] * 2, [[8.0, 8.0]] * 3),
    }
    found = list(figures(NEWS, BAG, runs))
    assert set(subsets(found)) == {(NEWS, BAG, "slow")}
    texts = Page(page_of(run_of(found, agreements=[], goals=[]), tmp_path)).texts
    assert "slow, the first 2" in texts and "searchlib, the first 2" in texts
    assert "0.125× ▴" in texts
    assert not any(text.startswith("0.625×") for text in texts)


def test_a_table_for_the_readme(tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    result = run_of(list(measured()))
    result.save(tmp_path / "run.json")
    outcome = called("report", tmp_path / "run.json", "--markdown", tmp_path / "run.md")
    assert (outcome.exit_code, outcome.output) == (0, "")
    table = (tmp_path / "run.md").read_text(encoding="utf-8")
    assert called("report", tmp_path / "run.json").output == table
    *rows, blank, last = table.splitlines()
    assert blank == "" and "0123456789ab" in last and "2 cores" in last
    assert len(rows) <= 23
    assert all(row.startswith("| ") or row.startswith("|---") for row in rows)
    assert {row.count("|") for row in rows} == {4}
    assert "✓ 0.125× (0.12–0.13) tantivy, ≤ 0.2×" in rows[2]
    assert "✗ 0.334×" in rows[2] and "✗ ≤ 0.5× PISA, not measured" in rows[2]
    assert any(row.startswith("| size, all, bytes/document | 533 bytes | 0.586× tantivy") for row in rows)


def test_a_long_table_is_cut_but_never_by_a_goal_that_is_missed(tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(60)]
    found = [Figure("latency", NEWS, name, "searchlib", "mean", "ms", (1.0,)) for name in names]
    goals = [
        Goal(name, ("latency", NEWS, name, "searchlib", "mean"), at_most=0.5 if number > 50 else 2, found=1.0)
        for number, name in enumerate(names)
    ]
    run_of(found, goals=goals).save(tmp_path / "run.json")
    table = called("report", tmp_path / "run.json").output
    assert len(table.splitlines()) <= 26
    assert all(f"| {name}, mean |" in table for name in names[51:])
    assert "40 goals more | | 40 of them reached" in table


def compared(old: Result, new: Result, folder: Path, *options: str) -> Outcome:
    pytest.importorskip("scipy", reason="the bench extra is not installed")
    old.save(folder / "old.json")
    new.save(folder / "new.json")
    return called("compare", folder / "old.json", folder / "new.json", *options)


def lines(outcome: Outcome, start: str) -> list[str]:
    return [line for line in outcome.output.splitlines() if line.startswith(start)]


@pytest.mark.parametrize("seed", range(2, 7))
def test_noise_is_no_regression(seed: int, tmp_path: Path) -> None:
    outcome = compared(run_of(list(measured())), run_of(list(measured(seed))), tmp_path)
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith("0 worse, 0 better")


def test_a_slower_class_is_a_regression(tmp_path: Path) -> None:
    slow = scaled(list(measured(2)), 1.3, subject=BAG, engine="searchlib", unit="ms", section="latency")
    outcome = compared(run_of(list(measured())), run_of(slow), tmp_path)
    assert outcome.exit_code == 1
    assert {line.split(" / ")[2] for line in lines(outcome, "worse")} == {BAG}
    assert len(lines(outcome, "worse")) == 5
    assert compared(run_of(list(measured())), run_of(slow), tmp_path, "--beyond", "60").exit_code == 0


def test_more_of_a_rising_figure_is_better(tmp_path: Path) -> None:
    run, name = run_of(list(measured())), "MB/s of text"
    more = run_of(scaled(list(measured(2)), 1.5, quantity=name, engine="searchlib"))
    assert [line.split()[0] for line in lines(compared(run, more, tmp_path), "better")] == ["better"]
    assert compared(run, more, tmp_path).exit_code == 0
    less = compared(more, run, tmp_path)
    assert less.exit_code == 1
    assert len(lines(less, "worse")) == 1 and name in lines(less, "worse")[0]


def test_a_slower_machine_is_no_regression_beside_peers(tmp_path: Path) -> None:
    slow = scaled(scaled(list(measured(2)), 1.6, unit="ms"), 1 / 1.6, rising=True, section="latency")
    slow = scaled(slow, 1 / 1.6, quantity="MB/s of text")
    slow = scaled(slow, 1.6, unit="ns")
    outcome = compared(run_of(list(measured())), run_of(slow), tmp_path)
    assert outcome.exit_code == 0, outcome.output
    told = re.search(r"differs: speed of the machine: the peers took ([\d.]+)x the time", outcome.output)
    assert told and float(told[1]) == pytest.approx(1.6, rel=0.05)
    slower = compared(
        run_of(list(measured())), run_of(scaled(slow, 1.3, engine="searchlib", unit="ms")), tmp_path
    )
    assert slower.exit_code == 1
    assert all("latency" in line for line in lines(slower, "worse"))


def test_another_machine_judges_no_time_without_peers(tmp_path: Path) -> None:
    old = run_of([figure for figure in measured() if figure.section in {"start", "size"}])
    worse = scaled(scaled(old.figures, 2.0, section="start"), 1.02, subject="positions")
    other = run_of(worse, machine=old.machine | {"processor": "B"}, options={"documents": 40_000})
    outcome = compared(old, other, tmp_path)
    assert "differs: machine processor: A before, B now" in outcome.output
    assert "differs: option documents: 30000 before, 40000 now" in outcome.output
    assert outcome.exit_code == 1
    assert [line.split(" / ")[2] for line in lines(outcome, "worse")] == ["positions"]
    assert outcome.output.endswith("1 worse, 0 better, 2 same, 3 not judged\n")
    same_machine = compared(old, run_of(worse), tmp_path)
    assert len(lines(same_machine, "worse")) == 4


def test_a_peer_in_another_version_proves_nothing(tmp_path: Path) -> None:
    found = [figure for figure in measured() if figure.section == "latency" and figure.engine != "Lucene"]
    new = scaled(found, 2.0, engine="tantivy", unit="ms")
    outcome = compared(run_of(found), run_of(new), tmp_path)
    assert len(lines(outcome, "better")) == 10
    upgraded = run_of(new, engines={"searchlib": "0.1.0", "tantivy": "0.26.0", "Lucene": "10.3"})
    outcome = compared(run_of(found), upgraded, tmp_path)
    assert lines(outcome, "better") == []
    assert "differs: engine tantivy: 0.25.0 before, 0.26.0 now" in outcome.output


def test_what_only_one_run_has_is_told(tmp_path: Path) -> None:
    found = list(measured())
    fewer = [figure for figure in found if figure.section != "memory"]
    outcome = compared(run_of(found), run_of(fewer), tmp_path, "--all")
    assert outcome.exit_code == 0
    assert f"only in OLD: memory / {NEWS} / searchlib: 1 figure\n" in outcome.output
    assert "only in NEW" not in outcome.output
    assert len(lines(outcome, "same")) + len(lines(outcome, "not judged")) == sum(
        figure.engine.startswith("searchlib") for figure in fewer
    )


@pytest.mark.parametrize("text", [None, "", "[1, 2]", '{"machine": {}}', "\ufeffnot JSON"])
def test_a_file_that_is_no_result_is_said_in_one_line(text: str | None, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    if text is not None:
        bad.write_text(text, encoding="utf-8")
    run_of([]).save(good)
    for arguments in (("report", bad), ("compare", bad, good), ("compare", good, bad)):
        outcome = called(*arguments)
        assert outcome.exit_code == 2
        assert outcome.output.startswith("Error: ") and str(bad) in outcome.output
        assert outcome.output.count("\n") == 1

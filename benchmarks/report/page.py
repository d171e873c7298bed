"""How does a run become one HTML page that needs nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures.figures import CONFIDENCE
from benchmarks.measures.result import Result
from benchmarks.report.goals import judged
from benchmarks.report.grids import interval
from benchmarks.report.sections import sections


def page(result: Result) -> str:
    """The page: goals, then every figure, then where and with what it was measured."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=templates, autoescape=True, undefined=StrictUndefined)
    text: str = environment.get_template("page.html").render(
        title="searchlib beside other engines",
        machine={"date": None, "commit": None} | result.machine,
        confidence=round(CONFIDENCE * 100),
        goals=judged(result),
        sections=sections(result),
        facts=list(_facts(result)),
        interval=interval,
    )
    return text


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    """What stood beside the figures, as names and words."""
    for name, value in result.machine.items():
        if value is not None:
            yield name, _words(value)
    yield "options", _words(result.options)
    for name, version in result.engines.items():
        yield name, version
    for name, reason in result.absent.items():
        yield f"{name}, absent", reason
    for name, meaning in result.corpora.items():
        yield f"corpus {name}", meaning


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_words, value))
    return str(value)

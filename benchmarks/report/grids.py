"""How do the figures of a section stand in a table, each beside searchlib's?

Nothing here knows a section by name, so that a new one is shown without a word about it. A cell keeps what a page or a
table of Markdown needs: the value, how far the repetitions lie apart, and the ratio of searchlib's figure to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure, Ratio, paired
from benchmarks.measures.tables import shown

T = TypeVar("T")
Counterpart = Callable[[Figure], Figure | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. spread: of its repetitions, in words; ratio: searchlib's to this one, None beside nothing; standing: "ahead" or "behind"
    where the interval tells, for searchlib, and nothing beside a variant of it; best: whether no other of its group is better.
    """

    text: str
    spread: str = ""
    ratio: Ratio | None = None
    standing: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the heads of its columns, the first of them labels, and lines of labels and cells."""

    caption: str
    labels: tuple[str, ...]
    heads: tuple[str, ...]
    rows: list[tuple[tuple[str, ...], list[Cell | None]]]


def distinct(values: Iterable[T]) -> list[T]:
    """Each value once, in the order of their first coming."""
    return list(dict.fromkeys(values))


def engines(figures: Iterable[Figure]) -> list[str]:
    """The engines, searchlib first and its variants after it."""
    found = distinct(figure.engine for figure in figures)
    return sorted(found, key=lambda name: (name != OURS, not name.startswith(OURS)))


def ours_in(figures: Iterable[Figure]) -> Counterpart:
    """What finds searchlib's figure for another engine's."""
    by_key = {figure.key: figure for figure in figures}

    def find(figure: Figure) -> Figure | None:
        section, corpus, subject, _, quantity = figure.key
        return by_key.get((section, corpus, subject, OURS, quantity))

    return find


def head(figure: Figure) -> str:
    """What a column of such figures is called: the quantity, and its unit where the quantity does not say it."""
    return figure.quantity if figure.unit in figure.quantity else f"{figure.quantity}, {figure.unit}"


def cell(figure: Figure, ours: Figure | None, *, best: bool = False) -> Cell:
    """A figure beside searchlib's, which may be itself."""
    count = len(figure.values)
    spread = (
        f"median of {count}, {shown(min(figure.values))} to {shown(max(figure.values))}" if count > 1 else ""
    )
    if ours is None or figure.engine == OURS:
        return Cell(shown(figure.value), spread, best=best)
    ratio = paired(ours, figure)
    variant = figure.engine.startswith(f"{OURS},")
    return Cell(
        shown(figure.value), spread, ratio, "" if variant else standing(ratio, rising=figure.rising), best
    )


def standing(ratio: Ratio, *, rising: bool) -> str:
    """ "ahead" or "behind" when the interval of a ratio says so of its first figure, else nothing."""
    if ratio.low is None or ratio.high is None or ratio.low <= 1 <= ratio.high:
        return ""
    return "ahead" if (ratio.value > 1) == rising else "behind"


def grid(
    caption: str,
    figures: Sequence[Figure],
    ours: Counterpart,
    *,
    across: Callable[[Figure], str] = head,
    down: Sequence[str] = ("corpus", "subject", "engine"),
    best_of: Callable[[Figure], object] | None = None,
) -> Grid:
    """Figures as a table.

    across: the column of a figure. down: the attributes that name its line; an only corpus or subject goes into the
    caption. best_of: the group in which the best of rising figures is marked, in each column.
    """
    values = {name: distinct(getattr(figure, name) for figure in figures) for name in down}
    labels = tuple(name for name in down if name == "engine" or len(values[name]) > 1)
    caption = ", ".join(filter(None, (caption, *(values[name][0] for name in down if name not in labels))))
    order = {name: place for place, name in enumerate(engines(figures))}
    heads = distinct(map(across, figures))
    lines: dict[tuple[str, ...], dict[str, Figure]] = {}
    for figure in figures:
        line = lines.setdefault(tuple(getattr(figure, name) for name in labels), {})
        if across(figure) in line:
            raise ValueError(f"two figures are called {figure.key}")
        line[across(figure)] = figure
    places = [distinct(line[column] for line in lines) for column in range(len(labels))]

    def place(line: tuple[str, ...]) -> list[int]:
        return [
            order[name] if label == "engine" else places[column].index(name)
            for column, (label, name) in enumerate(zip(labels, line, strict=True))
        ]

    tops: dict[object, float] = {}
    if best_of:
        for figure in figures:
            group = (best_of(figure), across(figure))
            tops[group] = max(figure.value, tops.get(group, figure.value))

    def of(figure: Figure) -> Cell:
        best = best_of is not None and figure.rising and figure.value == tops[best_of(figure), across(figure)]
        return cell(figure, ours(figure), best=best)

    rows = [
        (line, [of(lines[line][name]) if name in lines[line] else None for name in heads])
        for line in sorted(lines, key=place)
    ]
    return Grid(caption, labels, tuple(heads), rows)


def interval(ratio: Ratio) -> str:
    """A ratio with its interval, as text."""
    if ratio.low is None or ratio.high is None:
        return f"{shown(ratio.value)}×"
    return f"{shown(ratio.value)}× ({shown(ratio.low)}–{shown(ratio.high)})"

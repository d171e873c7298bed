"""How is each part of the suite shown?

Latency has a table for each class of questions, effectiveness marks the best, and some parts have plots of their own;
all else, and whatever part is invented after this, is one table of its figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure
from benchmarks.measures.latency import Agreement
from benchmarks.measures.result import Result
from benchmarks.measures.tables import shown
from benchmarks.report import plots
from benchmarks.report.drawing import Style, styles
from benchmarks.report.grids import Cell, Grid, cell, distinct, engines, grid, head, ours_in
from benchmarks.report.subsets import subsets, which

# In this order, under these titles, with these explanations.
_KNOWN: dict[str, tuple[str, str]] = {
    "latency": (
        "Latency by class of question",
        "The whole call, in milliseconds; an engine that is not Python tells its own time. Same total: "
        "questions with as many matches as searchlib finds. Matches: searchlib's to the engine's. Same top: ids, or "
        "counts of facets, that both give. Where matches is far from 1 the work differs, and a ratio says little.",
    ),
    "growth": ("Growth", "How long a question takes as the archive grows: time = documents^exponent."),
    "build": ("Building an index", "From raw text to a committed index, in a process of its own."),
    "size": ("Size on disk", "Per document, by part of the index where an engine tells them apart."),
    "start": ("Start", "A search from the command line in a new process, opening an index, the import."),
    "memory": ("Memory", "Resident, above what Python has without the engine."),
    "effectiveness": (
        "Effectiveness",
        "What people judged relevant, found. The best of a collection is bold.",
    ),
    "kernels": ("Kernels", "Micro-benchmarks of the native code, with its counters."),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its plots as SVGs, with what one must know to read them, and its tables."""

    name: str
    title: str
    text: str
    key: str = ""
    plots: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)


def sections(result: Result) -> list[Section]:
    """All parts that a run measured, the known ones first."""
    names = distinct(figure.section for figure in result.figures)
    if result.agreements and "latency" not in names:
        names.append("latency")
    known = [name for name in _KNOWN if name in names]
    looks = styles(engines(result.figures))
    return [_section(name, result, looks) for name in known + [name for name in names if name not in _KNOWN]]


def _section(name: str, result: Result, looks: dict[str, Style]) -> Section:
    figures = [figure for figure in result.figures if figure.section == name]
    section = Section(
        name, *_KNOWN.get(name, (name.capitalize(), "")), plots.LATENCY_KEY if name == "latency" else ""
    )
    ours = ours_in(figures)
    if name == "latency":
        _latency(section, figures, result.agreements, looks)
    elif name == "growth":
        section.plots.extend(plots.growth(figures, looks))
        for title in distinct(map(head, figures)):
            here = [figure for figure in figures if head(figure) == title]
            if any(figure.corpus for figure in here):
                section.grids.append(
                    grid(f"{title}, by documents", here, ours, across=_corpus, down=("subject", "engine"))
                )
            else:
                section.grids.append(grid(title, here, _alone, across=_subject, down=("engine",)))
    elif name == "size":
        section.plots.extend(plots.size(figures))
        for title in distinct(map(head, figures)):
            here = [figure for figure in figures if head(figure) == title]
            here.sort(key=lambda figure: figure.subject != "all")
            section.grids.append(grid(title, here, ours, across=_subject, down=("corpus", "engine")))
    elif name == "effectiveness":
        section.plots.extend(plots.effectiveness(figures))
        best = grid("By collection", figures, _alone, best_of=_corpus)
        section.grids.append(best)
    else:
        if name in _KNOWN:
            section.plots.extend(plots.quantities(figures, looks))
        section.grids.append(grid("All figures", figures, ours))
    return section


def _alone(_: Figure) -> None:
    """What has no ratio: exponents and measures of effectiveness are no times to be divided."""


def _corpus(figure: Figure) -> str:
    return figure.corpus


def _subject(figure: Figure) -> str:
    return figure.subject


def _latency(
    section: Section, figures: list[Figure], agreements: list[Agreement], looks: dict[str, Style]
) -> None:
    for corpus in distinct([f.corpus for f in figures] + [a.corpus for a in agreements]):
        here = [figure for figure in figures if figure.corpus == corpus]
        agreed = [agreement for agreement in agreements if agreement.corpus == corpus]
        fewer = {key[1:]: part for key, part in subsets(here).items()}
        subjects = distinct([f.subject for f in here] + [a.subject for a in agreed])
        classes = [subject for subject in subjects if subject not in fewer.values()]
        section.plots.extend(plots.latency(here, looks, classes))
        for subject in classes:
            there = [agreement for agreement in agreed if agreement.subject == subject]
            section.grids.append(_class(f"{subject}, {corpus}", subject, here, there, fewer))


def _class(
    caption: str,
    subject: str,
    figures: list[Figure],
    agreements: list[Agreement],
    fewer: dict[tuple[str, str], str],
) -> Grid:
    """The table of a class. An engine that answered only the first questions stands beside searchlib on just those."""
    plain = ours_in(figures)

    def ours(figure: Figure) -> Figure | None:
        if figure.unit == "ms":
            return plain(replace(figure, subject=fewer.get((subject, figure.engine), subject)))
        return plain(figure)

    mine = [figure for figure in figures if figure.subject == subject]
    found = grid(caption, mine, ours, down=("engine",)) if mine else Grid(caption, ("engine",), (), [])
    found = _agreeing(found, agreements)
    few = {name: which(fewer[subject, name]) for (name,), _ in found.rows if (subject, name) in fewer}
    rows: list[tuple[tuple[str, ...], list[Cell | None]]] = []
    for (name,), cells in found.rows:
        rows.append(((f"{name}, {few[name]}" if name in few else name,), cells))
    for part in distinct(fewer[key] for key in fewer if key[0] == subject):
        there = {head(f): cell(f, None) for f in figures if (f.subject, f.engine) == (part, OURS)}
        line = [there.get(name) for name in found.heads]
        rows.insert(1, ((f"{OURS}, {which(part)}",), line))
    return replace(found, rows=rows)


def _agreeing(found: Grid, agreements: list[Agreement]) -> Grid:
    """The table with three columns more, of how far each engine answers like searchlib."""
    if not agreements:
        return found
    by_engine = {agreement.engine: agreement for agreement in agreements}
    rows: list[tuple[tuple[str, ...], list[Cell | None]]] = []
    for label, cells in found.rows:
        rows.append((label, cells + _agreed(by_engine.pop(label[0], None))))
    for engine, agreement in by_engine.items():
        empty: list[Cell | None] = [None] * len(found.heads)
        rows.append(((engine,), empty + _agreed(agreement)))
    return replace(found, heads=(*found.heads, "same total", "matches", "same top"), rows=rows)


def _agreed(agreement: Agreement | None) -> list[Cell | None]:
    if agreement is None:
        return [None, None, None]
    matches = None if agreement.matches is None else Cell(f"{shown(agreement.matches)}×")
    return [_percent(agreement.same_total), matches, _percent(agreement.same_top)]


def _percent(share: float | None) -> Cell | None:
    return None if share is None else Cell(f"{share * 100:.3g} %")

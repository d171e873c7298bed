"""Which plots show a section?

Each function gives SVGs for one corpus or the whole section; what cannot be drawn (nothing above 0 on a logarithmic
axis, one single bar) is left to the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure
from benchmarks.measures.tables import shown
from benchmarks.report.drawing import NEUTRAL, Bar, Drawing, Style, bars, styles
from benchmarks.report.grids import distinct, engines, head

LATENCY_KEY = "Dot: p50. Thick bar: to p95. Tick: p99. End of the thin line: p99.9."


def latency(figures: Sequence[Figure], looks: dict[str, Style], subjects: Iterable[str]) -> Iterator[str]:
    """From p50 to p99.9 of each engine, one plot for each of the classes, all on one scale. figures: of one corpus."""
    times = {(f.subject, f.engine, f.quantity): f.value for f in figures if f.unit == "ms" and f.value > 0}
    subjects = [subject for subject in subjects if any(key[0] == subject for key in times)]
    shown_times = [value for (subject, *_), value in times.items() if subject in subjects]
    for subject in subjects:
        names = [
            name
            for name in engines(figures)
            if all((subject, name, p) in times for p in ("p50", "p95", "p99", "p99.9"))
        ]
        if not names:
            continue
        said = (
            f"{name} {shown(times[subject, name, 'p50'])} and {shown(times[subject, name, 'p99.9'])}"
            for name in names
        )
        described = f"Milliseconds a question on {figures[0].corpus}, p50 and p99.9: {'; '.join(said)}."
        drawing = Drawing(subject, described, 0.75 + 0.22 * len(names))
        for row, name in enumerate(names):
            p50, p95, p99, p999 = (times[subject, name, p] for p in ("p50", "p95", "p99", "p99.9"))
            look = looks[name]
            drawing.axes.plot([p50, p999], [row, row], color=look.colour, lw=1.2)
            drawing.axes.plot([p50, p95], [row, row], color=look.colour, lw=4, solid_capstyle="butt")
            drawing.axes.plot([p50], [row], color=look.colour, marker=look.marker, ms=6.5)
            drawing.axes.plot([p99], [row], color=look.colour, marker="|", ms=9, mew=2)
        drawing.rows(names, bold=names.index(OURS) if OURS in names else None)
        drawing.logarithmic("x", min(shown_times), max(shown_times))
        drawing.axes.set_xlabel("ms a question, logarithmic")
        yield drawing.svg()


def growth(figures: Sequence[Figure], looks: dict[str, Style]) -> Iterator[str]:
    """Time against documents, both logarithmic, with the fitted exponents in the legend; one plot for each class."""
    exponents = {(f.subject, f.engine): f.value for f in figures if f.quantity == "exponent"}
    points: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for figure in figures:
        documents = figure.corpus.replace(",", "")
        if documents.isdigit() and int(documents) and figure.quantity == "mean" and figure.value > 0:
            points.setdefault((figure.subject, figure.engine), []).append((int(documents), figure.value))
    for subject in distinct(subject for subject, _ in points):
        lines = {
            name: sorted(points[subject, name]) for name in engines(figures) if (subject, name) in points
        }
        said = (f"{name} from {shown(line[0][1])} to {shown(line[-1][1])}" for name, line in lines.items())
        described = f"Mean milliseconds a question as the archive grows: {'; '.join(said)}."
        drawing = Drawing(subject or "growth", described, 2.9 + 0.16 * ((len(lines) + 1) // 2))
        for name, line in lines.items():
            exponent = exponents.get((subject, name))
            label = name if exponent is None else f"{name}: n^{exponent:.2f}"
            look = looks[name]
            drawing.axes.plot(
                *zip(*line, strict=True), color=look.colour, marker=look.marker, ms=5, label=label
            )
        every = [point for line in lines.values() for point in line]
        for axis, values in (("x", [x for x, _ in every]), ("y", [y for _, y in every])):
            drawing.logarithmic(axis, min(values), max(values))
        drawing.lines_across()
        drawing.axes.set_xlabel("documents, logarithmic")
        drawing.axes.set_ylabel("mean ms, logarithmic")
        drawing.legend()
        yield drawing.svg()


def size(figures: Sequence[Figure]) -> Iterator[str]:
    """Bars of the parts of each engine's index, or of the whole where no parts are told; one plot for each corpus and unit."""
    for corpus, title in distinct((figure.corpus, head(figure)) for figure in figures):
        here = [figure for figure in figures if (figure.corpus, head(figure)) == (corpus, title)]
        names = engines(here)
        parted = {figure.engine for figure in here if figure.subject != "all"}
        parts = [part for part in distinct(f.subject for f in here) if part != "all"]
        if parted != set(names):
            parts.append("all")
        values = {(figure.engine, figure.subject): figure.value for figure in here}
        said = (
            f"{name} {shown(sum(values.get((name, part), 0) for part in parts if part != 'all' or name not in parted))}"
            for name in names
        )
        described = f"Size on disk of {corpus}: {'; '.join(said)}."
        drawing = Drawing(title, described, 0.85 + 0.27 * len(names) + 0.16 * ((len(parts) + 2) // 3))
        looks = styles([part for part in parts if part != "all"]) | {"all": Style(NEUTRAL, "o", "")}
        ends = dict.fromkeys(names, 0.0)
        for part in parts:
            drawn = [name for name in names if part != "all" or name not in parted]
            widths = [values.get((name, part), 0) for name in drawn]
            drawing.axes.barh(
                [names.index(name) for name in drawn],
                widths,
                0.7,
                [ends[name] for name in drawn],
                color=looks[part].colour,
                hatch=looks[part].hatch,
                label=part if part != "all" else "all, parts unknown",
            )
            for name, width in zip(drawn, widths, strict=True):
                ends[name] += width
        for row, name in enumerate(names):
            drawing.value(row, ends[name], ends[name])
        drawing.rows(names)
        drawing.amounts(max(ends.values()))
        drawing.legend()
        yield drawing.svg()


def effectiveness(figures: Sequence[Figure]) -> Iterator[str]:
    """Each collection's measure by engine and analysis; one plot for each measure."""
    order = engines(figures)
    kinds = sorted(distinct((f.engine, f.subject) for f in figures), key=lambda kind: order.index(kind[0]))
    looks = dict(zip(kinds, styles(map(str, kinds)).values(), strict=True))
    for measure in distinct(figure.quantity for figure in figures if figure.rising):
        here = [figure for figure in figures if figure.quantity == measure]
        collections = distinct(figure.corpus for figure in here)
        said = (f"{_name(f.engine, f.subject)} on {f.corpus} {shown(f.value)}" for f in here)
        described = f"{measure}: {'; '.join(said)}."
        legend = 0.17 * ((len(kinds) + 1) // 2)
        drawing = Drawing(f"{measure}, more is better", described, 0.75 + 0.3 * len(collections) + legend)
        for kind in kinds:
            mine = [figure for figure in here if (figure.engine, figure.subject) == kind]
            look = looks[kind]
            drawing.axes.plot(
                [figure.value for figure in mine],
                [collections.index(figure.corpus) for figure in mine],
                ls="",
                marker=look.marker,
                ms=6.5,
                color=look.colour,
                alpha=0.85,
                label=_name(*kind),
            )
        drawing.rows(collections)
        drawing.lines_across()
        drawing.legend()
        yield drawing.svg()


def quantities(figures: Sequence[Figure], looks: dict[str, Style]) -> Iterator[str]:
    """Bars by engine, and by subject where there are several; one plot for each corpus and quantity with a unit."""
    for corpus, title in distinct((f.corpus, head(f)) for f in figures if f.unit):
        here = [figure for figure in figures if (figure.corpus, head(figure)) == (corpus, title)]
        if len(here) < 2:
            continue
        several = len(distinct(figure.subject for figure in here)) > 1
        order = engines(here)
        subjects = distinct(figure.subject for figure in here)
        here.sort(key=lambda figure: (subjects.index(figure.subject), order.index(figure.engine)))
        alone = order == [OURS]
        drawn = [
            Bar(
                " · ".join(filter(None, (f.subject * several, "" if alone else f.engine))),
                f.value,
                min(f.values),
                max(f.values),
                looks[f.engine],
            )
            for f in here
        ]
        better = "more is better" if here[0].rising else "less is better"
        said = "; ".join(f"{bar.label} {shown(bar.value)}" for bar in drawn)
        yield bars(title, better, drawn, f"{title} on {corpus}, {better}: {said}." if corpus else f"{said}.")


def _name(engine: str, subject: str) -> str:
    return f"{engine} ({subject})" if subject else engine

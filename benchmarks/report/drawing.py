"""How is a plot drawn so that everybody can read it? Small SVGs that live inside a page.

Text and axes take the colour of the page around them, so that a dark page needs no second plot; engines have colours that
the colour-blind tell apart (Okabe and Ito, "Color universal design", 2008; without its yellow and black, one of which
vanishes on any page) and markers besides. Letters stay text: small, searchable, and of the reader's own font.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from zlib import crc32

from benchmarks.measures.tables import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
_HATCHES = ("", "////", "....")
_INK, _FAINT = "#010203", "#040506"  # stand for the colours of the page until the SVG is written
NEUTRAL = _FAINT
_WIDTH = 4.4  # inches; the page scales it
_ACROSS = 66  # small letters
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "searchlib",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": _FAINT,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "text.color": _INK,
    "xtick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.color": _FAINT,
    "ytick.labelcolor": _INK,
    "ytick.left": False,
}


@dataclass(frozen=True, slots=True)
class Style:
    """The colour and the marker of an engine, the same all over a page; hatch: of its bar."""

    colour: str
    marker: str
    hatch: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, where its repetitions lie, and its look."""

    label: str
    value: float
    low: float
    high: float
    style: Style


def styles(names: Iterable[str]) -> dict[str, Style]:
    """A look for each name; the first has a colour of its own, and a variant, named after a comma, that of what it varies."""
    found: dict[str, Style] = {}
    colours: dict[str, int] = {}
    for number, name in enumerate(names):
        origin = name.partition(",")[0]
        hatch = sum(other.partition(",")[0] == origin for other in found)
        cycle, colour = divmod(max(colours.setdefault(origin, len(colours)) - 1, 0), len(COLOURS) - 1)
        found[name] = Style(
            COLOURS[colour + 1 if colours[origin] else 0],
            _MARKERS[number % len(_MARKERS)],
            _HATCHES[(hatch + cycle) % len(_HATCHES)],
        )
    return found


class Drawing:
    """A canvas with one pair of axes; ``svg()`` is what a page holds. One thread at a time: matplotlib's settings are the process's."""

    def __init__(self, title: str, description: str, height: float) -> None:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self.title, self.description = title, description
        with mpl.rc_context(_STYLE):
            self.canvas: Canvas = Figure(figsize=(_WIDTH, height), layout="constrained")
            self.axes: Axes = self.canvas.add_subplot()
            self.axes.set_title(title)

    def rows(self, labels: Sequence[str], bold: int | None = None) -> None:
        """Labels from the top down, at 0, 1, 2 ... on the vertical axis."""
        self.axes.set_yticks(range(len(labels)), labels)
        self.axes.set_ylim(len(labels) - 0.4, -0.6)
        self.axes.spines["left"].set_visible(False)
        if bold is not None:
            self.axes.get_yticklabels()[bold].set_fontweight("bold")

    def logarithmic(self, which: str, low: float, high: float) -> None:
        """Makes an axis logarithmic from low to high, with numbers as people write them."""
        from matplotlib.ticker import LogLocator, NullFormatter

        scale = self.axes.set_xscale if which == "x" else self.axes.set_yscale
        limit = self.axes.set_xlim if which == "x" else self.axes.set_ylim
        axis = self.axes.xaxis if which == "x" else self.axes.yaxis
        scale("log")
        limit(low / 1.2, high * 1.2)
        decades = math.log10(high / low * 1.44)
        steps = (1, 2, 5) if decades < 1.6 else (1, 3) if decades < 2.6 else (1,)
        axis.set_major_locator(LogLocator(subs=steps, numticks=12))
        axis.set_major_formatter(_number)
        axis.set_minor_formatter(NullFormatter())

    def lines_across(self) -> None:
        """A grid for the vertical axis too."""
        self.axes.grid(axis="y", color=_FAINT, lw=0.5)

    def value(self, row: int, end: float, value: float) -> None:
        """Writes a figure beside the end of a bar."""
        self.axes.annotate(
            shown(value), (end, row), (4, 0), textcoords="offset points", color=_INK, va="center"
        )

    def amounts(self, largest: float) -> None:
        """A horizontal axis from 0 on, with room for figures beside the bars."""
        from matplotlib.ticker import MaxNLocator

        self.axes.set_xlim(0, 1.2 * largest or 1)
        self.axes.xaxis.set_major_locator(MaxNLocator(4))
        self.axes.xaxis.set_major_formatter(_number)

    def legend(self) -> None:
        """A legend below the axes, in as many columns as its longest label lets stand side by side."""
        labels = self.axes.get_legend_handles_labels()[1]
        columns = max(1, _ACROSS // (max(map(len, labels), default=0) + 7))
        self.canvas.legend(
            loc="outside lower left", ncols=columns, frameon=False, fontsize=8, labelcolor=_INK
        )

    def svg(self) -> str:
        """The drawing as an element to stand inside a page."""
        import matplotlib as mpl

        out = StringIO()
        with mpl.rc_context(_STYLE):
            self.axes.grid(axis="x", color=_FAINT, lw=0.5)
            self.canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return _inline(out.getvalue(), self.title, self.description)


def bars(title: str, unit: str, drawn: Sequence[Bar], description: str) -> str:
    """Horizontal bars with their values beside them, and whiskers over their repetitions."""
    drawing = Drawing(title, description, 0.75 + 0.24 * len(drawn))
    axes = drawing.axes
    for row, bar in enumerate(drawn):
        axes.barh(row, bar.value, 0.7, color=bar.style.colour, hatch=bar.style.hatch, edgecolor=_FAINT, lw=0)
        if bar.high > bar.low:
            axes.plot([bar.low, bar.high], [row, row], color=_INK, lw=1)
        drawing.value(row, max(bar.value, bar.high), bar.value)
    drawing.rows([bar.label for bar in drawn])
    drawing.amounts(max(bar.high for bar in drawn))
    axes.set_xlabel(unit)
    return drawing.svg()


def _number(value: float, _: object) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def _inline(text: str, title: str, description: str) -> str:
    """An SVG file as an element of HTML: nothing that points out of the page, no id that another plot has too."""
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in {"metadata", "style"}:
                parent.remove(child)
    written = ElementTree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', written))
    own = f"p{crc32((title + ' ' + description).encode()):08x}"
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        attributes = element.attrib
        if (link := attributes.pop(_LINK, None)) is not None:
            attributes["href"] = f"#{own}-{link[1:]}"
        if (name := attributes.pop("id", None)) in used:
            attributes["id"] = f"{own}-{name}"
        if "clip-path" in attributes:
            attributes["clip-path"] = attributes["clip-path"].replace("url(#", f"url(#{own}-")
        if "style" in attributes:
            attributes["style"] = _restyled(attributes["style"]).replace("url(#", f"url(#{own}-")
        element.tail = None
        if not (element.text or "").strip():
            element.text = None
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib.update({"role": "img", "aria-labelledby": f"{own}-title {own}-text"})
    for tag, name, words in (("desc", "text", description), ("title", "title", title)):
        element = ElementTree.Element(tag, id=f"{own}-{name}")
        element.text = words
        root.insert(0, element)
    return ElementTree.tostring(root, encoding="unicode")


def _restyled(style: str) -> str:
    style = re.sub(r"font-family:[^;]*;?", "", style)
    style = re.sub(r"(font:[^;]*?\d+(?:\.\d+)?px)[^;]*", r"\1 sans-serif", style)
    return style.replace(_INK, "currentColor").replace(_FAINT, "var(--faint)").strip()

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

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
_HATCHES = ("", "////", "....")
_INK, _FAINT = "#010203", "#040506"  # stand for the page's colours until the SVG is written
_WIDTH = 4.4  # inches; the page scales it
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_STYLE = {
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
    "legend.frameon": False,
    "legend.fontsize": 8,
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
    """A look for each name."""
    return {
        name: Style(
            COLOURS[number % len(COLOURS)],
            _MARKERS[number % len(_MARKERS)],
            _HATCHES[number // len(COLOURS) % len(_HATCHES)],
        )
        for number, name in enumerate(names)
    }


class Drawing:
    """A canvas with one pair of axes; ``svg()`` is what a page holds. One thread at a time: matplotlib's settings are the process's."""

    def __init__(self, title: str, description: str, height: float) -> None:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        self.title, self.description = title, description
        self._settings: dict[str, Any] = dict(_STYLE)
        with mpl.rc_context(self._settings):
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
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        scale = self.axes.set_xscale if which == "x" else self.axes.set_yscale
        limit = self.axes.set_xlim if which == "x" else self.axes.set_ylim
        axis = self.axes.xaxis if which == "x" else self.axes.yaxis
        scale("log")
        limit(low / 1.2, high * 1.2)
        decades = math.log10(high / low * 1.44)
        steps = (1, 2, 5) if decades < 1.6 else (1, 3) if decades < 2.6 else (1,)
        axis.set_major_locator(LogLocator(subs=steps, numticks=12))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        axis.set_minor_formatter(NullFormatter())

    def legend(self, columns: int = 2) -> None:
        """A legend below the axes."""
        self.canvas.legend(loc="outside lower center", ncols=columns)

    def svg(self) -> str:
        """The drawing as an element to stand inside a page."""
        import matplotlib as mpl

        out = StringIO()
        with mpl.rc_context(self._settings):
            self.axes.grid(axis="x")
            self.canvas.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return _inline(out.getvalue(), self.title, self.description)


def bars(title: str, unit: str, drawn: Sequence[Bar], description: str) -> str:
    """Horizontal bars with their values beside them, and whiskers over their repetitions."""
    from benchmarks.measures.tables import shown

    drawing = Drawing(title, description, 0.75 + 0.24 * len(drawn))
    axes = drawing.axes
    for row, bar in enumerate(drawn):
        axes.barh(row, bar.value, 0.7, color=bar.style.colour, hatch=bar.style.hatch, edgecolor=_FAINT, lw=0)
        if bar.high > bar.low:
            axes.plot([bar.low, bar.high], [row, row], color=_INK, lw=1)
        axes.annotate(
            shown(bar.value), (max(bar.value, bar.high), row), (4, 0), textcoords="offset points", va="center"
        )
    drawing.rows([bar.label for bar in drawn])
    axes.set_xlim(0, 1.18 * max((bar.high for bar in drawn), default=1) or 1)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(unit)
    return drawing.svg()


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

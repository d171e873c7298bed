"""Which engines answered only the first questions of a class? Too slow ones do, and are compared on just those."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmarks.engines import OURS
from benchmarks.measures.figures import Figure

_PART = re.compile(r"(.+), (the first [\d,]+)")


def subsets(figures: Iterable[Figure]) -> dict[tuple[str, str, str], str]:
    """Of each corpus, class and engine that answered fewer questions, the subject under which it and searchlib stand for them."""
    found = {}
    times = [figure for figure in figures if figure.section == "latency"]
    whole = {figure.subject for figure in times}
    for figure in times:
        part = _PART.fullmatch(figure.subject)
        if part and part[1] in whole and figure.engine != OURS:
            found[figure.corpus, part[1], figure.engine] = figure.subject
    return found


def which(subject: str) -> str:
    """ "the first 12" of such a subject."""
    part = _PART.fullmatch(subject)
    return part[2] if part else subject

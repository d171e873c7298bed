"""How do figures stand in a terminal?"""

from __future__ import annotations

from collections.abc import Container, Sequence


def shown(value: float | None) -> str:
    """A figure with three digits, or more where it is large."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:,.3g}"


def aligned(cells: Sequence[Sequence[str]], figures: Container[int]) -> str:
    """Lines of cells as columns; those numbered in figures stand to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = []
    for line in cells:
        placed = [
            cell.rjust(width) if column in figures else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append("  ".join(placed).rstrip())
    return "\n".join(lines)

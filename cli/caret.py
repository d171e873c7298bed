"""Where in a query is the trouble? The query on one line, and a caret under the spot on the next.

What is shown passes through searchlib.results.snippets.printable character by character. Of a query that is wider
than the terminal a window around the spot is shown, with an ellipsis where it is cut.
"""

from __future__ import annotations

from .terminal import display_width, line_width

_INDENT = "  "
_CUT = "…"


def pointed(query: str, position: int, width: int | None = None) -> tuple[str, str]:
    """Both lines, of at most `width` columns, None: as wide as the terminal.

    position: a code point of the query, or its end.
    """
    from searchlib.results.snippets import printable

    room = (line_width() if width is None else width) - len(_INDENT)
    cells = [printable(char) for char in query]
    at = min(position, len(cells))
    start, end = _window([display_width(cell) for cell in cells], at, room)
    before = (_CUT if start else "") + "".join(cells[start:at])
    behind = "".join(cells[at:end]) + (_CUT if end < len(cells) else "")
    return f"{_INDENT}{before}{behind}".rstrip(), f"{_INDENT}{' ' * display_width(before)}^"


def _window(widths: list[int], at: int, room: int) -> tuple[int, int]:
    """A range of cells around a place that fits the room, with the marks of its cuts and the caret."""
    if sum(widths) < room:  # a caret may stand behind the end
        return 0, len(widths)
    left = room * 2 // 3 - len(_CUT)
    start = at
    while start and widths[start - 1] <= left:
        start -= 1
        left -= widths[start]
    right = room - sum(widths[start:at]) - 2 * len(_CUT)
    end = at
    while end < len(widths) and widths[end] <= right:
        right -= widths[end]
        end += 1
    return start, end

"""Why has a document this score? The score as a tree whose numbers give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number and where it comes from. Immutable.

    value: the number; what: in words what it is; how: "sum", "product" or "largest" of the values of `parts`, or "given"
    when there are none.
    """

    value: float
    what: str
    how: Literal["sum", "product", "largest", "given"] = "given"
    parts: tuple[Explanation, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> list[str]:
        how = f", {self.how} of" if self.parts else ""
        lines = [f"{'  ' * depth}{self.value:.4f} {self.what}{how}"]
        for part in self.parts:
            lines.extend(part._lines(depth + 1))
        return lines

    def as_dict(self) -> dict[str, Any]:
        """The same as plain objects, for JSON."""
        return {
            "value": self.value,
            "what": self.what,
            "how": self.how,
            "parts": [part.as_dict() for part in self.parts],
        }

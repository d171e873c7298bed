"""What did a run of the suite find? One JSON file, with machine, versions and commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measures.figures import Figure
from benchmarks.measures.latency import Agreement

LAYOUT = 1  # of the file


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of ours that was promised, and whether it is reached.

    promise: in words. ours: the figure; to: the engine that a ratio is to, "" for a goal in the figure's own unit; at_most or at_least: the
    bound of the ratio or figure. found: the ratio or figure, None where it was not measured, which reached is not; low and high:
    where a ratio lies with 95 % confidence.
    """

    promise: str
    ours: tuple[str, str, str, str, str]
    to: str = ""
    at_most: float | None = None
    at_least: float | None = None
    found: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the promise is kept; what was not measured is not."""
        if self.found is None:
            return False
        return (self.at_most is None or self.found <= self.at_most) and (
            self.at_least is None or self.found >= self.at_least
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run.

    machine: what description() tells. options: of the command. engines: versions of those measured; absent: why others were
    not. corpora: what each corpus is, in words.
    """

    machine: dict[str, Any]
    options: dict[str, Any]
    engines: dict[str, str]
    absent: dict[str, str]
    corpora: dict[str, str]
    figures: list[Figure] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    layout: int = LAYOUT

    def save(self, path: Path) -> None:
        """Writes the file; what was there is replaced."""
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(self), indent=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text + b"\n")

    @staticmethod
    def load(path: Path) -> Result:
        """Reads a file that save() wrote. Raises ValueError when it is none, or of another layout."""
        import msgspec

        try:
            result = msgspec.json.decode(path.read_bytes(), type=Result)
        except msgspec.MsgspecError as error:
            raise ValueError(f"{path} is no result of the suite: {error}") from None
        if result.layout != LAYOUT:
            raise ValueError(f"{path} has layout {result.layout}, and this suite reads {LAYOUT}")
        return result

"""What is wrong with a file of an index, and where? What verification finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from searchlib.errors import CorruptIndexError

__all__ = ["Fault", "fault_in", "first_of"]

_MOST: Final = 20  # faults of one kind in one file that are listed


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file of an index that is not as it should be.

    file: its path; offset: where in it, or None when the whole is at fault; message: what is wrong.
    """

    file: str
    offset: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.offset is None else f"{self.file} at byte {self.offset}"
        return f"{where}: {self.message}"

    @classmethod
    def of(cls, error: CorruptIndexError, offset: int | None = None) -> Fault:
        """What an error says; offset: where it is when the error does not know."""
        return cls(error.file, offset if error.offset is None else error.offset, error.message)


def fault_in(file: str, places: Mapping[str, tuple[int, int]], section: str, at: int, message: str) -> Fault:
    """A fault at a byte of a section, or of the whole file when it has none of that name."""
    return Fault(file, places[section][0] + at if section in places else None, message)


def first_of(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The first of many faults of one kind, and how many more there are."""
    left = iter(faults)
    last = None
    for last in islice(left, _MOST):
        yield last
    more = sum(1 for _ in left)
    if last is not None and more:
        yield Fault(last.file, None, f"{more} more faults of this kind")

"""Are the lists and dictionaries of a segment what they would be, were they written again?

They are decoded and written as a merge of this segment alone would (merger.py): what comes out is the sections terms, postings, positions,
forms, endings, peaks and those of names byte for byte, whether the segment was built or merged. So everything in them that could be otherwise is
compared: order, offsets, tf, bounds, codes. Against the length and tokens of documents it is held on the way.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from math import isclose
from typing import Final

from searchlib.definitions import Definition
from searchlib.errors import CorruptIndexError
from searchlib.storage._merge import Merge
from searchlib.storage.columns import read_numbers
from searchlib.storage.faults import Fault
from searchlib.storage.segment import Segment

__all__ = ["LISTS", "list_faults"]

LISTS: Final = (
    "terms",
    "postings",
    "positions",
    "forms",
    "endings",
    "peaks",
    "names.latin",
    "names.cyrillic",
)


def list_faults(
    segment: Segment, definition: Definition, fault: Callable[[str, int, str], Fault]
) -> Iterator[Fault]:
    """What of the lists differs. definition: of the index, with as many text fields as the segment has; fault: makes one at a byte of
    a section. Raises CorruptIndexError when the lengths of documents cannot be read."""
    file = segment.file
    lengths, tokens = [], []
    for f in range(file.fields):
        lengths.append(_wide(segment, f"length.{f}"))
        if f + 1 < file.fields:
            tokens.append(_wide(segment, f"tokens.{f}"))
            for doc, (length, count) in enumerate(zip(lengths[f], tokens[f], strict=True)):
                if length > count:
                    yield fault(
                        f"length.{f}", 0, f"document {doc} is longer than its words in field {f} are many"
                    )
                    break
    weights = [field.weight for field in definition.text_fields]
    numbers = [array("i", range(file.documents))]
    merge = Merge([file], numbers, lengths, weights, definition.k1, definition.b, tokens)
    again = _Again(segment, fault)
    try:
        while merge.step(again.put):
            pass
    except CorruptIndexError as error:
        yield from again.faults.values()
        yield Fault.of(error, fault("terms", 0, "").offset)
        return
    again.finish()
    yield from again.faults.values()
    for what, found, said in (
        ("terms", merge.terms, file.term_count),
        ("forms", merge.forms, file.form_count),
    ):
        if found != said and what not in again.faults:
            yield fault(what, 0, f"there are {found} {what}, and {said} should be")
    total = segment.total_length
    if not isclose(merge.total_length, total, rel_tol=1e-9):  # machines may differ in the last bits
        yield fault("length.0", 0, f"the lengths add up to {merge.total_length:g}, and not to {total:g}")


class _Again:
    """Sections that come anew, piece by piece, held against those on disk: the first difference in each is a fault."""

    def __init__(self, segment: Segment, fault: Callable[[str, int, str], Fault]) -> None:
        self.faults: dict[str, Fault] = {}
        self._fault = fault
        self._segment = segment
        self._at: Counter[str] = Counter()

    def put(self, name: str, piece: memoryview) -> None:
        at, file = self._at[name], self._segment.file
        self._at[name] += len(piece)
        if name in self.faults:
            return
        new = bytes(piece)
        old = file.read(name, at, min(len(new), max(0, file.section_size(name) - at)))
        if old != new:
            same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
            self._differs(name, at + same)

    def finish(self) -> None:
        """Does a section go on behind what came?"""
        for name in LISTS:
            if name not in self.faults and self._at[name] != self._segment.file.section_size(name):
                self._differs(name, self._at[name])

    def _differs(self, name: str, at: int) -> None:
        self.faults[name] = self._fault(
            name, at, f"section '{name}' differs from what its lists say, written again"
        )


def _wide(segment: Segment, name: str) -> array[int]:
    """The numbers of all documents in a section."""
    numbers = read_numbers(segment.file, name)
    if numbers.itemsize > 4:
        raise CorruptIndexError(segment.file.path, f"section '{name}' has the wrong size")
    return array("I", iter(numbers))

"""Where does the next page begin? A cursor names the last document of a page by what it was ranked by.

A cursor is text that a program may keep and hand back: the order it belongs to, the document's score or sort key, and its id.
On the snapshot that it was made on, the next page goes on exactly behind it. On a later one it goes on behind the place where
the document would stand now.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, NamedTuple

from searchlib.errors import QueryError
from searchlib.storage.segment import find_id

if TYPE_CHECKING:
    from searchlib.storage.segment import Segment

__all__ = ["Cursor"]

_VERSION = 1


class Cursor(NamedTuple):
    """order: the sort; key: the score, or the date or value sorted by; id: of the document."""

    order: str
    key: float | int | str | None
    id: str

    def __str__(self) -> str:
        import msgspec

        packed = msgspec.msgpack.encode((_VERSION, *self))
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, order: str) -> Cursor:
        """Raises QueryError when it is none, or was made for another order."""
        import msgspec

        try:
            packed = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            version, made_for, key, id = msgspec.msgpack.decode(
                packed, type=tuple[int, str, float | int | str | None, str]
            )
        except (ValueError, AttributeError, binascii.Error, msgspec.MsgspecError):
            raise QueryError(
                f"after={text!r} is no cursor", hint="pass the `cursor` of the page before"
            ) from None
        if isinstance(key, float) and not math.isfinite(key):
            raise QueryError(f"after={text!r} is no cursor", hint="pass the `cursor` of the page before")
        if (
            version != _VERSION
            or made_for != order
            or (order == "relevance" and not isinstance(key, (int, float)))
        ):
            raise QueryError(
                f"the cursor was made for a search sorted by '{made_for}', not by '{order}'",
                hint="ask for the next page as for the one before",
            )
        return cls(made_for, key, id)

    def place(self, segments: list[Segment]) -> tuple[int, int]:
        """(segment, document) of its document; of one that is gone, the first, which was seen before it when they are equal."""
        return find_id(segments, self.id) or (0, 0)

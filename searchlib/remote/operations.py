"""How is one document sent to a cluster, or its deletion, and what does the cluster answer of it?"""

from __future__ import annotations

import re
from typing import Any, Final

from searchlib.errors import DocumentError
from searchlib.remote.failures import reason_of

__all__ = ["Operation", "newer", "refusal"]

_NEWER: Final = re.compile(r"current version \[(\d+)\]")
_FIELD: Final = re.compile(r"field \[([^\]]+)\]")


class Operation:
    """One document to be indexed, or deleted: then source is empty."""

    __slots__ = ("id", "size", "source", "version")

    def __init__(self, id: str, source: bytes) -> None:
        self.id = id
        self.source = source
        self.size = len(source) + len(id) + 100
        self.version = 0

    def line(self, id: bytes) -> bytes:
        """As it is sent. id: in JSON."""
        if not self.source:
            return b'{"delete":{"_id":%b,"version":%d,"version_type":"external_gte"}}\n' % (id, self.version)
        return b'{"index":{"_id":%b,"version":%d,"version_type":"external_gte"}}\n%b\n' % (
            id,
            self.version,
            self.source,
        )


def newer(error: Any) -> int | None:
    """The version of what stands, by which a cluster says that it will not write what is older."""
    found = _NEWER.search(str(error.get("reason"))) if isinstance(error, dict) else None
    return int(found[1]) if found else None


def refusal(operation: Operation, error: Any) -> DocumentError:
    """What is told of a document that the cluster refuses for good. error: its own, or what is wrong in words."""
    field = _FIELD.search(str(error.get("reason"))) if isinstance(error, dict) else None
    reason = error if isinstance(error, str) else reason_of(error)
    return DocumentError(
        f"the cluster refuses the document '{operation.id}': {reason}",
        field=field[1] if field else None,
        id=operation.id,
    )

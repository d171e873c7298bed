"""An index of a cluster, in memory, that fails in every way that a real one has: for tests of what is sent again."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from searchlib.errors import RemoteError
from searchlib.remote.address import Address

ADDRESS = Address.parse("opensearch://nowhere/news", {})
Operation = tuple[str, str, int, Any]  # index or delete, id, version, source


def parsed(payload: bytes) -> list[Operation]:
    operations: list[Operation] = []
    lines = iter(payload.decode("utf-8").splitlines())
    for line in lines:
        ((kind, head),) = json.loads(line).items()
        assert head["version_type"] == "external_gte"
        operations.append(
            (kind, head["_id"], head["version"], json.loads(next(lines)) if kind == "index" else None)
        )
    return operations


def failure(status: int | None, *, passing: bool = True) -> RemoteError:
    return RemoteError(str(ADDRESS), "so it goes", status=status, passing=passing)


@dataclass
class FakeCluster:
    """fault: called with the operations of each request, and raises a failure, or gives the refused by their number: a status."""

    fault: Callable[[FakeCluster, list[Operation]], Mapping[int, int]] = lambda cluster, operations: {}
    address: Address = ADDRESS
    timeout: float = 30.0
    documents: dict[str, tuple[int, Any]] = field(
        default_factory=dict
    )  # version and source, None for a deleted one
    requests: list[list[Operation]] = field(default_factory=list)
    applied: list[Operation] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._ids: set[str] = set()

    def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        operations = parsed(payload)
        ids = {operation[1] for operation in operations}
        with self._guard:
            assert len(ids) == len(operations), "two operations on one document in a request"
            assert not ids & self._ids, "two operations on one document under way"
            self._ids |= ids
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.requests.append(operations)
        try:
            refused = self.fault(self, operations)
            return self.carry_out(operations, refused)
        finally:
            with self._guard:
                self._ids -= ids
                self.at_once -= 1

    def carry_out(
        self, operations: list[Operation], refused: Mapping[int, int] | None = None
    ) -> dict[str, Any]:
        items = []
        with self._guard:
            for number, operation in enumerate(operations):
                status = (refused or {}).get(number) or self._apply(operation)
                result: dict[str, Any] = {"status": status}
                if status == 409:
                    current = self.documents[operation[1]][0]
                    reason = f"[{operation[1]}]: version conflict, current version [{current}] is higher than the one provided [{operation[2]}]"
                    result["error"] = {"type": "version_conflict_engine_exception", "reason": reason}
                elif status >= 400 and status != 404:
                    result["error"] = {
                        "type": "some_exception",
                        "reason": f"failed to parse field [f] with {status}",
                    }
                items.append({operation[0]: result})
        return {"errors": any("error" in next(iter(item.values())) for item in items), "items": items}

    def _apply(self, operation: Operation) -> int:
        kind, id, version, source = operation
        if isinstance(source, dict) and source.get("bad"):
            return 400
        before = self.documents.get(id)
        if before is not None and version < before[0]:
            return 409
        self.documents[id] = version, source
        self.applied.append(operation)
        return 200 if kind == "index" or (before is not None and before[1] is not None) else 404

    def sources(self) -> dict[str, Any]:
        return {id: source for id, (_, source) in self.documents.items() if source is not None}


class Chance:
    """Fails at random: refuses requests and single operations, loses requests and answers, and carries out late what it lost."""

    def __init__(self, seed: int, often: float) -> None:
        self._random = random.Random(seed)
        self._often = often
        self._guard = threading.Lock()
        self.late: list[list[Operation]] = []

    def __call__(self, cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        with self._guard:
            chance = self._random.random()
            kind = self._random.randrange(7)
            single = {
                number: self._random.choice((429, 503, 500))
                for number in range(len(operations))
                if self._random.random() < self._often
            }
            late = (
                self.late.pop(self._random.randrange(len(self.late))) if self.late and chance < 0.3 else None
            )
        if late is not None:
            cluster.carry_out(late)
        if self._random.random() < 0.2:
            time.sleep(0.0005)
        if chance >= self._often:
            return {}
        if kind == 0:
            raise failure(429)
        if kind == 1:
            raise failure(503)
        if kind == 2:
            raise failure(None)  # lost on the way there
        if kind == 3:
            cluster.carry_out(operations)
            raise failure(None)  # lost on the way back
        if kind == 4:
            with self._guard:
                self.late.append(operations)
            raise failure(None)  # given up, and carried out at some time
        if kind == 5 and len(operations) > 1:
            raise failure(413, passing=False)
        return single

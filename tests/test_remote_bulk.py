"""Does everything get to a cluster once, in its order, whatever the cluster does?"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from fake_cluster import ADDRESS, Chance, FakeCluster, Operation, failure
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib import DocumentError, IndexNotFoundError, RemoteError, SearchError
from searchlib.remote import retrying
from searchlib.remote.bulk import Bulk


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST", 0.0005)
    monkeypatch.setattr(retrying, "LONGEST", 0.002)


def first_only(status: int, *, operations: int) -> Any:
    """Refuses the first operations of the first request with a status."""
    refused = dict.fromkeys(range(operations), status)

    def fault(cluster: FakeCluster, given: list[Operation]) -> Mapping[int, int]:
        return refused if len(cluster.requests) == 1 else {}

    return fault


def ids(request: list[Operation]) -> list[str]:
    return [operation[1] for operation in request]


def test_batches_are_limited_by_number_and_by_bytes() -> None:
    cluster = FakeCluster()
    bulk = Bulk(cluster, most=4, batch_mb=0.01, workers=1)
    for number in range(9):
        bulk.index(f"n{number}", {"text": "слово"})
    bulk.flush()
    assert [len(request) for request in cluster.requests] == [4, 4, 1]
    cluster.requests.clear()
    for size in (3_000, 3_000, 6_000, 30_000, 10):
        bulk.index(f"s{size}-{len(cluster.documents)}-{time.time_ns()}", {"text": "x" * size})
    bulk.flush()
    bulk.close()
    assert [len(request) for request in cluster.requests] == [2, 1, 1, 1]
    assert len(cluster.sources()) == 14


def test_only_what_was_refused_is_sent_again() -> None:
    cluster = FakeCluster(first_only(429, operations=2))
    bulk = Bulk(cluster)
    for id in "abcd":
        bulk.index(id, {"text": id})
    bulk.flush()
    bulk.close()
    assert [ids(request) for request in cluster.requests] == [["a", "b", "c", "d"], ["a", "b"]]
    assert Counter(ids(cluster.applied)) == Counter("abcd")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_request_that_is_refused_is_sent_again(status: int) -> None:
    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        if len(cluster.requests) < 3:
            raise failure(status)
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster)
    bulk.index("a", {"text": "x"})
    bulk.delete("b")
    bulk.flush()
    bulk.close()
    assert [ids(request) for request in cluster.requests] == [["a", "b"]] * 3
    assert cluster.sources() == {"a": {"text": "x"}}


def test_a_refused_document_takes_no_other_with_it() -> None:
    cluster = FakeCluster()
    told: list[DocumentError] = []
    bulk = Bulk(cluster, on_error=told.append)
    for number in range(10):
        bulk.index(f"id-{number}", {"bad": number in (3, 7)})
    bulk.flush()
    bulk.close()
    assert len(cluster.sources()) == 8
    assert [error.field for error in told] == ["f", "f"]
    assert (
        str(told[0])
        == "field 'f': the cluster refuses the document 'id-3': failed to parse field [f] with 400"
    )
    assert "id-7" in str(told[1])


def test_without_anybody_to_tell_flush_raises_what_was_refused() -> None:
    cluster = FakeCluster()
    bulk = Bulk(cluster)
    for number in range(5):
        bulk.index(f"id-{number}", {"bad": number > 1})
    with pytest.raises(DocumentError, match=r"'id-2': .*; 2 other documents were refused as well"):
        bulk.flush()
    bulk.flush()
    bulk.close()
    assert sorted(cluster.sources()) == ["id-0", "id-1"]


def test_operations_on_one_document_take_effect_in_their_order() -> None:
    cluster = FakeCluster()
    bulk = Bulk(cluster, most=3)
    for number in range(50):
        bulk.index("a", {"n": number})
        if number % 7 == 1:
            bulk.delete("a")
        bulk.index(f"b{number}", {"n": number})
    bulk.flush()
    bulk.close()
    of_a = [operation for operation in cluster.applied if operation[1] == "a"]
    assert [operation[3]["n"] for operation in of_a if operation[3]] == list(range(50))
    assert [operation[2] for operation in of_a] == sorted({operation[2] for operation in of_a})
    assert cluster.sources()["a"] == {"n": 49}
    assert len(cluster.sources()) == 51


def test_what_was_given_up_and_is_done_late_undoes_nothing() -> None:
    lost: list[list[Operation]] = []

    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        if not lost:
            lost.append(operations)
            raise failure(None)
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster)
    bulk.index("a", {"n": 1})
    bulk.index("b", {"n": 1})
    bulk.flush()
    bulk.index("a", {"n": 2})
    bulk.delete("b")
    bulk.flush()
    bulk.close()
    cluster.carry_out(lost[0])
    assert cluster.sources() == {"a": {"n": 2}}


def test_what_another_writer_wrote_later_stands() -> None:
    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        cluster.documents["a"] = time.time_ns(), {"n": "another's"}
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster)
    bulk.index("a", {"n": "ours"})
    bulk.flush()
    bulk.close()
    assert cluster.sources() == {"a": {"n": "another's"}}
    assert len(cluster.requests) == 1


def test_a_clock_that_goes_before_ours_does_not_lose_what_we_write() -> None:
    cluster = FakeCluster()
    ahead = time.time_ns() + 3_600_000_000_000
    cluster.documents["a"] = ahead, {"n": "older, as we see it"}
    bulk = Bulk(cluster)
    bulk.index("a", {"n": "newer"})
    bulk.flush()
    bulk.index("a", {"n": "newest"})
    bulk.flush()
    bulk.close()
    assert cluster.sources() == {"a": {"n": "newest"}}
    assert cluster.documents["a"][0] > ahead


def test_a_batch_that_is_too_large_goes_in_parts_and_a_document_that_is_is_refused() -> None:
    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        if sum(len(str(operation[3])) for operation in operations) > 2_000:
            raise failure(413, passing=False)
        return {}

    cluster = FakeCluster(fault)
    told: list[DocumentError] = []
    bulk = Bulk(cluster, on_error=told.append)
    for number in range(30):
        bulk.index(f"id-{number}", {"text": "x" * (5_000 if number == 11 else 500)})
    bulk.flush()
    bulk.close()
    assert len(cluster.sources()) == 29
    (error,) = told
    assert "'id-11': it is too large" in str(error)


def test_after_patience_the_failure_is_raised_and_nothing_is_lost() -> None:
    away = True

    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        if away:
            raise failure(None)
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster, patience=0.01, most=2, workers=2)
    for id in "abcdefg":
        bulk.index(id, {})
        time.sleep(0.0001)
    with pytest.raises(RemoteError, match="so it goes"):
        bulk.flush()
    assert len(cluster.requests) > 2
    away = False
    deadline = time.monotonic() + 60
    while True:  # each thread that had given up has said so
        try:
            bulk.flush()
            break
        except RemoteError:
            assert time.monotonic() < deadline
    bulk.close()
    assert sorted(cluster.sources()) == list("abcdefg")


def test_what_goes_before_a_batch_is_there_before_it_and_is_asked_again() -> None:
    told: list[str] = []
    busy = 2

    def before() -> None:
        nonlocal busy
        told.append("before")
        if busy:
            busy -= 1
            raise failure(429)

    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        told.append("batch")
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster, most=2, workers=1, before=before)
    for id in "abc":
        bulk.index(id, {})
    bulk.flush()
    assert told == ["before", "before", "before", "batch", "before", "batch"]
    busy = 10**9
    bulk.index("d", {})
    hurried = Bulk(cluster, patience=0.0, before=before)
    hurried.index("e", {})
    with pytest.raises(RemoteError, match="so it goes"):
        hurried.flush()
    assert sorted(cluster.sources()) == ["a", "b", "c"]
    busy = 0
    for one in bulk, hurried:
        one.flush()
        one.close()
    assert sorted(cluster.sources()) == list("abcde")


@pytest.mark.parametrize(
    "error",
    [
        failure(401, passing=False),
        failure(400, passing=False),
        IndexNotFoundError("nowhere"),
        ZeroDivisionError("a fault of our own"),
    ],
    ids=["password", "bad request", "no index", "bug"],
)
def test_what_does_not_pass_is_raised_at_once(error: Exception) -> None:
    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        raise error

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster)
    bulk.index("a", {})
    with pytest.raises(SearchError) as caught:
        bulk.flush()
    assert caught.value is error or caught.value.__cause__ is error
    assert len(cluster.requests) == 1
    bulk.close()


def test_an_answer_that_leaves_something_out_is_no_answer() -> None:
    class Silent(FakeCluster):
        def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
            answer = super().bulk(payload, params)
            answer["items"].pop()
            return answer

    bulk = Bulk(Silent())
    bulk.index("a", {})
    bulk.index("b", {})
    with pytest.raises(RemoteError, match="does not say what became of each document"):
        bulk.flush()
    bulk.close()


def test_an_answer_of_another_form_is_raised_and_nothing_is_lost() -> None:
    class Odd(FakeCluster):
        odd = True

        def bulk(self, payload: bytes, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
            answer = super().bulk(payload, params)
            if self.odd:
                self.odd = False
                answer["errors"] = True
                del answer["items"][1]["index"]["status"]
            return answer

    cluster = Odd()
    told: list[DocumentError] = []
    bulk = Bulk(cluster, on_error=told.append)
    bulk.index("a", {"bad": True})
    bulk.index("b", {})
    with pytest.raises(SearchError, match="KeyError"):
        bulk.flush()
    bulk.flush()
    bulk.close()
    assert sorted(cluster.sources()) == ["b"]
    assert len(told) == 1


def test_a_batch_that_comes_as_a_thread_ends_is_sent() -> None:
    cluster = FakeCluster()
    bulk = Bulk(cluster, workers=1, most=1)
    ending = threading.Event()

    class Late(threading.Condition):
        """Gives way when a thread has seen that there is nothing to send: in that moment something comes."""

        def __exit__(self, *details: Any) -> None:
            super().__exit__(*details)
            if (
                threading.current_thread() is not threading.main_thread()
                and not bulk._ready
                and not bulk._under_way
            ):
                ending.set()
                time.sleep(0.05)

    bulk._changed = Late()
    for number in range(5):
        ending.clear()
        bulk.index("a", {"n": number})
        assert ending.wait(60)
        bulk.index("b", {"n": number})
        flusher = threading.Thread(target=bulk.flush, daemon=True)
        flusher.start()
        flusher.join(60)
        assert not flusher.is_alive()
    bulk.close()
    assert cluster.sources() == {"a": {"n": 4}, "b": {"n": 4}}


def test_whoever_gives_more_than_is_held_waits() -> None:
    go_on = threading.Event()

    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        assert go_on.wait(60)
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster, batch_mb=0.01, workers=2)
    given_ = 0

    def give() -> None:
        nonlocal given_
        for number in range(100):
            bulk.index(str(number), {"text": "x" * 2_000})
            given_ += 1

    giver = threading.Thread(target=give)
    giver.start()
    deadline = time.monotonic() + 60
    while cluster.at_once < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    giver.join(0.2)
    assert giver.is_alive() and 8 <= given_ <= 15  # three batches of five
    go_on.set()
    giver.join(60)
    bulk.flush()
    bulk.close()
    assert cluster.most_at_once == 2
    assert len(cluster.sources()) == 100


def test_discard_drops_what_was_not_sent() -> None:
    def fault(cluster: FakeCluster, operations: list[Operation]) -> Mapping[int, int]:
        if "a" in ids(operations):
            raise failure(503)  # so that it waits, and waits
        return {}

    cluster = FakeCluster(fault)
    bulk = Bulk(cluster, most=1, workers=1)
    bulk.index("a", {})
    bulk.index("a", {"again": True})
    bulk.index("b", {})
    deadline = time.monotonic() + 60
    while not cluster.requests and time.monotonic() < deadline:
        time.sleep(0.001)
    bulk.discard()
    bulk.index("c", {})
    bulk.flush()
    bulk.close()
    assert sorted(cluster.sources()) == ["c"]


def test_a_closed_one_takes_nothing() -> None:
    bulk = Bulk(FakeCluster())
    bulk.close()
    bulk.close()
    with pytest.raises(SearchError, match=f"{ADDRESS}: this writer is closed"):
        bulk.index("a", {})
    with pytest.raises(SearchError, match="closed"):
        bulk.flush()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forks_copy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bulk = Bulk(FakeCluster())
    bulk.index("a", {})
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: here + 1)
    with pytest.raises(SearchError, match=f"belongs to process {here}"):
        bulk.index("b", {})
    monkeypatch.undo()
    bulk.close()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"workers": 0}, "workers"),
        ({"batch_mb": 0}, "batch_mb"),
        ({"batch_mb": 101}, "batch_mb"),
        ({"most": 0}, "most"),
        ({"patience": -1}, "patience"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Bulk(FakeCluster(), **options)


operations = st.lists(
    st.tuples(
        st.sampled_from("aбcdefgh"), st.sampled_from(["index", "index", "index", "bad", "delete", "settle"])
    ),
    max_size=60,
)


@settings(max_examples=150)
@given(
    operations,
    st.integers(0, 1 << 30),
    st.sampled_from([0.0, 0.3, 0.7]),
    st.integers(1, 3),
    st.integers(1, 5),
)
def test_nothing_is_lost_and_nothing_doubled(
    given_: list[tuple[str, str]], seed: int, often: float, workers: int, most: int
) -> None:
    chance = Chance(seed, often)
    cluster = FakeCluster(chance)
    told: list[DocumentError] = []
    bulk = Bulk(cluster, workers=workers, most=most, on_error=told.append)
    expected: dict[str, Any] = {}
    refused: list[str] = []
    wanted: dict[str, list[Any]] = {}
    for number, (id, kind) in enumerate(given_):
        if kind == "settle":
            bulk.settle(id)
            assert cluster.sources().get(id) == expected.get(id)
        elif kind == "delete":
            bulk.delete(id)
            expected.pop(id, None)
            wanted.setdefault(id, []).append(None)
        else:
            bulk.index(id, {"n": number, "bad": kind == "bad"})
            if kind == "bad":
                refused.append(f"'{id}'")
            else:
                expected[id] = {"n": number, "bad": False}
                wanted.setdefault(id, []).append(expected[id])
    bulk.flush()
    bulk.close()
    assert cluster.sources() == expected
    assert Counter(str(error).split(": ")[1].rsplit(" ", 1)[1] for error in told) == Counter(refused)
    for late in chance.late:
        cluster.carry_out(late)
    assert cluster.sources() == expected
    for (
        id,
        sources,
    ) in wanted.items():  # each took effect, one after the other; some more than once, but never late
        seen = [operation[3] for operation in cluster.applied if operation[1] == id]
        assert [source for n, source in enumerate(seen) if n == 0 or source != seen[n - 1]] == [
            source for n, source in enumerate(sources) if n == 0 or source != sources[n - 1]
        ]

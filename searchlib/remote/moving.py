"""How does an archive move from disk to a cluster, or back? All its documents, in the order in which they stand.

What is moved of a document is what is stored with it; the values of keyword and date fields that are not stored are taken from the
columns on disk, or from what the cluster sorts and counts by. The other side analyses and indexes it anew, without the recurring lines that
are not indexed where it comes from.

To go on where an earlier move ended, what is there already is passed over as long as it is the same: the same documents with the same
content, one behind the other. From the first that is missing, changed or not in its place on, everything is moved, so that in
the end documents with equal scores stand as they do where they came from. What only the other side has stays there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from searchlib.dates import iso_text
from searchlib.errors import CorruptIndexError, DefinitionError, DocumentError, RemoteError
from searchlib.remote.layout import indexed_text
from searchlib.remote.lines import known_lines
from searchlib.storage.boilerplate import Boilerplate
from searchlib.storage.columns import read_numbers
from searchlib.storage.deletions import lives
from searchlib.storage.segment import find_id

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.index import Index
    from searchlib.remote.cluster import Cluster
    from searchlib.remote.index import RemoteIndex
    from searchlib.storage.segment import Segment
    from searchlib.storage.snapshot import Snapshot

__all__ = ["Moved", "pull", "push"]

Record = dict[str, Any]
OnProgress = Callable[[int, int], None]
OnError = Callable[[DocumentError], None]

_PAGE: Final = 1_000  # documents that are asked of a cluster at once, at most
_PAGE_BYTES: Final = 8 << 20  # of them, about
_KEEP: Final = "10m"  # for which a cluster keeps a point in time between two pages
_OPENSEARCH: Final = "_search/point_in_time"
_ELASTICSEARCH: Final = "_pit"
_PARTS: Final = {"_source_includes": "stored,order,values,date"}  # of a document that may be there already
_REPORT_EVERY: Final = 0.1  # seconds between two calls of on_progress


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved. documents: of the source; kept: of them those that were there already; refused: those that the other side
    did not take."""

    documents: int
    kept: int
    refused: int

    @property
    def added(self) -> int:
        """Documents that were moved now."""
        return self.documents - self.kept - self.refused


def check(definition: Definition, other: Definition | None = None) -> None:
    """Can documents by this definition be moved into an index of another, which is absent when None? Raises DefinitionError."""
    for field in definition.text_fields:
        if not field.stored:
            raise DefinitionError(
                "this text is not stored, so that it cannot be indexed again; build the other index from the files",
                key=f"fields.{field.name}",
            )
    if other is not None and not definition.alike(other):
        raise DefinitionError(
            "the two indexes have different definitions; move the documents to an index that is not there yet"
        )


def push(
    index: Index,
    target: RemoteIndex,
    *,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    on_error: OnError | None = None,
) -> Moved:
    """Copies the documents of the commit that an index sees to one of a cluster, of the same definition. May be called again after it
    was interrupted.

    workers: batches that are sent at a time. on_progress: told about ten times a second how many documents of how many are done.
    on_error: given what the cluster refuses; without it that is raised, when all the rest is there. Raises DefinitionError,
    CorruptIndexError, RemoteError.
    """
    check(index.definition, target.definition)
    snapshot = index._open_ranker().snapshot
    progress = _Progress(snapshot.documents, on_progress)
    hidden = _Hidden(index.definition)
    records = iter(_records(snapshot, hidden))
    boilerplate = snapshot.manifest.boilerplate
    lines = Boilerplate(index.definition, boilerplate)
    first: list[tuple[Record, list[int]]] | None = None
    kept = 0
    last = -1
    for batch in _batches(records):
        there = target._cluster.documents([record["id"] for record, _ in batch], _PARTS)
        for at, ((record, _), document) in enumerate(zip(batch, there, strict=True)):
            source = None if document is None else document["_source"]
            if source is None or source["order"] <= last or hidden.of_source(source) != record:
                first = batch[at:]
                break
            last = source["order"]
            kept += 1
        progress.done(kept)
        if first is not None:
            break
    done = kept
    refused: list[DocumentError] = []
    with target.writer(workers=workers) as writer:
        for rest in (first or (), records):
            for record, lengths in rest:
                writer.move(record, lengths, lines)
                done += 1
                progress.done(done)
        refused += writer.refused(all=True)
        writer.take_over(boilerplate)
        _tell(refused, on_error)
    progress.end()
    return Moved(snapshot.documents, kept, len(refused))


def pull(
    source: RemoteIndex,
    index: Index,
    *,
    workers: int = 1,
    commit_every: int = 50_000,
    on_progress: OnProgress | None = None,
    on_error: OnError | None = None,
) -> Moved:
    """Copies the documents of an index of a cluster, as they are at one moment, to one on disk of the same definition. May be called again
    after it was interrupted.

    workers: processes that build at a time; commit_every: documents after which what is there is committed. on_progress, on_error:
    as of push(). Raises DefinitionError, IndexLockedError, StorageError, RemoteError.
    """
    check(source.definition, index.definition)
    total = len(source)
    progress = _Progress(total, on_progress)
    hidden = _Hidden(source.definition)
    index.refresh()
    snapshot = index._open_ranker().snapshot
    kept = done = 0
    last = (-1, -1)
    adding = False
    refused: list[DocumentError] = []
    with index.writer(workers=workers) as writer:
        writer.take_over(known_lines(source._words))
        for page in _pages(source._cluster, source.definition, hidden):
            for record, texts in page:
                if not adding:
                    place = find_id(snapshot.segments, record["id"])
                    adding = place is None or place <= last or _at(snapshot, place, hidden) != record
                    if place is not None:
                        last = place
                done += 1
                if not adding:
                    kept += 1
                    continue
                try:
                    writer.move(record, texts)
                except DocumentError as error:
                    refused.append(error)
                    _tell([error], on_error)
                if writer.documents >= commit_every:
                    writer.commit()
            progress.done(done)
    progress.end()
    return Moved(done, kept, len(refused))


def _tell(refused: list[DocumentError], on_error: OnError | None) -> None:
    for error in refused:
        if on_error is None:
            raise error
        on_error(error)


class _Progress:
    """Tells how far a move is, not too often."""

    def __init__(self, total: int, tell: OnProgress | None) -> None:
        self._total = total
        self._tell = tell
        self._told = 0.0

    def done(self, documents: int) -> None:
        if self._tell is not None and monotonic() - self._told >= _REPORT_EVERY:
            self._told = monotonic()
            self._tell(documents, max(self._total, documents))

    def end(self) -> None:
        if self._tell is not None:
            self._tell(self._total, self._total)


class _Hidden:
    """The fields whose values are not among what is stored, and which are put back into a document."""

    def __init__(self, definition: Definition) -> None:
        date = definition.date_field
        self.date = None if date is None or date.stored else date.name
        self.keywords = [field.name for field in definition.keyword_fields if not field.stored]

    def of_source(self, source: dict[str, Any]) -> Record:
        """The document that a cluster has."""
        record: Record = source["stored"]
        values = source.get("values", {})
        return self._with(record, source.get("date"), lambda name: values.get(name, ()))

    def of_segment(self, segment: Segment, doc: int, stored: Record) -> Record:
        """The document that a segment has."""
        date = None if self.date is None else segment.dates[doc]
        return self._with(stored, date, lambda name: segment.keyword(name)[doc])

    def _with(self, record: Record, date: int | None, values: Callable[[str], Iterable[str]]) -> Record:
        for name in self.keywords:
            if found := list(values(name)):
                record[name] = found
        if self.date is not None and date is not None:
            record[self.date] = iso_text(date)
        return record


def _records(snapshot: Snapshot, hidden: _Hidden) -> Iterator[tuple[Record, list[int]]]:
    """The living documents of a snapshot in their order, with how long of each text field is what is indexed. Raises
    CorruptIndexError."""
    import msgspec

    decode = msgspec.msgpack.Decoder(dict[str, Any]).decode
    for segment, live in zip(snapshot.segments, snapshot.live, strict=True):
        lengths = [read_numbers(segment.file, f"length.{number}") for number in range(segment.file.fields)]
        for block, (first, end, _) in enumerate(segment.stored.blocks()):
            if live is not None and not any(lives(live, doc) for doc in range(first, end)):
                continue
            for doc, data in enumerate(segment.stored.unpack(block), first):
                if live is None or lives(live, doc):
                    try:
                        stored = decode(data)
                    except (ValueError, RecursionError) as error:
                        raise CorruptIndexError(
                            segment.file.path, f"the stored fields of document {doc} are damaged"
                        ) from error
                    yield hidden.of_segment(segment, doc, stored), [own[doc] for own in lengths]


def _at(snapshot: Snapshot, place: tuple[int, int], hidden: _Hidden) -> Record | None:
    """The document at a place; None when it is deleted."""
    number, doc = place
    live = snapshot.live[number]
    if live is not None and not lives(live, doc):
        return None
    segment = snapshot.segments[number]
    return hidden.of_segment(segment, doc, segment.stored[doc])


def _batches(records: Iterable[tuple[Record, list[int]]]) -> Iterator[list[tuple[Record, list[int]]]]:
    """The same in lists, of which each takes little to ask for."""
    batch: list[tuple[Record, list[int]]] = []
    size = 0
    for one in records:
        batch.append(one)
        size += _size(one[0])
        if len(batch) == _PAGE or size >= _PAGE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(record: Record) -> int:
    """Bytes that a document takes when it is sent, about."""
    return 200 + sum(2 * len(value) if isinstance(value, str) else 50 for value in record.values())


def _pages(
    cluster: Cluster, definition: Definition, hidden: _Hidden
) -> Iterator[list[tuple[Record, list[str] | None]]]:
    """All documents that searches see, in their order, as they are at the moment of the first page where the cluster can keep that; and of
    each the texts as they are indexed; None: whole."""
    path, point = _point(cluster)
    body: dict[str, Any] = {
        "query": {"match_all": {}},
        "sort": [{"order": "asc"}, {"id": "asc"}],
        "track_total_hits": False,
        "_source": ["stored", "values", "date", "left_out"],
        "size": 100,
    }
    try:
        while True:
            if point is None:
                answer = cluster.search(body)
            else:
                body["pit"] = {"id": point, "keep_alive": _KEEP}
                answer = cluster.request("POST", "_search", body, {"allow_partial_search_results": "false"})
                point = answer.get("pit_id", point)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            page = [
                (hidden.of_source(source), _indexed(source, definition) if "left_out" in source else None)
                for source in (hit["_source"] for hit in hits)
            ]
            body["search_after"] = hits[-1]["sort"]
            body["size"] = min(
                _PAGE, max(1, _PAGE_BYTES * len(page) // sum(_size(record) for record, _ in page))
            )
            yield page
    finally:
        if point is not None:
            with suppress(RemoteError):  # it ends by itself a little later
                if path == _OPENSEARCH:
                    cluster.request("DELETE", path, {"pit_id": [point]})
                else:
                    cluster.request("DELETE", path, {"id": point})


def _indexed(source: dict[str, Any], definition: Definition) -> list[str]:
    return [indexed_text(source, field.name) for field in definition.text_fields]


def _point(cluster: Cluster) -> tuple[str, str | None]:
    """A point in time of the index, or None where the cluster has none, or the user may not make one; and where it was made."""
    whole = {"allow_partial_pit_creation": "false"}  # of all shards, which the other takes for granted
    for path, more in (_OPENSEARCH, whole), (_ELASTICSEARCH, {}):
        try:
            made = cluster.index_request("POST", path, params={"keep_alive": _KEEP, **more})
        except RemoteError as error:
            if error.status == 403:
                break
            if error.status not in (400, 404, 405):
                raise
        else:
            return path, str(made["pit_id"] if path == _OPENSEARCH else made["id"])
    return path, None

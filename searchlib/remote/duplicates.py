"""Which documents of a cluster are nearly the same? The rules are those of an index on disk (ranking/duplicates.py).

Documents of a cluster have their signatures in two fields (layout.py): by the words of one the cluster finds those that have as many bytes in
common with another, and the other gives them back, so that they are compared here. So are the texts of those between which they do not decide.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final

from searchlib.errors import RemoteError
from searchlib.ranking._bits import Bits
from searchlib.ranking._duplicates import Signatures
from searchlib.ranking.duplicates import MOST_READ, Collapsed, Place, Telling, collapsed, in_order
from searchlib.remote.answer import RemoteAnswer
from searchlib.remote.layout import signature_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from searchlib.ranking.question import Question
    from searchlib.remote.ranker import RemoteRanker

__all__ = ["collapse", "groups"]

Query = dict[str, Any]

_NONE: Final = bytes(32)  # the signature of a text without words
_TOGETHER: Final = 500  # documents that are read at once
_ASKED: Final = 100  # documents whose duplicates are asked for at once
_PAGE: Final = 10_000  # hits that a cluster gives at once


def collapse(ranker: RemoteRanker, question: Question, like: Query | None = None) -> Collapsed:
    """The page that is asked for, of the ranking from its start without those that are near-duplicates of one before them.

    like: as of RemoteRanker.ask(). Raises QueryError, RemoteError.
    """

    def telling(answer: RemoteAnswer) -> _Told:
        ids = [str(hit["_id"]) for hit in answer.hits]
        return _Told(ranker, ids, [_signature(ranker, hit) for hit in answer.hits], answer.stored)

    answer, told, kept = collapsed(question, lambda asked: ranker.ask(asked, like, signed=True), telling)
    hits = [answer.hits[at] for _, _, at in kept]
    return Collapsed(
        answer, told, kept, question.offset, lambda: _alike(ranker, answer, hits, question.offset)
    )


def groups(ranker: RemoteRanker, question: Question) -> tuple[RemoteAnswer, list[int]]:
    """As of ranking/duplicates.py. Raises QueryError, RemoteError."""
    plan = ranker.planned(question)
    seen: dict[str, tuple[bytes, int | None]] = {}
    for hit in _all_hits(ranker, {"query": plan.matching}):
        id = str(hit["fields"]["id"][0])
        seen.pop(id, None)  # one that was replaced meanwhile stands where it stands now
        seen[id] = _signature(ranker, hit), hit["fields"].get("date", [None])[0]
    ids = [*seen]
    dates = [date for _, date in seen.values()]
    told = _Told(ranker, ids, [signature for signature, _ in seen.values()], [])
    found = in_order(
        told.groups(Bits.of_living((len(ids),), [None])),
        lambda place: dates[place[1]],
    )
    stored = _stored(ranker, [ids[doc] for group in found for _, doc in group], ["stored"])
    hits: list[Query] = []
    sizes: list[int] = []
    for group in found:
        there = [ids[doc] for _, doc in group if ids[doc] in stored]
        if len(there) > 1:  # else they were deleted meanwhile
            hits += [{"_id": id, "_score": None, "_source": {"stored": stored[id]}} for id in there]
            sizes.append(len(there))
    return RemoteAnswer(ranker, question, plan, "oldest", hits, False, None), sizes


class _Told(Telling):
    """Tells near-duplicates among documents of which ids and signatures are known. stored: what is stored with the first of them."""

    def __init__(
        self,
        ranker: RemoteRanker,
        ids: Sequence[str],
        signatures: Sequence[bytes],
        stored: Sequence[dict[str, Any]],
    ) -> None:
        super().__init__(ranker.definition, Signatures([b"".join(signatures)]))
        self._ranker = ranker
        self._ids = ids
        self._stored = stored
        self._read_ahead: dict[str, dict[str, Any]] = {}

    def id(self, place: Place) -> str:
        return self._ids[place[1]]

    def stored(self, place: Place) -> dict[str, Any]:
        if place[1] < len(self._stored):
            return self._stored[place[1]]
        id = self._ids[place[1]]
        if id not in self._read_ahead:
            self._read([id])
        return self._read_ahead[id]

    def ahead(self, pairs: Sequence[tuple[Place, Place]]) -> None:
        self._read_ahead.clear()
        self._read(
            [
                self._ids[place[1]]
                for place in dict.fromkeys(place for pair in pairs for place in pair)
                if place[1] >= len(self._stored) and place not in self._memo
            ]
        )

    def _read(self, ids: list[str]) -> None:
        found = _stored(self._ranker, ids, [f"stored.{name}" for name in self.fields])
        self._read_ahead.update(
            {id: found.get(id, {}) for id in ids}
        )  # what was deleted meanwhile has no text


def _alike(ranker: RemoteRanker, answer: RemoteAnswer, hits: Sequence[Query], offset: int) -> list[list[str]]:
    """The ids that each hit from the one at offset stands for. hits: that were kept, from the start of the ranking."""
    kept = {str(hit["_id"]): _signature(ranker, hit) for hit in hits}
    least = _Told(ranker, [], [], []).least
    bodies = [
        {"query": _sharing(answer.plan.matching, signature, least)}
        for signature in [*kept.values()][offset:]
        if any(signature)
    ]
    found: dict[str, tuple[int, bytes]] = {}
    for begin in range(0, len(bodies), _ASKED):
        for hit in _all_hits(ranker, *bodies[begin : begin + _ASKED]):
            id = str(hit["fields"]["id"][0])
            if id not in kept:
                found[id] = hit["sort"][0], _signature(ranker, hit)
    others = sorted(found, key=lambda id: found[id][0])
    told = _Told(
        ranker,
        [*kept, *others],
        [*kept.values(), *(found[id][1] for id in others)],
        [hit["_source"]["stored"] for hit in hits],
    )
    places = [(0, at) for at in range(len(kept))]
    everything = Bits.of_living((len(kept) + len(others),), [None])
    among = told.signatures.among(everything, places, told.least)
    standing = told.standing_for(_reading_ahead(told, among), places)
    return [[told.id(place) for place in one] for one in standing[offset:]]


def _reading_ahead(
    told: _Told, among: Sequence[tuple[Place, list[tuple[int, int]]]]
) -> Iterator[tuple[Place, list[tuple[int, int]]]]:
    """The same, with the texts of the next ones at hand that are to be compared."""
    for begin in range(0, len(among), _TOGETHER):
        part = among[begin : begin + _TOGETHER]
        if told.read < MOST_READ:
            unsure = [place for place, like in part if like[0][1] < told.sure]
            told.ahead([(place, place) for place in unsure])
        yield from part


def _sharing(matching: Query, signature: bytes, least: int) -> Query:
    """The documents of a query that have so many bytes in common with a signature."""
    words = [{"term": {"signature": word}} for word in signature_words(signature)]
    return {"bool": {"filter": [matching, {"bool": {"should": words, "minimum_should_match": least}}]}}


def _signature(ranker: RemoteRanker, hit: Query) -> bytes:
    """Of a hit, for which it was asked. Raises RemoteError."""
    fields = hit.get("fields", {})
    given = fields.get("signed")
    if given is None:
        return _NONE
    try:
        signature = b64decode(
            given[0].rstrip("=") + "=", validate=True
        )  # clusters leave out what fills it up
    except ValueError:
        signature = b""
    if len(signature) != len(_NONE):
        raise RemoteError(
            str(ranker.cluster.address),
            f"the signature of the document {hit.get('_id') or fields['id'][0]!r} is damaged",
            hint="add the document again",
        )
    return signature


def _all_hits(ranker: RemoteRanker, *bodies: Query) -> Iterator[Query]:
    """All hits of some searches, each in document order. Only columns are read: to get at what is stored, be it `_id`, takes ten times as long."""
    more = {
        "size": _PAGE,
        "stored_fields": "_none_",
        "docvalue_fields": ["id", "date", "signed"],
        "sort": [{"order": "asc"}, {"id": "asc"}],  # two writers may have given two documents one order
        "track_total_hits": False,
    }
    asked = [body | more for body in bodies]
    while asked:
        found = [answer["hits"]["hits"] for answer in ranker.searches(asked)]
        for hits in found:
            yield from hits
        asked = [
            body | {"search_after": hits[-1]["sort"]}
            for body, hits in zip(asked, found, strict=True)
            if len(hits) == _PAGE
        ]


def _stored(ranker: RemoteRanker, ids: Sequence[str], parts: list[str]) -> dict[str, dict[str, Any]]:
    """Parts of what is stored with documents, by their ids; without those that are gone."""
    found: dict[str, dict[str, Any]] = {}
    for begin in range(0, len(ids), _TOGETHER):
        some = ids[begin : begin + _TOGETHER]
        body = {"query": {"ids": {"values": some}}, "size": len(some), "_source": parts}
        for hit in ranker.search(body)["hits"]["hits"]:
            found[hit["_id"]] = hit["_source"].get("stored", {})
    return found

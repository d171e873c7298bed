"""Small made-up archives, and everything that an index answers about one: what the tests of storage compare."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import searchlib
from searchlib.storage._segment import PAGE, hash64
from searchlib.storage.format import _TRAILER, MAGIC
from searchlib.storage.manifest import MANIFEST

NOUNS = ["summit", "treaty", "border", "harvest", "river", "саммит", "договор", "граница", "урожай", "река"]
VERBS = ["signed", "opened", "delayed", "подписали", "открыли", "отложили"]
QUERIES = ["summit", "саммит договор", "signed treaties", "реки river harvest", "common 17", "nowhere"]


def article(number: int, chance: random.Random) -> dict[str, Any]:
    """A short article; every one has the word `common` and its own number."""
    words = [chance.choice(NOUNS if i % 3 else VERBS) for i in range(chance.randrange(8, 40))]
    return {
        "id": f"id-{number}",
        "title": " ".join(words[:3]),
        "text": f"common {number} " + " ".join(words),
        "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
        "source": f"paper {number % 5}",
        "tags": ["news", f"tag{number % 7}"][: number % 3],
        "lang": "ru" if number % 2 else "en",
        "url": f"https://example.org/{number}",
        "pages": number,
    }


def articles(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """The same articles for the same arguments."""
    chance = random.Random(seed)
    return [article(number, chance) for number in range(count)]


def build(path: Path, *batches: list[dict[str, Any]], memory_mb: int = 64) -> searchlib.Index:
    """An index with one commit for each batch."""
    index = searchlib.Index.create(path)
    for batch in batches:
        with index.writer(memory_mb=memory_mb) as writer:
            for one in batch:
                writer.add(one)
    return index


def scored(index: searchlib.Index, query: str, limit: int = 1000) -> list[tuple[str, float]]:
    """(id, score) of the hits."""
    return [(hit.id, hit.score) for hit in index.search(query, limit=limit)]


def answers(index: searchlib.Index, limit: int = 1000) -> list[Any]:
    """Everything that the index says: ids, scores, totals, stored fields, snippets, figures and columns."""
    said: list[Any] = []
    for query in QUERIES:
        results = index.search(query, limit=limit)
        said.append(results.total)
        said.append([(hit.id, hit.score, hit.fields, str(hit.snippet), hit.snippet.marks) for hit in results])
    stats = index.stats()
    said.append((stats.documents, stats.languages, stats.terms, stats.forms))
    ranker = index._open_ranker()
    for segment in ranker.snapshot.segments:
        said.append([segment.dates[doc] for doc in range(segment.file.documents)])
        for column in map(segment.keyword, segment.keyword_names):
            said.append([column[doc] for doc in range(segment.file.documents)])
    return said


def sign(segment: bytes, change: dict[str, Any] | None = None) -> tuple[bytes, int]:
    """A segment's file with hashes and checksums that fit its bytes, and its checksum for the manifest.

    change: values of the table of contents to put in place of what is there.
    """
    contents = contents_of(segment)
    return seal(segment[: contents["covered"]], contents, change)


def seal(
    sections: bytes, contents: dict[str, Any], change: dict[str, Any] | None = None
) -> tuple[bytes, int]:
    """A segment's file of any sections and any table of contents, with hashes and checksums that fit, and its checksum."""
    size = len(sections)
    hashes = b"".join(
        hash64(sections[at : min(at + PAGE, size)]).to_bytes(8, "little") for at in range(0, size, PAGE)
    )
    contents = contents | {"hashes_checksum": hash64(hashes)} | (change or {})
    body = json.dumps(contents, ensure_ascii=False).encode()
    checksum = hash64(body)
    trailer = _TRAILER.pack(size + len(hashes), len(body), checksum, MAGIC)
    return sections + hashes + body + trailer, checksum


def contents_of(segment: bytes | bytearray) -> dict[str, Any]:
    """The table of contents of a segment's file."""
    offset, length, _, _ = _TRAILER.unpack_from(segment, len(segment) - _TRAILER.size)
    found: dict[str, Any] = json.loads(segment[offset : offset + length])
    return found


def manifest_of(folder: Path) -> dict[str, Any]:
    """The newest commit as it lies on disk."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes().split(b"\n")[0])
    return found


def write_manifest(folder: Path, values: object) -> None:
    """Any JSON value as a manifest whose checksum is right."""
    body = json.dumps(values).encode()
    (folder / MANIFEST).write_bytes(body + b"\n%016x\n" % hash64(body))


def patch_segment(folder: Path, bytes_of: bytes, change: dict[str, Any] | None = None) -> None:
    """Puts a changed segment in place of the only one of an index and signs everything."""
    values = manifest_of(folder)
    signed, checksum = sign(bytes_of, change)
    (folder / values["segments"][0]["file"]).write_bytes(signed)
    values["segments"][0]["checksum"] = checksum
    write_manifest(folder, values)

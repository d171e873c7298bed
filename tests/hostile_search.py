"""Run as a process: changes bytes of an index at random, signs them as right, and searches. A crash shows as a signal.

    python hostile_search.py FOLDER SECTION SEED COUNT

The folder holds an index of one segment; COUNT mutations of SECTION are tried, each by a seed of its own, SEED + i, that
is printed before it is tried. Exit status 0: each ended in answers or CorruptIndexError.
"""

from __future__ import annotations

import faulthandler
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naive_dictionary import read_terms
from small_archive import contents_of, manifest_of, sign

from searchlib import CorruptIndexError
from searchlib.language import Analyzer
from searchlib.query.tree import DateRange, Keyword, KeywordRange, Pattern
from searchlib.ranking._bits import Bits
from searchlib.ranking._matches import group_bits
from searchlib.ranking._occurrences import BUILDS, best, find, places
from searchlib.ranking._searcher import Searcher
from searchlib.ranking._tally import Tally
from searchlib.ranking._topk import BUILDS as KERNELS
from searchlib.ranking._topk import Clause, Kernel
from searchlib.ranking._trends import rising, usual_forms
from searchlib.ranking.columns import Columns, Filter, Place
from searchlib.ranking.question import Question
from searchlib.ranking.ranker import Ranker
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.storage.manifest import Manifest, SegmentEntry
from searchlib.storage.segment import Segment
from searchlib.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from searchlib.ranking._occurrences import Slot

WORDS = [
    "omni",
    "half",
    "eighth",
    "band",
    "block",
    "dozen",
    "single",
    "omni half",
    "dozen eighth band",
    "w3",
    "стали",
]
WORDS += [
    "half omni eighth band dozen block single w1 w2 w3 w4 w5",
    "nowhere",
    "w7 w9 omni",
    "стали сталь eighth",
    "омни",
]
WORDS += ["band band", "w11 band eighth"]
OPERATORS = [
    "omni AND half",
    "dozen AND eighth AND band",
    '"omni half"',
    '"half band omni"~5',
    "=стали OR b*",
    "(omni AND block) OR w3 -single",
    "stalli~2 ANDMAYBE omni",
    "+half w1 date:2024",
]
PHRASES: list[list[tuple[str, ...] | str]] = [
    [("omni",), ("half",)],
    [("half",), ("omni",), ("eighth",)],
    [("band",), ("omni", "block")],
    [("omni",), ("omni",)],
    [("сталь",), ("single", "dozen", "band")],
    [("omni", "half", "eighth")],
    [("omni",)],
    ["стали"],
    ["*"],
    ["стали", ("omni",)],
    [("band",), "w*"],
    ["ст*", "ст*"],
]
EDGES = [0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0x81, 0x9F, 0xA0, 0xC0, 0xFE, 0xFF]


def mutate(part: bytearray, chance: random.Random, heads: list[int]) -> None:
    """Changes a section in place, mostly a little, and more often where lists begin."""
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8, 40])):
        if heads and chance.random() < 0.6:
            at = min(len(part) - 1, chance.choice(heads) + int(chance.expovariate(0.15)))
        else:
            at = chance.randrange(len(part))
        kind = chance.randrange(6)
        if kind == 0:
            part[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            part[at] = chance.choice(EDGES)
        elif kind == 2:
            part[at] = chance.randrange(256)
        elif kind == 3:  # a number of four bytes
            value = chance.choice(
                [0, 1, 127, 128, 4095, 4096, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, chance.getrandbits(32)]
            )
            part[at : at + 4] = value.to_bytes(4, "little")[: len(part) - at]
        elif kind == 4:  # a run
            end = min(len(part), at + chance.choice([2, 8, 40, 200]))
            part[at:end] = bytes([chance.choice(EDGES)]) * (end - at)
        else:  # a piece from elsewhere
            source = chance.randrange(len(part))
            piece = part[source : source + chance.choice([4, 16, 100])]
            part[at : at + len(piece)] = piece[: len(part) - at]


def ask(
    folder: Path, entry: SegmentEntry, manifest: Manifest, analyzer: Analyzer, chance: random.Random
) -> bool:
    """Searches, counts, reads stored fields, ids and columns. True when damage was found."""
    live = None
    if chance.random() < 0.3:
        live = chance.randbytes((entry.documents + 7) // 8)
    damaged = False
    try:
        segment = Segment(folder, entry)
        ranker = Ranker(Snapshot(manifest, [segment], [live]), analyzer)
    except CorruptIndexError:
        return True
    for query in (*WORDS, *chance.sample(OPERATORS, 2)):
        try:
            k = chance.choice([1, 10, 10, 100, 1000, 100_000 if chance.random() < 0.1 else 3])
            answer = ranker.ask(Question(query, k, quality=chance.choice(["fast", "best"])))
            for score, _, doc in answer.places[:3]:
                assert 0 <= doc < entry.documents
                assert isinstance(score, float)
                segment.file.id(doc)
                segment.stored[doc]
                answer.explain(0, doc)
            assert 0 <= answer.count() <= entry.documents
        except CorruptIndexError:
            damaged = True
    searcher = segment_searcher(segment, live)
    damaged |= ask_kernel(searcher, ranker, chance)
    for slots in chance.sample(PHRASES, 4):
        try:
            filled: list[Slot] = [
                slot if isinstance(slot, tuple) else [matching(segment, slot, 9999)] for slot in slots
            ]
            slop, fields, build = chance.choice([1, 1, 3]), chance.choice([0, 0, 1, 2]), chance.choice(BUILDS)
            if len(slots) == 1 and not isinstance(filled[0], tuple):
                check_tally(searcher, filled[0], entry.documents, fields, build)
                continue
            if len(slots) > 1 and chance.random() < 0.5:
                k = chance.choice([1, 10, 1000])
                best_docs = best(searcher, filled, k, 2.0, slop=slop, fields=fields, build=build)
                assert all(0 <= doc < entry.documents for _, _, doc in best_docs)
                continue
            [rows] = find(searcher, filled, slop=slop, fields=fields, build=build).items()
            docs = [doc for doc, _ in rows]
            assert docs == sorted(set(docs))
            assert all(0 <= doc < entry.documents for doc in docs)
            assert all(tf > 0 for _, tf in rows)
        except CorruptIndexError:
            damaged = True
    reads: list[Callable[[], object]] = [
        lambda: [
            places(searcher, 0, ordinal) for ordinal in range(chance.randrange(9), segment.file.term_count, 9)
        ],
        lambda: [segment.file.find_id(f"id-{number}") for number in (0, 7, 99, 5000)],
        lambda: [segment.file.find_id(id) for id in ("", "id", "\U0010ffff")],
        lambda: [
            column[doc]
            for column in map(segment.keyword, segment.keyword_names)
            for doc in (0, 1, entry.documents - 1)
        ],
        lambda: [
            column.counts(docs)
            for column in map(segment.keyword, segment.keyword_names)
            for docs in (None, [0, 5])
        ],
        lambda: [segment.dates[doc] for doc in (0, entry.documents - 1)],
        *ask_columns(Columns(ranker.snapshot), ranker, chance),
        lambda: rising(searcher, ranker.columns.living, Bits((entry.documents,)), 1, -1.0),
        lambda: usual_forms(segment.file, ["omni", "a", "сталь", "w1"]),
        lambda: [segment.stored[doc] for doc in (0, entry.documents // 2, entry.documents - 1)],
        lambda: [segment.file.find_form(form) for form in ("every", "a", "яя", "w1")],
        lambda: [FormSet.of(segment.file, form).terms for form in ("omni", "a", "стали", "w1", "f100")],
        lambda: [found(segment, pattern) for pattern in ("b*", "w?", "*i", "st*", "ст?ли", "*")],
        lambda: [
            FormSet.fitting(segment.file, FormQuery.near(form, distance, 0), 10_000)
            for form in ("omin", "стлаи", "f10")
            for distance in (1, 2)
        ],
        lambda: [segment.file.term(number) for number in (0, segment.file.term_count - 1)],
        lambda: [
            ranker.guesses.suggestion(query) for query in ("omin hlaf", "ьыи", "ghbdtn", "stali dozenn")
        ],
        lambda: [ranker.guesses.complete(text, 7) for text in ("", "o", "st", "omni h", "щ", "dozen", "w1")],
    ]
    for read in reads:
        try:
            read()
        except CorruptIndexError:
            damaged = True
    return damaged


def ask_kernel(searcher: Searcher, ranker: Ranker, chance: random.Random) -> bool:
    """Asks with tables of all terms, which are made the second time. True when damage was found."""
    kernel = Kernel(searcher, chance.choice(KERNELS))
    damaged = False
    group = cache(lambda word: searcher.group(ranker.analyze(word).terms))
    for query in 2 * chance.sample(WORDS, 5):
        try:
            required = chance.random() < 0.3
            clauses = [Clause(group(word), required=required) for word in query.split()]
            for score, _, doc in kernel.top(clauses, chance.choice([1, 10, 1000])):
                assert 0 <= doc < searcher.documents[0]
                assert score > 0
        except CorruptIndexError:
            damaged = True
    return damaged


def segment_searcher(segment: Segment, live: bytes | None) -> Searcher:
    return Searcher([(segment.file, live, segment.total_length)], [2.0, 1.0], 1.2, 0.55, tabled_from=0)


def matching(segment: Segment, pattern: str, limit: int) -> FormSet:
    return FormSet.fitting(segment.file, FormQuery.matching(pattern), limit)


def check_tally(searcher: Searcher, forms: Any, documents: int, fields: int, build: str) -> None:
    tally = Tally(searcher, forms, fields=fields, build=build)
    [rows] = tally.occurrences.items()
    docs = [doc for doc, _ in rows]
    assert docs == sorted(set(docs))
    assert len(docs) == tally.df
    assert all(0 <= doc < documents for doc in docs)
    assert all(tf > 0 for _, tf in rows)
    assert {doc for _, _, doc in tally.best(10)} <= set(docs)


def found(segment: Segment, pattern: str) -> list[str]:
    """Asks for forms, of which there may be more than we want."""
    with suppress(OverflowError):
        return matching(segment, pattern, 2000).forms
    return []


def ask_columns(columns: Columns, ranker: Ranker, chance: random.Random) -> list[Callable[[], object]]:
    """Some filters, orders and facets, and the sets of words that they are asked of."""
    filters: list[Filter] = [
        DateRange("date", 10**9 + 864_000, 10**9 + 8_640_000),
        DateRange("date", None, None),
        Keyword("tags", "t3"),
        Keyword("lang", "en"),
        Keyword("id", "id-7"),
        KeywordRange("tags", "all", "t4", True, False),
        Pattern("*t?", "tags"),
        Pattern("e*", "lang"),
    ]
    small = sum(columns.living.documents) < 1000
    if small:
        filters.append(Pattern("id-1*", "id"))
    orders = ["date", "-date", "tags", "-tags", "lang", "-lang"]
    k = chance.choice([1, 10, 100, 100_000])
    after: list[Place | None] = [None, (None, 0, 5), (10**9 + 86_400, 0, 3)]

    def words(fields: int) -> list[int]:
        groups = [ranker.usual.lexicon.meaning(word)[0] for query in WORDS for word in query.split()]
        return [len(group_bits(group, fields)) for group in groups]

    everything = columns.living
    questions: list[Callable[[], object]] = [
        *(partial(columns.bits_of, node) for node in filters),
        *(partial(columns.sorted, everything, by, k, start) for by in orders for start in after),
        *(partial(columns.facet, everything, field) for field in ("tags", "lang")),
        *(partial(columns.facet, everything, "date", by) for by in ("day", "week", "month", "year")),
        *(partial(words, fields) for fields in (0, 1, 2)),
    ]
    return chance.sample(questions, 12 if small else 3)


def heads_of(name: str, content: bytes, contents: dict[str, Any]) -> list[int]:
    """Where something begins in a section: posting lists, blocks of dictionaries."""
    start, length = contents["sections"]["terms"]
    if name in ("postings", "positions"):
        entries = read_terms(content[start : start + length], contents["terms"])
        return [getattr(entry, name)[0] for entry in entries for _ in range(1 + 20 * (entry.df > 20))]
    return []


def main() -> None:
    faulthandler.enable()
    folder, name, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    file = manifest_of(folder)["segments"][0]["file"]
    content = (folder / file).read_bytes()
    contents = contents_of(content)
    start, length = contents["sections"][name]
    manifest = Manifest.read(folder)
    analyzer = Analyzer(manifest.definition.languages)
    heads = heads_of(name, content, contents)
    damaged = 0
    for number in range(seed, seed + count):
        print(number, flush=True)
        chance = random.Random(number)
        part = bytearray(content[start : start + length])
        mutate(part, chance, heads)
        signed, checksum = sign(content[:start] + bytes(part) + content[start + length :])
        (folder / file).write_bytes(signed)
        entry = SegmentEntry(file, contents["documents"], checksum)
        damaged += ask(folder, entry, manifest, analyzer, chance)
    print(f"damaged {damaged}", flush=True)


if __name__ == "__main__":
    main()

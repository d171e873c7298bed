"""Does any string at all get worse than an answer or a QueryError?

A short dose runs with the other tests. The long one prints the slowest string that it met:

    SEARCHLIB_FUZZ=1000000 python -m pytest -m slow -s tests/test_query_fuzz.py

SEARCHLIB_FUZZ_SEED begins elsewhere. A string is made from its number alone, so that a failure can be had again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ask, Records
from query_strings import DATES, ENGLISH, HARD, HARD_DATES, HARD_PATTERNS, HARD_VALUES, RUSSIAN, VALUES

import searchlib
from searchlib.errors import QueryError
from searchlib.query.words import MAX_LENGTH

COUNT = int(os.environ.get("SEARCHLIB_FUZZ", "1000000"))
SEED = int(os.environ.get("SEARCHLIB_FUZZ_SEED", "0"))
RECORDS: Records = [
    {
        "id": "1",
        "title": "саммит summit",
        "text": "коллективная безопасность",
        "lang": "ru",
        "date": "2024-06-06",
    },
    {"id": "2", "text": "Санкт-Петербург collective security", "tags": ["summit", "a"], "source": "Meridian"},
    {"id": "3", "text": "и не the of", "date": "2024-06-12T15:00:00Z"},
]
SAMPLE = Path(__file__).parents[1] / "indexes" / "sample.jsonl"
MATCHES: list[str | int] = ["any", "all", 2, "75%"]

WORDS = [*RUSSIAN.words, *ENGLISH.words, *HARD, *HARD_PATTERNS, *VALUES, *HARD_VALUES, *DATES, *HARD_DATES]
OPERATORS = ["AND", "OR", "NOT", "ANDNOT", "ANDMAYBE", "REQUIRE", "И", "ИЛИ", "НЕ", "TO", "to", "and", "и"]
SIGNS = [
    *'()()""\'^~*?+-=:[]{}<>/\\|&!.,;«»“”',
    "^2",
    "~2",
    "~2/3",
    "~9",
    "title:",
    "text:",
    "date:",
    "lang:",
    "qq:",
]
ODD = [
    *[
        "\ud800",
        "\udfff",
        "\udcff",
        "\u202e",
        "\u202d",
        "\u200f",
        "\u2066",
        "\u200b",
        "\u00ad",
        "\ufeff",
        "\x00",
    ],
    *[
        "\n",
        "\t",
        "\u2028",
        "\u00a0",
        "\u0301",
        "\u0306",
        "ё",
        "е\u0308",
        "й",
        "\U0001f600",
        "\U0010ffff",
        "ﬁ",
    ],
    *[
        "שלום",
        "مرحبا",
        "東京",
        "ไทย",
        "हिन्दी",
        "İ",
        "ß",
        "ſ",
        "٢٠٢٤",
        "²",
        "½",
        "Ⅷ",
        "ǅ",
        "--",
        "—",
        "…",
        "°",
    ],
]


def pieces(chance: random.Random) -> str:
    """Parts of the language in no order."""
    kinds = [WORDS, WORDS, OPERATORS, SIGNS, SIGNS, ODD]
    between = chance.choice(["", " ", None])
    parts = [chance.choice(chance.choice(kinds)) for _ in range(chance.randrange(1, 30))]
    if between is not None:
        return between.join(parts)
    return "".join(part + chance.choice(["", " ", "  "]) for part in parts)


def nearly_right(chance: random.Random) -> str:
    """A query with a letter or two added, lost or moved."""
    parts = [chance.choice(WORDS)]
    for _ in range(chance.randrange(8)):
        parts += [chance.choice(["", *OPERATORS[:9], "-", "+"]), chance.choice(WORDS)]
    text = list(" ".join(parts))
    if chance.random() < 0.5:
        start = chance.randrange(len(text))
        text.insert(start, "(")
        text.insert(chance.randrange(start + 1, len(text) + 1), ")")
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(text) + 1)
        end = at + chance.randrange(3)
        text[at:end] = chance.choice(["", chance.choice(SIGNS), chance.choice(ODD), " "])
    return "".join(text)


def any_bytes(chance: random.Random) -> str:
    given = chance.randbytes(chance.randrange(1, 120))
    return given.decode(
        chance.choice(["utf-8", "ascii"]), chance.choice(["surrogateescape", "replace", "ignore"])
    )


def any_letters(chance: random.Random) -> str:
    most = chance.choice([0x80, 0x500, 0x3000, 0x11000, 0x110000])
    return "".join(chr(chance.randrange(most)) for _ in range(chance.randrange(1, 80)))


def nested(chance: random.Random) -> str:
    """About as deep as is allowed, and deeper, often with a parenthesis too many or too few."""
    depth = chance.choice([1, 5, 19, 20, 21, 40])
    opened = "".join(chance.choice(["(", "title:(", "NOT (", "-(", "+(", "a OR ("]) for _ in range(depth))
    closed = "".join(
        chance.choice([")", ") b", ")^2", ") AND c"]) for _ in range(depth + chance.choice([-1, 0, 0, 0, 1]))
    )
    return opened + chance.choice(WORDS) + closed


def long(chance: random.Random) -> str:
    """Something over and over, up to the limit of length and beyond."""
    unit = "".join(
        chance.choice(chance.choice([WORDS, OPERATORS, SIGNS, ODD])) for _ in range(chance.randrange(1, 4))
    )
    unit += chance.choice(["", " "])
    length = chance.choice([500, 2_000, MAX_LENGTH - 1, MAX_LENGTH, MAX_LENGTH + 1])
    tail = chance.choice(["", " -a", " OR b*", ")"])
    return (unit * (length // len(unit) + 1))[: length - len(tail)] + tail


KINDS: list[tuple[Callable[[random.Random], str], int]] = [
    (pieces, 40),
    (nearly_right, 30),
    (any_bytes, 10),
    (any_letters, 10),
    (nested, 9),
    (long, 1),
]


def string(number: int) -> str:
    chance = random.Random(number)
    kind = chance.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    return kind(chance)


def try_one(number: int, ask: Callable[..., object]) -> float:
    """The time that the string took, in seconds."""
    text = string(number)
    began = time.perf_counter()
    try:
        ask(text, match=MATCHES[number % 4], lenient=number % 3 == 0)
    except QueryError as error:
        assert error.position is None or 0 <= error.position <= len(text), number
    except Exception as error:
        raise AssertionError(f"string {number}, {text[:200]!r}: {type(error).__name__}: {error}") from error
    return time.perf_counter() - began


def test_a_short_dose(ask: Ask) -> None:
    for number in range(3_000):
        try_one(number, lambda text, **options: ask(RECORDS, text, **options))


@pytest.mark.slow
def test_a_long_dose(tmp_path: Path) -> None:
    index = searchlib.Index.create(tmp_path / "sample")
    with index.writer() as writer:
        writer.add_from([str(SAMPLE)])

    def answer(text: str, *, match: str | int, lenient: bool) -> None:
        results = index.search(text, match=match, lenient=lenient)
        assert len(results.ids) <= results.total

    slowest, which, began = 0.0, 0, time.perf_counter()
    for number in range(SEED, SEED + COUNT):
        taken = try_one(number, answer)
        if taken > 0.05:  # the machine may have been busy: again
            taken = min(taken, try_one(number, answer), try_one(number, answer))
        if taken > slowest:
            slowest, which = taken, number
    text = string(which)
    print(f"\n{COUNT:,} strings in {time.perf_counter() - began:.0f} s")
    print(f"the slowest: {slowest * 1000:.1f} ms, string {which}, {len(text):,} characters: {text[:100]!r}")

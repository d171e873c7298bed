"""Which words does a generated archive draw from, and how often each?

What English and Russian share: frequencies, the way a form is picked for a word, invented names and numbers.
Everything is whole-number arithmetic over bits that ``random.Random.getrandbits`` or a CRC gave, so the same
seed means the same text on every machine and Python.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

# Syllables of invented names in both alphabets, so that a person or town is the same in both languages.
SYLLABLES: tuple[tuple[str, str], ...] = tuple(
    (consonant[0] + vowel[0] + coda[0], consonant[1] + vowel[1] + coda[1])
    for consonant in zip("bvgdzklmnprstfh", "бвгдзклмнпрстфх", strict=True)
    for vowel in zip("aeiou", "аеиоу", strict=True)
    for coda in (("", ""), ("r", "р"), ("n", "н"), ("l", "л"))
)
# Acronyms of the news that everybody knows come first; MADE_UP letters follow for the rare ones.
_ACRONYMS_EN = (
    "US UN EU NATO GDP IMF OPEC CEO UK WTO FBI AI IT TV IPO UNESCO WHO NASA OSCE BRICS CIA ECB LNG SUV"
)
_ACRONYMS_RU = (
    "США ООН РФ ЕС НАТО ВВП МВФ ОПЕК МИД МВД СНГ ЦБ ФСБ МЧС ВТО ОБСЕ БРИКС ВОЗ ЧП ЖКХ МГУ СМИ ДТП НДС"
)
_LETTERS_EN, _LETTERS_RU = "ABCDEFGILMNOPRST", "АБВГДЕИКЛМНОПРСТ"


@dataclass(frozen=True, slots=True)
class Weighted:
    """Words with whole-number weights; ``pick`` takes any 32-bit number."""

    words: tuple[str, ...]
    cumulative: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> Weighted:
        kept = [(word, weight) for word, weight in pairs if weight > 0]
        return cls(tuple(word for word, _ in kept), tuple(accumulate(weight for _, weight in kept)))

    def pick(self, bits: int) -> str:
        return self.words[bisect_right(self.cumulative, bits % self.cumulative[-1])]


class Zipf:
    """Ranks 0 to ``count`` - 1, rank r with weight 1 / (r + shift): Zipf's law as Mandelbrot put it.

    Past the rank ``knee`` it falls with the square, as large collections do (Montemurro 2001).
    """

    def __init__(self, count: int, shift: int, knee: int) -> None:
        weights = ((knee << 26) // ((rank + shift) * (rank + knee)) for rank in range(count))
        self._cumulative = list(accumulate(weights))
        self._total = self._cumulative[-1]

    def pick(self, bits: int) -> int:
        """A rank from 32 bits."""
        return bisect_right(self._cumulative, bits * self._total >> 32)


class Octaves:
    """Ranks below 2^``end``: each octave from 2^``first`` on is ``ratio``/256 as likely as the one before.

    Inside an octave all are equally likely; ranks below 2^``first`` go with the first octave. So the
    frequency of rank r falls as r^-(1 + log2(256 / ratio)) and distinct words grow as a power of the text, as
    hyphenated words and names do: new ones never cease.
    """

    def __init__(self, first: int, end: int, ratio: int) -> None:
        weights = [1 << 30]
        while len(weights) < end - first:
            weights.append(weights[-1] * ratio >> 8)
        self._first = first
        self._cumulative = list(accumulate(weights))
        self._total = self._cumulative[-1]

    def pick(self, bits: int) -> int:
        """A rank from 32 bits: the low 12 choose the octave, the others the rank in it."""
        chosen = bisect_right(self._cumulative, (bits & 0xFFF) * self._total >> 12)
        if chosen == 0:
            return (bits >> 12) % (2 << self._first)
        size = 1 << self._first + chosen
        return size + (bits >> 12) % size


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: function words with their frequencies, content lemmas by rank, and their forms.

    ``forms(rank)`` gives the inflected forms of the lemma of that rank with weights; ``compounds(rank)``
    those of a hyphenated word; ``name_forms(stem, kind)`` those of an invented name. The first two remember
    what they gave, so asking again is a dictionary look-up.
    """

    language: str
    function: Weighted
    count: int
    forms: Callable[[int], Weighted]
    compounds: Callable[[int], Weighted]
    name_forms: Callable[[str, int], Weighted]
    acronyms: Weighted
    firsts: tuple[str, ...]
    numbers: (
        bytes  # kinds of number, as ``number`` knows them, by how common they are: a power of two of them
    )
    decimal: str
    group: str
    quotes: tuple[str, str]


def per_ten_thousand(text: str) -> Weighted:
    """``word 120 word 80 ...``: words with their count in ten thousand words of running text."""
    parts = text.split()
    return Weighted.of((word, int(count)) for word, count in zip(parts[::2], parts[1::2], strict=True))


def acronyms(language: str) -> Weighted:
    """Known acronyms, then some thousand rare ones made of letters."""
    known = (_ACRONYMS_EN if language == "en" else _ACRONYMS_RU).split()
    letters = _LETTERS_EN if language == "en" else _LETTERS_RU
    rare = [a + b + c for a in letters for b in letters for c in letters]
    rare.sort(key=lambda word: zlib.crc32(word.encode()))
    return Weighted.of((word, (1 << 20) // (rank + 4)) for rank, word in enumerate(known + rare[:3000]))


@lru_cache(maxsize=1 << 17)
def name_stem(rank: int, script: int) -> str:
    """The invented name of a rank in Latin (0) or Cyrillic (1) letters: two or three syllables, no ending."""
    return _syllables(rank, script, 3 if rank >= 1 << 14 else 2)


def word_stem(rank: int) -> str:
    """The stem of an invented English word: two syllables, and a third for the rarest."""
    return _syllables((1 << 40) + rank, 0, 3 if rank >= 1 << 14 else 2)


def _syllables(rank: int, script: int, wanted: int) -> str:
    bits = zlib.crc32(rank.to_bytes(8, "little"))
    count = len(SYLLABLES)
    return "".join(SYLLABLES[bits // count**place % count][script] for place in range(wanted))


def joined(stem: str, ending: str) -> str:
    """A stem with an ending; of two vowels that meet the stem's is dropped."""
    vowels = "aeiouаеиоуы"
    return (stem[:-1] if stem[-1] in vowels and ending[:1] in tuple(vowels) else stem) + ending


def log_uniform(bits: int, octaves: int) -> int:
    """A whole number below 2^octaves, every octave equally likely: Zipf's law again. From 32 bits."""
    octave = (bits & 0xFF) % octaves
    return (1 << octave) | (bits >> 8 & ((1 << octave) - 1))


YEAR, DAY, COUNT, THOUSANDS, FRACTION, PERCENT = range(6)


def number(bits: int, lexicon: Lexicon) -> str:
    """A number as news write it, the kinds as often as the lexicon says."""
    kinds = lexicon.numbers
    kind, rest = kinds[bits & len(kinds) - 1], bits >> 5
    if kind == YEAR:  # a recent one more often than not
        return str(1985 + max(rest % 40, rest // 64 % 40, rest // 4096 % 40))
    if kind == DAY:
        return str(1 + min(rest % 31, rest // 32 % 31))
    if kind == COUNT:
        return str(log_uniform(rest, 9))
    if kind == THOUSANDS:
        thousands = log_uniform(rest, 18) + 1000
        return f"{thousands // 1000}{lexicon.group}{thousands % 1000:03d}"
    if kind == FRACTION:
        return f"{log_uniform(rest, 6)}{lexicon.decimal}{rest // 16384 % 10}"
    return f"{rest % 100}%"

"""Which Russian words may be meant by a word in Latin letters? "sammit" is «саммит», "tyumen" and "tiumen" are «тюмень».

Several ways of writing at once: those of passports (ICAO), of the Library of Congress, of GOST, of addresses and of chats differ in sh and
sch, kh and h, ts and c, ya, ia and ja, y, j and i; the soft sign is ' or nothing. What is not Russian among the readings, the index
will not have.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

__all__ = ["readings"]

_MOST: Final = 96
_LONGEST: Final = 30  # letters of a word that is read
_STEPS: Final = 2000

# Letters typed -> what they may stand for, the usual one first; each further one costs 8 tenths of a nat more.
_LETTERS: Final[dict[str, tuple[str, ...]]] = {
    "shch": ("щ",),
    "sch": ("щ", "сч", "ш"),
    "tsch": ("ч",),
    "sh": ("ш",),
    "ch": ("ч", "х"),
    "zh": ("ж",),
    "kh": ("х",),
    "ts": ("ц", "тс"),
    "tz": ("ц",),
    "ck": ("к",),
    "ph": ("ф",),
    "yo": ("е", "йо"),
    "jo": ("е", "йо"),
    "io": ("ио", "е"),
    "yu": ("ю",),
    "ju": ("ю", "жу", "джу"),
    "iu": ("ю", "иу"),
    "ya": ("я",),
    "ja": ("я", "джа"),
    "ia": ("ия", "я", "иа"),
    "ye": ("е", "ые", "ье"),
    "je": ("е", "же"),
    "ie": ("ие", "ье", "е"),
    "iy": ("ий",),
    "ij": ("ий",),
    "ii": ("ий", "ии"),
    "yy": ("ый",),
    "yi": ("ый",),
    "eh": ("э",),
    "dzh": ("дж",),
    "dj": ("дж",),
    "a": ("а",),
    "b": ("б",),
    "c": ("ц", "к", "с"),
    "d": ("д",),
    "e": ("е", "э"),
    "f": ("ф",),
    "g": ("г", "дж"),
    "h": ("х", "г"),
    "i": ("и", "й", "ы"),
    "j": ("й", "ж", "дж"),
    "k": ("к",),
    "l": ("л",),
    "m": ("м",),
    "n": ("н",),
    "o": ("о",),
    "p": ("п",),
    "q": ("к", "я"),
    "r": ("р",),
    "s": ("с",),
    "t": ("т",),
    "u": ("у", "ю"),
    "v": ("в",),
    "w": ("в", "ш"),
    "x": ("кс", "х"),
    "y": ("ы", "й", "и"),
    "z": ("з", "ц"),
    "'": ("ь", "ъ"),
    "’": ("ь", "ъ"),
    "4": ("ч",),
    "6": ("ш",),
}
_RARER: Final = 8
_PER_LETTER: Final = 1  # two letters read as two signs, where they could be one
_SOFTENED: Final = frozenset("lntsrdmzvbp")
_USUAL: Final = 10  # of any word
_SOFT: Final = 6  # a soft sign that was not typed
_SHORT: Final = max(map(len, _LETTERS))


def readings(word: str) -> list[tuple[str, float]]:
    """(what it may be in Russian letters, the cost of that reading in nats), at most 96, the likeliest first.

    word: in small letters. None when it has other letters than Latin ones, or is long.
    """
    found: list[tuple[str, float]] = []
    if len(word) > _LONGEST or not all(letter in _LETTERS for letter in word) or not word.isascii():
        return found
    waiting: list[tuple[int, str, int]] = [(0, "", 0)]  # cost, what is read, from how many letters
    seen: set[str] = set()
    for _ in range(_STEPS):
        if not waiting or len(found) == _MOST:
            break
        cost, text, at = heappop(waiting)
        if at == len(word):
            if text not in seen:
                seen.add(text)
                found.append((text, (_USUAL + cost) / 10))
            continue
        for size in range(1, min(_SHORT, len(word) - at) + 1):
            piece = word[at : at + size]
            for rank, sign in enumerate(_LETTERS.get(piece, ())):
                more = cost + rank * _RARER + _PER_LETTER
                heappush(waiting, (more, text + sign, at + size))
                if (
                    size == 1
                    and piece in _SOFTENED
                    and word[at + 1 : at + 2] not in ("a", "o", "e", "u", "i", "'")
                ):
                    heappush(waiting, (more + _SOFT, text + sign + "ь", at + size))
    return found

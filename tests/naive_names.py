"""How names sound, done plainly: rules as regular expressions and a full table of costs. The oracle of language/names.h."""

from __future__ import annotations

import re

VOWELS = "aeiouQ"
_CYRILLIC = dict(
    zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", [*"abvgdeJziiklmnoprstufhCXSS", "", "i", "", *"Qua"], strict=True)
)
_LATIN = {
    **{
        "shch": "S",
        "tsch": "X",
        "sch": "S",
        "tch": "X",
        "dzh": "J",
        "zh": "J",
        "kh": "h",
        "gh": "g",
        "ch": "X",
    },
    **{"sh": "S", "cz": "X", "ts": "C", "tz": "C", "dj": "J", "ph": "f", "th": "t", "ck": "k", "qu": "kv"},
    **{"ce": "se", "ci": "si", "cy": "si", "ee": "i", "oo": "u", "yu": "u", "ya": "a", "ye": "e", "yo": "o"},
    **{"iu": "u", "ia": "a", "ie": "e", "x": "ks", "w": "v", "q": "k", "c": "k", "j": "J", "y": "i"},
}
_RULE = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_KEYS = {**dict.fromkeys("szCXSJ", "s"), **{sound: sound for sound in "bpfvtdkgrlmn"}}
_SWAPS = [("gh", 30), ("szCXSJ", 40), ("vf", 40), ("gJ", 50), ("vu", 50), ("kX", 50), ("hX", 50), ("Ji", 50)]
_SWAPS += [("kh", 50), ("dt", 60), ("gk", 60), ("ks", 70), ("bp", 80)]


def once(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)


def fold(word: str) -> str | None:
    """None: no name."""
    if not 3 <= len(word) <= 48:
        return None
    if re.fullmatch("[a-z]+", word):
        sounds = once(_RULE.sub(lambda found: _LATIN[found[0]], word))
    elif re.fullmatch("[а-я]+", word):
        for several, one in (("дж", "ж"), ("чж", "ж"), ("тс", "ц"), ("дз", "з")):
            word = word.replace(several, one)
        sounds = once("".join(_CYRILLIC[letter] for letter in word))
    else:
        return None
    return sounds if 0 < len(sounds) <= 48 else None


def key(sounds: str) -> str:
    return once("".join(_KEYS.get(sound, "") for sound in sounds))[:16]


def swap(a: str, b: str) -> int:
    if a == b:
        return 0
    if a in VOWELS and b in VOWELS:
        if {a, b} in ({"a", "Q"}, {"e", "Q"}):
            return 5
        return 30 if {a, b} in ({"o", "u"}, {"e", "i"}, {"u", "a"}, {"a", "e"}) else 40
    return next((cost for sounds, cost in _SWAPS if a in sounds and b in sounds), 130)


def extra(sound: str) -> int:
    return 40 if sound in VOWELS else 25 if sound == "h" else 100


def distance(a: str, b: str) -> float:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            ways = []
            if i and j:
                ways.append(table[i - 1][j - 1] + swap(a[i - 1], b[j - 1]))
            if i:
                ways.append(table[i - 1][j] + extra(a[i - 1]))
            if j:
                ways.append(table[i][j - 1] + extra(b[j - 1]))
            table[i][j] = min(ways, default=0)
    cost = table[-1][-1]
    if a[0] != b[0]:
        vowels = a[0] in VOWELS and b[0] in VOWELS
        cost += 10 if vowels else 30 if swap(a[0], b[0]) < 60 else 60
    return cost / max(len(a), len(b))

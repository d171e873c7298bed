"""Which hyphenated words does a generated archive have? Each by its rank, so that they recur as real ones do.

A compound is a pure function of its rank: the commonest are written down, then the rank's bits choose a kind,
as often as real news have it (prefixes, numbers, words joined by the language's own rules, names), and the
parts. Two words drawn anew each time would make nearly every compound a new form, which no news does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmarks.corpora.vocabulary import Weighted, joined, name_stem

_ENGLISH = """
long-term short-term so-called year-on-year vice-president state-owned third-quarter two-thirds cease-fire
year-old five-year three-year two-year full-time part-time high-speed high-level large-scale left-wing
right-wing middle-class world-class face-to-face by-election follow-up start-up check-in well-known
long-standing low-cost real-time one-third self-employed non-profit anti-government pro-democracy co-founder
ex-minister mid-term post-war pre-tax north-east south-west man-made record-breaking father-in-law
"""
_ENGLISH_PREFIXES = "anti pro non ex vice mid pre post self multi co semi all half ultra cross inter sub"
_ENGLISH_NUMBERS = "one two three four five six seven eight nine ten twelve twenty fifty first second"
_ENGLISH_UNITS = "year month day hour minute week metre mile point ton page seat storey man way part"

_RUSSIAN = """
пресс-служба премьер-министр пресс-секретарь вице-премьер вице-президент пресс-конференция экс-президент
интернет-портал бизнес-план вице-губернатор пресс-релиз экс-министр онлайн-сервис интернет-магазин ток-шоу
Санкт-Петербург Нью-Йорк бизнес-центр медиа-группа топ-менеджер вице-спикер генерал-майор счёт-фактура
"""
_OF_THINGS = "пресс интернет бизнес онлайн топ медиа мини веб видео фото IT аудио арт спорт фан шоу"
_OF_PEOPLE = "вице экс топ бизнес премьер поп рок кино"
_ORDINALS = "й го м я е х му"
_AGES = "летний летнего летнему летним летнем летняя летней летнюю летие летия"

_T = TypeVar("_T")


class EnglishCompounds:
    """English compounds; ``nouns``, ``participles`` and ``adjectives`` are plain words, the commonest first."""

    def __init__(self, nouns: Sequence[str], participles: Sequence[str], adjectives: Sequence[str]) -> None:
        self._nouns, self._participles, self._adjectives = nouns, participles, adjectives
        self._written = _ENGLISH.split()
        self._known: dict[int, Weighted] = {}

    def __call__(self, rank: int) -> Weighted:
        """The forms of a compound with their weights."""
        known = self._known.get(rank)
        if known is None:
            word = self._written[rank] if rank < len(self._written) else self._made(rank)
            known = self._known[rank] = Weighted.of(((word, 1),))
        return known

    def _made(self, rank: int) -> str:
        kind, first, second = _drawn(rank)
        if kind < 6:
            return self._number(kind, first, second)
        noun, other = _common(self._nouns, second), _common(self._nouns, first)
        if kind < 16:
            return f"{_common(_ENGLISH_PREFIXES.split(), first)}-{noun}"
        if kind < 38:
            before = other if kind < 30 else _common(self._adjectives, first)
            return f"{before}-{_common(self._participles, second)}"
        if kind < 58:
            return f"{other if kind < 48 else _common(self._adjectives, first)}-{noun}"
        return "-".join(name_stem(part % 4096, 0).capitalize() for part in (first, second))

    def _number(self, kind: int, first: int, second: int) -> str:
        """16-year-old, three-month, 2-1."""
        if kind == 0:
            return f"{first % 9}-{second % 7}"
        unit = _common(_ENGLISH_UNITS.split(), second)
        if kind < 3:
            return f"{_common(_ENGLISH_NUMBERS.split(), first)}-{unit}"
        return f"{2 + first % 98}-{unit}" + ("-old" if unit == "year" and kind == 3 else "")


class RussianCompounds:
    """Russian compounds; ``things``, ``people`` and ``adjectives`` are lemmas, the commonest first, ``forms`` inflects one.

    The last part is inflected, the first is not, or ends in -о as adjectives do: пресс-службой,
    социально-экономическую.
    """

    def __init__(
        self,
        forms: Callable[[str], Weighted],
        things: Sequence[str],
        people: Sequence[str],
        adjectives: Sequence[str],
    ) -> None:
        self._forms, self._things, self._people = forms, things, people
        # The others have no form in -о, or an odd one: будущий, большой.
        self._adjectives = [word for word in adjectives if word.endswith(("ный", "ский"))]
        self._written = _RUSSIAN.split()
        self._known: dict[int, Weighted] = {}

    def __call__(self, rank: int) -> Weighted:
        """The forms of a compound with their weights."""
        known = self._known.get(rank)
        if known is None:
            known = self._known[rank] = self._made(rank)
        return known

    def _made(self, rank: int) -> Weighted:
        if rank < len(self._written):
            first, _, last = self._written[rank].rpartition("-")
            return self._prefixed(first, last)
        kind, one, other = _drawn(rank)
        return self._number(kind, one, other) if kind < 18 else self._words(kind, one, other)

    def _words(self, kind: int, one: int, other: int) -> Weighted:
        """интернет-торговлю, вице-губернатора, социально-экономический, завод-поставщик; names too."""
        if kind < 34:
            return self._prefixed(_common(_OF_THINGS.split(), one), _common(self._things, other))
        if kind < 40:
            return self._prefixed(_common(_OF_PEOPLE.split(), one), _common(self._people, other))
        if kind < 52:
            return self._prefixed(_common(self._adjectives, one)[:-2] + "о", _common(self._adjectives, other))
        if kind < 60:
            nouns = self._things if kind < 55 else self._people
            return self._prefixed(_common(nouns, one), _common(nouns, other))
        first, last = (name_stem(part % 4096, 1).capitalize() for part in (one, other))
        return Weighted.of((f"{first}-{joined(last, ending)}", 1) for ending in ("", "а", "у", "ом", "е"))

    def _number(self, kind: int, one: int, other: int) -> Weighted:
        """16-летнего, 2013-й, 5-го, 2019-2020, 54-ФЗ."""
        if kind < 7:
            return Weighted.of((f"{2 + one % 98}-{age}", 1) for age in _AGES.split())
        if kind < 11:
            number = one % 60 if kind < 9 else 1990 + one % 35
            return Weighted.of((f"{number}-{ordinal}", 1) for ordinal in _ORDINALS.split())
        if kind < 13:
            return Weighted.of(((f"{1990 + one % 35}-{1991 + one % 35}", 1),))
        return Weighted.of(((f"{1 + one % 500}-{'ФЗ' if other % 3 else 'П'}", 1),))

    def _prefixed(self, prefix: str, lemma: str) -> Weighted:
        forms = self._forms(lemma)
        return Weighted(tuple(f"{prefix}-{form}" for form in forms.words), forms.cumulative)


def _drawn(rank: int) -> tuple[int, int, int]:
    """The kind, below 64, and two numbers for the parts."""
    return (
        zlib.crc32(b"kind" + rank.to_bytes(4, "little")) >> 26,
        zlib.crc32(b"first" + rank.to_bytes(4, "little")),
        zlib.crc32(b"second" + rank.to_bytes(4, "little")),
    )


def _common(words: Sequence[_T], bits: int) -> _T:
    """One of the words, the first ones likelier."""
    return words[min(bits % len(words), (bits >> 12) % len(words))]

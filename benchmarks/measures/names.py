"""How many names are found in the other script, and how many of what is found are right? On pairs of names from parallel news.

Pairs: in each document and its translation (wmt_en_ru_docs) the words that are written with a capital, in all documents at least three times as often so as
not, are held against each other, romanised letter by letter and the Russian ones without up to three letters of an ending. A pair is one
where the ratio of what both have in order (difflib) is 0.55 or more, the words stand at the same place of their texts, give or take 15 %,
and each is the other's best. Adjectives made of names are left out, but for surnames. So pairs do not depend on the keys that are measured.

Recall: of the pairs whose word is no ordinary vocabulary, those where the other word's term is among the alternatives. Precision: of all
alternatives of those words, those that are the term of a pair, or are spelt as one but for the vowel at the end (Zelensky, Zelenskyy).
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import click

from benchmarks.corpora import real
from benchmarks.measures.across import build, definition_of
from searchlib.language import Analyzer, ordinary, russian, stopwords
from searchlib.language._tokens import tokenize
from searchlib.ranking.names import Names
from searchlib.storage._names import sounds
from searchlib.storage.snapshot import Snapshot

COLLECTION: Final = "wmt_en_ru_docs"
RECALL, PRECISION = 0.80, 0.88  # the goals
_LATIN, _CYRILLIC = 1, 2
_ROMAN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i i k l m n o p r s t u f h ts ch sh sh - i - e u a".replace("-", "").split(" "),
        strict=True,
    )
)
_PLAIN = [
    ("kh", "h"),
    ("ph", "f"),
    ("ck", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("q", "k"),
    ("yu", "u"),
    ("ya", "a"),
]
_PLAIN += [("sch", "sh"), ("y", "i"), ("j", "zh"), ("c", "k"), ("th", "t")]
_ADJECTIVE = re.compile("(ский|ская|ское|ские|ского|ской|скую|скому|ском|ским|скими|ских)")
_SURNAME = re.compile("sk(y|i|iy|ii|yi|aya|aia|aja|oy|oi|ie)$")


@dataclass(frozen=True, slots=True)
class Found:
    """pairs: that were asked; hits: of which the other was found; returned: alternatives of all; right: of those."""

    pairs: int
    hits: int
    returned: int
    right: int

    @property
    def recall(self) -> float:
        return self.hits / self.pairs

    @property
    def precision(self) -> float:
        return self.right / self.returned

    def __add__(self, other: Found) -> Found:
        return Found(
            self.pairs + other.pairs,
            self.hits + other.hits,
            self.returned + other.returned,
            self.right + other.right,
        )


def pairs_of(data: Path) -> list[tuple[str, str]]:
    """The pairs of names, (English form, Russian form)."""
    texts: dict[str, dict[str, str]] = {}
    for one in real.documents(COLLECTION, data):
        texts.setdefault(one["pair"], {})[one["lang"]] = f"{one['title']}. {one['text']}"
    capital, small = Counter[str](), Counter[str]()
    for both in texts.values():
        for text in both.values():
            for form, start, *_ in tokenize(text):
                (capital if text[start].isupper() else small)[form] += 1
    names = {form for form, count in capital.items() if count >= 3 * small[form]}
    found: set[tuple[str, str]] = set()
    for both in texts.values():
        if len(both) == 2:
            found |= set(_aligned(_places(both["en"], names, _LATIN), _places(both["ru"], names, _CYRILLIC)))
    return sorted(one for one in found if not _ADJECTIVE.search(one[1]) or _SURNAME.search(one[0]))


def _places(text: str, names: set[str], script: int) -> dict[str, list[float]]:
    """Where each name of a script stands, as a share of the text."""
    tokens = tokenize(text)
    small = {token[0] for token in tokens if text[token[1]].islower()}
    places: dict[str, list[float]] = defaultdict(list)
    for form, start, end, position, letters, whole in tokens:
        written = text[start:end]
        if whole or letters != script or len(form) < 4 or form in small or form not in names:
            continue
        if (
            written[0].isupper()
            and not written.isupper()
            and form not in stopwords.ENGLISH | stopwords.RUSSIAN
        ):
            places[form].append(position / tokens[-1][3])
    return places


def _aligned(english: dict[str, list[float]], russian: dict[str, list[float]]) -> Iterator[tuple[str, str]]:
    likely = []
    for one, its in english.items():
        for other, others in russian.items():
            away = min(abs(a - b) for a in its for b in others)
            if away <= 0.15:
                ratio = _ratio(_romanised(one), _romanised(other))
                if ratio >= 0.55:
                    likely.append((ratio - 0.4 * away, one, other))
    likely.sort(reverse=True)
    best: dict[str, tuple[float, str]] = {}
    for score, one, other in likely:
        best.setdefault(one, (score, other))
        best.setdefault(other, (score, one))
    for score, one, other in likely:
        if best[other][1] == one and score >= best[one][0] - 0.05:
            yield one, other


def _romanised(word: str) -> str:
    word = "".join(_ROMAN.get(letter, letter) for letter in word)
    for one, other in _PLAIN:
        word = word.replace(one, other)
    return re.sub(r"(.)\1", r"\1", word)


def _ratio(one: str, other: str) -> float:
    """The Russian one may be inflected."""
    cuts = [(cut, other[: len(other) - cut]) for cut in range(4) if len(other) - cut >= 3 or not cut]
    return max(SequenceMatcher(None, one, shorter).ratio() - 0.02 * cut for cut, shorter in cuts)


def measure(names: Names, pairs: list[tuple[str, str]], latin: bool) -> Found:
    """Asks for the alternatives of the words of one script. latin: of the English ones."""
    analyze = Analyzer().analyze
    wanted: dict[str, set[str]] = defaultdict(set)
    hits = asked = returned = right = 0
    for pair in pairs:
        word, other = pair if latin else pair[::-1]
        if not (ordinary.is_ordinary(analyze(word).terms[0]) if latin else russian.is_ordinary(word)):
            wanted[word].update(analyze(other).terms)
            asked += 1
            given = {one.term for one in names.alternatives(word, analyze(word).terms)}
            hits += bool(given.intersection(analyze(other).terms))
    for word, terms in wanted.items():
        spelt = {_bare(term) for term in terms}
        given = {one.term for one in names.alternatives(word, analyze(word).terms)}
        returned += len(given)
        right += sum(_bare(term) in spelt for term in given)
    return Found(asked, hits, returned, right)


def _bare(term: str) -> str:
    return (sounds(term) or term).rstrip("aeiouQJ")


@click.command("names")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=real.DATA, help="The collections."
)
def command(data: Path) -> None:
    """Names in the other script: recall and precision on pairs from parallel news."""
    absent = real.missing(COLLECTION, data)
    if absent:
        click.echo(absent, err=True)
        return
    pairs = pairs_of(data)
    with tempfile.TemporaryDirectory(prefix="searchlib-benchmark-") as folder:
        build(COLLECTION, definition_of(()), data, Path(folder) / "index").close()
        names = Names(Snapshot.open(Path(folder) / "index", None).segments)
        english, back = measure(names, pairs, True), measure(names, pairs, False)
    click.echo(f"{'':<20}{'pairs':>7}{'found':>7}{'recall':>8}{'precision':>11}")
    for title, found in (
        ("English to Russian", english),
        ("Russian to English", back),
        ("both", english + back),
    ):
        click.echo(
            f"{title:<20}{found.pairs:>7,}{found.returned:>7,}{found.recall:>8.3f}{found.precision:>11.3f}"
        )
    both = english + back
    reached = both.recall >= RECALL and both.precision >= PRECISION
    click.echo(
        f"goal: recall {RECALL:.2f}, precision {PRECISION:.2f}: {'reached' if reached else 'NOT reached'}"
    )

"""Which words of the other language may a word mean, and how likely is each?

Every dictionary is asked for the word's stems or lemmas. Several headwords may have one stem (organ, organize, organization): that most
like the form that was asked counts in full, alone if it is that form. Of what several dictionaries or headwords say the largest weight counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from os import PathLike, environ, pathsep
from pathlib import Path
from typing import TYPE_CHECKING, Final

from searchlib.bilingual import compiled
from searchlib.bilingual.compiled import Compiled
from searchlib.bilingual.files import parts
from searchlib.language import Analyzer

if TYPE_CHECKING:
    from searchlib.bilingual.articles import Entry

__all__ = ["MOST", "VARIABLE", "Bilingual", "installed", "read_entries"]

MOST: Final = 16
"""Translations of a word that are given: the last of more are far-fetched, and each costs a search."""

VARIABLE: Final = "SEARCHLIB_DICTIONARIES"
"""Names the dictionaries to take in place of those in the usual folders, as PATH does folders; empty: none."""

_RELATED: Final = 0.5  # how much counts what a headword means that only has the same stem
_FOLDERS: Final = ("/usr/share/dictd", "/usr/share/stardict/dic", "~/.stardict/dic")
_NAMED: Final = re.compile(
    r"(?<![a-z])(?:mueller|en(?:g|glish)?[-_ ]?(?:ru|rus|russian)|ru(?:s|ssian)?[-_ ]?(?:en|eng|english))(?![a-z])",
    re.IGNORECASE,
)


class Bilingual:
    """Dictionaries that are asked together. Immutable; threads may share it.

    paths: of each its .index (DICT), .ifo (StarDict) or .tei (FreeDict). The first time one is met it is compiled, which takes some seconds
    for 50,000 headwords. Raises BilingualError.
    """

    def __init__(self, paths: Sequence[str | PathLike[str]]) -> None:
        self.paths = tuple(map(Path, paths))
        self._dictionaries = [_load(path) for path in self.paths]
        self._analyzer = Analyzer()

    def translations(self, form: str) -> list[tuple[str, float]]:
        """The words that a folded form may mean, each with its weight, from 1 down; the weightiest first, at most MOST.

        Empty when no dictionary knows the form.
        """
        weights: dict[str, float] = {}
        for term in self._analyzer.analyze(form).terms:
            for dictionary in self._dictionaries:
                senses = dictionary.find(term)
                own = max((head for head, _ in senses), key=lambda head: _likeness(form, head), default="")
                for head, words in senses:
                    if own == form and head not in ("", own):
                        continue
                    share = 1.0 if head in ("", own) else _RELATED
                    for word, hundredths in words:
                        weights[word] = max(weights.get(word, 0.0), share * hundredths / 100)
        return sorted(weights.items(), key=lambda one: (-one[1], one[0]))[:MOST]


def _likeness(form: str, head: str) -> tuple[int, int]:
    """Of two headwords of one stem, "organizations" is the one with the longer common beginning, then the shorter."""
    common = takewhile(lambda pair: pair[0] == pair[1], zip(form, head, strict=False))
    return sum(1 for _ in common), -len(head)


def read_entries(path: Path) -> Iterator[Entry]:
    """The entries of a dictionary in any of the formats. Raises BilingualError."""
    files = parts(path)
    if path.suffix == ".index":
        from searchlib.bilingual import dict_files

        return dict_files.read(*files)
    if path.suffix == ".ifo":
        from searchlib.bilingual import stardict_files

        return stardict_files.read(*files)
    from searchlib.bilingual import tei_files

    return tei_files.read(*files)


def installed() -> tuple[Path, ...]:
    """The dictionaries that $SEARCHLIB_DICTIONARIES names, else those of English and Russian, by their names, in the usual folders."""
    named = environ.get(VARIABLE)
    if named is not None:
        return tuple(Path(one).expanduser() for one in named.split(pathsep) if one)
    found: list[Path] = []
    for name in _FOLDERS:
        try:
            folder = Path(name).expanduser()
        except RuntimeError:  # there is no home
            continue
        files = chain(folder.glob("*.index"), folder.glob("*.ifo"), folder.glob("*/*.ifo"))
        found += sorted(file for file in files if _NAMED.search(file.stem))
    return tuple(found)


def _load(path: Path) -> Compiled:
    return compiled.load(path, parts(path), lambda: read_entries(path))

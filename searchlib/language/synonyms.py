"""Which names mean the same? Acronyms, exonyms and whatever else a file of synonyms says.

The file is UTF-8 in Solr's format of synonyms: one group a line, commas between its entries, `#` before a comment, a backslash
before a sign that is meant as it is (`\\,`). An entry is one word or several.

    CSTO, Collective Security Treaty Organization, ОДКБ
    PACE => Parliamentary Assembly of the Council of Europe, ПАСЕ

Each entry of a group leads to all others of it. What stands left of `=>` leads to what stands right, and to what else it means
without the file; nothing leads to it. Entries are compared as words are searched, in any inflection.

Folded text has no case, so that "WHO" is the pronoun. Two rules keep such acronyms from harm:

- an entry that is a stop word (WHO, US, IT) must be written in capitals; it leads to the others only where it is typed in
  capitals, and nothing leads to it;
- an entry in capitals left of `=>` leads to the others only where it is typed in capitals.

A word in capitals among others in capitals says nothing: that is decided by who knows the query (Synonyms.of, `capitals`).

`python -m searchlib.language.synonyms` compiles synonyms.txt, which comes with the package, to synonyms.json beside it: so it is read in a
millisecond or two, when a word is first looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from searchlib.errors import DefinitionError
from searchlib.language import stopwords
from searchlib.language._tokens import tokenize

if TYPE_CHECKING:
    from os import PathLike

    from searchlib.language.analyzer import Analysis
    from searchlib.language.synonym_table import Table

__all__ = [
    "MAX_FILE",
    "MAX_WORDS",
    "Entry",
    "Rule",
    "Synonyms",
    "own",
    "read",
    "rule_of",
    "shipped",
    "shipped_for",
]

MAX_FILE: Final = 1 << 20  # bytes: the groups are kept in the index's manifest, which each commit writes
MAX_WORDS: Final = 16  # of an entry

_SHIPPED: Final = Path(__file__).with_name("synonyms.json")


class Entry(NamedTuple):
    """A name of one word or several.

    words: its folded forms, without hyphenated wholes. whole: the form of a name that is one word, hyphenated or not, else None.
    capitals: it counts only where it is typed in capitals.
    """

    words: tuple[str, ...]
    whole: str | None
    capitals: bool


class Rule(NamedTuple):
    """A line: each of `leads` leads to all of `members` but itself."""

    leads: tuple[Entry, ...]
    members: tuple[Entry, ...]


def read(path: str | PathLike[str]) -> tuple[str, ...]:
    """The lines of a file of synonyms that are groups or mappings. Raises DefinitionError, which names the file and the line."""
    file = Path(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise DefinitionError("too large for a file of synonyms (over 1 MB)", path=file)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise DefinitionError(
            f"the file of synonyms cannot be read: {error.strerror or error}", path=file
        ) from error
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise DefinitionError(f"line {at} is not in UTF-8; save the file as UTF-8", path=file) from error
    lines = []
    for number, written in enumerate(text.split("\n"), 1):
        stripped = written.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            rule_of(stripped)
        except ValueError as error:
            raise DefinitionError(f"line {number}: {error}", path=file) from error
        lines.append(stripped)
    return tuple(lines)


def rule_of(line: str) -> Rule:
    """What a line says. Raises ValueError, which says what is wrong with it."""
    sides = _sides(line)
    if len(sides) > 2:
        raise ValueError("`=>` stands once in a line")
    if len(sides) == 1:
        entries = _entries(sides[0], left=False)
        if len({entry.words for entry in entries}) < 2:
            raise ValueError(
                f"a group has two entries or more, with commas between, and here is one: {line!r}"
            )
        return Rule(entries, tuple(entry for entry in entries if not entry.capitals))
    leads, members = _entries(sides[0], left=True), _entries(sides[1], left=False)
    for entry in members:
        if entry.capitals:
            raise ValueError(f"'{' '.join(entry.words)}' is a stop word, to which nothing leads")
    return Rule(leads, members)


def _sides(line: str) -> list[list[str]]:
    """The texts of entries between commas, by side of `=>`."""
    sides = [[""]]
    signs = iter(range(len(line)))
    for at in signs:
        sign = line[at]
        if sign == "\\":
            after = next(signs, None)
            if after is None:
                raise ValueError("nothing follows the backslash at the end")
            sides[-1][-1] += line[after]
        elif sign == ",":
            sides[-1].append("")
        elif line.startswith("=>", at):
            next(signs)
            sides.append([""])
        else:
            sides[-1][-1] += sign
    return sides


def _entries(texts: list[str], *, left: bool) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(_entry(text.strip(), left) for text in texts))


def _entry(text: str, left: bool) -> Entry:
    tokens = tokenize(text)
    if not tokens:
        what = f"{text!r} has no letter or digit" if text else "an entry is empty"
        raise ValueError(f"{what}; entries stand between commas")
    words = tuple(token[0] for token in tokens if not token[5])
    if len(words) > MAX_WORDS:
        raise ValueError(f"an entry has at most {MAX_WORDS} words, and this has {len(words)}: {text[:60]!r}")
    first = tokens[0]
    one = len(tokens) == 1 or (first[5] and all(token[2] <= first[2] for token in tokens))
    whole = first[0] if one else None
    stop = whole in stopwords.ENGLISH or whole in stopwords.RUSSIAN
    if stop and not text.isupper():
        raise ValueError(f"{text!r} is a stop word; only an acronym in capitals can be one")
    return Entry(words, whole, text.isupper() and (stop or left))


class Member(NamedTuple):
    """What a name may be written as instead. words: folded forms. terms: of a single word what stands for it, else empty."""

    words: tuple[str, ...]
    terms: tuple[str, ...]


class Run(NamedTuple):
    """Words side by side that are a name: those from start to end, half-open, and what else it may be written as."""

    start: int
    end: int
    members: list[Member]


class Synonyms:
    """Looks names up, in one table or several. Immutable; threads may share it."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tuple(tables)

    def of(self, terms: Sequence[str], *, capitals: bool = False) -> list[Member]:
        """What a word with these terms may be written as instead. capitals: was it typed in capitals that say something?"""
        found: dict[Member, None] = {}
        for table in self._tables:
            for term in terms:
                for number in table.single.get(term, ()):
                    if capitals or not number & 1:
                        found.update(dict.fromkeys(_members(table, number >> 1, -1)))
        return [one for one in found if not one.terms or not set(one.terms) <= set(terms)]

    def in_capitals(self, terms: Sequence[str]) -> list[Member]:
        """What such a word means only when it is typed in capitals."""
        usual = self.of(terms)
        return [one for one in self.of(terms, capitals=True) if one not in usual]

    def knows(self, terms: Sequence[str]) -> bool:
        """Is a word with these terms a name, or the first word of one?"""
        for table in self._tables:
            for term in terms:
                if term in table.single or term in table.several:
                    return True
        return False

    def follow(self, terms: Sequence[str]) -> frozenset[str]:
        """The terms of the words that may come second in a name of several which a word with these terms begins."""
        lines = [line for table in self._tables for term in terms for line in table.several.get(term, ())]
        return frozenset(term for line in lines for term in line.split(" ")[2].split("|"))

    def runs(self, words: Sequence[Sequence[str]], capitals: Sequence[bool] = ()) -> list[Run]:
        """The names of several words among words side by side, given by their terms: the leftmost, of those the longest, apart.

        capitals: by word, was it typed in capitals that say something?
        """
        found = []
        at = 0
        while at < len(words):
            run = self._run(words, capitals, at)
            if run is not None:
                found.append(run)
                at = run.end
            else:
                at += 1
        return found

    def _run(self, words: Sequence[Sequence[str]], capitals: Sequence[bool], start: int) -> Run | None:
        longest = start + 1
        members: dict[Member, None] = {}
        for table in self._tables:
            for term in words[start]:
                for line in table.several.get(term, ()):
                    number, own, *others = line.split(" ")
                    end = start + 1 + len(others)
                    if end < longest or end > len(words) or end == start + 1:
                        continue
                    group = int(number)
                    if group & 1 and not all(capitals[start:end] or [False]):
                        continue
                    for other, terms in zip(others, words[start + 1 : end], strict=True):
                        if not any(one in terms for one in other.split("|")):
                            break
                    else:
                        if end > longest:
                            members.clear()
                            longest = end
                        members.update(dict.fromkeys(_members(table, group >> 1, int(own))))
        return Run(start, longest, list(members)) if longest > start + 1 else None


def _members(table: Table, group: int, own: int) -> Iterable[Member]:
    """own: the number of the one that is not meant, or -1."""
    for number, text in enumerate(table.members[group]):
        if number != own:
            words, _, terms = text.partition("=")
            yield Member(tuple(words.split(" ")), tuple(terms.split(" ")) if terms else ())


@cache
def shipped() -> Table:
    """The table that comes with the package, for an index of English and Russian. Read when it is first asked for."""
    from searchlib.language.synonym_table import Table

    return Table.read(_SHIPPED.read_bytes())


def shipped_for(analyze: Callable[[str], Analysis]) -> Table:
    """The same for an index of another analysis, of one language. It takes some tens of milliseconds."""
    return own(read(_SHIPPED.with_suffix(".txt")), analyze)


def own(lines: Iterable[str], analyze: Callable[[str], Analysis]) -> Table:
    """The table of lines that rule_of takes; analyze: of the index."""
    from searchlib.language.synonym_table import Table

    return Table.of(map(rule_of, lines), analyze)


def main() -> None:
    """Compiles the table that comes with the package."""
    from searchlib.language.analyzer import Analyzer

    _SHIPPED.write_bytes(shipped_for(Analyzer().analyze).to_json())


if __name__ == "__main__":
    main()

"""How are synonyms looked up? Names by their terms, in a form that is read in a millisecond."""

from __future__ import annotations

import json  # it is there already when an index is open, and msgspec would take 20 ms to import
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis
    from searchlib.language.synonyms import Entry, Rule

__all__ = ["Table"]


class Table(NamedTuple):
    """The names of some rules.

    members: by rule, what it leads to: "form=term term" for one word, "form form" for several. One in which another of the rule
    is contained, word by word, is left out: whoever finds "germany" finds "federal republic of germany".
    single: by term of a name of one word, the numbers of its rules times two, one more for one that counts only in capitals.
    several: by term of the first word of a longer name "number own term|term term ...": such a number, which of the rule's members the
    name itself is (-1: none), and of each further word the terms.
    """

    members: list[list[str]]
    single: dict[str, list[int]]
    several: dict[str, list[str]]

    @classmethod
    def of(cls, rules: Iterable[Rule], analyze: Callable[[str], Analysis]) -> Table:
        """analyze: as of the index that is asked."""
        table = cls([], {}, {})
        for number, rule in enumerate(rules):
            members = [entry for entry in rule.members if not _contains_another(entry, rule.members)]
            table.members.append([_member(entry, analyze) for entry in members])
            for lead in rule.leads:
                coded = 2 * number + lead.capitals
                if lead.whole is not None:
                    for term in _own_terms(lead.whole, analyze):
                        numbers = table.single.setdefault(term, [])
                        if coded not in numbers:
                            numbers.append(coded)
                if len(lead.words) > 1:
                    own = members.index(lead) if lead in members else -1
                    terms = [analyze(word).terms for word in lead.words]
                    line = " ".join([str(coded), str(own), *map("|".join, terms[1:])])
                    for term in terms[0]:
                        table.several.setdefault(term, []).append(line)
        return table

    @classmethod
    def read(cls, content: bytes) -> Table:
        """What to_json() gave."""
        return cls(**json.loads(content))

    def to_json(self) -> bytes:
        return json.dumps(self._asdict(), ensure_ascii=False).replace("],", "],\n").encode() + b"\n"


def _member(entry: Entry, analyze: Callable[[str], Analysis]) -> str:
    if entry.whole is None:
        return " ".join(entry.words)
    return f"{entry.whole}={' '.join(_own_terms(entry.whole, analyze))}"


def _own_terms(form: str, analyze: Callable[[str], Analysis]) -> tuple[str, ...]:
    """A name is written in its first form: when that is a lemma, the others ("Львов", of lions) are not what is meant."""
    terms = analyze(form).terms
    return (form,) if form in terms else terms


def _contains_another(entry: Entry, others: Sequence[Entry]) -> bool:
    if entry.whole is not None:
        return False
    words = entry.words
    for other in others:
        length = len(other.words)
        if length < len(words) and any(
            words[at : at + length] == other.words for at in range(len(words) - length + 1)
        ):
            return True
    return False

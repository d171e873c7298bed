"""What does a plan look for beside the words of a name? Its other names, as phrases and as words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from searchlib.language._tokens import tokenize
from searchlib.query import tree
from searchlib.ranking.execution import Both, Either, Lookup, Part
from searchlib.ranking.names import SHARE

if TYPE_CHECKING:
    from searchlib.language.synonyms import Member
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.ranking.names import Names
    from searchlib.storage._deadline import Deadline

__all__ = ["Naming"]

_NEVER: Final = 0.0


class Naming:
    """Other names for the words of one query. capitals: do words in capitals say that they are acronyms?"""

    def __init__(self, lexicon: Lexicon, names: Names, capitals: bool, deadline: Deadline | None) -> None:
        self._lexicon = lexicon
        self._names = names
        self._capitals = capitals
        self._deadline = deadline

    def beside_word(self, form: str, written: str, boost: float, fields: int) -> list[Lookup]:
        """What a form may be called that is not in its group."""
        capitals = self._capitals and written.isupper()
        members = self._names.beside(form, capitals)
        if not members:
            return []
        return self._lookups(members, boost, fields, self._lexicon.itself(form).rarest())

    def beside_words(self, node: tree.Word, fields: int) -> list[Lookup]:
        """What the parts of a hyphenated word are called together."""
        return [one for _, _, found in self._runs([node], fields) for one in found]

    def with_names(
        self, nodes: Sequence[tree.Node], parts: list[Part | None], fields: dict[str, int]
    ) -> list[Part | None]:
        """For a group of which all is needed: where words side by side are a name, all of them or another name of it."""
        for start, end, names in self._over(nodes, fields):
            wanted = [part for part in parts[start:end] if part is not None]
            if wanted:
                together = wanted[0] if len(wanted) == 1 else Both(wanted)
                parts[start:end] = [Either([together, *names]), *[None] * (end - start - 1)]
        return parts

    def shared_out(
        self, nodes: Sequence[tree.Node], parts: list[Part | None], fields: dict[str, int]
    ) -> list[Part | None]:
        """For a group of which some are needed: another name stands for each word of the name, and counts once in all."""
        for start, end, names in self._over(nodes, fields):
            count = sum(part is not None for part in parts[start:end])
            for one in names:
                one.boost /= max(1, count)
            for at in range(start, end):
                part = parts[at]
                if part is not None:
                    parts[at] = Either([part, *names])
        return parts

    def added(self, nodes: Sequence[tree.Node], fields: dict[str, int]) -> list[Lookup]:
        """For a group of which any will do: the other names of the names in it."""
        return [one for _, _, names in self._over(nodes, fields) for one in names]

    def _over(
        self, nodes: Sequence[tree.Node], fields: dict[str, int]
    ) -> list[tuple[int, int, list[Lookup]]]:
        """(start, end, other names) of the names of several words that stand in several nodes side by side."""
        found = []
        start = 0
        while start < len(nodes):
            first = nodes[start]
            end = start + 1
            if isinstance(first, tree.Word) and not first.exact:
                while end < len(nodes) and _goes_on(first, nodes[end]):
                    end += 1
                if end > start + 1:
                    words = [node for node in nodes[start:end] if isinstance(node, tree.Word)]
                    mask = 0 if first.field is None else fields[first.field]
                    found += [
                        (start + one[0], start + one[1], one[2])
                        for one in self._runs(words, mask)
                        if one[1] > one[0] + 1
                    ]
            start = end
        return found

    def _runs(self, nodes: Sequence[tree.Word], fields: int) -> list[tuple[int, int, list[Lookup]]]:
        """(first node, node after the last, other names) of the names of several words that begin and end where nodes do."""
        forms: list[str] = []
        capitals: list[bool] = []
        starts: dict[int, int] = {}  # number of a word -> node that begins there
        for number, node in enumerate(nodes):
            starts[len(forms)] = number
            for form, first, last, _, _, whole in tokenize(node.text):
                if not whole:
                    forms.append(form)
                    capitals.append(self._capitals and node.text[first:last].isupper())
        starts[len(forms)] = len(nodes)
        found = []
        for run in self._names.runs(forms, capitals):
            if run.start in starts and run.end in starts:
                begin, end = starts[run.start], starts[run.end]
                boost = min(node.boost for node in nodes[begin:end])
                found.append((begin, end, self._lookups(run.members, boost, fields, _NEVER)))
        return [one for one in found if one[2]]

    def _lookups(self, members: Sequence[Member], boost: float, fields: int, most: float) -> list[Lookup]:
        """most: what a phrase weighs at most, 0 for no limit: it is not to count more than the word that was asked."""
        boost *= SHARE
        found = []
        terms = dict.fromkeys(term for one in members for term in one.terms)
        if terms:
            group = self._lexicon.group(tuple(terms))
            if any(group.dfs):
                label = next(one.words[0] for one in members if one.terms)
                found.append(Lookup(group, label, boost=boost, fields=fields, terms=group.terms))
        for one in members:
            phrase = None if one.terms else self._lexicon.name(one.words, fields, self._deadline)
            if phrase is not None:
                share = min(1.0, most / phrase.weight) if most > 0 else 1.0
                label = f'"{" ".join(one.words)}"'
                found.append(Lookup(phrase, label, boost=boost * share, fields=fields, terms=phrase.terms))
        return found


def _goes_on(first: tree.Word, node: tree.Node) -> bool:
    return isinstance(node, tree.Word) and not node.exact and node.field == first.field

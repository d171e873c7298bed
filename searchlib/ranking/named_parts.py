"""How does a plan look for the other names of what its words name? Beside a word, a hyphenated word, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from searchlib.language._tokens import tokenize
from searchlib.query import tree
from searchlib.ranking.execution import Both, Either, Lookup, Part

if TYPE_CHECKING:
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.ranking.naming import Naming
    from searchlib.storage._deadline import Deadline

__all__ = ["NamedParts"]


class NamedParts:
    """The other names for one query. fields: masks of the text fields. capitals: do words in capitals say that they are acronyms?"""

    def __init__(
        self,
        lexicon: Lexicon,
        naming: Naming,
        fields: dict[str, int],
        capitals: bool,
        deadline: Deadline | None,
    ) -> None:
        self._lexicon = lexicon
        self._naming = naming
        self._fields = fields
        self._capitals = capitals
        self._deadline = deadline

    def of_word(self, node: tree.Word, without: bool) -> list[Lookup]:
        """Other names of a word. without: of one with a hyphen only the parts are looked for, so that its own group is among the names."""
        tokens = tokenize(node.text)
        mask = self._mask(node)
        names: list[Lookup] = []
        for form, start, end, _, _, whole in tokens:
            if not whole and len(tokens) > 1:
                continue
            capitals = self._capitals and node.text[start:end].isupper()
            found = self._naming.beside_word(form, capitals=capitals, fields=mask, deadline=self._deadline)
            names += [one.lookup(node.boost, mask) for one in found]
            if whole and without:
                group, _ = self._lexicon.meaning(form)
                if len(group.terms) > len(self._lexicon.own(form)[0].terms):
                    names.append(Lookup(group, form, boost=node.boost, fields=mask, terms=group.terms))
        if len(tokens) > 1:
            names += [one for _, _, found in self._runs([node]) for one in found]
        return names

    def needed(self, nodes: Sequence[tree.Node], parts: list[Part | None]) -> list[Part | None]:
        """For a group of which all is needed: where words side by side are a name, all of them or another name."""
        for start, end, names in self._over(nodes):
            wanted = [part for part in parts[start:end] if part is not None]
            if wanted:
                together = wanted[0] if len(wanted) == 1 else Both(wanted)
                parts[start:end] = [Either([together, *names]), *[None] * (end - start - 1)]
        return parts

    def counted(self, nodes: Sequence[tree.Node], parts: list[Part | None]) -> list[Part | None]:
        """For a group of which some are needed: another name stands for each word of the name, and counts once in all."""
        for start, end, names in self._over(nodes):
            count = sum(part is not None for part in parts[start:end])
            for one in names:
                one.boost /= max(1, count)
            for at in range(start, end):
                part = parts[at]
                if part is not None:
                    parts[at] = Either([part, *names])
        return parts

    def added(self, nodes: Sequence[tree.Node]) -> list[Lookup]:
        """For a group of which any will do: the other names of the names in it."""
        return [one for _, _, names in self._over(nodes) for one in names]

    def _over(self, nodes: Sequence[tree.Node]) -> list[tuple[int, int, list[Lookup]]]:
        """(start, end, other names) of the names that stand in several nodes side by side."""
        found = []
        start = 0
        while start < len(nodes):
            words = []
            first = nodes[start]
            for node in nodes[start:]:
                if not isinstance(node, tree.Word) or node.exact:
                    break
                if isinstance(first, tree.Word) and node.field != first.field:
                    break
                words.append(node)
            if len(words) > 1:
                found += [
                    (start + begin, start + end, names)
                    for begin, end, names in self._runs(words)
                    if end > begin + 1
                ]
            start += max(1, len(words))
        return found

    def _runs(self, nodes: Sequence[tree.Word]) -> list[tuple[int, int, list[Lookup]]]:
        """(first node, node after the last, other names) of the names of several words that begin and end where nodes do."""
        terms: list[Sequence[str]] = []
        capitals: list[bool] = []
        starts: dict[int, int] = {}  # number of a word -> node that begins there
        for number, node in enumerate(nodes):
            starts[len(terms)] = number
            for form, first, last, _, _, whole in tokenize(node.text):
                if not whole:
                    terms.append(self._lexicon.forms.analyze(form).terms)
                    capitals.append(self._capitals and node.text[first:last].isupper())
        starts[len(terms)] = len(nodes)
        found = []
        mask = self._mask(nodes[0])
        for run in self._naming.names.runs(terms, capitals):
            if run.start in starts and run.end in starts:
                begin, end = starts[run.start], starts[run.end]
                boost = min(node.boost for node in nodes[begin:end])
                names = self._naming.beside(run.members, 0.0, mask, self._deadline)
                if names:
                    found.append((begin, end, [one.lookup(boost, mask) for one in names]))
        return found

    def _mask(self, node: tree.Word) -> int:
        return 0 if node.field is None else self._fields[node.field]

"""What must be looked up for a query? A tree of query nodes to one of executable nodes.

Stop words are left out where they are wanted, as long as there is another word; a word of several tokens ("пресс-секретарь",
"и/или") asks for all of them, but in a bag of words for any. README.md beside this file says what each node means.
"""

from __future__ import annotations

from collections.abc import Sequence

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query import tree
from searchlib.ranking.columns import Columns, Filter
from searchlib.ranking.execution import (
    Both,
    Complement,
    Either,
    Limited,
    Lookup,
    Part,
    Perhaps,
    Values,
    Without,
)
from searchlib.ranking.lexicon import Lexicon
from searchlib.ranking.named_parts import NamedParts
from searchlib.ranking.naming import Naming
from searchlib.storage._deadline import Deadline

__all__ = ["Planner", "TimeOverError"]


class TimeOverError(Exception):
    """The deadline passed before the search could begin."""


class Planner:
    """Plans one query.

    fields: the text fields' names in order. naming: what else its words may be called, None for nothing. capitals: do words in
    capitals say that they are acronyms? stop_words: whether there are no other words, once it is planned.
    """

    stop_words = False

    def __init__(
        self,
        lexicon: Lexicon,
        columns: Columns,
        fields: Sequence[str],
        deadline: Deadline | None = None,
        naming: Naming | None = None,
        capitals: bool = True,
    ) -> None:
        self._lexicon = lexicon
        self._columns = columns
        self._fields = {name: 1 << number for number, name in enumerate(fields)}
        self._deadline = deadline
        self._names = None
        if naming is not None:
            self._names = NamedParts(lexicon, naming, self._fields, capitals, deadline)
        self._stop_words = False
        self._strict = False
        self._place = 0  # of the last word; where words are not side by side, a number is left out

    def root(self, node: tree.Node, limit: tree.Node | None = None, *, loose: bool = True) -> Part:
        """limit: another query; only what matches it, too, is found. loose: of a query that is one word of several tokens
        any will do. Raises QueryError, TimeOverError."""
        root = self._part(node, loose=loose)
        if root is None:
            self._stop_words = True
            root = self._part(node, loose=loose)
        if root is None:
            raise QueryError("the query has no words: type at least one letter or digit")
        self.stop_words = self._stop_words
        return self.limited(root, limit)

    def limited(self, root: Part, limit: tree.Node | None) -> Part:
        """A part that there is already, and a limit as of root()."""
        return root if limit is None else Limited(root, self._part(limit) or self.part(limit))

    def part(self, node: tree.Node) -> Part:
        """A node of which nothing is left out, and of whose words every token is needed: of an exclusion."""
        before = self._stop_words, self._strict
        self._stop_words = self._strict = True
        part = self._part(node, loose=False)
        self._stop_words, self._strict = before
        if part is None:
            raise AssertionError(f"nothing of {node!r} is left")
        return part

    def _part(self, node: tree.Node, *, loose: bool = False) -> Part | None:
        """None for a node whose words are stop words that are left out. loose: any token of a word will do."""
        if self._deadline is not None and self._deadline.check():
            raise TimeOverError
        beside = isinstance(node, tree.Word) and not node.exact
        if not beside:
            self._place += 1
        try:
            return self._leaf(node, loose) if not hasattr(node, "parts") else self._group(node)
        except QueryError as error:
            if error.position is None and node.span != (0, 0):
                raise QueryError(error.message, node.span[0], error.hint) from None
            raise
        finally:
            if not beside:
                self._place += 1

    def _leaf(self, node: tree.Node, loose: bool) -> Part | None:
        living = self._columns.living
        part: Part | None
        match node:
            case tree.Word(exact=False):
                part = self._word(node, loose)
            case tree.Word() | tree.Phrase():
                part = self._phrase(node)
            case tree.Pattern() if node.field is None or node.field in self._fields:
                part = self._pattern(node)
            case tree.Fuzzy():
                part = self._fuzzy(node)
            case tree.Not():
                part = Complement(living, self.part(node.part))
            case tree.Except():
                wanted = self._part(node.wanted)
                part = None if wanted is None else Without(living, wanted, self.part(node.unwanted))
            case tree.Maybe():
                part = self._pair(Perhaps, node.wanted, node.better)
            case tree.Require():
                part = self._pair(Limited, node.scored, node.required)
            case tree.All() | tree.Any():
                raise AssertionError("a group is no leaf")
            case _:
                part = self._values(node)
        return part

    def _group(self, node: tree.Node) -> Part | None:
        assert isinstance(node, (tree.All, tree.Any))
        counts = isinstance(node, tree.Any) and node.least > 1
        any_will_do = isinstance(node, tree.Any) and not counts and not self._strict
        found = [self._part(one, loose=any_will_do) for one in node.parts]
        added: list[Lookup] = []
        if self._names is not None and not self._strict:
            if isinstance(node, tree.All):
                found = self._names.needed(node.parts, found)
            elif counts:
                found = self._names.counted(node.parts, found)
            else:
                added = list(self._names.added(node.parts))
        parts = [part for part in found if part is not None]
        if not parts:
            return None
        if isinstance(node, tree.All):
            return parts[0] if len(parts) == 1 else Both(parts)
        if not counts:
            flat: list[Part] = []
            for part in [*parts, *added]:
                flat.extend(part.parts if isinstance(part, Either) and part.least == 1 else (part,))
            return flat[0] if len(flat) == 1 else Either(flat)
        assert isinstance(node, tree.Any)
        least = max(1, node.least - (len(node.parts) - len(parts)))
        return parts[0] if len(parts) == 1 else Either(parts, least)

    def _pair(self, kind: type[Perhaps] | type[Limited], first: tree.Node, second: tree.Node) -> Part | None:
        left = self._part(first)
        self._place += 1
        right = self._part(second)
        if left is None or right is None:
            return left or right
        return kind(left, right)

    def _word(self, node: tree.Word, loose: bool) -> Part | None:
        meaning = self._lexicon.own if self._strict else self._lexicon.meaning
        found = [(token[0], token[5], *meaning(token[0])) for token in tokenize(node.text)]
        chosen = [one[:3] for one in found if not one[3] and (loose or not one[1])]
        if not chosen:  # "из-за" is a word, though its parts are stop words
            chosen = [one[:3] for one in found if one[1] and not one[3]]
        if not chosen and self._stop_words:
            chosen = [one[:3] for one in found if loose or not one[1]]
        parts: list[Part] = [
            Lookup(
                group,
                form,
                boost=node.boost,
                fields=self._mask(node.field),
                terms=group.terms,
                form=form,
                place=None if whole else self._next_place(),
            )
            for form, whole, group in chosen
        ]
        part = None if not parts else parts[0] if len(parts) == 1 else Either(parts) if loose else Both(parts)
        if self._names is None or self._strict:
            return part
        names = self._names.of_word(node, without=not loose and not any(one[1] for one in chosen))
        if not names:
            return part
        if part is None:
            return names[0] if len(names) == 1 else Either(names)
        return Either([*(part.parts if isinstance(part, Either) else [part]), *names])

    def _next_place(self) -> int:
        self._place += 1
        return self._place

    def _phrase(self, node: tree.Word | tree.Phrase) -> Part:
        forms = [token[0] for token in tokenize(node.text) if not token[5]]
        if len(forms) == 1 and not node.exact:  # in quotes a stop word is meant
            group, _ = self._lexicon.meaning(forms[0])
            return Lookup(group, forms[0], boost=node.boost, fields=self._mask(node.field), terms=group.terms)
        fields = self._mask(node.field)
        if len(forms) == 1:
            found = self._lexicon.exact_word(forms[0], fields=fields, deadline=self._deadline)
            return Lookup(found, f"={node.text}", boost=node.boost, forms=forms)
        phrase = self._lexicon.phrase(
            forms,
            exact=node.exact,
            slop=node.slop if isinstance(node, tree.Phrase) else 1,
            fields=fields,
            deadline=self._deadline,
        )
        return Lookup(
            phrase,
            f'"{node.text}"',
            boost=node.boost,
            terms=() if node.exact else phrase.terms,
            forms=forms if node.exact else (),
        )

    def _pattern(self, node: tree.Pattern) -> Part:
        found, forms = self._lexicon.pattern(
            node.text, fields=self._mask(node.field), deadline=self._deadline
        )
        return Lookup(found, node.text, boost=node.boost, forms=forms)

    def _fuzzy(self, node: tree.Fuzzy) -> Part:
        tokens = tokenize(node.text)
        if len(tokens) > 1 and not tokens[0][5]:
            raise QueryError(f"'{node.text}' is not one word", hint="~ stands behind a single word")
        found, forms = self._lexicon.near(
            tokens[0][0],
            node.distance,
            node.prefix,
            fields=self._mask(node.field),
            deadline=self._deadline,
        )
        return Lookup(found, f"{node.text}~{node.distance}", boost=node.boost, forms=forms)

    def _values(self, node: Filter) -> Part:
        field = getattr(node, "field", None)
        return Values(
            self._lexicon.searcher,
            lambda: self._columns.bits_of(node),
            "every document" if field is None else f"a value of '{field}'",
            getattr(node, "boost", 1.0),
        )

    def _mask(self, field: str | None) -> int:
        return 0 if field is None else self._fields[field]

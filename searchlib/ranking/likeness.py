"""Which documents are most like one? Its weightiest words are asked of all the others.

A word weighs what BM25 gives it in the document, idf * tf / (tf + norm) with the fields' weights. The first 30 of those that another
document has, too, are asked as a bag of words, each boosted by its share of the largest weight: a query expanded by one relevant
document (Robertson and Spärck Jones 1994, Simple, proven approaches to text retrieval). How many words are asked matters little
(README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.query.tree import Nothing
from searchlib.ranking.execution import Either, Limited, Lookup, Part, Values

if TYPE_CHECKING:
    from searchlib.definitions import Field
    from searchlib.ranking._searcher import Group
    from searchlib.ranking.columns import Columns
    from searchlib.ranking.lexicon import Lexicon
    from searchlib.storage.snapshot import Snapshot

__all__ = ["like_document"]

_WORDS: Final = 30


def like_document(
    snapshot: Snapshot, place: tuple[int, int], fields: Sequence[Field], lexicon: Lexicon, columns: Columns
) -> Part:
    """Every other living document that has one of the document's weightiest words, the most alike scored highest.

    place: (segment, document) of a living document; fields: the text fields. Raises QueryError when none of them is stored,
    CorruptIndexError.
    """
    searcher = lexicon.searcher
    if not any(field.stored for field in fields):
        raise QueryError("what is alike is told from stored texts, and this index stores none")
    stored = snapshot.segments[place[0]].stored[place[1]]
    counts: dict[int, tuple[str, Group, float]] = {}
    for field, weight in zip(fields, searcher.field_weights, strict=True):
        for token in tokenize(str(stored.get(field.name) or "")):
            if lexicon.forms.analyze(token[0]).stop or token[5] or not weight:
                continue
            group = lexicon.itself(token[0])
            form, _, before = counts.get(id(group), (token[0], group, 0.0))
            counts[id(group)] = (form, group, before + weight)
    norm = searcher.lengths(*place)[2]
    weighed = [
        (max(group.weights) * tf / (tf + norm), form, group)
        for form, group, tf in counts.values()
        if max(group.dfs) > 1
    ]
    weighed.sort(key=lambda one: (-one[0], one[1]))
    parts = [
        Lookup(group, form, boost=weight / weighed[0][0], terms=group.terms)
        for weight, form, group in weighed[:_WORDS]
    ]
    if not parts:
        return Values(searcher, lambda: columns.bits_of(Nothing()), "no document")
    others = Values(searcher, lambda: columns.all_but(place), "another document")
    return Limited(parts[0] if len(parts) == 1 else Either(parts), others)

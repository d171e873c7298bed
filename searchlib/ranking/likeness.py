"""Which documents are most like one? Its weightiest words are asked of all the others.

A word weighs what BM25 gives it in the document, idf * tf / (tf + norm) with the fields' weights. The first 30 of those that another
document has, too, are asked as a bag of words, each boosted by its share of the largest weight: a query expanded by one relevant
document (Robertson and Spärck Jones 1994, Simple, proven approaches to text retrieval). How many words are asked matters little
(README.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from searchlib.errors import QueryError
from searchlib.language._tokens import tokenize
from searchlib.ranking.execution import Either, Limited, Lookup, Part, Values

if TYPE_CHECKING:
    from searchlib.definitions import Field
    from searchlib.ranking._searcher import Group
    from searchlib.ranking.lexicon import Lexicon

__all__ = ["like_document"]

_WORDS: Final = 30


def like_document(
    stored: Mapping[str, Any], norm: float, fields: Sequence[Field], lexicon: Lexicon, others: Values
) -> Part | None:
    """Every other document that has one of the document's weightiest words, the most alike scored highest; None when there are none.

    stored, norm: of the document; fields: the text fields; others: all documents but this one. Raises QueryError when no text is
    stored, CorruptIndexError.
    """
    if not any(field.stored for field in fields):
        raise QueryError("what is alike is told from stored texts, and this index stores none")
    counts: dict[int, tuple[str, Group, float]] = {}
    for field, weight in zip(fields, lexicon.searcher.field_weights, strict=True):
        for token in tokenize(str(stored.get(field.name) or "")):
            group, stop = lexicon.meaning(token[0])
            if stop or token[5] or not weight:
                continue
            form, _, before = counts.get(id(group), (token[0], group, 0.0))
            counts[id(group)] = (form, group, before + weight)
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
        return None
    return Limited(parts[0] if len(parts) == 1 else Either(parts), others)

"""How does the score of a document come about? Its parts, computed anew from the lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from searchlib.ranking.execution import Values
from searchlib.results.explain import Explanation

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.ranking._topk import Clause
    from searchlib.ranking.answer import Answer
    from searchlib.ranking.execution import Lookup
    from searchlib.ranking.rescoring import Part as Lift

__all__ = ["explain", "lifted", "score_of"]


def explain(answer: Answer, definition: Definition, segment: int, doc: int) -> Explanation:
    """The score of a document of an answer's snapshot, 0 when it does not match."""
    plan = answer.plan
    if plan is None or (segment, doc) not in plan.root.bits:
        return Explanation(0.0, "the document does not match")
    parts = []
    for clause, source in zip(plan.clauses, plan.sources, strict=True):
        if clause.condition is None or (segment, doc) in clause.condition:
            if isinstance(source, Values):
                part = Explanation(clause.boost if (segment, doc) in source.bits else 0.0, source.label)
            else:
                part = _clause(answer, definition, clause, source, segment, doc)
            if part.value > 0:
                parts.append(part)
    total = Explanation(sum(part.value for part in parts), "the words", "sum", tuple(parts))
    if not parts:
        total = Explanation(0.0, "the document matches; nothing in the query gives a score")
    elif answer.rescoring is not None:
        measures = answer.searcher.lengths(segment, doc)
        total = lifted(total, answer.rescoring.parts(segment, doc), measures)
    if answer.decay is None:
        return total
    factor = Explanation(answer.decay.factor(segment, doc), "what its age leaves")
    return Explanation(total.value * factor.value, "score", "product", (total, factor))


def lifted(
    words: Explanation, found: Sequence[Lift] | None, measures: tuple[float, float, float]
) -> Explanation:
    """The words of a document with what quality="best" adds; found: None for one that is not rescored. measures: its length, the
    average and its norm."""
    if found is None:
        return replace(words, what="the words; the document is not among the first, which are rescored")
    parts = [
        score_of(one.label, one.boost, one.idf, "the rarest word's", one.tf, "", *measures) for one in found
    ]
    lift = Explanation(sum(part.value for part in parts), "how the words stand", "sum", tuple(parts))
    return Explanation(words.value + lift.value, "the words and how they stand", "sum", (words, lift))


def _clause(
    answer: Answer, definition: Definition, clause: Clause, source: Lookup, segment: int, doc: int
) -> Explanation:
    searcher = answer.searcher
    length, average, norm = searcher.lengths(segment, doc)
    if clause.occurrences is not None:
        found = clause.occurrences
        tf = found.tf(segment, doc)
        spread = f"in {found.df:,} documents" if source.phrase is None else "the sum of its words'"
        return score_of(source.label, clause.boost, found.weight, spread, tf, "", length, average, norm)
    assert clause.group is not None
    names = [field.name for field in definition.text_fields]
    weights = searcher.field_weights
    terms = []
    group = clause.group
    for term, share, idf, df, tfs in zip(
        group.terms, group.shares, group.weights, group.dfs, group.tfs(segment, doc), strict=True
    ):
        counted = [
            (name, weight, tf)
            for number, (name, weight, tf) in enumerate(zip(names, weights, tfs, strict=True))
            if tf and weight and (not clause.fields or clause.fields >> number & 1)
        ]
        tf = sum(weight * count for _, weight, count in counted)
        if tf > 0:
            where = ": " + ", ".join(f"{name} {count} × {weight:g}" for name, weight, count in counted)
            terms.append(
                score_of(
                    f"the term '{term}'",
                    clause.boost,
                    idf,
                    f"in {df:,} documents" + ("" if share == 1 else f"; {share:g} of it, for it stands in"),
                    tf,
                    where,
                    length,
                    average,
                    norm,
                )
            )
    if len(terms) == 1:
        return terms[0]
    best = max((term.value for term in terms), default=0.0)
    return Explanation(best, f"the word '{source.label}', its readings", "largest", tuple(terms))


def score_of(
    what: str,
    boost: float,
    idf: float,
    spread: str,
    tf: float,
    where: str,
    length: float,
    average: float,
    norm: float,
) -> Explanation:
    """What a word or what counts as one scores in a document. spread: of what its idf is; where: in which fields it occurs, or ""."""
    if not tf > 0:
        return Explanation(0.0, what)
    saturation = tf / (tf + norm)
    detail = f"tf {tf:g}{where}; norm {norm:.4f} of length {length:g}, average {average:.1f}"
    parts = (
        Explanation(boost, "boost"),
        Explanation(idf, f"idf, {spread}"),
        Explanation(saturation, f"tf / (tf + norm): {detail}"),
    )
    return Explanation(boost * idf * saturation, what, "product", parts)

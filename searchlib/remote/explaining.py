"""How does the score of a document of a cluster come about? Its parts, computed here from the stored text."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from searchlib.ranking.explaining import lifted, score_of
from searchlib.remote.answer import left_by_age
from searchlib.remote.plans import Chosen, conditioned
from searchlib.remote.reading import Reading, chosen_in, having
from searchlib.results.explain import Explanation

if TYPE_CHECKING:
    from searchlib.ranking.execution import Lookup
    from searchlib.ranking.question import Question
    from searchlib.remote.plans import RemotePlan
    from searchlib.remote.ranker import RemoteRanker
    from searchlib.remote.rescoring import Rescoring
    from searchlib.remote.weighing import RemoteGroup

__all__ = ["explain"]


def explain(
    ranker: RemoteRanker, question: Question, plan: RemotePlan, rescoring: Rescoring | None, id: str
) -> Explanation | None:
    """The score of a document, 0 when it does not match; None when there is none with the id.

    Raises QueryError when one of the text fields is not stored, RemoteError.
    """
    source = ranker.source_of(id, ["id", "stored", "lengths", "date", "left_out"])
    if source is None:
        return None
    has = having(ranker.cluster, list(chosen_in(plan.root)), [id])
    read = Reading(ranker.definition, ranker.analyze, source, lambda one: id in has[one])
    if not read.matches(plan.root):
        return Explanation(0.0, "the document does not match")
    counting = [
        one for one, condition in conditioned(plan.root) if condition is None or read.matches(condition)
    ]
    parts = [part for part in (_explained(read, one) for one in counting) if part.value > 0]
    if not parts:
        return Explanation(0.0, "the document matches; nothing in the query gives a score")
    total = Explanation(sum(part.value for part in parts), "the words", "sum", tuple(parts))
    if rescoring is not None:
        total = lifted(total, rescoring.parts(id, read), rescoring.measures(read))
    figures = ranker.figures()
    if question.recency is None or figures.newest is None or figures.oldest is None:
        return total
    age = figures.newest - source.get("date", figures.oldest)
    factor = Explanation(left_by_age(age, question.recency), "what its age leaves")
    return Explanation(total.value * factor.value, "score", "product", (total, factor))


def _explained(read: Reading, part: Lookup | Chosen) -> Explanation:
    """What a part of the plan scores."""
    if isinstance(part, Chosen):
        return Explanation(part.boost if read.matches(part) else 0.0, part.label)
    weighing = cast("RemoteGroup", part.subject).weighing
    measures = weighing.norm(read.lengths)
    found = []
    for what, weight, spread, counts in read.occurrences(part):
        counted = [one for one in zip(read.fields, weighing.field_weights, counts, strict=True) if one[2]]
        tf = sum(own * count for _, own, count in counted)
        where = ": " + ", ".join(f"{name} {count} × {own:g}" for name, own, count in counted)
        found.append(score_of(what, part.boost, weight, spread, tf, where, *measures))
    found = [one for one in found if one.value > 0]
    if len(found) == 1:
        return found[0]
    best = max((one.value for one in found), default=0.0)
    return Explanation(best, f"the word '{part.label}', its readings", "largest", tuple(found))

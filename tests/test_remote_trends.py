"""Are the surest terms found without asking for the background of all?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.ranking._trends import likelihood
from searchlib.ranking.trends import LEAST, SURELY, Rise
from searchlib.remote import trends
from searchlib.remote.trends import surest

FIRST, SECOND = 40, 200


def all_that_rise(counts: dict[str, tuple[int, int]]) -> list[Rise]:
    found = [(likelihood(a, FIRST, b, SECOND), term, a, b) for term, (a, b) in counts.items()]
    return sorted(
        (one for one in found if one[0] > SURELY and one[2] >= LEAST), key=lambda one: (-one[0], one[1])
    )


@settings(max_examples=dose(200), deadline=None)
@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=4), st.tuples(st.integers(0, FIRST), st.integers(0, SECOND))
    ),
    st.integers(1, 8),
    st.integers(1, 7),
)
def test_the_surest_are_those_of_all(counts: dict[str, tuple[int, int]], wanted: int, batch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trends, "_BATCH", batch)
        about = {term: a for term, (a, _) in counts.items()}
        found = surest(about, FIRST, SECOND, wanted, lambda terms: [counts[term] for term in terms])
    found.sort(key=lambda one: (-one[0], one[1]))
    assert found[:wanted] == all_that_rise(counts)[:wanted]


def test_what_cannot_be_among_them_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trends, "_BATCH", 2)
    about = {"common": 40, "new": 30, "rare": 5, "once": 1}
    asked: list[str] = []

    def counted(terms: Sequence[str]) -> list[tuple[int, int]]:
        asked.extend(terms)
        return [(about[term], {"common": 200}.get(term, 0)) for term in terms]

    [(_, term, documents, background)] = surest(about, FIRST, SECOND, 1, counted)
    assert (term, documents, background) == ("new", 30, 0)
    assert asked == ["common", "new"]

"""The lemmas of a Russian form as russian.py describes them, said in terms of MorphAnalyzer.parse: slow and plain."""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import Any

import pymorphy3

THRESHOLD = 0.05
ROUNDING = 1e-9

_WORD = re.compile(r"[\u0400-\u052f]+(?:-[\u0400-\u052f]+)*")
_YEAR = re.compile(r"([12][0-9]{3})гг?")
_VOWEL = re.compile(r"[аеиоуыэюяьіїє]")
_CONSONANTS = "бвгджзйклмнпрстфхцчшщ"


@cache
def morph() -> Any:
    return pymorphy3.MorphAnalyzer(lang="ru")


def known(form: str) -> bool:
    return bool(morph().word_is_known(form))


def weights(form: str) -> dict[str, float]:
    """Of each lemma the sum of its readings' probabilities, in the order of the readings."""
    sums: dict[str, float] = {}
    for parse in morph().parse(form):
        lemma = parse.normal_form.replace("ё", "е")
        sums[lemma] = sums.get(lemma, 0.0) + parse.score
    return sums


def likely(sums: dict[str, float]) -> tuple[str, ...]:
    first, *others = sorted(sums, key=lambda lemma: -sums[lemma])
    return (first, *(lemma for lemma in others if sums[lemma] >= THRESHOLD))


def names(form: str, predicted: tuple[str, ...]) -> tuple[str, ...]:
    """What is added to the predicted lemmas of a form that no dictionary holds."""
    more = [form] if form[-1] in _CONSONANTS else []
    more += [lemma[:-2] + "ьц" for lemma in predicted if lemma.endswith("ец") and lemma[:-2] + "ьц" in form]
    return tuple(lemma for lemma in dict.fromkeys(more) if lemma not in predicted)


def lemmas(form: str) -> tuple[str, ...]:
    if not _WORD.fullmatch(form):
        if year := _YEAR.fullmatch(form):
            return (year[1],)
        head, hyphen, last = form.rpartition("-")
        if not hyphen or not _WORD.fullmatch(last):
            return (form,)
        return tuple(head + hyphen + lemma for lemma in lemmas(last))
    if not _VOWEL.search(form):
        return (form,)
    if "-" in form and not known(form):
        return ("-".join(lemmas(part)[0] for part in form.split("-")),)
    found = likely(weights(form))
    return found if known(form) else (*found, *names(form, found))


def agree(form: str, found: tuple[str, ...]) -> bool:
    """Whether these are the form's lemmas, where a rounding of the last bit may decide between lemmas of equal weight.

    pymorphy3's own answer for such lemmas depends on the version of Python, whose sum() rounds better since 3.12.
    """
    if found == lemmas(form):
        return True
    if not _WORD.fullmatch(form) or known(form) or "-" in form:
        return False
    sums = weights(form)
    chosen = tuple(lemma for lemma in found if sums.get(lemma, 0.0) >= THRESHOLD - ROUNDING)
    missed = [lemma for lemma in sums if lemma not in chosen and sums[lemma] > THRESHOLD + ROUNDING]
    ordered = all(sums[one] >= sums[other] - ROUNDING for one, other in itertools.pairwise(chosen))
    return bool(chosen) and not missed and ordered and found == (*chosen, *names(form, chosen))

"""Which Russian words are the same word? All lemmas that pymorphy3 finds likely enough.

A form's lemmas are the normal forms whose readings' probabilities P(tag | word) sum to at least THRESHOLD, ё
written as е, the likeliest first. Words that the dictionary does not hold get pymorphy's predicted lemmas.
Three corrections:

- A form without a vowel is an abbreviation (см, т, гг, млрд) and stands for itself: the dictionary reads "см"
  as "смотри" and "т" as "так".
- A predicted word that ends in a consonant may be a name in the nominative (Тасмагамбетов, which pymorphy
  takes for a form of "тасмагамбет"; Шольц, whose other cases it derives from "шолец"), so it is among its own
  lemmas, and a predicted lemma -ец of a form in -ьц- is joined by the one in -ьц.
- Of a form that is not of Cyrillic letters alone (т90, 3-ндфл, 40-летний) only the part after the last hyphen
  is inflected, if that is a word; a year with its abbreviation (2024г) is the year.
"""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["THRESHOLD", "lemmas"]

THRESHOLD = 0.05

_WORD = re.compile(r"[\u0400-\u052f]+(?:-[\u0400-\u052f]+)*")
_YEAR = re.compile(r"([12][0-9]{3})гг?")
_VOWEL = re.compile(r"[аеиоуыэюяьіїє]")
_CONSONANTS = frozenset("бвгджзйклмнпрстфхцчшщ")

_lock = Lock()


class _Dictionary:
    """pymorphy3's analyser and a shorter way to the lemmas of words that its dictionary holds.

    MorphAnalyzer.parse builds every reading with its tag and history; of those only lemmas and probabilities
    matter here, and of most words all readings share one lemma. test_morphology proves that the results are
    the same.
    """

    def __init__(self) -> None:
        import pymorphy3

        self._morph = pymorphy3.MorphAnalyzer(lang="ru", result_type=None)
        self._similar = self._morph.dictionary.words.similar_items
        self._substitutes = self._morph.char_substitutes
        estimator = self._morph.prob_estimator
        self._probability = None if estimator is None else estimator.p_t_given_w.prob
        self._readings: dict[tuple[int, int], tuple[int, int, str, str, Any]] = {}

    def _reading(self, place: tuple[int, int]) -> tuple[int, int, str, str, Any]:
        """Of one form of a paradigm: the lengths of its prefix and suffix, its lemma's affixes, its tag."""
        paradigm_number, index = place
        dictionary = self._morph.dictionary
        paradigm = dictionary.paradigms[paradigm_number]
        length = len(paradigm) // 3
        prefixes, suffixes = dictionary.paradigm_prefixes, dictionary.suffixes
        found = (
            len(prefixes[paradigm[2 * length + index]]),
            len(suffixes[paradigm[index]]),
            prefixes[paradigm[2 * length]],
            suffixes[paradigm[0]],
            dictionary.gramtab[paradigm[length + index]],
        )
        self._readings[place] = found
        return found

    def known(self, form: str) -> tuple[str, ...]:
        """The likely lemmas of a form that the dictionary holds; empty when it does not."""
        known = self._readings
        lemmas = []
        tags = []
        for word, places in self._similar(form, self._substitutes):
            for place in places:
                before, after, prefix, suffix, tag = known.get(place) or self._reading(place)
                stem = word[before : len(word) - after]
                lemmas.append((prefix + stem + suffix).replace("ё", "е"))
                tags.append(tag)
        if len(lemmas) < 2 or lemmas.count(lemmas[0]) == len(lemmas):
            return tuple(lemmas[:1])
        probability = self._probability
        weights = [0.0] * len(tags) if probability is None else [probability(form, tag) for tag in tags]
        if not any(weights):
            return _likely((lemma, 1.0 / len(lemmas)) for lemma in lemmas)
        # Likelier readings first, as pymorphy3 gives them: of two lemmas with equal sums that order decides.
        return _likely(sorted(zip(lemmas, weights, strict=True), key=lambda reading: -reading[1]))

    def predicted(self, form: str) -> tuple[str, ...]:
        """The likely lemmas of a form that the dictionary does not hold."""
        lemmas = _likely((parse[2].replace("ё", "е"), parse[3]) for parse in self._morph.parse(form))
        more = [form] if form[-1] in _CONSONANTS else []
        # Only the predicted "шолец" of "шольца" and not "немец" of "немца": those are known.
        more += [lemma[:-2] + "ьц" for lemma in lemmas if lemma.endswith("ец") and lemma[:-2] + "ьц" in form]
        return tuple(dict.fromkeys((*lemmas, *more)))


def _likely(readings: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    """Lemmas by falling probability, those under the threshold left out; at least one."""
    sums: dict[str, float] = {}
    for lemma, weight in readings:
        sums[lemma] = sums.get(lemma, 0.0) + weight
    ordered = sorted(sums, key=lambda lemma: -sums[lemma])
    return tuple(lemma for rank, lemma in enumerate(ordered) if rank == 0 or sums[lemma] >= THRESHOLD)


_dictionary = cache(_Dictionary)


def lemmas(form: str) -> tuple[str, ...]:
    """The lemmas of a folded Cyrillic form, the likeliest first; never empty.

    The first call loads the dictionary (about 0.2 s). Any thread may call this; calls take turns.
    """
    if _WORD.fullmatch(form) is None:
        if year := _YEAR.fullmatch(form):
            return (year[1],)
        head, hyphen, last = form.rpartition("-")
        if not hyphen or _WORD.fullmatch(last) is None:
            return (form,)
        return tuple(head + hyphen + lemma for lemma in lemmas(last))
    if _VOWEL.search(form) is None:
        return (form,)
    with _lock:
        dictionary = _dictionary()
        return dictionary.known(form) or dictionary.predicted(form)

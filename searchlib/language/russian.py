"""Which Russian words are the same word? All lemmas that pymorphy3 finds likely enough.

A form's lemmas are the normal forms whose readings' probabilities P(tag | word) sum to at least THRESHOLD, ё
written as е, the likeliest first. Words that the dictionary does not hold get pymorphy's predicted lemmas.
Four corrections:

- A form without a vowel is an abbreviation (см, т, гг, млрд) and stands for itself: the dictionary reads "см"
  as "смотри" and "т" as "так".
- A predicted word that ends in a consonant may be a name in the nominative (Тасмагамбетов, which pymorphy
  takes for a form of "тасмагамбет"; Шольц, whose other cases it derives from "шолец"), so it is among its own
  lemmas, and a predicted lemma -ец of a form in -ьц- is joined by the one in -ьц.
- A hyphenated word that the dictionary does not hold is the likeliest lemmas of its parts, hyphenated: what pymorphy
  predicts for it costs twice as much and differs between cases (города-героя).
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
_ENDINGS = 100_000  # endings of unknown words that are remembered
_SHORTEST_GUESS = 6  # letters; shorter unknown words are rare and pymorphy3 has rules of its own for them

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
        self._by_ending = self._morph.dictionary.prediction_suffixes_dawgs[0].similar_items
        self._endings: dict[str, list[tuple[str, Any, int, int, str, float]]] = {}
        self._first_parts = next(
            tuple(unit.known_prefixes) for unit, _ in self._morph._units if hasattr(unit, "known_prefixes")
        )

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
        lemmas = _likely(self._guesses(form))
        more = [form] if form[-1] in _CONSONANTS else []
        # Only the predicted "шолец" of "шольца" and not "немец" of "немца": those are known.
        more += [lemma[:-2] + "ьц" for lemma in lemmas if lemma.endswith("ец") and lemma[:-2] + "ьц" in form]
        return tuple(dict.fromkeys((*lemmas, *more)))

    def _guesses(self, form: str) -> Iterable[tuple[str, float]]:
        """Lemmas with their probabilities as pymorphy3 guesses them; what it does for most words, without detours.

        A word is read as an unknown prefix before a word of the dictionary, and as words with its ending are read.
        """
        if (
            len(form) < _SHORTEST_GUESS
            or form.startswith(self._first_parts)
            or form.startswith(("по", "наи"))
        ):
            return [(parse[2].replace("ё", "е"), parse[3]) for parse in self._morph.parse(form)]
        known = self._readings
        seen = set()
        guesses = []
        for cut in range(1, 1 + min(5, len(form) - 3)):
            for word, places in self._similar(form[cut:], self._substitutes):
                for place in places:
                    before, after, prefix, suffix, tag = known.get(place) or self._reading(place)
                    key = (form[:cut] + word, tag, place[0])
                    if tag.is_productive() and key not in seen:
                        seen.add(key)
                        lemma = form[:cut] + prefix + word[before : len(word) - after] + suffix
                        guesses.append((lemma.replace("ё", "е"), 0.5))
        ending = form[-5:]
        alike = self._endings.get(ending)
        if alike is None:
            if len(self._endings) > _ENDINGS:
                self._endings.clear()
            alike = self._endings[ending] = self._alike(ending)
        for fixed, tag, paradigm, removed, suffix, share in alike:
            if (form[: len(form) - len(fixed)] + fixed, tag, paradigm) not in seen:
                guesses.append(((form[: len(form) - removed] + suffix).replace("ё", "е"), share))
        total = sum(weight for _, weight in guesses)
        return [(lemma, weight / total) for lemma, weight in guesses] if guesses else [(form, 1.0)]

    def _alike(self, ending: str) -> list[tuple[str, Any, int, int, str, float]]:
        """How words of the dictionary with an ending of up to five letters are read, by the longest that any has."""
        rows: list[tuple[str, Any, int, int, str, int]] = []
        known = self._readings
        total = 1
        for size in range(5, 0, -1):
            for fixed, places in self._by_ending(ending[-size:], self._substitutes):
                for count, paradigm, index in places:
                    place = (paradigm, index)
                    _before, after, _prefix, suffix, tag = known.get(place) or self._reading(place)
                    if not tag.is_productive():
                        continue
                    total += count
                    if not any(row[:3] == (fixed, tag, paradigm) for row in rows):
                        # the prefixes of these paradigms are empty: the others begin with по and наи
                        rows.append((fixed, tag, paradigm, after, suffix, count))
            if total > 1:
                break
        rows.sort(key=lambda row: -row[5])
        return [(*row[:5], 0.5 * row[5] / total) for row in rows]


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
        known = dictionary.known(form)
        if known or "-" not in form:
            return known or dictionary.predicted(form)
    return ("-".join(lemmas(part)[0] for part in form.split("-")),)

"""How is a word written in documents? Its capitals, which forms in the index have lost.

The last document with the word's term is read. Of the places there that begin like the word, ends of inflection left
aside, the first that does not begin a sentence tells: «ОДКБ» is in capitals throughout, «Тасмагамбетову» begins with one. What stands at the
beginning of sentences only is in small letters, unless it is all in capitals; a text all in capitals tells nothing. An index that stores no text has no capitals to give.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.vocabulary.words import Words

__all__ = ["Writing"]

_SCANNED: Final = 20_000  # code points of a text
_ENDING: Final = 3  # letters of a word that inflection may change
_LEAST: Final = 3  # letters that are its own all the same
_MEMO: Final = 50_000
_READ: Final = 128  # documents that are kept: frequent words have their last ones in common
_BEFORE: Final = 12  # code points before a word that tell whether a sentence begins with it
_END: Final = re.compile(r"(?!\w)")
_OPENING: Final = " \t\"'«“„(—–-"
_ABBREVIATED: Final = re.compile(r"\b\w{1,2}\.\Z")  # Ms. and г. end no sentence, nor does an initial


class Writing:
    """Gives words their capitals back. It remembers those that it has looked for, and the last documents. Threads may share it."""

    def __init__(self, words: Words, definition: Definition) -> None:
        self._words = words
        texts = [field.name for field in definition.text_fields if field.stored]
        self._texts = sorted(texts, key=lambda name: name == "title")  # which may have capitals everywhere
        self._known: dict[str, str] = {}
        self._read = lru_cache(_READ)(self._passages_of)

    @property
    def tells(self) -> bool:
        """Are there texts to read it from?"""
        return bool(self._texts)

    def of(self, form: str) -> str:
        """A folded form as documents write it; as it is when they do not tell."""
        known = self._known.get(form)
        if known is None:
            known = self._written(form) if self._texts else form
            if len(self._known) >= _MEMO:
                self._known.clear()
            self._known[form] = known
        return known

    def _written(self, form: str) -> str:
        texts = self._passages(form)
        stem = form[: max(_LEAST, len(form) - _ENDING)]
        places = [(form, _END)]
        if len(form) > _ENDING + 1:
            places.append((stem, _inflection(len(form))))
        for beginning, rest in places:
            for text, folded in texts:
                for start, end in _words(folded, beginning, rest):
                    found = text[start:end]
                    if not _begins_sentence(text, start):
                        return _like(form, found)
                    if len(form) > 1 and found.isupper():
                        return form.upper()
        return form

    def _passages(self, form: str) -> Sequence[tuple[str, str]]:
        for term in self._words.analyze(form).terms[:1]:
            for document in self._words.last_documents(term):
                texts = self._read(document)
                if texts:
                    return texts
        return ()

    def _passages_of(self, document: Hashable) -> Sequence[tuple[str, str]]:
        """The texts of a document, as they are and folded."""
        fields = self._words.stored(document)
        texts = [str(fields[name])[:_SCANNED] for name in self._texts if fields.get(name)]
        return [(text, _folded(text)) for text in texts if not text.isupper()]


def _folded(text: str) -> str:
    """A text in the letters of forms, each at its place."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(letter.lower()[0] for letter in text)
    return small.replace("ё", "е")


@cache
def _inflection(length: int) -> re.Pattern[str]:
    """What may follow the stem of a form of so many letters, up to where a word ends."""
    return re.compile(rf"\w{{0,{2 * _ENDING}}}(?:-\w{{1,{length + _ENDING}}})*(?!\w)")


def _words(folded: str, beginning: str, rest: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where the words with a beginning stand in a folded text; rest: what is to follow it."""
    start = folded.find(beginning)
    while start >= 0:
        if not start or not (folded[start - 1].isalnum() or folded[start - 1] == "_"):
            found = rest.match(folded, start + len(beginning))
            if found is not None:
                yield start, found.end()
        start = folded.find(beginning, start + 1)


def _begins_sentence(text: str, at: int) -> bool:
    before = text[max(0, at - _BEFORE) : at].rstrip(_OPENING)
    if not before:
        return at <= _BEFORE
    return before[-1] in "!?…:\n" or (before[-1] == "." and _ABBREVIATED.search(before) is None)


def _like(form: str, found: str) -> str:
    """The form with the capitals of one of its inflections."""
    parts, others = form.split("-"), found.split("-")
    if len(others) != len(parts):
        others = others[:1] * len(parts)
    return "-".join(map(_like_part, parts, others))


def _like_part(form: str, found: str) -> str:
    if found.lower() == form:
        return found
    if len(found) > 1 and found.isupper():
        return form.upper()
    return form[:1].upper() + form[1:] if found[:1].isupper() else form

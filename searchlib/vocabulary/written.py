"""How is a word written in documents? Its capitals, which forms in the index have lost.

The last document with the word's term is read. Of the places there that begin like the word, ends of inflection left
aside, the first that does not begin a sentence tells: «ОДКБ» is in capitals throughout, «Тасмагамбетову» begins with one. What stands at the
beginning of sentences only is in small letters, unless it is all in capitals; a text all in capitals tells nothing. An index that stores no text has no capitals to give.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from searchlib.definitions import Definition
    from searchlib.vocabulary.words import Words

__all__ = ["Writing"]

_SCANNED: Final = 20_000  # code points of a text
_ENDING: Final = 3  # letters of a word that inflection may change
_LEAST: Final = 3  # letters that are its own all the same
_MEMO: Final = 50_000
_BEFORE: Final = 12  # code points before a word that tell whether a sentence begins with it
_OPENING: Final = " \t\"'«“„(—–-"
_ABBREVIATED: Final = re.compile(r"\b\w{1,2}\.\Z")  # Ms. and г. end no sentence, nor does an initial


class Writing:
    """Gives words their capitals back. It remembers those that it has looked for. Threads may share it."""

    def __init__(self, words: Words, definition: Definition) -> None:
        self._words = words
        texts = [field.name for field in definition.text_fields if field.stored]
        self._texts = sorted(texts, key=lambda name: name == "title")  # which may have capitals everywhere
        self._known: dict[str, str] = {}

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
        exact = form.replace("е", "[её]")
        stem = form[: max(_LEAST, len(form) - _ENDING)].replace("е", "[её]")
        inflected = rf"{stem}\w{{0,{2 * _ENDING}}}(?:-\w{{1,{len(form) + _ENDING}}})*"
        for pattern in (exact, inflected) if len(form) > _ENDING + 1 else (exact,):
            places = re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)
            for text in texts:
                for found in places.finditer(text, 0, _SCANNED):
                    if not _begins_sentence(text, found.start()):
                        return _like(form, found[0])
                    if len(form) > 1 and found[0].isupper():
                        return form.upper()
        return form

    def _passages(self, form: str) -> Sequence[str]:
        terms = self._words.analyze(form).terms
        texts: list[str] = []
        segments = zip(reversed(self._words.segments), reversed(self._words.prominent), strict=True)
        for segment, prominent in segments:
            for term in terms[:1]:
                for document in prominent.last_documents(term)[-1:]:
                    fields = segment.stored[document]
                    written = [str(fields[name]) for name in self._texts if fields.get(name)]
                    texts += [text for text in written if not text.isupper()]
            if texts:
                break
        return texts


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

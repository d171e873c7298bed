"""What does an article of a dictionary, written for people, give as translations?

Printed dictionaries that became files (Mueller's, and most of what there is in DICT and StarDict) have articles like

    part
       [pa:t]
       1. _n.
          1) часть, доля; for the most part большей частью
          2) участие (в чём-л.)
       2. _v. разделять(ся); part with
          а) отдавать

`1.`, `1)`, `а)` number the senses, `;` and `,` part translations. What has words of the headword's own language is an example or a
phrase, and a list of `а)` behind a phrase is of the phrase. Labels (`_n.`, `<adj>`), sounds and what stands in brackets are left out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["CYRILLIC", "LATIN", "Entry", "Sense", "letters_of", "senses_of", "translations_of"]

LATIN, CYRILLIC = "Latin", "Cyrillic"

_MOST_SENSES = 64  # of an article; what stands behind them is rare or a list of phrases
_MOST_WORDS = 6  # of a translation: a longer one explains, and does not translate

_LONGEST = 1 << 16  # code points of an article that are read
_DEEPEST = 3  # brackets in brackets

_NO_MARK, _ITEM_MARK, _SENSE, _GROUP = range(4)

_LETTER = {LATIN: re.compile(r"[A-Za-zÀ-ɏ]"), CYRILLIC: re.compile(r"[Ѐ-ӿ]")}
_NUMBER = re.compile(r"\s*(?:_[IVX]+\b|[IVX]+\.\s|\d{1,3}\.(?=\s|$)|\d{1,3}\)|\d{1,3}>)\s*")
_ITEM = re.compile(r"\s*[а-яёa-z]\)\s+")
# Each is bounded: what nobody wrote for people must not take long either.
_SOUND = re.compile(r"\[[^\[\]]{0,200}\]|/[^/\n]{1,80}/|\{[^{}]{0,500}\}|<[^<>]{0,500}>")
_LABEL = re.compile(r"_[^\s_.,;:)]{1,30}\.?")
_JOINED = re.compile(r"\b(\w{1,40})\((\w{1,4})\)(\w{0,40})")
_BRACKETS = re.compile(r"\([^()]{0,1000}\)")
_SOMEBODY = re.compile(
    r"\b\w{1,20}-(?:л|либо|нибудь)\b\.?"  # что-л.
    r"|\b(?:и\s+)?т\.\s?[пдк]\."
    r"|\b(?:напр|тж|обыкн|особ|преим|употр|сокр|ср|уст|разг|перен|мн|ед|амер|брит)\."
    r"|\b(?:smth|smb|sth|sb|etc|esp|e\.g|i\.e)\b\.?"
)
_SEE = re.compile(r"(?:\bсм\.|\bсм\b|=|→|\bsee\b|\bcf\.)")
_MARKS = " .:!?\"'«»()-–—"
_BREAK = re.compile(r"(?<=\w)-\n\s*")
_STRESS = re.compile("[\u0300\u0301\u00ad]")


class Sense(NamedTuple):
    """One meaning of a headword, with what translates it, as it is written.

    rank: from 0, how many come before it in its dictionary's order. The first as another part of speech, or of another word that is
    written alike, stands right behind the first of the one before.
    """

    rank: int
    translations: tuple[str, ...]


class Entry(NamedTuple):
    """A headword with its senses."""

    headword: str
    senses: tuple[Sense, ...]


def letters_of(text: str) -> str | None:
    """LATIN or CYRILLIC, of which a text has more; None when it has neither."""
    latin = len(_LETTER[LATIN].findall(text))
    cyrillic = len(_LETTER[CYRILLIC].findall(text))
    return None if latin == cyrillic == 0 else LATIN if latin >= cyrillic else CYRILLIC


def senses_of(headword: str, article: str) -> tuple[Sense, ...]:
    """The senses of a headword; letters of one script translate those of the other."""
    own = letters_of(headword)
    if own is None:
        return ()
    other = CYRILLIC if own == LATIN else LATIN
    senses: list[Sense] = []
    of_phrase = False
    groups = within = 0
    for text, mark in _pieces(_without_headword(headword, _plain(article[:_LONGEST]))):
        if mark == _GROUP and within:
            groups, within = groups + 1, 0
        of_phrase = of_phrase and mark == _ITEM_MARK
        found, ends_in_phrase = _translations(text, own, other)
        if found and not of_phrase:
            senses.append(Sense(groups + within, found))
            within += 1
            if len(senses) == _MOST_SENSES:
                break
        of_phrase = of_phrase or ends_in_phrase
    return tuple(senses)


def translations_of(headword: str, text: str) -> tuple[str, ...]:
    """Those that a text gives that is nothing but translations of one sense."""
    own = letters_of(headword)
    if own is None:
        return ()
    return _translations(_plain(text), own, CYRILLIC if own == LATIN else LATIN)[0]


def _plain(text: str) -> str:
    """Without stress marks and soft hyphens."""
    return _STRESS.sub("", text).replace("‐", "-")


def _without_headword(headword: str, article: str) -> str:
    """Many articles begin with a line that says the headword once more."""
    first, newline, rest = article.lstrip().partition("\n")
    return rest if newline and first.strip().casefold().startswith(headword.casefold()) else article


def _pieces(article: str) -> list[tuple[str, int]]:
    """The text of each sense, and what numbers it: a part of speech or a homonym, a sense, or an item of a list within one (`а)`)."""
    pieces: list[tuple[str, int]] = []
    for line in _BREAK.sub("-", article).split("\n"):
        text, mark = line, _NO_MARK
        while (found := _NUMBER.match(text)) is not None:
            text = text[found.end() :]
            mark = max(mark, _SENSE if found[0].rstrip().endswith((")", ">")) else _GROUP)
        if (found := _ITEM.match(text)) is not None:
            text = text[found.end() :]
            mark = mark or _ITEM_MARK
        if mark or not pieces:
            pieces.append((text, mark))
        else:
            before, number = pieces[-1]
            pieces[-1] = (f"{before} {text.strip()}", number)
    return pieces


def _translations(text: str, own: str, other: str) -> tuple[tuple[str, ...], bool]:
    """What a sense gives, and whether it ends in a phrase whose own senses follow."""
    text = _SOUND.sub(" ", text)
    if "_" in text:
        text = _LABEL.sub(" ", text)
    if "(" in text:
        text = _JOINED.sub(_with_and_without, text)
        for _ in range(_DEEPEST):
            text = _BRACKETS.sub(" ", text)
    if "." in text or "-" in text:
        text = _SOMEBODY.sub(" ", text)
    found: dict[str, None] = {}
    parts = text.split(";")
    for part in parts:
        if _LETTER[own].search(part) or _SEE.search(part):
            break  # what stands behind an example is of examples as well
        for one in part.split(","):
            words = one.split()
            if 0 < len(words) <= _MOST_WORDS:
                joined = " ".join(words).strip(_MARKS)
                if _LETTER[other].search(joined):
                    found[joined] = None
    last = next((part for part in reversed(parts) if part.strip()), "")
    phrase = _LETTER[own].search(last) is not None and _LETTER[other].search(last) is None
    return tuple(found), phrase


def _with_and_without(match: re.Match[str]) -> str:
    """разделять(ся): both разделять and разделяться."""
    before, inner, behind = match.groups()
    return f"{before}{behind}, {before}{inner}{behind}"

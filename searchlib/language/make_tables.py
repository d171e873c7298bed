"""What does the tokeniser need to know about every code point?

Writes tables.h; run it by hand and commit the result:

    python searchlib/language/make_tables.py

Each code point below U+20000 gets one 32-bit entry: bits 0-3 its class, bit 4 "an upper-case letter", bit 5
"folds to several code points", bits 8 and up what it folds to (0: to itself; for several: an index into the
expansions). Entries are kept in blocks of 64, equal blocks once. The knowledge is Python's own copy of the
Unicode database, so the tables may grow when a newer Python writes them; then analyzer.VERSION must be
bumped.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

LIMIT = 0x20000
BLOCK = 64
SEP, LATIN, CYRILLIC, DIGIT, OTHER, SINGLE, MARK, FORMAT, APOSTROPHE, HYPHEN, DOT, COMMA = range(12)
UPPER = 16
EXPANDS = 32
LONGEST_EXPANSION = 4

APOSTROPHES = frozenset(map(ord, "'`´‘’‛ʻʼ＇"))
HYPHENS = frozenset((0x2D, 0x2010, 0x2011, 0xFE63, 0xFF0D))
DOTS = frozenset((0x2E, 0x2024, 0xFF0E))
# Soft hyphen, joiners and other invisible things, and the modifier letters that mark stress or softness.
FORMATS = frozenset(
    (0xAD, 0x34F, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
)
FORMATS |= frozenset((0xFEFF, 0x2B9, 0x2BA, *range(0x2C6, 0x2D2)))
# Ordinal indicators stand beside numbers; folded to letters they would spoil them.
NOT_LETTERS = frozenset((0xAA, 0xBA))
# Scripts written without spaces: one token per character.
SINGLE_NAMES = (
    "CJK ",
    "HIRAGANA",
    "KATAKANA",
    "HALFWIDTH KATAKANA",
    "BOPOMOFO",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
)
# Scripts whose combining marks only decorate; those of other scripts are vowels, and are kept as letters.
DROPPED_MARKS = ("COMBINING", "VARIATION SELECTOR", "HEBREW", "ARABIC", "SYRIAC")
# Cyrillic letters that are letters of their own although Unicode takes them apart.
WHOLE_CYRILLIC = frozenset("йїўѓќ")
LATIN_BASES = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t",
    "ı": "i", "ȷ": "j", "ĸ": "k", "ŋ": "n", "ſ": "s", "ə": "a", "ɛ": "e", "ɔ": "o", "ǝ": "e", "ƣ": "oi",
}  # fmt: skip
NAMED_BASE = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH ")


def is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me") and unicodedata.name(char, "").startswith(DROPPED_MARKS)


def without_marks(text: str) -> str:
    return "".join(char for char in text if not is_mark(char))


def script_class(char: str) -> int:
    """The class of one letter, digit or vowel sign after folding."""
    name = unicodedata.name(char, "")
    if unicodedata.category(char) == "Nd":
        return DIGIT
    if name.startswith(SINGLE_NAMES) or char == "〇":
        return SINGLE
    if name.startswith("LATIN"):
        return LATIN
    if name.startswith("CYRILLIC"):
        return CYRILLIC
    return OTHER


def fold(char: str) -> str:
    """What a letter or digit becomes: lower case, compatibility forms and decorations taken away."""
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    folded = []
    for one in plain:
        if is_mark(one) or ord(one) in APOSTROPHES or ord(one) in FORMATS:
            continue
        if one in WHOLE_CYRILLIC:
            folded.append(one)
        elif one in LATIN_BASES:
            folded.append(LATIN_BASES[one])
        elif unicodedata.name(one, "").startswith("HANGUL"):
            folded.append(one)
        else:
            base = without_marks(unicodedata.normalize("NFKD", one))
            named = NAMED_BASE.match(unicodedata.name(base, "")) if len(base) == 1 else None
            kept = base if len(base) == 1 else one
            folded.append(named[1].lower() if named else LATIN_BASES.get(kept, kept))
    text = "".join(folded)
    usable = all(unicodedata.category(one)[0] in "LN" for one in text)
    return text if text and usable and len(text) <= LONGEST_EXPANSION else char


def entry(code: int, expansions: list[str]) -> int:
    """The table entry of one code point."""
    char = chr(code)
    category = unicodedata.category(char)
    for characters, kind in ((APOSTROPHES, APOSTROPHE), (HYPHENS, HYPHEN), (DOTS, DOT), (FORMATS, FORMAT)):
        if code in characters:
            return kind
    if char == ",":
        return COMMA
    if is_mark(char):
        return MARK
    if code in NOT_LETTERS or not (category[0] in "LM" or category in ("Nd", "Nl")):
        return SEP
    folded = fold(char)
    kind = min(map(script_class, folded))
    upper = UPPER if category in ("Lu", "Lt") else 0
    if kind == SINGLE:
        upper = 0
        if len(folded) > 1:
            folded = char
    if len(folded) > 1:
        if folded not in expansions:
            expansions.append(folded)
        return kind | upper | EXPANDS | expansions.index(folded) << 8
    explicit = kind in (LATIN, CYRILLIC, DIGIT) or folded != char
    return kind | upper | (ord(folded) << 8 if explicit else 0)


def rows(values: list[int], indent: str = "    ", width: int = 110) -> str:
    lines, line = [], indent
    for value in values:
        text = f"{value},"
        if len(line) + len(text) > width:
            lines.append(line)
            line = indent
        line += text
    return "\n".join([*lines, line])


def build() -> str:
    """The text of tables.h."""
    expansions: list[str] = []
    blocks: dict[tuple[int, ...], int] = {}
    index = []
    for first in range(0, LIMIT, BLOCK):
        block = tuple(entry(code, expansions) for code in range(first, first + BLOCK))
        index.append(blocks.setdefault(block, len(blocks)))
    folds = [[*map(ord, text), *[0] * (LONGEST_EXPANSION - len(text))] for text in expansions]
    return f"""\
/* Written by make_tables.py, which explains the entries, from Unicode {unicodedata.unidata_version}: */
/* do not edit. */
#ifndef SEARCHLIB_TABLES_H
#define SEARCHLIB_TABLES_H
#include <stdint.h>

/* {len(index)} blocks of {BLOCK} code points, {len(blocks)} of them different */
static const uint16_t sl_block_of[{len(index)}] = {{
{rows(index)}
}};

static const uint32_t sl_entries[{len(blocks) * BLOCK}] = {{
{rows([value for block in blocks for value in block])}
}};

/* what one letter that folds to several becomes; 0 ends a shorter one */
static const uint32_t sl_expansions[{len(folds)}][{LONGEST_EXPANSION}] = {{
{chr(10).join("    {" + ", ".join(map(str, fold)) + "}," for fold in folds)}
}};

#endif
"""


if __name__ == "__main__":
    Path(__file__).with_name("tables.h").write_text(build(), encoding="ascii", newline="\n")

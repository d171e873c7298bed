"""Queries for hypothesis: strings of the query language over words that the sample archive has.

`queries` has all of the language, and every string of it is valid. `plain_algebra` is the part that Whoosh reads and
answers as we do; searchlib/query/DIVERGENCES.md says why it is no larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

Strings = st.SearchStrategy[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    words: Sequence[str]
    phrases: Sequence[str]
    patterns: Sequence[str]
    misspelled: Sequence[str]  # to stand before ~


RUSSIAN = Vocabulary(
    words=[
        *["саммит", "саммиты", "государств", "безопасности", "коллективная", "министры", "вода", "школа"],
        *["учения", "договор", "ОДКБ", "самолёт", "программой", "язык", "неделю", "2025"],
    ],
    phrases=["глав государств", "коллективной безопасности", "генерал лейтенанта", "ежедневную рассылку"],
    patterns=["саммит*", "*ость", "росс*", "*лет*", "мини?тр", "ш?ола", "м*р", "безопасно?т*", "*ян*"],
    misspelled=["саммит", "тасмагамбетав", "самолет", "государства", "безопаснасти", "школы"],
)
ENGLISH = Vocabulary(
    words=[
        *["summit", "security", "collective", "countries", "school", "water", "exercises", "Petersburg"],
        *["delegates", "plane", "Tasmagambetov", "CSTO", "joint", "years", "week", "2025"],
    ],
    phrases=["collective security", "Saint Petersburg", "joint exercises", "Secretary General"],
    patterns=["summit*", "*ity", "coun*", "*plan*", "s?mmit", "exerc?ses", "w*r", "*eter*"],
    misspelled=["summit", "sumit", "securty", "petersburgh", "delegate", "schools"],
)
# For our language alone: stop words, words of several readings, hyphens, punctuation.
HARD = [
    "Имангали",
    "Тасмагамбетову",
    *[
        "и",
        "не",
        "в",
        "the",
        "of",
        "люди",
        "человек",
        "банки",
        "прошёл",
        "Санкт-Петербург",
        "генерал-лейтенант",
    ],
    *[
        "COVID-19",
        "twenty-two",
        "из-за",
        "и/или",
        "18 500",
        "«саммит»",
        "саммит,",
        "U.S.",
        "О'Нил",
        "3,5",
        "№5",
    ],
]
HARD_PATTERNS = ["министр?", "САММИТ*", "санкт-*", "*-лейтенант*", "о'н*", "люд*", "*2*"]
HARD_PHRASES = [
    "Имангали Тасмагамбетов",
    "о коллективной безопасности",
    "в Санкт-Петербурге",
    "и",
    "the summit",
    "саммит саммит",
    "люди",
]
VALUES = [
    *[
        "lang:ru",
        "lang:en",
        "tags:security",
        "tags:summit",
        "tags:наводнение",
        "source:Meridian",
        "lang:none",
    ],
    *["id:csto-summit-2024-ru"],
]
HARD_VALUES = [
    *[
        'source:"Northern Wire"',
        "tags:sum*",
        "tags:*",
        "lang:?n",
        "url:https://*",
        "tags:[a TO e}",
        "tags:>=s",
    ],
    *["source:'Steppe Herald'", "tags:{summit TO *]", "tags:<b", 'tags:"summit"', "id:csto*", "lang:en^3"],
]
DATES = [
    *["date:2024", "date:2024-06", "date:2024-06-06", "date:2025-03", "date:[2024-05-01 TO 2024-06-30]"],
    *["date:[2024-03 TO 2024-09]", "date:[2024 TO]", "date:[TO 2024-02]"],
]
HARD_DATES = [
    *["date:>2024-06", "date:<=2024-06-06", "date:{2024-05 TO 2024-07}", "date:*", 'date:"5 may 2024"'],
    *["date:today", "date:вчера", 'date:"прошлый год"', "date:[-2weeks TO now]", "date:2024-06-06T10"],
]
LONGEST = 250  # letters: the limits of the language are far above
BOOSTS = ["", "", "", "^2", "^0.5", "^10"]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Everything, in both languages, with every operator in both."""
    return draw(_queries())


@cache
def _queries() -> Strings:
    word = st.sampled_from([*RUSSIAN.words, *ENGLISH.words, *HARD])
    phrase = st.sampled_from([*RUSSIAN.phrases, *ENGLISH.phrases, *HARD_PHRASES])
    one_word = st.sampled_from([*RUSSIAN.words, *ENGLISH.words])
    misspelled = st.sampled_from([*RUSSIAN.misspelled, *ENGLISH.misspelled])
    text = st.one_of(
        word,
        word,
        one_word.map("={}".format),
        st.builds(
            '{}"{}"{}'.format, st.sampled_from(["", "", "="]), phrase, st.sampled_from(["", "", "~2", "~9"])
        ),
        st.sampled_from([*RUSSIAN.patterns, *ENGLISH.patterns, *HARD_PATTERNS]),
        st.builds("{}~{}".format, misspelled, st.sampled_from(["", "1", "2", "2/3", "/2"])),
    )
    boosted = st.builds("{}{}".format, text.filter(_takes_suffix), st.sampled_from(BOOSTS))
    named = st.builds("{}{}".format, st.sampled_from(["title:", "text:"]), text)
    other = st.sampled_from([*VALUES, *HARD_VALUES, *DATES, *HARD_DATES])
    prefix = st.sampled_from(["", "", "", "NOT ", "НЕ ", "-", "+"])
    words = [" AND ", " OR ", " И ", " ИЛИ ", " ANDNOT ", " ANDMAYBE ", " REQUIRE "]

    def expressions(leaf: Strings) -> Strings:
        boost = st.sampled_from(["", "", "", "^2", "^0.5"])
        group = st.builds("({}){}".format, st.deferred(lambda: expression), boost)
        unit = st.builds("{}{}".format, prefix, st.one_of(leaf, leaf, leaf, group))
        expression = _brief(_chain(unit, st.sampled_from([" "] * 4 + words)))
        return expression

    leaf = _brief(st.one_of(boosted, word, named, other))
    in_field = st.builds("title:({})".format, expressions(leaf))
    everything = st.just("*")  # not in a field, where it is an error
    return expressions(st.one_of(leaf, leaf, in_field, everything)).filter(lambda one: len(one) <= LONGEST)


def _brief(strategy: Strings) -> Strings:
    """The same, whose repr hypothesis may write out wherever it is used."""

    @st.composite
    def drawn(draw: st.DrawFn) -> str:
        return draw(strategy)

    return drawn()


def _takes_suffix(text: str) -> bool:
    return " " not in text or '"' in text


def plain_algebra(vocabulary: Vocabulary, *, patterns: bool, everything: bool) -> Strings:
    """What means the same to Whoosh.

    patterns: with patterns and misspelled words, which Whoosh looks for among terms rather than forms, so that the
    language is to be one that is not analysed. everything: `match` is "all", where a NOT side by side excludes, as it
    always does here.
    """
    text = st.sampled_from(vocabulary.words)
    phrase = st.builds(
        '"{}"{}'.format, st.sampled_from(vocabulary.phrases), st.sampled_from(["", "", "~2", "~3"])
    )
    fields = st.sampled_from(["", "", "title:", "text:"])
    leaf = st.builds("{}{}{}".format, fields, st.one_of(text, text, phrase), st.sampled_from(BOOSTS))
    if patterns:
        distance = st.sampled_from(["", "1", "1/3"])
        misspelled = st.builds("{}~{}".format, st.sampled_from(vocabulary.misspelled), distance)
        wanting = st.sampled_from(vocabulary.patterns) | misspelled
        leaf = st.one_of(leaf, leaf, st.builds("{}{}".format, fields, wanting))
    leaf = _brief(leaf)
    beside = st.lists(leaf, min_size=2, max_size=4).map(" ".join)
    if everything:
        beside = st.builds("{} {} NOT {}".format, leaf, leaf, leaf) | beside
    operators = [
        " AND ",
        " AND ",
        " OR ",
        " OR ",
        " AND NOT ",
        " OR NOT ",
        " ANDNOT ",
        " ANDMAYBE ",
        " REQUIRE ",
    ]
    between = st.sampled_from(operators)
    group = st.builds("({})".format, beside | st.deferred(lambda: chain))
    unit = st.one_of(leaf, leaf, group, st.sampled_from(VALUES), st.sampled_from(DATES))
    chain = _brief(_chain(unit, between))
    return beside | chain


def _chain(unit: Strings, between: Strings) -> Strings:
    rest = st.lists(st.tuples(between, unit), max_size=3)
    return st.builds(lambda first, more: first + "".join(map("".join, more)), unit, rest)


def records() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Small archives over the same words, where most queries match something and much ties."""
    piece = st.sampled_from([*RUSSIAN.words, *ENGLISH.words, *RUSSIAN.phrases, *ENGLISH.phrases, *HARD])
    text = st.lists(piece, min_size=1, max_size=12).map(" ".join)
    record = st.fixed_dictionaries(
        {
            "title": text,
            "text": text,
            "lang": st.sampled_from(["ru", "en", "none"]),
            "source": st.sampled_from(["Meridian", "Northern Wire", "Steppe Herald"]),
            "tags": st.lists(
                st.sampled_from(["security", "summit", "наводнение", "art"]), max_size=3, unique=True
            ),
        },
        optional={
            "date": st.sampled_from(["2024-06-06", "2024-06-06T10:30:00Z", "2024-07-01", "2025-03-11"])
        },
    )
    return st.lists(record, min_size=1, max_size=12).map(
        lambda found: [{"id": f"{number}", **one} for number, one in enumerate(found)]
    )

"""What is asked of an archive on a cluster and of the one on disk? Everything that the query language has.

WRITTEN is about the sample archive, by class; drawn() makes queries of the words of any documents.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

Asked = tuple[str, dict[str, Any]]


class Documents(Protocol):
    """Documents by their numbers."""

    def article(self, number_: int, /) -> Any: ...


_STOP: Final = ("в", "и", "на", "не", "the", "of", "and", "in", "to")

WRITTEN: Final[dict[str, list[Asked]]] = {
    "words": [
        (one, {})
        for one in (
            *("саммит", "саммиты", "САММИТУ", "стали", "люди", "человек", "самолёт", "самолет", "учениями"),
            *("summit", "countries", "Petersburg", "schools", "was", "2025", "nowhere", "Тасмагамбетову"),
        )
    ],
    "bags": [
        (one, {})
        for one in (
            *("саммит ОДКБ", "collective security treaty", "школа вода язык", "summit саммит", "саммит саммит", "18 500", "18 500 lang:ru"),
            *("генерал-лейтенант Петербург", "Санкт-Петербург", "COVID-19 и школы", "из-за воды", "и/или"),
            *("саммит, договор; вода!", "«саммит»", "3,5", "№5", "О'Нил", "U.S. summit"),
            "главы государств Организации Договора о коллективной безопасности собрались на саммит в Астане",
            "the secretary general of the collective security treaty organization and the joint exercises",
        )
    ],
    "matches": [
        ("саммит ОДКБ безопасность договор", {"match": one})
        for one in ("any", "all", 1, 2, 3, 4, 9, "75%", "50%", "1%", "100%")
    ]
    + [
        ("в саммит и договор", {"match": 2}),
        ("в саммит и договор", {"match": "all"}),
        ("Санкт-Петербург саммит", {"match": "all"}),
        ("и/или саммит", {"match": 2}),
        ("collective security of the countries", {"match": "75%"}),
    ],
    "phrases": [
        (one, {})
        for one in (
            *('"глав государств"', '"главы государств"', '"collective security"', '"security collective"'),
            *('"о коллективной безопасности"', '"в Санкт-Петербурге"', '"Санкт-Петербург"', '"и"', '"the"'),
            *('"the summit"', '"саммит саммит"', '"люди"', '"of the"', '"саммит ОДКБ"~2', '"саммит ОДКБ"~3'),
            *('"безопасности государств"~5', '"collective treaty"~2', '"treaty collective"~9', '"joint years"~30'),
            *('="глав государств"', '="главы государств"', '="collective security"', '="the summit"', '="в Астане"'),
            *('="саммита ОДКБ"~4', 'title:"саммит ОДКБ"', 'text:"глав государств"', '"стали люди"', '"nowhere summit"'),
            *('"глав государств" саммит', '"глав государств" OR "collective security"', '"глав государств"^3 вода'),
            *('саммит -"глав государств"', '"генерал лейтенанта"', '"генерал-лейтенант"', '"twenty-two"', '"18 500"'),
        )
    ],
    "forms": [
        (one, {})
        for one in (
            *("=саммит", "=саммита", "=САММИТ", "=summit", "=summits", "=the", "=в", "=Санкт-Петербург", "=nowhere"),
            *("title:=саммит", "=саммита^2 вода", "саммит -=саммита", "=саммита AND =ОДКБ"),
        )
    ],
    "patterns": [
        (one, {})
        for one in (
            *("саммит*", "*ость", "росс*", "*лет*", "мини?тр", "ш?ола", "м*р", "безопасно?т*", "*ян*", "САММИТ*"),
            *("summit*", "*ity", "coun*", "*plan*", "s?mmit", "exerc?ses", "w*r", "*eter*", "санкт-*", "*-лейтенант*"),
            *("*санкт*", "генерал*", "о'н*", "люд*", "*2*", "twenty*", "title:сам*", "text:сам*", "сам*^3 вода", "qqq*"),
            *("саммит -гос*", "сам* AND гос*", "сам* гос*", "?????", "с????т", "??", "covid*", "*19", "covid-*"),
        )
    ],
    "errors of spelling": [
        (one, {})
        for one in (
            *("саммет~", "саммит~", "summit~1", "sumit~", "securty~2", "petersburgh~", "schools~2", "самолет~2/3"),
            *("Тасмагамбетав~2", "Тасмагамбетов~2/3", "безопаснасти~2", "ммсаит~2", "смамит~1", "смамит~2", "мир~2"),
            *("дом~1", "я~1", "я~2", "в~", "the~", "qwxz~2", "title:саммет~", "саммит~/2", "саммет~^2 вода", "саммит -вада~"),
            *("генерал-лейтенат~", "Санкт-Питербург~", "государственность~2", "converstaion~2", "организацыя~2/9"),
        )
    ],
    "fields": [
        ("title:саммит", {}),
        ("text:саммит", {}),
        ("title:(саммит визит)", {}),
        ("title:саммит text:вода", {}),
        ("title:(саммит AND ОДКБ) OR text:summit", {}),
        ("title:summit^3 summit", {}),
        *(
            (query, {"fields": fields})
            for query in ("саммит ОДКБ", '"глав государств"', "сам*", "summit~", "=саммита", "title:саммит вода")
            for fields in (["title"], ["text"], {"title": 5, "text": 1}, {"title": 0.25, "text": 1.5}, {"title": 0, "text": 3})
        ),
    ],
    "values": [
        (one, {})
        for one in (
            *("lang:ru", "саммит lang:ru", "саммит lang:ru lang:en", "tags:summit", "tags:sum*", "tags:*", "lang:?n"),
            *('source:"Northern Wire"', "source:'Steppe Herald'", "url:https://*", "tags:[a TO e}", "tags:>=s", "tags:<b"),
            *("tags:{summit TO *]", "tags:[а TO я]", "id:csto*", "id:csto-summit-2024-ru", "lang:none", "lang:en^3 OR вода"),
            *("саммит OR lang:ru", "саммит OR tags:summit^0.5", "саммит ANDMAYBE lang:ru^4", "саммит AND lang:ru"),
            *("-lang:ru", "* -lang:en", "*", "саммит REQUIRE lang:ru", "tags:наводнение", "id:[a TO f]", "tags:nothing"),
        )
    ],
    "dates": [
        (one, {})
        for one in (
            *("date:2024", "date:2024-06", "date:2024-06-06", "date:[2024-05-01 TO 2024-06-30]", "date:>2024-06"),
            *("date:<=2024-06-06", "date:{2024-05 TO 2024-07}", "date:[2024 TO]", "date:[TO 2024-02]", "date:*"),
            *("саммит date:2024", "саммит date:2024 lang:ru", "саммит AND date:[2024-03 TO 2024-09]", "date:today"),
            *("саммит OR date:2024-06", "summit -date:2024", "date:2024-06-06T10:30"),
        )
    ],
    "operators": [
        (one, {})
        for one in (
            *("саммит -НАТО", "саммит AND ОДКБ", "саммит И договор", "саммит OR вода", "саммит ИЛИ вода", "NOT саммит"),
            *("НЕ саммит", "+саммит Астана", "саммит ANDNOT title:ОДКБ", "саммит ANDMAYBE ОДКБ", "саммит REQUIRE договор"),
            *("саммит^2 вода", "(саммит вода)^0.5 договор", "саммит AND (ОДКБ OR НАТО^2)", "(саммит AND ОДКБ) OR вода"),
            *("(саммит OR NOT вода) AND договор", "саммит OR NOT вода", "NOT (саммит OR вода)", "саммит ANDMAYBE (вода AND ОДКБ)"),
            *("(саммит ANDMAYBE ОДКБ) OR вода", "(саммит REQUIRE ОДКБ) OR вода", "(саммит -ОДКБ) OR (summit -treaty)"),
            *("-саммит -summit", "саммит^0.001 вода^1000", "((саммит AND договор) OR (вода AND школа)) ANDMAYBE lang:ru"),
            *("саммит AND -tags:summit", "(a AND в) OR саммит", "саммит OR (вода ANDNOT школа) OR (язык REQUIRE lang:ru)"),
            *("+саммит +ОДКБ договор", "саммит AND Санкт-Петербург", "саммит OR Санкт-Петербург", "школа -Санкт-Петербург"),
        )
    ],
    "stop words": [
        (one, dict[str, Any](match=match))
        for one in ("и", "в и на", "the of", "не", "to be or not to be", "в саммит", "title:и", "и AND в")
        for match in ("any", "all")
    ],
    "filters": [
        ("саммит summit", one)
        for one in (
            {"since": "2024-06"},
            {"until": "2024-06-06"},
            {"since": "2024-03", "until": "2024-09-30T12:00"},
            {"since": 1717632000, "until": 1717718399},
            {"lang": "ru"},
            {"lang": ["ru", "en"]},
            {"source": "Meridian"},
            {"tags": ["summit", "наводнение"]},
            {"where": "title:саммит"},
            {"where": "-lang:ru -вода"},
            {"where": '"глав государств" OR summit*'},
            {"where": "tags:s* date:2024", "lang": "ru", "since": "2024-02"},
        )
    ],
    "orders": [
        (query, {"sort": sort})
        for query in ("саммит summit", "*", "lang:ru")
        for sort in ("relevance", "newest", "oldest", "date", "-date", "source", "-source", "tags", "-lang", "-url")
    ]
    + [("саммит ОДКБ вода", {"sort": sort}) for sort in ("newest", "-tags")],
    "ages": [
        (query, {"recency": days})
        for query in ("саммит", "вода школа summit", '"глав государств"', "саммит OR lang:ru", "сам*", "lang:ru")
        for days in (1, 30, 365.25, 100_000)
    ],
    "rescored": [
        (one, {"quality": "best"})
        for one in ("саммит ОДКБ", "collective security treaty", "the joint exercises of the countries", '"глав государств" вода')
    ],
    "other names": [
        (one, options)
        for one in (
            *("CSTO", "ОДКБ", "Организация Договора о коллективной безопасности", "UN", "ООН", '"United Nations"'),
            *("Collective Security Treaty Organization", "US", "США", "EU summit", "саммит ЕС", '"саммит ОДКБ"'),
            *("CSTO AND summit", "саммит -ОДКБ", "title:ОДКБ", "WHO", "who", "ОДКБ^2 вода"),
        )
        for options in ({}, {"synonyms": False}, {"match": "all"})
    ],
    "names": [
        (one, options)
        for one in (
            *("Тасмагамбетов", "Tasmagambetov", "Putin", "Путина", "Petersburg summit", "Астана", "Astana", "Минск", "Minsk"),
            *('"Имангали Тасмагамбетов"', '"Imangali Tasmagambetov"', "title:Petersburg", "саммит -Минск", "Minsk AND summit"),
        )
        for options in ({}, {"names": False}, {"match": "all"})
    ],
    "another keyboard layout": [
        (one, options)
        for one in ("cfvvbn", "ыгььше", "ghbdtn", "cfvvbn JLR<", "cfvvbn саммит", "qwxz")
        for options in ({}, {"repair": False})
    ],
    "lenient": [(one, {"lenient": True}) for one in ('саммит "вода', "((саммит", "no:such summit", "саммит AND", "школы?")],
    "not one word": [(one, {}) for one in ("?", "!!", "", "   ", "...", "-", "«»")],
    "errors": [
        *(
            (one, {})
            for one in (
                *('саммит "вода', "((саммит", "no:such", "саммит AND", "date:soon", "tags:[b TO a]"),
                *("date:[2025 TO 2024]", "саммит^0", "title:*", "и/или*", "a-b-c~", "a_b c+d~"),
                *("date:[2024", "саммит~3", '"глав государств"~0', '"a"~101', "+", "AND", "NOT"),
            )
        ),
        ("саммит", {"since": "2025", "until": "2024"}),
        ("саммит", {"since": "when"}),
        ("саммит", {"sort": "title"}),
        ("саммит", {"sort": "nothing"}),
        ("саммит", {"lang": []}),
        ("саммит", {"fields": ["source"]}),
        ("саммит", {"fields": {"title": -1}}),
        ("саммит", {"fields": []}),
        ("саммит", {"match": "x%"}),
        ("саммит", {"after": "nothing"}),
        ("саммит", {"where": "((("}),
    ],
}  # fmt: skip


def drawn(documents: Documents, number: int, kind: str, count: int) -> Iterator[Asked]:
    """So many queries of a kind (KINDS), of the words of the first documents. The same for the same arguments."""
    chance = random.Random(kind)
    for _ in range(count):
        yield KINDS[kind](_Reader(documents.article(chance.randrange(number)), chance))


class _Reader:
    """Somebody who asks for what one document says."""

    def __init__(self, document: dict[str, Any], chance: random.Random) -> None:
        self.document = document
        self.chance = chance
        self.tokens = re.findall(r"[^\W_]+(?:-[^\W_]+)*", document["text"])
        self.words = [one for one in self.tokens if len(one) > 3 and one.isalpha()] or ["summit"]

    def word(self) -> str:
        found: str = self.chance.choice(self.words)
        return found.lower() if self.chance.random() < 0.5 else found

    def bag(self, least: int, most: int) -> str:
        return " ".join(self.word().lower() for _ in range(self.chance.randint(least, most)))

    def passage(self, least: int, most: int) -> str:
        size = self.chance.randint(least, most)
        start = self.chance.randrange(max(1, len(self.tokens) - size))
        return " ".join(one.lower() for one in self.tokens[start : start + size])

    def misspelt(self) -> str:
        word = self.word().lower()
        at = self.chance.randrange(len(word))
        other = self.chance.choice("аеиостн" if word[0] > "z" else "aeiostn")
        before, after = word[:at], word[at + 1 :]
        return self.chance.choice([before + other + after, before + after, before + other + word[at:], word])

    def pattern(self) -> str:
        word = self.word().lower()
        at = self.chance.randrange(1, len(word) - 1)
        return self.chance.choice(
            [word[: at + 2] + "*", "*" + word[at - 1 :], word[:at] + "?" + word[at + 1 :], word[:at] + "*" + word[at + 1 :]]
        )  # fmt: skip


def _part(by: _Reader) -> str:
    kind = by.chance.randrange(8)
    if kind == 0:
        return f'"{by.passage(2, 3)}"'
    if kind == 1:
        return f"={by.word()}"
    if kind == 2:
        return f"title:{by.word()}"
    if kind == 3:
        return f"{by.word()}^{by.chance.choice(['2', '0.5', '1.5', '10'])}"
    if kind == 4:
        return f"lang:{by.chance.choice(['ru', 'en'])}"
    return by.word()


def _algebra(by: _Reader) -> Asked:
    operators = ["AND", "OR", "ANDNOT", "ANDMAYBE", "REQUIRE", "AND NOT", "OR NOT", ""]

    def side() -> str:
        if by.chance.random() < 0.3:
            return f"({_part(by)} {by.chance.choice(operators)} {_part(by)})"
        return _part(by)

    text = side()
    for _ in range(by.chance.randint(1, 3)):
        text += f" {by.chance.choice(operators)} {side()}"
    return text, {}


KINDS: Final[dict[str, Callable[[_Reader], Asked]]] = {
    "a word": lambda by: (by.word(), {}),
    "a bag": lambda by: (by.bag(2, 6), {}),
    "a long question": lambda by: (by.passage(8, 14), {}),
    "all words": lambda by: (by.bag(2, 4), {"match": "all"}),
    "some words": lambda by: (by.bag(3, 6), {"match": by.chance.choice([2, 3, "75%", "40%"])}),
    "a phrase": lambda by: (f'"{by.passage(2, 4)}"', {}),
    "a phrase with gaps": lambda by: (f'"{by.passage(2, 3)}"~{by.chance.randint(2, 4)}', {}),
    "an exact phrase": lambda by: (f'="{by.passage(2, 3)}"', {}),
    "an exact word": lambda by: (f"={by.word()}", {}),
    "a pattern": lambda by: (by.pattern(), {}),
    "a misspelt word": lambda by: (f"{by.misspelt()}~{by.chance.choice(['', '1', '2', '2/2', '1/3'])}", {}),
    "rescored": lambda by: (by.bag(2, 5), {"quality": "best"}),
    "weights": lambda by: (by.bag(1, 3), {"fields": by.chance.choice([["title"], {"title": 1.5, "text": 0.3}])}),
    "an order": lambda by: (by.bag(1, 3), {"sort": by.chance.choice(["newest", "oldest", "source", "-tags"])}),
    "ages": lambda by: (by.bag(1, 3), {"recency": by.chance.choice([7, 90, 1000])}),
    "a time": lambda by: (by.bag(2, 3), {"since": by.document.get("date", "2020")[:7]}),
    "a tag": lambda by: (by.bag(1, 2) + f' tags:"{by.chance.choice(by.document.get("tags") or ["none"])}"', {}),
    "a later page": lambda by: (by.bag(2, 3), {"offset": by.chance.randint(1, 20), "limit": 7}),
    "an exclusion": lambda by: (f"{by.word()} {by.chance.choice(_STOP)} -{by.word()}", {}),
    "operators": _algebra,
}  # fmt: skip

"""What are the English words of a generated archive?

Some hundred verbs, nouns and adjectives of the news written down here, then what regular derivation makes of
them (re-, un-, -er, -ment, -ness, -ly, compounds), then a tail of made-up words; all with regular inflection.
"""

from __future__ import annotations

import zlib
from functools import cache

from benchmarks.vocabulary import Lexicon, Weighted, acronyms, name_stem, per_ten_thousand

_FUNCTION = """
the 640 of 300 to 265 and 260 a 225 in 230 that 95 for 95 is 80 on 80 was 65 at 50 by 55 as 55 it 65 with 65
be 45 from 45 he 55 his 35 has 40 have 40 are 40 an 35 not 40 this 35 but 38 they 28 were 28 which 25 had 28
been 22 who 22 their 25 its 25 or 22 would 20 we 22 i 25 more 15 about 15 she 18 her 18 than 12 there 12
could 10 when 12 other 8 what 10 if 12 all 12 no 10 some 10 after 10 over 8 into 9 can 12 only 8 also 8 up 8
out 10 so 10 do 8 because 8 them 9 our 9 these 7 my 7 him 7 any 6 you 14 then 5 most 6 such 6 should 5 how 6
where 5 while 5 before 5 between 5 during 5 under 4 through 4 against 5 both 3 very 4 being 4 does 3 did 5
same 3 own 3 too 3 again 2 once 2 here 3 why 2 until 3 each 3 few 2 those 4 me 4 your 4 am 1 below 1 above 1
further 2
"""
_NOUNS = """
year government country president state people company percent market police minister week month day official
city group party report leader price bank court law plan world law bill case area service school team game
election war force troop attack border region power energy oil gas trade deal talk summit union parliament
vote voter candidate campaign policy budget tax rate dollar share stock investor economy growth inflation sale
profit loss debt bond fund loan firm industry factory worker job wage strike farm farmer crop wheat grain coal
steel metal gold ship port cargo plane airport flight passenger train road bridge car driver crash fire flood
storm earthquake victim rescue hospital doctor patient virus vaccine disease health drug treatment university
student teacher science scientist study research expert technology computer internet network website user
phone satellite rocket space station mission army soldier officer general weapon missile tank ceasefire treaty
agreement meeting visit council committee commission senate senator congress governor mayor judge lawyer trial
jury verdict prison crime murder theft fraud suspect witness evidence investigation agency department office
director manager chairman spokesman source journalist newspaper channel television interview statement comment
speech letter document record result reason condition chance measure target task aid support defence right
freedom society population family child woman man father mother son daughter wife pension income cost money
sum level number part side place centre street square building house home apartment metre mile ton hour minute
summer winter spring autumn weather temperature rain snow wind river lake sea island forest water land air
climate nature animal dog bear fish bird sport match player coach club league championship tournament victory
defeat goal score champion athlete football hockey tennis stadium fan film director actor theatre museum
exhibition concert music song singer book writer prize festival culture art history church temple holiday
monument century tradition tourist hotel travel visa migrant refugee citizen passport ambassador embassy
diplomat delegation organisation alliance federation association corporation business owner rival contract
tender product goods shop customer advertisement brand warehouse pipeline plant reactor electricity container
transport bus route ticket sanction export import supply reform opposition protest rally demonstration threat
risk crisis problem question answer issue idea view sign step move role effort programme project proposal
decision order rule warning ban limit quota deadline date list name history story photo picture video map line
point end start change future past
"""
_VERBS = """
say announce report tell ask call claim add explain warn urge demand offer propose discuss sign approve accept
reject refuse agree decide plan expect hope want need try start begin continue finish stop open close build
create develop launch release produce sell pay invest borrow lend raise lower increase reduce cut drop climb
reach exceed remain stay return leave arrive enter visit travel move transfer send receive deliver carry load
export import supply support help save protect defend attack destroy damage kill wound injure arrest charge
accuse convict sentence jail free search investigate inspect check confirm deny reveal discover identify
examine test treat vaccinate infect recover operate manage lead appoint elect nominate resign retire replace
dismiss hire employ train teach learn study research publish print record film play score beat defeat compete
challenge join unite divide separate negotiate mediate cooperate threaten sanction condemn criticise praise
welcome reform regulate ban limit restrict allow permit enforce tax fund finance privatise nationalise merge
acquire restructure forecast estimate calculate measure monitor observe predict prepare organise host
celebrate commemorate remember vote campaign govern legislate deploy withdraw fire shell bomb occupy liberate
evacuate rescue flood burn collapse crash explode leak spill pollute heat cool grow harvest plant breed catch
trade exchange deposit insure guarantee consume connect install repair restore renew extend expand
"""
_ADJECTIVES = """
new last first other public national foreign political economic financial military local federal high low big
small large major old young early late long short good bad strong weak rich poor hot cold dry wet dark bright
heavy light hard soft safe dangerous important special official private social legal illegal medical digital
nuclear electric industrial commercial agricultural scientific technical historic modern ancient global
regional central northern southern eastern western European American Russian British French German Chinese
Japanese Turkish Indian international domestic current former future possible necessary urgent recent final
total general common joint full empty open closed famous popular successful peaceful violent serious difficult
easy complex simple clear secret stable independent democratic free fair equal rapid slow deep wide narrow
steep huge tiny
"""
_FIRSTS = "John Mary Peter Anna Thomas David Sarah Michael Laura James Elena Ivan Robert Julia Mark Helen"
_ENDINGS = ("ov", "ova", "in", "skaya", "sky", "sk", "grad", "man")  # as the Russian kinds, transliterated
_TAIL_ENDINGS = ("", "ate", "al", "ic", "ist", "or", "et", "ine")
_TAIL = 24_000
_VOWELS = "aeiou"


def _join(word: str, ending: str) -> str:
    """A word with a regular ending: silent e dropped, y to i, a final consonant doubled in short words."""
    if ending.startswith("s") and ending == "s":
        if word.endswith(("s", "x", "z", "ch", "sh")):
            return word + "es"
        return word[:-1] + "ies" if word.endswith("y") and word[-2] not in _VOWELS else word + "s"
    if word.endswith("e") and ending[0] in _VOWELS:
        return word[:-1] + ending
    if word.endswith("y") and word[-2] not in _VOWELS and not ending.startswith("i"):
        return word[:-1] + "i" + ending
    short = (
        len(word) <= 4
        and word[-1] not in _VOWELS + "wxy"
        and word[-2] in _VOWELS
        and word[-3:-2] not in tuple(_VOWELS)
    )
    return word + word[-1] + ending if short and ending[0] in _VOWELS else word + ending


def _noun(word: str) -> Weighted:
    return Weighted.of(((word, 62), (_join(word, "s"), 30), (word + "'s", 8)))


def _verb(word: str) -> Weighted:
    return Weighted.of(
        ((word, 28), (_join(word, "s"), 14), (_join(word, "ed"), 38), (_join(word, "ing"), 20))
    )


def _adjective(word: str) -> Weighted:
    graded = len(word) <= 5 and word.islower()
    pairs = [(word, 88), *([(_join(word, "er"), 8), (_join(word, "est"), 4)] if graded else [])]
    return Weighted.of(pairs)


def _shuffled(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(dict.fromkeys(entries), key=lambda entry: (zlib.crc32(entry[1].encode()), entry))


def _derived() -> list[tuple[str, str]]:
    """(part of speech, lemma) that derivation makes of the written-down words, affixes before compounds."""
    nouns, verbs, adjectives = (list(dict.fromkeys(text.split())) for text in (_NOUNS, _VERBS, _ADJECTIVES))
    made: list[tuple[str, str]] = []
    compounds: list[tuple[str, str]] = []
    for verb in verbs:
        made += [("v", prefix + verb) for prefix in ("re", "un", "over", "out", "mis", "pre")]
        made += [("n", _join(verb, ending)) for ending in ("er", "ation", "ment")]
        made += [("a", _join(verb, "able")), ("a", "un" + _join(verb, "able"))]
    for adjective in adjectives:
        made += [
            ("n", _join(adjective, "ness")),
            ("a", "un" + adjective.lower()),
            ("r", _join(adjective, "ly")),
        ]
    for noun in nouns:
        made += [
            ("a", noun + "less"),
            ("n", noun + "ship"),
            ("a", "anti" + noun),
            ("n", "super" + noun),
            ("a", "non" + noun),
        ]
        compounds += [("n", noun + other) for other in nouns if zlib.crc32((noun + other).encode()) % 23 == 0]
    return _shuffled(made) + _shuffled(compounds)


class _Words:
    """Lemmas by rank, inflected when asked for."""

    def __init__(self) -> None:
        lists = (("n", _NOUNS), ("v", _VERBS), ("a", _ADJECTIVES))
        written = _shuffled([(part, word) for part, text in lists for word in text.split()])
        self.head = len(written)
        self._entries = written + _derived()
        self._forms: dict[int, Weighted] = {}

    def __len__(self) -> int:
        return len(self._entries) + _TAIL

    def forms(self, rank: int) -> Weighted:
        known = self._forms.get(rank)
        if known is None:
            part, word = self._entries[rank] if rank < len(self._entries) else self._made_up(rank)
            inflect = {"n": _noun, "v": _verb, "a": _adjective}.get(part)
            known = self._forms[rank] = inflect(word) if inflect else Weighted.of(((word, 1),))
        return known

    def _made_up(self, rank: int) -> tuple[str, str]:
        bits = zlib.crc32(b"tail" + rank.to_bytes(8, "little"))
        stem = name_stem((1 << 40) + rank, 0)
        return "nva"[bits % 3], stem + _TAIL_ENDINGS[bits // 3 % len(_TAIL_ENDINGS)]


def _name_forms(stem: str, kind: int) -> Weighted:
    name = stem.capitalize() + _ENDINGS[kind % len(_ENDINGS)]
    return Weighted.of(((name, 9), (name + "'s", 1)))


@cache
def english() -> Lexicon:
    """The English lexicon."""
    words = _Words()
    return Lexicon(
        language="en",
        function=per_ten_thousand(_FUNCTION),
        count=len(words),
        head=words.head,
        forms=words.forms,
        name_forms=_name_forms,
        acronyms=acronyms("en"),
        firsts=tuple(_FIRSTS.split()),
        decimal=".",
        group=",",
        quotes=("“", "”"),
    )

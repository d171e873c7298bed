"""What are the English words of a generated archive?

A thousand words of the news written down here, then learned words that lists of roots and endings make
(hydrography, biometric), then a tail of made-up words; inflected as a newspaper would print them.
"""

from __future__ import annotations

import zlib
from functools import cache

from benchmarks.corpora.compounds import EnglishCompounds
from benchmarks.corpora.vocabulary import (
    COUNT,
    DAY,
    FRACTION,
    PERCENT,
    THOUSANDS,
    YEAR,
    Lexicon,
    Weighted,
    acronyms,
    joined,
    per_ten_thousand,
    word_stem,
)

_FUNCTION = """
the 640 of 280 to 257 and 234 a 228 in 210 that 107 for 95 is 89 was 77 on 77 with 75 it 74 as 58 he 55 his 53 at 52 by 49
from 48 but 44 be 41 are 39 have 37 not 36 this 36 an 35 i 35 has 34 had 30 were 29 they 29 who 29 one 28 their 28 all 26
will 26 you 25 we 25 more 24 up 23 which 22 out 22 its 22 been 21 there 21 when 20 or 20 would 19 so 18 into 18 after 17
than 16 if 16 about 16 can 16 no 16 two 16 only 16 over 16 also 15 what 15 other 13 some 13 now 12 most 12 them 12 even 11
her 11 him 11 just 11 my 11 could 11 against 10 our 10 do 10 she 10 three 10 off 9 then 9 since 9 any 9 where 8 while 8
before 8 own 8 still 8 many 8 down 8 through 8 because 8 under 8 how 7 such 7 may 7 another 7 did 6 being 6 much 6 very 6
me 6 your 6 these 6 during 6 both 6 between 6 around 5 might 5 four 5 here 5 should 5 same 5 those 5 few 5 too 5 without 5
each 5 every 5 once 5 I'm 4 don't 4 five 4 again 4 himself 4 until 4 does 3 why 3 am 3 didn't 2 having 2 themselves 2
cannot 2 we're 2 it's 2 itself 2 further 2 above 2 below 1 can't 1 won't 1 isn't 1 nor 1
"""
# Base form, and where irregular: past and participle.
_VERBS = """
say/said make/made take/took/taken get/got go/went/gone see/saw/seen come/came/come report tell/told ask call claim
add explain warn urge demand offer propose discuss sign approve accept reject refuse agree decide plan expect hope want
need try start begin/began/begun continue finish stop open close build/built create develop launch release produce
sell/sold pay/paid invest borrow lend/lent raise lower increase reduce cut/cut drop climb reach exceed remain stay
return leave/left arrive enter visit travel move transfer send/sent receive deliver carry load export import supply
support help save protect defend attack destroy damage kill wound injure arrest charge accuse convict sentence jail
free search investigate inspect check confirm deny reveal discover identify examine test treat vaccinate infect recover
operate manage lead/led appoint elect nominate resign retire replace dismiss hire employ train teach/taught
learn study research publish print record film play score beat/beat/beaten win/won lose/lost defeat compete challenge join unite
divide separate negotiate mediate cooperate threaten sanction condemn criticise praise welcome reform regulate ban
limit restrict allow permit enforce tax fund finance privatise nationalise merge acquire restructure forecast estimate
calculate measure monitor observe predict prepare organise host celebrate commemorate remember vote campaign govern
legislate deploy withdraw/withdrew/withdrawn fire shell bomb occupy liberate evacuate rescue flood burn collapse crash
explode leak spill pollute heat cool grow/grew/grown harvest plant breed/bred catch/caught trade exchange deposit
insure guarantee consume connect install repair restore renew extend expand hold/held keep/kept give/gave/given
find/found think/thought know/knew/known become/became/become show turn bring/brought fall/fell/fallen rise/rose/risen
run/ran/run put/put set/set meet/met speak/spoke/spoken write/wrote/written read/read hear/heard stand/stood
spend/spent draw/drew/drawn drive/drove/driven fly/flew/flown break/broke/broken choose/chose/chosen hit/hit fight/fought seek/sought
strike/struck steal/stole/stolen throw/threw/thrown shoot/shot wear/wore/worn face follow force include involve
suggest believe consider argue describe announce admit suspend delay postpone cancel review
"""
_NOUNS = """
year government country president state company percent market minister week month day official city group party
report leader price bank court law plan world bill case area service school team game election war troop attack border
region trade deal talk summit union parliament vote voter candidate campaign policy budget tax rate dollar share stock
investor economy sale profit loss debt bond fund loan firm industry factory worker job wage strike farm farmer crop
metal ship port cargo plane airport flight passenger train road bridge car driver crash fire flood storm earthquake
victim hospital doctor patient virus vaccine disease drug treatment university student teacher scientist study
expert computer network website user phone satellite rocket station mission army soldier officer general weapon
missile tank ceasefire treaty agreement meeting visit council committee commission senator governor mayor judge lawyer
trial jury verdict prison crime murder suspect investigation agency department office director manager chairman/chairmen
spokesman/spokesmen source journalist newspaper channel interview statement comment speech letter document record result reason
condition chance measure target task right family child/children woman/women man/men father mother son daughter wife/wives pension income
cost sum level number part side place centre street square building house home apartment metre mile ton hour minute
summer winter river lake island forest animal dog bear fish/fish bird match player coach club league championship
tournament victory defeat goal score champion athlete stadium fan film actor theatre museum exhibition concert song
singer book writer prize festival church temple holiday monument century tradition tourist hotel visa migrant refugee
citizen passport ambassador embassy diplomat delegation organisation alliance federation association corporation
business owner rival contract tender product shop customer advertisement brand warehouse pipeline plant reactor
container bus route ticket sanction export import reform protest rally demonstration threat risk crisis/crises problem
question answer issue idea view sign step move role effort programme project proposal decision order rule warning ban
limit quota deadline date list name story photo picture video map line point end start change village town county
province neighbour resident people/people head chief member staff/staff force power body hand life/lives eye way thing
fact figure term period event season series/series race screen page paper column reader editor
crowd queue shelter camp tent mine miner ministry deputy adviser aide envoy regulator lender trader analyst economist
barrel tonne bushel cent pound euro yen dividend merger takeover subsidiary venture supplier
producer maker retailer exporter importer airline carrier operator shipment tariff surplus deficit
quarter half/halves decade anniversary ceremony funeral wedding parade orchestra gallery painting
"""
# Nouns of which news print no plural.
_MASS = """
police oil gas energy growth inflation wheat grain coal steel gold health science technology research space theft fraud
evidence television aid support defence freedom society money weather rain snow wind water land air nature climate
football hockey tennis music art culture history electricity transport opposition past future justice security safety
education unemployment agriculture tourism peace violence corruption poverty hunger cotton copper sugar cocoa coffee rice
corn beef milk butter fuel petrol cash credit traffic housing software hardware equipment furniture news press
information knowledge progress leadership production consumption output demand
"""
_GRADED = """
new high low big large young old late long short strong weak rich poor hot cold dry wet dark bright light hard soft safe
slow deep wide narrow steep tough close small great fast clear cheap fair rare sharp warm calm full quick
"""
_ADJECTIVES = """
last first other public national foreign political economic financial military local federal major early bad good
heavy dangerous important special official private social legal illegal medical digital nuclear electric industrial
commercial agricultural scientific technical historic modern ancient global regional central northern southern eastern
western European American Russian British French German Chinese Japanese Turkish Indian international domestic current
former possible necessary urgent recent final total common joint empty open closed famous popular successful peaceful
violent serious difficult easy complex simple secret stable independent democratic free equal rapid huge tiny senior
junior chief main key several next own personal human civil criminal presidential parliamentary constitutional
electoral diplomatic strategic environmental chemical biological cultural religious historical educational academic
annual monthly weekly daily previous initial temporary permanent partial entire average additional separate similar
different various certain likely unlikely able unable ready willing available responsible effective efficient expensive
profitable competitive corporate rural urban coastal remote wooden Soviet Italian Spanish Polish Iranian Israeli Arab
African Asian Catholic Orthodox Muslim liberal conservative radical moderate controversial crucial massive severe
widespread substantial significant considerable sufficient steady sudden
"""
_ADVERBS = """
early late ago yesterday today tomorrow well never always often already almost nearly quite rather perhaps however
meanwhile together abroad away back forward later earlier soon recently finally officially publicly nationally locally
politically economically financially legally illegally rapidly slowly strongly sharply widely deeply highly closely
clearly currently formerly formally initially previously annually monthly weekly daily partly entirely completely
fully directly immediately suddenly unexpectedly significantly substantially considerably slightly seriously heavily
badly successfully peacefully quickly easily exactly approximately roughly probably possibly certainly clearly
reportedly allegedly apparently especially particularly mainly mostly largely generally usually normally eventually
"""
# Learned words: beginnings, roots, endings.
_BEGINNINGS = """
hydro thermo electro bio geo micro macro neuro cardio photo tele inter trans agro aero astro auto petro socio techno
"""
_ROOTS = """
graph meter log scop chem plast gen phon therm metr dynam path morph chron crat tech stat mot nom
"""
_LEARNED = (("n", "y"), ("a", "ic"), ("n", "ist"), ("a", "ical"))
_FIRSTS = "John Mary Peter Anna Thomas David Sarah Michael Laura James Elena Ivan Robert Julia Mark Helen"
_ENDINGS = ("ov", "ova", "in", "skaya", "sky", "sk", "grad", "man")  # as the Russian kinds, transliterated
_TAIL_ENDINGS = ("", "", "", "", "y", "al", "er", "on")
_TAIL = 30_000
_VOWELS = "aeiou"
_DOUBLING = frozenset(("begin", "admit", "permit", "transfer", "travel", "cancel"))  # beside short words


def _plural(word: str) -> str:
    """A noun in the plural, or a verb in the third person."""
    if word.endswith(("s", "x", "z", "ch", "sh")) or word == "go":
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in _VOWELS else word + "s"


def _ending(word: str, ending: str) -> str:
    """A word with -ed, -ing, -er or -est: silent e dropped, y to i, the last consonant doubled where it is stressed."""
    if word.endswith("ee") and ending == "ing":
        return word + ending
    if word.endswith("e"):
        return word[:-1] + ending
    if word.endswith("y") and word[-2] not in _VOWELS and ending != "ing":
        return word[:-1] + "i" + ending
    doubled = word in _DOUBLING or (
        len(word) <= 4
        and sum(letter in _VOWELS for letter in word) == 1
        and word[-2] in _VOWELS
        and word[-1] not in _VOWELS + "wxy"
    )
    return word + word[-1] + ending if doubled else word + ending


def _noun(word: str) -> Weighted:
    one, _, many = word.partition("/")
    owner = one + ("'" if one.endswith("s") else "'s")
    return Weighted.of(((one, 62), (many or _plural(one), 30), (owner, 8)))


def _mass(word: str) -> Weighted:
    return Weighted.of(((word, 95), (word + "'s", 5)))


def _verb(word: str) -> Weighted:
    base, *irregular = word.split("/")
    past = irregular[0] if irregular else _ending(base, "ed")
    participle = irregular[-1] if irregular else past
    return Weighted.of(
        ((base, 28), (_plural(base), 14), (past, 26), (participle, 12), (_ending(base, "ing"), 20))
    )


def _graded(word: str) -> Weighted:
    return Weighted.of(((word, 88), (_ending(word, "er"), 8), (_ending(word, "est"), 4)))


def _plain(word: str) -> Weighted:
    return Weighted.of(((word, 1),))


_INFLECTED = {"n": _noun, "m": _mass, "v": _verb, "g": _graded, "a": _plain, "r": _plain}


def _ordered(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """By chance, but shorter words rather come first: the frequent ones are short (Zipf 1935)."""

    def key(entry: tuple[str, str]) -> tuple[int, int, tuple[str, str]]:
        bits = zlib.crc32(entry[1].encode())
        return len(entry[1].partition("/")[0]) + bits % 5, bits, entry

    return sorted(dict.fromkeys(entries), key=key)


class _Words:
    """Lemmas by rank, inflected when asked for."""

    def __init__(self) -> None:
        lists = (
            ("n", _NOUNS),
            ("m", _MASS),
            ("v", _VERBS),
            ("g", _GRADED),
            ("a", _ADJECTIVES),
            ("r", _ADVERBS),
        )
        written = [(part, word) for part, text in lists for word in text.split()]
        learned = [
            (part, beginning + root + ending)
            for beginning in _BEGINNINGS.split()
            for root in _ROOTS.split()
            for part, ending in _LEARNED
        ]
        self.written = _ordered(written)
        self._entries = self.written + _ordered(learned)
        self._forms: dict[int, Weighted] = {}

    def __len__(self) -> int:
        return len(self._entries) + _TAIL

    def forms(self, rank: int) -> Weighted:
        """The forms of the lemma of a rank."""
        known = self._forms.get(rank)
        if known is None:
            part, word = self._entries[rank] if rank < len(self._entries) else self._made_up(rank)
            known = self._forms[rank] = _INFLECTED[part](word)
        return known

    def common(self, *parts: str) -> list[str]:
        """Plain written-down words of these parts of speech."""
        return [word.partition("/")[0] for part, word in self.written if part in parts]

    def participles(self) -> list[str]:
        """Of the written-down verbs, by turns the past one and the present one."""
        verbs = [_verb(word).words for part, word in self.written if part == "v"]
        return [words[3 if number % 3 else 4] for number, words in enumerate(verbs)]

    def _made_up(self, rank: int) -> tuple[str, str]:
        bits = zlib.crc32(b"tail" + rank.to_bytes(8, "little"))
        return "nnmva"[bits % 5], joined(word_stem(rank), _TAIL_ENDINGS[bits // 5 % len(_TAIL_ENDINGS)])


def _name_forms(stem: str, kind: int) -> Weighted:
    name = joined(stem.capitalize(), _ENDINGS[kind % len(_ENDINGS)])
    return Weighted.of(((name, 9), (name + "'s", 1)))


@cache
def english() -> Lexicon:
    """The English lexicon."""
    words = _Words()
    return Lexicon(
        language="en",
        function=per_ten_thousand(_FUNCTION),
        count=len(words),
        forms=words.forms,
        compounds=EnglishCompounds(words.common("n", "m"), words.participles(), words.common("g", "a")),
        name_forms=_name_forms,
        acronyms=acronyms("en"),
        firsts=tuple(_FIRSTS.split()),
        numbers=bytes(
            [YEAR] * 7 + [DAY] * 9 + [COUNT] * 7 + [THOUSANDS] * 4 + [FRACTION] * 3 + [PERCENT] * 2
        ),
        decimal=".",
        group=",",
        quotes=("“", "”"),
    )

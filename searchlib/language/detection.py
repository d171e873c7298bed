"""In which language is a text written?

Scripts, letters and function words settle most texts in microseconds. Only what they leave open goes to
langdetect, seeded, which is slow to load and needs some length to be right.
"""

from __future__ import annotations

import math
import re
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from searchlib.language._tokens import forms, letters, spoken

if TYPE_CHECKING:
    from langdetect.detector_factory import DetectorFactory

__all__ = ["detect_language"]

UNKNOWN = "und"
_LOOK_AT = 400
_ENOUGH_LETTERS = 40
# With so many ы or э and no letter that Russian has not, no other language is left; with so many English function words and none
# of _FOREIGN, neither.
_SURE_LETTERS = 2
_SURE_WORDS = 4

_ENGLISH_TEXT = """
the of and to that this these those with from for was were is are been have has had will would could should
their there they them his her its it he she you your my our we not but which who what when where how about
after before into over than then by at be as on can don't it's didn't i'm i've because while between against
said
"""
# Words that English has not, and without which hardly 400 characters of another language in plain letters
# go by.
_FOREIGN_TEXT = """
der das und ist nicht ein eine mit auf le la les des une est dans pour que el los las por una del il di che
non gli het een van niet os uma nao och att det som ikke og jeg ja ei yang dan dengan untuk ini itu nie je sa
si na ne bir ve icin egy az es nem cu si este ang mga ng kwa katika
"""
_ENGLISH = frozenset(_ENGLISH_TEXT.split())
_FOREIGN = frozenset(_FOREIGN_TEXT.split()) - _ENGLISH

# How often letters come that tell the languages in Cyrillic apart, in hundredths of their letters; columns as
# in _CYRILLIC. A letter that a language has not is given a little, for quotations and slips.
_CYRILLIC = ("ru", "uk", "be", "bg", "mk", "sr")
_LETTERS = (
    ("ы", (1.90, 0.05, 4.00, 0.05, 0.05, 0.05)),
    ("э", (0.33, 0.05, 1.40, 0.05, 0.05, 0.05)),
    ("ь", (1.80, 1.80, 1.50, 0.10, 0.05, 0.05)),
    ("ъ", (0.04, 0.02, 0.02, 1.80, 0.02, 0.02)),
    ("і", (0.03, 5.70, 6.00, 0.03, 0.03, 0.03)),
    ("ї", (0.02, 0.60, 0.02, 0.02, 0.02, 0.02)),
    ("є", (0.02, 0.50, 0.02, 0.02, 0.02, 0.02)),
    ("ў", (0.02, 0.02, 1.70, 0.02, 0.02, 0.02)),
    ("и", (7.40, 6.00, 0.10, 8.80, 7.50, 9.00)),
    ("щ", (0.36, 0.50, 0.03, 0.60, 0.03, 0.03)),
    ("й", (1.20, 1.20, 1.20, 0.60, 0.05, 0.05)),
    ("ј", (0.01, 0.01, 0.01, 0.01, 2.00, 4.50)),
    ("љ", (0.01, 0.01, 0.01, 0.01, 0.05, 0.50)),
    ("њ", (0.01, 0.01, 0.01, 0.01, 0.50, 0.70)),
    ("ћ", (0.01, 0.01, 0.01, 0.01, 0.01, 0.60)),
    ("ђ", (0.01, 0.01, 0.01, 0.01, 0.01, 0.25)),
    ("ќ", (0.01, 0.01, 0.01, 0.01, 0.30, 0.01)),
    ("ѓ", (0.01, 0.01, 0.01, 0.01, 0.20, 0.01)),
    ("ѕ", (0.01, 0.01, 0.01, 0.01, 0.10, 0.01)),
)
# Function words that not all of the languages share.
_WORDS = (
    """
    что это как его ее их для был была было были к из со еще только также который которая которые которого
    которой которых уже если чтобы когда где мы он она они бы во об этом этого этой эти этот так тоже очень
    лет года году может можно будет есть нет кто меня мне мой тебя себя нас вас него нее них сказал у все всех
    всего сейчас даже чем потому тем ничего теперь здесь вот ему ей им о или после с от
    """,
    """
    та що як це й він вона вони або але щоб також де із зі від про був була було були які який яка яке якого
    якої яких його її їх ще вже якщо коли ми ти цього цієї цей ці так дуже років року може можна буде немає
    хто мене мені мій тебе себе нас вас нього неї них усе все всіх треба зараз навіть ніж йому їй їм бо чи аби
    через лише тільки між для нема саме з у після
    """,
    """
    што як гэта ён яна яны але або каб ад пра быў была было былі з са якія які каторая якая якое яго яе іх
    яшчэ ўжо калі пасля дзе мы гэтага гэтай гэты гэтыя таксама вельмі гадоў года можа можна будзе няма хто
    мяне мне мой цябе сябе нас вас усё ўсе трэба зараз нават чым яму ёй ім бо ці праз толькі паміж для у
    """,
    """
    се са е да ще че като към със беше бяха съм си сме сте които който която което това този тази тези той тя
    те аз ние вие или още вече ако след кога когато къде как защо много има бъде бил била били през преди
    според една едно му го ги ни ви й тук само дори защото така най обаче каза във върху от с
    """,
    "се да ќе дека како со беше сум сме кои кој која кое ова овој оваа тие тој таа или уште веќе ако од е го",
    "се је су да ће као са био била били који која које ово овај ова они он она или али још већ ако није у",
)
_WORD_WEIGHT = 2.0
# A language whose score (a logarithm) is this much below the best one's is out of the question.
_SETTLED = 4.0
# What an archive of Russian and English news expects before it has seen a letter.
_EXPECTED = (2.0, 0.0, 0.0, 0.0, -2.0, -2.0)


def _letter_weights() -> tuple[tuple[float, ...], tuple[tuple[str, tuple[float, ...]], ...]]:
    """Logarithms: of any other letter for each language, and of each letter of _LETTERS relative to that."""
    rest = tuple(
        math.log(1 - sum(shares[column] for _, shares in _LETTERS) / 100) for column in range(len(_CYRILLIC))
    )
    return rest, tuple(
        (letter, tuple(math.log(share / 100) - other for share, other in zip(shares, rest, strict=True)))
        for letter, shares in _LETTERS
    )


def _word_owners() -> dict[str, tuple[int, ...]]:
    """For each word the columns of the languages it speaks for."""
    owners: dict[str, list[int]] = {}
    for column, words in enumerate(_WORDS):
        # ё as the tokeniser folds it
        for word in dict.fromkeys(words.replace("ё", "е").split()):
            owners.setdefault(word, []).append(column)
    return {word: tuple(columns) for word, columns in owners.items()}


_OTHER_LETTER, _LETTER = _letter_weights()
_OWNERS = _word_owners()
_ANY_LETTER = re.compile(r"[^\W\d_]")
_KAZAKH = re.compile("[қғұҚҒҰ]")

_lock = Lock()


@cache
def _factory() -> DetectorFactory:
    """langdetect's profiles. An own factory, because the seed of the shared one is the whole program's."""
    from langdetect import detector_factory

    factory = detector_factory.DetectorFactory()
    factory.load_profile(detector_factory.PROFILES_DIRECTORY)
    factory.seed = 0
    return factory


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the text's language; "und" when there is nothing to go by.

    Looks at 400 characters from the first letter on. Of short texts without evidence Cyrillic ones pass for
    Russian and plain Latin ones for English. The same text gets the same answer every time. Any thread may
    call this; the first text that needs langdetect waits for it to load (about half a second).
    """
    first = _ANY_LETTER.search(text)
    if first is None:
        return UNKNOWN
    head = text[first.start() : first.start() + _LOOK_AT]
    latin, cyrillic, other, russian, slavic, distant = letters(head)
    if other > latin and other > cyrillic:
        return _ask_langdetect(head) or UNKNOWN
    if latin > cyrillic:
        return _latin(head, latin)
    if russian >= _SURE_LETTERS and not slavic and not distant:
        return "ru"
    return _cyrillic(head, cyrillic, distant)


def _latin(head: str, count: int) -> str:
    words, english, foreign = spoken(head, _ENGLISH, _FOREIGN)
    if english * 6 >= words or (not foreign and (head.isascii() or english >= _SURE_WORDS)):
        return "en"
    if count >= _ENOUGH_LETTERS:
        return _ask_langdetect(head) or UNKNOWN
    return "en" if english else UNKNOWN


def _cyrillic(head: str, count: int, distant: int) -> str:
    if distant * 50 > count:
        return "kk" if _KAZAKH.search(head) else UNKNOWN
    if not count:
        return UNKNOWN
    words = forms(head)
    text = " ".join(words)
    scores = [expected + count * weight for expected, weight in zip(_EXPECTED, _OTHER_LETTER, strict=True)]
    for letter, weights in _LETTER:
        if seen := text.count(letter):
            for column, weight in enumerate(weights):
                scores[column] += seen * weight
    for form in filter(_OWNERS.__contains__, words):
        for column in _OWNERS[form]:
            scores[column] += _WORD_WEIGHT
    best = max(scores)
    language = _CYRILLIC[scores.index(best)]
    rivals = [rival for rival, score in zip(_CYRILLIC, scores, strict=True) if best - score < _SETTLED]
    if len(rivals) > 1 and count >= _ENOUGH_LETTERS:
        found = _ask_langdetect(head)
        if found in rivals:
            return found
    return language


def _ask_langdetect(head: str) -> str | None:
    """langdetect's answer, or None when it finds nothing that it knows."""
    from langdetect.lang_detect_exception import LangDetectException

    with _lock:
        detector: Any = _factory().create()
        detector.append(head)
        try:
            found: str = detector.detect()
        except LangDetectException:
            return None
    return None if found == "unknown" else found.partition("-")[0]

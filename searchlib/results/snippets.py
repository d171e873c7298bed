"""Which few words of a document show a person why it was found?

A Marker belongs to one query: it knows the query's terms and finds their inflected forms in any text, and it
may be shared by all hits of that query, so that every form is looked up once. Passages are chosen in four
steps:

1. collapse white space and look at no more than the first SCAN_LIMIT code points, so that a document of 10 MB
   costs what one of 100 KB does (a few milliseconds); words beyond are not seen;
2. tokenise natively, and keep the tokens whose analysis shares a term with the query;
3. slide a window of `width` over those few tokens: most different query words, then most marks, then
   earliest;
4. move the edges of the winner to sentence boundaries where they are near, else to word boundaries, and write
   an ellipsis where a sentence is cut.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from searchlib.language._tokens import tokenize

if TYPE_CHECKING:
    from searchlib.language.analyzer import Analysis

__all__ = ["SCAN_LIMIT", "FormAnalyzer", "Marker", "Snippet", "make_snippet", "mark_terms"]

SCAN_LIMIT = 100_000
"""Code points of a text in which a snippet looks for the query's words."""

_MEMO_LIMIT = (
    50_000  # forms that one Marker remembers; a search of very long documents must not fill the memory
)

_ELLIPSIS = "…"
# A full stop, the closing quotes and brackets behind it, and the space before whatever comes next.
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]* ")
_OPENING = "\"'“„«‘([—–-•"
# Words that carry a full stop without ending a sentence (single letters, as in "A. S. Pushkin", never do).
_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof st gen col lt sgt capt sen rep gov hon rev jr sr vs no inc ltd co corp
    jan feb mar apr jun jul aug sep sept oct nov dec
    гг им ул пл пр стр см тыс млн млрд руб проф акад ген обл
    """.split()  # noqa: SIM905  # fifty quotation marks would hide them
)

_FOR_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;", ord("'"): "&#x27;"}
# Neither may reach a terminal: control characters (the C1 block is as able to start an escape sequence as ESC
# is) and lone surrogates show as U+FFFD; characters that reorder the rest of the line are left out.
_FOR_TERMINAL: dict[int, str] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)), ""),
}
_MARK_ON = "\x1b[1;31m"
_MARK_OFF = "\x1b[0m"


class FormAnalyzer(Protocol):
    """What a Marker needs of an analyzer: the terms of one folded form. An index's own form table will do."""

    def analyze(self, form: str, /) -> Analysis: ...


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage to show, with the query's words marked. Immutable.

    text: the passage, white space collapsed to single spaces, with an ellipsis where a sentence is cut.
    marks: half-open ranges of code points in `text`, ascending and apart.
    start, end: the half-open range of code points in the field's own text that the passage was taken from.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    start: int
    end: int

    def __str__(self) -> str:
        return self.text

    def html(self) -> str:
        """The passage as HTML: marks in <mark>, everything else escaped, also for attributes."""
        return "".join(
            f"<mark>{part.translate(_FOR_HTML)}</mark>" if marked else part.translate(_FOR_HTML)
            for part, marked in self.parts()
        )

    def ansi(self) -> str:
        """The passage for a terminal: marks bold and red, no control character of its own."""
        return "".join(
            f"{_MARK_ON}{printable(part)}{_MARK_OFF}" if marked else printable(part)
            for part, marked in self.parts()
        )

    def parts(self, start: int = 0, end: int | None = None) -> Iterator[tuple[str, bool]]:
        """The pieces of text[start:end] in order, none of them empty, and whether each is marked."""
        stop = len(self.text) if end is None else min(end, len(self.text))
        at = start
        for low, high in self.marks:
            first, last = max(low, start), min(high, stop)
            if first >= last:
                continue
            if at < first:
                yield self.text[at:first], False
            yield self.text[first:last], True
            at = last
        if at < stop:
            yield self.text[at:stop], False


def printable(text: str) -> str:
    """The text as a terminal may be given it: it cannot move the cursor, set colours or turn the line."""
    return text.translate(_FOR_TERMINAL)


class Marker:
    """Finds one query's words in texts. Share it between its hits; safe to use from several threads.

    terms: every term of the query. A mapping from term to a number of the query word it belongs to lets
    synonyms count as one word; with any other collection each term counts for itself.
    analyzer: gives the terms of a form, as the index was built with.
    stop_words: mark stop words too; for a query that has nothing else. forms: what is marked as it is, sets of forms with their
    words' numbers.
    """

    def __init__(
        self,
        terms: Collection[str],
        analyzer: FormAnalyzer,
        *,
        stop_words: bool = False,
        forms: Sequence[tuple[Container[str], int]] = (),
    ) -> None:
        self._numbers = (
            dict(terms) if isinstance(terms, Mapping) else {term: at for at, term in enumerate(terms)}
        )
        self._terms = frozenset(self._numbers)
        self._analyze = analyzer.analyze
        self._stop_words = stop_words
        self._seen: set[str] = set()
        self._forms = forms
        self._matching: dict[str, int] = {}  # the forms among them that stand for a query word, and for which

    def snippet(self, text: str, *, width: int = 200) -> Snippet:
        """The best passage of at most `width` code points (its ellipses included); `width` is at least 3.

        Without a match, the beginning of the text. Only the first SCAN_LIMIT code points are looked at.
        """
        if width < 3:
            raise ValueError(f"width is {width}; a snippet needs at least 3 code points")
        more = len(text) > SCAN_LIMIT
        text = text[:SCAN_LIMIT]
        clean = " ".join(text.split())
        matches = self._matches(clean)
        if len(clean) <= width and not more:
            return Snippet(clean, _merge(matches), *_origin(text, clean, 0, len(clean)))
        passage = _passage(clean, matches, width - 2)  # there may be an ellipsis at either end
        return _cut(text, clean, passage, matches, more)

    def mark(self, text: str) -> Snippet:
        """The whole of a short field, a title for one, with the query's words marked.

        However long the text is, it comes back whole; marks are looked for in its first SCAN_LIMIT code
        points.
        """
        clean = " ".join(text.split())
        marks = _merge(self._matches(clean[:SCAN_LIMIT]))
        return Snippet(clean, marks, *_origin(text, clean, 0, len(clean)))

    def _matches(self, clean: str) -> list[_Match]:
        tokens = tokenize(clean)  # tuples of form, start, end and more
        new = {token[0] for token in tokens} - self._seen
        if new:
            self._learn(new)
        matching = self._matching
        return [_Match(token[1], token[2], matching[token[0]]) for token in tokens if token[0] in matching]

    def _learn(self, forms: set[str]) -> None:
        """Finds out which forms stand for a query word; in few steps, because a text brings many forms."""
        unrelated = self._terms.isdisjoint
        for asked, number in self._forms:
            self._matching.update((form, number) for form in forms if form in asked)
        for form, (terms, stop) in zip(forms, map(self._analyze, forms), strict=True):
            if not unrelated(terms) and (self._stop_words or not stop):
                self._matching[form] = next(self._numbers[term] for term in terms if term in self._numbers)
        if len(self._seen) > _MEMO_LIMIT:
            self._seen = set()
        self._seen.update(forms)  # last: another thread takes what is in here as learnt


def make_snippet(
    text: str,
    terms: Collection[str],
    analyzer: FormAnalyzer,
    *,
    width: int = 200,
    stop_words: bool = False,
) -> Snippet:
    """The best passage of one text; see Marker, which is quicker for several texts of one query."""
    return Marker(terms, analyzer, stop_words=stop_words).snippet(text, width=width)


def mark_terms(
    text: str,
    terms: Collection[str],
    analyzer: FormAnalyzer,
    *,
    stop_words: bool = False,
) -> Snippet:
    """The whole of one short field with the query's words marked; see Marker.mark."""
    return Marker(terms, analyzer, stop_words=stop_words).mark(text)


class _Match(NamedTuple):
    start: int
    end: int
    word: int  # the query word that the token stands for


def _origin(text: str, clean: str, start: int, end: int) -> tuple[int, int]:
    """Where clean[start:end] stands in `text`: as many words, and letters into the last, further on."""
    if start >= end:
        return (0, 0)
    return _offset(text, clean, start), _offset(text, clean, end - 1) + 1


def _offset(text: str, clean: str, at: int) -> int:
    words = clean.count(" ", 0, at)
    inside = at - (clean.rfind(" ", 0, at) + 1)
    rest = text.split(None, words)[words:] if words else [text.lstrip()]
    # split() strips the white space before the rest, never behind it, so the rest is a tail of `text`.
    return len(text) - len(rest[0]) + inside


def _passage(clean: str, matches: list[_Match], room: int) -> tuple[int, int]:
    """The half-open range of the best passage of at most `room` code points."""
    first, last = _best_window(matches, room)
    start = _start(clean, first, max(0, last - room))
    end = _end(clean, max(last, start), start, room)
    if end == len(clean):
        # The text ends before the room does: what was saved behind the match is spent before it.
        start = _start(clean, start, max(0, end - room), earliest=True)
    return start, end


def _best_window(matches: list[_Match], room: int) -> tuple[int, int]:
    """The best run of matches that fits `room`: the start of its first, the end of its last."""
    best, best_range = (0, 0), (0, 0)
    held: dict[int, int] = {}
    last = 0  # index of the first match behind the window
    for first, match in enumerate(matches):
        limit = match.start + room
        while last < len(matches) and (last == first or matches[last].end <= limit):
            word = matches[last].word
            held[word] = held.get(word, 0) + 1
            last += 1
        value = (len(held), last - first)
        if value > best:
            best, best_range = value, (match.start, min(limit, max(m.end for m in matches[first:last])))
        held[match.word] -= 1
        if not held[match.word]:
            del held[match.word]
    return best_range


def _start(clean: str, first: int, lowest: int, *, earliest: bool = False) -> int:
    """Where a passage begins that must show clean[first:] and may begin at `lowest`.

    At the start of a sentence when one is in reach (the nearest, or the earliest when there is room to fill),
    else a few words before the match.
    """
    if lowest == 0 and earliest:
        return 0
    starts = [at for at in _sentence_starts(clean, lowest, first) if lowest <= at <= first]
    if starts:
        return starts[0] if earliest else starts[-1]
    if not earliest:
        lowest = max(lowest, first - (first - lowest) // 3)
    if lowest == 0 or clean[lowest - 1] == " ":
        return lowest
    space = clean.find(" ", lowest, first)
    return first if space < 0 else space + 1


def _sentence_starts(clean: str, low: int, high: int) -> Iterator[int]:
    if low == 0:
        yield 0
    # The end of the sentence before may lie to the left of `low`, by as much as its marks are long.
    for match in _SENTENCE_END.finditer(clean, max(0, low - 8), min(len(clean), high + 1)):
        if match.end() < len(clean) and _ends_sentence(clean, match.start(), match.end()):
            yield match.end()


def _ends_sentence(clean: str, stop: int, after: int) -> bool:
    """Does the stop at `stop` end a sentence, when the next word begins at `after`?"""
    following = clean[after]
    if not (following.isupper() or following.isdigit() or following in _OPENING):
        return False
    if clean[stop : after - 1] != ".":
        return True
    word = clean[clean.rfind(" ", max(0, stop - 20), stop) + 1 : stop].lstrip(_OPENING)
    return not (
        (len(word) == 1 and word.isalpha()) or "." in word or word.lower() in _ABBREVIATIONS
    )  # "U.S. President", "т.е. Москва"


def _end(clean: str, last: int, start: int, room: int) -> int:
    """Where a passage ends that begins at `start` and must show everything up to `last`."""
    highest = start + room
    if highest >= len(clean):
        return len(clean)
    # A sentence that ends early is a good end only when it does not waste most of the room.
    nearest = max(last, start + room * 3 // 5)
    ends = [at - 1 for at in _sentence_starts(clean, nearest, highest + 1) if nearest < at <= highest + 1]
    if ends:
        return ends[-1]
    if clean[highest] == " ":
        return highest
    space = clean.rfind(" ", last, highest)
    return highest if space <= start else space


def _cut(text: str, clean: str, passage: tuple[int, int], matches: list[_Match], more: bool) -> Snippet:
    """The Snippet of a range of `clean`, with an ellipsis at either end that is not a sentence's own.

    more: there is text behind `clean`.
    """
    start, end = passage
    last = max((min(match.end, end) for match in matches if start <= match.start < end), default=start)
    whole_left = start == 0 or any(at == start for at in _sentence_starts(clean, start, start))
    whole_right = (end == len(clean) and not more) or (
        end < len(clean) and any(at == end + 1 for at in _sentence_starts(clean, end, end + 1))
    )
    if not whole_right:
        # "…the summit, …" reads worse than "…the summit…".
        end = max(len(clean[:end].rstrip(' ,;:-–—(«"')), last, start + 1)
    left = "" if whole_left else _ELLIPSIS
    right = "" if whole_right else _ELLIPSIS
    shift = len(left) - start
    inside = [
        _Match(max(match.start, start), min(match.end, end), match.word)
        for match in matches
        if match.start < end and match.end > start
    ]
    marks = tuple((low + shift, high + shift) for low, high in _merge(inside))
    return Snippet(left + clean[start:end] + right, marks, *_origin(text, clean, start, end))


def _merge(matches: list[_Match]) -> tuple[tuple[int, int], ...]:
    """The ranges of the matches, those that overlap (a hyphenated word and its parts) as one."""
    marks: list[tuple[int, int]] = []
    for match in sorted(matches):
        if marks and match.start < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], match.end))
        else:
            marks.append((match.start, match.end))
    return tuple(marks)

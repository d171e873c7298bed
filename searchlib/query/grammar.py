"""How is the query language told to Whoosh?

Whoosh reads a query in two steps: `tag` cuts it into a flat list of syntax nodes, each with its place, and
`filterize` makes a tree of them. searchlib.query.checks looks at the list in between, where a stray operator can
still be seen; Whoosh drops it. Here are Whoosh's own plugins, in the order that they need, with expressions that
leave the punctuation of news alone, and what its language lacks: exact words and Russian operators. Whoosh gets no
schema, and its queries are not used, so no analysis touches a word.

The parsers keep no state between queries; threads share them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from whoosh.qparser import plugins, syntax
from whoosh.qparser.default import QueryParser
from whoosh.qparser.taggers import FnTagger

from searchlib.query import syntax as ours

__all__ = [
    "Comparison",
    "Exact",
    "ExactPhrase",
    "Must",
    "QuotedWord",
    "Together",
    "query_parser",
]

FIRST = -1
LAST = 1000  # priority of the tagger of words: after everything else
WORD = r'[^\s()"^~*?]'
# What no other tagger would take, so that most words need not be offered to each of them.
ORDINARY_WORD = (
    rf"(?!(?:{'|'.join([*ours.INFIX, *ours.PREFIX, *ours.RUSSIAN])}){ours.WORD_AFTER})"
    r'(?P<text>[^\W_][^\s()"^~*?:]*+)(?![*?:])'
)
NEVER = r"(?!)"
PHRASE = r'"(?P<text>[^"]*)"(?:~(?P<slop>[0-9]{1,9}))?'


class Together(syntax.GroupNode):
    """Parts side by side without an operator: the caller's `match` says what that means."""


class Must(syntax.GroupNode):
    """+part"""

    merging = False


class Exact(syntax.WordNode):
    """=word"""


class QuotedWord(syntax.WordNode):
    """field:'several words'"""


class ExactPhrase(plugins.PhrasePlugin.PhraseNode):
    """="several words" """


class Comparison(syntax.RangeNode):
    """field:>value, which Whoosh makes a range"""

    has_boost = True

    def __init__(self, rel: str, text: str) -> None:
        value = text[1:-1] if text[:1] in ("'", '"') and text[-1:] == text[:1] and len(text) > 1 else text
        above = ">" in rel
        excluded = "=" not in rel
        super().__init__(value if above else None, None if above else value, excluded, excluded)
        self.value = value


class Spaces(plugins.WhitespacePlugin):
    """WhitespacePlugin, asked first: nothing else begins with a space, and every other node is one."""

    priority = FIRST


class SingleQuotes(plugins.SingleQuotePlugin):
    """SingleQuotePlugin for values of fields only: elsewhere ' is an apostrophe."""

    nodetype = QuotedWord


class Ranges(plugins.RangePlugin):
    """RangePlugin, whose ranges take no boost in Whoosh 2.7.4."""

    class RangeTagger(plugins.RangePlugin.RangeTagger):
        def create(self, parser: QueryParser, match: Any) -> syntax.RangeNode:
            node: syntax.RangeNode = super().create(parser, match)
            node.has_boost = True
            return node


class Comparisons(plugins.GtLtPlugin):
    """GtLtPlugin, whose filter drops a sign without a value, and in Whoosh 2.7.4 one inside parentheses."""

    nodetype: Any = Comparison

    def filters(self, parser: QueryParser) -> list[Any]:
        return []


class Wildcards(plugins.WildcardPlugin):
    """WildcardPlugin by whole words: its filter merges `foo*"bar"` into one pattern."""

    priority = 2  # after ranges, where * is an open end

    def filters(self, parser: QueryParser) -> list[Any]:
        return []


class Words(plugins.Plugin):
    """Words by whole words rather than letter by letter, exact ones, and exact phrases."""

    class ExactTagger(plugins.PhrasePlugin.PhraseTagger):
        def create(self, parser: QueryParser, match: Any) -> ExactPhrase:
            return ExactPhrase(match["text"], match.start("text"), int(match["slop"] or 1))

    def taggers(self, parser: QueryParser) -> list[tuple[Any, int]]:
        return [
            (self.ExactTagger(rf"(?<![^\s(:+\-]){ours.EXACT}{PHRASE}"), 0),
            (FnTagger(rf"(?<![^\s(:+\-]){ours.EXACT}(?P<text>{WORD}++)(?![*?])", Exact), 0),
            (FnTagger(ORDINARY_WORD, syntax.WordNode), FIRST),
            (FnTagger(rf"(?P<text>(?:(?<![^\s(:])~+)?{WORD}+)", syntax.WordNode), LAST),
        ]


class Parser(QueryParser):
    """QueryParser, which asks its plugins anew for every query what they bring."""

    def __init__(self, chosen: list[Any]) -> None:
        super().__init__(None, None, group=Together, plugins=chosen)
        self._taggers: list[Any] = super().taggers()
        self._filters: list[Any] = super().filters()

    def _add_ws_plugin(self) -> None:
        self.add_plugin(Spaces())

    def taggers(self) -> list[Any]:
        return self._taggers

    def filters(self) -> list[Any]:
        return self._filters


@cache
def query_parser(words: frozenset[str]) -> Parser:
    """The parser of the language; words: the operators in letters that are none."""
    chosen: list[Any] = [
        SingleQuotes(r"(?<=:)'(?P<text>[^']*)'(?=[\s)^]|$)"),
        plugins.FieldsPlugin(ours.FIELD, remove_unknown=False),
        Comparisons(ours.COMPARISON),
        Ranges(expr=re.compile(ours.RANGE)),
        Words(),
        plugins.PhrasePlugin(PHRASE),
        # The order matters below: a boost may stand behind a group, a pattern or a fuzzy word.
        Wildcards(rf"(?P<text>{WORD}*[*?](?:{WORD}|[*?])*)"),
        plugins.GroupPlugin(),
        plugins.FuzzyTermPlugin(ours.FUZZY),
        plugins.BoostPlugin(r"\^(?P<boost>[0-9]*(\.[0-9]+)?)($|(?=[\s)]))"),
        plugins.OperatorsPlugin(ops=_operators(words), clean=True),
    ]
    return Parser(chosen)


def _operators(words: frozenset[str]) -> list[tuple[plugins.OperatorsPlugin.OpTagger, int]]:
    """In the order of binding, the tightest first."""
    op = plugins.OperatorsPlugin.OpTagger

    def word(english: str) -> str:
        equal = (ours.INFIX | ours.PREFIX)[english]
        names = [name for name in (english, equal) if name is not None and name not in words]
        return f"{ours.WORD_BEFORE}(?:{'|'.join(names) or NEVER}){ours.WORD_AFTER}"

    return [
        (op(f"{ours.MINUS}|{word('NOT')}", syntax.NotGroup, syntax.PrefixOperator), 0),
        (op(ours.PLUS, Must, syntax.PrefixOperator), 0),
        (op(word("AND"), syntax.AndGroup), 0),
        (op(word("OR"), syntax.OrGroup), 0),
        (op(word("ANDNOT"), syntax.AndNotGroup), 0),
        (op(word("ANDMAYBE"), syntax.AndMaybeGroup), 0),
        (op(word("REQUIRE"), syntax.RequireGroup), 0),
    ]

"""Does the generated archive look like real news? The statistics that an index feels, for both, side by side.

Every real collection is followed by as many generated tokens of its language, because shares of forms depend
on how much was read. Tokens and forms are the tokeniser's: folded, a hyphenated word whole and in parts.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from statistics import fmean, median
from typing import Any

import click

from benchmarks.corpora import real
from benchmarks.corpora.archive import Archive, Language
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize

# What is read as one text: its language and collections.
_SAMPLES: tuple[tuple[Language, tuple[str, ...]], ...] = (
    ("en", ("en_reuters21578",)),
    ("en", ("time",)),
    ("en", ("tg_same_event", "wmt_en_ru_docs")),
    ("ru", ("ru_business_ksilisk",)),
    ("ru", ("ru_nerel_news",)),
    ("ru", ("ru_factrueval",)),
    ("ru", ("tg_same_event",)),
    ("ru", ("ru_business_ksilisk", "ru_nerel_news", "ru_factrueval", "tg_same_event")),
)
# The first shares are of tokens, those behind the forms of forms.
_HEADINGS = (
    "text|documents|tokens|a document|middle one|terms in one|letters|stop|digits|hyphens"
    "|forms|once|digits|hyphens|unknown"
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Statistics of a text; every share is of 1.

    mean_length, median_length: tokens of a document; letters: of a token; terms: distinct ones of a document; stop, digits, hyphens: of
    tokens; once, form_digits, form_hyphens: of forms; unknown: of forms in Cyrillic letters, those that
    pymorphy3's dictionary does not hold.
    """

    documents: int
    tokens: int
    mean_length: float
    median_length: float
    terms: float
    letters: float
    stop: float
    digits: float
    hyphens: float
    forms: int
    once: float
    form_digits: float
    form_hyphens: float
    unknown: float


class Reading:
    """Reads texts one by one; ``likeness`` may be asked at any time."""

    def __init__(self) -> None:
        self._analyze = cache(Analyzer().analyze)
        self._seen: Counter[str] = Counter()
        self._lengths: list[int] = []
        self._terms: list[int] = []
        self.tokens = 0

    def add(self, text: str) -> None:
        """Reads one document."""
        forms = [token[0] for token in tokenize(text)]
        self._seen.update(forms)
        self._lengths.append(len(forms))
        self._terms.append(len({term for form in set(forms) for term in self._analyze(form).terms}))
        self.tokens += len(forms)

    def likeness(self) -> Likeness:
        """The statistics of what was read so far."""
        seen = self._seen
        stop = sum(times for form, times in seen.items() if self._analyze(form).stop)
        digits = [form for form in seen if any(letter.isdigit() for letter in form)]
        hyphens = [form for form in seen if "-" in form]
        cyrillic = [form for form in seen if all("а" <= letter <= "я" for letter in form)]
        return Likeness(
            documents=len(self._lengths),
            tokens=self.tokens,
            mean_length=fmean(self._lengths),
            median_length=median(self._lengths),
            terms=fmean(self._terms),
            letters=sum(len(form) * times for form, times in seen.items()) / self.tokens,
            stop=stop / self.tokens,
            digits=sum(seen[form] for form in digits) / self.tokens,
            hyphens=sum(seen[form] for form in hyphens) / self.tokens,
            forms=len(seen),
            once=sum(times == 1 for times in seen.values()) / len(seen),
            form_digits=len(digits) / len(seen),
            form_hyphens=len(hyphens) / len(seen),
            unknown=sum(not _known(form) for form in cyrillic) / max(len(cyrillic), 1),
        )


@cache
def _dictionary() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@cache
def _known(form: str) -> bool:
    return bool(_dictionary().word_is_known(form))


def real_texts(language: Language, names: tuple[str, ...], data: Path) -> list[str]:
    """Titles and texts of collections in one language, mixed in an order given by a hash, as days mix the news."""
    found = [
        (zlib.crc32(document["id"].encode()), f"{document['title']}\n{document['text']}")
        for name in names
        for document in real.documents(name, data)
        if document.get("lang", language) == language
    ]
    return [text for _, text in sorted(found)]


def generated_texts(archive: Archive, language: Language) -> Iterator[str]:
    """The documents of the archive in one language, without end."""
    for number in count(int(language == "ru"), 2):
        article = archive.article(number)
        yield f"{article['title']}\n{article['text']}"


def table(rows: list[tuple[str, Likeness]]) -> str:
    """Aligned text, a line for each."""
    heads = tuple(_HEADINGS.split("|"))
    cells: list[tuple[str, ...]] = [heads]
    for name, it in rows:
        shares = (it.stop, it.digits, it.hyphens)
        form_shares = (it.once, it.form_digits, it.form_hyphens, it.unknown)
        lengths = (it.mean_length, it.median_length, it.terms)
        line = [name, f"{it.documents:,}", f"{it.tokens:,}"]
        line += [f"{length:.0f}" for length in lengths]
        line += [f"{it.letters:.2f}", *(f"{share:.2%}" for share in shares)]
        line += [f"{it.forms:,}", *(f"{share:.1%}" for share in form_shares)]
        cells.append(tuple(line))
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        for line in cells
    )


@click.command("likeness")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--tokens", type=click.IntRange(1), multiple=True, help="Also as many generated ones of each language."
)
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=real.DATA, help="The collections."
)
def command(seed: int, tokens: tuple[int, ...], data: Path) -> None:
    """Statistics of the generated archive beside those of real news."""
    archive = Archive(seed)
    for language in ("en", "ru"):
        rows: list[tuple[int, str, Likeness | None]] = [(size, "", None) for size in tokens]
        for sample_language, names in _SAMPLES:
            absent = [why for name in names if (why := real.missing(name, data))]
            for why in absent if sample_language == language else []:
                click.echo(why, err=True)
            if sample_language != language or absent:
                continue
            reading = Reading()
            for text in real_texts(language, names, data):
                reading.add(text)
            rows.append((reading.tokens, " + ".join(names), reading.likeness()))
        generated = Reading()
        texts = generated_texts(archive, language)
        shown: list[tuple[str, Likeness]] = []
        for size, name, found in sorted(rows, key=lambda row: row[:2]):
            while generated.tokens < size:
                generated.add(next(texts))
            shown += [(name, found)] if found else []
            shown.append((f"generated {language}", generated.likeness()))
        if shown:
            click.echo("\n" + table(shown))

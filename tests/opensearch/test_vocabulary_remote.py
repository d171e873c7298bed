"""Is what was meant, and what a word may become, told by a cluster as by an index on disk?"""

from __future__ import annotations

import json
import random
import uuid
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import test_completion
import test_suggestion
from shell_archive import DOCUMENTS, answer, search

from benchmarks.corpora.archive import Archive
from benchmarks.measures.suggestions import Language, misspelt, queries
from searchlib import Definition, Field, QueryError
from searchlib.definitions import NEWS
from searchlib.language import Analyzer
from searchlib.language._tokens import tokenize
from searchlib.language.analyzer import Analysis
from searchlib.remote.figures import Counting
from searchlib.remote.index import RemoteIndex
from searchlib.vocabulary.completion import Completions
from searchlib.vocabulary.words import LAST, Likely, Words

from .server import Cluster
from .twins import Twins, remove, sample_archive, twins

pytestmark = pytest.mark.slow

GENERATED = 1_500  # documents
LANGUAGES: tuple[Language, ...] = ("en", "ru")
EACH = 40  # misspelt queries of a language
UNDATED = Definition((Field("title", "text", 2.0), Field("text", "text")))


def numbered(texts: list[str]) -> list[dict[str, Any]]:
    return [{"id": str(number), "text": text} for number, text in enumerate(texts)]


@pytest.fixture(scope="module")
def made(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Definition, list[str]], Twins]]:
    """Twins of texts."""
    with ExitStack() as stack:
        yield lambda definition, texts: stack.enter_context(
            twins(cluster.urls[0], tmp_path_factory.mktemp("twins") / "i", definition, [numbered(texts)])
        )


@pytest.fixture(scope="module")
def meant(made: Callable[[Definition, list[str]], Twins]) -> Twins:
    """The archive that suggestions are tested on, without dates."""
    return made(UNDATED, test_suggestion.TEXTS * 3)


@pytest.fixture(scope="module")
def begun(made: Callable[[Definition, list[str]], Twins]) -> Twins:
    """The one of completions."""
    return made(test_completion.DEFINITION, test_completion.TEXTS * 2)


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("саммт", "саммит"),
        ("Саммитт", "Саммит"),
        ("журналситов", "журналистов"),
        ("тасмагамбетв", "Тасмагамбетов"),
        ("безопастности", "безопасности"),
        ("goverment", "government"),
        ("ceasephire", "ceasefire"),
        ("SUMIT", "SUMMIT"),
        ("fairwether", "Fairweather"),
        ("саммит ОДБК", "саммит ОДКБ"),
        ("саммит ОДКБ правительсво", "саммит ОДКБ правительство"),
        ("pravitelstvo sumit", "правительство summit"),
        ("tiumen'", "Тюмень'"),
        ("summit ghbdtn", "summit привет"),
        ("the Parliment", None),
        ("the Fairwether", "the Fairweather"),
        ('+саммт НЕ правительсво "глав государст"', '+саммит НЕ правительство "глав государст"'),
        ("=саммт sumit", "=саммт summit"),
        *((right, None) for right in ("саммитами", "odkb", "one", "xy", "2024", "the", "quetzalcoatlus")),
        *((right, None) for right in ("стол", "самшит", "саммт*", "x" * 600, "саммт " * 40)),
    ],
)
def test_what_was_meant(meant: Twins, query: str, suggestion: str | None) -> None:
    assert meant.disk.search(query).suggestion == suggestion
    meant.same(lambda index: index.search(query).suggestion)


def test_every_word_of_three_documents_is_right(meant: Twins) -> None:
    words = {word.strip(".,;") for text in test_suggestion.TEXTS for word in text.split()}
    assert len(words) > 80
    remote = meant.remotes[3]
    assert [word for word in sorted(words) if remote.search(f"{word} {word}").suggestion] == []


def test_a_query_in_the_wrong_layout_is_repaired_and_right_then(meant: Twins) -> None:
    for query in ("ghbdtn", "cfvvbn jlr,", "еру ыгььше"):
        meant.same(lambda index, query=query: (index.search(query).repaired, index.search(query).suggestion))  # type: ignore[misc]
        meant.same(lambda index, query=query: index.search(query, repair=False).suggestion)  # type: ignore[misc]


def test_the_other_words_choose(made: Callable[[Definition, list[str]], Twins]) -> None:
    texts = ["the castle stood by the river"] * 6 + ["the cattle grazed in the meadow"] * 6
    both = made(UNDATED, texts + [f"filler number{n} talk" for n in range(40)])
    for remote in both.remotes.values():
        assert remote.search("cabtle river").suggestion == "castle river"
        assert remote.search("meadow cabtle").suggestion == "meadow cattle"


def test_a_right_query_asks_for_nothing_more(meant: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    results = meant.remotes[3].search("саммит правительство")
    asked: list[object] = []
    monkeypatch.setattr(Counting, "ask", lambda self, *to: asked.append(self))
    assert results.suggestion is None
    assert asked == []


def test_all_words_of_a_long_name_are_counted_at_once(
    made: Callable[[Definition, list[str]], Twins],
) -> None:
    """Each by itself they would take more rounds than a question has."""
    both = made(UNDATED, ["The United Nations Educational, Scientific and Cultural Organization met"])
    assert both.disk.search("unesco").ids == ["0"]
    both.same(lambda index: (index.search("unesco").ids, index.search("unesco").suggestion))


@pytest.mark.parametrize(
    ("text", "completions"),
    [
        ("тасма", ["Тасмагамбетов"]),
        ("ТАСМА", ["ТАСМАГАМБЕТОВ"]),
        ("nfcvf", ["Тасмагамбетов"]),
        ("одк", ["ОДКБ"]),
        ("Самоле", ["Самолет", "Самолета"]),
        ("самолё", ["самолет", "самолета"]),
        ("itu", ["iTunes"]),
        ("nat", ["NATO"]),
        ("title:одк", ["title:ОДКБ"]),
        ("саммит -одк", ["саммит -ОДКБ"]),
        *((text, []) for text in ("", "саммит ", "xyzzy", "--одк", "од*", "th", "а" * 5000)),
    ],
)
def test_what_a_text_may_become(begun: Twins, text: str, completions: list[str]) -> None:
    assert begun.disk.complete(text) == completions
    begun.same(lambda index: index.complete(text))


def test_short_beginnings_have_the_same_words(begun: Twins) -> None:
    """Their order is not the same: frequencies of a word's forms are estimated on disk."""
    for text in ("са", "о", "т", "s", "summ", "summer f", "щ"):
        begun.same(lambda index, text=text: sorted(index.complete(text, limit=30)))  # type: ignore[misc]


def test_stop_words_are_left_out(begun: Twins) -> None:
    for remote in begun.remotes.values():
        assert "на" not in remote.complete("н")
        assert remote.complete("w") == []


def test_hyphens(made: Callable[[Definition, list[str]], Twins]) -> None:
    both = made(UNDATED, ["Мы едем в Санкт-Петербург и в Усть-Илимск"] * 3)
    for remote in both.remotes.values():
        assert remote.complete("санкт-п") == ["Санкт-Петербург"]
        assert remote.complete("санкт-") == ["Санкт-Петербург"]
        assert remote.complete("усть-и") == ["Усть-Илимск"]
        assert remote.search("усть-илимкс").suggestion == both.disk.search("усть-илимкс").suggestion


def test_two_inflections_of_a_word_until_there_are_no_others(
    made: Callable[[Definition, list[str]], Twins],
) -> None:
    forms = ["саммит", "саммита", "саммиту", "саммитом", "саммите", "саммиты"]
    texts = [f"{form} {form}" for n, form in enumerate(forms) for _ in range(9 - n)]
    both = made(UNDATED, [*texts, "самовар", "самокат"])
    for remote in both.remotes.values():
        assert remote.complete("сам", limit=4) == ["саммит", "саммита", "самовар", "самокат"]
        assert remote.complete("самм", limit=3) == ["саммит", "саммита", "саммиту"]


def test_fresh_words_come_before_stale_ones(cluster: Cluster, tmp_path: Path) -> None:
    words = [("кризис", "2015-03-01")] * 6 + [("кристалл", "2024-03-01")] * 3 + [("критик", None)]
    records = [{"id": str(n), "text": word, "date": date} for n, (word, date) in enumerate(words)]
    with twins(cluster.urls[0], tmp_path / "i", test_completion.DEFINITION, [records]) as both:
        assert both.disk.complete("кри") == ["кристалл", "кризис", "критик"]
        both.same(lambda index: index.complete("кри"))


def test_the_other_words_are_listened_to(made: Callable[[Definition, list[str]], Twins]) -> None:
    texts = ["summit of leaders"] * 6 + ["cooking with leeks"] * 6 + ["leather boots"] * 12
    both = made(UNDATED, texts)
    for text in ("le", "summit le", "cooking le", "the le"):
        both.same(lambda index, text=text: index.complete(text))  # type: ignore[misc]
    assert both.remotes[3].complete("cooking le")[0] == "cooking leeks"


def test_what_was_committed_is_completed(cluster: Cluster, tmp_path: Path) -> None:
    with twins(cluster.urls[0], tmp_path / "i", UNDATED, [numbered(["мир"])]) as both:
        for remote in both.remotes.values():
            assert remote.complete("зв") == []
            with remote.writer() as writer:
                writer.add({"id": "new", "text": "звезда и звезды"})
            assert sorted(remote.complete("зв")) == ["звезда", "звезды"]
            with remote.writer() as writer:
                writer.delete("new")
            assert remote.complete("зв") == []


def test_texts_that_are_not_stored_are_told(cluster: Cluster, tmp_path: Path) -> None:
    unread = Definition((Field("text", "text", stored=False),))
    with twins(cluster.urls[0], tmp_path / "i", unread, [numbered(["Вчера говорили об ОДКБ"] * 40)]) as both:
        for remote in both.remotes.values():
            with pytest.raises(QueryError, match="no text is stored in this index"):
                remote.complete("одк")
            assert remote.search("говорлии").suggestion == both.disk.search("говорлии").suggestion
    partly = Definition((Field("title", "text"), Field("text", "text", stored=False)))
    records = [{"id": "1", "title": "Обед", "text": "Обедня"}]
    with twins(cluster.urls[0], tmp_path / "p", partly, [records]) as both:
        assert [remote.complete("обе") for remote in both.remotes.values()] == [["обед"]] * 2


def test_what_is_asked_wrongly(begun: Twins, cluster: Cluster) -> None:
    remote = begun.remotes[1]
    for limit in (0, True, 2.0):
        with pytest.raises(ValueError, match="limit is a number from 1"):
            remote.complete("а", limit=limit)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a text is a str"):
        remote.complete(None)  # type: ignore[arg-type]


def test_sample_archive(cluster: Cluster, tmp_path: Path) -> None:
    definition, records = sample_archive()
    with twins(cluster.urls[0], tmp_path / "i", definition, [records]) as both:
        words = sorted({word for record in records for word in record["text"].split() if word.isalpha()})
        shares = []
        for word in random.Random(4).sample(words, 25):
            low = word.lower().replace("ё", "е")
            typed = low[:1] + low[2:3] + low[1:2] + low[3:]
            wanted = both.disk.search(typed, limit=1).suggestion
            begun = set(both.disk.complete(low[:3], limit=40))
            for remote in both.remotes.values():
                found = remote.search(typed, limit=1).suggestion
                assert found == wanted or (found is not None and found.lower() == low), (typed, wanted)
                shares.append(len(begun & set(remote.complete(low[:3], limit=40))) / max(1, len(begun)))
        assert sum(shares) / len(shares) > 0.95


@pytest.fixture(scope="module")
def generated(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    archive = Archive(7)
    records = [dict(archive.article(number)) for number in range(GENERATED)]
    folder = tmp_path_factory.mktemp("generated") / "index"
    with twins(cluster.urls[0], folder, NEWS, [records]) as made:
        yield made


@pytest.mark.parametrize("language", LANGUAGES)
def test_generated_archive_suggests_alike(generated: Twins, language: Language) -> None:
    """Frequencies are exact here and estimated on disk. So what differs is mostly what was meant, and found here only."""
    chance = random.Random(2)
    right = list(queries(_articles(language), language, chance))
    wrong = list(misspelt(right[:EACH], language, chance))
    wanted = [generated.disk.search(one.typed, limit=1).suggestion for one in wrong]
    assert sum(one is not None for one in wanted) > EACH / 3
    for remote in generated.remotes.values():
        found = [remote.search(one.typed, limit=1).suggestion for one in wrong]
        worse = [
            (one.typed, disk, own)
            for one, disk, own in zip(wrong, wanted, found, strict=True)
            if own != disk and (own is None or own.lower() != one.meant)
        ]
        assert len(worse) <= 0.03 * EACH, worse
        for query in right[EACH : EACH + 20]:
            assert (
                remote.search(query, limit=1).suggestion == generated.disk.search(query, limit=1).suggestion
            )


class Counted(Words):
    """The words of documents that are at hand, with exact counts: what a cluster's are told from a sample of."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        analyzer = Analyzer(NEWS.languages)
        super().__init__(cache(lambda form: Analysis(*analyzer.analyze(form))))
        self.counts: Counter[str] = Counter()
        self.dates: dict[str, dict[int, int]] = {}  # by term, of its documents
        for number, record in enumerate(records):
            forms = {token[0] for name in ("title", "text") for token in tokenize(record[name])}
            self.counts.update(forms)
            date = int(datetime.fromisoformat(record["date"]).timestamp())
            for form in forms:
                self.dates.setdefault(form, {})[number] = date
        self.forms = sorted(self.counts)
        self.last = max(date for dates in self.dates.values() for date in dates.values())
        self.begun: dict[str, list[str]] = {}

    @property
    def total(self) -> int:
        raise AssertionError

    @property
    def newest(self) -> int:
        return self.last

    def frequency(self, form: str) -> float:
        raise AssertionError

    def documents(self, form: str) -> int:
        raise AssertionError

    def near(self, form: str, most: int) -> list[Likely]:
        raise AssertionError

    def farther(self, form: str, most: int) -> list[Likely]:
        raise AssertionError

    def continued(self, beginning: str, most: int) -> list[tuple[str, float, str]]:
        forms = [form for form in self.beginning(beginning) if not self.analyze(form).stop]
        forms.sort(key=lambda form: (-self.counts[form], form))
        self.begun.clear()
        for form in forms[:most]:
            self.begun.setdefault(self.analyze(form).terms[0], []).append(form)
        return [(form, self.counts[form], self.analyze(form).terms[0]) for form in forms[:most]]

    def beginning(self, beginning: str) -> list[str]:
        low, high = (bisect_left(self.forms, edge) for edge in (beginning, beginning + "\U0010ffff"))
        return self.forms[low:high]

    def last_date(self, term: str) -> int:
        dates = {n: date for form in self.begun[term] for n, date in self.dates[form].items()}
        return max(dates[number] for number in sorted(dates)[-LAST:])

    def last_documents(self, term: str) -> list[int]:
        raise AssertionError

    def stored(self, document: Any) -> dict[str, Any]:
        raise AssertionError


@pytest.fixture(scope="module")
def counted() -> Counted:
    archive = Archive(7)
    return Counted([dict(archive.article(number)) for number in range(GENERATED)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_beginning_of_few_documents_is_completed_by_exact_counts(
    generated: Twins, counted: Counted, language: Language
) -> None:
    naive = Completions(counted)
    drawn = queries(_articles(language), language, random.Random(3))
    asked = sorted({query.split()[0][:4] for query in drawn})[:30]
    asked = [one for one in asked if sum(counted.counts[form] for form in counted.beginning(one)) < 250]
    assert len(asked) > 15
    for beginning in asked:
        wanted = [one.form for one in naive.of(beginning, 10)]
        for remote in generated.remotes.values():
            assert [one.lower() for one in remote.complete(beginning)] == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_beginning_is_completed_by_what_most_documents_have(
    generated: Twins, counted: Counted, language: Language
) -> None:
    naive = Completions(counted)
    beginnings = sorted(
        {
            query[:letters]
            for query in queries(_articles(language), language, random.Random(3))
            for letters in (1, 2)
        }
    )
    shares, first = [], 0
    for beginning in random.Random(1).sample(beginnings, 16):
        wanted = [one.form for one in naive.of(beginning, 10)]
        found = [one.lower() for one in generated.remotes[3].complete(beginning)]
        shares.append(len(set(wanted) & set(found)) / len(wanted))
        first += wanted[0] in found
    assert sum(shares) / len(shares) > 0.8
    assert first >= 15


def _articles(language: Language) -> list[dict[str, Any]]:
    archive = Archive(7)
    return [dict(archive.article(n)) for n in range(GENERATED) if archive.language(n) == language]


def test_the_command_completes_and_suggests(cluster: Cluster) -> None:
    url = f"{cluster.urls[0].replace('http', 'opensearch')}/cli-{uuid.uuid4().hex}"
    try:
        with RemoteIndex.create(url, shards=2, replicas=0) as index, index.writer() as writer:
            for number in range(3):
                for one in DOCUMENTS:
                    writer.add({**one, "id": f"{one['id']}-{number}"})
        assert search("complete", "--index", url, "--limit", "2", "са").stdout == "саммит\nсаммиту\n"
        assert search("complete", "--index", url, "саммит", "-нат").stdout == "саммит -НАТО\n"
        found = json.loads(search("complete", "--json", "--index", url, "cfv").stdout)
        assert (found["text"], found["completions"][0]) == ("cfv", "саммит")
        assert "\nDid you mean: summit\n" in search("--index", url, "--no-color", "sumit").stdout
        assert answer("--index", url, "Самит")["suggestion"] == "Саммит"
    finally:
        remove(url)

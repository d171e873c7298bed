"""Does the sample archive still hold everything that the examples and the language tests look for?

These tests read the file alone, without the engine, so a failure here means that the archive changed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

INDEXES = Path(__file__).resolve().parent.parent / "indexes"
SAMPLE = INDEXES / "sample.jsonl"

CYRILLIC = re.compile(r"[\u0400-\u052f]")
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
OTHER_LANGUAGES = {"uk", "bg", "kk", "fr"}
REQUIRED = {"id", "title", "text", "date", "url", "source", "tags"}
OPTIONAL = {"lang", "author", "event"}


def load() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


ARTICLES = load()
BY_ID = {article["id"]: article for article in ARTICLES}
EVERYTHING = "\n".join(f"{article['title']}\n{article['text']}" for article in ARTICLES)


def language(article: dict[str, Any]) -> str:
    """The language that the site files the article under: the first part of its address."""
    url: str = article["url"]
    return urlsplit(url).path.split("/")[1]


def pairs() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The events told in both languages: (English, Russian)."""
    stems = [i.removesuffix("-en") for i in BY_ID if i.endswith("-en")]
    return [(BY_ID[f"{stem}-en"], BY_ID[f"{stem}-ru"]) for stem in stems if f"{stem}-ru" in BY_ID]


def words(text: str) -> list[str]:
    return re.findall(r"[\w\u0301\u00ad]+(?:-\w+)*", text)


def is_cyrillic(text: str) -> bool:
    return len(CYRILLIC.findall(text)) > len(LATIN.findall(text))


def test_one_unescaped_utf8_object_a_line() -> None:
    raw = SAMPLE.read_bytes()
    assert raw.endswith(b"\n") and b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf")
    assert b"\\u" not in raw, "Cyrillic must be readable in the file itself"
    lines = raw.decode("utf-8").removesuffix("\n").split("\n")
    assert len(lines) == len(ARTICLES) and all(line.startswith('{"id": ') for line in lines)


def test_enough_articles_in_each_language() -> None:
    counts = Counter(language(article) for article in ARTICLES)
    assert counts["en"] >= 33 and counts["ru"] >= 33
    assert {code for code in counts if code not in {"en", "ru"}} == OTHER_LANGUAGES
    for article in ARTICLES:
        assert is_cyrillic(article["text"]) == (language(article) in {"ru", "uk", "bg", "kk"}), article["id"]


def test_ids_and_addresses_are_unique() -> None:
    assert len(BY_ID) == len(ARTICLES)
    assert len({article["url"] for article in ARTICLES}) == len(ARTICLES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i) for i in BY_ID)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_fields(article: dict[str, Any]) -> None:
    assert set(article) >= REQUIRED and set(article) <= REQUIRED | OPTIONAL
    for name, value in article.items():
        assert isinstance(value, list if name == "tags" else str) and value, name
    assert 1 <= len(article["tags"]) <= 4 and len(set(article["tags"])) == len(article["tags"])
    assert 80 <= len(article["text"].split()) <= 200
    assert article["text"].count("\n\n") >= 2 and "\n\n\n" not in article["text"]
    assert article["text"] == article["text"].strip() and "  " not in article["text"]
    assert article.get("lang", language(article)) == language(article)

    when = datetime.fromisoformat(article["date"])
    assert date(2023, 11, 1) <= when.date() <= date(2025, 3, 31)
    assert ("T" in article["date"]) == (when.tzinfo is not None), "a time of day needs its offset"
    address = urlsplit(article["url"])
    assert address.scheme == "https" and re.search(r"\.example\.(org|com|net)$", address.netloc)


def test_dates_cover_the_period_and_both_notations() -> None:
    assert len({article["date"][:7] for article in ARTICLES}) >= 15
    moments = [article["date"] for article in ARTICLES if "T" in article["date"]]
    assert 10 <= len(moments) < len(ARTICLES) / 2
    assert len({moment[19:] for moment in moments}) >= 4, "several offsets, Z among them"
    assert any(moment.endswith("Z") for moment in moments)


def test_sources_and_optional_fields() -> None:
    counts = Counter(article["source"] for article in ARTICLES)
    assert 3 <= len(counts) <= 5 and min(counts.values()) >= 8
    hosts = {(article["source"], urlsplit(article["url"]).netloc) for article in ARTICLES}
    assert len(hosts) == len(counts), "one site for each source"
    for name, least in (("lang", 4), ("author", 3), ("event", 10)):
        assert least <= sum(name in article for article in ARTICLES) < len(ARTICLES) / 2, name


def test_events_told_in_both_languages() -> None:
    told_twice = pairs()
    assert len(told_twice) >= 12
    paired = {article["id"] for pair in told_twice for article in pair}
    assert {i for i in BY_ID if i.endswith(("-en", "-ru"))} == paired, "an id of a pair without its partner"
    for english, russian in told_twice:
        assert (language(english), language(russian)) == ("en", "ru")
        assert english["date"] == russian["date"]
        assert english.get("event") == russian.get("event")
        assert english["tags"][0] == russian["tags"][0]


def test_reprints_are_near_duplicates() -> None:
    reprints = [article for article in ARTICLES if article["id"].endswith("-reprint")]
    assert 2 <= len(reprints) <= 3
    for reprint in reprints:
        stem = reprint["id"].removesuffix("-reprint")
        original = set(words(BY_ID[f"{stem}-{language(reprint)}"]["text"]))
        copy = set(words(reprint["text"]))
        assert copy != original
        assert len(copy & original) / len(copy) > 0.8
        assert reprint["source"] != BY_ID[f"{stem}-{language(reprint)}"]["source"]


def test_no_other_article_repeats_another() -> None:
    bags = [
        (article["id"], set(words(article["text"].lower())))
        for article in ARTICLES
        if not article["id"].endswith("-reprint")
    ]
    for n, (one, left) in enumerate(bags):
        for other, right in bags[n + 1 :]:
            assert len(left & right) / len(left | right) < 0.3, (one, other)


@pytest.mark.parametrize(
    "forms",
    [
        "Тасмагамбетов Тасмагамбетова Тасмагамбетову Тасмагамбетовым",
        "Прозоряев Прозоряева Прозоряевым",
        "саммит саммита саммите саммиту саммиты саммитов саммитами",
        "учения учений учениях учениям учениями",
        "безопасность безопасности безопасностью",
        "самолёт самолёта самолёту самолёте самолет",
        "замок замка замку замке замком замков",
        "сталь стали",
        "банки банка банкам банках банкой",
        "выборы выборов выборам выборах",
        "вице-премьер вице-премьеру вице-премьером",
        "миротворцы миротворцев миротворцу миротворческих миротворческие",
        "saw found left leaves lead leader leads",
        "peacekeepers peacekeeping",
        "election elections",
    ],
)
def test_inflected_forms(forms: str) -> None:
    present = {word.lower() for word in words(EVERYTHING.replace("\u0301", ""))}
    assert {form.lower() for form in forms.split()} <= present


@pytest.mark.parametrize(
    "phrase",
    [
        *("коллективная безопасность", "коллективной безопасности", "коллективную безопасность"),
        *("коллективной безопасностью", "collective security", "саммит глав государств", "heads of state"),
        *("Алексей Семёнов", "Алексей Семенов", " ещё ", " еще "),
        *("военно-политическ", "Санкт-Петербург", "генерал-лейтенант", "COVID-19", "Су-30"),
        *("CSTO", "ОДКБ", " UN ", "ООН", "U.S.", " US ", "The EU ", " ЕС ", "WHO", "ВОЗ", "EAEU", "ЕАЭС"),
        *("SCO", "ШОС", "CIS", "СНГ", "Russia's", "Secretary General’s", "Imangali Tasmagambetov"),
        *("June 6, 2024", "1 January 2025", "6 июня 2024 года", "1,500", "1\u00a0500", "2\u00a0300"),
        *("3,5 часа", "2,4\u00a0%", "2.25 percent", "за\u0301мок", "замо\u0301к", "Со\u00adвет"),
        *("Back to all news", "Назад ко всем новостям", "In brief:", "Коротко:", "«", "“", '"'),
    ],
)
def test_phenomenon_is_present(phrase: str) -> None:
    assert phrase in EVERYTHING


def test_exactly_one_word_mixes_alphabets() -> None:
    mixed = [word for word in re.findall(r"\w+", EVERYTHING) if CYRILLIC.search(word) and LATIN.search(word)]
    assert mixed == ["Cовет"] and mixed[0][0].isascii()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("цены на сталь", "строители стали"),
        ("стеклянной банки", "крупные банки"),
        ("старинный замок", "дверной замок"),
        ("a saw from every decade", "they saw"),
        ("lead pipes", "took the lead"),
        ("leaves of the same trees", "leaves office"),
    ],
)
def test_homonyms_are_used_in_both_senses(one: str, other: str) -> None:
    assert one in EVERYTHING.lower() and other in EVERYTHING.lower()


def test_definition_describes_the_archive() -> None:
    definition = tomllib.loads((INDEXES / "sample.toml").read_text(encoding="utf-8"))
    assert definition["languages"] == ["en", "ru"]
    assert [(INDEXES / source).resolve() for source in definition["sources"]] == [SAMPLE]
    assert set(definition["fields"]) == (REQUIRED | {"lang"}) - {"id"}


def test_the_readme_counts_right() -> None:
    readme = " ".join((INDEXES / "README.md").read_text(encoding="utf-8").split())
    counts = Counter(language(article) for article in ARTICLES)
    assert f"{len(ARTICLES)} short articles" in readme
    assert f"{counts['en']} English, {counts['ru']} Russian" in readme
    assert f"{len(pairs())} events are told in both languages" in readme

"""Acronyms, countries and names of one's own find what is written otherwise, and do no harm where they cannot."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import Index
from searchlib.definition_files import load_definition
from searchlib.definitions import NEWS, Definition
from searchlib.language import Analyzer, synonyms
from searchlib.language._tokens import tokenize
from searchlib.language.synonym_table import Table
from searchlib.language.synonyms import Synonyms, read, rule_of, shipped

SHIPPED = Path(synonyms.__file__).with_suffix(".txt")
TEXTS = {
    "csto ru": "Лидеры ОДКБ встретились в столице",
    "csto full ru": "Саммит Организации Договора о коллективной безопасности",
    "csto en": "The CSTO leaders met",
    "csto full en": "A summit of the Collective Security Treaty Organization",
    "security": "A treaty on collective bargaining",
    "who ru": "ВОЗ сообщила о вспышке",
    "who full ru": "Доклад Всемирной организации здравоохранения",
    "who full en": "The World Health Organization warned everyone",
    "pronoun": "People who know us and keep the pace",
    "germany ru": "Канцлер Германии подал в отставку",
    "germany en": "German voters: Germany decides",
    "lions": "Лев Толстой писал о львах",
    "lviv": "A concert in Lviv",
    "pace": "Делегация вернулась в ПАСЕ",
    "timor": "Парламент Тимора-Лешти",
    "timor en": "East Timor holds a vote",
    "usa": "США ввели пошлины",
    "aid": "Humanitarian aid arrived",
    "hiv": "Лекарство от СПИДа",
}


def built(folder: Path, definition: Definition, texts: dict[str, str] = TEXTS) -> Index:
    index = Index.create(folder, replace(definition, names=False))
    with index.writer() as writer:
        for name, text in texts.items():
            writer.add({"id": name, "title": "", "text": text})
    index.refresh()
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return built(tmp_path_factory.mktemp("names") / "index", NEWS)


@pytest.fixture(scope="module")
def nameless(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return built(tmp_path_factory.mktemp("names") / "index", replace(NEWS, acronyms=False))


def found(index: Index, query: str, **options: object) -> set[str]:
    return set(index.search(query, limit=100, **options).ids)  # type: ignore[arg-type]


CSTO = {"csto ru", "csto full ru", "csto en", "csto full en"}


@pytest.mark.parametrize("query", ["CSTO", "csto", "ОДКБ", "одкб", "  ОДКБ "])
def test_an_acronym_finds_all_names(index: Index, query: str) -> None:
    assert found(index, query) == CSTO


@pytest.mark.parametrize(
    "query",
    [
        "collective security treaty organization",
        "Collective Security Treaty Organisation",
        *(
            f"{case} Договора о коллективной безопасности"
            for case in ("Организация", "организации", "Организацию")
        ),
        "ОРГАНИЗАЦИЕЙ ДОГОВОРА О КОЛЛЕКТИВНОЙ БЕЗОПАСНОСТИ",
    ],
)
@pytest.mark.parametrize("match", ["all", 3, "75%", "any"])
def test_a_full_name_finds_the_acronyms(index: Index, query: str, match: str | int) -> None:
    assert found(index, query, match=match) >= CSTO
    assert match != "all" or found(index, query, match=match) == CSTO


@pytest.mark.parametrize(
    "query",
    ["Германия", "Германии", "Германию", "Германией", "ФРГ", "Germany", "Federal Republic of Germany"],
)
def test_a_country_is_found_in_any_case_and_in_the_other_language(index: Index, query: str) -> None:
    assert found(index, query, match="all") >= {"germany ru", "germany en"}


@pytest.mark.parametrize("query", ["East Timor", "восточный тимор", "Timor-Leste"])
def test_hyphens_part_no_name(index: Index, query: str) -> None:
    assert "timor en" in found(index, query, match="all")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ОДКБ AND саммит", {"csto full ru"}),
        ("CSTO AND met", {"csto en"}),
        ("+CSTO", CSTO),
        ("text:CSTO", CSTO),
        ("title:CSTO", set()),
        ("CSTO OR ФРГ", CSTO | {"germany ru", "germany en"}),
        ("CSTO^2 lang:ru", {"csto ru", "csto full ru"}),
        ("collective security treaty organization lang:ru", {"csto ru", "csto full ru"}),
        ("(collective security treaty organization) AND leaders", {"csto en"}),
        ("=CSTO", {"csto en"}),
        ("CST*", {"csto en"}),
        ('"лидеры CSTO"', {"csto ru"}),
        ('"CSTO"', {"csto ru", "csto en"}),
        ("-CSTO", set(TEXTS) - {"csto en"}),
    ],
)
def test_names_inside_a_query(index: Index, query: str, names: set[str]) -> None:
    assert found(index, query) == names


WHO = {"who ru", "who full ru", "who full en"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ВОЗ", WHO),
        ("воз", WHO),
        ("WHO", WHO),
        ("WHO warned", WHO),
        ("who warned", {"who full en"}),
        ("WHO WARNED", {"who full en"}),  # in a query all in capitals they say nothing
        ("who", {"pronoun"}),
        ("PACE delegates", {"pronoun", "pace"}),
        ("pace", {"pronoun"}),
        ("ПАСЕ", {"pace"}),
        ("US tariffs", {"pronoun", "usa"}),
        ("us", {"pronoun"}),
        ("США", {"usa"}),
        ("СПИД", {"hiv"}),
        ("AIDS treatment", {"aid", "hiv"}),
        ("aid", {"aid"}),
        ("лев", {"lions"}),
        ("Lviv", {"lviv"}),  # "львов" would be of lions, too, but they are lions
    ],
)
def test_an_ordinary_word_is_no_acronym(index: Index, query: str, names: set[str]) -> None:
    assert found(index, query) == names


@pytest.mark.parametrize(
    "query", ["CSTO", "collective security treaty organization", "WHO warned", "Германии", '"CSTO"']
)
@pytest.mark.parametrize("match", ["any", "all"])
def test_switched_off_everything_is_as_without(index: Index, nameless: Index, query: str, match: str) -> None:
    plain = [(hit.id, hit.score) for hit in nameless.search(query, match=match)]
    assert [(hit.id, hit.score) for hit in index.search(query, match=match, synonyms=False)] == plain
    assert [(hit.id, hit.score) for hit in index.search(query, match=match)] != plain


def test_what_is_named_otherwise_counts_no_more(index: Index) -> None:
    hits = {hit.id: hit for hit in index.search("ВОЗ", explain=True)}
    assert hits["who ru"].score > hits["who full ru"].score > 0
    for hit in hits.values():
        assert hit.explanation is not None
        assert hit.explanation.value == pytest.approx(hit.score)
    assert '"всемирная организация здравоохранения"' in str(hits["who full ru"].explanation)


@pytest.mark.parametrize(
    "query", ["ВОЗ", "ВОЗ предупредила", "World Health Organization", "WHO warned", "US tariffs"]
)
@pytest.mark.parametrize(
    "options", [{}, {"match": "all"}, {"quality": "best"}, {"timeout_ms": 1e6}, {"fields": {"text": 3.0}}]
)
def test_explanations_add_up(index: Index, query: str, options: dict[str, object]) -> None:
    results = index.search(query, **options)  # type: ignore[arg-type]
    assert results.total == len(results.ids)
    for hit in results:
        assert results.explain(hit.id).value == pytest.approx(hit.score)


def test_other_names_are_marked(index: Index) -> None:
    marked = {
        hit.id: [hit.snippet.text[start:end] for start, end in hit.snippet.marks]
        for hit in index.search("CSTO")
    }
    assert marked["csto ru"] == ["ОДКБ"]
    assert marked["csto full en"] == ["Collective", "Security", "Treaty", "Organization"]


def test_what_is_like_a_document_is_told_by_its_own_words(index: Index, nameless: Index) -> None:
    alike = [(hit.id, hit.score) for hit in nameless.similar("csto ru")]
    assert [(hit.id, hit.score) for hit in index.similar("csto ru")] == alike


def test_names_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text(
        "# ours\nВышка, Высшая школа экономики, HSE\nZed\\, the Corp, Зед\nBOLT => molniya\ntram => streetcar\n",
        "utf-8",
    )
    (tmp_path / "own.toml").write_text("synonyms = 'names.txt'\nacronyms = false\n", "utf-8")
    definition = load_definition(tmp_path / "own.toml")
    texts = {
        "hse": "Ректор Высшей школы экономики",
        "short": "HSE rector",
        "zed": "Zed, the corp of old",
        "зед": "Зед",
        "bolt": "a bolt of lightning",
        "molniya": "Molniya orbit",
        "tram": "The tram runs",
        "car": "A streetcar runs",
        "csto": "CSTO",
    }
    built(tmp_path / "index", definition, texts)
    (tmp_path / "names.txt").unlink()
    index = Index.open(tmp_path / "index")  # the groups are in the index
    assert found(index, "вышки") == {"hse", "short"}
    assert found(index, "высшую школу экономики", match="all") == {"hse", "short"}
    assert found(index, "зед") == {"zed", "зед"}
    assert found(index, "zed the corp", match="all") == {"zed", "зед"}
    assert found(index, "bolt") == {"bolt"}
    assert found(index, "BOLT") == {"bolt", "molniya"}
    assert found(index, "trams") == {"tram", "car"}
    assert found(index, "streetcar") == {"car"}
    assert found(index, "ОДКБ") == set()


def test_own_names_beside_those_of_the_package(tmp_path: Path) -> None:
    index = built(
        tmp_path / "index", replace(NEWS, synonyms=("ОДКБ, Таш-договор",)), {**TEXTS, "t": "Таш-договор"}
    )
    assert found(index, "ОДКБ") == CSTO | {"t"}


@pytest.mark.parametrize(("language", "form"), [("en", "Germany"), ("ru", "Германии")])
def test_an_index_of_one_language(tmp_path: Path, language: str, form: str) -> None:
    texts = {"en": "Germany votes", "ru": "Германия голосует"}
    index = built(tmp_path / "index", replace(NEWS, languages=(language,)), texts)
    assert found(index, form) == {"en", "ru"}


def test_a_switch_is_true_or_false(index: Index) -> None:
    with pytest.raises(ValueError, match="synonyms is True or False"):
        index.search("CSTO", synonyms="no")  # type: ignore[arg-type]


def test_the_table_that_is_read_is_that_of_the_text() -> None:
    lines = read(SHIPPED)
    table = Table.of(map(rule_of, lines), Analyzer().analyze)
    assert table == shipped(), "run: python -m searchlib.language.synonyms"
    assert len(lines) >= 300


@pytest.mark.parametrize(
    "group", ["CSTO", "NATO", "UN", "EU", "UNESCO", "IMF", "WTO", "IAEA", "OSCE", "BRICS"]
)
def test_both_languages_have_the_acronym(group: str) -> None:
    terms = Analyzer().analyze(group.lower()).terms
    members = Synonyms([shipped()]).of(terms)
    assert any(len(one.words) == 1 and "а" <= one.words[0][0] <= "я" for one in members)


def test_no_stop_word_is_led_to() -> None:
    analyze = Analyzer().analyze
    for members in shipped().members:
        for member in members:
            words, one_word, _ = member.partition("=")
            assert not (one_word and analyze(words).stop), member


WORDS = st.sampled_from(
    ["csto", "germany", "federal", "republic", "of", "united", "states", "nations", "саммит", "оон"]
)


@given(st.lists(WORDS, max_size=8))
def test_names_of_several_words_are_the_longest_that_fit(words: list[str]) -> None:
    """Against a search through all lines of the text."""
    names = {
        lead.words
        for line in read(SHIPPED)
        for lead in rule_of(line).leads
        if len(lead.words) > 1 and not lead.capitals
    }
    analyze = Analyzer().analyze

    def fits(name: tuple[str, ...], part: list[str]) -> bool:
        return len(name) == len(part) and all(
            set(analyze(one).terms) & set(analyze(other).terms) for one, other in zip(name, part, strict=True)
        )

    expected = []
    at = 0
    while at < len(words):
        ends = [
            end for end in range(at + 2, len(words) + 1) if any(fits(name, words[at:end]) for name in names)
        ]
        if ends:
            expected.append((at, max(ends)))
            at = max(ends)
        else:
            at += 1
    runs = Synonyms([shipped()]).runs([analyze(word).terms for word in words])
    assert [(run.start, run.end) for run in runs] == expected


ESCAPED = st.lists(
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=8), min_size=2, max_size=4
)


@given(ESCAPED)
def test_whatever_is_escaped_is_meant_as_it_is(names: list[str]) -> None:
    line = ",".join("".join(f"\\{sign}" for sign in name) for name in names)
    tokens = [tuple(token[0] for token in tokenize(name.strip()) if not token[5]) for name in names]
    try:
        rule = rule_of(line)
    except ValueError as error:
        assert str(error)
        assert not all(tokens) or len(set(tokens)) < 2 or "stop word" in str(error) or "at most" in str(error)
        return
    assert {entry.words for entry in rule.leads} == set(tokens)


def test_importing_reads_no_table() -> None:
    script = "import sys, searchlib; assert 'searchlib.language.synonyms' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)

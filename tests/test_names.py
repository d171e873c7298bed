"""Is a name found in the other script, whatever its case, and an ordinary word not?"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import naive_names
import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

import searchlib
from benchmarks.corpora import real
from benchmarks.measures.names import PRECISION, RECALL, measure, pairs_of
from searchlib import NEWS, Index
from searchlib.language import Analyzer, ordinary, russian
from searchlib.ranking.names import Names
from searchlib.storage._names import alike, among, distance, keys, sounds, spellings
from searchlib.storage._names import key as key_of
from searchlib.storage._segment import SegmentFile
from searchlib.storage.snapshot import Snapshot

DOCUMENTS = [
    ("tas en", "Imangali Tasmagambetov arrives", "The secretary general was met at the airport."),
    ("tas ru", "Прибытие Имангали Тасмагамбетова", "Генерального секретаря встретили в аэропорту."),
    ("tas ru 2", "Слова генерального секретаря", "С Тасмагамбетовым беседовали журналисты."),
    ("tram", "Трамвай сошёл с рельсов", "Пострадавших нет, трамваи ходят по другой улице."),
    ("trump en", "Trump speaks in Ohio", "The hall was full."),
    ("trump ru", "Речь Трампа в Огайо", "Зал был полон."),
    ("zakharova", "Захарова ответила журналистам", "Брифинг длился час."),
    ("zakharov", "Zakharov wins the race", "It was his third win."),
    ("wilson", "Книга Уилсона переведена", "Перевод занял год."),
    ("houston", "Хьюстон готовится к урагану", "Магазины закрыты."),
    ("list", "Лист вернулся к роялю", "Зал слушал стоя."),
    ("list en", "The list of winners", "It is long."),
    ("kit", "Кит выбросился на берег", "Кита вернули в море."),
]


def built(folder: Path, documents: Any = DOCUMENTS, parts: int = 1, **definition: Any) -> Index:
    index = Index.create(folder, replace(NEWS, acronyms=False, **definition))
    for part in range(parts):
        with index.writer() as writer:
            for id, title, text in documents[part::parts]:
                writer.add({"id": id, "title": title, "text": text})
    return index


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return built(tmp_path_factory.mktemp("names") / "index", parts=request.param)


def found(index: Index, query: str, **options: Any) -> set[str]:
    return set(index.search(query, **options).ids)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("Tasmagambetov", {"tas en", "tas ru", "tas ru 2"}),
        ("Тасмагамбетов", {"tas en", "tas ru", "tas ru 2"}),
        ("тасмагамбетову", {"tas en", "tas ru", "tas ru 2"}),
        ("Trump", {"trump en", "trump ru"}),
        ("Трампом", {"trump en", "trump ru"}),
        ("Zakharova", {"zakharova"}),
        ("Захаровым", {"zakharova", "zakharov"}),
        ("Wilson", {"wilson"}),
        ("Houston", {"houston"}),
        ('"Imangali Tasmagambetov"', {"tas en", "tas ru"}),
        ("title:Tasmagambetov", {"tas en", "tas ru"}),
        ("+Trump +Огайо", {"trump ru"}),
        ("Trump -Ohio", {"trump ru"}),
    ],
)
def test_a_name_is_found_in_the_other_script(index: Index, query: str, ids: set[str]) -> None:
    assert found(index, query) == ids


@pytest.mark.parametrize(("query", "ids"), [("list", {"list en"}), ("kit", set()), ("трамвай", {"tram"})])
def test_an_ordinary_word_is_no_name(index: Index, query: str, ids: set[str]) -> None:
    assert found(index, query) == ids


def test_what_was_asked_comes_first_and_what_stands_for_it_counts_less(index: Index) -> None:
    results = index.search("Trump", explain=True)
    assert results.ids == ["trump en", "trump ru"]
    first, second = results
    assert second.score < first.score
    for hit in results:
        assert hit.explanation is not None
        assert hit.explanation.value == pytest.approx(hit.score)
    assert "0.8 of it, for it stands in" in str(second.explanation)


def test_a_rare_name_of_the_other_script_does_not_come_before_what_was_asked(tmp_path: Path) -> None:
    many = [(f"en {n}", "Trump speaks", "He spoke.") for n in range(30)]
    index = built(tmp_path / "index", [("ru", "Трамп говорит", "Он сказал."), *many])
    assert index.search("Trump", limit=31).ids[-1] == "ru"


def test_the_name_is_marked(index: Index) -> None:
    hits = {hit.id: hit for hit in index.search("Tasmagambetov")}
    text = hits["tas ru 2"].snippet
    assert [text.text[start:end] for start, end in text.marks] == ["Тасмагамбетовым"]


@pytest.mark.parametrize("query", ["Tasmagambetov", "Трамп", '"Imangali Tasmagambetov"', "Trump -Ohio"])
@pytest.mark.parametrize("match", ["any", "all"])
def test_switched_off_it_is_as_without(tmp_path: Path, index: Index, query: str, match: str) -> None:
    off = built(tmp_path / "off", names=False)
    plain = found(off, query, match=match)
    assert found(index, query, match=match, names=False) == plain
    assert found(index, query, match=match) > plain
    assert found(off, query, match=match, names=True) == found(index, query, match=match)


def test_one_language_has_no_names_of_another(tmp_path: Path) -> None:
    assert found(built(tmp_path / "index", languages=("en",)), "Trump") == {"trump en"}


def test_an_exclusion_and_a_deletion_mean_the_word_itself(tmp_path: Path) -> None:
    index = built(tmp_path / "index")
    assert found(index, "речь зал hall -Trump") == {"trump ru", "list"}
    with index.writer() as writer:
        writer.delete_where("Trump")
    assert found(index, "Trump") == {"trump ru"}


@pytest.mark.parametrize("value", ["yes", 1, []])
def test_the_switch_is_true_or_false(index: Index, value: Any) -> None:
    with pytest.raises(ValueError, match="names is True or False"):
        index.search("Trump", names=value)
    with pytest.raises(searchlib.DefinitionError) as caught:
        replace(NEWS, names=value)
    assert caught.value.key == "names"


_WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=60) | st.text(
    "абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=60
)
_NAME = _WORD.filter(lambda word: naive_names.fold(word) is not None)


@given(_WORD | st.text(max_size=8))
def test_sounds_are_those_of_the_oracle(word: str) -> None:
    assert sounds(word) == naive_names.fold(word)


@given(_NAME, _NAME)
def test_distances_are_those_of_the_oracle(one: str, other: str) -> None:
    a, b = naive_names.fold(one), naive_names.fold(other)
    assert a is not None
    assert b is not None
    assert distance(one, other) == pytest.approx(naive_names.distance(a, b))


@given(_NAME)
def test_spellings_are_others_and_no_two_alike(word: str) -> None:
    made = spellings(word)
    assert made[0] == sounds(word)
    assert len(set(made)) == len(made) <= 12
    assert all(0 < len(one) <= 48 for one in made)


def written(sounds: str) -> str:
    """Their key as lists of words on clusters have it: one that is written otherwise is not found there any more."""
    return "".join(f"{'bpfvtdkgsrlmn'.index(sound) + 1:x}" for sound in naive_names.key(sounds))


@given(_WORD | st.text(max_size=8))
def test_keys_are_those_of_the_oracle(word: str) -> None:
    own, other = ("en", "ru") if word.isascii() else ("ru", "en")
    kept = written(naive_names.fold(word) or "")
    assert key_of(word) == (own + kept if kept else None)
    looked_for = dict.fromkeys(map(written, spellings(word)))
    assert keys(word) == [other + one for one in looked_for if one]


def test_every_term_near_enough_is_found_and_no_other(index: Index) -> None:
    """Against a walk over all terms of the other script."""
    analyze = Analyzer().analyze
    for segment in Snapshot.open(index.path, None).segments:
        terms = {segment.file.term(number) for number in range(segment.file.term_count)}
        named = {term: sound for term in terms if (sound := naive_names.fold(term))}
        for word in {"tasmagambetov", "захаров", "trump", "wilson", "хьюстон", *analyze("трампа").terms}:
            latin = word.isascii()
            expected: dict[str, float] = {}
            for number, spelling in enumerate(spellings(word)):
                key = naive_names.key(spelling)
                most = 17 * (0.4 if len(key) == 1 else 0.7 if len(key) == 2 else 1)
                for term, sound in named.items():
                    away = naive_names.distance(spelling, sound) + (4 if number else 0)
                    if key and term.isascii() != latin and key == naive_names.key(sound) and away <= most:
                        expected[term] = min(away, expected.get(term, 99.0))
            answer = {term: away for away, term, _ in alike(segment.file, word, 17.0)}
            assert answer == pytest.approx(expected)
            told = set(keys(word))  # as whoever has a list of terms by their keys finds them
            assert {term: away for away, term in among(word, terms, 17.0)} == answer
            assert {term for term in answer if key_of(term) in told} == set(answer)


@settings(max_examples=dose(10), deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 12_000))
def test_what_earlier_searches_came_by_changes_no_answer(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    """Among many names, by several threads, beside a segment that is opened anew for each word and one that is walked."""
    chance = random.Random(seed)

    def word() -> str:
        pairs = [("bdgklmnprstvz", "aeiou"), ("бдгклмнпрствз", "аеиоу")][chance.randrange(2)]
        return "".join(chance.choice(pairs[at % 2]) for at in range(chance.randrange(4, 8)))

    names = [word() for _ in range(count)]
    index = Index.create(tmp_path_factory.mktemp("many") / "index", NEWS)
    with index.writer() as writer:
        writer.add({"id": "1", "text": " ".join(names)})

    def opened() -> SegmentFile:
        return Snapshot.open(index.path, None).segments[0].file

    shared = opened()
    terms = [shared.term(number) for number in range(shared.term_count)]
    keyed: dict[tuple[bool, str], set[str]] = {}
    for term in terms:
        if sound := naive_names.fold(term):
            keyed.setdefault((term.isascii(), naive_names.key(sound)), set()).add(term)
    asked = chance.choices(terms, k=60)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda term: alike(shared, term, 17.0), asked))
    for term, answer in zip(asked, found, strict=True):
        assert answer == alike(shared, term, 17.0) == alike(opened(), term, 17.0)
        sound = naive_names.fold(term)
        key = naive_names.key(sound) if sound else ""
        exact = {
            one
            for one in keyed.get((not term.isascii(), key), ())
            if key and distance(term, one) <= 17 * (0.4 if len(key) == 1 else 0.7 if len(key) == 2 else 1)
        }
        assert exact <= {one for _, one, _ in answer}
        told = set(keys(term))
        listed = [one for one in terms if key_of(one) in told]
        assert set(among(term, listed, 17.0)) == {(away, one) for away, one, _ in answer}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("стол", True),
        ("бежать", True),
        ("путина", False),
        ("москва", False),
        ("тасмагамбетов", False),
        ("мир", True),
    ],
)
def test_ordinary_russian_words(word: str, expected: bool) -> None:
    assert russian.is_ordinary(word) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("kill", True), ("market", True), ("the", True), ("putin", False), ("trump", False)],
)
def test_ordinary_english_words(word: str, expected: bool) -> None:
    assert ordinary.is_ordinary(word) is expected


def test_names_of_parallel_news(tmp_path: Path) -> None:
    """`python -m benchmarks names` prints the figures."""
    if reason := real.missing("wmt_en_ru_docs"):
        pytest.skip(reason)
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        for one in real.documents("wmt_en_ru_docs"):
            writer.add({name: one[name] for name in ("id", "title", "text", "lang")})
    names = Names(Snapshot.open(index.path, None).segments)
    pairs = pairs_of(real.DATA)
    both = measure(names, pairs, True) + measure(names, pairs, False)
    assert len(pairs) > 2000
    assert both.recall >= RECALL
    assert both.precision >= PRECISION

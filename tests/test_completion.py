"""Does a beginning become the words that people write, the frequent and the fresh ones first?"""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_dictionary import key_of
from naive_words import shared
from small_archive import contents_of, patch_segment

from searchlib import CorruptIndexError, Definition, Field, Index
from searchlib.ranking._together import together
from searchlib.storage._forms import FormQuery, FormSet
from searchlib.vocabulary._prominence import Prominence
from searchlib.vocabulary._spelling import frequency

DEFINITION = Definition((Field("title", "text", 2.0), Field("text", "text"), Field("date", "date")))
TEXTS = [
    "Саммит ОДКБ открылся в Астане. На саммит приехал Тасмагамбетов.",
    "Вчера на саммите ОДКБ, как сообщил Тасмагамбетов, обсудили оборону.",
    "Самолёт сел в Астане. Пассажиры самолёта не пострадали, самолёт осмотрели.",
    "Лётчик поднял самолёт в небо над рекой.",
    "Отдых на реке и одежда для отдыха: советы Ольги Однодворцевой.",
    "Мы сами видели, как одежда высохла; одежду продали, одежда новая.",
    "The summit was opened by Ms. Fairweather of NATO.",
    "A new summer begins; the old summer is over, said Ms. Fairweather of iTunes.",
    "Summer rains, as usual, and summers to come.",
]


def build(
    folder: Path, texts: list[str], *, batches: int = 1, dates: list[str | None] | None = None
) -> Index:
    index = Index.create(folder, DEFINITION)
    documents: list[dict[str, Any]] = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    for one, date in zip(documents, dates or [], strict=False):
        if date is not None:
            one["date"] = date
    size = -(-len(documents) // batches)
    for batch in range(batches):
        with index.writer() as writer:
            for one in documents[batch * size : (batch + 1) * size]:
                writer.add(one)
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build(tmp_path_factory.mktemp("completion") / "index", TEXTS * 2)


@pytest.mark.parametrize(
    ("text", "completions"),
    [
        ("тасма", ["Тасмагамбетов"]),
        ("ТАСМА", ["ТАСМАГАМБЕТОВ"]),
        ("nfcvf", ["Тасмагамбетов"]),
        ("NFCVF", ["ТАСМАГАМБЕТОВ"]),
        ("одк", ["ОДКБ"]),
        ("Самоле", ["Самолет", "Самолета"]),
        ("самолё", ["самолет", "самолета"]),
        ("fairw", ["Fairweather"]),
        ("itu", ["iTunes"]),
        ("nat", ["NATO"]),
        ("отды", ["отдых", "отдыха"]),
        ("summ", ["summer", "summit", "summers"]),
        ("Summ", ["Summer", "Summit", "Summers"]),
        ("title:одк", ["title:ОДКБ"]),
        ('саммит -"глав" (одк', ['саммит -"глав" (ОДКБ']),
        ("саммит -одк", ["саммит -ОДКБ"]),
        ("«одк", ["«ОДКБ"]),
        ("одкб", ["ОДКБ"]),
        *(
            (text, [])
            for text in ("", " ", "саммит ", "саммит)", "xyzzy", "wxyz 7", "--одк", "однодв~", "од*")
        ),
    ],
)
def test_what_a_text_may_become(index: Index, text: str, completions: list[str]) -> None:
    assert index.complete(text) == completions


def test_stop_words_are_left_out(index: Index) -> None:
    assert index.complete("th") == []
    assert "на" not in index.complete("н")


def test_two_inflections_of_a_word_until_there_are_no_others(tmp_path: Path) -> None:
    forms = ["саммит", "саммита", "саммиту", "саммитом", "саммите", "саммиты"]
    texts = [f"{form} {form}" for n, form in enumerate(forms) for _ in range(9 - n)]
    index = build(tmp_path / "index", [*texts, "самовар", "самокат"])
    assert index.complete("сам", limit=4) == ["саммит", "саммита", "самовар", "самокат"]
    assert index.complete("сам", limit=6)[:4] == ["саммит", "саммита", "самовар", "самокат"]
    assert set(index.complete("сам")) == {*forms, "самовар", "самокат"}
    assert index.complete("самм", limit=3) == ["саммит", "саммита", "саммиту"]


def test_fresh_words_come_before_stale_ones(tmp_path: Path) -> None:
    texts = ["кризис"] * 6 + ["кристалл"] * 3
    dates: list[str | None] = [*["2015-03-01"] * 6, *["2024-03-01"] * 3]
    assert build(tmp_path / "dated", texts, dates=dates).complete("кри") == ["кристалл", "кризис"]
    assert build(tmp_path / "undated", texts).complete("кри") == ["кризис", "кристалл"]
    again = list(dates)
    again[5] = "2024-02-01"
    assert build(tmp_path / "again", texts, dates=again).complete("кри") == ["кризис", "кристалл"]


def test_the_other_words_are_listened_to(tmp_path: Path) -> None:
    texts = ["summit of leaders"] * 6 + ["cooking with leeks"] * 6 + ["leather boots"] * 12
    index = build(tmp_path / "index", texts)
    assert index.complete("le") == ["leather", "leaders", "leeks"]
    assert index.complete("summit le") == ["summit leaders", "summit leather", "summit leeks"]
    assert index.complete("cooking le")[0] == "cooking leeks"
    assert index.complete("the le") == ["the leather", "the leaders", "the leeks"]


def test_hyphens(tmp_path: Path) -> None:
    index = build(tmp_path / "index", ["Мы едем в Санкт-Петербург и в Усть-Илимск"] * 2)
    assert index.complete("санкт-п") == ["Санкт-Петербург"]
    assert index.complete("санкт-") == ["Санкт-Петербург"]
    assert index.complete("усть-и") == ["Усть-Илимск"]


def test_segments_count_together(tmp_path: Path) -> None:
    whole, apart = build(tmp_path / "whole", TEXTS * 2), build(tmp_path / "apart", TEXTS * 2, batches=5)
    for text in ("са", "о", "т", "summ", "саммит о", "а", "f", "щ"):
        assert sorted(apart.complete(text, limit=30)) == sorted(whole.complete(text, limit=30))
    for text in ("одк", "fairw", "тасма", "f"):  # of words in one form nothing is estimated
        assert apart.complete(text, limit=1) == whole.complete(text, limit=1)


def test_without_stored_texts_words_are_small(tmp_path: Path) -> None:
    definition = Definition((Field("text", "text", stored=False),))
    index = Index.create(tmp_path / "index", definition)
    with index.writer() as writer:
        writer.add({"text": "Вчера Тасмагамбетов говорил об ОДКБ"})
    assert index.complete("тасм") == ["тасмагамбетов"]
    assert index.complete("Тасм") == ["Тасмагамбетов"]


def test_what_is_asked_wrongly(index: Index, tmp_path: Path) -> None:
    for limit in (0, -1, True, 2.0):
        with pytest.raises(ValueError, match="limit is a number from 1"):
            index.complete("а", limit=limit)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a text is a str"):
        index.complete(None)  # type: ignore[arg-type]
    assert Index.create(tmp_path / "empty").complete("а") == []
    assert index.complete("а" * 5000) == []
    assert index.complete("са " * 3000 + "одк")[0].endswith(" ОДКБ")


def test_a_commit_is_seen(tmp_path: Path) -> None:
    index = build(tmp_path / "index", ["саммит"])
    assert index.complete("са") == ["саммит"]
    with index.writer() as writer:
        for number in range(3):
            writer.add({"id": f"later-{number}", "text": "самовар"})
    assert index.complete("са") == ["самовар", "саммит"]


# The parts, beside their oracles


@settings(max_examples=dose(40), deadline=None)
@given(st.data())
def test_the_most_frequent_forms_with_a_beginning(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    chance = random.Random(data.draw(st.integers(0, 1 << 32)))
    letters = data.draw(st.sampled_from(["abвг", "ab"]))
    words = ["".join(chance.choices(letters, k=1 + int(9 * chance.random()))) for _ in range(1500)]
    common = chance.sample(words, 40)  # a few stand in many documents, the most in one
    texts = [
        " ".join([*chance.sample(words, 200), *(word for word in common if chance.random() < 0.4)])
        for _ in range(12)
    ]
    index = build(tmp_path_factory.mktemp("prominent") / "index", texts)
    file = index._open_ranker().snapshot.segments[0].file
    prominent = Prominence(file)
    analyze = index._open_ranker().analyze
    for _ in range(6):
        beginning, k = data.draw(st.text(letters, max_size=3)), data.draw(st.integers(0, 70))
        forms = FormSet.fitting(file, FormQuery.matching(beginning + "*"), 10_000).forms
        counted = [(frequency(file, form), form) for form in forms if not analyze(form).stop]
        counted.sort(key=lambda one: (-one[0], key_of(one[1])))
        found = prominent.best(beginning, k)
        assert [one[:2] for one in found] == [(form, n) for n, form in counted[:k]]
        assert [term for *_, term in found] == [analyze(form).terms[0] for form, *_ in found]


def test_bounds_of_another_number_of_forms_are_damage(index: Index, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(index.path, tmp_path / "index"))
    [path] = folder.glob("*.segment")
    content = path.read_bytes()
    sections = contents_of(content)["sections"]
    start, length = sections["peaks"]
    changes = [sections | {"peaks": (start, length - 1)}, sections | {"peaks": (start - 1, length + 1)}]
    changes.append({name: place for name, place in sections.items() if name != "peaks"})
    for changed in changes:
        patch_segment(folder, content, {"sections": changed})
        with pytest.raises(CorruptIndexError, match="peaks"):
            Index.open(folder).complete("са")


def test_bounds_that_were_written_wrong_lead_to_forms_with_the_beginning(
    index: Index, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(index.path, tmp_path / "index"))
    [path] = folder.glob("*.segment")
    content = path.read_bytes()
    start, length = contents_of(content)["sections"]["peaks"]
    everything = set(index.complete("с", limit=100))
    for peak in (0, 1, 254, 255):
        patch_segment(folder, content[:start] + bytes([peak]) * length + content[start + length :])
        opened = Index.open(folder)
        assert set(opened.complete("с", limit=100)) <= everything
        if peak > 200:  # that costs time only
            assert opened.complete("с") == index.complete("с")


@settings(max_examples=dose(60), deadline=None)
@given(st.integers(0, 600), st.integers(1, 9), st.integers(1, 9), st.integers(1, 8))
def test_words_that_stand_together(
    tmp_path_factory: pytest.TempPathFactory, documents: int, one: int, other: int, blocks: int
) -> None:
    texts = [
        " ".join(["zero", *(["alpha"] if n % one == 0 else []), *(["beta"] if n % other == 0 else [])])
        for n in range(documents)
    ]
    index = build(tmp_path_factory.mktemp("together") / "index", texts, batches=2)
    searcher = index._open_ranker().usual.lexicon.searcher
    alpha, beta = searcher.group(("alpha",)), searcher.group(("beta",))
    theirs = [n for n in range(documents) if n % one == 0], [n for n in range(documents) if n % other == 0]
    assert together(alpha, beta, 1000) == (len(theirs[0]), shared(*theirs))
    looked, both = together(alpha, beta, blocks)
    assert both <= looked <= min(len(theirs[0]), 2 * 128 * blocks)
    assert (looked > 0) == bool(theirs[0])
    assert together(alpha, searcher.group(("nowhere",)), blocks) == (looked, 0)
    assert together(alpha, alpha, blocks) == (looked, looked)
    assert together(alpha, beta, 0) == (0, 0)
    with pytest.raises(ValueError, match="two searchers"):
        together(
            alpha,
            Index.create(tmp_path_factory.mktemp("o") / "o")
            ._open_ranker()
            .usual.lexicon.searcher.group(("a",)),
            1,
        )


def test_the_last_documents_of_a_word(tmp_path: Path) -> None:
    texts = ["alpha beta" if n % 3 else "alpha" for n in range(400)]
    file = build(tmp_path / "index", texts)._open_ranker().snapshot.segments[0].file
    prominent = Prominence(file)
    with_beta = [n for n in range(400) if n % 3]
    assert prominent.last_documents("beta") == with_beta[128 * (len(with_beta) // 128) :]
    assert prominent.last_documents("nowhere") == []
    assert list(itertools.pairwise(prominent.last_documents("alpha")))

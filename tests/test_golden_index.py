"""Does an index that was written when its format was new still say exactly what it said then? The golden index of golden/make.py."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from random_history import files_left

import searchlib

GOLDEN = Path(__file__).parent / "golden" / "format-3"
REFUSED = GOLDEN.with_name("format-2")
SCORES = {
    "bridge": {
        "bridge-1": 1.0016478772025244,
        "flood-1": 0.6222314288783771,
        "tram-1": 0.5745457845151593,
    },
    "мосты": {"bridge-2": 1.3210171729468778, "tram-1": 0.7218714287854179},
    "дождь урожай": {"harvest-2": 3.0876581810013466},
    "water treaty": {"treaty-1": 2.8828451467587213, "flood-1": 0.7817846770534873},
    "chess draw": {"chess-1": 2.3329466908866867},
    "bridge OR мост": {
        "bridge-2": 1.3210171729468778,
        "tram-1": 1.2964172133005771,
        "bridge-1": 1.0016478772025244,
        "flood-1": 0.6222314288783771,
    },
    "ёлки": {"tram-1": 0.9455383645385853},
    "елки": {"tram-1": 0.9455383645385853},
    # phrases, and words in one form
    '"water treaty"': {"treaty-1": 2.666849262416917},
    '"договор о воде"': {"treaty-2": 4.536872039769717},
    '"bridge carries"': {"bridge-1": 1.5497765144177897},
    '"first bridge"~5': {"tram-1": 1.5200841490537444},
    '"first bridge"': {},
    "=мосту": {"bridge-2": 0.9640079147954433},
    # prefixes and other patterns
    "brid*": {"bridge-1": 1.0016478772025244, "flood-1": 0.6222314288783771, "tram-1": 0.5745457845151593},
    "трам*": {"bridge-2": 0.7359720101398809, "tram-1": 0.7218714287854179},
    "*own": {"tram-1": 1.3152079448600573},
    # words misspelt
    "wate~1": {
        "treaty-1": 0.8031026365420963,
        "flood-1": 0.5030595359812222,
        "harvest-1": 0.49283359397369875,
    },
    "harvst~1": {"harvest-1": 1.6764240489500994},
    "догавор~1": {"treaty-2": 1.5122906799232392},
    # fields, and what is deleted or was replaced
    "title:bridge": {"bridge-1": 0.8099639750464704},
    "+chess -ninety": {},
    "longest": {},
    "nobody untitled": {},
}


@pytest.fixture(params=["as it is", "read-only"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A copy of the index."""
    copy = Path(shutil.copytree(GOLDEN, tmp_path / "golden"))
    everyone = stat.S_IRUSR | stat.S_IXUSR
    if request.param == "read-only":
        for path in copy.iterdir():
            path.chmod(stat.S_IRUSR)
        copy.chmod(everyone)
    yield copy
    copy.chmod(everyone | stat.S_IWUSR)


@pytest.fixture
def index(folder: Path) -> Iterator[searchlib.Index]:
    """The index, which is as it was after it was read."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with searchlib.Index.open(folder) as opened:
        yield opened
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_scores(index: searchlib.Index) -> None:
    for query, expected in SCORES.items():
        results = index.search(query, limit=20)
        assert results.ids == [*expected]
        assert [hit.score for hit in results] == pytest.approx([*expected.values()], rel=1e-9)


def test_scores_that_age_and_scores_of_one_field(index: searchlib.Index) -> None:
    aged = index.search("bridge", recency=30)
    assert aged.ids == ["tram-1", "flood-1", "bridge-1"]
    assert [hit.score for hit in aged] == pytest.approx(
        [0.5745457845151593, 0.0015943563562133545, 0.001027891145488573], rel=1e-9
    )
    titles = index.search("bridge water", fields={"title": 1.0})
    assert titles.ids == ["treaty-1", "bridge-1"]
    assert [hit.score for hit in titles] == pytest.approx([0.712877068646727, 0.5673870696858566], rel=1e-9)


def test_stored_fields(index: searchlib.Index) -> None:
    assert index.get("bridge-1") == {
        "id": "bridge-1",
        "title": "New bridge over the Vara opened",
        "text": "The bridge carries trams and bicycles. Engineers tested the bridge for a month.",
        "source": "Vara Courier",
        "tags": ["transport", "city"],
        "lang": "en",
        "url": "https://courier.example/bridge",
        "date": "2024-03-01T09:30:00Z",
        "pages": 3,
    }
    chess = index.get("chess-1")
    assert chess is not None
    assert chess["text"] == "The chess final ended in a draw after nine hours and ninety moves."
    assert [index.get(id) for id in ("lost-1", "note-1", "nobody")] == [None] * 3
    [hit] = index.search('"по мосту"')
    assert (hit.id, hit.title, hit.date, hit.source, hit.lang) == (
        "bridge-2",
        "Мост через Вару открыт",
        "2024-03-02",
        "Вестник Вары",
        "ru",
    )
    assert hit.snippet.marks[0] == (3, 8)
    assert str(hit.snippet).startswith("По мосту пойдут трамваи.")


def test_filters_and_orders(index: searchlib.Index) -> None:
    assert index.search("water", lang="en").ids == ["treaty-1", "flood-1"]
    assert index.search("*", tags=["city"], sort="newest").ids == ["tram-1", "bridge-1", "treaty-1"]
    between = index.search("*", since="2024-05", until="2024-07-15", sort="oldest")
    assert between.ids == ["chess-1", "chess-2", "harvest-1"]
    assert index.search("bridge", where='source:"Vara Courier"').ids == ["bridge-1", "tram-1"]
    assert set(index.search("tags:[p TO t}").ids) == {"chess-1", "chess-2", "treaty-1", "treaty-2"}
    assert set(index.search("url:https*").ids) == {"bridge-1", "treaty-1"}
    assert set(index.search("date:2024-03").ids) == {"bridge-1", "bridge-2"}
    assert set(index.search("* -lang:en").ids) == {"bridge-2", "harvest-2", "treaty-2", "chess-2"}
    assert index.search("*", sort="oldest").ids == [
        *("treaty-1", "treaty-2", "bridge-1", "bridge-2", "flood-1"),
        *("chess-1", "chess-2", "harvest-1", "harvest-2", "tram-1"),
    ]
    first = index.search("*", sort="oldest", limit=4)
    second = index.search("*", sort="oldest", limit=4, after=first.cursor)
    assert second.ids == ["flood-1", "chess-1", "chess-2", "harvest-1"]


def test_completions(index: searchlib.Index) -> None:
    assert index.complete("тр") == ["трамваи", "трамвая"]
    assert index.complete("b", limit=3) == ["bridge", "bridges", "bicycles"]
    assert index.complete("ost") == ["Ostrova"]
    assert index.complete("w") == ["water", "warning", "without"]


def test_it_is_sound(index: searchlib.Index) -> None:
    """Written again, its lists are what was written then, bounds and all."""
    assert searchlib.Index.verify(index.path).faults == ()


def test_facets_and_figures(index: searchlib.Index) -> None:
    everything = index.search("*")
    assert everything.facet("tags") == {
        **{"city": 3, "transport": 3, "water": 3, "weather": 3},
        **{"farming": 2, "politics": 2, "sport": 2},
    }
    assert everything.facet("source") == {"Вестник Вары": 4, "Field Notes": 3, "Vara Courier": 3}
    assert everything.facet("date", by="month") == {
        **{"2023-12": 1, "2024-01": 1, "2024-03": 2, "2024-04": 1},
        **{"2024-05": 2, "2024-07": 2, "2024-12": 1},
    }
    stats = index.stats()
    assert (len(index), stats.documents, stats.segments, stats.terms, stats.forms) == (10, 10, 2, 158, 159)
    assert stats.languages == {"en": 6, "ru": 4}
    assert stats.bytes == sum(path.stat().st_size for path in GOLDEN.iterdir())
    explanation = index.explain("bridge-1", "bridge")
    assert "tf 4: title 1 × 2, text 2 × 1; norm 1.2401 of length 16, average 15.1" in str(explanation)


def test_a_writer_goes_on_with_it(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GOLDEN, tmp_path / "golden"))
    before = searchlib.Index.open(folder)
    index = searchlib.Index.open(folder)
    with index.writer() as writer:
        writer.add({"id": "bridge-1", "text": "The bridge is closed.", "lang": "en"})
        assert writer.delete("tram-1")
        assert writer.delete_where("date:2024-07") == 2
    assert index.search("bridge OR мост").ids == ["bridge-2", "bridge-1", "flood-1"]
    assert len(index) == 7
    with index.writer() as writer:
        writer.optimize()
    assert index.stats().segments == 1
    assert set(index.search("*", limit=20).ids) == {
        *("bridge-1", "bridge-2", "treaty-1", "treaty-2", "chess-1", "chess-2", "flood-1")
    }
    assert index.search('"water treaty"').ids == ["treaty-1"]
    assert before.search("bridge").ids == ["bridge-1", "flood-1", "tram-1"]
    before.close()
    index.writer().close()
    assert files_left(folder) == set()


def test_the_golden_index_has_what_it_is_there_for() -> None:
    """Two segments, the first merged and with a list of deletions; and it stays small."""
    names = sorted(path.name for path in GOLDEN.iterdir())
    assert names == ["00000004.5.deletions", "00000004.segment", "00000005.segment", "manifest"]
    assert sum(path.stat().st_size for path in GOLDEN.iterdir()) < 10_000
    assert all(os.access(path, os.R_OK) for path in GOLDEN.iterdir())


def test_an_older_golden_index_is_refused_as_what_it_is(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(REFUSED, tmp_path / "golden"))
    with pytest.raises(searchlib.IncompatibleIndexError, match="build the index again") as caught:
        searchlib.Index.open(folder)
    assert (caught.value.found, caught.value.supported) == (2, 3)

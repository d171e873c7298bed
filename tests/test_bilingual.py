"""Are dictionaries of two languages read right in every format, asked in both directions, and kept so that nothing stale or damaged is used?"""

from __future__ import annotations

import gzip
import os
import shutil
import struct
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from small_dictionary import write_dict

from searchlib.bilingual import files as dictionary_files
from searchlib.bilingual.articles import Sense, senses_of
from searchlib.bilingual.compiled import cache_folder
from searchlib.bilingual.translations import MOST, VARIABLE, Bilingual, installed, read_entries
from searchlib.errors import BilingualError, DictionaryError

MUELLER = Path("/usr/share/dictd/mueller7.index")

LANTERN = """lantern
   [x'y] _n.
   1. _n.
      1) фонарь; to swing a lantern качать фонарём; светлячок
      2) световой люк (на корабле), _мор. маяк
   2. _v. светить(ся); lantern off
      а) гасить;
      б) уходить впотьмах
"""
ARTICLES = {
    "lantern": LANTERN,
    "nation": "nation\n  1) нация\n  2) народность",
    "national": "national\n  1. _a. народный, государственный (о чём-л.)\n  2. _n. соотечественник",
    "organization": "organization\n  1) организация, устройство\n  2) см. body",
    "take over": "take over\n  принимать (должность)",
    "the": "the\n  этот",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    return cache_folder()


def write_stardict(
    folder: Path, articles: dict[str, bytes], kinds: str, *, wide: bool = False, packed: bool = False
) -> Path:
    text, index = b"", b""
    for headword, data in sorted(articles.items()):
        index += headword.encode() + b"\0" + struct.pack(">QI" if wide else ">II", len(text), len(data))
        text += data
    path = folder / "own.ifo"
    path.write_text(
        "StarDict's dict ifo file\nversion=3.0.0\nbookname=own\n"
        + (f"sametypesequence={kinds}\n" if kinds else "")
        + ("idxoffsetbits=64\n" if wide else ""),
        encoding="utf-8",
    )
    (folder / f"own.idx{'.gz' if packed else ''}").write_bytes(gzip.compress(index) if packed else index)
    (folder / f"own.dict{'.dz' if packed else ''}").write_bytes(gzip.compress(text) if packed else text)
    return path


def write_tei(folder: Path, body: str, *, head: str = "") -> Path:
    path = folder / "own.tei"
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>{body}</body></text></TEI>',
        encoding="utf-8",
    )
    return path


def words(found: Iterable[tuple[str, float]]) -> list[str]:
    return [word for word, _ in found]


def translations(senses: Iterable[Sense]) -> tuple[tuple[str, ...], ...]:
    return tuple(sense.translations for sense in senses)


def read(path: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {entry.headword: translations(entry.senses) for entry in read_entries(path)}


def test_an_article_gives_translations_and_neither_examples_nor_labels_nor_what_phrases_mean() -> None:
    assert senses_of("lantern", LANTERN) == (
        (0, ("фонарь",)),
        (1, ("световой люк", "маяк")),
        (1, ("светить", "светиться")),
    )


@pytest.mark.parametrize(
    ("headword", "article", "senses"),
    [
        ("часть", "часть /x/ <n, fem>\n1. part, share\n2. unit (mil.)", (("part", "share"), ("unit",))),
        ("sky", "не\u0301бо, северо-\n   восток", (("небо", "северо-восток"),)),
        ("run", "  10)стадо\n  11)=go; бег", (("стадо",),)),
        ("a", "(незакрытая скобка, слово", (("незакрытая скобка", "слово"),)),
        ("long", "раз два три четыре пять шесть семь; длинный", (("длинный",),)),
        ("123", "сто двадцать три", ()),
        ("own", "", ()),
    ],
)
def test_articles_as_they_are_written(
    headword: str, article: str, senses: tuple[tuple[str, ...], ...]
) -> None:
    assert translations(senses_of(headword, article)) == senses


def test_another_part_of_speech_and_another_word_written_alike_do_not_stand_far_behind() -> None:
    article = "_I [x]\n 1. _n.\n  1) один\n  2) два\n  3) три\n 2. _v.\n  1) четыре\n _II [y] _n. пять\n _III\n 1. _a. шесть\n 2. _n. семь"
    assert [sense.rank for sense in senses_of("w", article)] == [0, 1, 2, 1, 2, 3, 4]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "koi8-r"])
def test_dict_files(tmp_path: Path, packed: bool, encoding: str) -> None:
    articles = {"00-database-short": "Словарь", **ARTICLES}
    entries = read(write_dict(tmp_path, articles, packed=packed, encoding=encoding))
    assert list(entries) == list(ARTICLES)
    assert entries["lantern"][0] == ("фонарь",)
    assert entries["organization"] == (("организация", "устройство"),)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_stardict_files_with_one_kind_of_text(tmp_path: Path, wide: bool, packed: bool) -> None:
    articles = {headword: article.encode() for headword, article in ARTICLES.items()}
    entries = read(write_stardict(tmp_path, articles, "m", wide=wide, packed=packed))
    assert set(entries) == set(ARTICLES)
    assert entries["lantern"] == (("фонарь",), ("световой люк", "маяк"), ("светить", "светиться"))


@pytest.mark.parametrize(
    ("kinds", "data"),
    [
        (
            "x",
            "<k>lamp</k>\n<tr>læmp</tr>\n1) лампа <ex>the lamp лампа горит</ex>\n2) <abr>мор.</abr> фонарь",
        ),
        ("h", "<div>1) лампа</div><div>2)&nbsp;фонарь<br></div>"),
        ("g", "<b>1)</b> лампа\n<i>2)</i> фонарь"),
        ("tm", "læmp\x001) лампа\n2) фонарь"),
        ("", "tlæmp\0W\0\0\0\x03abcm1) лампа\n2) фонарь\0"),
    ],
)
def test_stardict_articles_of_every_kind(tmp_path: Path, kinds: str, data: str) -> None:
    path = write_stardict(tmp_path, {"lamp": data.encode()}, kinds)
    assert read(path) == {"lamp": (("лампа",), ("фонарь",))}


def test_tei_files_new_and_old(tmp_path: Path) -> None:
    new = """<entry><form><orth>lamp</orth><pron>læmp</pron></form><sense n="1"><usg>tech</usg>
        <cit type="trans" xml:lang="ru"><quote>лампа</quote></cit><cit type="trans"><quote>све\u0301точ</quote></cit>
        <cit type="example"><quote>лампа горит</quote></cit></sense><sense><cit type="trans"><quote>фонарь (ручной)</quote></cit></sense></entry>"""
    old = "<entry><form><orth>небо</orth></form><trans><tr>sky, heaven</tr></trans></entry>"
    empty = "<entry><form><orth>void</orth></form></entry>"
    assert read(write_tei(tmp_path, new + old + empty)) == {
        "lamp": (("лампа", "светоч"), ("фонарь",)),
        "небо": (("sky", "heaven"),),
    }


def test_words_are_found_in_both_directions_whatever_their_inflection(tmp_path: Path) -> None:
    own = Bilingual([write_dict(tmp_path, ARTICLES)])
    assert words(own.translations("lanterns"))[0] == "фонарь"
    assert words(own.translations("фонарями")) == ["lantern"]
    assert words(own.translations("светятся")) == ["lantern"]
    assert own.translations("candle") == own.translations("свеча") == []


def test_a_russian_dictionary_serves_both_directions_as_well(tmp_path: Path) -> None:
    own = Bilingual([write_dict(tmp_path, {"небо": "небо\n  1) sky\n  2) heaven, ceiling"})])
    assert own.translations("небес") == [("sky", 1.0), ("heaven", 0.83), ("ceiling", 0.69)]
    assert own.translations("skies") == [("небо", 1.0)]


def test_of_headwords_with_one_stem_the_one_that_was_asked_counts(tmp_path: Path) -> None:
    own = Bilingual([write_dict(tmp_path, ARTICLES)])
    assert words(own.translations("nation")) == ["нация", "народность"]
    assert own.translations("nations") == [
        ("нация", 1.0),
        ("народность", 0.83),
        ("народный", 0.5),
        *[("государственный", 0.415), ("соотечественник", 0.415)],
    ]


def test_a_translation_of_several_words_gives_them_for_less_and_stop_words_are_left_out(
    tmp_path: Path,
) -> None:
    own = Bilingual([write_dict(tmp_path, ARTICLES)])
    found = dict(own.translations("lantern"))
    assert found["световой"] == found["люк"] < found["маяк"]
    assert own.translations("the") == []
    assert own.translations("должность") == []


def test_no_more_translations_than_are_worth_a_search(tmp_path: Path) -> None:
    many = {"w": "\n".join(f"{n}) слов{chr(0x430 + n)}н" for n in range(1, 30))}
    assert len(Bilingual([write_dict(tmp_path, many)]).translations("w")) == MOST


def test_several_dictionaries_are_asked_together(tmp_path: Path) -> None:
    paths = []
    for name, article in (("a", "1) окно\n2) витрина"), ("b", "витрина")):
        (tmp_path / name).mkdir()
        paths.append(write_dict(tmp_path / name, {"window": article}))
    assert Bilingual(paths).translations("window") == [("витрина", 1.0), ("окно", 1.0)]
    assert Bilingual([]).translations("window") == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        spoil,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"slbiling" + b"\xff" * 40),
        Path.unlink,
    ],
    ids=["cut", "spoilt", "empty", "nonsense", "gone"],
)
def test_a_damaged_cache_is_made_anew(tmp_path: Path, cache: Path, damage: Callable[[Path], object]) -> None:
    path = write_dict(tmp_path, ARTICLES)
    before = Bilingual([path]).translations("lantern")
    [kept] = cache.iterdir()
    good = kept.read_bytes()
    damage(kept)
    assert Bilingual([path]).translations("lantern") == before
    assert kept.read_bytes() == good
    assert list(cache.iterdir()) == [kept]


def test_the_cache_is_used_and_a_changed_dictionary_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_dict(tmp_path, ARTICLES)
    before = Bilingual([path]).translations("nation")
    with monkeypatch.context() as patched:

        def unread(*_: object) -> bytes:
            raise AssertionError("the dictionary was read again")

        patched.setattr("searchlib.bilingual.dict_files.read_file", unread)
        assert Bilingual([path]).translations("nation") == before
    write_dict(tmp_path, {"nation": "nation\n  часть света"})
    assert words(Bilingual([path]).translations("nation")) == ["света", "часть"]


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid"), reason="needs POSIX permissions")
def test_where_nothing_can_be_kept_the_dictionary_is_read_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    path = write_dict(tmp_path, ARTICLES)
    for _ in range(2):
        assert words(Bilingual([path]).translations("nation")) == ["нация", "народность"]


def test_many_may_make_the_cache_at_once(tmp_path: Path, cache: Path) -> None:
    path = write_dict(tmp_path, ARTICLES)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Bilingual([path]).translations("lantern"), range(24)))
    assert all(one == found[0] for one in found)
    assert len(list(cache.iterdir())) == 1


def bad_digit(folder: Path) -> Path:
    path = write_dict(folder, ARTICLES)
    path.write_bytes(b"lamp\tA\tB\norgan\t!\tB\n")
    return path


def beyond(folder: Path) -> Path:
    path = write_dict(folder, ARTICLES)
    path.write_bytes(b"lamp\tA\tB\nsky\tA\t//////\n")
    return path


def no_text(folder: Path) -> Path:
    path = write_dict(folder, ARTICLES)
    (folder / "own.dict.dz").unlink()
    return path


def cut_text(folder: Path) -> Path:
    path = write_dict(folder, ARTICLES)
    cut(folder / "own.dict.dz")
    return path


def cut_index(folder: Path) -> Path:
    path = write_stardict(folder, {"lamp": "лампа".encode()}, "m")
    file = folder / "own.idx"
    file.write_bytes(file.read_bytes()[:-1])
    return path


def outside(folder: Path) -> Path:
    path = write_stardict(folder, {"lamp": "лампа".encode()}, "m")
    (folder / "own.idx").write_bytes(b"lamp\0\0\0\0\0\0\0\xff\xff")
    return path


def no_stardict(folder: Path) -> Path:
    path = write_stardict(folder, {"lamp": "лампа".encode()}, "m")
    path.write_text("[something else]")
    return path


def bomb(folder: Path) -> Path:
    head = '<!DOCTYPE TEI [<!ENTITY a "лол"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    return write_tei(
        folder,
        '<entry><form><orth>lol</orth></form><cit type="trans"><quote>&b;</quote></cit></entry>',
        head=head,
    )


def torn(folder: Path) -> Path:
    path = write_tei(folder, "<entry><form><orth>lamp</orth></form></entry>")
    path.write_bytes(path.read_bytes()[:-30])
    return path


def deep(folder: Path) -> Path:
    return write_tei(folder, "<sense>" * 500 + "</sense>" * 500)


def endless(folder: Path) -> Path:
    return write_tei(folder, f"<entry><form><orth>{'a' * 5000}</orth></form></entry>")


def unknown(folder: Path) -> Path:
    path = folder / "own.csv"
    path.write_text("lamp,лампа")
    return path


def absent(folder: Path) -> Path:
    return folder / "gone.index"


@pytest.mark.parametrize(
    ("made", "line", "said"),
    [
        (bad_digit, 2, "base 64"),
        (beyond, 2, "behind the end"),
        (no_text, None, "neither own.dict.dz nor own.dict"),
        (cut_text, None, "unpacked"),
        (cut_index, None, "at byte 0"),
        (outside, None, "behind the end"),
        (no_stardict, 1, "StarDict"),
        (bomb, 1, "entity"),
        (torn, 1, "XML"),
        (deep, 1, "deep"),
        (endless, 1, "letters"),
        (unknown, None, ".index"),
        (absent, None, "no such file"),
    ],
)
def test_what_is_no_dictionary_says_where_and_why(
    tmp_path: Path, cache: Path, made: Callable[[Path], Path], line: int | None, said: str
) -> None:
    path = made(tmp_path)
    with pytest.raises(BilingualError, match=said) as caught:
        Bilingual([path])
    assert isinstance(caught.value, DictionaryError)
    assert Path(caught.value.path).parent == tmp_path
    assert str(caught.value).startswith(caught.value.path)
    assert caught.value.line == line
    assert not cache.exists() or not list(cache.iterdir())


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary_files, "MOST_BYTES", 10_000)
    monkeypatch.setattr("searchlib.bilingual.tei_files.MOST_BYTES", 10_000)
    (tmp_path / "a").mkdir()
    with pytest.raises(BilingualError, match="no dictionary does"):
        Bilingual([write_dict(tmp_path / "a", {"lamp": "я" * 6_000})])
    shared = write_dict(tmp_path, {"lamp": "лампа " * 100})
    shared.write_bytes(shared.read_bytes() * 100)
    with pytest.raises(BilingualError, match="its articles"):
        Bilingual([shared])
    with pytest.raises(BilingualError, match="no dictionary does"):
        Bilingual([write_tei(tmp_path, "<p>" + " " * 11_000 + "</p>")])


@pytest.mark.parametrize("text", ["(" * 60_000, "[" * 60_000, "а(б" * 20_000, "<ex>" * 15_000, "/а" * 30_000])
def test_what_nobody_writes_for_people_is_read_too(tmp_path: Path, text: str) -> None:
    path = write_stardict(tmp_path, {"lamp": text.encode(), "sky": "небо".encode()}, "x")
    assert read(path)["sky"] == (("небо",),)


def a_dict(folder: Path) -> tuple[Path, str]:
    return write_dict(folder, ARTICLES, packed=False), "own.index own.dict"


def a_packed_dict(folder: Path) -> tuple[Path, str]:
    return write_dict(folder, ARTICLES), "own.index own.dict.dz"


def a_stardict(folder: Path) -> tuple[Path, str]:
    articles = {headword: article.encode() for headword, article in ARTICLES.items()}
    return write_stardict(folder, articles, ""), "own.ifo own.idx own.dict"


def a_tei(folder: Path) -> tuple[Path, str]:
    entry = '<entry><form><orth>lamp</orth></form><sense><cit type="trans"><quote>лампа</quote></cit></sense></entry>'
    return write_tei(folder, entry * 5), "own.tei"


@pytest.mark.parametrize("kind", [a_dict, a_packed_dict, a_stardict, a_tei])
def test_damaged_bytes_are_told_or_read_as_they_are(
    tmp_path: Path, kind: Callable[[Path], tuple[Path, str]]
) -> None:
    chance = Random(7)
    path, names = kind(tmp_path)
    told = 0
    for name in names.split():
        good = (tmp_path / name).read_bytes()
        for _ in range(150):
            data = bytearray(good)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            (tmp_path / name).write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
            try:
                list(read_entries(path))
            except BilingualError:
                told += 1
        (tmp_path / name).write_bytes(good)
    assert told
    assert list(read_entries(path))


@pytest.mark.parametrize("encoding", ["nobody-knows", "utf-7", "shift_jis", "hex"])
def test_a_tei_file_in_an_encoding_that_is_not_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "own.tei"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><TEI><entry/></TEI>')
    with pytest.raises(BilingualError):
        list(read_entries(path))


def test_which_dictionaries_are_taken_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (
        "mueller7",
        "freedict-eng-rus",
        "rus-eng",
        "freedict-eng-fra",
        "en-ru_small",
        "latrus",
        "jpn-rus",
    )
    for name in names:
        (tmp_path / f"{name}.index").touch()
    (tmp_path / "English-Russian").mkdir()
    (tmp_path / "English-Russian" / "dict_en-ru.ifo").touch()
    monkeypatch.setattr("searchlib.bilingual.translations._FOLDERS", (str(tmp_path), str(tmp_path / "gone")))
    assert {path.stem for path in installed()} == {*names[:3], "en-ru_small", "dict_en-ru"}
    monkeypatch.setenv(VARIABLE, os.pathsep.join(["/a/b.index", "c.ifo"]))
    assert installed() == (Path("/a/b.index"), Path("c.ifo"))
    monkeypatch.setenv(VARIABLE, "")
    assert installed() == ()


@pytest.mark.skipif(not MUELLER.is_file(), reason=f"there is no {MUELLER}: Debian's package mueller7-dict")
def test_muellers_dictionary(tmp_path: Path) -> None:
    for file in MUELLER.parent.glob("mueller7.*"):
        shutil.copy(file, tmp_path)
    own = Bilingual([tmp_path / MUELLER.name])
    assert words(own.translations("governments"))[0] == "правительство"
    assert {"государство", "штат", "состояние", "заявлять"} <= set(words(own.translations("states")))
    assert "oil" in words(own.translations("нефтью"))
    assert "children" not in words(own.translations("дети"))
    assert "child" in words(own.translations("ребёнок".replace("ё", "е")))

"""What plain text, HTML and texts in other encodings give."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from searchlib.errors import DocumentError, SearchError
from searchlib.sources import Record, read
from searchlib.sources.encoding import looks_binary, looks_cp1251, utf16_kind

RUSSIAN = (
    "Главы государств собрались в Москве, чтобы обсудить коллективную безопасность. "
    "«Это важный шаг», — сказал министр. Всё решится в 2024 году: ещё шесть стран ЕС и НАТО ждут ответа."
)
PLAIN = RUSSIAN.translate({ord("«"): '"', ord("»"): '"', ord("—"): "-"})  # for encodings without these signs
UKRAINIAN = "Президент України підписав закон про єдиний реєстр, який набуде чинності у всіх областях."
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "langid" / "sentences"


def outcome(folder: Path, content: bytes, name: str) -> tuple[list[Record], list[DocumentError]]:
    (folder / name).write_bytes(content)
    errors: list[DocumentError] = []
    return list(read([folder / name], on_error=errors.append)), errors


def test_the_first_line_that_is_not_blank_is_the_title(tmp_path: Path) -> None:
    records, errors = outcome(
        tmp_path, b"\xef\xbb\xbf\n \r\n  Title here \r\n\r\nFirst.\r\n\r\nSecond.\r\n", "a.txt"
    )
    assert not errors
    assert records[0].line == 3
    assert records[0].values == {
        "title": "Title here",
        "text": "First.\n\nSecond.",
        "path": str(tmp_path / "a.txt"),
    }


def test_a_title_alone_has_no_text(tmp_path: Path) -> None:
    assert outcome(tmp_path, b"Title", "a.txt")[0][0].values == {
        "title": "Title",
        "path": str(tmp_path / "a.txt"),
    }


def test_old_line_ends(tmp_path: Path) -> None:
    assert outcome(tmp_path, b"Title\rFirst\rSecond", "a.txt")[0][0].values["text"] == "First\nSecond"


def test_a_text_of_ten_megabytes_is_read_and_one_beyond_the_limit_is_not(tmp_path: Path) -> None:
    text = "слово дело\n" * 500_000
    assert outcome(tmp_path, f"Title\n{text}".encode(), "a.txt")[0][0].values["text"] == text.strip()
    records, errors = outcome(tmp_path, b"Title\n" + b"word " * (13 << 20), "a.txt")
    assert not records
    assert "64 MB" in str(errors[0])


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("text", [RUSSIAN, UKRAINIAN], ids=["ru", "uk"])
def test_encodings_of_every_kind_of_file(tmp_path: Path, encoding: str, text: str) -> None:
    line = json.dumps({"title": text}, ensure_ascii=False)
    files = {
        "a.txt": f"{text}\n{text}\n",
        "a.csv": f'id,title\n1,"{text}"\n',
        "a.jsonl": f"{line}\n\n{line}\n",
        "a.json": f"[{line}]",
    }
    for name, content in files.items():
        records, errors = outcome(tmp_path, content.encode(encoding), name)
        assert not errors
        assert records
        assert [record.values["title"] for record in records] == [text] * len(records)


@pytest.mark.parametrize("bom", [b"\xff\xfe", b""])
def test_short_and_english_utf_16(tmp_path: Path, bom: bytes) -> None:
    content = bom + "Hi 😀\nThere — “you”".encode("utf-16-le")
    values = outcome(tmp_path, content, "a.txt")[0][0].values
    assert (values["title"], values["text"]) == ("Hi 😀", "There — “you”")


def test_damaged_utf_16(tmp_path: Path) -> None:
    lines = '{"a": 1}\n{"a": "?"}\n{"a": 2}\n'.encode("utf-16")
    half = lines.replace("?".encode("utf-16-le"), b"\x00\xd8")  # half of a surrogate pair
    records, errors = outcome(tmp_path, half, "a.jsonl")
    assert [record.line for record in records] == [1, 3]
    assert [error.line for error in errors] == [2]
    records, errors = outcome(tmp_path, lines[:-1], "a.jsonl")
    assert [record.line for record in records] == [1, 2]
    assert [error.line for error in errors] == [3]  # the file breaks off in its last line
    assert "UTF-16" in str(errors[0])


def test_lines_too_short_to_tell_follow_their_file(tmp_path: Path) -> None:
    rows = f"id;title\n1;{RUSSIAN}\n2;Мир\n3;Ё\n".encode("cp1251")
    records, errors = outcome(tmp_path, rows, "a.csv")
    assert [record.values["title"] for record in records] == [RUSSIAN, "Мир", "Ё"]
    assert not errors


def test_one_line_in_another_encoding(tmp_path: Path) -> None:
    """Two exports put together: each line is read for itself."""
    good = json.dumps({"title": RUSSIAN}, ensure_ascii=False)
    content = (
        good.encode()
        + b"\n"
        + good.encode("cp1251")
        + b"\n"
        + json.dumps({"title": "без кавычек и тире"}, ensure_ascii=False).encode("koi8-r")
        + b"\n"
        + good.encode()
    )
    records, errors = outcome(tmp_path, content, "a.jsonl")
    assert [(record.line, record.values["title"]) for record in records] == [
        (1, RUSSIAN),
        (2, RUSSIAN),
        (4, RUSSIAN),
    ]
    assert [error.line for error in errors] == [3]
    assert "windows-1251" in str(errors[0])


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("koi8-r"),
        PLAIN.upper().encode("koi8-r"),
        PLAIN.encode("cp866"),
        PLAIN.encode("iso8859-5"),
        PLAIN.encode("mac-cyrillic"),
        "Les élèves français étaient déjà à l'école près de la forêt, où l'été s'achève.".encode("latin-1"),
        "Über die Straße gehen die Mädchen und ändern täglich ihre Größe für Österreich.".encode("cp1252"),
        "Příliš žluťoučký kůň úpěl ďábelské ódy a zpíval o tom každý večer znovu.".encode("cp1250"),
        "Οι αρχηγοί των κρατών συγκεντρώθηκαν για να συζητήσουν τη συλλογική ασφάλεια.".encode("cp1253"),
        RUSSIAN.encode()[:99] + RUSSIAN.encode()[100:],
        bytes(range(0x80, 0x100)) * 8,
        b"\xff",
        "Мир".encode("cp1251"),
    ],
)
def test_what_is_neither_utf_8_nor_cp1251_is_said(tmp_path: Path, content: bytes) -> None:
    assert not looks_cp1251(content)
    records, errors = outcome(tmp_path, content, "a.txt")
    assert not records
    assert len(errors) == 1


@pytest.mark.parametrize(
    "text",
    [RUSSIAN, RUSSIAN.upper(), UKRAINIAN, "Москва, 6 июня", "<b>ТАСС</b>: iPhone 15 и Windows 11 подорожали"],
)
def test_what_is_cp1251(text: str) -> None:
    assert looks_cp1251(text.encode("cp1251"))


@pytest.mark.parametrize("name", ["ru", "uk", "bg", "be"])
def test_real_sentences_in_cp1251(name: str) -> None:
    file = SHARED / f"{name}.txt"
    if not file.exists():
        pytest.skip("the shared sentences (shared/data/langid beside the project) are not here")
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert seen_as_cp1251(lines, "cp1251") >= (0.95 if name == "be" else 0.98)
    for other in ("koi8-r", "koi8-u", "iso8859-5", "cp866", "utf-8"):
        assert seen_as_cp1251(lines, other) <= 0.01


def seen_as_cp1251(lines: list[str], encoding: str) -> float:
    """The share of those lines that the encoding can hold."""
    seen = []
    for line in lines:
        try:
            seen.append(looks_cp1251(line.encode(encoding)))
        except UnicodeEncodeError:
            continue
    return sum(seen) / len(seen)


def test_utf_16_is_not_seen_in_other_files() -> None:
    assert utf16_kind(b"") is None
    assert utf16_kind(b"\0") is None
    assert utf16_kind(b"plain text") is None
    assert utf16_kind(bytes(1000)) is None
    assert utf16_kind(b"\x01\0\x02\0\x03\0\x04\0" * 50) is None  # 16-bit numbers
    assert utf16_kind(b"\xff\xfe\0\0a\0\0\0") is None  # UTF-32
    assert looks_binary(b"\xff\xfe\0\0a\0\0\0")
    assert not looks_binary(RUSSIAN.encode("cp1251"))


# HTML

PAGE = """<!doctype html><html lang="ru"><head>{charset}<title>Саммит в Москве - Новости</title>
<link rel="canonical" href="https://example.org/news/1">
<meta property="article:published_time" content="2024-06-06T10:00:00+03:00"></head><body>
<nav><a href="/">Главная страница</a></nav><article><h1>Саммит в Москве</h1>
<p>Главы государств собрались в Москве, чтобы обсудить коллективную безопасность &amp; торговлю.</p>
<p>Второй абзац говорит о другом: о погоде и спорте.</p></article>
<footer>Все права защищены</footer></body></html>"""


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ('<meta charset="utf-8">', "utf-8"),
        ("", "utf-8"),
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ("", "cp1251"),
        ('<meta charset="windows-1251">', "utf-8"),  # the declaration is wrong, as after a conversion
        ('<meta charset="koi8-r">', "koi8-r"),
        ("", "utf-16"),
    ],
)
def test_a_page(tmp_path: Path, charset: str, encoding: str) -> None:
    pytest.importorskip("trafilatura", reason="the extra 'html' is not installed")
    records, errors = outcome(tmp_path, PAGE.format(charset=charset).encode(encoding), "a.html")
    assert not errors
    values = records[0].values
    assert values["title"] == "Саммит в Москве"
    assert values["text"].startswith("Главы государств")
    assert "безопасность & торговлю" in values["text"]
    assert "Второй абзац" in values["text"]
    assert "Главная" not in values["text"]
    assert (values["date"], values["url"]) == ("2024-06-06", "https://example.org/news/1")
    assert values["path"] == str(tmp_path / "a.html")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><head><title>T</title></head><body></body></html>",
        b"<",
        b"plain words",
        b"<p" * 1000,
        b"<b>\xff\xfe\xfd</b>",
    ],
)
def test_a_page_without_text_is_reported(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("trafilatura", reason="the extra 'html' is not installed")
    records, errors = outcome(tmp_path, content, "a.htm")
    assert not records
    assert len(errors) == 1


def test_a_short_page_and_one_with_a_declaration(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura", reason="the extra 'html' is not installed")
    declared = (
        '<?xml version="1.0" encoding="windows-1251"?><html><body><p>Привет, мир.</p></body></html>'.encode(
            "cp1251"
        )
    )
    assert outcome(tmp_path, declared, "a.html")[0][0].values["text"] == "Привет, мир."
    nested = b"<html><body>" + b"<div>" * 3000 + b"<p>Deep down</p>" + b"</div>" * 3000 + b"</body></html>"
    records, errors = outcome(tmp_path, nested, "b.html")
    assert len(records) + len(errors) == 1


def test_html_without_the_extra_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text("<p>x</p>")
    errors: list[DocumentError] = []
    with pytest.raises(SearchError, match=r'pip install "searchlib\[html\]"'):
        list(read([tmp_path], on_error=errors.append))
    assert not errors

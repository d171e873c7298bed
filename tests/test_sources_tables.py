"""What CSV and TSV give, and that one bad row costs one error and not its neighbours."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchlib.errors import DocumentError
from searchlib.sources import read


def outcome(
    folder: Path, content: str | bytes, name: str = "a.csv"
) -> tuple[list[tuple[int, Any]], list[DocumentError]]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    errors: list[DocumentError] = []
    records = list(read([folder / name], on_error=errors.append))
    return [(record.line, record.values) for record in records], errors


def lines_of(errors: list[DocumentError]) -> list[int | None]:
    return [error.line for error in errors]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_header_tells_the_separator(tmp_path: Path, sign: str) -> None:
    rows = [("id", "title", "text"), ("1", "a, b; c\td", 'say "x"'), ("2", "", "two\nlines"), ("3", "é", "ё")]
    stream = io.StringIO()
    csv.writer(stream, delimiter=sign).writerows(rows)
    records, errors = outcome(tmp_path, stream.getvalue())
    assert records == [
        (2, {"id": "1", "title": "a, b; c\td", "text": 'say "x"'}),
        (3, {"id": "2", "text": "two\nlines"}),  # an empty cell is an absent field
        (5, {"id": "3", "title": "é", "text": "ё"}),
    ]
    assert not errors


def test_separators_inside_the_header_names_do_not_count(tmp_path: Path) -> None:
    records, _ = outcome(tmp_path, 'id;"a,b,c,d"\n1;2\n')
    assert records == [(2, {"id": "1", "a,b,c,d": "2"})]


def test_tsv_is_separated_by_tabs_whatever_the_header_holds(tmp_path: Path) -> None:
    records, _ = outcome(tmp_path, "id,x,y\ttitle\n1\ta\n", "a.tsv")
    assert records == [(2, {"id,x,y": "1", "title": "a"})]


def test_a_single_column(tmp_path: Path) -> None:
    assert outcome(tmp_path, "title\none\n\n  \ntwo")[0] == [(2, {"title": "one"}), (5, {"title": "two"})]


def test_byte_order_mark_blanks_around_names_and_an_unnamed_column(tmp_path: Path) -> None:
    records, errors = outcome(tmp_path, b'\xef\xbb\xbf"id", title ,\r\n1,a,x\r\n\r\n2,b,\r\n')
    assert records == [(2, {"id": "1", "title": "a"}), (4, {"id": "2", "title": "b"})]
    assert not errors


@pytest.mark.parametrize(
    "content", ["id,id\n1,2\n", ",,\n1,2,3\n", "id,\0title\n1,2\n", '"id\n1,2\n', b"id,\xff\xfe\xfd\n1,2\n"]
)
def test_a_header_that_cannot_be_used_costs_the_file(tmp_path: Path, content: str | bytes) -> None:
    records, errors = outcome(tmp_path, content)
    assert len(errors) >= 1
    assert not [values for _, values in records if "id" in values]


def test_a_header_alone_is_no_error(tmp_path: Path) -> None:
    assert outcome(tmp_path, "id,title\n") == ([], [])


BAD = {
    "few": "1",
    "many": "1,2,3",
    "text after quotes": '"1"x,2',
    "never closed": '1,"2',
    "carriage return": "1,a\rb",
    "nul": "1,a\0b",
    "bytes": b"1,\xff\xfe\xfd",
    "two lines": b'1,"a\n\xff\xfe"',
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_a_bad_row_is_reported_and_its_neighbours_are_read(tmp_path: Path, row: str | bytes) -> None:
    raw = row.encode() if isinstance(row, str) else row
    records, errors = outcome(tmp_path, b'id,title\n0,"x\ny"\n' + raw + b"\n8,after\n9,end\n")
    assert lines_of(errors) == [4]
    assert errors[0].source == str(tmp_path / "a.csv")
    assert [values["id"] for _, values in records] == ["0", "8", "9"]
    assert [line for line, _ in records] == [2, 5 + raw.count(b"\n"), 6 + raw.count(b"\n")]


def test_a_quotation_mark_that_is_never_closed_takes_one_row(tmp_path: Path) -> None:
    rows = [f"{number},title" for number in range(50_000)]
    rows[1000] = '1000,"title'
    started = time.perf_counter()
    records, errors = outcome(tmp_path, "id,title\n" + "\n".join(rows))
    assert time.perf_counter() - started < 10
    assert lines_of(errors) == [1002]
    assert len(records) == 49_999


def test_a_hostile_table_takes_time_in_proportion(tmp_path: Path) -> None:
    """Each row opens a quotation that only the row's limit ends."""
    content = "id,title\n" + '"""\n' * 30_000 + '1,"' + '""\n' * 30_000
    started = time.perf_counter()
    _, errors = outcome(tmp_path, content)
    assert time.perf_counter() - started < 10
    assert errors


def test_a_cell_of_ten_megabytes_is_read_and_one_beyond_the_limit_is_not(tmp_path: Path) -> None:
    text = "слово\n" * 1_700_000
    records, errors = outcome(tmp_path, f'id,text\n1,"{text}"\n2,after\n')
    assert [len(values["text"]) for _, values in records] == [len(text), 5]
    assert not errors
    records, errors = outcome(tmp_path, f"id,text\n1,{'x' * (17 << 20)}\n2,after\n")
    assert [values["id"] for _, values in records] == ["2"]
    assert lines_of(errors) == [2]
    assert "16 million characters" in str(errors[0])


# without control characters: many of them make the file a binary one
cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\n\r\x85"), max_size=12)


@settings(deadline=None)
@given(
    st.lists(st.lists(cells, min_size=2, max_size=2), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@example([["\x1c", "\u2028"], ['"', "\r"]], ",", "\n", "utf-8")
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], sign: str, end: str, encoding: str
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=sign, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [["id", "title"], *rows]
    )
    records, errors = outcome(tmp_path_factory.mktemp("csv"), stream.getvalue().encode(encoding))
    expected = [{name: cell for name, cell in zip(("id", "title"), row, strict=True) if cell} for row in rows]
    assert not errors
    assert [values for _, values in records] == expected


@settings(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r\0;ё\ud800'), max_size=60))
def test_any_table_gives_records_or_document_errors(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    raw = ("id,title\n" + content + "\n9,end\n").encode("utf-8", "surrogatepass")
    records, errors = outcome(tmp_path_factory.mktemp("csv"), raw)
    places = [line for line, _ in records] + [error.line or 0 for error in errors]
    assert len(set(places)) == len(places)  # no row is both read and reported, and none is read twice
    assert records[-1:] == [(raw.count(b"\n"), {"id": "9", "title": "end"})] or errors

"""Lines that recur across the pages of a site are not indexed, and stay in what is stored."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from menu_pages import page, write

from searchlib import NEWS, CorruptIndexError, Definition, Index
from searchlib.documents import prepare
from searchlib.storage._segment import hash64
from searchlib.storage.boilerplate import Boilerplate, boilerplate_of, checked
from searchlib.storage.pipe import Batch, documents_of
from searchlib_cli.main import cli


def make(path: Path, *sources: Path, boilerplate: bool | None = None, workers: int = 1) -> Index:
    index = Index.create(path, replace(NEWS, boilerplate=boilerplate))
    for source in sources:
        with index.writer(workers=workers) as writer:
            writer.add_from([source])
    return index


def found(index: Index, query: str) -> list[str]:
    return sorted(str(hit.title) for hit in index.search(query, limit=1000))


def test_phrase_of_the_menu_finds_only_a_page_that_says_it_itself(tmp_path: Path) -> None:
    said = {7: "She went back to all news of that winter.", 8: "Он шёл назад ко всем новостям зимы."}
    index = make(tmp_path / "index", write(tmp_path / "site", range(30), said))
    assert found(index, '"back to all news"') == [page(7)[0]]
    assert found(index, '"назад ко всем новостям"') == [page(8)[0]]
    assert found(index, "departments") == []
    assert found(index, "отделы") == []
    assert len(found(index, "harbour")) == 5


def test_stored_text_is_whole(tmp_path: Path) -> None:
    for workers in (1, 2):
        index = make(tmp_path / f"index{workers}", write(tmp_path / "site", range(30)), workers=workers)
        for hit in index.search("harbour", limit=30):
            assert str(hit.fields["text"]).endswith("Back to all news")


def test_another_process_gets_the_stored_text_and_what_is_indexed_of_it() -> None:
    document = prepare({"id": "a", "title": "Own", "text": "Own words.\nBack to all news"}, NEWS)
    document.texts = (document.texts[0], "Own words.")
    batch = Batch(NEWS)
    batch.add(replace(document, stored=dict(document.stored)))
    assert list(documents_of(batch.take(), NEWS)) == [document]


def test_several_workers_give_the_same(tmp_path: Path) -> None:
    sites = [write(tmp_path / "one", range(40)), write(tmp_path / "two", range(20, 90))]
    one = make(tmp_path / "a", *sites, workers=1)
    two = make(tmp_path / "b", *sites, workers=2)
    assert one.stats().boilerplate == two.stats().boilerplate
    assert len(one.stats().boilerplate) == 2
    for query in ("museum", "отделы", "share", "reports", "запись", "harbour -museum"):
        results = [
            [(hit.id, hit.score, hit.fields["text"]) for hit in index.search(query, limit=200)]
            for index in (one, two)
        ]
        assert results[0] == results[1]


def test_the_next_run_knows_what_the_one_before_learned(tmp_path: Path) -> None:
    site = tmp_path / "site"
    index = make(tmp_path / "index", write(site, range(30)))
    with index.writer() as writer:
        writer.add_from([write(tmp_path / "site", range(30, 31)) / "030.txt"])
    assert found(index, "departments") == []
    assert found(index, "x" * 31) == [page(30)[0]]


def test_pages_that_come_one_a_commit_are_learned_from(tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(12))
    index = make(tmp_path / "index", *[site / f"{n:03d}.txt" for n in range(12)])
    menu = index.stats().boilerplate[str(site)]
    assert menu["back to all news"] == 8
    assert "назад ко всем новостям" not in menu  # four pages have it
    assert page(11)[0] in found(index, "вокзал OR библиотека OR музей OR яблоня")
    assert len(found(index, "departments")) == 4  # until it was known


def test_definition_says_for_which_sources(tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(30))
    lines = tmp_path / "lines.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for n in range(30):
            title, text = page(n)
            record = {"title": title, "text": "\n".join(text), "url": f"https://town.example/{n}"}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    assert len(found(make(tmp_path / "a", site, boilerplate=False), "departments")) == 20
    by_default = make(tmp_path / "b", lines)
    assert len(found(by_default, "departments")) == 20
    assert by_default.stats().boilerplate == {}
    everywhere = make(tmp_path / "c", lines, boilerplate=True)
    assert found(everywhere, "departments") == []
    assert list(everywhere.stats().boilerplate) == ["town.example"]
    assert Definition.from_dict(replace(NEWS, boilerplate=True).to_dict()).boilerplate is True


def test_web_pages_are_judged_as_well(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    site = tmp_path / "site"
    site.mkdir()
    for n in range(24):
        title, lines = page(n)
        own = f"{lines[1]} It is a long report, so that it is the main text of its page, of which the rest is left out."
        text = "".join(
            f"<p>{one}</p>" for one in (own, "Read what our readers think about the town every week.")
        )
        page_text = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"
        (site / f"{n}.html").write_text(page_text, encoding="utf-8")
    index = make(tmp_path / "index", site)
    assert len(found(index, "main text of its page")) == 24
    assert found(index, "readers") == []


def test_replaced_page_counts_once(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index", replace(NEWS, boilerplate=True))
    for _ in range(2):
        with index.writer() as writer:
            for _ in range(10):
                writer.add({"id": "same", "text": "Its own words.\nBack to all news", "source": "town"})
    assert index.stats().boilerplate == {}
    assert len(found_ids(index, "back")) == 1


def found_ids(index: Index, query: str) -> list[str]:
    return [hit.id for hit in index.search(query, limit=1000)]


def test_the_last_of_one_id_counts_while_pages_wait(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.add({"id": "a", "text": "waiting page"}, page="site/a.txt")
        writer.add({"id": "a", "text": "later record"})
        writer.add({"id": "b", "text": "waiting again"}, page="site/b.txt")
        assert writer.documents == 3
        assert writer.delete("b")
    assert found_ids(index, "later") == ["a"]
    assert found_ids(index, "waiting") == []


def test_rollback_and_close_learn_nothing(tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(30))
    index = make(tmp_path / "index", write(tmp_path / "other", range(2)))
    writer = index.writer()
    writer.add_from([site])
    writer.rollback()
    writer.add({"text": "A lone record."})
    writer.commit()
    writer.add_from([site])
    writer.close()
    index.refresh()
    assert index.stats().boilerplate == {}
    assert index.stats().documents == 3


def test_cleared_index_learns_anew(tmp_path: Path) -> None:
    site = write(tmp_path / "site", range(30))
    index = make(tmp_path / "index", site)
    before = index.stats().boilerplate
    with index.writer() as writer:
        writer.clear()
        writer.add_from([site])
    assert index.stats().boilerplate == before


def test_text_of_nothing_but_recurring_lines_is_indexed(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        for n in range(30):
            writer.add({"id": f"{n}", "text": "No report today."}, page="site/a.txt")
    assert len(found_ids(index, "report")) == 30


def test_a_copy_knows_what_the_index_knew_and_stats_show_it(tmp_path: Path) -> None:
    index = make(tmp_path / "index", write(tmp_path / "site", range(30)))
    index.snapshot(tmp_path / "copy")
    assert Index.open(tmp_path / "copy").stats().boilerplate == index.stats().boilerplate
    shown = CliRunner().invoke(cli, ["stats", "--index", str(tmp_path / "index")]).output
    assert "recurring lines that are not indexed" in shown
    assert "in 20 documents: 'back to all news'" in shown
    as_json = CliRunner().invoke(cli, ["stats", "--json", "--index", str(tmp_path / "index")]).output
    assert json.loads(as_json)["boilerplate"] == index.stats().boilerplate


@pytest.mark.parametrize(
    "value", [{"a": 1}, [["town", 3, [["line", 4]]]], [["town", True, []]], [[1, 2, []]], [["town", 2]], 7]
)
def test_manifest_that_cannot_be_true_is_refused(tmp_path: Path, value: object) -> None:
    make(tmp_path / "index", write(tmp_path / "site", range(30))).close()
    path = tmp_path / "index" / "manifest"
    values = json.loads(path.read_bytes().partition(b"\n")[0])
    body = json.dumps(values | {"boilerplate": value}, ensure_ascii=False).encode()
    path.write_bytes(body + b"\n%016x\n" % hash64(body))
    with pytest.raises(CorruptIndexError):
        Index.open(tmp_path / "index")


LINE = st.sampled_from(["alpha", "Alpha", "beta 1", "beta 2", "  gamma", "", "delta", "epsilon  zeta"])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(LINE, min_size=1, max_size=5)), max_size=70))
def test_rule_is_that_of_a_naive_count(pages: list[tuple[str, list[str]]]) -> None:
    def plain(line: str) -> str:
        return "".join("0" if sign.isdigit() else sign for sign in " ".join(line.lower().split()))

    memory = Boilerplate(NEWS, ())
    for n, (source, lines) in enumerate(pages):
        record = {"id": str(n), "title": "alpha", "text": "\n".join([*lines, f"own {'x' * n}"])}
        memory.wait(prepare(record, NEWS), source, new=True)
        if n == len(pages) // 2:  # a commit, which forgets nothing of so few lines
            while memory.take(all=True):
                pass
            memory = Boilerplate(NEWS, checked(json.loads(json.dumps(memory.known()))))
    expected: dict[str, dict[str, int]] = {}
    for source in {one for one, _ in pages}:
        texts = [lines for one, lines in pages if one == source]
        counts = Counter(line for lines in texts for line in {plain(one) for one in lines} if line)
        if chosen := {line: n for line, n in counts.items() if n >= 5 and n * 10 >= len(texts)}:
            expected[source] = chosen
    assert boilerplate_of(memory.known()) == expected
    rest = iter(pages[len(pages) // 2 + 1 :])
    while (document := memory.take(all=True)) is not None:
        source, lines = next(rest)
        left = [line for line in document.texts[1].split("\n") if line.strip()]
        kept = [line for line in lines if line.strip() and plain(line) not in expected.get(source, {})]
        assert left[:-1] == kept
        assert document.texts[0] == "alpha"
    assert next(rest, None) is None


def test_what_the_manifest_keeps_is_bounded() -> None:
    memory = Boilerplate(NEWS, ())
    for n in range(600):
        text = "\n".join([*(f"{'ы' * (k + 1)} {chr(97 + n % 26) * (n // 26 + 1)}" for k in range(9)), "Back"])
        memory.wait(prepare({"id": str(n), "text": text}, NEWS), f"site {n % 300}", new=True)
        while memory.take(all=True):
            pass
    assert len(json.dumps(memory.known(), ensure_ascii=False).encode()) <= 64 << 10
    one = Boilerplate(NEWS, ())
    for n in range(600):
        text = "\n".join([*(f"{'q' * (k + 1)} {chr(97 + n % 26) * (n // 26 + 1)}" for k in range(9)), "Back"])
        one.wait(prepare({"id": str(n), "text": text}, NEWS), "site", new=True)
    assert boilerplate_of(one.known())["site"] == {"back": 600}

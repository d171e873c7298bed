"""Does the command complete words, and say what was meant by misspelt ones?"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from shell_archive import DOCUMENTS, answer, make_index, search

from searchlib import Index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents = [{**one, "id": f"{one['id']}-{n}"} for n in range(3) for one in DOCUMENTS]
    return make_index(tmp_path_factory.mktemp("complete"), documents)


@pytest.fixture(autouse=True)
def asked(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_INDEX", str(index))


def test_one_completion_a_line(index: Path) -> None:
    result = search("complete", "--limit", "2", "са")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == Index.open(index).complete("са", limit=2) == ["саммит", "саммиту"]
    assert search("complete", "cfv").stdout.splitlines()[0] == "саммит"
    assert search("complete", "саммит", "нат").stdout == "саммит НАТО\n"
    assert search("complete", "саммит", "-нат").stdout == "саммит -НАТО\n"


def test_json_has_the_text_and_its_completions(index: Path) -> None:
    result = search("complete", "--json", "саммит", "нат")
    assert json.loads(result.stdout) == {"text": "саммит нат", "completions": ["саммит НАТО"]}
    assert "НАТО" in result.stdout, "Cyrillic is not escaped"


def test_nothing_to_complete_is_no_failure() -> None:
    for text in ("xyzzy", "", "--", "саммит "):
        result = search("complete", "--", text)
        assert (result.exit_code, result.stdout) == (0, "")


def test_what_is_asked_wrongly() -> None:
    assert search("complete").exit_code == 2
    assert search("complete", "--limit", "0", "са").exit_code == 2
    assert search("query", "complete").stdout.startswith("Nothing found for: complete")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_the_lines_for_bash_complete_a_word(tmp_path: Path) -> None:
    help = search("complete", "--help").stdout
    lines = help[help.index("_search() {") : help.index("complete -o default")]
    script = 'search() { [ "$1 $2" = "complete --" ] && printf "%s\\n" "${3}мит" "${3}овар"; }\n' + lines
    script += 'COMP_WORDS=(search --limit 3 сам); COMP_CWORD=3; _search; printf "%s|" "${COMPREPLY[@]}"'
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "саммит|самовар|"


def test_a_person_is_asked_what_was_meant() -> None:
    result = search("саммт")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("Nothing found for: саммт (")
    assert result.stdout.splitlines()[1] == "Did you mean: саммит"
    assert "Did you mean: \x1b[1msummit\x1b[0m of heads" not in search("--color", "sumit").stdout
    assert "Did you mean: \x1b[1msummit\x1b[0m" in search("--color", "sumit").stdout
    partly = search("--limit", "1", "summit", "hevads", "of", "state").stdout
    assert partly.splitlines()[-1] == "Did you mean: summit heads of state"
    assert "Did you mean" not in search("саммит").stdout
    assert "Did you mean" not in search("--offset", "1", "summit", "hevads").stdout
    assert "Did you mean" not in search("similar", "ru-1-0").stdout


def test_a_person_is_told_what_was_searched_for() -> None:
    result = search("--limit", "1", "cfvvbn")
    assert result.stdout.splitlines()[0] == "Showing results for: саммит"
    assert result.stdout.splitlines()[1].startswith(" 1. ")
    plain = search("--no-repair", "cfvvbn").stdout.splitlines()
    assert plain[0].startswith("Nothing found for: cfvvbn (")
    assert plain[1:] == ["Did you mean: саммит"]


def test_json_has_both() -> None:
    found = answer("cfvvbn")
    assert (found["query"], found["repaired"], found["suggestion"]) == ("cfvvbn", "саммит", None)
    assert found["total"] == answer("саммит")["total"] == 9
    misspelt = answer("sumit")
    assert (misspelt["repaired"], misspelt["suggestion"], misspelt["total"]) == (None, "summit", 0)
    right = answer("summit")
    assert (right["repaired"], right["suggestion"]) == (None, None)

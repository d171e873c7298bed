"""A small archive to ask from a shell: made once for a test file, with the command run in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from searchlib import Index
from searchlib_cli.main import cli

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "ru-1",
        "title": "Саммит глав государств открылся в Астане",
        "text": "В столице начался саммит. Главы государств обсудили торговлю и безопасность.",
        "date": "2024-07-03",
        "source": "Степные вести",
        "tags": ["саммит", "торговля"],
    },
    {
        "id": "ru-2",
        "title": "Саммит НАТО прошёл без заявлений",
        "text": "Саммит закончился поздно вечером. Журналистов не пустили.",
        "date": "2024-07-11",
        "source": "Вечерний курьер",
        "tags": ["саммит"],
    },
    {
        "id": "ru-3",
        "title": "К саммиту отремонтируют дорогу",
        "text": "Дорогу от вокзала закроют на две недели. Торговлю переведут на соседнюю улицу.",
        "date": "2024-05-20",
        "source": "Вечерний курьер",
        "tags": ["дороги", "торговля"],
    },
    {
        "id": "en-1",
        "title": "Leaders meet for a summit",
        "text": "The summit of heads of state opened in the capital. Trade was the first subject.",
        "date": "2023-07-03T10:00:00Z",
        "source": "Steppe News",
        "tags": ["summit"],
    },
    {
        "id": "en-2",
        "title": "Harvest is late",
        "text": "Farmers wait for rain. The summit of the hill is dry.",
        "source": "Steppe News",
    },
]


def search(*args: str, stdin: str | bytes | None = None) -> Result:
    """The command as a shell would run it, but in this process."""
    return CliRunner().invoke(cli, args, prog_name="search", input=stdin)


def answer(*args: str) -> dict[str, Any]:
    """What --json prints."""
    result = search("--json", *args)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def ids(*args: str) -> list[str]:
    """The hits of a search, in order."""
    return [hit["id"] for hit in answer(*args)["hits"]]


def make_index(folder: Path, documents: list[dict[str, Any]] = DOCUMENTS) -> Path:
    """Where the index of the documents is: indexes/steppe in this folder."""
    path = folder / "indexes" / "steppe"
    with Index.create(path) as index, index.writer() as writer:
        for one in documents:
            writer.add(one)
    return path

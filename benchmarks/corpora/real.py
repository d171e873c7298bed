"""Where is real text, and what was asked of it? Reads the collections in ../shared/data, beside the project.

They belong to others and are not part of the project: what needs them skips them, saying so, where they are
missing.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / "shared" / "data"


def missing(name: str, data: Path = DATA) -> str | None:
    """Why a collection cannot be read, for people; None when it can."""
    file = data / name / "docs.jsonl.gz"
    return None if file.is_file() else f"{name}: skipped, there is no {file}"


def documents(name: str, data: Path = DATA) -> Iterator[dict[str, Any]]:
    """The documents of a collection: id, title, text, some with lang, date and url."""
    with gzip.open(data / name / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def queries(name: str, data: Path = DATA) -> list[dict[str, Any]]:
    """The queries of a collection: id, text, lang, some with own_doc, the document a query was taken from."""
    with (data / name / "queries.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def judgements(name: str, data: Path = DATA) -> dict[str, dict[str, int]]:
    """query -> document -> grade, 0 for one judged not relevant."""
    found: dict[str, dict[str, int]] = {}
    for line in (data / name / "qrels.txt").read_text(encoding="utf-8").splitlines():
        query, _, document, grade = line.split()
        found.setdefault(query, {})[document] = int(grade)
    return found

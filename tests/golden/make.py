"""How was the golden index made? Run once for each format:  python tests/golden/make.py

Writes tests/golden/format-N, N the format that the installed searchlib writes, and refuses when it is there.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import searchlib
from searchlib.storage.format import VERSION

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "bridge-1",
        "title": "New bridge over the Vara opened",
        "text": "The bridge carries trams and bicycles. Engineers tested the bridge for a month.",
        "date": "2024-03-01T09:30",
        "source": "Vara Courier",
        "tags": ["transport", "city"],
        "lang": "en",
        "url": "https://courier.example/bridge",
        "pages": 3,
    },
    {
        "id": "bridge-2",
        "title": "Мост через Вару открыт",
        "text": "По мосту пойдут трамваи. Инженеры испытывали мост месяц, и мосты рядом закрывали.",
        "date": "2024-03-02",
        "source": "Вестник Вары",
        "tags": ["transport"],
        "lang": "ru",
    },
    {
        "id": "harvest-1",
        "title": "Harvest delayed by rain",
        "text": "Farmers expect a late harvest. The harvest of rye suffered most from the rain.",
        "date": "2024-07-15",
        "source": "Field Notes",
        "tags": ["weather", "farming"],
        "lang": "en",
    },
    {
        "id": "harvest-2",
        "title": "Урожай ржи отложили из-за дождей",
        "text": "Фермеры ждут позднего урожая. Больше всего от дождя пострадала рожь.",
        "date": "2024-07-16",
        "source": "Вестник Вары",
        "tags": ["weather", "farming"],
        "lang": "ru",
    },
    {"id": "note-1", "text": "An untitled note without a date: rain, rain and rain again.", "lang": "en"},
    {
        "id": "treaty-1",
        "title": "Water treaty signed in Ostrova",
        "text": "Five towns signed the treaty on water. The water treaty starts in May.",
        "date": "2023-12-31T23:59",
        "source": "Vara Courier",
        "tags": ["politics", "water", "city"],
        "lang": "en",
        "url": "https://courier.example/treaty?id=5",
    },
    {
        "id": "treaty-2",
        "title": "Договор о воде подписан в Острове",
        "text": "Пять городов подписали договор о воде. По договору вода будет общей с мая.",
        "date": "2024-01-01",
        "source": "Вестник Вары",
        "tags": ["politics", "water"],
        "lang": "ru",
    },
    {
        "id": "chess-1",
        "title": "Chess: a draw after nine hours",
        "text": "The chess final ended in a draw. It was the longest chess game of the year.",
        "date": "2024-05-20",
        "source": "Field Notes",
        "tags": ["sport"],
        "lang": "en",
    },
    {
        "id": "lost-1",
        "title": "A bridge that nobody will find",
        "text": "This document about a bridge is deleted before segments are merged.",
        "date": "2024-02-02",
        "lang": "en",
    },
    {
        "id": "chess-2",
        "title": "Шахматы: ничья после девяти часов",
        "text": "Финал по шахматам закончился вничью. Это была самая длинная партия года.",
        "date": "2024-05-21",
        "source": "Вестник Вары",
        "tags": ["sport"],
        "lang": "ru",
    },
    {
        "id": "tram-1",
        "title": "Trams return to the old town",
        "text": "The first tram crossed the bridge at dawn. Ёлки у моста видны из трамвая.",
        "date": "2024-12-24T06:00",
        "source": "Vara Courier",
        "tags": ["transport", "city"],
        "lang": "en",
    },
    {
        "id": "flood-1",
        "title": "Flood warning lifted",
        "text": "The water fell overnight and the warning was lifted. Bridges are open again.",
        "date": "2024-04-10",
        "source": "Field Notes",
        "tags": ["weather", "water"],
        "lang": "en",
    },
]
CHANGED = DOCUMENTS[7] | {"text": "The chess final ended in a draw after nine hours and ninety moves."}


def make(folder: Path) -> None:
    """Two segments: one that was merged from three, with a list of deletions, and a younger one."""
    index = searchlib.Index.create(folder)
    with index.writer() as writer:
        for start, end in ((0, 4), (4, 7), (7, 9)):
            for document in DOCUMENTS[start:end]:
                writer.add(document)
            writer.commit()
        writer.delete("lost-1")
        writer.optimize()
        for document in (*DOCUMENTS[9:], CHANGED):
            writer.add(document)
        writer.delete("note-1")
        writer.commit()
    index.close()
    for name in ("lock", "lock.holder"):
        (folder / name).unlink(missing_ok=True)


if __name__ == "__main__":
    folder = Path(__file__).parent / f"format-{VERSION}"
    if folder.exists():
        sys.exit(f"{folder} is there already")
    make(folder)

"""Invented pages of a site whose menu and footer recur."""

from __future__ import annotations

from pathlib import Path

TOPICS = ("harbour", "museum", "orchard", "railway", "theatre", "library")
THEMES = ("гавань", "музей", "яблоня", "вокзал", "театр", "библиотека")
MENU = ("Home | Departments | Contacts", "Share this page with friends", "Back to all news")
RUSSIAN_MENU = ("Главная | Отделы | Контакты", "Поделиться с друзьями", "Назад ко всем новостям")


def page(n: int) -> tuple[str, list[str]]:
    """The title and the lines of an invented page, every third of which is in Russian."""
    if n % 3 == 2:
        theme = THEMES[n % len(THEMES)]
        own = [f"Город сообщает о новом: {theme}, запись номер {'и' * (n + 1)}."]
        return f"Известие про {theme} {n}", [f"Опубликовано {n % 28 + 1}.03.2024", *own, *RUSSIAN_MENU]
    topic = TOPICS[n % len(TOPICS)]
    own = [f"The town reports on its {topic}, entry {'x' * (n + 1)}."]
    return f"News of the {topic} {n}", [f"Published {n % 28 + 1}.03.2024", *own, *MENU]


def write(folder: Path, pages: range, body: dict[int, str] | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for n in pages:
        title, lines = page(n)
        lines = [*lines, (body or {}).get(n, "")]
        (folder / f"{n:03d}.txt").write_text("\n".join([title, *lines]), encoding="utf-8")
    return folder

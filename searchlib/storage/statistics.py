"""What is in a snapshot, in figures?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from searchlib.storage.boilerplate import boilerplate_of
from searchlib.storage.snapshot import Snapshot

__all__ = ["Stats", "figures"]


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of one snapshot.

    documents: living ones; languages: of them by `lang`, most frequent first; terms, forms: distinct ones, summed over
    segments; bytes: on disk in all; parts: of them by what they are for. boilerplate: by source, the lines that are left out of what is indexed (folded, and cut
    at 100 letters) with how many documents had them, the most frequent first.
    """

    documents: int
    languages: dict[str, int]
    terms: int
    forms: int
    segments: int
    bytes: int
    parts: dict[str, int]
    boilerplate: dict[str, dict[str, int]]


def figures(folder: Path, snapshot: Snapshot) -> Stats:
    """The figures of a snapshot of the index in a folder."""
    languages: dict[str, int] = {}
    parts: dict[str, int] = {}
    labelled = any(field.name == "lang" for field in snapshot.manifest.definition.keyword_fields)
    for i, segment in enumerate(snapshot.segments):
        if labelled:
            for language, count in segment.keyword("lang").counts(snapshot.living(i)).items():
                languages[language] = languages.get(language, 0) + count
        for part, size in segment.parts().items():
            parts[part] = parts.get(part, 0) + size
    files = [folder / name for name in snapshot.manifest.files()]
    total = sum(file.stat().st_size for file in files if file.exists())
    parts["other"] = total - sum(parts.values())
    return Stats(
        documents=snapshot.documents,
        languages=dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        terms=sum(segment.file.term_count for segment in snapshot.segments),
        forms=sum(segment.file.form_count for segment in snapshot.segments),
        segments=len(snapshot.segments),
        bytes=total,
        parts=parts,
        boilerplate=boilerplate_of(snapshot.manifest.boilerplate),
    )

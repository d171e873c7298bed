"""How fast is each index built, in how much memory, and how large is it? Builds of all engines take turns.

Reading JSON is nobody's cost, but of ``searchlib, news``, which streams it as a user does. CPU seconds are those of all processes of a
build. The peak is that of the process that builds: of Lucene's, a JVM beside it, none is told.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.engines import ENGINES, OURS
from benchmarks.measures.bench import Bench, Ground, variants
from benchmarks.measures.building import TWO, Build, size_on_disk
from benchmarks.measures.figures import Figure

_ELSEWHERE = "Lucene"  # whose memory is another process's
# Kinds of files whose names say what they hold; a segment of Lucene is one file when it is small.
_KINDS = {
    "tantivy": {
        ".idx": "postings",
        ".pos": "positions",
        ".term": "terms",
        ".fast": "columns",
        ".store": "documents",
        ".fieldnorm": "norms",
    },
    "Lucene": {
        ".doc": "postings",
        ".psm": "postings",
        ".pos": "positions",
        ".pay": "positions",
        ".tim": "terms",
        ".tip": "terms",
        ".tmd": "terms",
        ".dvd": "columns",
        ".dvm": "columns",
        ".kdd": "columns",
        ".kdi": "columns",
        ".kdm": "columns",
        ".nvd": "norms",
        ".nvm": "norms",
        ".fdt": "documents",
        ".fdx": "documents",
        ".fdm": "documents",
    },
}


def build(bench: Bench) -> None:
    """Speed, work and memory of every build."""
    for ground in bench.grounds():
        runs: dict[str, list[Build]] = {}
        for turn in range(bench.extent.builds):
            for name in _builders(bench, ground):
                bench.say(f"building {name} on {ground.name}, {turn + 1} of {bench.extent.builds}")
                with bench.spared():
                    runs.setdefault(name, []).append(bench.build(name, ground))
        for name, builds in runs.items():
            bench.result.figures.extend(_figures(ground, name, builds))


def _builders(bench: Bench, ground: Ground) -> list[str]:
    """Who builds on a ground: the engines that are still measured, and on the whole corpus other ways to build with searchlib."""
    names = [name for name in ground.engines if name in bench.engines]
    return names + (variants(ground) if ground.corpus is bench.corpus else [])


def _figures(ground: Ground, name: str, builds: list[Build]) -> list[Figure]:
    def figure(quantity: str, unit: str, values: list[float], *, rising: bool = False) -> Figure:
        return Figure("build", ground.name, "", name, quantity, unit, tuple(values), rising)

    peaks = [one["peak_mb"] for one in builds]
    found = [
        figure(
            "MB/s of text", "MB/s", [one["raw_bytes"] / one["seconds"] / 1e6 for one in builds], rising=True
        ),
        figure(
            "documents/s", "documents/s", [one["documents"] / one["seconds"] for one in builds], rising=True
        ),
        figure("CPU s", "s", [one["cpu_seconds"] + one["others_cpu_seconds"] for one in builds]),
    ]
    if name != _ELSEWHERE and None not in peaks:
        found.append(figure("peak MB", "MB", [peak or 0.0 for peak in peaks]))
    return found


def size(bench: Bench) -> None:
    """Bytes a document of every index, and of its parts where the engine tells them apart."""
    for ground in bench.grounds():
        for name in _builders(bench, ground):
            if name.endswith(TWO):  # as large as with one
                continue
            with bench.spared():
                folder = bench.index(name, ground)
                sizes = {"all": size_on_disk(folder)}
                if name in ENGINES and name != OURS:
                    sizes |= _by_kind(folder, _KINDS.get(name, {}))
                else:
                    sizes |= _of_searchlib(folder)
                for part, amount in sizes.items():
                    value = amount / ground.corpus.documents
                    bench.result.figures.append(
                        Figure("size", ground.name, part, name, "bytes/document", "bytes", (value,))
                    )


def _of_searchlib(folder: Path) -> dict[str, int]:
    from searchlib import Index

    with Index.open(folder) as index:
        return index.stats().parts


def _by_kind(folder: Path, kinds: dict[str, str]) -> dict[str, int]:
    """Bytes by what files hold; nothing where none of them tells."""
    sizes: dict[str, int] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            part = kinds.get(file.suffix, "other")
            sizes[part] = sizes.get(part, 0) + file.stat().st_size
    return sizes if sizes.keys() - {"other"} else {}

"""What does it cost before the first answer, and to stay open? Fresh processes with the files in the page cache, on the news index.

``search WORDS`` is the whole command, from the start of Python to its end. ``open`` is Index.open alone, in a process that
has imported the library. Memory is what is resident above what Python itself had before its first import; pages of the
index that are mapped count as they are touched, and the system may take them back.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from time import perf_counter

from benchmarks.corpora.questions import BAG
from benchmarks.engines import OURS
from benchmarks.measures.bench import Bench, Ground
from benchmarks.measures.building import NEWS
from benchmarks.measures.figures import Figure

_STATUS = Path("/proc/self/status")
_IMPORT = "import time; t = time.perf_counter(); import searchlib; print(time.perf_counter() - t)"
_OPEN = """
import sys, time
from searchlib import Index
t = time.perf_counter()
index = Index.open(sys.argv[1])
print(time.perf_counter() - t)
"""
# Python's own size is read before anything is imported that is not there already; a line of the status says KiB.
_MEMORY = """
import sys
def resident(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))
questions = sys.stdin.read().splitlines()
bare, mapped = resident("VmRSS"), resident("RssFile")
from searchlib import Index
index = Index.open(sys.argv[1])
idle = resident("VmRSS") - bare
for question in questions:
    index.search(question).ids
print(idle, resident("VmRSS") - bare, resident("RssFile") - mapped)
"""


def start(bench: Bench) -> None:
    """The import, opening an index, the command."""
    ground = bench.grounds()[0]
    news = bench.index(NEWS, ground)
    _add(bench, ground, "import", [_seconds(_IMPORT) for _ in range(bench.extent.starts)])
    _add(bench, ground, "open", [_seconds(_OPEN, str(news)) for _ in range(bench.extent.starts)])
    scripts = sysconfig.get_path("scripts")
    command = shutil.which("search", path=scripts)
    if command is None:
        bench.say(f"the cold search is not measured: no search command in {scripts}; install the project")
        return
    times = []
    for words in _bags(bench, ground)[: bench.extent.starts]:
        began = perf_counter()
        _said([command, "--index", str(news), *words])
        times.append(perf_counter() - began)
    _add(bench, ground, "cold search", times)


def _add(bench: Bench, ground: Ground, quantity: str, seconds: list[float]) -> None:
    values = tuple(one * 1e3 for one in seconds)
    bench.result.figures.append(Figure("start", ground.name, "", OURS, quantity, "ms", values))


def memory(bench: Bench) -> None:
    """Of an idle open index, and after some questions."""
    if not _STATUS.exists():
        bench.say("memory is not measured: this system has no /proc/self/status")
        return
    ground = bench.grounds()[0]
    news = bench.index(NEWS, ground)
    bags = [" ".join(words) for words in _bags(bench, ground)]
    count = bench.extent.memory
    asked = (bags * (count // len(bags) + 1))[:count]
    command = [sys.executable, "-X", "utf8", "-c", _MEMORY, str(news)]
    runs = [_said(command, "\n".join(asked)).split() for _ in range(min(bench.extent.starts, 3))]
    quantities = ("idle", f"after {count:,} questions", "of it mapped files")
    for quantity, values in zip(quantities, zip(*runs, strict=True), strict=True):
        megabytes = tuple(int(value) * 1024 / 1e6 for value in values)
        bench.result.figures.append(Figure("memory", ground.name, "", OURS, quantity, "MB", megabytes))


def _bags(bench: Bench, ground: Ground) -> list[tuple[str, ...]]:
    return [question.words for question in bench.questions(ground)[BAG]]


def _seconds(code: str, *arguments: str) -> float:
    return float(_said([sys.executable, "-c", code, *arguments]))


def _said(command: list[str], given: str = "") -> str:
    run = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if run.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{run.stderr}")
    return run.stdout

"""How does a process fare that reads what was damaged on purpose? Runs hostile_search.py or hostile_dictionary.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def damaged_in(script: str, folder: Path, part: str, seed: int, count: int, *, timeout: float) -> int:
    """Tries `count` mutations of a part and gives how many were found out; fails when the process does not end well.

    The script prints each seed before it tries it, and "damaged N" at its end.
    """
    process = subprocess.run(
        [sys.executable, script, str(folder), part, str(seed), str(count)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    lines = process.stdout.splitlines()
    last = [line for line in lines if line.isdigit()][-1:]
    assert process.returncode == 0, f"{part}, seed {last}: {process.returncode}\n{process.stderr[-3000:]}"
    return int(lines[-1].removeprefix("damaged "))

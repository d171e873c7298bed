"""How does a process fare that reads what was damaged on purpose? Runs hostile_search.py and its like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from doses import dose


def try_mutations(
    script: str, folder: Path, part: str, seed: int, count: int, least_damaged: int, *, timeout: float
) -> None:
    """Tries `count` mutations of a part, or the share of them that is asked for (doses.py); fails when the process does not end well.

    At least `least_damaged` of `count` must be found out: so the mutations do reach what is read. The script prints each seed
    before it tries it, and "damaged N" at its end.
    """
    taken = dose(count)
    process = subprocess.run(
        [sys.executable, script, str(folder), part, str(seed), str(taken)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    lines = process.stdout.splitlines()
    last = [line for line in lines if line.isdigit()][-1:]
    assert process.returncode == 0, f"{part}, seed {last}: {process.returncode}\n{process.stderr[-3000:]}"
    assert int(lines[-1].removeprefix("damaged ")) * count >= least_damaged * taken

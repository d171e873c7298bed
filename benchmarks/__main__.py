"""Which measurement is asked for? ``python -m benchmarks COMMAND``; each command has a module of its own."""

from __future__ import annotations

import click

from benchmarks.commits import command as commits
from benchmarks.corpus import command as corpus
from benchmarks.effectiveness import command as effectiveness
from benchmarks.foundation import command as foundation
from benchmarks.likeness import command as likeness
from benchmarks.merging import command as merging
from benchmarks.questions import command as questions
from benchmarks.upserts import command as upserts
from benchmarks.workers import command as workers


@click.group()
def main() -> None:
    """Generate a news archive and measure searchlib on it, beside other engines."""


main.add_command(commits)
main.add_command(corpus)
main.add_command(effectiveness)
main.add_command(foundation)
main.add_command(likeness)
main.add_command(merging)
main.add_command(questions)
main.add_command(upserts)
main.add_command(workers)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")

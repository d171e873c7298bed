"""Which measurement is asked for? ``python -m benchmarks COMMAND``; each command has a module of its own."""

from __future__ import annotations

import click

from benchmarks.corpora.archive import command as corpus
from benchmarks.corpora.likeness import command as likeness
from benchmarks.measures.across import command as across
from benchmarks.measures.commits import command as commits
from benchmarks.measures.duplicates import command as duplicates
from benchmarks.measures.effectiveness import command as effectiveness
from benchmarks.measures.merging import command as merging
from benchmarks.measures.names import command as names
from benchmarks.measures.remote import command as remote
from benchmarks.measures.senses import command as senses
from benchmarks.measures.suggestions import command as suggestions
from benchmarks.measures.suite import command as run
from benchmarks.measures.upserts import command as upserts
from benchmarks.report.commands import compare, report


@click.group()
def main() -> None:
    """Generate a news archive and measure searchlib on it, beside other engines."""


main.add_command(across)
main.add_command(commits)
main.add_command(compare)
main.add_command(corpus)
main.add_command(duplicates)
main.add_command(effectiveness)
main.add_command(likeness)
main.add_command(merging)
main.add_command(remote)
main.add_command(report)
main.add_command(run)
main.add_command(names)
main.add_command(senses)
main.add_command(suggestions)
main.add_command(upserts)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")

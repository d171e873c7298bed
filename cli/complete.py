"""`search complete TEXT`: what may the word become that is being typed?"""

from __future__ import annotations

import click

from .asking import QueryCommand, limit_option, options
from .location import open_index
from .terminal import json_text, show


@click.command("complete", cls=QueryCommand, short_help="Complete the last word of a text.")
@click.argument("words", nargs=-1, required=True)
@options("index")
@limit_option(10, "Completions to show.")
@options("json")
def command(words: tuple[str, ...], given: str | None, limit: int, as_json: bool) -> None:
    """Show what a text may become whose last word is being typed, one completion a line, the best first.

    \b
    Examples:
      search complete тасма
      search complete --limit 5 саммит о
      search complete nfcvf                    the same keys with the other layout

    Words of the index that begin so, the frequent and the fresh ones first; behind other words those that stand with them.
    --json prints {"text", "completions"}.

    \b
    For bash, so that Tab completes what 'search' is asked (into ~/.bashrc):
      _search() {
        mapfile -t COMPREPLY < <(search complete -- "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
      }
      complete -o default -F _search search
    For zsh (into ~/.zshrc, behind compinit):
      _search() { compadd -U -- ${(f)"$(search complete -- "$PREFIX" 2>/dev/null)"} }
      compdef _search search
    """
    text = " ".join(words)
    found = open_index(given).complete(text, limit=limit)
    if as_json:
        show(json_text({"text": text, "completions": found}))
        return
    from searchlib.results.snippets import printable

    for one in found:
        show(printable(one))

"""Which document is an HTML page? Its main text, without menus and footers, with its title, date and
canonical address.

The extraction is trafilatura's, which the extra `html` installs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from searchlib.errors import SearchError
from searchlib.sources.streams import Input, InputError

__all__ = ["read_html"]

DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I
)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(file: Input) -> Iterator[tuple[int, dict[str, Any]]]:
    """The one record of a page, with its `path`; none when the file is blank.

    Raises InputError when the page has no text, and SearchError when trafilatura is not installed: no page
    could be read, so that going on to the next makes no sense.
    """
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        reason = f'reading HTML needs an extra package: pip install "searchlib[html]" ({error})'
        raise SearchError(f"{file.name}: {reason}") from error
    content = file.whole()
    if not content or content.isspace():
        return
    # as text, with the encoding settled here; lxml refuses text that declares an encoding of its own
    page = DECLARATION.sub("", _decode(file, content))
    try:
        found = bare_extraction(page, with_metadata=True, include_comments=False)
    except (ValueError, RecursionError, AssertionError, LookupError, AttributeError, TypeError) as error:
        raise InputError(f"the page cannot be understood: {error}") from error
    text = (found.text or "").strip() if found is not None and not isinstance(found, dict) else ""
    if found is None or isinstance(found, dict) or not text:
        raise InputError("no text was found on this page")
    title = (found.title or "").strip()
    first, _, rest = text.partition("\n")
    if first.strip() == title and rest:
        text = rest.strip()  # the headline is often the main text's first line as well
    values = {"title": title, "text": text, "date": found.date, "url": found.url, "path": file.name}
    yield 1, {name: value for name, value in values.items() if value}


def _decode(file: Input, content: bytes) -> str:
    """The page's text: UTF-8 when it is that, else what it declares, else windows-1251 when it looks like
    that."""
    declared = DECLARED.search(content[:2048])
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return content.decode(declared[1].decode("ascii"))
        except (UnicodeDecodeError, LookupError):
            pass
    try:
        return file.decode(content)
    except ValueError as error:
        raise InputError(str(error)) from error

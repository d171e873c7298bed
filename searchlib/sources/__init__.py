"""Where do documents come from? Files, folders and standard input, as one stream of records.

read() is the way in; total_bytes() tells how much there is to read. folders finds the files, streams opens
them (gzip, UTF-16) and encoding decodes their lines; jsonl, delimited, text and html each read one kind of
file.
"""

from __future__ import annotations

from searchlib.sources.reading import Record, read, total_bytes

__all__ = ["Record", "read", "total_bytes"]

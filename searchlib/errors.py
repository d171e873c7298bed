"""What can go wrong, and what does the user need to know about it?

Every error that searchlib raises on purpose is a SearchError. Each one says in plain words what was wrong, where,
and what to do about it; the details are attributes too, so that a program need not parse the message.
"""

from __future__ import annotations

from os import PathLike, fspath

__all__ = [
    "BilingualError",
    "CorruptIndexError",
    "DefinitionError",
    "DictionaryError",
    "DocumentError",
    "IncompatibleIndexError",
    "IndexExistsError",
    "IndexLockedError",
    "IndexNotFoundError",
    "QueryError",
    "RemoteError",
    "SearchError",
    "StorageError",
]


class SearchError(Exception):
    """The root of the tree: catch it to catch everything that searchlib raises on purpose."""


class QueryError(SearchError):
    """A query that cannot be answered as it was asked.

    position: offset in code points into the query where the trouble starts, or None when it concerns the whole;
    hint: what to type instead, or None.
    """

    def __init__(self, message: str, position: int | None = None, hint: str | None = None) -> None:
        self.message = message
        self.position = position
        self.hint = hint
        where = "" if position is None else f" (at character {position + 1})"
        super().__init__(f"{message}{where}" if hint is None else f"{message}{where}; {hint}")


class DocumentError(SearchError):
    """A record that cannot become a document.

    source: the file or stream it came from; line: its first line there, from 1; field: the field at fault; id: the document's.
    Each is None when it is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        line: int | None = None,
        field: str | None = None,
        id: str | None = None,
    ) -> None:
        self.message = message
        self.source = source
        self.line = line
        self.field = field
        self.id = id
        where = ":".join(str(part) for part in (source, line) if part is not None)
        what = message if field is None else f"field '{field}': {message}"
        super().__init__(f"{where}: {what}" if where else what)

    def at(self, source: str, line: int) -> DocumentError:
        """The same error with the place that only the caller knows."""
        return DocumentError(self.message, source=source, line=line, field=self.field, id=self.id)


class DefinitionError(SearchError):
    """An index definition that cannot be used.

    path: the definition's file, or None when it was given as an object; key: the dotted key at fault, or None.
    """

    def __init__(
        self, message: str, *, path: str | PathLike[str] | None = None, key: str | None = None
    ) -> None:
        self.message = message
        self.path = None if path is None else fspath(path)
        self.key = key
        parts = [self.path, None if key is None else f"'{key}'", message]
        super().__init__(": ".join(part for part in parts if part is not None))


class DictionaryError(SearchError):
    """The dictionary of Russian words that pymorphy3 brings cannot be used.

    path: its folder.
    """

    def __init__(self, path: str | PathLike[str], message: str) -> None:
        self.path = fspath(path)
        super().__init__(
            f"{self.path}: the dictionary of Russian words cannot be used: {message}; install pymorphy3-dicts-ru again"
        )


class BilingualError(DictionaryError):
    """A dictionary of two languages cannot be used: it is missing, damaged, or in no format that is read.

    path: its file; line: the line at fault, from 1, or None when it is not known; message: what is wrong.
    """

    def __init__(self, path: str | PathLike[str], message: str, *, line: int | None = None) -> None:
        self.path = fspath(path)
        self.message = message
        self.line = line
        where = self.path if line is None else f"{self.path}:{line}"
        SearchError.__init__(
            self,
            f"{where}: {message}; name another dictionary under `dictionaries`, or install this one again",
        )


class IndexNotFoundError(SearchError):
    """There is no index at the path that was given."""

    def __init__(self, path: str | PathLike[str], message: str | None = None) -> None:
        self.path = fspath(path)
        super().__init__(
            message or f"{self.path}: there is no index here; 'search index' or Index.create makes one"
        )


class IndexExistsError(SearchError):
    """Index.create was asked for a path that already holds an index or something else."""

    def __init__(self, path: str | PathLike[str], message: str | None = None) -> None:
        self.path = fspath(path)
        super().__init__(message or f"{self.path}: an index is already here; Index.open opens it")


class IndexLockedError(SearchError):
    """Another writer holds the index.

    holder: who, as "pid N on HOST", or "unknown"; waited: seconds spent waiting for it.
    """

    def __init__(self, path: str | PathLike[str], holder: str, waited: float) -> None:
        self.path = fspath(path)
        self.holder = holder
        self.waited = waited
        super().__init__(
            f"{self.path}: another writer ({holder}) holds this index; waited {waited:.1f} s. "
            "Let it finish, or raise lock_timeout"
        )


class CorruptIndexError(SearchError):
    """A file of the index does not hold what its checksums or its format say.

    file: the damaged file; offset: the byte offset of the damaged part in it, or None when the whole is at fault;
    message: what is wrong with it.
    """

    def __init__(self, file: str | PathLike[str], message: str, offset: int | None = None) -> None:
        self.file = fspath(file)
        self.message = message
        self.offset = offset
        where = self.file if offset is None else f"{self.file} at byte {offset}"
        super().__init__(f"{where}: {message}; restore the index from a copy or build it again")


class IncompatibleIndexError(SearchError):
    """The index was written in a format that this version does not read.

    found: the format number on disk; supported: the newest that this version reads; what: whose number it is.
    """

    def __init__(
        self, path: str | PathLike[str], found: int, supported: int, *, what: str = "index format"
    ) -> None:
        self.path = fspath(path)
        self.found = found
        self.supported = supported
        super().__init__(
            f"{self.path}: written with {what} {found}, and this version of searchlib reads {supported}; "
            + ("upgrade searchlib" if found > supported else "build the index again")
        )


class StorageError(SearchError):
    """The operating system refused a read or a write: disk full, no permission, an input/output error.

    path: what was being read or written. The index stays at its last commit.
    """

    def __init__(self, path: str | PathLike[str], message: str) -> None:
        self.path = fspath(path)
        super().__init__(f"{self.path}: {message}")


class RemoteError(SearchError):
    """An OpenSearch cluster cannot be reached, refuses what it is asked, or does not do it.

    address: which, without the password; message: what went wrong; status: the HTTP status of its answer, or None when
    there was none; hint: what to do about it, or None; passing: the same may succeed later, as it is: the cluster was busy, or
    not reached.
    """

    def __init__(
        self,
        address: str,
        message: str,
        *,
        status: int | None = None,
        hint: str | None = None,
        passing: bool = False,
    ) -> None:
        self.address = address
        self.message = message
        self.status = status
        self.hint = hint
        self.passing = passing
        super().__init__(f"{address}: {message}" if hint is None else f"{address}: {message}; {hint}")

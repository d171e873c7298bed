"""What can be saved of a damaged index? All documents that can still be read, added to a new index.

Only stored fields are read (remains.py); what is indexed is made anew from them. A deleted document stays deleted as long as the file
with deletions can be read: where it is not known which number a document has, it counts as lost if any of its segment is deleted.
Without a manifest all segments in the folder are read in the order of their numbers, each with its latest deletions; of an id the last
document counts, as always. Which documents came from text files and pages is not stored: their recurring lines (boilerplate.py) are indexed
again, unless the definition leaves out those of all sources; what was known of the lines is not taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any, BinaryIO, Final

from searchlib.definitions import Definition
from searchlib.errors import (
    CorruptIndexError,
    DefinitionError,
    DocumentError,
    IndexExistsError,
    IndexNotFoundError,
    SearchError,
    StorageError,
)
from searchlib.language import VERSION, Analyzer
from searchlib.storage.deletions import read_deletions
from searchlib.storage.durable import make_folder
from searchlib.storage.format import START, read_contents
from searchlib.storage.manifest import MANIFEST, Manifest, SegmentEntry
from searchlib.storage.remains import Block, Remains
from searchlib.storage.snapshot import Snapshot
from searchlib.storage.writer import Writer

__all__ = ["Loss", "Salvage", "salvage"]

_REPORT_EVERY: Final = 0.1  # seconds between two calls of on_progress


@dataclass(frozen=True, slots=True)
class Loss:
    """Documents that could not be saved.

    file: where they were; offset: from which byte on, or None; documents: how many, or None when nothing tells; message: why.
    """

    file: str
    offset: int | None
    documents: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.offset is None else f"{self.file} at byte {self.offset}"
        count = "an unknown number of" if self.documents is None else f"{self.documents:,}"
        return f"{where}: {count} document{'' if self.documents == 1 else 's'} lost: {self.message}"


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was saved. documents: in the new index; losses: what is not there; notes: what else to know."""

    documents: int
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]

    @property
    def lost(self) -> int | None:
        """How many documents were lost, None when it is not known."""
        total = 0
        for loss in self.losses:
            if loss.documents is None:
                return None
            total += loss.documents
        return total


def salvage(
    folder: Path,
    into: Path,
    definition: Definition | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Salvage:
    """Adds all readable documents of the index in `folder` to a new one at `into`, which must not exist.

    definition: for an index whose manifest cannot be read; else it takes the place of the one that is there. on_progress(bytes read, of
    so many) is called about ten times a second. Raises IndexExistsError, IndexNotFoundError, IncompatibleIndexError, DefinitionError,
    StorageError; then nothing is left at `into`.
    """
    if into.exists() or into.is_symlink():
        raise IndexExistsError(into, f"{into}: something is already here; name a folder that does not exist")
    if folder.resolve() in into.resolve().parents:
        raise IndexExistsError(into, f"{into}: this is inside the damaged index; name a folder outside")
    damaged = _Damaged(folder, definition)
    made = make_folder(into)
    try:
        Manifest(definition=damaged.definition, analysis=VERSION).commit(into)
        with Writer(into, Analyzer(damaged.definition.languages)) as writer:
            damaged.add_to(writer, on_progress)
        documents = sum(entry.documents - entry.deleted for entry in Manifest.read(into).segments)
    except BaseException as error:
        rmtree(made[-1], ignore_errors=True)
        if isinstance(error, OSError):
            raise StorageError(into, f"cannot be made: {error.strerror or error}") from error
        raise
    return Salvage(documents, tuple(damaged.losses), tuple(damaged.notes))


@dataclass(slots=True)
class _Source:
    """A segment to read. documents: all of them, None when nothing tells; live: a bit for each, set when it lives; None: all do."""

    path: Path
    size: int
    documents: int | None = None
    checksum: int | None = None
    live: bytes | None = None

    def lives(self, doc: int | None) -> bool:
        """False also for a document whose number is not known, when some are deleted."""
        if self.live is None:
            return True
        return doc is not None and doc >> 3 < len(self.live) and bool(self.live[doc >> 3] >> (doc & 7) & 1)

    def living(self) -> int | None:
        """How many documents live."""
        return self.documents if self.live is None else int.from_bytes(self.live, "little").bit_count()


def _readable(folder: Path) -> Manifest:
    """The commit that a reader would open, else the last durable one. Raises what Manifest.read raises."""
    with suppress(CorruptIndexError, StorageError):
        return Snapshot.open(folder).manifest
    return Manifest.read(folder)


class _Damaged:
    """The index that is read, and what was lost so far."""

    def __init__(self, folder: Path, definition: Definition | None) -> None:
        self.losses: list[Loss] = []
        self.notes: list[str] = []
        self._folder = folder
        try:
            manifest = _readable(folder)
            self.definition = definition or manifest.definition
            self._sources = [self._committed(entry) for entry in manifest.segments]
        except (CorruptIndexError, IndexNotFoundError, StorageError) as error:
            paths = sorted(folder.glob("*.segment"), key=lambda path: (len(path.name), path.name))
            if not paths:
                raise
            if definition is None:
                raise DefinitionError(
                    f"{folder / MANIFEST} cannot be read, so the definition of the index must be given"
                ) from error
            self.definition = definition
            self.notes.append(
                f"{folder / MANIFEST}: it cannot be read; all segments in the folder were, with those of no commit among them"
            )
            self._sources = [self._found(path) for path in paths]
        for one in self.definition.fields:
            if not one.stored:
                self.notes.append(f"the field '{one.name}' is not stored: what it held is lost")

    def _committed(self, entry: SegmentEntry) -> _Source:
        """A segment that the manifest names."""
        path = self._folder / entry.file
        source = _Source(path, _size(path), entry.documents, entry.checksum)
        try:
            source.live = read_deletions(self._folder, entry)
        except (SearchError, FileNotFoundError):
            self.notes.append(
                f"{self._folder / str(entry.deletions)}: it cannot be read; "
                f"{entry.deleted:,} deleted documents of {entry.file} may be back"
            )
        return source

    def _found(self, path: Path) -> _Source:
        """A segment of a folder without a manifest, with the latest of its deletions that can be read."""
        source = _Source(path, _size(path))
        files = [
            (int(number), file)
            for file in self._folder.glob(f"{path.stem}.*.deletions")
            if (number := file.name.split(".")[1]).isdecimal()
        ]
        for _, file in sorted(files, reverse=True):
            try:
                content = file.read_bytes()
                documents = int.from_bytes(content[12:16], "little")
                deleted = documents - int.from_bytes(content[16:-8], "little").bit_count()
                checksum = int.from_bytes(content[-8:], "little")
                entry = SegmentEntry(path.name, documents, 0, file.name, deleted, checksum)
                source.live = read_deletions(self._folder, entry)
                source.documents = documents
                return source
            except (SearchError, OSError):
                self.notes.append(f"{file}: it cannot be read; documents deleted there may be back")
        return source

    def add_to(self, writer: Writer, on_progress: Callable[[int, int], None] | None) -> None:
        """Adds all documents that can be read."""
        total, before = sum(source.size for source in self._sources), 0
        reported = monotonic()
        for source in self._sources:
            for at in self._add_segment(writer, source):
                if on_progress is not None and monotonic() - reported >= _REPORT_EVERY:
                    reported = monotonic()
                    on_progress(before + at, total)
            before += source.size
        if on_progress is not None:
            on_progress(total, total)

    def _add_segment(self, writer: Writer, source: _Source) -> Iterator[int]:
        """Adds the documents of a segment. Gives where it is in the file, block by block."""
        path = source.path
        try:
            with path.open("rb") as file:
                contents = self._contents(source, file)
                remains = Remains(path, file, contents, source.documents)
                if not remains.bounded:
                    self.notes.append(f"{path}: its end is damaged or missing")
                yield from self._add_remains(writer, source, remains)
        except FileNotFoundError:
            self.losses.append(Loss(str(path), None, source.living(), "the file is missing"))
        except OSError as error:
            why = f"the file cannot be read: {error.strerror or error}"
            self.losses.append(Loss(str(path), None, source.living(), why))

    def _contents(self, source: _Source, file: BinaryIO) -> dict[str, Any] | None:
        """The table of contents of a segment, None when it cannot be read."""
        try:
            contents, checksum = read_contents(source.path, file)
            documents = int(contents["documents"])
        except (SearchError, OSError, KeyError, TypeError, ValueError, OverflowError):
            return None
        if source.checksum not in (checksum, None) or source.documents not in (documents, None):
            self.notes.append(
                f"{source.path}: it is not the file that was committed; its documents were read all the same"
            )
            source.live = None
        source.documents = documents
        return contents

    def _add_remains(self, writer: Writer, source: _Source, remains: Remains) -> Iterator[int]:
        path = str(source.path)
        seen = (
            0  # documents that live: those that were read, and those of which it is known that they are lost
        )
        end, whole = START, True  # up to where nothing is lost without a trace
        refused: list[str] = []
        for block in remains.blocks:
            unknown = block.first is None and source.live is not None
            rows = remains.read(block)
            if rows is not None and not unknown:
                for number, values in enumerate(rows, block.first or 0):
                    if not source.lives(number):
                        continue
                    seen += 1
                    try:
                        writer.add(values)
                    except DocumentError as error:
                        refused.append(str(error))
            elif block.count is not None and not unknown:
                count = _living(source, block)
                seen += count
                if count:
                    self.losses.append(Loss(path, block.offset, count, "their stored fields are damaged"))
            whole = whole and block.offset == end and block.count is not None
            end = block.end if whole else end
            yield block.end
        if refused:
            self.losses.append(Loss(path, None, len(refused), f"they cannot be indexed again: {refused[0]}"))
        living = source.living()
        lost = max(0, living - seen) if living is not None else 0 if remains.complete else None
        if lost != 0:
            why = "their stored fields are damaged or missing"
            if source.live is not None:
                why += ", or it cannot be told which of them were deleted"
            self.losses.append(Loss(path, end, lost, why))


def _living(source: _Source, block: Block) -> int:
    """Documents of a block that live."""
    if block.first is None:
        return block.count or 0
    return sum(source.lives(doc) for doc in range(block.first, block.first + (block.count or 0)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

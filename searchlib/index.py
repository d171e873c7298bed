"""How do I create an index, fill it and look after it? The face of the library, tying the floors below together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from searchlib.definition_files import load_definition
from searchlib.definitions import NEWS, Definition
from searchlib.errors import IncompatibleIndexError, IndexExistsError, SearchError
from searchlib.language import VERSION as ANALYSIS
from searchlib.language import Analyzer
from searchlib.ranking.question import Question
from searchlib.ranking.ranker import Ranker
from searchlib.searching import Searching
from searchlib.storage.durable import make_folder
from searchlib.storage.manifest import MANIFEST, Manifest
from searchlib.storage.snapshot import CommitWatch, Snapshot
from searchlib.storage.statistics import Stats, figures

if TYPE_CHECKING:
    from searchlib.storage.salvage import Salvage
    from searchlib.storage.verification import Verification
    from searchlib.storage.writer import Writer
    from searchlib.watching import Batch

__all__ = ["Index"]

_TURN_WAIT: Final = 1.0  # seconds that a batch of a watch waits for another writer


class Index(Searching):
    """An index in a folder. Threads may share it; any number of processes may read one index while another writes it.

    A search sees the snapshot that was newest when the index was opened, refreshed, or written through this object.
    """

    def __init__(self, path: Path, snapshot: Snapshot, watched: CommitWatch | None = None) -> None:
        """For Index.create and Index.open, which are how to get one."""
        self.path = path
        self._watched = watched
        self.definition = snapshot.manifest.definition
        self._analyzer = Analyzer(self.definition.languages)
        self._ranker: Ranker | None = Ranker(snapshot, self._analyzer)
        self._refreshing = Lock()

    @classmethod
    def create(
        cls, path: str | PathLike[str], definition: Definition | str | PathLike[str] | None = None
    ) -> Index:
        """Makes an empty index in a folder, which is made when absent and must hold no other files of an index.

        definition: a Definition, the path of one as TOML, or None for the fields of a news archive.
        Raises IndexExistsError, DefinitionError, StorageError.
        """
        folder = Path(path)
        if definition is None:
            definition = NEWS
        elif not isinstance(definition, Definition):
            definition = load_definition(definition)
        if cls.exists(folder):
            raise IndexExistsError(folder)
        if folder.exists() and not folder.is_dir():
            raise IndexExistsError(folder, f"{folder}: this is a file; an index needs a folder of its own")
        make_folder(folder)
        Manifest(definition=definition, analysis=ANALYSIS).commit(folder)
        return cls.open(folder)

    @classmethod
    def open(cls, path: str | PathLike[str], *, auto_refresh: float | None = None) -> Index:
        """Opens an index at its newest commit.

        auto_refresh: before a search, move to the newest commit when the last look at the folder is so many seconds ago;
        0: look before every search, which costs some microseconds; None: only when refresh() is called.
        Raises IndexNotFoundError, IncompatibleIndexError, CorruptIndexError, StorageError.
        """
        folder = Path(path)
        watched = None if auto_refresh is None else CommitWatch(folder, auto_refresh)
        return cls(folder, _opened(folder, None), watched)

    @staticmethod
    def exists(path: str | PathLike[str]) -> bool:
        """Is there an index at this path?"""
        return (Path(path) / MANIFEST).is_file()

    def writer(self, *, memory_mb: int = 256, workers: int = 1, lock_timeout: float = 10.0) -> Writer:
        """A writer for this index; use it in a with-statement.

        memory_mb: what documents may take in memory before a segment is written. workers: processes that build at the same
        time, this one among them; the others are started when there is enough for them to do, and end with the writer.
        Answers and scores are the same for any number; only documents that were replaced count in statistics until their
        segment is rewritten, which may be sooner or later: after optimize() they do not, for any number.
        lock_timeout: seconds to wait while another writer is at work. Raises IndexLockedError, StorageError.
        """
        from searchlib.storage.writer import Writer

        self._open_ranker()
        return Writer(
            self.path,
            self._analyzer,
            memory_mb=memory_mb,
            workers=workers,
            lock_timeout=lock_timeout,
            on_commit=self._refresh_if_open,
            matching=self._matching,
        )

    def watch(
        self,
        paths: Iterable[str | PathLike[str]] = (),
        follow: Iterable[str | PathLike[str]] = (),
        *,
        every: float = 1.0,
        commit_every: float = 5.0,
        new_only: bool = False,
        memory_mb: int = 256,
        on_error: Callable[[SearchError], None] | None = None,
        on_commit: Callable[[Batch], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> int:
        """Indexes files as they arrive, until should_stop says so; all of it is told at searchlib.watching.watch."""
        from searchlib.watching import watch

        return watch(
            self,
            paths,
            follow,
            every=every,
            commit_every=commit_every,
            new_only=new_only,
            memory_mb=memory_mb,
            on_error=on_error,
            on_commit=on_commit,
            should_stop=should_stop,
        )

    def turn(self, memory_mb: int) -> Writer:
        """A writer for a batch of a watch: another one is not waited for long."""
        return self.writer(memory_mb=memory_mb, lock_timeout=_TURN_WAIT)

    def _matching(self, snapshot: Snapshot, query: str) -> list[list[int]]:
        """The documents of each segment of a snapshot that a query finds, for a writer that deletes them."""
        ranker = Ranker(snapshot, self._analyzer)
        # nothing goes that was not named
        question = Question(query, match="all", names=False, synonyms=False, cross_language=False)
        plan = ranker.plan(question, ranker.view(question))
        if plan is None:
            raise AssertionError("there was no deadline")
        documents: list[list[int]] = [[] for _ in snapshot.segments]
        bits = plan.root.bits
        for segment, doc in bits.first(len(bits)):
            documents[segment].append(doc)
        return documents

    def refresh(self) -> bool:
        """Moves to the newest commit; False when this one is. Results already given stay on the commit they were found in."""
        with self._refreshing:
            ranker = self._open_ranker()
            snapshot = _opened(self.path, ranker.snapshot)
            if snapshot is ranker.snapshot:
                return False
            self._ranker = Ranker(snapshot, self._analyzer)
            return True

    def stats(self) -> Stats:
        """Figures of the snapshot that searches see."""
        return figures(self.path, self._open_ranker().snapshot)

    @staticmethod
    def verify(
        path: str | PathLike[str], *, on_progress: Callable[[int, int], None] | None = None
    ) -> Verification:
        """Checks every checksum and every cross-reference of the index at a path, which a writer may be changing meanwhile.

        Damage is not raised: all of it is in the Verification, file by file. on_progress: told about ten times a second how many
        bytes of how many are done. Raises IndexNotFoundError, IncompatibleIndexError, StorageError.
        """
        from searchlib.storage.verification import verify

        return verify(Path(path), on_progress)

    @staticmethod
    def repair(
        path: str | PathLike[str],
        into: str | PathLike[str],
        definition: Definition | str | PathLike[str] | None = None,
        *,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Salvage:
        """Adds all documents that can still be read in the index at a path to a new index, made at `into`; the old one stays as it is.

        definition: a Definition or the path of one as TOML; it must be given when the manifest cannot be read. The Salvage says what
        was lost. Raises IndexNotFoundError, IndexExistsError, IncompatibleIndexError, DefinitionError, StorageError.
        """
        from searchlib.storage.salvage import salvage

        if definition is not None and not isinstance(definition, Definition):
            definition = load_definition(definition)
        return salvage(Path(path), Path(into), definition, on_progress)

    def snapshot(self, directory: str | PathLike[str]) -> int:
        """Makes a copy of the newest commit in a folder that is absent or empty, by hard links where it can; gives its documents.

        A writer may go on meanwhile. The copy is an index of its own. Raises IndexExistsError, CorruptIndexError, StorageError.
        """
        from searchlib.storage.backup import copy_commit

        self._open_ranker()
        return copy_commit(self.path, Path(directory))

    def close(self) -> None:
        """Lets go of the files once the last results are gone. May be called again; nothing else may be after it."""
        self._ranker = None

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._ranker is None else f"{len(self):,} documents"
        return f"Index({str(self.path)!r}, {state})"

    def _refresh_if_open(self) -> None:
        if self._ranker is not None:
            self.refresh()


def _opened(folder: Path, previous: Snapshot | None) -> Snapshot:
    snapshot = Snapshot.open(folder, previous)
    if snapshot.manifest.analysis != ANALYSIS:
        raise IncompatibleIndexError(folder, snapshot.manifest.analysis, ANALYSIS, what="word analysis")
    return snapshot

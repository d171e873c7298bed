"""Where is a document between add() and its segment? First it waits for others of its source, and then it is in memory, to be written.

It waits when its lines are judged (boilerplate.py), until enough of its source are known. Who builds then is this process alone
(builder.py), which writes a segment whenever memory is short, or several (builders.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from searchlib.definitions import Definition
from searchlib.documents import Document, Preparer
from searchlib.language import Analyzer
from searchlib.storage.boilerplate import Boilerplate, Known, judges, source_of
from searchlib.storage.builder import SegmentBuilder
from searchlib.storage.draft import Draft
from searchlib.storage.manifest import SegmentNames
from searchlib.storage.segment import Segment

if TYPE_CHECKING:
    from searchlib.storage.builders import Builders

__all__ = ["Intake"]


class Intake:
    """The documents of one writer that are not in its draft yet. The writer calls all but prepare() from one thread at a time.

    budget: bytes that documents may take in memory.
    """

    def __init__(
        self,
        folder: Path,
        definition: Definition,
        analyzer: Analyzer,
        names: SegmentNames,
        budget: int,
        known: Known,
    ) -> None:
        self.budget = budget
        self.builders: Builders | None = None
        self._folder = folder
        self._definition = definition
        self._analyzer = analyzer
        self._names = names
        self._builder: SegmentBuilder | None = None
        self._prepare = Preparer(definition)
        self._boilerplate = Boilerplate(definition, known)

    def share(self, workers: int) -> None:
        """From now on so many processes build."""
        from searchlib.storage.builders import Builders

        self.builders = Builders(
            self._folder, self._definition, self._analyzer, self._names, workers, self.budget
        )

    def begin(self, known: Known) -> None:
        """Begins a commit with what is known of sources; no document waits."""
        self._boilerplate = Boilerplate(self._definition, known)

    def known(self) -> Known:
        """What the next commit is to keep of sources."""
        return self._boilerplate.known()

    def prepare(self, record: Mapping[str, Any], page: str | None) -> Document:
        """The document of a record. Raises DocumentError."""
        # the language is that of the whole text, whoever builds
        if self.builders is not None and not judges(self._definition, page):
            return self._prepare.unlabelled(record)
        return self._prepare(record)

    def add(self, document: Document, page: str | None, draft: Draft) -> None:
        """Takes a document in. page: as of Writer.add."""
        judged = judges(self._definition, page)
        if judged or len(self._boilerplate):
            source = source_of(document, page or "") if judged else None
            self._boilerplate.wait(document, source, new=judged and not self._counted(document.id, draft))
            self._release(draft)
        else:
            self._build(document, draft)

    def move(self, document: Document, draft: Draft) -> None:
        """Takes in a document whose texts are what is to be indexed of it."""
        if len(self._boilerplate):
            self._boilerplate.wait(document, None, new=False)
            self._release(draft)
        else:
            self._build(document, draft)

    def _counted(self, id: str, draft: Draft) -> bool:
        """Is a document with this id in the index, or was it added since the last commit and its lines counted?"""
        if self._boilerplate.seen(id):
            return True
        return any(segment.file.find_id(id) >= 0 for segment in draft.segments)

    def _release(self, draft: Draft, *, all: bool = False) -> None:
        """Builds the documents that need not wait for others of their source any more."""
        while (document := self._boilerplate.take(all=all)) is not None:
            self._build(document, draft)

    def _build(self, document: Document, draft: Draft) -> None:
        if self.builders is not None:
            self.builders.add(document, draft)
            return
        if self._builder is None:
            self._builder = SegmentBuilder(self._folder, self._names.new(), self._definition, self._analyzer)
        self._builder.add(document)
        if self._builder.memory > self.budget:
            self._write(draft)

    def delete(self, id: str, draft: Draft) -> bool:
        """Takes a document out again; False when none with this id is left here. Several processes are waited for."""
        self._release(draft, all=True)
        if self.builders is not None:
            self._write(draft)
        return self._builder is not None and self._builder.delete(id)

    def flush(self, draft: Draft) -> None:
        """Writes everything as segments, still unknown to any commit."""
        self._release(draft, all=True)
        self._write(draft)

    def _write(self, draft: Draft) -> None:
        """Writes what is in memory."""
        if self.builders is not None:
            self.builders.flush(draft)
            return
        builder, self._builder = self._builder, None
        if builder is None:
            return
        try:
            entry, replaced = builder.finish()
        except BaseException:
            builder.discard()
            raise
        draft.append(Segment(self._folder, entry), replaced)

    def discard(self) -> None:
        """Forgets what is in memory; begin() forgets what waits."""
        if self._builder is not None:
            self._builder.discard()
            self._builder = None
        if self.builders is not None:
            self.builders.discard()

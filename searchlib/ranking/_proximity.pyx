# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What do given documents get because a query's words stand near each other, or in the form they were asked in? The Python face of
proximity.h.

A feature scores weight * tf / (tf + norm), as a term of BM25 does, with the norm of the document.
"""

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from searchlib.ranking._bits cimport Bits
from searchlib.ranking._occurrences cimport (
    SL_FORM,
    SL_ORDERED,
    SL_UNORDERED,
    Lists,
    checked_slots,
    columns,
    lists_of,
    run_proximity,
    sl_feature,
    sl_proximity,
    sl_proximity_end,
)
from searchlib.ranking._searcher cimport Part, Searcher
from searchlib.storage._deadline cimport Deadline

from searchlib.ranking._occurrences import BUILDS

KINDS = {"form": SL_FORM, "ordered": SL_ORDERED, "unordered": SL_UNORDERED}


cdef class Feature:
    """Something that is counted in documents; proximity.h says how.

    kind: "form", of the slot `first`; "ordered" or "unordered", of the slots `first` and `second`, numbers in a list of slots.
    weight: what it scores at most. fields: bits of the text fields that count, 0 for all. condition: the documents where it
    counts, None for all.
    """

    cdef readonly str kind
    cdef readonly uint32_t first, second
    cdef readonly double weight
    cdef readonly uint32_t fields
    cdef readonly Bits condition
    cdef int code

    def __cinit__(self, str kind, uint32_t first, uint32_t second, double weight, uint32_t fields=0, Bits condition=None):
        self.code = KINDS[kind]
        self.kind, self.first, self.second = kind, first, second
        self.weight, self.fields, self.condition = weight, fields, condition


cdef class _Rows:
    """The frequencies of features in documents of one segment."""

    cdef sl_feature *features
    cdef uint32_t *docs
    cdef double *tfs

    def __cinit__(self, size_t features, size_t docs):
        self.features = <sl_feature *> calloc(features + 1, sizeof(sl_feature))
        self.docs = <uint32_t *> calloc(docs + 1, sizeof(uint32_t))
        self.tfs = <double *> calloc(features * docs + 1, sizeof(double))
        if self.features == NULL or self.docs == NULL or self.tfs == NULL:
            raise MemoryError("no memory for a query")

    def __dealloc__(self):
        free(self.features)
        free(self.docs)
        free(self.tfs)

    cdef int read(self, Searcher searcher, list slots, list features, uint32_t segment, list docs, Deadline deadline,
                  uint32_t build) except -1:
        """Fills them in. slots: as checked_slots() gives them; docs: ascending."""
        cdef Part part = searcher.parts[segment]
        cdef sl_proximity proximity
        cdef Feature feature
        cdef Lists lists = lists_of(slots, segment)
        cdef uint32_t i, field
        cdef int ok
        for i in range(<uint32_t> len(slots)):
            lists.look_up(part, i, slots[i], segment)
        memset(&proximity, 0, sizeof(proximity))
        for i in range(<uint32_t> len(features)):
            feature = features[i]
            if feature.first >= <uint32_t> len(slots) or feature.second >= <uint32_t> len(slots):
                raise ValueError("there is no such slot")
            self.features[i].kind, self.features[i].first, self.features[i].second = feature.code, feature.first, feature.second
            for field in range(searcher.fields):
                if not feature.fields or feature.fields >> field & 1:
                    self.features[i].weights[field] = searcher.weights[field]
        for i in range(<uint32_t> len(docs)):
            self.docs[i] = docs[i]
            if self.docs[i] >= part.file.documents or (i and self.docs[i] <= self.docs[i - 1]):
                raise ValueError("documents are numbers of the segment, ascending")
        proximity.text.slots = lists.slots
        proximity.text.count = len(slots)
        proximity.text.documents = part.file.documents
        proximity.text.fields = part.file.fields
        proximity.text.deadline = NULL if deadline is None else &deadline.state
        columns(&proximity.text, part)
        proximity.wanted, proximity.wanted_count = self.docs, len(docs)
        proximity.features, proximity.feature_count = self.features, len(features)
        proximity.tfs = self.tfs
        with nogil:
            ok = run_proximity(&proximity, build)
        sl_proximity_end(&proximity)
        if not ok:
            if proximity.text.memory_failed:
                raise MemoryError("no memory for a query")
            raise part.file._damaged("a posting list is damaged", None)
        return 0


def frequencies(Searcher searcher, list slots, list features, uint32_t segment, list docs, *, str build=BUILDS[0]) -> list:
    """Of each document of a segment, given in ascending order, a tuple with the frequency of each feature, weighted by field.

    slots: what stands for each word, as _occurrences.find takes them. build: one of BUILDS; all of them give the same answers.
    """
    cdef _Rows rows = _Rows(len(features), len(docs))
    cdef size_t n = len(features), i, k
    rows.read(searcher, checked_slots(searcher, slots), features, segment, docs, None, BUILDS.index(build))
    return [tuple([rows.tfs[i * n + k] for k in range(n)]) for i in range(<size_t> len(docs))]


def gains(Searcher searcher, list slots, list features, list places, Deadline deadline=None):
    """What each (score, segment, document) gets for all features together, in the order of the places; None when the deadline
    has passed."""
    cdef _Rows rows
    cdef Feature feature
    cdef Part part
    cdef size_t n = len(features), i, k
    cdef uint32_t segment
    cdef uint64_t doc
    cdef double norm, tf, gain
    cdef list found = [0.0] * len(places), by_segment = [[] for _ in searcher.parts], known = checked_slots(searcher, slots)
    for at, (_, number, document) in enumerate(places):
        by_segment[number].append((document, at))
    for segment in range(<uint32_t> len(by_segment)):
        wanted = sorted(by_segment[segment])
        if not wanted:
            continue
        part = searcher.parts[segment]
        searcher.prepare_norms(part)
        rows = _Rows(n, len(wanted))
        rows.read(searcher, known, features, segment, [document for document, _ in wanted], deadline, 0)
        if deadline is not None and deadline.passed:
            return None
        for i in range(<size_t> len(wanted)):
            doc = rows.docs[i]
            norm = searcher.norm(part, <uint32_t> doc)
            gain = 0
            for k in range(n):
                feature = features[k]
                tf = rows.tfs[i * n + k]
                if tf > 0 and (feature.condition is None or feature.condition.words[segment][doc // 64] >> (doc % 64) & 1):
                    gain += feature.weight * (tf / (tf + norm))
            found[wanted[i][1]] = gain
    return found

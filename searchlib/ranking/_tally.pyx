# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""In which documents do forms occur that fit a pattern, and which have them most? The Python face of tally.h and tally_best.h."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from searchlib.ranking._bits cimport Bits
from searchlib.ranking._searcher cimport (
    Occurrences,
    Part,
    Searcher,
    sl_lengths,
    sl_measure,
    sl_norms,
    sl_tally_discard,
    sl_tally_idle,
)
from searchlib.storage._deadline cimport Deadline, sl_deadline
from searchlib.storage._forms cimport FormSet, sl_form_set
from searchlib.storage._segment cimport sl_file

cdef extern from "tally_build.h":
    ctypedef struct sl_tally:
        sl_tally_idle idle
    ctypedef struct sl_tally_forms:
        sl_tally *tally
        sl_file *file
        uint64_t postings, postings_length, positions, positions_length
        const sl_form_set *set
        sl_deadline *deadline
        int memory_failed
    ctypedef struct sl_candidate:
        float score
        uint32_t segment, doc
    ctypedef struct sl_best:
        sl_candidate *kept
        size_t count
        float threshold
    ctypedef struct sl_tally_best:
        const sl_tally *tally
        const sl_norms *norms
        const sl_lengths *lengths
        const sl_measure *measure
        const uint8_t *live
        sl_best *best
        uint32_t segment
    ctypedef struct sl_tally_build:
        const char *name
        int (*forms)(sl_tally_forms *s, uint32_t documents, uint32_t fields, const double *weights) nogil
        uint32_t (*documents)(const sl_tally *t) nogil
        int (*best)(sl_tally_best *b) nogil
        void (*bits)(const sl_tally *t, uint64_t *bits) nogil
        uint32_t (*list)(const sl_tally *t, const uint64_t *bits, uint32_t *docs, double *tfs) nogil
    const sl_tally_build *sl_tally_build_at(uint32_t i) nogil
    double sl_tally_tf(const sl_tally *t, uint32_t doc) nogil
    void sl_tally_end(sl_tally *t, sl_tally_idle *idle) nogil
    int sl_best_init(sl_best *best, uint32_t k, uint32_t groups, float slack) nogil
    void sl_best_free(sl_best *best) nogil

cdef extern from "matches.h":
    void sl_match_living(uint64_t *bits, uint32_t documents, const uint8_t *live) nogil

BUILDS = tuple(sl_tally_build_at(i).name.decode() for i in range(2) if sl_tally_build_at(i) != NULL)
"""Names of the builds of tally.h that this processor can run, the best first."""


cdef class Tally:
    """How often any of some forms occurs in each document. Scores as one term would, each occurrence of it counting.

    forms: by segment. fields: bits of the text fields that count, 0 for all. When the deadline has passed, what was found until
    then. build: one of BUILDS; all of them give the same answers. df: documents that have any, deleted ones
    included; weight: the idf of what so many have. Immutable; threads may share it.
    """

    cdef Searcher owner
    cdef tuple parts
    cdef readonly uint64_t df
    cdef readonly double weight
    cdef const sl_tally_build *code
    cdef uint32_t segments
    cdef sl_tally *tallies       # by segment
    cdef uint32_t *counts        # by segment: documents with any
    cdef Occurrences listed      # None until somebody asked for them

    def __cinit__(self, Searcher searcher not None, list forms not None, *, fields=0, Deadline deadline=None, str build=BUILDS[0]):
        cdef uint32_t j
        if [(<FormSet?> one).file for one in forms] != [(<Part> part).file for part in searcher.parts]:
            raise ValueError("forms are given for each segment")
        self.owner = searcher
        self.parts = tuple(searcher.parts)
        self.code = sl_tally_build_at(BUILDS.index(build))
        self.segments = len(forms)
        self.tallies = <sl_tally *> calloc(self.segments + 1, sizeof(sl_tally))
        self.counts = <uint32_t *> calloc(self.segments + 1, sizeof(uint32_t))
        if self.tallies == NULL or self.counts == NULL:
            raise MemoryError("no memory for a query")
        for j in range(self.segments):
            if deadline is not None and deadline.check():
                break
            self.count(j, forms[j], fields, NULL if deadline is None else &deadline.state)
            self.df += self.counts[j]
        self.weight = searcher.idf(self.df)

    def __dealloc__(self):
        cdef sl_tally_idle idle
        cdef uint32_t j
        idle.count = 0
        for j in range(self.segments if self.tallies != NULL else 0):
            # a collector of garbage may have cleared the attribute, but not the tuple
            sl_tally_end(&self.tallies[j], &idle if self.parts is None else &(<Part> self.parts[j]).idle)
        sl_tally_discard(&idle)
        free(self.tallies)
        free(self.counts)

    cdef int count(self, uint32_t segment, FormSet forms, object fields, sl_deadline *deadline) except -1:
        """Counts in one segment."""
        cdef Part part = self.parts[segment]
        cdef sl_tally_forms work
        cdef double weights[16]
        cdef int ok
        self.owner.weigh(fields, weights)
        if forms.set.count == 0:
            return 0
        memset(&work, 0, sizeof(work))
        work.tally = &self.tallies[segment]
        work.file = &part.file.file
        work.postings, work.postings_length = part.file._section("postings", 0)
        work.positions, work.positions_length = part.file._section("positions", 0)
        work.set = &forms.set
        work.deadline = deadline
        work.tally.idle, part.idle.count = part.idle, 0
        with nogil:
            ok = self.code.forms(&work, part.file.documents, part.file.fields, weights)
            if ok:
                self.counts[segment] = self.code.documents(work.tally)
        if work.memory_failed:
            raise MemoryError("no memory for a query")
        if not ok:
            raise part.file._damaged("a posting list is damaged", None)
        return 0

    def best(self, int k, double boost=1.0) -> list:
        """The best k living documents, as Kernel.top gives them for its occurrences: [(score, segment, document), ...]."""
        cdef uint32_t j
        cdef size_t i
        cdef sl_best best
        cdef sl_tally_best look
        cdef sl_candidate *one
        cdef Part part
        cdef Searcher owner = self.owner
        cdef double weight = boost * self.weight, tf
        cdef int ok = 1
        cdef list found = []
        if k <= 0 or self.df == 0 or not weight > 0:
            return found
        owner.ready()
        if not sl_best_init(&best, <uint32_t> min(<uint64_t> k, self.df), 1, 0):
            raise MemoryError("no memory for a query")
        try:
            for j in range(self.segments):
                if self.counts[j] == 0:
                    continue
                part = self.parts[j]
                memset(&look, 0, sizeof(look))
                look.tally = &self.tallies[j]
                look.norms = &part.norms
                look.lengths, look.measure = &part.lengths, &owner.measure
                look.live = part.live
                look.best = &best
                look.segment = j
                with nogil:
                    ok = self.code.best(&look)
                if not ok:
                    raise MemoryError("no memory for a query")
            for i in range(best.count):
                one = &best.kept[i]
                if one.score >= best.threshold:
                    tf = sl_tally_tf(&self.tallies[one.segment], one.doc)
                    part = self.parts[one.segment]
                    found.append((-weight * (tf / (tf + owner.norm(part, one.doc))), one.segment, one.doc))
        finally:
            sl_best_free(&best)
        found.sort()
        return [(-negative, segment, doc) for negative, segment, doc in found[:k]]

    @property
    def bits(self) -> Bits:
        """The living documents with any of the forms."""
        cdef Bits found = self.found()
        cdef Part part
        cdef uint32_t j
        for j in range(self.segments):
            part = self.parts[j]
            sl_match_living(found.words[j], part.file.documents, part.live)
        return found

    @property
    def occurrences(self) -> Occurrences:
        """The documents, and how often each has any of the forms."""
        cdef Occurrences listed = self.listed
        cdef Bits found
        cdef uint32_t j
        if listed is None:
            listed = Occurrences(self.owner)
            found = self.found()
            for j in range(self.segments):
                listed.reserve(j, self.counts[j])
                if self.counts[j]:
                    self.code.list(&self.tallies[j], found.words[j], listed.docs[j], listed.tfs[j])
            listed.close()
            self.listed = listed
        return listed

    cdef Bits found(self):
        """The documents, deleted ones included."""
        cdef Bits found = Bits(self.owner.documents)
        cdef uint32_t j
        for j in range(self.segments):
            if self.counts[j]:
                self.code.bits(&self.tallies[j], found.words[j])
        return found

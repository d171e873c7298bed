from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchlib.storage._segment cimport SegmentFile


cdef extern from "../storage/places.h":
    enum:
        SL_BLOCK
    ctypedef struct sl_list:
        uint32_t df, documents, fields, blocks
        int bitmap
    int sl_list_open(sl_list *l, const uint8_t *data, uint64_t length, uint32_t df, uint32_t documents,
                     uint32_t fields) nogil
    uint32_t sl_list_seek(const sl_list *l, uint32_t first, uint32_t doc) nogil
    uint32_t sl_list_docs(const sl_list *l, uint32_t block, uint32_t *out) nogil
    double sl_list_weighted_tf(const sl_list *l, uint32_t rank, const double *weights) nogil


cdef extern from "lengths.h":
    ctypedef struct sl_lengths:
        const uint8_t **columns
        int *widths
        uint32_t fields
    ctypedef struct sl_measure:
        double k1, b, mean
        const double *weights
    double sl_length(const sl_lengths *l, const double *weights, uint32_t doc) nogil
    void sl_length_expect(const sl_lengths *l, uint32_t doc) nogil
    double sl_true_norm(const sl_lengths *l, const sl_measure *m, uint32_t doc) nogil


cdef extern from "idle.h":
    ctypedef struct sl_tally_idle:
        uint32_t count
    void sl_tally_discard(sl_tally_idle *idle) nogil


cdef extern from "norms.h":
    const float SL_NO_NORM
    ctypedef struct sl_norms:
        uint8_t *codes
        float slack
    int sl_norms_make(sl_norms *norms, const float *of, uint32_t n) nogil
    void sl_norms_free(sl_norms *norms) nogil


cdef struct Place:                 # where the positions of a term are
    uint64_t offset, length        # in the section of positions
    const uint8_t *data            # NULL until somebody asked for them
    bint varied                    # codes of forms are with them


cdef class Part:
    cdef SegmentFile file
    cdef object live_owner
    cdef const uint8_t *live       # a bit a document, or NULL when all live
    cdef double mean               # average length of its documents
    cdef sl_norms norms            # without codes until prepare_norms()
    cdef float loosened            # what stored impacts are multiplied with to bound those under these weights
    cdef sl_lengths lengths
    cdef sl_tally_idle idle        # touched with the GIL held


cdef extern from "table.h":
    ctypedef struct sl_table:
        size_t size
    size_t sl_table_size(const sl_list *l) nogil
    int sl_table_make(sl_table *t, const sl_list *l, const double *weights, const sl_norms *norms) nogil
    void sl_table_free(sl_table *t) nogil


cdef class Table:
    cdef sl_table table


cdef class Searcher:
    cdef readonly tuple documents  # of each segment, deleted ones included
    cdef list parts
    cdef readonly uint32_t fields
    cdef double weights[16]
    cdef double usual[16]
    cdef bint usual_weights
    cdef sl_measure measure        # what to score with
    cdef uint64_t total            # documents of all segments
    cdef list tabled               # (group, number of a list) of every list that has a table
    cdef size_t tabled_bytes       # of their tables
    cdef size_t most_table_bytes
    cdef uint32_t tabled_from      # documents of a segment for each one wanted
    cdef bint tables               # are there any?
    cdef size_t table_hand         # which of them has to make room next

    cdef int _measure(self) except -1
    cdef int _read_lengths(self, Part part) except -1
    cdef int prepare_norms(self, Part part) except -1
    cdef float ready(self) except? -1
    cdef double norm(self, Part part, uint32_t doc) noexcept nogil
    cdef double idf(self, uint64_t df) noexcept
    cdef Table table(self, Group group, uint32_t i)
    cdef int _make_room(self, uint32_t uses) except -1
    cdef int weigh(self, object fields, double *weights) except -1


cdef class Group:
    cdef readonly tuple terms
    cdef readonly tuple shares     # by term: 1 for what was asked for, less for what may stand for it
    cdef Searcher owner            # keeps the bytes that the lists point into
    cdef uint32_t count, segments
    cdef double *idfs              # by term, times its share; 0: no document has it
    cdef sl_list *lists            # terms x segments; df 0: not in that segment
    cdef Place *places             # the same
    cdef uint8_t *uses             # the same: searches that wanted its table
    cdef list tables               # the same: Table or None

    cdef const uint8_t *positions(self, uint32_t term, uint32_t segment) except NULL
    cpdef double rarest(self)


cdef class Occurrences:
    cdef readonly Searcher owner
    cdef readonly uint64_t df      # documents in all segments
    cdef readonly double weight    # idf of df, or what it was given
    cdef uint32_t segments
    cdef uint32_t *counts          # by segment: documents in it
    cdef uint32_t **docs           # by segment: ascending
    cdef double **tfs              # by segment: how often in each, weighted by field; above 0

    cdef int reserve(self, uint32_t segment, uint32_t count) except -1
    cdef int close(self, double weight=*) except -1

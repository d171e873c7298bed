from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchlib.storage._segment cimport SegmentFile


cdef extern from "../storage/column.h":
    ctypedef struct sl_column:
        const uint8_t *data
        const uint8_t *ends
        uint64_t count
        uint32_t width, documents
    ctypedef struct sl_wanted:
        uint64_t low, high
        const uint8_t *flags
        uint64_t size
    uint64_t sl_column_at(const sl_column *c, uint64_t i) nogil
    uint64_t sl_column_largest(const sl_column *c) nogil
    int sl_column_ends_sound(const sl_column *c) nogil
    uint64_t sl_column_range(const sl_column *c, uint32_t doc, uint64_t *start) nogil
    uint64_t sl_column_scratch(const sl_column *c) nogil
    void sl_column_match(const sl_column *c, const sl_wanted *wanted, const uint64_t *within, uint64_t *out,
                         uint64_t *scratch) nogil
    void sl_column_count(const sl_column *c, const uint64_t *bits, uint32_t *counts, uint64_t size) nogil
    void sl_column_count_units(const sl_column *c, const uint64_t *bits, uint64_t shift, uint32_t unit,
                               uint32_t *counts, uint64_t size) nogil


cdef class Column:
    cdef SegmentFile file      # keeps the bytes
    cdef sl_column state
    cdef readonly uint64_t largest

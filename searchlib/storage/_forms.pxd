from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchlib.storage._deadline cimport sl_deadline
from searchlib.storage._segment cimport SegmentFile, sl_forms, sl_forms_table


cdef extern from "../storage/form_set.h":
    enum:
        SL_MAX_PATTERN
        SL_MAX_ERRORS
    ctypedef struct sl_form_query:
        pass
    ctypedef struct sl_pair:
        uint32_t key, value
    ctypedef struct sl_form_hits:
        sl_pair *hits
        uint32_t count, limit
    ctypedef struct sl_form_term:
        uint32_t ordinal, df, varied, first, count
        uint64_t postings, postings_length, positions, positions_length
        const uint8_t *once
    ctypedef struct sl_form_set:
        sl_form_hits hits
        sl_form_term *terms
        uint32_t *codes
        uint32_t count
    void sl_query_pattern(sl_form_query *q, const uint8_t *key, uint32_t size) nogil
    void sl_query_word(sl_form_query *q, const uint8_t *key, uint32_t size, uint32_t errors, uint32_t right) nogil
    void sl_query_nothing(sl_form_query *q) nogil
    int sl_query_accepts(const sl_form_query *q, const uint8_t *key, uint32_t size) nogil
    int sl_form_set_find(sl_form_set *s, const sl_form_query *q, const sl_forms *f, const sl_forms_table *table,
                         sl_deadline *deadline) nogil
    int sl_form_set_fill(sl_form_set *s, const sl_forms *f, sl_deadline *deadline) nogil
    void sl_form_set_free(sl_form_set *s) nogil


cdef class FormQuery:
    cdef sl_form_query query


cdef class FormSet:
    cdef readonly SegmentFile file
    cdef sl_form_set set

    cdef int check(self, int done) except -1

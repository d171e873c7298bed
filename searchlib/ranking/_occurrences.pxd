from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchlib.ranking._searcher cimport Group, Part, Searcher, sl_list
from searchlib.storage._deadline cimport sl_deadline
from searchlib.storage._forms cimport FormSet
from searchlib.storage._segment cimport sl_dictionary_entry


cdef extern from "proximity.h":
    ctypedef struct sl_places:
        int memory_failed
    ctypedef struct sl_cursor:
        sl_list list
        const uint8_t *positions
        uint64_t positions_length
        int varied
        const uint32_t *codes
        uint32_t code_count
        sl_places places
    ctypedef struct sl_slot:
        sl_cursor *cursors
        uint32_t count
    ctypedef struct sl_phrase:
        sl_slot *slots
        uint32_t count, slop, documents, fields
        const uint8_t **tokens
        int *widths
        double *weights
        sl_deadline *deadline
        uint32_t *found
        double *tfs
        uint32_t used
        int memory_failed
    enum:
        SL_FORM
        SL_ORDERED
        SL_UNORDERED
    ctypedef struct sl_feature:
        int kind
        uint32_t first, second
        double *weights
    ctypedef struct sl_proximity:
        sl_phrase text
        const uint32_t *wanted
        uint32_t wanted_count
        const sl_feature *features
        uint32_t feature_count
        double *tfs
    void sl_proximity_end(sl_proximity *p) nogil


cdef class Lists:
    cdef sl_slot *slots
    cdef sl_cursor *cursors
    cdef uint32_t used

    cdef int add(self, Part part, sl_slot *slot, const sl_dictionary_entry *entry, const uint32_t *codes,
                 uint32_t count) except -1
    cdef int add_forms(self, Part part, sl_slot *slot, FormSet forms) except -1
    cdef int add_group(self, sl_slot *slot, Group group, uint32_t segment) except -1
    cdef bint look_up(self, Part part, uint32_t i, object slot, uint32_t segment) except -1


cdef int run_proximity(sl_proximity *proximity, uint32_t build) noexcept nogil
cdef int columns(sl_phrase *phrase, Part part) except -1
cdef Lists lists_of(list slots, uint32_t segment)
cdef list checked_slots(Searcher searcher, list slots)

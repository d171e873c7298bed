from libc.stdint cimport int64_t


cdef extern from "../storage/deadline.h":
    ctypedef struct sl_deadline:
        int64_t at
        int passed
    int64_t sl_clock() nogil
    int sl_deadline_passed(sl_deadline *d) nogil


cdef class Deadline:
    cdef sl_deadline state

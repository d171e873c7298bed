from libc.stdint cimport uint32_t, uint64_t


cdef class Bits:
    cdef readonly tuple documents  # of each segment
    cdef uint32_t segments         # of them, for when a collector of garbage has cleared the tuple
    cdef uint64_t **words          # by segment; bits of documents that there are not are 0

    cdef uint32_t length(self, uint32_t segment) noexcept
    cdef int like(self, Bits other) except -1
    cdef Bits combined(self, Bits other, uint64_t left, uint64_t right, uint64_t result)

from libc.stdint cimport uint32_t


cdef class Decay:
    cdef readonly tuple documents
    cdef uint32_t segments  # of them, for when a collector of garbage has cleared the tuple
    cdef double **exact     # by segment and document
    cdef float **factors    # the same in single precision
    cdef float **windows    # by segment and window of the kernel: the largest

    cdef void put(self, uint32_t segment, uint32_t doc, double factor) noexcept nogil

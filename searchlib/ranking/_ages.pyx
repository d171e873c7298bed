# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""How much of its score does a document keep as it grows old?

    factor = 2 ^ -(age / half-life),   age = newest date of the snapshot - date of the document

so that factors do not change while a snapshot is searched. A document without a date is as old as the oldest. Whatever its age, a
document keeps a score above 0.
"""

from libc.math cimport exp2
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from searchlib.storage._columns cimport Column, sl_column, sl_column_at

cdef extern from "scratch.h":
    const uint32_t SL_WINDOW  # of the kernel


cdef class Decay:
    """Factors in (0, 1] by document that multiply scores. Immutable; threads may share it."""

    def __cinit__(self, tuple documents):
        cdef uint32_t i, n
        self.documents = documents
        self.segments = len(documents)
        self.exact = <double **> calloc(len(documents) + 1, sizeof(double *))
        self.factors = <float **> calloc(len(documents) + 1, sizeof(float *))
        self.windows = <float **> calloc(len(documents) + 1, sizeof(float *))
        if self.exact == NULL or self.factors == NULL or self.windows == NULL:
            raise MemoryError("no memory for the age of documents")
        for i in range(<uint32_t> len(documents)):
            n = documents[i]
            self.exact[i] = <double *> malloc((n + 1) * sizeof(double))
            self.factors[i] = <float *> malloc((n + 1) * sizeof(float))
            self.windows[i] = <float *> calloc(n // SL_WINDOW + 1, sizeof(float))
            if self.exact[i] == NULL or self.factors[i] == NULL or self.windows[i] == NULL:
                raise MemoryError("no memory for the age of documents")

    def __dealloc__(self):
        cdef uint32_t i
        if self.exact != NULL and self.factors != NULL and self.windows != NULL:
            for i in range(self.segments):
                free(self.exact[i])
                free(self.factors[i])
                free(self.windows[i])
        free(self.exact)
        free(self.factors)
        free(self.windows)

    cdef void put(self, uint32_t segment, uint32_t doc, double factor) noexcept nogil:
        """The factor of a document, for each once."""
        cdef float rounded
        factor = max(factor, 1e-20)  # a sum times it is still above 0 in single precision
        rounded = <float> factor
        self.exact[segment][doc] = factor
        self.factors[segment][doc] = rounded
        if rounded > self.windows[segment][doc // SL_WINDOW]:
            self.windows[segment][doc // SL_WINDOW] = rounded

    @staticmethod
    def of_dates(tuple documents, list columns, list bases, double half_life) -> Decay:
        """By the date columns of all segments (None: it has no dates) and their bases; half_life: in seconds."""
        cdef Decay decay = Decay(documents)
        cdef Column column
        cdef const sl_column *numbers
        cdef uint32_t i, doc, n
        cdef uint64_t number
        cdef int64_t newest = 0, oldest = 0, base, date
        cdef bint dated = False
        for i in range(<uint32_t> len(documents)):
            column = columns[i]
            if column is None:
                continue
            base = bases[i]
            newest = max(newest, base + <int64_t> column.largest - 1) if dated else base + <int64_t> column.largest - 1
            oldest = min(oldest, base) if dated else base
            dated = True
        for i in range(<uint32_t> len(documents)):
            column = columns[i]
            base = bases[i]
            n = documents[i]
            numbers = &column.state if column is not None else NULL
            with nogil:
                for doc in range(n):
                    number = sl_column_at(numbers, doc) if numbers != NULL else 0
                    date = base + <int64_t> number - 1 if number else oldest
                    decay.put(i, doc, exp2(-(<double> (newest - date)) / half_life))
        return decay

    @staticmethod
    def of(list factors) -> Decay:
        """From the factors of all documents, a list by segment."""
        cdef Decay decay = Decay(tuple(len(one) for one in factors))
        cdef uint32_t i, doc
        for i in range(<uint32_t> len(factors)):
            for doc in range(<uint32_t> len(factors[i])):
                decay.put(i, doc, factors[i][doc])
        return decay

    def factor(self, uint32_t segment, uint32_t doc) -> float:
        if segment >= <uint32_t> len(self.documents) or doc >= <uint32_t> self.documents[segment]:
            raise IndexError("there is no such document")
        return self.exact[segment][doc]

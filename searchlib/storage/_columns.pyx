# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which numbers does a document have in a column? Access to the numbers where they lie in the mapped file."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from searchlib.storage._segment cimport SegmentFile

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """


cdef class Column:
    """The numbers of one column of a segment. Immutable; threads may share it.

    name: its section; width: bytes of a number; largest: the largest number that makes sense; many: a document has any
    number of them, and section `name`.ends says where they end, else it has one, 0 for none. Nothing is copied, and
    everything is checked once. The attribute `largest` is the largest number that there is.
    """

    def __cinit__(self, SegmentFile file, str name, int width, uint64_t largest, bint many=False):
        cdef uint64_t offset, size, ends, ends_size
        cdef bint sound = True
        if width not in (1, 2, 4, 8):
            raise file._damaged(f"column '{name}' has a width of {width} bytes", None)
        self.file = file
        offset, size = file._section(name, 0)
        self.state.width = width
        self.state.documents = file.documents
        self.state.count = size // width
        if size % width or (self.state.count != file.documents and not many):
            raise file._damaged(f"column '{name}' has the wrong size", offset)
        self.state.data = file._checked(offset, size)
        if many:
            ends, ends_size = file._section(f"{name}.ends", 0)
            if ends_size != 4 * <uint64_t> file.documents:
                raise file._damaged(f"column '{name}.ends' has the wrong size", ends)
            self.state.ends = file._checked(ends, ends_size)
        with nogil:
            self.largest = sl_column_largest(&self.state)
            if many:
                sound = sl_column_ends_sound(&self.state)
        if not sound:
            raise file._damaged(f"column '{name}.ends' does not fit its numbers", ends)
        if self.largest > largest:
            raise file._damaged(f"column '{name}' holds the number {self.largest}, and {largest} is the last", offset)

    def __getitem__(self, uint32_t doc) -> tuple:
        """The numbers of a document, 0 left out."""
        cdef uint64_t at, end, number
        if doc >= self.state.documents:
            raise IndexError(doc)
        cdef list found = []
        end = sl_column_range(&self.state, doc, &at)
        for at in range(at, end):
            number = sl_column_at(&self.state, at)
            if number:
                found.append(number)
        return tuple(found)

    def counts(self, docs) -> list:
        """How many of the documents (of all when None) have each number from 0 to `largest`."""
        cdef uint32_t doc, n = self.state.documents
        cdef uint64_t size = self.largest + 1
        cdef uint64_t *bits = <uint64_t *> calloc(n // 64 + 1, sizeof(uint64_t))
        cdef uint32_t *counts = <uint32_t *> calloc(size, sizeof(uint32_t))
        try:
            if bits == NULL or counts == NULL:
                raise MemoryError("no memory to count values")
            for doc in range(n) if docs is None else docs:
                if doc >= n:
                    raise IndexError(doc)
                bits[doc >> 6] |= (<uint64_t> 1) << (doc & 63)
            with nogil:
                sl_column_count(&self.state, bits, counts, size)
            return [counts[number] for number in range(size)]
        finally:
            free(bits)
            free(counts)

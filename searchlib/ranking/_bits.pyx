# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which documents of a snapshot are in a set? A bit a document, segment by segment.

A Bits is filled by whoever makes it and immutable from then on; threads may share it.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

cdef extern from "../storage/bytes.h":
    uint32_t SL_POPCOUNT(uint64_t x) nogil
    uint32_t SL_LOWEST_BIT(uint64_t x) nogil

cdef uint64_t ALL = ~(<uint64_t> 0)


cdef class Bits:
    """A set of documents, empty at first; documents: how many each segment has."""

    def __cinit__(self, tuple documents):
        cdef uint32_t i
        self.documents = documents
        self.segments = len(documents)
        self.words = <uint64_t **> calloc(len(documents) + 1, sizeof(uint64_t *))
        if self.words == NULL:
            raise MemoryError("no memory for a set of documents")
        for i in range(<uint32_t> len(documents)):
            self.words[i] = <uint64_t *> calloc(self.length(i) + 1, sizeof(uint64_t))
            if self.words[i] == NULL:
                raise MemoryError("no memory for a set of documents")

    def __dealloc__(self):
        cdef uint32_t i
        if self.words != NULL:
            for i in range(self.segments):
                free(self.words[i])
            free(self.words)

    cdef uint32_t length(self, uint32_t segment) noexcept:
        """Words of a segment."""
        return (<uint32_t> self.documents[segment] + 63) // 64

    cdef int like(self, Bits other) except -1:
        if self.documents != other.documents:
            raise ValueError("the sets are of different snapshots")
        return 0

    @staticmethod
    def of_living(tuple documents, list live) -> Bits:
        """The documents whose bits are set in `live`, for each segment bytes, or None for all."""
        cdef Bits result = Bits(documents)
        cdef uint32_t i, w, n
        cdef const uint8_t *data
        for i in range(<uint32_t> len(documents)):
            n = documents[i]
            if live[i] is None:
                for w in range(result.length(i)):
                    result.words[i][w] = ~(<uint64_t> 0)
            else:
                if len(live[i]) * 8 < n:
                    raise ValueError("too few bits")
                data = <const uint8_t *> <const char *> <bytes> live[i]
                memcpy(result.words[i], data, (n + 7) // 8)
            if n & 63:
                result.words[i][n // 64] &= ((<uint64_t> 1) << (n & 63)) - 1
        return result

    cdef Bits combined(self, Bits other, uint64_t left, uint64_t right, uint64_t result):
        """Both sets where both are, the words of each, and of what comes out, first turned round where a mask has ones."""
        self.like(other)
        cdef Bits found = Bits(self.documents)
        cdef uint32_t i, w
        for i in range(self.segments):
            for w in range(self.length(i)):
                found.words[i][w] = ((self.words[i][w] ^ left) & (other.words[i][w] ^ right)) ^ result
        return found

    def __and__(self, Bits other):
        return self.combined(other, 0, 0, 0)

    def __or__(self, Bits other):
        return self.combined(other, ALL, ALL, ALL)  # De Morgan; bits of no document are 0 in both, and stay so

    def __sub__(self, Bits other):
        return self.combined(other, 0, ALL, 0)

    @staticmethod
    def at_least(list sets, int least) -> Bits:
        """The documents that are in `least` of the sets or more; there is one set at least."""
        cdef Bits first = sets[0]
        cdef Bits result = Bits(first.documents)
        cdef Bits one
        cdef uint64_t counts[11]  # by place of a binary number: that place's bit for each of 64 documents
        cdef uint64_t carry, reached, equal, old
        cdef uint32_t i, w, place
        if not 1 <= least <= len(sets) or len(sets) > 1024:
            raise ValueError("at least 1 of at most 1,024 sets")
        for one in sets:
            first.like(one)
        for i in range(<uint32_t> len(first.documents)):
            for w in range(first.length(i)):
                for place in range(11):
                    counts[place] = 0
                for one in sets:
                    carry = one.words[i][w]
                    for place in range(11):
                        if not carry:
                            break
                        old = counts[place]
                        counts[place] = old ^ carry
                        carry &= old
                reached = 0
                equal = ~(<uint64_t> 0)
                for place in range(11):  # compare from the highest place down
                    if least >> (10 - place) & 1:
                        equal &= counts[10 - place]
                    else:
                        reached |= equal & counts[10 - place]
                        equal &= ~counts[10 - place]
                result.words[i][w] = reached | equal
        return result

    def __len__(self) -> int:
        """How many documents are in the set."""
        cdef uint64_t total = 0
        cdef uint32_t i, w
        for i in range(<uint32_t> len(self.documents)):
            for w in range(self.length(i)):
                total += SL_POPCOUNT(self.words[i][w])
        return total

    def __contains__(self, tuple document) -> bool:
        """Is (segment, document) in the set?"""
        cdef uint32_t segment = document[0], doc = document[1]
        if segment >= <uint32_t> len(self.documents) or doc >= <uint32_t> self.documents[segment]:
            return False
        return self.words[segment][doc // 64] >> (doc & 63) & 1

    def first(self, int n, skip=frozenset()) -> list:
        """The first n documents that are not in `skip`, in order, as (segment, document)."""
        cdef list found = []
        cdef uint64_t word
        cdef uint32_t i, w
        for i in range(<uint32_t> len(self.documents)):
            for w in range(self.length(i)):
                word = self.words[i][w]
                while word:
                    if len(found) >= n:
                        return found
                    document = (i, w * 64 + SL_LOWEST_BIT(word))
                    word &= word - 1
                    if document not in skip:
                        found.append(document)
        return found

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""How often do two words stand in the same documents? Told from a sample, so that it costs the same however frequent they are."""

from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memset

from searchlib.ranking._searcher cimport SL_BLOCK, Group, Part, sl_list, sl_list_docs

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "together.h":
    int sl_together_mark(const sl_list *l, const uint32_t *docs, uint32_t n, uint8_t *marks) nogil


def together(Group one not None, Group other not None, uint32_t blocks) -> tuple:
    """(documents of the first word that were looked at, how many of them have the second), deleted ones included.

    blocks: of 128 postings, at most how many are looked at of each of the first word's lists, spread over it. Both words are of one
    searcher. A document is counted once for each reading of the first word that it has. Raises CorruptIndexError.
    """
    cdef uint32_t looked = 0, shared = 0, segment, term, i, block, step, n
    cdef uint32_t docs[SL_BLOCK]
    cdef uint8_t marks[SL_BLOCK]
    cdef const sl_list *l
    cdef const sl_list *others
    cdef bint ok
    if other.owner is not one.owner:
        raise ValueError("these words are of two searchers")
    if blocks == 0:
        return 0, 0
    for segment in range(one.segments):
        for term in range(one.count):
            l = &one.lists[term * one.segments + segment]
            if l.df == 0:
                continue
            step = (l.blocks + blocks - 1) // blocks
            block = (step - 1) // 2
            while block < l.blocks:
                n = sl_list_docs(l, block, docs)
                ok = n > 0
                memset(marks, 0, sizeof(marks))
                for i in range(other.count):
                    others = &other.lists[i * other.segments + segment]
                    if ok and others.df:
                        ok = sl_together_mark(others, docs, n, marks)
                if not ok:
                    raise (<Part> one.owner.parts[segment]).file._damaged("a posting list is damaged", None)
                looked += n
                for i in range(n):
                    shared += marks[i]
                block += step
    return looked, shared

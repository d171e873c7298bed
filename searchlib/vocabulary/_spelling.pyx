# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which of some forms was meant, when another was typed? The Python face of spelling.h."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from searchlib.storage._forms cimport FormSet, sl_form_hits
from searchlib.storage._segment cimport (
    SL_MAX_KEY,
    SegmentFile,
    sl_form_begin,
    sl_form_entry,
    sl_form_key,
    sl_form_move,
    sl_forms,
    sl_key_pack,
    sl_key_unpack,
)

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef extern from "spelling.h":
    enum:
        SL_LONGEST_SPELLING
        SL_SPELLING_TABLE
        SL_COST_TABLES
    ctypedef struct sl_costs:
        uint8_t **tables
        uint8_t first
    ctypedef struct sl_spelling:
        uint32_t number, cost
        double frequency, score
    float sl_form_frequency(const sl_form_entry *e) nogil
    uint32_t sl_spelling_cost(const sl_costs *c, const uint8_t *typed, uint32_t n, const uint8_t *meant, uint32_t m) nogil
    int sl_likeliest(const sl_costs *c, const sl_forms *f, const sl_form_hits *hits, const uint8_t *typed, uint32_t n,
                     sl_spelling *kept, uint32_t most, uint32_t *count) nogil


def frequency(SegmentFile file not None, str form not None) -> float:
    """Documents of a segment with a form, about; 0 when it has not seen it."""
    cdef sl_form_entry entry
    return sl_form_frequency(&entry) if file._find_form(form, &entry) else 0.0


cdef class Costs:
    """What errors cost, in tenths of a nat. Immutable; threads may share it.

    replaced, lost, extra, swapped: 65,536 bytes each, by two letters as spelling.h says; first: more for an error in the first letter.
    """

    cdef sl_costs *costs

    def __cinit__(self, bytes replaced not None, bytes lost not None, bytes extra not None, bytes swapped not None, uint8_t first):
        cdef uint32_t i
        cdef bytes table
        self.costs = <sl_costs *> malloc(sizeof(sl_costs))
        if self.costs == NULL:
            raise MemoryError("no memory for the costs of errors")
        for i, table in enumerate((replaced, lost, extra, swapped)):
            if len(table) != SL_SPELLING_TABLE:
                raise ValueError(f"a table of costs has {SL_SPELLING_TABLE} bytes, not {len(table)}")
            memcpy(&self.costs.tables[i][0], <const uint8_t *> table, SL_SPELLING_TABLE)
        self.costs.first = first

    def __dealloc__(self):
        free(self.costs)

    def of(self, str typed not None, str meant not None) -> float:
        """The cost of having typed one word for another, in nats. ValueError: one is too long."""
        cdef uint8_t first[SL_MAX_KEY]
        cdef uint8_t second[SL_MAX_KEY]
        cdef int n = _packed(typed, first), m = _packed(meant, second)
        if n < 0 or m < 0:
            raise ValueError(f"a word of more than {SL_LONGEST_SPELLING} letters is not compared")
        return sl_spelling_cost(self.costs, first, n, second, m) / 10.0

    def likeliest(self, FormSet found not None, str typed not None, uint32_t most) -> list:
        """(form, documents with it about, cost in nats) of those forms that were meant most likely, the likeliest first."""
        cdef uint8_t key[SL_MAX_KEY]
        cdef uint8_t word[2 * SL_MAX_KEY]
        cdef sl_form_entry entry
        cdef sl_spelling *kept
        cdef uint32_t count, i, size
        cdef int ok, n = _packed(typed, key)
        cdef list likely = []
        most = min(most, found.set.hits.count)
        if n < 0 or most == 0:
            return likely
        kept = <sl_spelling *> malloc(most * sizeof(sl_spelling))
        if kept == NULL:
            raise MemoryError("no memory for corrections")
        try:
            with nogil:
                ok = sl_likeliest(self.costs, &found.file.forms, &found.set.hits, key, n, kept, most, &count)
            if not ok:
                raise found.file._damaged("the dictionary of forms is damaged", None)
            for i in range(count):
                sl_form_begin(&entry)
                if not sl_form_move(&found.file.forms, kept[i].number, &entry):
                    raise found.file._damaged("the dictionary of forms is damaged", None)
                size = sl_key_unpack(key, sl_form_key(&entry, key), word)
                likely.append((
                    PyUnicode_DecodeUTF8(<const char *> word, size, "replace"), kept[i].frequency, kept[i].cost / 10.0
                ))
            return likely
        finally:
            free(kept)


cdef int _packed(str word, uint8_t *key) except -2:
    """The length of a word's key, -1 when it is too long to be compared."""
    cdef Py_ssize_t n
    cdef const uint8_t *text = <const uint8_t *> PyUnicode_AsUTF8AndSize(word, &n)
    if n > SL_MAX_KEY:
        return -1
    cdef uint32_t size = sl_key_pack(text, <uint32_t> n, key)
    return <int> size if size <= SL_LONGEST_SPELLING else -1

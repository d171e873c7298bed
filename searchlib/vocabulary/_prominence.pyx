# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which words of a segment begin so, and where do they stand last? The Python face of prominence.h."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from searchlib.storage._forms cimport FormQuery, sl_form_query
from searchlib.storage._segment cimport (
    SL_MAX_KEY,
    SegmentFile,
    sl_dictionary_entry,
    sl_form_begin,
    sl_form_entry,
    sl_form_key,
    sl_form_move,
    sl_forms,
    sl_key_unpack,
)

cdef extern from *:
    """
    #if defined(__clang__)
    #pragma STDC FP_CONTRACT OFF /* frequencies are to come out as they were when their bounds were written */
    #elif defined(__GNUC__)
    #pragma GCC optimize("O3", "fp-contract=off")
    #endif
    """

cdef extern from "../storage/form_set.h":
    int sl_query_range(const sl_form_query *q, const sl_forms *f, uint32_t *start, uint32_t *end) nogil

cdef extern from "../storage/postings.h":
    enum:
        SL_BLOCK
    ctypedef struct sl_list:
        uint32_t df, documents, fields, blocks
    int sl_list_open(sl_list *l, const uint8_t *data, uint64_t length, uint32_t df, uint32_t documents,
                     uint32_t fields) nogil
    uint32_t sl_list_docs(const sl_list *l, uint32_t block, uint32_t *out) nogil

cdef extern from "prominence.h":
    ctypedef struct sl_prominent:
        float frequency
        uint32_t number
    int sl_prominent_find(const sl_forms *f, const uint8_t *peaks, uint32_t first, uint32_t end, uint32_t k, sl_prominent *heap,
                          uint32_t *count) nogil


cdef class Prominence:
    """The frequent words of a segment. Immutable; threads may share it. Raises CorruptIndexError when bounds of them are missing."""

    cdef SegmentFile file
    cdef uint64_t peaks

    def __cinit__(self, SegmentFile file not None):
        self.file = file
        self.peaks, length = file._section("peaks", 0)
        if length != file.forms.blocks.blocks:
            raise file._damaged("section 'peaks' does not fit the forms", self.peaks)

    def best(self, str beginning not None, uint32_t k) -> list:
        """(form, documents with it about, its first term) of the k most frequent forms with a folded beginning,
        the most frequent first; stop words are left out."""
        cdef FormQuery query = FormQuery.matching(beginning + "*")
        cdef sl_prominent *found = NULL
        cdef const uint8_t *peaks
        cdef sl_form_entry entry
        cdef uint8_t key[SL_MAX_KEY]
        cdef uint8_t word[2 * SL_MAX_KEY]
        cdef uint32_t start, end, count = 0, i, size
        cdef int ok
        cdef list best = []
        if not sl_query_range(&query.query, &self.file.forms, &start, &end):
            raise self._damaged()
        k = min(k, end - start)
        if k == 0:
            return best
        peaks = self.file._checked(self.peaks, self.file.forms.blocks.blocks)
        found = <sl_prominent *> malloc(<size_t> k * sizeof(sl_prominent))
        if found == NULL:
            raise MemoryError("no memory for the frequent words of a segment")
        try:
            with nogil:
                ok = sl_prominent_find(&self.file.forms, peaks, start, end, k, found, &count)
            if not ok:
                raise self._damaged()
            order = sorted([(-found[i].frequency, found[i].number) for i in range(count)])
            for weight, number in order:
                sl_form_begin(&entry)
                if not sl_form_move(&self.file.forms, number, &entry):
                    raise self._damaged()
                size = sl_key_unpack(key, sl_form_key(&entry, key), word)
                form = PyUnicode_DecodeUTF8(<const char *> word, size, "replace")
                size = sl_key_unpack(entry.term.key, entry.term.key_length, word)
                best.append((form, -weight, PyUnicode_DecodeUTF8(<const char *> word, size, "replace")))
            return best
        finally:
            free(found)

    def last_documents(self, str term not None) -> list:
        """The last documents with a term, up to 128 of them, ascending; deleted ones are among them. None of a term that it has not."""
        cdef sl_dictionary_entry entry
        cdef sl_list postings
        cdef uint32_t docs[SL_BLOCK]
        cdef uint32_t count, i
        if not self.file._seek(term, &entry):
            return []
        if not sl_list_open(&postings, self.file._postings(&entry), entry.postings_length, entry.df, self.file.documents,
                            self.file.fields):
            raise self.file._damaged("a posting list is damaged", None)
        count = sl_list_docs(&postings, postings.blocks - 1, docs)
        if count == 0:
            raise self.file._damaged("a posting list is damaged", None)
        return [docs[i] for i in range(count)]

    cdef object _damaged(self):
        return self.file._damaged("the dictionary of forms is damaged", None)

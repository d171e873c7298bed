from cpython.memoryview cimport PyMemoryView_GET_BUFFER
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from searchlib.storage._deadline cimport sl_deadline


cdef extern from "../storage/forms_table.h":
    enum:
        SL_MAX_KEY
        SL_MAX_READINGS
        SL_NO_MEMORY
        SL_DAMAGED
        SL_FOUND
        SL_TABLE_WANTED
        SL_UNFINISHED
    ctypedef struct sl_file:
        const uint8_t *data
        uint64_t length
        const uint8_t *hashes
        uint8_t *verified
        uint64_t damaged
    ctypedef struct sl_dictionary:
        uint32_t count, blocks
    ctypedef struct sl_dictionary_entry:
        uint32_t ordinal
        uint32_t key_length
        uint8_t *key
        uint32_t df
        uint32_t varied
        uint64_t postings, postings_length, positions, positions_length
        const uint8_t *once
        const uint8_t *next
    ctypedef struct sl_forms:
        sl_dictionary blocks
        const sl_dictionary *terms
        uint64_t endings, endings_length
    ctypedef struct sl_form_entry:
        uint32_t stop, readings
        uint32_t number
        uint32_t varied, code
        uint32_t *terms
        sl_dictionary_entry term
    ctypedef struct sl_forms_table:
        pass
    uint64_t sl_hash64(const uint8_t *p, size_t n) nogil
    int sl_file_check(sl_file *f, uint64_t offset, uint64_t n) nogil
    uint32_t sl_key_pack(const uint8_t *word, uint32_t n, uint8_t *key) nogil
    uint32_t sl_key_unpack(const uint8_t *key, uint32_t n, uint8_t *word) nogil
    int sl_dictionary_open(sl_dictionary *d, sl_file *file, uint64_t offset, uint64_t length, uint32_t count) nogil
    int sl_dictionary_move(const sl_dictionary *d, uint32_t ordinal, sl_dictionary_entry *e) nogil
    int sl_dictionary_seek(const sl_dictionary *d, const uint8_t *key, uint32_t n, sl_dictionary_entry *e) nogil
    int sl_forms_seek(const sl_forms *f, const uint8_t *key, uint32_t n, sl_form_entry *e) nogil
    void sl_form_begin(sl_form_entry *e) nogil
    int sl_form_move(const sl_forms *f, uint32_t number, sl_form_entry *e) nogil
    uint32_t sl_form_key(const sl_form_entry *e, uint8_t *key) nogil
    int sl_forms_table_begin(sl_forms_table *t, const sl_forms *f) nogil
    int sl_forms_table_make(sl_forms_table *t, const sl_forms *f, sl_deadline *deadline) nogil
    void sl_forms_table_free(sl_forms_table *t) nogil
    uint32_t sl_load16(const uint8_t *p) nogil
    uint32_t sl_load32(const uint8_t *p) nogil
    void SL_PREFETCH(const uint8_t *p) nogil


cdef class _IdsPlace:
    cdef uint64_t start, length, ends


cdef class SegmentFile:
    cdef Py_buffer view
    cdef bint has_view
    cdef sl_file file
    cdef sl_dictionary terms
    cdef sl_forms forms
    cdef sl_forms_table *table       # NULL until somebody needed it
    cdef uint64_t *names             # keys of names that are remembered (name_order.h); NULL until somebody looked for one
    cdef sl_forms_table *unfinished  # one that a deadline came over; NULL: none, or somebody goes on with it
    cdef readonly str path
    cdef readonly uint32_t documents
    cdef readonly uint32_t fields
    cdef dict sections
    cdef _IdsPlace ids_place       # None until somebody asked for an id

    cdef tuple _section(self, str name, uint64_t expected)
    cdef object _damaged(self, str what, object offset)
    cdef bint _seek(self, str term, sl_dictionary_entry *entry) except -1
    cdef int _find_form(self, str form, sl_form_entry *entry) except -1
    cdef int _make_table(self, sl_deadline *deadline) except -1
    cdef const uint8_t *_postings(self, const sl_dictionary_entry *entry) except NULL
    cdef const uint8_t *_positions(self, const sl_dictionary_entry *entry) except NULL
    cdef const uint8_t *_checked(self, uint64_t offset, uint64_t n) except NULL
    cdef const uint8_t *_id(self, uint32_t doc, uint32_t *n) except NULL
    cdef void _expect_end(self, uint32_t doc) noexcept
    cdef void _expect_id(self, uint32_t doc) noexcept


cdef inline void *numbers_in(view, str kind, uint64_t *count) except? NULL:
    """Where the numbers of a memoryview lie, as long as it lives. kind: "i" or "I", signed or not, of four bytes.

    In place of Cython's own views of memory, which double a module's C.
    """
    cdef Py_buffer *buffer
    if not isinstance(view, memoryview) or view.format != kind or view.itemsize != 4 or not view.c_contiguous:
        raise ValueError(f"these are no numbers of kind '{kind}'")
    buffer = PyMemoryView_GET_BUFFER(view)
    count[0] = <uint64_t> buffer.len // 4
    return buffer.buf

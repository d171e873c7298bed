# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""How do documents become posting lists in memory, and then the bytes of a segment?

Tokenises natively, asks the analyzer once for each form not met before, and keeps the postings compressed
(inversion.h). An Inversion belongs to one writer; it is not thread-safe.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free
from cpython.buffer cimport PyBUF_READ
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.unicode cimport PyUnicode_DecodeUTF8

cdef extern from *:
    """
    #if defined(__clang__)
    #pragma STDC FP_CONTRACT OFF /* bounds are to come out alike on every machine */
    #elif defined(__GNUC__)
    #pragma GCC optimize("O3", "fp-contract=off")
    #endif
    """

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef extern from "../language/tokens.h":
    ctypedef struct sl_token:
        const char *form
        uint32_t length
        uint32_t position
        uint8_t whole
    ctypedef struct sl_tokenizer:
        pass
    void sl_tokenizer_init(sl_tokenizer *t, int kind, const void *data, size_t length) nogil
    int sl_tokenizer_next(sl_tokenizer *t, sl_token *out) nogil

cdef extern from "forms_encode.h":
    const int SL_MAX_FIELDS
    const int SL_MAX_KEY
    const int SL_MAX_READINGS
    const int SL_SIGNATURE
    const uint32_t SL_NONE
    ctypedef struct sl_buffer:
        uint8_t *data
        size_t length
        int failed
    ctypedef struct sl_seen:
        uint32_t at, form
        uint16_t length
    ctypedef struct sl_inversion:
        uint32_t fields, documents
        uint32_t **tokens
        uint32_t **lengths
        uint8_t *signatures
        uint32_t form_count, term_count
        sl_seen *seen
        uint8_t *letters
        uint32_t seen_count, letter_count
        int encoded, failed
    ctypedef struct sl_dictionary_writer:
        sl_buffer out
    ctypedef struct sl_name_list:
        pass
    ctypedef struct sl_terms_writer:
        sl_dictionary_writer terms
        sl_name_list names[2]
        sl_buffer postings, positions
        float *shares
        double total_length
    ctypedef struct sl_encoding:
        sl_terms_writer out
        uint32_t rank
    ctypedef struct sl_forms_encoding:
        sl_buffer forms, endings, peaks
    void sl_inversion_init(sl_inversion *v, uint32_t fields)
    void sl_inversion_clear(sl_inversion *v)
    size_t sl_inversion_memory(const sl_inversion *v)
    int sl_inversion_see(sl_inversion *v, const char *form, uint32_t n, uint32_t place, uint32_t field, uint32_t whole)
    void sl_inversion_ahead(const sl_inversion *v, uint32_t i)
    uint32_t sl_inversion_find_form(const sl_inversion *v, uint32_t i)
    uint32_t sl_inversion_term(sl_inversion *v, const uint8_t *word, uint32_t n)
    uint32_t sl_inversion_add_form(sl_inversion *v, uint32_t i, const uint32_t *terms, uint32_t readings, int stop)
    int sl_encoding_begin(sl_encoding *e, sl_inversion *v, const double *weights, double k1, double b) nogil
    int sl_encoding_step(sl_encoding *e) nogil
    void sl_encoding_written(sl_encoding *e)
    void sl_encoding_end(sl_encoding *e)
    void sl_name_list_encode(sl_name_list *list, uint32_t terms, sl_buffer *out) nogil
    int sl_forms_encode(sl_forms_encoding *e, sl_inversion *v, const float *shares) nogil
    void sl_forms_end(sl_forms_encoding *e)

cdef extern from "inversion_append.h":
    int sl_inversion_append(sl_inversion *v, const uint32_t *tokens)

cdef tuple NAME_ORDERS = ("names.latin", "names.cyrillic")
cdef uint32_t LONGEST_DOCUMENT = 0x3FFFFFF0  # tokens; places are 30 bits


cdef class Inversion:
    """Posting lists in memory for documents numbered from 0 in the order they are added.

    analyze: called with a folded form once per form; gives (terms, stop).
    fields: number of text fields.
    """

    cdef sl_inversion state
    cdef object analyze

    def __cinit__(self, object analyze, int fields):
        if not 1 <= fields <= SL_MAX_FIELDS:
            raise ValueError(f"an index has 1 to {SL_MAX_FIELDS} text fields, not {fields}")
        sl_inversion_init(&self.state, fields)
        self.analyze = analyze

    def __dealloc__(self):
        sl_inversion_clear(&self.state)

    def __len__(self):
        return self.state.documents

    @property
    def memory(self) -> int:
        """Bytes held by the lists and tables, and those that encode() will take besides, about."""
        return sl_inversion_memory(&self.state)

    @property
    def terms(self) -> int:
        return self.state.term_count

    @property
    def forms(self) -> int:
        return self.state.form_count

    cdef uint32_t _new_form(self, uint32_t i) except? 0xFFFFFFFF:
        """Analyses the form of the i-th word that was seen."""
        cdef uint32_t ids[16]
        cdef uint32_t readings = 0
        cdef uint32_t term
        cdef Py_ssize_t size
        cdef const char *data
        terms, stop = self.analyze(PyUnicode_DecodeUTF8(
            <const char *> self.state.letters + self.state.seen[i].at, self.state.seen[i].length, NULL))
        for text in terms:
            data = PyUnicode_AsUTF8AndSize(text, &size)
            term = sl_inversion_term(&self.state, <const uint8_t *> data, <uint32_t> min(size, SL_MAX_KEY))
            if term == SL_NONE:
                raise MemoryError("no memory for another term")
            if readings < <uint32_t> SL_MAX_READINGS:
                ids[readings] = term
                readings += 1
        term = sl_inversion_add_form(&self.state, i, ids, readings, bool(stop))
        if term == SL_NONE:
            raise MemoryError("no memory for another form")
        return term

    def add(self, tuple texts) -> int:
        """Adds one document, a text for each field, and gives its number. On an exception nothing was added."""
        cdef sl_tokenizer tokenizer
        cdef sl_token token
        cdef uint32_t tokens[16]
        cdef uint32_t base = 0, field, form, i
        cdef sl_inversion *v = &self.state
        if v.failed:
            raise MemoryError("an earlier document ran out of memory; roll the writer back")
        if v.encoded:
            raise ValueError("these documents were written; others go into an inversion of their own")
        if <uint32_t> len(texts) != v.fields:
            raise ValueError(f"expected {v.fields} texts, got {len(texts)}")
        v.seen_count = 0
        v.letter_count = 0
        for field in range(v.fields):
            text = texts[field]
            if not isinstance(text, str):
                raise TypeError(f"a text is a str, not {type(text).__name__}")
            tokens[field] = 0
            sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
            while sl_tokenizer_next(&tokenizer, &token):
                if base + token.position > LONGEST_DOCUMENT:
                    raise ValueError("a document is too long to index")
                if not sl_inversion_see(v, token.form, min(token.length, <uint32_t> SL_MAX_KEY), base + token.position,
                                        field, token.whole):
                    raise MemoryError("no memory for another document")
                tokens[field] = token.position + 1 if token.position >= tokens[field] else tokens[field]
            base += tokens[field]
        for i in range(v.seen_count):
            sl_inversion_ahead(v, i)
            form = sl_inversion_find_form(v, i)
            if form == SL_NONE:
                form = self._new_form(i)
            v.seen[i].form = form
        if not sl_inversion_append(v, tokens):
            raise MemoryError("no memory for another document")
        return v.documents - 1

    def lengths(self, int field) -> bytes:
        """u32 per document: tokens of one field that are not stop words."""
        return PyBytes_FromStringAndSize(<char *> self.state.lengths[field], 4 * <Py_ssize_t> self.state.documents)

    def tokens(self, int field) -> bytes:
        """u32 per document: all tokens of one field."""
        return PyBytes_FromStringAndSize(<char *> self.state.tokens[field], 4 * <Py_ssize_t> self.state.documents)

    def signatures(self) -> bytes:
        """The signature of each document (signature.h)."""
        return PyBytes_FromStringAndSize(<char *> self.state.signatures, SL_SIGNATURE * <Py_ssize_t> self.state.documents)

    def encode(self, list weights, double k1, double b, put) -> float:
        """Gives the sections of a segment to put(name, piece), each in one piece or several, and one section after the other.

        A piece is a memoryview that is valid during the call. Nothing can be added afterwards. Returns the sum of the weighted lengths of all documents.
        """
        cdef double by_field[16]
        cdef sl_encoding encoding
        cdef sl_forms_encoding forms
        cdef float *shares
        cdef int ok, script
        if <uint32_t> len(weights) != self.state.fields or not self.state.documents:
            raise ValueError("nothing to encode, or a weight is missing")
        for i, weight in enumerate(weights):
            by_field[i] = weight
        try:
            with nogil:
                ok = sl_encoding_begin(&encoding, &self.state, by_field, k1, b)
            while True:
                if ok:
                    with nogil:
                        ok = sl_encoding_step(&encoding)
                if not ok:
                    raise MemoryError("no memory to write the segment")
                put("postings", _piece(&encoding.out.postings))
                sl_encoding_written(&encoding)
                if encoding.rank == self.state.term_count:
                    break
            put("positions", _piece(&encoding.out.positions))
            put("terms", _piece(&encoding.out.terms.out))
            for script in range(2):
                encoding.out.positions.length = 0
                with nogil:
                    sl_name_list_encode(&encoding.out.names[script], self.state.term_count, &encoding.out.positions)
                if encoding.out.positions.failed:
                    raise MemoryError("no memory to write the segment")
                put(NAME_ORDERS[script], _piece(&encoding.out.positions))
            total = encoding.out.total_length
            shares = encoding.out.shares
            encoding.out.shares = NULL
        finally:
            sl_encoding_end(&encoding)
        try:
            with nogil:
                ok = sl_forms_encode(&forms, &self.state, shares)
            if not ok:
                raise MemoryError("no memory to write the segment")
            put("forms", _piece(&forms.forms))
            put("endings", _piece(&forms.endings))
            put("peaks", _piece(&forms.peaks))
        finally:
            sl_forms_end(&forms)
            free(shares)
        return total


cdef object _piece(const sl_buffer *buffer):
    if not buffer.length:
        return memoryview(b"")
    return PyMemoryView_FromMemory(<char *> buffer.data, buffer.length, PyBUF_READ)

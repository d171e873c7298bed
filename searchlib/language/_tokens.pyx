# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""The tokeniser of tokens.h for Python: the same words that the accumulator sees."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t


cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    Py_UCS4 PyUnicode_READ(int kind, const void *data, Py_ssize_t index) nogil


cdef extern from "tokens.h":
    ctypedef struct sl_token:
        const char *form
        uint32_t length
        uint32_t start
        uint32_t end
        uint32_t position
        uint8_t script
        uint8_t whole

    ctypedef struct sl_tokenizer:
        pass

    enum:
        SL_LATIN
        SL_CYRILLIC
        SL_C_LATIN
        SL_C_CYRILLIC
        SL_C_OTHER
        SL_C_SINGLE

    uint32_t sl_entry(uint32_t c) noexcept nogil
    void sl_tokenizer_init(sl_tokenizer *t, int kind, const void *data, size_t length) noexcept nogil
    int sl_tokenizer_next(sl_tokenizer *t, sl_token *out) noexcept nogil


def tokenize(str text not None):
    """Every token of the text in order, as (form, start, end, position, script, whole); see tokens.h."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef list found = []
    sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    while sl_tokenizer_next(&tokenizer, &token):
        form = PyUnicode_DecodeUTF8(token.form, token.length, NULL)
        found.append((form, token.start, token.end, token.position, token.script, token.whole != 0))
    return found


def script(str form not None) -> int:
    """By which script a folded form is analysed: 2 when it has a Cyrillic letter, else 1 when it has one of a to z, else 0."""
    cdef int kind = PyUnicode_KIND(form), found = 0
    cdef const void *data = PyUnicode_DATA(form)
    cdef Py_ssize_t i
    cdef uint32_t point
    for i in range(PyUnicode_GET_LENGTH(form)):
        point = PyUnicode_READ(kind, data, i)
        if 0x400 <= point < 0x530:
            return SL_CYRILLIC
        if 0x61 <= point <= 0x7A:
            found = SL_LATIN
    return found


def profile(str text not None):
    """Of a text: how many letters are Latin, Cyrillic, of other scripts, and, of the Cyrillic, outside the alphabets of
    the Slavic languages; and its folded forms in order, without hyphenated wholes."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef int kind = PyUnicode_KIND(text)
    cdef const void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), i
    cdef Py_ssize_t counts[16]
    cdef Py_ssize_t distant = 0
    cdef Py_UCS4 point
    cdef list found = []
    for i in range(16):
        counts[i] = 0
    for i in range(length):
        point = PyUnicode_READ(kind, data, i)
        counts[sl_entry(point) & 15] += 1
        distant += 0x492 <= point <= 0x52F
    sl_tokenizer_init(&tokenizer, kind, data, length)
    while sl_tokenizer_next(&tokenizer, &token):
        if not token.whole:
            found.append(PyUnicode_DecodeUTF8(token.form, token.length, NULL))
    return counts[SL_C_LATIN], counts[SL_C_CYRILLIC], counts[SL_C_OTHER] + counts[SL_C_SINGLE], distant, found

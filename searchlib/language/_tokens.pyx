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


def letters(str text not None):
    """How many letters of a text are Latin, Cyrillic, and of other scripts; and of the Cyrillic, how many are ы or э, how many
    of the other Slavic languages alone, and how many outside the alphabets of those."""
    cdef int kind = PyUnicode_KIND(text)
    cdef const void *data = PyUnicode_DATA(text)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), i
    cdef Py_ssize_t counts[16]
    cdef Py_ssize_t russian = 0, slavic = 0, distant = 0
    cdef Py_UCS4 point
    for i in range(16):
        counts[i] = 0
    for i in range(length):
        point = PyUnicode_READ(kind, data, i)
        counts[sl_entry(point) & 15] += 1
        distant += 0x492 <= point <= 0x52F
        russian += point == 0x42B or point == 0x42D or point == 0x44B or point == 0x44D
        slavic += 0x402 <= point <= 0x40F or 0x452 <= point <= 0x45F or point == 0x490 or point == 0x491
    return counts[SL_C_LATIN], counts[SL_C_CYRILLIC], counts[SL_C_OTHER] + counts[SL_C_SINGLE], russian, slavic, distant


def forms(str text not None):
    """The folded forms of a text in order, without hyphenated wholes."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef list found = []
    sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    while sl_tokenizer_next(&tokenizer, &token):
        if not token.whole:
            found.append(PyUnicode_DecodeUTF8(token.form, token.length, NULL))
    return found


def spoken(str text not None, frozenset first not None, frozenset second not None):
    """How many forms a text has, without hyphenated wholes, and how many of them are in each of two sets."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef Py_ssize_t count = 0, in_first = 0, in_second = 0
    cdef object form
    sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    while sl_tokenizer_next(&tokenizer, &token):
        if not token.whole:
            form = PyUnicode_DecodeUTF8(token.form, token.length, NULL)
            count += 1
            in_first += form in first
            in_second += form in second
    return count, in_first, in_second

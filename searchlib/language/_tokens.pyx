# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""The tokeniser of tokens.h for Python: the same words that the accumulator sees."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t


cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)


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


def forms(str text not None, Py_ssize_t limit):
    """The forms of the first `limit` tokens, without hyphenated wholes."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef list found = []
    sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    while len(found) < limit and sl_tokenizer_next(&tokenizer, &token):
        if not token.whole:
            found.append(PyUnicode_DecodeUTF8(token.form, token.length, NULL))
    return found

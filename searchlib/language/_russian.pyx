# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""What are the lemmas of a Russian word? lemmas.h and readings.h for Python; russian.py has the rest of the answer.

The tables are read in place and never written. One word is worked on at a time: the room for it is shared, under the
GIL or, where there is none, under the object's lock.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memcmp

from searchlib.errors import DictionaryError

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    Py_UCS4 PyUnicode_READ(int kind, const void *data, Py_ssize_t index) nogil

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef enum:
    HYPHEN = 0x2D

cdef extern from "lemmas.h":
    enum:
        SL_PREFIXES
        SL_LETTERS
        SL_WORD_BYTES
        SL_NO_MEMORY

    ctypedef struct sl_dawg:
        pass

    ctypedef struct sl_strings:
        uint32_t *at
        uint32_t count

    ctypedef struct sl_russian:
        sl_dawg words
        sl_dawg probabilities
        sl_dawg *predictions
        uint32_t *paradigm_at
        uint32_t longest_ending
        sl_strings suffixes
        sl_strings prefixes
        sl_strings tags
        sl_strings known_prefixes
        const uint16_t *tag_same
        const uint8_t *tag_closed
        const uint8_t *tag_name

    ctypedef struct sl_lemma:
        uint32_t at
        uint32_t length

    ctypedef struct sl_lemmatizer:
        sl_lemma *lemmas
        uint8_t *text
        uint32_t *answer
        uint32_t answers

    bint sl_dawg_open(sl_dawg *d, const uint8_t *data, size_t n) noexcept nogil
    bint sl_strings_open(sl_strings *s, const uint8_t *text, size_t n) noexcept nogil
    bint sl_known_prefixes_open(sl_russian *r) noexcept nogil
    bint sl_paradigms_open(sl_russian *r, const uint8_t *data, size_t n) noexcept nogil
    int sl_lemmas(sl_lemmatizer *l, const sl_russian *r, const uint8_t *word, uint32_t n, double threshold) noexcept nogil
    int sl_name_share(sl_lemmatizer *l, const sl_russian *r, const uint8_t *word, uint32_t n, double *share) noexcept nogil
    int sl_word_known(const sl_russian *r, const uint8_t *word, uint32_t n) noexcept nogil
    void sl_lemmatizer_free(sl_lemmatizer *l) noexcept nogil


cdef bint letters_of(str form, uint8_t *word, uint32_t *n) noexcept:
    """Writes the letters of U+0400-U+052F and single hyphens between that a form consists of, the first SL_LETTERS of them.

    False for another form. word: room for SL_WORD_BYTES.
    """
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(form), i
    cdef int kind = PyUnicode_KIND(form)
    cdef const void *data = PyUnicode_DATA(form)
    cdef uint32_t point, before = HYPHEN
    n[0] = 0
    for i in range(length):
        point = PyUnicode_READ(kind, data, i)
        if not (0x400 <= point < 0x530 or (point == HYPHEN and before != HYPHEN)):
            return False
        before = point
        if i < SL_LETTERS:
            if point == HYPHEN:
                word[n[0]] = HYPHEN
                n[0] += 1
            else:
                word[n[0]] = 0xC0 | (point >> 6)
                word[n[0] + 1] = 0x80 | (point & 0x3F)
                n[0] += 2
    return before != HYPHEN


cdef class Lemmatizer:
    """The dictionary of pymorphy3 and the way from a word to its lemmas.

    path: the folder of the dictionary, for messages. words, probabilities, paradigms: its files, bytes-like, kept as
    long as this object lives; predictions: of each paradigm prefix, the automaton of endings. prefixes, suffixes, tags,
    known_prefixes: strings, each with a "\\0" behind it; the known prefixes in the order of their first letters, longer
    ones first. same: of each tag, as 16 bits, the first with its grammemes; closed: of each tag, 1 when an unknown word
    cannot have it; named: of each tag, 1 when it is of a name. longest_ending: in letters. threshold: the least weight of a lemma that is not the likeliest.
    Raises DictionaryError when the files do not hold what they should.
    """

    cdef sl_russian tables
    cdef sl_lemmatizer work
    cdef Py_buffer views[20]
    cdef int held
    cdef str path
    cdef double threshold

    def __cinit__(self, str path, words, probabilities, list predictions, paradigms, bytes prefixes, bytes suffixes,
                  bytes tags, bytes known_prefixes, bytes same, bytes closed, bytes named, int longest_ending, double threshold):
        cdef Py_ssize_t i
        self.path = path
        self.threshold = threshold
        self.tables.longest_ending = longest_ending
        self._automaton(&self.tables.words, words, "words.dawg")
        self._automaton(&self.tables.probabilities, probabilities, "p_t_given_w.intdawg")
        self._strings(&self.tables.prefixes, prefixes)
        self._strings(&self.tables.suffixes, suffixes)
        self._strings(&self.tables.tags, tags)
        self._strings(&self.tables.known_prefixes, known_prefixes)
        if not sl_known_prefixes_open(&self.tables):
            raise ValueError("known_prefixes should be in order, of letters from а to я")
        if not 0 < self.tables.prefixes.count <= SL_PREFIXES or len(predictions) != self.tables.prefixes.count:
            raise DictionaryError(path, "the prefixes of its paradigms are not what was expected")
        for i in range(len(predictions)):
            self._automaton(&self.tables.predictions[i], predictions[i], f"prediction-suffixes-{i}.dawg")
        if len(same) != 2 * self.tables.tags.count or not len(closed) == len(named) == self.tables.tags.count:
            raise ValueError("same, closed and named should say something of each tag")
        for i in range(self.tables.tags.count):
            if (<const uint16_t *> <const uint8_t *> same)[i] >= self.tables.tags.count:
                raise ValueError("same should name tags")
        self.tables.tag_same = <const uint16_t *> self._view(same).buf
        self.tables.tag_closed = <const uint8_t *> self._view(closed).buf
        self.tables.tag_name = <const uint8_t *> self._view(named).buf
        cdef Py_buffer *view = self._view(paradigms)
        if not sl_paradigms_open(&self.tables, <const uint8_t *> view.buf, view.len):
            raise DictionaryError(path, "paradigms.array is damaged")

    def __dealloc__(self):
        sl_lemmatizer_free(&self.work)
        free(self.tables.prefixes.at)
        free(self.tables.suffixes.at)
        free(self.tables.tags.at)
        free(self.tables.known_prefixes.at)
        free(self.tables.paradigm_at)
        for i in range(self.held):
            PyBuffer_Release(&self.views[i])

    cdef Py_buffer *_view(self, data) except NULL:
        PyObject_GetBuffer(data, &self.views[self.held], PyBUF_SIMPLE)
        self.held += 1
        return &self.views[self.held - 1]

    cdef int _automaton(self, sl_dawg *automaton, data, str name) except -1:
        cdef Py_buffer *view = self._view(data)
        if not sl_dawg_open(automaton, <const uint8_t *> view.buf, view.len):
            raise DictionaryError(self.path, f"{name} is shorter than it says")
        return 0

    cdef int _strings(self, sl_strings *strings, bytes text) except -1:
        cdef Py_buffer *view = self._view(text)
        if not sl_strings_open(strings, <const uint8_t *> view.buf, view.len):
            raise DictionaryError(self.path, "its strings are too many or too long")
        return 0

    def lemmas(self, str form not None):
        """The lemmas of a word of letters of U+0400-U+052F with single hyphens between, or None for other forms.

        A word of more than 64 letters and hyphens, which the tokeniser never gives, stands for itself.
        """
        cdef uint8_t word[SL_WORD_BYTES]
        cdef uint32_t n, k
        cdef int status
        if not letters_of(form, word, &n):
            return None
        if PyUnicode_GET_LENGTH(form) > SL_LETTERS:
            return (form,)
        with cython.critical_section(self):
            status = sl_lemmas(&self.work, &self.tables, word, n, self.threshold)
            if status == SL_NO_MEMORY:
                raise MemoryError("no memory for the lemmas of a word")
            if status:
                raise DictionaryError(self.path, "one of its automata is damaged")
            if self.work.answers == 1:
                return (self._lemma(0, form, word, n),)
            return tuple([self._lemma(k, form, word, n) for k in range(self.work.answers)])

    def name_share(self, str form not None):
        """How much of what a word may be, by the dictionary, is names: the sum of the probabilities of such readings.

        Below 0: the dictionary does not have it, as none with a hyphen or of more than 64 letters is asked for.
        """
        cdef uint8_t word[SL_WORD_BYTES]
        cdef uint32_t n
        cdef double share = -1
        cdef int status
        if "-" in form or not letters_of(form, word, &n) or PyUnicode_GET_LENGTH(form) > SL_LETTERS:
            return share
        with cython.critical_section(self):
            status = sl_name_share(&self.work, &self.tables, word, n, &share)
            if status == SL_NO_MEMORY:
                raise MemoryError("no memory for the readings of a word")
            if status:
                raise DictionaryError(self.path, "one of its automata is damaged")
        return share

    def knows(self, str form not None) -> bool:
        """Does the dictionary hold a word, of letters of U+0400-U+052F and folded?"""
        cdef uint8_t word[SL_WORD_BYTES]
        cdef uint32_t n
        cdef int status
        if "-" in form or not letters_of(form, word, &n) or PyUnicode_GET_LENGTH(form) > SL_LETTERS:
            return False
        status = sl_word_known(&self.tables, word, n)
        if status not in (0, 1):
            raise DictionaryError(self.path, "one of its automata is damaged")
        return status == 1

    cdef str _lemma(self, uint32_t k, str form, const uint8_t *word, uint32_t n):
        """The text of one of the answers; the form itself when it is that, `word` being its n bytes."""
        cdef const sl_lemma *lemma = &self.work.lemmas[self.work.answer[k]]
        cdef const char *text = <const char *> self.work.text + lemma.at
        if lemma.length == n and memcmp(text, word, n) == 0:
            return form
        return PyUnicode_DecodeUTF8(text, lemma.length, "replace")

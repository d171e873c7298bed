# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which forms of a segment fit a pattern, are near a word or are named, and where do they stand? The Python face of form_set.h."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc

from searchlib.storage._deadline cimport Deadline, sl_deadline
from searchlib.storage._segment cimport (
    SL_DAMAGED,
    SL_FOUND,
    SL_MAX_KEY,
    SL_NO_MEMORY,
    SL_TABLE_WANTED,
    SegmentFile,
    sl_form_begin,
    sl_form_entry,
    sl_form_key,
    sl_form_move,
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


cdef class FormQuery:
    """Which forms are looked for, in whatever segment. Immutable; threads may share it."""

    def __cinit__(self):
        sl_query_nothing(&self.query)

    @staticmethod
    def matching(str pattern) -> FormQuery:
        """The forms that a folded pattern fits: `*` is any letters or none, `?` any one letter."""
        cdef FormQuery query = FormQuery()
        cdef Py_ssize_t n
        cdef uint8_t key[SL_MAX_PATTERN]
        while "**" in pattern:
            pattern = pattern.replace("**", "*")
        cdef const uint8_t *word = <const uint8_t *> PyUnicode_AsUTF8AndSize(pattern, &n)
        if n <= SL_MAX_PATTERN:
            sl_query_pattern(&query.query, key, sl_key_pack(word, <uint32_t> n, key))
        return query

    @staticmethod
    def near(str form, uint32_t distance, uint32_t prefix) -> FormQuery:
        """The forms at most `distance` errors (0 to 2) from a folded one.

        A letter inserted, deleted or replaced is an error, so are two neighbours swapped; the first `prefix` letters are
        right.
        """
        cdef FormQuery query = FormQuery()
        cdef Py_ssize_t n
        cdef uint8_t key[SL_MAX_KEY]
        cdef const uint8_t *word = <const uint8_t *> PyUnicode_AsUTF8AndSize(form, &n)
        if distance > SL_MAX_ERRORS:
            raise ValueError(f"forms are found at a distance of 0 to {SL_MAX_ERRORS}, not {distance}")
        if n <= SL_MAX_KEY:
            sl_query_word(&query.query, key, sl_key_pack(word, <uint32_t> n, key), distance, prefix)
        return query

    def __contains__(self, form) -> bool:
        """Is it one of the forms that are looked for, whether or not a segment has it?"""
        cdef Py_ssize_t n
        cdef uint8_t key[SL_MAX_KEY]
        if not isinstance(form, str):
            return False
        cdef const uint8_t *word = <const uint8_t *> PyUnicode_AsUTF8AndSize(form, &n)
        return n <= SL_MAX_KEY and sl_query_accepts(&self.query, key, sl_key_pack(word, <uint32_t> n, key)) != 0


cdef class FormSet:
    """Some forms of a segment, and the occurrences of terms that are theirs. Immutable; threads may share it."""

    def __cinit__(self, SegmentFile file not None):
        self.file = file

    def __dealloc__(self):
        sl_form_set_free(&self.set)

    @staticmethod
    def of(SegmentFile file, *forms: str) -> FormSet:
        """These forms, those of them that the segment has seen."""
        cdef sl_form_entry entry
        cdef FormSet found = FormSet(file)
        numbers = set()
        for form in forms:
            if file._find_form(form, &entry):
                numbers.add(entry.number)
        if numbers:
            found.set.hits.hits = <sl_pair *> calloc(len(numbers), sizeof(sl_pair))
            if found.set.hits.hits == NULL:
                raise MemoryError("no memory for the forms that fit")
            for number in sorted(numbers):
                found.set.hits.hits[found.set.hits.count].key = number
                found.set.hits.count += 1
        found.check(sl_form_set_fill(&found.set, &file.forms, NULL))
        return found

    @staticmethod
    def fitting(SegmentFile file, FormQuery query not None, uint32_t limit, Deadline deadline=None) -> FormSet:
        """The forms of a segment that a query looks for; some of them, or none, when the deadline has passed.

        OverflowError: there are more than `limit`.
        """
        cdef FormSet found = FormSet(file)
        cdef sl_deadline *state = NULL if deadline is None else &deadline.state
        cdef int done
        found.set.hits.limit = limit
        with nogil:
            done = sl_form_set_find(&found.set, &query.query, &file.forms, file.table, state)
        if done == SL_TABLE_WANTED and file._make_table(state) == SL_FOUND:
            with nogil:
                done = sl_form_set_find(&found.set, &query.query, &file.forms, file.table, state)
        found.check(done)
        if found.set.hits.count > limit:
            raise OverflowError(f"more than {limit} forms fit")
        return found

    cdef int check(self, int done) except -1:
        """Raises what a result of form_set.h means."""
        if done == SL_DAMAGED:
            raise self.file._damaged("the dictionary of forms is damaged", None)
        if done == SL_NO_MEMORY:
            raise MemoryError("no memory for the forms that fit")
        return 0

    @property
    def forms(self) -> list:
        """The forms in order. They are read anew."""
        cdef sl_form_entry entry
        cdef uint8_t key[SL_MAX_KEY]
        cdef uint8_t word[2 * SL_MAX_KEY]
        cdef uint32_t i, length
        cdef list forms = []
        sl_form_begin(&entry)
        for i in range(self.set.hits.count):
            if not sl_form_move(&self.file.forms, self.set.hits.hits[i].key, &entry):
                raise self.file._damaged("the dictionary of forms is damaged", None)
            length = sl_key_unpack(key, sl_form_key(&entry, key), word)
            forms.append(PyUnicode_DecodeUTF8(<const char *> word, length, "replace"))
        return forms

    @property
    def errors(self) -> list:
        """How far each form is from the one that was asked for."""
        return [self.set.hits.hits[i].value for i in range(self.set.hits.count)]

    @property
    def terms(self) -> dict:
        """Where they stand: {ordinal of a term: the codes of its forms in a tuple, or None for all that it has}."""
        cdef sl_form_term *term
        cdef uint32_t i, k
        found = {}
        for i in range(self.set.count):
            term = &self.set.terms[i]
            codes = tuple([self.set.codes[term.first + k] for k in range(term.count)])
            found[term.ordinal] = codes or None
        return found

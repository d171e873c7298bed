# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""In which documents does something occur, and how often? Phrases, words in given forms, patterns: the Python face of phrase.h.

What is found scores as one term would (Occurrences). Deleted documents are among it, as they are in the statistics.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from searchlib.ranking._searcher cimport (
    Deadline,
    Occurrences,
    Part,
    Searcher,
    sl_deadline,
    sl_list,
    sl_list_open,
)
from searchlib.storage._segment cimport sl_dictionary_entry, sl_dictionary_move

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "phrase.h":
    enum:
        SL_WINDOW
    ctypedef struct sl_places:
        int memory_failed
    ctypedef struct sl_cursor:
        sl_list list
        const uint8_t *positions
        uint64_t positions_length
        int varied
        const uint32_t *codes
        uint32_t code_count
        sl_places places
    ctypedef struct sl_slot:
        sl_cursor *cursors
        uint32_t count
    ctypedef struct sl_phrase:
        sl_slot *slots
        uint32_t count, slop, documents, fields
        const uint8_t **tokens
        int *widths
        double *weights
        sl_deadline *deadline
        uint32_t *found
        double *tfs
        uint32_t used
        int memory_failed
    int sl_phrase_run(sl_phrase *s) nogil
    void sl_phrase_end(sl_phrase *s) nogil
    void sl_cursor_begin(sl_cursor *c) nogil
    void sl_cursor_end(sl_cursor *c) nogil
    int64_t sl_cursor_all(sl_cursor *c, uint32_t start, uint32_t to, uint32_t *docs, uint32_t *ranks) nogil
    int sl_cursor_places(sl_cursor *c, uint32_t doc, uint32_t rank, const uint32_t **places, uint32_t *base, uint32_t *n) nogil
    const uint32_t *sl_places_codes(sl_places *p) nogil

cdef int LONGEST_PHRASE = 1024  # slots


cdef class _Lists:
    """The lists of a phrase in one segment, in C: a slot after the other. Empty lists are left out."""

    cdef sl_slot *slots
    cdef sl_cursor *cursors
    cdef uint32_t **codes   # what cursors point to
    cdef uint32_t used

    def __cinit__(self, uint32_t slots, size_t cursors):
        self.slots = <sl_slot *> calloc(slots + 1, sizeof(sl_slot))
        self.cursors = <sl_cursor *> calloc(cursors + 1, sizeof(sl_cursor))
        self.codes = <uint32_t **> calloc(cursors + 1, sizeof(uint32_t *))
        if self.slots == NULL or self.cursors == NULL or self.codes == NULL:
            raise MemoryError("no memory for a query")

    def __dealloc__(self):
        cdef uint32_t i
        if self.codes != NULL:
            for i in range(self.used):
                free(self.codes[i])
        free(self.slots)
        free(self.cursors)
        free(self.codes)

    cdef int add(self, Part part, sl_slot *slot, const sl_dictionary_entry *entry, object forms) except -1:
        """The list of one term joins a slot. forms: the codes that count, None for all."""
        cdef sl_cursor *cursor = &self.cursors[self.used]
        cdef uint32_t i = 0
        if entry.df == 0 or (forms is not None and not forms):
            return 0
        if not sl_list_open(&cursor.list, part.file._postings(entry), entry.postings_length, entry.df,
                            part.file.documents, part.file.fields):
            raise part.file._damaged("a posting list is damaged", None)
        cursor.positions = part.file._positions(entry)
        cursor.positions_length = entry.positions_length
        cursor.varied = entry.varied != 0
        if forms is not None:
            self.codes[self.used] = <uint32_t *> malloc((len(forms) + 1) * sizeof(uint32_t))
            if self.codes[self.used] == NULL:
                raise MemoryError("no memory for a query")
            for code in sorted(forms):
                self.codes[self.used][i] = code
                i += 1
            cursor.codes = self.codes[self.used]
            cursor.code_count = i
        if slot.count == 0:
            slot.cursors = cursor
        slot.count += 1
        self.used += 1
        return 0

    cdef bint fill(self, Part part, list slots, uint32_t segment) except -1:
        """Looks everything up. False when a slot has nothing here."""
        cdef sl_dictionary_entry entry
        cdef uint32_t i
        for i in range(<uint32_t> len(slots)):
            slot = slots[i]
            if isinstance(slot, tuple):
                for term in slot:
                    if part.file._seek(term, &entry):
                        self.add(part, &self.slots[i], &entry, None)
            else:
                entry.next = NULL
                for ordinal, forms in sorted((<dict> slot[segment]).items()):
                    if sl_dictionary_move(&part.file.terms, ordinal, &entry) < 0:
                        raise part.file._damaged("the dictionary of terms is damaged", None)
                    self.add(part, &self.slots[i], &entry, forms)
            if self.slots[i].count == 0:
                return False
        return True


cdef int _columns(sl_phrase *phrase, Part part) except -1:
    """Where the fields of each document end."""
    cdef uint32_t n = part.file.documents, field
    cdef uint64_t offset, size
    for field in range(part.file.fields - 1):
        offset, size = part.file._section(f"tokens.{field}", n)
        if size not in (n, 2 * <uint64_t> n, 4 * <uint64_t> n):
            raise part.file._damaged("a column of lengths has the wrong size", offset)
        phrase.widths[field] = <int> (size // n)
        phrase.tokens[field] = part.file._checked(offset, size)
    return 0


def find(Searcher searcher, list slots, *, slop=1, fields=0, Deadline deadline=None) -> Occurrences:
    """The documents with a phrase, by segment.

    slots: what stands at each place of the phrase. A tuple: any of these terms. A list with a dict for each segment: any of
    the terms with these ordinals there, in the forms with these codes, or in any form when that is None.
    slop: how far a place may be from the one before; 1: next to it. fields: bits of the text fields that count, 0 for all.
    When the deadline has passed, what was found until then.
    """
    cdef Occurrences result = Occurrences(searcher)
    cdef sl_phrase phrase
    cdef _Lists lists
    cdef Part part
    cdef uint32_t j, field, count = len(slots)
    cdef size_t terms
    cdef int ok
    if not 1 <= len(slots) <= LONGEST_PHRASE:
        raise ValueError(f"a phrase has 1 to {LONGEST_PHRASE} words")
    if slop < 1:
        raise ValueError("the slop of a phrase is 1 or more")
    if not 0 <= fields < 1 << searcher.fields:
        raise ValueError("there is no such field")
    slots = [tuple(dict.fromkeys(slot)) if isinstance(slot, tuple) else slot for slot in slots]
    for slot in slots:
        if not isinstance(slot, tuple) and len(slot) != len(searcher.parts):
            raise ValueError("a slot of forms says which for each segment")
    for j in range(<uint32_t> len(searcher.parts)):
        part = searcher.parts[j]
        if deadline is not None and deadline.check():
            break
        terms = sum([len(slot if isinstance(slot, tuple) else slot[j]) for slot in slots])
        lists = _Lists(count, terms)
        if not lists.fill(part, slots, j):
            continue
        memset(&phrase, 0, sizeof(phrase))
        phrase.slots = lists.slots
        phrase.count = count
        phrase.slop = min(slop, 0x7FFFFFFF)
        phrase.documents = part.file.documents
        phrase.fields = part.file.fields
        phrase.deadline = NULL if deadline is None else &deadline.state
        for field in range(searcher.fields):
            phrase.weights[field] = searcher.weights[field] if not fields or fields >> field & 1 else 0
        _columns(&phrase, part)
        with nogil:
            ok = sl_phrase_run(&phrase)
        try:
            if ok:
                result.reserve(j, phrase.used)
                if phrase.used:
                    memcpy(result.docs[j], phrase.found, phrase.used * sizeof(uint32_t))
                    memcpy(result.tfs[j], phrase.tfs, phrase.used * sizeof(double))
        finally:
            sl_phrase_end(&phrase)
        if not ok:
            if phrase.memory_failed:
                raise MemoryError("no memory for a query")
            raise part.file._damaged("a posting list is damaged", None)
    result.close()
    return result


def places(Searcher searcher, uint32_t segment, uint32_t ordinal) -> list:
    """[(document, (position, ...)), ...] of the term with this ordinal in a segment: what a phrase is found by."""
    cdef Part part = searcher.parts[segment]
    cdef _Lists lists = _Lists(1, 1)
    cdef sl_cursor *cursor = lists.cursors
    cdef uint32_t docs[SL_WINDOW + 64]
    cdef uint32_t ranks[SL_WINDOW + 64]
    cdef const uint32_t *found
    cdef uint32_t base, n, k, start = 0
    cdef int64_t total, i
    result = []
    if not lists.fill(part, [[{ordinal: None}] * (segment + 1)], segment):
        return result
    sl_cursor_begin(cursor)
    try:
        while start < part.file.documents:
            total = sl_cursor_all(cursor, start, min(start + SL_WINDOW, part.file.documents), docs, ranks)
            for i in range(total):
                if not sl_cursor_places(cursor, docs[i], ranks[i], &found, &base, &n):
                    total = -1
                    break
                result.append((docs[i], tuple([found[k] - base for k in range(n)])))
            if total < 0:
                if cursor.places.memory_failed:
                    raise MemoryError("no memory for positions")
                raise part.file._damaged("positions are damaged", None)
            start += SL_WINDOW
    finally:
        sl_cursor_end(cursor)
    return result

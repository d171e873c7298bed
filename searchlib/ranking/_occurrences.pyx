# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""In which documents does a phrase occur, and how often? The Python face of phrase.h and phrase_best.h.

What is found scores as one term would (Occurrences). Deleted documents are among it, as they are in the statistics.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from searchlib.ranking._searcher cimport (
    Group,
    Occurrences,
    Part,
    Searcher,
    sl_list_open,
    sl_norms,
)
from searchlib.storage._deadline cimport Deadline, sl_deadline
from searchlib.storage._forms cimport FormSet, sl_form_term
from searchlib.storage._segment cimport sl_dictionary_entry, sl_dictionary_move

cdef extern from "phrase_build.h":
    enum:
        SL_WINDOW
    ctypedef struct sl_best:
        float threshold
    ctypedef struct sl_phrase_best:
        sl_phrase phrase
        const sl_norms *norms
        const uint8_t *live
        float weight
        sl_best *best
    ctypedef struct sl_phrase_build:
        const char *name
        int (*run)(sl_phrase *s) nogil
        int (*best)(sl_phrase_best *b) nogil
        int (*proximity)(sl_proximity *p) nogil
    const sl_phrase_build *sl_phrase_build_at(uint32_t i) nogil
    void sl_phrase_end(sl_phrase *s) nogil
    void sl_phrase_best_end(sl_phrase_best *b) nogil
    int sl_best_init(sl_best *best, uint32_t k, uint32_t groups, float slack) nogil
    void sl_best_free(sl_best *best) nogil
    void sl_cursor_begin(sl_cursor *c) nogil
    void sl_cursor_end(sl_cursor *c) nogil
    int64_t sl_cursor_all(sl_cursor *c, uint32_t start, uint32_t to, uint32_t *docs, uint32_t *ranks) nogil
    uint32_t sl_cursor_rank(const sl_cursor *c, uint32_t doc, uint32_t rank) nogil
    int sl_cursor_places(sl_cursor *c, uint32_t rank, const uint32_t **places, uint32_t *base, uint32_t *n) nogil
    const uint32_t *sl_places_codes(sl_places *p) nogil

BUILDS = tuple(sl_phrase_build_at(i).name.decode() for i in range(2) if sl_phrase_build_at(i) != NULL)
"""Names of the builds of phrase.h that this processor can run, the best first."""

cdef int LONGEST_PHRASE = 1024  # slots


cdef class Lists:
    """The lists of a phrase in one segment, in C: a slot after the other. Empty lists are left out."""

    def __cinit__(self, uint32_t slots, size_t cursors):
        self.slots = <sl_slot *> calloc(slots + 1, sizeof(sl_slot))
        self.cursors = <sl_cursor *> calloc(cursors + 1, sizeof(sl_cursor))
        if self.slots == NULL or self.cursors == NULL:
            raise MemoryError("no memory for a query")

    def __dealloc__(self):
        free(self.slots)
        free(self.cursors)

    cdef int add(self, Part part, sl_slot *slot, const sl_dictionary_entry *entry, const uint32_t *codes,
                 uint32_t count) except -1:
        """The list of one term joins a slot. codes: the `count` that matter, NULL for all."""
        cdef sl_cursor *cursor = &self.cursors[self.used]
        if entry.df == 0:
            return 0
        if not sl_list_open(&cursor.list, part.file._postings(entry), entry.postings_length, entry.df,
                            part.file.documents, part.file.fields):
            raise part.file._damaged("a posting list is damaged", None)
        cursor.positions = part.file._positions(entry)
        cursor.positions_length = entry.positions_length
        cursor.varied = entry.varied != 0
        cursor.codes = codes
        cursor.code_count = count
        if slot.count == 0:
            slot.cursors = cursor
        slot.count += 1
        self.used += 1
        return 0

    cdef int add_forms(self, Part part, sl_slot *slot, FormSet forms) except -1:
        """The lists of a set of forms, which has to outlive them, join a slot."""
        cdef sl_dictionary_entry entry
        cdef const sl_form_term *term
        cdef uint32_t i
        for i in range(forms.set.count):
            term = &forms.set.terms[i]
            entry.df, entry.varied, entry.once = term.df, term.varied, term.once
            entry.postings, entry.postings_length = term.postings, term.postings_length
            entry.positions, entry.positions_length = term.positions, term.positions_length
            self.add(part, slot, &entry, &forms.set.codes[term.first] if term.count else NULL, term.count)
        return 0

    cdef int add_group(self, sl_slot *slot, Group group, uint32_t segment) except -1:
        """The lists of all terms of a group join a slot."""
        cdef sl_cursor *cursor
        cdef uint32_t i, at
        for i in range(group.count):
            at = i * group.segments + segment
            if not group.lists[at].df:
                continue
            cursor = &self.cursors[self.used]
            cursor.list = group.lists[at]
            cursor.positions = group.positions(i, segment)
            cursor.positions_length = group.places[at].length
            cursor.varied = group.places[at].varied
            if slot.count == 0:
                slot.cursors = cursor
            slot.count += 1
            self.used += 1
        return 0

    cdef bint look_up(self, Part part, uint32_t i, object slot, uint32_t segment) except -1:
        """Looks up slot i. False when it has nothing here."""
        cdef sl_dictionary_entry entry
        if isinstance(slot, Group):
            self.add_group(&self.slots[i], slot, segment)
        elif isinstance(slot, tuple):
            for term in slot:
                if part.file._seek(term, &entry):
                    self.add(part, &self.slots[i], &entry, NULL, 0)
        else:
            self.add_forms(part, &self.slots[i], slot[segment])
        return self.slots[i].count != 0


cdef int run_proximity(sl_proximity *proximity, uint32_t build) noexcept nogil:
    """sl_proximity_run in one of BUILDS."""
    return sl_phrase_build_at(build).proximity(proximity)


cdef int columns(sl_phrase *phrase, Part part) except -1:
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


cdef Lists lists_of(list slots, uint32_t segment):
    """Room for all the lists that slots may have in a segment."""
    cdef size_t cursors = 0
    for slot in slots:
        if isinstance(slot, Group):
            cursors += (<Group> slot).count
        else:
            cursors += len(slot) if isinstance(slot, tuple) else (<FormSet> slot[segment]).set.count
    return Lists(len(slots), cursors)


cdef Lists set_phrase(sl_phrase *phrase, Part part, uint32_t segment, list slots, uint32_t slop, const double *weights,
                      sl_deadline *deadline):
    """A phrase in a segment, over lists that have to outlive it; None when one of its places has nothing there."""
    cdef uint32_t field, i
    cdef Lists lists = lists_of(slots, segment)
    for i in range(<uint32_t> len(slots)):
        if not lists.look_up(part, i, slots[i], segment):
            return None
    memset(phrase, 0, sizeof(sl_phrase))
    phrase.slots = lists.slots
    phrase.count = len(slots)
    phrase.slop = slop
    phrase.documents = part.file.documents
    phrase.fields = part.file.fields
    phrase.deadline = deadline
    for field in range(part.file.fields):
        phrase.weights[field] = weights[field]
    columns(phrase, part)
    return lists


cdef int _find_phrase(Occurrences result, uint32_t segment, list slots, uint32_t slop, const double *weights,
                      sl_deadline *deadline, const sl_phrase_build *code) except -1:
    """The documents of a segment with a phrase."""
    cdef Part part = result.owner.parts[segment]
    cdef sl_phrase phrase
    cdef int ok
    cdef Lists lists = set_phrase(&phrase, part, segment, slots, slop, weights, deadline)
    if lists is None:
        return 0
    with nogil:
        ok = code.run(&phrase)
    try:
        if ok:
            result.reserve(segment, phrase.used)
            if phrase.used:
                memcpy(result.docs[segment], phrase.found, phrase.used * sizeof(uint32_t))
                memcpy(result.tfs[segment], phrase.tfs, phrase.used * sizeof(double))
    finally:
        sl_phrase_end(&phrase)
    if not ok:
        if phrase.memory_failed:
            raise MemoryError("no memory for a query")
        raise part.file._damaged("a posting list is damaged", None)
    return 0


cdef list checked_slots(Searcher searcher, list slots):
    """The slots, each term of them once."""
    cdef list files = [(<Part> part).file for part in searcher.parts]
    for slot in slots:
        if isinstance(slot, Group):
            if (<Group> slot).owner is not searcher:
                raise ValueError("the group was made for another searcher")
        elif not isinstance(slot, tuple) and [(<FormSet?> forms).file for forms in slot] != files:
            raise ValueError("a slot of forms says which for each segment")
    return [tuple(dict.fromkeys(slot)) if isinstance(slot, tuple) else slot for slot in slots]


cdef int _arguments(Searcher searcher, list slots, object slop, object fields, double *weights) except -1:
    """Checks them, and gives the weights of the fields that count."""
    if not 1 <= len(slots) <= LONGEST_PHRASE:
        raise ValueError(f"a phrase has 1 to {LONGEST_PHRASE} words")
    if slop < 1:
        raise ValueError("the slop of a phrase is 1 or more")
    searcher.weigh(fields, weights)
    return 0


def find(Searcher searcher, list slots, *, slop=1, fields=0, double weight=0, Deadline deadline=None,
         str build=BUILDS[0]) -> Occurrences:
    """The documents with a phrase, by segment.

    slots: what stands at each place of the phrase. A Group, or a tuple: any of these terms. A list with a FormSet of each
    segment: any of these forms. Each position counts that an occurrence ends at. slop: how far a place may be from the one
    before; 1: next to it. fields: bits of the text fields that count, 0 for all. weight: what an occurrence weighs; 0: the idf
    of what as many documents have.
    When the deadline has passed, what was found until then. build: one of BUILDS; all of them give the same answers.
    """
    cdef Occurrences result = Occurrences(searcher)
    cdef uint32_t j
    cdef double weights[16]
    cdef sl_deadline *limit = NULL if deadline is None else &deadline.state
    cdef const sl_phrase_build *code = sl_phrase_build_at(BUILDS.index(build))
    _arguments(searcher, slots, slop, fields, weights)
    slots = checked_slots(searcher, slots)
    for j in range(<uint32_t> len(searcher.parts)):
        if deadline is not None and deadline.check():
            break
        _find_phrase(result, j, slots, min(slop, 0x7FFFFFFF), weights, limit, code)
    result.close(weight)
    return result


def best(Searcher searcher, list slots, int k, double weight, *, slop=1, fields=0, Deadline deadline=None,
         str build=BUILDS[0]) -> list:
    """The best k documents for a phrase alone, as Kernel.top gives them for what find() finds: [(score, segment, document), ...].

    slots: two or more. weight: above 0. The other arguments are those of find().
    """
    cdef uint32_t j, i
    cdef double weights[16]
    cdef double tf, score
    cdef sl_best kept
    cdef sl_phrase_best look
    cdef sl_deadline *limit = NULL if deadline is None else &deadline.state
    cdef const sl_phrase_build *code = sl_phrase_build_at(BUILDS.index(build))
    cdef Part part
    cdef Lists lists
    cdef list found = []
    cdef int ok
    _arguments(searcher, slots, slop, fields, weights)
    if len(slots) < 2:
        raise ValueError("a single word is no phrase")
    if not weight > 0:
        raise ValueError("a phrase weighs more than 0")
    if k <= 0:
        return found
    slots = checked_slots(searcher, slots)
    if not sl_best_init(&kept, <uint32_t> min(<uint64_t> k, searcher.total), 1, searcher.ready()):
        raise MemoryError("no memory for a query")
    try:
        for j in range(<uint32_t> len(searcher.parts)):
            if deadline is not None and deadline.check():
                break
            part = searcher.parts[j]
            memset(&look, 0, sizeof(look))
            lists = set_phrase(&look.phrase, part, j, slots, min(slop, 0x7FFFFFFF), weights, limit)
            if lists is None:
                continue
            look.norms = &part.norms
            look.live = part.live
            look.weight = <float> weight
            look.best = &kept
            with nogil:
                ok = code.best(&look)
            if ok:
                for i in range(look.phrase.used):
                    tf = look.phrase.tfs[i]
                    score = weight * (tf / (tf + searcher.norm(part, look.phrase.found[i])))
                    if score >= kept.threshold:
                        found.append((-score, j, look.phrase.found[i]))
            sl_phrase_best_end(&look)
            if not ok:
                if look.phrase.memory_failed:
                    raise MemoryError("no memory for a query")
                raise part.file._damaged("a posting list is damaged", None)
    finally:
        sl_best_free(&kept)
    found.sort()
    return [(-negative, segment, doc) for negative, segment, doc in found[:k]]


def places(Searcher searcher, uint32_t segment, uint32_t ordinal) -> list:
    """[(document, (position, ...)), ...] of the term with this ordinal in a segment: what a phrase is found by."""
    cdef Part part = searcher.parts[segment]
    cdef Lists lists = Lists(1, 1)
    cdef sl_cursor *cursor = lists.cursors
    cdef uint32_t docs[SL_WINDOW + 64]
    cdef uint32_t ranks[SL_WINDOW + 64]
    cdef const uint32_t *found
    cdef uint32_t base, n, k, start = 0
    cdef int64_t total, i
    cdef sl_dictionary_entry entry
    result = []
    entry.next = NULL
    if sl_dictionary_move(&part.file.terms, ordinal, &entry) < 0:
        raise part.file._damaged("the dictionary of terms is damaged", None)
    lists.add(part, lists.slots, &entry, NULL, 0)
    if not lists.used:
        return result
    sl_cursor_begin(cursor)
    try:
        while start < part.file.documents:
            total = sl_cursor_all(cursor, start, min(start + SL_WINDOW, part.file.documents), docs, ranks)
            for i in range(total):
                if not sl_cursor_places(cursor, sl_cursor_rank(cursor, docs[i], ranks[i]), &found, &base, &n):
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

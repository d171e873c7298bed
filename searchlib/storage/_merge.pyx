# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""How do the lists, dictionaries and ids of several segments become those of one?

A Merge goes in steps, each of some milliseconds without the GIL, so that it can be given up between two of them; the longest
step is that of the longest list. It belongs to one thread. The headers merge*.h say how.
"""

from cpython.buffer cimport PyBUF_READ
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from searchlib.storage._segment cimport SegmentFile, numbers_in, sl_dictionary, sl_file, sl_forms

from searchlib.errors import CorruptIndexError

cdef extern from *:
    """
    #if defined(__clang__)
    #pragma STDC FP_CONTRACT OFF /* bounds are to come out alike on every machine */
    #elif defined(__GNUC__)
    #pragma GCC optimize("O3", "fp-contract=off")
    #endif
    """

cdef extern from "merge_terms.h":
    const int SL_MAX_FIELDS
    const uint32_t SL_NONE
    ctypedef struct sl_buffer:
        uint8_t *data
        size_t length
        int failed
    ctypedef struct sl_dictionary_writer:
        sl_buffer out
    ctypedef struct sl_name_list:
        pass
    ctypedef struct sl_terms_writer:
        sl_dictionary_writer terms
        sl_name_list names[2]
        sl_buffer postings, positions
        double total_length
        int too_large
    ctypedef struct sl_source:
        sl_file *file
        const sl_dictionary *terms
        const sl_forms *forms
        uint64_t postings, postings_length, positions, positions_length
        const int32_t *numbers
        uint32_t documents
        int whole
    ctypedef struct sl_merge:
        sl_source *sources
        sl_terms_writer out
        uint32_t heaped, term, term_count, rank
        int failed
        const char *damage
        uint32_t damaged, against
        const uint32_t *tokens[16]
    int sl_merge_begin(sl_merge *m, uint32_t count, uint32_t fields)
    void sl_merge_end(sl_merge *m)
    uint64_t sl_merge_damage_at(const sl_merge *m)
    int sl_terms_begin(sl_terms_writer *w, uint32_t fields, uint32_t documents, uint32_t **lengths, const double *weights,
                       double k1, double b) nogil
    int sl_merge_terms_begin(sl_merge *m) nogil
    int sl_merge_terms_walk(sl_merge *m) nogil
    int sl_walk_begin(sl_merge *m, int over_forms) nogil
    int sl_merge_lists_begin(sl_merge *m) nogil
    int sl_merge_step(sl_merge *m) nogil
    void sl_merge_written(sl_merge *m)
    void sl_buffer_free(sl_buffer *b)
    void sl_name_list_encode(sl_name_list *list, uint32_t terms, sl_buffer *out) nogil

cdef extern from "merge_forms.h":
    ctypedef struct sl_forms_encoding:
        sl_buffer forms, endings, peaks
        uint32_t written
    int sl_merge_forms_walk(sl_merge *m) nogil
    int sl_merge_forms_encode(sl_merge *m, sl_forms_encoding *e) nogil
    void sl_forms_end(sl_forms_encoding *e)

cdef extern from "merge_ids.h":
    ctypedef struct sl_ids:
        const uint8_t *ids
        const uint8_t *ends
        const uint8_t *order
        uint64_t length
        const int32_t *numbers
        uint32_t documents
    int sl_ids_sound(const sl_ids *s) nogil
    uint32_t sl_ids_copy(const sl_ids *s, sl_buffer *out, uint32_t *ends, uint64_t *total) nogil
    int64_t sl_ids_merge(sl_ids *sources, uint32_t count, uint32_t *heap, uint32_t *out) nogil

cdef enum:
    BEGIN, TERMS, FORMS, LISTS, ENCODE, DONE


cdef class Merge:
    """The lists and dictionaries of one segment, from those of several.

    files: the segments, at most one index's; numbers: for each of them array("i") with the new number of each document, -1: it is
    dead; the living ones ascend through all segments. lengths: for each field array("I") with the length of each new document.
    tokens: the same for each field but the last with its tokens, when there is but one segment, all of whose documents live: then
    it is damage if a position does not lie in the field that it should.
    """

    cdef sl_merge state
    cdef list files
    cdef list held
    cdef double weights[16]
    cdef int stage
    cdef readonly uint32_t forms

    def __cinit__(self, list files, list numbers, list lengths, list weights, double k1, double b, list tokens=[]):
        cdef uint32_t i, fields = len(weights), documents
        cdef uint32_t *by_field[16]
        cdef SegmentFile file
        cdef uint64_t count
        cdef sl_source *s
        cdef int ok
        if not 1 <= fields <= <uint32_t> SL_MAX_FIELDS or <uint32_t> len(lengths) != fields or len(numbers) != len(files):
            raise ValueError("a merge needs the numbers of every segment's documents and the lengths of every field")
        self.files = files
        self.held = [memoryview(one) for one in (*numbers, *lengths, *tokens)]
        documents = len(lengths[0])
        if tokens and (len(files) != 1 or <uint32_t> len(tokens) != fields - 1):
            raise ValueError("tokens are for one segment, and for every field but the last")
        if not documents or documents >= 1 << 31:
            raise ValueError(f"a segment cannot hold {documents} documents")
        for i in range(fields):
            self.weights[i] = weights[i]
            by_field[i] = <uint32_t *> numbers_in(self.held[len(files) + i], "I", &count)
            if count != documents:
                raise ValueError("every document has a length in every field")
        for i in range(<uint32_t> len(tokens)):
            self.state.tokens[i] = <uint32_t *> numbers_in(self.held[len(files) + fields + i], "I", &count)
            if count != documents or files[0].documents != documents:
                raise ValueError("every document has a number of tokens")
        if not sl_merge_begin(&self.state, len(files), fields):
            raise MemoryError("no memory to merge segments")
        cdef int64_t following = 0
        for i in range(<uint32_t> len(files)):
            file = files[i]
            s = &self.state.sources[i]
            s.file = &file.file
            s.terms = &file.terms
            s.forms = &file.forms
            s.postings, s.postings_length = file._section("postings", 0)
            s.positions, s.positions_length = file._section("positions", 0)
            s.documents = file.documents
            if file.fields != fields:
                raise file._damaged(f"it has {file.fields} text fields, and the index has {fields}", None)
            s.numbers = <int32_t *> numbers_in(self.held[i], "i", &count)
            if count != file.documents:
                raise ValueError("every document has a number, or -1")
            following = _check_numbers(s, following)
        if following != <int64_t> documents:
            raise ValueError("there are other lengths than living documents")
        with nogil:
            ok = sl_terms_begin(&self.state.out, fields, documents, by_field, self.weights, k1, b)
        if not ok:
            raise MemoryError("no memory to merge segments")

    def __dealloc__(self):
        sl_merge_end(&self.state)

    @property
    def terms(self) -> int:
        return self.state.rank

    @property
    def total_length(self) -> float:
        """Of all documents, by the fields' weights."""
        return self.state.out.total_length

    def step(self, put) -> bool:
        """Goes on for a while; False when nothing is left to do.

        What is finished goes to put(name, piece), as it does from Inversion.encode(), but for pieces of postings and positions, which
        come by turns. Raises CorruptIndexError for the segment that is damaged; then the merge is over.
        """
        cdef int ok = 1
        cdef sl_merge *m = &self.state
        if self.stage == BEGIN:
            with nogil:
                ok = sl_merge_terms_begin(m)
            self.stage = TERMS
        elif self.stage == TERMS:
            with nogil:
                ok = sl_merge_terms_walk(m)
            if ok and not m.heaped:
                with nogil:
                    ok = sl_walk_begin(m, 1)
                self.stage = FORMS
        elif self.stage == FORMS:
            with nogil:
                ok = sl_merge_forms_walk(m)
            if ok and not m.heaped:
                with nogil:
                    ok = sl_merge_lists_begin(m)
                self.stage = LISTS
        elif self.stage == LISTS:
            with nogil:
                ok = sl_merge_step(m)
            if ok:
                put("postings", _piece(&m.out.postings))
                put("positions", _piece(&m.out.positions))
                sl_merge_written(m)
                if m.term == m.term_count:
                    put("terms", _piece(&m.out.terms.out))
                    sl_buffer_free(&m.out.terms.out)
                    self._order_names(put)
                    self.stage = ENCODE
        elif self.stage == ENCODE:
            self._encode_forms(put)
            self.stage = DONE
        if not ok:
            self._fail()
        return self.stage != DONE

    cdef _order_names(self, put):
        cdef sl_buffer *out = &self.state.out.postings  # which has nothing to hold any more
        cdef int script
        for script in range(2):
            out.length = 0
            with nogil:
                sl_name_list_encode(&self.state.out.names[script], self.state.rank, out)
            if out.failed:
                self._fail()
            put("names.latin" if script == 0 else "names.cyrillic", _piece(out))

    cdef _encode_forms(self, put):
        cdef sl_forms_encoding forms
        cdef int ok
        try:
            with nogil:
                ok = sl_merge_forms_encode(&self.state, &forms)
            if not ok:
                self._fail()
            put("forms", _piece(&forms.forms))
            put("endings", _piece(&forms.endings))
            put("peaks", _piece(&forms.peaks))
            self.forms = forms.written
        finally:
            sl_forms_end(&forms)

    cdef _fail(self):
        self.stage = DONE
        if self.state.damage != NULL:
            what = self.state.damage.decode()
            if self.state.against != SL_NONE:
                what += f" than in {self.files[self.state.against].path}"
            _raise_damage(self.files[self.state.damaged], what, sl_merge_damage_at(&self.state))
        if self.state.out.too_large:
            raise OverflowError("a segment cannot hold so much")
        raise MemoryError("no memory to merge segments")


cdef int64_t _check_numbers(sl_source *s, int64_t following) except -1:
    cdef uint32_t doc
    s.whole = True
    for doc in range(s.documents):
        if s.numbers[doc] < 0:
            s.whole = False
        elif s.numbers[doc] != following:
            raise ValueError("living documents are numbered one after the other")
        else:
            following += 1
    return following


cdef _raise_damage(SegmentFile file, str what, uint64_t offset):
    """Says what is wrong with a file: its bytes, if they are not what was written."""
    if file.file.damaged:
        file._checked(file.file.damaged, 1)
    raise file._damaged(what, offset)


cdef object _piece(const sl_buffer *buffer):
    if not buffer.length:
        return memoryview(b"")
    return PyMemoryView_FromMemory(<char *> buffer.data, buffer.length, PyBUF_READ)


def merge_ids(list files, list numbers, uint32_t documents, put) -> None:
    """Gives the sections of the living documents' ids to put(name, piece). numbers: as for a Merge, which checks their order."""
    cdef uint32_t i, n, count = len(files), done = 0
    cdef uint64_t total = 0, known
    cdef int64_t damaged
    cdef bint sound
    cdef SegmentFile file
    cdef list held = [memoryview(one) for one in numbers]
    cdef sl_buffer out
    cdef sl_ids *sources = <sl_ids *> calloc(count, sizeof(sl_ids))
    cdef uint32_t *heap = <uint32_t *> malloc((count + 1) * sizeof(uint32_t))
    cdef uint32_t *rows = <uint32_t *> malloc((<size_t> documents + 1) * sizeof(uint32_t))
    memset(&out, 0, sizeof(out))
    try:
        if sources == NULL or heap == NULL or rows == NULL:
            raise MemoryError("no memory to merge segments")
        for i in range(count):
            file = files[i]
            offset, length = file._section("ids", 0)
            sources[i].ids = file._checked(offset, length)
            sources[i].length = length
            for name in ("id_ends", "id_order"):
                offset, length = file._section(name, 0)
                if length != 4 * <uint64_t> file.documents:
                    raise file._damaged("the ids are damaged", offset)
                if name == "id_ends":
                    sources[i].ends = file._checked(offset, length)
                else:
                    sources[i].order = file._checked(offset, length)
            sources[i].numbers = <int32_t *> numbers_in(held[i], "i", &known)
            if known != file.documents:
                raise ValueError("every document has a number, or -1")
            sources[i].documents = file.documents
            with nogil:
                sound = sl_ids_sound(&sources[i])
            if not sound:
                raise file._damaged("the ids are damaged", None)
            out.length = 0
            with nogil:
                done += sl_ids_copy(&sources[i], &out, rows + done, &total)
            if out.failed:
                raise MemoryError("no memory to merge segments")
            if total >> 32:
                raise OverflowError("a segment cannot hold so much")
            put("ids", _piece(&out))
        put("id_ends", PyMemoryView_FromMemory(<char *> rows, 4 * <Py_ssize_t> documents, PyBUF_READ))
        with nogil:
            damaged = sl_ids_merge(sources, count, heap, rows)
        if damaged >= 0:
            raise CorruptIndexError(files[damaged].path, "the order of the ids is damaged")
        put("id_order", PyMemoryView_FromMemory(<char *> rows, 4 * <Py_ssize_t> documents, PyBUF_READ))
    finally:
        free(sources)
        free(heap)
        free(rows)
        sl_buffer_free(&out)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""How is a segment's file read? Checked access to its bytes, its two dictionaries and its document ids.

A SegmentFile is immutable; any number of threads may use it at once. Nothing that the file says is believed before its
page was hashed and the offset was compared with the file's length.
"""

from array import array

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memset

from searchlib.errors import CorruptIndexError

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "shared_ids.h":
    ctypedef struct sl_buffer:
        uint8_t *data
        size_t length
        int failed
    ctypedef struct sl_id_order:
        sl_file *file
        uint64_t ids, length, ends, order
        uint32_t documents
    void sl_buffer_free(sl_buffer *b) nogil
    const sl_id_order *sl_shared_ids(sl_id_order *a, sl_id_order *b, sl_buffer *out) nogil

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

PAGE = 1 << 16


cdef Py_ssize_t AHEAD = 12  # ids that are asked for before they are needed


@cython.boundscheck(True)
def ids_of(list files, list places) -> list:
    """The ids of documents, of each of which (anything, number of its file, document) is given."""
    cdef list ids = []
    cdef Py_ssize_t i, n = len(places)
    cdef SegmentFile file
    cdef tuple place
    for i in range(n + 2 * AHEAD):  # first where an id ends, then what it is, then the id
        if i < n:
            place = places[i]
            file = files[place[1]]
            file._expect_end(place[2])
        if AHEAD <= i < n + AHEAD:
            place = places[i - AHEAD]
            file = files[place[1]]
            file._expect_id(place[2])
        if i >= 2 * AHEAD:
            place = places[i - 2 * AHEAD]
            file = files[place[1]]
            ids.append(file.id(place[2]))
    return ids


def hash64(data) -> int:
    """The checksum of the format: XXH64 with seed 0 of any bytes-like object."""
    cdef Py_buffer view
    cdef uint64_t result
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    with nogil:
        result = sl_hash64(<const uint8_t *> view.buf, view.len)
    PyBuffer_Release(&view)
    return result


cdef void free_table(sl_forms_table *table) noexcept:
    if table != NULL:
        sl_forms_table_free(table)
        free(table)


cdef class _IdsPlace:
    """Where a segment has its ids."""

    def __cinit__(self, SegmentFile file):
        self.start, self.length = file._section("ids", 0)
        self.ends = file._section("id_ends", 4 * <uint64_t> file.documents)[0]


cdef class SegmentFile:
    """The bytes of one segment.

    data: a bytes-like object over the whole file, kept as long as this object lives.
    covered: length of the part that the page hashes cover; hashes: where they begin.
    sections: name -> (offset, length). documents, fields, terms, forms: counts.
    """

    def __cinit__(self, data, str path, uint64_t covered, uint64_t hashes, dict sections,
                  uint32_t documents, uint32_t fields, uint32_t terms, uint32_t forms):
        cdef uint64_t pages = (covered + PAGE - 1) // PAGE
        self.path = path
        self.sections = sections
        self.documents = documents
        self.fields = fields
        PyObject_GetBuffer(data, &self.view, PyBUF_SIMPLE)
        self.has_view = True
        cdef uint64_t size = self.view.len
        if covered > size or hashes > size or pages * 8 > size - hashes:
            raise self._damaged("the table of contents points outside the file", None)
        if documents == 0 or documents >= 1 << 31:
            raise self._damaged(f"a segment cannot hold {documents} documents", None)
        self.file.data = <const uint8_t *> self.view.buf
        self.file.length = covered
        self.file.hashes = self.file.data + hashes
        self.file.verified = <uint8_t *> calloc(pages + 1, 1)
        if self.file.verified == NULL:
            raise MemoryError("no memory to open a segment")
        offset, length = self._section("terms", 0)
        if not sl_dictionary_open(&self.terms, &self.file, offset, length, terms):
            raise self._damaged("the dictionary of terms does not fit", offset)
        offset, length = self._section("forms", 0)
        if not sl_dictionary_open(&self.forms.blocks, &self.file, offset, length, forms):
            raise self._damaged("the dictionary of forms does not fit", offset)
        self.forms.terms = &self.terms
        self.forms.endings, self.forms.endings_length = self._section("endings", 0)

    def __dealloc__(self):
        free_table(self.table)
        free_table(self.unfinished)
        free(self.names)
        free(self.file.verified)
        if self.has_view:
            PyBuffer_Release(&self.view)

    cdef object _damaged(self, str what, object offset):
        return CorruptIndexError(self.path, what, offset)

    cdef tuple _section(self, str name, uint64_t expected):
        """(offset, length) of a section of at least `expected` bytes that lies inside the checked part."""
        place = self.sections.get(name)
        if place is None:
            raise self._damaged(f"section '{name}' is missing", None)
        cdef uint64_t offset = place[0]
        cdef uint64_t length = place[1]
        if offset > self.file.length or length > self.file.length - offset or length < expected:
            raise self._damaged(f"section '{name}' does not fit", offset)
        return offset, length

    cdef const uint8_t *_checked(self, uint64_t offset, uint64_t n) except NULL:
        """The bytes [offset, offset + n), hashed when they are first touched."""
        if not sl_file_check(&self.file, offset, n):
            if offset > self.file.length or n > self.file.length - offset:
                raise self._damaged("a reference points outside the file", offset)
            raise self._damaged("the bytes are not what was written (checksum)", self.file.damaged)
        return self.file.data + offset

    @property
    def section_names(self) -> list:
        return list(self.sections)

    def section_size(self, str name) -> int:
        return self._section(name, 0)[1]

    def section(self, str name) -> bytes:
        """A copy of a whole section."""
        offset, length = self._section(name, 0)
        return PyBytes_FromStringAndSize(<const char *> self._checked(offset, length), length)

    def read(self, str name, uint64_t start, uint64_t n) -> bytes:
        """A copy of n bytes of a section."""
        offset, length = self._section(name, 0)
        if start > <uint64_t> length or n > <uint64_t> length - start:
            raise self._damaged(f"a reference points outside section '{name}'", offset)
        return PyBytes_FromStringAndSize(<const char *> self._checked(<uint64_t> offset + start, n), n)

    def verify(self, uint64_t hashes_checksum) -> None:
        """Hashes every page; CorruptIndexError names the first damaged one. The hashes are to have a checksum themselves."""
        cdef uint64_t pages = (self.file.length + PAGE - 1) // PAGE
        if sl_hash64(self.file.hashes, 8 * pages) != hashes_checksum:
            raise self._damaged("the hashes of the pages are not those that were written", self.file.hashes - self.file.data)
        memset(self.file.verified, 0, pages)
        self._checked(0, self.file.length)

    # --- dictionaries ---

    @property
    def term_count(self) -> int:
        return self.terms.count

    @property
    def form_count(self) -> int:
        return self.forms.blocks.count

    @property
    def tabled(self) -> bool:
        """Is the table of forms in memory, which a search for forms makes when it first needs it?"""
        return self.table != NULL

    cdef bint _seek(self, str term, sl_dictionary_entry *entry) except -1:
        """Is the term there? Then the entry is its own."""
        cdef Py_ssize_t n
        cdef const uint8_t *word = <const uint8_t *> PyUnicode_AsUTF8AndSize(term, &n)
        cdef uint8_t key[SL_MAX_KEY]
        if n > SL_MAX_KEY:
            return False
        cdef int found = sl_dictionary_seek(&self.terms, key, sl_key_pack(word, <uint32_t> n, key), entry)
        if found < 0:
            raise self._damaged("the dictionary of terms is damaged", None)
        return found

    cdef const uint8_t *_postings(self, const sl_dictionary_entry *entry) except NULL:
        """The postings of a term: entry.postings_length bytes, checked."""
        if entry.once != NULL:
            return entry.once
        offset, length = self._section("postings", 0)
        if entry.postings > length or entry.postings_length > length - entry.postings:
            raise self._damaged("a posting list lies outside its section", offset)
        return self._checked(offset + entry.postings, entry.postings_length)

    cdef const uint8_t *_positions(self, const sl_dictionary_entry *entry) except NULL:
        """The positions of a term: entry.positions_length bytes, checked."""
        if entry.once != NULL:
            return entry.once + entry.postings_length
        offset, length = self._section("positions", 0)
        if entry.positions > length or entry.positions_length > length - entry.positions:
            raise self._damaged("positions lie outside their section", offset)
        return self._checked(offset + entry.positions, entry.positions_length)

    def find_form(self, str form):
        """(terms as a tuple of str, is it a stop word) of a form this segment has seen, else None."""
        cdef sl_form_entry entry
        if not self._find_form(form, &entry):
            return None
        return tuple([self.term(entry.terms[i]) for i in range(entry.readings)]), bool(entry.stop)

    cdef int _find_form(self, str form, sl_form_entry *entry) except -1:
        """Has the segment seen the form? Then the entry is its own."""
        cdef Py_ssize_t n
        cdef const uint8_t *word = <const uint8_t *> PyUnicode_AsUTF8AndSize(form, &n)
        cdef uint8_t key[SL_MAX_KEY]
        if n > SL_MAX_KEY:
            return False
        cdef int found = sl_forms_seek(&self.forms, key, sl_key_pack(word, <uint32_t> n, key), entry)
        if found < 0:
            raise self._damaged("the dictionary of forms is damaged", None)
        return found

    cdef int _make_table(self, sl_deadline *deadline) except -1:
        """Makes the table of forms for whoever needs it first. SL_UNFINISHED: the deadline passed; the next one goes on."""
        cdef sl_forms_table *table
        cdef int done = SL_FOUND
        with cython.critical_section(self):
            if self.table != NULL:
                return SL_FOUND
            table = self.unfinished
            self.unfinished = NULL
        if table == NULL:
            table = <sl_forms_table *> malloc(sizeof(sl_forms_table))
            if table == NULL:
                raise MemoryError("no memory for the forms of a segment")
            if not sl_forms_table_begin(table, &self.forms):
                done = SL_NO_MEMORY
        if done == SL_FOUND:
            with nogil:
                done = sl_forms_table_make(table, &self.forms, deadline)
        with cython.critical_section(self):  # another thread may have been quicker
            if done == SL_FOUND and self.table == NULL:
                self.table = table
                table = self.unfinished
                self.unfinished = NULL
            elif done == SL_UNFINISHED and self.table == NULL and self.unfinished == NULL:
                self.unfinished = table
                table = NULL
        free_table(table)
        if done == SL_DAMAGED:
            raise self._damaged("the dictionary of forms is damaged", None)
        if done == SL_NO_MEMORY:
            raise MemoryError("no memory for the forms of a segment")
        return done

    def term(self, uint32_t ordinal) -> str:
        """The term with this ordinal."""
        cdef sl_dictionary_entry entry
        cdef uint8_t word[2 * SL_MAX_KEY]
        entry.next = NULL
        if sl_dictionary_move(&self.terms, ordinal, &entry) < 0:
            raise self._damaged("the dictionary of terms is damaged", None)
        return PyUnicode_DecodeUTF8(<const char *> word, sl_key_unpack(entry.key, entry.key_length, word), "replace")

    def document_frequency(self, str term) -> int:
        """How many documents of the segment contain a term."""
        cdef sl_dictionary_entry entry
        return entry.df if self._seek(term, &entry) else 0

    # --- ids: `ids` holds them one after the other, `id_ends` where each ends, `id_order` the documents sorted by id ---

    cdef const uint8_t *_id(self, uint32_t doc, uint32_t *n) except NULL:
        cdef uint64_t at
        cdef const uint8_t *p
        cdef uint64_t start = 0
        if self.ids_place is None:
            self.ids_place = _IdsPlace(self)
        at = self.ids_place.ends
        if doc >= self.documents:
            raise self._damaged(f"there is no document {doc}", at)
        if doc:
            p = self._checked(at + 4 * <uint64_t> (doc - 1), 8)
            start = sl_load32(p)
            p += 4
        else:
            p = self._checked(at, 4)
        cdef uint64_t end = sl_load32(p)
        if start > end or end > self.ids_place.length:
            raise self._damaged("the ids are damaged", at)
        n[0] = <uint32_t> (end - start)
        return self._checked(self.ids_place.start + start, end - start)

    cdef void _expect_end(self, uint32_t doc) noexcept:
        """Asks for the first bytes that _id() will read."""
        if self.ids_place is not None and doc < self.documents:
            SL_PREFETCH(self.file.data + self.ids_place.ends + 4 * <uint64_t> doc)

    cdef void _expect_id(self, uint32_t doc) noexcept:
        """Asks for the last ones. Where they are is not checked yet, so that nothing but a hint may come of it."""
        cdef uint32_t start
        if self.ids_place is not None and 0 < doc < self.documents:
            start = sl_load32(self.file.data + self.ids_place.ends + 4 * <uint64_t> (doc - 1))
            if start < self.ids_place.length:
                SL_PREFETCH(self.file.data + self.ids_place.start + start)

    def id(self, uint32_t doc) -> str:
        """The id of a document."""
        cdef uint32_t n
        cdef const uint8_t *p = self._id(doc, &n)
        return PyUnicode_DecodeUTF8(<const char *> p, n, "replace")

    def find_id(self, str id) -> int:
        """The last document that was given this id, deleted or not; -1 when there is none."""
        cdef Py_ssize_t size
        cdef const uint8_t *key
        try:
            key = <const uint8_t *> PyUnicode_AsUTF8AndSize(id, &size)
        except UnicodeEncodeError:  # half a surrogate pair, which no id has
            return -1
        cdef uint64_t order = self._section("id_order", 4 * <uint64_t> self.documents)[0]
        cdef uint32_t low = 0, high = self.documents, middle, doc, n
        cdef const uint8_t *p
        cdef int c
        cdef long long found = -1
        while low < high:  # the first that is above the key; equal ids are in document order
            middle = low + (high - low) // 2
            doc = sl_load32(self._checked(order + 4 * <uint64_t> middle, 4))
            p = self._id(doc, &n)
            c = memcmp(p, key, min(<Py_ssize_t> n, size))
            if c == 0:
                c = (<Py_ssize_t> n > size) - (<Py_ssize_t> n < size)
            if c <= 0:
                low = middle + 1
                if c == 0:
                    found = doc
            else:
                high = middle
        return found

    def ids_in(self, SegmentFile other not None) -> array:
        """The documents whose id another segment has too, deleted or not, in the order of their ids."""
        cdef sl_id_order mine, others
        cdef const sl_id_order *damaged
        cdef sl_buffer found
        _order_ids(&mine, self)
        _order_ids(&others, other)
        memset(&found, 0, sizeof(found))
        with nogil:
            damaged = sl_shared_ids(&mine, &others, &found)
        try:
            if found.failed:
                raise MemoryError("no memory for the ids that two segments share")
            if damaged != NULL:
                raise (self if damaged == &mine else other)._damaged("the ids are damaged", damaged.order)
            documents = array("I")
            if found.length:
                documents.frombytes(PyBytes_FromStringAndSize(<const char *> found.data, found.length))
            return documents
        finally:
            sl_buffer_free(&found)


cdef int _order_ids(sl_id_order *ids, SegmentFile file) except -1:
    """Where the ids of a segment are, by their order."""
    memset(ids, 0, sizeof(sl_id_order))
    ids.file = &file.file
    ids.ids, ids.length = file._section("ids", 0)
    ids.ends = file._section("id_ends", 4 * <uint64_t> file.documents)[0]
    ids.order = file._section("id_order", 4 * <uint64_t> file.documents)[0]
    ids.documents = file.documents
    return 0

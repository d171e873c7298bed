# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which documents have signatures that are nearly the same, and how alike are two texts really?

The signatures are read where they lie: in mapped files, or in bytes that came from elsewhere.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort
from libc.string cimport memcpy, memset

cdef extern from "../language/tokens.h":  # first, as a macro of storage has the name of one of its numbers
    ctypedef struct sl_token:
        const char *form
        uint32_t length
        uint8_t whole
    ctypedef struct sl_tokenizer:
        pass
    void sl_tokenizer_init(sl_tokenizer *t, int kind, const void *data, size_t length) nogil
    int sl_tokenizer_next(sl_tokenizer *t, sl_token *out) nogil

from searchlib.ranking._bits cimport Bits
from searchlib.storage._segment cimport SegmentFile

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

cdef extern from "../storage/bytes.h":
    uint32_t SL_LOWEST_BIT(uint64_t x) nogil
    ctypedef struct sl_buffer:
        uint8_t *data
        size_t length
        int failed
    void sl_put_bytes(sl_buffer *b, const void *data, size_t n) nogil
    void sl_buffer_free(sl_buffer *b) nogil

cdef extern from "../storage/keys.h":
    const int SL_MAX_KEY

cdef extern from "../storage/table.h":
    uint32_t sl_key_hash(const uint8_t *key, uint32_t n) nogil

cdef extern from "duplicates.h":
    const int SL_SIGNATURE
    const int SL_FEW_SHINGLES
    ctypedef struct sl_signing:
        uint64_t words, shingles
    ctypedef struct sl_signed:
        const uint8_t *signature
        uint32_t segment, doc
    ctypedef struct sl_candidate:
        uint32_t one, other, alike
    void sl_signing_begin(sl_signing *s) nogil
    void sl_signing_field(sl_signing *s) nogil
    uint64_t sl_signing_word(sl_signing *s, uint32_t word) nogil
    void sl_signing_end(const sl_signing *s, uint8_t *signature) nogil
    uint32_t sl_signature_alike(const uint8_t *a, const uint8_t *b) nogil
    uint32_t sl_duplicates_group(uint32_t *group, uint32_t i) nogil
    void sl_duplicates_unite(uint32_t *group, uint32_t a, uint32_t b) nogil
    int sl_duplicates_pairs(const sl_signed *docs, uint32_t n, uint32_t least, uint32_t sure, uint32_t *group,
                            uint64_t *order, uint64_t *spare, uint32_t *counts, sl_buffer *out) nogil


_AHEAD = 500  # pairs that a source of documents is told of together


cdef class Signatures:
    """Those of all documents of a snapshot. Immutable; threads may share it. Raises CorruptIndexError when there are too few.

    parts: a file of each segment, or in place of it the signatures themselves, one behind the other.
    """

    cdef tuple parts  # which nobody else can change, so that what they hold stays
    cdef const uint8_t **data
    cdef tuple documents

    def __cinit__(self, parts):
        cdef SegmentFile file
        cdef uint64_t offset, size
        cdef list documents = []
        self.parts = tuple(parts)
        self.data = <const uint8_t **> calloc(len(self.parts) + 1, sizeof(uint8_t *))
        if self.data == NULL:
            raise MemoryError("no memory for the signatures of documents")
        for i, one in enumerate(self.parts):
            if type(one) is bytes:
                if len(one) % SL_SIGNATURE or len(one) // SL_SIGNATURE > <Py_ssize_t> 0xFFFFFFFF:
                    raise ValueError(f"{len(one)} bytes are not signatures of {SL_SIGNATURE}")
                documents.append(len(one) // SL_SIGNATURE)
                self.data[i] = <const uint8_t *> <const char *> <bytes> one
                continue
            if not isinstance(one, SegmentFile):
                raise TypeError(f"signatures are in a file of a segment or bytes, not in {type(one).__name__}")
            file = one
            documents.append(file.documents)
            offset, size = file._section("signatures", 0)
            if size != SL_SIGNATURE * <uint64_t> file.documents:
                raise file._damaged("section 'signatures' has the wrong size", offset)
            self.data[i] = file._checked(offset, size)
        self.documents = tuple(documents)

    def __dealloc__(self):
        free(<void *> self.data)

    cdef const uint8_t *_at(self, tuple place) except NULL:
        cdef size_t segment = place[0]
        cdef size_t doc = place[1]
        if segment >= <size_t> len(self.parts) or doc >= <size_t> self.documents[segment]:
            raise IndexError(place)
        return self.data[segment] + SL_SIGNATURE * doc

    def alike(self, tuple place, list others, uint32_t least) -> list:
        """(number, equal bytes) of those of some documents that have `least` equal bytes or more with one; each is (segment, document)."""
        cdef const uint8_t *one = self._at(place)
        cdef uint32_t equal
        cdef list found = []
        for number, other in enumerate(others):
            equal = sl_signature_alike(one, self._at(other))
            if equal >= least:
                found.append((number, equal))
        return found

    def among(self, Bits bits, list wanted, uint32_t least) -> list:
        """(document, [(number, equal bytes)]) of each document of a set that is so much like one of those wanted, in order."""
        cdef uint32_t i, w, k, equal, n = len(wanted)
        cdef uint64_t word
        cdef const uint8_t *one
        cdef list found = []
        cdef list like
        if bits.documents != self.documents:
            raise ValueError("the set is of another snapshot")
        cdef const uint8_t **others = <const uint8_t **> malloc((n + 1) * sizeof(uint8_t *))
        if others == NULL:
            raise MemoryError("no memory to look for duplicates")
        try:
            for k in range(n):
                others[k] = self._at(wanted[k])
            for i in range(bits.segments):
                for w in range(bits.length(i)):
                    word = bits.words[i][w]
                    while word:
                        one = self.data[i] + SL_SIGNATURE * (64 * <size_t> w + SL_LOWEST_BIT(word))
                        like = None
                        for k in range(n):
                            equal = sl_signature_alike(one, others[k])
                            if equal >= least:
                                if like is None:
                                    like = []
                                like.append((k, equal))
                        if like is not None:
                            found.append(((i, 64 * w + SL_LOWEST_BIT(word)), like))
                        word &= word - 1
            return found
        finally:
            free(<void *> others)

    def groups(self, Bits bits, uint32_t least, uint32_t sure, same, ahead=None) -> list:
        """The groups, of two documents or more, that hang together by pairs of near-duplicates of a set, each in order.

        Two with `sure` equal bytes are near-duplicates; of two with `least` same(one, other) is asked.
        ahead([(one, other)]): told of the next _AHEAD or fewer that may be asked about.
        """
        cdef uint32_t i, w, n = len(bits), at = 0
        cdef uint64_t word
        cdef int ok
        cdef sl_buffer out
        cdef sl_candidate *pairs
        if bits.documents != self.documents:
            raise ValueError("the set is of another snapshot")
        memset(&out, 0, sizeof(out))
        cdef sl_signed *docs = <sl_signed *> malloc((n + 1) * sizeof(sl_signed))
        cdef uint32_t *room = <uint32_t *> malloc((<size_t> n + 4097) * sizeof(uint32_t))
        cdef uint64_t *order = <uint64_t *> malloc((2 * <size_t> n + 1) * sizeof(uint64_t))
        try:
            if docs == NULL or room == NULL or order == NULL:
                raise MemoryError("no memory to look for duplicates")
            for i in range(bits.segments):
                for w in range(bits.length(i)):
                    word = bits.words[i][w]
                    while word:
                        docs[at].segment = i
                        docs[at].doc = 64 * w + SL_LOWEST_BIT(word)
                        docs[at].signature = self.data[i] + SL_SIGNATURE * <size_t> docs[at].doc
                        room[at] = at
                        at += 1
                        word &= word - 1
            with nogil:
                ok = sl_duplicates_pairs(docs, n, least, sure, room, order, order + n, room + n, &out)
            if not ok:
                raise MemoryError("no memory to look for duplicates")
            pairs = <sl_candidate *> out.data
            likeliest = sorted([(-<int> pairs[k].alike, pairs[k].one, pairs[k].other) for k in range(out.length // sizeof(sl_candidate))])
            for begin in range(0, len(likeliest), _AHEAD):  # the surest first, so that fewer are asked about
                asked = [
                    (one, other, (docs[<uint32_t> one].segment, docs[<uint32_t> one].doc),
                     (docs[<uint32_t> other].segment, docs[<uint32_t> other].doc))
                    for _, one, other in likeliest[begin:begin + _AHEAD]
                    if sl_duplicates_group(room, one) != sl_duplicates_group(room, other)
                ]
                if asked and ahead is not None:
                    ahead([(first, second) for _, _, first, second in asked])
                for one, other, first, second in asked:
                    if sl_duplicates_group(room, one) != sl_duplicates_group(room, other) and same(first, second):
                        sl_duplicates_unite(room, one, other)
            groups = {}
            for i in range(n):
                at = sl_duplicates_group(room, i)
                if at != i:
                    groups.setdefault(at, [(docs[at].segment, docs[at].doc)]).append((docs[i].segment, docs[i].doc))
            return [*groups.values()]
        finally:
            free(docs)
            free(room)
            free(order)
            sl_buffer_free(&out)


cdef int _compare(const void *a, const void *b) noexcept nogil:
    cdef uint64_t x = (<const uint64_t *> a)[0], y = (<const uint64_t *> b)[0]
    return (x > y) - (x < y)


cdef int _sign(texts, sl_signing *signing, sl_buffer *out) except -1:
    """Reads the texts of a document; out: gets its shingles as they come, NULL: nobody wants them."""
    cdef sl_tokenizer tokenizer
    cdef sl_token token
    cdef uint8_t[512] form
    cdef uint32_t n
    cdef uint64_t shingle
    sl_signing_begin(signing)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"a text is a str, not {type(text).__name__}")
        sl_signing_field(signing)
        sl_tokenizer_init(&tokenizer, PyUnicode_KIND(text), PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
        while sl_tokenizer_next(&tokenizer, &token):
            if token.whole:
                continue
            n = min(token.length, <uint32_t> SL_MAX_KEY)
            memset(form, 0, (n + 7) & ~<uint32_t> 7)
            memcpy(form, token.form, n)
            shingle = sl_signing_word(signing, sl_key_hash(form, (n + 7) & ~<uint32_t> 7))
            if shingle and out != NULL:
                sl_put_bytes(out, &shingle, 8)
    return 0


def signature(texts) -> bytes:
    """The signature that a segment would hold of a document with these texts (signature.h); zeros when they have no words."""
    cdef sl_signing signing
    cdef uint8_t[32] made
    _sign(texts, &signing, NULL)
    sl_signing_end(&signing, made)
    return PyBytes_FromStringAndSize(<char *> made, SL_SIGNATURE)


def shingles(texts) -> bytes:
    """The distinct shingles of a document with these texts, sorted, 8 bytes each (signature.h).

    Of one that has too few of them a single number, which stands for all its words; of one without words nothing.
    """
    cdef sl_signing signing
    cdef sl_buffer out
    cdef uint64_t *found
    cdef size_t i, count, kept = 0
    memset(&out, 0, sizeof(out))
    try:
        _sign(texts, &signing, &out)
        if out.failed:
            raise MemoryError("no memory for the shingles of a document")
        if signing.shingles < SL_FEW_SHINGLES:
            return PyBytes_FromStringAndSize(<char *> &signing.words, 8) if signing.words else b""
        found = <uint64_t *> out.data
        count = out.length // 8
        qsort(found, count, 8, _compare)
        for i in range(count):
            if not i or found[i] != found[kept - 1]:
                found[kept] = found[i]
                kept += 1
        return PyBytes_FromStringAndSize(<char *> found, 8 * <Py_ssize_t> kept)
    finally:
        sl_buffer_free(&out)


def jaccard(bytes one, bytes other) -> float:
    """Shared shingles by all, of what shingles() gives of two documents; 0 when one has none."""
    cdef const uint64_t *a = <const uint64_t *> <const char *> one
    cdef const uint64_t *b = <const uint64_t *> <const char *> other
    cdef size_t i = 0, k = 0, shared = 0, n = len(one) // 8, m = len(other) // 8
    while i < n and k < m:
        if a[i] == b[k]:
            shared += 1
            i += 1
            k += 1
        elif a[i] < b[k]:
            i += 1
        else:
            k += 1
    return shared / <double> (n + m - shared) if shared else 0.0

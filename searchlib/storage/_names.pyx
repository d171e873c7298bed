# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Which terms of a segment may be a name that is written in the other script? The Python face of names.h and name_order.h."""

cimport cython
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc
from libc.string cimport memset

from searchlib.storage._segment cimport (
    SL_MAX_KEY,
    SegmentFile,
    sl_dictionary,
    sl_dictionary_entry,
    sl_dictionary_move,
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

cdef extern from "name_order.h":
    enum:
        SL_KNOWN_NAMES
        SL_NAME_SPELLINGS
        SL_LATIN_NAME
        SL_CYRILLIC_NAME
        SL_NO_NAME
    ctypedef struct sl_buffer:
        uint8_t *data
        size_t length
        int failed
    ctypedef struct sl_name:
        char *sounds
        uint32_t length
    ctypedef struct sl_name_order:
        pass
    ctypedef struct sl_alike:
        uint32_t ordinal
        float distance
    int sl_name_fold(const uint8_t *letters, uint32_t n, sl_name *name) nogil
    uint64_t sl_name_key(const sl_name *name, uint32_t *count) nogil
    uint32_t sl_name_spellings(sl_name *spellings, int script) nogil
    double sl_name_distance(const sl_name *a, const sl_name *b) nogil
    double sl_alike_within(double most, uint32_t consonants) nogil
    void sl_name_order_open(sl_name_order *o, const sl_dictionary *terms, uint64_t offset, uint64_t length, uint64_t *known) nogil
    int sl_alike_find(const sl_name_order *o, const sl_name *spelling, double most, sl_buffer *out) nogil
    void sl_buffer_free(sl_buffer *b) nogil


cdef int fold(str word, sl_name *name) except -1:
    cdef Py_ssize_t n
    cdef uint8_t key[SL_MAX_KEY]
    cdef const uint8_t *text = <const uint8_t *> PyUnicode_AsUTF8AndSize(word, &n)
    return sl_name_fold(key, sl_key_pack(text, <uint32_t> n, key), name) if n <= SL_MAX_KEY else SL_NO_NAME


cdef uint64_t *known_names(SegmentFile file, bint cyrillic) except NULL:
    """What is remembered of an order of names (name_order.h), for as long as the segment is open."""
    with cython.critical_section(file):
        if file.names == NULL:
            file.names = <uint64_t *> calloc(2 * SL_KNOWN_NAMES, sizeof(uint64_t))
            if file.names == NULL:
                raise MemoryError("no memory for names")
    return file.names + (SL_KNOWN_NAMES if cyrillic else 0)


def sounds(str word) -> str | None:
    """What a folded word sounds like (names.h), None when it is no name."""
    cdef sl_name name
    return (<bytes> name.sounds[:name.length]).decode() if fold(word, &name) != SL_NO_NAME else None


def spellings(str word) -> list:
    """The sounds of a folded word, and then how it may be spelt besides; nothing when it is no name."""
    cdef sl_name names[SL_NAME_SPELLINGS]
    cdef uint32_t i
    cdef int script = fold(word, &names[0])
    if script == SL_NO_NAME:
        return []
    return [(<bytes> names[i].sounds[:names[i].length]).decode() for i in range(sl_name_spellings(names, script))]


def distance(str one, str other) -> float:
    """How far two words are apart, in hundredths a sound. Raises ValueError when one is no name."""
    cdef sl_name a, b
    if fold(one, &a) == SL_NO_NAME or fold(other, &b) == SL_NO_NAME:
        raise ValueError("this is no name")
    return sl_name_distance(&a, &b)


def key(str word) -> str | None:
    """The key of a folded word's sounds as text, its script before it; None when it is no name or has no consonant."""
    cdef sl_name name
    cdef int script = fold(word, &name)
    return written_key(&name, script) if script != SL_NO_NAME else None


def keys(str word) -> list:
    """The keys that words of the other script have which may sound like a folded word, each once."""
    cdef sl_name names[SL_NAME_SPELLINGS]
    cdef uint32_t i
    cdef int script = fold(word, &names[0])
    if script == SL_NO_NAME:
        return []
    other = SL_CYRILLIC_NAME if script == SL_LATIN_NAME else SL_LATIN_NAME
    found = [written_key(&names[i], other) for i in range(sl_name_spellings(names, script))]
    return [one for one in dict.fromkeys(found) if one is not None]


def among(str word, terms, double most) -> list:
    """(distance, term) of those terms of the other script that alike() would find, were they a segment's."""
    cdef sl_name names[SL_NAME_SPELLINGS]
    cdef uint64_t spelt[SL_NAME_SPELLINGS]
    cdef uint32_t consonants[SL_NAME_SPELLINGS]
    cdef sl_name other
    cdef uint32_t count, i, n
    cdef uint64_t sounds
    cdef float nearest, away
    cdef int letters, script = fold(word, &names[0])
    if script == SL_NO_NAME:
        return []
    count = sl_name_spellings(names, script)
    for i in range(count):
        spelt[i] = sl_name_key(&names[i], &consonants[i])
    found = []
    for term in terms:
        letters = fold(term, &other)
        if letters == SL_NO_NAME or letters == script:
            continue
        sounds = sl_name_key(&other, &n)
        nearest = -1
        for i in range(count):
            if consonants[i] and spelt[i] == sounds:
                away = <float> sl_name_distance(&names[i], &other)
                if away <= sl_alike_within(most, consonants[i]) and (nearest < 0 or away < nearest):
                    nearest = away
        if nearest >= 0:
            found.append((nearest, term))
    return found


cdef object written_key(const sl_name *name, int script):
    cdef uint32_t count
    cdef uint64_t sounds = sl_name_key(name, &count)
    if count == 0:
        return None
    return f"{'en' if script == SL_LATIN_NAME else 'ru'}{sounds >> (64 - 4 * count):x}"


def alike(SegmentFile file not None, str word, double most) -> list:
    """(distance, term, documents that have it) of the terms of the other script that sound like a folded word.

    most: how far apart they may be, in hundredths a sound, with three consonants or more (name_order.h). Raises CorruptIndexError.
    """
    cdef sl_name names[SL_NAME_SPELLINGS]
    cdef sl_name_order order
    cdef sl_dictionary_entry entry
    cdef sl_buffer found
    cdef sl_alike *one
    cdef uint8_t text[2 * SL_MAX_KEY]
    cdef uint32_t count, i
    cdef int ok = 1, script = fold(word, &names[0])
    cdef dict nearest = {}
    if script == SL_NO_NAME:
        return []
    offset, length = file._section("names.cyrillic" if script == SL_LATIN_NAME else "names.latin", 0)
    sl_name_order_open(&order, &file.terms, offset, length, known_names(file, script == SL_LATIN_NAME))
    memset(&found, 0, sizeof(found))
    try:
        with nogil:
            count = sl_name_spellings(names, script)
            for i in range(count):
                ok = ok and sl_alike_find(&order, &names[i], most, &found)
        if not ok:
            raise file._damaged("the order of names is damaged", offset)
        if found.failed:
            raise MemoryError("no memory for names")
        entry.next = NULL
        for i in range(<uint32_t> (found.length // sizeof(sl_alike))):
            one = <sl_alike *> found.data + i
            if one.distance < nearest.get(one.ordinal, 1e9):
                nearest[one.ordinal] = one.distance
        answers = []
        for ordinal in sorted(nearest):
            if sl_dictionary_move(&file.terms, ordinal, &entry) < 0:
                raise file._damaged("the dictionary of terms is damaged", None)
            term = PyUnicode_DecodeUTF8(<const char *> text, sl_key_unpack(entry.key, entry.key_length, text), "replace")
            answers.append((nearest[ordinal], term, entry.df))
        return answers
    finally:
        sl_buffer_free(&found)

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which terms rise, and how are they written most often? The Python face of trends.h."""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from searchlib.ranking._bits cimport Bits
from searchlib.ranking._searcher cimport Part, Searcher
from searchlib.storage._segment cimport (
    SL_MAX_KEY,
    SegmentFile,
    sl_dictionary,
    sl_dictionary_entry,
    sl_file,
    sl_form_begin,
    sl_form_entry,
    sl_form_key,
    sl_form_move,
    sl_key_unpack,
)

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "trends.h":
    enum:
        SL_TRENDS_DAMAGED
        SL_TRENDS_TERM
    ctypedef struct sl_trend_source:
        sl_file *file
        const sl_dictionary *terms
        uint64_t postings, postings_length
        uint32_t documents, fields
        const uint64_t *first
        const uint64_t *second
    ctypedef struct sl_trends:
        sl_trend_source *sources
        uint32_t count
        double first, second
        uint32_t least
        double surely
        uint32_t damaged
        uint8_t *key
        uint32_t key_length
        uint64_t in_first, in_second
        double score
    int sl_trends_begin(sl_trends *t) nogil
    int sl_trends_next(sl_trends *t) nogil
    double sl_rising(double a, double first, double b, double second) nogil


def rising(Searcher searcher not None, Bits first not None, Bits second not None, uint32_t least, double surely) -> list:
    """The terms that are in a larger share of the first set than of the second, as [(G2, term, documents in either), ...].

    least: documents of the first set that a term is to have; surely: what G2 is to be above. The sets have no document in
    common; terms come in the order of their keys.
    """
    cdef sl_trends trends
    cdef sl_trend_source *source
    cdef Part part
    cdef uint8_t word[2 * SL_MAX_KEY]
    cdef uint32_t i, length
    cdef int found
    cdef list terms = []
    if first.documents != searcher.documents or second.documents != searcher.documents:
        raise ValueError("the sets are of another snapshot")
    trends.first, trends.second = len(first), len(second)
    trends.least, trends.surely = max(least, <uint32_t> 1), surely
    trends.count = len(searcher.parts)
    trends.sources = <sl_trend_source *> calloc(trends.count + 1, sizeof(sl_trend_source))
    if trends.sources == NULL:
        raise MemoryError("no memory to look for what rises")
    try:
        for i in range(trends.count):
            part = searcher.parts[i]
            source = &trends.sources[i]
            source.file = &part.file.file
            source.terms = &part.file.terms
            source.postings, source.postings_length = part.file._section("postings", 0)
            source.documents, source.fields = part.file.documents, searcher.fields
            source.first, source.second = first.words[i], second.words[i]
        with nogil:
            found = sl_trends_begin(&trends)
        while found != SL_TRENDS_DAMAGED:
            with nogil:
                found = sl_trends_next(&trends)
            if found != SL_TRENDS_TERM:
                break
            length = sl_key_unpack(trends.key, trends.key_length, word)
            term = PyUnicode_DecodeUTF8(<const char *> word, length, "replace")
            terms.append((trends.score, term, trends.in_first, trends.in_second))
        if found == SL_TRENDS_DAMAGED:
            part = searcher.parts[trends.damaged]
            raise part.file._damaged("the dictionary of terms or a posting list is damaged", None)
        return terms
    finally:
        free(trends.sources)


def likelihood(uint64_t a, uint64_t first, uint64_t b, uint64_t second) -> float:
    """G2 of what is in `a` of `first` documents and in `b` of `second`, 0 when it does not rise."""
    return sl_rising(a, first, b, second)


def usual_forms(SegmentFile file not None, terms) -> dict:
    """The most frequent form of each term in a segment, {term: form}; only of those that it has."""
    cdef sl_dictionary_entry entry
    cdef sl_form_entry form
    cdef uint8_t key[SL_MAX_KEY]
    cdef uint8_t word[2 * SL_MAX_KEY]
    cdef uint32_t number, length
    cdef dict wanted = {}, found = {}
    for term in terms:
        if file._seek(term, &entry):
            wanted[entry.ordinal] = term
    sl_form_begin(&form)
    for number in range(file.forms.blocks.count):
        if not sl_form_move(&file.forms, number, &form):
            raise file._damaged("the dictionary of forms is damaged", None)
        if not form.readings or form.code or form.terms[0] not in wanted:
            continue
        length = sl_key_unpack(key, sl_form_key(&form, key), word)
        found.setdefault(wanted[form.terms[0]], PyUnicode_DecodeUTF8(<const char *> word, length, "replace"))
    return found

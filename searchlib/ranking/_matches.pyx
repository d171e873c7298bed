# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which documents have a word or a value, which of them come first by a column, and how many have each value?

What is found are living documents only: those of a group and of occurrences are looked up in the searcher, the others are
taken from a set that is given.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from searchlib.ranking._bits cimport Bits
from searchlib.ranking._searcher cimport Group, Occurrences, Part, Searcher, sl_list
from searchlib.storage._columns cimport (
    Column,
    sl_column,
    sl_column_count,
    sl_column_count_units,
    sl_column_match,
    sl_column_scratch,
    sl_wanted,
)
from searchlib.storage._segment cimport numbers_in

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "matches.h":
    int sl_match_list(const sl_list *l, uint64_t *bits) nogil
    int sl_match_fields(const sl_list *l, uint32_t fields, uint64_t *bits) nogil
    void sl_match_living(uint64_t *bits, uint32_t documents, const uint8_t *live) nogil

cdef extern from "order.h":
    ctypedef struct sl_ranked:
        int64_t key
        uint64_t place
    ctypedef struct sl_first:
        sl_ranked *kept
        size_t count
    ctypedef struct sl_order:
        sl_column column
        int64_t base
        const uint32_t *ranks
        uint64_t largest
        int descending
    int sl_first_init(sl_first *first, size_t k) nogil
    void sl_first_finish(sl_first *first) nogil
    void sl_order_scan(const sl_order *o, const uint64_t *bits, uint32_t segment, const sl_ranked *after,
                       sl_first *first) nogil
    size_t sl_order_missing(const sl_column *c, const uint64_t *bits, uint32_t start, uint32_t *docs, size_t room) nogil


def group_bits(Group group, uint32_t fields=0) -> Bits:
    """The living documents that have any term of the group.

    fields: bits of the text fields in which they have it, 0 for all; a field of weight 0 is never among them.
    """
    cdef Searcher owner = group.owner
    cdef Bits result = Bits(owner.documents)
    cdef uint32_t weighted = 0, f, i, j
    cdef const sl_list *lst
    cdef Part part
    cdef int ok
    for f in range(owner.fields):
        if owner.weights[f] > 0:
            weighted |= (<uint32_t> 1) << f
    fields = (fields or weighted) & weighted
    if fields == 0:
        return result
    for j in range(group.segments):
        part = owner.parts[j]
        for i in range(group.count):
            lst = &group.lists[i * group.segments + j]
            if lst.df == 0:
                continue
            with nogil:
                if fields == ((<uint32_t> 1) << owner.fields) - 1:
                    ok = sl_match_list(lst, result.words[j])
                else:
                    ok = sl_match_fields(lst, fields, result.words[j])
            if not ok:
                raise part.file._damaged(f"the posting list of '{group.terms[i]}' is damaged", None)
        sl_match_living(result.words[j], part.file.documents, part.live)
    return result


def occurrence_bits(Occurrences occurrences) -> Bits:
    """The living documents with any occurrence."""
    cdef Searcher owner = occurrences.owner
    cdef Bits result = Bits(owner.documents)
    cdef uint32_t j, k, doc
    cdef Part part
    for j in range(occurrences.segments):
        part = owner.parts[j]
        for k in range(occurrences.counts[j]):
            doc = occurrences.docs[j][k]
            result.words[j][doc >> 6] |= (<uint64_t> 1) << (doc & 63)
        sl_match_living(result.words[j], part.file.documents, part.live)
    return result


def document_bits(Bits within, documents) -> Bits:
    """Those of the documents, (segment, document) each, that are in a set."""
    cdef Bits result = Bits(within.documents)
    cdef uint32_t segment, doc
    for one in documents:
        if one in within:
            segment, doc = one
            result.words[segment][doc >> 6] |= (<uint64_t> 1) << (doc & 63)
    return result


def number_bits(Bits within, columns, ranges) -> Bits:
    """The documents of a set that have a number in any of some half-open ranges, by segment; a column None has none."""
    cdef Bits result = Bits(within.documents)
    cdef sl_wanted wanted
    cdef uint8_t *flags
    cdef uint64_t *scratch
    cdef uint64_t low, high, number
    cdef uint32_t j
    cdef Column column
    for j in range(<uint32_t> len(within.documents)):
        column = columns[j]
        chosen = [(low, high) for low, high in ranges[j] if low < high]
        if column is None or not chosen:
            continue
        like(column, within, j)
        wanted.flags = flags = NULL
        wanted.low = max(<uint64_t> chosen[0][0], 1)
        wanted.high = <uint64_t> chosen[0][1] - 1
        wanted.size = column.largest + 1
        scratch = <uint64_t *> malloc((sl_column_scratch(&column.state) + 1) * sizeof(uint64_t))
        try:
            if len(chosen) > 1:
                wanted.flags = flags = <uint8_t *> calloc(wanted.size, 1)
            if scratch == NULL or (len(chosen) > 1 and flags == NULL):
                raise MemoryError("no memory for a filter")
            if flags != NULL:
                for low, high in chosen:
                    for number in range(max(low, 1), min(high, wanted.size)):
                        flags[number] = 1
            with nogil:
                sl_column_match(&column.state, &wanted, within.words[j], result.words[j], scratch)
        finally:
            free(scratch)
            free(flags)
    return result


cdef int like(Column column, Bits bits, uint32_t segment) except -1:
    if segment >= <uint32_t> len(bits.documents) or column.state.documents != <uint32_t> bits.documents[segment]:
        raise ValueError("the column is not of this segment")
    return 0


def first_by(Bits bits, columns, keys, bint descending, uint64_t k, after=None) -> list:
    """The first k documents of a set by a column, as [(key, segment, document), ...].

    columns: by segment; None when no document there has a number. keys: by segment, what makes keys of numbers: that of
    number i is keys + i, or keys[i - 1] when they are 32-bit numbers that ascend. Documents without a number come last, with
    the key None; equal keys stand in document order. after: a result; only what comes after it.
    """
    cdef uint32_t n = len(bits.documents), j, start
    cdef uint64_t total = len(bits)
    cdef sl_ranked limit
    cdef sl_ranked *after_it = NULL
    cdef sl_first first
    cdef sl_order order
    cdef sl_column none
    cdef Column column
    cdef uint64_t ranks
    cdef uint32_t *docs
    cdef size_t i, count
    cdef list found = []
    k = min(k, total)
    if k == 0:
        return found
    if after is not None and after[0] is not None:
        limit.key = -after[0] if descending else after[0]
        limit.place = <uint64_t> after[1] << 32 | <uint64_t> after[2]
        after_it = &limit
    if after is None or after[0] is not None:
        if not sl_first_init(&first, k):
            raise MemoryError("no memory to sort matches")
        try:
            for i in range(n):
                j = n - 1 - i if descending else i
                column = columns[j]
                if column is None:
                    continue
                like(column, bits, j)
                order.column = column.state
                order.largest = column.largest
                order.descending = descending
                order.base = 0
                order.ranks = NULL
                if isinstance(keys[j], int):
                    order.base = keys[j]
                elif column.largest:
                    order.ranks = <const uint32_t *> numbers_in(keys[j], "I", &ranks)
                    if ranks < column.largest:
                        raise ValueError("there are too few keys")
                with nogil:
                    sl_order_scan(&order, bits.words[j], j, after_it, &first)
            with nogil:
                sl_first_finish(&first)
            for i in range(first.count):
                key = -first.kept[i].key if descending else first.kept[i].key
                found.append((key, first.kept[i].place >> 32, first.kept[i].place & 0xFFFFFFFF))
        finally:
            free(first.kept)
    if <uint64_t> len(found) == k:
        return found
    docs = <uint32_t *> malloc(k * sizeof(uint32_t))
    if docs == NULL:
        raise MemoryError("no memory to sort matches")
    try:
        for j in range(n):
            start = 0
            if after is not None and after[0] is None and j <= after[1]:
                if j < after[1]:
                    continue
                start = min(after[2] + 1, bits.documents[j])
            none.data = none.ends = NULL
            none.count = none.width = 0
            none.documents = bits.documents[j]
            column = columns[j]
            if column is not None:
                like(column, bits, j)
                none = column.state
            with nogil:
                count = sl_order_missing(&none, bits.words[j], start, docs, k)
            for i in range(min(count, k - len(found))):
                found.append((None, j, docs[i]))
    finally:
        free(docs)
    return found


def count_numbers(Bits bits, uint32_t segment, Column column) -> list:
    """How many documents of a set have each number, as [(number, documents), ...]; those that none has are left out."""
    cdef uint64_t size = column.largest + 1
    cdef uint32_t *counts
    like(column, bits, segment)
    counts = <uint32_t *> calloc(size, sizeof(uint32_t))
    if counts == NULL:
        raise MemoryError("no memory to count values")
    with nogil:
        sl_column_count(&column.state, bits.words[segment], counts, size)
    return counted(counts, size, 1, 0)


def count_units(Bits bits, uint32_t segment, Column column, int64_t first, uint32_t unit) -> list:
    """The same by (first + number - 1) // unit: with the first second and 86,400 by day."""
    cdef int64_t lowest = first // unit
    if lowest * unit > first:
        lowest -= 1  # C rounds to 0
    cdef uint64_t shift = first - lowest * unit
    cdef uint64_t size = (column.largest + shift) // unit + 1
    cdef uint32_t *counts
    like(column, bits, segment)
    counts = <uint32_t *> calloc(size, sizeof(uint32_t))
    if counts == NULL:
        raise MemoryError("no memory to count values")
    with nogil:
        sl_column_count_units(&column.state, bits.words[segment], shift, unit, counts, size)
    return counted(counts, size, 0, lowest)


cdef list counted(uint32_t *counts, uint64_t size, uint64_t start, int64_t shift):
    """The counts that are not 0, each with its number plus `shift`, from number `start` on. Frees them."""
    cdef uint64_t i
    try:
        return [(<int64_t> i + shift, counts[i]) for i in range(start, size) if counts[i]]
    finally:
        free(counts)

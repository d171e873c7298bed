# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which documents score best for groups of terms? The Python face of the kernel in topk.h.

A Searcher serves one snapshot: the segments of one commit with the statistics of all of them, so that a score does not
depend on how documents are spread over segments. It is immutable but for caches; threads may share it, and the kernel runs
without the GIL.
"""

from libc.math cimport log
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from searchlib.storage._segment cimport (
    SegmentFile,
    sl_dictionary_entry,
    sl_load16,
    sl_load32,
)

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef extern from "kernel.h":
    ctypedef struct sl_list:
        uint32_t df
    ctypedef struct sl_candidate:
        float score
        uint32_t segment, doc
    ctypedef struct sl_best:
        sl_candidate *kept
        size_t count
        float threshold
    ctypedef struct sl_member:
        sl_list list
        double weight
        float up, down
    ctypedef struct sl_group:
        sl_member *members
        uint32_t count
    ctypedef struct sl_scratch:
        sl_scratch *next
    ctypedef struct sl_search:
        uint32_t documents, fields, index
        const float *norms
        const double *weights
        const uint8_t *live
        sl_group *groups
        uint32_t group_count
        int memory_failed
        sl_scratch *scratch
    int sl_list_open(sl_list *l, const uint8_t *data, uint64_t length, uint32_t df, uint32_t documents,
                     uint32_t fields) nogil
    int sl_best_init(sl_best *best, uint32_t k, uint32_t groups) nogil
    void sl_best_free(sl_best *best) nogil
    void *sl_scratch_zeroed(sl_scratch *scratch, size_t n) nogil
    void sl_scratch_reset(sl_scratch *scratch) nogil
    void sl_scratch_free(sl_scratch *scratch) nogil
    ctypedef struct sl_kernel:
        const char *name
        int (*run)(sl_search *s, sl_best *best) nogil
        double (*score)(sl_search *s, uint32_t doc, double norm) nogil
    const sl_kernel *sl_kernel_at(uint32_t i) nogil

cdef extern from "count.h":
    int64_t sl_count_any(const sl_list **lists, uint32_t count, uint32_t documents, const uint8_t *live,
                         uint64_t *bits) nogil

BUILDS = tuple(sl_kernel_at(i).name.decode() for i in range(2) if sl_kernel_at(i) != NULL)
"""Names of the kernel's builds that this processor can run, the best first."""

cdef int LONGEST_QUERY = 1024  # groups; a query beyond it is refused before it gets here


cdef class Searcher


cdef class Group:
    """Terms that count as one: the readings of a word. Made by Searcher.group and of use with that searcher only."""

    cdef readonly tuple terms
    cdef Searcher owner    # keeps the bytes that the lists point into
    cdef uint32_t count, segments
    cdef double *idf       # by term; 0: no document has it
    cdef sl_list *lists    # terms x segments; df 0: not in that segment

    def __dealloc__(self):
        free(self.idf)
        free(self.lists)


cdef class _Segment:
    """One segment as the kernel sees it: its file, who is alive in it, and norms by document."""

    cdef SegmentFile file
    cdef object live_owner
    cdef const uint8_t *live
    cdef double mean       # average length of its documents
    cdef float *norms
    cdef const uint8_t *lengths[16]
    cdef int widths[16]

    def __dealloc__(self):
        free(self.norms)


cdef class Searcher:
    """Top-k search over the segments of a snapshot.

    segments: list of (SegmentFile, live, total_length): live is None or bytes with a bit for each document, total_length the
    sum of the weighted lengths of its documents.
    weights: of the text fields; k1, b: as in BM25. build: one of BUILDS; all of them give the same answers.
    """

    cdef list segments
    cdef uint32_t fields
    cdef double weights[16]
    cdef double k1, b, mean
    cdef uint64_t documents
    cdef const sl_kernel *kernel
    cdef sl_scratch *idle   # what searches left for the next ones; touched with the GIL held

    def __dealloc__(self):
        cdef sl_scratch *scratch
        while self.idle != NULL:
            scratch = self.idle
            self.idle = scratch.next
            sl_scratch_free(scratch)

    def __init__(self, list segments, list weights, double k1, double b, str build=BUILDS[0]):
        self.kernel = sl_kernel_at(BUILDS.index(build))
        cdef _Segment segment
        cdef uint64_t offset
        self.fields = len(weights)
        for i, weight in enumerate(weights):
            self.weights[i] = weight
        self.k1, self.b = k1, b
        self.segments = []
        self.documents = 0
        total = 0.0
        for file, live, length in segments:
            segment = _Segment()
            segment.file = file
            if segment.file.fields != self.fields:
                raise segment.file._damaged("the number of text fields is not the index's", None)
            segment.live_owner = live
            segment.live = NULL
            if live is not None:
                if len(live) * 8 < segment.file.documents:
                    raise segment.file._damaged("the list of deleted documents is too short", None)
                segment.live = <const uint8_t *> <const char *> <bytes> live
            segment.mean = length / segment.file.documents if length > 0 else 1.0
            total += length
            self.documents += segment.file.documents
            self.segments.append(segment)
        self.mean = total / self.documents if total > 0 else 1.0

    cdef int _prepare_norms(self, _Segment segment) except -1:
        """Reads the length columns and works out k1 * (1 - b + b * length / average) for every document."""
        cdef uint32_t n = segment.file.documents, doc, field
        cdef float *norms
        cdef uint64_t offset, size
        if segment.norms != NULL:
            return 0
        for field in range(self.fields):
            offset, size = segment.file._section(f"length.{field}", n)
            if size not in (n, 2 * <uint64_t> n, 4 * <uint64_t> n):
                raise segment.file._damaged("a column of lengths has the wrong size", offset)
            segment.lengths[field] = segment.file._checked(offset, size)
            segment.widths[field] = <int> (size // n)
        norms = <float *> malloc(n * sizeof(float))
        if norms == NULL:
            raise MemoryError("no memory for the norms of a segment")
        with nogil:
            for doc in range(n):
                norms[doc] = <float> self._norm(segment, doc)
        if segment.norms == NULL:
            segment.norms = norms
        else:
            free(norms)  # another thread was quicker
        return 0

    cdef inline double _norm(self, _Segment segment, uint32_t doc) noexcept nogil:
        cdef double length = 0
        cdef uint32_t field, value
        for field in range(self.fields):
            if segment.widths[field] == 1:
                value = segment.lengths[field][doc]
            elif segment.widths[field] == 2:
                value = sl_load16(segment.lengths[field] + 2 * <uint64_t> doc)
            else:
                value = sl_load32(segment.lengths[field] + 4 * <uint64_t> doc)
            length += self.weights[field] * value
        return self.k1 * (1 - self.b + self.b * length / self.mean)

    def group(self, tuple terms) -> Group:
        """Looks terms up in every segment, once; the group can be searched for again and again."""
        cdef Group group = Group()
        cdef _Segment segment
        cdef sl_dictionary_entry entry
        cdef uint32_t i, j
        cdef uint64_t df
        group.owner = self
        group.terms = terms
        group.count = len(terms)
        group.segments = len(self.segments)
        group.idf = <double *> calloc(group.count + 1, sizeof(double))
        group.lists = <sl_list *> calloc(<size_t> group.count * group.segments + 1, sizeof(sl_list))
        if group.idf == NULL or group.lists == NULL:
            raise MemoryError("no memory for a query")
        for i in range(group.count):
            df = 0
            for j in range(group.segments):
                segment = self.segments[j]
                if not segment.file._seek(terms[i], &entry) or entry.df == 0:
                    continue
                if not sl_list_open(&group.lists[i * group.segments + j], segment.file._postings(&entry),
                                    entry.postings_length, entry.df, segment.file.documents, self.fields):
                    raise segment.file._damaged(f"the posting list of '{terms[i]}' is damaged", None)
                df += entry.df
            if df:
                group.idf[i] = log(1 + (self.documents - df + 0.5) / (df + 0.5))
        return group

    def top(self, list words, int k) -> list:
        """The best k documents for [(group, boost), ...], as [(score, segment, document), ...], best first.

        Scores are computed in double precision; equal ones stand in document order.
        """
        cdef uint32_t n = len(words), parts = len(self.segments), i, j, t, total = 0
        cdef sl_search *searches
        cdef sl_group *groups
        cdef sl_member *member
        cdef sl_scratch *scratch
        cdef sl_list *lst
        cdef sl_best best
        cdef Group group
        cdef _Segment segment
        cdef double boost, score
        cdef size_t c
        cdef int ok = 1
        if k <= 0 or n == 0 or parts == 0:
            return []
        if n > <uint32_t> LONGEST_QUERY:
            raise ValueError(f"a query has at most {LONGEST_QUERY} words")
        if <uint64_t> k > self.documents:
            k = <int> self.documents
        for item in words:
            group = <Group> item[0]
            if group.owner is not self:
                raise ValueError("the group was made by another searcher")
            total += group.count
        scratch = self.idle
        if scratch != NULL:
            self.idle = scratch.next
        else:
            scratch = <sl_scratch *> calloc(1, sizeof(sl_scratch))
            if scratch == NULL:
                raise MemoryError("no memory for a query")
        j = 0
        found = []
        try:
            if not sl_best_init(&best, k, n):
                raise MemoryError("no memory for a query")
            searches = <sl_search *> sl_scratch_zeroed(scratch, parts * sizeof(sl_search))
            groups = <sl_group *> sl_scratch_zeroed(scratch, <size_t> parts * n * sizeof(sl_group))
            member = <sl_member *> sl_scratch_zeroed(scratch, (<size_t> parts * total + 1) * sizeof(sl_member))
            if searches == NULL or groups == NULL or member == NULL:
                raise MemoryError("no memory for a query")
            for j in range(parts):
                segment = self.segments[j]
                self._prepare_norms(segment)
                searches[j].documents = segment.file.documents
                searches[j].fields = self.fields
                searches[j].index = j
                searches[j].norms = segment.norms
                searches[j].weights = self.weights
                searches[j].live = segment.live
                searches[j].scratch = scratch
                searches[j].groups = groups + <size_t> j * n
                searches[j].group_count = n
                for i in range(n):
                    group, boost = words[i]
                    searches[j].groups[i].members = member
                    for t in range(group.count):
                        lst = &group.lists[t * parts + j]
                        if lst.df:
                            member.list = lst[0]
                            member.weight = boost * group.idf[t]
                            member.up = <float> max(1.0, self.mean / segment.mean)
                            member.down = <float> min(1.0, self.mean / segment.mean)
                            searches[j].groups[i].count += 1
                            member += 1
                with nogil:
                    ok = self.kernel.run(&searches[j], &best)
                if not ok:
                    break
            if ok:
                for c in range(best.count):
                    if best.kept[c].score >= best.threshold:
                        j = best.kept[c].segment
                        segment = self.segments[j]
                        score = self.kernel.score(&searches[j], best.kept[c].doc, self._norm(segment, best.kept[c].doc))
                        if score < 0:
                            ok = 0
                            break
                        found.append((-score, j, best.kept[c].doc))
            if not ok:
                if searches[j].memory_failed:
                    raise MemoryError("no memory for a query")
                segment = self.segments[j]
                raise segment.file._damaged("a posting list is damaged", None)
        except BaseException:
            sl_scratch_free(scratch)  # it may have been left in the middle of a window
            scratch = NULL
            raise
        finally:
            sl_best_free(&best)
            if scratch != NULL:
                sl_scratch_reset(scratch)
                scratch.next = self.idle
                self.idle = scratch
        found.sort()
        return [(-negative, part, doc) for negative, part, doc in found[:k]]

    def count(self, list groups) -> int:
        """How many living documents contain any term of any of the groups; exact."""
        cdef uint32_t parts = len(self.segments), i, j, t, n
        cdef const sl_list **lists
        cdef uint64_t *bits
        cdef Group group
        cdef _Segment segment
        cdef int64_t some, total = 0
        n = 0
        for group in groups:
            if group.owner is not self:
                raise ValueError("the group was made by another searcher")
            n += group.count
        for j in range(parts):
            segment = self.segments[j]
            lists = <const sl_list **> malloc((n + 1) * sizeof(void *))
            bits = <uint64_t *> malloc((segment.file.documents // 64 + 1) * sizeof(uint64_t))
            some = -2
            if lists != NULL and bits != NULL:
                i = 0
                for group in groups:
                    for t in range(group.count):
                        if group.lists[t * parts + j].df:
                            lists[i] = &group.lists[t * parts + j]
                            i += 1
                with nogil:
                    some = sl_count_any(lists, i, segment.file.documents, segment.live, bits)
            free(lists)
            free(bits)
            if some == -2:
                raise MemoryError("no memory to count matches")
            if some < 0:
                raise segment.file._damaged("a posting list is damaged", None)
            total += some
        return total

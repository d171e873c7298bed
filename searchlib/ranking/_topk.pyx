# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which documents score best for groups of terms? The Python face of the kernel in topk.h, which runs without the GIL."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from searchlib.ranking._searcher cimport Group, Part, Searcher, sl_list

cdef extern from "kernel.h":
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


cdef class Kernel:
    """Top-k search over the segments of a searcher. build: one of BUILDS; all of them give the same answers."""

    cdef readonly Searcher searcher
    cdef const sl_kernel *kernel
    cdef sl_scratch *idle   # what searches left for the next ones; touched with the GIL held

    def __cinit__(self, Searcher searcher, str build=BUILDS[0]):
        self.searcher = searcher
        self.kernel = sl_kernel_at(BUILDS.index(build))

    def __dealloc__(self):
        cdef sl_scratch *scratch
        while self.idle != NULL:
            scratch = self.idle
            self.idle = scratch.next
            sl_scratch_free(scratch)

    def top(self, list words, int k) -> list:
        """The best k documents for [(group, boost), ...], as [(score, segment, document), ...], best first.

        Scores are computed in double precision; equal ones stand in document order.
        """
        cdef Searcher owner = self.searcher
        cdef uint32_t n = len(words), parts = len(owner.parts), i, j, t, total = 0
        cdef sl_search *searches
        cdef sl_group *groups
        cdef sl_member *member
        cdef sl_scratch *scratch
        cdef sl_list *lst
        cdef sl_best best
        cdef Group group
        cdef Part part
        cdef double boost, score
        cdef size_t c
        cdef int ok = 1
        if k <= 0 or n == 0 or parts == 0:
            return []
        if n > <uint32_t> LONGEST_QUERY:
            raise ValueError(f"a query has at most {LONGEST_QUERY} words")
        if <uint64_t> k > owner.total:
            k = <int> owner.total
        for item in words:
            group = <Group> item[0]
            if group.owner is not owner:
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
                part = owner.parts[j]
                owner.prepare_norms(part)
                searches[j].documents = part.file.documents
                searches[j].fields = owner.fields
                searches[j].index = j
                searches[j].norms = part.norms
                searches[j].weights = owner.weights
                searches[j].live = part.live
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
                            member.weight = boost * group.idfs[t]
                            member.up = <float> part.loosened
                            member.down = <float> min(1.0, owner.mean / part.mean)
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
                        part = owner.parts[j]
                        score = self.kernel.score(&searches[j], best.kept[c].doc, owner.norm(part, best.kept[c].doc, owner.weights, owner.mean))
                        if score < 0:
                            ok = 0
                            break
                        found.append((-score, j, best.kept[c].doc))
            if not ok:
                if searches[j].memory_failed:
                    raise MemoryError("no memory for a query")
                part = owner.parts[j]
                raise part.file._damaged("a posting list is damaged", None)
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
        return [(-negative, at, doc) for negative, at, doc in found[:k]]

    def count(self, list groups) -> int:
        """How many living documents contain any term of any of the groups; exact."""
        cdef Searcher owner = self.searcher
        cdef uint32_t parts = len(owner.parts), i, j, t, n
        cdef const sl_list **lists
        cdef uint64_t *bits
        cdef Group group
        cdef Part part
        cdef int64_t some, total = 0
        n = 0
        for group in groups:
            if group.owner is not owner:
                raise ValueError("the group was made by another searcher")
            n += group.count
        for j in range(parts):
            part = owner.parts[j]
            lists = <const sl_list **> malloc((n + 1) * sizeof(void *))
            bits = <uint64_t *> malloc((part.file.documents // 64 + 1) * sizeof(uint64_t))
            some = -2
            if lists != NULL and bits != NULL:
                i = 0
                for group in groups:
                    for t in range(group.count):
                        if group.lists[t * parts + j].df:
                            lists[i] = &group.lists[t * parts + j]
                            i += 1
                with nogil:
                    some = sl_count_any(lists, i, part.file.documents, part.live, bits)
            free(lists)
            free(bits)
            if some == -2:
                raise MemoryError("no memory to count matches")
            if some < 0:
                raise part.file._damaged("a posting list is damaged", None)
            total += some
        return total

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Which documents score best? The Python face of the kernel in topk.h, which runs without the GIL."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, qsort

from searchlib.ranking._ages cimport Decay
from searchlib.ranking._bits cimport Bits
from searchlib.ranking._searcher cimport (
    SL_BLOCK,
    Group,
    Occurrences,
    Part,
    Searcher,
    Table,
    sl_length_expect,
    sl_list,
    sl_norms,
    sl_table,
)
from searchlib.storage._deadline cimport Deadline, sl_deadline

cdef extern from "kernel.h":
    ctypedef struct sl_candidate:
        float score
        uint32_t segment, doc
    ctypedef struct sl_best:
        sl_candidate *kept
        size_t count
        float threshold, ceiling
    ctypedef struct sl_member:
        sl_list list
        double weight
        float up, down
        const double *weights
        const double *tfs
        const uint32_t *given
        const uint64_t *condition
        const sl_table *table
    ctypedef struct sl_group:
        sl_member *members
        uint32_t count
        int required
    ctypedef struct sl_scratch:
        sl_scratch *next
    ctypedef struct sl_counts:
        uint64_t postings, windows, visited, blocks, added, ranges, candidates, probes
    ctypedef struct sl_search:
        uint32_t documents, fields, index
        sl_counts counts
        const sl_norms *norms
        const uint8_t *live
        const uint64_t *mask
        const float *factors
        const float *window_factors
        sl_deadline *deadline
        sl_group *groups
        uint32_t group_count
        int primed
        int ranged
        int memory_failed
        sl_scratch *scratch
    int sl_best_init(sl_best *best, uint32_t k, uint32_t groups, float slack) nogil
    void sl_best_free(sl_best *best) nogil
    void *sl_scratch_zeroed(sl_scratch *scratch, size_t n) nogil
    void sl_scratch_reset(sl_scratch *scratch) nogil
    void sl_scratch_free(sl_scratch *scratch) nogil
    ctypedef struct sl_kernel:
        const char *name
        int (*run)(sl_search *s, sl_best *best) nogil
        double (*score)(sl_search *s, uint32_t doc, double norm) nogil
    const sl_kernel *sl_kernel_at(uint32_t i) nogil

BUILDS = tuple(sl_kernel_at(i).name.decode() for i in range(2) if sl_kernel_at(i) != NULL)
"""Names of the kernel's builds that this processor can run, the best first."""

cdef extern from "Python.h":
    void PyObject_GC_UnTrack(void *thing)

cdef size_t AHEAD = 16  # documents whose lengths are asked for before they are needed
cdef uint32_t RARE = 128  # of so many documents one has a term at most that is decoded rather than given a table
cdef int LONGEST_QUERY = 1024  # groups; a query beyond it is refused before it gets here


cdef class Clause:
    """What a document gets score for.

    what: a Group or Occurrences; boost: multiplies its score. fields: bit mask of the text fields where a group's terms
    count, 0 for all. required: a document without it is not found. condition: the documents where it counts.
    """

    cdef readonly Group group
    cdef readonly Occurrences occurrences
    cdef readonly double boost
    cdef readonly uint32_t fields
    cdef readonly bint required
    cdef readonly Bits condition

    def __cinit__(self, what, double boost=1.0, uint32_t fields=0, bint required=False, Bits condition=None):
        if isinstance(what, Group):
            self.group = what
        else:
            self.occurrences = what
        self.boost = boost
        self.fields = fields
        self.required = required
        self.condition = condition

    cdef Searcher owner(self):
        return self.group.owner if self.group is not None else self.occurrences.owner


cdef struct _Found:
    double score
    uint32_t segment, doc


cdef int _compared(const void *a, const void *b) noexcept nogil:
    """The best first; equal ones in document order."""
    cdef const _Found *left = <const _Found *> a
    cdef const _Found *right = <const _Found *> b
    if left.score != right.score:
        return -1 if left.score > right.score else 1
    if left.segment != right.segment:
        return -1 if left.segment < right.segment else 1
    return (left.doc > right.doc) - (left.doc < right.doc)


cdef class Counts:
    """What searches did: see sl_counts in member.h. Each search adds to it."""

    cdef readonly uint64_t postings, windows, visited, blocks, added, ranges, candidates, probes

    cdef void take(self, const sl_counts *one) noexcept:
        self.postings += one.postings
        self.windows += one.windows
        self.visited += one.visited
        self.blocks += one.blocks
        self.added += one.added
        self.ranges += one.ranges
        self.candidates += one.candidates
        self.probes += one.probes


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

    def top(self, list clauses, int k, *, Bits mask=None, Decay decay=None, tuple after=None, Deadline deadline=None,
            Counts counts=None) -> list:
        """The best k documents for a list of Clause, as [(score, segment, document), ...], best first.

        Scores are computed in double precision; equal ones stand in document order. Only documents with a score above 0
        are found. mask: and only those in it. after: a (score, segment, document); only what ranks behind it. When the
        deadline passes, what was found until then. counts: takes up what the search did.
        """
        cdef Searcher owner = self.searcher
        cdef uint32_t n = len(clauses), parts = len(owner.parts), i, j, t, f, total = 0
        cdef sl_search *searches
        cdef sl_group *groups
        cdef sl_member *member
        cdef sl_scratch *scratch
        cdef sl_list *lst
        cdef sl_best best
        cdef Clause clause
        cdef Group group
        cdef Occurrences given
        cdef Part part
        cdef double score
        cdef double *weights
        cdef const double *clause_weights
        cdef size_t c, kept = 0, count = 0, first = 0
        cdef _Found *found = NULL
        cdef _Found behind
        cdef int ok = 1
        cdef float slack
        cdef Table table
        cdef list held = []  # tables, while they are read
        cdef list places = []
        cdef tuple place
        cdef bint large, ranged, able = owner.tables and decay is None and after is None
        cdef bint primed = owner.usual_weights and mask is None and decay is None and after is None
        if k <= 0 or n == 0 or parts == 0:
            return []
        if n > <uint32_t> LONGEST_QUERY:
            raise ValueError(f"a query has at most {LONGEST_QUERY} clauses")
        if <uint64_t> k > owner.total:
            k = <int> owner.total
        for clause in clauses:
            if clause.owner() is not owner:
                raise ValueError("the clause was made for another searcher")
            self._fits(clause.condition)
            able = able and clause.condition is None and not clause.fields
            total += clause.group.count if clause.group is not None else 1
            primed = primed and not clause.required and clause.condition is None and (
                clause.group is not None and not clause.fields)
        self._fits(mask)
        if decay is not None and decay.documents != owner.documents:
            raise ValueError("the ages are of another snapshot")
        slack = owner.ready()
        scratch = self.idle
        if scratch != NULL:
            self.idle = scratch.next
        else:
            scratch = <sl_scratch *> calloc(1, sizeof(sl_scratch))
            if scratch == NULL:
                raise MemoryError("no memory for a query")
        j = 0
        try:
            if not sl_best_init(&best, k, n, slack):
                raise MemoryError("no memory for a query")
            if after is not None:
                best.ceiling = <float> <double> after[0]
            searches = <sl_search *> sl_scratch_zeroed(scratch, parts * sizeof(sl_search))
            groups = <sl_group *> sl_scratch_zeroed(scratch, <size_t> parts * n * sizeof(sl_group))
            member = <sl_member *> sl_scratch_zeroed(scratch, (<size_t> parts * total + 1) * sizeof(sl_member))
            weights = <double *> sl_scratch_zeroed(scratch, <size_t> n * owner.fields * sizeof(double))
            if searches == NULL or groups == NULL or member == NULL or weights == NULL:
                raise MemoryError("no memory for a query")
            for j in range(parts):
                part = owner.parts[j]
                searches[j].documents = part.file.documents
                searches[j].fields = owner.fields
                searches[j].index = j
                searches[j].norms = &part.norms
                searches[j].live = part.live
                searches[j].primed = primed and part.live == NULL
                searches[j].scratch = scratch
                searches[j].groups = groups + <size_t> j * n
                searches[j].group_count = n
                ranged = large = able and part.file.documents >= <uint64_t> k * owner.tabled_from
                if mask is not None:
                    searches[j].mask = mask.words[j]
                if decay is not None:
                    searches[j].factors = decay.factors[j]
                    searches[j].window_factors = decay.windows[j]
                if deadline is not None:
                    searches[j].deadline = &deadline.state
                for i in range(n):
                    clause = clauses[i]
                    clause_weights = owner.weights
                    if clause.fields:
                        for f in range(owner.fields):
                            weights[i * owner.fields + f] = owner.weights[f] if clause.fields >> f & 1 else 0
                        clause_weights = weights + i * owner.fields
                    searches[j].groups[i].members = member
                    searches[j].groups[i].required = clause.required
                    group = clause.group
                    given = clause.occurrences
                    for t in range(group.count if group is not None else 1):
                        if group is None:
                            if not given.counts[j]:
                                continue
                            member.list.df = given.counts[j]
                            member.list.documents = part.file.documents
                            member.list.fields = owner.fields
                            member.list.blocks = (given.counts[j] + SL_BLOCK - 1) // SL_BLOCK
                            member.tfs = given.tfs[j]
                            member.given = given.docs[j]
                            member.weight = clause.boost * given.weight
                        else:
                            lst = &group.lists[t * parts + j]
                            if not lst.df:
                                continue
                            member.list = lst[0]
                            member.weight = clause.boost * group.idfs[t]
                            if large and (lst.df > part.file.documents // RARE or lst.bitmap):
                                table = owner.table(group, t * parts + j)
                                if table is not None:
                                    held.append(table)
                                    member.table = &table.table
                                else:
                                    ranged = False
                        member.up = part.loosened
                        member.down = <float> min(1.0, owner.measure.mean / part.mean)
                        member.weights = clause_weights
                        if clause.condition is not None:
                            member.condition = clause.condition.words[j]
                        searches[j].groups[i].count += 1
                        member += 1
                searches[j].ranged = ranged
                with nogil:
                    ok = self.kernel.run(&searches[j], &best)
                if not ok:
                    break
                if counts is not None:
                    counts.take(&searches[j].counts)
            if ok:
                found = <_Found *> malloc((best.count + 1) * sizeof(_Found))
                if found == NULL:
                    raise MemoryError("no memory for the hits")
                for c in range(best.count):
                    if best.kept[c].score >= best.threshold:
                        found[kept].segment, found[kept].doc = best.kept[c].segment, best.kept[c].doc
                        if kept < AHEAD:
                            part = owner.parts[found[kept].segment]
                            sl_length_expect(&part.lengths, found[kept].doc)
                        kept += 1
                for c in range(kept):
                    if c + AHEAD < kept:
                        part = owner.parts[found[c + AHEAD].segment]
                        sl_length_expect(&part.lengths, found[c + AHEAD].doc)
                    j = found[c].segment
                    part = owner.parts[j]
                    score = self.kernel.score(&searches[j], found[c].doc, owner.norm(part, found[c].doc))
                    if score < 0:
                        ok = 0
                        break
                    if score <= 0:
                        continue
                    if decay is not None:
                        score *= decay.exact[j][found[c].doc]
                    found[count].score, found[count].segment, found[count].doc = score, j, found[c].doc
                    count += 1
            if not ok:
                if searches[j].memory_failed:
                    raise MemoryError("no memory for a query")
                part = owner.parts[j]
                raise part.file._damaged("a posting list is damaged", None)
            qsort(found, count, sizeof(_Found), _compared)
            if after is not None:
                behind.score, behind.segment, behind.doc = after
                while first < count and _compared(&found[first], &behind) <= 0:
                    first += 1
            for c in range(first, min(count, first + <size_t> k)):
                place = (found[c].score, found[c].segment, found[c].doc)
                PyObject_GC_UnTrack(<void *> place)  # nothing of it can be in a circle, and a page may be large
                places.append(place)
            return places
        except BaseException:
            sl_scratch_free(scratch)  # it may have been left in the middle of a window
            scratch = NULL
            raise
        finally:
            free(found)
            sl_best_free(&best)
            if scratch != NULL:
                sl_scratch_reset(scratch)
                scratch.next = self.idle
                self.idle = scratch

    cdef int _fits(self, Bits bits) except -1:
        if bits is not None and bits.documents != self.searcher.documents:
            raise ValueError("the set is of another snapshot")
        return 0

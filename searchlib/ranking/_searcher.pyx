# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What does the ranking know of a snapshot? Its segments' lists, lengths and common statistics.

A Searcher serves one snapshot: the segments of one commit with the statistics of all of them, so that a score does not
depend on how documents are spread over segments. It is immutable but for caches; threads may share it.
"""

from libc.math cimport log
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from searchlib.ranking._bits cimport Bits
from searchlib.storage._segment cimport SegmentFile, sl_dictionary_entry

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """


cdef extern from "../storage/bytes.h":
    uint32_t SL_POPCOUNT(uint64_t x) nogil
    uint32_t SL_LOWEST_BIT(uint64_t x) nogil


cdef class Part:
    """One segment as the kernel sees it: its file, who is alive in it, and norms by document."""

    def __dealloc__(self):
        sl_norms_free(&self.norms)
        sl_tally_discard(&self.idle)


cdef class Table:
    """The list of a frequent term in memory. Immutable."""

    def __dealloc__(self):
        sl_table_free(&self.table)


cdef class Searcher:
    """The segments of a snapshot.

    segments: list of (SegmentFile, live, total_length): live is None or bytes with a bit for each document, total_length the
    sum of the weighted lengths of its documents, by the `usual` weights.
    usual: the weights of the text fields that the index was built with, which the stored bounds suppose; weights: those to
    score with, None for the usual ones. A weight is 0 when its field is not searched. k1, b: as in BM25.
    table_bytes: of memory that tables of frequent terms may take (table.h). A segment is searched by them when it has
    `tabled_from` documents or more for each one that is wanted; else most of what they say would be of no use.
    """

    def __init__(self, list segments, list usual, double k1, double b, list weights=None, *,
                 size_t table_bytes=64 << 20, uint32_t tabled_from=4096):
        cdef Part part
        cdef double total = 0
        if not 1 <= len(usual) <= 16 or (weights is not None and len(weights) != len(usual)):
            raise ValueError(f"an index has 1 to 16 text fields, not {len(usual)}")
        self.fields = len(usual)
        self.usual_weights = weights is None or weights == usual
        for i, weight in enumerate(usual):
            self.usual[i] = weight
        for i, weight in enumerate(usual if weights is None else weights):
            self.weights[i] = weight
        self.measure.k1, self.measure.b = k1, b
        self.measure.weights = self.weights
        self.parts = []
        self.tabled = []
        self.most_table_bytes = table_bytes
        self.tabled_from = tabled_from
        self.tables = self.usual_weights and min(usual) > 0  # so that every posting is worth something
        self.total = 0
        for file, live, length in segments:
            part = Part()
            part.file = file
            if part.file.fields != self.fields:
                raise part.file._damaged("the number of text fields is not the index's", None)
            part.live_owner = live
            part.live = NULL
            if live is not None:
                if len(live) * 8 < part.file.documents:
                    raise part.file._damaged("the list of deleted documents is too short", None)
                part.live = <const uint8_t *> <const char *> <bytes> live
            part.mean = length / part.file.documents if length > 0 else 1.0
            part.loosened = 1
            total += length
            self.total += part.file.documents
            self.parts.append(part)
        self.documents = tuple((<Part> one).file.documents for one in self.parts)
        self.measure.mean = total / self.total if total > 0 else 1.0
        if not self.usual_weights:
            self._measure()

    cdef int _measure(self) except -1:
        """The average length under weights that are not the usual ones."""
        cdef Part part
        cdef double total = 0
        cdef uint32_t doc
        for part in self.parts:
            self._read_lengths(part)
            with nogil:
                for doc in range(part.file.documents):
                    total += sl_length(&part.lengths, self.weights, doc)
        self.measure.mean = total / self.total if total > 0 else 1.0
        return 0

    cdef int _read_lengths(self, Part part) except -1:
        cdef uint32_t n = part.file.documents, field
        cdef uint64_t offset, size
        for field in range(self.fields):
            offset, size = part.file._section(f"length.{field}", n)
            if size not in (n, 2 * <uint64_t> n, 4 * <uint64_t> n):
                raise part.file._damaged("a column of lengths has the wrong size", offset)
            part.lengths.widths[field] = <int> (size // n)
            part.lengths.columns[field] = part.file._checked(offset, size)
        part.lengths.fields = self.fields
        return 0

    cdef double norm(self, Part part, uint32_t doc) noexcept nogil:
        """What sl_true_norm() says, which needs prepare_norms() once before."""
        return sl_true_norm(&part.lengths, &self.measure, doc)

    cdef int prepare_norms(self, Part part) except -1:
        """Works out the norm of every document of a segment, once."""
        cdef uint32_t n = part.file.documents, doc, field
        cdef float *norms
        cdef sl_norms coded
        cdef int made
        cdef double norm, grown = 0, shrunk = 1, ratio
        cdef sl_measure usual = self.measure
        if part.norms.codes != NULL:
            return 0
        self._read_lengths(part)
        norms = <float *> malloc(n * sizeof(float))
        if norms == NULL:
            raise MemoryError("no memory for the norms of a segment")
        usual.mean, usual.weights = part.mean, self.usual
        with nogil:
            for doc in range(n):
                norm = self.norm(part, doc)
                norms[doc] = <float> max(norm, <double> SL_NO_NORM)
                if not self.usual_weights:
                    ratio = norm / sl_true_norm(&part.lengths, &usual, doc)
                    shrunk = ratio if ratio < shrunk else shrunk
        if self.usual_weights:
            part.loosened = <float> max(1.0, self.measure.mean / part.mean)
        else:
            # tf' <= c tf and norm' >= d norm give tf' / (tf' + norm') <= max(1, c / d) * tf / (tf + norm)
            for field in range(self.fields):
                if self.usual[field] > 0:
                    grown = max(grown, self.weights[field] / self.usual[field])
                elif self.weights[field] > 0:
                    grown = 1e9
            part.loosened = <float> (max(1.0, min(grown / shrunk if shrunk > 0 else 1e9, 1e9)) * 1.000001)
        made = sl_norms_make(&coded, norms, n)
        free(norms)
        if not made:
            raise MemoryError("no memory for the norms of a segment")
        if part.norms.codes == NULL:
            part.norms = coded
        else:
            sl_norms_free(&coded)  # another thread was quicker
        return 0

    cdef float ready(self) except? -1:
        """Works out the norms of all segments. Returns how much too high, relatively, a score with coded ones may come out."""
        cdef Part part
        cdef float slack = 0
        for part in self.parts:
            self.prepare_norms(part)
            slack = max(slack, part.norms.slack)
        return slack

    cdef double idf(self, uint64_t df) noexcept:
        """Of what `df` documents have; 0 when none has."""
        return log(1 + (self.total - df + 0.5) / (df + 0.5)) if df else 0.0

    @property
    def table_bytes(self) -> int:
        """Of memory that tables take."""
        return self.tabled_bytes

    cdef Table table(self, Group group, uint32_t i):
        """The table of a list, which is made when it is wanted for the second time; None when there is none.

        Where there is no room, it takes that of one that was wanted less often. One that keeps its place is from then on worth
        half as much: what is not asked for any more goes at last.
        """
        cdef Table made = group.tables[i]
        cdef Part part = self.parts[i % group.segments]
        cdef size_t size
        cdef int ok
        group.uses[i] += group.uses[i] < 255
        if made is not None or group.uses[i] < 2:
            return made
        size = sl_table_size(&group.lists[i])
        if self.tabled_bytes + size > self.most_table_bytes:
            self._make_room(group.uses[i])
            if self.tabled_bytes + size > self.most_table_bytes:
                return None
        made = Table()
        with nogil:
            ok = sl_table_make(&made.table, &group.lists[i], self.weights, &part.norms)
        if ok < 0:
            raise MemoryError("no memory for a query")
        if not ok:
            raise part.file._damaged("a posting list is damaged", None)
        if group.tables[i] is None:  # no other thread was quicker
            group.tables[i] = made
            self.tabled.append((group, i))
            self.tabled_bytes += size
        return group.tables[i]

    cdef int _make_room(self, uint32_t uses) except -1:
        """Drops the next table if it was wanted less often."""
        cdef Group group
        cdef uint32_t i
        if not self.tabled:
            return 0
        self.table_hand = (self.table_hand + 1) % <size_t> len(self.tabled)
        group, i = self.tabled[self.table_hand]
        if group.uses[i] >= uses:
            group.uses[i] //= 2
            return 0
        self.tabled_bytes -= (<Table> group.tables[i]).table.size
        group.tables[i] = None
        self.tabled[self.table_hand] = self.tabled[len(self.tabled) - 1]
        self.tabled.pop()
        return 0

    cdef int weigh(self, object fields, double *weights) except -1:
        """The weights of the fields that count. fields: their bits, 0 for all."""
        cdef uint32_t field
        if not 0 <= fields < 1 << self.fields:
            raise ValueError("there is no such field")
        for field in range(self.fields):
            weights[field] = self.weights[field] if not fields or fields >> field & 1 else 0
        return 0

    def lengths(self, uint32_t segment, uint32_t doc) -> tuple:
        """(weighted length of a document, average of all, norm k1 * (1 - b + b * length / average))."""
        cdef Part part = self.parts[segment]
        if doc >= part.file.documents:
            raise IndexError("there is no such document")
        self.prepare_norms(part)
        return sl_length(&part.lengths, self.weights, doc), self.measure.mean, self.norm(part, doc)

    @property
    def field_weights(self) -> tuple:
        return tuple(self.weights[i] for i in range(self.fields))

    def group(self, tuple terms, tuple shares=None) -> Group:
        """Looks terms up in every segment, once; the group can be searched for again and again.

        shares: what each term counts for, above 0 up to 1, None for 1. What counts for less stands in for the others: it
        weighs its share of its own idf, or of the largest of theirs when that is less, so that nothing rare comes before what was asked for.
        """
        cdef Group group = Group()
        cdef Part part
        cdef sl_dictionary_entry entry
        cdef uint32_t i, j
        cdef uint64_t df
        cdef double most = 0
        cdef Place *place
        group.owner = self
        group.terms = terms
        group.shares = (1.0,) * len(terms) if shares is None else shares
        if len(group.shares) != len(terms):
            raise ValueError("every term has a share")
        group.count = len(terms)
        group.segments = len(self.parts)
        group.idfs = <double *> calloc(group.count + 1, sizeof(double))
        group.lists = <sl_list *> calloc(<size_t> group.count * group.segments + 1, sizeof(sl_list))
        group.places = <Place *> calloc(<size_t> group.count * group.segments + 1, sizeof(Place))
        group.uses = <uint8_t *> calloc(<size_t> group.count * group.segments + 1, 1)
        group.tables = [None] * (group.count * group.segments)
        if group.idfs == NULL or group.lists == NULL or group.places == NULL or group.uses == NULL:
            raise MemoryError("no memory for a query")
        for i in range(group.count):
            df = 0
            for j in range(group.segments):
                part = self.parts[j]
                if not part.file._seek(terms[i], &entry) or entry.df == 0:
                    continue
                if not sl_list_open(&group.lists[i * group.segments + j], part.file._postings(&entry),
                                    entry.postings_length, entry.df, part.file.documents, self.fields):
                    raise part.file._damaged(f"the posting list of '{terms[i]}' is damaged", None)
                place = &group.places[i * group.segments + j]
                place.offset, place.length = entry.positions, entry.positions_length
                if entry.once != NULL:
                    place.data = entry.once + entry.postings_length
                place.varied = entry.varied != 0
                df += entry.df
            group.idfs[i] = self.idf(df)
        if shares is not None:
            for i in range(group.count):
                if shares[i] == 1:
                    most = max(most, group.idfs[i])
            for i in range(group.count):
                if shares[i] != 1:
                    group.idfs[i] = <double> shares[i] * (min(most, group.idfs[i]) if most > 0 else group.idfs[i])
        return group


cdef class Group:
    """Terms that count as one: the readings of a word. Made by Searcher.group and of use with that searcher only."""

    def __dealloc__(self):
        free(self.idfs)
        free(self.lists)
        free(self.places)
        free(self.uses)

    cdef const uint8_t *positions(self, uint32_t term, uint32_t segment) except NULL:
        """The positions of a term that the segment has."""
        cdef Place *place = &self.places[term * self.segments + segment]
        cdef sl_dictionary_entry entry
        if place.data == NULL:
            entry.once = NULL
            entry.positions, entry.positions_length = place.offset, place.length
            place.data = (<Part> self.owner.parts[segment]).file._positions(&entry)
        return place.data

    cpdef double rarest(self):
        """The largest idf of its terms."""
        cdef double idf = 0
        cdef uint32_t i
        for i in range(self.count):
            idf = max(idf, self.idfs[i])
        return idf

    def tfs(self, uint32_t segment, uint32_t doc) -> list:
        """Of each term how often it occurs in a document: a tuple by text field."""
        cdef sl_list *l
        cdef uint32_t docs[SL_BLOCK]
        cdef double weights[16]
        cdef uint32_t i, f, g, n, rank, block
        cdef double tf
        cdef Part part = self.owner.parts[segment]
        if doc >= part.file.documents:
            raise IndexError("there is no such document")
        found = []
        for i in range(self.count):
            l = &self.lists[i * self.segments + segment]
            by_field = [0] * self.owner.fields
            block = sl_list_seek(l, 0, doc) if l.df else 0
            n = sl_list_docs(l, block, docs) if l.df and block < l.blocks else 0
            if l.df and block < l.blocks and not n:
                raise part.file._damaged("a posting list is damaged", None)
            for rank in range(n):
                if docs[rank] == doc:
                    for f in range(self.owner.fields):
                        for g in range(self.owner.fields):
                            weights[g] = f == g
                        tf = sl_list_weighted_tf(l, block * SL_BLOCK + rank, weights)
                        if tf < 0:
                            raise part.file._damaged("a posting list is damaged", None)
                        by_field[f] = int(tf)
            found.append(tuple(by_field))
        return found

    @property
    def weights(self) -> tuple:
        """What each term weighs: its idf, and of what stands in for others as Searcher.group says."""
        return tuple(self.idfs[i] for i in range(self.count))

    @property
    def dfs(self) -> tuple:
        """In how many documents each term is."""
        cdef uint64_t df
        cdef uint32_t i, j
        found = []
        for i in range(self.count):
            df = 0
            for j in range(self.segments):
                df += self.lists[i * self.segments + j].df
            found.append(df)
        return tuple(found)


cdef class Occurrences:
    """Documents found by looking: those with a phrase, or with a form that a pattern fits. Scores as one term would.

    Empty at first; whoever makes one reserves and fills each segment and closes it. Immutable from then on.
    """

    def __cinit__(self, Searcher owner):
        self.owner = owner
        self.segments = len(owner.parts)
        self.counts = <uint32_t *> calloc(self.segments + 1, sizeof(uint32_t))
        self.docs = <uint32_t **> calloc(self.segments + 1, sizeof(uint32_t *))
        self.tfs = <double **> calloc(self.segments + 1, sizeof(double *))
        if self.counts == NULL or self.docs == NULL or self.tfs == NULL:
            raise MemoryError("no memory for a query")

    def __dealloc__(self):
        cdef uint32_t i
        for i in range(self.segments):
            if self.docs != NULL:
                free(self.docs[i])
            if self.tfs != NULL:
                free(self.tfs[i])
        free(self.counts)
        free(self.docs)
        free(self.tfs)

    cdef int reserve(self, uint32_t segment, uint32_t count) except -1:
        """Room for so many documents of a segment, which the caller writes."""
        self.docs[segment] = <uint32_t *> malloc((<size_t> count + 1) * sizeof(uint32_t))
        self.tfs[segment] = <double *> malloc((<size_t> count + 1) * sizeof(double))
        if self.docs[segment] == NULL or self.tfs[segment] == NULL:
            raise MemoryError("no memory for a query")
        self.counts[segment] = count
        return 0

    cdef int close(self, double weight=0) except -1:
        """Counts what was filled in. weight: its own; 0: the idf of what so many documents have."""
        cdef uint32_t i
        self.df = 0
        for i in range(self.segments):
            self.df += self.counts[i]
        self.weight = weight or self.owner.idf(self.df)
        return 0

    @staticmethod
    def of(Searcher owner, list found) -> Occurrences:
        """From [[(document, tf), ...] by segment], documents ascending."""
        cdef Occurrences result = Occurrences(owner)
        cdef uint32_t i, k
        for i in range(result.segments):
            result.reserve(i, len(found[i]))
            for k in range(result.counts[i]):
                result.docs[i][k], result.tfs[i][k] = found[i][k]
                if result.docs[i][k] >= <uint32_t> owner.documents[i]:
                    raise ValueError("there is no such document")
        result.close()
        return result

    @staticmethod
    def of_bits(Searcher owner, Bits bits) -> Occurrences:
        """Of a set of documents, each of which scores 1 whatever its length."""
        cdef Occurrences result = Occurrences(owner)
        cdef uint32_t i, w, n
        cdef uint64_t word
        if bits.documents != owner.documents:
            raise ValueError("the set is of another snapshot")
        for i in range(result.segments):
            n = 0
            for w in range(bits.length(i)):
                n += SL_POPCOUNT(bits.words[i][w])
            result.reserve(i, n)
            n = 0
            for w in range(bits.length(i)):
                word = bits.words[i][w]
                while word:
                    result.docs[i][n] = w * 64 + SL_LOWEST_BIT(word)
                    result.tfs[i][n] = 1e30  # tf / (tf + norm) is 1
                    n += 1
                    word &= word - 1
        result.close()
        result.weight = 1
        return result

    def tf(self, uint32_t segment, uint32_t doc) -> float:
        """The weighted tf in a document, 0 when it is not there."""
        cdef uint32_t low = 0, high, middle
        if segment >= self.segments:
            return 0.0
        high = self.counts[segment]
        while low < high:
            middle = low + (high - low) // 2
            if self.docs[segment][middle] < doc:
                low = middle + 1
            else:
                high = middle
        return self.tfs[segment][low] if low < self.counts[segment] and self.docs[segment][low] == doc else 0.0

    def items(self) -> list:
        """[[(document, tf), ...] by segment]."""
        cdef uint32_t i, k
        return [[(self.docs[i][k], self.tfs[i][k]) for k in range(self.counts[i])] for i in range(self.segments)]

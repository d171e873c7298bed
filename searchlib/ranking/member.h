/* What does one term of a query add to the documents of a segment?
 *
 * A term is a member of its group (topk.h). It knows a bound for each window, can add its postings of a window up, and can
 * be asked for one document. Blocks are decoded when they are first needed and kept until the search ends, so that no block is
 * decoded twice however windows cut it; those of a short list are decoded at once, which makes its bounds exact.
 * A bitmap (postings.h) is read where it lies. Postings may also be given: of phrases, of the forms that fit a pattern.
 */
#ifndef SL_MEMBER_H
#define SL_MEMBER_H

#include "../storage/deadline.h"
#include "../storage/tfs.h"
#include "best.h"
#include "norms.h"
#include "scratch.h"
#include "table.h"

#define SL_EAGER 128 /* lists up to this long are decoded before the search */

enum { SL_DOCS = 1, SL_SCORES = 2 }; /* what of a block is decoded */

typedef struct {
    sl_list list;
    double weight;
    float w;
    float up, down;    /* what corrects stored impacts for another average length or other weights */
    const double *weights;       /* by field: of a tf; 0 where the term is not looked for */
    float field_weights[SL_MAX_FIELDS]; /* the same */
    const double *tfs;           /* not NULL: the postings are not a list but given, with `given` their documents */
    const uint32_t *given;
    const uint64_t *condition;   /* a bit a document: where the term counts; NULL: everywhere */
    uint32_t *docs;    /* by posting, as far as `ready` says for its block; NULL for a bitmap */
    float *scores;
    uint8_t *ready;    /* by block */
    uint32_t *first;   /* by window: the first block that reaches into it or beyond */
    float *bounds;     /* by window */
    const sl_table *table; /* its list in memory, or NULL (ranges.h) */
    uint32_t units;    /* of a score, in 1/256, for each step of worth */
    uint32_t *starts;  /* by window: its first posting, of a list that is decoded */
    uint32_t next;     /* the posting to go on with */
} sl_member;

typedef struct {
    sl_member *members; /* only those that the segment has */
    uint32_t count;
    uint64_t postings;  /* of all members */
    int required;       /* no document without it is found */
    float *bounds;      /* by window */
} sl_group;

/* What a search did, for whoever tunes it. */
typedef struct {
    uint64_t postings;   /* of all lists */
    uint64_t windows;    /* that hold a posting of some group */
    uint64_t visited;    /* of these */
    uint64_t blocks;     /* that were decoded */
    uint64_t added;      /* postings that were added up or laid out */
    uint64_t ranges;     /* that were live when their window was visited */
    uint64_t candidates; /* documents that the essential groups left */
    uint64_t probes;     /* lookups of a candidate in a list */
} sl_counts;

typedef struct {
    uint32_t documents, fields, windows, index;
    sl_counts counts;
    const sl_norms *norms;
    const uint8_t *live;       /* a bit a document, or NULL when all are */
    const uint64_t *mask;      /* a bit a document: which may be found; NULL: all */
    const float *factors;      /* by document: what its sum is multiplied with, in (0, 1]; NULL: 1 */
    const float *window_factors; /* by window: the largest of them */
    sl_deadline *deadline;     /* or NULL */
    sl_group *groups;
    uint32_t group_count, required;
    int ranged;                /* every frequent term has its table */
    uint16_t *sums;            /* by range: what its documents score at most, in units */
    float unit;                /* what a score of 1 is in units */
    sl_group **order;          /* in which groups are added up */
    int primed;                /* stored k-th best impacts hold: nothing limits the documents, weights are the index's */
    float *window_bounds;
    uint32_t *queue;           /* windows as a max-heap by bound */
    int memory_failed;
    sl_scratch *scratch;
} sl_search;

/* Postings that were added up in a window, by their documents. */
typedef struct {
    const uint32_t *docs;
    uint32_t count;
} sl_run;

#define SL_RUNS 64

/* What is done with postings: they are added to the sums, or laid out in `best`, as the only or as the best member of their
 * group. */
typedef enum { SL_SUM, SL_LAY, SL_LAY_BEST } sl_way;

typedef struct {
    uint32_t base, end;  /* the documents of the window */
    uint32_t added;      /* postings added up */
    uint32_t runs;       /* where they are, as long as they fit into `run` */
    sl_run run[SL_RUNS];
} sl_window;

SL_INLINE float sl_impact(float tf, float norm) { return tf / (tf + norm); }

SL_INLINE int sl_bit(const uint64_t *bits, uint32_t doc) { return (int)(bits[doc >> 6] >> (doc & 63) & 1); }

/* Scores n postings of a block; docs are their documents. */
SL_INLINE void sl_score_block(const sl_search *s, const sl_member *m, const uint32_t *docs, const float *tfs, uint32_t n,
                              float *out)
{
    float norms[SL_BLOCK];
    for (uint32_t i = 0; i < n; i++)
        norms[i] = sl_norm(s->norms, docs[i]);
    for (uint32_t i = 0; i < n; i++)
        out[i] = m->w * sl_impact(tfs[i], norms[i]);
    if (SL_UNLIKELY(m->condition != NULL))
        for (uint32_t i = 0; i < n; i++)
            out[i] = sl_bit(m->condition, docs[i]) ? out[i] : 0;
}

/* Decodes what is missing of a block. Returns the number of its postings, 0 when it is damaged. */
SL_FUNCTION uint32_t sl_member_decode(sl_search *s, sl_member *m, uint32_t block, uint32_t want)
{
    uint32_t *docs = m->docs + (size_t)block * SL_BLOCK, n = sl_list_count(&m->list, block);
    float tfs[SL_BLOCK];
    if (!(m->ready[block] & SL_DOCS) && !sl_list_docs(&m->list, block, docs))
        return 0;
    m->ready[block] |= SL_DOCS;
    s->counts.blocks++;
    if (want & SL_SCORES) {
        if (!sl_list_weighted_tfs(&m->list, block, m->field_weights, tfs))
            return 0;
        if (n == SL_BLOCK) /* a length that the compiler knows */
            sl_score_block(s, m, docs, tfs, SL_BLOCK, m->scores + (size_t)block * SL_BLOCK);
        else
            sl_score_block(s, m, docs, tfs, n, m->scores + (size_t)block * SL_BLOCK);
        m->ready[block] |= SL_SCORES;
    }
    return n;
}

SL_INLINE uint32_t sl_member_load(sl_search *s, sl_member *m, uint32_t block, uint32_t want)
{
    if (SL_LIKELY((m->ready[block] & want) == want))
        return sl_list_count(&m->list, block);
    return sl_member_decode(s, m, block, want | SL_DOCS);
}

SL_INLINE float sl_block_bound(const sl_member *m, uint32_t block)
{
    float bound = m->up * m->list.bound[block];
    return bound < m->w ? bound : m->w;
}

/* The bound of a block of the list, whatever its length. */
SL_INLINE float sl_member_block_bound(const sl_member *m, uint32_t block, uint32_t window)
{
    return m->list.bound ? sl_block_bound(m, block) : m->bounds[window];
}

/* Lays postings that are given out as if they were a list that is decoded. Their documents ascend and are below
 * s->documents. */
SL_FUNCTION int sl_member_take(sl_search *s, sl_member *m)
{
    sl_list *l = &m->list;
    uint8_t *last = (uint8_t *)sl_scratch_take(s->scratch, 4 * (size_t)l->blocks);
    if (!last) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t from = b * SL_BLOCK, n = sl_list_count(l, b);
        float tfs[SL_BLOCK];
        for (uint32_t i = 0; i < n; i++)
            tfs[i] = (float)m->tfs[from + i];
        memcpy(m->docs + from, m->given + from, n * sizeof *m->docs);
        sl_score_block(s, m, m->docs + from, tfs, n, m->scores + from);
        memcpy(last + 4 * (size_t)b, m->docs + from + n - 1, 4);
        m->ready[b] = SL_DOCS | SL_SCORES;
    }
    l->last = last;
    return 1;
}

/* Finds the bounds of a short list, or of postings that are given. */
SL_FUNCTION int sl_member_decode_all(sl_search *s, sl_member *m)
{
    if (m->tfs && !sl_member_take(s, m))
        return 0;
    for (uint32_t b = 0; !m->tfs && b < m->list.blocks; b++)
        if (!sl_member_decode(s, m, b, SL_DOCS | SL_SCORES))
            return 0;
    for (uint32_t i = 0; i < m->list.df; i++) {
        float *bound = &m->bounds[m->docs[i] >> SL_WINDOW_BITS];
        if (m->scores[i] > *bound)
            *bound = m->scores[i];
    }
    return 1;
}

/* Takes the bounds of blocks as bounds of the windows that they reach into, unless `exact` has found better ones. */
SL_FUNCTION int sl_member_spread(const sl_search *s, sl_member *m, int exact)
{
    const sl_list *l = &m->list;
    uint32_t next = 0; /* the first window that has no first block yet */
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t last = sl_list_last(l, b), window = sl_list_floor(l, b) >> SL_WINDOW_BITS;
        if (last >= s->documents || sl_list_floor(l, b) > last) /* so no two blocks have a document in common */
            return 0;
        last >>= SL_WINDOW_BITS;
        if (m->first)
            for (; next <= last; next++)
                m->first[next] = b;
        if (!exact) {
            float bound = sl_block_bound(m, b);
            for (; window <= last; window++)
                if (bound > m->bounds[window])
                    m->bounds[window] = bound;
        }
    }
    if (m->first)
        for (; next < s->windows; next++)
            m->first[next] = l->blocks;
    return 1;
}

/* Prepares a member whose list, weight, w, up and down are set. */
SL_FUNCTION int sl_member_prepare(sl_search *s, sl_member *m)
{
    const sl_list *l = &m->list;
    size_t postings = (size_t)l->blocks * SL_BLOCK;
    int eager = (l->df <= SL_EAGER && !l->bitmap) || m->tfs || s->ranged;
    m->bounds = (float *)sl_scratch_zeroed(s->scratch, s->windows * sizeof(float));
    if (!l->bitmap) {
        m->docs = (uint32_t *)sl_scratch_take(s->scratch, postings * sizeof(uint32_t));
        m->scores = (float *)sl_scratch_take(s->scratch, postings * sizeof(float));
        m->ready = (uint8_t *)sl_scratch_zeroed(s->scratch, l->blocks);
        m->first = (uint32_t *)sl_scratch_take(s->scratch, s->windows * sizeof(uint32_t));
        if (!m->docs || !m->scores || !m->ready || !m->first)
            s->memory_failed = 1;
    }
    if (!m->bounds)
        s->memory_failed = 1;
    return !s->memory_failed && (!eager || sl_member_decode_all(s, m)) && sl_member_spread(s, m, eager);
}

/* How many of a block's n ascending documents are below doc. Counting them all is quicker than any search: it has no
 * branches and no step waits for another. */
SL_INLINE uint32_t sl_block_rank(const uint32_t *docs, uint32_t n, uint32_t doc)
{
    uint32_t below = 0;
    if (SL_LIKELY(n == SL_BLOCK))
        for (uint32_t i = 0; i < SL_BLOCK; i++)
            below += (int32_t)docs[i] < (int32_t)doc; /* documents are below 2^31 */
    else
        for (uint32_t i = 0; i < n; i++)
            below += (int32_t)docs[i] < (int32_t)doc;
    return below;
}

/* Adds n postings of the window. */
SL_INLINE void sl_add(const sl_search *s, sl_window *w, const uint32_t *docs, const float *scores, uint32_t n, sl_way way)
{
    float *sums = s->scratch->sums, *best = s->scratch->best;
    uint32_t base = w->base;
    if (way == SL_SUM) {
        for (uint32_t i = 0; i < n; i++)
            sums[docs[i] - base] += scores[i];
    } else if (way == SL_LAY) {
        for (uint32_t i = 0; i < n; i++)
            best[docs[i] - base] = scores[i];
    } else {
        for (uint32_t i = 0; i < n; i++) {
            float old = best[docs[i] - base];
            best[docs[i] - base] = scores[i] > old ? scores[i] : old;
        }
    }
    if (w->runs < SL_RUNS) {
        w->run[w->runs].docs = docs;
        w->run[w->runs].count = n;
    }
    w->runs++;
    w->added += n;
}

SL_FUNCTION int sl_member_accumulate_bitmap(sl_search *s, sl_member *m, sl_window *w, sl_way way, float need)
{
    const sl_list *l = &m->list;
    float tfs[SL_BLOCK], scores[SL_BLOCK];
    uint32_t rank = sl_list_bitmap_rank(l, w->base), n = 0, *docs = s->scratch->docs;
    for (uint32_t word = w->base >> 6; word < (w->end + 63) >> 6; word++) {
        uint64_t bits = sl_load64(l->bits + 8ull * word);
        for (; bits; bits &= bits - 1)
            docs[n++] = (word << 6) + SL_LOWEST_BIT(bits);
    }
    if (n && (docs[n - 1] >= w->end || rank > l->df || n > l->df - rank))
        return 0;
    w->runs = SL_RUNS + 1; /* these are not listed: scratch->docs serves one bitmap after the other */
    for (uint32_t at = 0; at < n;) {
        uint32_t block = (rank + at) / SL_BLOCK, from = (rank + at) % SL_BLOCK, count = SL_BLOCK - from;
        count = count < n - at ? count : n - at;
        if (sl_block_bound(m, block) >= need) {
            if (!sl_list_weighted_tfs(l, block, m->field_weights, tfs))
                return 0;
            sl_score_block(s, m, docs + at, tfs + from, count, scores);
            sl_add(s, w, docs + at, scores, count, way);
        }
        at += count;
    }
    return 1;
}

/* Asks for the bytes of a window's blocks, so that they are there when it is visited. */
SL_INLINE void sl_member_prefetch(const sl_member *m, uint32_t window)
{
    uint32_t end = (window + 1) << SL_WINDOW_BITS;
    if (!m->list.start || m->list.bitmap)
        return;
    for (uint32_t b = m->first[window]; b < m->list.blocks && sl_list_floor(&m->list, b) < end; b++)
        if (!m->ready[b]) {
            const uint8_t *p = sl_list_block(&m->list, b); /* a block has 100 to 300 bytes; asking past the end is harmless */
            SL_PREFETCH(p);
            SL_PREFETCH(p + 64);
            SL_PREFETCH(p + 128);
        }
}

/* Decodes a block and says which of its postings lie in a window. Returns 0 when it is damaged. */
SL_INLINE int sl_member_clip(sl_search *s, sl_member *m, uint32_t block, const sl_window *w, uint32_t *from,
                             uint32_t *to)
{
    uint32_t n = sl_member_load(s, m, block, SL_SCORES);
    const uint32_t *docs = m->docs + (size_t)block * SL_BLOCK;
    if (!n)
        return 0;
    *from = docs[0] < w->base ? sl_block_rank(docs, n, w->base) : 0;
    *to = docs[n - 1] >= w->end ? sl_block_rank(docs, n, w->end) : n;
    return 1;
}

/* Adds a term's postings in a window. A block whose bound stays below `need` is left out: none of its documents can make
 * it. */
SL_FUNCTION int sl_member_accumulate(sl_search *s, sl_member *m, sl_window *w, sl_way way, float need)
{
    const sl_list *l = &m->list;
    uint32_t window = w->base >> SL_WINDOW_BITS;
    if (l->bitmap)
        return sl_member_accumulate_bitmap(s, m, w, way, need);
    for (uint32_t b = m->first[window]; b < l->blocks && sl_list_floor(l, b) < w->end; b++) {
        if (sl_member_block_bound(m, b, window) < need)
            continue;
        uint32_t from, to;
        if (!sl_member_clip(s, m, b, w, &from, &to))
            return 0;
        if (from < to)
            sl_add(s, w, m->docs + (size_t)b * SL_BLOCK + from, m->scores + (size_t)b * SL_BLOCK + from, to - from, way);
    }
    return 1;
}

/* The rank of a document's posting, or -1 when it has none; -2 when the list is damaged. */
SL_FUNCTION int64_t sl_member_rank(sl_search *s, sl_member *m, uint32_t doc)
{
    const sl_list *l = &m->list;
    if (m->table)
        return sl_table_find(m->table, doc);
    if (l->bitmap) {
        if (!(sl_load64(l->bits + 8ull * (doc >> 6)) >> (doc & 63) & 1))
            return -1;
        uint32_t rank = sl_list_bitmap_rank(l, doc);
        return rank < l->df ? (int64_t)rank : -2;
    }
    uint32_t block = sl_list_seek(l, m->first[doc >> SL_WINDOW_BITS], doc);
    if (block >= l->blocks)
        return -1;
    uint32_t n = sl_member_load(s, m, block, SL_DOCS);
    if (!n)
        return -2;
    const uint32_t *docs = m->docs + (size_t)block * SL_BLOCK;
    uint32_t i = sl_block_rank(docs, n, doc);
    return i < n && docs[i] == doc ? (int64_t)block * SL_BLOCK + i : -1;
}

#endif

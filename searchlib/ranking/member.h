/* What does one term of a query add to the documents of a segment?
 *
 * A term is a member of its group (topk.h). A short list is decoded before the search, a long one block by block where the search
 * gets to; both know a bound for each window, can add their postings of a window up, and can be asked for one document.
 */
#ifndef SL_MEMBER_H
#define SL_MEMBER_H

#include "../storage/postings.h"
#include "best.h"

#define SL_WINDOW_BITS 12
#define SL_WINDOW (1u << SL_WINDOW_BITS)
#define SL_DECODED 8192  /* lists up to this long are decoded before the search */
#define SL_SCATTERED 256 /* up to so many additions, the documents they touched are listed, not searched for */

typedef struct {
    sl_list list;
    double weight;
    float w;
    float up, down;            /* what corrects stored impacts for another average length */
    uint32_t decoded;          /* postings in docs and scores; 0 for a long list */
    uint32_t *docs;
    float *scores;
    float *bounds;             /* by window */
    uint32_t low, high;        /* in the current window: decoded postings, or low: the first block */
    uint32_t cached, cached_count;
    uint32_t block[SL_BLOCK];  /* the documents of block `cached` */
} sl_member;

typedef struct {
    sl_member *members; /* only those that the segment has */
    uint32_t count;
    float *bounds;      /* by window */
} sl_group;

/* Room for one window; sums and best are zero between windows. */
typedef struct sl_scratch {
    float sums[SL_WINDOW], best[SL_WINDOW];
    uint16_t touched[SL_SCATTERED], members_touched[SL_WINDOW];
    uint32_t window_docs[SL_WINDOW];
} sl_scratch;

typedef struct {
    uint32_t documents, fields, windows, index;
    const float *norms;        /* by document */
    const double *weights;     /* by field */
    float field_weights[SL_MAX_FIELDS];
    const uint8_t *live;       /* a bit a document, or NULL when all are */
    sl_group *groups;
    uint32_t group_count;
    float *window_bounds;
    uint32_t *queue;           /* windows as a max-heap by bound */
    int memory_failed;
    struct sl_scratch *scratch;
} sl_search;

SL_INLINE float sl_impact(float tf, float norm) { return tf / (tf + norm); }

/* Scores n postings of a block from its i-th on; docs are their documents. */
SL_INLINE void sl_score_block(const sl_search *s, const sl_member *m, const uint32_t *docs, const float *tfs, uint32_t n,
                              float *out)
{
    float norms[SL_BLOCK];
    for (uint32_t i = 0; i < n; i++)
        norms[i] = s->norms[docs[i]];
    for (uint32_t i = 0; i < n; i++)
        out[i] = m->w * sl_impact(tfs[i], norms[i]);
}

/* Decodes a short list and finds its exact bound in each window. */
SL_FUNCTION int sl_member_decode(sl_search *s, sl_member *m)
{
    const sl_list *l = &m->list;
    float tfs[SL_BLOCK];
    m->docs = (uint32_t *)malloc(l->df * sizeof *m->docs);
    m->scores = (float *)malloc(l->df * sizeof *m->scores);
    if (!m->docs || !m->scores) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t docs[SL_BLOCK], n = sl_list_docs(l, b, docs), at = b * SL_BLOCK;
        if (!n || !sl_list_weighted_tfs(l, b, s->field_weights, tfs))
            return 0;
        if (at && docs[0] <= m->docs[at - 1])
            return 0; /* what follows relies on ascending documents */
        memcpy(m->docs + at, docs, n * sizeof *docs);
        sl_score_block(s, m, docs, tfs, n, m->scores + at);
    }
    m->decoded = l->df;
    for (uint32_t i = 0; i < l->df; i++) {
        float *bound = &m->bounds[m->docs[i] >> SL_WINDOW_BITS];
        if (m->scores[i] > *bound)
            *bound = m->scores[i];
    }
    return 1;
}

SL_INLINE float sl_block_bound(const sl_member *m, uint32_t block) { return m->up * m->list.bound[block]; }

/* Takes the bounds of a long list's blocks as bounds of the windows that they reach into. */
SL_FUNCTION int sl_member_bound(sl_search *s, sl_member *m)
{
    const sl_list *l = &m->list;
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t last = sl_list_last(l, b), window = sl_list_floor(l, b) >> SL_WINDOW_BITS;
        float bound = sl_block_bound(m, b);
        if (last >= s->documents)
            return 0;
        for (; window <= last >> SL_WINDOW_BITS; window++)
            if (bound > m->bounds[window])
                m->bounds[window] = bound;
    }
    return 1;
}

SL_INLINE uint32_t sl_lower_bound(const uint32_t *docs, uint32_t low, uint32_t high, uint32_t doc)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (docs[middle] < doc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the score of a posting to its document's sum; in a group of several terms only what exceeds the best so far. */
SL_INLINE void sl_add(sl_search *s, uint32_t slot, float score, int alone, uint32_t *members_touched)
{
    if (alone) {
        s->scratch->sums[slot] += score;
    } else if (score > s->scratch->best[slot]) {
        if (s->scratch->best[slot] == 0)
            s->scratch->members_touched[(*members_touched)++] = (uint16_t)slot;
        s->scratch->sums[slot] += score - s->scratch->best[slot];
        s->scratch->best[slot] = score;
    }
}

/* Adds a term's postings in the window that begins at `base`. A block whose bound and `others`, the bound of all other
 * groups, stay below the threshold is left out: none of its documents can make it. */
SL_FUNCTION int sl_member_accumulate(sl_search *s, sl_member *m, uint32_t base, uint32_t end, int alone, float others,
                                     const sl_best *best, uint32_t *members_touched)
{
    const sl_list *l = &m->list;
    uint32_t docs[SL_BLOCK];
    float tfs[SL_BLOCK], scores[SL_BLOCK];
    if (m->decoded) {
        for (uint32_t i = m->low; i < m->high; i++)
            sl_add(s, m->docs[i] - base, m->scores[i], alone, members_touched);
        return 1;
    }
    if (l->bitmap) {
        uint32_t rank = sl_list_bitmap_rank(l, base), n = 0, *window_docs = s->scratch->window_docs;
        for (uint32_t word = base >> 6; word < (end + 63) >> 6; word++) {
            uint64_t bits = sl_load64(l->bits + 8ull * word);
            for (; bits; bits &= bits - 1)
                window_docs[n++] = (word << 6) + SL_LOWEST_BIT(bits);
        }
        if (n && (window_docs[n - 1] >= end || rank > l->df || n > l->df - rank))
            return 0;
        for (uint32_t at = 0; at < n;) {
            uint32_t block = (rank + at) / SL_BLOCK, from = (rank + at) % SL_BLOCK, count = SL_BLOCK - from;
            count = count < n - at ? count : n - at;
            if (sl_block_bound(m, block) + others >= best->threshold) {
                if (!sl_list_weighted_tfs(l, block, s->field_weights, tfs))
                    return 0;
                sl_score_block(s, m, window_docs + at, tfs + from, count, scores);
                for (uint32_t i = 0; i < count; i++)
                    sl_add(s, window_docs[at + i] - base, scores[i], alone, members_touched);
            }
            at += count;
        }
        return 1;
    }
    for (uint32_t b = m->low; b < l->blocks && sl_list_floor(l, b) < end; b++) {
        if (sl_block_bound(m, b) + others < best->threshold)
            continue;
        uint32_t n = sl_list_docs(l, b, docs), from = 0, to;
        if (!n || !sl_list_weighted_tfs(l, b, s->field_weights, tfs))
            return 0;
        to = n;
        if (docs[0] < base)
            from = sl_lower_bound(docs, 0, n, base);
        if (docs[n - 1] >= end)
            to = sl_lower_bound(docs, from, n, end);
        if (from >= to)
            continue;
        sl_score_block(s, m, docs + from, tfs + from, to - from, scores);
        for (uint32_t i = from; i < to; i++) {
            uint32_t slot = docs[i] - base;
            if (SL_UNLIKELY(slot >= SL_WINDOW))
                return 0; /* only a damaged block is out of order */
            sl_add(s, slot, scores[i - from], alone, members_touched);
        }
    }
    return 1;
}

/* The rank of a document's posting from block `from` on, or -1 when it has none; -2 when the list is damaged. */
SL_FUNCTION int64_t sl_member_rank(sl_member *m, uint32_t from, uint32_t doc)
{
    const sl_list *l = &m->list;
    if (m->decoded) {
        uint32_t i = sl_lower_bound(m->docs, 0, m->decoded, doc);
        return i < m->decoded && m->docs[i] == doc ? (int64_t)i : -1;
    }
    if (l->bitmap) {
        if (!(sl_load64(l->bits + 8ull * (doc >> 6)) >> (doc & 63) & 1))
            return -1;
        uint32_t rank = sl_list_bitmap_rank(l, doc);
        return rank < l->df ? (int64_t)rank : -2;
    }
    uint32_t block = sl_list_seek(l, from, doc);
    if (block >= l->blocks)
        return -1;
    if (m->cached != block) {
        m->cached_count = sl_list_docs(l, block, m->block);
        m->cached = block;
        if (!m->cached_count) {
            m->cached = SL_BLOCK + l->blocks;
            return -2;
        }
    }
    uint32_t i = sl_lower_bound(m->block, 0, m->cached_count, doc);
    return i < m->cached_count && m->block[i] == doc ? (int64_t)block * SL_BLOCK + i : -1;
}

#endif

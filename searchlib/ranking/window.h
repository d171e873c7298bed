/* Which documents of one window can still be among the best?
 *
 * Groups whose bounds together cannot reach the threshold are non-essential (Turtle and Flood, "Query evaluation: strategies
 * and optimizations", 1995). The others are added up in an array; what of it could still make it becomes a list of candidates,
 * and each non-essential group, the largest bound first, narrows that list: either it is looked up for each candidate, or,
 * when candidates are many beside its postings, all its postings in the window are laid out and picked up from there.
 */
#ifndef SL_WINDOW_H
#define SL_WINDOW_H

#include <float.h>

#include "member.h"

#define SL_LISTED 1024 /* up to so many additions, the documents they touched are listed, not searched for */
#define SL_PROBE 8    /* looking one document up costs about as much as laying out so many postings ... */
#define SL_PROBE_BITMAP 4 /* ... and so many of a bitmap */

/* Orders the groups that occur in a window by rising bound. Returns their number. */
SL_INLINE uint32_t sl_window_order(const sl_search *s, uint32_t window, sl_group **order)
{
    uint32_t n = 0;
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        float bound = group->bounds[window];
        if (bound <= 0)
            continue;
        uint32_t i = n++;
        for (; i > 0 && order[i - 1]->bounds[window] > bound; i--)
            order[i] = order[i - 1];
        order[i] = group;
    }
    return n;
}

/* Adds a group's postings to the sums. */
SL_INLINE int sl_window_accumulate(sl_search *s, sl_group *group, sl_window *w, float need)
{
    uint32_t window = w->base >> SL_WINDOW_BITS, alive = 0;
    for (uint32_t k = 0; k < group->count; k++)
        alive += group->members[k].bounds[window] > 0;
    uint32_t first = w->runs;
    for (uint32_t k = 0; k < group->count; k++) {
        sl_member *m = &group->members[k];
        if (m->bounds[window] > 0 && !sl_member_accumulate(s, m, w, alive == 1 ? SL_SUM : SL_LAY_BEST, need))
            return 0;
    }
    if (alive == 1)
        return 1;
    float *sums = s->scratch->sums, *best = s->scratch->best;
    if (w->runs <= SL_RUNS && w->added <= SL_LISTED) {
        for (uint32_t k = first; k < w->runs; k++)
            for (uint32_t j = 0; j < w->run[k].count; j++) {
                uint32_t slot = w->run[k].docs[j] - w->base;
                sums[slot] += best[slot];
                best[slot] = 0;
            }
    } else {
        for (uint32_t i = 0; i < SL_WINDOW; i++) {
            sums[i] += best[i];
            best[i] = 0;
        }
    }
    return 1;
}

/* Lists the documents whose sums reach `need`, which is above 0, and leaves all sums zero. They ascend in a few runs.
 * Returns their number. */
SL_FUNCTION uint32_t sl_window_candidates(sl_scratch *r, const sl_window *w, float need)
{
    uint32_t n = 0;
    if (w->runs <= SL_RUNS && w->added <= SL_LISTED) {
        for (uint32_t k = 0; k < w->runs; k++) {
            const uint32_t *docs = w->run[k].docs;
            for (uint32_t j = 0; j < w->run[k].count; j++) {
                uint32_t slot = docs[j] - w->base;
                float score = r->sums[slot];
                r->sums[slot] = 0; /* it may be listed more than once */
                r->slots[n] = (uint16_t)slot;
                r->scores[n] = score;
                n += score >= need;
            }
        }
        return n;
    }
    uint32_t size = w->end - w->base;
    for (uint32_t at = 0; at < size; at += 64) {
        /* most of them are far below; sums past the end are zero */
        int any = 0;
        for (uint32_t i = 0; i < 64; i++)
            any |= r->sums[at + i] >= need;
        if (!any)
            continue;
        for (uint32_t i = at; i < at + 64; i++) {
            r->slots[n] = (uint16_t)i;
            r->scores[n] = r->sums[i];
            n += r->sums[i] >= need;
        }
    }
    memset(r->sums, 0, size * sizeof(float));
    return n;
}

/* Lists the documents of a lone essential term whose scores reach `need`, without adding anything up. Returns their number, -1
 * when the list is damaged. */
SL_FUNCTION int64_t sl_window_single(sl_search *s, sl_member *m, const sl_window *w, float need)
{
    sl_scratch *r = s->scratch;
    uint32_t window = w->base >> SL_WINDOW_BITS, n = 0;
    for (uint32_t b = m->first[window]; b < m->list.blocks && sl_list_floor(&m->list, b) < w->end; b++) {
        if (sl_member_block_bound(m, b, window) < need)
            continue;
        uint32_t from, to;
        if (!sl_member_clip(s, m, b, w, &from, &to))
            return -1;
        const uint32_t *docs = m->docs + (size_t)b * SL_BLOCK;
        const float *scores = m->scores + (size_t)b * SL_BLOCK;
        for (uint32_t i = from; i < to; i++) {
            r->slots[n] = (uint16_t)(docs[i] - w->base);
            r->scores[n] = scores[i];
            n += scores[i] >= need;
        }
    }
    return n;
}

/* Looks the candidates up in one list and keeps the best of what a group's members give. `below` bounds what smaller groups
 * may add. Returns 0 when the list is damaged. */
SL_FUNCTION int sl_member_probe(sl_search *s, sl_member *m, const sl_window *w, uint32_t count, float below,
                                float threshold)
{
    const sl_list *l = &m->list;
    sl_scratch *r = s->scratch;
    uint32_t window = w->base >> SL_WINDOW_BITS, block = 0, n = 0, before = 0xFFFFFFFF;
    s->counts.probes += count;
    for (uint32_t c = 0; c < count; c++) {
        uint32_t doc = w->base + r->slots[c], rank;
        float most = threshold - r->scores[c] - below, score;
        if (m->condition && !sl_bit(m->condition, doc))
            continue;
        if (l->bitmap) {
            if (!(sl_load64(l->bits + 8ull * (doc >> 6)) >> (doc & 63) & 1))
                continue;
            rank = sl_list_bitmap_rank(l, doc);
            if (rank >= l->df)
                return 0;
            if (sl_block_bound(m, rank / SL_BLOCK) < most)
                continue;
        } else {
            if (doc < before)
                block = m->first[window];
            before = doc;
            while (block < l->blocks && sl_list_last(l, block) < doc)
                block++;
            if (block == l->blocks)
                continue;
            if (sl_member_block_bound(m, block, window) < most)
                continue;
            const uint32_t *docs = m->docs + (size_t)block * SL_BLOCK;
            if (!(n = sl_member_load(s, m, block, SL_DOCS)))
                return 0;
            rank = sl_block_rank(docs, n, doc);
            if (rank == n || docs[rank] != doc)
                continue;
            rank += block * SL_BLOCK;
        }
        if (!l->bitmap && m->ready[block] & SL_SCORES) {
            score = m->scores[rank];
        } else {
            double tf = sl_list_weighted_tf(l, rank, m->weights);
            if (tf < 0)
                return 0;
            score = m->w * sl_impact((float)tf, sl_norm(s->norms, doc));
        }
        if (score > r->best[r->slots[c]])
            r->best[r->slots[c]] = score;
    }
    return 1;
}

/* Adds a non-essential group to the candidates' scores and drops those that cannot make it any more. `below` bounds what
 * smaller groups may add. Returns the number of those left, or -1 when a list is damaged. */
SL_FUNCTION int64_t sl_window_narrow(sl_search *s, sl_group *group, sl_window *w, uint32_t count, float below,
                                     float threshold)
{
    sl_scratch *r = s->scratch;
    uint32_t window = w->base >> SL_WINDOW_BITS, size = w->end - w->base, kept = 0, runs = w->runs, added = w->added;
    float highest;
    int32_t most = 0;
    int filled = 0;
    for (uint32_t c = 0; c < count; c++) { /* floats that are not negative compare like their bits, which is a vector's work */
        int32_t bits;
        memcpy(&bits, &r->scores[c], sizeof bits);
        most = bits > most ? bits : most;
    }
    memcpy(&highest, &most, sizeof highest);
    for (uint32_t k = 0; k < group->count; k++) {
        sl_member *m = &group->members[k];
        if (m->bounds[window] <= 0 || m->bounds[window] + highest + below < threshold)
            continue;
        uint32_t postings = m->list.bitmap ? SL_PROBE_BITMAP : SL_PROBE;
        int fill = (uint64_t)m->list.df * size / postings < (uint64_t)count * s->documents;
        if (!(fill ? sl_member_accumulate(s, m, w, group->count == 1 ? SL_LAY : SL_LAY_BEST, threshold - highest - below)
                   : sl_member_probe(s, m, w, count, below, threshold)))
            return -1;
        filled |= fill;
    }
    for (uint32_t c = 0; c < count; c++) {
        uint16_t slot = r->slots[c];
        float score = r->scores[c] + r->best[slot];
        int has = !group->required || r->best[slot] > 0;
        r->best[slot] = 0;
        r->slots[kept] = slot;
        r->scores[kept] = score;
        kept += has & (score + below >= threshold);
    }
    if (filled && w->runs <= SL_RUNS && w->added - added <= SL_LISTED)
        for (uint32_t k = runs; k < w->runs; k++)
            for (uint32_t j = 0; j < w->run[k].count; j++)
                r->best[w->run[k].docs[j] - w->base] = 0;
    else if (filled)
        memset(r->best, 0, size * sizeof(float));
    return kept;
}

/* Drops the candidates that must not be found, and those whose factor leaves them too little. `below` bounds what is not added
 * up yet, `lowest` is the threshold for sums times factors. Returns the number of those left. */
SL_FUNCTION uint32_t sl_window_admit(const sl_search *s, const sl_window *w, uint32_t count, float below, float lowest)
{
    sl_scratch *r = s->scratch;
    uint32_t kept = 0;
    for (uint32_t c = 0; c < count; c++) {
        uint32_t doc = w->base + r->slots[c];
        float score = r->scores[c];
        r->slots[kept] = r->slots[c];
        r->scores[kept] = score;
        kept += (!s->mask || sl_bit(s->mask, doc)) && (!s->live || s->live[doc >> 3] >> (doc & 7) & 1) &&
                (!s->factors || (score + below) * s->factors[doc] >= lowest);
    }
    return kept;
}

/* Lists all documents of the window that may be found, with nothing added up. Returns their number; with `most` or more of
 * them, `most`, and then none is listed. */
SL_FUNCTION uint32_t sl_window_masked(const sl_search *s, const sl_window *w, uint32_t most)
{
    sl_scratch *r = s->scratch;
    uint32_t first = w->base >> 6, end = (w->end + 63) >> 6, count = 0, n = 0;
    for (uint32_t i = first; i < end; i++)
        count += SL_POPCOUNT(s->mask[i]);
    if (count >= most)
        return most;
    for (uint32_t i = first; i < end; i++)
        for (uint64_t word = s->mask[i]; word; word &= word - 1) {
            r->slots[n] = (uint16_t)((i - first) * 64 + SL_LOWEST_BIT(word));
            r->scores[n++] = 0;
        }
    return n;
}

/* The group that has the fewest postings among those that every document needs becomes the last in `order`, the others of
 * those come before it, then the rest: candidates are narrowed from the back. */
SL_INLINE void sl_window_conjunction(sl_group **order, uint32_t n)
{
    uint32_t rest = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!order[i]->required) {
            sl_group *group = order[i];
            for (uint32_t k = i; k > rest; k--)
                order[k] = order[k - 1];
            order[rest++] = group;
        }
    for (uint32_t i = rest + 1; i < n; i++) {
        sl_group *group = order[i];
        uint32_t k = i;
        for (; k > rest && order[k - 1]->postings < group->postings; k--)
            order[k] = order[k - 1];
        order[k] = group;
    }
}

/* Adds up the essential groups, order[essential .. n), and lists the candidates, at least one of which gives a document `need`.
 * Returns their number, -1 when a list is damaged. */
SL_FUNCTION int64_t sl_window_essential(sl_search *s, sl_window *w, sl_group **order, uint32_t n, uint32_t essential,
                                        float threshold, float need, float total)
{
    if (essential + 1 == n && order[essential]->count == 1 && !order[essential]->members->list.bitmap)
        return sl_window_single(s, order[essential]->members, w, need);
    for (uint32_t i = essential; i < n; i++) {
        float others = total - order[i]->bounds[w->base >> SL_WINDOW_BITS];
        if (!sl_window_accumulate(s, order[i], w, threshold - others))
            return -1;
    }
    return sl_window_candidates(s->scratch, w, need);
}

/* Visits one window. `order` and `prefix` are scratch for group_count entries. Returns 0 when a list is damaged or memory
 * failed. */
SL_FUNCTION int sl_search_window(sl_search *s, uint32_t window, sl_best *best, sl_group **order, float *prefix)
{
    sl_window w;
    float above = 1 + best->margin, total = 0;
    float threshold = s->factors ? best->threshold / s->window_factors[window] : best->threshold;
    uint32_t n = sl_window_order(s, window, order), essential;
    uint64_t postings = 0;
    w.base = window << SL_WINDOW_BITS;
    w.end = s->documents - w.base < SL_WINDOW ? s->documents : w.base + SL_WINDOW;
    w.added = w.runs = 0;
    if (s->required)
        sl_window_conjunction(order, n);
    /* prefix[i] bounds order[0 .. i) */
    for (uint32_t i = 0; i < n; i++) {
        prefix[i] = total * above;
        total += order[i]->bounds[window];
    }
    total *= above;
    if (total < threshold)
        return 1;
    /* order[0 .. essential) cannot reach the threshold together */
    for (essential = s->required ? n - 1 : 0; essential + 1 < n && prefix[essential + 1] < threshold; essential++)
        ;
    for (uint32_t i = essential; i < n; i++)
        postings += order[i]->postings;
    int64_t count = -1;
    if (s->mask) {
        /* few documents that may be found are looked up, rather than all postings added up */
        uint32_t most = (uint32_t)(postings * (w.end - w.base) / s->documents / SL_PROBE) + 1;
        count = sl_window_masked(s, &w, most);
        if (count < most)
            essential = n;
        else
            count = -1;
    }
    if (count < 0) {
        float need = threshold - (essential ? prefix[essential] : 0);
        count = sl_window_essential(s, &w, order, n, essential, threshold, need > FLT_MIN ? need : FLT_MIN, total);
    }
    s->counts.visited++;
    s->counts.added += w.added;
    s->counts.candidates += count > 0 ? (uint64_t)count : 0;
    if (count > 0 && (s->mask || s->live || s->factors))
        count = sl_window_admit(s, &w, (uint32_t)count, essential < n ? (essential ? prefix[essential] : 0) : total,
                                best->threshold);
    for (uint32_t i = essential; i-- > 0 && count > 0;)
        count = sl_window_narrow(s, order[i], &w, (uint32_t)count, prefix[i], threshold);
    if (count < 0)
        return 0;
    for (uint32_t c = 0; c < (uint32_t)count; c++) {
        uint32_t doc = w.base + s->scratch->slots[c];
        float score = s->factors ? s->scratch->scores[c] * s->factors[doc] : s->scratch->scores[c];
        if (score >= best->threshold && score > 0 && !sl_best_offer(best, score, s->index, doc)) {
            s->memory_failed = 1;
            return 0;
        }
    }
    return 1;
}

#endif

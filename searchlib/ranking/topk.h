/* Which k documents score best? Exact BM25, found by windowed MaxScore.
 *
 * A query is a list of groups, a group a list of terms (synonyms: the lemmas of one word). With tf and length summed over
 * the fields by their weights,
 *
 *     score(d) = sum over groups of  max over the group's terms of  weight * tf / (tf + norm(d))
 *     norm(d)  = k1 * (1 - b + b * length(d) / average length),   weight = boost * idf
 *
 * (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, without the constant factor
 * k1 + 1, as Lucene writes it.) Ties go to the smaller document, the earlier segment.
 *
 * The way there. Documents are cut into windows of SL_WINDOW. Each group has an upper bound in each window: exact for short
 * lists, which are decoded first, and from the bounds of blocks for long ones. Windows are visited best bound first, until
 * no bound reaches the k-th best score so far. In a window the groups whose bounds together cannot reach it are
 * non-essential (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995): the others are added up in an
 * array, and the non-essential ones are looked up only for documents that could still make it.
 *
 * Exactness. All this is done in single precision and decides only what is kept: everything that comes within a margin
 * of the k-th best is kept, the margin being larger than any rounding error, and what is kept is scored once more in double
 * precision, in the query's order of groups, and sorted.
 *
 * Invariants: an array is indexed by a document only below `documents`, which the decoders guarantee for any bytes on disk;
 * a function that returns 0 met a damaged list, or failed memory when s->memory_failed is set.
 */
#ifndef SL_TOPK_H
#define SL_TOPK_H

#include "member.h"

/* ---- one window ---- */

/* The score that a non-essential group adds to a document; negative when a list is damaged. */
SL_FUNCTION float sl_group_probe(sl_search *s, sl_group *g, uint32_t doc)
{
    float best = 0;
    for (uint32_t i = 0; i < g->count; i++) {
        sl_member *m = &g->members[i];
        float score;
        if (m->bounds[doc >> SL_WINDOW_BITS] <= best)
            continue;
        if (m->decoded) {
            uint32_t at = sl_lower_bound(m->docs, m->low, m->high, doc);
            if (at == m->high || m->docs[at] != doc)
                continue;
            score = m->scores[at];
        } else {
            int64_t rank = sl_member_rank(m, m->low, doc);
            if (rank == -1)
                continue;
            double tf = rank < 0 ? -1 : sl_list_weighted_tf(&m->list, (uint32_t)rank, s->weights);
            if (tf < 0)
                return -1;
            score = m->w * sl_impact((float)tf, s->norms[doc]);
        }
        best = score > best ? score : best;
    }
    return best;
}

/* Visits one window. `order` and `prefix` are scratch for group_count entries. */
SL_FUNCTION int sl_search_window(sl_search *s, uint32_t window, sl_best *best, sl_group **order, float *prefix)
{
    uint32_t base = window << SL_WINDOW_BITS, end = s->documents - base < SL_WINDOW ? s->documents : base + SL_WINDOW;
    uint32_t n = 0, essential, scattered = 0, touched = 0;
    int dense = 0, listed;
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        float bound = group->bounds[window];
        if (bound <= 0)
            continue;
        uint32_t i = n++;
        for (; i > 0 && order[i - 1]->bounds[window] > bound; i--)
            order[i] = order[i - 1];
        order[i] = group;
        for (uint32_t k = 0; k < group->count; k++) {
            sl_member *m = &group->members[k];
            if (m->bounds[window] <= 0)
                m->low = m->high = m->decoded ? 0 : m->list.blocks;
            else if (m->decoded) {
                m->low = sl_lower_bound(m->docs, 0, m->decoded, base);
                m->high = sl_lower_bound(m->docs, m->low, m->decoded, end);
            } else if (!m->list.bitmap) {
                m->low = sl_list_seek(&m->list, 0, base);
            }
        }
    }
    /* order[0 .. essential) cannot reach the threshold together; prefix[i] bounds order[0 .. i] */
    float total = 0;
    for (uint32_t i = 0; i < n; i++)
        prefix[i] = total += order[i]->bounds[window];
    for (essential = 0; essential < n && prefix[essential] * (1 + best->margin) < best->threshold; essential++)
        ;
    for (uint32_t i = essential; i < n; i++) {
        sl_group *group = order[i];
        uint32_t alive = 0, members_touched = 0;
        for (uint32_t k = 0; k < group->count; k++)
            alive += group->members[k].bounds[window] > 0;
        for (uint32_t k = 0; k < group->count; k++) {
            sl_member *m = &group->members[k];
            if (m->bounds[window] <= 0)
                continue;
            if (m->decoded)
                scattered += m->high - m->low;
            else
                dense = 1;
            if (!sl_member_accumulate(s, m, base, end, alive == 1, total * (1 + best->margin) - group->bounds[window],
                                      best, &members_touched))
                return 0;
        }
        for (uint32_t k = 0; k < members_touched; k++)
            s->scratch->best[s->scratch->members_touched[k]] = 0;
    }
    uint32_t size = end - base;
    float rest = essential ? prefix[essential - 1] * (1 + best->margin) : 0;
    listed = !dense && scattered <= SL_SCATTERED;
    if (listed) {
        for (uint32_t i = essential; i < n; i++)
            for (uint32_t k = 0; k < order[i]->count; k++) {
                const sl_member *m = &order[i]->members[k];
                for (uint32_t j = m->low; j < m->high; j++)
                    s->scratch->touched[touched++] = (uint16_t)(m->docs[j] - base);
            }
    }
    for (uint32_t at = 0; at < (listed ? touched : size);) {
        uint32_t slot;
        if (listed) {
            slot = s->scratch->touched[at++];
        } else {
            /* sixteen at a time: most of them are far below the threshold */
            float need = best->threshold - rest;
            if (at % 16 == 0 && at + 16 <= size) {
                int any = 0;
                for (uint32_t i = 0; i < 16; i++)
                    any |= s->scratch->sums[at + i] > 0 && s->scratch->sums[at + i] >= need;
                if (!any) {
                    at += 16;
                    continue;
                }
            }
            slot = at++;
        }
        float score = s->scratch->sums[slot];
        if (score <= 0 || score + rest < best->threshold)
            continue;
        if (listed)
            s->scratch->sums[slot] = 0; /* it may be listed more than once */
        uint32_t doc = base + slot, i = essential;
        while (i > 0) {
            float bound = prefix[i - 1] * (1 + best->margin);
            if (score + bound < best->threshold)
                break;
            float more = sl_group_probe(s, order[--i], doc);
            if (more < 0)
                return 0;
            score += more;
        }
        if (i == 0 && score >= best->threshold && (!s->live || s->live[doc >> 3] >> (doc & 7) & 1) &&
            !sl_best_offer(best, score, s->index, doc)) {
            s->memory_failed = 1;
            return 0;
        }
    }
    if (listed)
        for (uint32_t i = 0; i < touched; i++)
            s->scratch->sums[s->scratch->touched[i]] = 0;
    else
        memset(s->scratch->sums, 0, size * sizeof(float));
    return 1;
}

/* ---- one segment ---- */

/* A stored impact is a safe k-th best score for the first of these ranks that is >= k. */
SL_FUNCTION void sl_search_prime(sl_search *s, sl_best *best)
{
    static const uint32_t ranks[3] = {10, 100, 1000};
    uint32_t rank = 0;
    while (rank < 3 && ranks[rank] < best->k)
        rank++;
    if (rank == 3 || s->live)
        return;
    for (uint32_t g = 0; g < s->group_count; g++)
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            const sl_member *m = &s->groups[g].members[k];
            sl_best_raise(best, m->w * m->down * (m->list.kth[rank] / SL_IMPACT_UNITS));
        }
}

/* Prepares lists and bounds. The caller has set the lists and weights of all members and zeroed the rest. */
SL_FUNCTION int sl_search_prepare(sl_search *s)
{
    s->windows = (s->documents + SL_WINDOW - 1) >> SL_WINDOW_BITS;
    for (uint32_t f = 0; f < s->fields; f++)
        s->field_weights[f] = (float)s->weights[f];
    uint32_t rows = 1;
    for (uint32_t g = 0; g < s->group_count; g++)
        rows += s->groups[g].count + (s->groups[g].count > 1);
    s->window_bounds = (float *)calloc((size_t)rows * s->windows, sizeof(float));
    s->queue = (uint32_t *)malloc(s->windows * sizeof *s->queue);
    if (!s->window_bounds || !s->queue) {
        s->memory_failed = 1;
        return 0;
    }
    float *row = s->window_bounds;
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        for (uint32_t k = 0; k < group->count; k++) {
            sl_member *m = &group->members[k];
            m->w = (float)m->weight;
            m->up = m->w * m->up * (1.00001f / SL_IMPACT_UNITS);
            m->cached = SL_BLOCK + m->list.blocks;
            m->bounds = row += s->windows;
            if (!(m->list.df <= SL_DECODED ? sl_member_decode(s, m) : sl_member_bound(s, m)))
                return 0;
        }
        if (group->count == 1)
            group->bounds = group->members[0].bounds;
        else if (group->count > 1) {
            group->bounds = row += s->windows;
            for (uint32_t k = 0; k < group->count; k++)
                for (uint32_t w = 0; w < s->windows; w++)
                    if (group->members[k].bounds[w] > group->bounds[w])
                        group->bounds[w] = group->members[k].bounds[w];
        }
    }
    /* groups without a term in this segment are left out; the others keep the query's order */
    uint32_t kept = 0;
    for (uint32_t g = 0; g < s->group_count; g++)
        if (s->groups[g].count)
            s->groups[kept++] = s->groups[g];
    s->group_count = kept;
    for (uint32_t g = 0; g < kept; g++)
        for (uint32_t w = 0; w < s->windows; w++)
            s->window_bounds[w] += s->groups[g].bounds[w];
    return 1;
}

SL_INLINE void sl_queue_sink(sl_search *s, uint32_t i, uint32_t n)
{
    uint32_t window = s->queue[i];
    float bound = s->window_bounds[window];
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && s->window_bounds[s->queue[child + 1]] > s->window_bounds[s->queue[child]])
            child++;
        if (s->window_bounds[s->queue[child]] <= bound)
            break;
        s->queue[i] = s->queue[child];
    }
    s->queue[i] = window;
}

SL_FUNCTION int sl_search_run(sl_search *s, sl_best *best)
{
    sl_group **order = (sl_group **)malloc((s->group_count + 1) * sizeof *order);
    float *prefix = (float *)malloc((s->group_count + 1) * sizeof *prefix);
    uint32_t n = 0;
    int ok = order && prefix;
    s->memory_failed |= !ok;
    for (uint32_t w = 0; w < s->windows; w++)
        if (s->window_bounds[w] > 0)
            s->queue[n++] = w;
    for (uint32_t i = n / 2; i-- > 0;)
        sl_queue_sink(s, i, n);
    while (ok && n && s->window_bounds[s->queue[0]] * (1 + best->margin) >= best->threshold) {
        uint32_t window = s->queue[0];
        s->queue[0] = s->queue[--n];
        if (n)
            sl_queue_sink(s, 0, n);
        ok = sl_search_window(s, window, best, order, prefix);
    }
    free(order);
    free(prefix);
    return ok;
}

/* The exact score of a document, whose norm is given in double precision; negative when a list is damaged. */
SL_FUNCTION double sl_search_score(sl_search *s, uint32_t doc, double norm)
{
    double sum = 0;
    for (uint32_t g = 0; g < s->group_count; g++) {
        double best = 0;
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            sl_member *m = &s->groups[g].members[k];
            int64_t rank = sl_member_rank(m, 0, doc);
            if (rank == -1)
                continue;
            double tf = rank < 0 ? -1 : sl_list_weighted_tf(&m->list, (uint32_t)rank, s->weights);
            if (tf < 0)
                return -1;
            double score = m->weight * (tf / (tf + norm));
            best = score > best ? score : best;
        }
        sum += best;
    }
    return sum;
}

SL_FUNCTION void sl_search_free(sl_search *s)
{
    for (uint32_t g = 0; g < s->group_count; g++)
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            free(s->groups[g].members[k].docs);
            free(s->groups[g].members[k].scores);
        }
    free(s->window_bounds);
    free(s->queue);
}

/* Counts the documents that have any of the lists' terms. `bits` is scratch of ceil(documents / 64) words. -1: damaged. */
SL_FUNCTION int64_t sl_count_any(const sl_list *const *lists, uint32_t count, uint32_t documents, const uint8_t *live,
                                 uint64_t *bits)
{
    uint32_t words = (documents + 63) / 64, docs[SL_BLOCK];
    int64_t total = 0;
    memset(bits, 0, words * sizeof *bits);
    for (uint32_t i = 0; i < count; i++) {
        const sl_list *l = lists[i];
        if (l->bitmap) {
            for (uint32_t w = 0; w < words; w++)
                bits[w] |= sl_load64(l->bits + 8ull * w);
            if (documents & 63 && sl_load64(l->bits + 8ull * (words - 1)) >> (documents & 63))
                return -1; /* bits of documents that there are not */
            continue;
        }
        for (uint32_t b = 0; b < l->blocks; b++) {
            uint32_t n = sl_list_docs(l, b, docs);
            if (!n)
                return -1;
            for (uint32_t k = 0; k < n; k++)
                bits[docs[k] >> 6] |= 1ull << (docs[k] & 63);
        }
    }
    for (uint32_t w = 0; w < words; w++) {
        uint64_t word = bits[w];
        if (live) {
            uint64_t mask = 0;
            uint32_t left = (documents + 7) / 8 - w * 8;
            memcpy(&mask, live + 8ull * w, left < 8 ? left : 8);
            word &= mask;
        }
        total += SL_POPCOUNT(word);
    }
    return total;
}

#endif

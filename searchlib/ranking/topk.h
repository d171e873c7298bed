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
 * no bound reaches the k-th best score so far; window.h says what happens in one.
 *
 * A group may be required, which makes the query a conjunction: the one with the fewest postings gives the candidates. A mask
 * says which documents may be found; a condition where a group counts. Factors in (0, 1] multiply the sum of a document.
 *
 * Exactness. All this is done in single precision, with norms rounded down (norms.h), and decides only what is kept: everything
 * that comes within a margin of the k-th best is kept, the margin being larger than any such error, and what is kept is scored
 * once more in double precision with the true norm, in the query's order of groups, and sorted.
 *
 * Invariants: an array is indexed by a document only below `documents`, which the decoders guarantee for any bytes on disk;
 * a function that returns 0 met a damaged list, or failed memory when s->memory_failed is set.
 */
#ifndef SL_TOPK_H
#define SL_TOPK_H

#include "ranges.h"
#include "window.h"

/* A stored impact is a safe k-th best score for the first of these ranks that is >= k. */
SL_FUNCTION void sl_search_prime(sl_search *s, sl_best *best)
{
    static const uint32_t ranks[3] = {10, 100, 1000};
    uint32_t rank = 0;
    while (rank < 3 && ranks[rank] < best->k)
        rank++;
    if (rank == 3 || !s->primed)
        return;
    for (uint32_t g = 0; g < s->group_count; g++)
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            const sl_member *m = &s->groups[g].members[k];
            sl_best_raise(best, m->w * m->down * (m->list.kth[rank] / SL_IMPACT_UNITS));
        }
}

/* May any document of a window be found? */
SL_FUNCTION int sl_search_masked(const sl_search *s, uint32_t window)
{
    uint32_t end = ((window + 1) << SL_WINDOW_BITS) < s->documents ? (window + 1) << SL_WINDOW_BITS : s->documents;
    uint64_t any = 0;
    for (uint32_t i = window << SL_WINDOW_BITS >> 6; i < (end + 63) >> 6; i++)
        any |= s->mask[i];
    return any != 0;
}

/* Prepares the lists of a search by blocks, and its bounds of windows; drops groups that the segment has nothing of. */
SL_FUNCTION int sl_search_bound(sl_search *s)
{
    uint32_t kept = 0; /* the others keep the query's order */
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        for (uint32_t k = 0; k < group->count; k++)
            if (!sl_member_prepare(s, &group->members[k]))
                return 0;
        if (!group->count)
            continue;
        group->bounds = group->members[0].bounds;
        if (group->count > 1) {
            group->bounds = (float *)sl_scratch_zeroed(s->scratch, s->windows * sizeof(float));
            if (!group->bounds) {
                s->memory_failed = 1;
                return 0;
            }
            for (uint32_t k = 0; k < group->count; k++)
                for (uint32_t w = 0; w < s->windows; w++)
                    if (group->members[k].bounds[w] > group->bounds[w])
                        group->bounds[w] = group->members[k].bounds[w];
        }
        for (uint32_t w = 0; w < s->windows; w++)
            s->window_bounds[w] += group->bounds[w];
        s->groups[kept++] = *group;
    }
    s->group_count = kept;
    for (uint32_t w = 0; w < s->windows; w++)
        for (uint32_t g = 0; s->required && g < kept; g++)
            if (s->groups[g].required && s->groups[g].bounds[w] <= 0)
                s->window_bounds[w] = 0;
    return 1;
}

/* Prepares lists and bounds. The caller has set the lists and weights of all members and zeroed the rest. */
SL_FUNCTION int sl_search_prepare(sl_search *s, sl_best *best)
{
    s->windows = (s->documents + SL_WINDOW - 1) >> SL_WINDOW_BITS;
    s->window_bounds = (float *)sl_scratch_zeroed(s->scratch, s->windows * sizeof(float));
    s->queue = (uint32_t *)sl_scratch_take(s->scratch, s->windows * sizeof *s->queue);
    if (!s->window_bounds || !s->queue) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        for (uint32_t k = 0; k < group->count; k++) {
            sl_member *m = &group->members[k];
            m->w = (float)m->weight;
            m->up = m->w * m->up * (1.00001f / SL_IMPACT_UNITS);
            for (uint32_t f = 0; f < s->fields; f++)
                m->field_weights[f] = (float)m->weights[f];
            group->postings += m->list.df;
            s->counts.postings += m->list.df;
        }
        s->required += group->required != 0;
        if (!group->count && group->required) { /* nothing can be found here */
            s->group_count = s->windows = 0;
            return 1;
        }
    }
    if (!(s->ranged ? sl_ranges_prepare(s, best) : sl_search_bound(s)))
        return 0;
    for (uint32_t w = 0; w < s->windows; w++) {
        if (s->mask && !sl_search_masked(s, w))
            s->window_bounds[w] = 0;
        if (s->factors)
            s->window_bounds[w] *= s->window_factors[w];
    }
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

/* Offers the best documents of a segment to `best`. Returns 0 when a list is damaged or, with s->memory_failed, memory ran
 * out. */
SL_FUNCTION int sl_search_run(sl_search *s, sl_best *best)
{
    uint32_t n = 0;
    if (!sl_search_prepare(s, best))
        return 0;
    sl_group **order = (sl_group **)sl_scratch_take(s->scratch, (s->group_count + 1) * sizeof *order);
    float *prefix = (float *)sl_scratch_take(s->scratch, (s->group_count + 1) * sizeof *prefix);
    if (!order || !prefix) {
        s->memory_failed = 1;
        return 0;
    }
    sl_search_prime(s, best);
    for (uint32_t w = 0; w < s->windows; w++)
        if (s->window_bounds[w] > 0)
            s->queue[n++] = w;
    s->counts.windows = n;
    for (uint32_t i = n / 2; i-- > 0;)
        sl_queue_sink(s, i, n);
    while (n && s->window_bounds[s->queue[0]] * (1 + best->margin) >= best->threshold && !sl_deadline_passed(s->deadline)) {
        uint32_t window = s->queue[0];
        s->queue[0] = s->queue[--n];
        if (n)
            sl_queue_sink(s, 0, n);
        if (s->ranged) {
            if (n)
                sl_ranges_expect(s, s->queue[0]);
            if (!sl_ranges_window(s, window, best))
                return 0;
            continue;
        }
        if (n) {
            for (uint32_t g = 0; g < s->group_count; g++)
                for (uint32_t k = 0; k < s->groups[g].count; k++)
                    sl_member_prefetch(&s->groups[g].members[k], s->queue[0]);
        }
        if (!sl_search_window(s, window, best, order, prefix))
            return 0;
    }
    return 1;
}

/* The exact score of a document, whose norm is given in double precision; negative when a list is damaged. */
SL_FUNCTION double sl_search_score(sl_search *s, uint32_t doc, double norm)
{
    double sum = 0;
    for (uint32_t g = 0; g < s->group_count; g++) {
        double best = 0;
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            sl_member *m = &s->groups[g].members[k];
            int64_t rank = m->condition && !sl_bit(m->condition, doc) ? -1 : sl_member_rank(s, m, doc);
            if (rank == -1)
                continue;
            double tf = m->tfs       ? m->tfs[rank]
                        : rank < 0   ? -1
                                     : sl_list_weighted_tf(&m->list, (uint32_t)rank, m->weights);
            if (tf < 0)
                return -1;
            double score = tf > 0 ? m->weight * (tf / (tf + norm)) : 0;
            best = score > best ? score : best;
        }
        sum += best;
    }
    return sum;
}

#endif

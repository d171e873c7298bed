/* Which documents score best, when the lists of all frequent terms lie in memory as tables?
 *
 * A frequent term occurs in every window and does well in most blocks, so that bounds of windows and blocks leave little out.
 * Over 16 documents it often does not occur, and several terms seldom do well together. So what a query's terms are worth at
 * most in each range of 16 is added up first, before any posting is looked at; and only the documents of ranges whose sum reaches
 * the threshold, "live" ones, are added up from the worth of their postings (Mallia, Siedlaczek and Suel, "Fast disjunctive
 * candidate generation using live block filtering", 2021). A term of few documents is decoded, and takes part with its scores.
 *
 * Sums are whole units, `unit` of them a score of 1. Those of documents are rounded up for each group: a document scores at most
 * its sum, and at least what is left of it without `excess`, which the best k allow for (best.h). Those of ranges are rounded
 * down, and compared as if each group had one unit more.
 */
#ifndef SL_RANGES_H
#define SL_RANGES_H

#include "member.h"

#define SL_MOST_UNITS 60000.0f /* what all groups come to together at most, so that sums fit into 16 bits */
#define SL_COMING (8 * SL_RANGES) /* bytes of a table that are asked for before they are added */
#define SL_CHECKED 64 /* windows between two looks at the clock */

/* What a worth comes to, rounded down, when 256 of it come to `weight`. */
SL_INLINE uint16_t sl_ranges_units(uint8_t worth, uint16_t weight)
{
    uint16_t shifted = (uint16_t)(worth << 8);
    return (uint16_t)((uint32_t)shifted * weight >> 16);
}

/* Lays out over the ranges of a window what a group is worth there at most, 1 at least where it has something. Returns 0 when it
 * has nothing in all of them. */
SL_FUNCTION int sl_ranges_lay(const sl_search *s, const sl_group *group, uint32_t window, uint16_t *out)
{
    uint32_t base = window << SL_WINDOW_BITS, end = s->documents - base < SL_WINDOW ? s->documents : base + SL_WINDOW;
    int has = 0;
    memset(out, 0, SL_RANGES * sizeof *out);
    for (uint32_t k = 0; k < group->count; k++) {
        const sl_member *m = &group->members[k];
        if (m->table) {
            const uint8_t *most = m->table->most + (size_t)window * SL_RANGES;
            uint16_t weight = (uint16_t)m->units;
            for (uint32_t i = 0; i < SL_RANGES; i++) {
                uint16_t units = sl_ranges_units(most[i], weight), present = most[i] ? 1 : 0;
                units = units > present ? units : present;
                out[i] = units > out[i] ? units : out[i];
            }
            has = 1;
        } else if (m->bounds[window] > 0) {
            for (uint32_t i = m->starts[window]; i < m->list.df && m->docs[i] < end; i++) {
                uint16_t units = (uint16_t)(m->scores[i] * s->unit + 1), *at = &out[(m->docs[i] - base) >> SL_RANGE_BITS];
                *at = units > *at ? units : *at;
            }
            has = 1;
        }
    }
    return has;
}

/* Adds a table to the sums of a window, and asks for what will be added later. */
SL_INLINE void sl_ranges_add_table(const uint8_t *most, uint16_t weight, uint16_t *sums)
{
    for (uint32_t i = 0; i < SL_RANGES; i += 64)
        SL_PREFETCH(most + SL_COMING + i);
    for (uint32_t i = 0; i < SL_RANGES; i++)
        sums[i] = (uint16_t)(sums[i] + sl_ranges_units(most[i], weight));
}

/* Adds up what all groups are worth at most in the ranges of a window; 0 where a required one has nothing. */
SL_FUNCTION void sl_ranges_sum(const sl_search *s, uint32_t window)
{
    uint16_t *sums = s->sums + (size_t)window * SL_RANGES, one[SL_RANGES], present[SL_RANGES], most = 0;
    if (s->required)
        memset(present, 0xFF, sizeof present);
    for (uint32_t g = 0; g < s->group_count; g++) {
        const sl_group *group = &s->groups[g];
        const sl_member *m = group->members;
        if (group->count == 1 && m->table && !group->required) {
            sl_ranges_add_table(m->table->most + (size_t)window * SL_RANGES, (uint16_t)m->units, sums);
        } else if (sl_ranges_lay(s, group, window, one)) {
            for (uint32_t i = 0; i < SL_RANGES; i++)
                sums[i] = (uint16_t)(sums[i] + one[i]);
            for (uint32_t i = 0; group->required && i < SL_RANGES; i++)
                present[i] = one[i] ? present[i] : 0;
        } else if (group->required) {
            memset(sums, 0, SL_RANGES * sizeof *sums);
            return;
        }
    }
    for (uint32_t i = 0; s->required && i < SL_RANGES; i++)
        sums[i] &= present[i];
    for (uint32_t i = 0; i < SL_RANGES; i++)
        most = sums[i] > most ? sums[i] : most;
    s->window_bounds[window] = most ? (float)(most + s->group_count) / s->unit : 0;
}

/* Decodes a list of few documents and notes where each window begins. */
SL_FUNCTION int sl_ranges_decode(sl_search *s, sl_member *m)
{
    uint32_t next = 0;
    if (!sl_member_prepare(s, m))
        return 0;
    m->starts = (uint32_t *)sl_scratch_take(s->scratch, s->windows * sizeof *m->starts);
    if (!m->starts) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t w = 0; w < s->windows; w++) {
        while (next < m->list.df && m->docs[next] >> SL_WINDOW_BITS < w)
            next++;
        m->starts[w] = next;
    }
    return 1;
}

/* Sets the scale: what units are, what each group may be rounded up by. */
SL_FUNCTION void sl_ranges_scale(sl_search *s, sl_best *best)
{
    float total = 0, excess = 0;
    for (uint32_t g = 0; g < s->group_count; g++) {
        float most = 0;
        for (uint32_t k = 0; k < s->groups[g].count; k++)
            most = s->groups[g].members[k].w > most ? s->groups[g].members[k].w : most;
        total += most;
    }
    s->unit = SL_MOST_UNITS / (total > 0 ? total : 1);
    for (uint32_t g = 0; g < s->group_count; g++) {
        uint32_t most = 0;
        for (uint32_t k = 0; k < s->groups[g].count; k++) {
            sl_member *m = &s->groups[g].members[k];
            m->units = (uint32_t)(m->w * s->unit * (256 / SL_IMPACT_UNITS) * 1.00001f) + 1;
            most = m->units > most ? m->units : most;
        }
        excess += (float)most / SL_IMPACT_UNITS + 4; /* a step of worth, and what was rounded up */
    }
    best->excess = excess / s->unit > best->excess ? excess / s->unit : best->excess;
}

/* Adds a posting to its document's sum or, of a group of several, leaves the best. Returns what stands there then. */
SL_INLINE uint32_t sl_ranges_take(uint16_t *at, uint32_t units, int lone)
{
    units = lone ? *at + units : units > *at ? units : *at;
    *at = (uint16_t)units;
    return units;
}

/* Adds up the documents of a range, group by group as they stand in s->order, as long as one of them may reach `need`. Returns
 * which of them have a posting of every required group; 0: none can be found. */
SL_INLINE uint32_t sl_ranges_add(const sl_search *s, uint32_t range, uint16_t need, uint16_t *sums)
{
    uint32_t found = (1u << SL_RANGE) - 1, first = range << SL_RANGE_BITS, highest = 0;
    uint32_t rest = s->sums[range] + s->group_count; /* what may still be added */
    for (uint32_t g = 0; g < s->group_count; g++) {
        const sl_group *group = s->order[g];
        uint16_t best[SL_RANGE], *to = sums;
        uint32_t has = 0, most = 0, sum;
        int lone = group->count == 1;
        if (!lone) {
            memset(best, 0, sizeof best);
            to = best;
        }
        for (sl_member *m = group->members, *end = m + group->count; m < end; m++) {
            if (m->table) {
                uint8_t worth = m->table->most[range];
                if (!worth)
                    continue;
                const uint8_t *cell = sl_table_cell(m->table, range / SL_CELL);
                const uint8_t *at = cell + SL_CELL_BYTES + sl_cell_rank(cell, range % SL_CELL);
                uint32_t mask = sl_load16(cell + 2 * (range % SL_CELL)), units = sl_ranges_units(worth, (uint16_t)m->units);
                most = units > most ? units : most;
                has |= mask;
                for (; mask; mask &= mask - 1) {
                    sum = sl_ranges_take(&to[SL_LOWEST_BIT(mask)], sl_worth(*at++, m->units), lone);
                    highest = lone && sum > highest ? sum : highest;
                }
            } else {
                uint32_t i = m->next;
                while (i < m->list.df && m->docs[i] < first)
                    i++;
                for (; i < m->list.df && m->docs[i] - first < SL_RANGE; i++) {
                    uint32_t units = (uint32_t)(m->scores[i] * s->unit + 1);
                    most = units > most ? units : most;
                    has |= 1u << (m->docs[i] - first);
                    sum = sl_ranges_take(&to[m->docs[i] - first], units, lone);
                    highest = lone && sum > highest ? sum : highest;
                }
                m->next = i;
            }
        }
        for (uint32_t bits = lone ? 0 : has; bits; bits &= bits - 1) {
            uint32_t i = SL_LOWEST_BIT(bits);
            sum = sl_ranges_take(&sums[i], best[i], 1);
            highest = sum > highest ? sum : highest;
        }
        rest -= most;
        if ((group->required && !(found &= has)) || highest + rest < need)
            return 0;
    }
    return found;
}

/* Asks for the bytes that ranges of a window will be looked up in. */
SL_INLINE void sl_ranges_prefetch(const sl_search *s, uint32_t window, const uint16_t *live, uint32_t count)
{
    for (uint32_t g = 0; g < s->group_count; g++)
        for (const sl_member *m = s->order[g]->members, *end = m + s->order[g]->count; m < end; m++)
            for (uint32_t c = 0; m->table && c < count; c++)
                if (m->table->most[window * SL_RANGES + live[c]])
                    SL_PREFETCH(sl_table_cell(m->table, (window * SL_RANGES + live[c]) / SL_CELL));
}

/* The smallest sum that reaches the threshold. */
SL_INLINE uint16_t sl_ranges_need(const sl_search *s, const sl_best *best)
{
    float need = best->threshold * s->unit * 0.99999f;
    return (uint16_t)(need < 1 ? 1 : need < 65535 ? need : 65535);
}

/* Asks for the bytes that say where the cells of a window are. */
SL_INLINE void sl_ranges_expect(const sl_search *s, uint32_t window)
{
    for (uint32_t g = 0; g < s->group_count; g++)
        for (const sl_member *m = s->groups[g].members, *end = m + s->groups[g].count; m < end; m++)
            if (m->table)
                SL_PREFETCH(m->table->ranks + window * (SL_RANGES / SL_CELL));
}

/* Offers the documents of a window whose sums reach the threshold. Returns 0 when memory ran out. */
SL_FUNCTION int sl_ranges_window(sl_search *s, uint32_t window, sl_best *best)
{
    const uint16_t *bounds = s->sums + (size_t)window * SL_RANGES;
    uint16_t need = sl_ranges_need(s, best), live[SL_RANGES + 1];
    uint16_t least = (uint16_t)(need > s->group_count + 1 ? need - s->group_count : 1); /* bounds are rounded down, of each group */
    uint32_t count = 0;
    for (uint32_t at = 0; at < SL_RANGES; at += SL_CELL) {
        int any = 0; /* mostly none is */
        for (uint32_t i = 0; i < SL_CELL; i++)
            any |= bounds[at + i] >= least;
        for (uint32_t i = at; any && i < at + SL_CELL; i++) {
            live[count] = (uint16_t)i;
            count += bounds[i] >= least;
        }
    }
    s->counts.visited += count > 0;
    s->counts.ranges += count;
    if (!count)
        return 1;
    sl_ranges_prefetch(s, window, live, count);
    for (uint32_t g = 0; g < s->group_count; g++)
        for (sl_member *m = s->groups[g].members, *end = m + s->groups[g].count; m < end; m++)
            m->next = m->table ? 0 : m->starts[window];
    for (uint32_t c = 0; c < count; c++) {
        uint32_t range = window * SL_RANGES + live[c], first = range << SL_RANGE_BITS, found;
        uint16_t sums[SL_RANGE] = {0};
        if (bounds[live[c]] + s->group_count < need)
            continue;
        found = sl_ranges_add(s, range, need, sums);
        for (; found; found &= found - 1) {
            uint32_t i = SL_LOWEST_BIT(found), doc = first + i;
            if (sums[i] < need || (s->mask && !sl_bit(s->mask, doc)) || (s->live && !(s->live[doc >> 3] >> (doc & 7) & 1)))
                continue;
            s->counts.candidates++;
            if (!sl_best_offer(best, (float)sums[i] / s->unit, s->index, doc)) {
                s->memory_failed = 1;
                return 0;
            }
            need = sl_ranges_need(s, best);
        }
    }
    return 1;
}

/* Prepares a search that has the tables of all its frequent terms: scale, rare terms and sums. Returns 0 when a list is damaged
 * or, with s->memory_failed, memory ran out. */
SL_FUNCTION int sl_ranges_prepare(sl_search *s, sl_best *best)
{
    s->sums = (uint16_t *)sl_scratch_zeroed(s->scratch, (size_t)s->windows * SL_RANGES * sizeof *s->sums);
    s->order = (sl_group **)sl_scratch_take(s->scratch, (s->group_count + 1) * sizeof *s->order);
    if (!s->sums || !s->order) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t g = 0; g < s->group_count; g++) {
        sl_group *group = &s->groups[g];
        uint32_t i = g;
        for (; i > 0 && s->order[i - 1]->postings > group->postings; i--) /* the rarest first: they are worth most */
            s->order[i] = s->order[i - 1];
        s->order[i] = group;
        for (uint32_t k = 0; k < group->count; k++)
            if (!group->members[k].table && !sl_ranges_decode(s, &group->members[k]))
                return 0;
    }
    sl_ranges_scale(s, best);
    for (uint32_t w = 0; w < s->windows && (w % SL_CHECKED || !sl_deadline_passed(s->deadline)); w++)
        sl_ranges_sum(s, w);
    return 1;
}

#endif

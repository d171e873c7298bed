/* In which documents of a segment does a phrase occur, and how often?
 *
 * An occurrence is a chain of positions, one of each slot in order, each at most `slop` after the one before, all in one field.
 * Counted are the positions of the last slot that a chain reaches. A phrase of one slot is a word, and its positions count.
 *
 * Documents are intersected first, a window of them at a time, from the slot with the fewest postings on. Then each document
 * left is looked at: first the two neighbours whose positions are the fewest bytes, then slot by slot to the left or right,
 * until no chain is left. So most documents are given up before the positions of a frequent word are looked at.
 *
 * For each position of a slot only the nearest position before it that a chain reaches matters: it is the most likely to be near
 * enough and in the same field.
 */
#ifndef SL_PHRASE_H
#define SL_PHRASE_H

#include "../storage/deadline.h"
#include "slot.h"

#define SL_PATIENCE 512 /* documents between two looks at the clock */
#define SL_NEAR 4096u   /* positions that sl_phrase_adjoin() can tell apart */

typedef struct {
    sl_slot *slots;
    uint32_t count, slop, documents, fields;
    const uint8_t *tokens[SL_MAX_FIELDS]; /* by field but the last: how many tokens it has in each document */
    int widths[SL_MAX_FIELDS];            /* bytes of such a number: 1, 2 or 4 */
    double weights[SL_MAX_FIELDS];        /* by field; 0 when it does not count */
    sl_deadline *deadline;                /* NULL: none */
    uint32_t *docs, *ranks;               /* of a window */
    sl_map map;                           /* the same documents */
    uint32_t *marks;                      /* of a document, by slot */
    uint32_t *order;                      /* slots, those with fewer postings first */
    uint32_t *steps;                      /* slots as they are looked at: each but the first is a neighbour of those before */
    uint32_t *reached, *spare;            /* positions that chains reach */
    size_t room;
    uint8_t near[SL_NEAR];                /* by position: `mark` where a neighbour may stand */
    uint8_t mark;
    uint32_t *found;                      /* the answer: documents, ascending, and how often, weighted */
    double *tfs;
    uint32_t used;
    size_t capacity;
    int memory_failed;
} sl_phrase;

/* Ascending positions: each what stands at `places` less `base`, modulo 2^32. */
typedef struct {
    const uint32_t *places;
    uint32_t base, n;
} sl_positions;

SL_FUNCTION int sl_phrase_add(sl_phrase *s, uint32_t doc, double tf)
{
    if (s->used == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 1024;
        uint32_t *found = (uint32_t *)realloc(s->found, capacity * sizeof *found);
        s->found = found ? found : s->found;
        double *tfs = found ? (double *)realloc(s->tfs, capacity * sizeof *tfs) : NULL;
        s->tfs = tfs ? tfs : s->tfs;
        if (!tfs) {
            s->memory_failed = 1;
            return 0;
        }
        s->capacity = capacity;
    }
    s->found[s->used] = doc;
    s->tfs[s->used++] = tf;
    return 1;
}

/* Where the fields of a document end, all but the last. */
SL_INLINE void sl_phrase_borders(const sl_phrase *s, uint32_t doc, uint64_t *ends)
{
    uint64_t end = 0;
    for (uint32_t f = 0; f + 1 < s->fields; f++) {
        const uint8_t *column = s->tokens[f];
        end += s->widths[f] == 1   ? column[doc]
               : s->widths[f] == 2 ? sl_load16(column + 2 * (size_t)doc)
                                   : sl_load32(column + 4 * (size_t)doc);
        ends[f] = end;
    }
}

/* Those of the ascending positions `after` that stand 1 to slop after one of `before`, in the same field. Returns how many; `out` has
 * room for as many as there are in `after` and is neither of them. */
SL_FUNCTION uint32_t sl_phrase_chain(const sl_phrase *s, const uint64_t *borders, sl_positions before, sl_positions after,
                                     uint32_t *out)
{
    uint32_t found = 0, i = 0, f = 0, slop = s->slop, last = 0;
    uint64_t start = 0; /* of the field */
    for (uint32_t k = 0; k < after.n; k++) {
        uint32_t place = after.places[k] - after.base;
        for (; i < before.n && before.places[i] - before.base < place; i++)
            last = before.places[i] - before.base;
        for (; f + 1 < s->fields && place >= borders[f]; f++)
            start = borders[f];
        out[found] = place;
        found += i && place - last <= slop && last >= start;
    }
    return found;
}

/* The same for a slop of 1 and positions below SL_NEAR: by a table, without branches that depend on the positions. */
SL_INLINE uint32_t sl_phrase_adjoin(sl_phrase *s, const uint64_t *borders, sl_positions before, sl_positions after, uint32_t *out)
{
    uint32_t found = 0;
    uint8_t *near = s->near, mark;
    if (!++s->mark) {
        memset(near, 0, SL_NEAR);
        s->mark = 1;
    }
    mark = s->mark;
    for (uint32_t i = 0, next = 1 - before.base; i < before.n; i++)
        near[(before.places[i] + next) % SL_NEAR] = mark;
    for (uint32_t f = 0; f + 1 < s->fields; f++) /* who stands at a border has its neighbour in another field */
        if (borders[f] < SL_NEAR)
            near[borders[f]] = 0;
    for (uint32_t k = 0; k < after.n; k++) {
        uint32_t place = after.places[k] - after.base;
        out[found] = place;
        found += near[place % SL_NEAR] == mark;
    }
    return found;
}

SL_INLINE sl_positions sl_positions_of(const sl_slot *slot)
{
    sl_positions positions = {slot->places, slot->base, slot->place_count};
    return positions;
}

/* Is every position below SL_NEAR, with the one after it? */
SL_INLINE int sl_positions_near(sl_positions p)
{
    return !p.n || p.places[p.n - 1] - p.base < SL_NEAR - 1;
}

/* How often positions of a document count. */
SL_FUNCTION double sl_phrase_weigh(const sl_phrase *s, const uint64_t *borders, sl_positions p)
{
    double sum = 0;
    for (uint32_t f = 0, k = 0; f < s->fields; f++) {
        uint32_t from = k;
        while (k < p.n && f + 1 < s->fields && p.places[k] - p.base < borders[f])
            k++;
        k = f + 1 == s->fields ? p.n : k;
        sum += s->weights[f] * (k - from);
    }
    return sum;
}

/* Room for what a chain to a slot reaches. `chain` may be what the last one reached, which then moves with its room. */
SL_INLINE int sl_phrase_room(sl_phrase *s, const sl_slot *slot, sl_positions *chain)
{
    int held = chain->places && chain->places == s->reached;
    int grown = sl_grow_both(&s->reached, &s->spare, &s->room, slot->place_count);
    if (held)
        chain->places = s->reached;
    s->memory_failed |= !grown;
    return grown;
}

/* How often the phrase occurs in a document with these marks, by slot; negative when a list is damaged or memory ran out. */
SL_FUNCTION double sl_phrase_look(sl_phrase *s, uint32_t doc, const uint32_t *marks)
{
    uint64_t borders[SL_MAX_FIELDS];
    uint32_t first = s->steps[0], last = first;
    sl_positions reached = {NULL, 0, 0};
    sl_slot *slots = s->slots;
    if (s->count == 1) {
        double tf = sl_slot_tf(slots, *marks, s->weights);
        if (tf > -2)
            return tf;
    }
    sl_phrase_borders(s, doc, borders);
    if (!sl_slot_places(&slots[first], doc, marks[first]))
        return -1;
    if (s->count == 1)
        return sl_phrase_weigh(s, borders, sl_positions_of(slots));
    if (!sl_phrase_room(s, &slots[first], &reached)) /* chains that begin anew on the left lead to it, too */
        return -1;
    for (uint32_t step = 1; step < s->count; step++) {
        uint32_t added = s->steps[step], at = last;
        if (!sl_slot_places(&slots[added], doc, marks[added]) || !sl_phrase_room(s, &slots[added], &reached))
            return -1;
        if (added < first) /* all chains begin anew */
            first = at = added;
        else
            last = added;
        for (; at < last; at++) {
            sl_positions after = sl_positions_of(&slots[at + 1]);
            if (at == first)
                reached = sl_positions_of(&slots[at]);
            if (s->slop == 1 && sl_positions_near(reached) && sl_positions_near(after))
                reached.n = sl_phrase_adjoin(s, borders, reached, after, s->spare);
            else
                reached.n = sl_phrase_chain(s, borders, reached, after, s->spare);
            reached.places = s->spare;
            reached.base = 0;
            s->spare = s->reached;
            s->reached = (uint32_t *)reached.places;
            if (!reached.n)
                return 0;
        }
    }
    return sl_phrase_weigh(s, borders, reached);
}

/* A word that is one term in any form: its list says how often, no position is looked at. */
SL_FUNCTION int sl_phrase_term(sl_phrase *s)
{
    const sl_list *l = &s->slots->cursors->list;
    uint32_t docs[SL_BLOCK];
    double tfs[SL_BLOCK];
    for (uint32_t block = 0; block < l->blocks; block++) {
        if (block % 16 == 0 && sl_deadline_passed(s->deadline))
            return 1;
        uint32_t n = sl_list_docs(l, block, docs);
        if (!n || !sl_list_exact_tfs(l, block, s->weights, tfs))
            return 0;
        for (uint32_t i = 0; i < n; i++)
            if (tfs[i] > 0 && !sl_phrase_add(s, docs[i], tfs[i]))
                return 0;
    }
    return 1;
}

/* In which order slots are intersected and looked at. */
SL_FUNCTION void sl_phrase_plan(sl_phrase *s)
{
    const sl_slot *slots = s->slots;
    for (uint32_t i = 0, k; i < s->count; i++) {
        for (k = i; k > 0 && slots[s->order[k - 1]].postings > slots[i].postings; k--)
            s->order[k] = s->order[k - 1];
        s->order[k] = i;
    }
    uint32_t first = 0, last;
    for (uint32_t i = 1; i + 1 < s->count; i++)
        if (slots[i].bytes + slots[i + 1].bytes < slots[first].bytes + slots[first + 1].bytes)
            first = i;
    s->steps[0] = last = first;
    for (uint32_t step = 1; step < s->count; step++) {
        int right = first == 0 || step == 1 || (last + 1 < s->count && slots[last + 1].bytes <= slots[first - 1].bytes);
        s->steps[step] = right ? ++last : --first;
    }
}

/* Sets out, with slots over open lists. Returns 0 when memory ran out; sl_phrase_end() later in any case. */
SL_FUNCTION int sl_phrase_begin(sl_phrase *s)
{
    s->docs = (uint32_t *)malloc((SL_WINDOW + 64) * sizeof *s->docs);
    s->ranks = (uint32_t *)calloc(SL_WINDOW + 64, sizeof *s->ranks); /* bitmaps leave it as it is */
    s->order = (uint32_t *)malloc(3 * s->count * sizeof *s->order);
    s->memory_failed = !s->docs || !s->ranks || !s->order;
    for (uint32_t i = 0; i < s->count; i++)
        s->memory_failed |= !sl_slot_begin(&s->slots[i]);
    if (s->memory_failed)
        return 0;
    s->steps = s->order + s->count;
    s->marks = s->steps + s->count;
    sl_phrase_plan(s);
    return 1;
}

/* The documents of the window from `from` on that have all slots: their number, and they themselves in s->docs. -1 when a list is
 * damaged or memory ran out. */
SL_FUNCTION int64_t sl_phrase_meet(sl_phrase *s, uint32_t from)
{
    uint32_t to = s->documents - from < SL_WINDOW ? s->documents : from + SL_WINDOW;
    const uint32_t *wanted = NULL;
    int64_t n = 1;
    for (uint32_t i = 0; i < s->count && n > 0; i++, wanted = s->docs)
        n = sl_slot_find(&s->slots[s->order[i]], from, to, wanted, (uint32_t)n, s->docs, s->ranks, &s->map);
    return n;
}

/* Finds the documents. The caller has set the lists, slop, columns and weights; sl_phrase_end() later in any case. Returns 0 when a
 * list is damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_phrase_run(sl_phrase *s)
{
    if (s->count == 1 && s->slots->count == 1 && !s->slots->cursors->codes)
        return sl_phrase_term(s);
    if (!sl_phrase_begin(s))
        return 0;
    for (uint32_t from = 0; from < s->documents; from += SL_WINDOW) {
        int64_t n = sl_phrase_meet(s, from);
        if (n < 0)
            return 0;
        for (uint32_t i = 0; i < s->count && n > 0; i++)
            sl_slot_expect(&s->slots[i], (uint32_t)n, SL_WINDOW);
        for (int64_t i = 0; i < n; i++) {
            uint32_t doc = s->docs[i];
            if (i % SL_PATIENCE == 0 && sl_deadline_passed(s->deadline))
                return 1;
            for (uint32_t k = 0; k < s->count; k++)
                s->marks[k] = sl_slot_mark(&s->slots[k], from, doc);
            double tf = sl_phrase_look(s, doc, s->marks);
            if (tf < 0 || (tf > 0 && !sl_phrase_add(s, doc, tf)))
                return 0;
        }
        if (sl_deadline_passed(s->deadline))
            return 1;
    }
    return 1;
}

SL_FUNCTION void sl_phrase_end(sl_phrase *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        sl_slot_end(&s->slots[i]);
        s->memory_failed |= s->slots[i].memory_failed;
    }
    free(s->docs);
    free(s->ranks);
    free(s->order);
    free(s->reached);
    free(s->spare);
    free(s->found);
    free(s->tfs);
}

#endif

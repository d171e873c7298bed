/* How often do words of a query stand near each other in given documents, and in the very form they were asked in?
 *
 * Each feature is a frequency, weighted by field:
 *   SL_FORM       positions of a slot, which is of one form;
 *   SL_ORDERED    positions of the second slot directly behind one of the first: windows #1 of the sequential dependence model;
 *   SL_UNORDERED  pairs of an occurrence of either slot, less than SL_REACH words apart in whichever order: windows #uw8. Read
 *                 from left to right each occurrence is in one pair at most, with the last one before it that is in none.
 * No window reaches over the border of a field. An occurrence that is of both slots makes no pair with itself.
 *
 * The documents are some hundred of a whole segment, so each is looked up by itself, and of a block of positions only what
 * belongs to it is decoded (sl_slot_expect). A document takes room of a window of 512 documents, at the begin of which a
 * bitmap's ranks are given.
 */
#ifndef SL_PROXIMITY_H
#define SL_PROXIMITY_H

#include "phrase.h"

#define SL_REACH 8u
#define SL_FEW_LOOKED_AT 16 /* documents between two looks at the clock */

enum { SL_FORM, SL_ORDERED, SL_UNORDERED };

typedef struct {
    int kind;
    uint32_t first, second;        /* slots; of SL_FORM only the first */
    double weights[SL_MAX_FIELDS]; /* by field; 0 when it does not count */
} sl_feature;

typedef struct {
    sl_phrase text;         /* slots, columns and memory as of a phrase; count: of slots, each perhaps without a list */
    const uint32_t *wanted; /* documents, ascending, each of the segment */
    uint32_t wanted_count;
    const sl_feature *features;
    uint32_t feature_count;
    double *tfs;            /* the answer: a row a document; zeros at first */
    uint8_t *present;       /* by slot: is it in the document at hand? */
} sl_proximity;

/* Positions where a pair ends whose occurrences stand less than SL_REACH apart. `out` has room for as many as there are in `b`. */
SL_FUNCTION uint32_t sl_proximity_pairs(const sl_phrase *s, const uint64_t *borders, sl_positions a, sl_positions b, uint32_t *out)
{
    uint32_t found = 0, i = 0, k = 0, f = 0, last = 0;
    unsigned open = 0, here; /* bits of the slots that the last occurrence, in no pair so far, and this one are of */
    uint64_t start = 0;      /* of the field */
    while (i < a.n || k < b.n) {
        uint32_t first = i < a.n ? a.places[i] - a.base : 0xFFFFFFFFu, second = k < b.n ? b.places[k] - b.base : 0xFFFFFFFFu;
        uint32_t place = first < second ? first : second;
        here = 0;
        for (; i < a.n && a.places[i] - a.base == place; i++)
            here |= 1;
        for (; k < b.n && b.places[k] - b.base == place; k++)
            here |= 2;
        for (; f + 1 < s->fields && place >= borders[f]; f++)
            start = borders[f];
        if (((open & 1 && here & 2) || (open & 2 && here & 1)) && place - last < SL_REACH && last >= start) {
            out[found++] = place;
            open = 0;
        } else {
            open = here;
            last = place;
        }
    }
    return found;
}

/* One feature of a document that has its slots. Negative when a list is damaged or memory ran out. */
SL_FUNCTION double sl_proximity_tf(sl_phrase *s, const sl_feature *feature, const uint64_t *borders, uint32_t from, uint32_t doc)
{
    sl_slot *first = &s->slots[feature->first], *second = &s->slots[feature->second];
    uint32_t mark = sl_slot_mark(first, from, doc);
    sl_positions found = {NULL, 0, 0};
    memcpy(s->weights, feature->weights, sizeof s->weights);
    if (feature->kind == SL_FORM) { /* when the word has no other form, its list says how often */
        double tf = sl_slot_tf(first, mark, s->weights);
        if (tf > -2)
            return tf;
    }
    if (!sl_slot_places(first, doc, mark))
        return -1;
    if (feature->kind == SL_FORM)
        return sl_phrase_weigh(s, borders, sl_positions_of(first));
    if (!sl_slot_places(second, doc, sl_slot_mark(second, from, doc)) || !sl_phrase_room(s, second, &found))
        return -1;
    sl_positions before = sl_positions_of(first), after = sl_positions_of(second);
    found.n = feature->kind == SL_ORDERED ? sl_phrase_chain(s, borders, before, after, s->spare)
                                          : sl_proximity_pairs(s, borders, before, after, s->spare);
    found.places = s->spare;
    return sl_phrase_weigh(s, borders, found);
}

/* Fills in the rows of the documents, those up to the deadline. sl_proximity_end() later in any case. Returns 0 when a list is
 * damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_proximity_run(sl_proximity *p)
{
    sl_phrase *s = &p->text;
    uint64_t borders[SL_MAX_FIELDS];
    s->slop = 1;
    s->docs = (uint32_t *)malloc((SL_WINDOW + 64) * sizeof *s->docs);
    s->ranks = (uint32_t *)calloc(SL_WINDOW + 64, sizeof *s->ranks); /* bitmaps leave it as it is */
    p->present = (uint8_t *)malloc(s->count + 1);
    s->memory_failed = !s->docs || !s->ranks || !p->present;
    for (uint32_t i = 0; i < s->count; i++)
        s->memory_failed |= !sl_slot_begin(&s->slots[i]);
    if (s->memory_failed)
        return 0;
    for (uint32_t i = 0; i < s->count; i++)
        sl_slot_expect(&s->slots[i], p->wanted_count, s->documents);
    for (uint32_t d = 0; d < p->wanted_count; d++) {
        uint32_t doc = p->wanted[d], from = doc & ~511u;
        double *row = p->tfs + (size_t)d * p->feature_count;
        if (d % SL_FEW_LOOKED_AT == 0 && sl_deadline_passed(s->deadline))
            return 1;
        for (uint32_t i = 0; i < s->count; i++) {
            int64_t n = s->slots[i].count ? sl_slot_find(&s->slots[i], from, doc + 1, &doc, 1, s->docs, s->ranks, &s->map) : 0;
            if (n < 0)
                return 0;
            p->present[i] = n > 0;
        }
        sl_phrase_borders(s, doc, borders);
        for (uint32_t f = 0; f < p->feature_count; f++) {
            const sl_feature *feature = &p->features[f];
            if (!p->present[feature->first] || !p->present[feature->second])
                continue;
            row[f] = sl_proximity_tf(s, feature, borders, from, doc);
            if (row[f] < 0)
                return 0;
        }
    }
    return 1;
}

SL_FUNCTION void sl_proximity_end(sl_proximity *p)
{
    sl_phrase_end(&p->text);
    free(p->present);
}

#endif

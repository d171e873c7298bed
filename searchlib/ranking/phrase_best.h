/* Which documents of a segment may have a phrase among their best k, and how often do those have it?
 *
 * A document has a phrase at most as often as the rarest of its words there; with a slop above 1, when one occurrence of a word
 * may lead to several of the next, as often as the last word. That bounds its score before any position is looked at. So the
 * documents with all words are bounded first, and then looked at, those with the largest bounds first, until no bound reaches
 * the k-th best score so far. A phrase weighs what its words do, and not what is found of it, so that this is known.
 *
 * Bounds and scores are single-precision, with norms rounded down, and decide as in topk.h only what is kept.
 */
#ifndef SL_PHRASE_BEST_H
#define SL_PHRASE_BEST_H

#include <float.h>

#include "best.h"
#include "norms.h"
#include "phrase.h"

#define SL_STEPS 256u /* that bounds are told apart by */
#define SL_FIRST 128u /* candidates that are looked at first; then four times as many, and so on */
#define SL_AHEAD 4    /* candidates */
#define SL_DENSE 2    /* so many postings of a block are worth decoding all their tfs */

typedef struct {
    sl_phrase phrase;      /* its answer: documents that may be among the best, and how often they have it */
    const sl_norms *norms;
    const uint8_t *live;   /* a bit a document, or NULL when all are */
    float weight;
    sl_best *best;         /* of all segments so far */
    uint32_t *docs;        /* the candidates, ascending */
    float *bounds;         /* of their scores */
    uint32_t *marks;       /* by slot */
    uint8_t *steps;        /* of their bounds, the largest are of step 0 */
    uint32_t *order;       /* candidates that are looked at together */
    uint32_t count;
    size_t capacity;
} sl_phrase_best;

/* Room for n candidates more. */
SL_FUNCTION int sl_phrase_best_room(sl_phrase_best *b, uint32_t n)
{
    size_t capacity = b->capacity ? b->capacity : 512;
    if (b->count + (size_t)n <= b->capacity)
        return 1;
    while (capacity < b->count + (size_t)n)
        capacity *= 2;
    uint32_t *docs = (uint32_t *)realloc(b->docs, capacity * sizeof *docs);
    b->docs = docs ? docs : b->docs;
    float *bounds = (float *)realloc(b->bounds, capacity * sizeof *bounds);
    b->bounds = bounds ? bounds : b->bounds;
    uint32_t *marks = (uint32_t *)realloc(b->marks, capacity * b->phrase.count * sizeof *marks);
    b->marks = marks ? marks : b->marks;
    b->phrase.memory_failed |= !docs || !bounds || !marks;
    b->capacity = b->phrase.memory_failed ? b->capacity : capacity;
    return !b->phrase.memory_failed;
}

/* Adds those of the n documents at hand of the window from `from` on that may be among the best. */
SL_FUNCTION int sl_phrase_best_bound(sl_phrase_best *b, uint32_t from, uint32_t n)
{
    sl_phrase *s = &b->phrase;
    float least[SL_WINDOW + 64], norms[SL_WINDOW + 64], rounded[SL_MAX_FIELDS];
    uint32_t kept = b->count;
    if (!sl_phrase_best_room(b, n))
        return 0;
    for (uint32_t f = 0; f < s->fields; f++)
        rounded[f] = (float)s->weights[f];
    for (uint32_t i = 0; i < n; i++)
        least[i] = FLT_MAX;
    for (uint32_t k = 0; k < s->count; k++) {
        sl_slot *slot = &s->slots[k];
        int dense = (uint64_t)n * SL_BLOCK * s->documents > (uint64_t)SL_DENSE * SL_WINDOW * slot->postings;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t mark = sl_slot_mark(slot, from, s->docs[i]);
            b->marks[(b->count + (size_t)i) * s->count + k] = mark;
            if (s->slop > 1 && k + 1 < s->count)
                continue;
            float most = sl_slot_most(slot, mark, dense, s->weights, rounded);
            if (most < 0)
                return 0;
            least[i] = most < least[i] ? most : least[i];
        }
    }
    for (uint32_t i = 0; i < n; i++) /* apart from what depends on it, since most norms come from far */
        norms[i] = sl_norm(b->norms, s->docs[i]);
    for (uint32_t i = 0; i < n; i++)
        least[i] = b->weight * (least[i] / (least[i] + norms[i]));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t doc = s->docs[i];
        if (!(least[i] > 0) || least[i] < b->best->threshold || (b->live && !(b->live[doc >> 3] >> (doc & 7) & 1)))
            continue;
        b->docs[kept] = doc;
        b->bounds[kept] = least[i];
        for (uint32_t k = 0; k < s->count; k++)
            b->marks[(size_t)kept * s->count + k] = b->marks[(b->count + (size_t)i) * s->count + k];
        kept++;
    }
    b->count = kept;
    return 1;
}

/* How far below the largest bound there can be. */
SL_INLINE uint8_t sl_phrase_best_step(const sl_phrase_best *b, float bound)
{
    float step = bound / b->weight * SL_STEPS;
    return step < SL_STEPS ? (uint8_t)(SL_STEPS - 1 - (uint32_t)step) : 0;
}

/* Asks for the bytes that looking at a candidate begins with. */
SL_INLINE void sl_phrase_best_prefetch(const sl_phrase_best *b, uint32_t candidate)
{
    const sl_phrase *s = &b->phrase;
    for (uint32_t i = 0; i < s->count; i++)
        sl_slot_prefetch(&s->slots[i], b->marks[(size_t)candidate * s->count + i]);
}

/* Looks at n candidates, the numbers of which are in b->order. Returns 0 as sl_phrase_best_run() does. */
SL_FUNCTION int sl_phrase_best_look(sl_phrase_best *b, uint32_t n)
{
    sl_phrase *s = &b->phrase;
    for (uint32_t i = 0; i < s->count; i++)
        sl_slot_expect(&s->slots[i], n, s->documents);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = b->order[i], doc = b->docs[c];
        if (i + SL_AHEAD < n)
            sl_phrase_best_prefetch(b, b->order[i + SL_AHEAD]);
        if (b->bounds[c] < b->best->threshold)
            continue;
        if (i % SL_PATIENCE == 0 && sl_deadline_passed(s->deadline))
            return 1;
        double tf = sl_phrase_look(s, doc, b->marks + (size_t)c * s->count);
        if (tf < 0)
            return 0;
        float score = b->weight * ((float)tf / ((float)tf + sl_norm(b->norms, doc)));
        if (!(tf > 0) || score < b->best->threshold)
            continue;
        if (!sl_best_offer(b->best, score, 0, doc)) {
            s->memory_failed = 1;
            return 0;
        }
        if (!sl_phrase_add(s, doc, tf))
            return 0;
    }
    return 1;
}

/* Finds the documents. The caller has set the phrase as for sl_phrase_run(), norms, live, weight and best; sl_phrase_best_end() later
 * in any case. Returns 0 when a list is damaged or, with phrase.memory_failed, memory ran out. */
SL_FUNCTION int sl_phrase_best_run(sl_phrase_best *b)
{
    sl_phrase *s = &b->phrase;
    uint32_t sizes[SL_STEPS] = {0}, first = 0, step = 0;
    for (uint32_t i = 0; i < s->count; i++)
        s->slots[i].kept = 1;
    if (!sl_phrase_begin(s))
        return 0;
    for (uint32_t from = 0; from < s->documents; from += SL_WINDOW) {
        int64_t n = sl_phrase_meet(s, from);
        if (n < 0 || (n > 0 && !sl_phrase_best_bound(b, from, (uint32_t)n)))
            return 0;
        if (sl_deadline_passed(s->deadline))
            return 1;
    }
    b->order = (uint32_t *)malloc(((size_t)b->count + 1) * sizeof *b->order);
    b->steps = (uint8_t *)malloc((size_t)b->count + 1);
    if (!b->order || !b->steps) {
        s->memory_failed = 1;
        return 0;
    }
    for (uint32_t c = 0; c < b->count; c++)
        sizes[b->steps[c] = sl_phrase_best_step(b, b->bounds[c])]++;
    for (uint32_t size = SL_FIRST; step < SL_STEPS; first = step, size = size < SL_STEPS << 20 ? size * 4 : size) {
        uint32_t sum = 0, n = 0;
        for (; step < SL_STEPS && sum < size; step++)
            sum += sizes[step];
        for (uint32_t c = 0; c < b->count && sum; c++) {
            b->order[n] = c;
            n += (b->steps[c] >= first) & (b->steps[c] < step) & (b->bounds[c] >= b->best->threshold);
        }
        if (n && !sl_phrase_best_look(b, n))
            return 0;
        if (sl_deadline_passed(s->deadline))
            return 1;
    }
    return 1;
}

SL_FUNCTION void sl_phrase_best_end(sl_phrase_best *b)
{
    sl_phrase_end(&b->phrase);
    free(b->docs);
    free(b->bounds);
    free(b->marks);
    free(b->steps);
    free(b->order);
}

#endif

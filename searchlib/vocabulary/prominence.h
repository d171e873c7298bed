/* Which of the forms with a beginning stand in the most documents?
 *
 * A beginning of one letter has a tenth of all forms. So for each block of 32 forms (forms.h) the largest frequency is kept, four bytes,
 * as soon as somebody has read the block: of the best k forms each is in one of the best k blocks, and only those are read again. A
 * beginning that is asked for the first time costs a walk through its forms.
 *
 * Stop words have no frequency here: they are never found.
 */
#ifndef SL_PROMINENCE_H
#define SL_PROMINENCE_H

#include "frequency.h"

#define SL_UNREAD (-1.0f)

typedef struct {
    float frequency; /* above 0 */
    uint32_t number; /* of a form or of a block; of equal frequencies the lower number comes first */
} sl_prominent;

SL_INLINE int sl_prominent_before(sl_prominent a, sl_prominent b)
{
    return a.frequency > b.frequency || (a.frequency == b.frequency && a.number < b.number);
}

/* Keeps one in a heap of at most k, the last of which is on top. */
SL_INLINE void sl_prominent_keep(sl_prominent *heap, uint32_t *count, uint32_t k, sl_prominent one)
{
    uint32_t i, child;
    if (*count < k) {
        for (i = (*count)++; i && sl_prominent_before(heap[(i - 1) / 2], one); i = (i - 1) / 2)
            heap[i] = heap[(i - 1) / 2];
        heap[i] = one;
    } else if (k && sl_prominent_before(one, heap[0])) {
        for (i = 0; (child = 2 * i + 1) < k; i = child) {
            child += child + 1 < k && sl_prominent_before(heap[child], heap[child + 1]);
            if (!sl_prominent_before(one, heap[child]))
                break;
            heap[i] = heap[child];
        }
        heap[i] = one;
    }
}

/* Reads the forms from..to-1, which are of one block, and offers each to the heap, if there is one. Returns the largest frequency,
 * below 0 when damaged. */
SL_FUNCTION float sl_prominent_read(const sl_forms *f, uint32_t from, uint32_t to, sl_prominent *heap, uint32_t *count, uint32_t k)
{
    sl_form_entry e;
    float largest = 0;
    sl_form_begin(&e);
    for (; from < to; from++) {
        if (!sl_form_move(f, from, &e))
            return SL_UNREAD;
        sl_prominent one = {e.stop ? 0 : (float)sl_form_frequency(&e), from};
        largest = one.frequency > largest ? one.frequency : largest;
        if (heap && one.frequency > 0)
            sl_prominent_keep(heap, count, k, one);
    }
    return largest;
}

/* Finds the best k of the forms from..to-1; both outputs have room for k. maxima: by block, SL_UNREAD until it is known. The forms
 * are in the order of the heap. Returns 0 when damaged. */
SL_FUNCTION int sl_prominent_find(const sl_forms *f, float *maxima, uint32_t from, uint32_t to, uint32_t k, sl_prominent *blocks,
                                  sl_prominent *forms, uint32_t *found)
{
    uint32_t chosen = 0;
    *found = 0;
    for (uint32_t at = from, end; at < to; at = end) {
        uint32_t block = at / SL_DICTIONARY_BLOCK, first = block * SL_DICTIONARY_BLOCK;
        uint32_t left = f->blocks.count - first, whole = first + (left < SL_DICTIONARY_BLOCK ? left : SL_DICTIONARY_BLOCK);
        end = whole < to ? whole : to;
        if (at > first || end < whole) { /* a part of a block */
            if (sl_prominent_read(f, at, end, forms, found, k) < 0)
                return 0;
            continue;
        }
        if (maxima[block] < 0 && (maxima[block] = sl_prominent_read(f, at, end, NULL, NULL, 0)) < 0)
            return 0;
        sl_prominent one = {maxima[block], block};
        if (one.frequency > 0)
            sl_prominent_keep(blocks, &chosen, k, one);
    }
    for (uint32_t i = 0; i < chosen; i++) {
        uint32_t first = blocks[i].number * SL_DICTIONARY_BLOCK, left = f->blocks.count - first;
        if (sl_prominent_read(f, first, first + (left < SL_DICTIONARY_BLOCK ? left : SL_DICTIONARY_BLOCK), forms, found, k) < 0)
            return 0;
    }
    return 1;
}

#endif

/* Which of the forms with a beginning stand in the most documents?
 *
 * A beginning of one letter has a tenth of all forms. So only blocks of 32 forms are read whose bound (peaks.h) says that they may have one
 * of the best k, the highest bounds first.
 *
 * Stop words have no frequency here: they are never found.
 */
#ifndef SL_PROMINENCE_H
#define SL_PROMINENCE_H

#include "../storage/peaks.h"

typedef struct {
    float frequency; /* above 0 */
    uint32_t number; /* of a form; of equal frequencies the lower number comes first */
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

/* Reads the forms from..to-1 and offers each to the heap. Returns 0 when damaged. */
SL_FUNCTION int sl_prominent_read(const sl_forms *f, uint32_t from, uint32_t to, sl_prominent *heap, uint32_t *count, uint32_t k)
{
    sl_form_entry e;
    sl_form_begin(&e);
    for (; from < to; from++) {
        if (!sl_form_move(f, from, &e))
            return 0;
        sl_prominent one = {e.stop ? 0 : sl_form_frequency(&e), from};
        if (one.frequency > 0)
            sl_prominent_keep(heap, count, k, one);
    }
    return 1;
}

/* Finds the best k of the forms from..to-1, for which there is room, in the order of the heap. k > 0; peaks: a byte for each block of
 * forms. Returns 0 when damaged. */
SL_FUNCTION int sl_prominent_find(const sl_forms *f, const uint8_t *peaks, uint32_t from, uint32_t to, uint32_t k, sl_prominent *heap,
                                  uint32_t *count)
{
    uint32_t first = (from + SL_DICTIONARY_BLOCK - 1) / SL_DICTIONARY_BLOCK; /* first..end-1: blocks all of whose forms begin so */
    uint32_t end = to == f->blocks.count ? f->blocks.blocks : to / SL_DICTIONARY_BLOCK;
    uint8_t there[256] = {0};
    *count = 0;
    if (first >= end)
        return sl_prominent_read(f, from, to, heap, count, k);
    if (!sl_prominent_read(f, from, first * SL_DICTIONARY_BLOCK, heap, count, k))
        return 0;
    if (end < f->blocks.blocks && !sl_prominent_read(f, end * SL_DICTIONARY_BLOCK, to, heap, count, k))
        return 0;
    for (uint32_t block = first; block < end; block++)
        there[peaks[block]] = 1;
    for (uint32_t peak = SL_NO_BOUND; peak; peak--) {
        const uint8_t *at = there[peak] ? peaks + first : NULL;
        for (; at && (at = (const uint8_t *)memchr(at, (int)peak, (size_t)(peaks + end - at))) != NULL; at++) {
            uint32_t number = (uint32_t)(at - peaks) * SL_DICTIONARY_BLOCK, left = f->blocks.count - number;
            sl_prominent best = {sl_peak_bound(peak), number};
            if (*count == k && !sl_prominent_before(best, heap[0]))
                return 1; /* all that follow have lower bounds, or numbers that are higher */
            if (!sl_prominent_read(f, number, number + (left < SL_DICTIONARY_BLOCK ? left : SL_DICTIONARY_BLOCK), heap, count, k))
                return 0;
        }
    }
    return 1;
}

#endif

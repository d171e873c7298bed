/* How are pairs of numbers brought into the order of their keys, when they are thousands?
 *
 * By the digits of the keys, the lowest first (LSD radix sort: Knuth, "The Art of Computer Programming", volume 3, 5.2.5): one or
 * two passes, where a comparison sort would guess wrong at every second step. Only the bits in which keys differ are looked at.
 * Pairs of one key keep their order.
 */
#ifndef SL_PAIRS_H
#define SL_PAIRS_H

#include "bytes.h"

#define SL_FEW_PAIRS 48 /* are inserted one by one */
#define SL_DIGIT_BITS 11

typedef struct {
    uint32_t key, value;
} sl_pair;

SL_INLINE void sl_pairs_insert(sl_pair *pairs, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        sl_pair pair = pairs[i];
        uint32_t k = i;
        for (; k > 0 && pairs[k - 1].key > pair.key; k--)
            pairs[k] = pairs[k - 1];
        pairs[k] = pair;
    }
}

/* Sorts n pairs. Returns 0 when memory ran out. */
SL_FUNCTION int sl_pairs_sort(sl_pair *pairs, uint32_t n)
{
    uint32_t least = UINT32_MAX, most = 0, falls = 0, ends[1 << SL_DIGIT_BITS];
    for (uint32_t i = 0; i < n; i++) {
        least = pairs[i].key < least ? pairs[i].key : least;
        most = pairs[i].key > most ? pairs[i].key : most;
    }
    for (uint32_t i = 1; i < n; i++)
        falls |= pairs[i].key < pairs[i - 1].key;
    if (!falls)
        return 1;
    if (n <= SL_FEW_PAIRS) {
        sl_pairs_insert(pairs, n);
        return 1;
    }
    sl_pair *other = (sl_pair *)malloc(n * sizeof *other), *from = pairs, *to = other;
    if (!other)
        return 0;
    uint32_t all = SL_BIT_LENGTH(most - least), passes = (all + SL_DIGIT_BITS - 1) / SL_DIGIT_BITS, bits = (all + passes - 1) / passes;
    for (uint32_t shift = 0; shift < all; shift += bits) {
        uint32_t sum = 0, mask = (1u << bits) - 1;
        memset(ends, 0, ((size_t)mask + 1) * sizeof *ends);
        for (uint32_t i = 0; i < n; i++)
            ends[(from[i].key - least) >> shift & mask]++;
        for (uint32_t digit = 0; digit <= mask; digit++) {
            uint32_t count = ends[digit];
            ends[digit] = sum;
            sum += count;
        }
        for (uint32_t i = 0; i < n; i++)
            to[ends[(from[i].key - least) >> shift & mask]++] = from[i];
        sl_pair *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != pairs)
        memcpy(pairs, from, n * sizeof *pairs);
    free(other);
    return 1;
}

#endif

/* Which documents of a set come first by a column? The best k so far, and the numbers that can still be among them.
 *
 * Keys are such that smaller comes first: a descending order takes them negated. Equal keys stand in document order. A buffer
 * takes whatever may be among the first k; when it is full, a selection (Hoare, "Algorithm 65: Find", 1961) keeps k of them,
 * and from then on a document must come before the last of these. In terms of the segment's own numbers that is a range, so a
 * document costs one comparison, and 64 of them are compared at once where the set is dense.
 *
 * A descending order looks at the last documents first: an archive is mostly filled as time goes by, and then the newest are
 * found at once and nothing else passes.
 */
#ifndef SL_ORDER_H
#define SL_ORDER_H

#include "../storage/column.h"

#define SL_NO_KEY ((int64_t)1 << 62) /* beyond any key */
#define SL_DENSE 8                   /* documents of 64 from which on comparing all 64 is quicker */

typedef struct {
    int64_t key;
    uint64_t place; /* segment << 32 | document */
} sl_ranked;

typedef struct {
    sl_ranked *kept;
    size_t count, capacity, k;
    int full;          /* k were kept once: */
    sl_ranked last;    /* the last of them */
} sl_first;

/* How a segment's numbers make keys: that of number i is base + i, or ranks[i - 1], which ascend. */
typedef struct {
    sl_column column;
    int64_t base;
    const uint32_t *ranks;
    uint64_t largest; /* number */
    int descending;
} sl_order;

SL_INLINE int sl_ranked_before(sl_ranked a, sl_ranked b)
{
    return a.key < b.key || (a.key == b.key && a.place < b.place);
}

SL_FUNCTION int sl_ranked_compare(const void *a, const void *b)
{
    return sl_ranked_before(*(const sl_ranked *)a, *(const sl_ranked *)b) ? -1 : 1;
}

/* Moves the first k of n distinct ones to the front, the k-th in its place. 0 < k <= n. */
SL_FUNCTION void sl_ranked_select(sl_ranked *a, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    uint64_t seed = n;
    while (low < high) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull; /* at random: no order of documents is a bad one */
        sl_ranked pivot = a[low + (size_t)((seed >> 33) % (high - low + 1))];
        size_t i = low, j = high;
        for (;;) {
            while (sl_ranked_before(a[i], pivot))
                i++;
            while (sl_ranked_before(pivot, a[j]))
                j--;
            if (i >= j)
                break;
            sl_ranked swapped = a[i];
            a[i++] = a[j];
            a[j--] = swapped;
        }
        if (k - 1 <= j)
            high = j;
        else
            low = j + 1;
    }
}

SL_FUNCTION int sl_first_init(sl_first *first, size_t k)
{
    memset(first, 0, sizeof *first);
    first->k = k;
    first->capacity = k + (k > 1024 ? k : 1024);
    first->kept = (sl_ranked *)malloc(first->capacity * sizeof *first->kept);
    return first->kept != NULL;
}

SL_FUNCTION void sl_first_select(sl_first *first)
{
    if (first->count < first->k)
        return;
    sl_ranked_select(first->kept, first->count, first->k);
    first->count = first->k;
    first->full = 1;
    first->last = first->kept[first->k - 1];
}

/* Puts the first k in order; their number is `count`. */
SL_FUNCTION void sl_first_finish(sl_first *first)
{
    sl_first_select(first);
    qsort(first->kept, first->count, sizeof *first->kept, sl_ranked_compare);
}

/* How many ranks are below a key, or up to it. */
SL_FUNCTION uint64_t sl_order_ranks_below(const sl_order *o, int64_t key, int included)
{
    uint64_t low = 0, high = o->largest;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (o->ranks[middle] < key || (included && o->ranks[middle] == key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The numbers that may still be among the first: those whose keys lie between that of `after` and the last kept one's. */
SL_FUNCTION void sl_order_limits(const sl_order *o, const sl_first *first, const sl_ranked *after, sl_wanted *wanted)
{
    int64_t low = after ? after->key : -SL_NO_KEY, high = first->full ? first->last.key : SL_NO_KEY;
    if (o->descending) {
        int64_t negated = -high;
        high = -low;
        low = negated;
    }
    memset(wanted, 0, sizeof *wanted);
    if (o->ranks) {
        wanted->low = sl_order_ranks_below(o, low, 0) + 1;
        wanted->high = sl_order_ranks_below(o, high, 1);
    } else {
        wanted->low = low <= o->base ? 1 : (uint64_t)(low - o->base);
        wanted->high = high <= o->base ? 0 : (uint64_t)(high - o->base);
    }
    if (wanted->high > o->largest)
        wanted->high = o->largest;
}

/* Takes in the documents of a segment that have a number. `after`: only what comes after it; NULL: all. */
SL_FUNCTION void sl_order_scan(const sl_order *o, const uint64_t *bits, uint32_t segment, const sl_ranked *after,
                               sl_first *first)
{
    const sl_column *c = &o->column;
    uint32_t words = (c->documents + 63) / 64;
    sl_wanted wanted;
    sl_order_limits(o, first, after, &wanted);
    for (uint32_t i = 0; i < words && wanted.low <= wanted.high; i++) {
        uint32_t w = o->descending ? words - 1 - i : i, left = c->documents - 64 * w;
        uint64_t word = bits[w];
        if (!c->ends && SL_POPCOUNT(word) >= SL_DENSE)
            word &= sl_column_word(c, 64ull * w, left < 64 ? left : 64, &wanted);
        for (; word; word &= word - 1) {
            uint32_t doc = 64 * w + SL_LOWEST_BIT(word);
            uint64_t number = sl_column_first(c, doc);
            if (number < wanted.low || number > wanted.high)
                continue;
            int64_t key = o->ranks ? o->ranks[number - 1] : o->base + (int64_t)number;
            sl_ranked one = {o->descending ? -key : key, (uint64_t)segment << 32 | doc};
            if ((after && !sl_ranked_before(*after, one)) || (first->full && !sl_ranked_before(one, first->last)))
                continue;
            first->kept[first->count++] = one;
            if (first->count == first->capacity) {
                sl_first_select(first);
                sl_order_limits(o, first, after, &wanted);
            }
        }
    }
}

/* Writes up to `room` documents of a segment that have no number, from document `from` on. Returns how many there are. */
SL_FUNCTION size_t sl_order_missing(const sl_column *c, const uint64_t *bits, uint32_t from, uint32_t *docs, size_t room)
{
    const sl_wanted none = {0, 0, NULL, 0};
    size_t count = 0;
    for (uint32_t w = from / 64; w < (c->documents + 63) / 64 && count < room; w++) {
        uint32_t left = c->documents - 64 * w;
        uint64_t word = bits[w];
        if (w == from / 64)
            word = word >> (from & 63) << (from & 63);
        if (word && c->data && !c->ends)
            word &= sl_column_word(c, 64ull * w, left < 64 ? left : 64, &none);
        for (; word && count < room; word &= word - 1) {
            uint32_t doc = 64 * w + SL_LOWEST_BIT(word);
            if (!c->data || !sl_column_first(c, doc))
                docs[count++] = doc;
        }
    }
    return count;
}

#endif

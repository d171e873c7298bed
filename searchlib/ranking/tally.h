/* How often does something occur in each document of a segment, when it is counted list by list?
 *
 * A count is a byte: so the counts of 300,000 documents stay in the nearer caches, where sums of eight bytes would not. One above
 * 255 has its low digit there, to the base of 255 and from 1 on, and the others in `more`: a byte is 0 only where nothing
 * occurs. Counts are cleared page by page when a list first touches them, and what no list touches costs nothing. Their
 * memory goes from one tally of a segment to the next: to have the system clear new memory would take as long as the counting.
 *
 * Fields whose weights are multiples of the least share an array, in which an occurrence counts as often as its field weighs
 * more; else each has its own.
 */
#ifndef SL_TALLY_H
#define SL_TALLY_H

#include <math.h>

#include "../storage/postings.h"
#include "idle.h"

#define SL_TALLY_BASE 255
#define SL_TALLY_TIMES 64        /* the largest multiple that shares an array */
#define SL_TALLY_MORE 0x80000000u /* of a page: some counts are above 255 */
#define SL_TALLY_ROW_BITS 6
#define SL_TALLY_ROW (1u << SL_TALLY_ROW_BITS) /* documents: the smallest page */
#define SL_TALLY_PAGE_BITS 12
#define SL_TALLY_SCARCE 128      /* documents for each posting, from which on pages are small */

typedef struct {
    uint32_t documents, fields;
    uint32_t arrays;
    uint32_t array[SL_MAX_FIELDS], times[SL_MAX_FIELDS]; /* by field: where an occurrence counts, and how many; times 0: it does not */
    double weights[SL_MAX_FIELDS];  /* by array: of a count */
    uint8_t *counts[SL_MAX_FIELDS]; /* by array and document; NULL: nothing was counted */
    uint32_t *more[SL_MAX_FIELDS];  /* the same: how many times 255 on top; NULL: nothing */
    uint32_t page_bits;
    uint32_t *pages;                /* by page of documents: a bit for each array that is ready there */
    uint32_t ready[SL_MAX_FIELDS];  /* by array: pages that are */
    sl_tally_idle idle;             /* arrays that are not used yet */
    int memory_failed;
} sl_tally;

SL_INLINE uint32_t sl_tally_pages(const sl_tally *t) { return (t->documents + (1u << t->page_bits) - 1) >> t->page_bits; }

/* Makes a tally of what has `postings` postings in all. weights: by field, 0 for what does not count. The caller has zeroed it, has put
 * idle arrays there, and calls sl_tally_end() in any case. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_begin(sl_tally *t, uint32_t documents, uint32_t fields, const double *weights, uint64_t postings)
{
    double least = INFINITY;
    int shared;
    t->documents = documents;
    t->fields = fields;
    t->page_bits = postings < documents / SL_TALLY_SCARCE ? SL_TALLY_ROW_BITS : SL_TALLY_PAGE_BITS;
    for (uint32_t f = 0; f < fields; f++)
        least = weights[f] > 0 && weights[f] < least ? weights[f] : least;
    shared = least <= 1024 && least * 1024 == floor(least * 1024); /* then sums of any order are exact */
    for (uint32_t f = 0; f < fields; f++)
        shared &= !(weights[f] > 0) || (weights[f] <= least * SL_TALLY_TIMES && weights[f] == floor(weights[f] / least) * least);
    for (uint32_t f = 0; f < fields; f++) {
        if (!(weights[f] > 0))
            continue;
        t->array[f] = shared ? 0 : t->arrays;
        t->times[f] = shared ? (uint32_t)(weights[f] / least) : 1;
        t->weights[t->array[f]] = shared ? least : weights[f];
        t->arrays = t->array[f] + 1;
    }
    t->pages = (uint32_t *)calloc((size_t)sl_tally_pages(t) + 1, sizeof *t->pages);
    t->memory_failed = !t->pages;
    return !t->memory_failed;
}

/* Ends a tally; what it counted with may be used again. */
SL_FUNCTION void sl_tally_end(sl_tally *t, sl_tally_idle *idle)
{
    uint32_t most = t->documents <= SL_TALLY_KEPT ? SL_TALLY_IDLE : 0;
    for (uint32_t a = 0; a < t->arrays; a++) {
        free(t->more[a]);
        if (t->counts[a] && idle->count < most)
            idle->counts[idle->count++] = t->counts[a];
        else
            free(t->counts[a]);
    }
    while (t->idle.count && idle->count < most)
        idle->counts[idle->count++] = t->idle.counts[--t->idle.count];
    sl_tally_discard(&t->idle);
    free(t->pages);
    memset(t, 0, sizeof *t);
}

/* Makes an array ready for n documents, which ascend. Returns 0 when memory ran out. */
SL_INLINE int sl_tally_clear(sl_tally *t, uint32_t array, const uint32_t *docs, uint32_t n)
{
    uint32_t bits = t->page_bits, first = docs[0] >> bits, last = docs[n - 1] >> bits, pages = sl_tally_pages(t);
    if (SL_LIKELY(t->ready[array] == pages))
        return 1;
    if (!t->counts[array]) /* whole pages of either size */
        t->counts[array] = t->idle.count ? t->idle.counts[--t->idle.count]
                                         : (uint8_t *)malloc((size_t)t->documents + (1u << SL_TALLY_PAGE_BITS));
    if (!t->counts[array]) {
        t->memory_failed = 1;
        return 0;
    }
    for (uint32_t i = 0; i < n && i <= last - first; i++) {
        uint32_t page = last - first < n ? first + i : docs[i] >> bits;
        if (SL_UNLIKELY(!(t->pages[page] >> array & 1))) {
            t->pages[page] |= 1u << array;
            t->ready[array]++;
            memset(t->counts[array] + ((size_t)page << bits), 0, (size_t)1 << bits);
        }
    }
    return 1;
}

/* Adds anew what came to a count above 255 when it was added: the bytes have come round. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_carry(sl_tally *t, uint32_t array, const uint32_t *docs, const uint32_t *tfs, uint32_t n)
{
    if (!t->more[array] && !(t->more[array] = (uint32_t *)calloc(t->documents, sizeof(uint32_t)))) {
        t->memory_failed = 1;
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *count = &t->counts[array][docs[i]];
        uint32_t sum = (uint8_t)(*count - tfs[i]) + tfs[i], carried = sum > SL_TALLY_BASE ? (sum - 1) / SL_TALLY_BASE : 0;
        *count = (uint8_t)(sum - carried * SL_TALLY_BASE);
        t->more[array][docs[i]] += carried;
        if (carried)
            t->pages[docs[i] >> t->page_bits] |= SL_TALLY_MORE;
    }
    return 1;
}

/* Adds n postings to counts. Returns a number above 255 when a count is. */
SL_INLINE uint32_t sl_tally_sum(uint8_t *counts, const uint32_t *docs, const uint32_t *tfs, size_t n)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t sum = counts[docs[i]] + tfs[i];
        counts[docs[i]] = (uint8_t)sum;
        most |= sum;
    }
    return most;
}

/* Adds n > 0 postings of one list, whose documents are all different and ascend. Returns 0 when memory ran out. */
SL_FUNCTION int sl_tally_add(sl_tally *t, uint32_t array, const uint32_t *docs, const uint32_t *tfs, uint32_t n)
{
    uint32_t most = 0;
    size_t i = 0;
    if (!sl_tally_clear(t, array, docs, n))
        return 0;
    uint8_t *counts = t->counts[array];
    for (; i + 8 <= n; i += 8)
        most |= sl_tally_sum(counts, docs + i, tfs + i, 8);
    most |= sl_tally_sum(counts, docs + i, tfs + i, n - i);
    return SL_LIKELY(most <= UINT8_MAX) || sl_tally_carry(t, array, docs, tfs, n);
}

/* How often it occurs in a document of a page that has something, weighted by field. */
SL_INLINE double sl_tally_tf(const sl_tally *t, uint32_t doc)
{
    double tf = 0;
    for (uint32_t a = 0; a < t->arrays; a++)
        if (t->pages[doc >> t->page_bits] >> a & 1)
            tf += t->weights[a] * (t->counts[a][doc] + (t->more[a] ? SL_TALLY_BASE * (double)t->more[a][doc] : 0));
    return tf;
}

/* For each document of a row of a page that has something, a byte that is not 0 where it has; in `room` when several arrays have. */
SL_INLINE const uint8_t *sl_tally_row(const sl_tally *t, uint32_t there, uint32_t base, uint8_t room[SL_TALLY_ROW])
{
    const uint8_t *any = NULL;
    for (uint32_t a = 0; a < t->arrays; a++) {
        if (!(there >> a & 1))
            continue;
        const uint8_t *counts = t->counts[a] + base;
        for (uint32_t i = 0; i < SL_TALLY_ROW && any; i++)
            room[i] = any[i] | counts[i];
        any = any ? room : counts;
    }
    return any;
}

/* In how many documents it occurs. */
SL_FUNCTION uint32_t sl_tally_documents(const sl_tally *t)
{
    uint8_t room[SL_TALLY_ROW];
    uint32_t count = 0;
    for (uint32_t page = 0; page < sl_tally_pages(t); page++) {
        uint8_t lanes[SL_TALLY_ROW] = {0};
        uint32_t base = page << t->page_bits, end = base + (1u << t->page_bits);
        if (!t->pages[page])
            continue;
        for (; base < end; base += SL_TALLY_ROW) {
            const uint8_t *any = sl_tally_row(t, t->pages[page], base, room);
            for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
                lanes[i] += any[i] != 0;
        }
        for (uint32_t i = 0; i < SL_TALLY_ROW; i++)
            count += lanes[i];
    }
    return count;
}

/* The bits of the documents, in ceil(documents / 64) words; those of words without any are left alone. */
SL_FUNCTION void sl_tally_bits(const sl_tally *t, uint64_t *bits)
{
    uint8_t room[SL_TALLY_ROW];
    const uint64_t low = 0x7F7F7F7F7F7F7F7Full;
    for (uint32_t base = 0; base < t->documents; base += SL_TALLY_ROW) {
        uint32_t there = t->pages[base >> t->page_bits];
        uint64_t word = 0;
        if (!there)
            continue;
        const uint8_t *any = sl_tally_row(t, there, base, room);
        for (uint32_t i = 0; i < SL_TALLY_ROW; i += 8) { /* the top bit of each byte that is not 0, and then all eight side by side */
            uint64_t bytes = sl_load64(any + i);
            bytes = (((bytes & low) + low) | bytes) & ~low;
            word |= (bytes >> 7) * 0x0102040810204080ull >> 56 << i;
        }
        if (word)
            bits[base >> SL_TALLY_ROW_BITS] |= word;
    }
}

/* Lists the documents whose bits are set, ascending, and how often it occurs in each. Returns how many there are. */
SL_FUNCTION uint32_t sl_tally_list(const sl_tally *t, const uint64_t *bits, uint32_t *docs, double *tfs)
{
    uint32_t used = 0;
    for (uint32_t w = 0; w < (t->documents + 63) / 64; w++)
        for (uint64_t word = bits[w]; word; word &= word - 1)
            docs[used++] = w * 64 + SL_LOWEST_BIT(word);
    if (t->arrays == 1 && !t->more[0]) /* as nearly always */
        for (uint32_t i = 0; i < used; i++)
            tfs[i] = t->weights[0] * t->counts[0][docs[i]];
    else
        for (uint32_t i = 0; i < used; i++)
            tfs[i] = sl_tally_tf(t, docs[i]);
    return used;
}

#endif

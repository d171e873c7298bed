/* How does the list of a frequent term lie in memory, for searches by ranges (ranges.h)?
 *
 * Documents are cut into ranges of 16. The table of a term says how much it is worth in each range at most, in a byte. Of 16
 * ranges at a time, a cell says which of their documents have the term, in 16 bits for each range, and what each of these postings
 * is worth, in a byte: most of what is asked about a document lies within one or two lines of the cache, nothing has to be decoded,
 * and any posting is found by counting bits.
 *
 * Worth is an impact, as in postings.h but by the snapshot's average length, in units of 1/255 and rounded up: a byte v stands
 * for more than (v - 1) / 255 and at most v / 255.
 */
#ifndef SL_TABLE_H
#define SL_TABLE_H

#include "../storage/tfs.h"
#include "norms.h"
#include "scratch.h"

#define SL_RANGE_BITS 4
#define SL_RANGE (1u << SL_RANGE_BITS)               /* documents */
#define SL_RANGES (SL_WINDOW >> SL_RANGE_BITS)       /* of a window */
#define SL_CELL 16u                                  /* ranges */
#define SL_CELL_BYTES (2 * SL_CELL)                  /* before the worth of its postings */

typedef struct {
    uint8_t *most;   /* by range: the largest worth */
    uint32_t *ranks; /* by cell: the postings before it */
    uint8_t *cells;
    size_t size;     /* bytes of all */
} sl_table;

/* What a worth comes to, rounded up, when 256 of it come to `weight`. */
SL_INLINE uint32_t sl_worth(uint8_t worth, uint32_t weight) { return (worth * weight >> 8) + 1; }

SL_FUNCTION void sl_table_free(sl_table *t)
{
    free(t->most);
    memset(t, 0, sizeof *t);
}

SL_INLINE uint32_t sl_table_ranges(const sl_list *l)
{
    return ((l->documents + SL_WINDOW - 1) >> SL_WINDOW_BITS) * SL_RANGES;
}

/* Bytes that the table of a list takes. */
SL_FUNCTION size_t sl_table_size(const sl_list *l)
{
    size_t ranges = sl_table_ranges(l);
    return ranges + ranges / SL_CELL * (4 + SL_CELL_BYTES) + l->df;
}

SL_INLINE uint8_t *sl_table_cell(const sl_table *t, uint32_t cell)
{
    return t->cells + (size_t)cell * SL_CELL_BYTES + t->ranks[cell];
}

/* How many postings of a cell come before those of its range number `range`. */
SL_INLINE uint32_t sl_cell_rank(const uint8_t *cell, uint32_t range)
{
    uint32_t rank = 0;
    for (; range >= 4; range -= 4, cell += 8)
        rank += SL_POPCOUNT(sl_load64(cell));
    return rank + SL_POPCOUNT(sl_load64(cell) & ((1ull << 16 * range) - 1));
}

/* Makes the table of an open list. Returns 0 when the list is damaged, -1 when memory ran out. sl_table_free() later. */
SL_FUNCTION int sl_table_make(sl_table *t, const sl_list *l, const double *weights, const sl_norms *norms)
{
    uint32_t docs[SL_BLOCK], next = 0, rank = 0, cell = 0, cells = sl_table_ranges(l) / SL_CELL;
    float tfs[SL_BLOCK], rounded[SL_MAX_FIELDS];
    t->size = sl_table_size(l);
    t->most = (uint8_t *)calloc(t->size, 1);
    if (!t->most)
        return -1;
    t->ranks = (uint32_t *)(t->most + sl_table_ranges(l));
    t->cells = (uint8_t *)(t->ranks + cells);
    for (uint32_t f = 0; f < l->fields; f++)
        rounded[f] = (float)weights[f];
    for (uint32_t b = 0; b < l->blocks; b++) {
        uint32_t n = sl_list_docs(l, b, docs);
        if (!n || docs[0] < next || !sl_list_weighted_tfs(l, b, rounded, tfs)) /* so that documents ascend */
            return 0;
        next = docs[n - 1] + 1;
        for (uint32_t i = 0; i < n; i++, rank++) {
            float tf = tfs[i], impact = tf / (tf + sl_norm(norms, docs[i]));
            uint32_t worth = (uint32_t)(impact * (SL_IMPACT_UNITS * 1.00001f)) + 1, range = docs[i] >> SL_RANGE_BITS;
            while (cell < range / SL_CELL)
                t->ranks[++cell] = rank;
            uint8_t *at = sl_table_cell(t, cell), *mask = at + 2 * (range % SL_CELL);
            worth = worth < 255 ? worth : 255;
            at[SL_CELL_BYTES + rank - t->ranks[cell]] = (uint8_t)worth;
            t->most[range] = worth > t->most[range] ? (uint8_t)worth : t->most[range];
            mask[docs[i] >> 3 & 1] |= (uint8_t)(1u << (docs[i] & 7));
        }
    }
    while (++cell < cells)
        t->ranks[cell] = rank;
    return rank == l->df;
}

/* The rank of a document's posting, or -1 when it has none. */
SL_INLINE int64_t sl_table_find(const sl_table *t, uint32_t doc)
{
    uint32_t range = doc >> SL_RANGE_BITS, bit = 1u << (doc & (SL_RANGE - 1));
    const uint8_t *cell = sl_table_cell(t, range / SL_CELL);
    uint32_t mask = sl_load16(cell + 2 * (range % SL_CELL));
    if (!(mask & bit))
        return -1;
    return (int64_t)t->ranks[range / SL_CELL] + sl_cell_rank(cell, range % SL_CELL) + SL_POPCOUNT(mask & (bit - 1));
}

#endif

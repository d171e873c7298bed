/* Which of some documents does one term's list hold, and where does the term stand in one of them?
 *
 * A cursor walks a list in ascending order, window after window, and keeps the block of documents and the block of positions
 * that it decoded last. A posting is named by its rank in the list; that of a bitmap is counted when it is asked for.
 *
 * Documents that a cursor gives lie in the window it was asked for, and ascend, whatever the bytes say.
 */
#ifndef SL_CURSOR_H
#define SL_CURSOR_H

#include "../storage/places.h"
#include "scratch.h"

typedef struct {
    sl_list list;
    const uint8_t *positions;    /* readable bytes of the term's positions */
    uint64_t positions_length;
    int varied;                  /* its forms' codes are there */
    const uint32_t *codes;       /* ascending: the forms that count; NULL: all */
    uint32_t code_count;
    sl_places places;
    uint32_t block, count;       /* the block of documents at hand, and how many it has; SL_NO_BLOCK: none */
    uint32_t docs[SL_BLOCK];
    uint32_t tf_block;           /* the block whose tfs are at hand; SL_NO_BLOCK: none */
    float tfs[SL_BLOCK];         /* weighted */
    uint32_t window;             /* of a bitmap: from where on .. */
    uint32_t before[SL_WINDOW / 64]; /* .. how many documents there are before each word of bits */
} sl_cursor;

/* Sets out on a list that is open. sl_cursor_end() later. */
SL_FUNCTION void sl_cursor_begin(sl_cursor *c)
{
    sl_places_open(&c->places, &c->list, c->positions, c->positions_length, c->varied);
    c->block = c->tf_block = SL_NO_BLOCK;
}

SL_FUNCTION void sl_cursor_end(sl_cursor *c)
{
    sl_places_free(&c->places);
}

/* Takes a block of documents to hand. Returns 0 when it is damaged. */
SL_INLINE int sl_cursor_load(sl_cursor *c, uint32_t block)
{
    if (c->block == block)
        return 1;
    c->count = sl_list_docs(&c->list, block, c->docs);
    c->block = c->count ? block : SL_NO_BLOCK;
    return c->count != 0;
}

/* Gets ready to count ranks in the window that begins at `from`. For a bitmap. */
SL_FUNCTION void sl_cursor_count(sl_cursor *c, uint32_t from)
{
    const sl_list *l = &c->list;
    uint32_t rank = sl_load32(l->rank + from / 512 * 4), words = (l->documents - from + 63) / 64;
    for (uint32_t w = 0; w < SL_WINDOW / 64 && w < words; w++) {
        c->before[w] = rank;
        rank += SL_POPCOUNT(sl_load64(l->bits + from / 8 + 8 * w));
    }
    c->window = from;
}

/* The rank of a document that the list holds, in the window at hand: as given, but in a bitmap counted. */
SL_INLINE uint32_t sl_cursor_rank(const sl_cursor *c, uint32_t doc, uint32_t rank)
{
    if (!c->list.bitmap)
        return rank;
    uint64_t word = sl_load64(c->list.bits + doc / 64 * 8);
    return c->before[(doc - c->window) / 64] + SL_POPCOUNT(word & ((1ull << (doc & 63)) - 1));
}

/* All documents of the list in the window [from, to), and their ranks, unless it is a bitmap. Returns how many, -1 when it is damaged. */
SL_FUNCTION int64_t sl_cursor_all(sl_cursor *c, uint32_t from, uint32_t to, uint32_t *docs, uint32_t *ranks)
{
    const sl_list *l = &c->list;
    uint32_t found = 0;
    if (l->bitmap) {
        sl_cursor_count(c, from);
        for (uint32_t base = from & ~63u; base < to; base += 64) {
            uint64_t word = sl_load64(l->bits + base / 8);
            for (; word; word &= word - 1) {
                uint32_t doc = base + SL_LOWEST_BIT(word);
                docs[found] = doc;
                found += doc >= from && doc < to;
            }
        }
        return found;
    }
    uint32_t block = sl_list_seek(l, c->block == SL_NO_BLOCK ? 0 : c->block, from);
    for (; block < l->blocks && sl_list_floor(l, block) < to; block++) {
        if (!sl_cursor_load(c, block))
            return -1;
        if (c->docs[0] >= to)
            break;
        if (c->docs[0] >= from && c->docs[c->count - 1] < to) {
            for (uint32_t i = 0; i < c->count; i++) {
                docs[found + i] = c->docs[i];
                ranks[found + i] = block * SL_BLOCK + i;
            }
            found += c->count;
            continue;
        }
        for (uint32_t i = 0; i < c->count; i++) {
            docs[found] = c->docs[i];
            ranks[found] = block * SL_BLOCK + i;
            found += c->docs[i] >= from && c->docs[i] < to;
        }
        if (c->docs[c->count - 1] >= to)
            break;
    }
    return found;
}

/* Those of n ascending documents that the block at hand holds, by whichever way touches less; both ways without branches that
 * depend on the documents. Returns how many. */
SL_INLINE uint32_t sl_cursor_common(const sl_cursor *c, const uint32_t *wanted, uint32_t n, uint32_t *docs, uint32_t *ranks)
{
    const uint32_t *held = c->docs;
    uint32_t found = 0, first = c->block * SL_BLOCK;
    if (8 * n >= c->count) {
        for (uint32_t i = 0, k = 0; i < n && k < c->count;) {
            uint32_t doc = wanted[i], other = held[k];
            docs[found] = doc;
            ranks[found] = first + k;
            found += doc == other;
            i += doc <= other;
            k += other <= doc;
        }
        return found;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t doc = wanted[i], at = 0, left = c->count;
        while (left > 1) {
            uint32_t half = left / 2;
            at += held[at + half - 1] < doc ? half : 0;
            left -= half;
        }
        docs[found] = doc;
        ranks[found] = first + at;
        found += held[at] == doc;
    }
    return found;
}

/* Those of n ascending documents of the window from `from` on that the list holds, and their ranks, unless it is a bitmap; `docs` may be `wanted`. Returns how
 * many, -1 when the list is damaged. */
SL_FUNCTION int64_t sl_cursor_meet(sl_cursor *c, uint32_t from, const uint32_t *wanted, uint32_t n, uint32_t *docs, uint32_t *ranks)
{
    const sl_list *l = &c->list;
    uint32_t found = 0, i = 0, block;
    if (l->bitmap) {
        sl_cursor_count(c, from);
        for (; i < n; i++) {
            uint32_t doc = wanted[i];
            docs[found] = doc;
            found += l->bits[doc >> 3] >> (doc & 7) & 1;
        }
        return found;
    }
    block = c->block == SL_NO_BLOCK ? 0 : c->block;
    while (i < n) {
        uint32_t some = i;
        block = sl_list_seek(l, block, wanted[i]);
        if (block == l->blocks)
            break;
        if (!sl_cursor_load(c, block))
            return -1;
        uint32_t last = c->docs[c->count - 1];
        while (some < n && wanted[some] <= last)
            some++;
        found += sl_cursor_common(c, wanted + i, some - i, docs + found, ranks + found);
        block += some == i; /* a list of one block does not say where it ends */
        i = some;
    }
    return found;
}

/* The tf of a posting, weighted by field: `rounded` are the weights too; `dense`: most postings of its block will be asked for.
 * Negative when the list is damaged. */
SL_INLINE float sl_cursor_tf(sl_cursor *c, uint32_t rank, int dense, const double *weights, const float *rounded)
{
    if (rank >= c->list.df)
        return -1;
    if (!dense)
        return (float)sl_list_weighted_tf(&c->list, rank, weights);
    if (c->tf_block != rank / SL_BLOCK) {
        c->tf_block = SL_NO_BLOCK;
        if (!sl_list_weighted_tfs(&c->list, rank / SL_BLOCK, rounded, c->tfs))
            return -1;
        c->tf_block = rank / SL_BLOCK;
    }
    return c->tfs[rank % SL_BLOCK];
}

/* Asks for the bytes of a posting's block: its tfs and its positions. */
SL_INLINE void sl_cursor_prefetch(const sl_cursor *c, uint32_t rank)
{
    const sl_list *l = &c->list;
    uint32_t block = rank / SL_BLOCK;
    if (block == c->places.block || block >= l->blocks || !l->places)
        return;
    const uint8_t *p = sl_list_block(l, block); /* asking past the end is harmless */
    uint64_t start = sl_load32(l->places + 4ull * block);
    SL_PREFETCH(p);
    SL_PREFETCH(p + 64);
    SL_PREFETCH(p + 128);
    if (start > c->positions_length)
        return;
    for (uint32_t i = 0; i < 256; i += 64)
        SL_PREFETCH(c->positions + start + i);
}

/* What sl_cursor_meet() does when the list has no bitmap and most of its postings in the window will be compared: `map` says by
 * document of the window, with `mark`, which of them are wanted, from `first` to `last`. No step waits for the one before. */
SL_FUNCTION int64_t sl_cursor_pass(sl_cursor *c, uint32_t from, uint32_t first, uint32_t last, const uint8_t *map, uint8_t mark,
                                   uint32_t *docs, uint32_t *ranks)
{
    const sl_list *l = &c->list;
    uint32_t found = 0, block = sl_list_seek(l, c->block == SL_NO_BLOCK ? 0 : c->block, first);
    for (; block < l->blocks && sl_list_floor(l, block) <= last; block++) {
        if (!sl_cursor_load(c, block))
            return -1;
        for (uint32_t i = 0; i < c->count; i++) {
            uint32_t doc = c->docs[i], at = doc - from;
            docs[found] = doc;
            ranks[found] = block * SL_BLOCK + i;
            found += (at < SL_WINDOW) & (map[at % SL_WINDOW] == mark);
        }
        if (c->docs[c->count - 1] >= last)
            break;
    }
    return found;
}

/* Where the term of a posting stands, in any form: *n ascending positions, each what stands at *places less *base, until the next
 * call. Returns 0 when they are damaged or, with places.memory_failed, memory ran out. */
SL_INLINE int sl_cursor_places(sl_cursor *c, uint32_t rank, const uint32_t **places, uint32_t *base, uint32_t *n)
{
    return rank < c->list.df && sl_places_of(&c->places, rank, places, base, n);
}

/* Keeps those of n positions, less `base`, whose form counts; `codes` are their forms. Returns how many. */
SL_FUNCTION uint32_t sl_cursor_choose(const sl_cursor *c, const uint32_t *places, uint32_t base, const uint32_t *codes, uint32_t n,
                                      uint32_t *out)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t low = 0, high = c->code_count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (c->codes[middle] < codes[i])
                low = middle + 1;
            else
                high = middle;
        }
        out[found] = places[i] - base;
        found += low < c->code_count && c->codes[low] == codes[i];
    }
    return found;
}

#endif

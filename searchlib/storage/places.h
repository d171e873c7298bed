/* At which positions does a term stand in a document, and in which of its forms? The bounds-checked reader of what postings.h
 * specifies as positions.
 *
 * A reader has one block of postings at hand and decodes of it only the subblocks that hold what is asked for: whoever asks
 * for documents in ascending order decodes none twice, and passes over the others by counting the 1 bits of their unary parts.
 *
 * Invariants: a count of values is believed only when as many bits are left for them; each takes one at least. A unary part is
 * at most 32 bits a value long, because the writer's width makes it shorter than the values themselves: so zeros without end
 * cost no time.
 */
#ifndef SL_PLACES_H
#define SL_PLACES_H

#include "tfs.h"

#define SL_NO_BLOCK 0xFFFFFFFFu
#define SL_LONGEST_UNARY (32 * SL_BLOCK) /* bits */

/* Values of one block in the code of positions, decoded as far as they were asked for. */
typedef struct {
    const uint8_t *at;  /* the bytes of value `next` and those after it */
    uint32_t next, total;
    uint32_t *values;   /* by value; only what was asked for is there */
    int gaps;           /* the values are gaps: what is kept is the sum of each, those before and 1 for each, modulo 2^32 */
    uint32_t sum;       /* at `next` */
} sl_rice;

typedef struct {
    const sl_list *list;
    const uint8_t *data, *end;  /* the term's positions */
    int varied;                 /* the forms of its occurrences are there too */
    int sparse;                 /* few postings of a block will be asked for: decode no more than them */
    uint32_t block;             /* the one at hand; SL_NO_BLOCK: none */
    uint32_t posting;           /* the last that was asked for in it; SL_BLOCK: none */
    uint32_t ends[SL_BLOCK];    /* by posting of the block: where its occurrences end; they begin where the last one's end */
    sl_rice places, codes;
    size_t capacity;            /* of the values of both */
    int memory_failed;
} sl_places;

/* Over the `length` readable bytes of a term's positions. sl_places_free() later. */
SL_FUNCTION void sl_places_open(sl_places *p, const sl_list *list, const uint8_t *data, uint64_t length, int varied)
{
    memset(p, 0, sizeof *p);
    p->list = list;
    p->data = data;
    p->end = data + length;
    p->varied = varied;
    p->block = SL_NO_BLOCK;
}

SL_FUNCTION void sl_places_free(sl_places *p)
{
    free(p->places.values);
    free(p->codes.values);
    memset(p, 0, sizeof *p);
}

/* Adds the rests of n values, in unary from p on, to their low bits. Returns the byte after them, NULL when they do not end. */
SL_FUNCTION const uint8_t *sl_read_rests(const uint8_t *p, const uint8_t *end, uint32_t *values, uint32_t n, uint32_t width)
{
    uint32_t ends[SL_BLOCK + 64 + 8]; /* the place after each 1 bit */
    uint32_t found = 0, all = 0;
    for (uint32_t base = 0; found < n; base += 64) {
        uint64_t word = 0;
        if (base >= SL_LONGEST_UNARY)
            return NULL;
        if (SL_LIKELY((size_t)(end - p) >= base / 8 + 8))
            word = sl_load64(p + base / 8);
        else if ((size_t)(end - p) > base / 8)
            memcpy(&word, p + base / 8, (size_t)(end - p) - base / 8);
        else
            return NULL;
        uint32_t ones = SL_POPCOUNT(word);
        for (uint32_t i = 0; i < ones; i += 8) /* by eights, the last ones beyond what there is: fewer branches to foresee */
            for (uint32_t k = 0; k < 8; k++) {
                ends[found + i + k] = base + SL_LOWEST_BIT(word | 1ull << 63) + 1;
                word &= word - 1;
            }
        found += ones;
    }
    uint32_t rest = ends[0] - 1;
    all = rest;
    values[0] += rest << width;
    for (uint32_t i = 1; i < n; i++) {
        rest = ends[i] - ends[i - 1] - 1;
        all |= rest;
        values[i] += rest << width;
    }
    return (uint64_t)all << width > 0xFFFFFFFFu ? NULL : p + (ends[n - 1] + 7) / 8;
}

/* The byte after the rests of n values, NULL when they do not end. */
SL_FUNCTION const uint8_t *sl_skip_rests(const uint8_t *p, const uint8_t *end, uint32_t n)
{
    const uint8_t *limit = end - p > SL_LONGEST_UNARY / 8 ? p + SL_LONGEST_UNARY / 8 : end;
    for (; limit - p >= 8; p += 8) {
        uint32_t ones = SL_POPCOUNT(sl_load64(p));
        if (ones >= n)
            break;
        n -= ones;
    }
    for (; p < limit; p++) {
        uint32_t ones = SL_POPCOUNT(*p);
        if (ones >= n)
            return p + 1;
        n -= ones;
    }
    return NULL;
}

/* Reads the head of a subblock of n values, SL_FEW or more: the width of their low bits, and whether rests follow those. Returns
 * where the low bits begin, NULL when they are not all there. */
SL_INLINE const uint8_t *sl_rice_head(const uint8_t *p, const uint8_t *end, uint32_t n, uint32_t *width, uint32_t *rests)
{
    if (p == end)
        return NULL;
    *width = *p & ~(uint32_t)SL_NO_RESTS;
    *rests = !(*p & SL_NO_RESTS);
    if (*width > 31 || !(*width | *rests) || (size_t)(end - p) < 1 + sl_packed_size(n, *width))
        return NULL;
    return p + 1;
}

/* Decodes the values from..to-1 at least, those before `from` only when they share a subblock; `from` never goes back. Of gaps
 * the sum before `from` is there too. Returns 0 when they are damaged. */
SL_FUNCTION int sl_rice_read(sl_rice *r, const uint8_t *end, uint32_t from, uint32_t to)
{
    while (r->next < to) {
        uint32_t n = r->total - r->next < SL_BLOCK ? r->total - r->next : SL_BLOCK, *out = r->values + r->next;
        const uint8_t *p = r->at;
        if (n < SL_FEW) {
            for (uint32_t i = 0; i < n; i++) {
                uint64_t value;
                if (!(p = sl_read_varint(p, end, &value)) || value > 0xFFFFFFFFu)
                    return 0;
                out[i] = (uint32_t)value;
            }
        } else {
            uint32_t width, rests;
            if (!(p = sl_rice_head(p, end, n, &width, &rests)))
                return 0;
            if (r->next + n > from)
                sl_unpack(p, out, n, width);
            p += sl_packed_size(n, width);
            if (rests)
                p = r->next + n > from ? sl_read_rests(p, end, out, n, width) : sl_skip_rests(p, end, n);
            if (!p)
                return 0;
        }
        if (r->gaps) {
            if (r->next + n <= from)
                out[n - 1] = r->sum;
            else
                sl_sum_gaps(out, n, r->sum);
            r->sum = out[n - 1];
        }
        r->at = p;
        r->next += n;
    }
    return 1;
}

/* Moves on to the subblock of the values from..to-1 and decodes them alone, from < to, as positions. Returns 0 when they are
 * damaged, -1 when they are not to be had so: they begin before or end behind it, or it is short. */
SL_FUNCTION int sl_rice_pick(sl_rice *r, const uint8_t *end, uint32_t from, uint32_t to)
{
    uint32_t start = from / SL_BLOCK * SL_BLOCK, skipped = from - start, n, width, more, base = 0, after = 0, place = 0xFFFFFFFFu;
    if (!sl_rice_read(r, end, from, start))
        return 0;
    n = r->total - start < SL_BLOCK ? r->total - start : SL_BLOCK;
    if (r->next != start || to > start + n || n < SL_FEW)
        return -1;
    const uint8_t *packed = sl_rice_head(r->at, end, n, &width, &more), *rests;
    if (!packed)
        return 0;
    if (!more) {
        for (uint32_t i = from; i < to; i++)
            r->values[i] = place += sl_unpack_one(packed, n, width, i - start) + 1;
        return 1;
    }
    rests = packed + sl_packed_size(n, width);
    uint64_t word = 0;
    for (uint32_t i = from;;) {
        size_t left = (size_t)(end - rests) > base / 8 ? (size_t)(end - rests) - base / 8 : 0;
        if (base >= SL_LONGEST_UNARY || !left)
            return 0;
        word = 0;
        memcpy(&word, rests + base / 8, left < 8 ? left : 8);
        uint32_t ones = SL_POPCOUNT(word);
        if (ones >= skipped) {
            for (; skipped; skipped--, word &= word - 1)
                after = base + SL_LOWEST_BIT(word) + 1;
            for (; word && i < to; word &= word - 1, i++) {
                uint32_t next = base + SL_LOWEST_BIT(word) + 1;
                uint64_t value = (uint64_t)(next - after - 1) << width;
                value += sl_unpack_one(packed, n, width, i - start);
                if (value > 0x7FFFFFFF)
                    return 0;
                after = next;
                r->values[i] = place += (uint32_t)value + 1;
            }
            if (i == to)
                return 1;
        } else {
            skipped -= ones;
        }
        base += 64;
    }
}

/* Room for the values of a block. Returns 0 when memory ran out. */
SL_FUNCTION int sl_places_reserve(sl_places *p, uint32_t total)
{
    size_t capacity = p->capacity ? p->capacity : 256;
    if (total <= p->capacity)
        return 1;
    while (capacity < total)
        capacity *= 2;
    free(p->places.values);
    free(p->codes.values);
    p->places.values = (uint32_t *)malloc(capacity * sizeof(uint32_t));
    p->codes.values = p->varied ? (uint32_t *)malloc((capacity + 1) * sizeof(uint32_t)) : NULL;
    p->memory_failed = !p->places.values || (p->varied && !p->codes.values);
    p->capacity = p->memory_failed ? 0 : capacity;
    return !p->memory_failed;
}

/* Takes a block of postings to hand. Returns 0 when it is damaged or, with memory_failed, memory ran out. */
SL_FUNCTION int sl_places_load(sl_places *p, uint32_t block)
{
    const sl_list *l = p->list;
    uint32_t n = sl_list_count(l, block), all = 0;
    uint64_t total = 0, start = l->places ? sl_load32(l->places + 4ull * block) : 0;
    p->block = SL_NO_BLOCK;
    if (start > (uint64_t)(p->end - p->data) || !sl_list_tfs(l, block, p->ends))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        all |= p->ends[i];
    if (all >> 23) { /* 128 of them could pass 2^31 */
        for (uint32_t i = 0; i < n; i++)
            total += p->ends[i];
        if (total > 0x7FFFFFFF)
            return 0;
    }
    sl_sum_gaps(p->ends, n, 0xFFFFFFFFu);
    for (uint32_t i = 0; i < n; i++)
        p->ends[i] -= i;
    total = p->ends[n - 1];
    if (total > 8 * ((uint64_t)(p->end - p->data) - start))
        return 0;
    if (!sl_places_reserve(p, (uint32_t)total))
        return 0;
    p->places.at = p->data + start;
    p->places.next = p->codes.next = 0;
    p->places.total = p->codes.total = (uint32_t)total;
    p->places.gaps = 1;
    p->places.sum = 0xFFFFFFFFu;
    p->codes.at = NULL;
    p->posting = SL_BLOCK;
    p->block = block;
    return 1;
}

/* Decodes where the posting of a rank occurs: *n ascending positions, each what stands at *places less *base, modulo 2^32, until
 * the next call. Returns 0 when they are damaged or, with memory_failed, memory ran out. */
SL_INLINE int sl_places_of(sl_places *p, uint32_t rank, const uint32_t **places, uint32_t *base, uint32_t *n)
{
    uint32_t block = rank / SL_BLOCK, i = rank % SL_BLOCK;
    if (SL_UNLIKELY(p->block != block || (p->posting != SL_BLOCK && i < p->posting)) && !sl_places_load(p, block))
        return 0;
    uint32_t from = i ? p->ends[i - 1] : 0, to = p->ends[i];
    int picked = -1;
    if (p->places.next < to) {
        if (p->sparse && from < to)
            picked = sl_rice_pick(&p->places, p->end, from, to);
        if (!picked || (picked < 0 && !sl_rice_read(&p->places, p->end, from, to))) {
            p->block = SL_NO_BLOCK;
            return 0;
        }
    }
    p->posting = i;
    *places = p->places.values + from;
    *base = picked < 0 && from ? p->places.values[from - 1] + 1 : 0;
    *n = to - from;
    return from == to || p->places.values[to - 1] - *base <= 0x7FFFFFFF;
}

/* The forms' codes of all postings of the block at hand, one after the other, each ending where p->ends says; they and one
 * number behind them may be changed until the next block is taken to hand. NULL when they are damaged. For `varied` only. */
SL_FUNCTION uint32_t *sl_places_all_codes(sl_places *p)
{
    sl_rice rest = p->places;
    rest.gaps = 0;
    if (!sl_rice_read(&rest, p->end, rest.total, rest.total))
        return NULL;
    p->codes.at = rest.at;
    return sl_rice_read(&p->codes, p->end, 0, p->codes.total) ? p->codes.values : NULL;
}

/* The forms' codes of the posting that sl_places_of() was asked for last, by occurrence. NULL when they are damaged. For
 * `varied` only. */
SL_FUNCTION const uint32_t *sl_places_codes(sl_places *p)
{
    uint32_t from = p->posting ? p->ends[p->posting - 1] : 0, to = p->ends[p->posting];
    if (!p->codes.at) { /* they begin where the block's positions end */
        sl_rice rest = p->places;
        rest.gaps = 0;
        if (!sl_rice_read(&rest, p->end, rest.total, rest.total))
            return NULL;
        p->codes.at = rest.at;
    }
    return sl_rice_read(&p->codes, p->end, from, to) ? p->codes.values + from : NULL;
}

#endif

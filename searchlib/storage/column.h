/* Which numbers do documents have in a column? The format is columns.py's; here is its bounds-checked reader.
 *
 * Invariants: whoever opens a column checks that its sections have the sizes that are said here. What the numbers are is
 * not trusted: a number above those that a caller knows is passed over, and numbers that end past the last one end there.
 */
#ifndef SL_COLUMN_H
#define SL_COLUMN_H

#include "bytes.h"

typedef struct {
    const uint8_t *data; /* `count` numbers of `width` bytes */
    const uint8_t *ends; /* u32 a document: where its numbers end; NULL: every document has one number */
    uint64_t count;
    uint32_t width, documents;
} sl_column;

/* Which numbers are asked for: those from low to high, or those with a flag. Both leave 0 out unless low is 0. */
typedef struct {
    uint64_t low, high;
    const uint8_t *flags; /* by number, `size` of them; NULL: low and high say it */
    uint64_t size;
} sl_wanted;

#define SL_COLUMN_OF(bits)                                                                                                  \
    SL_INLINE uint##bits##_t sl_column_at##bits(const uint8_t *data, uint64_t i)                                            \
    {                                                                                                                       \
        uint##bits##_t v;                                                                                                   \
        memcpy(&v, data + i * sizeof v, sizeof v);                                                                          \
        return v;                                                                                                           \
    }                                                                                                                       \
    SL_FUNCTION uint64_t sl_column_largest##bits(const uint8_t *data, uint64_t n)                                           \
    {                                                                                                                       \
        uint##bits##_t most = 0;                                                                                            \
        for (uint64_t i = 0; i < n; i++) {                                                                                  \
            uint##bits##_t v = sl_column_at##bits(data, i);                                                                 \
            most = v > most ? v : most;                                                                                     \
        }                                                                                                                   \
        return most;                                                                                                        \
    }                                                                                                                       \
    SL_FUNCTION void sl_column_flag##bits(const uint8_t *data, uint32_t n, uint64_t low, uint64_t high, uint8_t *flags)     \
    {                                                                                                                       \
        uint##bits##_t least = (uint##bits##_t)low, span = (uint##bits##_t)(high - low);                                    \
        for (uint32_t i = 0; i < n; i++)                                                                                    \
            flags[i] = (uint##bits##_t)(sl_column_at##bits(data, i) - least) <= span;                                       \
    }
SL_COLUMN_OF(8)
SL_COLUMN_OF(16)
SL_COLUMN_OF(32)
SL_COLUMN_OF(64)
#undef SL_COLUMN_OF

/* The i-th number of the column; i is below its count. */
SL_INLINE uint64_t sl_column_at(const sl_column *c, uint64_t i)
{
    switch (c->width) {
    case 1:
        return c->data[i];
    case 2:
        return sl_column_at16(c->data, i);
    case 4:
        return sl_column_at32(c->data, i);
    default:
        return sl_column_at64(c->data, i);
    }
}

SL_FUNCTION uint64_t sl_column_largest(const sl_column *c)
{
    switch (c->width) {
    case 1:
        return sl_column_largest8(c->data, c->count);
    case 2:
        return sl_column_largest16(c->data, c->count);
    case 4:
        return sl_column_largest32(c->data, c->count);
    default:
        return sl_column_largest64(c->data, c->count);
    }
}

/* Do the numbers of each document end where they begin or later, and those of the last one at the column's end? */
SL_FUNCTION int sl_column_ends_sound(const sl_column *c)
{
    uint32_t wrong = 0, before = 0;
    for (uint32_t doc = 0; doc < c->documents; doc++) {
        uint32_t end = sl_load32(c->ends + 4ull * doc);
        wrong |= end < before;
        before = end;
    }
    return !wrong && before == c->count;
}

/* The numbers of a document are the *start-th and those after it, up to the one before the result. */
SL_INLINE uint64_t sl_column_range(const sl_column *c, uint32_t doc, uint64_t *start)
{
    if (!c->ends) {
        *start = doc;
        return (uint64_t)doc + 1;
    }
    uint64_t end = sl_load32(c->ends + 4ull * doc);
    *start = doc ? sl_load32(c->ends + 4ull * (doc - 1)) : 0;
    return end < c->count ? end : c->count;
}

/* The first number of a document; 0: it has none. */
SL_INLINE uint64_t sl_column_first(const sl_column *c, uint32_t doc)
{
    uint64_t start, end;
    if (!c->ends)
        return sl_column_at(c, doc);
    end = sl_column_range(c, doc, &start);
    return start < end ? sl_column_at(c, start) : 0;
}

/* Which of the numbers `at` to at + n - 1 are wanted, a bit each; n is at most 64, and they are there. */
SL_FUNCTION uint64_t sl_column_word(const sl_column *c, uint64_t at, uint32_t n, const sl_wanted *wanted)
{
    uint64_t word = 0, most = c->width == 8 ? UINT64_MAX : (1ull << 8 * c->width) - 1;
    uint64_t high = wanted->high < most ? wanted->high : most;
    uint8_t flags[64];
    const uint8_t *data = c->data + at * c->width;
    if (wanted->flags) {
        for (uint32_t i = 0; i < n; i++) {
            uint64_t number = sl_column_at(c, at + i);
            word |= (uint64_t)(number < wanted->size && wanted->flags[number]) << i;
        }
        return word;
    }
    if (wanted->low > high)
        return 0;
    if (n < 64)
        memset(flags, 0, sizeof flags);
    switch (c->width) {
    case 1:
        sl_column_flag8(data, n, wanted->low, high, flags);
        break;
    case 2:
        sl_column_flag16(data, n, wanted->low, high, flags);
        break;
    case 4:
        sl_column_flag32(data, n, wanted->low, high, flags);
        break;
    default:
        sl_column_flag64(data, n, wanted->low, high, flags);
    }
    for (uint32_t i = 0; i < 8; i++) /* the product gathers the lowest bits of eight bytes in its highest byte */
        word |= (sl_load64(flags + 8 * i) * 0x0102040810204080ull >> 56) << 8 * i;
    return word;
}

/* Words of scratch that sl_column_match takes. */
SL_INLINE uint64_t sl_column_scratch(const sl_column *c)
{
    return c->ends ? c->count / 64 + 2 : 0;
}

/* Is any of the bits from start to end - 1 set? 8 bytes behind the last one can be read. */
SL_INLINE int sl_any_bit(const uint64_t *bits, uint64_t start, uint64_t end)
{
    if (SL_LIKELY(end - start < 57)) /* what is left of 8 bytes after a shift by 7 */
        return (sl_load64((const uint8_t *)bits + start / 8) >> (start & 7) & ((1ull << (end - start)) - 1)) != 0;
    for (; start < end; start++)
        if (bits[start >> 6] >> (start & 63) & 1)
            return 1;
    return 0;
}

/* Sets in `out`, which is zeroed, the bits of those documents of `within` that have a wanted number. */
SL_FUNCTION void sl_column_match(const sl_column *c, const sl_wanted *wanted, const uint64_t *within, uint64_t *out,
                                 uint64_t *scratch)
{
    uint32_t words = (c->documents + 63) / 64;
    if (!c->ends) {
        for (uint32_t w = 0; w < words; w++) {
            uint32_t left = c->documents - 64 * w;
            if (within[w])
                out[w] = within[w] & sl_column_word(c, 64ull * w, left < 64 ? left : 64, wanted);
        }
        return;
    }
    memset(scratch, 0, sl_column_scratch(c) * sizeof *scratch); /* which of all numbers are wanted, a bit each */
    for (uint64_t at = 0; at < c->count; at += 64)
        scratch[at >> 6] = sl_column_word(c, at, c->count - at < 64 ? (uint32_t)(c->count - at) : 64, wanted);
    for (uint32_t w = 0; w < words; w++) {
        uint32_t n = c->documents - 64 * w < 64 ? c->documents - 64 * w : 64;
        uint64_t start, end, word = 0, any = 0;
        sl_column_range(c, 64 * w, &start);
        end = sl_column_range(c, 64 * w + n - 1, &any);
        any = 0;
        for (uint64_t at = start >> 6; at < (end + 63) >> 6; at++)
            any |= scratch[at];
        if (!any || !within[w])
            continue;
        for (uint32_t i = 0; i < n; i++) {
            end = sl_column_range(c, 64 * w + i, &start);
            word |= (uint64_t)(start < end && sl_any_bit(scratch, start, end)) << i;
        }
        out[w] = word & within[w];
    }
}

/* Counts the numbers of the documents in `bits`, by number: counts[0] to counts[size - 1], zeroed before. */
SL_FUNCTION void sl_column_count(const sl_column *c, const uint64_t *bits, uint32_t *counts, uint64_t size)
{
    for (uint32_t w = 0; w < (c->documents + 63) / 64; w++) {
        for (uint64_t word = bits[w]; word; word &= word - 1) {
            uint64_t at, end = sl_column_range(c, w * 64 + SL_LOWEST_BIT(word), &at);
            for (; at < end; at++) {
                uint64_t number = sl_column_at(c, at);
                if (number < size)
                    counts[number]++;
            }
        }
    }
}

/* The same by (number - 1 + shift) / unit: with seconds, days. Number 0 is not counted. */
SL_FUNCTION void sl_column_count_units(const sl_column *c, const uint64_t *bits, uint64_t shift, uint32_t unit,
                                       uint32_t *counts, uint64_t size)
{
    for (uint32_t w = 0; w < (c->documents + 63) / 64; w++) {
        for (uint64_t word = bits[w]; word; word &= word - 1) {
            uint64_t number = sl_column_first(c, w * 64 + SL_LOWEST_BIT(word));
            uint64_t place = (number - 1 + shift) / unit;
            if (number && place < size)
                counts[place]++;
        }
    }
}

#endif

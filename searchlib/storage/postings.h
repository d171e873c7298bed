/* How does the list of one term lie on disk? The format and the bounds-checked reader of its documents; tfs.h reads how often, postings_encode.h writes.
 *
 * A posting is a document number and, for each text field, how often the term occurs in it (tf). The list of a term that
 * df documents contain, in a segment of N documents and F text fields:
 *
 *     list     = block                                   if df < 128
 *              | flags kth last start places bound [bitmap] block*    otherwise, a block per 128 postings
 *     flags    = u8          bit 0: the documents are a bitmap
 *     kth      = u8 * 3      impact of the 10th, 100th and 1000th best posting, rounded down; 0 when there are fewer
 *     last     = u32 * B     last document of each of the B blocks
 *     start    = u32 * B     where each block begins, from the list's first byte
 *     places   = u32 * B     where the block's positions begin, from the term's first byte of positions
 *     bound    = u8 * B      largest impact in the block, rounded up
 *     bitmap   = rank bits   bits: u64 * ceil(N/64), a bit a document; rank: u32 * ceil(N/512), set bits before each 512
 *     block    = few | tfwidth*F [docwidth docs] tfs*F   no docs when there is a bitmap
 *     few      = (varint gap << 1 | other, [other: varint main << 1 | more, [more: varint tf * (F-1)]])*
 *                                                        a block of fewer than 4 postings, unless there is a bitmap;
 *                                                        main: tf in the last field, 1 when not other; more: another field
 *                                                        has some
 *     docs     = gaps, packed; a gap is document - previous document - 1, the previous of a list's first being -1
 *     tfwidth  = u8          bits 0-5: width; bit 7: the packed values are tf - 1
 *
 * An impact is tf / (tf + k1 * (1 - b + b * length / average length)), with tf and length summed over the fields by their
 * weights and the average taken over the segment; it lies in [0, 1) and is kept as a byte, in units of 1/255. Impacts
 * only bound: scores are computed from tf and length.
 *
 * Positions count from 0 through the fields of a document, one after the other. For each block of postings:
 *
 *     places [codes]                                        codes when the term is varied: it occurs in several forms
 *     places   = subblock*                               128 values each, the last may be short
 *     subblock = varint*                                 of fewer than 4 values
 *              | u8 width, packed, unary                 the low `width` bits of each value, packed (bitpack.h); then for
 *                                                        each value as many 0 bits as its rest, value >> width, says and a
 *                                                        1 bit, low bits first in each byte, filled up with 0 bits
 *              | u8 0x80 | width, packed                 1 or more: no value has a rest, and this is shorter
 *
 * The values are, for each posting, its first position and then position - previous - 1. They scatter about as widely as
 * their mean, which is where this code by Rice is nearly the best; apart, the low bits are unpacked by vectors and a value is
 * found among the unary ones by counting bits (Elias, "Efficient storage and retrieval by content and address of static
 * files", 1974).
 *
 *     codes    = subblock*                              a number for each position
 *
 * A code says in which form the term stands there. Symbols are the forms whose first term it is, and all other forms together
 * when it stands in one of those; a symbol's code is its rank from 0 on, the frequent ones first. The code of a form
 * is kept with it (forms.h). Where two forms meet at one position of a term, a hyphenated whole and its first part, the one
 * that the document gives first counts; a form that loses all its positions so is a symbol all the same.
 *
 * Example: N = 1000, F = 2 (title, text), a term in documents 3 (once in the title, twice in the text) and 7 (once in the
 * text): df = 2, so one block of few: 07 05 01 | 06. Four bytes. At the positions 2, 9, 11 and 4 its values are 2, 6, 1, 4
 * and its places, of width 1: 01 | the low bits 0, 0, 1, 0: 04 | the rests 1, 3, 0, 2: 62 02. Four bytes. Were its first
 * and last positions in one form and the others in another, its codes would be 81 | 0, 1, 1, 0: 06.
 */
#ifndef SL_POSTINGS_H
#define SL_POSTINGS_H

#include "bitpack.h"

#define SL_MAX_FIELDS 16
#define SL_FEW 4
#define SL_BITMAP_SHARE 8 /* a bitmap when more than one document in 8 has the term: there it costs about what gaps do */
#define SL_TF_LESS_ONE 0x80
#define SL_NO_RESTS 0x80
#define SL_IMPACT_UNITS 255.0f

typedef struct {
    const uint8_t *data, *end;
    uint32_t df, documents, fields, blocks;
    int bitmap;
    const uint8_t *last, *start, *places, *bound, *rank, *bits; /* NULL for a short list */
    uint8_t kth[3];
} sl_list;

/* Opens a list over `length` readable bytes. Returns 0 when they cannot be one. `documents` is below 2^31. */
SL_FUNCTION int sl_list_open(sl_list *l, const uint8_t *data, uint64_t length, uint32_t df, uint32_t documents,
                             uint32_t fields)
{
    memset(l, 0, sizeof *l);
    l->data = data;
    l->end = data + length;
    l->df = df;
    l->documents = documents;
    l->fields = fields;
    l->blocks = (df + SL_BLOCK - 1) / SL_BLOCK;
    if (df == 0 || df > documents || fields == 0 || fields > SL_MAX_FIELDS)
        return 0;
    if (df < SL_BLOCK)
        return 1;
    uint64_t head = 4 + 13ull * l->blocks;
    if (head > length)
        return 0;
    l->bitmap = data[0] & 1;
    memcpy(l->kth, data + 1, 3);
    l->last = data + 4;
    l->start = l->last + 4ull * l->blocks;
    l->places = l->start + 4ull * l->blocks;
    l->bound = l->places + 4ull * l->blocks;
    if (l->bitmap) {
        uint64_t ranks = ((uint64_t)documents + 511) / 512 * 4, bits = ((uint64_t)documents + 63) / 64 * 8;
        if (head + ranks + bits > length)
            return 0;
        l->rank = data + head;
        l->bits = l->rank + ranks;
    }
    return 1;
}

SL_INLINE uint32_t sl_list_count(const sl_list *l, uint32_t block)
{
    return block + 1 < l->blocks ? SL_BLOCK : l->df - (l->blocks - 1) * SL_BLOCK;
}

SL_INLINE uint32_t sl_list_last(const sl_list *l, uint32_t block)
{
    return l->last ? sl_load32(l->last + 4ull * block) : l->documents - 1;
}

/* First document that block `block` may hold. */
SL_INLINE uint32_t sl_list_floor(const sl_list *l, uint32_t block)
{
    return block && l->last ? sl_load32(l->last + 4ull * (block - 1)) + 1 : 0;
}

SL_INLINE const uint8_t *sl_list_block(const sl_list *l, uint32_t block)
{
    if (!l->start)
        return l->data;
    uint32_t start = sl_load32(l->start + 4ull * block);
    return start <= (uint64_t)(l->end - l->data) ? l->data + start : l->end;
}

/* Decodes a block of fewer than SL_FEW postings; either output may be NULL. */
SL_FUNCTION int sl_list_few(const sl_list *l, uint32_t block, uint32_t n, uint32_t *docs, uint32_t field, uint32_t *tfs)
{
    const uint8_t *p = sl_list_block(l, block);
    uint64_t doc = (uint64_t)sl_list_floor(l, block) - 1;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t gap, code = 1 << 1;
        if (!(p = sl_read_varint(p, l->end, &gap)) || gap >> 1 >= l->documents ||
            ((gap & 1) && !(p = sl_read_varint(p, l->end, &code))) || code >> 1 > 0x7FFFFFFF)
            return 0;
        doc += (gap >> 1) + 1;
        if (doc >= l->documents)
            return 0;
        if (docs)
            docs[i] = (uint32_t)doc;
        for (uint32_t f = 0; f + 1 < l->fields; f++) {
            uint64_t tf = 0;
            if ((code & 1) && (!(p = sl_read_varint(p, l->end, &tf)) || tf > 0x7FFFFFFF))
                return 0;
            if (tfs && f == field)
                tfs[i] = (uint32_t)tf;
        }
        if (tfs && field == l->fields - 1)
            tfs[i] = (uint32_t)(code >> 1);
    }
    return 1;
}

/* Are n documents of a block ascending, from `floor` on, and is the last the one that the list names? Their gaps have `width`
 * bits: sums of narrow ones cannot pass 2^32 and come round again. */
SL_INLINE int sl_list_sound(const sl_list *l, uint32_t block, uint32_t floor, uint32_t width, const uint32_t *docs, uint32_t n)
{
    uint32_t wrong = docs[n - 1] >= l->documents || (l->last && docs[n - 1] != sl_list_last(l, block));
    if (width > 23) {
        wrong |= docs[0] < floor;
        for (uint32_t i = 0; i + 1 < n; i++)
            wrong |= docs[i] >= docs[i + 1];
    }
    return !wrong && floor <= l->documents;
}

/* The documents of a block: ascending, after the block before, below `documents`. Returns their number, 0 when the block is
 * damaged. */
SL_FUNCTION uint32_t sl_list_docs(const sl_list *l, uint32_t block, uint32_t out[SL_BLOCK])
{
    uint32_t n = sl_list_count(l, block);
    if (l->bitmap) {
        uint32_t doc = sl_list_floor(l, block), last = sl_list_last(l, block), count = 0;
        if (last >= l->documents)
            return 0;
        uint32_t found[SL_BLOCK + 64 + 4];
        for (uint32_t base = doc & ~63u; base <= last; base += 64) {
            uint64_t word = sl_load64(l->bits + 8ull * (base >> 6));
            if (base < doc)
                word = word >> (doc & 63) << (doc & 63);
            if (last - base < 63)
                word &= (2ull << (last - base)) - 1;
            uint32_t ones = SL_POPCOUNT(word);
            for (uint32_t i = 0; i < ones; i += 4) /* by fours, the last ones beyond what there is: fewer branches to foresee */
                for (uint32_t k = 0; k < 4; k++, word &= word - 1)
                    found[count + i + k] = base + SL_LOWEST_BIT(word | 1ull << 63);
            count += ones;
            if (count > n)
                return 0;
        }
        memcpy(out, found, count * sizeof *out);
        return count == n ? n : 0;
    }
    if (n < SL_FEW) /* gaps are summed up in 64 bits there: ascending anyway */
        return sl_list_few(l, block, n, out, 0, NULL) && (!l->last || out[n - 1] == sl_list_last(l, block)) ? n : 0;
    const uint8_t *p = sl_list_block(l, block);
    if (l->end - p < (ptrdiff_t)l->fields + 1)
        return 0;
    uint32_t width = p[l->fields];
    p += l->fields + 1;
    if (width > 31 || (size_t)(l->end - p) < sl_packed_size(n, width))
        return 0;
    sl_unpack(p, out, n, width);
    uint32_t floor = sl_list_floor(l, block);
    sl_sum_gaps(out, n, floor - 1);
    return sl_list_sound(l, block, floor, width, out, n) ? n : 0;
}

/* First block at or after `from` whose last document is >= doc; `blocks` when there is none. */
SL_INLINE uint32_t sl_list_seek(const sl_list *l, uint32_t from, uint32_t doc)
{
    uint32_t step = 1, low = from, high = from;
    while (high < l->blocks && sl_list_last(l, high) < doc) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    if (high > l->blocks)
        high = l->blocks;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sl_list_last(l, middle) < doc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* In a bitmap list: the rank of the first posting whose document is >= doc. doc <= documents. */
SL_INLINE uint32_t sl_list_bitmap_rank(const sl_list *l, uint32_t doc)
{
    if (doc >= l->documents)
        return l->df;
    uint32_t rank = sl_load32(l->rank + 4ull * (doc >> 9));
    for (uint32_t word = doc >> 9 << 3; word < doc >> 6; word++)
        rank += SL_POPCOUNT(sl_load64(l->bits + 8ull * word));
    if (doc & 63)
        rank += SL_POPCOUNT(sl_load64(l->bits + 8ull * (doc >> 6)) << (64 - (doc & 63)));
    return rank;
}

#endif

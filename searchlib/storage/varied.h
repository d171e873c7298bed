/* Is a term varied, asked of neighbouring terms in no order?
 *
 * Forms in the order of their keys have terms that go up and down by some: reading each from the beginning of its block (dictionary.h)
 * would take longer than all else that is read of a form whose key nobody asks for. So what blocks say of `varied` is kept, by the
 * lowest bits of their numbers.
 */
#ifndef SL_VARIED_H
#define SL_VARIED_H

#include "dictionary.h"

#define SL_VARIED_BLOCKS 64

typedef struct {
    uint32_t blocks[SL_VARIED_BLOCKS]; /* which are kept; SL_NO_TERMS: none */
    uint32_t varied[SL_VARIED_BLOCKS][SL_DICTIONARY_BLOCK];
} sl_varied;

#define SL_NO_TERMS UINT32_MAX

SL_INLINE void sl_varied_begin(sl_varied *v)
{
    memset(v->blocks, 0xFF, sizeof v->blocks);
}

/* Reads a block of terms without their keys. Returns 0 when damaged. */
SL_FUNCTION int sl_varied_read(const sl_dictionary *d, uint32_t block, uint32_t varied[SL_DICTIONARY_BLOCK])
{
    const uint8_t *end, *p = sl_dictionary_block(d, block, &end);
    uint32_t left = d->count - block * SL_DICTIONARY_BLOCK, flags;
    uint64_t number, shared, n;
    if (!p || !(p = sl_read_varint(p, end, &number)) || !(p = sl_read_varint(p, end, &number)))
        return 0;
    for (uint32_t i = 0; i < SL_DICTIONARY_BLOCK && i < left; i++) {
        if (!(p = sl_entry_lengths(p, end, &flags, &shared, &n)))
            return 0;
        p += n;
        varied[i] = 0;
        if (!flags) {
            if (!(p = sl_read_varint(p, end, &number)) || number > 0xFFFFFFFFu)
                return 0;
            if (number & 1) {
                if (!(p = sl_read_varint(p, end, &number)) || number > 0x7FFFFFFF)
                    return 0;
                varied[i] = (uint32_t)number + 2;
            }
        }
        if (!(p = sl_read_varint(p, end, &number)) || !(p = sl_read_varint(p, end, &number)))
            return 0;
    }
    return 1;
}

/* The symbols of a term's form codes, 0 when it is not varied. Returns 0 when damaged or when there is no such term. */
SL_INLINE int sl_varied_of(sl_varied *v, const sl_dictionary *d, uint32_t ordinal, uint32_t *varied)
{
    uint32_t block = ordinal / SL_DICTIONARY_BLOCK, slot = block % SL_VARIED_BLOCKS;
    if (ordinal >= d->count)
        return 0;
    if (SL_UNLIKELY(v->blocks[slot] != block)) {
        v->blocks[slot] = SL_NO_TERMS;
        if (!sl_varied_read(d, block, v->varied[slot]))
            return 0;
        v->blocks[slot] = block;
    }
    *varied = v->varied[slot][ordinal % SL_DICTIONARY_BLOCK];
    return 1;
}

#endif

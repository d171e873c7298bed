/* Which documents have signatures that are nearly the same? Candidates, which duplicates.py looks at more closely.
 *
 * Two documents are compared when three bytes of their signatures are equal (locality-sensitive hashing by bands: A. Gionis, P. Indyk and
 * R. Motwani 1999, Similarity search in high dimensions via hashing): bytes b, b + 5 and b + 11 for each b. With half of all bytes equal one
 * of these 32 bands is in 97 pairs of 100, with two thirds in all. Of those with the same band, each is compared with the SL_NEAREST before it,
 * so that a hundred thousand equal documents do not take their square: they hang together link by link.
 *
 * Nothing is assumed of signatures: they are bytes, and places come from the caller.
 */
#ifndef SL_DUPLICATES_H
#define SL_DUPLICATES_H

#include "../storage/signature.h"

enum { SL_NEAREST = 64 };

typedef struct {
    const uint8_t *signature;
    uint32_t segment, doc;
} sl_signed;

typedef struct {
    uint32_t one, other, alike; /* two numbers of sl_signed, the smaller first; how many bytes are equal */
} sl_candidate;

SL_INLINE uint32_t sl_band(const uint8_t *s, uint32_t b)
{
    return s[b] | (uint32_t)s[(b + 5) % SL_SIGNATURE] << 8 | (uint32_t)s[(b + 11) % SL_SIGNATURE] << 16;
}

/* The group of a document: one number stands for all of it. Numbers in `group` are below that of their place, or equal. */
SL_INLINE uint32_t sl_duplicates_group(uint32_t *group, uint32_t i)
{
    while (group[i] != i) {
        group[i] = group[group[i]];
        i = group[i];
    }
    return i;
}

SL_INLINE void sl_duplicates_unite(uint32_t *group, uint32_t a, uint32_t b)
{
    a = sl_duplicates_group(group, a);
    b = sl_duplicates_group(group, b);
    if (a < b)
        group[b] = a;
    else
        group[a] = b;
}

/* Unites in `group` documents with `sure` equal bytes or more, and appends to `out` pairs with `least` or more that were not in one
 * group. group: at first each document its own. order, spare: room for n numbers; counts: for 4,097. 0: memory ran out. */
SL_FUNCTION int sl_duplicates_pairs(const sl_signed *docs, uint32_t n, uint32_t least, uint32_t sure, uint32_t *group,
                                    uint64_t *order, uint64_t *spare, uint32_t *counts, sl_buffer *out)
{
    for (uint32_t b = 0; b < SL_SIGNATURE; b++) {
        for (uint32_t i = 0; i < n; i++)
            order[i] = (uint64_t)sl_band(docs[i].signature, b) << 32 | i;
        for (uint32_t shift = 32; shift < 56; shift += 12) { /* sorted by the band, equal ones as they came; two passes: back in order */
            memset(counts, 0, 4097 * sizeof *counts);
            for (uint32_t i = 0; i < n; i++)
                counts[(order[i] >> shift & 4095) + 1]++;
            for (uint32_t k = 0; k < 4096; k++)
                counts[k + 1] += counts[k];
            for (uint32_t i = 0; i < n; i++)
                spare[counts[order[i] >> shift & 4095]++] = order[i];
            uint64_t *swap = order;
            order = spare;
            spare = swap;
        }
        for (uint32_t i = 1; i < n; i++) {
            uint64_t band = order[i] >> 32;
            for (uint32_t j = i; j-- > 0 && i - j <= SL_NEAREST && order[j] >> 32 == band;) {
                uint32_t last = (uint32_t)order[i], first = (uint32_t)order[j], before = 0;
                if (sl_duplicates_group(group, last) == sl_duplicates_group(group, first))
                    continue;
                const uint8_t *one = docs[first].signature, *other = docs[last].signature;
                uint32_t alike = sl_signature_alike(one, other);
                if (alike >= sure) {
                    sl_duplicates_unite(group, first, last);
                    continue;
                }
                while (before < b && sl_band(one, before) != sl_band(other, before))
                    before++;
                if (alike < least || (before < b && j + 1 < i))
                    continue; /* too different, or told by an earlier band, unless they were far apart there */
                sl_candidate found = {first, last, alike};
                sl_put_bytes(out, &found, sizeof found);
                if (out->failed)
                    return 0;
            }
        }
    }
    return 1;
}

#endif
